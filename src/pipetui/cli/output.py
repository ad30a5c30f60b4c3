"""What the command line prints: JSON for programs, aligned columns for people, errors and talk on stderr.

Nothing of a control sequence gets out: text is cleaned, JSON escapes what a terminal would obey.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TextIO

from pipetui import lang
from pipetui.core.text import clean
from pipetui.errors import Conflict, PipetuiError
from pipetui.lang import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


_OBEYED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_GAP = "  "


def print_json(value: object, to: TextIO | None = None) -> None:
    """One JSON value, its characters as they are but for those that steer a terminal."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2)
    print(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text), file=to or sys.stdout)


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text, cleaned."""
    print("\n".join(clean(line) for line in lines))


def talk(sentence: str) -> None:
    """A remark for the person at the keyboard; not data."""
    print(clean(sentence), file=sys.stderr)


def progress_bar() -> Callable[[int, int], None] | None:
    """A bar on standard error that is told how much is done, of how much; None when nobody watches."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, of: int) -> None:
        share = done / max(of, 1)
        end = "\r\x1b[K" if done >= of else ""
        sys.stderr.write(f"\r{'█' * round(share * 30):░<30} {share:4.0%}{end}")
        sys.stderr.flush()

    return show


def complain(error: PipetuiError, as_json: bool) -> None:
    """What went wrong and what may help; of a conflict both values."""
    clashes = error.clashes if isinstance(error, Conflict) else ()
    hints = [lang.told(error.hint)] if error.hint else []
    hints += [
        _("{field} was {before}, is now {theirs}; yours: {mine}").format(
            field=clash.field, before=clash.before, theirs=clash.theirs, mine=clash.mine
        )
        for clash in clashes
    ]
    complain_of(error.code, lang.told(error.message), "\n".join(hints) or None, as_json)


def complain_of(code: str, message: str, hint: str | None, as_json: bool) -> None:
    """The same for an error that is not ours."""
    if as_json:
        print_json({"error": {"code": code, "message": message, "hint": hint}}, sys.stderr)
        return
    for sentence in (message, *(hint or "").splitlines()):
        talk(sentence)


FIRST_COMBINING = "\u0300"
"""Below it every letter takes one cell."""


def cells(text: str) -> int:
    """How many terminal cells a text takes: wide characters two, combining ones none."""
    if text.isascii() or max(text) < FIRST_COMBINING:
        return len(text)
    return sum(map(_cell, text))


@cache
def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def crop(text: str, width: int) -> str:
    """The text within so many cells, with `…` where something is left out."""
    if cells(text) <= width:
        return text
    room, kept = width - 1, []
    for character in text:
        room -= _cell(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[str] = ()) -> None:
    """Aligned columns under their heads; those named in `right` end at the same cell.

    On a terminal the widest left column gives way, so that a row is a line; in a pipe nothing is cut.
    """
    shown = [[clean(value) for value in row] for row in (heads, *rows)]
    sizes = [[cells(value) for value in row] for row in shown]
    to_right = {heads.index(name) for name in right}
    widths = [max(column) for column in zip(*sizes, strict=True)]
    on_terminal = sys.stdout.isatty()
    if on_terminal:
        _narrow(widths, to_right)
    head, *lines = [_line(row, taken, widths, to_right) for row, taken in zip(shown, sizes, strict=True)]
    print("\n".join([_styled(head) if on_terminal else head, *lines]))


def _narrow(widths: list[int], kept: set[int]) -> None:
    import shutil

    over = sum(widths) + len(_GAP) * (len(widths) - 1) - shutil.get_terminal_size().columns
    while over > 0:
        widest = max((i for i in range(len(widths)) if i not in kept), key=lambda i: widths[i], default=None)
        if widest is None or widths[widest] <= 8:
            return
        widths[widest] -= 1
        over -= 1


def _line(row: Sequence[str], taken: Sequence[int], widths: Sequence[int], to_right: set[int]) -> str:
    parts = []
    for i, (value, size, width) in enumerate(zip(row, taken, widths, strict=True)):
        if size > width:
            value = crop(value, width)
            size = cells(value)
        room = " " * (width - size)
        parts.append(room + value if i in to_right else value + room)
    return _GAP.join(parts).rstrip()


def _styled(head: str) -> str:
    return head if os.environ.get("NO_COLOR") else f"\x1b[2m{head}\x1b[0m"
