"""What keeps a store: backups brought back under others, versions that meet, copies, where a file may lie."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from acts import NOW, Opener, add_deal, commit
from pipetui.core.change import Change
from pipetui.core.deal import Deal, Member, Tag
from pipetui.errors import StoreProblem
from pipetui.store import copies, restoring, schema, start, trail, volume
from pipetui.store.db import Database
from pipetui.store.store import Store

WRITER = """if True:
    import sys
    from datetime import UTC, datetime
    from pipetui.core.change import Batch, Change
    from pipetui.core.deal import Deal, Source
    from pipetui.core.message import say
    from pipetui.store.store import Store

    store = Store.open(sys.argv[1], login="bob", now=lambda: datetime.now(UTC))
    print("ready", flush=True)
    for line in sys.stdin:
        store.commit(Batch(say("Add"), (Change.add(Source(id=-1, name=line.strip())),)))
        print(len(store.all(Deal)), store.me, store.db.findings(), flush=True)
    store.close()
"""


class Colleague:
    """Another process that has the file open and writes when told to."""

    def __init__(self, file: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def writes(self, name: str) -> str:
        """Add a source; the deals he sees, his number, what SQLite finds broken."""
        assert self._process.stdin is not None
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()
        return self._line()

    def leaves(self) -> None:
        """End in order."""
        self._process.communicate()
        assert self._process.returncode == 0

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture
def backed_up(file: Path, tmp_path: Path) -> Path:
    """A backup of the store with one deal, made before Bob ever wrote; the store has gone on since."""
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    add_deal(store, "Before")
    store.backup(str(tmp_path / "backup.db"))
    add_deal(store, "After")
    store.close()
    return tmp_path / "backup.db"


def test_a_backup_comes_back_under_somebody_who_has_the_file_open(file: Path, backed_up: Path) -> None:
    bob = Colleague(file)
    assert bob.writes("Fair").startswith("2 2 []")
    kept = restoring.restore(str(file), backed_up, NOW).kept
    assert bob.writes("Blog").startswith("1 2 []")
    bob.leaves()
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    assert [deal.title for deal in store.all(Deal)] == ["Before"]
    assert {member.login for member in store.all(Member)} == {"ann", "bob"}
    assert store.check() == []
    store.close()
    assert kept is not None
    with closing(Database(str(kept))) as db:
        assert db.rows("SELECT name FROM source WHERE name = 'Fair'") == [("Fair",)]


def test_what_is_written_while_the_old_store_is_kept_is_kept_too(
    file: Path, backed_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Store.open(str(file), login="ann", now=lambda: NOW)
    pages, late = restoring._pages, ["Late"]

    def meanwhile(*words: object) -> None:
        if late:
            commit(ann, Change.add(Tag(id=-1, name=late.pop())))
        pages(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "_pages", meanwhile)
    kept = restoring.restore(str(file), backed_up, NOW).kept
    with closing(Database(str(kept))) as db:
        assert db.rows("SELECT name FROM tag") == [("Late",)]
    assert ann.all(Tag) == []
    ann.close()


def test_a_file_that_is_no_database_any_more_is_set_aside(file: Path, backed_up: Path) -> None:
    bob = Colleague(file)
    content = file.read_bytes()
    file.write_bytes(b"\0" * len(content))
    with pytest.raises(StoreProblem, match="another program has it open"):
        restoring.restore(str(file), backed_up, NOW)
    file.write_bytes(content)
    bob.leaves()
    file.write_bytes(b"\0" * len(content))
    kept = restoring.restore(str(file), backed_up, NOW).kept
    assert kept is not None
    assert kept.read_bytes() == b"\0" * len(content)
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    assert [deal.title for deal in store.all(Deal)] == ["Before"]
    store.close()


def test_a_store_that_was_lost_comes_back(file: Path, backed_up: Path) -> None:
    for part in file.parent.glob(f"{file.name}*"):
        part.unlink()
    assert restoring.restore(str(file), backed_up, NOW).kept is None
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    assert len(store.all(Deal)) == 1
    store.close()


def test_a_backup_with_a_broken_page_is_refused(file: Path, backed_up: Path) -> None:
    before = file.read_bytes()
    with backed_up.open("r+b") as content:
        content.seek(4096 * 40)
        content.write(b"\xff" * 4096 * 8)
    with pytest.raises(StoreProblem, match="damaged"):
        restoring.restore(str(file), backed_up, NOW)
    assert file.read_bytes() == before


def test_a_backup_of_a_newer_version_is_refused(file: Path, backed_up: Path) -> None:
    with closing(sqlite3.connect(backed_up)) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
        link.commit()
    with pytest.raises(StoreProblem, match="newer pipetui"):
        restoring.restore(str(file), backed_up, NOW)


def test_a_backup_of_an_older_version_comes_up_to_date(file: Path, tmp_path: Path) -> None:
    dump = Path(__file__).with_name("schemas") / "0001.sql"
    with closing(sqlite3.connect(tmp_path / "old.db")) as link:
        link.executescript(dump.read_text(encoding="utf-8"))
    content = (tmp_path / "old.db").read_bytes()
    restoring.restore(str(file), tmp_path / "old.db", NOW)
    assert (tmp_path / "old.db").read_bytes() == content
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    assert schema.version(store.db) == schema.HEAD
    assert [deal.title for deal in store.all(Deal)] == ["Site web – « Été »"]
    assert store.check() == []
    store.close()


def test_an_open_store_notices_that_it_became_newer(opened: Opener, url: str) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    assert bob.changed()
    with closing(Database(url)) as db, db.transaction():
        db.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreProblem, match="newer pipetui"):
        commit(ann, Change.edit(deal, title="Too late"))
    with pytest.raises(StoreProblem, match="newer pipetui"), ann.db.transaction():
        ann.db.run("DELETE FROM tally")
    with pytest.raises(StoreProblem, match="newer pipetui"):
        bob.changed()
    with closing(Database(url)) as db, pytest.raises(StoreProblem, match="newer pipetui"):
        start.ready(db)
    assert ann.all(Deal) == [deal]


def test_the_journal_is_held_to_what_is_there(store: Store) -> None:
    deal = add_deal(store)
    commit(store, Change.edit(deal, title="Renamed"))
    store.undo()
    store.redo()
    assert store.check() == []
    [(last,)] = store.db.rows("SELECT MAX(id) FROM journal")
    store.db.run("DELETE FROM journal WHERE id = ?", (last,))
    [gap] = [str(finding) for finding in trail.gaps(store.db)]
    assert gap.startswith(f"1 line of the journal is missing, the first of them number {last}:")
    store.db.run("UPDATE journal SET batch_id = 3 WHERE batch_id = 4")
    assert str(list(trail.gaps(store.db))[1]).startswith("1 act is incomplete (act 4 has no lines")
    assert list(trail.jumps(store.db, NOW)) == []


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/home/ann/pipetui.db", None),
        ("/mnt/team/pipetui.db", "nfs4"),
        ("/mnt/team", "nfs4"),
        ("/mnt/teams/pipetui.db", None),
        ("/mnt/team/local/pipetui.db", None),
        ("/mnt/with space/pipetui.db", "cifs"),
        ("/home/ann/remote/pipetui.db", "fuse.sshfs"),
        ("/c/Users/pipetui.db", "9p"),
        ("/twice/pipetui.db", None),
    ],
)
def test_network_file_systems_are_known_by_the_mount_table(file: str, kind: str | None) -> None:
    mounts = (
        "21 1 0:19 / / rw,relatime - 9p none rw,trans=fd\n"
        "22 21 0:20 / /mnt/team rw shared:5 master:2 - nfs4 host:/team rw\n"
        "23 22 8:1 / /mnt/team/local rw - ext4 /dev/sda1 rw\n"
        "24 21 0:21 / /mnt/with\\040space rw - cifs //host/share rw\n"
        "25 21 0:22 / /home/ann/remote rw - fuse.sshfs ann@host: rw\n"
        "26 21 0:23 / /c rw - 9p drvfs rw\n"
        "27 21 0:24 / /twice rw - nfs host:/a rw\n"
        "28 27 8:2 / /twice rw - xfs /dev/sdb1 rw\n"
        "nonsense\n"
    )
    assert volume.network(file, mounts) == kind


def test_seven_days_and_four_weeks_are_kept_whatever_the_gaps() -> None:
    dice, there, day = random.Random(5), [], date(2026, 1, 1)
    for _ in range(200):
        day += timedelta(days=dice.choice((1, 1, 1, 2, 9)))
        there.append(day)
        there = [one for one in there if one not in copies.outdated(there)]
        assert there[-7:] == sorted(there)[-7:]
        assert len(there) <= 11
    weeks = [one.isocalendar()[:2] for one in there[:-7]]
    assert len(weeks) == len(set(weeks)) == 4


def test_a_copy_half_written_by_a_killed_process_goes(file: Path) -> None:
    home = copies.folder(str(file))
    home.mkdir()
    for name, age in (("old", 2), ("young", 0)):
        partial = home / f".2026-11-22.db.partial-{name}"
        partial.write_bytes(b"half")
        os.utime(partial, (partial.stat().st_mtime - age * 3600,) * 2)
    assert copies.take(str(file), NOW.date()) == home / "2026-11-23.db"
    assert copies.take(str(file), NOW.date()) is None
    assert {part.name for part in home.iterdir()} == {"2026-11-23.db", ".2026-11-22.db.partial-young"}
