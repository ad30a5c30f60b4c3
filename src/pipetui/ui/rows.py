"""Rows to choose from: a pane with a cursor, over a list in memory or one that is read page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, overload

from pipetui.errors import ConnectionLost
from pipetui.ui.paint import GLYPHS, PLAIN, Line, Look, Span
from pipetui.ui.pane import Pane

PAGE = 50
"""Rows read at once."""
KEPT = 6
"""Pages kept of a long list."""


class Row(NamedTuple):
    """A line whose first cell is left for the cursor, and what it stands for when it can be chosen."""

    line: Line
    target: Any = None


class Paged(Sequence[Row]):
    """A long list of which only the pages in sight are held; `fetch` reads rows from an offset on."""

    def __init__(self, count: int, fetch: Callable[[int, int], Sequence[Row]]) -> None:
        self._count, self._fetch = count, fetch
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(self._count))]
        number, place = divmod(at, PAGE)
        if number not in self._pages:
            try:
                self._pages[number] = self._fetch(number * PAGE, PAGE)
            except ConnectionLost:
                # The bar tells of it, and all is read again when the store is back.
                return Row([])
            if len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        page = self._pages[number]
        # A list that somebody else has shortened since it was counted ends in empty rows.
        return page[place] if place < len(page) else Row([])


class Rows(Pane):
    """Shows rows; the cursor rests on those that stand for something."""

    def __init__(self, look: Look = PLAIN) -> None:
        super().__init__(look)
        self._rows: Sequence[Row] = ()
        self._rests = False
        """Whether there is a row for the cursor to rest on; otherwise keys scroll."""
        self.at = 0
        """The row under the cursor."""

    @property
    def target(self) -> Any:
        """What the row under the cursor stands for; None when nothing can be chosen."""
        return self._rows[self.at].target if 0 <= self.at < len(self._rows) else None

    def fill(self, rows: Sequence[Row], at: int | None = None) -> None:
        """Show other rows, the cursor on row `at`, or where it was as far as it can rest there."""
        before, seen = self._seen(), self._in_sight
        self._rows = rows
        self._rests = isinstance(rows, Paged) or any(row.target is not None for row in rows)
        if self._rests:
            self.at = self._nearest(self.at if at is None else at, 1)
            self.top = max(0, min(self.top if at is None else at, self._last_top))
            if seen or at:
                self._reveal()
        else:
            self.at, self.top = 0, max(0, min(self.top if at is None else at, self._last_top))
        self._redraw(before)

    def walk(self, key: str) -> bool:
        """Move the cursor, if that is what the key does."""
        page, ends = max(self.size.height - 1, 1), len(self._rows)
        steps = {
            "j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, "pageup": -page, "g": -ends, "home": -ends,
            "G": ends, "end": ends,
        }  # fmt: skip
        if key not in steps:
            return False
        step = steps[key]
        if abs(step) == 1 and self._rests and not self._in_sight and (step > 0) == (self.at > self.top):
            self._scroll(step)
        else:
            self.go(self.at + step, 1 if step > 0 else -1)
        return True

    @property
    def _in_sight(self) -> bool:
        return self._rests and self.top <= self.at < self.top + self.size.height

    def _scroll(self, step: int) -> None:
        """Read on toward a cursor that is out of sight."""
        before = self._seen()
        self.top = max(0, min(self.top + step, self._last_top))
        self._redraw(before)

    def go(self, at: int, toward: int = 1) -> None:
        """The cursor to a row, or the nearest it can rest on, looking on in its direction first."""
        before = self._seen()
        here = self.at
        if self._rests:
            self.at = self._nearest(at, toward)
        if self.at == here:
            # Lines beyond the last that can be chosen are read by scrolling.
            self.top = max(0, min(self.top + (toward if self._rests else at - here), self._last_top))
        else:
            self._reveal()
        self._redraw(before)

    def _nearest(self, at: int, toward: int) -> int:
        if not self._rows:
            return 0
        at = max(0, min(at, len(self._rows) - 1))
        for step in (toward, -toward):
            place = at
            while 0 <= place < len(self._rows):
                if self._rows[place].target is not None:
                    return place
                place += step
        return at

    @property
    def _last_top(self) -> int:
        return max(0, len(self._rows) - self.size.height)

    def _reveal(self) -> None:
        height = self.size.height
        if self.at < self.top:
            self.top = self.at
        elif self.at >= self.top + height:
            self.top = self.at - height + 1
        self.top = max(0, min(self.top, self._last_top))

    def _seen(self) -> list[Line]:
        return [self._row(y) for y in range(self.size.height)]

    def _redraw(self, before: list[Line]) -> None:
        from textual.geometry import Region

        changed = [y for y, line in enumerate(before) if line != self._row(y)]
        if changed:
            self.refresh(*[Region(0, y, self.size.width, 1) for y in changed])

    def _row(self, y: int) -> Line:
        place = self.top + y
        if place >= len(self._rows):
            return []
        row = self._rows[place]
        if place != self.at or row.target is None:
            return row.line
        first, *rest = row.line or [Span(" ")]
        return [Span(GLYPHS.bar, "accent"), Span(first.text[1:], first.role), *rest]

    def scroll_by(self, rows: int) -> None:
        """The wheel moves the cursor."""
        self.go(self.at + rows, 1 if rows > 0 else -1)
