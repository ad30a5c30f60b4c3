"""Who acts, when and on which stages; and the numbers that new records carry until the store gives them theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING, Literal

from pipetui.core.message import say
from pipetui.errors import NotFound, Refused

if TYPE_CHECKING:
    from pipetui.core.deal import Deal, Stage


NEWCOMER = -(1 << 40)
"""Who acts in a store that has not met them yet; with the first batch the store puts their number in its place."""


def new_ids() -> Iterator[int]:
    """-1, -2, -3...: inside one batch, records not yet stored refer to each other by these."""
    return count(-1, -1)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a verb needs to know besides the records it changes. One desk serves one batch, or several."""

    now: datetime
    """Aware UTC."""
    today: date
    """The local day of `now`."""
    me: int | None
    """The member who acts; None for nobody."""
    stages: tuple[Stage, ...]
    """Of one pipeline, in any order; retired ones may be among them, and keep their place when stages are edited."""
    ids: Iterator[int] = field(default_factory=new_ids, repr=False, compare=False)

    def new_id(self) -> int:
        """A number for a record the store does not know yet: negative, never given twice by this desk."""
        return next(self.ids)

    @property
    def used(self) -> tuple[Stage, ...]:
        """The stages that are not retired, in order."""
        return tuple(sorted((s for s in self.stages if s.retired_at is None), key=lambda s: s.position))

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages deals work their way through, in order."""
        return tuple(stage for stage in self.used if stage.kind == "open")

    def stage(self, stage_id: int) -> Stage:
        """A stage by its number. Raises NotFound."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise NotFound(say("This pipeline has no such stage."))

    def closing(self, kind: Literal["won", "lost"]) -> Stage:
        """The stage that keeps the won or the lost deals. Raises NotFound."""
        for stage in self.used:
            if stage.kind == kind:
                return stage
        raise NotFound(say("This pipeline has no such stage."))


def next_stage(deal: Deal, desk: Desk) -> Stage:
    """The stage after the deal's; after the last open one, won. Raises Refused at the end."""
    here = desk.stage(deal.stage_id)
    if here.kind != "open":
        raise Refused(
            say("{stage} is the last stage.", stage=here.name), hint=say("A closed deal can be reopened.")
        )
    later = [stage for stage in desk.open_stages if stage.position > here.position]
    return later[0] if later else desk.closing("won")


def previous_stage(deal: Deal, desk: Desk) -> Stage:
    """The stage before the deal's; for a closed deal, the one it was closed in. Raises Refused at the beginning."""
    here = desk.stage(deal.stage_id)
    if here.kind != "open":
        return stage_to_reopen(deal, desk)
    earlier = [stage for stage in desk.open_stages if stage.position < here.position]
    if not earlier:
        raise Refused(say("{stage} is the first stage.", stage=here.name))
    return earlier[-1]


def stage_to_reopen(deal: Deal, desk: Desk, last_stage_id: int | None = None) -> Stage:
    """Where a closed deal goes back to: the stage it was closed in, `last_stage_id`, or the last open one.

    Raises Refused when the pipeline has no open stage.
    """
    for stage_id in (deal.closed_from_id, last_stage_id):
        for stage in desk.open_stages:
            if stage.id == stage_id:
                return stage
    if not desk.open_stages:
        raise Refused(say("This pipeline has no open stage."), hint=say("Add one first."))
    return desk.open_stages[-1]
