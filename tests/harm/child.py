"""A process to be hurt: it acts, and tells after each act that it is confirmed, or in which words it was refused."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any, NoReturn

from pipetui.errors import PipetuiError
from pipetui.lang import told

CRASHED = "unexpected error"
"""What the command line says of an error nobody thought of."""


class Teller:
    """The child's mouth: whole lines that arrive even when it dies right after."""

    def __init__(self, into: int) -> None:
        self._into = into

    def __call__(self, what: str, *values: object) -> None:
        """`done`, `refused`, `crashed` or a word of the play, and values."""
        os.write(self._into, (json.dumps([what, *values]) + "\n").encode())

    def refused(self, error: PipetuiError) -> None:
        """One of the product's own sentences."""
        self("refused", f"{told(error.message)} {told(error.hint) if error.hint else ''}".strip(), error.code)

    def act(self, act: Callable[[], object]) -> bool:
        """Act and tell how it ended; whether it was confirmed."""
        try:
            value = act()
        except PipetuiError as error:
            self.refused(error)
            return False
        self("done", value)
        return True

    def command(self, *words: str) -> bool:
        """Run a command line and tell how it ended; whether it was confirmed."""
        from pipetui.cli import main

        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*words])
        said = err.getvalue()
        if CRASHED in said or "Traceback" in said:
            self("crashed", f"{' '.join(words)}: {said}")
        elif code:
            self("refused", said.strip() or out.getvalue().strip(), str(code))
        else:
            self("done", out.getvalue())
        return code == 0


Play = Callable[[Teller], object]


def commands(url: str, lines: Iterable[Sequence[str]]) -> Play:
    """A play of command lines on a store."""
    return lambda tell: [tell.command("--db", url, *words) for words in lines]


class Child:
    """A running play. It begins at once, or waits in the play for `go`."""

    def __init__(self, play: Play, uid: int | None = None) -> None:
        self.lines: list[list[Any]] = []
        self._rest = b""
        self._from, into = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._from)
            _play(play, Teller(into), uid)
        os.close(into)
        self.killed = False

    def wait_for(self, what: str, seconds: float = 60.0) -> bool:
        """Read until a line of that kind came; whether it did before the child ended."""
        end = time.monotonic() + seconds
        while not any(line[0] == what for line in self.lines):
            if time.monotonic() > end or not self._read():
                return False
        return True

    def kill(self) -> None:
        """kill -9, and take in what it said before; `killed` tells whether it was still at work."""
        os.kill(self.pid, signal.SIGKILL)
        self.end()

    def end(self) -> list[list[Any]]:
        """Wait for its end; all it said."""
        while self._read():
            pass
        os.close(self._from)
        _, status = os.waitpid(self.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self.killed = code == -signal.SIGKILL
        if code not in (0, -signal.SIGKILL):
            self.lines.append(["crashed", f"ended with {code}"])
        return self.lines

    def said(self, what: str) -> list[list[Any]]:
        """The values of the lines of a kind."""
        return [line[1:] for line in self.lines if line[0] == what]

    def _read(self) -> bool:
        data = os.read(self._from, 65536)
        *whole, self._rest = (self._rest + data).split(b"\n")
        self.lines += [json.loads(line) for line in whole]
        return bool(data)


def _play(play: Play, tell: Teller, uid: int | None) -> NoReturn:
    code = 0
    try:
        if uid is not None and os.getuid() == 0:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        play(tell)
    except PipetuiError as error:
        tell.refused(error)
    except BaseException:  # noqa: BLE001 - the outermost edge of the process: whatever comes is told
        tell("crashed", traceback.format_exc())
        code = 0
    finally:
        os._exit(code)
