"""A report in words and as a file: names of any origin harm neither a spreadsheet nor a table, in either language."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogs import HOSTILE
from pipetui import lang
from pipetui.core.message import say
from pipetui.core.moment import Period
from pipetui.core.money import Money
from pipetui.core.report import Cell, Column, Note, Part, Report
from pipetui.errors import Invalid, Refused
from pipetui.exchange.tabular import as_csv, as_json, as_markdown, write
from pipetui.reporting import heads, lines, said


def report(name: str = "Ada") -> Report:
    """One cell of each kind."""
    columns = (
        Column("owner", say("Owner")), Column("key", say("Key"), data=True), Column("won", say("Won"), "deals"),
        Column("revenue", say("Revenue"), "money"), Column("rate", say("Win rate"), "percent"),
        Column("cycle", say("Cycle"), "days"), Column("per", say("Per won deal"), "ratio"),
        Column("reasons", say("Why lost"), "split"), Column("totals", say("By currency"), "sums"),
        Column("difference", say("Difference"), "count"), Column("trend", say("Trend"), "trend"),
    )  # fmt: skip
    row = (
        Cell(name), Cell("a"), Cell(1200), Cell(Money(123450, "EUR")), Cell(0.066), Cell(9.5), Cell(1.25),
        Cell((Part(name, 3), Part(say("none"), 1))), Cell({"USD": 500, "EUR": 100}),
        Cell(Money(700, "EUR"), kind="money"), Cell(-1),
    )  # fmt: skip
    empty = tuple(Cell() for _ in columns)
    note = Note(say("{what}: {message}.", what=say("Won"), message=say("{money}", money=Money(5, "EUR"))))
    return Report("owners", say("Owners"), Period("all", None, None), columns, (row,), empty, (note,))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """English, whatever a test speaks."""
    lang.use("en")
    yield
    lang.use("en")


def test_cells_are_said_as_people_read_them() -> None:
    assert lines(report())[0] == [
        "Ada", "1,200", "€1,234.50", "6.6%", "9.5 d", "1.25", "Ada 3, none 1", "€1, $5", "+€7", "↓",
    ]  # fmt: skip
    assert lines(report())[1] == ["", "–", "–", "–", "–", "–", "", "–", "–", ""]
    assert "Key" not in heads(report())
    one = report()
    assert said(one, one.place("revenue"), one.rows[0][one.place("revenue")], short=True) == "€1.2k"


def test_a_program_gets_bare_values() -> None:
    assert report().records() == [
        {
            "owner": "Ada", "key": "a", "won": 1200, "revenue": "1234.50", "rate": 0.066, "cycle": 9.5, "per": 1.25,
            "reasons": {"Ada": 3, "none": 1}, "totals": {"EUR": "1.00", "USD": "5.00"}, "difference": "7.00",
            "trend": "down", "currency": "EUR",
        }
    ]  # fmt: skip
    assert json.loads(as_json(report()))["notes"] == ["Won: €0.05."]


@pytest.mark.parametrize(
    "name", [*HOSTILE[:-1], "=cmd|'/c calc'!A1", "+1+2", "@SUM(1)", "-2+3", "a|b`c\n# d"]
)
def test_names_do_no_harm_in_files(name: str) -> None:
    rows = list(csv.reader(as_csv(report(name)).splitlines()))
    assert len(as_csv(report(name)).splitlines()) >= 3
    assert rows[1][0][:1] not in tuple("=@\t")
    assert not rows[1][0].startswith(("+1", "-2"))
    table = [line for line in as_markdown(report(name)).splitlines() if line.startswith("|")]
    assert len(table) == 4
    assert {line.replace("\\|", "").count("|") for line in table} == {11}


def test_it_is_written_by_the_suffix_of_the_file(tmp_path: Path) -> None:
    for suffix, made in ((".csv", as_csv), (".md", as_markdown), (".json", as_json)):
        write(tmp_path / f"r{suffix}", report())
        assert (tmp_path / f"r{suffix}").read_text() == made(report())
    write(tmp_path / "r.xlsx", report())
    from openpyxl import load_workbook

    sheet = load_workbook(tmp_path / "r.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:3] == ["owner", "key", "won"]
    with pytest.raises(Invalid):
        write(tmp_path / "r.doc", report())
    with pytest.raises(Refused):
        write(tmp_path / "nowhere" / "r.csv", report())


def test_in_french_figures_are_french() -> None:
    lang.use("fr")
    assert lines(report())[0][1:4] == ["1\u202f200", "1\u202f234,50\u00a0€", "6,6\u202f%"]
