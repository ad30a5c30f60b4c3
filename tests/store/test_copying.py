"""A store copied to the other engine and back is the same store: every table, the journal, undo, the next numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from acts import NOW, Opener, add_deal, commit
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal
from pipetui.core.message import say
from pipetui.errors import Refused, StoreProblem
from pipetui.store import copying, restoring
from pipetui.store.copying import Piece
from pipetui.store.db import Database
from pipetui.store.store import Store
from player import Player, state

HOSTILE = "[/b] Acme '); DROP TABLE deal;-- \t\\N \\. \u202e « Été »\n;=1+1"


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a store by table."""
    with closing(Database(url)) as db:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for piece in copying.pieces(db):
            found.setdefault(piece.table, []).extend(piece.rows)
    return found


def put(source: str, to: str, replace: bool = False) -> restoring.Replaced:
    """Copy one store to another place."""
    with closing(Database(source)) as db:
        return restoring.put(copying.pieces(db), to, replace, NOW)


def lived_in(store: Store, seed: int) -> None:
    """Some history, hostile names, things taken back."""
    player, dice = Player(store, seed), random.Random(seed)
    for _ in range(25):
        player.play()
        if dice.random() < 0.3:
            store.undo()
    commit(store, Change.edit(add_deal(store, HOSTILE), notes=HOSTILE))


@pytest.mark.parametrize("seed", range(2))
def test_there_and_back_it_is_the_same_store(
    opened: Opener, url: str, empty_url: str, seed: int, tmp_path: Path
) -> None:
    store = opened("ann")
    lived_in(store, seed)
    before = everything(url)
    assert before["journal"]
    assert put(url, empty_url).kept is None
    assert everything(empty_url) == before
    back = str(tmp_path / "back.db")
    put(empty_url, back)
    assert everything(back) == before
    there = Store.open(empty_url, login="ann", now=lambda: NOW)
    assert there.check() == []
    assert str(there.undo().label) == "A change"
    store.undo()
    assert state(there) == state(store)
    assert add_deal(there).id == add_deal(store).id
    there.close()


def test_pieces_are_small_and_none_is_lost(
    opened: Opener, url: str, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived_in(opened("ann"), 7)
    monkeypatch.setattr(copying, "AT_ONCE", 3)
    with closing(Database(url)) as db:
        assert max(len(piece.rows) for piece in copying.pieces(db)) == 3
    put(url, empty_url)
    monkeypatch.undo()
    assert everything(empty_url) == everything(url)


def test_what_is_there_is_not_overwritten_unless_that_is_said(
    opened: Opener, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = Store.open(str(tmp_path / "other.db"), login="bob", now=lambda: NOW)
    add_deal(other, "Theirs")
    store = opened("ann")
    mine = add_deal(store, "Mine")
    with pytest.raises(Refused, match="holds a store already"):
        put(other.db.url, url)
    assert store.all(Deal) == [mine]
    kept = put(other.db.url, url, replace=True).kept
    assert kept is not None
    assert [deal.title for deal in store.all(Deal)] == ["Theirs"]
    old = Store.open(str(kept), login="ann", now=lambda: NOW)
    assert [deal.title for deal in old.all(Deal)] == ["Mine"]
    old.close()
    add_deal(store, "Goes on")
    assert store.check() == []
    other.close()


def test_a_copy_that_breaks_off_leaves_nothing_behind(
    opened: Opener, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = opened("ann")
    add_deal(store)
    with closing(Database(url)) as db:
        whole = list(copying.pieces(db))

    def broken() -> Iterator[Piece]:
        yield from whole[:5]
        raise StoreProblem(say("It went away."))

    with pytest.raises(StoreProblem, match="went away"):
        restoring.put(broken(), str(tmp_path / "half.db"), False, NOW)
    with pytest.raises(StoreProblem, match="went away"):
        restoring.put(broken(), url, True, NOW)
    assert {file.name for file in tmp_path.iterdir()} <= {"store.db", "store.db-wal", "store.db-shm"}
    assert len(store.all(Deal)) == 1
    assert store.check() == []


@pytest.mark.parametrize("spoiled", ["lacking", "strange", "column"])
def test_a_table_that_is_not_alike_is_refused(prepared: Path, tmp_path: Path, spoiled: str) -> None:
    with closing(Database(str(prepared))) as db:
        whole = list(copying.pieces(db))
    if spoiled == "lacking":
        del whole[3]
    elif spoiled == "strange":
        whole.append(Piece("song", ("id",), []))
    else:
        whole[0] = whole[0]._replace(columns=(*whole[0].columns[1:], "id; DROP TABLE deal"))
    with pytest.raises(StoreProblem, match="not alike"):
        restoring.put(whole, str(tmp_path / "other.db"), False, NOW)
    assert not (tmp_path / "other.db").exists()


def test_a_backup_is_a_store_by_itself(opened: Opener, url: str, tmp_path: Path) -> None:
    store = opened("ann")
    lived_in(store, 3)
    copy = tmp_path / "copy.db"
    store.backup(str(copy))
    assert everything(str(copy)) == everything(url)
    with pytest.raises(StoreProblem, match="exists already"):
        store.backup(str(copy))
    commit(store, Change.add(Contact(id=-1, name="After the copy", created_at=NOW)))
    kept = restoring.restore(url, copy, NOW).kept
    assert kept is not None
    assert everything(url) == everything(str(copy))
    assert "After the copy" in str(everything(str(kept))["contact"])
    assert store.check() == []
