"""The whole application in a real terminal, and bytes typed into it as no keyboard would send them."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from fuzzing.holding import hold
from machine import PROGRAM, Machine
from pseudoterminal import PseudoTerminal

ENDED_WELL = (0, 130)
DEALS = "".join(f'Company{n} roof{n} {n}k @"Person {n}" !today call\n' for n in range(1, 9))


class Board:
    """A board that is opened at the first input, and again whenever an input has ended it."""

    def __init__(self) -> None:
        self._machine: Machine | None = None
        self._terminal: PseudoTerminal | None = None
        self._so_far = b""

    def typed(self, given: bytes) -> None:
        """Type it. The application goes on, or ends as it does when it is told to; it leaves no report of a crash."""
        machine, terminal = self._opened()
        # `q` would spend the time on starting again; ctrl+c, ctrl+z and ctrl+\\ are for the shell.
        data = bytes(byte for byte in given if byte not in b"q\x03\x1a\x1c")
        self._so_far += data
        with suppress(OSError):
            terminal.send(data)
        terminal.read(0.05)
        reports = list((machine.folder / "state").glob("crash-*"))
        told = reports[0].read_text() if reports else ""
        for report in reports:
            report.unlink()
        if not terminal.read(0.001) and _ended(terminal):
            self._terminal = None
        if reports or (terminal.status or 0) not in ENDED_WELL:
            self._terminal, so_far, self._so_far = None, self._so_far[-600:], b""
            hold(False, told, terminal.status, so_far, terminal.screen)

    def _opened(self) -> tuple[Machine, PseudoTerminal]:
        if self._machine is None:
            self._machine = Machine(Path(tempfile.mkdtemp(prefix="pipetui-board-")))
            self._machine.env |= {"EDITOR": "true", "VISUAL": "true"}
            self._machine.run("add", given=DEALS)
        if self._terminal is None:
            inside = ("env", "-C", str(self._machine.folder), *PROGRAM)
            self._terminal, self._so_far = self._machine.open(program=inside), b""
        return self._machine, self._terminal

    def close(self) -> None:
        """End it; AssertionError when the store is not sound."""
        if self._machine is not None:
            self._machine.opened.close()
            self._machine.run("doctor")


def _ended(terminal: PseudoTerminal) -> bool:
    try:
        terminal.wait(0.0)
    except AssertionError:
        return False
    return True
