"""How good the forecast would have been on this store's own past, beside simpler methods (FORECAST 9).

Earlier days are forecast again, each from what was known then, and held against what came. It is said aloud when a
simpler method was better.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf
from statistics import fmean

from pipetui.core import rivals, scores
from pipetui.core.arrivals import NewWins
from pipetui.core.fit import Declared, Timeline
from pipetui.core.message import Message, say, say_n
from pipetui.core.past import Past
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
    timeline: Timeline,
    now: float,
    days: float,
    declared: Declared,
    variables: int = 0,
    by: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Forecast earlier days again; where nothing happened for a whole horizon, back from the last thing that did.

    `by` names what the deals are told apart by: a variable, or -1 for their stage. `progress` hears how many days are
    done, of how many; what it raises ends the test.
    """
    start = _beginning(timeline)
    found = _Tried(timeline, days, declared, variables, by)
    asleep = timeline.last < now - days
    some = moments(timeline.last if asleep else now, days, start)
    for done, moment in enumerate(some):
        if progress is not None:
            progress(done, len(some))
        found.look_from(moment)
    if progress is not None:
        progress(len(some), len(some))
    return Backtest(
        days,
        start,
        tuple(found.looks),
        {name: _deal_scores(pair for _, pair in some) for name, some in found.pairs.items() if some},
        {name: scores.summary(some) for name, some in found.open_deals.items()},
        {name: scores.summary(some) for name, some in found.all_wins.items()},
        {} if by is None else _apart(found.pairs),
    )


class _Tried:
    """The looks taken so far, and what each method said and got."""

    def __init__(
        self, timeline: Timeline, days: float, declared: Declared, variables: int, by: int | None
    ) -> None:
        self.looks: list[Look] = []
        self.pairs: dict[str, list[tuple[str, scores.Pair]]] = defaultdict(list)
        self.open_deals: dict[str, list[scores.Total]] = defaultdict(list)
        self.all_wins: dict[str, list[scores.Total]] = defaultdict(list)
        self._timeline, self._days, self._declared = timeline, days, declared
        self._variables, self._by = variables, by

    def look_from(self, moment: float) -> None:
        """Forecast from one earlier day, by every method."""
        timeline, days = self._timeline, self._days
        known, won = timeline.past.until(moment), timeline.past.won
        ours, new, sigma = _ours(timeline, moment, days, self._declared, self._variables)
        said = {OURS: ours, **rivals.chances(known, moment, days)}
        signed = {
            life.id: (_value(life.traits, stay.stage, self._by), life.won_within(won, moment, moment + days))
            for life, stay in timeline.standing(moment)
        }
        for name, chances in said.items():
            for deal, chance in chances.items():
                group, happened = signed[deal]
                self.pairs[name].append((group, (chance, happened)))
        seen = sum(happened for _, happened in signed.values()), timeline.wins(moment, moment + days)
        groups = [(chance, 1) for chance in ours.values()]
        totals = (
            scores.total(wins(groups, NOBODY_NEW, sigma).pmf, seen[0]),
            scores.total(wins(groups, new, sigma).pmf, seen[1]),
        )
        self.looks.append(Look(moment, len(signed), *totals))
        self._score(OURS, totals)
        fresh = scores.poisson(_fresh(known, moment, days))
        for name in [name for name in said if name != OURS]:
            spread = scores.poisson_binomial(said[name].values())
            whole = _sum(spread, fresh)
            self._score(name, (scores.total(spread, seen[0]), scores.total(whole, seen[1])))
        for name, mean in rivals.periods(known, moment, days).items():
            self.all_wins[name].append(scores.total(scores.poisson(mean), seen[1]))
        for name, mean in self._periods(moment).items():
            self.open_deals[name].append(scores.total(scores.poisson(mean), seen[0]))

    def _periods(self, moment: float) -> dict[str, float]:
        """As many of the open deals as in the last period, and the mean of the last three, as the rivals say."""
        timeline, days = self._timeline, self._days
        won = []
        for back in range(1, rivals.PERIODS + 1):
            then = moment - back * days
            if back == 1 or then >= timeline.past.start:
                won.append(
                    sum(
                        life.won_within(timeline.past.won, then, then + days)
                        for life, _ in timeline.standing(then)
                    )
                )
        return {rivals.LAST: float(won[0]), rivals.LAST_THREE: fmean(won)}

    def _score(self, name: str, totals: tuple[scores.Total, scores.Total]) -> None:
        self.open_deals[name].append(totals[0])
        self.all_wins[name].append(totals[1])


def _beginning(timeline: Timeline) -> float:
    """Where the history begins to teach: before some deals were closed there is no outcome to learn from."""
    won, lost = timeline.past.won, timeline.past.lost
    closings = sorted(stay.left for stay in timeline.past.stays() if stay.next in (won, lost))
    if len(closings) < LEARNED:
        return inf
    return max(timeline.past.start, closings[LEARNED - 1])


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


def _fresh(known: Past, moment: float, days: float) -> float:
    """How many of the deals created in the horizon before were won in it: what the rivals expect of those to come."""
    return float(
        sum(
            life.won_within(known.won, moment - days, moment)
            for life in known.lives
            if life.born > moment - days
        )
    )


def _sum(left: Sequence[float], right: Sequence[float]) -> list[float]:
    """The distribution of the sum of two independent numbers."""
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
