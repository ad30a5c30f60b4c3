"""What is done while a screen goes on: a job on a thread of its own, an act beside the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from pipetui.errors import PipetuiError

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.worker import Worker

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


def work(
    screen: DOMNode,
    act: Callable[..., Awaitable[None]],
    *given: Any,
    group: str = "default",
    exclusive: bool = False,
) -> Worker[None]:
    """Have an act done by a worker; an `exclusive` one takes the place of what its group is doing.

    The act is called when its turn comes: a screen that is left before leaves no coroutine behind that never ran.
    """
    begun: Callable[[], Any] = partial(act, *given)
    return screen.run_worker(begun, group=group, exclusive=exclusive)
