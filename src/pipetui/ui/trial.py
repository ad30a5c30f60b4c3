"""How good is the forecast? A screen that looks back: what would have been said on earlier days, and what came."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pipetui import hindsight
from pipetui.core.backtest import OURS, Backtest
from pipetui.core.funnel import open_stages
from pipetui.core.message import say
from pipetui.errors import PipetuiError
from pipetui.lang import _, told
from pipetui.ui.apart import apart as apart
from pipetui.ui.apart import work
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span
from pipetui.ui.rows import Row
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


class TrialScreen(Page):
    """Looks back on a thread; what was found once is kept while the screen is open."""

    KEYS = (
        Key(("+", "="), "further", say("Look further ahead"), say("further")),
        Key(("-",), "nearer", say("Look less far ahead"), say("nearer")),
        Key(("h",), "horizon", say("The next horizon")),
        Key(("b",), "by", say("Tell deals apart by stage, source or owner"), say("tell apart")),
        Key(("m",), "method", say("Use a simpler method that was better, or this one again")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._days, self._by = USUAL, FIELDS[0]
        self._found: dict[tuple[int, str | None], Backtest] = {}
        self._used = OURS
        self._looking = self._failed = False
        self._left = False
        self._done = 0, 0
        """Earlier days looked from, and how many there are."""

    def on_mount(self) -> None:
        """Begin to look back."""
        from pipetui.store.method import preferred

        self._used = preferred(self.main.reading.db)
        self.set_interval(PATIENCE, lambda: self.draw() if self._looking else None)
        self._begin()

    def on_unmount(self) -> None:
        """What is not needed any more is not looked for to the end."""
        self._left = True

    def do_further(self) -> None:
        self._reach(1)

    def do_nearer(self) -> None:
        self._reach(-1)

    def do_horizon(self) -> None:
        self._days = _after(HORIZONS, self._days)
        self._begin()

    def do_by(self) -> None:
        self._by = _after(FIELDS, self._by)
        self._begin()

    def _reach(self, steps: int) -> None:
        """Look further ahead, or less far."""
        place = HORIZONS.index(self._days) + steps
        self._days = HORIZONS[min(max(place, 0), len(HORIZONS) - 1)]
        self._begin()

    # Looking back

    def _begin(self) -> None:
        if (self._days, self._by) not in self._found and not self._looking:
            self._looking, self._failed = True, False
            work(self, self._look)

    async def _look(self) -> None:
        """Look back until what is asked for now is found."""
        try:
            while (wanted := (self._days, self._by)) not in self._found:
                self.draw()
                self._found[wanted] = await apart(self._job(*wanted))
        except PipetuiError as error:
            self._failed = True
            self.tell(error.message, "bad")
        finally:
            self._looking = False
        self.draw()

    def _job(self, ahead: int, by: str | None) -> Callable[[], Backtest]:
        reading = self.main.reading
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

    async def do_method(self) -> None:
        found = self._found.get((self._days, self._by))
        name = hindsight.offered(found, self._used) if found else None
        if name is not None:
            await self._use(name)
        elif found:
            self.tell(say("There is no better method to use."), "warn")

    async def _use(self, name: str) -> None:
        def written(store: Store) -> Batch:
            from pipetui.store.method import prefer

            batch = prefer(store, name)
            store.commit(batch)
            return batch

        batch = await self.main.writer.write(written)
        self._used = name
        self.main.reload()
        self.tell(say("{what}. On the board u takes it back.", what=batch.label), "good")

    # Drawing

    def heading(self) -> str:
        """The question."""
        return _("How good is the forecast?")

    def made(self, width: int) -> list[Row]:
        """What was found, or how far the look back is."""
        found = self._found.get((self._days, self._by))
        if found is None:
            return [Row([])] if self._failed else [Row([]), Row([Span(f" {self._waiting()}", "dim")])]
        return [Row([Span(" "), *line]) for line in trial_lines(self._trial(found), width - 1)]

    def _waiting(self) -> str:
        done, of = self._done
        return _("Looking back: {done} of {of}…").format(done=done, of=of) if of else _("Looking back…")

    def _trial(self, found: Backtest) -> Trial:
        stages = [stage.name for stage in open_stages(self.main.reading.stages)]
        signs = hindsight.ASCII if self.main.look.ascii_only else hindsight.SIGNS
        return Trial(found, self._by, stages, self._used, signs)

    def standing(self) -> Line:
        """What is looked at."""
        ahead = _("{days} ahead").format(days=days(self._days))
        parts = (self.main.reading.pipeline.name, ahead, told(BY[self._by]))
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]


def _after(values: tuple[T, ...], value: T) -> T:
    return values[(values.index(value) + 1) % len(values)]
