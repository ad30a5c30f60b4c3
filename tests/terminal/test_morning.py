"""A rep's morning, key by key, in a small terminal; and two reps at once."""

from __future__ import annotations

import re

from machine import SANE, Machine
from pseudoterminal import PseudoTerminal

ENTRY = 'Zephyr site web 12k€ @"Marie Curie" #salon'
UNTICKED = re.compile(r"\. \d+ of .*")
"""What the bar may add about the evidence a deal left without, as far as there is room."""


def said(terminal: PseudoTerminal, before: str, after: str = "") -> str:
    """What stands in the bar between these words, once it does."""
    found: str = terminal.expect(rf"\n {before}(\S.*?){after} {{2,}}\d+/\d+")[1]
    return UNTICKED.sub("", found)


def test_a_morning_is_all_there_after_the_program_is_opened_again(machine: Machine) -> None:
    del machine.env["PIPETUI_DB"]
    with machine.open("demo") as terminal:
        lost, won = morning(terminal)
        terminal.press("q")
        assert terminal.wait() == 0
        assert terminal.modes == SANE
    with machine.open("demo") as terminal:
        terminal.press("/", "zephyr")
        terminal.expect(r"1 deal\n")
        terminal.press("enter", "d")
        terminal.expect("Contact  Marie Curie")
        terminal.press("J", "J")
        terminal.expect("left a message")
        terminal.press("q")
        assert terminal.wait() == 0

    machine.env["PIPETUI_DB"] = str(machine.folder / "data" / "pipetui" / "demo-1.db")
    (zephyr,) = machine.json("list", "zephyr")
    assert (zephyr["stage"], zephyr["amount"], zephyr["tags"]) == ("Prospect", "12000.00", ["salon"])
    shown = machine.json("show", str(zephyr["id"]))
    assert shown["contact"]["name"] == "Marie Curie"
    assert [(step["kind"], step["text"]) for step in shown["activities"]] == [("call", "call left a message")]
    assert stage_after(machine, f"Lose {lost}") == "Lost"
    assert stage_after(machine, f"Win {won}") == "Won"
    assert "all is well" in machine.run("doctor")


def morning(terminal: PseudoTerminal) -> tuple[str, str]:
    """Add, filter, move, call, lose, win, take back, win again; the lost one with its reason, and the won one."""
    terminal.press("n")
    terminal.expect("New deal")
    terminal.press(ENTRY)
    terminal.expect("Marie Curie .*#salon")
    terminal.press("enter")
    said(terminal, "Add ")

    terminal.press("/")
    terminal.expect("── Filter")
    terminal.press("zephyr")
    terminal.expect(r"1 deal\n")
    terminal.press("enter")
    terminal.expect(r"\? help")
    terminal.press("L")
    assert said(terminal, "Move ", r" to Prospect\b.*").startswith("Zephyr")
    terminal.press("c")
    terminal.expect("What was done")
    terminal.press("call left a message")
    terminal.expect("☎ call left a message")
    terminal.press("enter")
    assert said(terminal, "Note what was done for ").startswith("Zephyr")

    terminal.press("escape")
    terminal.expect("Lead [2-9]")
    terminal.press(*"hhhhh", "x")
    terminal.expect("Why was it lost")
    terminal.press("enter")
    lost = said(terminal, "Lose ")
    assert ": " in lost
    terminal.press(*"hhhhh", "w")
    won = said(terminal, "Win ")
    terminal.press("u")
    assert said(terminal, "Undone: Win ") == won
    terminal.press("U")
    assert said(terminal, "Done again: Win ") == won
    return lost, won


def stage_after(machine: Machine, label: str) -> str:
    """Where the deal of the last batch of that label stands in the store."""
    entry = next(entry for entry in machine.json("log", "-n", "9") if entry["label"] == label)
    number = next(change["id"] for change in entry["changes"] if change["table"] == "deal")
    return str(machine.json("show", str(number))["stage"])


def test_what_one_does_appears_in_front_of_the_other(acme: Machine) -> None:
    mine, theirs = acme.open(), acme.open()
    mine.press("L")
    said(mine, "Move Acme.* to ")
    theirs.expect("Prospect 1")
    theirs.press("L")
    said(theirs, "Move Acme.* to ")
    mine.expect("Meeting 1")
    mine.press("u")
    mine.expect("Prospect 1")
    theirs.expect("Prospect 1")
    assert acme.stage("acme") == "Prospect"
    acme.run("doctor")


def test_an_edit_of_what_somebody_else_edited_meanwhile_shows_both_values(acme: Machine) -> None:
    mine, theirs = acme.open(), acme.open()
    for terminal in (mine, theirs):
        terminal.press("e")
        terminal.expect("Edit Acme")
    mine.press("Twelve seats", "ctrl+s")
    said(mine, "Edit ")
    theirs.press("Ten seats", "ctrl+s")
    theirs.expect("marie was first")
    theirs.expect("t theirs   Twelve seats")
    theirs.expect("m yours    Ten seats")
    (deal,) = acme.json("list", "acme")
    assert deal["title"] == "Twelve seats"
    theirs.press("m")
    said(theirs, "Edit ")
    (deal,) = acme.json("list", "acme")
    assert deal["title"] == "Ten seats"


def test_notes_two_people_write_at_once_are_both_kept(acme: Machine) -> None:
    script = acme.folder / "editor"
    script.write_text('#!/bin/sh\necho "of the editor" >>"$1"\necho "the editor is open"\nread answer\n')
    script.chmod(0o700)
    acme.env["VISUAL"] = str(script)
    terminal = acme.open()
    terminal.press("E")
    terminal.expect("the editor is open")
    (deal,) = acme.json("list", "acme")
    acme.run("edit", str(deal["id"]), "notes=of the shell")
    terminal.press("enter")
    terminal.expect("b keep both")
    terminal.press("escape")
    terminal.expect("E for both texts")
    script.write_text("#!/bin/sh\nexit 0\n")
    terminal.press("E")
    said(terminal, "Edit ")
    notes = acme.json("show", str(deal["id"]))["notes"]
    assert notes.split() == ["of", "the", "shell", "of", "the", "editor"]
