"""Acts as data: each verb done on several deals, several in a row on one, as one batch that can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from acts import NOW, add_deal, commit, stages
from pipetui.core.acts import VERBS, Act, dumped, loaded, of_day, of_step, of_values, perform, words
from pipetui.core.bench import Bench
from pipetui.core.change import Batch, Change
from pipetui.core.deal import (
    Activity,
    Criterion,
    Deal,
    Evidence,
    LostReason,
    Member,
    Organization,
    Tag,
    Tagging,
    Visit,
)
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.core.money import Money
from pipetui.core.step import Step
from pipetui.errors import Invalid, Refused
from pipetui.store.store import Store

TODAY = date(2026, 11, 23)


def desk(store: Store, today: date = TODAY) -> Desk:
    now = NOW + timedelta(days=(today - TODAY).days)
    return Desk(now=now, today=today, me=store.me, stages=tuple(stages(store).values()))


def play(store: Store, ids: list[int], *acts: Act, today: date = TODAY) -> list[tuple[int, str]]:
    """Do acts on deals and write them; the deals that were left, and why."""
    kept = loaded(dumped(acts))
    found = perform(kept, ids, Bench(store), desk(store, today))
    store.commit(Batch(say("Play"), found.changes))
    assert store.check() == []
    return [(number, str(error.message)) for number, error in found.refused]


def stage_of(store: Store, deal: Deal) -> str:
    names = {stage.id: name for name, stage in stages(store).items()}
    return names[store.get(Deal, deal.id).stage_id]


def asked(store: Store, stage: str, *texts: str) -> list[int]:
    there = stages(store)[stage]
    new = [Criterion(id=-1 - n, stage_id=there.id, text=text, position=n) for n, text in enumerate(texts)]
    done = commit(store, *map(Change.add, new))
    return [done.ids[one.id] for one in new]


def examples(store: Store) -> dict[str, tuple[list[Act], dict[str, Any]]]:
    """For each verb: what goes before it, and what is given to it."""
    there = stages(store)
    owner = commit(store, Change.add(Member(id=-1, login="bob", name="Bob"))).ids[-1]
    criterion = asked(store, "Lead", "The need is said")[0]
    reason = store.all(LostReason)[0].id
    return {
        "move_on": ([], {}),
        "move_back": ([Act("move_on")], {}),
        "move_to": ([], {"stage": there["Quote"].id}),
        "win": ([], {}),
        "lose": ([], {"reason": reason}),
        "reopen": ([Act("win")], {}),
        "park": ([], {"until": of_day(date(2026, 12, 23), "in 30 days")}),
        "archive": ([], {}),
        "assign": ([], {"owner": owner}),
        "edit": ([], {"values": of_values({"organization": "Zeta [/b]", "tags": ("vip",)}, {}, False)}),
        "plan": ([], of_step(Step("call", "call back", date(2026, 11, 26)), "in 3 days call back")),
        "log": ([], of_step(Step("call", "left a message"))),
        "done": ([], {}),
        "tag": ([], {"add": ["vip"], "remove": ["cold"]}),
        "tick": ([], {"criteria": [criterion]}),
        "untick": ([Act("tick", {"criteria": [criterion]})], {"criteria": [criterion]}),
    }  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_done_on_several_deals_and_taken_back(store: Store, verb: str) -> None:
    deals = [add_deal(store, title).id for title in ("A", "[/b] B")]
    before, given = examples(store)[verb]
    if before:
        assert play(store, deals, *before) == []
    was = [store.dossier(number) for number in deals]
    assert play(store, deals, Act(verb, given)) == []
    for number, dossier in zip(deals, was, strict=True):
        assert bare(store.dossier(number)) != bare(dossier)
    assert str(words(Act(verb, given), store))
    store.undo()
    assert [bare(store.dossier(number)) for number in deals] == [bare(dossier) for dossier in was]
    assert store.check() == []


def bare(dossier: Any) -> Any:
    """A dossier without its history and its versions."""
    plain = replace(dossier, entries=(), deal=replace(dossier.deal, version=0))
    return replace(
        plain,
        visits=tuple(replace(one, version=0) for one in plain.visits),
        activities=tuple(replace(one, version=0) for one in plain.activities),
    )


def test_acts_in_a_row_see_one_another_and_make_one_change_for_each_record(store: Store) -> None:
    deal = add_deal(store)
    acts = [
        Act("move_on"),
        Act("move_on"),
        Act("done"),
        Act("plan", of_step(Step("task", "send it", TODAY))),
        Act("win"),
    ]
    found = perform(acts, [deal.id], Bench(store), desk(store))
    edits = [(change.table, change.id) for change in found.changes]
    assert len(edits) == len(set(edits))
    done = store.commit(Batch(say("Play"), found.changes))
    assert done.batch_id is not None
    assert stage_of(store, deal) == "Won"
    visits = store.all(Visit, deal_id=deal.id)
    assert [visit.left_at is None for visit in visits] == [False] * 3
    assert [one.text for one in store.all(Activity, deal_id=deal.id, done_at=None)] == ["send it"]
    assert store.check() == []
    store.undo()
    assert store.get(Deal, deal.id).stage_id == deal.stage_id
    assert len(store.all(Visit, deal_id=deal.id)) == 1


def test_a_deal_for_which_one_act_is_refused_is_left_as_a_whole(store: Store) -> None:
    first, second = add_deal(store, "A"), add_deal(store, "B", stage="Quote")
    left = play(
        store,
        [first.id, second.id],
        Act("tag", {"add": ["vip"]}),
        Act("move_to", {"stage": stages(store)["Quote"].id}),
    )
    assert left == [(second.id, "The deal stands in Quote already.")]
    assert stage_of(store, first) == "Quote"
    assert [one.subject_id for one in store.all(Tagging)] == [first.id]


def test_a_new_name_is_one_record_for_all_deals(store: Store) -> None:
    ids = [add_deal(store, title).id for title in "ABC"]
    values = of_values({"organization": "New & Co", "tags": ("vip",), "amount": Money(5, "EUR")}, {}, False)
    assert play(store, ids, Act("edit", {"values": values})) == []
    assert len(store.all(Organization, name="New & Co")) == 1
    assert len(store.all(Tag, name="vip")) == 1
    assert {store.get(Deal, number).amount for number in ids} == {5}


def test_relative_days_stay_relative(store: Store) -> None:
    deal = add_deal(store)
    texts = {"expected_close": "in 2 weeks"}
    acts = [
        Act("plan", of_step(Step("call", "call", date(2026, 11, 26)), "in 3 days call")),
        Act("edit", {"values": of_values({"expected_close": date(2026, 12, 7)}, texts, False)}),
    ]
    play(store, [deal.id], *acts, today=date(2027, 3, 1))
    planned = [one.due_on for one in store.all(Activity, deal_id=deal.id, done_at=None)]
    assert date(2027, 3, 4) in planned
    assert store.get(Deal, deal.id).expected_close == date(2027, 3, 15)
    play(store, [deal.id], Act("park", {"until": of_day(date(2027, 5, 1))}), today=date(2027, 3, 1))
    assert store.get(Deal, deal.id).parked_until == date(2027, 5, 1)


@pytest.mark.parametrize(
    "text", ["", "[", "{}", '[{"act": 1}]', '[{"verb": "drop"}]', '["x"]', "[[1]]", "null"]
)
def test_what_is_no_macro_is_told(text: str) -> None:
    if text == "{}":
        assert loaded("[]") == ()
    else:
        with pytest.raises(Invalid):
            loaded(text)


def test_what_is_gone_is_told_and_not_done(store: Store) -> None:
    deal = add_deal(store)
    for act in (
        Act("move_to", {"stage": 999}),
        Act("lose", {"reason": 999}),
        Act("tick", {"criteria": [999]}),
    ):
        found = perform([act], [deal.id], Bench(store), desk(store))
        assert (found.ids, found.changes) == ((), ())
        assert isinstance(found.refused[0][1], Refused)
        assert "999" in str(words(act, store))


def test_ticking_twice_is_ticking_once(store: Store) -> None:
    deal = add_deal(store)
    ids = asked(store, "Lead", "One", "Two")
    play(store, [deal.id], Act("tick", {"criteria": ids}))
    play(store, [deal.id], Act("tick", {"criteria": ids[:1]}))
    assert len(store.all(Evidence, deal_id=deal.id)) == 2
    play(store, [deal.id], Act("untick", {"criteria": ids[1:]}))
    assert [one.criterion_id for one in store.all(Evidence)] == ids[:1]
