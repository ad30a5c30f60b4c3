"""The store lets each member write what is theirs to write, on both engines, whatever asks it to."""

from __future__ import annotations

import pytest

from acts import NOW, Opener, add_deal, commit, given_to, joined, move
from pipetui.core.access import Role
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Goal, Member, Quote, Source, Stage
from pipetui.core.desk import Desk
from pipetui.core.moves import open_deal
from pipetui.errors import Forbidden, Refused
from pipetui.store import gate
from pipetui.store.store import Store


def test_the_first_member_is_the_admin_and_newcomers_are_reps(opened: Opener, store: Store) -> None:
    assert store.actor.role == "admin"
    bob = opened("bob")
    assert bob.actor.role == "rep"
    add_deal(bob, "Acme")
    assert [(one.login, one.role) for one in store.all(Member)] == [("ann", "admin"), ("bob", "rep")]


def test_a_rep_changes_own_and_unowned_deals_alone(opened: Opener, store: Store) -> None:
    bob, carol = joined(opened, store, "bob", "rep"), joined(opened, store, "carol", "rep")
    deal = given_to(store, carol, add_deal(store, "Acme"))
    with pytest.raises(Forbidden, match=r"This belongs to \[/b\] carol\."):
        move(bob, deal, "Quote")
    with pytest.raises(Forbidden):
        commit(bob, Change.add(Activity(id=-1, deal_id=deal.id, kind="call", created_at=NOW)))
    assert store.get(Deal, deal.id) == deal
    deal = move(carol, deal, "Quote")
    commit(carol, Change.edit(carol.get(Deal, deal.id), owner_id=None))
    move(bob, bob.get(Deal, deal.id), "Meeting")
    assert store.check() == []


def test_nothing_is_hung_on_the_deal_of_another(opened: Opener, store: Store) -> None:
    bob, carol = joined(opened, store, "bob", "rep"), joined(opened, store, "carol", "rep")
    mine, other = add_deal(bob, "Acme"), add_deal(bob, "Dupont")
    hers = given_to(store, carol, add_deal(store, "Boréal"))
    quote = Quote(id=-1, deal_id=mine.id, number="Q-1", amount=1, currency="EUR", created_at=NOW)
    step = Activity(id=-2, deal_id=mine.id, kind="call", owner_id=bob.me, created_at=NOW)
    commit(bob, Change.add(quote), Change.add(step))
    [quote], [step] = bob.all(Quote, deal_id=mine.id), bob.all(Activity, deal_id=mine.id, owner_id=bob.me)
    for one in (quote, step):
        with pytest.raises(Forbidden, match=r"This belongs to \[/b\] carol\."):
            commit(bob, Change.edit(one, deal_id=hers.id))
        assert gate.refusal(bob.db, bob.actor, [Change.edit(one, deal_id=hers.id)]) is not None
        assert gate.refusal(bob.db, bob.actor, [Change.edit(one, deal_id=other.id)]) is None
        commit(bob, Change.edit(one, deal_id=other.id))
    assert {one.deal_id for one in (*store.all(Quote), store.get(Activity, step.id))} == {other.id}
    assert store.check() == []


def test_a_deal_given_away_comes_home_by_undo(opened: Opener, store: Store) -> None:
    bob, carol = joined(opened, store, "bob", "rep"), joined(opened, store, "carol", "rep")
    deal = add_deal(bob, "Acme")
    commit(bob, Change.edit(bob.get(Deal, deal.id), owner_id=carol.me))
    with pytest.raises(Forbidden):
        commit(bob, Change.edit(bob.get(Deal, deal.id), owner_id=bob.me))
    bob.undo()
    assert store.get(Deal, deal.id).owner_id is None
    assert store.check() == []


def test_a_rep_keeps_the_people_around_a_deal_of_theirs(opened: Opener, store: Store) -> None:
    bob, carol = joined(opened, store, "bob", "rep"), joined(opened, store, "carol", "rep")
    marie = Contact(id=-1, name="Marie", owner_id=carol.me, created_at=NOW)
    number = commit(store, Change.add(marie)).ids[-1]
    with pytest.raises(Forbidden):
        commit(bob, Change.edit(bob.get(Contact, number), phone="+33612345678"))
    deal = add_deal(bob, "Acme")
    commit(bob, Change.edit(bob.get(Deal, deal.id), contact_id=number))
    commit(bob, Change.edit(bob.get(Contact, number), phone="+33612345678"))
    assert store.get(Contact, number).phone == "+33612345678"


@pytest.mark.parametrize("role", ["reader", "rep", "manager"])
def test_plans_are_the_managers_and_the_house_the_admins(opened: Opener, store: Store, role: Role) -> None:
    somebody = joined(opened, store, "bob", role)
    stage = store.all(Stage)[0]
    goal = Goal(id=-1, pipeline_id=stage.pipeline_id, period="2026-11", metric="wins", target=3)
    with pytest.raises(Forbidden):
        commit(somebody, Change.edit(stage, name="Mine"))
    with pytest.raises(Forbidden):
        commit(somebody, Change.edit(store.all(Member)[0], role="reader"))
    if role == "manager":
        commit(somebody, Change.add(goal))
        return
    with pytest.raises(Forbidden):
        commit(somebody, Change.add(goal))


def test_who_loses_a_role_loses_it_at_once(opened: Opener, store: Store) -> None:
    bob = joined(opened, store, "bob", "rep")
    deal = add_deal(bob, "Acme")
    commit(store, Change.edit(store.get(Member, bob.me or 0), retired_at=NOW))
    with pytest.raises(Forbidden, match="You may read here"):
        move(bob, deal, "Quote")
    with pytest.raises(Refused):
        bob.undo()


def test_words_come_with_a_deal_and_are_renamed_by_managers(opened: Opener, store: Store) -> None:
    bob = joined(opened, store, "bob", "rep")
    before = store.all(Source)
    number = commit(bob, Change.add(Source(id=-1, name="Salon"))).ids[-1]
    with pytest.raises(Forbidden, match="Only managers"):
        commit(bob, Change.edit(bob.get(Source, number), name="Fair"))
    bob.undo()
    assert store.all(Source) == before


def test_the_first_deal_of_a_newcomer_is_theirs(opened: Opener) -> None:
    bob = opened("bob")
    stages = tuple(bob.all(Stage))
    commit(bob, *open_deal(Desk(now=NOW, today=NOW.date(), me=bob.who, stages=stages), title="[/b] Acme"))
    (deal,) = bob.all(Deal)
    assert deal.owner_id == bob.me
    assert bob.who == bob.me
    assert bob.check() == []
