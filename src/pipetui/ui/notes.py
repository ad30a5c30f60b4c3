"""Long texts: in the editor of the user, or on a page of our own where there is none."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.screen import ModalScreen
from textual.widgets import TextArea

from pipetui.core.message import say
from pipetui.core.text import clean
from pipetui.errors import Refused
from pipetui.lang import _
from pipetui.ui.field import rule
from pipetui.ui.paint import Look, Span
from pipetui.ui.pane import Pane

Then = Callable[[str | None], None]
"""Called with the text, or None when it stays as it was."""


def edit_text(app: App[Any], text: str, editor: str, look: Look, title: str, then: Then) -> None:
    """Have a text edited: in `editor`, a command, or in a page of ours when that is not to be had.

    Raises Refused when the editor ends in an error; the text stays as it was. Of an editor that was ended
    by a signal, or because its terminal went away, what it had saved is kept.
    """
    command = _command(editor)
    if command is not None:
        try:
            then(_changed(text, _edited(app, text, command)))
            return
        except SuspendNotSupported:
            pass
    app.push_screen(Notes(title, text, look), then)


def _command(editor: str) -> list[str] | None:
    try:
        words = shlex.split(editor)
    except ValueError:
        return None
    return words if words and shutil.which(words[0]) else None


def _changed(before: str, after: str) -> str | None:
    return None if after == clean(before, lines=True).strip() else after


def _edited(app: App[Any], text: str, command: list[str]) -> str:
    with tempfile.TemporaryDirectory(prefix="pipetui-") as folder:
        file = Path(folder) / "notes.txt"
        file.write_text(clean(text, lines=True), encoding="utf-8")
        try:
            with app.suspend():
                ended = subprocess.run([*command, str(file)], check=False)
        except OSError as error:
            raise _broken(command[0]) from error
        if ended.returncode > 0 and os.isatty(0):
            raise _broken(command[0])
        return clean(file.read_text(encoding="utf-8", errors="replace"), lines=True).strip()


def _broken(editor: str) -> Refused:
    return Refused(
        say('The editor "{editor}" ended in an error; nothing was changed.', editor=editor),
        say("Set EDITOR to another one."),
    )


class Page(TextArea):
    """Several lines to type in; what is pasted is cleaned first."""

    def on_paste(self, event: events.Paste) -> None:
        """The lines stay lines."""
        event.stop()
        event.prevent_default()
        self.replace(clean(event.text, lines=True), *self.selection)


class Notes(ModalScreen[str | None]):
    """Ends with the text, or None when it was left as it was."""

    CSS = """
    Notes { background: transparent; align: left bottom; }
    Notes Pane { height: 2; width: 100%; background: $background; }
    Notes Page { height: 50%; width: 100%; border: none; padding: 0 1; background: $background; }
    """

    def __init__(self, title: str, text: str, look: Look) -> None:
        super().__init__()
        self._title = title
        self._pane = Pane(look)
        self._before = clean(text, lines=True).strip()
        self._page = Page(self._before, soft_wrap=True, compact=True)
        self._page.cursor_blink = False
        self._asked = False

    def compose(self) -> ComposeResult:
        """The text under its title."""
        yield self._pane
        yield self._page

    def on_mount(self) -> None:
        """Ready to type, at the end."""
        self._page.focus()
        self._page.move_cursor(self._page.document.end)

    def on_pane_resized(self) -> None:
        """Draw for the width there is."""
        self._draw()

    def on_text_area_changed(self) -> None:
        """Who types on does not want to leave."""
        self._asked = False
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Ctrl-S keeps the text; esc leaves, when there is something to lose only the second time."""
        if event.key == "ctrl+s":
            event.stop()
            self.dismiss(_changed(self._before, self._text))
        elif event.key == "escape":
            event.stop()
            if self._text == self._before or self._asked:
                self.dismiss(None)
            self._asked = True
            self._draw()

    @property
    def _text(self) -> str:
        return clean(self._page.text, lines=True).strip()

    def _draw(self) -> None:
        keys = (("ctrl+s", _("save")), ("esc", _("leave")))
        said = _("The changes are not saved: ctrl+s saves them, esc again leaves.") if self._asked else ""
        self._pane.show([rule(self._title, self._pane.size.width, keys), [Span(f" {said}", "warn")]], 0)
