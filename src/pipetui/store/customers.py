"""The customer file as it is read: lists by name some at a time, and all there is about one person or company."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pipetui.core.change import record
from pipetui.core.deal import Activity, Contact, Deal, Organization, Participant, Quote, Stage, Tag, Tagging
from pipetui.core.text import fold
from pipetui.store import log
from pipetui.store.rows import among, columns

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.log import Entry
    from pipetui.store.store import Store

Party = Contact | Organization
P = TypeVar("P", bound=Contact | Organization)
HISTORY = 100
NUMBER = re.compile(r"[+(]?[\d .()/-]+")
LONG = 4
"""So many digits are looked for as a phone number, however it is written."""


class Listed(NamedTuple):
    """One line of the list of people or companies."""

    id: int
    name: str
    company: str | None
    """Of a person."""
    job: str | None
    """Of a person; the industry of a company."""
    city: str | None
    country: str | None
    email: str | None
    phone: str | None
    opted_out: bool
    open_deals: int
    won_deals: int


@dataclass(frozen=True, slots=True)
class File:
    """All there is about one person or company."""

    party: Party
    company: Organization | None
    """Of a person."""
    staff: tuple[Contact, ...]
    """Of a company."""
    deals: tuple[tuple[Deal, Stage, str], ...]
    """With the stage each stands in and the part that is played in it; the newest first."""
    activities: tuple[Activity, ...]
    quotes: tuple[Quote, ...]
    tags: tuple[Tag, ...]
    entries: tuple[Entry, ...]
    """What the journal says of the record itself, newest first."""


def count(db: Database, subject: str, archived: bool = False) -> int:
    """How many there are."""
    row = db.one(
        "SELECT COUNT(*) FROM party_search WHERE subject = ? AND archived = ?", (subject, int(archived))
    )
    return row[0] if row else 0


def page(db: Database, subject: str, archived: bool, offset: int, limit: int) -> list[int]:
    """Some of all, by name, from an offset on."""
    sql = "SELECT party_id FROM party_search WHERE subject = ? AND archived = ? ORDER BY name, party_id"
    rows = db.rows(f"{sql} LIMIT ? OFFSET ?", (subject, int(archived), limit, offset))
    return [row[0] for row in rows]


def numbers(db: Database, subject: str, words: str = "", archived: bool = False) -> list[int]:
    """Those who have all the words, by name: looked for once, however many pages of them are shown."""
    where, params = _where(db, subject, words, archived)
    return [
        row[0]
        for row in db.rows(f"SELECT party_id FROM party_search WHERE {where} ORDER BY name, party_id", params)
    ]


def listed(db: Database, subject: str, numbers: Sequence[int]) -> list[Listed]:
    """These people or companies, in this order."""
    kinds = " ".join(
        f"(SELECT COUNT(*) FROM deal JOIN stage ON stage.id = deal.stage_id WHERE deal.{subject}_id = {subject}.id"
        f" AND deal.archived_at IS NULL AND stage.kind = '{kind}'){comma}"
        for kind, comma in (("open", ","), ("won", ""))
    )
    person = "organization.name, contact.job" if subject == "contact" else "NULL, organization.industry"
    joined = (
        "LEFT JOIN organization ON organization.id = contact.organization_id" if subject == "contact" else ""
    )
    own = ", ".join(f"{subject}.{name}" for name in ("city", "country", "email", "phone"))
    own += f", CASE WHEN {subject}.opted_out_at IS NULL THEN 0 ELSE 1 END"
    found = {
        row[0]: Listed(*row)
        for which in among(numbers)
        for row in db.rows(
            f"SELECT {subject}.id, {subject}.name, {person}, {own}, {kinds} FROM {subject} {joined}"
            f" WHERE {which.of(f'{subject}.id')}",
            which.params,
        )
    }
    return [found[number] for number in numbers if number in found]


def records(store: Store, kind: type[P], wanted: Sequence[int]) -> list[P]:
    """These people or companies with all their fields, in this order."""
    names = columns(kind.table)
    found = {
        row[0]: record(kind, dict(zip(names, row, strict=True)))
        for which in among(wanted)
        for row in store.db.rows(
            f"SELECT {', '.join(names)} FROM {kind.table} WHERE {which.of('id')}", which.params
        )
    }
    return [found[number] for number in wanted if number in found]


def _where(db: Database, subject: str, words: str, archived: bool) -> tuple[str, tuple[Any, ...]]:
    tests, params = ["subject = ?", "archived = ?"], [subject, int(archived)]
    within, dialled = "instr" if db.dialect == "sqlite" else "strpos", _dialled(words)
    if dialled:
        bare = "text"
        for sign in " .-":
            bare = f"replace({bare}, '{sign}', '')"
        return " AND ".join([*tests, f"{within}({bare}, ?) > 0"]), (*params, dialled)
    for word in fold(words).split():
        tests.append(f"{within}(text, ?) > 0")
        params.append(word)
    return " AND ".join(tests), tuple(params)


def _dialled(words: str) -> str:
    """The digits of what looks like a phone number, without what differs between home and abroad; else nothing."""
    if not NUMBER.fullmatch(words.strip()):
        return ""
    digits = "".join(filter(str.isdigit, words))
    return digits.lstrip("0") if len(digits) >= LONG else ""


def file_of(store: Store, kind: type[Party], number: int) -> File:
    """All there is about one. Raises NotFound."""
    with store.db.reading():
        party: Party = store.get(kind, number)
        field = f"{party.table}_id"
        parts = store.all(Participant, contact_id=number) if isinstance(party, Contact) else []
        roles = {one.deal_id: one.role for one in parts}
        deals = {deal.id: deal for deal in store.all(Deal, **{field: number})}
        for missing in roles.keys() - deals.keys():
            deals[missing] = store.get(Deal, missing)
        stages = {stage.id: stage for stage in store.all(Stage)}
        newest = sorted(deals.values(), key=lambda deal: (deal.created_at, deal.id), reverse=True)
        company = party.organization_id if isinstance(party, Contact) else None
        return File(
            party,
            store.get(Organization, company) if company is not None else None,
            tuple(store.all(Contact, organization_id=number, archived_at=None))
            if isinstance(party, Organization)
            else (),
            tuple((deal, stages[deal.stage_id], roles.get(deal.id, "")) for deal in newest),
            tuple(_activities(store, field, number, deals)),
            tuple(quote for deal in newest for quote in store.all(Quote, deal_id=deal.id)),
            _tags(store, party),
            tuple(log.entries_of_row(store.db, party.table, number, HISTORY)),
        )


def _activities(store: Store, field: str, number: int, deals: Iterable[int]) -> list[Activity]:
    """What was done and is planned with them, alone or about a deal; each once."""
    found = {one.id: one for one in store.all(Activity, **{field: number})}
    for deal_id in deals:
        found |= {one.id: one for one in store.all(Activity, deal_id=deal_id)}
    return sorted(found.values(), key=lambda one: one.id)


def _tags(store: Store, party: Party) -> tuple[Tag, ...]:
    taggings = store.all(Tagging, subject=party.table, subject_id=party.id)
    return tuple(sorted((store.get(Tag, one.tag_id) for one in taggings), key=lambda tag: tag.name))


def reachable(store: Store, subject: str, wanted: Sequence[int]) -> tuple[list[Party], dict[int, str]]:
    """Of these people or companies those who take marketing, and the names of the people's companies.

    A person of a company that wants none is not written to either.
    """
    if subject == "organization":
        return [one for one in records(store, Organization, wanted) if one.opted_out_at is None], {}
    people = [one for one in records(store, Contact, wanted) if one.opted_out_at is None]
    named = {one.organization_id for one in people if one.organization_id is not None}
    companies = {one.id: one for one in records(store, Organization, sorted(named))}
    kept: list[Party] = [
        one
        for one in people
        if one.organization_id is None or companies[one.organization_id].opted_out_at is None
    ]
    return kept, {number: one.name for number, one in companies.items()}


def attached(store: Store, party: Party) -> list[Deal | Activity | Contact | Tagging | Participant]:
    """All that refers to a person or a company."""
    field = f"{party.table}_id"
    staff = store.all(Contact, organization_id=party.id) if isinstance(party, Organization) else []
    parts = store.all(Participant, contact_id=party.id) if isinstance(party, Contact) else []
    return [
        *store.all(Deal, **{field: party.id}),
        *store.all(Activity, **{field: party.id}),
        *store.all(Tagging, subject=party.table, subject_id=party.id),
        *staff,
        *parts,
    ]
