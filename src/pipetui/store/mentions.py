"""Where a person is spoken of beside their own record: texts as they are, texts as they were, what was done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.message import Message
from pipetui.core.privacy import TEXTS, Eraser
from pipetui.store import journal
from pipetui.store.person import Person

if TYPE_CHECKING:
    from pipetui.store.db import Database

WINDOW = 20_000
"""Rows looked through at once."""


class Mention(NamedTuple):
    """One text that speaks of the person."""

    table: str
    row_id: int
    field: str
    text: str
    at: str | None = None
    """When it was changed to something else or from something else; None for what stands there now."""


def windows(db: Database, table: str, sql: str) -> Iterator[tuple[Any, ...]]:
    """All rows of a table, some thousands at a time; the statement ends with the column of its numbers."""
    last = db.one(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
    for start in range(1, (last[0] if last else 0) + 1, WINDOW):
        yield from db.rows(f"{sql} BETWEEN ? AND ?", (start, start + WINDOW - 1))


def texts(db: Database, whose: Person) -> Iterator[Mention]:
    """What stands in the records of others, and in their history."""
    eraser, place = Eraser(whose.ever, ""), ("contact", frozenset(whose.ids))
    for table, names in TEXTS.items():
        for number, *values in windows(db, table, f"SELECT id, {', '.join(names)} FROM {table} WHERE id"):
            said = "\n".join(one for one in values if isinstance(one, str) and one)
            if (table == place[0] and number in place[1]) or not (said and eraser.may_be_in(said)):
                continue
            for name, value in zip(names, values, strict=True):
                if eraser.value(name, value) != value:
                    yield Mention(table, number, name, value)
    yield from _earlier(db, eraser, place)


def _earlier(db: Database, eraser: Eraser, place: tuple[str, frozenset[int]]) -> Iterator[Mention]:
    sql = (
        "SELECT journal.table_name, journal.row_id, journal.before, journal.after, batch.at FROM journal"
        " JOIN batch ON batch.id = journal.batch_id WHERE journal.before IS NOT NULL AND journal.id"
    )
    for table, number, before, after, at in windows(db, "journal", sql):
        if (table == place[0] and number in place[1]) or not eraser.may_be_in(f"{before} {after or ''}"):
            continue
        for packed in filter(None, (before, after)):
            for name, value in json.loads(packed).items():
                if name in TEXTS.get(table, ()) and eraser.value(name, value) != value:
                    yield Mention(table, number, name, value, at)


def labels(db: Database, whose: Person) -> Iterator[tuple[str, Message]]:
    """What was done, in sentences that name the person, each with its moment."""
    eraser = Eraser(whose.ever, "")
    for text, values, at in db.rows("SELECT label, label_values, at FROM batch ORDER BY id"):
        if eraser.text(text) != text or eraser.json(values) != values:
            yield at, journal.label(text, json.loads(values))
