"""The pipeline's own stages: the standard ones, and what people make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desks import EARLIER, LEAD, LOST, MEETING, NOW, PROSPECT, QUOTE, WON, World, deal_in, desk_of, visit_of
from pipetui.core import stages
from pipetui.core.deal import Deal, Goal, LostReason, Pipeline, Source, Stage, Visit
from pipetui.core.funnel import ratios, win_chances
from pipetui.core.message import Message
from pipetui.errors import Invalid, Refused

DESK = desk_of()


def world_of(*records: Deal | Visit | Goal) -> World:
    return World(*DESK.stages, *records)


def names(world: World) -> list[str]:
    used = (stage for stage in world.all(Stage) if stage.retired_at is None)
    return [stage.name for stage in sorted(used, key=lambda stage: stage.position)]


def test_a_new_store_starts_with_the_standard_pipeline() -> None:
    records = stages.standard_pipeline()
    assert len({record.id for record in records}) == len(records)
    assert all(record.id < 0 for record in records)
    found = [record for record in records if isinstance(record, Stage)]
    assert [(stage.name, stage.kind) for stage in found] == [
        ("Lead", "open"),
        ("Prospect", "open"),
        ("Meeting", "open"),
        ("Quote", "open"),
        ("Won", "won"),
        ("Lost", "lost"),
    ]
    assert [stage.declared_ratio for stage in found] == [0.56, 0.55, 0.55, 0.60, None, None]
    assert [stage.event for stage in found] == [
        None, "contact made", "meeting booked", "quote sent", "quote signed", None,
    ]  # fmt: skip
    assert all(stage.definition and stage.days == 14 for stage in found)
    chances = [round(chance.value, 2) for chance in win_chances(ratios(found, [])).values()]
    assert chances == [0.10, 0.18, 0.33, 0.60]
    assert {type(record) for record in records} == {Pipeline, Stage, Source, LostReason}


def test_the_standard_pipeline_speaks_the_language_of_the_house() -> None:
    told: list[str] = []

    def french(message: Message) -> str:
        told.append(message.text)
        return f"fr:{message.text}"

    records = stages.standard_pipeline(french)
    assert "Trade show" in told
    assert all(record.name.startswith("fr:") for record in records)
    assert all(record.definition.startswith("fr:") for record in records if isinstance(record, Stage))


def test_a_stage_is_added_after_another() -> None:
    world = world_of()
    world.write(
        stages.add(
            DESK, " Demo\x07 ", "They saw it.", after=PROSPECT, ratio_from=3, ratio_to=2, days=7, event=None
        )
    )
    assert names(world) == ["Lead", "Prospect", "Demo", "Meeting", "Quote", "Won", "Lost"]
    demo = next(stage for stage in world.all(Stage) if stage.name == "Demo")
    assert (demo.kind, demo.days, demo.ratio_from, demo.ratio_to, demo.pipeline_id) == ("open", 7, 3, 2, 1)


def test_without_a_place_it_becomes_the_last_open_stage() -> None:
    world = world_of()
    world.write(stages.add(DESK, "Contract", "Under signature."))
    assert names(world) == ["Lead", "Prospect", "Meeting", "Quote", "Contract", "Won", "Lost"]
    alone = World(WON, LOST)
    alone.write(stages.add(desk_of(WON, LOST), "Lead", "A name."))
    assert names(alone) == ["Lead", "Won", "Lost"]


ADDED = [
    ({"definition": " \n"}, "A stage needs a definition."),
    ({"name": "\x07"}, "A name is needed."),
    ({"name": "QUOTE"}, "There is a stage Quote already."),
    ({"ratio_from": 5}, "Say a ratio as two whole numbers, like 20 to 10."),
    ({"ratio_from": 0, "ratio_to": 0}, "Say a ratio as two whole numbers, like 20 to 10."),
    ({"ratio_from": 5, "ratio_to": 6}, "No more deals can go on than there were."),
    ({"days": 0}, "Typical days in a stage lie between 1 and 3650."),
    ({"event": "quote sent"}, "Quote has this event already."),
    ({"event": "full moon"}, '"full moon" is not an event.'),
    ({"after": WON}, "Won stays at the end."),
]


@pytest.mark.parametrize(("values", "sentence"), ADDED, ids=lambda value: str(value)[:30])
def test_a_stage_that_makes_no_sense_is_not_added(values: dict[str, object], sentence: str) -> None:
    given = {"name": "Demo", "definition": "They saw it.", **values}
    with pytest.raises((Refused, Invalid)) as caught:
        stages.add(DESK, **given)  # type: ignore[arg-type]
    assert str(caught.value.message) == sentence


def test_a_stage_is_edited() -> None:
    world = world_of()
    world.write(stages.edit(QUOTE, DESK, name="Offer", ratio_from=5, ratio_to=1, event=None))
    offer = next(stage for stage in world.all(Stage) if stage.id == QUOTE.id)
    assert (offer.name, offer.declared_ratio, offer.event, offer.definition) == (
        "Offer",
        0.2,
        None,
        QUOTE.definition,
    )
    assert stages.edit(QUOTE, DESK, name="Quote") == ()
    world.write(stages.edit(WON, DESK, name="Signed", definition="It is signed."))
    assert names(world)[-2:] == ["Signed", "Lost"]


@pytest.mark.parametrize(
    ("stage", "values"),
    [
        (WON, {"ratio_from": 5, "ratio_to": 1}),
        (LOST, {"event": "quote sent"}),
        (LEAD, {"definition": ""}),
        (LEAD, {"days": None}),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(stage: Stage, values: dict[str, object]) -> None:
    with pytest.raises((Refused, Invalid)):
        stages.edit(stage, DESK, **values)


@pytest.mark.parametrize(
    ("after", "order"),
    [
        (None, ["Quote", "Lead", "Prospect", "Meeting"]),
        (LEAD, ["Lead", "Quote", "Prospect", "Meeting"]),
        (MEETING, ["Lead", "Prospect", "Meeting", "Quote"]),
    ],
)
def test_open_stages_change_places(after: Stage | None, order: list[str]) -> None:
    world = world_of()
    changes = stages.move(QUOTE, after, DESK)
    world.write(changes)
    assert names(world) == [*order, "Won", "Lost"]
    world.take_back(changes)
    assert names(world) == ["Lead", "Prospect", "Meeting", "Quote", "Won", "Lost"]


MOVED: list[Callable[[], object]] = [
    lambda: stages.move(WON, LEAD, DESK),
    lambda: stages.move(LEAD, WON, DESK),
    lambda: stages.move(LEAD, LEAD, DESK),
]


@pytest.mark.parametrize("act", MOVED)
def test_won_and_lost_stay_last(act: Callable[[], object]) -> None:
    with pytest.raises(Refused):
        act()


def stay(n: int, deal: int, stage: Stage, began: int, ended: int | None, to: Stage | None) -> Visit:
    """A visit of a deal, in days after it began."""

    def at(days: int) -> datetime:
        return EARLIER + timedelta(days=days)

    return Visit(
        id=n,
        deal_id=deal,
        stage_id=stage.id,
        entered_at=at(began),
        left_at=None if ended is None else at(ended),
        next_stage_id=to.id if to else None,
    )


def test_merging_hands_over_deals_and_history() -> None:
    here = replace(deal_in(MEETING), stage_since=EARLIER + timedelta(days=4))
    lost = replace(deal_in(LOST), id=2, closed_from_id=MEETING.id)
    goal = Goal(id=1, pipeline_id=1, period="2026-11", metric="reach", stage_id=MEETING.id, target=15)
    visits = [
        stay(1, 1, LEAD, 0, 2, PROSPECT),
        stay(2, 1, PROSPECT, 2, 4, MEETING),
        stay(3, 1, MEETING, 4, None, None),
        stay(4, 2, MEETING, 0, 3, LOST),
    ]
    world = world_of(here, lost, goal, *visits)
    before = world.copy()
    changes = stages.merge(MEETING, PROSPECT, DESK, [here, lost], visits, [goal])
    world.write(changes)
    deals = {deal.id: deal for deal in world.all(Deal)}
    assert (deals[1].stage_id, deals[1].stage_since) == (PROSPECT.id, EARLIER + timedelta(days=2))
    assert (deals[2].stage_id, deals[2].closed_from_id) == (LOST.id, PROSPECT.id)
    assert world.one(Goal).stage_id == PROSPECT.id
    assert {visit.id: (visit.stage_id, visit.left_at, visit.next_stage_id) for visit in world.all(Visit)} == {
        1: (LEAD.id, EARLIER + timedelta(days=2), PROSPECT.id),
        2: (PROSPECT.id, None, None),
        4: (PROSPECT.id, EARLIER + timedelta(days=3), LOST.id),
    }
    assert names(world) == ["Lead", "Prospect", "Quote", "Won", "Lost"]
    world.take_back(changes)
    assert world.copy() == before


def test_a_deal_that_left_and_came_back_keeps_both_stays() -> None:
    deal = replace(deal_in(PROSPECT), stage_since=EARLIER + timedelta(days=6))
    visits = [
        stay(1, 1, MEETING, 0, 2, QUOTE),
        stay(2, 1, QUOTE, 2, 6, PROSPECT),
        stay(3, 1, PROSPECT, 6, None, None),
    ]
    world = world_of(deal, *visits)
    world.write(stages.merge(MEETING, PROSPECT, DESK, [deal], visits))
    assert world.one(Deal) == deal
    assert [visit.stage_id for visit in world.all(Visit)] == [PROSPECT.id, QUOTE.id, PROSPECT.id]


def test_a_retired_stage_hands_its_deals_on_and_keeps_its_history() -> None:
    here = deal_in(MEETING)
    archived = replace(deal_in(MEETING), id=2, archived_at=EARLIER)
    goal = Goal(id=1, pipeline_id=1, period="2026-11", metric="reach", stage_id=MEETING.id, target=15)
    world = world_of(here, archived, visit_of(here), goal)
    changes = stages.retire(MEETING, QUOTE, DESK, [(here, visit_of(here)), (archived, None)], [goal])
    world.write(changes)
    assert {deal.stage_id for deal in world.all(Deal)} == {QUOTE.id}
    assert [deal.archived_at for deal in world.all(Deal)] == [None, EARLIER]
    assert world.all(Visit)[0].stage_id == MEETING.id
    assert world.all(Visit)[0].next_stage_id == QUOTE.id
    assert world.one(Goal).stage_id == QUOTE.id
    assert names(world) == ["Lead", "Prospect", "Quote", "Won", "Lost"]


PAIRS = [
    (QUOTE, QUOTE),
    (WON, QUOTE),
    (QUOTE, LOST),
    (QUOTE, replace(MEETING, retired_at=NOW)),
    (QUOTE, replace(MEETING, pipeline_id=2)),
]


@pytest.mark.parametrize(("stage", "into"), PAIRS)
def test_some_stages_cannot_become_one(stage: Stage, into: Stage) -> None:
    with pytest.raises(Refused):
        stages.merge(stage, into, DESK, [], [])
    with pytest.raises(Refused):
        stages.retire(stage, into, DESK, [])


def test_a_retired_stage_keeps_its_place_when_others_move() -> None:
    desk = desk_of(LEAD, replace(PROSPECT, retired_at=NOW), MEETING, QUOTE, WON, LOST)
    world = World(*desk.stages)
    world.write(stages.add(desk, "First", "Seen.", after=LEAD))
    order = sorted(world.all(Stage), key=lambda stage: stage.position)
    assert [stage.name for stage in order] == ["Lead", "First", "Prospect", "Meeting", "Quote", "Won", "Lost"]
