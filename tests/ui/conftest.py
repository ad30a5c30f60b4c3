"""What the tests of the screen share, and the application on a store of either engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import shaping
from desktop import Desktop
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Member
from pipetui.core.message import say
from store.conftest import ENGINES, Server, server

__all__ = ["server"]


@pytest.fixture(autouse=True)
def stores_by_copying(monkeypatch: pytest.MonkeyPatch, shaped: Path) -> None:
    """The stores of these stories are made by copying."""
    shaping.by_copying(monkeypatch, shaped)


@pytest.fixture(params=ENGINES)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desktop]:
    """An application on a new store with three deals, on each engine."""
    running: Server | None = request.getfixturevalue("server") if request.param == "postgresql" else None
    url = running.database(running.template) if running else ""
    made = Desktop(tmp_path, url)
    with closing(made.opened("ann") if running else made.opened()) as admin:
        bob = Member(id=-1, login="bob", name="bob", role="manager")
        admin.commit(Batch(say("bob joins"), (Change.add(bob),)))
    yield made
    made.close()
    if running:
        running.drop(url)
