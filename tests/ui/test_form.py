"""Editing a deal in its form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from desks import TODAY
from dialogs import HOSTILE, OPEN, PLAIN, Opened
from pipetui.core.message import say
from pipetui.core.money import Money
from pipetui.errors import Invalid, Refused
from pipetui.ui.dealform import DealFacts, amount_text, chance, deal_rows, known, one_of, tags
from pipetui.ui.form import Form, Row

FACTS = DealFacts(
    title="Site web", organization="Acme", contact="Marie Curie", amount=Money(1_250_050, "EUR"),
    expected_close=date(2026, 12, 1), owner="Paul", owners=("Paul", "Marie"), sources=("Trade show",), tags=("vip",),
)  # fmt: skip


def form(at: str = "", facts: DealFacts = FACTS) -> Opened:
    return Opened(lambda: Form("Edit Acme", deal_rows(facts, TODAY, "EUR"), PLAIN, at=at))


async def test_the_form_shows_the_deal() -> None:
    app = form()
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        assert app.shown() == [
            "── Edit Acme ────────────── enter save  tab next  esc leave",
            "▌ Title           Site web",
            "  Organization    Acme",
            "  Contact         Marie Curie",
            "  E-mail          –",
            "  Phone           –",
            "  Amount          €12,500.50",
            "  Close           1 Dec 2026",
            "  Owner           Paul",
            "  Source          –",
            "  Tags            vip",
            "  Chance by hand  –",
            "  Reason          –",
            "  Holds until     –",
        ]


async def test_a_rep_changes_amount_and_day_without_looking() -> None:
    app = form("amount")
    async with app.run_test(size=(80, 24)) as pilot:
        app.burst("ctrl+u", *"12k", "tab", "ctrl+u", *"30/9", "tab", "ctrl+u", *"mar", "enter")
        await pilot.pause()
        assert app.answer == {
            "amount": Money(1_200_000, "EUR"), "expected_close": date(2027, 9, 30), "owner": "Marie",
        }  # fmt: skip


async def test_what_is_typed_is_read_back_at_once() -> None:
    app = form("amount")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+u", *"12k$")
        assert "                  → $12,000" in app.shown()


async def test_a_mistake_is_told_at_its_field_until_it_is_corrected() -> None:
    app = form("email")
    async with app.run_test(size=(90, 24)) as pilot:
        await pilot.press(*"marie", "enter")
        assert app.answer is OPEN
        place = app.shown().index("▌ E-mail          marie")
        assert app.shown()[place + 1].strip().startswith('"marie" is not an e-mail address.')
        await pilot.press(*"@acme.fr")
        assert not any("is not an e-mail" in line for line in app.shown())
        await pilot.press("ctrl+s")
        assert app.answer == {"email": "marie@acme.fr"}


async def test_esc_asks_again_only_when_something_would_be_lost() -> None:
    app = form()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x", "escape")
        assert app.answer is OPEN
        assert app.shown()[-1].strip().startswith("The changes are not saved")
        await pilot.press("escape")
        assert app.answer is None
    app = form()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        assert app.answer is None


async def test_what_stays_as_it_was_is_no_change() -> None:
    app = form(facts=DealFacts(title="x", email="not an address"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("y", "backspace", "enter")
        assert app.answer is None


async def test_what_the_rules_refuse_keeps_the_form_open() -> None:
    def check(values: dict[str, Any]) -> None:
        if values["name"] == "Quote":
            raise Refused(say("There is a stage {stage} already.", stage="Quote"))

    app = Opened(lambda: Form("New", [Row("name", "Name")], PLAIN, check))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"Quote", "enter")
        assert app.answer is OPEN
        assert app.shown()[-1] == "  There is a stage Quote already."
        await pilot.press("s", "enter")
        assert app.answer == {"name": "Quotes"}


async def test_the_mouse_goes_to_a_row() -> None:
    app = form()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = next(i for i, line in enumerate(app.shown()) if "Contact" in line)
        await pilot.click(offset=(3, 24 - 17 + row))
        assert "▌ Contact         Marie Curie" in app.shown()


@pytest.mark.parametrize("text", HOSTILE)
async def test_any_name_is_shown_as_it_is_and_breaks_nothing(text: str) -> None:
    app = form(facts=DealFacts(title=text, organization=text, owners=(text,), owner=text))
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.press("tab", "tab", "shift+tab", "backspace", "enter")
        assert set(app.answer) == {"organization"}


@pytest.mark.parametrize("size", [(10, 4), (30, 8), (80, 24), (200, 60)])
async def test_the_row_being_typed_in_is_always_in_sight(size: tuple[int, int]) -> None:
    app = form("pinned_until")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert any(line.startswith("▌") for line in app.shown())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", None), ("paul", "Paul"), ("MAR", "Marie"), ("élo", "Éloïse")],
)
def test_an_owner_is_one_of_those_there_are(text: str, expected: str | None) -> None:
    assert one_of(("Paul", "Marie", "Éloïse"))(text) == expected


@pytest.mark.parametrize("text", ["Zoé", "Ma"])
def test_nobody_and_several_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        one_of(("Paul", "Marie", "Marc"))(text)


def test_a_known_name_is_written_the_way_it_is_known() -> None:
    assert known(("Acmé SA",))("acme sa") == "Acmé SA"
    assert known(("Acmé SA",))("Acme") == "Acme"
    assert known(())("  ") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", ()), ("vip", ("vip",)), ("#vip, trade show;vip", ("vip", "trade show")), ("#a #b", ("a", "b"))],
)
def test_tags_are_separated_by_commas(text: str, expected: tuple[str, ...]) -> None:
    assert tags(text) == expected


def test_a_chance_is_a_percentage() -> None:
    assert [chance(text) for text in ("", "0", "40 %", "100%")] == [None, 0, 40, 100]
    for wrong in ("101", "-1", "high", "4.5"):
        with pytest.raises(Invalid):
            chance(wrong)


@pytest.mark.parametrize(
    "amount", [Money(0, "EUR"), Money(1_250_050, "EUR"), Money(-999, "USD"), Money(5, "JPY"), Money(1, "MXN")]
)
def test_an_amount_reads_back_as_it_was(amount: Money) -> None:
    from pipetui.core.money import amount_from_text

    assert amount_from_text(amount_text(amount, "EUR"), "EUR") == amount
