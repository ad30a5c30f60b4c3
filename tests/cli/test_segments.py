"""Segments for marketing: who belongs to them, beside the whole, written out without those who want none; sources."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shell import Shell


@pytest.fixture
def market(shell: Shell) -> Shell:
    """Four people of two companies, three tagged, one who wants no marketing; one deal won, one lost."""
    people = (
        ("Marie Curie", "organization=Acme", "email=marie@acme.fr", "city=Lyon"),
        ("Jean Dupont", "organization=Acme", "email=jean@acme.fr", "city=Lyon"),
        ("=Zoé [/b]", "organization=Boréal", "email=zoe@boreal.fr", "city=Nîmes"),
        ("Paul", "organization=Boréal", "phone=+33612345678", "city=Lyon"),
    )
    for words in people:
        shell("contact", "add", *words)
    shell("tag", "add", "newsletter", "1", "2", "3", "--on", "contact")
    shell("contact", "optout", "Jean")
    shell("add", 'Roof 10k @"Marie Curie" #salon')
    shell("add", "Wall 5k @Paul")
    shell("won", "1")
    shell("lost", "2", "--reason", "too expensive")
    return shell


def names(shell: Shell, query: str) -> list[str]:
    shell("segment", "save", "s", query)
    members = shell("segment", "show", "s", "--json").json["members"]
    known = {one["id"]: one["name"] for one in shell("contact", "list", "--json").json}
    return sorted(known[number] for number in members)


def test_who_belongs(market: Shell) -> None:
    assert names(market, "contacts: tag:newsletter city:lyon") == ["Jean Dupont", "Marie Curie"]
    assert names(market, "contacts: city:nimes") == ["=Zoé [/b]"]
    assert names(market, "contacts: -has:email") == ["Paul"]
    assert names(market, "contacts: opted:out") == ["Jean Dupont"]
    assert names(market, "contacts: is:won") == ["Marie Curie"]
    assert names(market, "contacts: org:boréal amount>1k") == ["Paul"]
    assert names(market, "contacts: -tag:newsletter") == ["Paul"]
    assert names(market, "personnes: ville:lyon -has:deal") == ["Jean Dupont"]


def test_a_segment_stands_beside_the_whole(market: Shell) -> None:
    market("segment", "save", "readers", "contacts:", "tag:newsletter")
    shown = market("segment", "show", "readers", "--json").json
    assert (shown["segment"]["size"], shown["segment"]["opted_out"]) == (3, 1)
    assert (shown["segment"]["won"], shown["segment"]["conversion"]) == (1, 1.0)
    assert (shown["whole"]["size"], shown["whole"]["conversion"], shown["lift"]) == (4, 0.5, 2.0)
    assert shown["segment"]["won_value"] == {"EUR": "10000.00"}
    assert "100.0%" in market("segment", "show", "readers").out
    french = market("--lang", "fr", "segment", "show", "readers").out
    assert "Nombre" in french
    assert "Montant" not in french


def test_who_wants_none_is_never_written(market: Shell, tmp_path: Path) -> None:
    market("segment", "save", "readers", "contacts: tag:newsletter")
    said = market("segment", "export", "readers", "--to", "readers.csv")
    assert "2 written" in said.err
    with (tmp_path / "readers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["email"] for row in rows] == ["zoe@boreal.fr", "marie@acme.fr"]
    assert not rows[0]["name"].startswith("=")
    market("org", "optout", "Boréal")
    market("segment", "export", "readers", "--to", "readers.vcf")
    cards = (tmp_path / "readers.vcf").read_text()
    assert "marie@acme.fr" in cards
    assert "zoe" not in cards
    assert "jean" not in cards
    market("segment", "export", "readers", "--to", "readers.xlsx")
    from openpyxl import load_workbook

    book = load_workbook(tmp_path / "readers.xlsx")
    assert [row[3] for row in book.active.iter_rows(min_row=2, values_only=True)] == ["marie@acme.fr"]


def test_companies_and_the_people_of_deals(market: Shell, tmp_path: Path) -> None:
    market("segment", "save", "firms", "organizations: is:won")
    assert market("segment", "show", "firms", "--json").json["segment"]["size"] == 1
    market("segment", "save", "salon", "tag:salon is:won")
    market("segment", "export", "salon", "--to", "salon.csv")
    assert "marie@acme.fr" in (tmp_path / "salon.csv").read_text("utf-8-sig")
    assert market("segment", "save", "bad", "boats: x").code == 2


def test_tags_come_off_people_and_companies(market: Shell) -> None:
    market("tag", "add", "vip", "Acme", "--on", "org")
    market("tag", "remove", "newsletter", "Jean Dupont", "--on", "contact")
    tags = {one["name"]: one["count"] for one in market("tag", "list", "--json").json}
    assert tags == {"newsletter": 2, "salon": 1, "vip": 1}
    market("undo")
    assert {one["name"]: one["count"] for one in market("tag", "list", "--json").json}["newsletter"] == 3


def test_sources_and_what_they_cost(market: Shell) -> None:
    market("edit", "1", "source=Trade show")
    market("source", "cost", "trade show", "2k", "a", "stand", "--on", "2026-11-02")
    market("source", "cost", "Blog", "150.50")
    found = {one["name"]: one for one in market("source", "list", "--json").json}
    assert (found["Trade show"]["deals"], found["Trade show"]["won"]) == (1, 1)
    assert (found["Trade show"]["paid"], found["Blog"]["paid"]) == ({"EUR": "2000.00"}, {"EUR": "150.50"})
    report = market("report", "sources", "--period", "2026", "--json")
    assert report.code == 0
    assert "2000" in report.out
    assert market("source", "drop", "Blog").code == 1
    (cost,) = market("source", "costs", "Blog", "--json").json
    assert cost["day"] == "2026-11-23"
    market("source", "uncost", str(cost["id"]))
    market("source", "drop", "Blog")
    market("source", "rename", "Trade show", "Salon")
    assert [one["name"] for one in market("source", "--json").json if one["deals"]] == ["Salon"]
    for amount in ("0", "-5", "much"):
        assert market("source", "cost", "Salon", amount).code in (1, 2)


def test_a_segment_of_people_without_its_colon_is_refused(market: Shell) -> None:
    for words in (("contacts", "Bob"), ("Sociétés",)):
        refused = market("segment", "save", "bobs", *words)
        assert refused.code == 2
        assert f"{'contacts' if 'Bob' in words else 'societes'}:" in refused.err
    assert market("segment", "save", "bobs", "deals:", "contacts", "Bob").code == 0
    assert "organizations:" in market("segment", "save", "--help").out
