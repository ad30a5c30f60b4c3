"""The board's reads say what a recount by hand says, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from pipetui.core.deal import Deal, Stage
from pipetui.core.moment import Period
from pipetui.store import windows
from pipetui.store.db import Database
from pipetui.store.orders import SORTS, Sort
from pipetui.store.windows import Scope
from sample import NOW, TODAY, Sample, fill

if TYPE_CHECKING:
    from pipetui.store.store import Store

NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def sample(store: Store) -> Sample:
    return fill(store, seed=1, many=120)


def scope_of(sample: Sample, **values: Any) -> Scope:
    chances = {stage.id: 0.1 * (n + 1) for n, stage in enumerate(sample.stages) if stage.kind == "open"}
    return Scope(sample.stages[0].pipeline_id, TODAY, NOW, chances=chances, **values)


def in_sight(deal: Deal, stage: Stage, scope: Scope) -> bool:
    if deal.stage_id != stage.id or deal.archived_at is not None:
        return False
    if scope.owner_id is not None and deal.owner_id != scope.owner_id:
        return False
    if stage.kind == "open":
        return deal.parked_until is None or deal.parked_until <= scope.today
    if scope.period is None:
        return True
    start, end = scope.period.instants()
    if start is None or end is None:
        return True
    return deal.closed_at is not None and start <= deal.closed_at < end


def order_of(sample: Sample, stage: Stage, scope: Scope, sort: Sort) -> Callable[[Deal], tuple[Any, ...]]:
    """The order as a key of plain values, smallest first."""

    def due(deal: Deal) -> date:
        step = sample.steps.get(deal.id)
        return step.due_on if step and step.due_on else deal.stage_since.date()

    def amount(deal: Deal) -> float:
        return float("inf") if deal.amount is None else -deal.amount

    def chance(deal: Deal) -> float:
        holds = deal.pinned_until is None or deal.pinned_until >= scope.today
        pinned = deal.pinned_chance is not None and holds
        return deal.pinned_chance or 0 if pinned else 100.0 * scope.chances[stage.id]

    def closed(deal: Deal) -> float:
        return deal.closed_at.timestamp() if deal.closed_at else float("-inf")

    if stage.kind != "open":
        if sort == "age":
            return lambda deal: (closed(deal), deal.id)
        if sort in ("urgency", "close"):
            return lambda deal: (-closed(deal), -deal.id)
        return lambda deal: (amount(deal), -deal.id)
    keys: dict[Sort, Callable[[Deal], tuple[Any, ...]]] = {
        "urgency": lambda deal: (due(deal), deal.id),
        "amount": lambda deal: (amount(deal), -deal.id),
        "close": lambda deal: (deal.expected_close or date.max, deal.id),
        "chance": lambda deal: (-chance(deal), amount(deal), -deal.id),
        "value": lambda deal: (
            float("inf") if deal.amount is None else -deal.amount * float(chance(deal)),
            -deal.id,
        ),
        "age": lambda deal: (deal.stage_since, deal.id),
    }
    return keys[sort]


def expected(sample: Sample, stage: Stage, scope: Scope, sort: Sort) -> list[int]:
    seen = [deal for deal in sample.deals if in_sight(deal, stage, scope)]
    return [deal.id for deal in sorted(seen, key=order_of(sample, stage, scope, sort))]


SCOPES: dict[str, dict[str, Any]] = {
    "all": {},
    "a month": {"period": NOVEMBER},
    "one owner": {"owner_id": 100},
    "one owner's month": {"owner_id": 101, "period": NOVEMBER},
}


def test_columns_are_a_recount(store: Store, sample: Sample) -> None:
    for view in SCOPES.values():
        are_a_recount(store, sample, scope_of(sample, **view))


def are_a_recount(store: Store, sample: Sample, scope: Scope) -> None:
    columns = windows.columns(store.db, scope)
    assert [column.stage for column in columns] == sample.stages
    for column in columns:
        seen = [deal for deal in sample.deals if in_sight(deal, column.stage, scope)]
        totals: dict[str, tuple[int, int]] = {}
        for deal in seen:
            if deal.amount is not None:
                n, minor = totals.get(deal.currency, (0, 0))
                totals[deal.currency] = (n + 1, minor + deal.amount)
        assert (column.count, column.totals) == (len(seen), totals)
        unparked = replace(scope, today=date.max)
        hidden = [
            deal for deal in sample.deals if in_sight(deal, column.stage, unparked) and deal not in seen
        ]
        assert column.parked == (len(hidden) if column.stage.kind == "open" else 0)


def test_pages_put_together_are_the_column_in_order(store: Store, sample: Sample) -> None:
    for view, sort, stage in product(SCOPES.values(), SORTS, sample.stages):
        scope = scope_of(sample, **view)
        ids = expected(sample, stage, scope, sort)
        for count in (None, len(ids)):
            pages = [
                windows.page(store.db, scope, stage.id, sort, start, 4, count)
                for start in range(0, len(ids) + 8, 4)
            ]
            assert [card.id for page in pages for card in page] == ids
        assert [windows.place(store.db, scope, deal_id, sort) for deal_id in ids] == list(range(len(ids)))


def test_a_deal_out_of_sight_has_no_place(store: Store, sample: Sample) -> None:
    scope = scope_of(sample)
    hidden = [deal for deal in sample.deals if not in_sight(deal, sample.stage(deal), scope)]
    assert hidden
    assert {windows.place(store.db, scope, deal.id, "urgency") for deal in (*hidden, sample.deals[0])} >= {
        None
    }
    assert windows.place(store.db, scope, 10**12, "urgency") is None
    assert windows.page(store.db, scope, 10**12, "urgency", 0, 10) == []


def test_a_card_carries_the_names_it_hangs_on(store: Store, sample: Sample) -> None:
    ids = [deal.id for deal in reversed(sample.deals)]
    cards = windows.cards(store.db, scope_of(sample), [*ids, 10**12])
    assert [card.id for card in cards] == ids
    for card, deal in zip(cards, reversed(sample.deals), strict=True):
        contact, organization = (
            sample.contacts.get(deal.contact_id or 0),
            sample.organizations.get(deal.organization_id or 0),
        )
        reachable = contact or organization
        step = sample.steps.get(deal.id)
        assert card.contact == (contact.name if contact else None)
        assert card.organization == (organization.name if organization else None)
        assert card.email == (reachable.email if reachable else None)
        assert card.phone == (reachable.phone if reachable else None)
        assert (card.title, card.amount, card.currency) == (deal.title, deal.amount, deal.currency)
        assert (card.created_at, card.stage_since, card.closed_at) == (
            deal.created_at,
            deal.stage_since,
            deal.closed_at,
        )
        assert (card.expected_close, card.parked_until) == (deal.expected_close, deal.parked_until)
        owner, reason = sample.members.get(deal.owner_id or 0), sample.reasons.get(deal.lost_reason_id or 0)
        assert (card.owner, card.lost_reason) == (owner and owner.name, reason and reason.name)
        assert (card.next_kind, card.next_due, card.next_time, card.next_text) == (
            (step.kind, step.due_on, step.due_time, step.text) if step else (None, None, None, None)
        )
        holds = deal.pinned_until is None or deal.pinned_until >= TODAY
        assert card.pinned_chance == (deal.pinned_chance if holds else None)
        assert card.archived == (deal.archived_at is not None)


def test_a_list_shows_every_deal_that_is_not_archived_once(store: Store, sample: Sample) -> None:
    scope = scope_of(sample, period=NOVEMBER)
    kept = sorted(deal.id for deal in sample.deals if deal.archived_at is None)
    for sort in (None, *SORTS):
        lines = list(windows.listing(store.db, scope, sort))
        ids = [line.id for line in lines]
        assert sorted(ids) == kept
        assert [line.id for line in windows.listing(store.db, scope, sort, 5, 3)] == ids[3:8]
    assert {line.id: line.tags for line in lines} == {deal_id: sample.tags[deal_id] for deal_id in ids}


def test_attention_counts_late_deals_and_those_without_a_step(store: Store, sample: Sample) -> None:
    scope = scope_of(sample)
    seen = [
        deal
        for deal in sample.deals
        for stage in sample.stages
        if stage.kind == "open" and in_sight(deal, stage, scope)
    ]
    steps = [sample.steps.get(deal.id) for deal in seen]
    late = sum(1 for step in steps if step and step.due_on and step.due_on < TODAY)
    assert windows.attention(store.db, scope) == windows.Attention(late, steps.count(None))


INDEXES = {
    "open": {
        "urgency": "open_by_urgency",
        "amount": "open_by_amount",
        "close": "open_by_close",
        "age": "open_by_age",
    },
    "won": {
        "urgency": "deal_by_closing",
        "amount": "deal_by_amount",
        "close": "deal_by_closing",
        "age": "deal_by_closing",
    },
}


def test_pages_of_a_large_column_are_read_along_an_index(store: Store, sample: Sample) -> None:
    if store.db.dialect == "postgresql":
        pytest.skip("an engine that plans by what the tables hold")
    for kind, sort in product(INDEXES, ("urgency", "amount", "close", "age")):
        stage = next(stage for stage in sample.stages if stage.kind == kind)
        sql, params = asked(store, lambda: windows.page(store.db, scope_of(sample), stage.id, sort, 0, 5))  # noqa: B023
        plan = " / ".join(line[3] for line in store.db.rows(f"EXPLAIN QUERY PLAN {sql}", params))
        assert f" {INDEXES[kind][sort]} " in plan
        assert "TEMP B-TREE" not in plan


def asked(store: Store, act: Callable[[], object]) -> tuple[str, Any]:
    """The query for the numbers of a page."""
    seen: list[tuple[str, Any]] = []

    def rows(sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        seen.append((sql, params))
        return Database.rows(store.db, sql, params)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store.db, "rows", rows)
        act()
    return next((sql, params) for sql, params in seen if "OFFSET" in sql)
