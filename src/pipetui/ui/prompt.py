"""One line of text asked for at the bottom of the screen, with what is understood of it above, as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from pipetui.core.text import clean
from pipetui.errors import Invalid
from pipetui.lang import told
from pipetui.ui.paint import GLYPHS, Line, Look, Span, fit, fitted
from pipetui.ui.pane import Pane

Understand = Callable[[str], Line]
"""What a text means, in words; raises Invalid when it means nothing."""


class Prompt(ModalScreen[str | None]):
    """Ends with the text, or None. What cannot be understood cannot be entered."""

    CSS = """
    Prompt { background: transparent; align: left bottom; }
    Prompt Pane { height: 2; width: 100%; background: $background; }
    Prompt Input { height: 1; width: 100%; border: none; padding: 0 1; background: $background; }
    """

    def __init__(
        self, title: str, look: Look, understand: Understand, text: str = "", example: str = ""
    ) -> None:
        super().__init__()
        self._title, self._understand, self._example = title, understand, example
        self._pane = Pane(look)
        self._input = Input(text, select_on_focus=False)
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """What is understood above what is typed."""
        yield self._pane
        yield self._input

    def on_mount(self) -> None:
        """Ready to type."""
        self._input.focus()

    def on_pane_resized(self) -> None:
        """Draw for the width there is."""
        self._draw()

    def on_input_changed(self) -> None:
        """Say what is understood so far."""
        self._draw()

    def on_input_submitted(self) -> None:
        """Enter takes the text."""
        if self._meaning() is not None:
            self.dismiss(clean(self._input.value).strip())

    def on_key(self, event: events.Key) -> None:
        """Esc gives up."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    def _meaning(self) -> Line | None:
        try:
            return self._understand(clean(self._input.value).strip())
        except Invalid as error:
            hint = [Span(f" {told(error.hint)}", "dim")] if error.hint else []
            self._complaint: Line = [Span(told(error.message), "warn"), *hint]
            return None

    def _draw(self) -> None:
        width = self._pane.size.width
        meaning = self._meaning()
        shown = self._complaint if meaning is None else meaning
        if not self._input.value and self._example:
            shown = [Span(self._example, "dim")]
        title = fit(f" {self._title} ", max(width - 4, 1), "none")
        rule = [Span(GLYPHS.rule * 2, "dim"), Span(title, "title"), Span(GLYPHS.rule * width, "dim")]
        self._pane.show([_cropped(rule, width), fitted([Span(" "), *shown], width)], 0)


def _cropped(rule: Line, width: int) -> Line:
    kept = fitted(rule, width)
    return [*kept[:-1], Span(kept[-1].text.replace(GLYPHS.more, GLYPHS.rule), kept[-1].role)]
