"""Ratios: declared, observed, used."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import LEAD, LOST, MEETING, NOW, PROSPECT, QUOTE, WON, desk_of
from pipetui.core.deal import Stage
from pipetui.core.funnel import (
    Observed,
    Ratio,
    Tally,
    observed,
    ratios,
    reach_chances,
    share_range,
    untold,
    win_chances,
)
from pipetui.core.said import arrows, chain, in_whole, price

STAGES = desk_of().stages
OPEN = (LEAD, PROSPECT, MEETING, QUOTE)


def some(stage: Stage, n: int, furthest: Stage | None = None, known: int = 1, archived: int = 0) -> Tally:
    """So many deals in a stage; the furthest they reached is where they stand unless told otherwise."""
    far = furthest.id if furthest else 0 if stage.kind != "open" else stage.id
    return Tally(stage.id, far, known, archived, "EUR", n, 0, n)


tallies = st.lists(
    st.builds(
        some,
        st.sampled_from(STAGES),
        st.integers(0, 50),
        st.sampled_from(OPEN),
        known=st.sampled_from([0, 1, 1, 1]),
        archived=st.integers(0, 1),
    ),
    max_size=12,
)


def shares(counts: list[Tally]) -> list[float]:
    return [ratio.used for ratio in ratios(STAGES, counts)]


def test_without_a_case_the_declared_ratio_is_used_as_it_is() -> None:
    found = ratios(STAGES, [some(LEAD, 100), some(QUOTE, 3)])
    assert [ratio.used for ratio in found[-1:]] == [0.6]
    assert [ratio.n for ratio in found] == [3, 3, 3, 0]
    assert [ratio.used for ratio in ratios(STAGES, [])] == [0.56, 0.55, 0.55, 0.60]
    assert [ratio.basis for ratio in ratios(STAGES, [])] == ["default"] * 4


def test_what_deals_did_is_counted_by_the_furthest_they_reached() -> None:
    counts = [
        some(WON, 2),  # skipped or not, they reached everything
        some(LOST, 3, MEETING),
        some(PROSPECT, 4, QUOTE),  # fell back from quote: quote is still undecided
        some(PROSPECT, 5),
    ]
    assert observed(STAGES, counts) == {
        LEAD.id: Observed(14, 14, 0, 2, 3),
        PROSPECT.id: Observed(14, 9, 0, 2, 3),
        MEETING.id: Observed(9, 6, 3, 2, 3),
        QUOTE.id: Observed(6, 2, 0, 2, 0),
    }


def test_the_declared_ratio_weighs_as_much_as_eight_deals() -> None:
    quote = ratios(STAGES, [some(WON, 10), some(LOST, 14, QUOTE)])[-1]
    assert quote.used == pytest.approx((10 + 8 * 0.6) / (24 + 8))
    assert (quote.n, quote.basis) == (24, "mixed")
    assert quote.low < quote.used < quote.high


@pytest.mark.parametrize(
    ("cases", "basis"), [(1, "default"), (5, "default"), (6, "mixed"), (32, "mixed"), (33, "your data")]
)
def test_it_says_what_a_ratio_mostly_is(cases: int, basis: str) -> None:
    assert ratios(STAGES, [some(LOST, cases, QUOTE)])[-1].basis == basis


def test_what_nobody_knows_is_left_out_and_counted() -> None:
    counts = [some(WON, 5, known=0), some(LOST, 2), some(LOST, 3, QUOTE), some(LEAD, 1, known=0)]
    assert untold(STAGES, counts) == 8
    assert observed(STAGES, counts)[QUOTE.id] == Observed(3, 0, 3, 0, 3)
    assert observed(STAGES, counts)[LEAD.id] == Observed(3, 3, 0, 0, 3)


def test_archived_deals_are_history_too() -> None:
    assert observed(STAGES, [some(WON, 5, archived=1)])[QUOTE.id].advanced == 5


def test_a_stage_nobody_declared_is_neutral() -> None:
    bare = replace(QUOTE, ratio_from=None, ratio_to=None)
    assert ratios((bare, WON, LOST), [])[0].used == 0.5


def test_a_retired_stage_still_tells_how_far_deals_came() -> None:
    stages = (LEAD, PROSPECT, replace(MEETING, retired_at=NOW), QUOTE, WON, LOST)
    found = ratios(stages, [some(LOST, 4, MEETING)])
    assert [(ratio.stage.name, ratio.observed.advanced, ratio.observed.lost) for ratio in found] == [
        ("Lead", 4, 0),
        ("Prospect", 4, 0),
        ("Quote", 0, 0),
    ]


def test_win_chances_multiply() -> None:
    chances = win_chances(ratios(STAGES, []))
    assert [round(chances[stage.id].value, 4) for stage in OPEN] == [0.1016, 0.1815, 0.33, 0.6]
    assert all(chance.low < chance.value < chance.high <= 1 for chance in chances.values())
    hopeless = replace(QUOTE, ratio_from=1, ratio_to=0)
    assert win_chances(ratios((LEAD, hopeless, WON, LOST), []))[LEAD.id].value == 0
    assert reach_chances(ratios(STAGES, []), QUOTE) == pytest.approx(
        {LEAD.id: 0.56 * 0.55 * 0.55, PROSPECT.id: 0.55 * 0.55, MEETING.id: 0.55}
    )


@given(tallies, st.sampled_from(OPEN), st.integers(1, 20))
def test_a_loss_never_raises_and_a_win_never_lowers_a_ratio(
    counts: list[Tally], stage: Stage, n: int
) -> None:
    before = ratios(STAGES, counts)
    for win, more in ((False, some(LOST, n, stage)), (True, some(WON, n))):
        for old, new in zip(before, ratios(STAGES, [*counts, more]), strict=True):
            # A loss in Quote says that Lead, Prospect and Meeting went on: only where it was lost it counts against.
            if win or stage.id == old.stage.id:
                assert new.used >= old.used - 1e-12 if win else new.used <= old.used + 1e-12


@given(tallies)
def test_ratios_are_shares_with_their_ranges(counts: list[Tally]) -> None:
    for ratio in ratios(STAGES, counts):
        seen = ratio.observed
        assert 0 <= ratio.low <= ratio.used <= ratio.high <= 1
        assert seen.cases <= seen.reached
        assert seen.won + seen.gone <= seen.reached


@given(tallies)
def test_the_order_and_the_names_of_stages_change_nothing(counts: list[Tally]) -> None:
    renamed = tuple(replace(stage, name=f"§{stage.id}") for stage in reversed(STAGES))
    assert [ratio.used for ratio in ratios(renamed, reversed(counts))] == shares(counts)


@given(st.integers(0, 90), st.lists(st.integers(0, 90), min_size=4, max_size=4))
def test_observed_ratios_of_closed_deals_multiply_to_the_win_rate(won: int, lost: list[int]) -> None:
    counts = [some(WON, won), *(some(LOST, n, stage) for n, stage in zip(lost, OPEN, strict=True))]
    seen = observed(STAGES, counts)
    if won:
        product = prod(seen[stage.id].advanced / seen[stage.id].cases for stage in OPEN)
        assert product == pytest.approx(won / (won + sum(lost)))


def test_a_range_is_narrow_with_many_cases_and_never_nothing() -> None:
    assert share_range(0.5, 8) == pytest.approx((0.2878, 0.7122), abs=1e-4)
    wide, narrow = share_range(0.2, 10), share_range(0.2, 1000)
    assert wide[0] < narrow[0] < 0.2 < narrow[1] < wide[1]
    low, high = share_range(1.0, 30)
    assert low < 1 == high
    low, high = share_range(0.0, 30)
    assert low == 0 < high < 0.2


def two_stages() -> tuple[Stage, ...]:
    prospect = replace(PROSPECT, ratio_from=20, ratio_to=10)
    quote = replace(QUOTE, ratio_from=5, ratio_to=1)
    return (prospect, quote, WON, LOST)


def test_a_funnel_is_said_in_whole_numbers() -> None:
    assert arrows(chain(ratios(two_stages(), []))) == "20 → 10 → 2"
    assert arrows(chain(ratios(STAGES, []))) == "20 → 11 → 6 → 3 → 2"
    rare = replace(QUOTE, ratio_from=1000, ratio_to=3)
    assert chain(ratios((rare, WON), [])) == (1000, 3)
    none = replace(QUOTE, ratio_from=1, ratio_to=0)
    assert chain(ratios((none, WON), [])) == (100, 0)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.5, (2, 1)),
        (0.2, (5, 1)),
        (0.56, (25, 14)),
        (0.6, (5, 3)),
        (1.0, (1, 1)),
        (0.333, (3, 1)),
        (0.0, (1000, 0)),
    ],
)
def test_a_share_is_said_in_small_numbers(share: float, said: tuple[int, int]) -> None:
    assert in_whole(share) == said


def sentence(found: Ratio, stages: tuple[Stage, ...], counts: list[Tally]) -> str:
    chance = win_chances(ratios(stages, counts))[found.stage.id]
    return str(price(found.stage.name, "won", chance, found.n))


def test_a_price_names_its_range_and_its_cases() -> None:
    stages = two_stages()
    declared = ratios(stages, [])[-1]
    assert sentence(declared, stages, []) == "Quote: 5 for 1 won (as declared)."
    counts = [some(WON, 3), some(LOST, 20, QUOTE)]
    assert sentence(ratios(stages, counts)[-1], stages, counts) == (
        "Quote: 6.7 for 1 won (between 3.9 and 12; on 23 cases)."
    )
    never = (replace(QUOTE, ratio_from=1, ratio_to=0), WON)
    assert sentence(ratios(never, [])[0], never, []) == "Quote: none comes to won."
