"""A shell for the stories: one store in a new folder, commands run in this process."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

import shaping
from pipetui import lang
from pipetui.cli import main
from shell import Ended, Shell

TODAY = "2026-11-23"


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shaped: Path
) -> Iterator[Shell]:
    """`shell("add", "Acme 12k")` runs a command; `given` is what stands on its standard input."""
    for name in ("PIPETUI_DB", "NO_COLOR", "LC_ALL", "LC_MESSAGES", "LC_TIME", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIPETUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("PIPETUI_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PIPETUI_DB", str(tmp_path / "store" / "sales.db"))
    monkeypatch.setenv("USER", "marie")
    monkeypatch.chdir(tmp_path)
    shaping.by_copying(monkeypatch, shaped)

    def run(*words: str, given: bytes = b"", today: str | None = TODAY) -> Ended:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        code = main([*(["--as-of", today] if today else []), *words])
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    yield run
    lang.use("en")
