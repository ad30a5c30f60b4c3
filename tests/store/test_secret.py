"""Passwords come from where libpq, the keyring or a person has them, and are seen nowhere; TLS is as asked for."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from types import ModuleType, SimpleNamespace
from typing import Any

import psycopg
import pytest

from acts import NOW
from pipetui import crash
from pipetui.cli import main
from pipetui.errors import StoreProblem
from pipetui.store import inspection, postgres, secret
from pipetui.store import server as keeper
from pipetui.store.db import Database
from pipetui.store.store import Store

SECRET = "s3cret é@/:%"
USER = "locked"


@pytest.fixture(scope="module")
def locked(server: Any) -> Iterator[str]:
    """The address of a store for somebody whom the server asks for a password."""
    hba = Path(server._server.pgdata) / "pg_hba.conf"
    hba.write_text(f"local all {USER} scram-sha-256\n{hba.read_text()}")
    url = server.database()
    store = keeper.opened(url, lambda: NOW)
    store.db.run("ALTER SYSTEM SET log_statement = 'all'")
    store.db.run("SELECT pg_reload_conf()")
    store.db.rows("SELECT pg_sleep(0.1)")
    keeper.init(store.db)
    keeper.grant(store, USER, "rep", keeper.verifier(url, USER, SECRET), create=True)
    yield url.replace("postgres:@", f"{USER}@")
    store.db.run("ALTER SYSTEM RESET log_statement")
    store.close()
    server.drop(url)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No password from before, none of this machine."""
    monkeypatch.setattr(secret, "_known", {})
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keyring", None)


def opens(url: str) -> None:
    """A store opens, twice, and knows who came."""
    for _ in range(2):
        store = Store.open(url, login="", now=lambda: NOW)
        assert store.actor.role == "rep"
        store.close()


def test_from_a_password_file(locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "passwords"
    file.write_text(f"*:*:*:{USER}:{SECRET.replace(':', chr(92) + ':')}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    opens(locked)


def test_from_the_environment(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    opens(locked)


def test_from_a_service(locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "services").write_text(f"[sales]\npassword={SECRET}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "sales")
    opens(locked)


def test_from_the_keyring_which_is_asked_when_the_server_asks(
    locked: str, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def get_password(service: str, name: str) -> str:
        asked.append((service, name))
        return SECRET

    keyring = ModuleType("keyring")
    vars(keyring).update(get_password=get_password, errors=SimpleNamespace(KeyringError=RuntimeError))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    Database(server.template).close()
    assert asked == []
    opens(locked)
    [(service, name)] = asked
    assert service == "pipetui"
    assert name.startswith(f"{USER}@")


def test_a_keyring_that_is_closed_is_no_error_of_its_own(
    locked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_password(service: str, name: str) -> str:
        raise RuntimeError("locked")

    keyring = ModuleType("keyring")
    vars(keyring).update(get_password=get_password, errors=SimpleNamespace(KeyringError=RuntimeError))
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    with pytest.raises(StoreProblem, match="asks locked for a password") as caught:
        Database(locked)
    assert "~/.pgpass" in str(caught.value.hint)
    assert "keyring set pipetui locked@" in str(caught.value.hint)


def test_typed_unseen_and_once(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[str] = []

    def getpass(prompt: str) -> str:
        typed.append(prompt)
        return SECRET

    monkeypatch.setattr("getpass.getpass", getpass)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: True, write=len, flush=lambda: None))
    opens(locked)
    assert len(typed) == 1
    assert typed[0].startswith("Password of locked@")


def test_a_wrong_one_is_said_and_forgotten(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "_typed", lambda lock: "wr0ng")
    with pytest.raises(StoreProblem) as caught:
        Database(locked)
    assert "wr0ng" not in f"{caught.value} {caught.value.hint}"
    monkeypatch.setattr(secret, "_typed", lambda lock: SECRET)
    opens(locked)


def test_it_is_seen_nowhere(
    locked: str, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSWORD", SECRET)
    store = Store.open(locked, login="", now=lambda: NOW)
    activity = store.db.rows("SELECT pg_stat_activity::text FROM pg_stat_activity")
    stored = store.db.rows("SELECT label || label_values FROM batch") + store.db.rows(
        "SELECT COALESCE(before, '') || COALESCE(after, '') FROM journal"
    )
    with pytest.raises(psycopg.Error) as caught:
        postgres.plain(locked.replace(USER, "nobody_here")).execute("nonsense")
    told = [
        *inspection.findings(store.db),
        crash.described(caught.value),
        Path("/proc/self/cmdline").read_text(),
    ]
    store.close()
    log = Path(server._server.log).read_text(errors="replace")
    assert "CREATE ROLE" in log
    assert "SCRAM-SHA-256$" in log
    assert SECRET not in " ".join(map(str, (activity, stored, told, log)))


def test_an_address_with_a_password_is_kept_out_of_files_and_command_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIPETUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("PIPETUI_DB", raising=False)
    for url in (
        "postgresql://ann:s3cret@host/sales",
        "postgresql://ann@host/sales?sslmode=require&password=s3cret",
    ):
        (tmp_path / "config.toml").write_text("")
        assert main(["list", "--db", url]) == 2
        (tmp_path / "config.toml").write_text(f'db = "{url}"')
        assert main(["list"]) == 2
    told = capsys.readouterr()
    assert "s3cret" not in told.out + told.err
    assert told.err.count("~/.pgpass") == 4


# TLS


def certificate(folder: Path, name: str) -> Path:
    """A certificate for localhost that vouches for itself, and its key beside it."""
    file = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(file.with_suffix(".key")), "-out", str(file)],
        check=True, capture_output=True,
    )  # fmt: skip
    return file


class Gate(Thread):
    """What a server does until a client trusts it: it offers TLS, then reads who comes and sends him away."""

    def __init__(self, pem: Path | None) -> None:
        super().__init__(daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context: ssl.SSLContext | None = None
        if pem is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(pem, pem.with_suffix(".key"))
        self.port = self._listener.getsockname()[1]
        self.came: list[bytes] = []
        self.start()

    def run(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with link:
                link.recv(8)
                link.sendall(b"S" if self._context else b"N")
                try:
                    wire: Any = self._context.wrap_socket(link, server_side=True) if self._context else link
                except OSError:
                    continue
                with wire:
                    self._answer(wire)

    def _answer(self, wire: socket.socket) -> None:
        try:
            said = wire.recv(1000)
        except OSError:
            return
        if said:
            self.came.append(said)
            reason = b"SFATAL\0VFATAL\0C28000\0Mgo away\0\0"
            wire.sendall(b"E" + (4 + len(reason)).to_bytes(4, "big") + reason)

    def close(self) -> None:
        """Nobody is let in any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.join(5)


def told_at(gate: Gate, options: str) -> str:
    """What is said when somebody connects."""
    with pytest.raises(StoreProblem) as caught:
        Database(
            f"postgresql://ann@localhost:{gate.port}/sales?hostaddr=127.0.0.1&gssencmode=disable&{options}"
        )
    return str(caught.value)


def test_the_server_is_the_one_the_root_vouches_for_or_nothing_is_said_to_it(tmp_path: Path) -> None:
    right, wrong = certificate(tmp_path, "right"), certificate(tmp_path, "wrong")
    gate = Gate(right)
    assert "go away" in told_at(gate, f"sslmode=verify-full&sslrootcert={right}")
    assert b"ann" in gate.came.pop()
    assert "certificate verify failed" in told_at(gate, f"sslmode=verify-full&sslrootcert={wrong}")
    assert "does not exist" in told_at(gate, f"sslmode=verify-full&sslrootcert={tmp_path / 'none.pem'}")
    assert gate.came == []
    gate.close()


def test_a_server_without_tls_is_told_nothing_where_the_address_asks_for_it(tmp_path: Path) -> None:
    gate = Gate(None)
    assert "does not support SSL" in told_at(gate, "sslmode=require")
    assert gate.came == []
    gate.close()
