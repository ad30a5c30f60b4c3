"""What can be done with a deal, told as what stands in the store afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import (
    EARLIER,
    LEAD,
    LOST,
    ME,
    MEETING,
    NOW,
    PROSPECT,
    QUOTE,
    TODAY,
    WON,
    World,
    deal_in,
    desk_of,
    visit_of,
)
from pipetui.core import moves, people
from pipetui.core.deal import Activity, Contact, Deal, Organization, Source, Stage, Tag, Tagging, Visit
from pipetui.core.step import Step
from pipetui.errors import Invalid, NotFound, Refused

DESK = desk_of()


def after(deal: Deal, changes: moves.Changes, *others: Visit) -> World:
    world = World(deal, *others)
    world.write(changes)
    return world


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value.message)


def test_a_deal_moves_on() -> None:
    deal = deal_in(PROSPECT)
    visit = visit_of(deal)
    world = after(deal, moves.move(deal, visit, MEETING, DESK), visit)
    moved = world.one(Deal)
    assert (moved.stage_id, moved.stage_since, moved.closed_at) == (MEETING.id, NOW, None)
    ended, entered = sorted(world.all(Visit), key=lambda one: one.entered_at)
    assert (ended.stage_id, ended.left_at, ended.next_stage_id) == (PROSPECT.id, NOW, MEETING.id)
    assert (entered.stage_id, entered.entered_at, entered.left_at, entered.why) == (
        MEETING.id,
        NOW,
        None,
        None,
    )


@pytest.mark.parametrize("to", [LEAD, QUOTE], ids=["back", "skipping"])
def test_no_stage_is_obligatory(to: Stage) -> None:
    deal = deal_in(PROSPECT)
    world = after(deal, moves.move(deal, visit_of(deal), to, DESK), visit_of(deal))
    assert world.one(Deal).stage_id == to.id
    assert len(world.all(Visit)) == 2


def test_a_won_deal_is_closed_and_asks_nothing() -> None:
    deal = deal_in(
        QUOTE, parked_until=date(2027, 1, 1), pinned_chance=80, pinned_by_id=ME, pinned_reason="knows us"
    )
    world = after(deal, moves.win(deal, visit_of(deal), DESK), visit_of(deal))
    won = world.one(Deal)
    assert (won.stage_id, won.closed_at, won.closed_from_id, won.stage_since) == (WON.id, NOW, QUOTE.id, NOW)
    assert (won.parked_until, won.pinned_chance, won.pinned_by_id, won.pinned_reason) == (
        None,
        None,
        None,
        None,
    )
    assert world.one(Visit).next_stage_id == WON.id


def test_a_lost_deal_keeps_its_reason_and_the_stage_it_died_in() -> None:
    deal = deal_in(MEETING)
    lost = after(deal, moves.lose(deal, visit_of(deal), 3, DESK), visit_of(deal)).one(Deal)
    assert (lost.stage_id, lost.lost_reason_id, lost.closed_from_id, lost.closed_at) == (
        LOST.id,
        3,
        MEETING.id,
        NOW,
    )


def test_losing_takes_a_reason() -> None:
    deal = deal_in(MEETING)
    assert "reason" in refused(lambda: moves.lose(deal, visit_of(deal), None, DESK))
    assert "reason" in refused(lambda: moves.move(deal, visit_of(deal), LOST, DESK))


@pytest.mark.parametrize("closed", [WON, LOST], ids=lambda stage: stage.name)
def test_a_reopened_deal_goes_back_where_it_was_closed(closed: Stage) -> None:
    deal = deal_in(closed, closed_from_id=MEETING.id)
    world = after(deal, moves.reopen(deal, [], DESK))
    opened = world.one(Deal)
    assert (opened.stage_id, opened.closed_at, opened.lost_reason_id, opened.closed_from_id) == (
        MEETING.id,
        None,
        None,
        None,
    )
    assert world.one(Visit).stage_id == MEETING.id


def test_a_reopened_deal_may_go_elsewhere_and_needs_no_history() -> None:
    imported = deal_in(WON, closed_from_id=None)
    stayed = Visit(
        id=9, deal_id=1, stage_id=PROSPECT.id, entered_at=EARLIER, left_at=EARLIER, next_stage_id=WON.id
    )
    assert after(imported, moves.reopen(imported, [], DESK)).one(Deal).stage_id == QUOTE.id
    assert after(imported, moves.reopen(imported, [stayed], DESK)).one(Deal).stage_id == PROSPECT.id
    assert after(imported, moves.reopen(imported, [], DESK, to=LEAD)).one(Deal).stage_id == LEAD.id


def test_a_lost_deal_that_is_signed_after_all_was_open_for_no_time() -> None:
    deal = deal_in(LOST, closed_from_id=QUOTE.id)
    world = after(deal, moves.win(deal, None, DESK))
    won, stay = world.one(Deal), world.one(Visit)
    assert (won.stage_id, won.lost_reason_id, won.closed_from_id) == (WON.id, None, QUOTE.id)
    assert (stay.stage_id, stay.entered_at, stay.left_at, stay.next_stage_id) == (QUOTE.id, NOW, NOW, WON.id)


def test_a_deal_without_visits_moves_too() -> None:
    deal = deal_in(PROSPECT, history_known=False)
    world = after(deal, moves.move(deal, None, QUOTE, DESK))
    assert world.one(Visit).stage_id == QUOTE.id
    assert world.one(Deal).history_known is False


def test_a_clock_that_is_behind_ends_no_visit_before_it_began() -> None:
    deal = deal_in(PROSPECT, stage_since=NOW + timedelta(seconds=3))
    world = after(deal, moves.move(deal, visit_of(deal), QUOTE, DESK), visit_of(deal))
    assert {visit.left_at for visit in world.all(Visit)} == {NOW + timedelta(seconds=3), None}


def test_what_cannot_move_says_why() -> None:
    deal = deal_in(PROSPECT)
    retired = replace(MEETING, retired_at=NOW)
    elsewhere = replace(MEETING, id=77, pipeline_id=2)
    archived = replace(deal, archived_at=NOW)
    assert refused(lambda: moves.move(deal, None, PROSPECT, DESK)) == "The deal stands in Prospect already."
    assert (
        refused(lambda: moves.move(deal, None, retired, DESK))
        == "Meeting is retired: it takes no deals any more."
    )
    assert refused(lambda: moves.move(deal, None, elsewhere, DESK)) == "Meeting belongs to another pipeline."
    assert refused(lambda: moves.move(archived, None, MEETING, DESK)) == "The deal is archived."
    assert refused(lambda: moves.reopen(deal, [], DESK)) == "The deal is open already."
    assert refused(lambda: moves.win(deal_in(WON), None, DESK)) == "The deal stands in Won already."


def test_the_ends_of_the_board_have_their_own_names() -> None:
    signed = replace(WON, name="Vente")
    desk = desk_of(LEAD, QUOTE, signed, LOST)
    assert refused(lambda: moves.next_stage(deal_in(signed), desk)) == "Vente is the last stage."
    assert refused(lambda: moves.previous_stage(deal_in(LEAD), desk)) == "Lead is the first stage."
    assert moves.next_stage(deal_in(LEAD), desk) == QUOTE
    assert moves.next_stage(deal_in(QUOTE), desk) == signed
    assert moves.previous_stage(deal_in(QUOTE), desk) == LEAD
    assert moves.previous_stage(deal_in(signed), desk) == QUOTE
    with pytest.raises(NotFound):
        desk.stage(99)


EVENTS = [
    ("contact made", LEAD, PROSPECT),
    ("meeting booked", LEAD, MEETING),
    ("quote sent", MEETING, QUOTE),
    ("quote signed", LEAD, WON),
]


@pytest.mark.parametrize(("event", "here", "to"), EVENTS)
def test_an_event_brings_a_deal_on_and_the_history_says_so(event: Any, here: Stage, to: Stage) -> None:
    deal = deal_in(here)
    world = after(deal, moves.record_event(event, deal, visit_of(deal), DESK), visit_of(deal))
    assert world.one(Deal).stage_id == to.id
    assert [visit.why for visit in world.all(Visit) if visit.left_at is None] == (
        [event] if to.kind == "open" else []
    )


@pytest.mark.parametrize("here", [PROSPECT, QUOTE, WON, LOST], ids=lambda stage: stage.name)
def test_an_event_brings_no_deal_back(here: Stage) -> None:
    deal = deal_in(here)
    assert moves.record_event("contact made", deal, visit_of(deal), DESK) == ()
    assert moves.record_event("contact made", replace(deal_in(LEAD), archived_at=NOW), None, DESK) == ()


def test_a_signature_wins_whatever_the_stages_say() -> None:
    desk = desk_of(LEAD, replace(WON, event=None), LOST)
    lost = deal_in(LOST)
    assert after(lost, moves.record_event("quote signed", lost, None, desk)).one(Deal).stage_id == WON.id
    assert moves.record_event("quote sent", deal_in(LEAD), None, desk) == ()


def test_a_deal_is_parked_until_a_day_to_come() -> None:
    deal = deal_in(QUOTE)
    assert after(deal, moves.park(deal, date(2026, 12, 1), DESK)).one(Deal).parked_until == date(2026, 12, 1)
    assert "to come" in refused(lambda: moves.park(deal, TODAY, DESK))
    assert refused(lambda: moves.park(deal_in(WON), date(2026, 12, 1), DESK)) == "The deal is closed."
    parked = replace(deal, parked_until=date(2026, 12, 1))
    assert after(parked, moves.unpark(parked, DESK)).one(Deal).parked_until is None
    assert after(parked, moves.move(parked, None, LEAD, DESK)).one(Deal).parked_until == date(2026, 12, 1)
    assert refused(lambda: moves.unpark(deal, DESK)) == "The deal is not parked."


def test_a_deal_goes_to_the_archive_and_comes_back() -> None:
    deal = deal_in(QUOTE)
    archived = after(deal, moves.archive(deal, DESK)).one(Deal)
    assert archived == replace(deal, archived_at=NOW)
    assert after(archived, moves.restore(archived, DESK)).one(Deal) == deal
    assert refused(lambda: moves.archive(archived, DESK)) == "The deal is archived already."
    assert refused(lambda: moves.restore(deal, DESK)) == "The deal is not archived."


def test_editing_cleans_and_checks() -> None:
    deal = deal_in(QUOTE)
    edited = after(
        deal, moves.edit(deal, DESK, title=" Web\x1b[2J\tsite ", notes="a\nb\x07", currency="usd", amount=5)
    ).one(Deal)
    assert (edited.title, edited.notes, edited.currency, edited.amount) == ("Web[2J site", "a\nb", "USD", 5)
    assert moves.edit(deal, DESK, title="Web site") == ()
    for wrong in ({"currency": "euro"}, {"amount": 10**16}, {"pinned_chance": 101}):
        with pytest.raises(Invalid):
            moves.edit(deal, DESK, **wrong)
    with pytest.raises(TypeError):
        moves.edit(deal, DESK, stage_id=3)


def test_a_pinned_chance_is_signed() -> None:
    deal = deal_in(QUOTE)
    pinned = after(deal, moves.edit(deal, DESK, pinned_chance=90, pinned_reason="they told me")).one(Deal)
    assert (pinned.pinned_chance, pinned.pinned_by_id, pinned.pinned_reason) == (90, ME, "they told me")
    again = after(pinned, moves.edit(pinned, DESK, pinned_chance=None)).one(Deal)
    assert again == deal
    assert refused(lambda: moves.edit(deal_in(WON), DESK, pinned_chance=5)) == "The deal is closed."


def test_a_reason_belongs_to_a_lost_deal() -> None:
    lost = deal_in(LOST)
    assert after(lost, moves.edit(lost, DESK, lost_reason_id=4)).one(Deal).lost_reason_id == 4
    assert "reason" in refused(lambda: moves.edit(lost, DESK, lost_reason_id=None))
    assert refused(lambda: moves.edit(deal_in(QUOTE), DESK, lost_reason_id=4)) == "The deal is not lost."


def test_a_deal_opens_with_everything_that_is_new() -> None:
    desk = desk_of()
    acme = people.new_organization(desk, name="Acme")
    marie = people.new_contact(desk, name="Marie Curie", email="marie@example.com")
    changes = moves.open_deal(
        desk,
        title="Web site",
        amount=1_200_000,
        contact=marie,
        organization=acme,
        source=people.new_word(Source, desk, "Trade show"),
        tags=[people.new_word(Tag, desk, "#vip"), Tag(id=4, name="hot")],
        step=Step("call", "call back", date(2026, 11, 27)),
    )
    assert len({change.id for change in changes}) == len(changes)
    world = World(Tag(id=4, name="hot"))
    world.write(changes)
    world.settle()
    deal, person, company = world.one(Deal), world.one(Contact), world.one(Organization)
    assert (deal.stage_id, deal.owner_id, deal.created_at, deal.history_known) == (LEAD.id, ME, NOW, True)
    assert (deal.contact_id, deal.organization_id, person.organization_id) == (
        person.id,
        company.id,
        company.id,
    )
    assert deal.source_id == world.one(Source).id
    assert {tagging.tag_id for tagging in world.all(Tagging)} == {tag.id for tag in world.all(Tag)}
    assert world.one(Visit).deal_id == deal.id
    step = world.one(Activity)
    assert (step.deal_id, step.contact_id, step.due_on, step.done_at) == (
        deal.id,
        person.id,
        date(2026, 11, 27),
        None,
    )


def test_a_deal_takes_the_company_of_its_person() -> None:
    marie = Contact(id=5, name="Marie", organization_id=6, created_at=NOW)
    world = World(marie)
    world.write(moves.open_deal(desk_of(), contact=marie))
    assert (world.one(Deal).contact_id, world.one(Deal).organization_id) == (5, 6)


def test_a_booked_meeting_opens_the_deal_where_meetings_are() -> None:
    world = World()
    world.write(moves.open_deal(desk_of(), title="Audit", step=Step("meeting")))
    assert world.one(Deal).stage_id == world.one(Visit).stage_id == MEETING.id
    assert world.one(Activity).due_on == TODAY


def test_a_deal_noted_when_it_was_decided_has_no_history() -> None:
    world = World()
    world.write(moves.open_deal(desk_of(), title="Audit", stage=WON))
    deal = world.one(Deal)
    assert (deal.closed_at, deal.history_known, world.all(Visit)) == (NOW, False, [])
    assert "reason" in refused(lambda: moves.open_deal(desk_of(), title="Audit", stage=LOST))
    assert moves.open_deal(desk_of(), title="Audit", stage=LOST, lost_reason_id=2)


def test_a_deal_about_nothing_with_nobody_is_refused() -> None:
    assert "title" in refused(lambda: moves.open_deal(desk_of(), title=" \x07 "))
    assert "title" in refused(lambda: moves.edit(deal_in(LEAD), DESK, title=""))
    assert "no open stage" in refused(lambda: moves.open_deal(desk_of(WON, LOST), title="Audit"))


def test_a_tag_sticks_once() -> None:
    desk = desk_of()
    deals = [deal_in(LEAD), replace(deal_in(LEAD), id=2)]
    hot, vip = Tag(id=4, name="hot"), people.new_word(Tag, desk, "vip")
    world = World(hot, Tagging(id=1, tag_id=4, subject="deal", subject_id=2))
    world.write(moves.tag(deals, [hot, vip], world.all(Tagging), desk))
    assert len(world.all(Tag)) == 2
    assert len(world.all(Tagging)) == 4
    world.write(moves.untag(world.all(Tagging)[0]))
    assert len(world.all(Tagging)) == 3


ACTS: list[Callable[[Deal, Visit | None], moves.Changes]] = [
    *(
        lambda deal, visit, to=to: moves.move(deal, visit, to, desk_of())
        for to in (LEAD, PROSPECT, MEETING, QUOTE, WON)
    ),
    lambda deal, visit: moves.lose(deal, visit, 2, desk_of()),
    lambda deal, visit: moves.reopen(deal, [], desk_of()),
    lambda deal, visit: moves.park(deal, date(2027, 1, 1), desk_of()),
    lambda deal, visit: moves.unpark(deal, desk_of()),
    lambda deal, visit: moves.archive(deal, desk_of()),
    lambda deal, visit: moves.restore(deal, desk_of()),
    lambda deal, visit: moves.edit(deal, desk_of(), title="Other", pinned_chance=40),
    lambda deal, visit: moves.record_event("quote signed", deal, visit, desk_of()),
]


@given(st.lists(st.sampled_from(range(len(ACTS))), max_size=12))
def test_whatever_is_done_can_be_taken_back(acts: list[int]) -> None:
    """And at every moment an open deal has one open visit, in its stage, and a closed one none."""
    deal = deal_in(LEAD)
    world = World(deal, visit_of(deal))
    for act in acts:
        visit = next((one for one in world.all(Visit) if one.left_at is None), None)
        try:
            changes = ACTS[act](world.one(Deal), visit)
        except Refused:
            continue
        before = world.copy()
        world.write(changes)
        world.take_back(changes)
        assert world.copy() == before
        world.write(changes)
        world.settle()
        now = world.one(Deal)
        still = [one.stage_id for one in world.all(Visit) if one.left_at is None]
        assert still == ([now.stage_id] if now.closed_at is None else [])
        assert (now.closed_at is None) == (now.stage_id not in (WON.id, LOST.id))
        assert (now.lost_reason_id is not None) == (now.stage_id == LOST.id)
        assert all(one.left_at is None or one.left_at >= one.entered_at for one in world.all(Visit))


def test_moments_are_utc_whatever_the_clock_shows() -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    deal = deal_in(LEAD)
    (change, *_) = moves.win(deal, None, desk_of(now=paris))
    assert change.after is not None
    assert change.after["closed_at"] == "2026-11-23T09:30:00.000000Z"
