"""Over a real SSH connection, slow and late, cut in the middle: the screen is right, and so is the store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from farside import MISSING, SSHD, FarSide

pytestmark = [
    pytest.mark.skipif(SSHD is None, reason=MISSING),
    pytest.mark.skipif(shutil.which("ssh") is None, reason="There is no ssh here."),
]
DELAY, RATE = 0.05, 64_000 / 8
"""A mobile line in the country: 100 ms there and back, 64 kbit/s."""
KEY, MOVE = 1_500, 8_000
"""Bytes on the line that a cursor key and a move may cost at most, those that SSH adds included."""


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarSide]:
    """Somewhere in the country."""
    with FarSide(tmp_path, DELAY, RATE) as side:
        yield side


def test_a_session_on_a_slow_line(far: FarSide) -> None:
    far.machine.run("add", given="Acme !today call\nBoréal\n")
    terminal = far.open(*far.pipetui())
    terminal.expect(r"\? help", 60)
    terminal.settle(1.0)
    before = far.link.carried["down"]
    terminal.press("j")
    terminal.settle(1.0)
    assert 0 < far.link.carried["down"] - before < KEY
    before = far.link.carried["down"]
    terminal.press("L")
    terminal.expect("Prospect 1")
    terminal.settle(1.0)
    assert 0 < far.link.carried["down"] - before < MOVE
    assert far.machine.stage("boreal") == "Prospect"
    terminal.press("n")
    terminal.expect("New deal|Add")
    terminal.press("Čapek – 3k", "enter")
    terminal.expect("Lead 2")
    assert far.machine.json("list", "capek")[0]["amount"] == "3000.00"
    terminal.press("u")
    terminal.expect("Lead 1")
    terminal.press("q")
    assert terminal.wait(20) == 0
    assert far.machine.run("doctor").endswith("all is well.\n")


def test_the_demo_over_there(far: FarSide) -> None:
    far.link.rate = 0.0
    terminal = far.open(*far.pipetui("demo"))
    terminal.expect(r"\? help", 60)
    terminal.press("f")
    terminal.expect("Forecast")
    terminal.press("f", "q")
    assert terminal.wait(20) == 0


@pytest.mark.skipif(shutil.which("tmux") is None, reason="There is no tmux here.")
def test_a_dropped_line_in_tmux_is_taken_up_where_it_was(far: FarSide) -> None:
    far.machine.run("add", given="Acme !today call\nBoréal\n")
    first = far.open("tmux", "-u", "new-session", "-s", "sales", *far.pipetui())
    first.expect(r"\? help", 60)
    first.press("L")
    first.expect("Prospect 1")
    first.press("n")
    first.expect("New deal|Add")
    first.press("Čapek 3k")
    first.expect("Čapek · €3,000")
    first.settle(1.0)
    before = first.screen
    far.link.cut()
    assert first.wait(20) != 0
    again = far.open("tmux", "-u", "attach-session", "-t", "sales")
    again.expect("Čapek 3k", 60)
    again.settle(0.5)
    assert _board(again.screen) == _board(before)
    again.press("enter")
    again.expect("Lead 2")
    assert far.machine.json("list", "capek")[0]["amount"] == "3000.00"
    again.press("u")
    again.expect("Lead 1")
    again.press("q")
    again.wait(20)
    assert far.machine.stage("acme") == "Prospect"
    assert far.machine.run("doctor").endswith("all is well.\n")


def _board(screen: str) -> list[str]:
    """The lines of the screen, that of tmux left out."""
    return screen.splitlines()[:-1]
