"""The words of the command line: options anywhere, exit codes, error objects, hostile text, languages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pipetui import cli
from pipetui.cli.output import cells, complain, crop, print_json
from pipetui.cli.session import Options
from pipetui.cli.words import COMMANDS
from pipetui.core.message import say
from pipetui.errors import Clash, Conflict
from shell import Shell

HEAVY = {
    "textual", "rich", "sqlalchemy", "sqlmodel", "pydantic", "alembic", "charset_normalizer", "openpyxl", "babel",
}  # fmt: skip


def loaded_by(words: list[str], environ: dict[str, str]) -> set[str]:
    """The top-level modules that a fresh interpreter holds after a command."""
    program = (
        "import sys; from pipetui.cli import main; code = main(sys.argv[1:]);"
        "print(' '.join({name.split('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=True, env=environ
    )
    return set(ended.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "words", [["--help"], ["list"], ["list", "--json"], ["list", "is:open", "amount>1"], ["board"]]
)
def test_what_is_asked_often_loads_little(shell: Shell, words: list[str]) -> None:
    shell("add", "Acme 1k", today=None)
    assert loaded_by(words, dict(os.environ)) & HEAVY == set()


def test_the_options_stand_before_or_after_the_command(shell: Shell, tmp_path: Path) -> None:
    other = str(tmp_path / "other.db")
    shell("add", "Acme", "--db", other)
    assert len(shell("--db", other, "--json", "list").json) == 1
    assert len(shell("list", "--json", f"--db={other}").json) == 1
    assert shell("list", "--json").json == []
    assert shell("--pipeline", "sal", "list", "--db", other).code == 0
    assert shell("list", "--pipeline", "nope").code == 1


def test_the_day_can_be_another_one(shell: Shell) -> None:
    assert shell("add", "Acme", "--json", today="2025-03-01").json["created_at"].startswith("2025-03-0")
    assert shell("list", "--as-of", "yesteryear", today=None).code == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nope"], 2),
        (["list", "--nope"], 2),
        (["show"], 2),
        (["show", "x"], 2),
        (["--lang", "de", "list"], 2),
        (["list", "--db"], 2),
        (["show", "99"], 1),
        (["move", "99", "quote"], 1),
        (["undo"], 1),
        (["list", "--db", "/dev/null/x.db"], 3),
    ],
)
def test_what_goes_wrong_is_told_in_both_ways(shell: Shell, words: list[str], code: int) -> None:
    ended = shell(*words, today=None)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.strip()
    assert "Traceback" not in ended.err
    told = shell("--json", *words, today=None)
    assert told.code == code
    assert set(told.error) == {"code", "message", "hint"}
    assert told.error["message"]


def test_a_misspelt_command_is_put_right(shell: Shell) -> None:
    assert "forecast" in shell("forecas").err


def test_a_bad_setting_names_file_and_key(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('lang = "de"')
    ended = shell("list")
    assert ended.code == 2
    assert "config.toml" in ended.err and "lang" in ended.err
    assert shell("--help", today=None).code == 0


def test_a_file_that_is_no_store_is_a_store_problem(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("Dear customer, " * 400)
    assert shell("list", "--db", str(tmp_path / "letter.db")).code == 3


def test_the_board_needs_a_terminal(shell: Shell) -> None:
    assert shell(today=None).code == 1
    assert shell().code == 1


HOSTILE = [
    "Acme",
    "Dupont & fils",
    "[/b] Acme [VIP]",
    "\x1b]0;owned\x07\x1b[31mred",
    "\x9b31mC1",
    "a\u202egnp.exe",
    "nul\x00inside",
    "\udce9\udcff",
    "株式会社アクメ",
    "e\u0301\u0302 combining",
    "👩‍👩‍👧‍👦 family",
    "x" * 10_000,
    '"; DROP TABLE deal; --',
    "{n} %s %(x)s",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_pass_through_every_command(shell: Shell, name: str) -> None:
    word = name.replace('"', "")
    assert shell("add", f'org:"{word}" 1k').code == 0
    assert shell("edit", "1", f"title={name}", f"notes={name}").code == 0
    assert shell("contact", "add", name).code == 0
    outputs = [
        shell(*words) for words in (["list"], ["show", "1"], ["board"], ["log"], ["contact"], ["status"])
    ]
    outputs.append(shell("move", "1", name))
    outputs.append(shell("list", name))
    for ended in outputs:
        text = ended.out + ended.err
        assert not set(text) & {chr(code) for code in (*range(10), *range(11, 32), *range(127, 160), 0x202E)}
        assert not any("\ud800" <= character <= "\udfff" for character in text)
        assert ended.code in (0, 1, 2)
        assert "unexpected" not in ended.err
    titles = [deal["title"] for deal in shell("list", "--json").json]
    assert len(titles) == 1


def test_bytes_that_are_no_utf8_are_shown_as_such(shell: Shell) -> None:
    added = shell("add", "--json", given=b"\xef\xbb\xbfAcme \xff\xfe 1k\r\nnul\x00 2k\r\n").json
    assert [deal["organization"] for deal in added] == ["Acme \ufffd\ufffd", "nul"]


def test_json_escapes_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "é\x9b31m\u202e\ud800"})
    written = capsys.readouterr().out
    assert "é" in written and "\x9b" not in written and "\u202e" not in written
    assert json.loads(written)["name"] == "é\x9b31m\u202e\ud800"


@pytest.mark.parametrize(
    ("text", "width"), [("Acme", 4), ("株式会社", 8), ("e\u0301", 1), ("", 0), ("a\u200db", 2)]
)
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert cells(text) == width


@pytest.mark.parametrize("width", range(1, 12))
def test_what_is_cropped_fits(width: int) -> None:
    assert cells(crop("株式会社 Acme e\u0301", width)) <= width


def test_columns_are_aligned_and_money_ends_where_money_ends(shell: Shell) -> None:
    shell("add", given="株式会社 1k\nAcme 12500.50\n".encode())
    head, *rows = shell("list").out.splitlines()
    ends = {
        cells(re.split(r"(?<=€)[\d,.]+", row)[0]) + len(re.findall(r"€([\d,.]+)", row)[0]) for row in rows
    }
    assert len(ends) == 1
    assert "€12,500.50" in rows[1]
    assert head.startswith("No.")


def test_a_conflict_shows_both_values(capsys: pytest.CaptureFixture[str]) -> None:
    clash = Clash("deal", 1, "title", "Acme", "Acme SA", "Acme\x1b[31m SAS", by="Zoé")
    complain(Conflict(say("Zoé was first."), (clash,)), as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "Zoé was first.",
        "title was Acme, is now Acme SA; yours: Acme[31m SAS",
    ]


def test_an_interrupt_ends_with_one_line(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    ended = shell("list")
    assert ended.code == 130
    assert ended.err.strip() == "Interrupted."


def test_a_bug_ends_in_two_plain_lines(shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(_words: list[str]) -> int:
        raise ZeroDivisionError("marie@acme.fr owes 'me'")

    monkeypatch.setattr(cli, "_run", broken)
    ended = shell("list")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 2
    (crash,) = (tmp_path / "state").iterdir()
    assert "marie" not in crash.read_text()


def test_a_reader_who_leaves_hears_nothing(shell: Shell) -> None:
    shell("add", given="".join(f"Client {i} 1k\n" for i in range(800)).encode())
    pipeline = f"{sys.executable} -m pipetui list --json | head -1"
    ended = subprocess.run(["/bin/sh", "-c", pipeline], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("[\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(shell: Shell, command: str) -> None:
    ended = shell(command, "--help", today=None)
    assert ended.code == 0
    assert ended.out.startswith(f"Usage: pipetui {command}")
    assert "--db" in ended.out and "--json" in ended.out


def test_the_version_is_told(shell: Shell) -> None:
    assert shell("--version", today=None).out.startswith("pipetui 0.")


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_shells_complete(shell: Shell, name: str) -> None:
    assert "_PIPETUI_COMPLETE" in shell("completion", name, today=None).out


def test_a_word_begun_is_completed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_PIPETUI_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "pipetui fore")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert "forecast" in shell(today=None).out


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], Options()),
        (["--db", "x", "--lang=fr"], Options(db="x", lang="fr")),
        (["--as-of", "2026-11-01", "--pipeline", "P"], Options(as_of="2026-11-01", pipeline="P")),
        (["list"], None),
        (["--db"], None),
        (["--json"], None),
        (["--lang", "de"], None),
    ],
)
def test_the_board_is_recognised_without_click(words: list[str], options: Options | None) -> None:
    assert Options.alone(words) == options


def test_the_command_line_speaks_french(shell: Shell) -> None:
    environ = dict(os.environ) | {"LC_ALL": "fr_FR.UTF-8"}
    program = [sys.executable, "-m", "pipetui"]
    stages = subprocess.run(
        [*program, "stages", "--json"], capture_output=True, text=True, check=True, env=environ
    )
    assert [stage["name"] for stage in json.loads(stages.stdout)][2:5] == ["Rendez-vous", "Devis", "Vente"]
    told = subprocess.run([*program, "--help"], capture_output=True, text=True, check=True, env=environ)
    assert "Usage\u00a0:" in told.stdout and "opportunités" in told.stdout
