"""All keys on one page, from the table of commands, and what the signs of the board mean."""

from __future__ import annotations

from collections.abc import Container, Sequence

from pipetui.lang import _, told
from pipetui.ui.commands import COMMANDS, GROUPS, Keymap
from pipetui.ui.paint import GLYPHS, Line, Span, cells, fit, wrapped

COLUMN = 56
"""Cells a column of the page wants."""


def help_lines(keys: Keymap, width: int, dimmed: Container[str] = ()) -> list[Line]:
    """Every command with its keys, by group, in as many columns as there is room for; then the signs.

    Those that are `dimmed` stand in brackets: they are not for who looks to use.
    """
    columns = max(1, width // COLUMN)
    room = width // columns
    stacks = _stacked([*_groups(keys, room, dimmed), _signs(room)], columns)
    lines: list[Line] = [[Span(f" {_('Keys')}", "title"), Span(f"   {_('esc goes back')}", "dim")], []]
    rows = range(max(len(stack) for stack in stacks))
    return lines + [[span for stack in stacks for span in _filled(stack, row, room)] for row in rows]


def _filled(stack: Sequence[Line], row: int, room: int) -> Line:
    spans = stack[row] if row < len(stack) else []
    return [*spans, Span(" " * max(room - sum(cells(text) for text, _role in spans), 0))]


def _groups(keys: Keymap, room: int, dimmed: Container[str]) -> list[list[Line]]:
    groups = []
    for group in GROUPS:
        commands = [command for command in COMMANDS if command.group is group and keys.keys[command.id]]
        rows = [(keys.all_shown(command.id), told(command.label)) for command in commands]
        barred = {at for at, command in enumerate(commands) if command.id in dimmed}
        groups.append(_group(told(group), rows, room, barred))
    return groups


def _signs(room: int) -> list[Line]:
    signs = [
        (GLYPHS.late, _("the next step is late")),
        (GLYPHS.none, _("no next step")),
        (GLYPHS.stalled, _("longer in its stage than most deals that were won")),
        (GLYPHS.flag, _("should have closed by now")),
        (GLYPHS.parked, _("parked until a day")),
        (GLYPHS.mark, _("marked")),
        (" ".join((GLYPHS.call, GLYPHS.email, GLYPHS.meeting, GLYPHS.task)), _("call, email, meeting, task")),
    ]
    return _group(_("Signs"), signs, room)


def _group(title: str, rows: Sequence[tuple[str, str]], room: int, dimmed: Container[int] = ()) -> list[Line]:
    lines: list[Line] = [[Span(f" {title}", "strong")]]
    for at, (keys, words) in enumerate(rows):
        sign = fit(f"({keys})" if at in dimmed else f" {keys}", 10)
        first, *more = wrapped(words, max(room - 13, 8), "dim" if at in dimmed else "")
        lines.append([Span(f" {sign} ", "dim" if at in dimmed else "key"), *first])
        lines += ([Span(" " * 12), *line] for line in more)
    return [*lines, []]


def _stacked(groups: Sequence[list[Line]], columns: int) -> list[list[Line]]:
    """The groups in columns of about the same height, in their order."""
    height = sum(len(group) for group in groups) / columns
    stacks: list[list[Line]] = [[]]
    for group in groups:
        if len(stacks) < columns and stacks[-1] and len(stacks[-1]) + len(group) / 2 > height:
            stacks.append([])
        stacks[-1] += group
    return stacks
