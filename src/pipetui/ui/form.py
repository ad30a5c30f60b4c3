"""A form at the bottom of the screen: labelled lines, each checked where it stands.

One field serves all lines: it lies over the line that is being typed in, so that opening and moving cost little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList

from pipetui.core.fields import word
from pipetui.errors import Invalid, PipetuiError
from pipetui.lang import _, told
from pipetui.ui.field import Field, rule
from pipetui.ui.paint import GLYPHS, Line, Look, Role, Span, cells, fit, fitted
from pipetui.ui.pane import Pane

Values = dict[str, Any]
MARGIN = 2
"""Cells for the bar before a label."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a form."""

    name: str
    label: str
    text: str = ""
    """What stands in it now."""
    read: Callable[[str], Any] = word
    """The value of a text. Raises Invalid."""
    said: Callable[[Any], str] | None = None
    """A value as it was understood, in words."""
    example: str = ""
    """What could be typed, shown while it is empty."""
    choices: Sequence[str] = ()
    """What is known; completed while it is typed."""
    required: bool = False
    """Read even when nothing was typed in it."""
    whole: bool = False
    """An amount, a day, a number: what is typed replaces it, unless an arrow goes into it first."""


class Form(ModalScreen[Values | None]):
    """Ends with the values that changed, by name, or None when nothing is to be changed.

    `check` sees all of them before the form closes and raises what speaks against them; the form then stays.
    """

    CSS = """
    Form { background: transparent; layers: sheet field; }
    Form Pane { layer: sheet; dock: bottom; width: 100%; background: $background; }
    Form Field { layer: field; position: absolute; }
    """

    def __init__(
        self,
        title: str,
        rows: Sequence[Row],
        look: Look,
        check: Callable[[Values], None] | None = None,
        at: str = "",
        every: bool = False,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        """`at` names the row to begin with; with `every` it ends with all values, not only those that were changed;
        `typed` was typed into it before, and stands in it again.
        """
        super().__init__()
        self._title, self._rows, self._check, self._every = title, rows, check, every
        self._texts = {row.name: row.text for row in rows} | dict(typed or {})
        self._place = next((i for i, row in enumerate(rows) if row.name == at), 0)
        self._problems: dict[str, Line] = {}
        self._said: Line = []
        self._asked = False
        self._first = 0
        self._pane = Pane(look)
        self._field = Field(keys=self._key)

    def again(self, error: PipetuiError) -> Form:
        """The same form with what was typed into it, and why that was not written."""
        form = Form(
            self._title, self._rows, self._pane.look, self._check, self._row.name, self._every, self.typed
        )
        form._said = _complaint(error)
        return form

    def compose(self) -> ComposeResult:
        """The sheet, and the field over it."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ready to type in the first row."""
        self._pane.styles.height = min(len(self._rows) + 4, max(self.size.height - 1, 3))
        self._field.focus()
        self._enter(self._place)

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._pane.styles.height = min(len(self._rows) + 4, max(self.size.height - 1, 3))
        self._draw()

    @property
    def texts(self) -> Values:
        """What stands in the rows, as it was typed."""
        return dict(self._texts)

    @property
    def typed(self) -> Mapping[str, str]:
        """What stands in those rows that were changed."""
        return {row.name: self._texts[row.name] for row in self._changed()}

    @property
    def _row(self) -> Row:
        return self._rows[self._place]

    def on_input_changed(self) -> None:
        """Say how it is understood, as it is typed."""
        self._take()

    def _take(self) -> None:
        """Who types on does not want to leave; a mistake that is corrected is one no more."""
        if self._field.value == self._texts[self._row.name]:
            return
        self._texts[self._row.name] = self._field.value
        self._asked, self._said = False, []
        if self._row.name in self._problems:
            self._judge(self._row)
        self._draw()

    def _key(self, key: str) -> bool:
        """Tab and the arrows go from row to row, enter and ctrl-s save, esc leaves."""
        steps = {"tab": 1, "down": 1, "shift+tab": -1, "up": -1}
        if key not in (*steps, "enter", "ctrl+s", "escape"):
            return False
        self._take()
        if key in steps:
            self._judge(self._row)
            self._enter((self._place + steps[key]) % len(self._rows))
        elif key == "escape":
            self._leave()
        else:
            self._save()
        return True

    def on_click(self, event: events.Click) -> None:
        """A click goes to a row."""
        row = event.screen_y - self._pane.region.y - 1 + self._first
        owners = [owner for owner, _line in self._lines()]
        owner = owners[row] if 0 <= row < len(owners) else None
        if owner is not None and self._pane.region.contains(event.screen_x, event.screen_y):
            self._take()
            self._judge(self._row)
            self._enter(self._rows.index(owner))

    def _enter(self, place: int) -> None:
        self._place = place
        choices = list(self._row.choices)
        self._field.suggester = SuggestFromList(choices, case_sensitive=False) if choices else None
        self._field.put(self._texts[self._row.name], self._row.whole)
        self._draw()

    def _leave(self) -> None:
        """When there is something to lose esc leaves only the second time."""
        if self._asked or not self._changed():
            self.dismiss(None)
        self._asked = True
        self._said = [Span(_("The changes are not saved: enter saves them, esc again leaves."), "warn")]
        self._draw()

    def _changed(self) -> list[Row]:
        return [row for row in self._rows if word(self._texts[row.name]) != word(row.text)]

    def _judge(self, row: Row) -> Any:
        """The value of a row; what is wrong with it is kept to be shown."""
        self._problems.pop(row.name, None)
        try:
            return row.read(self._texts[row.name].strip())
        except Invalid as error:
            self._problems[row.name] = _complaint(error)
            return None

    def _save(self) -> None:
        values = {row.name: self._judge(row) for row in (self._rows if self._every else self._changed())}
        for row in self._rows:
            if row.required and row.name not in values:
                self._judge(row)
        wrong = next((i for i, row in enumerate(self._rows) if row.name in self._problems), None)
        if wrong is not None:
            self._enter(wrong)
        elif not values:
            self.dismiss(None)
        elif self._allowed(values):
            self.dismiss(values)

    def _allowed(self, values: Values) -> bool:
        try:
            if self._check:
                self._check(values)
        except PipetuiError as error:
            self._said = _complaint(error)
            self._draw()
            return False
        return True

    # Drawing

    @property
    def _labels(self) -> int:
        return min(max(cells(row.label) for row in self._rows), max(self.size.width // 3, 6))

    def _lines(self) -> list[tuple[Row | None, Line]]:
        """All lines below the title, each with the row it belongs to."""
        found: list[tuple[Row | None, Line]] = []
        for row in self._rows:
            found.append((row, self._line(row)))
            under = self._problems.get(row.name) or self._understood(row)
            if under:
                found.append((None, [Span(" " * (MARGIN + self._labels + 2)), *under]))
        return found

    def _line(self, row: Row) -> Line:
        here = row is self._row
        text = self._texts[row.name]
        role: Role = "" if text == row.text else "accent"
        value = Span(text, role) if text else Span("" if here else GLYPHS.none, "dim")
        bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent")
        return [bar, Span(fit(row.label, self._labels) + "  ", "strong" if here else "dim"), value]

    def _understood(self, row: Row) -> Line:
        """How what is being typed is read, where that is not plain to see."""
        text = self._texts[row.name]
        if row is not self._row or (not text and not row.example):
            return []
        if not text:
            return [Span(row.example, "dim")]
        if row.said is None or text == row.text:
            return []
        try:
            return [Span(f"{GLYPHS.arrow} {row.said(row.read(text.strip()))}", "accent")]
        except Invalid:
            return []

    def _draw(self) -> None:
        size, lines = self._pane.size, self._lines()
        if not size.width:
            return
        keys = (("enter", _("save")), ("tab", _("next")), ("esc", _("leave")))
        room = max(size.height - 2, 1)
        line = next(i for i, (row, _line) in enumerate(lines) if row is self._row)
        first = self._first = max(0, min(line + 2 - room, len(lines) - room))
        shown = [fitted(spans, size.width) for _row, spans in lines[first : first + room]]
        blank: list[Line] = [[] for _ in range(room - len(shown))]
        last: Line = fitted([Span("  "), *self._said], size.width)
        self._pane.show([rule(self._title, size.width, keys), *shown, *blank, last], 0)
        left = MARGIN + self._labels + 2
        self._field.styles.width = max(size.width - left - 1, 4)
        self._field.styles.offset = (left, self._pane.region.y + 1 + line - first)


def _complaint(error: PipetuiError) -> Line:
    hint = [Span(f" {told(error.hint)}", "dim")] if error.hint else []
    return [Span(told(error.message), "bad"), *hint]
