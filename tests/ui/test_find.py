"""Filtering while typing."""

from __future__ import annotations

from dialogs import OPEN, PLAIN, Opened
from pipetui.core.message import say
from pipetui.errors import Invalid
from pipetui.ui.find import Finder
from pipetui.ui.paint import Line, Span


class Board:
    """What was looked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, text: str) -> Line:
        if text.endswith(":"):
            raise Invalid(say("What should it be?"), at=len(text) - 1)
        self.asked.append(text)
        return [Span(f"{len(text)} deals")]


async def test_what_is_typed_is_looked_for_when_typing_pauses() -> None:
    board = Board()
    app = Opened(lambda: Finder(PLAIN, board.find, example="stage:quote"))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.pause()
        assert app.shown()[-1] == " stage:quote"
        app.burst(*"acme")
        await pilot.pause(0.2)
        assert board.asked == ["", "acme"]
        assert app.shown()[-2:] == [" 4 deals", " acme"]
        await pilot.press("enter")
        assert app.answer == "acme"


async def test_what_cannot_be_understood_is_said_and_cannot_be_kept() -> None:
    board = Board()
    app = Opened(lambda: Finder(PLAIN, board.find))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press(*"stage", "colon", "enter")
        assert app.answer is OPEN
        assert app.shown()[-2:] == [" What should it be?", " stage:"]
        await pilot.press("q", "enter")
        assert app.answer == "stage:q"


async def test_esc_leaves_what_was_there() -> None:
    app = Opened(lambda: Finder(PLAIN, Board().find, "old"))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("x", "escape")
        assert app.answer is None


async def test_arrows_bring_back_what_was_looked_for_before() -> None:
    app = Opened(lambda: Finder(PLAIN, Board().find, "", ["is:late", "vip", "is:late"]))
    async with app.run_test(size=(60, 10)) as pilot:
        await pilot.press("n", "up", "up", "up")
        assert app.shown()[-1] == " vip"
        await pilot.press("down", "down")
        assert app.shown()[-1] == " n"
        await pilot.press("up", "enter")
        assert app.answer == "is:late"
