"""How good is the forecast? A screen that looks back: what would have been said on earlier days, and what came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from pipetui import hindsight
from pipetui.core.backtest import OURS, Backtest
from pipetui.core.funnel import open_stages
from pipetui.core.message import say
from pipetui.errors import Conflict, PipetuiError
from pipetui.lang import _, told
from pipetui.ui.acts import clashing
from pipetui.ui.field import rule
from pipetui.ui.paint import GLYPHS, Line, Role, Span, fitted
from pipetui.ui.pane import Pane
from pipetui.ui.triallines import BY, Trial, days, trial_lines

if TYPE_CHECKING:
    from pipetui.core.change import Batch
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui

T = TypeVar("T")
HORIZONS = (7, 14, 30, 60, 90)
USUAL = 30
PATIENCE = 0.5
"""Seconds between two words about how far it is."""
FIELDS: tuple[str | None, ...] = (None, "stage", "source", "owner")
"""What the deals are told apart by."""


class Left(PipetuiError):
    """The screen was left while its thread was looking back."""

    def __init__(self) -> None:
        super().__init__(say("The screen was left."))


class TrialScreen(Screen[None]):
    """Looks back on a thread; what was found once is kept while the screen is open."""

    AUTO_FOCUS = ""
    CSS = """
    TrialScreen Pane { width: 100%; }
    """

    def __init__(self, app: Pipetui) -> None:
        super().__init__()
        self._main = app
        self._days, self._by = USUAL, FIELDS[0]
        self._found: dict[tuple[int, str | None], Backtest] = {}
        self._used = OURS
        self._looking = False
        self._left = False
        self._done = 0, 0
        """Earlier days looked from, and how many there are."""
        self._said: tuple[str, Role] = ("", "")
        self._head, self._body, self._foot = Pane(app.look), Pane(app.look), Pane(app.look)

    def compose(self) -> ComposeResult:
        """A title, what is to be read, and what is shown."""
        self.styles.overflow_y = "hidden"
        self._head.styles.height = self._foot.styles.height = 1
        self._body.styles.height = "1fr"
        self._body.styles.padding = (0, 1)
        yield from (self._head, self._body, self._foot)

    def on_mount(self) -> None:
        """Begin to look back."""
        from pipetui.store.method import preferred

        self._used = preferred(self._main.reading.db)
        self.set_interval(PATIENCE, lambda: self._draw() if self._looking else None)
        self._begin()

    def on_unmount(self) -> None:
        """What is not needed any more is not looked for to the end."""
        self._left = True

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one act."""
        event.stop()
        event.prevent_default()
        self._said = "", ""
        key = event.character if event.character and event.is_printable else event.key
        match key:
            case "escape" | "q":
                self.dismiss()
                return
            case "+" | "=":
                self._reach(1)
            case "-":
                self._reach(-1)
            case "h":
                self._days = _after(HORIZONS, self._days)
                self._begin()
            case "b":
                self._by = _after(FIELDS, self._by)
                self._begin()
            case "u":
                self._change()
            case _:
                self._scroll(key)
        self._draw()

    def _scroll(self, key: str) -> None:
        page = max(self._body.size.height - 1, 1)
        ends = 2**31
        steps = {
            "j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, " ": page, "pageup": -page, "g": -ends,
            "home": -ends, "G": ends, "end": ends,
        }  # fmt: skip
        self._body.scroll_by(steps.get(key, 0))

    def _reach(self, steps: int) -> None:
        """Look further ahead, or less far."""
        place = HORIZONS.index(self._days) + steps
        self._days = HORIZONS[min(max(place, 0), len(HORIZONS) - 1)]
        self._begin()

    # Looking back

    def _begin(self) -> None:
        if (self._days, self._by) not in self._found and not self._looking:
            self._looking = True
            self.run_worker(self._look())

    async def _look(self) -> None:
        """Look back until what is asked for now is found."""
        try:
            while (wanted := (self._days, self._by)) not in self._found:
                self._draw()
                self._found[wanted] = await apart(self._job(*wanted))
        except PipetuiError as error:
            self._said = told(error.message), "bad"
        finally:
            self._looking = False
        self._draw()

    def _job(self, ahead: int, by: str | None) -> Callable[[], Backtest]:
        reading = self._main.reading
        number, stages, now = reading.pipeline.id, reading.stages, reading.clock()[1]

        def heard(done: int, of: int) -> None:
            if self._left:
                raise Left
            self._done = done, of

        def look() -> Backtest:
            from pipetui.store.learning import tried

            db = reading.beside()
            self._done = 0, 0
            try:
                return tried(db, number, stages, now, ahead, by, heard)
            finally:
                db.close()

        return look

    # The method

    def _change(self) -> None:
        found = self._found.get((self._days, self._by))
        name = hindsight.offered(found, self._used) if found else None
        if name is not None:
            self.run_worker(self._use(name))
        elif found:
            self._said = _("There is no better method to use."), "warn"

    async def _use(self, name: str) -> None:
        def written(store: Store) -> Batch:
            from pipetui.store.method import prefer

            batch = prefer(store, name)
            store.commit(batch)
            return batch

        try:
            batch = await self._main.writer.write(written)
        except Conflict as error:
            self._said = told(clashing(error)), "bad"
        except PipetuiError as error:
            self._said = told(error.message), "bad"
        else:
            self._used = name
            self._said = f"{told(batch.label)}. {_('On the board u takes it back.')}", "good"
            self._main.reload()
        self._draw()

    # Drawing

    def _draw(self) -> None:
        width = self._body.size.width
        if not width:
            return
        keys = [("+/-", _("how far ahead")), ("b", _("tell apart")), ("esc", _("back"))]
        self._head.show([rule(_("How good is the forecast?"), width, keys)], 0)
        found = self._found.get((self._days, self._by))
        if found is None:
            failed = bool(self._said[0]) and not self._looking
            self._body.show([[]] if failed else [[], [Span(self._waiting(), "dim")]], 0)
        else:
            self._body.show(trial_lines(self._trial(found), width))
        self._foot.show([fitted(self._standing(), width)], 0)

    def _waiting(self) -> str:
        done, of = self._done
        return _("Looking back: {done} of {of}…").format(done=done, of=of) if of else _("Looking back…")

    def _trial(self, found: Backtest) -> Trial:
        stages = [stage.name for stage in open_stages(self._main.reading.stages)]
        signs = hindsight.ASCII if self._main.look.ascii_only else hindsight.SIGNS
        return Trial(found, self._by, stages, self._used, signs)

    def _standing(self) -> Line:
        """What is looked at, or what has just been said."""
        if self._said[0]:
            return [Span(f" {self._said[0]}", self._said[1])]
        ahead = _("{days} ahead").format(days=days(self._days))
        parts = (self._main.reading.pipeline.name, ahead, told(BY[self._by]))
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]


def _after(values: tuple[T, ...], value: T) -> T:
    return values[(values.index(value) + 1) % len(values)]


def apart(job: Callable[[], T]) -> asyncio.Future[T]:
    """What a job brings, done on a thread that ends with the program: nobody waits for a look back at quitting."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def hand(found: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the program ends
            loop.call_soon_threadsafe(lambda: None if answer.cancelled() else found())

    def work() -> None:
        try:
            brought = job()
        except PipetuiError as error:
            told_of = error
            hand(lambda: answer.set_exception(told_of))
        except BaseException as error:
            broken = error
            hand(lambda: answer.set_exception(broken))
            raise
        else:
            hand(lambda: answer.set_result(brought))

    Thread(target=work, name="look back", daemon=True).start()
    return answer
