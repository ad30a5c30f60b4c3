"""Batches go in whole and come back: the same story on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import monotonic, sleep

import pytest

from acts import NOW, Opener, add_deal, commit, move, stages, tally, words
from pipetui.core.change import Batch, Change
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    LostReason,
    Member,
    Organization,
    Pipeline,
    Setting,
    Source,
    Stage,
    Tag,
    Tagging,
    Visit,
)
from pipetui.core.message import say, say_n
from pipetui.core.money import Money
from pipetui.errors import Conflict, NotFound, Refused, StoreProblem
from pipetui.store.journal import label
from pipetui.store.store import Store

HOSTILE = [
    "Acme",
    "Dupont & fils",
    "[/b] Acme [VIP]",
    "'; DROP TABLE deal; --",
    "100 % ? %s {x}",
    "\x1b]0;owned\x07",
    "\u202eevil",
    "👩‍👩‍👧 海外 é",
    "x" * 10_000,
    "",
]


def test_a_new_store_has_the_standard_pipeline_and_its_first_member(store: Store) -> None:
    assert [stage.name for stage in store.all(Stage)] == [
        "Lead",
        "Prospect",
        "Meeting",
        "Quote",
        "Won",
        "Lost",
    ]
    assert [stage.kind for stage in store.all(Stage)] == ["open"] * 4 + ["won", "lost"]
    assert all(stage.definition for stage in store.all(Stage))
    assert [member.login for member in store.all(Member)] == ["ann"]
    assert store.me == store.all(Member)[0].id
    assert store.check() == []
    with pytest.raises(Refused, match="nothing to undo"):
        store.undo()


def test_a_store_is_made_in_the_language_that_is_spoken(empty_url: str) -> None:
    told = {"Sales": "Ventes", "Lead": "Piste"}
    store = Store.open(empty_url, login="zoé", now=lambda: NOW, told=lambda m: told.get(m.text, m.text))
    assert store.all(Pipeline)[0].name == "Ventes"
    assert store.all(Stage)[0].name == "Piste"
    store.close()
    again = Store.open(empty_url, login="zoé", now=lambda: NOW)
    assert [len(again.all(Pipeline)), len(again.all(Stage)), len(again.all(Member))] == [1, 6, 1]
    again.close()


def test_new_records_get_numbers_and_refer_to_each_other_by_them(store: Store) -> None:
    deal = add_deal(store)
    [organization], [contact] = store.all(Organization), store.all(Contact)
    [visit], [activity] = store.all(Visit), store.all(Activity)
    assert (deal.organization_id, deal.contact_id, contact.organization_id) == (
        organization.id,
        contact.id,
        organization.id,
    )
    assert visit.deal_id == activity.deal_id == deal.id
    assert deal.version == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_text_comes_back_as_it_was(store: Store, text: str) -> None:
    done = commit(store, Change.add(Organization(id=-1, name=text, notes=text, created_at=NOW)))
    found = store.get(Organization, done.ids[-1])
    assert (found.name, found.notes) == (text, text)
    assert store.all(Organization, name=text) == [found]


def test_values_come_back_as_they_were(store: Store) -> None:
    deal = add_deal(store, amount=2**62)
    late = datetime(2026, 3, 29, 2, 30, 15, 123456, tzinfo=UTC)
    commit(
        store,
        Change.edit(
            deal, expected_close=date(2028, 2, 29), closed_at=late, history_known=False, pinned_chance=0
        ),
    )
    found = store.get(Deal, deal.id)
    assert (found.amount, found.expected_close, found.closed_at) == (2**62, date(2028, 2, 29), late)
    assert (found.history_known, found.pinned_chance, found.version) == (False, 0, 2)


def test_what_is_asked_for_by_field_is_found(store: Store) -> None:
    add_deal(store, "One")
    second = add_deal(store, "Two", amount=None)
    assert store.all(Deal, amount=None) == [second]
    assert store.all(Deal, title="Two", stage_id=second.stage_id) == [second]
    with pytest.raises(ValueError, match="colour"):
        store.all(Deal, colour="red")
    with pytest.raises(NotFound):
        store.get(Deal, 99)


def test_a_batch_without_a_difference_writes_nothing(store: Store) -> None:
    deal = add_deal(store)
    before = store.log()
    assert store.commit(Batch(say("Nothing"), ())).batch_id is None
    assert (
        commit(store, Change("deal", deal.id, {"title": "Web site"}, {"title": "Web site"})).batch_id is None
    )
    assert commit(store, Change("deal", deal.id, {"title": "old"}, {"title": "Web site"})).batch_id is None
    assert store.log() == before
    assert store.get(Deal, deal.id).version == 1


def test_what_is_derived_follows_every_move(store: Store) -> None:
    deal = add_deal(store, stage="Lead")
    assert tally(store) == {("Lead", "Lead", "EUR", 1, 120_000, 0)}
    deal = move(store, deal, "Quote")
    deal = move(store, deal, "Meeting")
    assert tally(store) == {("Meeting", "Quote", "EUR", 1, 120_000, 0)}
    deal = move(store, deal, "Lost")
    assert tally(store) == {("Lost", "Quote", "EUR", 1, 120_000, 0)}
    commit(store, Change.edit(deal, amount=None, currency="USD"))
    assert tally(store) == {("Lost", "Quote", "USD", 1, 0, 1)}
    assert store.check() == []


def test_the_next_step_is_the_earliest_planned_one(store: Store) -> None:
    deal = add_deal(store)
    [call] = store.all(Activity)
    new = {"deal_id": deal.id, "kind": "task", "created_at": NOW}
    commit(
        store,
        Change.add(Activity(id=-1, due_on=date(2026, 12, 1), due_time="14:00", **new)),  # type: ignore[arg-type]
        Change.add(Activity(id=-2, due_on=date(2026, 12, 1), due_time="09:00", **new)),  # type: ignore[arg-type]
        Change.add(Activity(id=-3, due_on=date(2026, 11, 1), done_at=NOW, **new)),  # type: ignore[arg-type]
        Change.add(Activity(id=-4, **new)),  # type: ignore[arg-type]
    )

    def step() -> tuple[object, ...]:
        return store.db.rows("SELECT next_activity_id, next_due FROM deal")[0]

    [_, afternoon, morning, *_] = store.all(Activity)
    assert step() == (morning.id, "2026-12-01")
    commit(store, Change.edit(morning, done_at=NOW), Change.drop(afternoon))
    assert step() == (call.id, "2026-12-01")
    commit(store, Change.edit(call, due_on=None))
    assert step() == (None, None)
    assert store.check() == []


def test_a_deal_is_found_by_all_its_names(store: Store) -> None:
    deal = add_deal(store, "Étude")
    done = commit(
        store,
        Change.add(Tag(id=-1, name="VIP")),
        Change.add(Tagging(id=-2, tag_id=-1, subject="deal", subject_id=deal.id)),
    )
    assert words(store, deal) == "etude boreal sarl marie curie marie@acme.fr vip"
    [contact], [organization], tag = store.all(Contact), store.all(Organization), store.get(Tag, done.ids[-1])
    commit(
        store, Change.edit(contact, name="M. Skłodowska", phone="0612"), Change.edit(tag, name="Key account")
    )
    commit(store, Change.edit(organization, name="Pôle"))
    assert words(store, deal).startswith("etude pole m. ")
    assert words(store, deal).endswith("marie@acme.fr 0612 key account")
    store.undo()
    store.undo()
    assert words(store, deal) == "etude boreal sarl marie curie marie@acme.fr vip"
    assert store.check() == []


def test_moving_a_stage_changes_how_far_deals_came(store: Store) -> None:
    deal = add_deal(store, stage="Prospect")
    move(store, deal, "Lead")
    assert tally(store) == {("Lead", "Prospect", "EUR", 1, 120_000, 0)}
    here = stages(store)
    commit(
        store,
        Change.edit(here["Lead"], position=here["Prospect"].position),
        Change.edit(here["Prospect"], position=here["Lead"].position),
    )
    assert tally(store) == {("Lead", "Lead", "EUR", 1, 120_000, 0)}
    store.undo()
    assert tally(store) == {("Lead", "Prospect", "EUR", 1, 120_000, 0)}
    assert store.check() == []


def test_undo_and_redo_go_all_the_way_and_survive_a_restart(opened: Opener) -> None:
    store = opened("ann")
    deal = add_deal(store)
    move(store, deal, "Quote")
    then = store.all(Deal), store.all(Visit), tally(store)
    first = opened("ann")
    assert [str(first.undo().label), str(first.undo().label)] == ["Move", "Add a deal"]
    assert store.all(Deal) == store.all(Visit) == store.all(Contact) == []
    assert tally(store) == set()
    with pytest.raises(Refused):
        first.undo()
    second = opened("ann")
    assert [str(second.redo().label), str(second.redo().label)] == ["Add a deal", "Move"]
    with pytest.raises(Refused, match="nothing to redo"):
        second.redo()
    [deal], [moved] = store.all(Deal), then[0]
    assert (deal.id, deal.stage_id, deal.stage_since) == (moved.id, moved.stage_id, moved.stage_since)
    assert (tally(store), len(store.all(Visit))) == (then[2], 2)
    assert store.check() == []


def test_a_new_act_after_an_undo_ends_what_can_be_made_again(store: Store) -> None:
    deal = add_deal(store)
    commit(store, Change.edit(deal, title="First"))
    store.undo()
    commit(store, Change.edit(store.get(Deal, deal.id), title="Second"))
    with pytest.raises(Refused, match="nothing to redo"):
        store.redo()
    store.undo()
    store.redo()
    assert store.get(Deal, deal.id).title == "Second"


def test_a_number_is_never_given_twice(store: Store) -> None:
    first = add_deal(store)
    store.undo()
    assert add_deal(store).id == first.id + 1


def test_a_dropped_record_comes_back_whole(store: Store) -> None:
    deal = add_deal(store)
    [call] = store.all(Activity)
    commit(store, Change.drop(call))
    assert store.all(Activity) == []
    store.undo()
    assert store.all(Activity) == [call]
    store.redo()
    assert store.all(Activity, deal_id=deal.id) == []


def test_each_member_takes_back_their_own(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    commit(bob, Change.edit(deal, notes="By Bob"))
    assert bob.me is not None
    assert bob.undo().member == "bob"
    with pytest.raises(Refused):
        bob.undo()
    commit(ann, Change.edit(ann.get(Deal, deal.id), title="By Ann"))
    assert ann.undo().member == "ann"


def test_reading_makes_no_member(opened: Opener) -> None:
    guest = opened("guest")
    assert guest.all(Deal) == []
    assert guest.me is None
    with pytest.raises(Refused):
        guest.undo()
    assert [member.login for member in guest.all(Member)] == ["ann"]


def test_who_saves_second_learns_who_saved_first(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    commit(bob, Change.edit(deal, amount=5, notes="Bob's"))
    with pytest.raises(Conflict) as caught:
        commit(ann, Change.edit(deal, amount=7, title="Ann's"))
    [clash] = caught.value.clashes
    assert (clash.field, clash.before, clash.theirs, clash.mine, clash.by) == ("amount", 120_000, 5, 7, "bob")
    assert "bob" in str(caught.value)
    assert ann.get(Deal, deal.id).title == "Web site"
    commit(ann, Change.edit(deal, title="Ann's"))
    commit(ann, Change.edit(deal, amount=5))
    found = ann.get(Deal, deal.id)
    assert (found.title, found.amount, found.notes) == ("Ann's", 5, "Bob's")


def test_a_change_of_what_is_gone_is_a_conflict(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    add_deal(ann)
    [call] = ann.all(Activity)
    commit(bob, Change.drop(call))
    with pytest.raises(Conflict) as caught:
        commit(ann, Change.edit(call, text="later"))
    assert (caught.value.clashes[0].theirs, caught.value.clashes[0].by) == (None, "bob")
    assert commit(ann, Change.drop(call)).batch_id is None


def test_a_drop_of_what_somebody_changed_is_a_conflict(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    add_deal(ann)
    [call] = ann.all(Activity)
    commit(bob, Change.edit(call, text="Bob's words"))
    with pytest.raises(Conflict) as caught:
        commit(ann, Change.drop(call))
    assert caught.value.clashes[0].theirs == "Bob's words"
    assert ann.all(Activity)[0].text == "Bob's words"


def test_undo_never_loses_what_others_did_since(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    commit(ann, Change.edit(deal, amount=1))
    commit(bob, Change.edit(ann.get(Deal, deal.id), amount=2))
    with pytest.raises(Conflict):
        ann.undo()
    bob.undo()
    ann.undo()
    commit(bob, Change.edit(ann.get(Deal, deal.id), notes="Bob was here"))
    with pytest.raises(Conflict) as caught:
        ann.undo()
    assert caught.value.clashes[0].by == "bob"
    bob.undo()
    commit(bob, Change.add(Activity(id=-1, deal_id=deal.id, kind="note", text="Bob's", created_at=NOW)))
    with pytest.raises(Conflict):
        ann.undo()
    assert ann.get(Deal, deal.id).amount == 120_000
    assert ann.check() == []


def test_undo_leaves_nobodys_tag_behind(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    commit(bob, Change.add(Tag(id=-1, name="hot")))
    commit(bob, Change.add(Tagging(id=-1, tag_id=1, subject="deal", subject_id=deal.id)))
    with pytest.raises(Conflict, match="tag"):
        ann.undo()
    assert ann.dossier(deal.id).tags == (Tag(id=1, name="hot"),)


def test_several_changes_of_one_record_are_one_update(store: Store) -> None:
    deal = add_deal(store)
    commit(store, Change.edit(deal, title="Twice", amount=1), Change.edit(deal, title="Thrice"))
    found = store.get(Deal, deal.id)
    assert (found.title, found.amount, found.version) == ("Thrice", 1, 2)
    store.undo()
    found = store.get(Deal, deal.id)
    assert (found.title, found.amount) == ("Web site", 120_000)


def test_a_record_can_come_and_go_in_one_batch(store: Store) -> None:
    new = Source(id=-1, name="Fair")
    commit(
        store,
        Change.add(new),
        Change("source", -1, {"name": "Fair"}, {"name": "Trade fair"}),
        Change("source", -1, {}, None),
    )
    assert not store.all(Source, name="Trade fair")
    store.undo()
    store.redo()
    assert not store.all(Source, name="Trade fair")


def test_a_reference_to_nothing_is_refused(store: Store) -> None:
    deal = add_deal(store)
    with pytest.raises(StoreProblem):
        commit(store, Change.edit(deal, contact_id=-9))
    with pytest.raises(Conflict):
        commit(store, Change.edit(deal, contact_id=999))
    with pytest.raises(Conflict):
        commit(store, Change.add(Setting(id=-1, name="currency", value="EUR")), Change.add(Setting(id=-2, name="currency", value="USD")))  # fmt: skip  # noqa: E501
    assert store.get(Deal, deal.id) == deal
    assert store.check() == []


def test_a_number_too_large_for_the_store_is_refused(store: Store) -> None:
    deal = add_deal(store)
    with pytest.raises(StoreProblem):
        commit(store, Change.edit(deal, amount=2**63))
    assert store.get(Deal, deal.id) == deal


def test_the_log_tells_who_did_what(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(ann)
    label = say_n("{n} deal of {amount} for {day} by {who}", "{n} deals of {amount} for {day} by {who}", n=2,
                  amount=Money(1250, "EUR"), day=date(2026, 12, 1), who=say("nobody"))  # fmt: skip
    bob.commit(Batch(label, (Change.edit(deal, title="New"),)))
    bob.undo()
    undo, do, joins, add, *_ = ann.log()
    assert (do.label, do.member, do.kind, do.undone, do.at) == (label, "bob", "do", True, NOW)
    assert do.changes == (Change("deal", deal.id, {"title": "Web site"}, {"title": "New"}),)
    assert (undo.kind, undo.target_id, undo.label) == ("undo", do.id, label)
    assert joins.kind == "setup"
    assert [change.table for change in add.changes] == [
        "deal",
        "organization",
        "contact",
        "visit",
        "activity",
    ]
    assert add.changes[0].before is None
    assert add.changes[0].after is not None
    assert add.changes[0].after["title"] == "Web site"
    assert [entry.id for entry in ann.log(2)] == [undo.id, do.id]


def test_a_dossier_holds_all_of_a_deal_and_nothing_else(store: Store) -> None:
    other = add_deal(store, "Other")
    deal = add_deal(store, "This one")
    commit(store, Change.add(Tag(id=-1, name="b")), Change.add(Tag(id=-2, name="a")))
    for number in (1, 2):
        commit(
            store, Change.add(Tagging(id=-1, tag_id=number, subject="deal", subject_id=deal.id)), label="Tag"
        )
    move(store, deal, "Quote")
    file = store.dossier(deal.id)
    assert file.deal == store.get(Deal, deal.id)
    assert file.contact is not None and file.contact.name == "Marie Curie"
    assert file.organization is not None
    assert [visit.left_at for visit in file.visits] == [NOW, None]
    assert [tag.name for tag in file.tags] == ["a", "b"]
    assert [str(entry.label) for entry in file.entries] == ["Move", "Tag", "Tag", "Add a deal"]
    assert {change.table for change in file.entries[-1].changes} == {"deal", "visit", "activity"}
    assert [str(entry.label) for entry in store.log(9, deal_id=other.id)] == ["Add a deal"]
    with pytest.raises(NotFound):
        store.dossier(99)


def test_others_see_what_was_written(opened: Opener) -> None:
    ann, bob = opened("ann"), opened("bob")
    assert not ann.changed()
    deal = add_deal(bob)
    deadline = monotonic() + 1.0
    while not ann.changed():
        assert monotonic() < deadline
        sleep(0.001)
    assert not ann.changed()
    assert not bob.changed()
    assert ann.get(Deal, deal.id) == deal


def test_an_error_in_a_transaction_leaves_no_trace(store: Store) -> None:
    before = store.log()
    guest = Store(store.db, "guest", lambda: NOW)
    with pytest.raises(Conflict):
        commit(guest, Change("deal", 7, {"title": ""}, {"title": "x"}))
    assert guest.me is None
    assert store.log() == before
    assert store.all(Member, login="guest") == []


def test_recount_makes_what_was_broken_right(store: Store) -> None:
    deal = add_deal(store)
    with store.db.transaction():
        store.db.run("UPDATE tally SET n = 7")
        store.db.run("UPDATE deal SET furthest_id = NULL, next_due = NULL")
        store.db.run("UPDATE deal_search SET text = 'lost'")
        store.db.run("UPDATE sequence SET next = 1 WHERE name = 'deal'")
    found = [str(finding) for finding in store.check()]
    assert found == [
        "The counts of the columns do not agree with the deals.",
        "1 deal has a wrong next_due.",
        "1 deal has a wrong furthest_id.",
        "1 deal cannot be found by its words.",
        "Numbers of deal would be given twice.",
    ]
    store.recount()
    assert store.check() == []
    assert words(store, deal).startswith("web site")
    assert add_deal(store).id > deal.id


def test_archived_deals_and_lost_reasons_are_kept_apart_in_the_counts(store: Store) -> None:
    deal = add_deal(store)
    reason = store.all(LostReason)[0]
    commit(store, Change.edit(deal, archived_at=NOW + timedelta(days=1), lost_reason_id=reason.id))
    assert store.db.rows("SELECT archived, n FROM tally") == [(1, 1)]
    store.undo()
    assert store.db.rows("SELECT archived, n FROM tally") == [(0, 1)]


def test_what_is_marked_as_taken_back_was_taken_back(store: Store) -> None:
    deal = add_deal(store)
    commit(store, Change.edit(deal, amount=1))
    store.undo()
    store.redo()
    assert store.check() == []
    store.db.run("UPDATE batch SET undone = 1 WHERE kind = 'do'")
    assert any("marked as taken back" in str(one) for one in store.check())


@pytest.mark.parametrize("text", ["{x!r:>99999999}", "{0}", "{", "a } b", "{gone}"])
def test_a_label_that_pipetui_did_not_write_is_shown_as_it_stands(text: str) -> None:
    assert str(label(text, {"deal": "Acme"})) == text
    assert str(label("Add {deal}", {"deal": "Acme"})) == "Add Acme"
