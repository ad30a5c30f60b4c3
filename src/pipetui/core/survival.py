"""How long something lasts when some of it is not over yet: the product-limit estimate.

E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete observations. JASA 53 (1958), 457-481.
S(t) = Π over t_i ≤ t of (1 - d_i / n_i), with d_i ends at t_i and n_i that lasted at least that long; what is not
over counts among the n_i as long as it is known to last, and never among the d_i. Leaving it out makes every stage look
quicker than it is, since the slow ones are those still there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

NOISE = 1e-9
"""Products of fractions are not exact; a share this near to what is asked for has reached it."""


class Lasted(NamedTuple):
    """Some that lasted equally long."""

    time: float
    n: int
    over: bool
    """False when they still go on: then it is how long so far."""


def quantile(lasted: Iterable[Lasted], share: float) -> float | None:
    """The time after which this share, 0 to 1, is over: the smallest t with S(t) ≤ 1 - share.

    None when that is not known yet, since too many still go on. Where all is over this is the ordinary quantile: the
    smallest time that at least this share lasted no longer than.
    """
    ends, going = _by_time(lasted)
    there = sum(ends.values()) + sum(going.values())
    surviving = 1.0
    for time in sorted(ends.keys() | going.keys()):
        over = ends.get(time, 0)
        if over:
            surviving *= 1 - over / there
            if surviving <= 1 - share + NOISE:
                return time
        there -= over + going.get(time, 0)
    return None


def _by_time(lasted: Iterable[Lasted]) -> tuple[dict[float, int], dict[float, int]]:
    ends: dict[float, int] = {}
    going: dict[float, int] = {}
    for one in lasted:
        kept = ends if one.over else going
        kept[one.time] = kept.get(one.time, 0) + one.n
    return ends, going
