"""What other programs say happened: quotes and activities taken in from files, and the deals they bring forward."""

from __future__ import annotations

from typing import Any

import pytest

from shell import Shell

QUOTES = """Quote number,Deal,Total,Status,Sent on,Signed on
Q-1,Roof,1500,sent,2026-11-10,
Q-2,[/b] Boréal,2000.50,signed,2026-11-11,2026-11-20
Q-3,Acme,100,refused,,2026-11-12
Q-4,Nobody,100,sent,,
Q-5,Roof,1,maybe,,
,Roof,1,sent,,
"""
ACTIVITIES = """Activity type,Subject,Deal,Due date,Done
Call,left a message,Roof,,2026-11-20
Rendez-vous,on site,#2,2026-12-01,
Task,send papers,Acme,,
E-mail,,Roof,soon,
"""


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell("add", given='Roof 1k\n"[/b] Boréal" 1k\nAcme web shop 1k\n'.encode(), today="2026-11-01")
    for number, fields in ((1, "title=Roof"), (2, "title=[/b] Boréal"), (3, "organization=Acme")):
        shell("edit", str(number), fields, today="2026-11-02")
    return shell


def stages(shell: Shell) -> dict[int, str]:
    return {one["id"]: one["stage"] for one in shell("list", "is:open,won,lost", "--json").json}


def test_quotes_of_another_program_bring_their_deals_to_where_a_hand_would(filled: Shell) -> None:
    done = filled("import", "-", "--json", given=QUOTES.encode())
    assert done.json["created"] == 3
    rejected = [(one["line"], one["column"], one["reason"]) for one in done.json["rejected"]]
    assert rejected == [
        (5, "Deal", "no deal of this name"),
        (6, "Status", "neither draft, sent, signed, refused nor expired"),
        (7, "Quote number", "no number"),
    ]
    assert stages(filled) == {1: "Quote", 2: "Won", 3: "Lead"}
    won = filled("show", "2", "--json").json
    assert (won["amount"], won["closed_at"][:10]) == ("2000.50", "2026-11-20")
    quotes = {one["number"]: one for one in filled("quote", "list", "--json").json}
    assert {number: one["status"] for number, one in quotes.items()} == {
        "Q-1": "sent", "Q-2": "signed", "Q-3": "refused",
    }  # fmt: skip
    assert "all is well" in filled("doctor").out


def test_the_same_file_twice_changes_nothing_and_all_of_it_is_one_step_back(filled: Shell) -> None:
    filled("import", "-", given=QUOTES.encode())
    again = filled("import", "-", "--json", given=QUOTES.encode()).json
    assert (again["created"], again["updated"], again["unchanged"], again["batch"]) == (0, 0, 3, None)
    filled("undo")
    assert stages(filled) == {1: "Lead", 2: "Lead", 3: "Lead"}
    assert filled("quote", "list", "--json").json == []


def test_a_later_file_brings_a_quote_further_and_never_back(filled: Shell) -> None:
    filled("import", "-", given=QUOTES.encode())
    later = QUOTES.splitlines()[0] + "\nQ-1,,1600,signed,,2026-11-22\nQ-2,,,sent,,\n"
    done = filled("import", "-", "--json", given=later.encode()).json
    assert done["updated"] == 1
    assert [one["reason"] for one in done["rejected"]] == ["the quote is further already"]
    assert stages(filled)[1] == "Won"
    assert filled("show", "1", "--json").json["amount"] == "1600.00"


def test_a_dry_run_says_it_and_writes_nothing(filled: Shell) -> None:
    before = stages(filled)
    said = filled("import", "-", "--dry-run", given=QUOTES.encode())
    assert "Nothing is written" in said.out
    assert stages(filled) == before


def test_calls_and_meetings_of_a_calendar_move_deals(filled: Shell) -> None:
    done = filled("import", "-", "--json", given=ACTIVITIES.encode()).json
    assert done["created"] == 2
    assert [(one["line"], one["reason"]) for one in done["rejected"]] == [
        (4, "neither a day it is due nor one it was done"),
        (5, "not a date"),
    ]
    assert stages(filled) == {1: "Prospect", 2: "Meeting", 3: "Lead"}
    shown: dict[str, Any] = filled("show", "1", "--json").json
    assert [(one["kind"], one["text"]) for one in shown["activities"]] == [("call", "left a message")]
    assert filled("import", "-", "--json", given=ACTIVITIES.encode()).json["unchanged"] == 2


def test_what_does_not_say_which_deal_is_asked_for(filled: Shell) -> None:
    refused = filled("import", "-", "--json", given=b"Quote number,Total\nQ-1,5\n")
    assert refused.code == 1
    assert refused.error["hint"] == "Say it with --map deal=COLUMN"
    assert refused.error["message"] == "No column says which deal it is about."
