"""A shell for the stories: one store in a new folder, commands run in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipetui.cli import main

TODAY = "2026-11-23"


@dataclass
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str | None]:
        """The error object on standard error."""
        found: dict[str, str | None] = json.loads(self.err)["error"]
        return found


Shell = Callable[..., Ended]


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    """`shell("add", "Acme 12k")` runs a command; `given` is what stands on its standard input."""
    for name in ("PIPETUI_DB", "NO_COLOR", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIPETUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("PIPETUI_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("PIPETUI_DB", str(tmp_path / "store" / "sales.db"))
    monkeypatch.setenv("USER", "marie")
    monkeypatch.chdir(tmp_path)

    def run(*words: str, given: bytes = b"", today: str | None = TODAY) -> Ended:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        code = main([*(["--as-of", today] if today else []), *words])
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    return run
