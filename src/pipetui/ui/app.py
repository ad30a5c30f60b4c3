"""The application: it opens on the board, hands keys to what they do, and keeps the screen true to the store.

Forms, panes and whatever else is not on the first frame are imported by the key that asks for them.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from functools import cached_property
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from textual import events
from textual.app import App, ComposeResult
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import WorkerFailed

from pipetui.core.access import ROLE_NAMES
from pipetui.core.message import Message, say
from pipetui.errors import Conflict, ConnectionLost, NotFound, PipetuiError
from pipetui.lang import day, money, number, told
from pipetui.ui.bar import SORT_NAMES, Standing, key_line, message_line, period_name, top_line
from pipetui.ui.board import Board
from pipetui.ui.commands import Command, Seen, in_bar, keymap
from pipetui.ui.handlers import Handlers
from pipetui.ui.lookout import Lookout
from pipetui.ui.paint import GLYPHS, Look, Role, themed
from pipetui.ui.pane import Pane
from pipetui.ui.reading import Reading
from pipetui.ui.rights import barred
from pipetui.ui.terminal import Terminal, display
from pipetui.ui.typeahead import ANSWERS
from pipetui.ui.writer import Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.color import Color
    from textual.css.types import EdgeType
    from textual.driver import Driver

    from pipetui.config import Config
    from pipetui.core.forecast import Forecast
    from pipetui.core.rebase import Decision, Place
    from pipetui.store.cards import Card
    from pipetui.store.store import Store
    from pipetui.store.windows import Column
    from pipetui.ui.acts import Acts
    from pipetui.ui.reckoner import Reckoner
    from pipetui.ui.travel import Travel

POLL_SECONDS = 0.25
"""How often the store is asked whether somebody else wrote; the question costs some microseconds."""
MEET_SECONDS = 2.0
"""How often it is looked who is here."""
HEARD_SECONDS = 12.0
"""How long what somebody else did stands in the bar."""
READ_SECONDS = 4.0
"""An answer to our own act stands at least so long."""
CALM_SECONDS = 0.3
"""Counts that take a look at every open deal wait for so long a pause."""
LATER_SECONDS = 3.0
"""What can wait does so until the board has been used a little."""
MIDNIGHT_SECONDS = 60.0
"""How often it is asked whether another day has begun."""
OFTEN = 1000
"""New objects between two looks of the garbage collector once the board stands: every key leaves some garbage."""
WIDE, TALL = 120, 30
"""From so many columns a pane stands to the right of the board, from so many rows below it."""
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


class Body(Widget):
    """Holds the board and the pane beside or below it."""


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
        self.body = Body()
        self.top, self.side, self.bottom = Pane(self.look), Pane(self.look), Pane(self.look)
        self.glance = Pane(self.look)
        self._handlers = Handlers(self)
        self._said: tuple[str, Role] | None = None
        self._said_at = 0.0
        self._overheard = False
        """What is said was done by somebody else."""
        self.lookout = Lookout(self)
        self.unsaved: dict[tuple[str, int], Mapping[str, str]] = {}
        """What was typed into the form of a record and could not be written: it stands there again."""
        self._beside = ""
        self._full = False
        self._flagged = 0
        self.forecast: Forecast | None = None
        """Of the period shown; None until there was time to make it."""
        self._calm: Timer | None = None
        self._expired_on: date | None = None
        """The day for which quotes past their validity have expired."""
        self._copied_on: date | None = None
        """The day whose copy was made, or tried."""
        self.travel_first: date | None = None
        """A day to look back to as soon as the board stands."""
        self.travel: Travel | None = None
        """The way back from the past that is looked at; None in the present."""

    @cached_property
    def acts(self) -> Acts:
        """The verbs; the first frame does without them."""
        from pipetui.ui.acts import Acts

        return Acts(self.reading, self.writer, self.board, self.tell, self.reload)

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
        self.top.styles.height = self.bottom.styles.height = self.glance.styles.height = 1
        self.body.styles.height = self.board.styles.height = self.board.styles.width = "1fr"
        self.body.styles.layout = "horizontal"
        self.side.display = False
        self.board.load(self.reading.columns())
        self._draw_around()
        yield self.top
        with self.body:
            yield self.board
            yield self.side
        self.glance.display = self.size.height >= TALL
        yield self.glance
        yield self.bottom

    def on_mount(self) -> None:
        """Look after the store, once the first frame is out."""
        self.set_interval(POLL_SECONDS, self.lookout.poll)
        self.set_interval(MEET_SECONDS, self.lookout.meet)
        if self.travel_first is not None:
            from pipetui.ui.travel import go

            self.run_worker(self.attempt(go(self, self.travel_first)))
        self.call_after_refresh(self._settle_in)

    def _settle_in(self) -> None:
        """Take the start's objects out of the collector's way, and let it look at what keys leave behind."""
        gc.freeze()
        gc.set_threshold(OFTEN)
        self._when_calm()
        self.lookout.begin()
        self.set_timer(LATER_SECONDS, lambda: self.run_worker(self.attempt(self._measure_pace())))
        self.set_timer(LATER_SECONDS, lambda: self.run_worker(self.attempt(self._expire())))
        self.set_interval(MIDNIGHT_SECONDS, lambda: self.run_worker(self.attempt(self._expire())))
        self.set_timer(LATER_SECONDS, self._keep_copy)
        self.set_interval(MIDNIGHT_SECONDS, self._keep_copy)

    def look_at(self, reading: Reading, writer: Writer) -> None:
        """Another store takes the place of the one on the screen: the past, or the present again."""
        if "reckoner" in self.__dict__:
            self.__dict__.pop("reckoner").close()
        self.__dict__.pop("acts", None)
        self.reading, self.writer = reading, writer
        self.forecast = None
        self.board.marks = {}
        self.reload()

    async def _measure_pace(self) -> None:
        """Once a day, learn from the won deals when others count as stalled; and list who came by a large import."""
        if self.travel is not None or not self.reading.actor.writes:
            return
        from pipetui.store import parties
        from pipetui.store.pace import measure_pace

        today = self.reading.scope.today
        await self.writer.write(lambda store: measure_pace(store.db, today))
        await self.writer.write(lambda store: parties.ensure(store.db))

    async def _expire(self) -> None:
        """Quotes whose validity is over expire by themselves: when the application opens, and when a day begins."""
        from pipetui.store import offers

        if self.travel is not None:
            return
        today = self.reading.clock()[0]
        if today != self._expired_on and offers.over(self.reading.db, today, self.reading.actor):
            await self.writer.write(lambda store: offers.expire(store, today))
            self.reload()
        self._expired_on = today

    def _keep_copy(self) -> None:
        """The copy of the day, made beside everything else, which ends without it."""
        today = self.reading.clock()[0]
        if self.travel is None and today != self._copied_on:
            from pipetui.store import copies

            self._copied_on = today
            Thread(target=copies.take, args=(self.reading.db.url, today), daemon=True).start()

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
        self._said = None
        command = self.keys.command(key, character)
        if command is None:
            shown = character if character and character.isprintable() else key
            self.tell(say('"{key}" does nothing here. Press ? for the keys.', key=shown))
        else:
            await self.do(command, character or key)
        self._draw_keys()

    async def do(self, command: Command, key: str = "") -> None:
        """Do what a command says, or say why it cannot."""
        if why := command.refuses(self.seen):
            self.tell(why)
        elif forbidden := barred(self.reading.actor, self.cards).get(command.id):
            self.tell(_with_hint(forbidden), "warn")
        else:
            await self.attempt(self._handlers.do(command.id, key))

    async def attempt(self, act: Awaitable[None]) -> None:
        """Await an act; what refuses it is told in the bar."""
        try:
            await act
        except Conflict as error:
            from pipetui.ui.acts import clashing

            self.reload()
            self.tell(clashing(error, self.reading.store), "bad")
        except ConnectionLost as error:
            self.lookout.lose(error)
            self.tell(_with_hint(error), "bad")
        except PipetuiError as error:
            self.tell(_with_hint(error), "warn")

    async def whose(self, error: Conflict, editing: bool = False) -> Mapping[Place, Decision] | None:
        """Ask whose values stay where two people changed the same fields, once no form is open any more.

        None when nothing is decided, or nothing can be.
        """
        from pipetui.ui.conflict import Choice, disputed

        fields = disputed(error, self.reading.store)
        if not fields:
            return None
        while isinstance(self.screen, ModalScreen):
            await asyncio.sleep(POLL_SECONDS)
        answer: asyncio.Future[Mapping[Place, Decision] | None] = asyncio.get_running_loop().create_future()
        self.push_screen(Choice(fields, self.reading.clock()[1], self.look, editing), answer.set_result)
        return await answer

    def answer(self, act: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        """What to call when a dialog closes: `act` with its answer, unless there is none.

        A connection that is lost at that moment is waited for a while.
        """

        async def acted(given: object) -> None:
            await self.lookout.back()
            await act(given)

        def answered(given: object = None) -> None:
            if given is not None:
                self.run_worker(self.attempt(acted(given)), group=ANSWERS)

        return answered

    def tell(self, message: Message, role: Role = "strong") -> None:
        """Show a sentence in the place of the keys, until the next key."""
        self._said, self._said_at, self._overheard = (told(message), role), monotonic(), False
        self._draw_keys()

    def hear(self, message: Message) -> None:
        """Show for a while what somebody else did, unless an answer to our own act has just been given."""
        if self._said and not self._overheard and monotonic() - self._said_at < READ_SECONDS:
            return
        self.tell(message, "accent")
        self._overheard, said = True, self._said

        def forget() -> None:
            if self._said is said:
                self._said = None
                self._draw_keys()

        self.set_timer(HEARD_SECONDS, forget)

    @property
    def seen(self) -> Seen:
        """What stands on the board."""
        lane, cards = self.board.lane, self.cards
        return Seen(
            cards,
            bool(self.board.marks),
            lane.column.stage if lane else None,
            bool(self.reading.query),
            bool(self._beside),
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
        self._when_calm()
        self._reread_screens()
        self.lookout.hear(seen | self.board.in_sight)

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

    def _when_calm(self) -> None:
        """Count what takes longer when nothing has happened for a moment."""
        if self._calm is not None:
            self._calm.stop()
        self._calm = self.set_timer(CALM_SECONDS, self._count)

    def _count(self) -> None:
        try:
            self._count_up()
        except ConnectionLost as error:
            self.lookout.lose(error)

    def _count_up(self) -> None:
        attention = self.reading.attention()
        self._flagged = attention.late + attention.without
        known = self.forecast
        apart = self._beside == "forecast" or self.reading.quick_to_learn
        if known is None or known.ahead is None or known.period != self.reading.forecast_period:
            quick = self.reading.forecast(self.config.currency)
            self._foretell(quick.without_chance() if apart else quick)
        if apart:
            self.run_worker(self.attempt(self._reckon()), group="reckon", exclusive=True)
        self.redraw_top()

    async def _reckon(self) -> None:
        """Have the ranges made, and show them when they come."""
        made = await self.reckoner.ask(self.reading.question(self.config.currency))
        if made is not None and made.period == self.reading.forecast_period:
            self._foretell(made)

    def _foretell(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self.reading.chances = {one.stage.id: one.chance.value for one in forecast.stages}
        self._draw_side()
        self._draw_glance()
        self.redraw_top()

    def _draw_glance(self) -> None:
        if self.forecast is not None and self.size.height >= TALL:
            from pipetui.ui.glance import forecast_line

            self.glance.show([forecast_line(self.forecast, self.size.width)])

    def close(self) -> None:
        """Let go of what the application opened for itself."""
        self.lookout.leave()
        if "reckoner" in self.__dict__:
            self.reckoner.close()
        if self.travel is not None:
            self.travel.close()

    @cached_property
    def reckoner(self) -> Reckoner:
        """Who makes the forecast's ranges."""
        from pipetui.ui.reckoner import Reckoner

        return Reckoner(self.reading.beside)

    # Drawing what stands around the board

    def _draw_around(self) -> None:
        lanes = self.board.lanes
        self.board.group = period_name(self.reading.scope.period)
        self.board.hint = self._handlers.hint() if not any(lane.count for lane in lanes) else ()
        self.redraw_top()
        self._draw_keys()
        self._draw_side()

    def redraw_top(self) -> None:
        """Say on top what stands on the board."""
        self.top.show([top_line(self._standing(), self.size.width)])

    def _standing(self) -> Standing:
        open_columns = [lane.column for lane in self.board.lanes if lane.column.stage.kind == "open"]
        totals: dict[str, tuple[int, int]] = {}
        for column in open_columns:
            for currency, (known, minor) in column.totals.items():
                n, total = totals.get(currency, (0, 0))
                totals[currency] = n + known, total + minor
        outlook = self.forecast.goal if self.forecast else None
        by_wins = outlook is not None and outlook.goal.metric == "wins"
        revenue = self.forecast.revenue if self.forecast else None
        return Standing(
            self.reading.pipeline.name,
            period_name(self.reading.scope.period),
            sum(column.count for column in open_columns),
            totals,
            self.reading.sort,
            self.reading.query,
            weighted=money(round(revenue), self.forecast.currency, short=True)
            if self.forecast and revenue
            else "",
            wins=(round(outlook.done), round(outlook.target)) if outlook and by_wins else None,
            goal_chance=outlook.chance if outlook else None,
            flagged=self._flagged,
            marked=len(self.board.marks),
            as_of=day(self.reading.scope.today) if self.travel is not None else "",
            others=self.lookout.others,
            lost=told(self.lookout.lost) if self.lookout.lost else "",
            reads_as="" if self.reading.actor.writes else told(ROLE_NAMES[self.reading.actor.role]),
        )

    def _draw_keys(self) -> None:
        lane = self.board.lane
        position = f"{number(lane.row + 1)}/{number(lane.count)}" if lane and lane.count else ""
        if "acts" in self.__dict__ and self.acts.recorded is not None:
            position = f"{GLYPHS.late} rec {len(self.acts.recorded)}  {position}"
        if self._said:
            line = message_line(self._said[0], position, self.size.width, self._said[1])
        else:
            dimmed = barred(self.reading.actor, self.cards)
            line = key_line(in_bar(self.seen), self.keys, position, self.size.width, dimmed)
        self.bottom.show([line])

    def on_board_moved(self) -> None:
        """The pane and the position follow the cursor."""
        self._draw_keys()
        if self._beside == "detail":
            self._draw_side(top=0)

    def on_board_opened(self) -> None:
        """A double click shows all of the deal."""
        self.toggle("detail", full=True)

    async def on_board_dropped(self, event: Board.Dropped) -> None:
        """A drag moves the deal."""
        await self.attempt(self._handlers.drop(event.deal_id, event.stage_id))

    def on_resize(self, event: events.Resize) -> None:
        """What is beside the board finds another place."""
        self.glance.display = self.size.height >= TALL
        self.call_after_refresh(self._draw_around)
        self.call_after_refresh(self._draw_glance)
        if self._beside:
            self._place()

    def on_pane_resized(self) -> None:
        """Lines are made for the width of their pane."""
        self._draw_side()

    # The pane

    @property
    def beside(self) -> str:
        """What the pane shows: `detail`, `forecast`, `here`, `help`, or nothing."""
        return self._beside

    @property
    def full(self) -> bool:
        """Whether the pane stands in place of the board."""
        return self._full or (bool(self._beside) and self.size.width < WIDE and self.size.height < TALL)

    def toggle(self, what: str, full: bool = False) -> None:
        """Show a pane, or hide it when it is shown already."""
        shown = self._beside == what and self._full == full
        self._beside, self._full = ("", False) if shown else (what, full)
        self._place()
        self._draw_side(top=0)
        if self._beside == "forecast":
            self._when_calm()

    def _place(self) -> None:
        """Put the pane to the right, below, in place of the board, or away."""
        wide, tall = self.size.width >= WIDE, self.size.height >= TALL
        right, below = not self._full and wide, not self._full and tall and not wide
        self.board.display = not self.full
        self.side.display = bool(self._beside)
        self.body.styles.layout = "vertical" if below else "horizontal"
        color = self.theme_variables["primary"]
        edge: tuple[EdgeType, str | Color] = ("ascii" if self.look.ascii_only else "solid", color)
        side = self.side.styles
        side.width = min(self.size.width * 2 // 5, 49) if right else "1fr"
        side.height = self.size.height * 2 // 5 if below else "1fr"
        side.border_left = edge if right else None
        side.border_top = edge if below else None
        side.padding = (0, 0, 0, 1) if right else 0

    def _draw_side(self, top: int | None = None) -> None:
        width = self.side.size.width
        if self._beside and width:
            from pipetui.ui.beside import lines

            try:
                shown = lines(self, self._beside, width)
            except ConnectionLost as error:
                self.lookout.lose(error)
            else:
                self.side.show(shown, top)

    def redraw_side(self, what: str) -> None:
        """Draw the pane again when it shows this."""
        if self._beside == what:
            self._draw_side()


def _with_hint(error: PipetuiError) -> Message:
    return say("{message} {hint}", message=error.message, hint=error.hint) if error.hint else error.message


def run(
    config: Config,
    url: str,
    *,
    pipeline: str | None = None,
    clock: Callable[[], datetime] | None = None,
    travel: date | None = None,
) -> int:
    """The board of a store until it is quit; its exit code. All that was shown is written when it returns.

    `clock` tells an aware moment other than the present; `travel` is a day to look back to first. Raises
    StoreProblem; Conflict when the last thing done before the end turns out to be refused.
    """
    from dataclasses import replace

    from pipetui.config import make_home
    from pipetui.store.db import Database
    from pipetui.store.sharing import acting
    from pipetui.store.start import ready

    def now() -> datetime:
        return clock() if clock else datetime.now(UTC)

    def opened() -> Store:
        from pipetui.store.store import Store

        return Store.open(url, login=config.me, now=now, told=told)

    def dated() -> tuple[date, datetime]:
        moment = now()
        return moment.astimezone().date(), moment

    make_home(url)
    config = replace(config, me=acting(url, config.me))
    db = Database(url)
    if not ready(db):
        opened().close()
    reading = Reading(db, opened, dated, pipeline, config.fiscal_month or 1, config.me)
    writer = Writer(opened)
    try:
        app = Pipetui(config, reading, writer, Terminal)
        app.travel_first = travel
        app.run()
        app.close()
        if app.failure is not None:
            raise app.failure
        return app.return_code or 0
    finally:
        reading.close()
        writer.close()
