"""A person erased on request: the records and the journal say no more who it was, and everything else stays.

What is blanked is sealed again with new salts, one line of the journal each (table `journal` for a line, `batch` for
a label), so that the chain holds and other tampering is still found. A line whose seal did not hold before is blanked
and not sealed again: it goes on being found. The numbers of deals, stages, days and amounts are never touched.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipetui.core.change import Change, Row, Scalar, moment_text
from pipetui.core.privacy import PERSONAL, TEXTS, Eraser
from pipetui.store import chain, derived, journal, parties, seals
from pipetui.store.mentions import windows
from pipetui.store.person import Person
from pipetui.store.rows import among

if TYPE_CHECKING:
    from datetime import datetime

    from pipetui.store.db import Database
    from pipetui.store.writing import Writing

SAVED = ("view", "macro", "tag", "source", "lost_reason", "mapping")
"""What the team shares and may want to call otherwise."""


WRITTEN = (*TEXTS, "journal", "batch", "deal_search", "party_search")
"""The tables in which something of a person may have stood."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal that is blanked."""

    id: int
    sealed: bool
    before: str
    after: str | None
    sound: bool
    """Whether its seal held."""


@dataclass(slots=True)
class Erasure:
    """What an erasure does, all worked out before anything is written."""

    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    """New values by table and number."""
    lines: list[Line] = field(default_factory=list)
    labels: list[tuple[int, str, str, bool]] = field(default_factory=list)
    """Batches with their new text and values, and whether their seal holds."""
    touched: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Rows that are, or once were, something else than they will have been."""
    saved: list[tuple[str, str]] = field(default_factory=list)
    """What the team shares and has the person in it: table and name."""

    @property
    def empty(self) -> bool:
        """Nothing tells of the person."""
        return not (any(self.rows.values()) or self.lines or self.labels)

    @property
    def counts(self) -> Counter[str]:
        """How many rows of each table lose something."""
        return Counter({table: len(rows) for table, rows in self.rows.items() if rows})


class Mask:
    """What becomes of the fields of records, as they are and as the journal tells them."""

    def __init__(self, db: Database, whose: Person, named: Callable[[int], str]) -> None:
        """`named` is what the record of a number is called from now on."""
        self._ids = frozenset(whose.ids)
        self._named = named
        self._eraser = Eraser(whose.own, named(whose.id))
        self.of_theirs = Eraser(whose.ever, named(whose.id))
        """For the labels of what was done to their own records."""
        self._alone = _numbers(db, "deal", "contact_id", whose.ids, "organization_id IS NULL")
        self._noted = _ever(db, whose.ids) | _numbers(
            db, "activity", "deal_id", self._alone, "contact_id IS NULL"
        )

    @property
    def eraser(self) -> Eraser:
        """For all other texts."""
        return self._eraser

    def fixed(self, table: str, number: int) -> bool:
        """Whether the row loses fields whatever stands in them."""
        return number in {"contact": self._ids, "activity": self._noted, "deal": self._alone}.get(table, ())

    def changed(self, table: str, number: int, values: Mapping[str, Scalar]) -> Row:
        """Of some fields of a row, those that become something else."""
        blank = self._blank(table, number)
        masked = {
            name: blank[name] if name in blank else self._eraser.value(name, value)
            for name, value in values.items()
            if name in blank or name in TEXTS.get(table, ())
        }
        return {name: value for name, value in masked.items() if value != values[name]}

    def _blank(self, table: str, number: int) -> Row:
        if not self.fixed(table, number):
            return {}
        if table == "contact":
            return {**PERSONAL, "name": self._named(number)}
        return {"text": "", "external_id": None} if table == "activity" else {"notes": ""}


def plan(db: Database, whose: Person, named: Callable[[int], str]) -> Erasure:
    """Look for a person everywhere, and work out what is left. Reads alone."""
    mask, found = Mask(db, whose, named), Erasure()
    _plan_rows(db, mask, found)
    _plan_lines(db, mask, found)
    _plan_labels(db, mask, whose, found)
    return found


def done(db: Database, whose: Person) -> bool:
    """Whether it was done before."""
    sql = """SELECT 1 FROM journal JOIN batch ON batch.id = journal.batch_id
        WHERE journal.table_name = 'contact' AND journal.row_id = ? AND batch.kind = 'erase' LIMIT 1"""
    return all(db.one(sql, (number,)) is not None for number in whose.rows)


def erase(db: Database, writing: Writing, whose: Person, found: Erasure, now: datetime) -> None:
    """Write what was planned as one batch, and bring up to date what is derived."""
    came = list(_came(db, found.touched))
    sound = _sound(db, came)
    closed: Row = {"opted_out_at": moment_text(now), "archived_at": moment_text(now)}
    for table, rows in found.rows.items():
        for number, values in rows.items():
            writing.note(table, number)
            places = ", ".join(f"{name} = ?" for name in values)
            db.run(
                f"UPDATE {table} SET {places}, version = version + 1 WHERE id = ?", (*values.values(), number)
            )
    again = [*_blank_lines(db, found.lines), *_came_again(db, came, sound)]
    for number, row in whose.rows.items():
        after = {name: value for name, value in closed.items() if row[name] is None}
        if after:
            writing.write([Change("contact", number, dict.fromkeys(after), after)])
        elif number not in found.rows["contact"]:
            writing.note("contact", number)
    writing.reseal("journal", again)
    writing.reseal("batch", _blank_labels(db, found.labels))
    _derive(db, whose, found)
    writing.finish()


# What there is


def _numbers(db: Database, table: str, column: str, wanted: Iterable[int], also: str) -> frozenset[int]:
    return frozenset(
        row[0]
        for which in among(sorted(wanted))
        for row in db.rows(f"SELECT id FROM {table} WHERE {which.of(column)} AND {also}", which.params)
    )


def _ever(db: Database, ids: tuple[int, ...]) -> frozenset[int]:
    """The activities that are with these people, or were before a merge, or went."""
    found = set(_numbers(db, "activity", "contact_id", ids, "1 = 1"))
    for number, *said in db.rows(
        "SELECT row_id, before, after FROM journal WHERE table_name = 'activity' AND before LIKE '%\"contact_id\":%'"
    ):
        if any(json.loads(one).get("contact_id") in ids for one in said if one):
            found.add(number)
    return frozenset(found)


def _plan_rows(db: Database, mask: Mask, found: Erasure) -> None:
    for table, names in TEXTS.items():
        fields = tuple(dict.fromkeys((*names, *((*PERSONAL, "name") if table == "contact" else ()))))
        for number, *values in windows(db, table, f"SELECT id, {', '.join(fields)} FROM {table} WHERE id"):
            said = "\n".join(one for one in values if isinstance(one, str) and one)
            if not mask.fixed(table, number) and not (said and mask.eraser.may_be_in(said)):
                continue
            row = dict(zip(fields, values, strict=True))
            if changed := mask.changed(table, number, row):
                found.rows[table][number] = changed
                found.touched[table].add(number)
                if table in SAVED:
                    found.saved.append((table, str({**row, **changed}.get("name", number))))


def _plan_lines(db: Database, mask: Mask, found: Erasure) -> None:
    again = seals.sealed_again(db, "journal")
    for number, table, row_id, before, after, salt, digest in windows(
        db,
        "journal",
        "SELECT id, table_name, row_id, before, after, salt, digest FROM journal WHERE before IS NOT NULL AND id",
    ):
        if table not in TEXTS or not (
            mask.fixed(table, row_id) or mask.eraser.may_be_in(f"{before} {after or ''}")
        ):
            continue
        was, becomes = _masked(mask, table, row_id, before), _masked(mask, table, row_id, after)
        if (was, becomes) != (before, after):
            sealed = chain.seal(salt or "", chain.edit_content(before, after)) == again.get(number, digest)
            found.lines.append(Line(number, digest is not None, was or before, becomes, sealed))
            found.touched[table].add(row_id)


def _masked(mask: Mask, table: str, number: int, packed: str | None) -> str | None:
    if packed is None:
        return None
    values: Row = json.loads(packed)
    changed = mask.changed(table, number, values)
    return journal.dumped({**values, **changed}) if changed else packed


def _plan_labels(db: Database, mask: Mask, whose: Person, found: Erasure) -> None:
    own, again = _batches(db, whose.ids), seals.sealed_again(db, "batch")
    for number, text, values, salt, digest in db.rows(
        "SELECT id, label, label_values, salt, digest FROM batch ORDER BY id"
    ):
        eraser = mask.of_theirs if number in own else mask.eraser
        said, packed = eraser.text(text), eraser.json(values)
        if (said, packed) != (text, values):
            sealed = chain.seal(salt or "", chain.label_content(text, values))
            found.labels.append(
                (number, said, packed, digest is not None and sealed == again.get(number, digest))
            )


def _batches(db: Database, ids: tuple[int, ...]) -> set[int]:
    """Those that wrote the records of these people."""
    return {
        row[0]
        for number in ids
        for row in db.rows(
            "SELECT DISTINCT batch_id FROM journal WHERE table_name = 'contact' AND row_id <= ?"
            " AND COALESCE(last_id, row_id) >= ?",
            (number, number),
        )
    }


# What is written


def _blank_lines(db: Database, lines: Iterable[Line]) -> Iterator[tuple[int, str]]:
    for line in lines:
        salted = chain.salt() if line.sealed else None
        db.run(
            "UPDATE journal SET before = ?, after = ?, salt = ? WHERE id = ?",
            (line.before, line.after, salted, line.id),
        )
        if line.sound:
            yield line.id, chain.seal(salted or "", chain.edit_content(line.before, line.after))


def _blank_labels(db: Database, labels: Iterable[tuple[int, str, str, bool]]) -> Iterator[tuple[int, str]]:
    for number, text, values, sound in labels:
        salted = chain.salt()
        db.run(
            "UPDATE batch SET label = ?, label_values = ?, salt = CASE WHEN digest IS NULL THEN NULL ELSE ? END"
            " WHERE id = ?",
            (text, values, salted, number),
        )
        if sound:
            yield number, chain.seal(salted, chain.label_content(text, values))


@dataclass(frozen=True, slots=True)
class Came:
    """A sealed line that tells of rows that came."""

    id: int
    table: str
    first: int
    last: int
    salt: str
    digest: str


def _came(db: Database, touched: Mapping[str, set[int]]) -> Iterator[Came]:
    """The lines that tell how touched rows came."""
    columns = "id, table_name, row_id, COALESCE(last_id, row_id), salt, digest FROM journal"
    known = "table_name = ? AND before IS NULL AND digest IS NOT NULL"
    for table, numbers in touched.items():
        for which in among(sorted(numbers)):
            for line in db.rows(
                f"SELECT {columns} WHERE {known} AND last_id IS NULL AND {which.of('row_id')}",
                (table, *which.params),
            ):
                yield Came(*line)
        for line in db.rows(f"SELECT {columns} WHERE {known} AND last_id IS NOT NULL", (table,)):
            if any(line[2] <= one <= line[3] for one in numbers):
                yield Came(*line)


def _sound(db: Database, lines: Iterable[Came]) -> set[int]:
    """Those whose seal holds."""
    again = seals.sealed_again(db, "journal")
    return {
        one.id
        for one in lines
        if seals.as_they_came(db, one.table, one.id, one.first, one.last, one.salt)
        == again.get(one.id, one.digest)
    }


def _came_again(db: Database, lines: Iterable[Came], sound: set[int]) -> Iterator[tuple[int, str]]:
    for one in lines:
        salted = chain.salt()
        db.run("UPDATE journal SET salt = ? WHERE id = ?", (salted, one.id))
        seal = seals.as_they_came(db, one.table, one.id, one.first, one.last, salted)
        if seal is not None and one.id in sound:
            yield one.id, seal


def _derive(db: Database, whose: Person, found: Erasure) -> None:
    """The words deals and people are found by."""
    deals = found.rows["deal"].keys() | _numbers(db, "deal", "contact_id", whose.ids, "1 = 1")
    for which in among(sorted(found.rows["tag"])):
        rows = db.rows(
            f"SELECT subject_id FROM tagging WHERE subject = 'deal' AND {which.of('tag_id')}", which.params
        )
        deals = deals | {row[0] for row in rows}
    for which in among(sorted(deals)):
        derived.refresh_words(db, which)
    if parties.stale(db):
        parties.rebuild(db)
    else:
        for subject in parties.SUBJECTS:
            parties.refresh(db, subject, found.rows[subject])
