"""What each command of the table does: the way from a key to the board, to a verb, or to a dialog."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cached_property
from typing import TYPE_CHECKING, cast

from pipetui.core.message import say, say_n
from pipetui.errors import Refused
from pipetui.lang import _, period_name
from pipetui.ui.paint import Line, Span
from pipetui.ui.rights import barred
from pipetui.ui.terminal import redraw, suspend

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui
    from pipetui.ui.asking import Asking
    from pipetui.ui.dialogs import Dialogs
    from pipetui.ui.openings import Openings

OPENED = frozenset((
    "quotes", "people", "evidence", "review", "agenda", "reports", "contacts", "organizations", "segments",
    "members",
))  # fmt: skip
"""Commands that open a screen of their own."""


class Handlers:
    """One method for each command, named after it."""

    def __init__(self, app: Pipetui) -> None:
        self.app = app
        self._key = ""

    async def do(self, command_id: str, key: str) -> None:
        """Do what a command says; `key` is the one that was pressed."""
        self._key = key
        name = f"do_{command_id}"
        if command_id in OPENED:
            self._openings.show(command_id)
            return
        answer = getattr(self if hasattr(self, name) else self._asking, name)()
        if answer is not None:
            await cast("Awaitable[None]", answer)

    @cached_property
    def _asking(self) -> Asking:
        from pipetui.ui.asking import Asking

        return Asking(self.app)

    @cached_property
    def _openings(self) -> Openings:
        from pipetui.ui.openings import Openings

        return Openings(self.app)

    @cached_property
    def _dialogs(self) -> Dialogs:
        from pipetui.ui.dialogs import Dialogs

        return Dialogs(self.app)

    # Moving about

    def do_left(self) -> None:
        self.app.board.to_lane(self.app.board.current - 1)

    def do_right(self) -> None:
        self.app.board.to_lane(self.app.board.current + 1)

    def do_down(self) -> None:
        self._down(1, 1)

    def do_up(self) -> None:
        self._down(-1, -1)

    def do_page_down(self) -> None:
        self._down(self.app.board.rows, self.app.side.pane.size.height - 1)

    def do_page_up(self) -> None:
        self._down(-self.app.board.rows, 1 - self.app.side.pane.size.height)

    def do_first(self) -> None:
        self._down(-(2**31), -(2**31))

    def do_last(self) -> None:
        self._down(2**31, 2**31)

    def do_pane_down(self) -> None:
        self.app.side.pane.scroll_by(max(1, self.app.side.pane.size.height // 2))

    def do_pane_up(self) -> None:
        self.app.side.pane.scroll_by(-max(1, self.app.side.pane.size.height // 2))

    def _down(self, cards: int, rows: int) -> None:
        """So many cards down, or so many rows of the pane when it stands in place of the board."""
        if self.app.side.full:
            self.app.side.pane.scroll_by(rows)
        else:
            self.app.board.move(cards)

    # Verbs

    def do_move_on(self) -> Awaitable[None]:
        return self.app.acts.move(self.app.cards, forward=True)

    def do_move_back(self) -> Awaitable[None]:
        return self.app.acts.move(self.app.cards, forward=False)

    def do_win(self) -> Awaitable[None]:
        return self.app.acts.win(self.app.cards)

    def do_reopen(self) -> Awaitable[None]:
        return self.app.acts.reopen(self.app.cards)

    def do_archive(self) -> Awaitable[None]:
        return self.app.acts.archive(self.app.cards)

    def do_repeat(self) -> Awaitable[object]:
        return self.app.acts.repeat(self.app.cards)

    def do_undo(self) -> Awaitable[object]:
        return self.app.acts.undo()

    def do_redo(self) -> Awaitable[object]:
        return self.app.acts.redo()

    async def drop(self, deal_id: int, stage_id: int) -> None:
        """A card was dragged to a stage."""
        cards = self.app.reading.cards([deal_id])
        if forbidden := barred(self.app.reading.actor, cards).get("move_to"):
            raise forbidden
        await self._asking.to_stage(cards, self.app.reading.stage(stage_id))

    # Whole records

    def do_new(self) -> None:
        self._dialogs.new()

    def do_edit(self) -> None:
        self._dialogs.edit()

    def do_stages(self) -> None:
        from pipetui.ui.rearrange import Rearrange

        Rearrange(self.app).open()

    def do_import(self) -> None:
        self._dialogs.take_in()

    # Marks

    def do_mark(self) -> None:
        board = self.app.board
        if board.card:
            board.mark([board.card], board.card.id not in board.marks)
            board.move(1)
            self.app.edges.draw_top()

    def do_mark_all(self) -> None:
        board = self.app.board
        if board.lane:
            cards = self.app.reading.page(board.lane.column, 0, board.lane.count)
            board.mark(cards)
            self.app.tell(say_n("One deal is marked.", "{n} deals are marked.", len(board.marks)))
            self.app.edges.draw_top()

    def do_back(self) -> None:
        """One level up: the pane in place of the board, the pane, the marks, the filter."""
        app = self.app
        if app.side.shows and (app.side.full or app.side.shows == "help"):
            app.side.toggle("")
        elif app.board.marks:
            app.board.mark(list(app.board.marks.values()), on=False)
            app.edges.draw_top()
        elif app.reading.query:
            app.reading.filter("", None)
            app.reload()
        elif app.side.shows:
            app.side.toggle("")
        elif app.travel is not None:
            app.travel.back()

    # What is looked at

    def do_detail(self) -> None:
        self.app.side.toggle("detail")

    def do_open(self) -> None:
        self.app.side.toggle("detail", full=True)

    def do_forecast(self) -> None:
        self.app.side.toggle("forecast")

    def do_here(self) -> None:
        self.app.side.toggle("here")

    def do_help(self) -> None:
        self.app.side.toggle("help", full=True)

    def do_sort(self) -> None:
        self.app.sort_by(self.app.reading.sort_on())

    def do_previous_period(self) -> None:
        self._turn(forward=False)

    def do_next_period(self) -> None:
        self._turn(forward=True)

    def _turn(self, forward: bool) -> None:
        self.app.reading.turn(forward)
        self.app.reload()
        self.app.tell(say("Won and lost: {period}.", period=period_name(self.app.reading.scope.period)))

    def do_view(self) -> None:
        from pipetui.core.deal import View

        slot = int(self._key)
        view = next(iter(self.app.reading.store.all(View, slot=slot)), None)
        if view is None:
            raise Refused(say("There is no view on {n}.", n=slot), say("Filter with /, then keep it with V."))
        from pipetui.core.query import parse

        self.app.reading.filter(
            view.query, parse(view.query, self.app.reading.scope.today) if view.query else None
        )
        if view.sort:
            self.app.reading.sort_by(view.sort)
        self.app.reload()
        self.app.tell(say("View {n}: {name}", n=slot, name=view.name))

    def do_redraw(self) -> None:
        redraw(self.app)

    async def do_suspend(self) -> None:
        # Stopped in the middle of a write, the program would keep everybody else from writing.
        await self.app.writer.settled()
        suspend(self.app)

    def do_copy(self) -> None:
        from pipetui.ui.card import as_text

        cards = self.app.cards
        self.app.copy_to_clipboard(
            "\n\n".join(as_text(card, self.app.reading.stage(card.stage_id)) for card in cards)
        )
        self.app.tell(say_n("The deal is copied.", "{n} deals are copied.", len(cards)))

    def do_quit(self) -> None:
        self.app.exit(0)

    def hint(self) -> list[Line]:
        """What to press when the board is empty."""
        if self.app.reading.query:
            return [
                [Span(_("No deal fits the filter."), "strong")],
                [],
                [Span("esc", "key"), Span(f"  {_('clear it')}")],
            ]
        keys = self.app.keys
        if self.app.travel is not None:
            back = [Span(keys.shown("travel"), "key"), Span(f"  {_('back to today')}")]
            return [[Span(_("There was no deal yet on that day."), "strong")], [], back]
        if not self.app.reading.actor.writes:
            return [[Span(_("There is no deal yet."), "strong")]]
        return [
            [Span(_("There is no deal yet."), "strong")],
            [],
            [Span(keys.shown("new"), "key"), Span(f"  {_('add one in one line')}")],
            [Span(keys.shown("import"), "key"), Span(f"  {_('import a file')}")],
            [Span("pipetui demo", "key"), Span(f"  {_('look around in a sample first')}")],
        ]
