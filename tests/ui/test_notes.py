"""Long notes, with an editor and without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App

from dialogs import OPEN, PLAIN, Opened
from pipetui.errors import Refused
from pipetui.ui.notes import Notes, edit_text


def notes(text: str = "first\nsecond") -> Opened:
    return Opened(lambda: Notes("Notes", text, PLAIN))


async def test_what_is_typed_is_kept_by_ctrl_s() -> None:
    app = notes()
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.press("enter", *"third", "ctrl+s")
        assert app.answer == "first\nsecond\nthird"


async def test_esc_leaves_twice_when_something_would_be_lost() -> None:
    app = notes()
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("x", "escape")
        assert app.answer is OPEN
        assert any("are not saved" in line for line in app.shown())
        await pilot.press("escape")
        assert app.answer is None


async def test_unchanged_notes_end_as_nothing() -> None:
    app = notes(" text \n")
    async with app.run_test(size=(80, 14)) as pilot:
        await pilot.press("ctrl+s")
        assert app.answer is None


async def test_pasted_lines_stay_lines_and_are_cleaned() -> None:
    app = notes("")
    async with app.run_test(size=(80, 14)) as pilot:
        app.screen.focused.post_message(events.Paste("a\x1b[31m\r\nb\u202e [/b]"))  # type: ignore[union-attr]
        await pilot.press("ctrl+s")
        assert app.answer == "a[31m\nb [/b]"


class Bare(App[None]):
    """An application that has nothing but notes to edit."""

    answer: Any = OPEN

    def edit(self, text: str, editor: str) -> None:
        edit_text(self, text, editor, PLAIN, "Notes", self.done)

    def done(self, answer: str | None) -> None:
        self.answer = answer


@pytest.mark.parametrize("editor", ["", "no-such-editor-here", "'unbalanced"])
async def test_without_an_editor_the_page_of_ours_opens(editor: str) -> None:
    app = Bare()
    async with app.run_test(size=(80, 14)) as pilot:
        app.edit("text", editor)
        await pilot.pause()
        assert isinstance(app.screen, Notes)
        await pilot.press("!", "ctrl+s")
        assert app.answer == "text!"


async def test_the_editor_gets_the_text_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import nullcontext

    script = tmp_path / "editor"
    script.write_text(
        '#!/bin/sh\nprintf "%s\\033[1m and more" "$(cat "$1")" > "$1.new" && mv "$1.new" "$1"\n'
    )
    script.chmod(0o755)
    app = Bare()
    async with app.run_test(size=(80, 14)):
        monkeypatch.setattr(app, "suspend", nullcontext)
        app.edit("text", f"{script}")
        assert app.answer == "text[1m and more"
        app.edit("same", "true")
        assert app.answer is None


async def test_an_editor_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    app = Bare()
    async with app.run_test(size=(80, 14)):
        monkeypatch.setattr(app, "suspend", nullcontext)
        monkeypatch.setattr("os.isatty", lambda _: True)
        with pytest.raises(Refused):
            app.edit("text", "false")
        assert app.answer is OPEN
