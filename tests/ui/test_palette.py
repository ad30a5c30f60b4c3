"""Anything by its name: acts, deals, people, companies, from the board and from a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import NOW, TODAY, lines
from desktop import Desktop, seen, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Deal, Organization, Stage
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.moves import open_deal, win


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    company = Organization(id=-1, name="Zéphyr & [/b] Co", created_at=NOW)
    person = Contact(id=-2, name="Marie Curie", organization_id=-1, email="marie@acme.fr", created_at=NOW)
    made.other.commit(Batch(say("People"), (Change.add(company), Change.add(person))))
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def page(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


async def test_everything_is_found_mixed_and_each_kind_alone(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon")
        await seen(pilot, "Find anything by its name")
        assert "@ people  & companies  > acts" in page(pilot)
        await typed(pilot, "=zephyr")
        await seen(pilot, "▌ & Zéphyr & [/b] Co")
        await pilot.press(*["backspace"] * 6, *"wi")
        await seen(pilot, "> Win the deal")
        await typed(pilot, *["backspace"] * 2, "=@marie")
        await seen(pilot, "▌ @ Marie Curie")
        await typed(pilot, *["backspace"] * 6, "=>marie")
        await seen(pilot, "Nothing has this name.")
        await pilot.press("escape")
        await seen(pilot, "▌Acme")


async def test_a_deal_is_gone_to_whatever_is_filtered_or_long_closed(desktop: Desktop) -> None:
    stages = tuple(desktop.other.all(Stage))
    desk = Desk(
        now=NOW.replace(year=2025), today=TODAY.replace(year=2025), me=desktop.other.me, stages=stages
    )
    desktop.other.commit(Batch(say("Old"), open_deal(desk, title="Old one", amount=5)))
    old = next(deal for deal in desktop.other.all(Deal) if deal.title == "Old one")
    desktop.other.commit(Batch(say("Won"), win(old, None, desk)))
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "slash", "=acme", "enter")
        await pilot.pause(0.1)
        await typed(pilot, "colon", "=dupont")
        await seen(pilot, "Dupont")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert desktop.app.board.card is not None
        assert desktop.app.board.card.title == "Dupont"
        await typed(pilot, "colon", "=old one")
        await seen(pilot, "Won · €0")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert desktop.app.board.card.title == "Old one"


async def test_who_types_fast_and_presses_enter_gets_what_was_typed(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pilot.press("colon")
        await pilot.pause(0.1)
        for key in (*"dupont", "enter"):
            await pilot.press(key)
        await pilot.pause(0.2)
        assert desktop.app.board.card is not None
        assert desktop.app.board.card.title == "Dupont"


async def test_a_person_opens_on_a_page_of_their_own(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "colon", "=@cur")
        await seen(pilot, "Marie Curie")
        await pilot.press("enter")
        await seen(pilot, "── Marie Curie")
        await pilot.press("escape")
        await seen(pilot, "▌Acme")


async def test_an_act_is_done_and_one_that_cannot_act_says_why(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "colon", "=next stage", "enter")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        assert desktop.stage_of("Acme") == "Prospect"
        await typed(pilot, "colon", "=keep the filter", "enter")
        await seen(pilot, "There is no filter to keep")


async def test_on_a_page_it_has_the_acts_of_the_page(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await pilot.press("A")
        await seen(pilot, "── Agenda")
        await typed(pilot, "colon", "=calendar")
        await seen(pilot, "> Write a calendar file")
        await typed(pilot, "escape", "colon", "=everybody's", "enter")
        await seen(pilot, " mine")
        await typed(pilot, "colon", "=dupont")
        await seen(pilot, "Lead · €1k")
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert desktop.app.board.card is not None
        assert desktop.app.board.card.title == "Dupont"
        assert "── Agenda" not in page(pilot)


async def test_a_filter_for_a_stage_that_is_nowhere_says_so(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "/", "=stage:truc")
        await seen(pilot, 'There is no stage "truc".')
