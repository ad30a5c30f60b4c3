"""The one brush: text of any origin becomes cells of a known width in the colours of the theme.

Everything drawn is a `Line` of spans, and every span is cleaned and measured here. Nothing is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from rich.cells import cached_cell_len, cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from pipetui.core.text import clean

Role = Literal["", "dim", "strong", "accent", "good", "warn", "bad", "title", "money", "key", "selected"]
"""What a piece of text means; the theme decides how that looks."""


class Span(NamedTuple):
    """A piece of text and what it means."""

    text: str
    role: Role = ""


Line = list[Span]


class Glyphs(NamedTuple):
    """The signs of the interface, one cell each; `ASCII` has another set in the same places."""

    bar: str = "▌"
    """The cursor."""
    mark: str = "✓"
    more: str = "…"
    dot: str = "·"
    late: str = "●"
    stalled: str = "◔"
    parked: str = "☾"
    none: str = "–"
    """No next step."""
    flag: str = "⚑"
    call: str = "☎"
    email: str = "✉"
    meeting: str = "◆"
    task: str = "☐"
    note: str = "✎"
    before: str = "‹"
    after: str = "›"
    arrow: str = "→"
    back: str = "←"
    rule: str = "─"
    wall: str = "│"
    cross: str = "┼"
    tee: str = "┬"
    foot: str = "┴"
    down: str = "▾"
    full: str = "█"
    shade: str = "░"
    done: str = "✔"
    lost: str = "✗"
    archived: str = "▪"
    rise: str = "↑"
    fall: str = "↓"


GLYPHS = Glyphs()
ASCII = Glyphs(
    bar=">", mark="*", more="~", dot="-", late="!", stalled="%", parked="z", none="-", flag="!", call="c", email="@",
    meeting="m", task="t", note="n", before="<", after=">", arrow=">", back="<", rule="-", wall="|", cross="+",
    tee="+", foot="+", down="v", full="#", shade=".", done="v", lost="x", archived="#", rise="^", fall="v",
)  # fmt: skip
BARS = "▁▂▃▄▅▆▇"
"""Columns of one cell by height; the highest is `full`."""
_TO_ASCII = str.maketrans(dict(zip((*GLYPHS, *BARS), (*ASCII, *"..::||#"), strict=True)))
KINDS = {
    "call": GLYPHS.call,
    "email": GLYPHS.email,
    "meeting": GLYPHS.meeting,
    "task": GLYPHS.task,
    "note": GLYPHS.note,
}
"""The sign of each kind of activity."""


def kind_sign(kind: str) -> str:
    """The sign of a kind of activity, that of a task for one that nobody knows."""
    return KINDS.get(kind, GLYPHS.task)


@dataclass(frozen=True, slots=True)
class Look:
    """How the roles look, and whether the signs must be ASCII."""

    styles: Mapping[Role, Style]
    ascii_only: bool = False

    def of(self, role: Role) -> Style:
        """The style of a role."""
        return self.styles[role]


PLAIN = Look({role: Style() for role in get_args(Role)})
"""Every role alike: for measuring and for tests."""


def themed(colors: Mapping[str, str], native: bool, ascii_only: bool = False) -> Look:
    """The look of a theme, from its variables; `native` when the terminal's own colours are used, or none at all."""

    if native:
        under, plain, dim = Style(), Style(), Style(dim=True)
    else:
        # Without its own background a theme cannot be read on a terminal whose background is another.
        text, ground = Color.parse(colors["foreground"]), Color.parse(colors["background"])
        under = Style(bgcolor=ground.rich_color)
        plain = under + Style(color=text.rich_color)
        dim = under + Style(color=ground.blend(text, 0.6, alpha=1).rich_color)

    def colored(name: str, bold: bool | None = None) -> Style:
        return under + Style(color=Color.parse(colors[name]).rich_color, bold=bold)

    return Look(
        {
            "": plain,
            "dim": dim,
            "strong": plain + Style(bold=True),
            "accent": colored("text-primary"),
            "good": colored("text-success"),
            "warn": colored("text-warning"),
            "bad": colored("text-error", bold=True),
            "title": colored("text-primary", bold=True),
            "money": plain,
            "key": colored("text-accent", bold=True),
            "selected": plain + Style(bold=True, reverse=True),
        },
        ascii_only,
    )


def cells(text: str) -> int:
    """The width of a cleaned text in terminal cells."""
    return len(text) if text.isascii() else cell_len(text)


@lru_cache(maxsize=1024)
def _fitted(text: str, width: int, align: str) -> str:
    text = clean(text)
    if text.isascii():
        short = text if len(text) <= width else text[: width - 1] + GLYPHS.more
        return short.ljust(width) if align == "left" else short.rjust(width) if align == "right" else short
    room = width - cell_len(text)
    if room < 0:
        text = _cut(text, width - 1) + GLYPHS.more
        room = width - cell_len(text)
    return text + " " * room if align == "left" else " " * room + text if align == "right" else text


def forget_texts() -> None:
    """Let go of the texts that were fitted and measured, most of which have left the screen."""
    _fitted.cache_clear()
    cached_cell_len.cache_clear()


def _cut(text: str, width: int) -> str:
    """As much of a text as goes into so many cells; no letter loses its accent, no wide one is halved."""
    used = end = 0
    for _, stop, wide in split_graphemes(text)[0]:
        if used + wide > width:
            break
        used, end = used + wide, stop
    return text[:end]


def fit(text: str, width: int, align: Literal["left", "right", "none"] = "left") -> str:
    """Any text, cleaned, in exactly so many cells: cropped with `…`, or filled with spaces on one side.

    With `align="none"` nothing is filled: the text is at most that wide.
    """
    if width <= 0:
        return ""
    enough = width * 4 + 64
    if len(text) > enough:
        # Cleaning and measuring a million characters to show ten of them would freeze the screen.
        text = text[:enough] + GLYPHS.more
    return _fitted(text, width, align)


def fitted(line: Iterable[Span], width: int) -> list[Span]:
    """The spans of a line that go into so many cells, the last of them cropped with `…`."""
    spans = [Span(fit(text, width, "none"), role) for text, role in line]
    if sum(cells(span.text) for span in spans) <= width:
        return spans
    kept: list[Span] = []
    left = max(width - 1, 0)
    for text, role in spans:
        wide = cells(text)
        if wide > left:
            kept.append(Span(_cut(text, left) + GLYPHS.more[:width], role))
            break
        kept.append(Span(text, role))
        left -= wide
    return kept


def segments(line: Iterable[Span], width: int, look: Look) -> list[Segment]:
    """The line in exactly so many cells; neighbours of one style are one segment."""
    joined: list[tuple[str, Style]] = []
    left = width
    for text, role in fitted(line, width):
        left -= cells(text)
        joined.append((text, look.styles[role]))
    if left > 0:
        joined.append((" " * left, look.styles[""]))
    return merged(joined, look)


def merged(pieces: Iterable[tuple[str, Style]], look: Look) -> list[Segment]:
    """Segments of cleaned pieces; blanks take the style before them where nobody can see the difference."""
    found: list[tuple[str, Style]] = []
    for text, style in pieces:
        if look.ascii_only and not text.isascii():
            text = text.translate(_TO_ASCII)
        if not text:
            continue
        if found and (style == found[-1][1] or (text.isspace() and _invisible(found[-1][1], style))):
            found[-1] = found[-1][0] + text, found[-1][1]
        else:
            found.append((text, style))
    return [Segment(text, style) for text, style in found]


def _invisible(before: Style, style: Style) -> bool:
    """Whether a blank looks the same in both styles."""
    return not (before.reverse or style.reverse or before.underline or style.underline)


def strip(line: Iterable[Span], width: int, look: Look) -> Strip:
    """The line as Textual wants it, in exactly so many cells."""
    return Strip(segments(line, width, look), width)


def plain(line: Iterable[Span]) -> str:
    """The words of a line without their looks."""
    return "".join(clean(span.text) for span in line)


def wrapped(text: str, width: int, role: Role = "") -> list[Line]:
    """A text of several lines, cleaned and broken between words where it must be."""
    found: list[Line] = []
    for paragraph in clean(text[:100_000], lines=True).split("\n"):
        row = ""
        for word in paragraph.split(" "):
            if cells(word) > width:
                if row:
                    found.append([Span(row, role)])
                    row = ""
                *heads, word = _broken(word, width)
                found += [[Span(head, role)] for head in heads]
            if row and cells(row) + 1 + cells(word) > width:
                found.append([Span(row, role)])
                row = word
            else:
                row = f"{row} {word}" if row else word
        found.append([Span(row, role)])
    return found


def _broken(word: str, width: int) -> Iterator[str]:
    """The pieces of a word, each as long as goes into so many cells, at least one letter."""
    start = used = 0
    for begin, _stop, wide in split_graphemes(word)[0]:
        if used + wide > width and begin > start:
            yield word[start:begin]
            start, used = begin, 0
        used += wide
    yield word[start:]
