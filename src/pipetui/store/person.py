"""Who somebody is in the store: the records merged into one, and what all of them were ever called and reached by."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Row
from pipetui.core.message import say
from pipetui.core.privacy import REACHED_BY, Traces, traces
from pipetui.core.text import fold
from pipetui.errors import NotFound
from pipetui.store.rows import among, columns, found

if TYPE_CHECKING:
    from pipetui.store.db import Database

MERGE = "Merge {gone} into {kept}"
"""How the label of a merge reads."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person, under all the numbers that were merged into one."""

    id: int
    ids: tuple[int, ...]
    """In order; the journal alone may know of some."""
    rows: dict[int, Row]
    """The records that are there."""
    ever: Traces
    """Names, e-mails and phones, those of earlier days too."""
    own: Traces
    """Of these, what nobody else in the store has."""
    shared: Traces
    """What a company, another person or a member has too."""
    alike: tuple[tuple[str, int, str], ...]
    """Who has it: table, number, name."""


def person(db: Database, number: int) -> Person:
    """Who this contact is. Raises NotFound when neither the store nor its journal knows it."""
    ids = tuple(sorted(_merged(db, number)))
    rows = {one: row for which in among(ids) for one, row in found(db, "contact", which).items()}
    if number not in rows and not _told(db, number):
        raise NotFound(say("There is no {what} number {n}.", what=say("contact"), n=number))
    ever = traces([*rows.values(), *_history(db, ids)])
    others, alike = _others(db, ids, ever)
    own, shared = ever.without(others)
    return Person(number, ids, rows, ever, own, shared, alike)


def _told(db: Database, number: int) -> bool:
    """Whether the journal still holds what a contact was that went."""
    return (
        db.one(
            "SELECT 1 FROM journal WHERE table_name = 'contact' AND row_id = ? AND before IS NOT NULL",
            (number,),
        )
        is not None
    )


def _history(db: Database, ids: Iterable[int]) -> Iterator[Row]:
    """What the journal says their records held."""
    for which in among(ids):
        for said in db.rows(
            f"SELECT before, after FROM journal WHERE table_name = 'contact' AND {which.of('row_id')}"
            " AND before IS NOT NULL",
            which.params,
        ):
            yield from (json.loads(one) for one in said if one)


def _merged(db: Database, number: int) -> set[int]:
    """This contact, those merged into it, and those it was merged into."""
    beside: dict[int, set[int]] = defaultdict(set)
    for gone, kept in _merges(db):
        beside[gone].add(kept)
        beside[kept].add(gone)
    known, ahead = {number}, [number]
    while ahead:
        fresh = beside[ahead.pop()] - known
        known |= fresh
        ahead += fresh
    return known


def _merges(db: Database) -> Iterator[tuple[int, int]]:
    """Pairs of contacts, the archived one first, of all merges that were not taken back."""
    for batch, packed in db.rows(
        "SELECT id, label_values FROM batch WHERE label = ? AND undone = 0 AND kind = 'do'", (MERGE,)
    ):
        lines = [
            (table, row_id, json.loads(before), json.loads(after or "{}"))
            for table, row_id, before, after in db.rows(
                "SELECT table_name, row_id, before, after FROM journal WHERE batch_id = ? AND before IS NOT NULL",
                (batch,),
            )
        ]
        gone = next(
            (row_id for table, row_id, _, after in lines if table == "contact" and after.get("archived_at")),
            None,
        )
        kept = None if gone is None else _kept(db, gone, lines, json.loads(packed))
        if gone is not None and kept is not None:
            yield gone, kept


def _kept(db: Database, gone: int, lines: list[Any], label: dict[str, Any]) -> int | None:
    """Into whom: the other person of the batch, whom things were hung on, or the only one of that name."""
    for table, row_id, before, after in lines:
        if table == "contact" and row_id != gone:
            return int(row_id)
        field = "subject_id" if table == "tagging" else "contact_id"
        if before.get(field) == gone and after.get(field) is not None:
            return int(after[field])
    named = [
        row[0]
        for row in db.rows("SELECT id, name FROM contact WHERE archived_at IS NULL AND id <> ?", (gone,))
        if fold(row[1]) == fold(str(label.get("kept", "")))
    ]
    return int(named[0]) if len(named) == 1 else None


def _others(
    db: Database, ids: tuple[int, ...], ever: Traces
) -> tuple[Traces, tuple[tuple[str, int, str], ...]]:
    """What companies, other people and members are called and reached by, as far as it is this person's too."""
    shared, alike = Traces(), []
    for table in ("contact", "organization", "member"):
        names = [name for name in REACHED_BY if name in columns(table)]
        for number, *values in db.rows(f"SELECT id, {', '.join(names)} FROM {table} ORDER BY id"):
            row = dict(zip(names, values, strict=True))
            if (table == "contact" and number in ids) or not any(common := ever.common(row)):
                continue
            shared |= common
            alike.append((table, int(number), str(row["name"])))
    return shared, tuple(alike)
