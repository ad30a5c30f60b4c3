"""A job on a thread of its own, for a screen that goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from pipetui.errors import PipetuiError

T = TypeVar("T")


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
