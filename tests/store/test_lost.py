"""What is lost when a connection is: nothing that was confirmed, and never a doubt about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import sleep

import psycopg
import pytest

from acts import NOW, add_deal, commit, move, stages
from pipetui.core.change import Change
from pipetui.core.deal import Deal
from pipetui.core.message import say
from pipetui.errors import ConnectionLost, Replaced, StoreProblem
from pipetui.store import postgres
from pipetui.store.db import Database
from pipetui.store.store import Store
from proxy import Wire
from store.conftest import Server


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """The way to a store on PostgreSQL, which can be cut."""
    url = server.database(server.template)
    wire = Wire(url)
    yield wire
    wire.close()
    server.drop(url)


@pytest.fixture
def far(wire: Wire) -> Iterator[Store]:
    """The store at the other end of the wire, opened as Ann."""
    store = Store.open(wire.url, login="ann", now=lambda: NOW)
    yield store
    store.close()


def batches(store: Store) -> list[str]:
    """The labels of all that was done, oldest first."""
    return [entry.label.text for entry in reversed(store.log()) if entry.kind != "setup"]


def heard(store: Store) -> bool:
    """Whether word of a write comes within a second or two; notices take their time."""
    for _ in range(100):
        if store.changed():
            return True
        sleep(0.02)
    return False


def test_who_comes_back_to_a_connection_that_was_cut_reads_and_writes_on(far: Store, wire: Wire) -> None:
    deal = add_deal(far, "[/b] Acme")
    wire.cut()
    assert far.get(Deal, deal.id) == deal
    wire.cut()
    move(far, deal, "Quote")
    assert batches(far) == ["Add a deal", "Move"]


def test_a_session_that_the_administrator_ended_is_opened_again(far: Store, wire: Wire) -> None:
    deal = add_deal(far)
    with psycopg.connect(wire.url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pipetui=ann'"
        )
    assert commit(far, Change.edit(deal, title="After")).batch_id
    assert far.get(Deal, deal.id).title == "After"


def test_after_a_cut_all_is_read_again_and_others_are_heard_again(far: Store, wire: Wire) -> None:
    with closing(Store.open(wire.url, login="bob", now=lambda: NOW)) as bob:
        assert not far.changed()
        wire.cut()
        with pytest.raises(ConnectionLost, match="was lost"):
            far.changed()
        add_deal(bob, "Written while Ann was away")
        assert far.changed()
        add_deal(bob, "Written when she is back")
        assert heard(far)


@pytest.mark.parametrize("after", [False, True])
def test_a_cut_at_the_moment_of_the_commit_neither_loses_nor_doubles(
    far: Store, wire: Wire, after: bool
) -> None:
    wire.cut_at(b"COMMIT", after)
    deal = add_deal(far, "Twelve seats")
    assert [one.title for one in far.all(Deal)] == ["Twelve seats"]
    assert far.get(Deal, deal.id) == deal
    assert batches(far) == ["Add a deal"]
    assert far.check() == []


@pytest.mark.parametrize("after", [False, True])
def test_a_cut_while_undo_is_kept_says_whether_it_was(far: Store, wire: Wire, after: bool) -> None:
    deal = move(far, add_deal(far), "Quote")
    wire.cut_at(b"COMMIT", after)
    if after:
        assert far.undo().kind == "undo"
        assert far.get(Deal, deal.id).stage_id == stages(far)["Lead"].id
    else:
        with pytest.raises(ConnectionLost, match="nothing was written"):
            far.undo()
        assert far.get(Deal, deal.id).stage_id == stages(far)["Quote"].id
    assert far.doubt.cleared() is None


@pytest.mark.parametrize("after", [False, True])
def test_an_import_that_was_cut_at_its_end_is_there_once_or_not_at_all(
    far: Store, wire: Wire, after: bool
) -> None:
    deal = add_deal(far)
    new = [Change.add(Deal(id=-n, pipeline_id=deal.pipeline_id, stage_id=deal.stage_id, title=f"{n}", created_at=NOW,
                           stage_since=NOW)) for n in range(1, 30)]  # fmt: skip
    wire.cut_at(b"COMMIT", after)
    if after:
        assert len(far.load(say("Import"), new).ids) == 29
    else:
        with pytest.raises(ConnectionLost):
            far.load(say("Import"), new)
    assert len(far.all(Deal)) == (30 if after else 1)
    assert far.check() == []


@pytest.mark.parametrize("after", [False, True])
def test_when_nobody_can_be_asked_the_doubt_is_kept_until_somebody_can(
    far: Store, wire: Wire, after: bool
) -> None:
    far.db.patience = 0.2
    wire.up = False
    wire.cut_at(b"COMMIT", after)
    with pytest.raises(ConnectionLost, match="looked for when it is back") as caught:
        add_deal(far)
    assert caught.value.doubtful
    wire.up = True
    assert far.doubt.cleared() is after
    assert len(far.all(Deal)) == after
    assert far.doubt.cleared() is None


def test_writes_wait_a_while_for_a_server_then_are_refused(far: Store, wire: Wire) -> None:
    deal = add_deal(far)
    far.db.patience = 0.3
    wire.up = False
    wire.cut()
    with pytest.raises(ConnectionLost, match="nothing was written"):
        commit(far, Change.edit(deal, title="Not now"))
    wire.up = True
    commit(far, Change.edit(deal, title="Now"))
    assert batches(far) == ["Add a deal", "A change"]


def test_a_connection_that_breaks_as_soon_as_it_is_made_is_made_again(
    far: Store, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = add_deal(far)
    whole, broken = postgres.mark, iter((True, True, False))

    def breaks(link: postgres.Link, before: int) -> int:
        if next(broken, False):
            wire.cut()
            link.execute("SELECT 1")
        return whole(link, before)

    monkeypatch.setattr(postgres, "mark", breaks)
    wire.cut()
    commit(far, Change.edit(deal, title="Still here"))
    assert [one.title for one in far.all(Deal)] == ["Still here"]
    broken = iter((True,))
    with pytest.raises(ConnectionLost, match="was lost"):
        Database(wire.url)


def test_without_patience_a_loss_is_told_at_once_and_somebody_else_connects(far: Store, wire: Wire) -> None:
    db, came = far.db, wire.opened
    db.patience = 0
    wire.cut()
    for _ in range(3):
        with pytest.raises(ConnectionLost):
            db.rows("SELECT 1")
    with pytest.raises(ConnectionLost), db.reading():
        pass
    assert wire.opened == came
    db.reconnect()
    assert db.rows("SELECT 1") == [(1,)]
    assert db.lost is None


def test_who_waits_in_vain_for_another_writer_is_told_who_that_is(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SESSION", "SET lock_timeout TO '100ms'")
    url = server.database(server.template)
    with (
        closing(Store.open(url, login="ann", now=lambda: NOW)) as ann,
        closing(Store.open(url, login="bob [/b]@é", now=lambda: NOW)) as bob,
    ):
        with bob.db.transaction(), pytest.raises(StoreProblem) as caught:
            add_deal(ann)
        assert str(caught.value) == "bob [/b]@é is writing, and has been for a while; nothing was written."
        assert add_deal(ann).title == "Web site"
    server.drop(url)


def test_a_server_without_a_free_connection_is_asked_for_a_while(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.database(server.template)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1")
        narrow = url.replace("postgres:@", "narrow@")
        monkeypatch.setattr(postgres, "FULL_SECONDS", 0.3)
        first = Database(narrow)
        with pytest.raises(StoreProblem, match="has no connection free"):
            Database(narrow)
        first.close()
        Database(narrow).close()
        admin.execute("DROP ROLE narrow")
    server.drop(url)


def test_a_server_that_tells_nobody_of_writes_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LISTEN", "LISTEN to nobody")
    monkeypatch.setattr(postgres, "POLL_SECONDS", 0.0)
    url = server.database(server.template)
    with (
        closing(Store.open(url, login="ann", now=lambda: NOW)) as ann,
        closing(Store.open(url, login="bob", now=lambda: NOW)) as bob,
    ):
        assert not ann.changed()
        add_deal(bob)
        assert ann.changed()
        assert not ann.changed()
    server.drop(url)


# A file


def test_a_file_that_was_replaced_takes_no_write_meant_for_the_one_before(file: Path, tmp_path: Path) -> None:
    with closing(Store.open(str(file), login="ann", now=lambda: NOW)) as store:
        add_deal(store, "Before the restore")
        backup = tmp_path / "backup.db"
        store.backup(str(backup))
        add_deal(store, "Not in the backup")
        assert not store.changed()
        backup.replace(file)
        with pytest.raises(Replaced, match="took the place of the store"):
            store.changed()
        assert store.changed()
        assert [one.title for one in store.all(Deal)] == ["Before the restore"]
        add_deal(store, "After the restore")
        assert store.check() == []
    assert [kept.name for kept in tmp_path.glob("*.replaced-*")] == ["file.db-wal.replaced-1"]


def test_a_write_finds_out_by_itself_that_its_file_was_replaced(file: Path, tmp_path: Path) -> None:
    with closing(Store.open(str(file), login="ann", now=lambda: NOW)) as store:
        other = tmp_path / "other.db"
        store.backup(str(other))
        other.replace(file)
        with pytest.raises(Replaced, match="nothing was written"):
            add_deal(store)
        add_deal(store, "Into the new one")
    with closing(Store.open(str(file), login="bob", now=lambda: NOW)) as bob:
        assert [one.title for one in bob.all(Deal)] == ["Into the new one"]


def test_a_file_that_was_removed_is_not_made_anew(file: Path, tmp_path: Path) -> None:
    with closing(Store.open(str(file), login="ann", now=lambda: NOW)) as store:
        store.db.patience = 0.1
        add_deal(store, "Kept elsewhere")
        away = file.rename(tmp_path / "away.db")
        with pytest.raises(Replaced, match="is not there any more"):
            store.changed()
        with pytest.raises(Replaced):
            store.all(Deal)
        assert not file.exists()
        away.rename(file)
        assert [one.title for one in store.all(Deal)] == ["Kept elsewhere"]
