"""What the tests of every folder share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pipetui.store import schema

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")
# How fast a machine is, is no business of a test.


@pytest.fixture(scope="session")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with all tables and nothing in them: to be copied, since making one takes a while."""
    file = tmp_path_factory.mktemp("shaped") / "store.db"
    schema.upgrade(str(file))
    return file
