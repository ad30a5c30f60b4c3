"""A widget that shows lines: what is beside the board, and whatever else only has to be read."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from pipetui.ui.paint import PLAIN, Line, Look, strip


class Pane(Widget, can_focus=False):
    """Shows lines from `top` on. Lines that stay as they are are not drawn again."""

    class Resized(Message):
        """The width changed: lines made for another width must be made again."""

    def __init__(self, look: Look = PLAIN) -> None:
        super().__init__()
        self.look = look
        self.top = 0
        """Index of the first line shown."""
        self._lines: Sequence[Line] = ()

    @property
    def lines(self) -> Sequence[Line]:
        """All lines, shown or not."""
        return self._lines

    def show(self, lines: Sequence[Line], top: int | None = None) -> None:
        """Show other lines, from `top` on when it is given; only rows that differ are drawn."""
        self._change(lines, self.top if top is None else top)

    def scroll_by(self, rows: int) -> None:
        """Move down by so many rows, up when negative, as far as there are lines."""
        self._change(self._lines, self.top + rows)

    @property
    def last_top(self) -> int:
        """The highest `top` that still fills the widget."""
        return max(0, len(self._lines) - self.size.height)

    def _change(self, lines: Sequence[Line], top: int) -> None:
        before = [self._row(y) for y in range(self.size.height)]
        self._lines = lines
        self.top = max(0, min(top, self.last_top))
        changed = [y for y, row in enumerate(before) if row != self._row(y)]
        if changed:
            self.refresh(*[Region(0, y, self.size.width, 1) for y in changed])

    def _row(self, y: int) -> Line:
        index = self.top + y
        return self._lines[index] if index < len(self._lines) else []

    def render_line(self, y: int) -> Strip:
        """One row of the widget."""
        return strip(self._row(y), self.size.width, self.look)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the widget filled, and ask for lines of the new width."""
        self.top = max(0, min(self.top, self.last_top))
        self.post_message(self.Resized())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves three rows."""
        event.stop()
        self.scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves three rows."""
        event.stop()
        self.scroll_by(-3)
