"""Quotes on the screen: written line by line, sent, signed, refused, written out; rules looked at before they move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from boards import NOW
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Deal, Quote, QuoteLine, Stage
from pipetui.core.message import say


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def quotes(made: Desktop) -> list[tuple[str, str, int]]:
    return [(one.number, one.status, one.amount) for one in made.other.all(Quote)]


async def test_a_quote_is_written_line_by_line_and_signed(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Q", "n")
        await seen(pilot, "New quote")
        await typed(pilot, "enter")
        await seen(pilot, "n adds the first line")
        for text, many, price in (("[/b] days", "2", "800"), ("book", "1", "33,33")):
            await typed(pilot, "n", f"={text}", "tab", f"={many}", "tab", f"={price}", "enter")
            await seen(pilot, text)
        assert [line.text for line in desktop.other.all(QuoteLine)] == ["[/b] days", "book"]
        ((number, status, amount),) = quotes(desktop)
        assert (status, amount) == ("draft", 163_333)
        await typed(pilot, "escape", "s")
        await seen(pilot, "Send quote")
        assert desktop.stage_of("Acme") == "Quote"
        await typed(pilot, "c", "w")
        await seen(pilot, f"Sign quote {number}"[:10])
        assert desktop.stage_of("Acme") == "Won"
        assert {status for _, status, _ in quotes(desktop)} == {"signed", "expired"}
        deal = next(one for one in desktop.other.all(Deal) if one.title == "Acme")
        assert deal.amount == 163_333
        await typed(pilot, "u")
        await seen(pilot, "Undone")
        assert desktop.stage_of("Acme") == "Quote"
    assert desktop.other.check() == []


async def test_what_was_decided_cannot_be_changed(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Q", "n", "enter")
        await seen(pilot, "n adds the first line")
        await typed(pilot, "escape", "x")
        await seen(pilot, "refused")
        await typed(pilot, "escape")
        await pilot.pause(0.2)
        if "Quotes" not in shown(pilot):
            await typed(pilot, "Q")
        await typed(pilot, "s")
        await seen(pilot, "was refused")
        assert [status for _, status, _ in quotes(desktop)] == ["refused"]


async def test_a_quote_is_written_out_for_the_customer(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desktop.app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "Q", "n", "enter")
        await seen(pilot, "n adds the first line")
        await typed(pilot, "escape", "p")
        await seen(pilot, "enter take it")
        await typed(pilot, "ctrl+u", "=q.md", "enter")
        await seen(pilot, "q.md")
    assert "1,000" in (tmp_path / "q.md").read_text()


async def test_all_quotes_of_all_deals_by_status(desktop: Desktop) -> None:
    deals = desktop.other.all(Deal)
    rows = [
        Change.add(
            Quote(
                id=-n,
                deal_id=deal.id,
                number=f"N{n}",
                amount=n,
                currency="EUR",
                status=status,
                created_at=NOW,
            )
        )  # type: ignore[arg-type]
        for n, (deal, status) in enumerate(zip(deals, ("draft", "sent", "signed"), strict=True), 1)
    ]
    desktop.other.commit(Batch(say("Quotes"), tuple(rows)))
    async with desktop.app.run_test(size=(100, 24)) as pilot:
        await typed(pilot, "Q", "a")
        await seen(pilot, "3 quotes")
        assert all(number in shown(pilot) for number in ("N1", "N2", "N3"))
        await typed(pilot, "f")
        await seen(pilot, "1 quote")
        assert "N2" in shown(pilot)
        assert "N1" not in shown(pilot)


async def test_a_changed_rule_shows_what_it_would_move_and_moves_it_as_one_step(desktop: Desktop) -> None:
    deals = {deal.title: deal for deal in desktop.other.all(Deal)}
    meeting = Activity(id=-1, deal_id=deals["Acme"].id, kind="call", text="x", created_at=NOW, done_at=NOW)
    desktop.other.commit(Batch(say("Log"), (Change.add(meeting),)))
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        prospect = next(one for one in desktop.other.all(Stage) if one.name == "Prospect")
        from pipetui.ui.movers import Movers

        pilot.app.push_screen(Movers(desktop.app, prospect, "contact made"))
        await seen(pilot, "nothing has moved yet")
        assert "Acme" in shown(pilot)
        assert desktop.stage_of("Acme") == "Lead"
        await typed(pilot, "A")
        await seen(pilot, "Move a deal by a changed rule")
        assert desktop.stage_of("Acme") == "Prospect"
        await typed(pilot, "u")
        await seen(pilot, "Undone")
        assert desktop.stage_of("Acme") == "Lead"
