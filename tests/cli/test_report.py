"""A manager asks the shell for reports: what is counted, in which shape, and which deals stand behind it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pipetui.core.report import SHEETS
from shell import Shell


@pytest.fixture
def month(shell: Shell) -> Shell:
    """Two wins and three losses in November, one deal open."""
    lines = [f"A{n} {n}k€ #{('web', 'blog')[n % 2]}" for n in range(1, 7)]
    shell("add", given="\n".join(lines).encode(), today="2026-10-20")
    shell("lost", "5", "--reason", "Too expensive", today="2026-10-25")
    shell("won", "1", "2", today="2026-11-05")
    shell("lost", "3", "4", "--reason", "No budget", today="2026-11-06")
    return shell


def test_every_report_prints_and_has_rows_for_scripts(month: Shell) -> None:
    for sheet in SHEETS:
        assert month("report", sheet.name).code == 0
        assert isinstance(month("report", sheet.name, "--json").json, list)
        for by in sheet.by:
            assert month("report", sheet.name, "--by", by, "--format", "md").out.startswith("# ")
    names = [row["report"] for row in month("report", "--json").json]
    assert names == [sheet.name for sheet in SHEETS]
    assert "velocity" in month("report").out


def test_a_report_of_a_period_an_owner_and_a_filter(month: Shell) -> None:
    rows = month("report", "winloss", "--period", "2026-11", "--json").json
    assert [(row["outcome"], row["count"], row["amount"], row["currency"]) for row in rows] == [
        ("won", 2, "3000.00", "EUR"), ("lost", 2, "7000.00", "EUR"),
    ]  # fmt: skip
    assert month("report", "winloss", "amount>1k", "--period", "2026-11", "--json").json[0]["count"] == 1
    assert month("report", "owners", "--owner", "me", "--json").json[0]["won"] == 2
    kpi = {row["key"]: row for row in month("report", "kpi", "--json").json}
    assert (kpi["won"]["this"], kpi["won"]["before"], kpi["won"]["trend"]) == (2, 0, "up")
    assert kpi["revenue"]["difference"] == "3000.00"
    assert month("report", "kpi", "--by", "owner").code == 2


def test_the_deals_behind_a_figure(month: Shell) -> None:
    def numbers(*words: str) -> list[int]:
        return sorted(deal["id"] for deal in month("report", *words, "--json").json)

    assert numbers("winloss", "--deals", "won") == [1, 2]
    assert numbers("winloss", "--deals", "No budget", "--deals", "1") == [1, 2, 3, 4]
    assert numbers("winloss", "--by", "owner", "--deals", "total:lost") == [3, 4, 5]
    assert numbers("winloss", "--by", "owner", "--deals", "1:reasons:No budget") == [3, 4]
    assert numbers("funnel", "--deals", "Lead:open") == [6]
    assert numbers("times", "--deals", "Lead:There") == numbers("times", "--deals", "Lead:still_there")
    assert numbers("funnel", "--deals", "Lead:went:Won") == [1, 2]
    assert month("report", "winloss", "--deals", "9").code == 1
    assert "columns are" in month("report", "winloss", "--deals", "1:colour").err
    assert month("report", "funnel", "--deals", "Quote:skipped", "--json").code == 0


def test_the_same_rows_in_every_format(month: Shell) -> None:
    rows = list(csv.DictReader(month("report", "winloss", "--format", "csv").out.splitlines()))
    assert [row["reason"] for row in rows] == ["", "No budget", "Too expensive", ""]
    assert rows[-1]["outcome"] == "Total"
    document = json.loads(month("report", "winloss", "--format", "json").out)
    assert document["total"]["count"] == 5
    assert document["rows"] == month("report", "winloss", "--json").json
    assert "| lost | Too expensive | 1 |" in month("report", "winloss", "--format", "md").out


def test_what_was_spent_comes_back(month: Shell) -> None:
    rows = {row["source"]: row for row in month("report", "sources", "--json").json}
    assert sum(row["won"] for row in rows.values()) == 2
    assert all(row["cost"] is None for row in rows.values())


def test_reports_speak_french(month: Shell, tmp_path: Path) -> None:
    ended = month("--lang", "fr", "report", "winloss", "--format", "csv")
    assert ended.out.splitlines()[0].startswith("outcome,reason,count")
    assert ended.out.splitlines()[1].startswith("won,")
