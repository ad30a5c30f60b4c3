"""What the tests of the screen share: hand-made columns and cards, and the screen as lines of text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from textual.app import App, ComposeResult

from pipetui.core.stage import Kind, Stage
from pipetui.store.cards import Card
from pipetui.store.windows import Column
from pipetui.ui.board import Board

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
STAGES: tuple[tuple[str, Kind], ...] = (
    ("Lead", "open"), ("Prospect", "open"), ("Meeting", "open"), ("Quote", "open"), ("Won", "won"), ("Lost", "lost"),
)  # fmt: skip


def card(number: int, stage_id: int = 1, **values: Any) -> Card:
    """A card with what matters to a test."""
    plain = Card(
        id=number, stage_id=stage_id, title=f"Deal {number}", organization=None, contact=None, email=None, phone=None,
        amount=None, currency="EUR", owner=None, expected_close=None, created_at=NOW, stage_since=NOW, closed_at=None,
        next_kind=None, next_due=None, next_time=None, next_text=None, parked_until=None, pinned_chance=None,
        lost_reason=None,
    )  # fmt: skip
    return replace(plain, **values)


def stage(number: int, name: str, kind: Kind) -> Stage:
    """A stage by its place."""
    return Stage(id=number, pipeline_id=1, name=name, kind=kind, definition="…", position=number)


class Cupboard:
    """Cards in memory in place of a store; `reads` keeps what was asked for."""

    def __init__(self, cards: list[Card], stages: tuple[tuple[str, Kind], ...] = STAGES) -> None:
        self.stages = [stage(number, *named) for number, named in enumerate(stages, 1)]
        self.cards = cards
        self.reads: list[tuple[int, int, int]] = []

    def columns(self) -> list[Column]:
        """All columns with their counts and sums."""
        return [self._column(one) for one in self.stages]

    def _column(self, one: Stage) -> Column:
        inside = [c for c in self.cards if c.stage_id == one.id]
        known = [c.amount for c in inside if c.amount is not None]
        return Column(one, len(inside), {"EUR": (len(known), sum(known))} if known else {}, 0)

    def fetch(self, column: Column, offset: int, limit: int) -> list[Card]:
        """Some cards of a column."""
        self.reads.append((column.stage.id, offset, limit))
        return [c for c in self.cards if c.stage_id == column.stage.id][offset : offset + limit]


class OneBoard(App[None]):
    """A board alone."""

    CSS = "Board { width: 1fr; height: 1fr; }"

    def __init__(self, cupboard: Cupboard) -> None:
        super().__init__()
        self.dropped: list[tuple[int, int]] = []
        self.moves = 0
        self.board = Board(cupboard.fetch, flags, lambda: (TODAY, NOW))
        self.board.group = "November 2026"
        self.board.load(cupboard.columns())

    def compose(self) -> ComposeResult:
        yield self.board

    def on_board_moved(self) -> None:
        self.moves += 1

    def on_board_dropped(self, event: Board.Dropped) -> None:
        self.dropped.append((event.deal_id, event.stage_id))


def flags(one: Card) -> set[str]:
    """Late and missing steps, as far as a test needs them."""
    if one.next_due is None:
        return {"none"}
    return {"late"} if one.next_due < TODAY else {"today"} if one.next_due == TODAY else set()


def lines(app: App[Any]) -> list[str]:
    """The screen as a person sees it."""
    return [
        "".join(segment.text for segment in strip).rstrip()
        for strip in app.screen._compositor.render_strips()
    ]


def days(number: int) -> date:
    """So many days from the day of the tests."""
    return TODAY + timedelta(days=number)
