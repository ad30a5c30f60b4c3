"""The line to type in: what comes in is clean, and keys act in the order they come."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult

from dialogs import HOSTILE
from pipetui.core.text import clean
from pipetui.ui.field import LONGEST, Field, rule
from pipetui.ui.paint import cells, plain


class OneField(App[None]):
    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        self.field = Field(self.text)
        yield self.field

    def on_mount(self) -> None:
        self.field.focus()


@pytest.mark.parametrize("text", HOSTILE)
async def test_pasted_text_is_cleaned_at_the_door(text: str) -> None:
    app = OneField("Acme ")
    async with app.run_test(size=(40, 5)) as pilot:
        app.field.post_message(events.Paste(text))
        await pilot.pause()
        assert app.field.value == ("Acme " + clean(text))[:LONGEST]
        assert app.field.cursor_position == len(app.field.value)


async def test_pasted_lines_become_one() -> None:
    app = OneField("ab")
    async with app.run_test(size=(40, 5)) as pilot:
        app.field.cursor_position = 1
        app.field.post_message(events.Paste("one\ntwo\r\n"))
        await pilot.pause()
        assert app.field.value == "aone twob"


async def test_keys_act_in_the_order_they_come() -> None:
    app = OneField()
    async with app.run_test(size=(40, 5)) as pilot:
        for key in ("a", "b", "backspace", "c", "home", "x", "end", "y", "ctrl+u", "z"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.field.value == "z"
        for key in ("a", "left", "b"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        assert app.field.value == "zba"


@pytest.mark.parametrize("width", [1, 8, 30, 80])
def test_a_rule_keeps_its_width(width: int) -> None:
    line = rule("A title that is long", width, [("enter", "save"), ("esc", "leave")])
    assert cells(plain(line)) <= max(width, 4)
    assert ("esc leave" in plain(line)) == (width >= 80)
