"""A PostgreSQL server, and the application on a store of either engine, for the stories that need it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop import Desktop
from store.conftest import ENGINES, Server, server

__all__ = ["server"]


@pytest.fixture(params=ENGINES)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desktop]:
    """An application on a new store with three deals, on each engine."""
    running: Server | None = request.getfixturevalue("server") if request.param == "postgresql" else None
    url = running.database(running.template) if running else ""
    made = Desktop(tmp_path, url)
    yield made
    made.close()
    if running:
        running.drop(url)
