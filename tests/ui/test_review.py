"""The review on the screen: why each deal is looked at, one key for each decision, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import NOW
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Decision, Review
from pipetui.core.message import say
from pipetui.ui.minutes import read
from pipetui.ui.paint import plain


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


async def test_a_review_left_half_way_ends_with_its_minutes_and_goes_back_to_the_board(
    desktop: Desktop,
) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R")
        await seen(pilot, "no next step")
        await typed(pilot, "enter")
        await seen(pilot, "Review 1 of 3")
        assert "nothing has changed" not in shown(pilot)
        await typed(pilot, "s", "L", "escape")
        await seen(pilot, "── Pipeline review")
        await typed(pilot, "m")
        await seen(pilot, "Deals looked at: 2 / 3")
        assert "*" not in shown(pilot)
        await typed(pilot, "escape")
        await seen(pilot, "End the pipeline review")
        assert len(pilot.app.screen_stack) == 1
        assert [one.verdict for one in desktop.other.all(Decision)] == ["skip", "advance"]
        (review,) = desktop.other.all(Review)
        assert review.ended_at is not None
        assert desktop.other.check() == []


async def test_each_decision_can_be_taken_back_on_the_spot(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "R", "enter", "w")
        await seen(pilot, "Review 2 of 3")
        assert sum(deal.closed_at is not None for deal in desktop.other.all(Deal)) == 1
        await typed(pilot, "u")
        await seen(pilot, "Undone")
        assert all(deal.closed_at is None for deal in desktop.other.all(Deal))
        await typed(pilot, "b")
        await seen(pilot, "Review 1 of 3")
        assert desktop.other.check() == []


async def test_a_list_without_what_is_typed_says_so(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "R", "o", "=nobody of this name")
        await seen(pilot, "Nothing fits.")
        await typed(pilot, "enter", "escape")
        await seen(pilot, "── Pipeline review")


async def test_a_review_goes_on_with_what_another_pane_decided(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R", "enter", "s", "escape")
        await seen(pilot, "1 looked at since")
        (review,) = desktop.other.all(Review)
        deal = next(one for one in desktop.other.all(Deal) if "Dupont" in one.title)
        there = Decision(id=-1, review_id=review.id, deal_id=deal.id, verdict="skip", text="", decided_at=NOW)
        desktop.other.commit(Batch(say("Review there"), (Change.add(there),)))
        await seen(pilot, "2 looked at since")
        desktop.other.commit(Batch(say("End it there"), (Change.edit(review, ended_at=NOW, minutes="{}"),)))
        await pilot.pause(0.5)
        await typed(pilot, "m")
        await seen(pilot, "Nothing was decided yet")


async def test_looking_alone_writes_nothing_and_the_first_decision_begins_the_review(
    desktop: Desktop,
) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        before = desktop.other.log(1)
        await typed(pilot, "R", "enter")
        await seen(pilot, "Review 1 of 3")
        await typed(pilot, "escape")
        await seen(pilot, "── Pipeline review")
        assert "looked at since" not in shown(pilot)
        assert desktop.other.log(1) == before
        await typed(pilot, "enter", "s", "escape")
        await seen(pilot, "1 looked at since")
        await typed(pilot, "u")
        await seen(pilot, "left as it is")
        assert desktop.other.all(Review) == []
        assert desktop.other.check() == []


async def test_the_first_decision_joins_the_review_that_another_pane_has_begun(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R", "enter")
        await seen(pilot, "Review 1 of 3")
        there = Review(id=-1, pipeline_id=1, owner_id=desktop.other.me, query="", began_at=NOW)
        desktop.other.commit(Batch(say("Review there"), (Change.add(there),)))
        await typed(pilot, "s")
        await seen(pilot, "Review 2 of 3")
        (review,) = desktop.other.all(Review)
        assert [one.review_id for one in desktop.other.all(Decision)] == [review.id]


async def test_nothing_is_decided_about_a_deal_that_was_closed_meanwhile(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R", "enter", "w", "b")
        await seen(pilot, "Won on")
        assert "to win" not in shown(pilot)
        assert "⚑" not in shown(pilot)
        for key in ("L", "w", "x", "p", "d", "t", "n", "e"):
            await typed(pilot, key)
            await seen(pilot, "This deal is Won meanwhile. s goes on")
            assert len(pilot.app.screen_stack) == 3
        await typed(pilot, "s")
        await seen(pilot, "Review 2 of 3")
        await typed(pilot, "x", "enter")
        await seen(pilot, "Review 3 of 3")
        await typed(pilot, "b")
        await seen(pilot, "Lost on")
        assert [one.verdict for one in desktop.other.all(Decision)] == ["won", "lost"]


async def test_another_amount_is_noted_beside_the_one_before(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R", "enter", "e", "ctrl+u", "=500", "enter")
        await seen(pilot, "Review 2 of 3")
        (decision,) = desktop.other.all(Decision)
        assert decision.text == "€1,000 → €500"


async def test_nothing_decided_makes_no_minutes(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "R", "m")
        await seen(pilot, "Nothing was decided yet")
        assert desktop.other.all(Review) == []


def test_minutes_are_read_without_the_signs_of_markdown() -> None:
    text = """# Pipeline review

- **[/b] \\*Acme\\* \\| & Sons** (€22,200): left as it is, for reasons that go on and on

| | Deals | EUR |
|---|--:|--:|
| new \\| deals | 32 | +€294,800 |
| **Closing** |  | €461,300 |
"""
    assert [plain(line).rstrip() for line in read(text, 40)] == [
        "Pipeline review",
        "",
        "· [/b] *Acme* | & Sons (€22,200): left",
        "  as it is, for reasons that go on and",
        "  on",
        "",
        "                Deals         EUR",
        "new | deals        32   +€294,800",
        "Closing                  €461,300",
    ]
