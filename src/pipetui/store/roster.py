"""Whom and what the store knows, read for an import as plain columns: names by the hundred thousand are no records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pipetui.core.deal import Contact, Deal, LostReason, Member, Organization, Source, Tag, Visit
from pipetui.core.roster import KnownCompany, KnownDeal, KnownPerson, Roster
from pipetui.store.gate import refusal

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.store.db import Database
    from pipetui.store.store import Store

P = TypeVar("P", Contact, Organization)
FEW = 3000
"""So many names are all looked through at each key; of more, those that begin alike."""


def roster(store: Store, desk: Desk, currency: str) -> Roster:
    """Everything an import into the desk's pipeline has to recognise."""
    people = "SELECT id, name, email, organization_id, external_id FROM contact WHERE archived_at IS NULL ORDER BY id"
    deals = "SELECT id, external_id, title, organization_id, contact_id, created_at FROM deal WHERE pipeline_id = ?"
    pipeline_id = desk.stages[0].pipeline_id
    return Roster(
        desk=desk,
        currency=currency,
        members=store.all(Member),
        sources=store.all(Source),
        reasons=store.all(LostReason),
        tags=store.all(Tag),
        companies=[
            KnownCompany(*row)
            for row in store.db.rows(
                "SELECT id, name, external_id FROM organization WHERE archived_at IS NULL ORDER BY id"
            )
        ],
        people=[KnownPerson(*row) for row in store.db.rows(people)],
        deals=[KnownDeal(*row) for row in store.db.rows(f"{deals} ORDER BY id", (pipeline_id,))],
        deal=lambda number: store.get(Deal, number),
        visits=lambda number: store.all(Visit, deal_id=number),
        tags_of=lambda number: [
            row[0]
            for row in store.db.rows(
                "SELECT tag_id FROM tagging WHERE subject = 'deal' AND subject_id = ?", (number,)
            )
        ],
        company=lambda number: store.get(Organization, number),
        person=lambda number: store.get(Contact, number),
        refused=lambda changes: refusal(store.db, store.actor, changes),
    )


def names(db: Database, kind: type[Contact | Organization], begun: str, few: int) -> list[str]:
    """All names where there are at most so few; else at most so many that begin like `begun`, none without it."""
    rows = db.rows(f"SELECT name FROM {kind.table} WHERE archived_at IS NULL LIMIT ?", (few + 1,))
    if len(rows) > few:
        start = begun.strip()[:2].lower()
        like = f"SELECT name FROM {kind.table} WHERE archived_at IS NULL AND lower(name) LIKE ? LIMIT ?"
        rows = db.rows(like, (f"{start}%", few)) if start.isalnum() else []
    return [row[0] for row in rows]


def called(store: Store, kind: type[P], wanted: Iterable[str | None], few: int) -> list[P]:
    """All people or companies where there are at most so few; else those of the wanted names."""
    if len(store.db.rows(f"SELECT id FROM {kind.table} LIMIT ?", (few + 1,))) <= few:
        return store.all(kind, archived_at=None)
    sql = f"SELECT id FROM {kind.table} WHERE archived_at IS NULL AND lower(name) = ?"
    lowered = sorted({name.lower() for name in wanted if name})
    return [store.get(kind, row[0]) for name in lowered for row in store.db.rows(sql, (name,))]
