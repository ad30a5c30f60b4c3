"""Files in and out from the shell: what comes in is what the file says, and what goes out comes back the same."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shell import Shell

HOSTILE = [
    "[/b] Acme [VIP]",
    "=1+2",
    "-",
    "'=x",
    '日本 ;,"',
    "👩‍💻 Ada",
    "e\u0301",
    "x" * 10_000,
    "+33 6 39 98 00 11",
]


def file(folder: Path, text: str | bytes, name: str = "deals.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def deals(shell: Shell) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(shell("list", "--json").out)
    return sorted(found, key=lambda deal: deal["id"])


def test_a_french_spreadsheet_is_read_without_a_question(shell: Shell, tmp_path: Path) -> None:
    text = (
        "Affaire;Société;Montant;Étape;Créé le;Commercial;Étiquettes\r\n"
        "Site web;Boréal;12 500,50 €;Devis;30/09/2026;Zoé;vip,neuf\r\n"
    )
    ended = shell("import", file(tmp_path, text.encode("cp1252")), "--json")
    assert json.loads(ended.out) == {"batch": 3, "created": 1, "updated": 0, "unchanged": 0, "rejected": []}
    (deal,) = deals(shell)
    assert (deal["title"], deal["organization"], deal["amount"], deal["stage"]) == (
        "Site web",
        "Boréal",
        "12500.50",
        "Quote",
    )
    assert (deal["owner"], deal["tags"], deal["created_at"][:10]) == ("Zoé", ["neuf", "vip"], "2026-09-30")


def test_every_row_that_cannot_be_read_is_listed_with_its_place(shell: Shell, tmp_path: Path) -> None:
    text = (
        "title,amount,created_at,stage\nA,12,2026-01-02,Lead\nB,twelve,2026-01-02,Lead\n"
        "C,1,someday,Lead\n,,,\n,1,,Lead\nD,1,2026-01-02,Lead,more\n"
    )
    found = json.loads(shell("import", file(tmp_path, text), "--json").out)
    assert found["created"] == 1
    assert [(row["line"], row["column"], row["value"], row["reason"]) for row in found["rejected"]] == [
        (3, "amount", "twelve", "not an amount"),
        (4, "created_at", "someday", "not a date"),
        (6, "title", "", "no title, no contact and no organization"),
        (7, None, "", "5 cells under 4 headers; is a quote missing?"),
    ]


@pytest.mark.parametrize(
    ("text", "flag", "answer", "created", "amount"),
    [
        ("title,created_at,amount\nA,03/04/2026,1\n", "--dates", "mdy", "2026-03-04", "1.00"),
        ("title,created_at,amount\nA,03/04/2026,1\n", "--dates", "dmy", "2026-04-03", "1.00"),
        ("title,created_at,amount\nA,2026-04-03,\"3,100\"\n", "--decimal", "comma", "2026-04-03", "3.10"),
        ("title,created_at,amount\nA,2026-04-03,\"3,100\"\n", "--decimal", "point", "2026-04-03", "3100.00"),
        ("title,created_at,amount,stage\nA,2026-04-03,1,Kickoff\n", "--stage", "Kickoff=Meeting", "2026-04-03", "1.00"),
    ],
)  # fmt: skip
def test_what_the_file_leaves_open_is_asked_with_the_flag_that_answers(
    shell: Shell, tmp_path: Path, text: str, flag: str, answer: str, created: str, amount: str
) -> None:
    path = file(tmp_path, text)
    refused = shell("import", path)
    assert (refused.code, flag in refused.err, deals(shell)) == (1, True, [])
    assert shell("import", path, flag, answer).code == 0
    (deal,) = deals(shell)
    assert (deal["created_at"][:10], deal["amount"]) == (created, amount)


def test_answers_are_remembered_for_files_of_the_same_make(shell: Shell, tmp_path: Path) -> None:
    shell(
        "import", file(tmp_path, "Nom,stage\nA,Kickoff\n"), "--map", "title=Nom", "--stage", "Kickoff=Meeting"
    )
    assert shell("import", file(tmp_path, "Nom,stage\nB,Kickoff\n")).code == 0
    assert [(deal["title"], deal["stage"]) for deal in deals(shell)] == [("A", "Meeting"), ("B", "Meeting")]


def test_the_same_file_again_changes_nothing_and_undo_takes_all_of_it_back(
    shell: Shell, tmp_path: Path
) -> None:
    path = file(tmp_path, "title,organization,amount\nA,Acme,1\nA,Acme,1\nB,Acme,2\n")
    assert json.loads(shell("import", path, "--json").out)["created"] == 3
    again = json.loads(shell("import", path, "--json").out)
    assert (again["batch"], again["created"], again["updated"], again["unchanged"]) == (None, 0, 0, 3)
    shell("undo")
    assert deals(shell) == []
    shell("redo")
    assert len(deals(shell)) == 3


def test_a_changed_file_changes_only_what_differs(shell: Shell, tmp_path: Path) -> None:
    shell("import", file(tmp_path, "id,title,amount,stage\n1,A,10,Lead\n2,B,20,Lead\n"))
    shell("edit", "1", "close=2026-12-24")
    ended = shell(
        "import",
        file(tmp_path, "id,title,amount,stage,lost reason\n1,A,15,Quote,\n2,B,20,Lost,No budget\n"),
        "--json",
    )
    assert json.loads(ended.out)["updated"] == 2
    first, second = deals(shell)
    assert (first["amount"], first["stage"], first["expected_close"]) == ("15.00", "Quote", "2026-12-24")
    assert (second["stage"], second["lost_reason"]) == ("Lost", "No budget")
    shown = json.loads(shell("show", "1", "--json").out)
    assert [visit["left_at"] is None for visit in shown["visits"]] == [False, True]


def test_a_dry_run_writes_nothing(shell: Shell, tmp_path: Path) -> None:
    ended = shell("import", file(tmp_path, "title\nA\n"), "--dry-run")
    assert "1 created" in ended.out
    assert deals(shell) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x00\x01\x02",
        b'title\n"unclosed',
        b"PK\x03\x04broken",
        b"\xff\xfe",
        b"title,title\n" + b"x" * 200_000,
    ],
)
def test_no_file_however_broken_ends_badly(shell: Shell, tmp_path: Path, content: bytes) -> None:
    for name in ("a.csv", "a.xlsx", "a.json"):
        ended = shell("import", file(tmp_path, content, name))
        assert ended.code in (0, 1, 2)
        assert "Traceback" not in ended.err
    assert shell("import", str(tmp_path / "absent.csv")).code == 2


def test_bytes_that_are_no_utf8_are_not_lost(shell: Shell) -> None:
    ended = shell("import", "-", given="title\nCafé\nÉlan\nZoé\n".encode() + b"bad \xff byte\n")
    assert ended.code == 0
    assert [deal["title"] for deal in deals(shell)] == ["Café", "Élan", "Zoé", "bad \ufffd byte"]


def fill(shell: Shell) -> None:
    for name in HOSTILE:
        who = name[:30].replace('"', "")
        line = f'{name[:40]} 12,50€ @"{who}" #vip close:30/12 !fri call {name[:20]}'
        shell("add", given=line.encode())
    rows = "\n".join(
        f'"{name.replace(chr(34), chr(34) * 2)}","org {n}","two\nlines"' for n, name in enumerate(HOSTILE)
    )
    Path("hostile.csv").write_text(f"title,organization,notes\n{rows}\n", encoding="utf-8")
    shell("import", "hostile.csv", "--map", "title=title")
    shell("won", "1")
    shell("lost", "2", "--reason", "No budget")


def told(deal: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in deal.items() if name not in ("id", "probability", "flags")}


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_what_goes_out_comes_back_the_same(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    fill(shell)
    before = [told(deal) for deal in deals(shell)]
    assert shell("export", "--to", f"all.{suffix}").code == 0
    assert json.loads(shell("import", f"all.{suffix}", "--json").out)["created"] == 0
    assert [told(deal) for deal in deals(shell)] == before
    monkeypatch.setenv("PIPETUI_DB", str(tmp_path / "other" / "store.db"))
    assert json.loads(shell("import", f"all.{suffix}", "--json").out)["rejected"] == []
    key = lambda deal: json.dumps(deal, sort_keys=True)  # noqa: E731
    assert sorted(map(told, deals(shell)), key=key) == sorted(before, key=key)


def test_a_whole_store_comes_back_with_its_history_and_stages(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("add", "Acme 12k @Marie")
    shell("stages", "add", "Trial", "--definition", "It works with it.", "--after", "Meeting")
    shell("move", "1", "trial")
    shell("export", "--to", "one.json")
    monkeypatch.setenv("PIPETUI_DB", str(tmp_path / "other.db"))
    shell("import", "one.json")
    shell("export", "--to", "two.json")
    one, two = (json.loads(Path(name).read_text()) for name in ("one.json", "two.json"))
    for table in ("visit", "stage", "contact", "organization", "deal"):
        assert [strip(row) for row in one[table]] == [strip(row) for row in two[table]], table


def strip(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.endswith("id")}


def test_cells_that_would_act_in_a_spreadsheet_are_made_harmless(shell: Shell) -> None:
    Path("in.csv").write_text('title\n"=cmd|calc"\n@sum\n-5\n')
    shell("import", "in.csv")
    shell("export", "--to", "out.csv")
    with Path("out.csv").open(newline="") as out:
        assert [row["title"] for row in csv.DictReader(out)] == ["'=cmd|calc", "'@sum", "-5"]


def test_an_export_that_fails_leaves_the_old_file(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert shell("export", "--to", str(tmp_path / "nowhere" / "a.csv")).code == 1
    for name in ("folder.csv", f"{'x' * 300}.csv"):
        ended = shell("export", "--to", name)
        assert ended.code == 1
        assert "cannot be written" in ended.err
    assert not list(tmp_path.glob(".*.csv"))
    assert shell("export", "--to", "a.pdf").code == 2
    assert not Path("a.pdf").exists()


MAVEN = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"


@pytest.mark.skipif(not MAVEN.exists(), reason="the data set lies beside the repository, not in it")
def test_a_real_export_of_8800_deals_agrees_with_the_file_to_the_cent(shell: Shell) -> None:
    path = str(MAVEN / "sales_pipeline.csv")
    assert json.loads(shell("import", path, "--json").out)["created"] == 8800
    with Path(path).open(newline="") as file:
        rows = {row["opportunity_id"]: row for row in csv.DictReader(file)}
    stages = {"Won": "Won", "Lost": "Lost", "Engaging": "Prospect", "Prospecting": "Lead"}
    shell("export", "--to", "out.csv")
    with Path("out.csv").open(newline="") as out:
        found = list(csv.DictReader(out))
    assert len(found) == 8800
    for deal in found:
        row = rows[deal["external_id"]]
        assert (deal["title"], deal["organization"], deal["owner"]) == (
            row["product"],
            row["account"],
            row["sales_agent"],
        )
        assert deal["stage"] == stages[row["deal_stage"]]
        assert Decimal(deal["amount"] or 0) == Decimal(row["close_value"] or 0)
        assert (deal["amount"] == "") == (row["close_value"] == "")
        assert deal["closed_at"][:10] == row["close_date"]
        assert deal["created_at"][:10] == (row["engage_date"] or deal["created_at"][:10])
    assert json.loads(shell("import", path, "--json").out)["unchanged"] == 8800


SIMULATED = MAVEN.parent / "sim_pipeline"


@pytest.mark.skipif(not SIMULATED.exists(), reason="the data set lies beside the repository, not in it")
def test_a_history_of_visits_comes_with_its_deals(shell: Shell) -> None:
    words = ("import", str(SIMULATED / "deals.csv"), "--history", str(SIMULATED / "visits.csv"), "--json")
    found = json.loads(shell(*words).out)
    assert (found["created"], found["rejected"]) == (504, [])
    shown = json.loads(shell("forecast", "--period", "all", "--json").out)
    assert sum(stage["observed"]["reached"] > 0 for stage in shown["stages"]) >= 3
    assert json.loads(shell(*words).out)["unchanged"] == 504


def test_stages_of_a_history_that_are_one_here_make_one_stay(shell: Shell) -> None:
    Path("deals.csv").write_text("deal,outcome,created_at,closed_at\nA,won,2026-01-01,2026-03-01\n")
    Path("visits.csv").write_text(
        "deal,stage,entered_at,left_at,next\n"
        "A,Lead,2026-01-01,2026-02-01,Devis\n"
        "A,Devis,2026-02-01,2026-02-10,Negociation\n"
        "A,Negociation,2026-02-10,2026-03-01,WON\n"
    )
    assert shell("import", "deals.csv", "--history", "visits.csv").code == 0
    visits = json.loads(shell("show", "1", "--json").out)["visits"]
    assert [(one["stage"], one["entered_at"][:10], one["left_at"][:10]) for one in visits] == [
        ("Lead", "2026-01-01", "2026-02-01"),
        ("Quote", "2026-02-01", "2026-03-01"),
    ]


def test_columns_of_entry_days_are_a_history(shell: Shell) -> None:
    Path("deals.csv").write_text(
        "title,stage,close date,Date entered Lead,Date entered Quote\n"
        "A,Won,2026-03-01,2026-01-01,2026-02-01\n"
        "B,Quote,,2026-01-05,2026-02-05\n"
        "C,Quote,,2026-01-05,\n"
        "D,Lost,,2026-01-05,\n"
    )
    found = shell("import", "deals.csv")
    assert "2 deals came without their history" in found.err + found.out
    stays = {
        number: [one["stage"] for one in json.loads(shell("show", str(number), "--json").out)["visits"]]
        for number in (1, 2)
    }
    assert stays == {1: ["Lead", "Quote"], 2: ["Lead", "Quote"]}
    assert "4 unchanged" in shell("import", "deals.csv").out + shell("import", "deals.csv").err
