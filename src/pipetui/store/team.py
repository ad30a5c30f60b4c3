"""The members with what they have at hand, and the records that go along when it is handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pipetui.core.change import record
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization
from pipetui.core.members import Held
from pipetui.store.rows import among, columns, found

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store

R = TypeVar("R", Deal, Contact, Organization, Activity)
OPEN = "archived_at IS NULL AND stage_id IN (SELECT id FROM stage WHERE kind = 'open')"


@dataclass(frozen=True, slots=True)
class Listed:
    """A member as the list shows one."""

    member: Member
    deals: int
    """Open deals of theirs."""
    last_act: str | None
    """When they wrote last: ISO 8601, UTC."""

    @property
    def last_moment(self) -> datetime | None:
        """The same as a moment."""
        return datetime.fromisoformat(self.last_act) if self.last_act else None


def listed(db: Database) -> list[Listed]:
    """All members: those who work here by name, then those who have left."""
    names = columns("member")
    rows = db.rows(f"SELECT {', '.join(names)} FROM member ORDER BY retired_at IS NOT NULL, name, id")
    deals = dict(db.rows(f"SELECT owner_id, COUNT(*) FROM deal WHERE {OPEN} GROUP BY owner_id"))
    last = dict(db.rows("SELECT member_id, MAX(at) FROM batch WHERE kind <> 'setup' GROUP BY member_id"))
    return [
        Listed(member, deals.get(member.id, 0), last.get(member.id))
        for member in (record(Member, dict(zip(names, row, strict=True))) for row in rows)
    ]


def held(store: Store, member_id: int) -> Held:
    """What would be left without anybody when this member goes."""
    deals = f"SELECT id FROM deal WHERE owner_id = ? AND {OPEN}"
    live = "SELECT id FROM {table} WHERE owner_id = ? AND archived_at IS NULL"
    return Held(
        deals=list(_records(store.db, Deal, _ids(store.db, deals, member_id))),
        contacts=_records(store.db, Contact, _ids(store.db, live.format(table="contact"), member_id)),
        organizations=_records(
            store.db, Organization, _ids(store.db, live.format(table="organization"), member_id)
        ),
        activities=store.all(Activity, owner_id=member_id, done_at=None),
    )


def with_steps(db: Database, ids: Sequence[int]) -> Held:
    """Deals, and the planned steps of their owners that go with them."""
    deals = _records(db, Deal, ids)
    owners = {deal.id: deal.owner_id for deal in deals}
    steps: list[Activity] = []
    for which in among(ids):
        planned = db.rows(
            f"SELECT id FROM activity WHERE done_at IS NULL AND {which.of('deal_id')}", which.params
        )
        steps += _records(db, Activity, [row[0] for row in planned])
    return Held(deals, activities=[one for one in steps if one.owner_id == owners[one.deal_id or 0]])


def _ids(db: Database, sql: str, member_id: int) -> list[int]:
    return [row[0] for row in db.rows(f"{sql} ORDER BY id", (member_id,))]


def _records(db: Database, kind: type[R], ids: Iterable[int]) -> list[R]:
    rows = {number: row for which in among(ids) for number, row in found(db, kind.table, which).items()}
    return [record(kind, rows[number]) for number in sorted(rows)]
