"""A small random pipeline for the tests of the reads, with everything a deal can have, told twice: rows in a store,
and plain values to count again by hand.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pipetui.core.change import field_names, row
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    LostReason,
    Member,
    Organization,
    Record,
    Source,
    Stage,
    Tag,
    Tagging,
    Visit,
)

if TYPE_CHECKING:
    from pipetui.store.store import Store

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NAMES = (
    "Acme",
    "acmé",
    "Dupont & fils",
    "[/b] Acme [VIP]",
    "100 %_off",
    "O'Neill \\ Co",
    "ÉCLAIR",
    "海外",
    "\u202eevil",
    "a",
)
TAGS = ("vip", "cold", "Été", "50%")


@dataclass(frozen=True)
class Sample:
    """What was put into the store."""

    stages: list[Stage]
    deals: list[Deal]
    contacts: dict[int, Contact]
    organizations: dict[int, Organization]
    members: dict[int, Member]
    sources: dict[int, Source]
    reasons: dict[int, LostReason]
    tags: dict[int, tuple[str, ...]]
    """By deal."""
    steps: dict[int, Activity]
    """The next step, by deal."""

    def stage(self, deal: Deal) -> Stage:
        """Where a deal stands."""
        return next(stage for stage in self.stages if stage.id == deal.stage_id)


def fill(store: Store, seed: int, many: int = 80) -> Sample:
    """Put a random sample into an empty store, behind the journal's back."""
    dice = random.Random(seed)
    stages = store.all(Stage)
    at = NOW - timedelta(days=400)
    first = 100
    members = [
        Member(id=first + n, login=f"m{n}", name=name, retired_at=NOW if n == 2 else None)
        for n, name in enumerate(("Ada L.", "Émile", "ada"))
    ]
    sources = [Source(id=first + n, name=name) for n, name in enumerate(("Salon", "web site", "blog"))]
    reasons = [LostReason(id=first + n, name=name) for n, name in enumerate(("Too dear", "no budget"))]
    tags = [Tag(id=first + n, name=name) for n, name in enumerate(TAGS)]
    organizations = [
        Organization(
            id=first + n, name=name, created_at=at, email=dice.choice((None, f"info{n}@example.com"))
        )
        for n, name in enumerate(NAMES)
    ]
    contacts = [
        Contact(
            id=first + n,
            name=f"{dice.choice(('Marie', 'José', 'Zoë'))} {name}",
            email=dice.choice((None, f"p{n}@example.org")),
            phone=dice.choice((None, f"06 12 {n}")),
            created_at=at,
        )
        for n, name in enumerate(NAMES)
    ]
    deals = [_deal(dice, n, stages, members, sources, reasons) for n in range(1, many + 1)]
    taggings = [
        Tagging(id=10 * deal.id + n, tag_id=tag.id, subject="deal", subject_id=deal.id)
        for deal in deals
        for n, tag in enumerate(dice.sample(tags, dice.choice((0, 0, 1, 2))))
    ]
    steps = [_step(dice, deal) for deal in deals if dice.random() < 0.6]
    visits = [
        Visit(
            id=deal.id,
            deal_id=deal.id,
            stage_id=dice.choice([stage.id for stage in stages if stage.kind == "open"]),
            entered_at=deal.created_at,
            left_at=deal.created_at + timedelta(days=dice.choice((0, 3, 3.5, 40))),
        )
        for deal in deals
    ]
    kinds = (members, sources, reasons, tags, organizations, contacts, deals, taggings, steps, visits)
    with store.db.transaction():
        for records in kinds:
            _insert(store, records)
    store.recount()
    return Sample(
        stages, deals, {c.id: c for c in contacts}, {o.id: o for o in organizations}, {m.id: m for m in members},
        {s.id: s for s in sources}, {r.id: r for r in reasons},
        {deal.id: _names_of(deal.id, tags, taggings) for deal in deals},
        {step.deal_id: step for step in steps if step.deal_id},
    )  # fmt: skip


def _names_of(deal_id: int, tags: list[Tag], taggings: list[Tagging]) -> tuple[str, ...]:
    carried = {tagging.tag_id for tagging in taggings if tagging.subject_id == deal_id}
    return tuple(sorted(tag.name for tag in tags if tag.id in carried))


def _insert(store: Store, records: list[Record]) -> None:
    kind = type(records[0])
    names = field_names(kind)
    sql = f"INSERT INTO {kind.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    store.db.run_many(sql, [tuple(row(record).values()) for record in records])


def _deal(
    dice: random.Random,
    number: int,
    stages: list[Stage],
    members: list[Member],
    sources: list[Source],
    reasons: list[LostReason],
) -> Deal:
    stage = dice.choice(stages)
    created = NOW - timedelta(days=dice.choice((1, 20, 20, 90, 300)), seconds=dice.choice((0, 0, 1)))
    since = created + timedelta(days=dice.choice((0, 0.5, 1)))
    deal = Deal(
        id=number,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        title=dice.choice(("", "Site web", "site", "[/b] audit", "Refonte d'été", "100%")),
        contact_id=dice.choice((None, 100 + dice.randrange(len(NAMES)))),
        organization_id=dice.choice((None, 100 + dice.randrange(len(NAMES)))),
        amount=dice.choice((None, 0, 1_000_000, 1_000_000, 999_999, 1_000_001, dice.randrange(10**7), -500)),
        currency=dice.choice(("EUR", "EUR", "USD", "JPY", "TND")),
        owner_id=dice.choice((None, *(member.id for member in members))),
        source_id=dice.choice((None, *(source.id for source in sources))),
        expected_close=dice.choice((None, TODAY + timedelta(days=dice.randint(-40, 60)))),
        created_at=created,
        stage_since=since,
        archived_at=NOW if dice.random() < 0.1 else None,
        pinned_chance=dice.choice((None, None, 0, 33, 100)),
        pinned_until=dice.choice((None, TODAY, TODAY - timedelta(days=1))),
        history_known=dice.random() < 0.8,
        external_id=dice.choice((None, f"X-{number}")),
    )
    if stage.kind == "open":
        parked = dice.choice((None, None, None, TODAY, TODAY + timedelta(days=3)))
        return replace(deal, parked_until=parked)
    closed = dice.choice((since, None, datetime(2026, 11, 1, tzinfo=UTC)))
    reason = dice.choice(reasons).id if stage.kind == "lost" else None
    return replace(deal, closed_at=closed, lost_reason_id=reason, closed_from_id=stages[0].id)


def _step(dice: random.Random, deal: Deal) -> Activity:
    return Activity(
        id=deal.id,
        deal_id=deal.id,
        kind=dice.choice(("call", "email", "meeting")),
        text=dice.choice(("", "call back", "[/b]")),
        due_on=TODAY + timedelta(days=dice.randint(-3, 3)),
        due_time=dice.choice((None, "09:30")),
        created_at=deal.created_at,
    )
