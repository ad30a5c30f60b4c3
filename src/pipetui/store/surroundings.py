"""What stands around a file store: its disk, its folder, its rights, its copies. A sentence each, with what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from pipetui.core.message import Message, say, say_n
from pipetui.store import copies, sharing
from pipetui.store.sharing import Rights
from pipetui.store.sqlite import path
from pipetui.store.volume import network_of

SPARE = 32 * 1024 * 1024
"""Bytes a disk should have left beside the size of the store."""
STALE_DAYS = 7
"""From so many days on the newest copy counts as old."""
MEBI = 1024 * 1024

Look = Callable[[Path, date], Iterator[Message]]


def findings(url: str, today: date) -> list[Message]:
    """What is wrong around the file."""
    file = path(url).absolute()
    return [finding for look in LOOKS for finding in look(file, today)]


def network(file: Path, today: date) -> Iterator[Message]:
    """It lies on a disk of this host."""
    if kind := network_of(file):
        yield say(
            "{file} lies on a network file system ({kind}), which would damage it. Move it to a local disk, or use"
            " PostgreSQL.",
            file=str(file),
            kind=kind,
        )


def writable(file: Path, today: date) -> Iterator[Message]:
    """File and folder can be written."""
    for part in (file, file.parent):
        if not part.exists():
            continue
        if os.statvfs(part).f_flag & os.ST_RDONLY:
            yield say("The disk of {file} is read-only: mount it for writing.", file=str(part))
            return
        if not os.access(part, os.W_OK):
            yield say(
                "{file} is read-only for you: ask its owner to share it (pipetui share --group NAME).",
                file=str(part),
            )


def room(file: Path, today: date) -> Iterator[Message]:
    """The disk has room for the store once more."""
    size = file.stat().st_size if file.exists() else 0
    free = shutil.disk_usage(file.parent).free
    if free < size + SPARE:
        yield say(
            "Only {free} MB are left on the disk of {file}, which takes {size} MB: make room, or no copy can be made.",
            free=free // MEBI,
            file=str(file),
            size=-(-size // MEBI),
        )


def rights(file: Path, today: date) -> Iterator[Message]:
    """Nobody else reads the file, and those who share it can."""
    own, home = Rights.of(file), Rights.of(file.parent)
    if own is None or home is None:
        return
    if own.others:
        yield say(
            "Everybody on this machine may read {file}: keep it to yourself with pipetui share --private, or to a"
            " group with pipetui share --group NAME.",
            file=str(file),
        )
    if home.mode & stat.S_IWOTH and not home.mode & stat.S_ISVTX:
        yield say(
            "Everybody on this machine may replace what is in {folder}: take that right away with chmod o-w.",
            folder=str(file.parent),
        )
    if own.group_writes and (not _shared(home) or _apart(file, own)):
        yield say(
            "The group {group} cannot use all of the store: put that right with pipetui share --group {group}",
            group=sharing.group_name(own.group),
        )


def _shared(home: Rights) -> bool:
    return home.group_writes and bool(home.mode & stat.S_ISGID)


def _apart(file: Path, own: Rights) -> bool:
    """Whether something beside the file has other rights than the file."""
    beside = (Rights.of(file.with_name(file.name + end)) for end in ("-wal", "-shm"))
    return any(one is not None and (one.group != own.group or not one.group_writes) for one in beside)


def recent(file: Path, today: date) -> Iterator[Message]:
    """There is a copy, and it is not old."""
    newest = next(iter(copies.kept(str(file))), None)
    if newest is not None and (today - newest).days >= STALE_DAYS:
        yield say_n(
            "The newest copy is {n} day old: see that there is room on the disk, or run pipetui backup FILE",
            "The newest copy is {n} days old: see that there is room on the disk, or run pipetui backup FILE",
            n=(today - newest).days,
        )


LOOKS: tuple[Look, ...] = (network, writable, room, rights, recent)


def told(url: str, login: str) -> Iterator[Message]:
    """What is good to know: who reaches the file, as whom one acts, and where the copies are."""
    yield sharing.told(url)
    yield say("You act as {login}.", login=login)
    newest = next(iter(copies.kept(url)), None)
    if newest is None:
        yield say("No copy was made yet: one is made each day of use.")
    else:
        yield say("The newest copy is of {day}, in {folder}", day=newest, folder=str(copies.folder(url)))
