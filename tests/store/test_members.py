"""Who works in a store, what each holds, and what happens by itself stays within the rights of who is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from acts import NOW, Opener, add_deal, commit, given_to, joined, move
from pipetui.core import members as rules
from pipetui.core.acts import Act, changes, of_values
from pipetui.core.bench import Bench
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Deal, Member, Quote, Stage
from pipetui.core.desk import Desk
from pipetui.errors import Conflict, Refused
from pipetui.store import offers, team
from pipetui.store.store import Store

LATER = date(2026, 12, 24)


def quoted(store: Store, deal: Deal, number: str) -> int:
    """A quote of the deal that is out and holds until the day of the tests."""
    quote = Quote(
        id=-1,
        deal_id=deal.id,
        number=number,
        amount=100,
        currency="EUR",
        status="sent",
        valid_until=NOW.date(),
        created_at=NOW,
    )
    return commit(store, Change.add(quote)).ids[-1]


def test_the_list_tells_open_deals_and_the_last_act(opened: Opener, store: Store) -> None:
    bob = joined(opened, store, "bob", "rep")
    deal = given_to(store, bob, add_deal(store, "Acme"))
    move(bob, given_to(store, bob, add_deal(store, "Won")), "Won")
    bob.undo()
    move(bob, bob.all(Deal)[-1], "Won")
    commit(store, Change.edit(store.get(Member, bob.me or 0), retired_at=NOW))
    listed = {one.member.login: one for one in team.listed(store.db)}
    assert list(listed) == ["ann", "bob"]
    assert (listed["bob"].deals, listed["bob"].last_moment) == (1, NOW)
    assert team.held(store, bob.me or 0).deals == [store.get(Deal, deal.id)]


def test_everything_open_of_a_leaver_is_handed_over_and_taken_back(opened: Opener, store: Store) -> None:
    bob, carol = joined(opened, store, "bob", "rep"), joined(opened, store, "carol", "rep")
    open_one, won = (given_to(store, bob, add_deal(store, title)) for title in ("Open", "Won"))
    won = move(store, won, "Won")
    step = commit(bob, Change.add(Activity(id=-1, deal_id=open_one.id, kind="call", owner_id=bob.me, due_on=LATER,
                                           created_at=NOW))).ids[-1]  # fmt: skip
    there = store.all(Member)
    leaver, taker = (next(m for m in there if m.login == login) for login in ("bob", "carol"))
    desk = Desk(now=NOW, today=NOW.date(), me=store.me, stages=tuple(store.all(Stage)))
    commit(store, *rules.retire(leaver, there, team.held(store, leaver.id), desk, taker))
    assert store.get(Deal, open_one.id).owner_id == carol.me
    assert store.get(Activity, step).owner_id == carol.me
    assert store.get(Deal, won.id).owner_id == leaver.id
    store.undo()
    assert store.get(Member, leaver.id).retired_at is None
    assert store.get(Deal, open_one.id).owner_id == leaver.id
    assert store.check() == []


@pytest.mark.parametrize("verb", ["assign", "edit"])
def test_planned_steps_go_with_a_deal_that_is_given_to_another(
    opened: Opener, store: Store, verb: str
) -> None:
    bob = joined(opened, store, "bob", "rep")
    deal = add_deal(store, "Acme")
    mine = store.all(Activity, deal_id=deal.id)[0]
    commit(store, Change.edit(deal, owner_id=store.me), Change.edit(mine, owner_id=store.me))
    desk = Desk(now=NOW, today=NOW.date(), me=store.me, stages=tuple(store.all(Stage)))
    name = store.get(Member, bob.me or 0).name
    given = {"owner": bob.me} if verb == "assign" else {"values": of_values({"owner": name}, {}, False)}
    commit(store, *changes(Act(verb, given), deal.id, Bench(store), desk))
    assert (store.get(Deal, deal.id).owner_id, store.get(Activity, mine.id).owner_id) == (bob.me, bob.me)
    commit(bob, *changes(Act("assign", {"owner": None}), deal.id, Bench(bob), replace(desk, me=bob.me)))
    assert (store.get(Deal, deal.id).owner_id, store.get(Activity, mine.id).owner_id) == (None, None)


def test_quotes_expire_by_themselves_as_far_as_who_is_there_may(opened: Opener, store: Store) -> None:
    bob, rita = joined(opened, store, "bob", "rep"), joined(opened, store, "rita", "reader")
    own = quoted(store, given_to(store, bob, add_deal(store, "Own")), "1")
    free = quoted(store, add_deal(store, "Free"), "2")
    other = quoted(store, given_to(store, store, add_deal(store, "Other")), "3")
    assert offers.expire(rita, LATER) == 0
    assert offers.over(rita.db, LATER, rita.actor) is False
    assert offers.expire(bob, LATER) == 2
    assert [store.get(Quote, number).status for number in (own, free, other)] == [
        "expired",
        "expired",
        "sent",
    ]
    assert offers.expire(bob, LATER) == 0
    assert offers.expire(store, LATER) == 1


def test_two_admins_who_take_the_role_from_each_other_leave_one(opened: Opener, store: Store) -> None:
    bob = joined(opened, store, "bob", "admin")
    ann, other = store.all(Member)
    commit(store, Change.edit(other, role="rep"))
    with pytest.raises(Refused):
        commit(bob, Change.edit(ann, role="rep"))
    with pytest.raises(Refused, match="ann is the only admin"):
        commit(store, Change.edit(ann, retired_at=NOW))
    commit(store, Change.edit(store.get(Member, other.id), role="admin"), Change.edit(ann, role="rep"))
    assert [one.role for one in store.all(Member)] == ["rep", "admin"]


def test_what_others_already_use_is_not_taken_back_and_that_is_said(opened: Opener, store: Store) -> None:
    boss = joined(opened, store, "boss", "admin")
    commit(boss, Change.add(Member(id=-1, login="bob", name="[/b] Bob", role="rep")), label="Bob joins")
    bob = opened("bob")
    deal = add_deal(bob, "Acme")
    commit(bob, Change.edit(deal, owner_id=bob.me))
    with pytest.raises(Conflict, match=r'"Bob joins" stays as it is: deals refer to what it added\.'):
        boss.undo()
    for _ in range(2):
        bob.undo()
    with pytest.raises(Conflict, match=r'"Bob joins" stays as it is: later changes refer to what it added\.'):
        boss.undo()
    assert bob.me is not None
    assert store.check() == []
