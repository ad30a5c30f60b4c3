"""Who has the board open: seen by everybody, written nowhere in the store, and gone with the process."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acts import NOW, Opener, add_deal, commit
from pipetui.core.change import Change
from pipetui.store.db import Database
from pipetui.store.heard import heard, newest
from pipetui.store.presence import Presence, Present

SITTING = """if True:
    import sys
    from datetime import UTC, datetime
    from pipetui.store.db import Database
    from pipetui.store.presence import Presence

    Presence(db := Database(sys.argv[1]), sys.argv[2], datetime.now(UTC))
    print("here", flush=True)
    sys.stdin.readline()
"""


def logins(presence: Presence) -> list[str]:
    """Who is here."""
    return [one.login for one in presence.everybody()]


@pytest.mark.parametrize("login", ["bob", "[/b] Zoé@home", "日本太郎", "a" * 80, "x+1:2"])
def test_whoever_comes_is_seen_with_host_and_hour_until_he_goes(url: str, login: str) -> None:
    with closing(Database(url)) as mine, closing(Database(url)) as his:
        me, other = Presence(mine, "ann", NOW), Presence(his, login, NOW)
        found = [one for one in me.everybody() if not one.own]
        assert [one.since for one in found] == [NOW]
        assert login.startswith(found[0].login)
        assert len(found[0].login) >= min(len(login), 4)
        assert [one.own for one in me.everybody()].count(True) == 1
        other.leave()
        me.leave()
    with closing(Database(url)) as mine:
        me = Presence(mine, "ann", NOW)
        assert logins(me) == ["ann"]
        me.leave()


def test_a_killed_session_is_present_no_more(url: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", SITTING, url, "bob"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    with closing(Database(url)) as db:
        me = Presence(db, "ann", datetime.now(UTC))
        assert logins(me) == ["ann", "bob"]
        process.kill()
        process.communicate()
        for _ in range(100):
            if logins(me) == ["ann"]:
                break
        assert logins(me) == ["ann"]
        me.leave()


def test_presence_beside_a_file_leaves_nothing_behind_and_is_as_open_as_the_store(file: Path) -> None:
    file.chmod(0o660)
    with closing(Database(str(file))) as db:
        me = Presence(db, "ann", NOW)
        folder = file.with_name("file.db.here")
        assert oct(folder.stat().st_mode & 0o7777) == "0o2770"
        assert [oct(one.stat().st_mode & 0o777) for one in folder.iterdir()] == ["0o640"]
        me.leave()
        assert not folder.exists()


def test_nonsense_in_the_folder_is_no_session(file: Path) -> None:
    with closing(Database(str(file))) as db:
        me = Presence(db, "ann", NOW)
        folder = file.with_name("file.db.here")
        (folder / "1-dead").write_text("{}")
        (folder / "link").symlink_to("/etc/passwd")
        (folder / "folder").mkdir()
        assert me.everybody() == (
            Present("ann", NOW, *(getattr(me.everybody()[0], n) for n in ("host", "terminal")), True),
        )
        assert Path("/etc/passwd").exists()
        assert not (folder / "1-dead").exists()
        me.leave()


def test_a_folder_that_cannot_be_made_hides_nobody_else(file: Path) -> None:
    file.with_name("file.db.here").write_text("in the way")
    with closing(Database(str(file))) as db:
        me = Presence(db, "ann", NOW)
        assert me.everybody() == ()
        me.leave()


def test_what_others_did_is_heard_with_its_deals_and_what_one_did_is_not(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    add_deal(bob, "Before")
    since = newest(ann.db)
    mine = add_deal(ann)
    his = add_deal(bob)
    commit(bob, Change.edit(his, title="[/b]"), label="Edit")
    bob.undo()
    found = heard(ann.db, since, "ann")
    assert [(one.who, one.what.text) for one in found] == [
        ("bob", "Undone: {what}"), ("bob", "Edit"), ("bob", "Add a deal"),
    ]  # fmt: skip
    assert {his.id} == set().union(*(one.deals for one in found))
    assert [one.deals for one in heard(ann.db, since, "bob")] == [frozenset({mine.id})]
    assert heard(ann.db, found[0].batch_id, "ann") == []
