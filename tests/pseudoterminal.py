"""A real pseudo-terminal with a screen that can be read: what the tests and the benches press keys in."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "enter": "\r", "escape": "\x1b", "tab": "\t", "space": " ",
    "backspace": "\x7f", "ctrl+s": "\x13", "ctrl+l": "\x0c", "ctrl+c": "\x03", "ctrl+z": "\x1a",
}  # fmt: skip
UNKNOWN = re.compile(rb"\x1b\[[<>=][0-9;]*[a-z]|\x1b\[\?[0-9;]*\$p")
"""Sequences the screen model does not know and would show as text."""


class PseudoTerminal:
    """A command running in a terminal of its own; `screen` is what a person would see."""

    def __init__(
        self,
        command: Sequence[str],
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.columns, self.rows = size
        self._screen = pyte.Screen(self.columns, self.rows)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        """Every byte the command wrote."""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder or ".")
            os.execvpe(command[0], list(command), {**os.environ, "TERM": "xterm-256color", **(env or {})})
        self.resize(size)
        self.status: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def screen(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def modes(self) -> dict[str, bool]:
        """What the command has switched on, judged by the last switch of each kind it wrote."""
        written = bytes(self.raw)
        switches = {"alternate screen": b"1049", "mouse": b"1000", "paste": b"2004", "hidden cursor": b"25"}
        on = {name: written.rfind(b"\x1b[?" + code + b"h") for name, code in switches.items()}
        off = {name: written.rfind(b"\x1b[?" + code + b"l") for name, code in switches.items()}
        on["hidden cursor"], off["hidden cursor"] = off["hidden cursor"], on["hidden cursor"]
        return {name: on[name] > off[name] for name in switches}

    def blank(self) -> None:
        """Put nothing on the screen behind the back of the command."""
        self._screen.erase_in_display(2)

    @property
    def cooked(self) -> bool:
        """Whether lines are edited and echoed, as a shell wants it."""
        flags = termios.tcgetattr(self._terminal)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, as a window manager would."""
        self.columns, self.rows = size
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        self._screen.resize(self.rows, self.columns)

    def send(self, data: bytes) -> None:
        """Bytes as a keyboard or a confused terminal would send them."""
        os.write(self._terminal, data)

    def press(self, *keys: str) -> None:
        """Keys by name, or text typed as it stands."""
        for key in keys:
            self.press_only(key)
            self.read(0.02)

    def press_only(self, key: str) -> None:
        """One key, without taking in what it causes."""
        self.send(KEYS.get(key, key).encode())

    def read(self, seconds: float) -> int:
        """Take in what is written during so long a time; the number of bytes."""
        before, end = len(self.raw), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self._take(left):
                break
        return len(self.raw) - before

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(UNKNOWN.sub(b"", data))
        return bool(data)

    def settle(self, quiet: float = 0.25, seconds: float = 10.0) -> int:
        """Wait until nothing has been written for a while; the number of bytes that came."""
        before, end = len(self.raw), time.monotonic() + seconds
        while time.monotonic() < end and self.read(quiet):
            pass
        return len(self.raw) - before

    def expect(self, text: str, seconds: float = 20.0) -> re.Match[str]:
        """Wait until `text` (a pattern) stands on the screen; AssertionError with the screen when it does not come."""
        end = time.monotonic() + seconds
        while (found := re.search(text, self.screen)) is None:
            if time.monotonic() > end or not self._take(0.05):
                if found := re.search(text, self.screen):
                    break
                raise AssertionError(f"{text!r} did not come; the screen:\n{self.screen}")
        return found

    def signal(self, number: signal.Signals) -> None:
        """Send the command a signal."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """Take the terminal away from the command, as a dropped connection does."""
        os.close(self._terminal)
        self._terminal = -1

    def wait(self, seconds: float = 10.0) -> int:
        """The exit status; AssertionError when the command does not end."""
        end = time.monotonic() + seconds
        while self.status is None:
            if self._terminal >= 0:
                self._take(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise AssertionError(f"still running; the screen:\n{self.screen}")
        if self._terminal >= 0:
            self.read(0.05)
        return self.status

    def kill(self) -> None:
        """End it at once and let go of the terminal."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.status = -signal.SIGKILL
        if self._terminal >= 0:
            self.close()
