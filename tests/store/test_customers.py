"""The customer file on both engines: lists, one page of all there is, doubles found and merged, and taken back."""

from __future__ import annotations

from typing import Any

import pytest

from acts import NOW
from pipetui import likeness
from pipetui.cli import shapes
from pipetui.core import moves, people
from pipetui.core.change import Batch, Change
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    Organization,
    Participant,
    Quote,
    Record,
    Setting,
    Stage,
    Tag,
    Tagging,
)  # fmt: skip
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.store import customers, parties
from pipetui.store.store import Store

EVERY: tuple[type[Record], ...] = (Activity, Contact, Deal, Organization, Participant, Quote, Tag, Tagging)


def desk_at(store: Store) -> Desk:
    return Desk(now=NOW, today=NOW.date(), me=store.me, stages=tuple(store.all(Stage)))


def write(store: Store, *changes: Change) -> None:
    store.commit(Batch(say("Test"), changes))


def add(store: Store, *records: Record) -> None:
    write(store, *map(Change.add, records))


def person(number: int, name: str, **values: Any) -> Contact:
    return Contact(id=-number, name=name, created_at=NOW, **values)


def company(number: int, name: str, **values: Any) -> Organization:
    return Organization(id=-number, name=name, created_at=NOW, **values)


def everything(store: Store) -> dict[str, list[shapes.Json]]:
    """All records, but for how often each was written."""
    return {kind.table: [shapes.record(row) for row in store.all(kind)] for kind in EVERY}


@pytest.fixture
def filled(store: Store) -> Store:
    """Acme with two records of Marie, each with a deal of her own and one they share."""
    acme = company(1, "Acme", website="acme.example")
    marie = person(2, "Marie Curie", organization_id=-1, email="marie@acme.example", notes="likes tea")
    again = person(
        3, "M. Curie", organization_id=-1, phone="+33612345678", email="MARIE@acme.example", notes="Paris"
    )
    other = person(4, "[/b] Émile [VIP]", phone="01 23")
    add(store, acme, marie, again, other)
    desk = desk_at(store)
    acme, (marie, again, other) = store.all(Organization)[0], store.all(Contact)
    opened = [
        moves.open_deal(desk, title=title, amount=100_000, contact=whose, organization=acme)
        for title, whose in (("Site", marie), ("Audit", again))
    ]
    write(store, *(change for one in opened for change in one))
    site, audit = store.all(Deal)
    vip = Tag(id=-1, name="vip")
    add(
        store,
        vip,
        Tagging(id=-2, tag_id=-1, subject="contact", subject_id=marie.id),
        Tagging(id=-3, tag_id=-1, subject="contact", subject_id=again.id),
        Participant(id=-4, deal_id=site.id, contact_id=marie.id, role="decides"),
        Participant(id=-5, deal_id=site.id, contact_id=again.id, role="pays"),
        Participant(id=-6, deal_id=audit.id, contact_id=other.id, role="uses it"),
        Activity(
            id=-7, contact_id=again.id, kind="call", text="call back", due_on=NOW.date(), created_at=NOW
        ),
    )
    return store


def test_people_by_name_and_by_any_of_their_words(filled: Store) -> None:
    db = filled.db
    parties.ensure(db)

    def found(words: str, subject: str = "contact") -> list[str]:
        return [one.name for one in customers.listed(db, subject, customers.numbers(db, subject, words))]

    assert found("") == ["[/b] Émile [VIP]", "M. Curie", "Marie Curie"]
    assert found("curie acme") == ["M. Curie", "Marie Curie"]
    assert found("emile [vip]") == ["[/b] Émile [VIP]"]
    assert found("06 12 34") == found("+33 6 12") == found("0033612345678"[2:]) == ["M. Curie"]
    assert found("nobody") == found("%") == found("'") == []
    assert found("acme.example", "organization") == ["Acme"]
    assert customers.numbers(db, "contact", "", archived=True) == []


def test_a_page_of_the_list_is_read_alone_and_by_the_index(filled: Store) -> None:
    db = filled.db
    parties.ensure(db)
    everybody = customers.numbers(db, "contact")
    assert customers.count(db, "contact") == len(everybody) == 3
    assert [customers.page(db, "contact", False, offset, 1) for offset in range(4)] == [
        [n] for n in everybody
    ] + [[]]
    assert customers.count(db, "contact", archived=True) == 0
    if db.dialect == "sqlite":
        plan = db.rows(
            "EXPLAIN QUERY PLAN SELECT party_id FROM party_search WHERE subject = ? AND archived = ?"
            " ORDER BY name, party_id LIMIT 100",
            ("contact", 0),
        )
        assert "party_by_name" in plan[0][3]
        assert "TEMP B-TREE" not in str(plan)


def test_a_line_of_the_list_counts_their_deals(filled: Store) -> None:
    parties.ensure(filled.db)
    one, other = customers.listed(filled.db, "contact", [2, 1])
    assert (one.name, one.company, one.open_deals, one.won_deals, one.opted_out) == (
        "M. Curie",
        "Acme",
        1,
        0,
        0,
    )
    assert other.id == 1


def test_all_there_is_about_one(filled: Store) -> None:
    marie = customers.file_of(filled, Contact, 1)
    assert marie.company is not None
    assert marie.company.name == "Acme"
    assert [(deal.title, stage.kind, role) for deal, stage, role in marie.deals] == [
        ("Site", "open", "decides")
    ]
    again = customers.file_of(filled, Contact, 2)
    assert [(deal.title, role) for deal, _, role in again.deals] == [("Audit", ""), ("Site", "pays")]
    assert [one.text for one in again.activities] == ["call back"]
    acme = customers.file_of(filled, Organization, 1)
    assert [one.name for one in acme.staff] == ["Marie Curie", "M. Curie"]
    assert len(acme.deals) == 2
    assert [tag.name for tag in marie.tags] == ["vip"]
    assert marie.entries


def merge(store: Store, gone: int, kept: int, **chosen: Any) -> None:
    old, new = store.get(Contact, gone), store.get(Contact, kept)
    hanging = [*customers.attached(store, old), *customers.attached(store, new)]
    write(store, *people.merge(old, new, desk_at(store), hanging, chosen))


def test_two_become_one_and_undo_makes_them_two_again(filled: Store) -> None:
    [double] = likeness.found(filled.db, "contact", "FR")
    assert (double.first, double.second) == (1, 2)
    assert [str(why) for why in double.reasons][:1] == ["same e-mail"]
    before = everything(filled)
    merge(filled, 2, 1, name="M. Curie")
    kept, gone, _other = filled.all(Contact)
    assert (kept.name, kept.phone, kept.notes) == ("M. Curie", "+33612345678", "likes tea\n\nParis")
    assert gone.archived_at == NOW
    assert {deal.contact_id for deal in filled.all(Deal)} == {1}
    assert filled.all(Activity)[0].contact_id == 1
    assert [(one.contact_id, one.role) for one in filled.all(Participant)] == [(1, "decides"), (3, "uses it")]
    assert [one.subject_id for one in filled.all(Tagging)] == [1]
    assert likeness.found(filled.db, "contact", "FR") == []
    assert filled.check() == []
    filled.undo()
    assert everything(filled) == before
    assert filled.check() == []


def test_a_pair_told_apart_is_proposed_no_more_until_undo(filled: Store) -> None:
    add(filled, Setting(id=-1, name=likeness.setting("contact", 2, 1), value="1"))
    assert likeness.found(filled.db, "contact", "FR") == []
    filled.undo()
    assert len(likeness.found(filled.db, "contact", "FR", about=2)) == 1
    assert likeness.found(filled.db, "contact", "FR", about=3) == []


def test_who_wants_no_marketing_is_left_out(filled: Store) -> None:
    found, companies = customers.reachable(filled, "contact", [3, 1, 2])
    assert [one.id for one in found] == [3, 1, 2]
    assert companies == {1: "Acme"}
    write(filled, *people.opt(filled.get(Organization, 1), desk_at(filled), out=True))
    assert [one.id for one in customers.reachable(filled, "contact", [3, 1, 2])[0]] == [3]
    assert customers.reachable(filled, "organization", [1])[0] == []
    filled.undo()
    assert len(customers.reachable(filled, "organization", [1])[0]) == 1


def test_tags_are_put_on_and_taken_off_as_one_change(filled: Store) -> None:
    marie, desk = filled.get(Contact, 1), desk_at(filled)
    own = filled.all(Tagging, subject="contact", subject_id=1)
    write(
        filled, *people.retag(marie, [people.new_word(Tag, desk, name) for name in ("[x]", "new")], own, desk)
    )
    assert [tag.name for tag in customers.file_of(filled, Contact, 1).tags] == ["[x]", "new"]
    filled.undo()
    assert [tag.name for tag in customers.file_of(filled, Contact, 1).tags] == ["vip"]
    assert filled.check() == []


def test_a_part_is_taken_changed_and_given_up(filled: Store) -> None:
    site, other, desk = filled.all(Deal)[0], filled.get(Contact, 3), desk_at(filled)
    for role in ("pays", "decides"):
        parts = filled.all(Participant, deal_id=site.id)
        write(filled, *people.take_part(site, other, role, parts, desk))
    [part] = filled.all(Participant, deal_id=site.id, contact_id=3)
    assert part.role == "decides"
    write(filled, *people.leave_deal(part))
    assert filled.all(Participant, deal_id=site.id, contact_id=3) == []
    new = people.new_contact(desk, name="New")
    write(filled, *people.take_part(site, new, "x", [], desk))
    assert customers.file_of(filled, Contact, filled.all(Contact)[-1].id).deals[0][2] == "x"
    for _ in range(4):
        filled.undo()
    assert len(filled.all(Participant)) == 3
    assert filled.check() == []
