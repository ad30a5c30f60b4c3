"""Anything by its name: acts, deals, people and companies, found while the name is typed.

Acts are sifted with every key; names are looked for when typing pauses, one kind at a time, so that no key waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.timer import Timer

from pipetui.core.text import fold
from pipetui.lang import _
from pipetui.store.names import FEW, Named, rank
from pipetui.ui.field import Field
from pipetui.ui.paint import GLYPHS, Line, Look, Span, cells, fit
from pipetui.ui.pane import Pane

PAUSE_SECONDS = 0.05
"""So long after a key the first kind of names is looked for ..."""
NEXT_SECONDS = 0.005
"""... and so long after one kind the next, so that keys come in between."""
SHOWN = 6
"""Of each kind at most, while several are looked for."""
SIGNS = {">": "command", "@": "contact", "&": "organization"}
"""What begins the text looks for one kind alone."""
KINDS = ("deal", "organization", "contact")
MARKS = {"command": ">", "contact": "@", "organization": "&", "deal": " "}


class Found(NamedTuple):
    """What can be chosen."""

    kind: str
    key: str | int
    """The act, or the number of a record."""
    words: str
    aside: str = ""
    """Stands to the right: a key, a stage, a company."""


Find = Callable[[str, str], Sequence[Named]]
"""Looks for a kind of names that have these words."""
Show = Callable[[Sequence[Named]], Sequence[Found]]
"""How what was found is shown; asked for what is in sight alone."""


class Palette(ModalScreen[Found | None]):
    """Ends with what was chosen, or None."""

    HINTS = True
    """Whether it is told how to look for one kind alone."""
    CSS = """
    Palette { align: center middle; background: transparent; layers: list field; }
    Palette Pane { layer: list; border: round $primary; background: $background; padding: 0 1; }
    Palette.ascii Pane { border: ascii $primary; }
    Palette Field { layer: field; position: absolute; }
    """

    def __init__(self, title: str, commands: Sequence[Found], find: Find, show: Show, look: Look) -> None:
        super().__init__()
        self.set_class(look.ascii_only, "ascii")
        self._title, self._commands, self._find, self._show = title, commands, find, show
        self._pane = Pane(look)
        self._field = Field(keys=self._key)
        self._row = 0
        self._names: dict[str, tuple[str, Sequence[Named]]] = {}
        """By kind: what was looked for last, and what was found."""
        self._options: list[Found] = []
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """The list, and the field over its second line."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ready to type."""
        self._pane.styles.width = min(76, max(self.size.width - 2, 8))
        self._pane.styles.height = min(20, max(self.size.height - 2, 5))
        self._field.focus()
        self._sift()

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        region = self._pane.content_region
        self._field.styles.offset = (region.x + 2, region.y + 1)
        self._field.styles.width = max(region.width - 2, 4)
        self._draw()

    def on_input_changed(self) -> None:
        """Acts at once; names when typing pauses."""
        self._row = 0
        self._sift()
        self._later(PAUSE_SECONDS, list(KINDS))

    def _later(self, seconds: float, kinds: list[str]) -> None:
        if self._pause is not None:
            self._pause.stop()
        wanted = [kind for kind in kinds if self._only in (None, kind)]
        if wanted and self._typed:
            self._pause = self.set_timer(seconds, lambda: self._look(wanted))

    def _look(self, kinds: list[str]) -> None:
        """Look for one kind, then for the others in a moment."""
        self._looked(kinds[0])
        self._sift()
        self._later(NEXT_SECONDS, kinds[1:])

    def _looked(self, kind: str) -> None:
        before, found = self._names.get(kind, ("", ()))
        if before and self._typed.startswith(before) and len(found) < FEW:
            # All that there are were found already: more letters only leave some out.
            words = self._typed.split()
            found = [one for one in found if all(word in one.words for word in words)]
        else:
            found = self._find(kind, self._typed)
        self._names[kind] = self._typed, found

    @property
    def _only(self) -> str | None:
        """The kind that alone is looked for."""
        return SIGNS.get(self._field.value[:1])

    @property
    def _typed(self) -> str:
        """What is looked for, folded."""
        text = self._field.value
        return fold(text[1:] if self._only else text)

    def _sift(self) -> None:
        """What fits best first; where names fit as well as acts, the acts."""
        typed, only = self._typed, self._only
        ranked: list[tuple[int, int, int, Found | Named]] = []
        if only in (None, "command"):
            for place, one in enumerate(self._commands):
                words = fold(one.words)
                if all(word in words for word in typed.split()):
                    ranked.append((rank(words, typed) if typed else 0, 0, place, one))
        for order, kind in enumerate(KINDS, 1):
            looked, found = self._names.get(kind, ("", ()))
            if typed and only in (None, kind) and (looked == typed or typed.startswith(looked)):
                words_of = typed.split()
                fits = [one for one in found if all(word in one.words for word in words_of)]
                best = sorted((rank(one.words, typed), order, place, one) for place, one in enumerate(fits))
                ranked += best[: FEW if only else SHOWN]
        ranked.sort(key=lambda one: one[:3])
        shown = {
            (one.kind, one.key): one for one in self._show([n for *_, n in ranked if isinstance(n, Named)])
        }
        options = (one if isinstance(one, Found) else shown.get((one.kind, one.id)) for *_, one in ranked)
        self._options = [one for one in options if one is not None]
        self._row = min(self._row, max(len(self._options) - 1, 0))
        self._draw()

    def _key(self, key: str) -> bool:
        """Arrows move, enter chooses, esc gives up; what stands in the line is edited as ever."""
        last = len(self._options) - 1
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}
        if key == "escape":
            self.dismiss(None)
        elif key == "enter":
            self._choose(self._row)
        elif key in steps:
            self._row = max(0, min(self._row + steps[key], last))
            self._draw()
        else:
            return False
        return True

    def _choose(self, row: int) -> None:
        """Names not looked for yet are looked for first: who types fast and presses enter means what was typed."""
        if self._pause is not None and self._typed:
            self._pause.stop()
            for kind in KINDS:
                if self._only in (None, kind) and self._names.get(kind, ("",))[0] != self._typed:
                    self._looked(kind)
            self._sift()
        if 0 <= row < len(self._options):
            self.dismiss(self._options[row])

    def on_click(self, event: events.Click) -> None:
        """A click chooses; one beside the list gives up."""
        row = event.screen_y - self._pane.content_region.y - 3
        if not self._pane.region.contains(event.screen_x, event.screen_y):
            self.dismiss(None)
        elif row >= 0:
            self._choose(row + self._first)

    # Drawing

    @property
    def _room(self) -> int:
        return max(self._pane.size.height - 3, 1)

    @property
    def _first(self) -> int:
        return max(0, min(self._row - self._room // 2, len(self._options) - self._room))

    def _draw(self) -> None:
        width = self._pane.size.width
        if not width:
            return
        hint: Line = []
        if self.HINTS and not self._field.value:
            said = (("@", _("people")), ("&", _("companies")), (">", _("acts")))
            hint = [
                part for sign, words in said for part in (Span(f"  {sign}", "key"), Span(f" {words}", "dim"))
            ]
        head: Line = [Span(fit(self._title, max(width - 40, 8)), "title"), *hint]
        lines: list[Line] = [head, [Span(f"{GLYPHS.after} ", "dim")], []]
        first = self._first
        for row, one in enumerate(self._options[first : first + self._room], first):
            lines.append(self._line(one, row == self._row, width))
        if not self._options:
            lines.append([Span(f"  {_('Nothing has this name.')}", "dim")])
        self._pane.show(lines, 0)

    @staticmethod
    def _line(one: Found, here: bool, width: int) -> Line:
        aside = fit(one.aside, max(min(cells(one.aside), width // 2), 0), "none")
        words = fit(one.words, max(width - 6 - cells(aside), 1))
        bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent")
        return [
            bar,
            Span(f"{MARKS[one.kind]} ", "dim"),
            Span(words, "strong" if here else ""),
            Span(f" {aside}", "dim"),
        ]
