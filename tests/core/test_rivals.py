"""The simpler methods: a history small enough to count by hand, and nothing of the future in it."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.past import GONE, Life, Past, Stay
from pipetui.core.rivals import chances, periods

LEAD, QUOTE, WON, LOST = range(4)
NAMES = ["stage rank", "closed deals", "naive Bayes"]


def life(deal: int, *steps: tuple[int, float], end: float = inf, to: int = GONE, trait: str = "") -> Life:
    """A deal that entered these stages on these days, and left the last one."""
    ends = [*steps[1:], (to, end)]
    return Life(
        deal,
        tuple(Stay(s, day, left, to) for (s, day), (to, left) in zip(steps, ends, strict=True)),
        None,
        (trait,),
    )


def past(*lives: Life) -> Past:
    return Past.of(2, lives)


CLOSED = [
    life(1, (LEAD, 0), (QUOTE, 10), end=20, to=WON, trait="fair"),
    life(2, (LEAD, 0), end=30, to=WON, trait="web"),
    life(3, (LEAD, 0), end=40, to=LOST, trait="web"),
    life(4, (LEAD, 0), (QUOTE, 10), (LEAD, 20), end=50, to=LOST, trait="fair"),
    life(5, (LEAD, 0), end=60, to=LOST, trait="web"),
    life(6, (LEAD, 0), end=60, to=GONE, trait="web"),
]
OPEN = [
    life(7, (LEAD, 5)),
    life(8, (QUOTE, 5)),
    life(9, (QUOTE, 5), trait="fair"),
    life(10, (LEAD, 5), trait="web"),
    life(11, (LEAD, 5), trait="never seen"),
]


def test_six_closed_deals_by_hand() -> None:
    said = chances(past(*CLOSED, *OPEN), 100, 1000)
    assert list(said) == [name + suffix for name in NAMES for suffix in ("", ", in time")]
    assert said["stage rank"] == {7: 1 / 3, 8: 2 / 3, 9: 2 / 3, 10: 1 / 3, 11: 1 / 3}
    # Won 2; lost 3 from Lead on, 1 of them from Quote on.
    assert said["closed deals"] == {7: 2.5 / 6, 8: 2.5 / 4, 9: 2.5 / 4, 10: 2.5 / 6, 11: 2.5 / 6}
    assert said["naive Bayes"][7] == pytest.approx(2.1 / (2.1 + 3.1))
    assert said["naive Bayes"][8] == pytest.approx(2.1 / (2.1 + 1.1))
    # Fair: 1 of 2 won, 1 of 3 lost; web: 1 of 2 won, 2 of 3 lost.
    fair_won, fair_lost, web_won, web_lost = 1.1 / 2.2, 1.1 / 3.2, 1.1 / 2.2, 2.1 / 3.2
    assert said["naive Bayes"][9] == pytest.approx(2.1 * fair_won / (2.1 * fair_won + 1.1 * fair_lost))
    assert said["naive Bayes"][10] == pytest.approx(2.1 * web_won / (2.1 * web_won + 3.1 * web_lost))
    assert said["naive Bayes"][11] == said["naive Bayes"][7]


def test_without_a_closed_deal_it_is_a_coin() -> None:
    said = chances(past(*OPEN), 100, 30)
    assert set(said["closed deals"].values()) == set(said["naive Bayes"].values()) == {0.5}
    assert said["stage rank, in time"] == said["stage rank"]


def test_without_any_deal_there_is_nothing_to_say() -> None:
    assert all(said == {} for said in chances(past(), 100, 30).values())
    assert periods(past(), 100, 30) == {"last period": 0.0, "last three": 0.0}


def test_one_who_always_wins_is_never_certain() -> None:
    won = [life(i, (LEAD, 0), end=1, to=WON) for i in range(1000)]
    said = chances(past(*won, life(2000, (LEAD, 0))), 10, 5)
    assert said["naive Bayes"][2000] == 0.99
    assert said["closed deals"][2000] == 1000.5 / 1001


def test_a_deal_reopened_counts_by_how_it_ended() -> None:
    twice = Life(1, (Stay(LEAD, 0, 5, LOST), Stay(LEAD, 8, 12, WON)))
    assert chances(past(twice, life(2, (LEAD, 0))), 20, 5)["closed deals"][2] == 0.75
    assert chances(past(twice, life(2, (LEAD, 0))).until(10), 10, 5)["closed deals"] == {1: 0.5, 2: 0.5}


def test_the_share_that_comes_in_time() -> None:
    # Cuts at 70, 65, 60... as far as the history goes. Six deals sit in Lead from 40 on, five in Quote: at every cut
    # all of them are open. Those in Lead are signed at 75, after 5, 10, 15... days; those in Quote at 80.
    leads = [life(i, (LEAD, 40), end=75, to=WON) for i in range(6)]
    quotes = [life(i, (QUOTE, 40), end=80, to=WON) for i in range(10, 15)]
    said = chances(past(*leads, *quotes, life(20, (LEAD, 50)), life(21, (QUOTE, 50))), 100, 10)
    # Seven cuts from 40 to 70: in Lead 70 and 65 are in time, in Quote 70 alone.
    assert said["stage rank, in time"] == {20: pytest.approx(1 / 3 * 2 / 7), 21: pytest.approx(2 / 3 / 7)}


def test_with_few_wins_from_a_stage_all_stages_tell_the_share() -> None:
    leads = [life(i, (LEAD, 85), end=92, to=WON) for i in range(3)]
    quotes = [life(i, (QUOTE, 85), end=100, to=WON) for i in range(10, 12)]
    said = chances(past(*leads, *quotes, life(20, (LEAD, 90)), life(21, (QUOTE, 90))), 100, 10)
    # The history is too short for cuts at 70 and before.
    # At 85 and 90: three leads are six cases, all in time; two quotes are four, two in time.
    assert said["stage rank, in time"] == {20: pytest.approx(1 / 3), 21: pytest.approx(2 / 3 * 8 / 10)}


def test_the_periods_before() -> None:
    days = (10.0, 41.0, 50.0, 60.0, 70.0, 70.5, 99.0, 100.0)
    won = [life(i, (LEAD, 5), end=day, to=WON) for i, day in enumerate(days)]
    # (70, 100] holds 3, (40, 70] holds 4, (10, 40] none.
    assert periods(past(*won), 100, 30) == {"last period": 3.0, "last three": pytest.approx(7 / 3)}
    # The history begins at 5: three periods of 35 days do not fit, nor does one of 200.
    assert periods(past(*won), 100, 35) == {"last period": 4.0, "last three": (4 + 3) / 2}
    assert periods(past(*won), 100, 200) == {"last period": 8.0, "last three": 8.0}


def test_a_win_taken_back_was_a_win_all_the_same() -> None:
    again = Life(1, (Stay(LEAD, 0, 55, WON), Stay(LEAD, 65, 90, WON), Stay(LEAD, 92, inf, GONE)))
    assert periods(past(again), 100, 30) == {"last period": 1.0, "last three": pytest.approx(2 / 3)}
    # Cuts at 70, 60, 50... 0: at 60 it was closed; from 50, 40 and 70 it took 20 days at most, from 30 on longer.
    assert chances(past(again), 130, 20)["stage rank, in time"] == {1: pytest.approx(1 / 3 * 3 / 7)}


@st.composite
def lives(draw: st.DrawFn, deal: int) -> Life:
    """Some stays one after the other, with or without an end; days are whole, so that moments coincide."""
    day = draw(st.integers(0, 60))
    stays = []
    stages = draw(st.lists(st.sampled_from([LEAD, QUOTE]), min_size=1, max_size=4))
    for at, stage in enumerate(stages):
        left = day + draw(st.integers(0, 30))
        last = at == len(stages) - 1
        to = (
            draw(st.sampled_from([WON, LOST, GONE]))
            if last
            else draw(st.sampled_from([stages[at + 1], WON, LOST]))
        )
        stays.append(Stay(stage, day, inf if last and draw(st.booleans()) else left, to))
        day = left + (draw(st.integers(0, 5)) if to in (WON, LOST) else 0)
    return Life(deal, tuple(stays), None, (draw(st.sampled_from(["", "web", "fair"])),))


PASTS = (
    st.integers(0, 15)
    .flatmap(lambda n: st.tuples(*(lives(i) for i in range(n))))
    .map(lambda all_: past(*all_))
)


@given(PASTS, st.integers(0, 130), st.integers(1, 60))
def test_a_chance_for_every_open_deal_and_none_beyond_reason(whole: Past, now: int, days: int) -> None:
    known = whole.until(now)
    said = chances(known, now, days)
    there = {one.id for one in known.lives if one.at(now)}
    assert all(set(one) == there for one in said.values())
    assert all(0 <= chance <= 1 for one in said.values() for chance in one.values())
    assert all(said[name + ", in time"][deal] <= said[name][deal] for name in NAMES for deal in there)


@given(PASTS, PASTS, st.integers(0, 130), st.integers(1, 60))
def test_what_comes_later_does_not_matter(whole: Past, later: Past, now: int, days: int) -> None:
    known = whole.until(now)
    newer = [
        Life(
            100 + one.id,
            tuple(s._replace(entered=s.entered + now + 1, left=s.left + now + 1) for s in one.stays),
        )
        for one in later.lives
    ]
    ended = [_ended(one, now + 1, WON) for one in known.lives]
    other = past(*ended, *newer).until(now)
    assert chances(other, now, days) == chances(known, now, days)
    assert periods(other, now, days) == periods(known, now, days)


def _ended(one: Life, day: float, to: int) -> Life:
    """The deal, signed on that day if it was still open."""
    last = one.stays[-1]
    return one if last.left < inf else one._replace(stays=(*one.stays[:-1], last._replace(left=day, next=to)))


@given(PASTS, st.integers(0, 130), st.integers(1, 60))
def test_shares_and_periods_as_told_deal_by_deal(whole: Past, now: int, days: int) -> None:
    """The same numbers, slowly: every cut looks at every deal."""
    known = whole.until(now)
    cuts = [cut for i in range(12) if (cut := now - days * (3 + i / 2)) >= known.start]
    cuts = cuts or [cut for i in range(12) if (cut := now - days * (1 + i / 2)) >= known.start]
    cases = [
        (stay.stage, one.won_within(WON, cut, cut + days))
        for one in known.lives
        for cut in cuts
        if (stay := one.at(cut)) and one.won_within(WON, cut, now)
    ]
    said = chances(known, now, days)
    stages = {one.id: stay.stage for one in known.lives if (stay := one.at(now))}
    for deal, chance in said["closed deals"].items():
        mine = [soon for stage, soon in cases if stage == stages[deal]]
        mine = mine if len(mine) >= 5 else [soon for _, soon in cases] or [True]
        assert said["closed deals, in time"][deal] == pytest.approx(chance * sum(mine) / len(mine))
    signed = sum(one.won_within(WON, now - days, now) for one in known.lives)
    assert periods(known, now, days)["last period"] == signed
