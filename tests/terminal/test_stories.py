"""What a team does in a week, key by key, in a small terminal; the store and the files say the same as the screen."""

from __future__ import annotations

import csv
import json
import re

from machine import Machine
from pseudoterminal import PseudoTerminal

TEN = "".join(f'Company{n} roof{n} {n}k @"Person {n}"\n' for n in range(1, 11))


def said(terminal: PseudoTerminal, words: str) -> None:
    """Wait for words in the last line."""
    terminal.expect(rf"\n .*{words}[^\n]*$")


def test_a_quote_that_is_signed_wins_the_deal_on_board_funnel_and_forecast(acme: Machine) -> None:
    terminal = acme.open()
    terminal.press("Q")
    terminal.expect("There is no quote yet")
    terminal.press("n")
    terminal.expect("New quote")
    terminal.press("tab", "9k", "enter")
    terminal.expect("n adds the first line")
    terminal.press("n")
    terminal.expect("Unit price")
    terminal.press("Two days", "tab", "2", "tab", "4500,50", "tab", "tab", "20", "enter")
    terminal.expect("Two days .*€9,001")
    terminal.press("escape")
    terminal.expect(r"2026-001 +draft .*€9,001")
    terminal.press("s")
    terminal.expect(r"2026-001 +sent")
    assert acme.stage("acme") == "Quote"
    terminal.press("w")
    terminal.expect(r"2026-001 +signed")
    terminal.press("escape")
    terminal.expect("Won 1 ")
    terminal.expect("Quote 0")
    (won,) = acme.json("list", "is:won")
    assert (won["stage"], won["amount"]) == ("Won", "9001.00")

    terminal.press("r")
    terminal.expect("Funnel")
    terminal.press("enter")
    terminal.expect("Won")
    (funnel,) = [acme.json("report", "funnel", "--period", "this-month")]
    assert "9001" in json.dumps(acme.json("report", "kpi", "--period", "this-month"))
    assert funnel
    terminal.press("escape")
    terminal.expect("── Reports")
    terminal.press("escape")
    terminal.expect(r"\? help")
    terminal.press("F")
    terminal.expect(r"Signed in .*: 1 deal, €9.0k")
    ahead = acme.json("forecast", "--period", "this-month")
    assert "9001" in json.dumps(ahead)
    terminal.press("escape")
    terminal.expect(r"\? help")
    terminal.press("u")
    terminal.expect("Quote 1")
    assert acme.stage("acme") == "Quote"
    assert acme.json("quote", "list")[0]["status"] == "sent"
    acme.run("doctor")


def test_a_review_of_ten_deals_ends_with_minutes_that_add_up(machine: Machine) -> None:
    machine.run("add", given=TEN)
    terminal = machine.open()
    terminal.press("R")
    terminal.expect("Pipeline review")
    terminal.expect("10 Person 1 ")
    terminal.press("enter")
    answers: list[tuple[str, ...]] = [
        ("t", "friday call about the roof", "enter"),
        ("d", "30/12", "enter"),
        ("L",),
        ("w",),
        ("x", "enter"),
        ("p", "in 3 months", "enter"),
        ("n", "they [b]hesitate[/b]", "enter"),
        ("e", "7,5k", "enter"),
        ("s",),
        ("s",),
    ]
    for number, keys in enumerate(answers, start=1):
        terminal.expect(f"Review {number} of 10")
        for key in keys:
            terminal.press(key)
            terminal.settle(0.2, 3)
    terminal.expect("── Minutes")
    terminal.expect("Deals looked at: 10 / 10")
    terminal.press("w", "enter")
    said(terminal, "review-.*md")
    terminal.press("escape")
    terminal.expect("End the pipeline review")

    minutes = machine.json("review", "--minutes", "last")
    cents = {part: sums["EUR"] for part, (_, sums) in minutes["parts"].items()}
    assert minutes["opening"] == {}
    assert cents == {"new": 5_950_000, "won": -700_000, "lost": -600_000, "parked": -500_000}
    assert minutes["opening"].get("EUR", 0) + sum(cents.values()) == minutes["closing"]["EUR"]
    shown = machine.json("list", "is:open", "-is:parked")
    assert sum(round(float(one["amount"]) * 100) for one in shown) == minutes["closing"]["EUR"]
    verdicts = [one["verdict"] for one in minutes["decisions"]]
    assert verdicts == ["step", "push", "advance", "won", "lost", "park", "note", "edit", "skip", "skip"]
    text = machine.run("review", "--minutes", "last")
    amounts = [
        int(re.sub(r"\D", "", line.split("|")[3])) * (-1 if "-" in line.split("|")[3] else 1)
        for line in text.splitlines()
        if line.startswith("| ") and "€" in line
    ]
    assert sum(amounts[:-1]) == amounts[-1]
    assert r"\[b\]hesitate" in text


def test_two_records_of_one_person_are_merged_and_unmerged(machine: Machine) -> None:
    machine.run("add", given='Roof 1k @"Marie Curie" marie@acme.fr\nWall 2k\n')
    machine.run("contact", "add", "M. Curie", "email=MARIE@acme.fr", "phone=+33612345678")
    terminal = machine.open()
    terminal.press("@")
    terminal.expect("2 people")
    terminal.press("D")
    terminal.expect("same e-mail")
    terminal.press("enter")
    terminal.expect("Merge ")
    terminal.press("enter")
    terminal.expect("Nobody seems to be noted twice")
    (kept,) = machine.json("contact", "list")
    assert kept["phone"] == "+33612345678"
    (deal,) = machine.json("list", "roof")
    assert deal["contact"] == kept["name"]
    terminal.press("u")
    terminal.expect("same e-mail")
    assert [one["name"] for one in machine.json("contact", "list")] == ["M. Curie", "Marie Curie"]
    assert machine.json("list", "roof")[0]["contact"] == "Marie Curie"
    machine.run("doctor")


def test_the_board_as_of_three_months_ago(machine: Machine) -> None:
    machine.run("--as-of", "2026-06-01", "add", given="Acme 10k\nBoréal 5k\n")
    machine.run("--as-of", "2026-07-01", "move", "1", "Meeting")
    machine.run("--as-of", "2026-10-15", "move", "1", "Quote")
    machine.run("--as-of", "2026-10-16", "won", "2")
    terminal = machine.open()
    terminal.expect("Quote 1")
    terminal.press("T")
    terminal.expect("See the board as of")
    terminal.press("2026-08-24", "enter")
    terminal.expect("Meeting 1")
    terminal.expect("Lead 1")
    terminal.expect("24 Aug 2026")
    terminal.press("L")
    said(terminal, "past")
    terminal.press("d")
    terminal.expect("Acme|Boréal")
    terminal.press("d", "f")
    terminal.expect("In whole numbers|wins")
    terminal.press("f", "r")
    terminal.expect("Funnel")
    terminal.press("escape")
    terminal.expect("Meeting 1")
    terminal.press("}")
    terminal.expect("Meeting 1")
    terminal.press("T")
    terminal.expect("Quote 1")
    terminal.press(*"lll", "L")
    said(terminal, "Win Acme|Move Acme")
    assert [one["stage"] for one in machine.json("list", "is:open,won", "--as-of", "2026-08-24")] == [
        "Meeting",
        "Lead",
    ]


def test_a_segment_leaves_in_a_file_without_those_who_want_none(machine: Machine) -> None:
    for name, mail in (("Marie", "marie@acme.fr"), ("Jean", "jean@acme.fr"), ("Paul", "paul@acme.fr")):
        machine.run("contact", "add", name, f"email={mail}", "city=Lyon")
    machine.run("contact", "optout", "Jean")
    terminal = machine.open()
    terminal.press("M")
    terminal.expect("There is no segment yet")
    terminal.press("n")
    terminal.expect("Segment")
    terminal.press("Lyon", "tab", "contacts: city:lyon", "enter")
    terminal.expect(r"Lyon +3 ")
    terminal.press("j")
    said(terminal, "1 want")
    terminal.press("enter")
    terminal.expect("Segment: Lyon")
    terminal.expect("3 people")
    terminal.press("escape")
    terminal.expect("── Segments")
    terminal.press("w")
    terminal.expect("Write the segment")
    terminal.press(*["backspace"] * 11, str(machine.folder / "lyon.csv"), "enter")
    terminal.expect(r"2 written")
    with (machine.folder / "lyon.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["email"] for row in csv.DictReader(file)] == ["marie@acme.fr", "paul@acme.fr"]
