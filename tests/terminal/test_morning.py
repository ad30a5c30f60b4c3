"""A rep's morning, key by key, in a small terminal; and two reps at once."""

from __future__ import annotations


from machine import SANE, Machine
from pseudoterminal import PseudoTerminal

ENTRY = 'Zephyr site web 12k€ @"Marie Curie" #salon'


def said(terminal: PseudoTerminal, before: str, after: str = "") -> str:
    """What stands in the bar between these words, once it does."""
    found: str = terminal.expect(rf"\n {before}(\S.*?){after} {{2,}}\d+/\d+")[1]
    return found


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
        terminal.expect("left a message")
        terminal.expect("Marie Curie")
        terminal.press("q")
        assert terminal.wait() == 0

    machine.env["PIPETUI_DB"] = str(machine.folder / "data" / "pipetui" / "demo-1.db")
    (zephyr,) = machine.json("list", "zephyr")
    assert (zephyr["stage"], zephyr["amount"], zephyr["tags"]) == ("Prospect", "12000.00", ["salon"])
    shown = machine.json("show", str(zephyr["id"]))
    assert shown["contact"]["name"] == "Marie Curie"
    assert [(step["kind"], step["text"]) for step in shown["activities"]] == [("call", "left a message")]
    stages = last_stages(machine)
    assert stages[lost] == "Lost"
    assert stages[won] == "Won"
    assert "all is well" in machine.run("doctor")


def morning(terminal: PseudoTerminal) -> tuple[str, str]:
    """Add, filter, move, call, lose, win, take back, win again; the names of the lost and the won deal."""
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
    assert said(terminal, "Move ", " to Prospect").startswith("Zephyr")
    terminal.press("c")
    terminal.expect("What was done")
    terminal.press("call left a message")
    terminal.expect("☎ left a message")
    terminal.press("enter")
    assert said(terminal, "Note what was done for ").startswith("Zephyr")

    terminal.press("escape")
    terminal.expect("Lead [2-9]")
    terminal.press("h", "x")
    terminal.expect("Why was it lost")
    terminal.press("enter")
    lost = said(terminal, "Lose ", ": .*?")
    terminal.press("w")
    won = said(terminal, "Win ")
    terminal.press("u")
    assert said(terminal, "Undone: Win ") == won
    terminal.press("U")
    assert said(terminal, "Done again: Win ") == won
    return lost, won


def last_stages(machine: Machine) -> dict[str, str]:
    """Where the deals changed today stand in the store, by the names the journal gives them."""
    stages = {}
    for entry in reversed(machine.json("log", "-n", "20")):
        change = entry["changes"][0]
        name = entry["label"].partition(" ")[2].partition(":")[0]
        stages[name] = machine.json("show", str(change["id"]))["stage"]
    return stages


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
