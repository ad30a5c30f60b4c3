"""A login message: what counts, in one screen, at once."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pipetui.cli.output import cells
from shell import Shell
from test_house import loaded_after

HEAVY = {"textual", "rich", "sqlalchemy", "sqlmodel", "alembic", "pydantic", "openpyxl", "icalendar", "vobject",
         "phonenumbers", "email_validator", "rapidfuzz", "typst"}  # fmt: skip


@pytest.fixture
def office(shell: Shell) -> Shell:
    """Some days of work before this morning."""
    lines = [
        "[/b] Acme [VIP] 12k !2026-11-19 call back", "Boréal 8k !2026-11-23 14:30 demo", "Dupont 5k", "Zeta 3k",
        "Old 1k",
    ]  # fmt: skip
    shell("add", given="\n".join(lines).encode(), today="2026-11-10")
    shell("move", "3", "Meeting", today="2026-11-12")
    shell("move", "2", "Quote", today="2026-11-20")
    shell("won", "3", today="2026-11-20")
    shell("lost", "4", "--reason", "No budget", today="2026-11-21")
    shell("goal", "set", "2026-11", "wins", "3", today="2026-11-21")
    return shell


def test_it_says_what_counts_in_one_screen(office: Shell) -> None:
    said = office("status").out
    assert all(cells(line) <= 80 for line in said.splitlines())
    assert len(said.splitlines()) <= 24
    assert "\x1b" not in said
    for words in (
        "Goal", "1 of 3 wins", "Forecast", "Overdue", "1 step", "[/b] Acme [VIP]: call back", "Today",
        "14:30 Boréal: demo",
        "1 late · 1 without a next step", "since 20 Nov", "1 move: marie 1", "1 won, €5,000: marie 1",
        "1 lost, €3,000: marie 1",
    ):  # fmt: skip
        assert words in " ".join(said.split()) or words in said


def test_the_sums_of_the_board_stand_in_brackets(office: Shell) -> None:
    said = office("status", "--lang", "fr").out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Won 1 (5 k€)" in said


def test_scripts_read_the_same(office: Shell) -> None:
    told = office("status", "--json").json
    assert (told["goal"]["target"], told["overdue"]["count"], told["today"]["count"]) == (3, 1, 1)
    assert [one["text"] for one in told["overdue"]["first"] + told["today"]["first"]] == ["call back", "demo"]
    assert told["changes"]["since"] == "2026-11-20"
    assert told["changes"]["won"] == {"n": 1, "totals": {"EUR": "5000.00"}, "by": {"marie": 1}}
    assert told["changes"]["lost"]["totals"] == {"EUR": "3000.00"}
    assert told["changes"]["moves"] == {"n": 1, "by": {"marie": 1}}
    earlier = office("status", "--json", "--since", "2026-11-01").json["changes"]
    assert (earlier["new"], earlier["moves"]["n"]) == (5, 2)
    assert office("status", "--since", "whenever").code == 2


def test_quotes_that_end_are_told(office: Shell) -> None:
    office("quote", "add", "1", "1000", "--valid-until", "2026-11-26", today="2026-11-22")
    number = office("show", "1", "--json", today="2026-11-22").json["quotes"][0]["number"]
    office("quote", "send", number, today="2026-11-22")
    flags = office("status", "--json").json["flags"]
    assert flags["quotes_expiring"] == 1
    assert "1 quote about to expire" in office("status").out
    assert office("status", "--json", today="2026-11-29").json["flags"]["quotes_expired"] == 1


def test_what_was_taken_back_is_no_news(office: Shell) -> None:
    office("undo")
    office("undo")
    assert office("status", "--json").json["changes"]["lost"]["n"] == 0


def test_an_empty_store_has_a_status(shell: Shell) -> None:
    said = shell("status").out
    assert "nothing" in said
    assert "Overdue" not in said


def test_nothing_slow_is_loaded(office: Shell, tmp_path: Path) -> None:
    program = """import sys
from pipetui.cli import main
main(["status"])
print(" ".join({name.split(".")[0] for name in sys.modules}), file=sys.stderr)"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert "Sales" in ended.stdout
    assert set(ended.stderr.split()) & HEAVY == set()
    assert loaded_after("import pipetui.cli.status") & HEAVY == set()


def test_what_is_expected_is_the_same_to_the_cent_wherever_it_is_told(shell: Shell) -> None:
    for n, amount in enumerate(("1234.57", "777.77", "3333.33", "99.99", "10.01", "4567.89")):
        shell("add", f"Deal {n} {amount}", today=f"2026-1{n % 2}-0{n + 1}")
        shell(*(("move", str(n + 1), "Quote") if n % 2 else ("edit", str(n + 1), "pinned_chance=37")))
    shell("won", "1")
    forecast = shell("forecast", "--json").json
    told = forecast["eventual"]["revenue"]
    assert Decimal(told) == sum(Decimal(stage["expected_revenue"]) for stage in forecast["stages"])
    assert Decimal(told) > 100
    assert shell("status", "--json").json["forecast"]["expected_revenue"] == told
    (row,) = [row for row in shell("report", "kpi", "--json").json if row["key"] == "weighted"]
    assert row["this"] == told


def test_a_rep_in_france_reads_french(office: Shell) -> None:
    said = office("--lang", "fr", "status").out
    assert " · novembre 2026" in said.splitlines()[0]
    assert "d’ici le 30 nov. 2026" in said
    assert "2026-11-30" not in said
    assert "\u00a0: marie 1" in said
    assert "\u202f%\n" in office("--lang", "fr", "show", "1").out
