"""The application: it opens on the board, hands keys to what they do, and keeps the screen true to the store.

Forms, panes and whatever else is not on the first frame are imported by the key that asks for them.
"""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from textual import events
from textual._styles_cache import StylesCache
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.worker import WorkerFailed

from pipetui.core.message import Message, say
from pipetui.errors import Conflict, ConnectionLost, NotFound, PipetuiError
from pipetui.lang import period_name
from pipetui.ui.apart import work
from pipetui.ui.bar import SORT_NAMES
from pipetui.ui.board import Board
from pipetui.ui.commands import Command, Seen, keymap
from pipetui.ui.edges import Edges
from pipetui.ui.handlers import Handlers
from pipetui.ui.lookout import Lookout
from pipetui.ui.paint import Look, Role, themed
from pipetui.ui.reading import Reading
from pipetui.ui.rights import COMMANDS, READ_ONLY, barred
from pipetui.ui.side import Side
from pipetui.ui.tally import Tally
from pipetui.ui.terminal import display
from pipetui.ui.typeahead import ANSWERS
from pipetui.ui.writer import Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.await_complete import AwaitComplete
    from textual.driver import Driver

    from pipetui.config import Config
    from pipetui.store.cards import Card
    from pipetui.store.windows import Column
    from pipetui.ui.acts import Acts
    from pipetui.ui.travel import Travel

POLL_SECONDS = 0.25
"""How often the store is asked whether somebody else wrote; the question costs some microseconds."""
MEET_SECONDS = 2.0
"""How often it is looked who is here."""
OFTEN = 1000
"""New objects between two looks of the garbage collector once the board stands: every key leaves some garbage."""
THEME, ANSI = "textual-dark", "ansi-dark"


class Main(Screen[None]):
    """The board's screen: every key goes through the table of commands."""

    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        self.styles.overflow_y = "hidden"
        app = self.app
        assert isinstance(app, Pipetui)
        yield from app.widgets()

    async def on_key(self, event: events.Key) -> None:
        """One key, one act."""
        event.stop()
        event.prevent_default()
        app = self.app
        assert isinstance(app, Pipetui)
        await app.key(event.key, event.character)


class Pipetui(App[int]):
    """The board and what stands around it."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    def __init__(
        self, config: Config, reading: Reading, writer: Writer, driver: type[Driver] | None = None
    ) -> None:
        theme = config.theme or (THEME if config.color else ANSI)
        if theme == "ansi" or not config.color:
            theme = ANSI
        super().__init__(driver_class=driver, ansi_color=theme.startswith("ansi") or None)
        self.animation_level = "none"
        self.config, self.reading, self.writer = config, reading, writer
        self.keys = keymap(config.keymap)
        if theme in self.available_themes:
            self.theme = theme
        self.look = self._look()
        self.board = Board(
            self._page,
            lambda card: self.reading.flags(card),
            self._dated,
            self.look,
        )
        self.side, self.edges, self.tally = Side(self), Edges(self), Tally(self)
        self._handlers = Handlers(self)
        self.lookout = Lookout(self)
        self.unsaved: dict[tuple[str, int], Mapping[str, str]] = {}
        """What was typed into the form of a record and could not be written: it stands there again."""
        self.entered: dict[str, list[str]] = {}
        """Lines that were typed where one is asked for, by what is asked for."""
        self.travel_first: date | None = None
        """A day to look back to as soon as the board stands."""
        self.travel: Travel | None = None
        """The way back from the past that is looked at; None in the present."""

    @cached_property
    def acts(self) -> Acts:
        """The verbs; the first frame does without them."""
        from pipetui.ui.acts import Acts

        return Acts(self)

    @property
    def recorded(self) -> int | None:
        """How many acts the macro holds that is being recorded; None while none is."""
        recorded = self.acts.recorded if "acts" in self.__dict__ else None
        return None if recorded is None else len(recorded)

    # Starting

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Textual's way to the terminal, with only the cells that differ where the terminal is ours."""
        if not display(self, screen, renderable):
            super()._display(screen, renderable)

    def _fatal_error(self) -> None:
        """Leave in order; `run` raises the error, and its report shows no local variable."""
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """Leave without a word as well: what Textual would print may hold what was typed."""
        self._close_messages_no_wait()

    @property
    def failure(self) -> BaseException | None:
        """What ended the application, when nobody meant to."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) else error

    def action_help_quit(self) -> None:
        """Ctrl-C."""
        self.tell(say("Press q to quit."))

    def get_default_screen(self) -> Screen[None]:
        """The board's own screen."""
        return Main()

    def widgets(self) -> ComposeResult:
        """The screen from top to bottom; the board has its cards before the first frame."""
        self.board.styles.height = self.board.styles.width = "1fr"
        self.board.load(self.reading.columns())
        self._draw_around()
        self.edges.fit()
        yield self.edges.top
        with self.side.body:
            yield self.board
            yield self.side.pane
        yield self.edges.glance
        yield self.edges.bottom

    def on_mount(self) -> None:
        """Look after the store, once the first frame is out."""
        self.set_interval(POLL_SECONDS, self.lookout.poll)
        self.set_interval(MEET_SECONDS, self.lookout.meet)
        if self.travel_first is not None:
            from pipetui.ui.travel import go

            self.work(go, self, self.travel_first)
        self.call_after_refresh(self._settle_in)

    def _settle_in(self) -> None:
        """Take the start's objects out of the collector's way, and let it look at what keys leave behind."""
        from pipetui.ui.chores import Chores

        gc.freeze()
        gc.set_threshold(OFTEN)
        self.tally.when_calm()
        self.lookout.begin()
        Chores(self).begin()

    def look_at(self, reading: Reading, writer: Writer) -> None:
        """Another store takes the place of the one on the screen: the past, or the present again."""
        self.tally.close()
        self.__dict__.pop("acts", None)
        self.reading, self.writer = reading, writer
        self.board.marks = {}
        self.reload()

    def _dated(self) -> tuple[date, datetime]:
        return self.reading.scope.today, self.reading.scope.now

    def _look(self) -> Look:
        return themed(
            self.theme_variables or self.get_css_variables(),
            self.native_ansi_color,
            self.config.glyphs == "ascii",
        )

    # Keys

    async def key(self, key: str, character: str | None) -> None:
        """What a key does, or why it does nothing."""
        self.edges.quiet()
        command = self.keys.command(key, character)
        if command is None:
            shown = character if character and character.isprintable() else key
            self.tell(say('"{key}" does nothing here. Press ? for the keys.', key=shown))
        else:
            await self.do(command, character or key)
        self.edges.draw_keys()

    async def do(self, command: Command, key: str = "") -> None:
        """Do what a command says, or say why it cannot."""
        if self.travel is not None and command.id in COMMANDS:
            self.tell(READ_ONLY, "warn")
        elif why := command.refuses(self.seen):
            self.tell(why)
        elif forbidden := barred(self.reading.actor, self.cards).get(command.id):
            self.tell(_with_hint(forbidden), "warn")
        else:
            await self.attempt(self._handlers.do, command.id, key)

    def work(
        self,
        act: Callable[..., Awaitable[None]],
        *given: Any,
        group: str = "default",
        exclusive: bool = False,
    ) -> None:
        """Attempt an act beside what keys do; it is called when its turn comes, if the program still runs.

        An `exclusive` one takes the place of what its group is doing.
        """
        work(self, self.attempt, act, *given, group=group, exclusive=exclusive)

    async def attempt(self, act: Callable[..., Awaitable[None]], *given: Any) -> None:
        """Do an act with what is given; what refuses it is told in the bar."""
        try:
            await act(*given)
        except Conflict as error:
            from pipetui.ui.clashing import clashing

            self.reload()
            self.tell(clashing(error, self.reading.store), "bad")
        except ConnectionLost as error:
            self.lookout.lose(error)
            self.tell(_with_hint(error), "bad")
        except PipetuiError as error:
            self.tell(_with_hint(error), "warn")

    def answer(self, act: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        """What to call when a dialog closes: `act` with its answer, unless there is none.

        A connection that is lost at that moment is waited for a while.
        """

        async def acted(given: object) -> None:
            await self.lookout.back()
            await act(given)

        def answered(given: object = None) -> None:
            if given is not None:
                self.work(acted, given, group=ANSWERS)

        return answered

    def tell(self, message: Message, role: Role = "strong") -> None:
        """Show a sentence in the place of the keys, until the next key."""
        self.edges.tell(message, role)

    @property
    def seen(self) -> Seen:
        """What stands on the board."""
        lane, cards = self.board.lane, self.cards
        return Seen(
            cards,
            bool(self.board.marks),
            lane.column.stage if lane else None,
            bool(self.reading.query),
            bool(self.side.shows),
            self.travel is not None,
            self.reading.actor,
        )

    @property
    def cards(self) -> tuple[Card, ...]:
        """The deals a verb is about: the marked ones, else the one under the cursor."""
        if self.board.marks:
            return tuple(self.board.marks.values())
        return (self.board.card,) if self.board.card else ()

    # Reading again

    def reload(self, follow: int | None = None) -> None:
        """Read the columns anew, the cursor on the same deal, or on the one to `follow`.

        While the store cannot be reached, what is shown stays.
        """
        try:
            self._reread(follow)
        except ConnectionLost as error:
            self.lookout.lose(error)

    def _reread(self, follow: int | None) -> None:
        seen = self.board.in_sight
        card = self.board.card
        wanted = follow if follow is not None else card.id if card else None
        self.reading.db.changed()
        self.board.load(self.reading.columns())
        if wanted is not None and (found := self.reading.place(wanted)):
            stages = [lane.column.stage.id for lane in self.board.lanes]
            if found[0] in stages:
                self.board.go(stages.index(found[0]), found[1], keep=card is not None and card.id == wanted)
        self._leave_empty_lane()
        self._refresh_marks()
        self._draw_around()
        self.tally.when_calm()
        self._reread_screens()
        self.lookout.hear(seen | self.board.in_sight)

    def pop_screen(self) -> AwaitComplete:
        """Leave the screen on top; what it showed is kept no longer, as Textual would for a thousand of its widgets."""
        StylesCache.get_inner_outer.cache_clear()
        return super().pop_screen()

    def _reread_screens(self) -> None:
        """All that stands over the board reads again, under a form too; who shows what is gone is left."""
        for screen in list(self.screen_stack):
            if (reread := getattr(screen, "reread", None)) is not None:
                try:
                    reread()
                except NotFound as error:
                    if screen is self.screen:
                        screen.dismiss(None)
                    self.tell(error.message, "warn")

    def _page(self, column: Column, offset: int, limit: int) -> list[Card] | None:
        """Cards for the board; None when they cannot be read now."""
        if self.lookout.lost is None:
            try:
                return self.reading.page(column, offset, limit)
            except ConnectionLost as error:
                self.lookout.lose(error)
        return None

    def _leave_empty_lane(self) -> None:
        """After a filter the cursor goes where there is something."""
        if self.reading.query and self.board.lane and not self.board.lane.count:
            found = next((i for i, lane in enumerate(self.board.lanes) if lane.count), self.board.current)
            self.board.to_lane(found)

    def sort_by(self, sort: str) -> None:
        """Show the deals in another order."""
        self.reading.sort_by(sort)
        self.reload()
        self.tell(say("Sorted by {order}.", order=SORT_NAMES[sort]))

    def _refresh_marks(self) -> None:
        if self.board.marks:
            fresh = self.reading.cards(list(self.board.marks))
            self.board.marks = {card.id: card for card in fresh}

    def close(self) -> None:
        """Let go of what the application opened for itself."""
        self.lookout.leave()
        self.tally.close()
        if self.travel is not None:
            self.travel.close()

    # Drawing what stands around the board

    def _draw_around(self) -> None:
        lanes = self.board.lanes
        self.board.group = period_name(self.reading.scope.period)
        self.board.hint = self._handlers.hint() if not any(lane.count for lane in lanes) else ()
        self.edges.draw_top()
        self.edges.draw_keys()
        self.side.draw()

    def on_board_moved(self) -> None:
        """The pane and the position follow the cursor."""
        self.edges.draw_keys()
        if self.side.shows == "detail":
            self.side.draw(top=0)

    def on_board_opened(self) -> None:
        """A double click shows all of the deal."""
        self.side.toggle("detail", full=True)

    async def on_board_dropped(self, event: Board.Dropped) -> None:
        """A drag moves the deal."""
        await self.attempt(self._handlers.drop, event.deal_id, event.stage_id)

    def on_resize(self, event: events.Resize) -> None:
        """What is beside the board finds another place, once the new size is known."""
        self.call_after_refresh(self._settle)
        self.call_after_refresh(self._draw_around)
        self.call_after_refresh(self.edges.draw_glance)

    def _settle(self) -> None:
        self.edges.fit()
        if self.side.shows:
            self.side.place()

    def on_pane_resized(self) -> None:
        """Lines are made for the width of their pane."""
        self.side.draw()


def _with_hint(error: PipetuiError) -> Message:
    return say("{message} {hint}", message=error.message, hint=error.hint) if error.hint else error.message
