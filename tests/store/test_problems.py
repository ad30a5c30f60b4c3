"""What can go wrong with a store is one clear sentence and a hint, and never a password."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from acts import NOW, add_deal, commit
from pipetui.core.change import Change
from pipetui.core.deal import Deal, Organization
from pipetui.errors import StoreProblem
from pipetui.store import sqlite
from pipetui.store.db import Database
from pipetui.store.postgres import place
from pipetui.store.store import Store

UNDECODED = UnicodeDecodeError("utf-8", b"\xe1", 0, 1, "invalid continuation byte")
"""What Python raises when SQLite's own message quotes damaged bytes."""


def problem(url: str) -> StoreProblem:
    """What opening says."""
    with pytest.raises(StoreProblem) as caught:
        Store.open(url, login="ann", now=lambda: NOW)
    assert caught.value.hint is not None
    return caught.value


def test_a_missing_folder(tmp_path: Path) -> None:
    assert "cannot be opened for writing" in str(problem(str(tmp_path / "none" / "store.db")))


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert "cannot be opened" in str(problem(str(tmp_path)))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer,\n" * 1000)
    assert "is not a pipetui store" in str(problem(str(file)))
    assert file.read_text().startswith("Dear customer")


def test_the_database_of_another_application(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as link:
        link.execute("CREATE TABLE song (title TEXT)")
    assert "another application" in str(problem(str(tmp_path / "other.db")))


def test_a_damaged_file(file: Path) -> None:
    with file.open("r+b") as content:
        content.seek(4096)
        content.write(b"\xff" * 4096 * 3)
    assert "damaged" in str(problem(str(file)))


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    store = Store.open(str(tmp_path / "empty.db"), login="ann", now=lambda: NOW)
    assert store.check() == []
    store.close()


def test_a_store_that_can_only_be_read(file: Path) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    store.db.run("PRAGMA query_only = ON")
    with pytest.raises(StoreProblem, match="cannot be opened for writing"):
        add_deal(store)
    assert store.all(Deal) == []
    store.close()


def test_a_store_kept_busy(file: Path) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    store.db.run("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreProblem, match="busy"):
            add_deal(store)
    add_deal(store)
    store.close()


def test_a_new_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    Store.open(str(tmp_path / "mine.db"), login="ann", now=lambda: NOW).close()
    assert stat.S_IMODE((tmp_path / "mine.db").stat().st_mode) == 0o600


def test_an_address_like_sqlalchemys_works(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path / 'a.db'}", login="ann", now=lambda: NOW).close()
    assert (tmp_path / "a.db").exists()


def test_a_file_that_is_safe(file: Path) -> None:
    with closing(Database(str(file))) as db:
        settings = {
            name: db.rows(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert db.rows("PRAGMA busy_timeout") == [(10_000,)]


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("Could not decode to UTF-8 column 'name'"), UNDECODED]
)
def test_bytes_that_are_no_text_are_damage(file: Path, error: Exception) -> None:
    said = sqlite.problem(error, str(file))
    assert "is damaged" in str(said)
    assert said.hint is not None


def test_a_disk_that_fails_is_told_with_what_to_look_at(file: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 3 << 8
    said = sqlite.problem(error, str(file))
    assert "does not do its work: disk I/O error" in str(said)
    assert "quota" in str(said.hint)


def test_a_damaged_file_whose_damage_cannot_be_spelled(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def undecoded(link: sqlite3.Connection) -> None:
        raise UNDECODED

    monkeypatch.setattr(sqlite, "_prepare", undecoded)
    assert "damaged" in str(problem(str(file)))


def test_half_a_backup_never_stands_under_its_name(file: Path, tmp_path: Path) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    seen: list[list[str]] = []
    with closing(sqlite3.connect(file)) as link:

        class Slow:
            def backup(self, target: sqlite3.Connection) -> None:
                seen.append(sorted(path.name for path in tmp_path.glob("*copy.db*")))
                link.backup(target)

        sqlite.backup(Slow(), str(file), str(tmp_path / "copy.db"))  # type: ignore[arg-type]
    assert seen != [[]]
    assert "copy.db" not in seen[0]
    assert [path.name for path in tmp_path.glob("*copy.db*")] == ["copy.db"]
    store.close()


def test_a_backup_while_the_store_is_in_use(file: Path, tmp_path: Path) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    deal = add_deal(store)
    copy = tmp_path / "copy.db"
    store.backup(str(copy))
    commit(store, Change.edit(deal, title="After the copy"))
    kept = Store.open(str(copy), login="ann", now=lambda: NOW)
    assert kept.all(Deal) == [deal]
    assert kept.check() == []
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    kept.close()
    with pytest.raises(StoreProblem, match="exists already"):
        store.backup(str(copy))
    with pytest.raises(StoreProblem):
        store.backup(str(tmp_path / "none" / "copy.db"))
    store.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_zero_character_is_refused_where_it_cannot_be_kept(store: Store) -> None:
    with pytest.raises(StoreProblem):
        commit(store, Change.add(Organization(id=-1, name="a\0b", created_at=NOW)))
    assert store.all(Organization) == []


def test_half_a_character_is_refused(store: Store) -> None:
    with pytest.raises(StoreProblem):
        commit(store, Change.add(Organization(id=-1, name="\ud800", created_at=NOW)))
    assert store.all(Organization) == []


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/sales",
        "postgresql://ann:s3cret@127.0.0.1:1/sales?connect_timeout=1",
        "postgresql://ann:s3cret@no.such.host.invalid/sales",
        "postgresql://ann:s3cret@127.0.0.1:1/sales?nonsense=1",
        "postgresql://ann:s3cret%@127.0.0.1:1/sales",
        "postgresql://ann:s3cret/1@127.0.0.1:1/sales",
        "postgresql://ann:s3cret@1@127.0.0.1:1/sales",
        "postgresql://ann:x?s3cret@127.0.0.1:1/sales",
        "postgresql://ann:1#s3cret@127.0.0.1:1/sales",
        "postgresql://127.0.0.1:1/sales?user=ann&password=s3cret",
        "postgresql://127.0.0.1:x/sales?password=s3cret",
        "postgres://[::1/sales?password=s3cret",
    ],
)
def test_no_error_tells_a_password(address: str) -> None:
    found = problem(address)
    told = "".join(
        (str(found), str(found.hint), repr(found.message.values), repr(found.__cause__), repr(found.args))
    )
    assert "s3cret" not in told


def test_a_place_is_told_without_its_secrets() -> None:
    assert (
        place("postgresql://ann:pw@db.example.com:5433/sales?sslmode=require") == "db.example.com:5433/sales"
    )
    assert place("postgres:///sales?host=/run/postgresql") == "localhost/sales"
    both = (
        "postgresql://ann:pw@db1.example.com:5432,db2.example.com:5433/sales?target_session_attrs=read-write"
    )
    assert place(both) == "db1.example.com:5432,db2.example.com:5433/sales"


def test_psycopg_may_be_missing(tmp_path: Path) -> None:
    program = """if True:
        import sys
        sys.modules["psycopg"] = None
        from pipetui.errors import StoreProblem
        from pipetui.store.db import Database
        try:
            Database("postgresql://localhost/sales")
        except StoreProblem as problem:
            print(problem.message, problem.hint)
    """
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ
    )
    assert (
        ended.stdout
        == "PostgreSQL needs psycopg, which is not installed. Run: pip install 'pipetui[postgresql]'\n"
    )
