"""One thread that writes: jobs run in the order they came, on a connection of their own, while the screen goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pipetui.store.store import Store

T = TypeVar("T")


class Writer:
    """Jobs on the store, one after another. The connection is opened by the first of them."""

    def __init__(self, opened: Callable[[], Store]) -> None:
        self._opened = opened
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._waiting: set[asyncio.Future[Any]] = set()
        self._unheard: list[Future[Any]] = []
        """Jobs of which nobody has learned how they ended."""

    @property
    def opened(self) -> bool:
        """Whether anything was written yet."""
        return self._store is not None

    @property
    def busy(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._waiting)

    def write(self, job: Callable[[Store], T]) -> asyncio.Future[T]:
        """Have a job done after those before it; its result, or what it raised, comes in the future.

        The job is done even when nobody waits for it any more.
        """
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[T] = loop.create_future()
        heard.add_done_callback(self._waiting.discard)
        self._waiting.add(heard)
        done = self._thread.submit(self._run, job)
        self._unheard.append(done)

        def hear() -> None:
            if not heard.cancelled():
                self._unheard.remove(done)
                _hand_over(done, heard)

        def ended(_: Future[T]) -> None:
            with suppress(RuntimeError):  # the loop is closed: the program ends
                loop.call_soon_threadsafe(hear)

        done.add_done_callback(ended)
        return heard

    async def settled(self) -> None:
        """Wait until all that was asked for is written or has failed; who asked for it hears of failures."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    def close(self) -> None:
        """Finish what is waiting, then let go of the store. Raises what kept a job from being done, when nobody
        heard of it."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)
        for done in self._unheard:
            done.result()

    def _run(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = self._opened()
        return job(self._store)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()


def _hand_over(done: Future[T], heard: asyncio.Future[T]) -> None:
    error = done.exception()
    if error is None:
        heard.set_result(done.result())
    else:
        heard.set_exception(error)
