"""Whoever changes a store with anything else than pipetui is found out, line by line, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acts import Opener, add_deal, commit, move
from pipetui.core.change import Change
from pipetui.core.deal import Deal, Tag
from pipetui.core.message import say
from pipetui.store import chain, schema, seals
from pipetui.store.rows import columns
from pipetui.store.store import Store

HOSTILE = "[/b] Acme \u202e\u200b “Été” '; --"


@pytest.fixture
def told(store: Store) -> Store:
    """A store with a little history: a deal that moved, an import, something undone and done again."""
    move(store, add_deal(store, HOSTILE), "Quote")
    store.load(say("Import"), [Change.add(Tag(id=-n, name=f"tag {n}")) for n in range(1, 8)])
    commit(store, Change.edit(store.all(Tag)[2], name=HOSTILE))
    store.undo()
    store.redo()
    store.undo()
    store.undo()
    store.redo()
    return store


def test_all_seals_hold_after_everything_a_store_can_do(told: Store, opened: Opener) -> None:
    commit(opened("bob"), Change.edit(told.all(Deal)[0], title="Bob's"))
    assert told.check() == []


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE deal SET amount = 5 WHERE id = 1", "deal"),
        ("UPDATE tag SET name = 'other' WHERE id = 4", "tag"),
        ("DELETE FROM tag WHERE id = 5", "tag"),
        ("INSERT INTO tag (id, name) VALUES (99, 'new')", "tag"),
        (
            "UPDATE journal SET before = '{\"stage_id\":2}' WHERE table_name = 'deal' AND before IS NOT NULL",
            "deal",
        ),
        ("UPDATE batch SET label = 'Nothing' WHERE id = 4", ""),
        ("UPDATE batch SET at = '2020-01-01T00:00:00.000000Z' WHERE id = 4", ""),
        ("UPDATE batch SET member_id = NULL WHERE id = 4", ""),
        ("DELETE FROM journal WHERE id = (SELECT MAX(id) FROM journal WHERE table_name = 'deal')", "deal"),
        ("UPDATE journal SET digest = 'f00' WHERE table_name = 'visit'", ""),
        (
            'UPDATE journal SET after = \'{"title": "x"}\' WHERE table_name = \'deal\' AND "before" IS NULL'
            ' AND "after" IS NULL',
            "deal",
        ),
    ],
)
def test_what_was_changed_behind_the_back_is_named(told: Store, statement: str, table: str) -> None:
    told.db.run(statement)
    assert seals.findings(told.db)[0] in told.check()
    broken = list(seals.breaks(told.db))
    assert table in {one.table for one in broken}


def test_the_first_broken_link_is_told_with_who_and_when(told: Store) -> None:
    told.db.run("UPDATE batch SET label = 'Nothing' WHERE id IN (4, 5)")
    (found,) = seals.findings(told.db)
    assert "first broken link is batch 4" in str(found)
    assert str(found).endswith("by ann. Compare with a backup.")


def test_a_batch_taken_out_of_the_middle_breaks_the_chain(told: Store) -> None:
    (last,) = told.db.one("SELECT MAX(id) FROM batch") or (0,)
    told.db.run("DELETE FROM journal WHERE batch_id = ?", (last - 1,))
    told.db.run("UPDATE batch SET target_id = NULL WHERE target_id = ?", (last - 1,))
    told.db.run("DELETE FROM batch WHERE id = ?", (last - 1,))
    assert last in {one.batch_id for one in seals.breaks(told.db)}


def test_a_journal_whose_end_was_cut_off_is_found_out(told: Store) -> None:
    noted = told.head()
    assert noted is not None
    commit(told, Change.edit(told.all(Deal)[0], title="later"))
    assert told.since(noted[1]) == told.since(noted[1][:8]) == 1
    assert told.since("%" * 8) is told.since("ab") is told.since("0" * 64) is None
    newest = told.head()
    assert newest is not None
    told.db.run("DELETE FROM journal WHERE batch_id = ?", (newest[0],))
    told.db.run("DELETE FROM batch WHERE id = ?", (newest[0],))
    told.db.run("UPDATE deal SET title = ? WHERE title = 'later'", (HOSTILE,))
    assert told.since(newest[1]) is None
    (found,) = seals.findings(told.db)
    assert str(found).startswith("The end of the journal is missing")


def test_a_column_that_came_later_breaks_no_seal_of_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def today() -> None:
        chain.covered.cache_clear()
        chain.fields.cache_clear()

    with monkeypatch.context() as before:
        before.setattr(
            chain,
            "columns",
            lambda table: [one for one in columns(table) if (table, one) != ("deal", "notes")],
        )
        today()
        old = move(store, add_deal(store, HOSTILE), "Quote")
        imported = [replace(old, id=-n, title=f"{n}") for n in range(1, 8)]
        store.load(say("Import"), [Change.add(one) for one in imported])
    monkeypatch.setattr(chain, "SINCE", {("deal", "notes"): "0005"})
    monkeypatch.setattr(schema, "HEAD", "0005")
    today()
    try:
        assert seals.findings(store.db) == []
        commit(store, Change.edit(store.get(Deal, old.id), notes="As of today"))
        new = commit(store, Change.add(replace(old, id=-1, notes="As of today"))).ids[-1]
        assert seals.findings(store.db) == []
        for number, column in ((old.id, "title"), (old.id, "notes"), (new, "notes")):
            kept = store.db.one(f"SELECT {column} FROM deal WHERE id = ?", (number,))
            store.db.run(f"UPDATE deal SET {column} = 'Behind the back' WHERE id = ?", (number,))
            assert f"deal {number}" in str(seals.findings(store.db)[0])
            store.db.run(f"UPDATE deal SET {column} = ? WHERE id = ?", (*(kept or ()), number))
        assert seals.findings(store.db) == []
    finally:
        monkeypatch.undo()
        today()
