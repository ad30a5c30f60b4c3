"""One line to type in, and what all dialogs at the bottom of the screen share: a rule with a title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.highlighter import Highlighter
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.widgets import Input

from pipetui.core.text import clean
from pipetui.ui.paint import GLYPHS, Line, Look, Role, Span, cells, fit

LONGEST = 2000
"""Characters a line takes, unless it held more before; longer texts are notes."""
Stretch = tuple[int, int, Role]
"""From one offset of the text to another, and what it means."""


class Colors(Highlighter):
    """Paints stretches of what is typed."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.stretches: Sequence[Stretch] = ()

    def highlight(self, text: Text) -> None:
        """Each stretch in the look of its role."""
        for start, end, role in self.stretches:
            text.stylize(self.look.of(role), start, end)


EDITING = {
    key: binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What keys do inside a line."""


class Field(Input):
    """Whatever way a text comes in, it is cleaned first; nothing blinks.

    Keys act in the order they come, however fast: Textual lets those that are bound bubble up first, behind the letters
    that follow them.
    """

    DEFAULT_CSS = """
    Field { height: 1; border: none; padding: 0; background: $background; }
    Field:focus { border: none; }
    """

    def __init__(
        self,
        text: str = "",
        colors: Colors | None = None,
        keys: Callable[[str], bool] | None = None,
        several: Callable[[Sequence[str]], object] | None = None,
    ) -> None:
        """`keys` is told every key first and says whether it took it; `several` takes pasted lines, when more than
        one says something."""
        super().__init__(
            clean(text), highlighter=colors, select_on_focus=False, compact=True, max_length=_room(text)
        )
        self.cursor_blink = False
        self._keys, self._several = keys, several

    def validate_value(self, value: str) -> str:
        """Nothing uncleaned is ever shown."""
        return clean(value)

    async def on_key(self, event: events.Key) -> None:
        """The dialog comes first, then the keys that edit; letters are left to the input."""
        if self._keys is not None and self._keys(event.key):
            pass
        elif action := EDITING.get(event.key):
            await self.run_action(action)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Several lines become one, unless somebody takes them."""
        event.stop()
        event.prevent_default()
        lines = [kept for line in event.text.splitlines() if (kept := clean(line).strip())]
        if self._several is not None and len(lines) > 1:
            self._several(lines)
            return
        room = (self.max_length or LONGEST) - len(self.value) + abs(self.selection.end - self.selection.start)
        self.replace(clean(event.text.strip())[: max(room, 0)], *sorted(self.selection))

    def put(self, text: str, whole: bool = False) -> None:
        """Another text, the cursor at its end; what is typed replaces all of it when it is taken `whole`."""
        self.max_length = _room(text)
        self.value = text
        self.cursor_position = len(self.value)
        if whole:
            self.select_all()


def _room(text: str) -> int:
    return max(LONGEST, len(text))


KeyWord = tuple[str, str] | tuple[str, str, bool]
"""A key, its word, and whether it is dimmed."""
LAST = ("?", "esc")
"""Keys that stand there before all others, at the end."""
LEAST_TITLE = 20
"""Cells that a title keeps."""


def rule(title: str, width: int, keys: Iterable[KeyWord] = ()) -> Line:
    """A line across with a title, and on its right the keys that work here, as far as there is room.

    Those that tell all keys and the way back stay longest: the title gives way to them. A key that is said to be dimmed
    stands in brackets: it is not for who looks to use.
    """
    some = list(keys)
    more, last = [key for key in some if key[0] not in LAST], [key for key in some if key[0] in LAST]
    room = width - 4 - sum(map(_needed, last))
    name = fit(f" {title} ", room if room >= LEAST_TITLE else max(width - 4, 1), "none")
    left = width - 2 - cells(name)
    tail: Line = []
    for key in [*_fitting(more, left - sum(map(_needed, last))), *last]:
        if _needed(key) > left - 2:
            break
        tail += _shown(key)
        left -= _needed(key)
    return [
        Span(GLYPHS.rule * 2, "dim"), Span(name, "title"), Span(GLYPHS.rule * max(left, 0), "dim"), *tail
    ]  # fmt: skip


def _needed(key: KeyWord) -> int:
    return cells(key[0]) + cells(key[1]) + 3


def _fitting(keys: Sequence[KeyWord], left: int) -> Iterator[KeyWord]:
    for key in keys:
        left -= _needed(key)
        if left < 2:
            return
        yield key


def _shown(key: KeyWord) -> Line:
    sign, words, *dimmed = key
    if any(dimmed):
        return [Span(f"({sign} {words})", "dim")]
    return [Span(f" {sign}", "key"), Span(f" {words} ", "dim")]
