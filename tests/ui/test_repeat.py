"""The last change once more: on the next deal, on the marked ones, whatever it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import TODAY, lines
from desktop import Desktop, seen, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Criterion, Deal, Evidence, LostReason, Member, Organization, Tagging
from pipetui.core.message import say
from pipetui.core.stage import Stage

NAMES = ("Acme", "[/b] Boréal", "Dupont")


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    made.other.commit(Batch(say("Bob"), (Change.add(Member(id=-1, login="bob", name="Bob")),)))
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def deals(desktop: Desktop) -> list[Deal]:
    found = {deal.title: deal for deal in desktop.other.all(Deal)}
    return [found[name] for name in NAMES if name in found]


async def test_a_move_is_repeated_down_its_column_while_the_cursor_goes_along(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "m", "=Meeting", "enter")
        await pilot.pause(0.2)
        assert desktop.app.board.card is not None
        assert desktop.app.board.card.title == "Acme"
        await pilot.press("full_stop")
        await pilot.pause(0.2)
        assert desktop.app.board.card.title == "[/b] Boréal"
        await pilot.press("full_stop")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        assert [desktop.stage_of(name) for name in NAMES] == ["Meeting"] * 3
        await pilot.press("full_stop")
        await seen(pilot, "There is no next deal in Lead.")
        await pilot.press("u", "u")
        await pilot.pause(0.2)
        assert [desktop.stage_of(name) for name in NAMES] == ["Meeting", "Lead", "Lead"]


async def test_after_a_look_elsewhere_it_is_about_the_deal_under_the_cursor(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await pilot.press("L")
        await pilot.pause(0.2)
        await pilot.press("h", "j", "full_stop")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        assert [desktop.stage_of(name) for name in NAMES] == ["Prospect", "Lead", "Prospect"]


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (["x", *"No budget", "enter"], "lost"),
        (["p", *"in 3 weeks", "enter"], "parked"),
        (["O", *"Bob", "enter"], "owner"),
        (["t", *"tomorrow call", "enter"], "planned"),
        (["c", *"call left a message", "enter"], "logged"),
        (["e", "tab", *"Northwind", "enter"], "company"),
        (["a"], "archived"),
        (["w"], "won"),
    ],
)
async def test_every_verb_is_repeated_on_the_next_deal(desktop: Desktop, keys: list[str], what: str) -> None:
    reasons = {reason.name: reason.id for reason in desktop.other.all(LostReason)}

    def done(deal: Deal) -> bool:
        activities = desktop.other.all(Activity, deal_id=deal.id)
        stage = desktop.other.get(Stage, deal.stage_id).kind
        return {
            "lost": deal.lost_reason_id == reasons["No budget"],
            "parked": deal.parked_until is not None,
            "owner": deal.owner_id == desktop.other.all(Member, login="bob")[0].id,
            "planned": any(one.due_on for one in activities),
            "logged": any(one.done_at for one in activities),
            "company": deal.organization_id is not None,
            "archived": deal.archived_at is not None,
            "won": stage == "won",
        }[what]

    async with desktop.app.run_test(size=(120, 40)) as pilot:
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.03)
        await pilot.pause(0.2)
        assert [done(deal) for deal in deals(desktop)] == [True, False, False]
        await pilot.press("full_stop")
        await pilot.pause(0.3)
        await desktop.writer.settled()
        assert [done(deal) for deal in deals(desktop)] == [True, True, False]
        assert len(desktop.other.all(Organization)) == (what == "company")
        await pilot.press("u")
        await pilot.pause(0.2)
        assert [done(deal) for deal in deals(desktop)] == [True, False, False]
        assert desktop.other.check() == []


async def test_the_form_repeats_only_what_was_changed_in_it_on_the_marked_deals(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("e")
        await pilot.pause(0.2)
        await typed(pilot, *["tab"] * 6, "=in 10 days", "enter")
        await pilot.pause(0.3)
        await pilot.press("j", "space", "space", "full_stop")
        await pilot.pause(0.3)
        await desktop.writer.settled()
        assert {(deal.expected_close and (deal.expected_close - TODAY).days) for deal in deals(desktop)} == {
            10
        }
        assert [deal.title for deal in deals(desktop)] == list(NAMES)
        assert {deal.amount for deal in deals(desktop)} == {100_000}


async def test_ticks_and_tags_are_repeated_too(desktop: Desktop) -> None:
    lead = deals(desktop)[0].stage_id
    new = Criterion(id=-1, stage_id=lead, text="Shown", position=0)
    desktop.other.commit(Batch(say("List"), (Change.add(new),)))
    async with desktop.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v")
        await seen(pilot, "☐ Shown")
        await pilot.press("space")
        await seen(pilot, "✓ Shown")
        await pilot.press("escape", "full_stop")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        assert len({one.deal_id for one in desktop.other.all(Evidence)}) == 2
        await desktop.app.acts.tag(desktop.app.cards, ["vip"])
        await pilot.press("full_stop")
        await pilot.pause(0.2)
        await desktop.writer.settled()
        assert len({one.subject_id for one in desktop.other.all(Tagging)}) == 2


async def test_there_may_be_nothing_to_repeat(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 40)) as pilot:
        await pilot.press("full_stop")
        assert "nothing to repeat yet" in lines(pilot.app)[-1]
