"""Several lines pasted into the quick entry: one deal each, read out before all of them are made at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.message import say_n
from pipetui.core.quickadd import Draft, Known, draft
from pipetui.lang import _, told
from pipetui.ui.field import rule
from pipetui.ui.paint import GLYPHS, Line, Look, Span, fitted
from pipetui.ui.pane import Pane
from pipetui.ui.quick import said


def drafts(lines: Sequence[str], today: date, known: Known) -> list[Draft]:
    """Each line as a deal; a company that one line brings is known to those after it."""
    found, names = list[Draft](), list(known.organizations)
    for line in lines:
        one = draft(line, today, replace(known, organizations=names))
        names += [one.organization] if one.organization else []
        found.append(one)
    return found


class PastedLines(ModalScreen[Sequence[Draft] | None]):
    """Ends with the deals, or None. Nothing can be entered while a line cannot be read."""

    AUTO_FOCUS = ""
    CSS = """
    PastedLines { background: transparent; align: left bottom; }
    PastedLines Pane { width: 100%; background: $background; }
    """

    def __init__(self, look: Look, today: date, known: Known, lines: Sequence[str]) -> None:
        super().__init__()
        self._today, self._lines = today, lines
        self._drafts = drafts(lines, today, known)
        self._wrong = [place for place, one in enumerate(self._drafts) if one.problems]
        self._pane = Pane(look)
        self._first = 0

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._pane

    def on_mount(self) -> None:
        """As tall as the lines need; what cannot be read in sight."""
        self._pane.styles.height = min(len(self._lines) + 3, max(self.size.height - 1, 4))
        self._first = self._wrong[0] if self._wrong else 0

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Enter makes them all, esc gives up, the arrows scroll."""
        event.stop()
        event.prevent_default()
        steps = {"down": 1, "up": -1, "j": 1, "k": -1, "pagedown": 10, "pageup": -10}
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "enter" and not self._wrong:
            self.dismiss(self._drafts)
        elif event.key in steps:
            self._first += steps[event.key]
            self._draw()

    def _draw(self) -> None:
        width, room = self._pane.size.width, max(self._pane.size.height - 2, 1)
        if not width:
            return
        self._first = max(0, min(self._first, len(self._lines) - room))
        shown = range(self._first, min(self._first + room, len(self._lines)))
        below: Line = [Span(told(say_n("{n} deal", "{n} deals", len(self._drafts))), "accent")]
        keys = [("enter", _("add them all")), ("esc", _("leave"))]
        if self._wrong:
            n = len(self._wrong)
            below = [Span(told(say_n("{n} line cannot be read", "{n} lines cannot be read", n)), "bad")]
            keys = keys[1:]
        rows = [fitted(self._row(place), width) for place in shown]
        blank: list[Line] = [[] for _place in range(room - len(rows))]
        self._pane.show(
            [rule(_("New deals"), width, keys), *rows, *blank, fitted([Span(" "), *below], width)], 0
        )

    def _row(self, place: int) -> Line:
        one = self._drafts[place]
        number = Span(f"{place + 1:>4} ", "bad" if one.problems else "dim")
        if one.problems:
            return [number, Span(f"{told(one.problems[0].message)} ", "bad"), Span(self._lines[place], "dim")]
        line: Line = [number]
        for part in said(one, self._today):
            line += [*([Span(f" {GLYPHS.dot} ", "dim")] if len(line) > 1 else []), part]
        return line
