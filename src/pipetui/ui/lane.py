"""A stage of the board in memory: its counts, and the cards around the rows in sight. Never all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipetui.store.cards import Card
    from pipetui.store.windows import Column

Fetch = Callable[["Column", int, int], "list[Card] | None"]
"""Cards of a column, from an offset on, at most so many; None when they cannot be read now."""

AHEAD = 64
"""Cards read beyond those in sight, so that scrolling seldom reads."""
BEHIND = 16


@dataclass(slots=True, eq=False, repr=False)
class Lane:
    """One column: `row` is the cursor's, `top` the first in sight; both count from the first deal of the stage."""

    column: Column
    row: int = 0
    top: int = 0
    start: int = 0
    """Row of the first card held."""
    cards: list[Card] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Deals in the stage, held or not."""
        return self.column.count

    def card(self, row: int) -> Card | None:
        """The card of a row, when it is held."""
        index = row - self.start
        return self.cards[index] if 0 <= index < len(self.cards) else None

    def hold(self, rows: int, fetch: Fetch) -> None:
        """Make sure that the rows in sight, `rows` of them from the top, are held."""
        last = min(self.top + rows, self.count)
        if self.start <= self.top and last <= self.start + len(self.cards):
            return
        start = max(0, self.top - BEHIND)
        cards = fetch(self.column, start, self.top - start + rows + AHEAD)
        if cards is not None:
            self.start, self.cards = start, cards

    def forget(self) -> None:
        """Hold nothing: what was read is not what is stored any more."""
        self.start, self.cards = 0, []

    def seek(self, row: int, rows: int) -> bool:
        """Put the cursor on a row; by half a page when it leaves the sight. Whether the sight moved."""
        self.row = max(0, min(row, self.count - 1))
        before, half = self.top, max(1, rows // 2)
        if self.row < self.top:
            self.top = self.row if before - self.row > rows else max(0, min(before - half, self.row))
        elif self.row >= self.top + rows:
            far = self.row - before >= 2 * rows
            self.top = self.row - rows + 1 if far else max(before + half, self.row - rows + 1)
        self.top = max(0, min(self.top, self.count - rows))
        return self.top != before

    def take(self, deal_id: int) -> Card | None:
        """Take a card out, with its share of count and sums; None when it is not held."""
        for index, card in enumerate(self.cards):
            if card.id == deal_id:
                del self.cards[index]
                self._count(card, -1)
                self.row = max(0, min(self.row, self.count - 1))
                return card
        return None

    def put(self, card: Card, key: Callable[[Card], tuple[object, ...]]) -> int:
        """Put a card among those held, in the order of `key`; its row.

        Its true row may lie beyond the cards held: the next reading tells.
        """
        index = next((i for i, other in enumerate(self.cards) if key(card) < key(other)), len(self.cards))
        self.cards.insert(index, card)
        self._count(card, 1)
        return self.start + index

    def change(self, card: Card) -> None:
        """Show another state of a card where it stands."""
        self.cards = [card if other.id == card.id else other for other in self.cards]

    def _count(self, card: Card, sign: int) -> None:
        totals = dict(self.column.totals)
        if card.amount is not None:
            known, minor = totals.pop(card.currency, (0, 0))
            if known + sign > 0:
                totals[card.currency] = known + sign, minor + sign * card.amount
        self.column = replace(self.column, count=max(0, self.column.count + sign), totals=totals)


def order_key(sort: str, kind: str) -> Callable[[Card], tuple[object, ...]]:
    """The order of a column among the cards held, for a card shown before it is stored."""
    if kind != "open":
        if sort in ("amount", "chance", "value"):
            return lambda card: (card.amount is None, -(card.amount or 0), -card.id)
        sign = 1 if sort == "age" else -1
        return lambda card: (sign * (card.closed_at.timestamp() if card.closed_at else 0.0), sign * card.id)
    if sort == "urgency":
        return lambda card: (card.next_due or card.stage_since.date(), card.id)
    if sort == "close":
        return lambda card: (
            card.expected_close is None,
            card.expected_close or card.stage_since.date(),
            card.id,
        )
    if sort == "age":
        return lambda card: (card.stage_since, card.id)
    return lambda card: (card.amount is None, -(card.amount or 0), -card.id)
