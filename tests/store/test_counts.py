"""What the forecast counts, against a recount by hand, on both engines."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest

from pipetui.core.deal import Deal
from pipetui.core.moment import Period
from pipetui.store import counts
from pipetui.store.windows import Scope
from sample import NOW, TODAY, Sample, fill

if TYPE_CHECKING:
    from pipetui.store.store import Store

NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def sample(store: Store) -> Sample:
    return fill(store, seed=2, many=120)


def scope_of(sample: Sample, owner_id: int | None = None) -> Scope:
    return Scope(sample.stages[0].pipeline_id, TODAY, NOW, owner_id=owner_id)


def waits(deal: Deal) -> bool:
    return deal.parked_until is not None and deal.parked_until > TODAY


@pytest.mark.parametrize("owner_id", [None, 100])
def test_tallies_count_every_deal_where_it_stands(store: Store, sample: Sample, owner_id: int | None) -> None:
    theirs = [deal for deal in sample.deals if owner_id in (None, deal.owner_id)]
    want = Counter(
        (deal.stage_id, int(deal.history_known), int(deal.archived_at is not None), deal.currency)
        for deal in theirs
    )
    found: Counter[tuple[int, int, int, str]] = Counter()
    amount = without = 0
    for some in counts.tallies(store.db, scope_of(sample, owner_id)):
        found[some.stage_id, some.known, some.archived, some.currency] += some.n
        amount, without = amount + some.amount, without + some.without_amount
    assert found == want
    assert amount == sum(deal.amount or 0 for deal in theirs)
    assert without == sum(deal.amount is None for deal in theirs)


def test_kept_and_counted_tallies_agree(store: Store, sample: Sample) -> None:
    """Every deal has an owner here, so that all owners together are everybody."""
    store.db.run("UPDATE deal SET owner_id = 100")
    kept, counted = (counts.tallies(store.db, scope_of(sample, owner_id)) for owner_id in (None, 100))
    assert sorted(map(repr, kept)) == sorted(map(repr, counted))


@pytest.mark.parametrize("owner_id", [None, 101])
def test_wins_are_those_signed_in_the_period(store: Store, sample: Sample, owner_id: int | None) -> None:
    start, end = NOVEMBER.instants()
    assert start and end
    won = [
        deal
        for deal in sample.deals
        if sample.stage(deal).kind == "won" and deal.archived_at is None and owner_id in (None, deal.owner_id)
        if deal.closed_at and start <= deal.closed_at < end
    ]
    totals: dict[str, tuple[int, int]] = {}
    for deal in won:
        if deal.amount is not None:
            n, minor = totals.get(deal.currency, (0, 0))
            totals[deal.currency] = (n + 1, minor + deal.amount)
    assert counts.wins(store.db, scope_of(sample, owner_id), NOVEMBER) == counts.Wins(len(won), totals)


def test_pinned_chances_hold_until_their_day_on_deals_in_sight(store: Store, sample: Sample) -> None:
    want = {
        deal.id: deal.pinned_chance
        for deal in sample.deals
        if sample.stage(deal).kind == "open" and deal.archived_at is None and not waits(deal)
        if deal.pinned_chance is not None and (deal.pinned_until is None or deal.pinned_until >= TODAY)
    }
    found = counts.pinned(store.db, scope_of(sample))
    assert {pin.deal_id: pin.chance for pin in found} == want
    assert want


def test_parked_deals_are_counted_apart(store: Store, sample: Sample) -> None:
    want: Counter[tuple[int, str]] = Counter(
        (deal.stage_id, deal.currency)
        for deal in sample.deals
        if sample.stage(deal).kind == "open" and deal.archived_at is None and waits(deal)
    )
    found = counts.waiting(store.db, scope_of(sample))
    assert {
        (stage_id, currency): sums[0] for stage_id, tally in found.items() for currency, sums in tally.items()
    } == want
