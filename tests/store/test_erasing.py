"""A person is erased on request: nothing in the store tells of them any more, and no number is another."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from acts import NOW, Opener, add_deal, commit, move
from pipetui.core import people
from pipetui.core.change import Batch, Change
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    Decision,
    Macro,
    Member,
    Organization,
    Participant,
    Quote,
    QuoteLine,
    Review,
    Stage,
    Tag,
    Tagging,
    View,
    Visit,
)
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.moment import period
from pipetui.core.report import BY_NAME
from pipetui.errors import Forbidden, NotFound, Refused
from pipetui.store import bygone, reports, seals
from pipetui.store.customers import attached
from pipetui.store.rows import KINDS
from pipetui.store.store import Store
from pipetui.store.windows import Scope

TODAY = NOW.date()
NAMES = ("[/b] Zoé Quéméneur-Xq", "Zoe Quemeneur", "Z. Qx Zwölf")
MAIL, PHONE, DIALLED = "zoe.qx@zq-private.example", "+33698765432", "06 98 76 54 32"
PLACES = ("7 rue Qxz", "Qxville", "Head of Qx")
MARKERS = (*NAMES, MAIL, PHONE, DIALLED, *PLACES, "tell nobody about qx")
DERIVED = (
    "deal_search", "party_search", "tally", "batch", "journal", "stay_count", "pace", "stale", "sequence",
)  # fmt: skip


def named(number: int) -> str:
    return f"Erased person {number}"


def desk(store: Store) -> Desk:
    return Desk(now=NOW, today=TODAY, me=store.me, stages=tuple(store.all(Stage)))


def everything(store: Store) -> str:
    """All rows of all tables as text."""
    return "\n".join(
        repr(row) for table in (*KINDS, *DERIVED) for row in store.db.rows(f"SELECT * FROM {table}")
    )


def left(text: str) -> list[str]:
    """The markers that stand somewhere."""
    low = text.lower()
    return [one for one in MARKERS if one.lower() in low or one.lower() in low.replace("\\", "")]


def figures(store: Store) -> list[Any]:
    """Every cell of every report, and the counts of every table."""
    told: list[Any] = []
    for name in reports.offered():
        for by in BY_NAME[name].by or ("",):
            scope = Scope(1, TODAY, NOW)
            report = reports.make(name, reports.ask(store.db, scope, period("all", TODAY), by=by))
            told.append([[str(cell.value) for cell in line] for line in (*report.rows, report.total or ())])
    told.append(store.db.rows("SELECT * FROM tally ORDER BY 1, 2, 3, 4, 5, 6"))
    told += [store.db.rows(f"SELECT COUNT(*) FROM {table}") for table in KINDS]
    return told


def zoe(store: Store) -> Contact:
    """A person of whom much is noted, everywhere."""
    done = commit(
        store,
        Change.add(Contact(
            id=-1, name=NAMES[0], email=MAIL, phone=PHONE, address=PLACES[0], city=PLACES[1], job=PLACES[2],
            notes="tell nobody about qx", external_id=f"card-{MAIL}", created_at=NOW,
        )),
        label=f"Add {NAMES[0]}",
    )  # fmt: skip
    return store.get(Contact, done.ids[-1])


def deal_of(store: Store, who: Contact, company: int | None = None, title: str = "Web site") -> Deal:
    stage = store.all(Stage)[0]
    done = commit(
        store,
        Change.add(Deal(
            id=-1, pipeline_id=1, stage_id=stage.id, title=title, amount=120_000, contact_id=who.id,
            organization_id=company, created_at=NOW, stage_since=NOW, notes=f"{who.name}: {DIALLED}",
        )),
        Change.add(Activity(id=-2, deal_id=-1, kind="call", text=f"call {MAIL.upper()}", created_at=NOW, done_at=NOW)),
        Change.add(Quote(
            id=-3, deal_id=-1, number=f"Q{len(store.all(Quote))}", amount=120_000, currency="EUR", created_at=NOW,
            notes=f"for {NAMES[0]}",
        )),
        Change.add(QuoteLine(id=-4, quote_id=-3, position=1, text=f"Day with {NAMES[0]}", unit_price=120_000)),
        Change.add(Visit(id=-6, deal_id=-1, stage_id=stage.id, entered_at=NOW)),
        Change.add(Participant(id=-5, deal_id=-1, contact_id=who.id, role="decides")),
    )  # fmt: skip
    return store.get(Deal, done.ids[-1])


def test_the_person_goes_and_the_numbers_stay(store: Store) -> None:
    other = add_deal(store, f"As good as {NAMES[0]}'s")
    who = zoe(store)
    deal = deal_of(store, who, title=f"Site of {NAMES[0]}")
    move(store, deal, "Quote")
    commit(store, *people.edit(who, name=NAMES[1], phone=None))
    commit(
        store,
        Change.add(Activity(id=-1, contact_id=who.id, kind="meeting", text="secret", created_at=NOW)),
        Change.add(View(id=-2, name="hers", query=f'contact:"{NAMES[1]}"')),
        Change.add(Macro(id=-3, name="m", acts=f'["write to {MAIL}", 3]')),
        Change.add(
            Review(id=-4, pipeline_id=1, began_at=NOW, minutes=f'{{"deals": ["{NAMES[1]}"], "n": 698765432}}')
        ),
        Change.add(
            Decision(id=-5, review_id=-4, deal_id=deal.id, verdict="note", text=DIALLED, decided_at=NOW)
        ),
        Change.add(Tag(id=-6, name="vip")),
        Change.add(Tagging(id=-7, tag_id=-6, subject="contact", subject_id=who.id)),
    )
    before, versions = figures(store), store.get(Contact, who.id).version
    assert set(left(everything(store))) >= {NAMES[0], NAMES[1], MAIL, PHONE, DIALLED}
    done = store.erase(who.id, named)
    assert done.batch_id is not None
    assert done.rest is None
    assert left(everything(store)) == []
    assert figures(store) == before
    assert store.check() == []
    now = store.get(Contact, who.id)
    assert (now.name, now.email, now.notes, now.external_id) == (f"Erased person {who.id}", None, "", None)
    assert now.opted_out_at is not None
    assert now.version > versions
    assert store.get(Deal, deal.id).title == f"Site of Erased person {who.id}"
    assert store.get(Deal, deal.id).notes == ""
    assert store.get(Deal, other.id).title == f"As good as Erased person {who.id}'s"
    assert [one.text for one in store.all(Activity, contact_id=who.id)] == [""]
    assert store.all(Macro)[0].acts == '["write to …", 3]'
    assert store.all(Review)[0].minutes == f'{{"deals": ["Erased person {who.id}"], "n": 698765432}}'
    (entry,) = store.log(1)
    assert (entry.kind, str(entry.label)) == ("erase", "Erase a person on request")
    assert {change.table for change in entry.changes} >= {"contact", "deal"}
    assert [str(one.label) for one in store.log(200)].count("A change") >= 3


def test_the_journal_still_tells_tampering_after_an_erasure(store: Store) -> None:
    who = zoe(store)
    deal = deal_of(store, who)
    move(store, deal, "Quote")
    salts = set(store.db.rows("SELECT salt FROM journal WHERE table_name = 'contact'"))
    store.erase(who.id, named)
    assert not salts & set(store.db.rows("SELECT salt FROM journal"))
    for statement in (
        "UPDATE deal SET amount = 5 WHERE id = 1",
        "UPDATE contact SET name = 'Somebody'",
        "UPDATE journal SET digest = 'f00' WHERE table_name = 'journal'",
        "UPDATE journal SET after = '{\"stage_id\":1}' WHERE table_name = 'deal' AND before IS NOT NULL",
        "UPDATE batch SET label = 'Nothing' WHERE kind = 'erase'",
    ):
        with store.db.reading():
            assert seals.findings(store.db) == []
        with pytest.raises(NotFound), store.db.transaction():
            store.db.run(statement)
            assert seals.findings(store.db), statement
            raise NotFound(say("take it back"))


def test_what_was_tampered_with_before_is_not_sealed_as_good(store: Store) -> None:
    who = zoe(store)
    deal = deal_of(store, who)
    commit(store, *people.edit(who, job="boss"))
    commit(store, Change.edit(deal, amount=7, notes="x"))
    store.db.run(
        'UPDATE journal SET before = \'{"amount":9,"notes":"zq"}\' WHERE after LIKE \'%"amount":7%\''
    )
    store.db.run("UPDATE batch SET label = ? WHERE id = 2", (f"Not {MAIL}",))
    store.erase(who.id, named)
    assert left(everything(store)) == []
    assert {one.table for one in seals.breaks(store.db)} >= {"", "deal"}


def test_nobody_brings_back_what_was_erased(store: Store) -> None:
    who = zoe(store)
    deal = deal_of(store, who)
    commit(store, *people.edit(who, name=NAMES[2], email=None))
    commit(store, Change.edit(deal, notes=f"{NAMES[1]} called"))
    store.undo()
    store.erase(who.id, named)
    for _ in range(4):
        while True:
            try:
                store.undo()
            except Refused:
                break
            assert left(everything(store)) == []
        while True:
            try:
                store.redo()
            except Refused:
                break
            assert left(everything(store)) == []
    assert store.check() == []
    assert store.get(Contact, who.id).name == f"Erased person {who.id}"
    assert all(entry.kind != "erase" or not entry.undone for entry in store.log(100))


def test_records_merged_into_one_person_go_together(store: Store) -> None:
    first, second = zoe(store), zoe(store)
    commit(store, *people.edit(second, name=NAMES[2], email="second.qx@zq-private.example"))
    second = store.get(Contact, second.id)
    deal_of(store, second)
    hanging = [*attached(store, second), *attached(store, first)]
    label = say("Merge {gone} into {kept}", gone=second.name, kept=first.name)
    store.commit(Batch(label, people.merge(second, first, desk(store), hanging)))
    store.erase(first.id, named)
    assert left(everything(store)) == []
    assert "zq-private" not in everything(store)
    assert [one.name for one in store.all(Contact)] == [named(first.id), named(second.id)]
    assert store.check() == []


def test_what_somebody_else_has_too_stays_theirs(store: Store) -> None:
    who = zoe(store)
    company = commit(store, Change.add(Organization(id=-1, name=NAMES[0], phone=PHONE, created_at=NOW))).ids[
        -1
    ]
    twin = commit(store, Change.add(Contact(id=-1, name="Twin", email=MAIL, created_at=NOW))).ids[-1]
    deal = deal_of(store, who, company)
    store.erase(who.id, named)
    assert store.get(Organization, company).phone == PHONE
    assert store.get(Contact, twin).email == MAIL
    assert store.get(Deal, deal.id).notes == f"{NAMES[0]}: {DIALLED}"
    assert store.check() == []
    store.erase(twin, named)
    assert MAIL not in everything(store)
    assert store.check() == []


def test_a_contact_that_went_is_erased_from_the_journal(store: Store) -> None:
    who = zoe(store)
    store.undo()
    assert NAMES[0] in everything(store)
    store.erase(who.id, named)
    assert left(everything(store)) == []
    assert store.check() == []
    with pytest.raises(NotFound, match="There is no contact number 99"):
        store.erase(99, named)


def test_erasing_again_writes_nothing(store: Store) -> None:
    who = zoe(store)
    store.erase(who.id, named)
    before = everything(store)
    assert store.erase(who.id, named).batch_id is None
    assert everything(store) == before
    commit(store, *people.edit(store.get(Contact, who.id), name=NAMES[0]))
    assert store.erase(who.id, named).batch_id is not None
    assert left(everything(store)) == []
    assert store.check() == []


@pytest.mark.parametrize(
    ("role", "allowed"), [("reader", False), ("rep", False), ("manager", False), ("admin", True)]
)
def test_who_may_erase(store: Store, opened: Opener, role: Any, allowed: bool) -> None:
    who = zoe(store)
    commit(store, Change.add(Member(id=-1, login="bob", name="Bob", role=role)))
    bob, before = opened("bob"), everything(store)
    if allowed:
        bob.erase(who.id, named)
        assert left(everything(store)) == []
    else:
        with pytest.raises(Forbidden):
            bob.erase(who.id, named)
        assert everything(store) == before


def test_the_past_shows_the_person_erased(store: Store, opened: Opener, tmp_path: Path) -> None:
    who = zoe(store)
    deal_of(store, who)
    store._now = lambda: NOW + timedelta(days=2)
    commit(store, *people.edit(who, name=NAMES[1]))
    store.erase(who.id, named)
    path = tmp_path / "past.db"
    bygone.bygone(store.db, NOW + timedelta(days=1), path)
    past = bygone.opened(path, "ann", lambda: NOW)
    try:
        assert past.get(Contact, who.id).name == named(who.id)
        assert past.get(Contact, who.id).opted_out_at is None
        assert left(everything(past)) == []
        assert past.check() == []
    finally:
        past.close()


def bytes_beside(file: Path) -> bytes:
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def test_no_byte_of_the_file_tells_of_the_person(file: Path) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    who = zoe(store)
    for number in range(30):
        commit(store, *people.edit(store.get(Contact, who.id), notes=f"{NAMES[0]} {number} " * 200))
    deal_of(store, who)
    marks = [one.encode() for one in MARKERS]
    assert any(mark in bytes_beside(file) for mark in marks)
    assert store.erase(who.id, named).rest is None
    assert [mark for mark in marks if mark in bytes_beside(file)] == []
    reader = Store.open(str(file), login="ann", now=lambda: NOW)
    store.close()
    reader.close()
    assert [mark for mark in marks if mark in bytes_beside(file)] == []


def history(store: Store, dice: random.Random) -> Iterator[int]:
    """Random acts, of which many are about some people; their numbers."""
    ids = [zoe(store).id]
    commit(store, *people.edit(store.get(Contact, ids[0]), name=NAMES[0]))
    add_deal(store, f"Site {DIALLED}")
    for n in range(40):
        if not store.all(Deal):
            add_deal(store)
        who = store.get(Contact, dice.choice(ids))
        act = dice.randrange(11)
        companies = [None, *(one.id for one in store.all(Organization))]
        if act == 0:
            changes = [
                Change.add(Contact(
                    id=-1 - i, name=dice.choice((*NAMES, f"Nobody {n}")), email=dice.choice((MAIL, None)),
                    notes=f"notes {n}", created_at=NOW,
                )) for i in range(5)
            ]  # fmt: skip
            store.load(say("Import of {file}", file=f"{dice.choice(NAMES)}.csv"), changes)
        elif act == 1:
            deal_of(store, who, dice.choice(companies), dice.choice(("Site", f"For {who.name}")))
        elif act == 2:
            edits = {
                "name": dice.choice(NAMES),
                "phone": dice.choice((PHONE, None)),
                "city": dice.choice(PLACES),
            }
            commit(store, *people.edit(who, **edits), label=f"Change {who.name}")
        elif act == 3:
            deal = dice.choice(store.all(Deal))
            commit(
                store,
                Change.edit(deal, amount=dice.randrange(10**6), notes=f"{dice.choice(MARKERS[:6])} {n}"),
            )
        elif act == 4:
            text = f"{dice.choice(NAMES)}, {MAIL}"
            commit(store, Change.add(Activity(
                id=-1, contact_id=dice.choice((who.id, None)), kind="call", text=text, created_at=NOW,
                deal_id=dice.choice(store.all(Deal)).id, due_on=TODAY,
            )))  # fmt: skip
        elif act == 5:
            with_tag = [Change.add(Tag(id=-1, name=f"#{n}")), Change.add(
                Tagging(id=-2, tag_id=-1, subject="contact", subject_id=who.id))]  # fmt: skip
            commit(store, *with_tag)
        elif act == 6:
            other = store.get(Contact, zoe(store).id)
            hanging = [*attached(store, other), *attached(store, who)]
            label = say("Merge {gone} into {kept}", gone=other.name, kept=who.name)
            store.commit(Batch(label, people.merge(other, who, desk(store), hanging)))
        elif act == 7:
            deal = dice.choice([one for one in store.all(Deal) if one.closed_at is None])
            open_ones = [
                one.name for one in store.all(Stage) if one.kind == "open" and one.id != deal.stage_id
            ]
            move(store, deal, dice.choice(open_ones))
        else:
            for verb in [store.undo] * dice.randrange(3) + [store.redo] * dice.randrange(3):
                try:
                    verb()
                except Refused:
                    break
        ids = [one.id for one in store.all(Contact) if one.name in NAMES or one.email == MAIL] or [
            zoe(store).id
        ]
    yield from ids
    ever = store.db.rows(
        "SELECT DISTINCT row_id FROM journal WHERE table_name = 'contact' AND before IS NOT NULL"
    )
    yield from {row[0] for row in ever} - set(ids)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_nothing_is_left_and_no_number_differs(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    ids = list(history(store, dice))
    assert store.check() == []
    assert left(everything(store))
    before = figures(store)
    dice.shuffle(ids)
    for number in ids:
        store.erase(number, named)
        assert store.check() == []
    assert left(everything(store)) == []
    assert figures(store) == before
    for _ in range(3):
        try:
            store.undo()
        except Refused:
            break
    assert store.check() == []
    assert left(everything(store)) == []
