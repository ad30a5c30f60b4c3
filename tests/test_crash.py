"""An unexpected error leaves two lines and a file that can be shared."""

from __future__ import annotations

import stat
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


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "could not connect to postgresql://ada:s3cret@db.example.org/crm",
            "could not connect to postgresql://…db.example.org",
        ),
        ("no row for marie@acme.fr", "no row for …"),
        ("invalid value 'Boréal SARL' in deal", "invalid value … in deal"),
        ("phone 06 12 34 56 78 is known", "phone … is known"),
        ("stage 12 is retired", "stage 12 is retired"),
    ],
)
def test_what_belongs_to_people_is_left_out(said: str, kept: str) -> None:
    assert crash.redacted(said).startswith(kept)


def test_the_file_tells_where_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIPETUI_STATE", str(tmp_path / "state"))
    path = crash.report(caught("bad 'Acme'"))
    assert path is not None
    text = path.read_text()
    assert "ValueError: bad …" in text
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
