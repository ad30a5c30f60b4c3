"""Copies of a file store that make themselves: one a day, the days of a week and four weeks before kept.

They lie in a folder beside the store, named by their day. A copy that cannot be made harms nothing: the next day tries
again, and `doctor` says how old the newest is.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path

from pipetui.errors import StoreProblem
from pipetui.store import sharing
from pipetui.store.db import Database, dialect
from pipetui.store.sqlite import path

DAYS, WEEKS = 7, 4
ROOM = 2
"""A copy is made when the disk has room for so many."""
LEFT_OVER_SECONDS = 3600
"""A half-written copy older than that is nobody's any more."""


def folder(url: str) -> Path:
    """Where the copies of a store lie."""
    file = path(url)
    return file.with_name(f"{file.name}.copies")


def kept(url: str) -> dict[date, Path]:
    """The copies there are by day, the newest first."""
    found = {}
    for file in folder(url).glob("*.db"):
        with suppress(ValueError):
            found[date.fromisoformat(file.stem)] = file
    return dict(sorted(found.items(), reverse=True))


def outdated(days: Iterable[date]) -> set[date]:
    """The copies that go: not of the seven newest days, nor the newest of one of the four weeks before those."""
    newest = sorted(days, reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    for day in newest[DAYS:]:
        weeks.setdefault(day.isocalendar()[:2], day)
    return set(newest) - set(newest[:DAYS]) - set(list(weeks.values())[:WEEKS])


def take(url: str, today: date) -> Path | None:
    """Make the copy of the day, once, and let go of the outdated ones; None when there is nothing to do or no room."""
    if dialect(url) != "sqlite" or today in (there := kept(url)):
        return None
    try:
        copy = _taken(url, today)
        for day in outdated((*there, today)) if copy else ():
            there[day].unlink(missing_ok=True)
    except (OSError, StoreProblem):
        return None
    return copy


def _taken(url: str, today: date) -> Path | None:
    file, home = path(url), folder(url)
    size = file.stat().st_size
    if shutil.disk_usage(file.parent).free < ROOM * size:
        return None
    _make(home, file)
    _clear(home)
    copy = home / f"{today.isoformat()}.db"
    with closing(Database(url)) as db:
        db.backup(str(copy), sharing.mode_for_copies(url))
    return copy


def _make(home: Path, file: Path) -> None:
    """The folder, with the rights of the one the store is in where the store is shared."""
    if home.exists():
        return
    home.mkdir(mode=sharing.PRIVATE_FOLDER, exist_ok=True)
    rights = sharing.Rights.of(file)
    if rights is not None and rights.group_writes:
        home.chmod(sharing.SHARED_FOLDER)


def _clear(home: Path) -> None:
    """Take away what a killed process left half-written."""
    for partial in home.glob(".*.partial-*"):
        if partial.stat().st_mtime < time.time() - LEFT_OVER_SECONDS:
            partial.unlink(missing_ok=True)
