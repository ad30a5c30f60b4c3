"""One thread that writes: jobs run in the order they came, on a connection of their own, while the screen goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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

    @property
    def busy(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._waiting)

    def write(self, job: Callable[[Store], T]) -> asyncio.Future[T]:
        """Have a job done after those before it; its result, or what it raised, comes in the future."""
        future = asyncio.wrap_future(self._thread.submit(self._run, job))
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        return future

    async def settled(self) -> None:
        """Wait until all that was asked for is written or has failed; who asked for it hears of failures."""
        while self._waiting:
            await asyncio.wait(set(self._waiting))

    def close(self) -> None:
        """Finish what is waiting, then let go of the store."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    def _run(self, job: Callable[[Store], T]) -> T:
        if self._store is None:
            self._store = self._opened()
        return job(self._store)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
