"""Small acts on a store that the tests tell their stories with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from pipetui.core.access import Role
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization, Stage, Visit
from pipetui.core.message import say
from pipetui.store.store import Committed, Store

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
Opener = Callable[[str], Store]
"""Opens a store as the member of a login."""


def commit(store: Store, *changes: Change, label: str = "A change") -> Committed:
    """Write changes as one batch."""
    return store.commit(Batch(say(label), changes))


def stages(store: Store) -> dict[str, Stage]:
    """The stages by name."""
    return {stage.name: stage for stage in store.all(Stage)}


def add_deal(
    store: Store, title: str = "Web site", stage: str = "Lead", amount: int | None = 120_000
) -> Deal:
    """A deal with its company, its contact, its first visit and a next step."""
    there = stages(store)[stage]
    done = commit(
        store,
        Change.add(Deal(
            id=-1, pipeline_id=there.pipeline_id, stage_id=there.id, title=title, amount=amount, contact_id=-3,
            organization_id=-2, created_at=NOW, stage_since=NOW,
        )),
        Change.add(Organization(id=-2, name="Boréal SARL", created_at=NOW)),
        Change.add(Contact(id=-3, name="Marie Curie", organization_id=-2, email="marie@acme.fr", created_at=NOW)),
        Change.add(Visit(id=-4, deal_id=-1, stage_id=there.id, entered_at=NOW)),
        Change.add(Activity(id=-5, deal_id=-1, kind="call", text="call", due_on=date(2026, 12, 1), created_at=NOW)),
        label="Add a deal",
    )  # fmt: skip
    return store.get(Deal, done.ids[-1])


def move(store: Store, deal: Deal, to: str) -> Deal:
    """The deal goes to another stage, by name."""
    there = stages(store)[to]
    [visit] = [visit for visit in store.all(Visit, deal_id=deal.id) if visit.left_at is None]
    changes = [
        Change.edit(deal, stage_id=there.id),
        Change.edit(visit, left_at=NOW, next_stage_id=there.id),
    ]
    if there.kind == "open":
        changes.append(Change.add(Visit(id=-1, deal_id=deal.id, stage_id=there.id, entered_at=NOW)))
    commit(store, *changes, label="Move")
    return store.get(Deal, deal.id)


def joined(opened: Opener, ann: Store, login: str, role: Role) -> Store:
    """Somebody with a role."""
    commit(ann, Change.add(Member(id=-1, login=login, name=f"[/b] {login}", role=role)))
    return opened(login)


def given_to(ann: Store, store: Store, deal: Deal) -> Deal:
    """The deal in the hands of that member."""
    commit(ann, Change.edit(deal, owner_id=store.me))
    return ann.get(Deal, deal.id)


def tally(store: Store) -> set[tuple[object, ...]]:
    """The counts as the store keeps them: stage, furthest stage, currency, deals, sum, deals without amount."""
    names = {stage.id: stage.name for stage in store.all(Stage)}
    rows = store.db.rows("SELECT stage_id, furthest_id, currency, n, amount, without_amount FROM tally")
    return {(names[row[0]], names.get(row[1]), *row[2:]) for row in rows}


def words(store: Store, deal: Deal) -> str:
    """What the deal is found by, on one line."""
    [(text,)] = store.db.rows("SELECT text FROM deal_search WHERE deal_id = ?", (deal.id,))
    return " ".join(str(text).split())
