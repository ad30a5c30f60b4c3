"""Whether the journal is whole: no line and no batch missing, no clock that ran back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipetui.core.change import moment_text
from pipetui.core.message import Message, say, say_n

if TYPE_CHECKING:
    from pipetui.store.db import Database

DRIFT = timedelta(minutes=2)
"""Clocks of several hosts differ by less."""


def gaps(db: Database) -> Iterator[Message]:
    """Lines and batches that are missing."""
    n, first, last = db.rows("SELECT COUNT(*), COALESCE(MIN(id), 1), COALESCE(MAX(id), 0) FROM journal")[0]
    following = db.one("SELECT next FROM sequence WHERE name = 'journal'")
    given = max(last, following[0] - 1 if following else 0)
    if n != given:
        yield say_n(
            "{n} line of the journal is missing, the first of them number {first}: somebody wrote past pipetui."
            " Compare with a copy.",
            "{n} lines of the journal are missing, the first of them number {first}: somebody wrote past pipetui."
            " Compare with a copy.",
            n=given - n,
            first=_first_gap(db, first, last),
        )
    yield from _without(
        db,
        "SELECT batch.id FROM batch WHERE kind IN ('do', 'setup')"
        " AND NOT EXISTS (SELECT 1 FROM journal WHERE batch_id = batch.id) ORDER BY id",
        say("act {number} has no lines in the journal"),
    )
    yield from _without(
        db,
        "SELECT DISTINCT batch_id FROM journal WHERE NOT EXISTS (SELECT 1 FROM batch WHERE id = batch_id)"
        " ORDER BY batch_id",
        say("act {number} is missing, but its lines in the journal are there"),
    )


def marks(db: Database) -> Iterator[Message]:
    """Batches marked as taken back that no undo took back last, or the other way round."""
    wrong = db.rows(
        """SELECT batch.id FROM batch WHERE batch.kind = 'do' AND batch.undone <> COALESCE((SELECT
            CASE turn.kind WHEN 'undo' THEN 1 ELSE 0 END FROM batch turn WHERE turn.target_id = batch.id
            AND turn.kind IN ('undo', 'redo') ORDER BY turn.id DESC LIMIT 1), 0) ORDER BY batch.id"""
    )
    if wrong:
        yield say_n(
            "Act {first} is marked as taken back, or as done, against what the journal tells: somebody wrote past"
            " pipetui. Compare with a copy.",
            "{n} acts are marked as taken back, or as done, against what the journal tells, the first of them act"
            " {first}: somebody wrote past pipetui. Compare with a copy.",
            n=len(wrong),
            first=wrong[0][0],
        )


def _first_gap(db: Database, first: int, last: int) -> int:
    if first > 1:
        return 1
    found = db.one(
        "SELECT MIN(id) + 1 FROM journal WHERE NOT EXISTS (SELECT 1 FROM journal later WHERE later.id = journal.id + 1)"
    )
    return found[0] if found and found[0] else last + 1


def _without(db: Database, sql: str, what: Message) -> Iterator[Message]:
    numbers = [row[0] for row in db.rows(sql)]
    if numbers:
        yield say_n(
            "{n} act is incomplete ({what}): somebody wrote past pipetui. Compare with a copy.",
            "{n} acts are incomplete (first: {what}): somebody wrote past pipetui. Compare with a copy.",
            n=len(numbers),
            what=Message(what.text, {"number": numbers[0]}),
        )


def jumps(db: Database, now: datetime) -> Iterator[Message]:
    """Acts whose time goes back, or has not come yet."""
    back = [
        number
        for number, at, before in db.rows(
            "SELECT id, at, before FROM (SELECT id, at, LAG(at) OVER (ORDER BY id) AS before FROM batch) AS acts"
            " WHERE at < before ORDER BY id"
        )
        if datetime.fromisoformat(before) - datetime.fromisoformat(at) > DRIFT
    ]
    if back:
        yield say_n(
            "The clock was set back at act {first}: what was done around then has a wrong time. See that the clock is"
            " set by the network.",
            "The clock was set back {n} times, first at act {first}: what was done around then has a wrong time. See"
            " that the clock is set by the network.",
            n=len(back),
            first=back[0],
        )
    ahead = db.rows("SELECT COUNT(*), MIN(id) FROM batch WHERE at > ?", (moment_text(now + DRIFT),))[0]
    if ahead[0]:
        yield say_n(
            "{n} act lies in the future, number {first}: the clock is wrong, or was. See that it is set by the"
            " network.",
            "{n} acts lie in the future, the first of them number {first}: the clock is wrong, or was. See that it is"
            " set by the network.",
            n=ahead[0],
            first=ahead[1],
        )
