"""Counts of stays: whatever was done, those that the store keeps are those of the visits, and of the life table."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from acts import NOW, Opener, add_deal, commit, move, stages
from pipetui.core import moves
from pipetui.core import stages as rules
from pipetui.core.change import Batch, Change, moment_text
from pipetui.core.deal import Activity, Deal, LostReason, Source, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.lifetable import AT_RISK, UNIT, slices
from pipetui.core.message import say
from pipetui.core.past import GONE, Life, Past, Stay
from pipetui.errors import Refused
from pipetui.store import stays, writing
from pipetui.store.lives import lives, open_stays
from pipetui.store.monthly import Counted, days
from pipetui.store.store import Store

Counts = dict[tuple[int, str, int, int], int]
SCHEMAS = Path(__file__).with_name("schemas")


def day(moment: datetime) -> float:
    return moment.timestamp() / 86400


def months(first: datetime, last: datetime) -> list[datetime]:
    """The first instants of the months from the one before `first` to the one after `last`."""
    begin = first.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = [(begin - timedelta(days=1)).replace(day=1)]
    while found[-1] <= last:
        found.append((found[-1] + timedelta(days=32)).replace(day=1))
    return found


def by_hand(lasted: Iterable[Stay], edges: list[datetime]) -> Counts:
    """What the life table makes of stays between these moments."""
    found = slices(lasted, [day(edge) for edge in edges])[::-1]
    return {
        (stage, f"{edge:%Y-%m}", k, following): n
        for edge, one in zip(edges, found, strict=False)
        for (stage, k, following), n in one.counts.items()
        if n
    }


def counted_by_hand(store: Store) -> Counts:
    """The stays that are over, of deals whose history is known, in numbers of the store."""
    known = {deal.id for deal in store.all(Deal) if deal.history_known}
    over = [(v, v.left_at) for v in store.all(Visit) if v.left_at is not None and v.deal_id in known]
    if not over:
        return {}
    edges = months(min(v.entered_at for v, _ in over), max(left for _, left in over))
    lasted = [Stay(v.stage_id, day(v.entered_at), day(left), v.next_stage_id or GONE) for v, left in over]
    return by_hand(lasted, edges)


def kept(store: Store) -> Counts:
    """The counts that the store keeps, in the numbers of the life table."""
    return {(*cell[:3], cell[3] or AT_RISK): n for cell, (n, _) in stays.kept(store.db).items()}


def assert_counted(store: Store) -> None:
    """What the store keeps, if only after counting again, is what the visits say, each way they are read."""
    assert store.check() == []
    stays.ensure(store.db)
    assert kept(store) == counted_by_hand(store)
    assert store.db.rows("SELECT 1 FROM stay_count WHERE n = 0") == []
    assert_reads_agree(store)


def assert_reads_agree(store: Store) -> None:
    """The counts by month with the stays that are not over are the life table of all lives."""
    past = lives(store.db, 1)
    if not past.lives:
        return
    end = max(stay.entered if stay.left == inf else stay.left for stay in past.stays())
    edges = months(*(datetime.fromtimestamp(moment * 86400, UTC) for moment in (past.start, end)))
    shown = [stage.id for stage in open_used(store)]
    ends = {
        stage.id: len(shown) + (stage.kind == "lost") for stage in store.all(Stage) if stage.kind != "open"
    }
    places = ends | {number: place for place, number in enumerate(shown)}
    found = Counter({
        (places[stage_id], month, k, places[following] if following else AT_RISK): n
        for month, counts in stays.month_counts(store.db, 1).items()
        for (stage_id, k, following), n in counts.items()
    })  # fmt: skip
    still = [Stay(places[one.stage_id], one.entered, one.left, GONE) for one in open_stays(store.db, 1)]
    found.update(by_hand(still, edges))
    assert {cell: n for cell, n in found.items() if n} == by_hand(past.stays(), edges)


def open_used(store: Store) -> list[Stage]:
    found = [stage for stage in store.all(Stage) if stage.kind == "open" and stage.retired_at is None]
    return sorted(found, key=lambda stage: stage.position)


FIRST, LAST = datetime(2019, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
moments = st.one_of(
    st.integers(0, 8 * 365 * 86400 * 10**6).map(lambda n: FIRST + timedelta(microseconds=n)),
    st.sampled_from(months(FIRST, LAST)[1:-1]),
)
some_stays = st.lists(
    st.tuples(st.integers(1, 2), moments, moments, st.sampled_from((None, 2, 9))), max_size=8
)


EDGE = datetime(2026, 3, 1, tzinfo=UTC)


@example([(1, EDGE, EDGE, 2), (1, EDGE, EDGE, None)], [])
@example([(1, EDGE, EDGE - timedelta(days=3), 2), (1, EDGE, EDGE - timedelta(days=40), 2)], [])
@example([(1, EDGE - timedelta(days=9), EDGE, 2), (1, EDGE, EDGE + timedelta(days=31), 2)], [])
@given(some_stays, some_stays)
def test_stays_are_counted_as_the_life_table_counts_them(
    one: list[tuple[int, datetime, datetime, int | None]],
    other: list[tuple[int, datetime, datetime, int | None]],
) -> None:
    texts, more = ([(s, moment_text(a), moment_text(b), n) for s, a, b, n in some] for some in (one, other))
    edges = months(FIRST, LAST)
    found = Counted()
    found.add(texts)
    found.add(more)
    found.add(more, -1)
    lasted = [Stay(stage, day(a), day(b), following or GONE) for stage, a, b, following in one]
    gone = [stay._replace(next=GONE) for stay in lasted]
    counted, unseen = Counter[tuple[int, str, int, int]](), Counter[tuple[int, str, int, int]]()
    for (stage, month, k, following), (n, less) in found.cells():
        counted[stage, month, k, following or AT_RISK] += n
        unseen[stage, month, k, AT_RISK] += -less if following else n
    assert {cell: n for cell, n in counted.items() if n} == by_hand(lasted, edges)
    assert {cell: n for cell, n in unseen.items() if n} == by_hand(gone, edges)


class Team:
    """Works with deals at random, as the verbs of the core allow, while time passes."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.dice = random.Random(seed)
        self.now = datetime(2025, 11, 20, 9, tzinfo=UTC)
        commit(store, Change.add(LostReason(id=-1, name="Price")))

    def act(self) -> None:
        """Something, if it can be done."""
        dice = self.dice
        self.now += timedelta(days=dice.choice((0, 0, 0.1, 1, 4, 17, 80, 200)))
        if dice.random() < 0.1:
            self.now = (self.now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0)
        acts = (
            self._open,
            self._open,
            self._move,
            self._move,
            self._move,
            self._move,
            self._close,
            self._reopen,
        )
        rare = (self._archive, self._merge, self._retire, self._load, self._learn, self._forget, self._drop)
        with suppress(Refused):
            dice.choice((*acts, self._turn, self._turn) if dice.random() < 0.75 else rare)()

    @property
    def _desk(self) -> Desk:
        return Desk(self.now, self.now.date(), self.store.me, tuple(self.store.all(Stage)))

    def _write(self, changes: Iterable[Change]) -> None:
        self.store.commit(Batch(say("Act"), tuple(changes)))

    def _some(self) -> tuple[Deal, Visit | None]:
        deals = self.store.all(Deal)
        if not deals:
            raise Refused(say("No deal"))
        deal = self.dice.choice(deals)
        return deal, next(iter(self.store.all(Visit, deal_id=deal.id, left_at=None)), None)

    def _open(self) -> None:
        stage = self.dice.choice((*open_used(self.store), None))
        self._write(moves.open_deal(self._desk, title="Deal", stage=stage, amount=500))

    def _move(self) -> None:
        several = {
            deal.id: (deal, visit) for deal, visit in (self._some() for _ in range(self.dice.randint(1, 3)))
        }
        desk, to = self._desk, self.dice.choice(self._desk.open_stages)
        self._write(change for one in several.values() for change in moves.move(*one, to, desk))

    def _close(self) -> None:
        deal, visit = self._some()
        if self.dice.random() < 0.5:
            self._write(moves.win(deal, visit, self._desk))
        else:
            self._write(moves.lose(deal, visit, 1, self._desk))

    def _reopen(self) -> None:
        deal, _ = self._some()
        self._write(moves.reopen(deal, self.store.all(Visit, deal_id=deal.id), self._desk))

    def _archive(self) -> None:
        deal, _ = self._some()
        self._write((moves.restore if deal.archived_at else moves.archive)(deal, self._desk))

    def _two(self) -> tuple[Stage, Stage]:
        found = open_used(self.store)
        if len(found) < 3:
            raise Refused(say("Too few stages"))
        one, other = self.dice.sample(found, 2)
        return one, other

    def _merge(self) -> None:
        stage, into = self._two()
        self._write(rules.merge(stage, into, self._desk, self.store.all(Deal), self.store.all(Visit)))

    def _retire(self) -> None:
        stage, into = self._two()
        there = {visit.deal_id: visit for visit in self.store.all(Visit, stage_id=stage.id, left_at=None)}
        deals = [(deal, there.get(deal.id)) for deal in self.store.all(Deal, stage_id=stage.id)]
        self._write(rules.retire(stage, into, self._desk, deals))

    def _load(self) -> None:
        """An import with the way of each deal through the stages."""
        self.store.load(say("Import"), list(self._imported(self.dice.choice((1, 6)))))

    def _imported(self, many: int) -> Iterator[Change]:
        desk = self._desk
        for _ in range(many):
            number, known = desk.new_id(), self.dice.random() < 0.8
            edges = sorted(self.now - timedelta(days=self.dice.uniform(0, 900)) for _ in range(3))
            one, other, last = (self.dice.choice(desk.used) for _ in range(3))
            deal = Deal(
                id=number, pipeline_id=1, stage_id=last.id, title="Old", created_at=edges[0],
                stage_since=edges[2], closed_at=None if last.kind == "open" else edges[2], history_known=known,
            )  # fmt: skip
            yield Change.add(deal)
            if other.kind == one.kind == "open":
                for stage, following, at in ((one, other, 0), (other, last, 1)):
                    yield Change.add(Visit(
                        id=desk.new_id(), deal_id=number, stage_id=stage.id, entered_at=edges[at],
                        left_at=edges[at + 1], next_stage_id=following.id,
                    ))  # fmt: skip
            if last.kind == "open":
                yield Change.add(
                    Visit(id=desk.new_id(), deal_id=number, stage_id=last.id, entered_at=edges[2])
                )

    def _learn(self) -> None:
        """The way of a deal becomes known, with or without other stays than those noted."""
        deal, _ = self._some()
        own = self.store.all(Visit, deal_id=deal.id)
        if self.dice.random() < 0.5:
            self._write([Change.edit(deal, history_known=True)])
        elif own and not deal.history_known:
            again = own[0]
            new = Visit(
                id=-1, deal_id=deal.id, stage_id=again.stage_id, entered_at=again.entered_at, left_at=self.now
            )
            self._write([*map(Change.drop, own), Change.add(new), Change.edit(deal, history_known=True)])

    def _forget(self) -> None:
        deal, visit = self._some()
        edited = [Change.edit(visit, left_at=self.now)] if visit and self.dice.random() < 0.5 else []
        self._write([*edited, Change.edit(deal, history_known=False)])

    def _drop(self) -> None:
        """A deal goes, its stays before or after it."""
        deal, _ = self._some()
        gone = [Change.drop(visit) for visit in self.store.all(Visit, deal_id=deal.id)]
        self._write([Change.drop(deal), *gone] if self.dice.random() < 0.5 else [*gone, Change.drop(deal)])

    def _turn(self) -> None:
        for _ in range(self.dice.randint(1, 4)):
            (self.store.undo if self.dice.random() < 0.6 else self.store.redo)()


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("many", "chunk"), [(2000, 4000), (2000, 3), (4, 3)])
def test_the_counts_are_those_of_the_visits_after_whatever_is_done(
    opened: Opener, seed: int, many: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays, "MANY", many)
    monkeypatch.setattr(stays, "STRIDE", 7)
    monkeypatch.setattr(writing, "CHUNK", chunk)
    team = Team(opened("ann"), seed)
    marked = 0
    for _ in range(45):
        team.act()
        marked += stays.stale(team.store.db)
        assert_counted(team.store)
    assert many == 4 or chunk == 3 or not marked
    assert team.store.all(Visit)
    before = kept(team.store)
    team.store.recount()
    assert kept(team.store) == before


def test_a_move_adds_its_counts_and_undo_leaves_nothing(store: Store) -> None:
    deal = add_deal(store)
    [visit] = store.all(Visit)
    lead, quote = (stages(store)[name].id for name in ("Lead", "Quote"))
    assert kept(store) == {}
    desk = Desk(NOW + timedelta(days=9), NOW.date(), store.me, tuple(store.all(Stage)))
    store.commit(Batch(say("Move"), moves.move(deal, visit, store.get(Stage, quote), desk)))
    # Seven days and 14.5 hours of November, then to the ninth day in December: 0.604 of the three days from 7 to 10.
    assert kept(store) == {
        **{(lead, "2026-11", k, AT_RISK): UNIT for k in range(5)},
        (lead, "2026-11", 5, AT_RISK): 201_389,
        (lead, "2026-12", 5, AT_RISK): UNIT - 201_389,
        (lead, "2026-12", 5, quote): UNIT,
    }
    store.undo()
    assert store.db.rows("SELECT * FROM stay_count") == []
    assert not stays.stale(store.db)
    store.redo()
    assert kept(store) == counted_by_hand(store)


def test_a_deal_whose_history_is_unknown_counts_nowhere(store: Store) -> None:
    deal = add_deal(store)
    commit(store, Change.edit(deal, history_known=False))
    move(store, store.get(Deal, deal.id), "Quote")
    assert kept(store) == {}
    commit(store, Change.edit(store.get(Deal, deal.id), history_known=True))
    assert kept(store) == counted_by_hand(store) != {}


def test_stays_may_go_long_after_their_deal_and_come_back_before_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = add_deal(store)
    monkeypatch.setattr(writing, "CHUNK", 1)
    commit(store, *map(Change.drop, store.all(Activity)))
    move(store, deal, "Quote")
    before = kept(store)
    commit(store, Change.drop(store.get(Deal, deal.id)), *map(Change.drop, store.all(Visit)))
    assert_counted(store)
    assert kept(store) == {}
    store.undo()
    assert_counted(store)
    assert kept(store) == before


def imported(many: int) -> Iterator[Change]:
    for n in range(many):
        entered = NOW - timedelta(days=n % 300 + 40)
        yield Change.add(
            Deal(id=-2 * n - 1, pipeline_id=1, stage_id=6, title=f"{n}", created_at=entered, stage_since=NOW)
        )
        yield Change.add(
            Visit(
                id=-2 * n - 2,
                deal_id=-2 * n - 1,
                stage_id=1,
                entered_at=entered,
                left_at=NOW,
                next_stage_id=6,
            )
        )


def test_many_stays_at_once_are_counted_before_the_next_read(store: Store) -> None:
    store.load(say("Import"), imported(stays.MANY + 1))
    assert stays.stale(store.db)
    assert kept(store) == {}
    move(store, add_deal(store), "Quote")
    assert kept(store) == {}
    stays.ensure(store.db)
    assert not stays.stale(store.db)
    assert kept(store) == counted_by_hand(store)
    assert store.check() == []


def test_counting_again_misses_nothing_that_is_written_meanwhile(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = opened("ann"), opened("bob")
    deal = add_deal(bob)
    ann.load(say("Import"), imported(stays.MANY + 1))
    real, seen = stays.counted, []

    def meanwhile(db: object) -> stays.Sums:
        found = real(ann.db)
        if not seen:
            move(bob, deal, "Quote")
        seen.append(found)
        return found

    monkeypatch.setattr(stays, "counted", meanwhile)
    stays.ensure(ann.db)
    assert len(seen) == 2
    assert kept(ann) == counted_by_hand(ann)
    stays.ensure(bob.db)
    assert len(seen) == 2


def test_check_sees_counts_that_are_wrong_and_recount_puts_them_right(store: Store) -> None:
    move(store, add_deal(store), "Quote")
    store.db.run("UPDATE stay_count SET n = n + 1")
    assert [str(finding) for finding in store.check()] == [
        "The counts of the stays do not agree with the visits."
    ]
    store.recount()
    assert store.check() == []
    stays.mark_stale(store.db)
    store.db.run("UPDATE stay_count SET n = n + 1")
    assert store.check() == []
    stays.ensure(store.db)
    assert kept(store) == counted_by_hand(store)


def test_an_older_store_counts_its_stays_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as link:
        link.executescript((SCHEMAS / "0001.sql").read_text(encoding="utf-8"))
    with closing(Store.open(str(file), login="ann", now=lambda: NOW)) as store:
        assert stays.stale(store.db)
        stays.ensure(store.db)
        assert not stays.stale(store.db)
        assert kept(store) == counted_by_hand(store) != {}


def test_a_new_store_has_nothing_to_count(store: Store) -> None:
    assert not stays.stale(store.db)


def test_lives_are_the_deals_with_their_stays(store: Store) -> None:
    lost, archived = add_deal(store), add_deal(store, amount=None)
    move(store, lost, "Prospect")
    fair = commit(store, Change.add(Source(id=-1, name="Fair"))).ids[-1]
    commit(store, Change.edit(store.get(Deal, lost.id), source_id=fair, amount=700, currency="USD"))
    move(store, store.get(Deal, lost.id), "Lost")
    later = NOW + timedelta(days=3)
    commit(store, Change.edit(store.get(Deal, archived.id), archived_at=later))
    still = add_deal(store)
    commit(store, Change.edit(still, history_known=False))
    at, to = day(NOW), day(later)
    assert lives(store.db, 1, worth=lambda minor, currency: minor / 2 if currency == "USD" else None) == Past(
        4,
        (
            Life(lost.id, (Stay(0, at, at, 1), Stay(1, at, at, 5)), 350.0, ("Fair", "")),
            Life(archived.id, (Stay(0, at, to, GONE),), None, ("", "")),
        ),
    )
    assert [one[1:] for one in open_stays(store.db, 1)] == [(stages(store)["Lead"].id, at, to)]
    commit(store, Change.edit(store.get(Deal, archived.id), archived_at=None))
    assert [one.left for one in open_stays(store.db, 1)] == [inf]
    assert lives(store.db, 1, traits=()).lives[1].traits == ()


def test_going_to_a_stage_that_is_used_no_more_is_going_out_of_sight(store: Store) -> None:
    deal = add_deal(store)
    move(store, move(store, deal, "Prospect"), "Quote")
    prospect = stages(store)["Prospect"]
    commit(store, Change.edit(prospect, retired_at=NOW))
    [life] = lives(store.db, 1).lives
    assert [(stay.stage, stay.next) for stay in life.stays] == [(0, GONE), (2, GONE)]
    assert stays.month_counts(store.db, 1) == {"2026-11": {(stages(store)["Lead"].id, 0, stays.AT_RISK): 0}}
    assert_reads_agree(store)


def test_counts_of_late_months_can_be_read_alone(store: Store) -> None:
    store.load(say("Import"), imported(20))
    every = stays.month_counts(store.db, 1)
    assert list(every) == sorted(every)
    assert stays.month_counts(store.db, 1, since="2026-10") == {
        month: counts for month, counts in every.items() if month >= "2026-10"
    }


def test_moments_are_days_since_1970() -> None:
    assert days("1970-01-02T12:00:00.000000Z") == 1.5
