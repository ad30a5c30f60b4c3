"""What a pipeline's deals did, in the plain numbers the forecast is made of.

Time is in days since 1970, UTC. Open stages are counted 0 to S - 1 in their order; after them come WON (S) and LOST
(S + 1). `GONE` is a deal that went out of sight: to another pipeline, or to a stage nobody uses any more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

GONE = -1


class Stay(NamedTuple):
    """A deal in a stage."""

    stage: int
    entered: float
    left: float
    """Infinite while it lasts."""
    next: int
    """Where it went: a stage, won, lost, or `GONE`; means nothing while it lasts."""


class Life(NamedTuple):
    """A deal and all its stays, in time. One reopened after a loss has a new stay, and the loss stays too."""

    id: int
    stays: tuple[Stay, ...]
    amount: float | None = None
    """Minor units of the forecast's currency."""
    traits: tuple[str, ...] = ()
    """Its value for each variable of the segments, in their order; an empty text when it has none."""

    @property
    def born(self) -> float:
        """When it entered its first stage."""
        return self.stays[0].entered

    @property
    def end(self) -> float:
        """When it left its last one; infinite while it is open."""
        return self.stays[-1].left

    def at(self, moment: float) -> Stay | None:
        """The stay it was in at that moment, None before its first and after its end."""
        for stay in reversed(self.stays):
            if stay.entered <= moment:
                return stay if stay.left > moment else None
        return None

    def won_at(self, won: int) -> float:
        """When it was signed, infinite when it was not; a win that was taken back is none."""
        last = self.stays[-1]
        return last.left if last.next == won else inf

    def won_within(self, won: int, after: float, until: float) -> bool:
        """Whether it was signed after the one moment and not after the other, even if it was reopened later."""
        return any(stay.next == won and after < stay.left <= until for stay in self.stays)


@dataclass(frozen=True, slots=True)
class Past:
    """The deals of a pipeline whose way through the stages is known, the oldest first."""

    stages: int
    """How many open stages there are."""
    lives: tuple[Life, ...]

    @property
    def won(self) -> int:
        """The number that stands for won."""
        return self.stages

    @property
    def lost(self) -> int:
        """The number that stands for lost."""
        return self.stages + 1

    @property
    def start(self) -> float:
        """The first moment from which moves are known; infinite without a deal."""
        return self.lives[0].born if self.lives else inf

    @classmethod
    def of(cls, stages: int, lives: Iterable[Life]) -> Past:
        """Put lives in the order of their beginning; those without a stay are left out."""
        return cls(
            stages, tuple(sorted((life for life in lives if life.stays), key=lambda one: (one.born, one.id)))
        )

    def stays(self) -> Iterator[Stay]:
        """All stays of all deals."""
        for life in self.lives:
            yield from life.stays

    def until(self, moment: float) -> Past:
        """What was known then: nothing that came later, and no end that came later."""
        last = bisect_right(self.lives, moment, key=lambda life: life.born)
        return Past(self.stages, tuple(_until(life, moment) for life in self.lives[:last]))


def _until(life: Life, moment: float) -> Life:
    last = life.stays[-1]
    if last.left <= moment or (last.left == inf and last.entered <= moment):
        return life
    known = (stay for stay in life.stays if stay.entered <= moment)
    return life._replace(
        stays=tuple(stay if stay.left <= moment else stay._replace(left=inf, next=GONE) for stay in known)
    )
