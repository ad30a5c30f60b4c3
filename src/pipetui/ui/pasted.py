"""Several lines pasted into the quick entry: one deal each, read out before those that can be read are made at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.message import Message, say, say_n
from pipetui.core.quickadd import Draft, Known, draft
from pipetui.lang import _, told
from pipetui.ui.field import rule
from pipetui.ui.paint import GLYPHS, Line, Look, Span, fitted
from pipetui.ui.pane import Pane
from pipetui.ui.quick import QuickEntry, said
from pipetui.ui.rows import Row, Rows


class Taken(NamedTuple):
    """What a list brings: the deals of the lines that can be read, and the lines that are left."""

    drafts: Sequence[Draft]
    lines: Sequence[str]
    left: Sequence[str]


def drafts(lines: Sequence[str], today: date, known: Known) -> list[Draft]:
    """Each line as a deal; a company that one line brings is known to those after it."""
    found, names = list[Draft](), list(known.organizations)
    for line in lines:
        one = draft(line, today, replace(known, organizations=names))
        names += [one.organization] if one.organization and not one.problems else []
        found.append(one)
    return found


class PastedLines(ModalScreen[Taken | None]):
    """Ends with what is to be made, or None. A line that cannot be read waits until it is edited or dropped."""

    AUTO_FOCUS = ""
    CSS = """
    PastedLines { background: transparent; align: left bottom; }
    PastedLines Pane { width: 100%; height: 1; background: $background; }
    """

    def __init__(
        self,
        look: Look,
        today: date,
        known: Known,
        lines: Sequence[str],
        entry: Callable[[str], QuickEntry],
        why: Message | None = None,
    ) -> None:
        """`entry` opens a line to be edited; `why` tells what became of the list when it was taken before."""
        super().__init__()
        self._today, self._known, self._entry = today, known, entry
        self._lines = list(lines)
        self._drafts: list[Draft] = []
        self._said = why
        self._leaving = False
        """Whether esc was pressed: once more drops what is here."""
        self._head, self._rows, self._foot = Pane(look), Rows(look), Pane(look)

    def compose(self) -> ComposeResult:
        """The list between a title and what is to be said of it."""
        yield from (self._head, self._rows, self._foot)

    def on_mount(self) -> None:
        """What cannot be read in sight."""
        self._read()
        self._draw(next((place for place, one in enumerate(self._drafts) if one.problems), 0))

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    def on_key(self, event: events.Key) -> None:
        """Enter makes those that can be read, e edits a line, x drops one, esc twice gives up, the arrows move."""
        event.stop()
        event.prevent_default()
        leaving, self._leaving, self._said = self._leaving, False, None
        if event.key == "escape":
            self._leave(leaving)
        elif event.key == "enter":
            self._take()
        elif event.key == "e":
            self._edit(self._rows.at)
        elif event.key == "x":
            self._put(self._rows.at, ())
        else:
            self._rows.walk(event.character if event.character in ("g", "G") else event.key)
            self._draw()

    def _leave(self, sure: bool) -> None:
        """Nothing that was pasted goes without a word."""
        if sure:
            self.dismiss(None)
            return
        self._leaving = True
        n = len(self._lines)
        self._said = say_n("esc once more drops this line.", "esc once more drops these {n} lines.", n)
        self._draw()

    def _take(self) -> None:
        wrong = [one.problems for one in self._drafts]
        if all(wrong):
            self._said = say("None of these lines can be read yet: e edits the one under the cursor.")
            self._draw()
            return
        left = [line for line, bad in zip(self._lines, wrong, strict=True) if bad]
        self.dismiss(Taken([one for one in self._drafts if not one.problems], self._lines, left))

    def _edit(self, place: int) -> None:
        entry = self._entry(self._lines[place])

        def edited(given: Draft | Sequence[str] | None) -> None:
            if given is not None:
                self._put(place, [entry.line] if isinstance(given, Draft) else given)

        self.app.push_screen(entry, edited)

    def _put(self, place: int, lines: Sequence[str]) -> None:
        """Other lines in the place of one; a list without lines is over."""
        self._lines[place : place + 1] = lines
        if not self._lines:
            self.dismiss(None)
            return
        self._read()
        self._draw()

    def _read(self) -> None:
        self._drafts = drafts(self._lines, self._today, self._known)
        self._rows.styles.height = max(min(len(self._lines), self.size.height - 3), 1)

    def _draw(self, at: int | None = None) -> None:
        width = self._rows.size.width
        if not width:
            return
        wrong = sum(bool(one.problems) for one in self._drafts)
        add = _("add those that can be read") if wrong else _("add them all")
        keys = (("enter", add), ("e", _("edit")), ("x", _("drop")), ("esc", _("leave")))
        self._head.show([rule(_("New deals"), width, keys)], 0)
        self._rows.fill(
            [Row(fitted(self._row(place), width), place) for place in range(len(self._lines))], at
        )
        self._foot.show([fitted([Span(" "), *self._below(wrong)], width)], 0)

    def _below(self, wrong: int) -> Line:
        """What there is to say, else how many deals there are, and how many lines cannot be read."""
        if self._said is not None:
            return [Span(told(self._said), "warn")]
        right = len(self._drafts) - wrong
        line: Line = [Span(told(say_n("{n} deal", "{n} deals", right)), "accent")] if right else []
        if wrong:
            unread = told(say_n("{n} line cannot be read", "{n} lines cannot be read", wrong))
            line += [*([Span(f" {GLYPHS.dot} ", "dim")] if line else []), Span(unread, "bad")]
        return line

    def _row(self, place: int) -> Line:
        one = self._drafts[place]
        number = Span(f"{place + 1:>5} ", "bad" if one.problems else "dim")
        if one.problems:
            return [number, Span(f"{told(one.problems[0].message)} ", "bad"), Span(self._lines[place], "dim")]
        line: Line = [number]
        for part in said(one, self._today):
            line += [*([Span(f" {GLYPHS.dot} ", "dim")] if len(line) > 1 else []), part]
        return line
