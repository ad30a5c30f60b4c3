"""New stores in no time, for tests that are not about how a store is made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipetui.store import schema
from pipetui.store.db import dialect


def by_copying(patch: pytest.MonkeyPatch, shaped: Path) -> None:
    """From now on an empty SQLite file gets its tables from a file that has them."""
    made = schema.upgrade

    def upgrade(url: str, to: str = schema.HEAD) -> None:
        if dialect(url) != "sqlite" or to != schema.HEAD or not copied(shaped, Path(url)):
            made(url, to)

    patch.setattr(schema, "upgrade", upgrade)


def copied(shaped: Path, file: Path) -> bool:
    """Copy all tables into a file that has none; whether that could be done."""
    with closing(sqlite3.connect(file)) as target:
        if target.execute("SELECT 1 FROM sqlite_master").fetchone():
            return False
        with closing(sqlite3.connect(shaped)) as source:
            source.backup(target)
    return True
