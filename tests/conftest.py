"""What the tests of every folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipetui.store import schema


@pytest.fixture(scope="session")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with all tables and nothing in them: to be copied, since making one takes a while."""
    file = tmp_path_factory.mktemp("shaped") / "store.db"
    schema.upgrade(str(file))
    return file
