"""How good the forecast would have been on this store's own past, beside simpler methods (FORECAST 9).

Earlier days are forecast again, each from what was known then, and held against what came. It is said aloud when a
simpler method was better.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf

from pipetui.core import rivals, scores
from pipetui.core.arrivals import NewWins
from pipetui.core.fit import Declared, Timeline
from pipetui.core.message import Message, say, say_n
from pipetui.core.replays import SHORTEST, Replay, applied, factors, replays, shock
from pipetui.core.said import method
from pipetui.core.totals import wins

OURS = "pipetui"
"""The name of the forecast among the methods."""
MOST = 24
"""Earlier days looked at, the newest ones."""
ENOUGH = 6
"""With fewer days apart by a whole horizon, they are taken half a horizon apart."""
FEW = 4
"""With fewer days nothing can be said."""
LEARNED = 10
"""Deals closed before the first day that is forecast: without any outcome there is nothing to learn from."""
NOBODY_NEW = NewWins(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Look:
    """One earlier day: what the forecast would have said, and what came."""

    now: float
    open: int
    """Deals open then."""
    open_wins: scores.Total
    """Of those."""
    all_wins: scores.Total
    """With the deals that came later."""


@dataclass(frozen=True, slots=True)
class DealScores:
    """How good the chances of single deals were."""

    n: int
    log_loss: float
    brier: float
    error: float
    """Distance between what was said and what came, bucket by bucket (ECE)."""
    reliability: tuple[scores.Bucket, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """The whole comparison; methods by name, ours first."""

    days: float
    start: float
    """Where the history begins to teach; infinite when it does not."""
    looks: tuple[Look, ...]
    """Newest first."""
    per_deal: Mapping[str, DealScores]
    open_deals: Mapping[str, scores.TotalScores]
    all_wins: Mapping[str, scores.TotalScores]
    by: Mapping[str, Mapping[str, DealScores]]
    """Per deal, by a value of the variable asked for, then by method."""

    @property
    def best(self) -> str | None:
        """The method whose chances of single deals were best; None when too little is known."""
        if len(self.looks) < FEW or not self.per_deal:
            return None
        return min(self.per_deal, key=lambda name: self.per_deal[name].log_loss)

    @property
    def verdict(self) -> Message:
        """One sentence: whether to trust the forecast, and why."""
        if len(self.looks) < FEW or not self.per_deal:
            return say("There is too little history to tell how good the forecast is.")
        best, ours = self.best, self.all_wins[OURS]
        nearest = min(
            (name for name in self.all_wins if name != OURS), key=lambda name: self.all_wins[name].crps
        )
        inside = round(ours.covered * ours.n)
        if best is not None and best != OURS:
            return say(
                'Be careful: for single deals "{method}" was nearer than the forecast; {inside} of {n} totals came'
                " out within its range.",
                method=method(best), inside=inside, n=ours.n,
            )  # fmt: skip
        if self.all_wins[nearest].crps < ours.crps:
            return say(
                'Trust the deals more than the total: "{method}" came nearer to the number of wins;'
                " {inside} of {n} came out within the range.",
                method=method(nearest), inside=inside, n=ours.n,
            )  # fmt: skip
        if ours.covered < 0.6:
            return say_n(
                "Be careful: no simpler method was better, but only {inside} of {n} total came out within the range.",
                "Be careful: no simpler method was better, but only {inside} of {n} totals came out within the range.",
                ours.n, inside=inside,
            )  # fmt: skip
        return say(
            "Trust it: no simpler method was better, and {inside} of {n} totals came out within the range.",
            inside=inside, n=ours.n,
        )  # fmt: skip


def moments(now: float, days: float, start: float) -> list[float]:
    """The earlier days, newest first: a horizon apart, or half of one when the history is short."""
    for step in (days, days / 2) if start < inf else ():
        first = start + min(days, SHORTEST)
        n = int((now - days - first) // step) + 1 if now - days >= first else 0
        if n >= ENOUGH or step < days:
            return [now - days - at * step for at in range(min(n, MOST))]
    return []


def backtest(
    timeline: Timeline, now: float, days: float, declared: Declared, variables: int = 0, by: int | None = None
) -> Backtest:
    """Forecast earlier days again. `by` names what the deals are told apart by: a variable, or -1 for their stage."""
    start = _beginning(timeline, days)
    pairs: dict[str, list[tuple[str, scores.Pair]]] = defaultdict(list)
    totals: tuple[dict[str, list[scores.Total]], ...] = (defaultdict(list), defaultdict(list))
    looks = []
    for moment in moments(now, days, start):
        ours, new, sigma = _ours(timeline, moment, days, declared, variables)
        known = timeline.past.until(moment)
        said = {OURS: ours, **rivals.chances(known, moment, days)}
        seen = {
            life.id: (
                life.won_within(timeline.past.won, moment, moment + days),
                _value(life.traits, stay.stage, by),
            )
            for life, stay in timeline.standing(moment)
        }
        for name, chances in said.items():
            pairs[name] += [(seen[deal][1], (chance, seen[deal][0])) for deal, chance in chances.items()]
        there, everything = sum(won for won, _ in seen.values()), timeline.wins(moment, moment + days)
        groups = [(chance, 1) for chance in ours.values()]
        look = Look(
            moment,
            len(seen),
            scores.total(wins(groups, NOBODY_NEW, sigma).pmf, there),
            scores.total(wins(groups, new, sigma).pmf, everything),
        )
        looks.append(look)
        totals[0][OURS].append(look.open_wins)
        totals[1][OURS].append(look.all_wins)
        _rivals(
            totals,
            said,
            rivals.periods(known, moment, days),
            _fresh(timeline, moment, days),
            (there, everything),
        )
    return Backtest(
        days,
        start,
        tuple(looks),
        {name: _deal_scores(pair for _, pair in some) for name, some in pairs.items() if some},
        {name: scores.summary(some) for name, some in totals[0].items()},
        {name: scores.summary(some) for name, some in totals[1].items()},
        {} if by is None else _apart(pairs),
    )


def _beginning(timeline: Timeline, days: float) -> float:
    """Where the history begins to teach: so that, when the first day is forecast, some deals have been closed."""
    won, lost = timeline.past.won, timeline.past.lost
    closings = sorted(stay.left for stay in timeline.past.stays() if stay.next in (won, lost))
    if len(closings) < LEARNED:
        return inf
    return max(timeline.past.start, closings[LEARNED - 1] - min(days, SHORTEST))


def _ours(
    timeline: Timeline, moment: float, days: float, declared: Declared, variables: int
) -> tuple[dict[int, float], NewWins, float]:
    """What the forecast would have said then: chances by deal, deals to come, and how much all move together."""
    made = timeline.fit(moment, days, declared)
    again: list[Replay] = replays(timeline, moment, days, declared)
    found, again = factors(again, variables)
    chances = {
        life.id: applied(made.chance(stay), life.traits, found) for life, stay in timeline.standing(moment)
    }
    return chances, made.new, shock(again, made.table.wins)


def _fresh(timeline: Timeline, moment: float, days: float) -> float:
    """How many of the deals created in the horizon before were won in it: what the rivals expect of those to come."""
    before = timeline.past.until(moment)
    return float(
        sum(
            life.won_within(before.won, moment - days, moment)
            for life in before.lives
            if life.born > moment - days
        )
    )


def _rivals(
    totals: Sequence[dict[str, list[scores.Total]]],
    said: Mapping[str, Mapping[int, float]],
    periods: Mapping[str, float],
    fresh: float,
    seen: tuple[int, int],
) -> None:
    for name, chances in said.items():
        if name != OURS:
            spread = scores.poisson_binomial(chances.values())
            totals[0][name].append(scores.total(spread, seen[0]))
            totals[1][name].append(scores.total(_sum(spread, scores.poisson(fresh)), seen[1]))
    for name, mean in periods.items():
        totals[1][name].append(scores.total(scores.poisson(mean), seen[1]))


def _sum(left: Sequence[float], right: Sequence[float]) -> list[float]:
    found = [0.0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for k, b in enumerate(right, i):
            found[k] += a * b
    return found


def _value(traits: Sequence[str], stage: int, by: int | None) -> str:
    return "" if by is None else str(stage) if by < 0 else traits[by]


def _deal_scores(pairs: Iterable[scores.Pair]) -> DealScores:
    some = list(pairs)
    return DealScores(
        len(some),
        scores.log_loss(some),
        scores.brier(some),
        scores.calibration_error(some),
        scores.reliability(some),
    )


def _apart(pairs: Mapping[str, Sequence[tuple[str, scores.Pair]]]) -> dict[str, dict[str, DealScores]]:
    found: dict[str, dict[str, DealScores]] = defaultdict(dict)
    for name, some in pairs.items():
        groups: dict[str, list[scores.Pair]] = defaultdict(list)
        for value, pair in some:
            groups[value].append(pair)
        for value, group in sorted(groups.items()):
            found[value][name] = _deal_scores(group)
    return dict(found)


def mean_error(looks: Sequence[Look]) -> float:
    """Wins the forecast was off by, on average."""
    return fsum(abs(look.all_wins.mean - look.all_wins.seen) for look in looks) / len(looks) if looks else 0.0
