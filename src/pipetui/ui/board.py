"""The board: stages as columns, deals as cards, drawn by one widget that knows only what is in sight.

It is given the columns with their counts and a function that reads cards; keys and verbs are the application's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from pipetui.lang import number
from pipetui.ui.card import HEIGHT, card_lines, summed
from pipetui.ui.lane import Fetch, Lane
from pipetui.ui.paint import GLYPHS, PLAIN, Line, Look, Span, cells, fit, fitted, forget_texts, merged, strip

if TYPE_CHECKING:
    from pipetui.store.cards import Card
    from pipetui.store.windows import Column

Pieces = list[tuple[str, Style]]

MIN_WIDTH = 18
"""Cells a column needs, the wall to its right among them."""
HEAD = 2
"""Rows above the cards: the rule and the names of the columns."""
SHORTEST = 5
"""Cells the name of a column gets before its sum does."""
KEPT = 256
"""Drawn cards kept; all are dropped when there are more."""


class Board(Widget, can_focus=False):
    """Columns of cards with one cursor; `marks` are the numbers of the marked deals."""

    class Moved(Message):
        """The cursor stands on another card, or on none."""

    class Opened(Message):
        """A card was clicked twice."""

    class Dropped(Message):
        """A card was dragged to another stage."""

        def __init__(self, deal_id: int, stage_id: int) -> None:
            super().__init__()
            self.deal_id = deal_id
            self.stage_id = stage_id

    def __init__(
        self,
        fetch: Fetch,
        flags: Callable[[Card], Iterable[str]],
        clock: Callable[[], tuple[date, datetime]],
        look: Look = PLAIN,
    ) -> None:
        """`clock` tells the local day and the moment that cards are dated against."""
        super().__init__()
        self._fetch, self._flags, self._clock = fetch, flags, clock
        self._look = look
        self.lanes: list[Lane] = []
        self.current = 0
        """Index of the lane the cursor is in."""
        self.left = 0
        """Index of the first lane in sight."""
        self.marks: dict[int, Card] = {}
        """The marked deals by number; they stay marked out of sight."""
        self.group = ""
        """Stands above the won and lost columns: the period they show."""
        self.hint: Sequence[Line] = ()
        """Shown when there is no deal at all."""
        self._drawn: dict[tuple[int, int, bool], list[Pieces]] = {}
        self._pressed: Card | None = None

    @property
    def look(self) -> Look:
        """The colours and signs drawn with."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        self._look = look
        self._redraw()

    # What stands where

    @property
    def lane(self) -> Lane | None:
        """The lane the cursor is in."""
        return self.lanes[self.current] if self.lanes else None

    @property
    def card(self) -> Card | None:
        """The card under the cursor, read when the board has not been drawn since it was loaded."""
        lane = self.lane
        if lane is None:
            return None
        lane.hold(self.rows, self._fetch)
        return lane.card(lane.row)

    @property
    def in_sight(self) -> set[int]:
        """The deals that are shown now."""
        lanes = [self.lanes[index] for index in self.shown]
        return {
            card.id
            for lane in lanes
            for row in range(self.rows)
            if (card := self._card(lane, lane.top + row))
        }

    @property
    def rows(self) -> int:
        """Cards in sight in a column."""
        return max(1, (self.size.height - HEAD + 1) // HEIGHT)

    @property
    def shown(self) -> range:
        """Indexes of the lanes in sight."""
        several = max(1, self.size.width // MIN_WIDTH)
        return range(self.left, min(self.left + several, len(self.lanes)))

    def _spans(self) -> list[tuple[int, int, int]]:
        """Index, first cell and width of each lane in sight, its wall included."""
        shown = self.shown
        if not shown:
            return []
        width, wider = divmod(self.size.width, len(shown))
        spans, x = [], 0
        for place, index in enumerate(shown):
            wide = width + (place < wider)
            spans.append((index, x, wide))
            x += wide
        return spans

    def find(self, deal_id: int) -> tuple[int, int] | None:
        """Lane and row of a deal among the cards held."""
        for index, lane in enumerate(self.lanes):
            for place, card in enumerate(lane.cards):
                if card.id == deal_id:
                    return index, lane.start + place
        return None

    # What is shown

    def load(self, columns: Sequence[Column]) -> None:
        """Show these columns; cards are read anew. Cursor and sight stay where they were as far as they can."""
        before = {lane.column.stage.id: lane for lane in self.lanes}
        here = self.lane.column.stage.id if self.lane else None
        self.lanes = [Lane(column) for column in columns]
        for lane in self.lanes:
            if old := before.get(lane.column.stage.id):
                lane.row, lane.top = old.row, old.top
        stages = [lane.column.stage.id for lane in self.lanes]
        self.current = stages.index(here) if here in stages else 0
        self._settle()

    def go(self, index: int, row: int, keep: bool = False) -> None:
        """Put the cursor on a row of a lane; with `keep` the card stays at the height where the cursor was."""
        lane = self.lanes[index]
        if keep and self.lane is not None:
            lane.top = row - (self.lane.row - self.lane.top)
        self.current = index
        lane.row = row
        self._settle()
        self.post_message(self.Moved())

    def _settle(self) -> None:
        """Bring every lane and the cursor inside what there is, and draw all."""
        for lane in self.lanes:
            lane.top = max(0, min(lane.top, lane.count - self.rows))
            lane.seek(lane.row, self.rows)
        self._follow()
        self._redraw()

    def _follow(self) -> bool:
        """Bring the current lane into sight. Whether the sight moved."""
        before, several = self.left, max(1, self.size.width // MIN_WIDTH)
        self.left = max(self.current - several + 1, min(self.left, self.current))
        self.left = max(0, min(self.left, len(self.lanes) - several))
        return before != self.left

    def _redraw(self) -> None:
        self._drawn.clear()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Another size shows another part."""
        self._settle()

    # The cursor

    def move(self, rows: int) -> None:
        """Move the cursor down its column, up when negative."""
        if self.lane:
            self.to_row(self.lane.row + rows)

    def to_row(self, row: int) -> None:
        """Move the cursor to a row of its column, as far as there are any."""
        lane = self.lane
        if lane is None:
            return
        before = lane.row
        scrolled = lane.seek(row, self.rows)
        if lane.row == before:
            return
        if scrolled:
            self._refresh_lane(self.current)
        else:
            self._refresh_bar(before)
            self._refresh_bar(lane.row)
        self.post_message(self.Moved())

    def to_lane(self, index: int) -> None:
        """Move the cursor to another column, at the height it had there."""
        index = max(0, min(index, len(self.lanes) - 1))
        if not self.lanes or index == self.current:
            return
        before, self.current = self.current, index
        if self._follow():
            self._redraw()
        else:
            for lane_index in (before, index):
                self._refresh_bar(self.lanes[lane_index].row, lane_index)
                self._refresh_head(lane_index)
        self.post_message(self.Moved())

    def _region(self, index: int, y: int, width: int, height: int) -> Region | None:
        for place, x, wide in self._spans():
            if place == index:
                return Region(x, y, min(width, wide), height)
        return None

    def _refresh_lane(self, index: int) -> None:
        if region := self._region(index, HEAD, self.size.width, self.size.height - HEAD):
            self.refresh(region)

    def _refresh_head(self, index: int) -> None:
        if region := self._region(index, 1, self.size.width, 1):
            self.refresh(region)

    def _refresh_bar(self, row: int, index: int | None = None) -> None:
        self._refresh_card(row, index, 1)

    def _refresh_card(self, row: int, index: int | None = None, width: int = 10_000) -> None:
        index = self.current if index is None else index
        y = HEAD + (row - self.lanes[index].top) * HEIGHT
        if region := self._region(index, y, width, HEIGHT - 1):
            self.refresh(region)

    # Changes that are shown before they are stored

    def mark(self, cards: Iterable[Card], on: bool = True) -> None:
        """Mark deals, or take their marks away."""
        for card in cards:
            if on:
                self.marks[card.id] = card
            else:
                self.marks.pop(card.id, None)
            if found := self.find(card.id):
                self._refresh_card(found[1], found[0])

    def transfer(self, deal_id: int, card: Card | None, key: Callable[[Card], tuple[object, ...]]) -> None:
        """Take a deal out of where it is held and, unless `card` is None, put it into the stage of `card`.

        When the cursor is on it the cursor goes along.
        """
        for index in self.shown:
            self.lanes[index].hold(self.rows, self._fetch)
        under = self.card is not None and self.card.id == deal_id
        for index, lane in enumerate(self.lanes):
            if lane.take(deal_id):
                self._refresh_lane(index)
                self._refresh_head(index)
        if card is not None:
            for index, lane in enumerate(self.lanes):
                if lane.column.stage.id == card.stage_id:
                    lane.hold(self.rows, self._fetch)
                    row = lane.put(card, key)
                    self._refresh_lane(index)
                    self._refresh_head(index)
                    if under:
                        self._go_along(index, row)
        self.post_message(self.Moved())

    def _go_along(self, index: int, row: int) -> None:
        self.current = index
        self.lanes[index].seek(row, self.rows)
        if self._follow():
            self._redraw()

    def change(self, card: Card) -> None:
        """Show another state of a deal where it stands."""
        for index, lane in enumerate(self.lanes):
            if lane.column.stage.id == card.stage_id:
                lane.change(card)
                if found := self.find(card.id):
                    for marked in (False, True):
                        for key in [key for key in self._drawn if key[0] == card.id and key[2] == marked]:
                            del self._drawn[key]
                    self._refresh_card(found[1], index)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One row of the board."""
        width = self.size.width
        if not self.lanes:
            return strip([], width, self.look)
        if y == 0:
            return strip(self._rule(), width, self.look)
        if y == 1:
            return strip(self._names(), width, self.look)
        if self.hint and not any(lane.count for lane in self.lanes):
            return self._hint_line(y)
        return Strip(self._card_segments(*divmod(y - HEAD, HEIGHT)), width)

    def _rule(self) -> Line:
        """The line on top: lanes out of sight to the left and right, the period above won and lost."""
        shown, width = self.shown, self.size.width
        row = [GLYPHS.rule] * width
        for _index, x, wide in self._spans()[:-1]:
            row[x + wide - 1] = GLYPHS.tee
        line = "".join(row)
        before = self._announced(self.lanes[: shown.start])
        after = self._announced(self.lanes[shown.stop :])
        first = f"{GLYPHS.before} {before} " if before else ""
        last = f" {after} {GLYPHS.after}" if after else ""
        last = fit(last, max(width - cells(first) - 1, 0), "none")
        room = cells(first), width - cells(first) - cells(last)
        middle = [Span(line[room[0] : room[0] + room[1]], "dim")]
        if closed := [span for span in self._spans() if self.lanes[span[0]].column.stage.kind != "open"]:
            middle = self._grouped(line, closed[0][1], room[0], room[0] + room[1])
        return [Span(first, "accent"), *middle, Span(last, "accent")]

    def _grouped(self, line: str, x: int, start: int, end: int) -> Line:
        """The rule with the period at the first closed column, when there is room."""
        text = fit(f" {self.group} ", max(end - x - 2, 0), "none") if self.group else ""
        x = max(x + 1, start)
        return [Span(line[start:x], "dim"), Span(text, "title"), Span(line[x + cells(text) : end], "dim")]

    def _announced(self, lanes: Sequence[Lane]) -> str:
        return f" {GLYPHS.dot} ".join(
            f"{fit(lane.column.stage.name, 12, 'none')} {number(lane.count)}" for lane in lanes
        )

    def _names(self) -> Line:
        line: Line = []
        for index, _x, wide in self._spans():
            column, last = self.lanes[index].column, index == self.shown[-1]
            sums = summed(column.totals)
            count = f" {number(column.count)}"
            sums = f" {GLYPHS.dot} {sums}" if sums else ""
            room = wide - 1 - (not last)
            if room - cells(count) - cells(sums) < SHORTEST:
                sums = ""
            name = fit(column.stage.name, max(room - cells(count) - cells(sums), 3), "none")
            spans = fitted(
                [Span(name, "title" if index == self.current else "strong"), Span(count), Span(sums, "dim")],
                room,
            )
            line += [Span(" "), *spans, Span(" " * (room - sum(cells(span.text) for span in spans)))]
            line += [] if last else [Span(GLYPHS.wall, "dim")]
        return line

    def _hint_line(self, y: int) -> Strip:
        first = HEAD + max((self.size.height - HEAD - len(self.hint)) // 2, 0)
        line = self.hint[y - first] if 0 <= y - first < len(self.hint) else []
        wide = sum(cells(span.text) for span in line)
        return strip([Span(" " * max((self.size.width - wide) // 2, 0)), *line], self.size.width, self.look)

    def _card_segments(self, place: int, part: int) -> list[Segment]:
        """One row of cells through all columns: the `part`-th line of the cards at `place`."""
        found: list[Segment] = []
        blank, bar, wall = self.look.of(""), self.look.of("accent"), self.look.of("dim")
        shown = self.shown
        for index, _x, wide in self._spans():
            lane, last = self.lanes[index], index == shown[-1]
            room = wide - 1 - (not last)
            row = lane.top + place
            card = self._card(lane, row) if part < HEIGHT - 1 else None
            here = card is not None and index == self.current and row == lane.row
            pieces = self._card_pieces(lane, card, room)[part] if card else [(" " * room, blank)]
            # The cursor's cell stays by itself, so that drawing it alone cuts no text in two.
            found += merged([(GLYPHS.bar, bar) if here else (" ", blank)], self.look)
            found += merged(pieces if last else [*pieces, (GLYPHS.wall, wall)], self.look)
        return found

    def _card(self, lane: Lane, row: int) -> Card | None:
        lane.hold(self.rows, self._fetch)
        return lane.card(row)

    def _card_pieces(self, lane: Lane, card: Card, width: int) -> list[Pieces]:
        key = (card.id, width, card.id in self.marks)
        if (drawn := self._drawn.get(key)) is None:
            if len(self._drawn) > KEPT:
                self._drawn.clear()
                forget_texts()
            today, now = self._clock()
            lines = card_lines(card, lane.column.stage.kind, self._flags(card), today, now, width, key[2])
            drawn = self._drawn[key] = [self._padded(line, width) for line in lines]
        return drawn

    def _padded(self, line: Line, width: int) -> Pieces:
        kept = fitted(line, width)
        left = width - sum(cells(span.text) for span in kept)
        return [*[(text, self.look.of(role)) for text, role in kept], (" " * left, self.look.of(""))]

    # The mouse, never needed

    def _at(self, x: int, y: int) -> tuple[int, int] | None:
        """Lane and row under a cell; row -1 is the head of the column."""
        for index, first, wide in self._spans():
            if first <= x < first + wide:
                lane = self.lanes[index]
                row = lane.top + (y - HEAD) // HEIGHT if y >= HEAD else -1
                return (index, row) if row < lane.count else (index, lane.count - 1)
        return None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The card under the pointer takes the cursor; it can be dragged from here."""
        if at := self._at(event.x, event.y):
            index, row = at
            self.to_lane(index)
            if row >= 0:
                self.to_row(row)
                self._pressed = self.card
            elif event.y == 0 and event.x < self.size.width // 2:
                self.to_lane(self.left - 1)
            elif event.y == 0:
                self.to_lane(self.shown.stop)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """A card let go over another column goes there."""
        card, self._pressed = self._pressed, None
        at = self._at(event.x, event.y)
        if card and at and self.lanes[at[0]].column.stage.id != card.stage_id:
            self.post_message(self.Dropped(card.id, self.lanes[at[0]].column.stage.id))

    def on_click(self, event: events.Click) -> None:
        """Twice opens."""
        if event.chain == 2 and event.y >= HEAD and self.card:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the column under the pointer."""
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves the column under the pointer."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        at = self._at(event.x, event.y)
        if at is None:
            return
        lane = self.lanes[at[0]]
        top = max(0, min(lane.top + rows, lane.count - self.rows))
        if top != lane.top:
            lane.top = top
            lane.row = max(top, min(lane.row, top + self.rows - 1))
            self._refresh_lane(at[0])
            if at[0] == self.current:
                self.post_message(self.Moved())
