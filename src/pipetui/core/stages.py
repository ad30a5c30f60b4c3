"""The stages of a pipeline: the standard ones, and how they are added, changed, ordered, merged and retired.

Nothing depends on the names of stages. Won and lost come last, whatever happens; deals go through open stages alone.
For the edits a desk holds all stages of the pipeline, the retired ones too, so that every stage keeps its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipetui.core import moves
from pipetui.core.change import Change
from pipetui.core.deal import Deal, Event, Goal, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.fields import Rule, anything, between, fit, lines, name
from pipetui.core.history import joined_stays
from pipetui.core.message import Message, say
from pipetui.core.moves import Changes, written
from pipetui.core.standard import standard_pipeline as standard_pipeline
from pipetui.core.text import fold
from pipetui.errors import Invalid, Refused

EVENTS: tuple[Event, ...] = ("contact made", "meeting booked", "quote sent", "quote signed")
EVENT_WORDS: Mapping[str, Message] = {
    "contact made": say("contact made"),
    "meeting booked": say("meeting booked"),
    "quote sent": say("quote sent"),
    "quote signed": say("quote signed"),
}
"""What can bring a deal into a stage by itself."""
KIND_WORDS: Mapping[str, Message] = {"open": say("open stage"), "won": say("won"), "lost": say("lost")}


def definition(value: str) -> str:
    """One or two sentences, never empty."""
    kept = lines(value)
    if not kept:
        raise Invalid(
            say("A stage needs a definition."), hint=say("Say in a sentence when a deal belongs there.")
        )
    return kept


FIELDS: Mapping[str, Rule] = {
    "name": name,
    "definition": definition,
    "ratio_from": between(1, 1_000_000, say("Say a ratio as two whole numbers, like 20 to 10.")),
    "ratio_to": between(1, 1_000_000, say("Say a ratio as two whole numbers, like 20 to 10.")),
    "days": between(1, 3650, say("Typical days in a stage lie between 1 and 3650.")),
    "event": anything,
}


def add(
    desk: Desk,
    name: str,
    definition: str,
    after: Stage | None = None,
    pipeline_id: int | None = None,
    **values: Any,
) -> Changes:
    """A new open stage after another one, or as the last open one. Raises Refused, Invalid.

    `values` are `ratio_from`, `ratio_to` (of 20 deals 10 go on), `days` and `event`.
    """
    given = fit(FIELDS, {"name": name, "definition": definition, **values})
    stage = Stage(
        id=desk.new_id(),
        pipeline_id=desk.stages[0].pipeline_id if pipeline_id is None else pipeline_id,
        position=0,
        **{field: value for field, value in given.items() if value is not None},
    )
    _check(stage, desk)
    open_stages = desk.open_stages
    if after is None and open_stages:
        after = open_stages[-1]
    order = _placed(stage, after, _in_order(desk))
    place = order.index(stage)
    others = [one for one in order if one is not stage]
    return (Change.add(replace(stage, position=place)), *_numbered(others, skip=place))


def edit(stage: Stage, desk: Desk, **values: Any) -> Changes:
    """Another name, definition, ratio (`ratio_from` with `ratio_to`), `days` or `event`. Raises Refused, Invalid."""
    given = fit(FIELDS, values)
    if given.get("days", stage.days) is None:
        raise Invalid(say("Typical days in a stage lie between 1 and 3650."))
    _check(replace(stage, **given), desk)
    return written(Change.edit(stage, **given))


def move(stage: Stage, after: Stage | None, desk: Desk) -> Changes:
    """An open stage takes its place after another open one, or comes first. Raises Refused."""
    if stage.kind != "open":
        raise Refused(say("{stage} stays at the end.", stage=stage.name))
    if after is not None and after.id == stage.id:
        raise Refused(say("A stage cannot come after itself."))
    others = [one for one in _in_order(desk) if one.id != stage.id]
    return written(*_numbered(_placed(stage, after, others)))


def merge(
    stage: Stage,
    into: Stage,
    desk: Desk,
    deals: Iterable[Deal],
    visits: Iterable[Visit],
    goals: Iterable[Goal] = (),
) -> Changes:
    """All of a stage goes to another, its history too, as if both had always been one; then it is retired.

    `deals` are those that stand in it or were closed from it; `visits` those in either stage; and those that left for
    it; `goals` those that aim at it. Stays that follow one another in the two become one. Raises Refused.
    """
    _check_pair(stage, into)
    ids = {stage.id: into.id}
    changes, entered = joined_stays(visits, stage.id, into.id)
    for deal in deals:
        values: dict[str, Any] = {
            "stage_id": ids.get(deal.stage_id, deal.stage_id),
            "closed_from_id": ids.get(deal.closed_from_id or 0, deal.closed_from_id),
        }
        if deal.stage_id in (stage.id, into.id) and deal.id in entered:
            values["stage_since"] = entered[deal.id]
        changes.append(Change.edit(deal, **values))
    changes += [Change.edit(goal, stage_id=ids.get(goal.stage_id or 0, goal.stage_id)) for goal in goals]
    return written(*changes, Change.edit(stage, retired_at=desk.now))


def retire(
    stage: Stage,
    into: Stage,
    desk: Desk,
    deals: Iterable[tuple[Deal, Visit | None]],
    goals: Iterable[Goal] = (),
) -> Changes:
    """A stage is used no more: its `deals`, each with its open visit, move to another; its history stays its own.

    `goals` that aim at it aim at the other. Archived deals move too. Raises Refused.
    """
    _check_pair(stage, into)
    changes: list[Change] = []
    for deal, visit in deals:
        changes += moves.move(replace(deal, archived_at=None), visit, into, desk)
    changes += [Change.edit(goal, stage_id=into.id) for goal in goals if goal.stage_id == stage.id]
    return written(*changes, Change.edit(stage, retired_at=desk.now))


def _check(stage: Stage, desk: Desk) -> None:
    if (stage.ratio_from is None) != (stage.ratio_to is None):
        raise Invalid(say("Say a ratio as two whole numbers, like 20 to 10."))
    if stage.ratio_from is not None and stage.ratio_to is not None and stage.ratio_to > stage.ratio_from:
        raise Invalid(say("No more deals can go on than there were."))
    if stage.kind != "open" and stage.ratio_from is not None:
        raise Refused(say("{stage} is the end: nothing goes on from there.", stage=stage.name))
    if stage.event is not None and stage.event not in EVENTS:
        raise Invalid(say('"{text}" is not an event.', text=stage.event))
    if stage.kind == "lost" and stage.event is not None:
        raise Refused(say("No event loses a deal by itself."))
    for other in desk.used:
        if other.id == stage.id:
            continue
        if fold(other.name) == fold(stage.name):
            raise Refused(say("There is a stage {stage} already.", stage=other.name))
        if stage.event is not None and other.event == stage.event:
            raise Refused(
                say("{stage} has this event already.", stage=other.name),
                hint=say("Take it away there first: {stage} with the event none.", stage=other.name),
            )


def _check_pair(stage: Stage, into: Stage) -> None:
    if stage.id == into.id:
        raise Refused(say("Choose another stage to take its deals."))
    for one in (stage, into):
        if one.kind != "open":
            raise Refused(say("{stage} cannot be merged or retired.", stage=one.name))
        if one.retired_at is not None:
            raise Refused(say("{stage} is retired.", stage=one.name))
    if stage.pipeline_id != into.pipeline_id:
        raise Refused(say("{stage} belongs to another pipeline.", stage=into.name))


def _in_order(desk: Desk) -> list[Stage]:
    return sorted(desk.stages, key=lambda stage: stage.position)


def _placed(stage: Stage, after: Stage | None, others: Sequence[Stage]) -> list[Stage]:
    if after is None:
        return [stage, *others]
    if after.kind != "open":
        raise Refused(say("{stage} stays at the end.", stage=after.name))
    place = next((i for i, other in enumerate(others) if other.id == after.id), len(others) - 1) + 1
    return [*others[:place], stage, *others[place:]]


def _numbered(stages: Sequence[Stage], skip: int | None = None) -> Changes:
    """Positions from 0 on, leaving one out."""
    numbers = (n for n in range(len(stages) + 1) if n != skip)
    return written(*(Change.edit(stage, position=n) for stage, n in zip(stages, numbers, strict=False)))
