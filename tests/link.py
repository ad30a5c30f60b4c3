"""A stretch of network that can be bad: slow, late, silent for a while, or cut; for one address behind it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from types import TracebackType
from typing import Self

PIECE = 256
"""Bytes that travel together on a slow line; a line of 64 kbit/s needs 32 ms for them."""


class Link:
    """Listens on a port of the loopback and passes on what comes, both ways, as a line of that quality would."""

    def __init__(self, target: tuple[str, int], delay: float = 0.0, rate: float = 0.0) -> None:
        """`delay` is in seconds one way, `rate` in bytes per second each way, 0 for as fast as it goes."""
        self.target, self.delay, self.rate = target, delay, rate
        self.carried = {"up": 0, "down": 0}
        """Bytes passed on towards the target and back."""
        self._flows = threading.Event()
        self._flows.set()
        self._ends: list[socket.socket] = []
        self._all: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._run(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stall(self) -> None:
        """Pass on nothing any more; what is sent waits."""
        self._flows.clear()

    def go_on(self) -> None:
        """Pass on again, what waited first."""
        self._flows.set()

    def cut(self) -> None:
        """Drop every connection there is; new ones are welcome."""
        while self._ends:
            with suppress(OSError):
                self._ends.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """No more of it."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._flows.set()
        self.cut()
        for thread in self._threads:
            thread.join(10)
        for end in self._all:
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ends += (near, far)
            self._all += (near, far)
            self._carry(near, far, "up")
            self._carry(far, near, "down")

    def _carry(self, source: socket.socket, sink: socket.socket, way: str) -> None:
        pieces: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
        self._run(self._take, source, pieces)
        self._run(self._give, sink, pieces, way)

    def _run(self, act: Callable[..., None], *values: object) -> None:
        self._threads.append(threading.Thread(target=act, args=values, daemon=True))
        self._threads[-1].start()

    def _take(self, source: socket.socket, pieces: SimpleQueue[tuple[float, bytes]]) -> None:
        while True:
            try:
                piece = source.recv(PIECE if self.rate else 65536)
            except OSError:
                piece = b""
            pieces.put((time.monotonic() + self.delay, piece))
            if not piece:
                return

    def _give(self, sink: socket.socket, pieces: SimpleQueue[tuple[float, bytes]], way: str) -> None:
        free = 0.0
        while True:
            due, piece = pieces.get()
            if self.rate:
                free = max(free, due - self.delay) + len(piece) / self.rate
                due = free + self.delay
            time.sleep(max(0.0, due - time.monotonic()))
            self._flows.wait()
            try:
                if not piece:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(piece)
            except OSError:
                return
            self.carried[way] += len(piece)
