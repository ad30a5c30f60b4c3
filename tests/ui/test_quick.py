"""Adding a deal in one line."""

from __future__ import annotations

from datetime import date

import pytest

from desks import TODAY
from dialogs import HOSTILE, OPEN, PLAIN, Opened
from pipetui.core.money import Money
from pipetui.core.quickadd import Draft, Known, Part, draft
from pipetui.ui.quick import QuickEntry, alike, meant, said

COMPANIES = ("Acme SA", "Acmé Distribution", "Dupont & fils", "Boréal SARL")
PEOPLE = ("Marie Curie", "Marc Curie", "Ada Lovelace", 'Bob "the" Builder')
KNOWN = Known(stages=("Lead", "Quote"), sources=("Trade show",), organizations=COMPANIES)


def candidates(part: Part, _words: str) -> tuple[str, ...]:
    return PEOPLE if part == "contact" else COMPANIES


def entry(text: str = "") -> Opened:
    return Opened(lambda: QuickEntry(PLAIN, TODAY, KNOWN, candidates, text))


async def test_a_deal_is_read_out_while_it_is_typed() -> None:
    app = entry()
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        assert app.shown()[1].startswith(" for example: Acme web shop 12k€")
        app.burst(*'Zeta audit 12k€ @"Zoé Zola" stage:quote close:30/9 40% !fri 14:00 call back')
        await pilot.pause()
        assert app.shown() == [
            "── New deal ────────────────────────────────────────────── enter add  esc leave",
            " Zeta audit · €12,000 · Zoé Zola · Quote · closes 30 Sep 2027 · 40%",
            " ☎ fri 14:00 call back",
            ' Zeta audit 12k€ @"Zoé Zola" stage:quote close:30/9 40% !fri 14:00 call back',
        ]
        await pilot.press("enter")
        assert isinstance(app.answer, Draft)
        assert app.answer.amount == Money(1_200_000, "EUR")
        assert (app.answer.close, app.answer.step_time) == (date(2027, 9, 30), "14:00")


async def test_what_cannot_be_read_cannot_be_entered() -> None:
    app = entry()
    async with app.run_test(size=(80, 10)) as pilot:
        app.burst(*"Zeta stage:nowhere", "enter")
        await pilot.pause()
        assert app.answer is OPEN
        assert ' There is no stage "nowhere".' in app.shown()
        await pilot.press("escape")
        assert app.answer is None


async def test_nothing_typed_enters_nothing() -> None:
    app = entry()
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("enter")
        assert app.answer is OPEN


async def test_a_known_company_is_proposed_and_taken_by_tab() -> None:
    app = entry()
    async with app.run_test(size=(80, 10)) as pilot:
        app.burst(*"Acm site")
        await pilot.pause(0.2)
        assert app.shown()[-2] == " Known: ▌Acme SA  Acmé Distribution  tab take it"
        await pilot.press("down", "tab")
        assert app.shown()[-1] == ' org:"Acmé Distribution" site'
        await pilot.press("enter")
        assert (app.answer.organization, app.answer.title) == ("Acmé Distribution", "site")


async def test_tab_right_after_typing_takes_the_likeliest_person() -> None:
    app = entry()
    async with app.run_test(size=(80, 10)) as pilot:
        app.burst(*'Zeta audit @"mari curi', "tab", "enter")
        await pilot.pause()
        assert app.answer.contact == "Marie Curie"


@pytest.mark.parametrize("text", HOSTILE)
async def test_any_line_is_shown_and_entered(text: str) -> None:
    app = entry(f"Zeta {text[:500]}")
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("x", "enter")
        assert app.answer.organization or app.answer.title


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("acm", ["Acme SA", "Acmé Distribution"]),
        ("dupond", ["Dupont & fils"]),
        ("boreal sarl", []),
        ("Boreale", ["Boréal SARL"]),
        ("ac", []),
        ("nobody at all", []),
        ("", []),
    ],
)
def test_names_alike_are_found_by_their_beginning_and_despite_slips(words: str, expected: list[str]) -> None:
    assert [name for _score, name in alike(words, COMPANIES)] == expected


def test_words_in_another_order_are_alike_too() -> None:
    assert alike("Curie Marie", PEOPLE)[0][1] == "Marie Curie"


def test_a_name_that_cannot_be_quoted_is_not_proposed() -> None:
    assert alike("Bob the Builde", PEOPLE) == []


def test_the_words_at_the_cursor_come_first() -> None:
    line = 'Acm audit @"Ada Lovelac"'
    one = draft(line, TODAY, KNOWN)
    at_end = meant(one, line, len(line), candidates)
    assert at_end is not None
    assert (at_end.part, at_end.names[0], line[at_end.start : at_end.end]) == (
        "contact", "Ada Lovelace", '@"Ada Lovelac"',
    )  # fmt: skip


def test_two_words_may_name_one_company() -> None:
    line = "Acme Distributio audit"
    found = meant(draft(line, TODAY, KNOWN), line, len(line), candidates)
    assert found is not None
    assert (line[found.start : found.end], found.names[0]) == ("Acme Distributio", "Acmé Distribution")


def test_a_known_company_is_not_asked_about() -> None:
    line = "Acme SA audit"
    assert meant(draft(line, TODAY, KNOWN), line, 3, candidates) is None


def test_a_draft_is_read_out_in_the_order_of_a_card() -> None:
    one = draft('#"trade show" #vip org:Zeta audit 12k !demain', TODAY, KNOWN)
    assert [span.text for span in said(one, TODAY)] == [
        "Zeta", "audit", "€12,000", "from Trade show", "#vip", "☐ tomorrow",
    ]  # fmt: skip


def test_a_step_that_comes_back_is_read_out_so() -> None:
    one = draft("Zeta !fri call every 2 weeks", TODAY, KNOWN)
    assert "(every 2 weeks)" in said(one, TODAY)[-1].text
