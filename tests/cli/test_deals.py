"""A rep's day in the shell: deals added, moved, won, lost, edited, undone."""

from __future__ import annotations

import pytest

from shell import Shell

KEYS = [
    "id", "title", "stage", "pipeline", "contact", "organization", "amount", "currency", "owner", "source", "tags",
    "expected_close", "created_at", "stage_since", "closed_at", "lost_reason", "next_step", "probability", "flags",
]  # fmt: skip


def test_a_line_becomes_a_deal(shell: Shell) -> None:
    line = 'Acme site web 12k€ @"Marie Curie" marie@acme.fr #vip stage:quote close:2026-12-09 40% !2026-11-27 call back'
    deal = shell("add", line, "--json").json
    assert list(deal) == KEYS
    assert (deal["title"], deal["stage"], deal["pipeline"]) == ("Acme site web", "Quote", "Sales")
    assert (deal["contact"], deal["amount"], deal["currency"]) == ("Marie Curie", "12000.00", "EUR")
    assert (deal["owner"], deal["tags"], deal["expected_close"]) == ("marie", ["vip"], "2026-12-09")
    assert deal["next_step"] == {"kind": "call", "due": "2026-11-27", "text": "call back"}
    assert (deal["probability"], deal["flags"], deal["closed_at"]) == (0.4, [], None)


def test_a_deal_without_amount_or_step_says_null(shell: Shell) -> None:
    deal = shell("add", "Acme", "--json").json
    assert (deal["amount"], deal["next_step"], deal["organization"]) == (None, None, "Acme")
    assert deal["flags"] == ["none"]


def test_lines_on_standard_input_are_one_undoable_batch(shell: Shell) -> None:
    added = shell("add", "--json", given=b"Acme 1k\n\nAcme audit 2k\nBor\xc3\xa9al 3k\n").json
    assert [deal["organization"] for deal in added] == ["Acme", "Acme", "Boréal"]
    assert len(shell("org", "list", "--json").json) == 2
    assert shell("undo").code == 0
    assert shell("list", "--json").json == []
    assert shell("redo").code == 0
    assert len(shell("list", "--json").json) == 3


def test_a_line_that_cannot_be_read_adds_none_of_them(shell: Shell) -> None:
    ended = shell("add", "--json", given=b"Acme 1k\nBoreal stage:nowhere\n")
    assert ended.code == 2
    assert ended.error["code"] == "invalid"
    assert "2" in str(ended.error["message"])
    assert shell("list", "--json").json == []


def test_nothing_to_add_is_wrong_usage(shell: Shell) -> None:
    assert shell("add").code == 2


def test_a_known_person_is_recognised_and_completed(shell: Shell) -> None:
    shell("add", 'Audit @"Marie Curie"')
    shell("add", 'Site @"marie curie" marie@acme.fr')
    people = shell("contact", "--json").json
    assert [(one["name"], one["email"]) for one in people] == [("Marie Curie", "marie@acme.fr")]


@pytest.mark.parametrize("stage", ["Quote", "quote", "QUO", "q"])
def test_a_stage_is_named_by_its_beginning(shell: Shell, stage: str) -> None:
    shell("add", "Acme")
    assert shell("move", "1", stage, "--json").json["stage"] == "Quote"


def test_an_unknown_stage_is_told_with_those_there_are(shell: Shell) -> None:
    shell("add", "Acme")
    ended = shell("move", "1", "nowhere", "--json")
    assert ended.code == 1
    assert ended.error["code"] == "not_found"
    assert "Prospect" in str(ended.error["hint"])


def test_several_deals_move_as_one(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 2k\nC 3k\n")
    moved = shell("move", "1", "3", "meeting", "--json").json
    assert [(deal["id"], deal["stage"]) for deal in moved] == [(1, "Meeting"), (3, "Meeting")]
    shell("undo")
    assert {deal["stage"] for deal in shell("list", "--json").json} == {"Lead"}


def test_one_refusal_refuses_all(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 2k\n")
    shell("won", "2")
    assert shell("won", "1", "2").code == 1
    assert shell("show", "1", "--json").json["stage"] == "Lead"


def test_won_lost_and_reopened(shell: Shell) -> None:
    shell("add", given=b"A 1k stage:quote\nB 2k\n")
    won = shell("won", "1", "--json").json
    assert (won["stage"], won["probability"]) == ("Won", 1.0)
    assert won["closed_at"].startswith("2026-11-2")
    lost = shell("lost", "2", "--reason", "too exp", "--json").json
    assert (lost["stage"], lost["lost_reason"], lost["probability"]) == ("Lost", "Too expensive", 0.0)
    again = shell("reopen", "1", "--json").json
    assert (again["stage"], again["closed_at"]) == ("Quote", None)


def test_losing_takes_a_reason(shell: Shell) -> None:
    shell("add", "A")
    assert shell("lost", "1").code == 2
    ended = shell("lost", "1", "--reason", "zzz", "--json")
    assert ended.code == 1
    assert "No budget" in str(ended.error["hint"])


def test_parked_and_archived_deals_come_back(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 2k\n")
    assert shell("park", "1", "--until", "2026-12-01", "--json").json["flags"] == ["parked"]
    assert shell("board", "--json").json["stages"][0]["count"] == 1
    assert shell("unpark", "1").code == 0
    shell("archive", "1", "2")
    assert shell("list", "--json").json == []
    assert len(shell("list", "is:archived", "--json").json) == 2
    shell("restore", "2")
    assert [deal["id"] for deal in shell("list", "--json").json] == [2]


def test_fields_are_edited_the_way_they_are_written(shell: Shell) -> None:
    shell("add", "Acme 1k")
    words = [
        "title=Site web", "amount=12 500,50 €", "contact=Jules Verne", "owner=me", "source=salon", "tags=vip;été",
        "close=2026-12-31", "chance=35%",
    ]  # fmt: skip
    deal = shell("edit", "1", *words, "--json").json
    assert (deal["title"], deal["amount"], deal["contact"]) == ("Site web", "12500.50", "Jules Verne")
    assert (deal["source"], deal["tags"]) == ("salon", ["vip", "été"])
    assert (deal["expected_close"], deal["probability"]) == ("2026-12-31", 0.35)
    cleared = shell("edit", "1", "amount=", "tags=", "close=", "chance=", "--json").json
    assert (cleared["amount"], cleared["tags"], cleared["expected_close"]) == (None, [], None)
    shell("undo")
    assert shell("show", "1", "--json").json["tags"] == ["vip", "été"]


def test_a_deal_edited_to_another_owner_takes_its_planned_steps_along(shell: Shell) -> None:
    shell("add", "Acme 1k !2026-11-27 call back")
    shell("members", "add", "bob")
    assert shell("edit", "1", "owner=bob", "--json").json["owner"] == "bob"
    assert [one["owner"] for one in shell("due", "--days", "30", "--json").json] == ["bob"]
    shell("undo")
    assert [one["owner"] for one in shell("due", "--days", "30", "--json").json] == ["marie"]
    shell("members", "role", "bob", "reader")
    ended = shell("edit", "1", "owner=bob", "--json")
    assert (ended.code, "may only read" in str(ended.error["message"])) == (1, True)


@pytest.mark.parametrize("word", ["colour=red", "title", "amount=twelve", "close=someday", "chance=120"])
def test_a_field_that_cannot_be_set_is_wrong_usage(shell: Shell, word: str) -> None:
    shell("add", "Acme 1k")
    assert shell("edit", "1", word).code == 2
    assert shell("show", "1", "--json").json["amount"] == "1000.00"


def test_show_holds_all_that_hangs_on_a_deal(shell: Shell) -> None:
    shell("add", 'Acme site 1k org:Acme @"Marie Curie" stage:quote')
    shell("quote", "add", "1")
    shell("activity", "log", "1", "call", "They", "agree")
    shown = shell("show", "1", "--json").json
    assert shown["contact"]["name"] == "Marie Curie"
    assert shown["organization"]["name"] == "Acme"
    assert [quote["amount"] for quote in shown["quotes"]] == ["1000.00"]
    assert [activity["text"] for activity in shown["activities"]] == ["They agree"]
    assert [visit["stage"] for visit in shown["visits"]] == ["Quote"]
    assert len(shown["history"]) == 3
    page = shell("show", "1").out
    assert "Marie Curie" in page and "€1,000" in page


def test_a_signed_quote_wins_the_deal(shell: Shell) -> None:
    shell("add", "Acme 1k")
    number = shell("quote", "add", "1", "1.5k", "--json").json[0]["number"]
    shell("quote", "send", number)
    assert shell("show", "1", "--json").json["stage"] == "Quote"
    assert shell("quote", "sign", number, "--json").json[0]["status"] == "signed"
    deal = shell("show", "1", "--json").json
    assert (deal["stage"], deal["amount"]) == ("Won", "1500.00")


def test_refusing_the_last_quote_proposes_lost(shell: Shell) -> None:
    shell("add", "Acme 1k")
    number = shell("quote", "add", "1", "--json").json[0]["number"]
    assert "pipetui lost 1" in shell("quote", "refuse", number).err


def test_a_call_makes_contact_and_a_step_is_taken(shell: Shell) -> None:
    shell("add", "Acme")
    planned = shell("activity", "add", "1", "call", "--due", "2026-11-25", "Ask", "--json").json[0]
    assert (planned["due_on"], planned["done_at"]) == ("2026-11-25", None)
    assert shell("list", "--json").json[0]["next_step"]["due"] == "2026-11-25"
    done = shell("activity", "done", str(planned["id"]), "--json").json[0]
    assert done["done_at"] is not None
    deal = shell("show", "1", "--json").json
    assert (deal["stage"], deal["next_step"]) == ("Prospect", None)


def test_nothing_matches_is_said_and_is_one(shell: Shell) -> None:
    assert shell("list").code == 0
    shell("add", "Acme")
    ended = shell("list", "zebra")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err
    ended = shell("list", "zebra", "--json")
    assert (ended.code, ended.json) == (1, [])


def test_a_term_with_a_minus_is_no_option(shell: Shell) -> None:
    shell("add", given=b"A #north\nB #south\nC\n")
    assert [deal["id"] for deal in shell("list", "-tag:north", "--json").json] == [2, 3]
    assert [deal["id"] for deal in shell("list", "-tag:south", "-tag:north", "--json").json] == [3]


def test_a_query_that_cannot_be_read_is_wrong_usage(shell: Shell) -> None:
    ended = shell("list", "amount>lots", "--json")
    assert (ended.code, ended.error["code"]) == (2, "invalid")


def test_a_list_is_sorted_and_cut(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 3k\nC 2k\n")
    ids = [deal["id"] for deal in shell("list", "--sort", "amount", "--limit", "2", "--json").json]
    assert ids == [2, 3]


def test_tags_are_put_on_and_taken_off(shell: Shell) -> None:
    shell("add", given=b"A\nB\n")
    shell("tag", "add", "VIP", "1", "2")
    assert shell("tag", "--json").json == [{"id": 1, "name": "VIP", "count": 2}]
    shell("tag", "remove", "vip", "1")
    assert [deal["id"] for deal in shell("list", "tag:vip", "--json").json] == [2]
