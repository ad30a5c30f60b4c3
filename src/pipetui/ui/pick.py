"""One of several, by arrows, by typing a part of its name, or by the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.text import fold
from pipetui.lang import _
from pipetui.ui.paint import GLYPHS, Line, Look, Span, cells, fit
from pipetui.ui.pane import Pane

T = TypeVar("T")


class Option(NamedTuple, Generic[T]):
    """What can be chosen."""

    value: T
    words: str
    aside: str = ""
    """Stands to the right: a key, a definition."""


class Pick(ModalScreen[T | None], Generic[T]):
    """Ends with the value of the chosen option, or None."""

    AUTO_FOCUS = ""
    CSS = """
    Pick { align: center middle; background: transparent; }
    Pick Pane { border: round $primary; background: $background; padding: 0 1; }
    Pick.ascii Pane { border: ascii $primary; }
    """

    def __init__(self, title: str, options: Sequence[Option[T]], look: Look, chosen: T | None = None) -> None:
        super().__init__()
        self.set_class(look.ascii_only, "ascii")
        self._title, self._options, self._look = title, options, look
        self._typed = ""
        self._row = next((i for i, option in enumerate(options) if option.value == chosen), 0)
        self._pane = Pane(look)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._pane

    def on_mount(self) -> None:
        """As large as its options need, as far as there is room."""
        wide = max([cells(self._title) + 8, *(cells(o.words) + cells(o.aside) + 5 for o in self._options)])
        self._pane.styles.width = min(wide + 6, 76, max(self.size.width - 2, 8))
        self._pane.styles.height = min(len(self._options) + 4, max(self.size.height - 2, 5))

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    @property
    def _matching(self) -> list[Option[T]]:
        wanted = fold(self._typed)
        return [
            option for option in self._options if all(word in fold(option.words) for word in wanted.split())
        ]

    def _draw(self) -> None:
        width, options = self._pane.size.width, self._matching
        lines: list[Line] = [
            [Span(fit(self._title, max(width - 9, 8)), "title"), Span(f" {_('esc')}", "dim")]
        ]
        lines.append(
            [
                Span(f"{GLYPHS.after} ", "dim"),
                Span(self._typed) if self._typed else Span(_("type to find"), "dim"),
            ]
        )
        if not options:
            lines.append([Span(f"  {_('Nothing fits.')}", "warn")])
        room = max(self._pane.size.height - len(lines), 1)
        first = max(0, min(self._row - room // 2, len(options) - room))
        for row, option in enumerate(options[first : first + room], first):
            here = row == self._row
            aside = fit(option.aside, max(width - cells(option.words) - 5, 0), "none")
            words = fit(option.words, max(width - 3 - cells(aside) - bool(aside), 1))
            bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent")
            lines.append(
                [bar, Span(words, "strong" if here else ""), Span(f" {aside}" if aside else "", "dim")]
            )
        self._pane.show(lines, 0)

    def on_key(self, event: events.Key) -> None:
        """Arrows move, letters narrow, enter chooses, esc gives up."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter":
            self._choose(self._row)
        else:
            self._change(event)
            self._draw()

    def _change(self, event: events.Key) -> None:
        last = len(self._matching) - 1
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "home": -(2**31), "end": 2**31}
        if event.key in steps:
            self._row = max(0, min(self._row + steps[event.key], last))
        elif event.key == "backspace":
            self._typed, self._row = self._typed[:-1], 0
        elif event.is_printable and event.character:
            self._typed, self._row = self._typed + event.character, 0

    def _choose(self, row: int) -> None:
        options = self._matching
        if 0 <= row < len(options):
            self.dismiss(options[row].value)

    def on_click(self, event: events.Click) -> None:
        """A click chooses; one beside the list gives up."""
        inside = self._pane.content_region
        if not self._pane.region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
        elif (row := event.screen_y - inside.y - 2) >= 0:
            room = max(self._pane.size.height - 2, 1)
            first = max(0, min(self._row - room // 2, len(self._matching) - room))
            self._choose(first + row)
