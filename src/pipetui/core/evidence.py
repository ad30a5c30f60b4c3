"""What a stage asks to be shown before a deal leaves it: a list that informs, never blocks, and is held to account.

Criteria belong to open stages, keep an order, and are retired rather than deleted: what was ticked stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from pipetui.core.change import Change
from pipetui.core.deal import Criterion, Deal, Evidence, Stage
from pipetui.core.desk import Desk
from pipetui.core.fields import word
from pipetui.core.message import Message, say, say_n
from pipetui.core.moves import Changes, written
from pipetui.core.text import fold
from pipetui.errors import Invalid, Refused

Z80 = 1.2816
"""Standard deviations to either side of the middle 80 % of a normal distribution."""
LONGEST = 200
"""Characters of a criterion: it is read in a list."""


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a deal's checklist."""

    criterion: Criterion
    shown: Evidence | None
    """None while nobody ticked it."""


def asked_by(stage_id: int, criteria: Iterable[Criterion]) -> list[Criterion]:
    """What a stage asks for now, in order."""
    used = (one for one in criteria if one.stage_id == stage_id and one.retired_at is None)
    return sorted(used, key=lambda one: (one.position, one.id))


def checklist(stage_id: int, criteria: Iterable[Criterion], evidence: Iterable[Evidence]) -> list[Point]:
    """What a stage asks for, and what of it is shown."""
    shown = {one.criterion_id: one for one in evidence}
    return [Point(one, shown.get(one.id)) for one in asked_by(stage_id, criteria)]


def reminder(points: Sequence[Point], key: str) -> Message | None:
    """What to say when a deal leaves a stage; None when all is shown, or nothing asked for."""
    missing = sum(point.shown is None for point in points)
    if not missing:
        return None
    return say_n(
        "{n} of {all} not shown: {key} ticks it", "{n} of {all} not shown: {key} ticks them", missing,
        all=len(points), key=key,
    )  # fmt: skip


# The list of a stage


def add(stage: Stage, text: str, criteria: Iterable[Criterion], desk: Desk) -> Changes:
    """One more criterion, at the end. Raises Refused for a closing stage or a second one of its words, Invalid."""
    if stage.kind != "open":
        raise Refused(say("{stage} is the end: nothing is to be shown there.", stage=stage.name))
    if stage.retired_at is not None:
        raise Refused(say("{stage} is retired.", stage=stage.name))
    there = asked_by(stage.id, criteria)
    kept = _fit(text, there)
    position = max((one.position for one in there), default=-1) + 1
    return (Change.add(Criterion(id=desk.new_id(), stage_id=stage.id, text=kept, position=position)),)


def edit(criterion: Criterion, text: str, criteria: Iterable[Criterion]) -> Changes:
    """Other words; what was ticked stays ticked. Raises Refused, Invalid."""
    _check_used(criterion)
    others = [one for one in asked_by(criterion.stage_id, criteria) if one.id != criterion.id]
    return written(Change.edit(criterion, text=_fit(text, others)))


def move(criterion: Criterion, place: int, criteria: Iterable[Criterion]) -> Changes:
    """To a place in the list of its stage, 0 the first; a place beyond the end is the last. Raises Refused."""
    _check_used(criterion)
    others = [one for one in asked_by(criterion.stage_id, criteria) if one.id != criterion.id]
    place = max(0, min(place, len(others)))
    order = [*others[:place], criterion, *others[place:]]
    return written(*(Change.edit(one, position=n) for n, one in enumerate(order)))


def retire(criterion: Criterion, desk: Desk) -> Changes:
    """Asked for no more. Raises Refused when it is retired already."""
    _check_used(criterion)
    return (Change.edit(criterion, retired_at=desk.now),)


def _check_used(criterion: Criterion) -> None:
    if criterion.retired_at is not None:
        raise Refused(say("This is not asked for any more."))


def _fit(text: str, others: Iterable[Criterion]) -> str:
    kept = word(text)
    if not kept:
        raise Invalid(say("Say what is to be shown, in a few words."))
    if len(kept) > LONGEST:
        raise Invalid(say("This is too long for a list: at most {n} characters.", n=LONGEST))
    for other in others:
        if fold(other.text) == fold(kept):
            raise Refused(say("This is asked for already: {text}.", text=other.text))
    return kept


# What a deal shows


def tick(
    deal: Deal,
    criteria: Iterable[Criterion],
    evidence: Iterable[Evidence],
    desk: Desk,
    of: Stage | None = None,
) -> Changes:
    """These criteria are met; those ticked before stay as they are. Raises Refused for one of another pipeline.

    `of` is the stage the criteria belong to, where the caller knows it.
    """
    if deal.archived_at is not None:
        raise Refused(say("The deal is archived."), hint=say("Restore it first."))
    there = {one.criterion_id for one in evidence if one.deal_id == deal.id}
    changes = []
    for one in criteria:
        _check_used(one)
        if (of or desk.stage(one.stage_id)).pipeline_id != deal.pipeline_id:
            raise Refused(say("{text} is asked for in another pipeline.", text=one.text))
        if one.id not in there:
            new = Evidence(
                id=desk.new_id(), deal_id=deal.id, criterion_id=one.id, owner_id=desk.me, ticked_at=desk.now
            )
            changes.append(Change.add(new))
    return tuple(changes)


def untick(evidence: Iterable[Evidence]) -> Changes:
    """It is not shown after all."""
    return tuple(Change.drop(one) for one in evidence)


# Whether it was worth it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the deals that left a stage."""

    n: int = 0
    """All of them."""
    went_on: int = 0
    """Those that left for a later stage or were won."""
    won: int = 0
    """Those that are won today ..."""
    lost: int = 0
    """... and those lost; the rest is still open."""

    @property
    def went_on_range(self) -> tuple[float, float] | None:
        """The share that went on, 0 to 1: its 80 % range."""
        return wilson(self.went_on, self.n)

    @property
    def won_range(self) -> tuple[float, float] | None:
        """The share won of those that are decided, 0 to 1: its 80 % range."""
        return wilson(self.won, self.won + self.lost)


@dataclass(frozen=True, slots=True)
class Compared:
    """One stage: the deals that left it with all criteria met, and those that left with some missing."""

    stage: Stage
    asked: int
    """Criteria the stage has now."""
    met: Outcome
    unmet: Outcome

    @property
    def tells(self) -> bool:
        """Whether the shares won differ by more than chance explains: their 80 % ranges lie apart."""
        with_all, without = self.met.won_range, self.unmet.won_range
        if with_all is None or without is None:
            return False
        return with_all[0] > without[1] or without[0] > with_all[1]


def wilson(hits: int, n: int, z: float = Z80) -> tuple[float, float] | None:
    """The range in which a share lies, 0 to 1, after `hits` of `n` cases; None without a case.

    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927), 209-212:
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = hits/n. It stays within 0 and 1, and is wide for few.
    """
    if n <= 0:
        return None
    p, square = hits / n, z * z
    middle = p + square / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + square / (4 * n * n))
    below = 1 + square / n
    return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)
