"""The line on top, which says what is looked at and how it stands, and the line of keys at the bottom."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from pipetui.core.message import say
from pipetui.lang import _, chance, number, told
from pipetui.ui.card import summed
from pipetui.ui.commands import Command, Keymap
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, fitted

SORT_NAMES = {
    "urgency": say("urgency"),
    "amount": say("amount"),
    "close": say("closing day"),
    "chance": say("chance"),
    "value": say("expected value"),
    "age": say("age"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Standing:
    """What the top line tells."""

    pipeline: str
    period: str
    count: int
    """Open deals in sight."""
    totals: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Their sums by currency: deals with an amount, minor units."""
    sort: str = "urgency"
    query: str = ""
    weighted: str = ""
    """Their expected revenue, in words."""
    wins: tuple[int, int] | None = None
    """Won so far, and the goal."""
    goal_chance: float | None = None
    """0 to 1."""
    flagged: int = 0
    """Open deals that are late or have no next step."""
    marked: int = 0
    as_of: str = ""
    """The day that is looked at when it is not today, in words."""
    others: Sequence[str] = ()
    """Who else has the board open."""
    lost: str = ""
    """Why the store cannot be reached, in words; empty while it can."""
    reads_as: str = ""
    """The role of who may change nothing, in words."""


Part = tuple[int, Line]
"""How soon it goes when there is no room (highest first), and what it says."""


def top_line(standing: Standing, width: int) -> Line:
    """Pipeline, period, counts, weighted sum, goal and flags; what matters least goes first."""
    parts = [*_left(standing), (0, []), *_right(standing)]
    if standing.others and _length(parts) > width:
        parts = [*_left(standing), (0, []), *_right(standing, brief=True)]
    while _length(parts) > width and len(parts) > 2:
        worst = max(parts, key=lambda part: part[0])
        if worst[0] == 0:
            break
        parts.remove(worst)
    middle = next(index for index, part in enumerate(parts) if not part[1])
    left, right = _joined(parts[:middle]), _joined(parts[middle + 1 :])
    room = width - _wide(left) - _wide(right) - 2
    return fitted([Span(" "), *left, Span(" " * max(room, 1)), *right, Span(" ")], width)


def _left(standing: Standing) -> list[Part]:
    parts: list[Part] = [
        (0, [Span(fit(standing.pipeline, 24, "none"), "title"), Span(f" {GLYPHS.down}", "dim")]),
        (5, [Span(standing.period)]),
    ]
    if standing.lost:
        parts.append((0, [Span(f"{GLYPHS.lost} {standing.lost}", "bad")]))
    if standing.as_of:
        said = _("As of {day} · read-only").format(day=standing.as_of)
        parts.insert(0, (0, [Span(f"{GLYPHS.back} {said}", "warn")]))
    if standing.reads_as:
        parts.append((2, [Span(read_only(standing.reads_as), "dim")]))
    if standing.query:
        parts.append((1, [Span(f"/{fit(standing.query, 32, 'none')}", "accent")]))
    if standing.sort != "urgency":
        by = _("by {order}").format(order=told(SORT_NAMES[standing.sort]))
        parts.append((8, [Span(by, "dim")]))
    return parts


def read_only(role: str) -> str:
    """That somebody in this role may change nothing."""
    return _("read-only: {role}").format(role=role)


def _right(standing: Standing, brief: bool = False) -> list[Part]:
    parts: list[Part] = [(3, [Span(_("{n} open").format(n=number(standing.count)), "strong")])]
    if standing.marked:
        marked = _("{n} marked").format(n=number(standing.marked))
        parts.insert(0, (1, [Span(f"{GLYPHS.mark} {marked}", "accent")]))
    if standing.totals:
        parts.append((4, [Span(summed(standing.totals))]))
    if standing.weighted:
        parts.append((7, [Span(_("weighted {money}").format(money=standing.weighted))]))
    if standing.wins:
        won, goal = standing.wins
        role: Role = "good" if won >= goal else ""
        words = _("{won}/{goal} wins").format(won=number(won), goal=number(goal))
        parts.append((2, [Span(words, role)]))
    if standing.goal_chance is not None:
        parts.append(
            (6, [Span(_("P(goal) {chance}").format(chance=chance(standing.goal_chance, short=True)))])
        )
    if standing.others:
        named = fit(_("with {names}").format(names=", ".join(standing.others)), 30, "none")
        parts.append((6, [Span(f"+{len(standing.others)}" if brief else named, "dim")]))
    if standing.flagged:
        parts.append((3, [Span(f"{GLYPHS.flag} {number(standing.flagged)}", "warn")]))
    return parts


def _joined(parts: Sequence[Part]) -> Line:
    line: Line = []
    for index, (_order, spans) in enumerate(parts):
        line += [Span(f" {GLYPHS.dot} ", "dim")] if index else []
        line += spans
    return line


def _length(parts: Sequence[Part]) -> int:
    return sum(_wide(spans) for _order, spans in parts) + 3 * (len(parts) - 2)


def _wide(line: Line) -> int:
    return sum(cells(text) for text, _role in line)


def key_line(
    commands: Sequence[Command], keys: Keymap, position: str, width: int, dimmed: Container[str] = ()
) -> Line:
    """The keys that act now, as many as there is room for (the last one always), and where the cursor is.

    Those that are `dimmed` stand in brackets: they are not for who looks to use.
    """
    last = [word for command in commands[-1:] for word in _key_word(command, keys)]
    line: Line = []
    room = width - cells(position) - 2 - _wide(last)
    for command in commands[:-1]:
        word = _key_word(command, keys, command.id in dimmed)
        if _wide(word) > room:
            break
        room -= _wide(word)
        line += word
    line += last
    return [*line, Span(" " * (width - _wide(line) - cells(position) - 1)), Span(position, "dim"), Span(" ")]


def _key_word(command: Command, keys: Keymap, dimmed: bool = False) -> Line:
    if command.short is None or not keys.keys[command.id]:
        return []
    shown = keys.shown(command.id) + (f"/{keys.shown(command.pair)}" if command.pair else "")
    if dimmed:
        return [Span(f"({shown} {told(command.short)})", "dim")]
    return [Span(" "), Span(shown, "key"), Span(f" {told(command.short)} ")]


def message_line(text: str, position: str, width: int, role: Role = "strong") -> Line:
    """A sentence in the place of the keys, until the next key."""
    room = max(width - cells(position) - 3, 0)
    return [Span(" "), Span(fit(text, room), role), Span(" "), Span(position, "dim"), Span(" ")]
