"""What ends the program from outside, or from within: the terminal is given back, and nothing shown is lost."""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from machine import SANE, Machine
from pseudoterminal import PseudoTerminal

CONFIRMED = re.compile(r"\n Move Acme to (\w+) {2,}\d+/\d+")
"""What the bar says of a move once it is written, not before."""
ENDINGS = [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
LAUNCHER = """
import sys
from pipetui.cli import main
from pipetui.ui import handlers
class Broken(Exception): pass
def broken(self):
    {code}
handlers.Handlers.{name} = broken
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def locked(machine: Machine) -> Iterator[None]:
    """Another program has the store; nothing can be written meanwhile."""
    with closing(sqlite3.connect(machine.store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize(("number", "code"), ENDINGS)
def test_a_signal_ends_in_order_and_what_is_shown_is_written(
    acme: Machine, number: signal.Signals, code: int
) -> None:
    terminal = acme.open()
    with locked(acme):
        terminal.press("L")
        terminal.expect("Prospect 1")
        assert not CONFIRMED.search(terminal.screen)
        terminal.signal(number)
    assert terminal.wait() == code
    assert terminal.modes == SANE
    assert b"Traceback" not in terminal.raw
    assert acme.stage("acme") == "Prospect"
    acme.run("doctor")


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("n", "New deal"),
        ("e", "Organization"),
        ("x", "lost"),
        ("/", "Filter"),
        ("t", "Next step"),
        ("?", "Move about"),
    ],
)
def test_a_signal_ends_a_dialog_too(acme: Machine, key: str, title: str) -> None:
    terminal = acme.open()
    terminal.press(key)
    terminal.expect(title)
    terminal.signal(signal.SIGTERM)
    assert terminal.wait() == 143
    assert terminal.modes == SANE
    assert b"Traceback" not in terminal.raw


def test_a_terminal_that_goes_away_loses_nothing(acme: Machine) -> None:
    terminal = acme.open()
    with locked(acme):
        terminal.press("L")
        terminal.expect("Prospect 1")
        terminal.close()
    assert terminal.wait() == 129
    assert acme.stage("acme") == "Prospect"
    acme.run("doctor")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_the_bar_confirmed_survives_kill_9(acme: Machine, seed: int) -> None:
    chance = random.Random(seed)
    before = len(acme.done())
    terminal = acme.open()
    terminal.press_only("L")
    confirmed = [terminal.expect(CONFIRMED.pattern)[1]]
    pressed = ("H", "L") * chance.randint(1, 6)
    for key in pressed:
        terminal.press_only(key)
        watch(terminal, chance.randint(0, 40), confirmed)
    terminal.signal(signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL
    watch(terminal, 1, confirmed)
    written = acme.done()[before:]
    every = [
        "Move Acme to Prospect",
        *(f"Move Acme to {'Lead' if key == 'H' else 'Prospect'}" for key in pressed),
    ]
    assert written == every[: len(written)]
    assert len(written) >= len(confirmed)
    acme.run("doctor")


def watch(terminal: PseudoTerminal, looks: int, confirmed: list[str]) -> None:
    """Look at the bar so many times, some milliseconds apart, and note every move it confirms anew."""
    for _ in range(looks):
        terminal.read(0.002)
        if (found := CONFIRMED.search(terminal.screen)) and found[1] != confirmed[-1]:
            confirmed.append(found[1])


EDITOR = """#!/bin/sh
trap 'echo "ctrl+c too" >>"$1"' INT
echo "what was saved" >"$1"
echo "the editor is open"
read answer || read answer
"""


@pytest.fixture
def editing(acme: Machine) -> PseudoTerminal:
    """A terminal in which an editor has the notes of Acme."""
    script = acme.folder / "editor"
    script.write_text(EDITOR)
    script.chmod(0o700)
    acme.env["VISUAL"] = str(script)
    terminal = acme.open()
    terminal.press("E")
    terminal.expect("the editor is open")
    assert terminal.modes == SANE
    return terminal


def notes(machine: Machine) -> str:
    """What the store holds of them."""
    (deal,) = machine.json("list", "acme")
    return str(machine.json("show", str(deal["id"]))["notes"])


@pytest.mark.parametrize(("number", "code"), ENDINGS[:2])
def test_a_signal_waits_for_the_editor(
    acme: Machine, editing: PseudoTerminal, number: signal.Signals, code: int
) -> None:
    editing.signal(number)
    editing.press("enter")
    assert editing.wait() == code
    assert editing.modes == SANE
    assert notes(acme) == "what was saved"


def test_what_the_editor_saved_before_its_terminal_went_away_is_kept(
    acme: Machine, editing: PseudoTerminal
) -> None:
    editing.close()
    assert editing.wait() == 129
    assert notes(acme) == "what was saved"


def test_ctrl_c_in_the_editor_is_for_the_editor(acme: Machine, editing: PseudoTerminal) -> None:
    editing.press("ctrl+c", "enter")
    editing.expect("Edit Acme")
    editing.press("q")
    assert editing.wait() == 0
    assert notes(acme) == "what was saved\nctrl+c too"


# An error nobody expected


def broken(code: str, name: str = "do_sort") -> tuple[str, ...]:
    """The program with a bug: what a command does is `code`."""
    return sys.executable, "-c", LAUNCHER.format(code=code, name=name)


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ("s", "raise Broken('no row for \"Acme SARL\", marie@acme.fr')"),
        ("s", "self.app.run_worker(self.app.acts.nothing('Acme SARL', 'marie@acme.fr'))"),
        ("s", "self.app.set_timer(0.01, lambda: {}['marie@acme.fr'])"),
        ("s", "self.app.board.load(['Acme SARL'])"),
        ("sj", "self.app._driver.process_message = lambda message: {}['marie@acme.fr']"),
    ],
)
def test_an_unexpected_error_ends_in_two_lines_and_a_file(acme: Machine, keys: str, code: str) -> None:
    terminal = acme.open(program=broken(code))
    for key in keys:
        terminal.press(key)
        terminal.settle()
    assert terminal.wait() == 1
    assert terminal.modes == SANE
    after = bytes(terminal.raw).rpartition(b"\x1b[?1006l")[2].decode()
    first, second = after.split("\r\n")[:2]
    assert first.startswith("pipetui stopped on an unexpected error (")
    (file,) = (acme.folder / "state").iterdir()
    assert second.endswith(str(file))
    text = file.read_text()
    assert "pipetui/" in text
    for secret in ("Acme", "marie", str(acme.folder)):
        assert secret not in text
    assert "Traceback" not in after
