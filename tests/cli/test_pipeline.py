"""Stages, goals, the board and what is kept of every change."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell import Shell


def names(shell: Shell) -> list[str]:
    return [stage["name"] for stage in shell("stages", "--json").json]


def test_the_standard_pipeline_is_there_at_once(shell: Shell) -> None:
    stages = shell("stages", "--json").json
    assert [stage["name"] for stage in stages] == ["Lead", "Prospect", "Meeting", "Quote", "Won", "Lost"]
    assert [stage["kind"] for stage in stages] == ["open"] * 4 + ["won", "lost"]
    assert all(stage["definition"] for stage in stages)


def test_a_stage_is_added_edited_and_moved(shell: Shell) -> None:
    words = ["--definition", "A demo was given.", "--after", "Meeting", "--ratio", "10:7", "--days", "5"]
    shell("stages", "add", "Demo", *words)
    assert names(shell)[2:5] == ["Meeting", "Demo", "Quote"]
    demo = shell("stages", "edit", "demo", "--name", "Démo", "--days", "6", "--json").json[3]
    assert (demo["name"], demo["ratio"], demo["days"]) == ("Démo", "10:7", 6)
    shell("stages", "move", "demo", "--after", "Lead")
    assert names(shell)[:3] == ["Lead", "Démo", "Prospect"]
    for _ in range(3):
        assert shell("undo").code == 0
    assert names(shell) == ["Lead", "Prospect", "Meeting", "Quote", "Won", "Lost"]


def test_a_stage_needs_a_definition(shell: Shell) -> None:
    assert shell("stages", "add", "Demo").code == 2
    assert shell("stages", "add", "Demo", "--definition", " ").code == 2
    assert "Demo" not in names(shell)


@pytest.mark.parametrize("ratio", ["20", "a:b", "10:20", "20:"])
def test_a_ratio_is_two_numbers(shell: Shell, ratio: str) -> None:
    assert shell("stages", "edit", "Lead", "--ratio", ratio).code == 2


def test_merging_and_retiring_leave_no_deal_behind(shell: Shell) -> None:
    shell("add", given=b"A stage:meeting\nB stage:lead\n")
    assert shell("stages", "merge", "Meeting", "Prospect").code == 0
    assert shell("stages", "retire", "Lead", "--into", "Quote").code == 0
    assert names(shell) == ["Prospect", "Quote", "Won", "Lost"]
    assert [deal["stage"] for deal in shell("list", "--json").json] == ["Prospect", "Quote"]
    assert shell("show", "2").code == 0


def test_goals_are_set_replaced_and_given_up(shell: Shell) -> None:
    shell("goal", "set", "2026-11", "wins", "2")
    shell("goal", "set", "2026-11", "wins", "3")
    shell("goal", "set", "2026-Q4", "revenue", "90000")
    shell("goal", "set", "2026-11", "reach:quo", "15", "--owner", "marie")
    goals = shell("goal", "--json").json
    assert [(goal["period"], goal["metric"], goal["target"]) for goal in goals] == [
        ("2026-11", "wins", 3),
        ("2026-11", "reach", 15),
        ("2026-Q4", "revenue", "90000.00"),
    ]
    assert (goals[1]["stage"], goals[1]["owner"], goals[2]["currency"]) == ("Quote", "marie", "EUR")
    shell("goal", "drop", str(goals[0]["id"]))
    assert len(shell("goal", "--json").json) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["2026-13", "wins", "3"],
        ["2026-11", "luck", "3"],
        ["2026-11", "wins", "many"],
        ["2026-11", "wins", "0"],
    ],
)
def test_a_goal_that_makes_no_sense_is_wrong_usage(shell: Shell, words: list[str]) -> None:
    assert shell("goal", "set", *words).code == 2


def test_a_goal_to_reach_a_stage_counts_those_that_came(shell: Shell) -> None:
    shell("add", given=b"A\nB\nC\n", today="2026-11-02")
    shell("move", "1", "2", "quote", today="2026-11-10")
    shell("won", "3", today="2026-11-11")
    shell("goal", "set", "2026-11", "reach:Quote", "5")
    goal = shell("forecast", "--json").json["goal"]
    assert goal["metric"] == "reach:Quote" or goal["metric"] == "reach"
    assert goal["missing"] == pytest.approx(2)


def test_the_board_has_columns_with_counts_and_sums(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 250.50\nC 3k$\nD\nE 4k stage:quote\n")
    shell("won", "5")
    board = shell("board", "--json").json
    assert board["pipeline"] == "Sales"
    lead, *_, won, lost = board["stages"]
    assert (lead["name"], lead["kind"], lead["count"]) == ("Lead", "open", 4)
    assert lead["totals"] == {"EUR": "1250.50", "USD": "3000.00"}
    assert {deal["id"] for deal in lead["deals"]} == {1, 2, 3, 4}
    assert (won["totals"], lost["totals"], lost["deals"]) == ({"EUR": "4000.00"}, {}, [])


def test_won_deals_are_those_of_the_period(shell: Shell) -> None:
    shell("add", "A 1k", today="2026-09-01")
    shell("won", "1", today="2026-09-02")
    count = lambda *words: shell("board", "--json", *words).json["stages"][4]["count"]  # noqa: E731
    assert (count(), count("--period", "2026-09"), count("--period", "all")) == (0, 1, 1)
    assert shell("board", "--period", "soon").code == 2


def test_the_status_fits_a_login_message(shell: Shell) -> None:
    shell("add", given=b"A 1k !2026-11-20 call\nB\n", today="2026-11-19")
    shell("goal", "set", "2026-11", "wins", "3")
    ended = shell("status")
    assert len(ended.out.splitlines()) < 24
    status = shell("status", "--json").json
    assert (status["late"], status["no_next_step"], status["goal"]["target"]) == (1, 1, 3)


def test_reports_count_what_happened(shell: Shell) -> None:
    shell("add", given=b"A 1k\nB 2k\nC\n")
    shell("won", "1")
    shell("lost", "2", "--reason", "No budget")
    funnel = shell("report", "funnel", "--json").json
    assert [(row["reached"], row["advanced"], row["lost"]) for row in funnel][:2] == [(3, 1, 1), (1, 1, 0)]
    keys = "outcome", "reason", "count", "totals"
    outcomes = shell("report", "winloss", "--json").json
    assert [{key: row[key] for key in keys} for row in outcomes] == [
        {"outcome": "won", "reason": None, "count": 1, "totals": {"EUR": "1000.00"}},
        {"outcome": "lost", "reason": "No budget", "count": 1, "totals": {"EUR": "2000.00"}},
    ]


def test_the_log_tells_who_did_what(shell: Shell) -> None:
    shell("add", "Acme 1k")
    shell("move", "1", "quote")
    shell("undo")
    undo, moved, added = shell("log", "1", "--json").json
    assert (undo["kind"], moved["undone"], added["by"]) == ("undo", True, "marie")
    assert moved["changes"][0]["table"] == "deal"
    assert {"stage_id"} <= set(moved["changes"][0]["after"])
    assert shell("undo", "--times", "1").code == 0
    assert shell("undo").code == 1


def test_views_and_segments_are_kept(shell: Shell) -> None:
    shell("view", "save", "Big", "amount>10k", "-tag:cold", "--key", "2")
    shell("segment", "save", "Big", "amount>20k")
    assert shell("view", "--json").json == [
        {"name": "Big", "query": "amount>10k -tag:cold", "sort": None, "key": 2}
    ]
    shell("view", "save", "big", "amount>15k")
    assert [view["query"] for view in shell("view", "--json").json] == ["amount>15k"]
    assert shell("segment", "save", "Bad", "amount>much").code == 2
    shell("view", "drop", "big")
    assert (shell("view", "--json").json, len(shell("segment", "--json").json)) == ([], 1)


def test_the_customer_file_is_kept(shell: Shell) -> None:
    shell("contact", "add", "Marie Curie", "organization=Acme", "email=marie@acme.fr")
    shell("contact", "add", "M. Curie", "phone=0612345678")
    shell("contact", "merge", "M. Curie", "Marie Curie")
    people = shell("contact", "list", "curie", "--json").json
    assert [(one["name"], one["phone"], one["organization"]) for one in people] == [
        ("Marie Curie", "0612345678", "Acme")
    ]
    assert shell("org", "delete", "acme").code == 1
    assert shell("contact", "edit", "marie@acme.fr", "email=nonsense").code == 2
    assert shell("contact", "archive", "1").code == 0
    assert shell("contact", "--json").json == []
    assert shell("contact", "show", "nobody").code == 1


def test_a_backup_is_a_whole_store(shell: Shell, tmp_path: Path) -> None:
    shell("add", "Acme 1k")
    copy = str(tmp_path / "copy.db")
    assert shell("backup", copy).code == 0
    assert [deal["organization"] for deal in shell("list", "--json", "--db", copy).json] == ["Acme"]
    assert shell("backup", copy).code == 3
    assert shell("doctor", "--json").json["findings"] == []


def test_the_sample_is_made_in_a_store_of_its_own(shell: Shell, tmp_path: Path) -> None:
    place = str(tmp_path / "sample.db")
    assert shell("demo", "--db", place, "--json").json == {"db": place, "seed": 1}
    assert len(shell("list", "is:open", "--db", place, "--json").json) > 30
    assert shell("list", "--json").json == []
    assert shell("demo", "--db", place, "--json").code == 1


def test_every_command_says_a_chance_and_an_amount_alike(shell: Shell) -> None:
    shell("add", given=b"".join(b"Deal %d 1k stage:quote\n" % number for number in range(40)))
    shell("goal", "set", "this-month", "wins", "1")
    for command in ("status", "forecast"):
        said = shell(command).out
        assert "Chance to reach the goal: more than 99%" in said
        assert "€" in said and "EUR" not in said
    for command in ("list", "board", "report winloss"):
        assert "EUR" not in shell(*command.split()).out
