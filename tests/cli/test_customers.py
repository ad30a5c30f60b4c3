"""The customer file from the shell: doubles, parts in deals, opt-out, vCards in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shell import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell("settings", "country", "France")
    shell("contact", "add", "Marie Curie", "organization=Acme", "email=marie@acme.fr", "job=Physicist")
    shell("contact", "add", "M. Curie", "organization=Acme", "email=MARIE@acme.fr", "phone=06 12 34 56 78")
    shell("contact", "add", "[/b] Émile [VIP]")
    shell("add", 'Site web 12k @"M. Curie"')
    return shell


def people(shell: Shell, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell("contact", "list", *words, "--json").json
    return found


def test_what_is_typed_is_checked_and_kept_in_one_form(filled: Shell) -> None:
    assert people(filled, "m. curie")[0]["phone"] == "+33612345678"
    assert "06 12 34 56 78" in filled("contact", "list").out
    assert [one["name"] for one in people(filled, "0612")] == ["M. Curie"]
    for field in ("phone=0612", "email=marie@", "phone=+33 6"):
        refused = filled("contact", "edit", "1", field, "--json")
        assert refused.code == 2
        assert refused.error["hint"]
    filled("contact", "edit", "3", "phone=020 7946 0958", "country=United Kingdom")
    assert people(filled, "emile")[0]["phone"] == "+442079460958"
    assert "+44 20 7946 0958" in filled("contact", "show", "3").out
    filled("settings", "country", "United Kingdom")
    assert " 020 7946 0958" in filled("contact", "show", "3").out
    assert "+33 6 12 34 56 78" in filled("contact", "list").out


def test_what_comes_by_quick_entry_is_kept_and_said_to_be_doubtful(filled: Shell) -> None:
    filled("add", "Audit @Zoe 0712")
    filled("import", "-", given=b"contact,phone,title\nPaul,0612,Roof\n")
    paul = filled("contact", "show", "Paul", "--json").json
    assert (paul["phone"], paul["doubtful"]) == ("0612", ["phone"])
    assert "0612  (cannot be right)" in filled("contact", "show", "Paul").out
    assert filled("contact", "show", "3", "--json").json["missing"] == ["email", "phone"]
    assert "a lead needs one of them" in filled("contact", "show", "3").out


def test_all_there_is_about_one_stands_on_one_page(filled: Shell) -> None:
    filled("contact", "role", "1", "M. Curie", "decides", "on", "it")
    filled("activity", "log", "call", "left a message", "--deal", "1")
    assert "M. Curie  decides on it" in filled("show", "1").out
    assert filled("show", "1", "--json").json["participants"] == [
        {"id": 2, "name": "M. Curie", "role": "decides on it"}
    ]
    shown = filled("contact", "show", "2", "--json").json
    assert shown["organization"] == "Acme"
    assert [(deal["title"], deal["stage"], deal["role"], deal["amount"]) for deal in shown["deals"]] == [
        ("Site web", "Lead", "decides on it", "12000.00")
    ]
    assert shown["history"]
    text = filled("contact", "show", "2").out
    for word in ("M. Curie", "Site web", "decides on it", "History"):
        assert word in text
    acme = filled("org", "show", "acme", "--json").json
    assert [one["name"] for one in acme["people"]] == ["Marie Curie", "M. Curie"]
    assert filled("contact", "list", "--limit", "1").out.count("@") <= 1
    assert "2 more" in filled("contact", "list", "--limit", "1").out
    assert len(filled("contact", "list", "--limit", "2", "--json").json) == 2
    owner = filled("members", "--json").json[0]["name"]
    assert f"  owner: {owner}\n" in filled("contact", "show", "1").out


def test_a_part_in_a_deal_is_shown_changed_and_given_up(filled: Shell) -> None:
    filled("contact", "role", "1", "emile", "pays")
    assert filled("contact", "role", "1", "Marie Curie", "decides", "--json").json[1]["role"] == "decides"
    shown = filled("show", "1", "--json").json["participants"]
    assert [(one["name"], one["role"]) for one in shown] == [
        ("[/b] Émile [VIP]", "pays"),
        ("Marie Curie", "decides"),
    ]
    assert "Marie Curie  decides" in filled("show", "1").out
    assert filled("contact", "delete", "emile").code == 1
    filled("contact", "role", "1", "emile", "--remove")
    assert filled("contact", "role", "1", "emile", "--remove").code == 1
    assert len(filled("show", "1", "--json").json["participants"]) == 1
    filled("undo")
    assert len(filled("show", "1", "--json").json["participants"]) == 2
    assert filled("contact", "delete", "emile").code == 1


def test_two_are_proposed_with_the_reason_merged_field_by_field_and_unmerged(filled: Shell) -> None:
    [pair] = filled("contact", "duplicates", "--json").json
    assert (pair["first"], pair["second"], pair["reasons"][0]) == (1, 2, "same e-mail")
    assert "same e-mail" in filled("contact", "duplicates").out
    assert filled("contact", "merge", "2", "1", "--keep", "colour=left").code == 2
    assert filled("contact", "merge", "2", "1", "--keep", "name=both").code == 2
    merged = filled(
        "contact", "merge", "2", "1", "--keep", "name=left", "--keep", "email=right", "--json"
    ).json
    assert (merged["name"], merged["email"], merged["phone"], merged["job"]) == (
        "M. Curie", "marie@acme.fr", "+33612345678", "Physicist",
    )  # fmt: skip
    assert len(merged["deals"]) == 1
    assert filled("contact", "duplicates").out.strip() == "Nobody seems to be noted twice."
    filled("undo")
    assert len(people(filled, "curie")) == 2
    assert len(filled("contact", "show", "2", "--json").json["deals"]) == 1
    assert filled("doctor").code == 0


def test_those_who_are_not_the_same_are_not_proposed_again(filled: Shell) -> None:
    filled("contact", "distinct", "2", "1")
    assert filled("contact", "duplicates", "--json").json == []
    assert filled("contact", "distinct", "1", "2").code == 1
    filled("undo")
    assert len(filled("contact", "duplicates", "--json").json) == 1


def test_the_history_says_what_was_taken_back_and_what_was_made_again(filled: Shell) -> None:
    filled("contact", "merge", "2", "1")
    filled("undo")
    history = filled("contact", "show", "1").out
    assert "Undone: Merge M. Curie into Marie Curie" in history
    assert "  Merge M. Curie into Marie Curie (taken back)" in history
    filled("redo")
    history = filled("contact", "show", "1").out
    assert "Done again: Merge M. Curie into Marie Curie" in history
    filled("move", "1", "quote")
    filled("undo")
    assert "Undone: Move" in filled("show", "1").out


def test_companies_are_merged_too(filled: Shell) -> None:
    filled("org", "add", "ACME", "city=Lyon")
    assert filled("org", "duplicates", "--json").json[0]["reasons"] == ["same name"]
    merged = filled("org", "merge", "2", "1", "--json").json
    assert (merged["name"], merged["city"], len(merged["people"])) == ("Acme", "Lyon", 2)


def test_vcards_go_out_and_come_back(filled: Shell, tmp_path: Path) -> None:
    filled("contact", "optout", "emile")
    out = filled("export", "--to", "people.vcf", "--json").json
    assert (out["cards"], out["opted_out"]) == (3, 1)
    text = (tmp_path / "people.vcf").read_text("utf-8")
    assert text.count("BEGIN:VCARD") == 3
    assert "mile" not in text
    again = filled("import", "people.vcf", "--json").json
    assert (again["created"], again["unchanged"] + again["updated"], again["rejected"]) == (0, 3, [])
    one = filled("contact", "export", "m. curie", "--to", "one.vcf")
    assert one.code == 0
    assert "1 card written" in one.err
    assert filled("contact", "export", "nobody", "--to", "one.vcf").code == 1


def test_a_file_of_vcards_is_one_step_for_undo(filled: Shell, tmp_path: Path) -> None:
    cards = [
        "BEGIN:VCARD\nVERSION:4.0\nFN:Ada Lovelace\nORG:Engines, Ltd\nTEL;VALUE=uri:tel:+44-20-7946-0958\nEND:VCARD",
        "BEGIN:VCARD\nVERSION:3.0\nTEL:1\nEND:VCARD",
        "BEGIN:VCARD\nVERSION:3.0\nFN:[/b] Évil\\, \\n [VIP]\nEND:VCARD",
    ]
    file = tmp_path / "cards.vcf"
    file.write_text("\n".join(cards), "utf-8")
    dry = filled("import", "cards.vcf", "--dry-run", "--json").json
    assert (dry["created"], [one["line"] for one in dry["rejected"]]) == (3, [7])
    assert len(people(filled)) == 3
    report = filled("import", "cards.vcf", "--json").json
    assert (report["created"], report["batch"] is not None) == (3, True)
    assert {one["name"] for one in people(filled)} >= {"Ada Lovelace", "[/b] Évil,   [VIP]"}
    filled("undo")
    assert len(people(filled)) == 3
    (tmp_path / "no.vcf").write_text("hello")
    assert filled("import", "no.vcf").code == 2
