"""Keeping a store safe from the shell: backup, restore, copies of whole stores, a shared file, and doctor."""

from __future__ import annotations

import grp
import json
import os
import pwd
import sqlite3
import stat
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipetui.store import copies, surroundings, volume
from shell import Shell

HOSTILE = "[/b] Acme '); DROP TABLE deal;-- « Été »"


@pytest.fixture
def file(shell: Shell, tmp_path: Path) -> Path:
    """A store with one deal of a hostile name."""
    assert shell("add", f"{HOSTILE} 12k").code == 0
    return tmp_path / "store" / "sales.db"


def titles(shell: Shell) -> list[str]:
    """What the store lists."""
    return [deal["title"] for deal in shell("list", "--json").json]


def test_a_backup_comes_back_and_what_it_replaces_is_kept(shell: Shell, file: Path) -> None:
    before = titles(shell)
    assert shell("backup", "copy.db").code == 0
    shell("add", "Typed after the backup")
    done = shell("restore", "copy.db", "--json").json
    assert titles(shell) == before
    kept = Path(done["kept"])
    assert kept.parent == file.parent
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(shell("list", "--db", str(kept), "--json").json) == 2
    assert shell("undo").code == 0
    assert titles(shell) == []


def test_restore_still_brings_archived_deals_back(shell: Shell, file: Path) -> None:
    shell("archive", "1")
    assert titles(shell) == []
    assert shell("restore", "1").code == 0
    assert len(titles(shell)) == 1
    assert shell("restore", "a.db", "b.db").code == 2


@pytest.mark.parametrize("content", [None, b"", b"not a store at all" * 100])
def test_what_is_no_backup_is_refused(shell: Shell, file: Path, content: bytes | None) -> None:
    if content is not None:
        Path("bad.db").write_bytes(content)
    refused = shell("restore", "bad.db")
    assert refused.code == 3
    assert "bad.db" in refused.err
    assert len(titles(shell)) == 1
    assert not list(file.parent.glob("*replaced*"))


def test_a_store_goes_to_json_lines_and_back(shell: Shell, file: Path) -> None:
    shell("won", "1")
    assert "deal" in shell("copy", "--to", "all.jsonl").out
    told = shell("copy", "--from", "all.jsonl", "--to", "again.db", "--json").json
    assert told["tables"]["deal"]["rows"] == 1
    assert shell("copy", "--to", "all.jsonl").code == 1
    assert shell("export", "--to", "same.jsonl").code == 0
    assert Path("same.jsonl").read_bytes() == Path("all.jsonl").read_bytes()
    again = ("--db", "again.db")
    assert shell("list", "is:won", *again, "--json").json == shell("list", "is:won", "--json").json
    assert shell("log", *again, "--json").json == shell("log", "--json").json
    assert shell("undo", *again).code == 0
    assert shell("doctor", *again).code == 0
    assert shell("import", "all.jsonl").code == 1
    heads = [json.loads(line) for line in Path("all.jsonl").read_text(encoding="utf-8").splitlines()]
    assert heads[0]["pipetui"] == "store"
    assert "deal" in heads[-1]["end"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda lines: lines[:-1], "breaks off"),
        (lambda lines: [line.replace("Acme", "Akme") for line in lines], "do not add up"),
        (lambda lines: [*lines[:3], "{", *lines[3:]], "Line 4"),
        (lambda lines: lines[1:], "not a whole store"),
        (lambda lines: [lines[0].replace('"schema":"0', '"schema":"9'), *lines[1:]], "newer"),
        (lambda lines: [line.replace('"table":"deal"', '"table":"deal; DROP TABLE x"') for line in lines], "alike"),
        (lambda lines: [lines[0], '{"table":"deal","columns":[["id"]]}'], "Line 2"),
    ],
)  # fmt: skip
def test_spoiled_json_lines_write_nothing(shell: Shell, file: Path, spoil: object, said: str) -> None:
    shell("copy", "--to", "all.jsonl")
    lines = Path("all.jsonl").read_text(encoding="utf-8").splitlines()
    Path("bad.jsonl").write_text("\n".join(spoil(lines)), encoding="utf-8")  # type: ignore[operator]
    refused = shell("copy", "--from", "bad.jsonl", "--to", "new.db")
    assert refused.code in (2, 3)
    assert said in refused.err
    assert not Path("new.db").exists()


def test_a_copy_does_not_overwrite(shell: Shell, file: Path) -> None:
    shell("copy", "--to", "other.db")
    shell("add", "Only here")
    assert shell("copy", "--to", "other.db").code == 1
    assert shell("copy", "--to", str(file)).code == 1
    assert shell("copy", "--from", "none.db", "--to", "x.db").code == 1
    kept = shell("copy", "--to", "other.db", "--replace", "--json").json["kept"]
    assert len(shell("list", "--db", "other.db", "--json").json) == 2
    assert len(shell("list", "--db", kept, "--json").json) == 1


def test_a_group_shares_the_file(shell: Shell, file: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    shared = shell("share", "--group", group, "--json").json
    assert shared == {"store": str(file), "mode": "0660", "group": group}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o2770
    before = os.umask(0o077)
    try:
        shell("add", "Typed with a tight umask")
        with closing(sqlite3.connect(file)) as link:
            link.execute("UPDATE tally SET n = n")
            link.commit()
            for end in ("-wal", "-shm"):
                assert stat.S_IMODE(Path(f"{file}{end}").stat().st_mode) == 0o660
    finally:
        os.umask(before)
    assert shell("doctor").code == 0
    assert f"group {group}" in shell("share").out
    assert shell("share", "--private", "--json").json["mode"] == "0600"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_nobody_takes_another_name_in_a_shared_file(
    shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config.toml").write_text('me = "the boss"\n', encoding="utf-8")
    shell("add", "Alone")
    assert "You act as the boss." in shell("doctor").err
    shell("share", "--group", grp.getgrgid(os.getgid()).gr_name)
    monkeypatch.setenv("USER", "the boss")
    shell("add", "Shared")
    account = pwd.getpwuid(os.geteuid()).pw_name
    assert f"You act as {account}." in shell("doctor").err
    shared, alone = [entry["by"] for entry in shell("log", "--json").json if entry["kind"] == "do"][:2]
    assert (shared, alone) == (account, "the boss")


def test_sharing_says_what_is_in_the_way(shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no group" in shell("share", "--group", "no such group").err
    assert shell("share", "--group", "a", "--private").code == 2
    monkeypatch.setenv("HOME", str(file.parent))
    refused = shell("share", "--group", grp.getgrgid(os.getgid()).gr_name)
    assert refused.code == 1
    assert "more than a store" in refused.err


def test_doctor_names_what_somebody_changed_past_the_journal(shell: Shell, file: Path) -> None:
    assert shell("doctor", "--json").json["findings"] == []
    with closing(sqlite3.connect(file)) as link:
        link.execute("UPDATE deal SET amount = 1")
        link.execute("DELETE FROM journal WHERE id = (SELECT MAX(id) FROM journal)")
        link.execute("DELETE FROM contact")
        link.execute("INSERT INTO tagging (id, tag_id, subject, subject_id) VALUES (9, 99, 'deal', 1)")
        link.execute("UPDATE batch SET at = '2031-01-01T00:00:00.000000Z' WHERE id = 1")
        link.commit()
    ended = shell("doctor")
    assert ended.code == 1
    for words in (
        "journal is missing",
        "tagging 9 came from nowhere",
        "refers to one that is gone (tagging 9",
        "set back",
        "future",
    ):
        assert words in ended.out


def test_doctor_explains_a_damaged_page(shell: Shell, file: Path) -> None:
    for n in range(30):
        shell("add", f"Deal {n} {'x' * 200}")
    with file.open("r+b") as content:
        content.seek(4096 * 60)
        content.write(b"\xff" * 4096 * 20)
    ended = shell("doctor")
    assert ended.code == 1
    assert "damaged" in ended.out
    assert "pipetui restore" in ended.out


def test_doctor_looks_around_the_file(shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.chmod(0o644)
    assert "Everybody on this machine may read" in shell("doctor").out
    file.chmod(0o660)
    file.parent.chmod(0o700)
    assert "cannot use all of the store" in shell("doctor").out
    file.chmod(0o600)
    monkeypatch.setattr(surroundings, "SPARE", 2**80)
    assert "make room" in shell("doctor").out
    monkeypatch.undo()


def test_a_network_file_system_is_refused_with_the_way_out(
    shell: Shell, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 host:/sales rw\n", encoding="utf-8")
    monkeypatch.setattr(volume, "MOUNTS", mounts)
    refused = shell("list")
    assert refused.code == 3
    assert "network file system (nfs4)" in refused.err
    assert "PostgreSQL" in refused.err
    assert shell("doctor").code == 1


def test_the_day_leaves_a_copy_and_old_ones_go(shell: Shell, file: Path) -> None:
    today = date.today()  # noqa: DTZ011 - as the command line reads it
    folder = copies.folder(str(file))
    folder.mkdir()
    for age in range(1, 60):
        (folder / f"{today - timedelta(days=age)}.db").write_bytes(b"")
    (folder / "notes.db").write_bytes(b"")
    shell("add", "Typed today", today=None)
    there = list(copies.kept(str(file)))
    assert there[:7] == [today - timedelta(days=age) for age in range(7)]
    assert len(there) == 11
    assert (folder / "notes.db").exists()
    assert stat.S_IMODE((folder / f"{today}.db").stat().st_mode) == 0o600
    again = (folder / f"{today}.db").stat().st_mtime_ns
    shell("add", "Typed later", today=None)
    assert (folder / f"{today}.db").stat().st_mtime_ns == again
    assert "newest copy is of" in shell("doctor", today=None).err


def test_a_full_disk_costs_the_copy_alone(shell: Shell, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "ROOM", 2**60)
    assert shell("add", "Typed today", today=None).code == 0
    assert copies.kept(str(file)) == {}
