"""Keys typed ahead of the screen wait for their turn: each goes to what the keys before it have opened.

A slow link or fast fingers bring many keys at once, and `/acme` must never act as `a`, `c`, `m` and `e` on the board.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.app import ScreenStackError

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Event
    from textual.message_pump import MessagePump

ANSWERS = "answers"
"""The group of workers that do what a dialog was answered; the next key waits for them."""
READS = "reads"
"""The group of workers that read what the next key will act upon; it waits for them, unless it leaves."""
PATIENCE = 5.0
"""Seconds after which a key no longer waits for the one before."""
GLANCE = 0.05
"""Seconds between two looks whether what is waited for is still there."""
GAP = 0.002
"""Seconds between two looks whether a worker has ended."""


class TypeAhead:
    """The keys that came and were not yet handed on to the application."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Event] = deque()
        self._came = asyncio.Event()

    def put(self, event: Event) -> None:
        """One more, behind those that wait."""
        self._waiting.append(event)
        self._came.set()

    async def hand_on(self) -> None:
        """Give the application one after the other, for as long as it runs."""
        while True:
            await self._came.wait()
            self._app.post_message(self._waiting.popleft())
            if not self._waiting:
                self._came.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._settled()

    async def _settled(self) -> None:
        """Wait until the last key has done its work and whatever it opened takes keys."""
        await _idle(self._app)
        while True:
            target = self._target
            for pump in _upwards(target):
                await _idle(pump)
            busy = self._busy
            while self._busy:
                await asyncio.sleep(GAP)
            if not busy and self._target is target:
                return

    @property
    def _busy(self) -> bool:
        """Whether something is under way that the next key waits for."""
        leaves = bool(self._waiting) and getattr(self._waiting[0], "key", "") == "escape"
        groups = (ANSWERS,) if leaves else (ANSWERS, READS)
        return any(one.group in groups and not one.is_finished for one in self._app.workers)

    @property
    def _target(self) -> MessagePump:
        """What the next key would go to."""
        try:
            return self._app.focused or self._app.screen
        except ScreenStackError:
            return self._app


def _upwards(pump: MessagePump) -> Iterator[MessagePump]:
    """It, and whatever its messages rise to."""
    above: MessagePump | None = pump
    while above is not None:
        yield above
        above = above._parent


async def _idle(pump: MessagePump) -> None:
    """Wait until it has gone through all that was sent to it, or is no more."""
    done = asyncio.Event()
    if not pump.call_later(done.set):
        return
    while not done.is_set() and pump.is_running:
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), GLANCE)
