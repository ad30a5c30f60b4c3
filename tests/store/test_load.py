"""An import streams in as one batch: all of it or nothing, told in the log, and taken back whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from acts import NOW, Opener, add_deal, commit, tally, words
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Organization, Stage, Visit
from pipetui.core.message import say
from pipetui.errors import Conflict
from pipetui.store import log, writing
from pipetui.store.store import Store

MANY = 60
TABLES = ("organization", "contact", "deal", "visit", "activity", "deal_search", "tally", "journal", "batch")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that little data fills many chunks, and records refer to others of earlier chunks."""
    monkeypatch.setattr(writing, "CHUNK", 7)


def imported(store: Store, many: int = MANY, known: Deal | None = None) -> Iterator[Change]:
    """Deals with a company, a contact, two visits and a step each; and a new amount for a deal that is known."""
    lead, prospect, *_ = store.all(Stage)
    for n in range(many):
        new = -10 * n - 1
        yield Change.add(Organization(id=new, name=f"Société {n}", external_id=f"o{n}", created_at=NOW))
        yield Change.add(Contact(id=new - 1, name=f"Person {n}", organization_id=new, created_at=NOW))
        yield Change.add(Deal(
            id=new - 2, pipeline_id=1, stage_id=lead.id, title=f"Deal {n}", organization_id=new, contact_id=new - 1,
            amount=n, created_at=NOW, stage_since=NOW, external_id=f"d{n}",
        ))  # fmt: skip
        yield Change.add(
            Visit(id=new - 3, deal_id=new - 2, stage_id=prospect.id, entered_at=NOW, left_at=NOW)
        )
        yield Change.add(Visit(id=new - 4, deal_id=new - 2, stage_id=lead.id, entered_at=NOW))
        yield Change.add(
            Activity(id=new - 5, deal_id=new - 2, kind="call", due_on=NOW.date(), created_at=NOW)
        )
    if known is not None:
        yield Change.edit(known, amount=999)


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """The rows of all tables that an import writes."""
    return {table: sorted(store.db.rows(f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def test_an_import_is_one_batch(store: Store) -> None:
    known = add_deal(store, "Known")
    heard: list[int] = []
    done = store.load(say("Import deals.csv"), imported(store, known=known), heard.append)
    assert heard[-1] == 6 * MANY + 1
    assert heard == sorted(heard)
    deals = store.all(Deal)
    assert len(deals) == MANY + 1
    assert deals[1].id == done.ids[-3]
    assert [store.get(Contact, d.contact_id or 0).organization_id == d.organization_id for d in deals] == [
        True
    ] * len(deals)
    assert tally(store) == {
        ("Lead", "Prospect", "EUR", MANY, MANY * (MANY - 1) // 2, 0),
        ("Lead", "Lead", "EUR", 1, 999, 0),
    }
    assert words(store, deals[1]) == "deal 0 societe 0 person 0"
    assert store.check() == []
    [entry, *_] = store.log()
    assert (str(entry.label), entry.n, entry.kind) == ("Import deals.csv", 6 * MANY + 1, "do")
    assert len(entry.changes) == log.SHOWN


def test_an_import_leaves_few_lines_in_the_journal(store: Store) -> None:
    before = store.db.rows("SELECT COUNT(*) FROM journal")[0][0]
    store.load(say("Import"), imported(store))
    assert store.db.rows("SELECT COUNT(*) FROM journal")[0][0] - before < 10


def test_an_import_is_taken_back_and_made_again(store: Store) -> None:
    known = add_deal(store, "Known")
    before = {
        table: rows for table, rows in content(store).items() if table not in ("journal", "batch", "deal")
    }
    store.load(say("Import"), imported(store, known=known))
    after = {
        table: rows for table, rows in content(store).items() if table not in ("journal", "batch", "deal")
    }
    deals = [(deal.id, deal.title, deal.amount) for deal in store.all(Deal)]
    for _ in range(2):
        assert store.undo().n == 6 * MANY + 1
        assert [(deal.title, deal.amount) for deal in store.all(Deal)] == [("Known", 120_000)]
        assert {table: content(store)[table] for table in before} == before
        assert store.check() == []
        store.redo()
        assert [(deal.id, deal.title, deal.amount) for deal in store.all(Deal)] == deals
        assert {table: content(store)[table] for table in after} == after
        assert store.check() == []


def test_an_imported_deal_has_its_history(store: Store) -> None:
    known = add_deal(store, "Known")
    store.load(say("Import"), imported(store, known=known))
    deal = store.all(Deal, external_id="d17")[0]
    commit(store, Change.edit(deal, title="Renamed"), label="Rename")
    file = store.dossier(deal.id)
    assert [str(entry.label) for entry in file.entries] == ["Rename", "Import"]
    [came] = file.entries[-1].changes
    assert came.after is not None
    assert (came.table, came.id, came.before, came.after["title"]) == ("deal", deal.id, None, "Deal 17")
    assert [str(entry.label) for entry in store.dossier(known.id).entries] == ["Import", "Add a deal"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_an_import_that_fails_leaves_no_trace(store: Store, fault: type[BaseException]) -> None:
    add_deal(store)
    before = content(store)

    def failing() -> Iterator[Change]:
        yield from imported(store)
        raise fault

    with pytest.raises(fault):
        store.load(say("Import"), failing())
    assert content(store) == before
    store.load(say("Import"), imported(store))
    assert store.check() == []


def test_an_import_that_is_cancelled_leaves_no_trace(store: Store) -> None:
    before = content(store)

    class CancelledError(Exception):
        pass

    def progress(passed: int) -> None:
        if passed > 30:
            raise CancelledError

    with pytest.raises(CancelledError):
        store.load(say("Import"), imported(store), progress)
    assert content(store) == before


def test_an_import_of_nothing_is_no_batch(store: Store) -> None:
    before = content(store)
    assert store.load(say("Import"), iter(())).batch_id is None
    assert content(store) == before


def test_an_import_is_not_taken_back_over_what_others_did(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    ann.load(say("Import"), imported(ann))
    deal = bob.all(Deal, external_id="d3")[0]
    commit(bob, Change.edit(deal, title="Bob's"))
    with pytest.raises(Conflict) as caught:
        ann.undo()
    assert [(clash.id, clash.field, clash.theirs, clash.by) for clash in caught.value.clashes] == [
        (deal.id, "title", "Bob's", "bob")
    ]
    bob.undo()
    ann.undo()
    assert ann.all(Deal) == []


def test_visits_that_come_chunks_later_count(store: Store) -> None:
    lead, prospect, meeting, *_ = store.all(Stage)

    def late() -> Iterator[Change]:
        for n in range(1, 21):
            yield Change.add(
                Deal(id=-n, pipeline_id=1, stage_id=lead.id, title=f"{n}", created_at=NOW, stage_since=NOW)
            )
        for n in range(1, 21):
            stage = meeting if n % 2 else prospect
            yield Change.add(Visit(id=-100 - n, deal_id=-n, stage_id=stage.id, entered_at=NOW, left_at=NOW))
            yield Change.add(
                Activity(id=-200 - n, deal_id=-n, kind="call", due_on=NOW.date(), created_at=NOW)
            )

    store.load(say("Import"), late())
    assert tally(store) == {("Lead", "Meeting", "EUR", 10, 0, 10), ("Lead", "Prospect", "EUR", 10, 0, 10)}
    assert store.db.rows("SELECT COUNT(*) FROM deal WHERE next_due = '2026-11-23'") == [(20,)]
    assert store.check() == []
