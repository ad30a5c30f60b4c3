"""What the tests of the screen share."""

from __future__ import annotations

from pathlib import Path

import pytest

import shaping


@pytest.fixture(autouse=True)
def stores_by_copying(monkeypatch: pytest.MonkeyPatch, shaped: Path) -> None:
    """The stores of these stories are made by copying."""
    shaping.by_copying(monkeypatch, shaped)
