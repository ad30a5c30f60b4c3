"""Quick entry: a deal in one line, coloured and read out while it is typed, with the known names it may mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.timer import Timer

from pipetui.core.quickadd import Draft, Known, Part, draft
from pipetui.core.text import fold
from pipetui.lang import _, again, day, day_example, money, percent, told
from pipetui.ui.field import Colors, Field, rule
from pipetui.ui.paint import GLYPHS, KINDS, Line, Look, Role, Span, cells, fitted
from pipetui.ui.pane import Pane

EXAMPLE = 'Acme web shop 12k€ @"Marie Curie" marie@acme.fr #salon close:{day} 40% !fri call back'
PAUSE_SECONDS = 0.08
"""Names alike are looked for when nothing was typed for so long."""
CLOSE_ENOUGH = 78
"""Likeness, of 100, from which a name is proposed."""
PROPOSED = 3
SHORTEST = 3
"""Letters below which everything is like everything."""
ROLES: dict[Part, Role] = {
    "title": "strong",
    "amount": "good",
    "contact": "accent",
    "email": "accent",
    "phone": "accent",
    "organization": "strong",
    "source": "key",
    "tag": "key",
    "stage": "title",
    "close": "warn",
    "chance": "good",
    "step": "warn",
}
Candidates = Callable[[Part, str], Sequence[str]]
"""Names of contacts or organizations that may be meant by some words; all of them, where they are few."""


class Meant(NamedTuple):
    """A stretch of the line that names somebody, and the known names it is like, the likeliest first."""

    part: Part
    start: int
    end: int
    names: tuple[str, ...]


class QuickEntry(ModalScreen[Draft | Sequence[str] | None]):
    """Ends with the draft of a deal, several lines that were pasted, or None. What cannot be read cannot be entered."""

    CSS = """
    QuickEntry { background: transparent; align: left bottom; }
    QuickEntry Pane { height: 4; width: 100%; background: $background; }
    QuickEntry Field { width: 100%; padding: 0 1; }
    """

    def __init__(self, look: Look, today: date, known: Known, candidates: Candidates, text: str = "") -> None:
        """`candidates` is asked for `contact` and `organization`."""
        super().__init__()
        self._today, self._known, self._candidates = today, known, candidates
        self._colors = Colors(look)
        self._pane = Pane(look)
        self._field = Field(text, self._colors, self._key, self._several)
        self._line = ""
        """The text as it was read last."""
        self._draft = Draft()
        self._meant: Meant | None = None
        self._place = 0
        self._pause: Timer | None = None

    @property
    def line(self) -> str:
        """What was typed."""
        return self._field.value

    def compose(self) -> ComposeResult:
        """What is understood above what is typed."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ready to type."""
        self._field.focus()
        self._read()

    def on_pane_resized(self) -> None:
        """Draw for the width there is."""
        self._draw()

    def on_input_changed(self) -> None:
        """Read the line at once, look for names when typing pauses."""
        self._read()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._propose)

    def _key(self, key: str) -> bool:
        """Tab takes the proposed name, the arrows choose another, enter ends, esc gives up."""
        proposed = len(self._meant.names) if self._meant else 0
        if key in ("tab", "enter") and self._field.value != self._line:
            self._read()
        if key == "escape":
            self.dismiss(None)
        elif key == "enter":
            if self._field.value.strip() and not self._draft.problems:
                self.dismiss(self._draft)
        elif key == "tab":
            self._take()
        elif key in ("up", "down") and proposed:
            self._place = (self._place + (1 if key == "down" else -1)) % proposed
            self._draw()
        else:
            return False
        return True

    def _several(self, lines: Sequence[str]) -> None:
        """Several lines were pasted: what was typed before is the first of them."""
        typed = self._field.value.strip()
        self.dismiss([*([typed] if typed else []), *lines])

    def _read(self) -> None:
        line = self._line = self._field.value
        self._draft = draft(line, self._today, self._known)
        stretches = [(place.start, place.end, ROLES[place.part]) for place in self._draft.places]
        wrong: list[tuple[int, int, Role]] = [(one.start, one.end, "bad") for one in self._draft.problems]
        self._colors.stretches = (*stretches, *wrong)
        self._meant = None
        self._field.refresh()
        self._draw()

    def _propose(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._place = 0
        self._meant = meant(self._draft, self._field.value, self._field.cursor_position, self._candidates)
        self._draw()

    def _take(self) -> None:
        """The proposed name takes the place of the words that were like it."""
        if self._meant is None:
            self._propose()
        if self._meant is not None:
            line, name = self._field.value, self._meant.names[self._place]
            sign = "@" if self._meant.part == "contact" else "org:"
            self._field.put(f'{line[: self._meant.start]}{sign}"{name}"{line[self._meant.end :] or " "}')
            self._read()

    def _draw(self) -> None:
        width = self._pane.size.width
        keys = (("enter", _("add")), ("esc", _("leave")))
        self._pane.show(
            [
                rule(_("New deal"), width, keys),
                *_rows(said(self._draft, self._today), width),
                fitted([Span(" "), *self._below()], width),
            ],
            0,
        )

    def _below(self) -> Line:
        """What cannot be read, else who may be meant, else an example."""
        if self._draft.problems:
            return [Span(told(self._draft.problems[0].message), "bad")]
        if self._meant:
            line: Line = [Span(_("Known:"), "dim")]
            for place, name in enumerate(self._meant.names):
                here = place == self._place
                line += [
                    Span(f" {GLYPHS.bar}" if here else "  ", "accent"),
                    Span(name, "strong" if here else ""),
                ]
            return [*line, Span("  tab", "key"), Span(f" {_('take it')}", "dim")]
        return (
            []
            if self._field.value
            else [Span(_("for example:"), "dim"), Span(f" {EXAMPLE.format(day=day_example())}", "dim")]
        )


def said(one: Draft, today: date) -> list[Span]:
    """A draft read out: what will stand on the card, each part as the line colours it."""
    step = ""
    if one.step is not None:
        step = f"{KINDS[one.step_kind]} {_when(one, today)} {one.step}".rstrip() + again(one.step_repeat)
    parts: list[tuple[Part, str]] = [
        ("organization", one.organization or ""),
        ("title", one.title),
        ("amount", money(one.amount.minor, one.amount.currency) if one.amount else ""),
        ("contact", one.contact or ""),
        ("email", one.email or ""),
        ("phone", one.phone or ""),
        ("source", _("from {source}").format(source=one.source) if one.source else ""),
        ("tag", " ".join(f"#{tag}" for tag in one.tags)),
        ("stage", one.stage or ""),
        ("close", _("closes {day}").format(day=day(one.close, today)) if one.close else ""),
        ("chance", percent(one.chance / 100) if one.chance is not None else ""),
        ("step", step),
    ]
    return [Span(text, ROLES[part]) for part, text in parts if text]


def _rows(parts: Sequence[Span], width: int) -> list[Line]:
    """The parts in two lines, broken between them."""
    rows: list[Line] = [[], []]
    for part in parts:
        dot = [Span(f" {GLYPHS.dot} ", "dim")] if rows[0] and not rows[1] else []
        wide = sum(cells(span.text) for span in (*rows[0], *dot, part))
        if not rows[1] and (wide < width or not rows[0]):
            rows[0] += [*dot, part]
        else:
            rows[1] += [*([Span(f" {GLYPHS.dot} ", "dim")] if rows[1] else []), part]
    return [fitted([Span(" "), *row], width) for row in rows]


def _when(one: Draft, today: date) -> str:
    return " ".join(part for part in (day(one.step_due or today, today), one.step_time) if part)


def meant(one: Draft, line: str, cursor: int, candidates: Candidates) -> Meant | None:
    """Whom the words at the cursor, else other words of the line, may name under another spelling; None for nobody."""
    best: tuple[float, Meant] | None = None
    for part, start, end, words in _stretches(one, line, candidates):
        scored = alike(words, candidates(part, words))
        bonus = 10 * (start <= cursor <= end + 1) + 3 * words.count(" ")
        if scored and (best is None or scored[0][0] + bonus > best[0]):
            best = scored[0][0] + bonus, Meant(part, start, end, tuple(name for _score, name in scored))
    return best[1] if best else None


def _stretches(one: Draft, line: str, candidates: Candidates) -> Iterable[tuple[Part, int, int, str]]:
    """What names a contact or an organization: its own field, or up to four words the title begins with."""
    for place in one.places:
        if place.part == "contact" and one.contact:
            yield "contact", place.start, place.end, one.contact
        elif place.part == "organization" and one.organization:
            yield "organization", place.start, place.end, one.organization
    company = one.organization or ""
    named = any(place.part == "organization" for place in one.places)
    if named or fold(company) in map(fold, candidates("organization", company)):
        return
    words = [place for place in one.places if place.part == "title"]
    for count in range(1, min(len(words), 4) + 1):
        start, end = words[0].start, words[count - 1].end
        if all(a.end + 1 >= b.start for a, b in pairwise(words[:count])):
            yield "organization", start, end, line[start:end].replace('"', "")


def alike(words: str, names: Sequence[str]) -> list[tuple[float, str]]:
    """The known names these words are like, with their likeness of 100; none when one of them is meant exactly."""
    from rapidfuzz import fuzz, process

    wanted = fold(words)
    if len(wanted) < SHORTEST:
        return []
    near = process.extract(
        wanted, names, scorer=fuzz.WRatio, processor=fold, limit=20, score_cutoff=CLOSE_ENOUGH - 10
    )
    scored = []
    for name, _score, _place in near:
        folded = fold(name)
        if folded == wanted:
            return []
        begins = fuzz.ratio(wanted, folded[: len(wanted)]) * 0.98
        likeness = max(begins, fuzz.ratio(wanted, folded), fuzz.token_sort_ratio(wanted, folded))
        if likeness >= CLOSE_ENOUGH and '"' not in name:
            scored.append((likeness, name))
    return sorted(scored, key=lambda one: (-one[0], one[1]))[:PROPOSED]
