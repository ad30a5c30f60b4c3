"""All the store holds about one person, as a document to hand over on request: readable, complete, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text, row
from pipetui.core.deal import (
    Contact,
    Deal,
    LostReason,
    Member,
    Organization,
    QuoteLine,
    Record,
    Source,
    Stage,
    Tag,
    Tagging,
)
from pipetui.core.money import decimal_text
from pipetui.exchange.export import put
from pipetui.lang import told
from pipetui.store import customers, log, mentions
from pipetui.store.person import Person, person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipetui.store.log import Entry
    from pipetui.store.store import Store

Json = dict[str, Any]
ALL = 1_000_000
"""Entries of a history: every one there is."""
NAMED: Mapping[str, tuple[type[Record], str]] = {
    "organization_id": (Organization, "organization"), "owner_id": (Member, "owner"), "stage_id": (Stage, "stage"),
    "source_id": (Source, "source"), "lost_reason_id": (LostReason, "lost_reason"),
}  # fmt: skip
"""References that are told by name."""


def write(store: Store, contact_id: int, path: Path) -> Json:
    """The document of a person in a file. Raises NotFound, Refused when it cannot be written."""
    document = of(store, contact_id)
    put(path, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
    return document


def of(store: Store, contact_id: int) -> Json:
    """The document of a person. Raises NotFound."""
    with store.db.reading():
        whose = person(store.db, contact_id)
        texts = list(mentions.texts(store.db, whose))
        labels = [{"at": at, "what": told(label)} for at, label in mentions.labels(store.db, whose)]
        history = [
            _entry(number, one)
            for number in whose.ids
            for one in log.entries_of_row(store.db, "contact", number, ALL)
        ]
    files = [customers.file_of(store, Contact, number) for number in whose.rows]
    deals = {deal.id: (deal, role) for file in files for deal, _, role in file.deals}
    quotes = {one.id: one for file in files for one in file.quotes}
    return {
        "person": [_record(store, file.party) for file in files],
        "known_as": {
            "names": sorted(whose.ever.names), "emails": sorted(whose.ever.emails), "phones": sorted(whose.ever.phones),
        },
        "organizations": [
            _record(store, one) for one in {file.company.id: file.company for file in files if file.company}.values()
        ],
        "tags": sorted({tag.name for file in files for tag in file.tags}),
        "deals": [_deal(store, deal, role, whose) for deal, role in deals.values()],
        "quotes": [
            {**_record(store, one), "lines": [_record(store, line) for line in store.all(QuoteLine, quote_id=one.id)]}
            for one in quotes.values()
        ],
        "activities": [
            _record(store, one) for one in {one.id: one for file in files for one in file.activities}.values()
        ],
        "history": history,
        "mentioned_in": [_mention(one) for one in texts],
        "named_in_the_log": labels,
        "same_as": [{"table": table, "id": number, "name": name} for table, number, name in whose.alike],
    }  # fmt: skip


def counted(document: Json) -> dict[str, int]:
    """How many entries each part of a document has."""
    return {name: len(part) for name, part in document.items() if isinstance(part, list)}


def _record(store: Store, one: Record) -> Json:
    """The fields of a record, references by name, amounts as decimal text."""
    values: Json = {}
    for name, value in row(one).items():
        if name in NAMED:
            kind, called = NAMED[name]
            values[called] = getattr(store.get(kind, int(value)), "name", None) if value is not None else None
        elif name != "version":
            values[name] = value
    for name in ("amount", "unit_price"):
        if isinstance(amount := values.get(name), int) and "currency" in values:
            values[name] = decimal_text(amount, values["currency"])
    return values


def _deal(store: Store, deal: Deal, role: str, whose: Person) -> Json:
    tags = [store.get(Tag, one.tag_id).name for one in store.all(Tagging, subject="deal", subject_id=deal.id)]
    first = deal.contact_id in whose.ids
    return {**_record(store, deal), "first_contact": first, "role": role or None, "tags": tags}


def _entry(number: int, entry: Entry) -> Json:
    changes: Iterable[Any] = entry.changes
    return {
        "contact": number,
        "at": moment_text(entry.at),
        "by": entry.member,
        "what": told(entry.label),
        "kind": entry.kind,
        "undone": entry.undone,
        "before": [change.before for change in changes if change.before],
        "after": [change.after for change in changes if change.after],
    }


def _mention(one: mentions.Mention) -> Json:
    found = {"table": one.table, "id": one.row_id, "field": one.field, "text": one.text}
    return found if one.at is None else {**found, "until_or_from": one.at}
