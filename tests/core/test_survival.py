"""How long things last when some go on: worked by hand, and held to the ordinary quantile where all are over."""

from __future__ import annotations

from math import ceil

from hypothesis import given
from hypothesis import strategies as some

from pipetui.core.survival import Lasted, quantile

SHARES = some.sampled_from((0.1, 0.25, 0.5, 0.75, 0.9, 1.0))
TIMES = some.lists(some.integers(0, 30), min_size=1, max_size=60)


def over(times: list[int]) -> list[Lasted]:
    return [Lasted(time, 1, True) for time in times]


def going(times: list[int]) -> list[Lasted]:
    return [Lasted(time, 1, False) for time in times]


def test_the_estimate_of_kaplan_and_meier_by_hand() -> None:
    # 6 of 21 at 6 weeks and so on: the treated of Freireich's trial (1963), the usual example; its median is 23.
    treated = [Lasted(6, 3, True), *over([7, 10, 13, 16, 22, 23])]
    still = going([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    assert quantile([*treated, *still], 0.5) == 23
    assert quantile([*treated, *still], 0.25) == 13
    assert quantile([*treated, *still], 0.9) is None
    placebo = over([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23])
    assert quantile(placebo, 0.5) == 8


def test_nothing_is_known_of_nothing() -> None:
    assert quantile([], 0.5) is None
    assert quantile(going([1, 2, 3]), 0.5) is None


@given(TIMES, SHARES)
def test_with_all_over_it_is_the_ordinary_quantile(times: list[int], share: float) -> None:
    ordered = sorted(times)
    assert quantile(over(times), share) == ordered[ceil(round(share * len(times), 9)) - 1]


@given(TIMES, TIMES, SHARES)
def test_those_that_go_on_only_make_it_longer(ended: list[int], still: list[int], share: float) -> None:
    naive, honest = quantile(over(ended), share), quantile([*over(ended), *going(still)], share)
    assert naive is not None
    assert honest is None or honest >= naive


@given(
    some.lists(some.tuples(some.integers(0, 20), some.integers(1, 4), some.booleans()), max_size=20), SHARES
)
def test_counting_together_or_one_by_one_is_the_same(lots: list[tuple[int, int, bool]], share: float) -> None:
    together = [Lasted(*lot) for lot in lots]
    alone = [Lasted(time, 1, ended) for time, n, ended in lots for _ in range(n)]
    assert quantile(together, share) == quantile(alone, share)
