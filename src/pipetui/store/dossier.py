"""A deal and all that hangs on it, read at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pipetui.core.change import record
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    Evidence,
    Organization,
    Participant,
    Quote,
    QuoteLine,
    Record,
    Tag,
    Visit,
)
from pipetui.store import log, records
from pipetui.store.rows import columns

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.log import Entry

R = TypeVar("R", bound=Record)
HISTORY = 200
"""Entries of the journal in a dossier."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A deal and all that hangs on it."""

    deal: Deal
    contact: Contact | None
    organization: Organization | None
    visits: tuple[Visit, ...]
    activities: tuple[Activity, ...]
    quotes: tuple[Quote, ...]
    tags: tuple[Tag, ...]
    entries: tuple[Entry, ...]
    """What the journal says of it, newest first."""
    lines: tuple[QuoteLine, ...] = ()
    """Of all its quotes."""
    participants: tuple[Participant, ...] = ()
    people: tuple[Contact, ...] = ()
    """Those who take part, its first contact left aside."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def next_step(self) -> Activity | None:
        """The earliest of what is planned."""
        planned = (one for one in self.activities if one.due_on is not None and one.done_at is None)
        return min(planned, key=lambda one: (str(one.due_on), one.due_time or "24", one.id), default=None)


def dossier(db: Database, deal_id: int) -> Dossier:
    """What the store knows of a deal. Raises NotFound."""
    with db.reading():
        deal = records.get(db, Deal, deal_id)
        participants = _of(db, Participant, deal_id)
        others = dict.fromkeys(one.contact_id for one in participants if one.contact_id != deal.contact_id)
        return Dossier(
            deal,
            None if deal.contact_id is None else records.get(db, Contact, deal.contact_id),
            None if deal.organization_id is None else records.get(db, Organization, deal.organization_id),
            _of(db, Visit, deal_id),
            _of(db, Activity, deal_id),
            _of(db, Quote, deal_id),
            _tags(db, deal_id),
            tuple(log.entries_of(db, deal_id, HISTORY)),
            _lines(db, deal_id),
            participants,
            tuple(records.get(db, Contact, number) for number in others),
            _of(db, Evidence, deal_id),
        )


def _of(db: Database, kind: type[R], deal_id: int) -> tuple[R, ...]:
    return tuple(records.every(db, kind, deal_id=deal_id))


def _tags(db: Database, deal_id: int) -> tuple[Tag, ...]:
    joined = "JOIN tagging ON tagging.tag_id = tag.id"
    where = "tagging.subject = 'deal' AND tagging.subject_id = ? ORDER BY tag.name"
    return _joined(db, Tag, f"{joined} WHERE {where}", deal_id)


def _lines(db: Database, deal_id: int) -> tuple[QuoteLine, ...]:
    joined = "JOIN quote ON quote.id = quote_line.quote_id"
    where = "quote.deal_id = ? ORDER BY quote_line.quote_id, quote_line.position, quote_line.id"
    return _joined(db, QuoteLine, f"{joined} WHERE {where}", deal_id)


def _joined(db: Database, kind: type[R], rest: str, deal_id: int) -> tuple[R, ...]:
    """Records that hang on the deal by way of another table."""
    table, names = kind.table, columns(kind.table)
    sql = f"SELECT {', '.join(f'{table}.{name}' for name in names)} FROM {table} {rest}"
    return tuple(record(kind, dict(zip(names, row, strict=True))) for row in db.rows(sql, (deal_id,)))
