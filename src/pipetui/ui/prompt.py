"""One line of text asked for at the bottom of the screen, with what is understood of it above, as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.message import say
from pipetui.core.text import clean
from pipetui.errors import Invalid, reason_of
from pipetui.lang import _, told
from pipetui.paths import path_of
from pipetui.ui.field import Field, rule
from pipetui.ui.paint import Line, Look, Span, fitted
from pipetui.ui.pane import Pane

Understand = Callable[[str], Line]
"""What a text means, in words; raises Invalid when it means nothing."""


RECALLED = 50
"""Lines that are remembered of each kind."""


class Prompt(ModalScreen[str | None]):
    """Ends with the text, or None. What cannot be understood cannot be entered.

    What was entered before, written or not, comes back with the arrow up for as long as the program runs.
    """

    CSS = """
    Prompt { background: transparent; align: left bottom; }
    Prompt Pane { height: 2; width: 100%; background: $background; }
    Prompt Field { width: 100%; padding: 0 1; }
    """

    def __init__(
        self, title: str, look: Look, understand: Understand, text: str = "", example: str = ""
    ) -> None:
        super().__init__()
        self._title, self._understand, self._example = title, understand, example
        self._pane = Pane(look)
        self._field = Field(text, keys=self._key)
        self._lines: list[str] = []
        """Entered before where the same was asked for, the newest last."""
        self._back, self._begun = 0, text
        """How many lines back, and what was typed before."""

    def compose(self) -> ComposeResult:
        """What is understood above what is typed."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ready to type."""
        entered: dict[str, list[str]] = getattr(self.app, "entered", {})
        self._lines = entered.setdefault(self._example or self._title, self._lines)
        self._field.focus()

    def on_pane_resized(self) -> None:
        """Draw for the width there is."""
        self._draw()

    def on_input_changed(self) -> None:
        """Say what is understood so far."""
        self._draw()

    def _key(self, key: str) -> bool:
        """Enter takes the text, esc gives up."""
        if key == "escape":
            self.dismiss(None)
        elif key == "enter" and self._meaning() is not None:
            text = clean(self._field.value).strip()
            if text:
                self._lines[:] = [*(line for line in self._lines if line != text), text][-RECALLED:]
            self.dismiss(text)
        elif key in ("up", "down"):
            self._recall(self._back + (1 if key == "up" else -1))
        return key in ("escape", "enter", "up", "down")

    def _recall(self, back: int) -> None:
        if 0 <= back <= len(self._lines):
            if not self._back:
                self._begun = self._field.value
            self._back = back
            self._field.put(self._lines[-back] if back else self._begun)

    def _meaning(self) -> Line | None:
        try:
            return self._understand(clean(self._field.value).strip())
        except Invalid as error:
            hint = [Span(f" {told(error.hint)}", "dim")] if error.hint else []
            self._complaint: Line = [Span(told(error.message), "warn"), *hint]
            return None

    def _draw(self) -> None:
        width = self._pane.size.width
        meaning = self._meaning()
        shown = self._complaint if meaning is None else meaning
        if not self._field.value and self._example:
            shown = [Span(self._example, "dim")]
        earlier = [("up", _("earlier ones"))] if self._lines else []
        keys = (("enter", _("take it")), *earlier, ("esc", _("leave")))
        self._pane.show([rule(self._title, width, keys), fitted([Span(" "), *shown], width)], 0)


def to_file(text: str) -> Line:
    """The file that is going to be written, and whether it replaces one; raises Invalid where none can be."""
    file = path_of(text)
    try:
        if not text or file.is_dir():
            raise Invalid(say("Name a file."))
        if not file.absolute().parent.is_dir():
            raise Invalid(say("There is no folder {folder}.", folder=str(file.absolute().parent)))
        there = _("replaces the file that is there") if file.exists() else ""
    except OSError as error:
        reason = reason_of(error)
        raise Invalid(say("{file} cannot be written: {reason}.", file=text, reason=reason)) from error
    return [Span(str(file), "accent"), Span(f"  {there}", "warn")]
