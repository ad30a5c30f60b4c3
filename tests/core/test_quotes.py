"""Offers, and what becomes of their deals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from desks import LEAD, LOST, MEETING, NOW, QUOTE, TODAY, WON, World, deal_in, desk_of, visit_of
from pipetui.core import quotes
from pipetui.core.deal import Deal, Quote, QuoteStatus, Visit
from pipetui.core.numbering import USUAL, next_number
from pipetui.errors import Invalid, Refused


def quote(n: int = 1, status: QuoteStatus = "draft", amount: int = 500_000, currency: str = "EUR") -> Quote:
    return Quote(
        id=n,
        deal_id=1,
        number=f"2026-{n:03d}",
        amount=amount,
        currency=currency,
        status=status,
        created_at=NOW,
    )


def test_a_draft_takes_the_price_of_the_deal() -> None:
    deal = deal_in(MEETING, amount=700, currency="USD")
    world = World(deal)
    world.write(quotes.new_quote(deal, desk_of(), number=" 2026-001 ", valid_until=date(2026, 12, 31)))
    made = world.one(Quote)
    assert (made.number, made.amount, made.currency, made.status) == ("2026-001", 700, "USD", "draft")
    with pytest.raises(Refused, match="amount"):
        quotes.new_quote(deal_in(MEETING), desk_of(), number="1")
    with pytest.raises(Invalid):
        quotes.new_quote(deal, desk_of(), number="\x07")


def test_numbers_go_up_within_the_year() -> None:
    assert next_number(USUAL, TODAY, []) == "2026-001"
    assert next_number(USUAL, TODAY, ["2026-014", "2025-300", "2026-x", "A-2026-99"]) == "2026-015"


def test_a_sent_quote_brings_the_deal_to_quotes() -> None:
    deal = deal_in(LEAD)
    world = World(deal, visit_of(deal), quote())
    world.write(quotes.send_quote(quote(), deal, visit_of(deal), desk_of()))
    assert (world.one(Quote).status, world.one(Quote).sent_on) == ("sent", TODAY)
    assert world.one(Deal).stage_id == QUOTE.id
    assert world.one(Deal).amount is None
    assert [visit.why for visit in world.all(Visit) if visit.left_at is None] == ["quote sent"]


def test_a_signed_quote_prices_and_wins_the_deal_and_the_others_expire() -> None:
    deal = deal_in(QUOTE, amount=900_000)
    signed = quote(1, "sent", 850_000, "USD")
    others = [quote(2, "draft"), quote(3, "sent"), quote(4, "refused")]
    changes = quotes.sign_quote(signed, deal, visit_of(deal), [signed, *others], desk_of())
    world = World(deal, visit_of(deal), signed, *others)
    before = world.copy()
    world.write(changes)
    won = world.one(Deal)
    assert (won.stage_id, won.amount, won.currency, won.closed_at) == (WON.id, 850_000, "USD", NOW)
    assert {one.id: one.status for one in world.all(Quote)} == {
        1: "signed",
        2: "expired",
        3: "expired",
        4: "refused",
    }
    assert [one.decided_on for one in world.all(Quote) if one.id == 1] == [TODAY]
    assert len([change for change in changes if change.table == "deal"]) == 1
    world.take_back(changes)
    assert world.copy() == before


@pytest.mark.parametrize("stage", [LEAD, LOST], ids=lambda stage: stage.name)
def test_signing_wins_from_anywhere(stage: object) -> None:
    deal = deal_in(stage)  # type: ignore[arg-type]
    world = World(deal, quote(1, "sent"))
    world.write(quotes.sign_quote(quote(1, "sent"), deal, None, [], desk_of()))
    assert (world.one(Deal).stage_id, world.one(Deal).amount) == (WON.id, 500_000)


def test_the_first_signature_prices_a_deal_that_is_won_already() -> None:
    deal = deal_in(WON, amount=1)
    world = World(deal, quote())
    world.write(quotes.sign_quote(quote(), deal, None, [], desk_of()))
    assert world.one(Deal) == replace(deal, amount=500_000)


def test_the_last_refusal_leaves_nothing_open() -> None:
    assert quotes.leaves_nothing_open(
        quote(1, "sent"), [quote(1, "sent"), quote(2, "refused"), quote(3, "expired")]
    )
    assert not quotes.leaves_nothing_open(quote(1, "sent"), [quote(1, "sent"), quote(2, "draft")])
    assert not quotes.leaves_nothing_open(quote(1, "sent"), [quote(2, "signed")])
    world = World(quote(1, "sent"))
    world.write(quotes.refuse_quote(quote(1, "sent"), desk_of()))
    assert (world.one(Quote).status, world.one(Quote).decided_on) == ("refused", TODAY)


DEAL = deal_in(QUOTE)
WRONG: dict[str, Callable[[], object]] = {
    "Quote 2026-001 is signed.": lambda: quotes.refuse_quote(quote(1, "signed"), desk_of()),
    "Quote 2026-001 was refused.": lambda: quotes.sign_quote(quote(1, "refused"), DEAL, None, [], desk_of()),
    "Quote 2026-001 went out already.": lambda: quotes.send_quote(quote(1, "sent"), DEAL, None, desk_of()),
    "Quote 2026-001 of this deal is signed already.": lambda: quotes.sign_quote(
        quote(2), DEAL, None, [quote(1, "signed")], desk_of()
    ),
    "The deal is archived.": lambda: quotes.sign_quote(
        quote(), replace(DEAL, archived_at=NOW), None, [], desk_of()
    ),
    "A quote needs an amount.": lambda: quotes.edit_quote(quote(), amount=None),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_was_answered_stays_answered(sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        WRONG[sentence]()
    assert str(caught.value.message) == sentence


def test_an_open_quote_can_be_changed() -> None:
    world = World(quote())
    world.write(quotes.edit_quote(quote(), amount=5, notes="with training"))
    assert (world.one(Quote).amount, world.one(Quote).notes) == (5, "with training")
