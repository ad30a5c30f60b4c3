"""A wire between a test and a PostgreSQL server that can be cut, and cut at a word that passes through it."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread
from urllib.parse import parse_qs, urlsplit


class Wire:
    """Listens on a port of this host and passes everything on to the socket of a server."""

    def __init__(self, url: str) -> None:
        """`url` is the address of a store on a server that listens in a folder."""
        parts = urlsplit(url)
        folder = parse_qs(parts.query)["host"][0]
        self._server = f"{folder}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"postgresql://{parts.username or 'postgres'}@127.0.0.1:{self.port}{parts.path}"
        self.up = True
        """Whether newcomers are let through."""
        self.opened = 0
        """How many came."""
        self._cut_at: tuple[bytes, bool] | None = None
        self._following = b""
        self._lock = Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        Thread(target=self._accept, daemon=True).start()

    def cut_at(self, word: bytes, after: bool, following: bytes = b"") -> None:
        """Cut everything once, when `word` comes from a client: after it was passed on, or before.

        `following` must have come before it.
        """
        self._cut_at, self._following = (word, after), following

    def cut(self) -> None:
        """End all that goes through, in both directions."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                _end(end)

    def close(self) -> None:
        """Let nobody in any more."""
        self.up = False
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listening.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            if not self.up:
                _end(client)
                server.close()
                continue
            server.connect(self._server)
            self.opened += 1
            with self._lock:
                self._pairs.append((client, server))
            Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, start: socket.socket, end: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while heard := start.recv(65536):
                if asks and self._following in heard:
                    self._following = b""
                if asks and not self._following and self._cut_at is not None and self._cut_at[0] in heard:
                    (_word, after), self._cut_at = self._cut_at, None
                    if after:
                        _end(start)
                        end.sendall(heard)
                    self.cut()
                    return
                end.sendall(heard)
        _end(start)
        _end(end)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
