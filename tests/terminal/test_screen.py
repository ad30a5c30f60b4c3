"""What comes out of a real terminal and what goes in: other sizes, the background, bytes that are no keys."""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
from contextlib import closing

import pytest

from machine import PROGRAM, SANE, Machine
from pseudoterminal import PseudoTerminal

BOARD = r"Lead 2 (.*\n)+▌Acme (.*\n)+ Boréal (.*\n)+.*\? help"
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"
HOSTILE = "\x1b]0;owned\x07L\x1b[2Jq\u202eDROP\x00".encode()
"""A title, a move, an erased screen, a quit, letters the other way round, NUL."""


def wipe(terminal: PseudoTerminal) -> None:
    """Put nothing on the screen, as a terminal that was cleared behind the back of the program."""
    terminal.settle(0.05)
    terminal.blank()


@pytest.mark.parametrize("key", ["", "/", "?"])
def test_another_size_is_drawn_in_whole(acme: Machine, key: str) -> None:
    terminal = acme.open()
    whole = BOARD
    if key:
        terminal.press(key)
        whole = {"/": r"Lead 2 (.*\n)+── Filter", "?": "Move about"}[key]
        terminal.expect(whole)
    for size in ((120, 40), (60, 20), (80, 24)):
        wipe(terminal)
        terminal.resize(size)
        terminal.expect(whole)


def test_in_the_background_the_terminal_is_sane_and_all_is_drawn_again_after(acme: Machine) -> None:
    terminal = acme.open()
    terminal.signal(signal.SIGTSTP)
    assert os.WIFSTOPPED(os.waitpid(terminal.pid, os.WUNTRACED)[1])
    terminal.read(0.05)
    assert terminal.modes == SANE
    terminal.blank()
    terminal.signal(signal.SIGCONT)
    terminal.expect(BOARD)
    assert terminal.modes == dict.fromkeys(SANE, True)


def test_ctrl_z_goes_back_to_the_shell_and_fg_returns(acme: Machine) -> None:
    env = {**acme.env, "PS1": "the shell>", "ENV": ""}
    with PseudoTerminal(("sh", "-im"), (80, 24), env) as terminal:
        terminal.expect("the shell>")
        terminal.send(f"{shlex.join(PROGRAM)}\n".encode())
        terminal.expect(BOARD)
        for _ in range(2):
            terminal.press("L", "ctrl+z")
            terminal.expect("Stopped(.*\\n)+the shell>")
            assert terminal.modes == SANE
            assert terminal.cooked
            assert acme.stage("acme") == "Prospect"
            terminal.blank()
            terminal.press("fg", "enter")
            terminal.expect(r"Lead 1 +│ Prospect 1 (.*\n)+ Boréal +│▌Acme ")
            assert terminal.modes == dict.fromkeys(SANE, True)
            terminal.press("H")
            terminal.expect("Lead 2 (.*\\n)+▌Acme ")
        terminal.press("q")
        terminal.expect("^the shell>")
        assert terminal.modes == SANE


def test_ctrl_z_says_so_where_no_shell_would_bring_it_back(acme: Machine) -> None:
    terminal = acme.open()
    terminal.press("ctrl+z")
    terminal.expect("There is no shell")
    terminal.press("j")
    terminal.expect("2/2")


def test_a_stop_nobody_announced_leaves_the_terminal_as_it_was_in_the_end(acme: Machine) -> None:
    terminal = acme.open()
    before = terminal.cooked
    terminal.signal(signal.SIGSTOP)
    os.waitpid(terminal.pid, os.WUNTRACED)
    terminal.blank()
    terminal.signal(signal.SIGCONT)
    terminal.expect(BOARD)
    assert not before
    terminal.press("q")
    assert terminal.wait() == 0
    assert terminal.modes == SANE
    assert terminal.cooked


def test_ctrl_l_draws_all_again(acme: Machine) -> None:
    terminal = acme.open()
    wipe(terminal)
    terminal.press("ctrl+l")
    terminal.expect(BOARD)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x80",
        b"\x1b[1114112u",
        b"\x1b[99999999999;1u",
        b"\x00",
        b"\xc3",
        b"\xed\xa0\x80",
        PASTE + HOSTILE + PASTED,
        b"\x1b]11;rgb:1111/2222/3333\x07",
        b"\x1bP>|XTerm(389)\x1b\\",
        b"\x1b[>41;389;0c",
    ],
)
def test_bytes_that_are_no_keys_do_nothing_on_the_board(acme: Machine, data: bytes) -> None:
    terminal = acme.open()
    before = acme.done()
    terminal.send(data)
    terminal.press("j")
    terminal.expect("2/2")
    terminal.press("q")
    assert terminal.wait() == 0
    assert acme.done() == before


def test_what_is_pasted_into_a_field_is_text(acme: Machine) -> None:
    terminal = acme.open()
    terminal.press("c")
    terminal.expect("What was done")
    already = len(terminal.raw)
    terminal.send(PASTE + b"call " + HOSTILE + b"\xff [/b]" + PASTED)
    terminal.expect("DROP")
    terminal.press("enter")
    terminal.expect("Note what was done for Acme")
    written = bytes(terminal.raw[already:])
    for control in (b"\x1b]0;", b"\x07", b"\x1b[2J", "\u202e".encode(), b"\x00"):
        assert control not in written
    (deal,) = acme.json("list", "acme")
    texts = [activity["text"] for activity in acme.json("show", str(deal["id"]))["activities"]]
    assert "call ]0;ownedL[2JqDROP\ufffd [/b]".replace("\ufffd", "") in texts[-1].replace("\ufffd", "")


def drop(machine: Machine, table: str) -> None:
    """Another program breaks the store."""
    with closing(sqlite3.connect(machine.store, isolation_level=None)) as other:
        other.execute(f"DROP TABLE {table}")


def test_what_the_store_refuses_is_told_and_taken_back(acme: Machine) -> None:
    terminal = acme.open()
    drop(acme, "batch")
    terminal.press("L")
    terminal.expect(r"Lead 2 (.*\n)+ The store ")
    terminal.press("q")
    assert terminal.wait() == 0


def test_a_store_that_cannot_be_read_any_more_ends_the_program_in_order(acme: Machine) -> None:
    terminal = acme.open()
    drop(acme, "deal")
    assert terminal.wait(20) == 3
    assert terminal.modes == SANE
    said = bytes(terminal.raw).rpartition(b"\x1b[?1006l")[2].decode()
    assert "refused: no such table: deal." in said
    assert said.count("\n") == 1
