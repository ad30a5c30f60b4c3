"""Whether a store is sound: pages, references, the journal, and what is derived from the records.

Each check is a function of the store and yields a sentence for each thing that is wrong, with what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, get_args

from pipetui.core.deal import ActivityKind
from pipetui.core.message import Message, say, say_n
from pipetui.errors import StoreProblem
from pipetui.store import derived, parties, seals, stays, trail
from pipetui.store.rows import KINDS, deals

if TYPE_CHECKING:
    from pipetui.store.db import Database

AT_ONCE = 5000
"""Deals looked at at once."""


Check = Callable[["Database"], Iterable[Message]]


def findings(db: Database, sealed: bool = True) -> list[Message]:
    """One sentence for each thing that is wrong; a check that the damage itself stops says that.

    A look at the past is not `sealed`: its journal is cut short.
    """
    found = list(_engine(db))
    for check in CHECKS if sealed else (references, counts):
        try:
            with db.reading():
                found += check(db)
        except StoreProblem as problem:
            if problem.message not in found:
                found.append(problem.message)
    return found


def _engine(db: Database) -> Iterator[Message]:
    """Pages and indexes, outside a transaction."""
    for finding in db.findings():
        yield say("The file is damaged ({finding}). Go back to a copy: pipetui restore FILE", finding=finding)


def references(db: Database) -> Iterator[Message]:
    """Records that refer to records that are gone."""
    broken = db.broken_references()
    if broken:
        yield say_n(
            "{n} record refers to one that is gone ({first}): somebody wrote past pipetui. Compare with a copy.",
            "{n} records refer to some that are gone (first: {first}): somebody wrote past pipetui. Compare with a"
            " copy.",
            n=len(broken),
            first=broken[0],
        )


def records(db: Database) -> Iterator[Message]:
    """What no reference tells: kinds of activity that there are, and one place where each deal stands."""
    places = ", ".join("?" * len(get_args(ActivityKind)))
    strange = db.rows(
        f"SELECT id FROM activity WHERE kind NOT IN ({places}) ORDER BY id", get_args(ActivityKind)
    )
    if strange:
        yield say_n(
            "{n} activity is of no kind that there is, number {first}. See: pipetui activity edit {first} kind=task",
            "{n} activities are of no kind that there is, the first of them number {first}. See: pipetui activity"
            " edit {first} kind=task",
            n=len(strange),
            first=strange[0][0],
        )
    twice = db.rows(
        "SELECT deal_id FROM visit WHERE left_at IS NULL GROUP BY deal_id HAVING COUNT(*) > 1 ORDER BY deal_id"
    )
    if twice:
        yield say_n(
            "{n} deal stands in two places at once, number {first}: its stays count twice. Compare with a copy.",
            "{n} deals stand in two places at once, the first of them number {first}: their stays count twice."
            " Compare with a copy.",
            n=len(twice),
            first=twice[0][0],
        )


def journal(db: Database) -> Iterator[Message]:
    """The journal is whole, and what it says is taken back was."""
    yield from trail.gaps(db)
    yield from trail.marks(db)


def counts(db: Database) -> Iterator[Message]:
    """What is derived agrees with the records."""
    yield from (*_tally(db), *_stays(db), *_steps(db), *_words(db), *_parties(db), *_numbers(db))


CHECKS: tuple[Check, ...] = (references, records, journal, seals.findings, counts)
"""In the order they are told."""


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


def _words(db: Database) -> list[Message]:
    wrong = 0
    for which in deals(db, AT_ONCE):
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
