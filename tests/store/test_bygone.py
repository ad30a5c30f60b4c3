"""The store as it was: whatever was done, taken back or made again, a past day looks as it looked on that day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipetui.core import activities, evidence, moves, people, quotes
from pipetui.core.change import Batch, Change, row
from pipetui.core.deal import (
    RECORDS,
    Activity,
    Contact,
    Criterion,
    Deal,
    Evidence,
    LostReason,
    Organization,
    Quote,
    Stage,
    Tag,
    Tagging,
    Visit,
)
from pipetui.core.desk import Desk, new_ids
from pipetui.core.message import say
from pipetui.core.moment import local_day
from pipetui.core.step import Step
from pipetui.errors import PipetuiError, Refused
from pipetui.store import checkup
from pipetui.store.bygone import bygone, forget, opened
from pipetui.store.offers import expire
from pipetui.store.reviews import pipeline_flow
from pipetui.store.store import Store

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
Snapshot = dict[tuple[str, int], dict[str, Any]]


class Rep:
    """Works at random, as the verbs of the core allow, while time passes."""

    def __init__(self, url: str, seed: int) -> None:
        self.now = BEGIN
        self.dice = random.Random(seed)
        self.store = Store.open(url, login="ann", now=lambda: self.now)
        first = next(one for one in self.store.all(Stage) if one.kind == "open")
        self._commit(
            Change.add(LostReason(id=-1, name="Price")),
            Change.add(Tag(id=-2, name="vip")),
            Change.add(Criterion(id=-3, stage_id=first.id, text="has a budget", position=0)),
        )

    def act(self) -> None:
        """Something, if it can be done."""
        self.now += timedelta(days=self.dice.choice((0.01, 0.3, 1, 3, 11)))
        verbs = (
            self._open, self._open, self._move, self._move, self._close, self._reopen, self._edit, self._park,
            self._archive, self._plan, self._done, self._offer, self._answer, self._tag, self._tick, self._person,
            self._undo, self._redo, self._load, self._optout, self._expire,
        )  # fmt: skip
        with suppress(PipetuiError):
            self.dice.choice(verbs)()

    @property
    def desk(self) -> Desk:
        return Desk(self.now, local_day(self.now), self.store.me, tuple(self.store.all(Stage)), new_ids())

    def _commit(self, *changes: Change) -> None:
        if changes:
            self.store.commit(Batch(say("Act"), changes))

    def _deal(self) -> tuple[Deal, Visit | None]:
        deals = self.store.all(Deal)
        if not deals:
            raise Refused(say("No deal"))
        deal = self.dice.choice(deals)
        return deal, next(iter(self.store.all(Visit, deal_id=deal.id, left_at=None)), None)

    def _open(self) -> None:
        desk = self.desk
        amount = self.dice.choice((None, 0, 50_000, 120_050))
        contact = people.new_contact(desk, name="Marie") if self.dice.random() < 0.4 else None
        changes = moves.open_deal(
            desk, title="Deal", amount=amount, currency=self.dice.choice(("EUR", "USD")), contact=contact
        )
        self._commit(*changes)

    def _move(self) -> None:
        deal, visit = self._deal()
        self._commit(*moves.move(deal, visit, self.dice.choice(self.desk.open_stages), self.desk))

    def _close(self) -> None:
        deal, visit = self._deal()
        win = self.dice.random() < 0.5
        self._commit(*(moves.win(deal, visit, self.desk) if win else moves.lose(deal, visit, 1, self.desk)))

    def _reopen(self) -> None:
        deal, _ = self._deal()
        self._commit(*moves.reopen(deal, self.store.all(Visit, deal_id=deal.id), self.desk))

    def _edit(self) -> None:
        deal, _ = self._deal()
        close = local_day(self.now) + timedelta(days=self.dice.randrange(-5, 60))
        self._commit(
            *moves.edit(deal, self.desk, amount=self.dice.choice((None, 70_000, 99)), expected_close=close)
        )

    def _park(self) -> None:
        deal, _ = self._deal()
        until = local_day(self.now) + timedelta(days=self.dice.randrange(1, 30))
        self._commit(
            *(moves.unpark(deal, self.desk) if deal.parked_until else moves.park(deal, until, self.desk))
        )

    def _archive(self) -> None:
        deal, _ = self._deal()
        self._commit(*(moves.restore if deal.archived_at else moves.archive)(deal, self.desk))

    def _plan(self) -> None:
        deal, visit = self._deal()
        step = Step(self.dice.choice(("call", "meeting", "task")), "x", local_day(self.now), None, "1w")
        self._commit(*activities.plan(step, self.desk, deal=deal, visit=visit))

    def _done(self) -> None:
        planned = self.store.all(Activity, done_at=None)
        if planned:
            one = self.dice.choice(planned)
            deal = self.store.get(Deal, one.deal_id or 0)
            visit = next(iter(self.store.all(Visit, deal_id=deal.id, left_at=None)), None)
            self._commit(*activities.done(one, self.desk, deal, visit))

    def _offer(self) -> None:
        deal, _ = self._deal()
        number = f"Q{len(self.store.all(Quote))}-{self.dice.random()}"
        until = local_day(self.now) + timedelta(days=5)
        self._commit(*quotes.new_quote(deal, self.desk, number=number, amount=1000, valid_until=until))

    def _answer(self) -> None:
        found = self.store.all(Quote)
        if not found:
            return
        one = self.dice.choice(found)
        deal = self.store.get(Deal, one.deal_id)
        visit = next(iter(self.store.all(Visit, deal_id=deal.id, left_at=None)), None)
        others = self.store.all(Quote, deal_id=deal.id)
        act = self.dice.randrange(3)
        if act == 0:
            self._commit(*quotes.send_quote(one, deal, visit, self.desk))
        elif act == 1:
            self._commit(*quotes.sign_quote(one, deal, visit, others, self.desk))
        else:
            self._commit(*quotes.refuse_quote(one, self.desk))

    def _tag(self) -> None:
        deal, _ = self._deal()
        self._commit(*moves.tag([deal], self.store.all(Tag), self.store.all(Tagging), self.desk))

    def _tick(self) -> None:
        deal, _ = self._deal()
        ticked = {one.criterion_id for one in self.store.all(Evidence, deal_id=deal.id)}
        criterion = self.store.all(Criterion)[0]
        if criterion.id not in ticked:
            self._commit(*evidence.tick(deal, [criterion], [], self.desk))

    def _person(self) -> None:
        self._commit(*people.add(people.new_organization(self.desk, name="Acme")))

    def _optout(self) -> None:
        found = self.store.all(Contact)
        if found:
            one = self.dice.choice(found)
            self._commit(*people.opt(one, self.desk, one.opted_out_at is None))

    def _undo(self) -> None:
        self.store.undo()

    def _redo(self) -> None:
        self.store.redo()

    def _expire(self) -> None:
        expire(self.store, local_day(self.now))

    def _load(self) -> None:
        """An import of today: what it brings was created today."""
        self.store.load(say("Import"), list(self._imported(self.desk)))

    def _imported(self, desk: Desk) -> Iterator[Change]:
        for _ in range(self.dice.randrange(1, 4)):
            yield from moves.open_deal(desk, title="Imported", amount=3300)


def seen(store: Store) -> Snapshot:
    """All records, but for how often each was written, and which batches hold."""
    batches = {
        ("batch", number): {"undone": bool(undone)}
        for number, undone in store.db.rows("SELECT id, undone FROM batch WHERE id > 2")
    }
    return batches | {
        (kind.table, one.id): {name: value for name, value in row(one).items() if name != "version"}
        for kind in RECORDS
        for one in store.all(kind)
    }


def pipeline(store: Store, day: date) -> dict[str, int]:
    """The sum of the open pipeline by currency."""
    kinds = {stage.id: stage.kind for stage in store.all(Stage)}
    sums: dict[str, int] = {}
    for deal in store.all(Deal):
        asleep = deal.parked_until is not None and deal.parked_until > day
        if kinds[deal.stage_id] == "open" and deal.archived_at is None and not asleep and deal.amount:
            sums[deal.currency] = sums.get(deal.currency, 0) + deal.amount
    return sums


@pytest.mark.parametrize("seed", range(3))
def test_each_day_is_as_it_was(url: str, tmp_path: Path, seed: int) -> None:
    rep = Rep(url, seed)
    days: list[tuple[datetime, Snapshot, dict[str, int]]] = []
    for _ in range(70):
        rep.act()
        days.append((rep.now, seen(rep.store), pipeline(rep.store, local_day(rep.now))))
    moments = {one[0]: one for one in days}
    last = local_day(rep.now)
    for moment, snapshot, opening in rep.dice.sample(list(moments.values()), 8):
        file = tmp_path / f"{moment:%m%d%H%M}.db"
        bygone(rep.store.db, moment, file)
        past = opened(file, "ann", lambda at=moment: at)  # type: ignore[misc]
        assert seen(past) == snapshot
        assert list(checkup.counts(past.db)) == []
        with pytest.raises(Refused, match="read-only"):
            past.commit(Batch(say("Act"), (Change.add(Tag(id=-1, name="new")),)))
        assert seen(past) == snapshot
        past.close()
        forget(file)
        assert list(tmp_path.glob("*.db*")) in ([], [Path(url)]) or not list(tmp_path.glob(f"{file.name}*"))
        found = pipeline_flow(rep.store.db, 1, moment, local_day(moment), last)
        assert dict(found.opening) == opening
        assert dict(found.closing) == pipeline(rep.store, last)
        for currency in {*found.opening, *found.closing}:
            moved = sum(sums.get(currency, 0) for _, sums in found.parts.values())
            assert found.opening.get(currency, 0) + moved == found.closing.get(currency, 0)
    assert rep.store.check() == []
    rep.store.close()


def test_what_an_import_brought_counts_from_the_days_it_says(url: str, tmp_path: Path) -> None:
    rep = Rep(url, 1)
    desk = rep.desk
    lead, quote = desk.open_stages[0], desk.open_stages[3]
    long_ago, since = BEGIN - timedelta(days=100), BEGIN - timedelta(days=30)
    old = Deal(
        id=-10, pipeline_id=1, stage_id=quote.id, title="Old", amount=900, created_at=long_ago, stage_since=since,
        history_known=True,
    )  # fmt: skip
    won = Deal(
        id=-20, pipeline_id=1, stage_id=desk.closing("won").id, title="Won", amount=500, created_at=long_ago,
        stage_since=since, closed_at=since, closed_from_id=lead.id, history_known=True,
    )  # fmt: skip
    visits = (
        Visit(
            id=-11, deal_id=-10, stage_id=lead.id, entered_at=long_ago, left_at=since, next_stage_id=quote.id
        ),
        Visit(id=-12, deal_id=-10, stage_id=quote.id, entered_at=since),
        Visit(
            id=-21,
            deal_id=-20,
            stage_id=lead.id,
            entered_at=long_ago,
            left_at=since,
            next_stage_id=won.stage_id,
        ),
    )
    rep.now = BEGIN + timedelta(days=1)
    rep.store.load(say("Import"), [Change.add(one) for one in (old, won, *visits)])
    moment = BEGIN - timedelta(days=60)
    bygone(rep.store.db, moment, tmp_path / "past.db")
    past = opened(tmp_path / "past.db", "ann", lambda: moment)
    stages = {stage.id: stage.name for stage in past.all(Stage)}
    assert [(deal.title, stages[deal.stage_id], deal.closed_at) for deal in past.all(Deal)] == [
        ("Old", "Lead", None),
        ("Won", "Lead", None),
    ]
    assert list(checkup.counts(past.db)) == []
    past.close()
    flow = pipeline_flow(rep.store.db, 1, moment, local_day(moment), local_day(rep.now))
    assert (dict(flow.opening), dict(flow.closing)) == ({"EUR": 1400}, {"EUR": 900})
    assert flow.parts["won"] == (1, {"EUR": -500})
    rep.store.close()


def test_the_past_of_a_store_is_not_that_of_another_file(url: str, tmp_path: Path) -> None:
    """The source is only read: what is open there goes on."""
    rep = Rep(url, 2)
    rep._open()
    before = seen(rep.store)
    bygone(rep.store.db, BEGIN - timedelta(days=1), tmp_path / "past.db")
    assert seen(rep.store) == before
    past = opened(tmp_path / "past.db", "ann", lambda: BEGIN)
    assert past.all(Deal) == []
    assert past.all(Organization) == []
    past.close()
    rep.store.commit(Batch(say("Act"), (Change.edit(rep.store.all(Deal)[0], title="Other"),)))
    assert replace(rep.store.all(Deal)[0], title="Deal").title == "Deal"
    rep.store.close()
