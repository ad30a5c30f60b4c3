"""The filter line: what is typed is looked for while it is typed; the arrows bring back what was looked for before."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.timer import Timer

from pipetui.errors import ConnectionLost, Invalid
from pipetui.lang import _, told
from pipetui.ui.field import Colors, Field, rule
from pipetui.ui.paint import Line, Look, Span, fitted
from pipetui.ui.pane import Pane

PAUSE_SECONDS = 0.06
"""So long after a key the text is looked for: fast typists wait for one search, not for ten."""
Find = Callable[[str], Line]
"""Looks for a text and says what it found; raises Invalid when it cannot be understood."""


class Finder(ModalScreen[str | None]):
    """Ends with the text to keep, or None: then what was looked for before holds again.

    `find` is called after each pause in typing, for the text the board is to show.
    """

    CSS = """
    Finder { background: transparent; align: left bottom; }
    Finder Pane { height: 2; width: 100%; background: $background; }
    Finder Field { width: 100%; padding: 0 1; }
    """

    def __init__(
        self, look: Look, find: Find, text: str = "", history: Sequence[str] = (), example: str = ""
    ) -> None:
        """`history` is what was looked for before, newest first."""
        super().__init__()
        self._find, self._example = find, example
        self._history = [text, *(old for old in dict.fromkeys(history) if old and old != text)]
        self._place = 0
        self._colors = Colors(look)
        self._pane = Pane(look)
        self._field = Field(text, self._colors, self._key)
        self._pause: Timer | None = None
        self._said: Line = []
        self._found = text

    def compose(self) -> ComposeResult:
        """What was found above what is typed."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ready to type, with what the filter shows now."""
        self._field.focus()
        self._look()

    def on_pane_resized(self) -> None:
        """Draw for the width there is."""
        self._draw()

    def on_input_changed(self) -> None:
        """Look when nothing more is typed for a moment."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._look)

    def on_input_submitted(self) -> None:
        """Enter keeps the filter; one that cannot be understood stays to be corrected."""
        if self._look():
            self.dismiss(self._text)

    def _key(self, key: str) -> bool:
        """Esc leaves; the arrows bring back what was looked for before."""
        if key == "escape":
            self.dismiss(None)
        elif key in ("up", "down"):
            self._turn(1 if key == "up" else -1)
        return key in ("escape", "up", "down")

    @property
    def _text(self) -> str:
        return self._field.value.strip()

    def _turn(self, steps: int) -> None:
        if self._place == 0:
            self._history[0] = self._field.value
        place = self._place + steps
        if 0 <= place < len(self._history):
            self._place = place
            self._field.put(self._history[place])

    def _look(self) -> bool:
        """Look for the text; False when it means nothing."""
        if self._pause is not None:
            self._pause.stop()
        try:
            self._said = self._find(self._text)
            self._colors.stretches = ()
        except ConnectionLost as error:
            self._said = [Span(told(error.message), "bad")]
            return False
        except Invalid as error:
            hint = [Span(f" {told(error.hint)}", "dim")] if error.hint else []
            self._said = [Span(told(error.message), "warn"), *hint]
            end = len(self._field.value)
            self._colors.stretches = () if error.at is None else ((min(error.at, end), end, "warn"),)
            return False
        finally:
            self._field.refresh()
            self._draw()
        return True

    def _draw(self) -> None:
        width = self._pane.size.width
        keys = (("enter", _("keep")), ("esc", _("back")), ("up", _("earlier ones")))
        said: Line = self._said if self._field.value or not self._example else [Span(self._example, "dim")]
        self._pane.show([rule(_("Filter"), width, keys), fitted([Span(" "), *said], width)], 0)
