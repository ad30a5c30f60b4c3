"""Quotes from the shell: lines and totals, documents, versions, what expires by itself, and stages that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shell import Shell


@pytest.fixture
def offered(shell: Shell) -> Shell:
    """A deal with a draft of three lines."""
    for name, value in (("company", "Boréal SARL"), ("quote_tax", "20"), ("quote_number", "D{yy}-{n:3}")):
        shell("settings", name, value)
    shell("add", 'Site web [VIP] 12k @"Marie Curie"')
    shell("quote", "add", "1", "9k")
    shell("quote", "line", "D26-001", "Two days on site", "2", "800")
    shell("quote", "line", "D26-001", "Licence | per *seat*", "12.5", "19.99", "--discount", "10")
    shell("quote", "line", "D26-001", "A book", "1", "33.33", "--tax", "5.5")
    return shell


def quote(shell: Shell, number: str) -> dict[str, Any]:
    return next(one for one in shell("quote", "list", "--json").json if one["number"] == number)


def test_a_quote_that_was_made_is_the_one_that_is_shown(offered: Shell) -> None:
    offered("add", "Boréal 3k")
    made = offered("quote", "add", "2", "3k", "--json").json
    assert [(one["deal_id"], one["number"]) for one in made] == [(2, "D26-002")]


def test_lines_make_the_amount(offered: Shell) -> None:
    shown = offered("quote", "line", "D26-001", "--json").json
    assert [line["net"] for line in shown["lines"]] == ["1600.00", "224.89", "33.33"]
    assert (shown["net"], shown["gross"]) == ("1858.22", "2225.03")
    assert [(tax["rate"], tax["base"], tax["amount"]) for tax in shown["taxes"]] == [
        ("5.5", "33.33", "1.83"),
        ("20", "1824.89", "364.98"),
    ]
    assert quote(offered, "D26-001")["amount"] == "1858.22"
    assert "2,225.03" in offered("quote", "line", "D26-001").out
    offered("quote", "line", "D26-001", "One day", "1", "800", "--at", "1")
    offered("quote", "line", "D26-001", "--remove", "3")
    assert quote(offered, "D26-001")["amount"] == "1024.89"
    offered("undo")
    offered("undo")
    assert quote(offered, "D26-001")["amount"] == "1858.22"


def test_a_line_that_cannot_be_is_refused_in_one_sentence(offered: Shell) -> None:
    for words in (
        ("x", "many", "1"),
        ("x", "1", "cheap"),
        ("x", "1", "5", "--tax", "200"),
        ("x", "1", "5USD"),
    ):
        refused = offered("quote", "line", "D26-001", *words, "--json")
        assert refused.code in (1, 2)
        assert refused.error["message"]
    assert offered("quote", "line", "D26-001", "--remove", "9").code == 1
    assert len(offered("quote", "line", "D26-001", "--json").json["lines"]) == 3


def test_a_signed_quote_wins_the_deal_at_its_amount_and_the_other_expires(offered: Shell) -> None:
    offered("quote", "copy", "D26-001")
    offered("quote", "send", "D26-001")
    assert offered("show", "1", "--json").json["stage"] == "Quote"
    offered("quote", "sign", "D26-001")
    won = offered("show", "1", "--json").json
    assert (won["stage"], won["amount"]) == ("Won", "1858.22")
    assert quote(offered, "D26-002")["status"] == "expired"
    (entry,) = offered("log", "-n", "1", "--json").json
    assert {change["table"] for change in entry["changes"]} == {"quote", "deal", "visit"}
    assert offered("quote", "line", "D26-001", "x", "1", "1").code == 1
    offered("undo")
    assert offered("show", "1", "--json").json["stage"] == "Quote"
    assert quote(offered, "D26-002")["status"] == "draft"


def test_refusing_the_last_one_proposes_to_lose(offered: Shell) -> None:
    said = offered("quote", "refuse", "D26-001")
    assert "pipetui lost 1" in said.err
    assert offered("show", "1", "--json").json["stage"] == "Lead"


def test_what_is_past_its_validity_expires_when_the_store_is_opened(offered: Shell) -> None:
    offered("quote", "send", "D26-001")
    held = quote(offered, "D26-001")
    assert held["valid_until"] == "2026-12-23"
    offered("settings", "quote_validity", "1")
    offered("quote", "add", "1", "5k", "--valid-until", "2026-11-20")
    offered("quote", "send", "D26-002")
    assert quote(offered, "D26-002")["status"] == "sent"
    assert offered("list", today=None).code == 0
    offered("undo", today=None)
    shown = offered("quote", "list", "--json", today=None).json
    assert {one["number"]: one["status"] for one in shown}["D26-002"] == "expired"
    log = offered("log", "-n", "20", "--json", today=None).json
    assert [entry["label"] for entry in log if "expired" in entry["label"]] == ["A quote expired by itself"]


def test_the_document_says_what_was_typed_and_nothing_else(offered: Shell, tmp_path: Path) -> None:
    offered("quote", "write", "D26-001", "--to", "q.md")
    text = (tmp_path / "q.md").read_text()
    for part in (
        "Boréal SARL",
        "Site web \\[VIP\\]",
        "Marie Curie",
        r"Licence \| per \*seat\*",
        "€2,225.03",
        "D26-001",
    ):
        assert part in text
    offered("quote", "write", "D26-001", "--to", "d.md", "--lang", "fr")
    french = (tmp_path / "d.md").read_text()
    for part in ("Devis D26-001", "Désignation", "TVA", "Montant HT", "Total HT", "Total TTC"):
        assert part in french
    assert "2\u202f225,03\xa0€" in french
    offered("quote", "write", "D26-001", "--to", "q.pdf")
    assert (tmp_path / "q.pdf").read_bytes().startswith(b"%PDF-")
    refused = offered("quote", "write", "D26-001", "--to", "q.docx", "--json")
    assert refused.error["hint"] == "Use .pdf or .md."


def test_hostile_texts_make_a_pdf_all_the_same(shell: Shell, tmp_path: Path) -> None:
    for text in (
        "#panic(1) $x$",
        "*[/b]* \\ @label <a>",
        "日本太郎 👩‍👩‍👧 \u202eevil",
        "a" * 3000,
        "`raw` /* x",
    ):
        shell("add", text.replace("@", "") + " 1k")
    for number in range(1, 6):
        shell("quote", "add", str(number), "1k", "--number", f"#{number}")
        shell("quote", "line", f"#{number}", "#include 'x' = * _ ` \" \\", "1", "5")
        done = shell("quote", "write", f"#{number}", "--to", f"{number}.pdf")
        assert done.code == 0, done.err
        assert (tmp_path / f"{number}.pdf").stat().st_size > 3000


def test_a_changed_rule_shows_first_what_it_would_move(shell: Shell) -> None:
    for title in ("Roof", "Wall", "Door"):
        shell("add", f"{title} 1k", today="2026-11-20")
    shell("stages", "edit", "Prospect", "--event", "none", today="2026-11-20")
    shell("activity", "log", "1", "call", "spoke", today="2026-11-21")
    shell("activity", "log", "2", "call", "nobody", "--no-answer", today="2026-11-21")
    assert shell("show", "1", "--json").json["stage"] == "Lead"
    would = shell("stages", "edit", "Prospect", "--event", "contact made", "--dry-run", "--json").json
    assert [(one["id"], one["from"], one["to"]) for one in would][:1] == [(1, "Lead", "Prospect")]
    assert shell("show", "1", "--json").json["stage"] == "Lead"
    assert shell("stages", "--json").json[1]["event"] is None
    shell("stages", "edit", "Prospect", "--event", "contact made", "--apply")
    assert shell("show", "1", "--json").json["stage"] == "Prospect"
    assert shell("show", "3", "--json").json["stage"] == "Lead"
    shell("undo")
    assert shell("show", "1", "--json").json["stage"] == "Lead"


def test_an_event_switched_off_moves_nothing(shell: Shell) -> None:
    shell("add", "Roof 1k")
    shell("stages", "edit", "Quote", "--event", "none")
    shell("quote", "add", "1", "1k")
    shell("quote", "send", "2026-001")
    assert shell("show", "1", "--json").json["stage"] == "Lead"
