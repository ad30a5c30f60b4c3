"""How many wins and how much money the open deals and those to come may bring: whole distributions (FORECAST 6).

Deals do not stand alone: a good or a bad month moves all of them together. The shock z is normal, taken at five points;
at each the deals are independent, and the five pictures are laid over each other by their weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, erf, exp, fsum, lgamma, log, log1p, sqrt
from operator import mul

from pipetui.core.arrivals import NewWins

_ROOT = sqrt(10)
NODES = (
    (0.0, 8 / 15),
    (-sqrt(5 - _ROOT), (7 + 2 * _ROOT) / 60),
    (sqrt(5 - _ROOT), (7 + 2 * _ROOT) / 60),
    (-sqrt(5 + _ROOT), (7 - 2 * _ROOT) / 60),
    (sqrt(5 + _ROOT), (7 - 2 * _ROOT) / 60),
)
"""Gauss-Hermite points of the standard normal and their weights."""
EXACT = 200
"""So many of the least certain deals are counted one by one, the rest as one binomial."""
EXACT_AMOUNTS = 80
"""The same for money, which is dearer."""
CELLS = 300
"""The lattice of revenue."""
ALIKE = 500
"""With more different chances than this, those that agree in three digits are taken together."""
NORMAL_WINS = 60
"""Above this mean the normal distribution has the same quantiles."""
NORMAL_DEALS = 25
"""Above this mean number of payments their sum is taken as normal."""
NEGLIGIBLE = 1e-12

Groups = Sequence[tuple[float, int]]
"""Chances, each with how many deals have it."""
Pmf = list[float]
"""Probabilities of 0, 1, 2..."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution over equal steps from 0: wins (step 1), or money in minor units."""

    pmf: tuple[float, ...]
    mean: float
    step: float = 1.0

    def quantile(self, share: float) -> float:
        """The least outcome that is not exceeded with this probability."""
        for at, total in enumerate(accumulate(self.pmf)):
            if total >= share - 1e-9:
                return at * self.step
        return max(len(self.pmf) - 1, 0) * self.step

    @property
    def low(self) -> float:
        """One in ten comes out below this."""
        return self.quantile(0.1)

    @property
    def middle(self) -> float:
        """As many come out above as below."""
        return self.quantile(0.5)

    @property
    def high(self) -> float:
        """One in ten comes out above this."""
        return self.quantile(0.9)

    def at_least(self, wanted: float) -> float:
        """The probability of this much or more."""
        if wanted <= 0:
            return 1.0
        first = ceil(wanted / self.step - 1e-9)
        return min(max(fsum(self.pmf[first:]), 0.0), 1.0)


def shifted(chance: float, shock: float, sigma: float) -> float:
    """A chance in a month that is `shock` deviations better than most: about the same on average over all months."""
    if chance <= 0 or chance >= 1 or not sigma:
        return min(max(chance, 0.0), 1.0)
    odds = log(chance / (1 - chance)) + sigma * shock - (1 - 2 * chance) * sigma**2 / 2
    return 1 / (1 + exp(-odds))


def wins(groups: Groups, new: NewWins, sigma: float) -> Spread:
    """Of the number of wins: open deals by chance, and those to come, which follow a negative binomial."""
    return laid_over(parts(groups, new, sigma), fsum(chance * n for chance, n in groups) + new.mean)


def laid_over(some: Iterable[WinsAt], mean: float) -> Spread:
    """The wins over all points of the common shock."""
    total: Pmf = []
    for part in some:
        add(total, part.distribution, part.weight)
    return Spread(tuple(trimmed(total)), mean)


@dataclass(frozen=True, slots=True)
class WinsAt:
    """The wins in a month of one kind, good or bad: there the deals are independent."""

    weight: float
    shock: float
    mean: float
    variance: float
    pmf: Pmf | None
    """None where there are so many that a normal distribution says the same."""

    @property
    def distribution(self) -> Pmf:
        """Probabilities of 0, 1, 2... wins."""
        return normal(self.mean, sqrt(max(self.variance, 0.25)), 1.0) if self.pmf is None else self.pmf


def parts(groups: Groups, new: NewWins, sigma: float) -> list[WinsAt]:
    """The wins at each point of the common shock."""
    alike = gathered(groups)
    many = fsum(chance * n for chance, n in alike) + new.mean > NORMAL_WINS
    found = []
    for shock, weight in NODES:
        here = [(shifted(chance, shock, sigma), n) for chance, n in alike]
        more = new.mean * exp(sigma * shock - sigma**2 / 2)
        mean = fsum(chance * n for chance, n in here) + more
        variance = fsum(chance * (1 - chance) * n for chance, n in here) + more * new.dispersion
        pmf = None if many else _counted(here, negative_binomial(more, new.dispersion))
        found.append(WinsAt(weight, shock, mean, variance, pmf))
    return found


def gathered(groups: Groups) -> list[tuple[float, int]]:
    """Equal chances together, the least certain first; with many deals, nearly equal ones too."""
    alike = Counter[float]()
    for chance, n in groups:
        if n and chance > 0:
            alike[min(chance, 1.0)] += n
    if len(alike) > ALIKE:
        nearly = Counter[float]()
        for chance, n in alike.items():
            nearly[min(float(f"{chance:.2e}"), 1.0)] += n
        alike = nearly
    return sorted(alike.items(), key=lambda pair: (-pair[0] * (1 - pair[0]), pair[0]))


def _counted(groups: Groups, new: Pmf) -> Pmf:
    """The least certain deals one by one, the rest as one binomial, and those to come."""
    exact: Pmf = [1.0]
    left, mean, squares = EXACT, 0.0, 0.0
    for chance, n in groups:
        now = min(n, left)
        left -= now
        if now:
            exact = convolved(exact, binomial(now, chance))
        mean += (n - now) * chance
        squares += (n - now) * chance * chance
    if mean > NEGLIGIBLE:
        size = max(round(mean * mean / squares), ceil(mean), 1)
        exact = convolved(exact, binomial(size, mean / size))
    return convolved(exact, new)


def normal(mean: float, spread: float, step: float, cells: int | None = None) -> Pmf:
    """A normal distribution on whole steps from 0; what lies below 0 counts there, what lies above at the end."""
    last = ceil((mean + 8 * spread) / step) if cells is None else cells - 1
    edges = [below((k + 0.5) * step, mean, spread) for k in range(max(last, 0))]
    return [after - before for before, after in zip([0.0, *edges], [*edges, 1.0], strict=True)]


def below(x: float, mean: float, spread: float) -> float:
    """The share of a normal distribution up to x."""
    return (1 + erf((x - mean) / (spread * sqrt(2)))) / 2


def binomial(n: int, chance: float, below: int | None = None) -> Pmf:
    """The number of successes among n; with `below`, only the probabilities of fewer than so many."""
    if n == 1 and below is None:
        return [1 - chance, chance]
    last = n + 1 if below is None else min(n + 1, below)
    if chance <= 0 or chance >= 1:
        return ([1.0] if chance <= 0 else [*([0.0] * n), 1.0])[:last]
    yes, no, ways = log(chance), log1p(-chance), lgamma(n + 1)
    found = [exp(ways - lgamma(k + 1) - lgamma(n - k + 1) + k * yes + (n - k) * no) for k in range(last)]
    return trimmed(found) if below is None else found


def negative_binomial(mean: float, dispersion: float) -> Pmf:
    """Counts with this mean and variance mean · dispersion; Poisson when the dispersion is 1."""
    if mean <= 0:
        return [1.0]
    more = dispersion - 1
    size = mean / more if more > 1e-9 else 0.0
    found = [exp(-size * log(dispersion)) if size else exp(-mean)]
    k = 0
    while k < mean or found[-1] > NEGLIGIBLE:
        found.append(found[-1] * (((size + k) * more / dispersion if size else mean) / (k + 1)))
        k += 1
    return found


def convolved(left: Pmf, right: Pmf) -> Pmf:
    """The sum of two independent numbers."""
    if len(left) < len(right):
        left, right = right, left
    sums = [0.0] * (len(left) + len(right) - 1)
    for i, b in enumerate(right):
        if b > NEGLIGIBLE:
            for k, a in enumerate(left, i):
                sums[k] += a * b
    return trimmed(sums)


def trimmed(pmf: Pmf) -> Pmf:
    """Without what is negligible at the far end."""
    last = len(pmf)
    while last > 1 and pmf[last - 1] < NEGLIGIBLE:
        last -= 1
    return pmf[:last]


def add(total: Pmf, part: Pmf, weight: float) -> None:
    """Lay a part over the total."""
    total.extend([0.0] * (len(part) - len(total)))
    for k, one in enumerate(part):
        total[k] += weight * one


@dataclass(frozen=True, slots=True)
class Payments:
    """What may be paid: groups of deals alike in chance and amount."""

    deals: Sequence[tuple[float, float, int]]
    """Chance, amount, how many."""
    typical: Sequence[tuple[float, float]]
    """What deals to come pay when they are won: amounts and their weights, which sum to 1."""

    @property
    def mean_new(self) -> float:
        """Of a deal to come, once won."""
        return fsum(amount * weight for amount, weight in self.typical)


def revenue(payments: Payments, new: NewWins, sigma: float, cells: int = CELLS) -> Spread:
    """Of the money: the deals that matter most one by one, the others and those to come as a compound Poisson sum.

    Money is put on a lattice from 0 to five deviations above the mean; an amount between two points is split over
    both, and what lies beyond the end counts there.
    """
    deals = sorted(
        ((chance, amount, n) for chance, amount, n in payments.deals if chance > 0 and amount > 0 and n),
        key=lambda one: (-one[0] * (1 - one[0]) * one[1] ** 2, -one[1], -one[0]),
    )
    mean = fsum(chance * amount * n for chance, amount, n in deals) + new.mean * payments.mean_new
    if mean <= 0:
        return Spread((1.0,), 0.0)
    step = _reach(deals, payments, new, sigma, mean) / (cells - 1)
    single, others = _parted(deals)
    severity = _severity(others, payments, new, step, cells)
    alike = gathered([(chance, n) for chance, _, n in others])
    total: Pmf = []
    for shock, weight in NODES:
        coming = new.mean * exp(sigma * shock - sigma**2 / 2)
        expected = fsum(shifted(chance, shock, sigma) * n for chance, n in alike) + coming
        here = compound(expected, severity, step)
        for chance, amount in single:
            here = _paid(here, shifted(chance, shock, sigma), amount / step)
        add(total, here, weight)
    return Spread(tuple(total), mean, step)


def _reach(
    deals: Iterable[tuple[float, float, int]], payments: Payments, new: NewWins, sigma: float, mean: float
) -> float:
    """Where the lattice ends: five deviations above the mean."""
    squares = fsum(amount**2 * weight for amount, weight in payments.typical)
    own = fsum(chance * (1 - chance) * amount**2 * n for chance, amount, n in deals)
    common = (sigma * mean) ** 2
    more = new.mean * squares + max(new.dispersion - 1, 0.0) * new.mean * payments.mean_new**2
    return mean + 5 * sqrt(own + common + more)


def _parted(
    deals: Iterable[tuple[float, float, int]],
) -> tuple[list[tuple[float, float]], list[tuple[float, float, int]]]:
    """Those counted one by one, and the others."""
    single: list[tuple[float, float]] = []
    others = []
    for chance, amount, n in deals:
        now = min(n, EXACT_AMOUNTS - len(single))
        single += [(chance, amount)] * now
        if n > now:
            others.append((chance, amount, n - now))
    return single, others


def _severity(
    others: Iterable[tuple[float, float, int]], payments: Payments, new: NewWins, step: float, cells: int
) -> Pmf:
    """What one of the payments that are not counted singly amounts to, on the lattice."""
    found = [0.0] * cells
    weighted = [(chance * n, amount) for chance, amount, n in others]
    weighted += [(new.mean * weight, amount) for amount, weight in payments.typical]
    total = fsum(weight for weight, _ in weighted)
    for weight, amount in weighted:
        if weight > 0:
            at = min(amount / step, cells - 1.0)
            k = min(int(at), cells - 2)
            found[k] += weight / total * (1 - (at - k))
            found[k + 1] += weight / total * (at - k)
    return found


def compound(expected: float, severity: Pmf, step: float) -> Pmf:
    """The sum of a Poisson number of payments (Panjer); normal when there are many. The end holds what overflows."""
    cells = len(severity)
    if expected <= 0:
        return [1.0, *([0.0] * (cells - 1))]
    if expected > NORMAL_DEALS:
        mean = expected * fsum(k * f for k, f in enumerate(severity))
        spread = sqrt(expected * fsum(k * k * f for k, f in enumerate(severity)))
        return normal(mean, max(spread, 1e-9), 1.0, cells)
    weighted = [expected * k * f for k, f in enumerate(severity)]
    found = [exp(-expected * (1 - severity[0]))]
    for k in range(1, cells):
        found.append(sum(map(mul, weighted[1 : k + 1], reversed(found))) / k)
    found[-1] = max(1 - fsum(found[:-1]), 0.0)
    return found


def _paid(pmf: Pmf, chance: float, at: float) -> Pmf:
    """With one more payment of `at` cells that comes with this chance; the end holds what overflows."""
    last = len(pmf) - 1
    whole = min(int(at), last)
    part = at - whole if whole < last else 0.0
    stay, near, far = 1 - chance, chance * (1 - part), chance * part
    nothing = [0.0] * whole
    moved = zip(pmf, [*nothing, *pmf], [*nothing, 0.0, *pmf], strict=False)
    found = [stay * here + near * before + far * earlier for here, before, earlier in moved]
    found[last] += near * fsum(pmf[last - whole + 1 :]) + far * fsum(pmf[last - whole :])
    return found
