"""Two members on one store, on both engines: what one does the other sees, and nobody loses what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from acts import add_deal, commit, move
from boards import NOW, TODAY
from desktop import Desktop, seen, shown, typed
from pipetui.core import moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Contact, Deal, Organization, Quote, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.store.db import Database
from pipetui.store.presence import Presence
from pipetui.store.store import Store

SIZE = (120, 40)


@pytest.fixture
def bob(shared: Desktop) -> Iterator[Store]:
    """The store as another member has it open, who may write what belongs to Marie."""
    store = shared.opened("bob")
    yield store
    store.close()


def first(store: Store, title: str) -> Deal:
    """A deal by its title."""
    return next(deal for deal in store.all(Deal) if deal.title == title)


async def gone(pilot: Pilot[int], text: str) -> None:
    """Wait until a text has left the screen."""
    for _ in range(100):
        if text not in shown(pilot):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{text!r} stays; the screen:\n{shown(pilot)}")


async def test_what_another_member_does_is_seen_and_told(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.press("j")
        await pilot.pause(0.2)
        move(bob, first(bob, "Acme"), "Quote")
        await seen(pilot, "bob: Move")
        await seen(pilot, "Quote 1")
        assert shared.app.board.card is not None
        assert shared.app.board.card.title == "[/b] Boréal"
        await pilot.press("g", "l", "l", "l", "d")
        await seen(pilot, "bob, just now: Move")


async def test_an_answer_to_an_act_of_ones_own_is_not_overwritten(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        await pilot.press("j", "L")
        await seen(pilot, "Move [/b] Boréal to Prospect")
        commit(bob, Change.edit(first(bob, "Acme"), title="Acme again"))
        await seen(pilot, "Acme again")
        assert "Move [/b] Boréal to Prospect" in shown(pilot)


async def test_a_half_typed_filter_and_quick_entry_stay_while_others_write(
    shared: Desktop, bob: Store
) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/", "=bor")
        commit(bob, Change.edit(first(bob, "[/b] Boréal"), title="[/b] Boréal SARL"))
        await seen(pilot, "[/b] Boréal SARL")
        await typed(pilot, "=éal")
        assert "boréal" in shown(pilot)
        assert shared.app.reading.query == "boréal"
        await pilot.press("escape")
        await typed(pilot, "n", "=New deal 5k")
        move(bob, first(bob, "Acme"), "Quote")
        await seen(pilot, "Quote 1")
        await typed(pilot, "=€", "enter")
        await seen(pilot, "Add New deal")
        assert len(shared.other.all(Deal, amount=500_000)) == 1


async def test_marks_stay_on_deals_that_others_move_edit_and_archive(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.press("*")
        await pilot.pause()
        move(bob, first(bob, "Acme"), "Quote")
        commit(bob, Change.edit(first(bob, "Dupont"), title="Dupont & fils"))
        await seen(pilot, "Dupont & fils")
        await seen(pilot, "Quote 1")
        assert {card.title for card in shared.app.board.marks.values()} == {
            "Acme",
            "[/b] Boréal",
            "Dupont & fils",
        }
        await pilot.press("L")
        await seen(pilot, "Prospect 2")


async def test_other_fields_of_a_deal_in_a_form_are_both_kept(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "e")
        await seen(pilot, "Edit Acme")
        commit(bob, Change.edit(first(bob, "Acme"), amount=70_000))
        await seen(pilot, "€700")
        await typed(pilot, "= seats", "ctrl+s")
        await seen(pilot, "Acme seats")
        await pilot.pause(0.3)
        assert (shared.deal("Acme seats").amount, shared.deal("Acme seats").title) == (70_000, "Acme seats")


@pytest.mark.parametrize(("key", "kept"), [("t", "Acme of Bob"), ("m", "Acme mine")])
async def test_the_same_field_shows_both_values_and_one_key_takes_either(
    shared: Desktop, bob: Store, key: str, kept: str
) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "e")
        await seen(pilot, "Edit Acme")
        commit(bob, Change.edit(first(bob, "Acme"), title="Acme of Bob"), label="Edit Acme")
        await typed(pilot, "= mine", "ctrl+s")
        await seen(pilot, "bob was first")
        screen = shown(pilot)
        assert "t theirs   Acme of Bob" in screen
        assert "m yours    Acme mine" in screen
        assert "bob · just now" in screen
        await pilot.press(key)
        await gone(pilot, "bob was first")
        await seen(pilot, kept)
        await pilot.pause(0.3)
        assert shared.deal(kept).title == kept


async def test_esc_goes_back_to_the_form_with_all_that_was_typed(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "e")
        await seen(pilot, "Edit Acme")
        commit(bob, Change.edit(first(bob, "Acme"), title="Acme of Bob"))
        await typed(pilot, "= mine", "ctrl+s")
        await seen(pilot, "bob was first")
        await pilot.press("escape")
        await seen(pilot, "Edit Acme")
        assert "Acme mine" in shown(pilot)
        await typed(pilot, "= too", "ctrl+s")
        await pilot.pause(0.5)
        assert shared.deal("Acme mine too").title == "Acme mine too"


def just_before(monkeypatch: pytest.MonkeyPatch, shared: Desktop, act: Callable[[], object]) -> None:
    """Let somebody else act in the very moment between the reading and the next writing of the application."""
    write, acts = shared.app.writer.write, [act]

    def written(job: Callable[[Store], Any]) -> Any:
        def both(store: Store) -> Any:
            while acts:
                acts.pop()()
            return job(store)

        return write(both)

    monkeypatch.setattr(shared.app.writer, "write", written)


@pytest.mark.parametrize(("key", "stays"), [("t", "Quote"), ("m", "Prospect")])
async def test_a_deal_that_both_moved_at_once_is_asked_about(
    shared: Desktop, bob: Store, monkeypatch: pytest.MonkeyPatch, key: str, stays: str
) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        just_before(monkeypatch, shared, lambda: move(bob, first(bob, "Acme"), "Quote"))
        await pilot.press("L")
        await seen(pilot, "bob was first")
        assert "t theirs   Quote" in shown(pilot)
        assert "m yours    Prospect" in shown(pilot)
        await pilot.press(key)
        await gone(pilot, "bob was first")
        await pilot.pause(0.5)
        assert shared.stage_of("Acme") == stays
        assert shared.other.check() == []


async def test_a_deal_that_both_moved_to_the_same_stage_is_there_once(
    shared: Desktop, bob: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = first(bob, "Acme")
    desk = Desk(now=NOW + timedelta(seconds=1), today=TODAY, me=bob.me, stages=tuple(bob.all(Stage)))
    [visit] = bob.all(Visit, deal_id=deal.id)
    moved = Batch(say("Move {deal}", deal="Acme"), moves.move(deal, visit, desk.stages[1], desk))
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        just_before(monkeypatch, shared, lambda: bob.commit(moved))
        await pilot.press("L")
        await seen(pilot, "bob was first: Move Acme. Nothing was written.")
        assert shared.stage_of("Acme") == "Prospect"
        assert len(bob.all(Visit, deal_id=deal.id)) == 2


async def test_undo_of_what_another_changed_since_names_who_and_what(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "e")
        await typed(pilot, "= mine", "ctrl+s")
        await seen(pilot, "Acme mine")
        await pilot.pause(0.3)
        commit(bob, Change.edit(first(bob, "Acme mine"), title="Acme of Bob"), label="Edit Acme mine")
        await seen(pilot, "Acme of Bob")
        await pilot.press("u")
        await seen(pilot, 'bob changed that since (Edit Acme mine): "Edit Acme" stays as it is.')
        await seen(pilot, "Title: theirs Acme of Bob, yours Acme.")
        assert shared.deal("Acme of Bob").title == "Acme of Bob"


async def test_notes_of_two_are_shown_side_by_side_and_can_both_be_kept(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "E")
        await seen(pilot, "Notes on Acme")
        await typed(pilot, "=They want blue.")
        commit(bob, Change.edit(first(bob, "Acme"), notes="They pay [late]."))
        await pilot.press("ctrl+s")
        await seen(pilot, "b keep both")
        await pilot.press("b")
        await gone(pilot, "b keep both")
        await pilot.pause(0.3)
        assert shared.deal("Acme").notes == "They pay [late].\n\nThey want blue."


async def test_a_person_both_edited_goes_back_to_the_form_on_esc(shared: Desktop, bob: Store) -> None:
    add_deal(bob, "With Marie Curie")
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "@")
        await seen(pilot, "Marie Curie")
        await typed(pilot, "e")
        (marie,) = bob.all(Contact)
        commit(bob, Change.edit(marie, name="Marie of Bob"))
        await typed(pilot, "= mine", "ctrl+s")
        await seen(pilot, "bob was first")
        await pilot.press("escape")
        await seen(pilot, "Marie Curie mine")
        await typed(pilot, "ctrl+s")
        await pilot.pause(0.4)
        assert [one.name for one in shared.other.all(Contact)] == ["Marie Curie mine"]


async def test_a_quote_both_edited_goes_back_to_the_form_on_esc(shared: Desktop, bob: Store) -> None:
    quote = Quote(
        id=-1, deal_id=first(bob, "Acme").id, number="Q-1", amount=100, currency="EUR", created_at=NOW
    )
    commit(bob, Change.add(quote))
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/", "=acme", "enter", "Q")
        await seen(pilot, "Q-1")
        await typed(pilot, "e")
        commit(bob, Change.edit(bob.all(Quote)[0], number="Q-bob"))
        await typed(pilot, "= mine", "ctrl+s")
        await seen(pilot, "bob was first")
        await pilot.press("escape")
        await seen(pilot, "Q-1 mine")
        await typed(pilot, "ctrl+s")
        await seen(pilot, "bob was first")
        await pilot.press("m")
        await gone(pilot, "bob was first")
        await pilot.pause(0.3)
        assert [one.number for one in shared.other.all(Quote)] == ["Q-1 mine"]


@pytest.mark.parametrize(
    ("keys", "before"),
    [("@", "Marie Curie"), ("&", "Boréal SARL"), ("Ao", "call"), ("R", "Acme"), ("F", "Acme"), ("W", "Marie Curie"),
     ("d", "Acme"), ("Q", "There is no quote yet"), ("r", "New deals")],
)  # fmt: skip
async def test_every_screen_follows_under_a_form_too(
    shared: Desktop, bob: Store, keys: str, before: str
) -> None:
    deal = add_deal(bob)
    contact = bob.all(Contact)[0]
    acme = first(bob, "Acme")
    commit(bob, Change.edit(acme, contact_id=contact.id))
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, *keys)
        await seen(pilot, before)
        [company], [step] = bob.all(Organization), bob.all(Activity)
        quote = Quote(id=-1, deal_id=acme.id, number="Zoé-1", amount=100, currency="EUR", created_at=NOW)
        commit(bob, *(Change.edit(one, name="Zoé") for one in (contact, company)), Change.edit(step, text="Zoé"),
               Change.edit(first(bob, "Acme"), title="Zoé"), Change.add(quote))  # fmt: skip
        if keys == "r":
            was = shown(pilot)
            move(bob, deal, "Quote")
            await gone(pilot, was)
        else:
            await seen(pilot, "Zoé")


async def test_a_deal_won_while_the_reason_for_its_loss_is_asked_is_not_lost_unseen(
    shared: Desktop, bob: Store
) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "/", "=acme", "enter", "x")
        await seen(pilot, "Why was it lost?")
        move(bob, first(bob, "Acme"), "Won")
        await typed(pilot, "enter")
        await seen(pilot, "bob was first")
        await typed(pilot, "t")
        await gone(pilot, "bob was first")
        await pilot.pause(0.3)
        assert shared.stage_of("Acme") == "Won"


async def test_a_deal_won_during_the_review_is_left_as_it_is(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "R", "enter")
        await seen(pilot, "Review 1 of 3")
        title = next(name for name in ("Acme", "Boréal", "Dupont") if name in shown(pilot).splitlines()[2])
        move(bob, first(bob, title), "Won")
        await seen(pilot, "Won on")
        await typed(pilot, "x")
        await seen(pilot, "This deal is Won meanwhile.")
        await typed(pilot, "s")
        await seen(pilot, "Review 2 of 3")
        assert shared.stage_of(title) == "Won"


async def test_two_amounts_in_a_review_are_both_shown(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await typed(pilot, "R", "enter")
        await seen(pilot, "Review 1 of 3")
        title = next(name for name in ("Acme", "Boréal", "Dupont") if name in shown(pilot).splitlines()[2])
        await typed(pilot, "e", "=5k")
        commit(bob, Change.edit(first(bob, title), amount=900_000))
        await typed(pilot, "enter")
        await seen(pilot, "bob was first")
        await typed(pilot, "t")
        await gone(pilot, "bob was first")
        assert first(bob, title).amount == 900_000


async def test_the_quotes_of_a_deal_that_is_gone_are_left(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        add_deal(bob, "Short")
        await typed(pilot, "/", "=short", "enter", "Q")
        await seen(pilot, "── Quotes")
        bob.undo()
        await gone(pilot, "── Quotes")
        assert shared.app.failure is None


async def test_a_page_about_somebody_who_is_gone_is_left(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        commit(bob, Change.add(Contact(id=-1, name="Zoé", created_at=NOW)))
        await typed(pilot, "@", "enter")
        await seen(pilot, "── Zoé")
        commit(bob, Change.drop(bob.all(Contact)[0]))
        await gone(pilot, "── Zoé")
        assert shared.app.failure is None


async def test_who_is_here_stands_on_top_and_in_a_list(shared: Desktop, bob: Store) -> None:
    async with shared.app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        assert "with " not in shown(pilot).splitlines()[0]
        with closing(Database(shared.url)) as db:
            his = Presence(db, "bob", datetime.now(UTC))
            await seen(pilot, "with bob")
            await pilot.press("N")
            await seen(pilot, "marie (you)")
            move(bob, first(bob, "Acme"), "Quote")
            await seen(pilot, "What others did lately")
            his.leave()
        await gone(pilot, "with bob")
        await seen(pilot, "Nobody else has the board open.")
