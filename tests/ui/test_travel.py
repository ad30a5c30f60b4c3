"""The board as it was, the review and the segments on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from boards import NOW, TODAY
from desktop import Desktop, seen, shown, typed
from pipetui.core import moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Deal, Decision, Review, Source, Spending, Stage, View, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.store.store import Store


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """Three deals of today, and one that was opened, moved and won in the weeks before."""
    url = str(tmp_path / "sales.db")
    moment = [NOW - timedelta(days=40)]
    store = Store.open(url, login="marie", now=lambda: moment[0])

    def desk() -> Desk:
        return Desk(now=moment[0], today=moment[0].date(), me=store.me, stages=tuple(store.all(Stage)))

    def act(*changes: Change) -> None:
        store.commit(Batch(say("Act"), changes))

    act(*moves.open_deal(desk(), title="Old", amount=500_000))
    for days, to in ((30, "Meeting"), (10, "Won")):
        moment[0] = NOW - timedelta(days=days)
        deal = store.all(Deal)[0]
        visit = store.all(Visit, deal_id=deal.id, left_at=None)[0]
        stage = next(one for one in store.all(Stage) if one.name == to)
        act(*(moves.win(deal, visit, desk()) if to == "Won" else moves.move(deal, visit, stage, desk())))
    store.close()
    made = Desktop(tmp_path)
    yield made
    made.app.close()
    made.writer.close()
    made.reading.close()
    made.other.close()


def day(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


async def test_the_board_goes_back_and_nothing_is_written_there(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await seen(pilot, "Acme")
        await typed(pilot, "T", f"={day(20)}", "enter")
        await seen(pilot, "Meeting 1")
        assert "Acme" not in shown(pilot)
        await typed(pilot, "j")
        await seen(pilot, "T today  (/) day  {/} week")
        assert "won" not in shown(pilot).splitlines()[-1]
        assert "Old" in shown(pilot)
        for key in ("L", "w", "e", "n", "t", "i", "number_sign"):
            await typed(pilot, "l", "l", key)
            await seen(pilot, "The past is read-only: T or esc goes back to today.")
            assert len(pilot.app.screen_stack) == 1
        await typed(pilot, "D", "a")
        await seen(pilot, "The past is read-only: T or esc goes back to today.")
        await typed(pilot, "escape", "at", "n")
        await seen(pilot, "The past is read-only: T or esc goes back to today.")
        assert len(pilot.app.screen_stack) == 2
        await typed(pilot, "escape")
        await typed(pilot, "T") if "As of" in shown(pilot) else None
        await seen(pilot, "Acme")
        assert desktop.stage_of("Old") == "Won"
        assert len(desktop.other.all(Deal)) == 4


async def test_before_the_first_deal_the_board_says_the_way_back(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "T", f"={day(100)}", "enter")
        await seen(pilot, "There was no deal yet on that day.")
        assert "add one" not in shown(pilot)
        await typed(pilot, "T")
        await seen(pilot, "Acme")


async def test_days_and_weeks_are_stepped_and_reports_are_of_the_day(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await seen(pilot, "Acme")
        await typed(pilot, "T", f"={day(29)}", "enter")
        await seen(pilot, "Meeting 1")
        await typed(pilot, "left_parenthesis")
        await seen(pilot, "Meeting 1")
        await typed(pilot, "left_parenthesis")
        await seen(pilot, "Lead 1")
        await typed(pilot, "right_curly_bracket")
        await seen(pilot, "Meeting 1")
        await typed(pilot, "r")
        await seen(pilot, "Reports")
        await typed(pilot, "escape", "f")
        await seen(pilot, "Won")
        await typed(pilot, "f", "R")
        await seen(pilot, "Old")
        await typed(pilot, "enter")
        await pilot.pause(0.3)
        assert desktop.other.all(Review) == []


async def test_a_review_is_gone_on_with_where_it_was_left(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R")
        await seen(pilot, "3 deals")
        await typed(pilot, "m")
        await seen(pilot, "Nothing was decided yet")
        await typed(pilot, "enter")
        await seen(pilot, "Review 1 of 3")
        await typed(pilot, "s", "L")
        await seen(pilot, "Review 3 of 3")
        await typed(pilot, "escape")
        await seen(pilot, "2 looked at")
        await typed(pilot, "escape", "R")
        await seen(pilot, "2 looked at")
        assert [one.verdict for one in desktop.other.all(Decision)] == ["skip", "advance"]
        await typed(pilot, "j", "j", "enter", "w")
        await seen(pilot, "── Minutes")
        for words in ("Opening", "Closing", "left as it is", "deal won"):
            assert words in shown(pilot)
        (review,) = desktop.other.all(Review)
        assert review.ended_at is not None
        assert review.minutes is not None
        await typed(pilot, "escape", "R")
        await seen(pilot, "Pipeline review")
        assert "looked at" not in shown(pilot)


async def test_a_decision_is_undone_with_its_change(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "R", "enter", "w")
        await seen(pilot, "Review 2 of 3")
        won = [deal for deal in desktop.other.all(Deal) if deal.closed_at is not None]
        assert len(won) == 2
        await typed(pilot, "u")
        await seen(pilot, "Undone")
        assert desktop.other.all(Decision) == []
        assert len([deal for deal in desktop.other.all(Deal) if deal.closed_at is not None]) == 1


async def test_segments_and_sources_are_kept_on_one_page_each(desktop: Desktop) -> None:
    people = [
        Contact(id=-n, name=name, city="Lyon", email=f"p{n}@acme.fr", created_at=NOW, opted_out_at=out)
        for n, (name, out) in enumerate((("[/b] Marie", None), ("Paul", datetime.now().astimezone())), 1)
    ]
    desktop.other.commit(Batch(say("People"), tuple(map(Change.add, people))))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "M")
        await seen(pilot, "no segment yet")
        await typed(pilot, "n", "=Lyon", "tab", "=contacts: city:lyon", "enter")
        await seen(pilot, "All people")
        await typed(pilot, "enter")
        await seen(pilot, "Segment: Lyon")
        assert "[/b] Marie" in shown(pilot)
        await typed(pilot, "escape", "n", "=Bad", "tab", "=boats: x", "enter")
        await seen(pilot, "nobody to make a segment of")
        await typed(pilot, "escape", "escape", "n", "=Open", "tab", "=amount>1", "enter")
        await seen(pilot, "All deals")
        assert {view.name for view in desktop.other.all(View, segment=True)} == {"Lyon", "Open"}
        await typed(pilot, "tab")
        await seen(pilot, "── Sources")
        await typed(pilot, "n", "=Zoo fair", "enter")
        await seen(pilot, "Zoo fair")
        await typed(pilot, "G", "enter", "=450", "enter")
        await seen(pilot, "cost €450")
        (cost,) = desktop.other.all(Spending)
        assert desktop.other.get(Source, cost.source_id).name == "Zoo fair"
        await typed(pilot, "o")
        await seen(pilot, "€450")
        await typed(pilot, "x")
        await seen(pilot, "stays")
        await typed(pilot, "j", "x")
        await seen(pilot, "Take a cost off")
        assert desktop.other.all(Spending) == []
        await typed(pilot, "escape", "escape")
        await seen(pilot, "Acme")


async def test_enter_on_a_segment_of_deals_filters_the_board(desktop: Desktop) -> None:
    view = View(id=-1, name="Acme", query="acme", segment=True)
    desktop.other.commit(Batch(say("View"), (Change.add(view),)))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "M", "enter")
        await seen(pilot, "/acme")
        assert "Dupont" not in shown(pilot)


async def test_a_form_that_lacks_what_it_needs_stays_open_and_says_so(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "M", "n", "=Lyon", "enter")
        await seen(pilot, "Say who belongs to it.")
        await typed(pilot, "=contacts: city:lyon", "enter")
        await seen(pilot, "Save Lyon")
        await typed(pilot, "tab", "enter", "tab", "tab", "=a stand", "enter")
        await seen(pilot, "Say what was paid.")
        await typed(pilot, "=450", "enter")
        await seen(pilot, "Blog cost")
        assert [one.amount for one in desktop.other.all(Spending)] == [45_000]
