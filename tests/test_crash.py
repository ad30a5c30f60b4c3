"""An unexpected error leaves two lines and a file that can be shared."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from pipetui import crash


def caught(message: str) -> Exception:
    secret = "local-secret"
    try:
        raise ValueError(message)
    except ValueError as error:
        assert secret
        return error


def refused_by_sqlite() -> Exception:
    with closing(sqlite3.connect(":memory:")) as link:
        try:
            link.execute("SELECT * FROM acme")
        except sqlite3.Error as error:
            return error.with_traceback(None)
    raise AssertionError


@pytest.mark.parametrize(
    "said",
    [
        "could not connect to postgresql://ada:s3cret@db.example.org/crm",
        "no row for marie@acme.fr",
        "invalid value 'Boréal SARL' in deal",
        "no deal of Boréal SARL",
        "phone 06 12 34 56 78 is known",
    ],
)
def test_no_message_is_kept(said: str) -> None:
    text = crash.described(caught(said))
    assert "ValueError\n" in text
    assert not set(said.split()) & set(text.split())


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (FileNotFoundError(2, "No such file", "/home/marie/deals.csv"), "FileNotFoundError 2"),
        (refused_by_sqlite(), "OperationalError SQLITE_ERROR"),
        (KeyError("Acme"), "KeyError"),
    ],
)
def test_the_code_of_an_error_is_kept(error: Exception, kept: str) -> None:
    assert crash.described(error).splitlines()[2] == kept


def test_what_led_to_an_error_is_told_as_well() -> None:
    error = caught("Acme")
    error.__cause__ = KeyError("Acme")
    lines = crash.described(error).splitlines()
    assert [line for line in lines[2:] if not line.startswith(" ")] == ["ValueError", "KeyError"]


def test_the_file_tells_where_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPETUI_STATE", str(tmp_path / "state"))
    path = crash.report(caught("bad 'Acme'"))
    assert path is not None
    text = path.read_text()
    assert "ValueError\n" in text
    assert "test_crash.py" in text
    assert "Acme" not in text
    assert "local-secret" not in text
    assert str(tmp_path) not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_plain_lines_even_where_no_file_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("PIPETUI_STATE", str(blocked))
    crash.farewell(caught("anything"))
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "ValueError" in said[0]
    assert said[1] == "The details could not be written."
