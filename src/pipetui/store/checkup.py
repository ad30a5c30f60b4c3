"""Whether a store is sound: its pages and references, and whether what is derived agrees with the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say, say_n
from pipetui.store import derived, parties, seals, stays
from pipetui.store.rows import KINDS, Which

if TYPE_CHECKING:
    from pipetui.store.db import Database


def findings(db: Database, windows: Iterable[Which], sealed: bool = True) -> list[Message]:
    """One sentence for each thing that is wrong; a look at the past is not `sealed`: its journal is cut short."""
    found = [say("The database reports: {finding}.", finding=finding) for finding in db.findings()]
    with db.reading():
        found += [*_tally(db), *_stays(db), *_steps(db), *_words(db, windows), *_parties(db), *_numbers(db)]
        found += seals.findings(db) if sealed else []
    return found


def _tally(db: Database) -> list[Message]:
    columns = (*derived.KEY, "n", "amount", "without_amount")
    kept = set(db.rows(f"SELECT {', '.join(columns)} FROM tally"))
    counted = set(db.rows(f"{derived.COUNTED} {derived.GROUPED}"))
    return [say("The counts of the columns do not agree with the deals.")] if kept != counted else []


def _stays(db: Database) -> list[Message]:
    agree = stays.stale(db) or stays.kept(db) == stays.counted(db)
    return [] if agree else [say("The counts of the stays do not agree with the visits.")]


def _steps(db: Database) -> list[Message]:
    wrong = {
        "next_activity_id": derived.NEXT.format("id"),
        "next_due": derived.NEXT.format("due_on"),
        "furthest_id": derived.FURTHEST,
    }
    found = []
    for column, right in wrong.items():
        none = "''" if column == "next_due" else "0"
        row = db.one(
            f"SELECT COUNT(*) FROM deal WHERE COALESCE({column}, {none}) <> COALESCE(({right}), {none})"
        )
        if row and row[0]:
            found.append(
                say_n(
                    "{n} deal has a wrong {column}.",
                    "{n} deals have a wrong {column}.",
                    n=row[0],
                    column=column,
                )
            )
    return found


def _words(db: Database, windows: Iterable[Which]) -> list[Message]:
    wrong = 0
    for which in windows:
        kept = dict(
            db.rows(f"SELECT deal_id, text FROM deal_search WHERE {which.of('deal_id')}", which.params)
        )
        right = dict(derived.words(db, which))
        wrong += sum(kept.get(number) != right.get(number) for number in kept.keys() | right.keys())
    told = say_n(
        "{n} deal cannot be found by its words.", "{n} deals cannot be found by their words.", n=wrong
    )
    return [told] if wrong else []


def _parties(db: Database) -> list[Message]:
    agree = parties.agree(db)
    return [] if agree else [say("The list of people and companies does not agree with their records.")]


def _numbers(db: Database) -> list[Message]:
    following = dict(db.rows("SELECT name, next FROM sequence"))
    found = []
    for table in (*KINDS, "batch", "journal"):
        row = db.one(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        if row and table in following and following[table] <= row[0]:
            found.append(say("Numbers of {table} would be given twice.", table=table))
    return found
