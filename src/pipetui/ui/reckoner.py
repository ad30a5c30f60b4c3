"""What takes a look at many deals is read apart: a thread with its own connection counts, learns from the past and
looks ahead, so that the board never waits. Of the forecast only the newest question is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pipetui.core.ahead import Learned
    from pipetui.core.deal import Goal
    from pipetui.core.forecast import Forecast
    from pipetui.core.moment import Period
    from pipetui.store.db import Database
    from pipetui.store.windows import Scope

T = TypeVar("T")
QUICK = 0.5
"""What is learned in so many seconds is learned anew after each change."""
RESTS = 20
"""What took longer is learned anew when so many times as long has passed: the processor is for the keys."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which forecast is wanted."""

    scope: Scope
    period: Period
    pipeline: str
    currency: str | None
    """None for the one of the store."""


@dataclass(slots=True)
class _Known:
    """What was learned, from what, when, and how long it took."""

    learned: Learned | None
    key: tuple[Any, ...]
    batch: Any
    at: float
    took: float


class Reckoner:
    """Answers questions one after another, each on the thread."""

    def __init__(self, opened: Callable[[], Database]) -> None:
        self._opened = opened
        self._db: Database | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reckoner")
        self._newest: Question | None = None
        self._known: _Known | None = None
        self._closed = False
        self.late = 0.0
        """Seconds until what changed since is learned from; 0 when the last answer knew of all changes."""

    def ask(self, question: Question) -> asyncio.Future[Forecast | None]:
        """The forecast; None when a newer question came before this one was begun."""
        self._newest = question
        return self.read(lambda db: self._answer(db, question))

    def read(self, job: Callable[[Database], T]) -> asyncio.Future[T]:
        """What a job reads on the connection of the thread."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def ended(done: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is closed: the program ends
                loop.call_soon_threadsafe(_hand_over, done, answer)

        self._thread.submit(self._do, job, answer).add_done_callback(ended)
        return answer

    def close(self) -> None:
        """Begin nothing more; wait for what is being done, but not for a server that is gone."""
        self._newest, self._closed = None, True
        if self._db is not None:
            self._db.patience = 0
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()

    def _do(self, job: Callable[[Database], T], answer: asyncio.Future[T]) -> T:
        if self._closed or answer.cancelled():
            raise CancelledError
        if self._db is None:
            self._db = self._opened()
        self._db.changed()
        return job(self._db)

    def _answer(self, db: Database, question: Question) -> Forecast | None:
        if question is not self._newest:
            return None
        from pipetui.core.forecast import forecast
        from pipetui.store.book import book, currency, goals

        scope, period = question.scope, question.period
        learned = self._learned(db, question)
        goal = next((goal for goal in goals(db, scope.pipeline_id, period) if _aimed_at(goal, scope)), None)
        made_of = book(db, scope, period, question.currency or currency(db), goal, each=True)
        return forecast(
            made_of, as_of=scope.now, period=period, pipeline=question.pipeline, goal=goal, learned=learned
        )

    def _learned(self, db: Database, question: Question) -> Learned | None:
        """What the past teaches, learned again after a change unless that takes long."""
        from pipetui.store.book import all_stages
        from pipetui.store.learning import learned
        from pipetui.store.method import preferred

        scope = question.scope
        stages = all_stages(db, scope.pipeline_id)
        key = (scope.pipeline_id, question.period.name, scope.today, stages, preferred(db))
        batch = db.one("SELECT MAX(id) FROM batch")
        known, self.late = self._known, 0.0
        if known is not None and known.key == key:
            rest = known.at + RESTS * known.took - monotonic()
            if known.batch == batch:
                return known.learned
            if known.took > QUICK and rest > 0:
                self.late = rest
                return known.learned
        start = monotonic()
        found = learned(db, scope.pipeline_id, stages, scope.now, question.period)
        self._known = _Known(found, key, batch, monotonic(), monotonic() - start)
        return found


def _aimed_at(goal: Goal, scope: Scope) -> bool:
    """A goal says something about all deals, or about those of its owner; about filtered ones it does not."""
    return scope.filter is None and scope.owner_id in (None, goal.owner_id)


def _hand_over(done: Future[T], answer: asyncio.Future[T]) -> None:
    if answer.cancelled():
        return
    error = done.exception()
    if isinstance(error, CancelledError):
        answer.cancel()
        return
    if error is None:
        answer.set_result(done.result())
    else:
        answer.set_exception(error)
