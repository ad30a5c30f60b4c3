"""A whole store as one JSON document, and back: every record with everything it refers to, deals with their history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any, cast

from pipetui.core.change import Change, Row, Scalar, field_names, record, row, scalar
from pipetui.core.deal import RECORDS, Deal, Record
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid, reason_of
from pipetui.exchange.report import Report

FORMAT = 1
Key = tuple[Scalar, ...]
KINDS = {kind.table: kind for kind in RECORDS}
REFERENCES = {
    "pipeline_id": "pipeline", "stage_id": "stage", "next_stage_id": "stage", "closed_from_id": "stage",
    "contact_id": "contact", "organization_id": "organization", "owner_id": "member", "pinned_by_id": "member",
    "source_id": "source", "lost_reason_id": "lost_reason", "tag_id": "tag", "deal_id": "deal",
    "quote_id": "quote", "criterion_id": "criterion", "review_id": "review",
}  # fmt: skip
"""The table each reference leads to; a tagging's `subject_id` leads to its `subject`."""
ALIKE: Mapping[str, tuple[str, ...]] = {
    "pipeline": ("name",), "stage": ("pipeline_id", "name"), "member": ("login",), "organization": ("name",),
    "contact": ("name", "email", "organization_id"), "source": ("name",), "lost_reason": ("name",), "tag": ("name",),
    "deal": ("external_id", "title", "contact_id", "organization_id", "created_at"),
    "tagging": ("tag_id", "subject", "subject_id"), "visit": ("deal_id", "stage_id", "entered_at"),
    "activity": ("deal_id", "contact_id", "organization_id", "kind", "text", "due_on", "created_at"),
    "quote": ("deal_id", "number"), "goal": ("pipeline_id", "period", "metric", "stage_id", "owner_id"),
    "view": ("name",), "rate": ("currency",), "setting": ("name",), "mapping": ("signature",),
    "participant": ("deal_id", "contact_id"), "spending": ("source_id", "spent_on", "amount", "currency", "text"),
    "quote_line": ("quote_id", "position", "text"), "criterion": ("stage_id", "text"),
    "evidence": ("deal_id", "criterion_id"), "review": ("pipeline_id", "owner_id", "began_at"),
    "decision": ("review_id", "deal_id", "decided_at"), "macro": ("name",),
}  # fmt: skip
"""What makes two records the same one, references resolved; an import adds what has no equal."""


def document(records: Iterable[Record]) -> dict[str, Any]:
    """The document of these records."""
    tables: dict[str, list[Row]] = {table: [] for table in KINDS}
    for one in records:
        values = row(one)
        values.pop("version")
        tables[one.table].append(values)
    return {"pipetui": FORMAT, **tables}


def read(path: Path) -> dict[str, Any]:
    """A document from a file. Raises Invalid when it is none."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Invalid(
            say("{file} cannot be read: {reason}.", file=path.name, reason=reason_of(error))
        ) from error
    except (ValueError, RecursionError) as error:
        raise Invalid(say("{file} is not JSON.", file=path.name)) from error
    if not isinstance(whole, dict) or whole.get("pipetui") != FORMAT:
        raise Invalid(
            say("{file} was not exported by pipetui.", file=path.name), say("Import other products by CSV.")
        )
    return whole


def changes(
    whole: Mapping[str, Any], have: Callable[[type[Record]], Iterable[Record]], desk: Desk, report: Report
) -> Iterator[Change]:
    """What a store lacks of a document, references to what it has already resolved. Deals alone are counted.

    In a store without deals what it has already takes the values of the document too. Raises Invalid for a record that
    does not fit.
    """
    fresh = not any(True for _ in have(Deal))
    numbers: dict[tuple[str, int], int] = {}
    for table, kind in KINDS.items():
        there = {one.id: one for one in have(kind)}
        known = _numbered(table, there.values())
        seen: Counter[Key] = Counter()
        for at, values in enumerate(whole.get(table, ()), start=1):
            resolved = _resolved(table, kind, values, numbers, at)
            key = _key(table, resolved)
            number = known.get((key, seen[key]))
            seen[key] += 1
            if number is None:
                number = desk.new_id()
                yield Change(table, number, None, {**resolved, "id": number})
            elif fresh:
                yield _brought_up(there[number], resolved)
            report.created += table == "deal" and number < 0
            report.unchanged += table == "deal" and number > 0
            numbers[table, values["id"]] = number


def _brought_up(one: Record, values: Row) -> Change:
    """The record with the values of the document."""
    have = row(one)
    after = {
        name: value for name, value in values.items() if name not in ("id", "version") and have[name] != value
    }
    return Change(one.table, one.id, {name: have[name] for name in after}, after)


def _numbered(table: str, records: Iterable[Record]) -> dict[tuple[Key, int], int]:
    """Numbers by key and place among equals."""
    found: dict[tuple[Key, int], int] = {}
    seen: Counter[Key] = Counter()
    for one in records:
        key = _key(table, row(one))
        found[key, seen[key]] = one.id
        seen[key] += 1
    return found


def _key(table: str, values: Row) -> Key:
    names = ALIKE[table]
    return tuple(
        fold(value) if isinstance(value := values[name], str) and name == "name" else value for name in names
    )


def _resolved(
    table: str, kind: type[Record], values: Any, numbers: Mapping[tuple[str, int], int], at: int
) -> Row:
    try:
        given = {**_defaults(kind), **values}
        found: Row = {name: _cleaned(name, given[name]) for name in field_names(kind) if name != "version"}
        found["version"] = 1
        for name, leads_to in REFERENCES.items():
            if found.get(name) is not None:
                found[name] = numbers[leads_to, found[name]]  # type: ignore[index]
        if table == "tagging":
            found["subject_id"] = numbers[str(found["subject"]), found["subject_id"]]  # type: ignore[index]
        record(kind, found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        place = say("Record {at} of {table} does not fit.", at=at, table=table)
        raise Invalid(place, say("Nothing was written.")) from error
    return found


@cache
def _defaults(kind: type[Record]) -> Row:
    """The fields that a document of an earlier version may lack."""
    return {one.name: scalar(one.default) for one in fields(cast("Any", kind)) if one.default is not MISSING}


def _cleaned(name: str, value: Any) -> Scalar:
    if value is None or isinstance(value, int | float):
        return value
    if not isinstance(value, str):
        raise TypeError(name)
    return clean(value, lines=name in ("notes", "minutes", "acts"))
