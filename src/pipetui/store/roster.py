"""Whom and what the store knows, read for an import as plain columns: names by the hundred thousand are no records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.deal import Contact, Deal, LostReason, Member, Organization, Source, Tag, Visit
from pipetui.core.roster import KnownCompany, KnownDeal, KnownPerson, Roster

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.store.store import Store


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
    )
