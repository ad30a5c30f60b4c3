"""Reports read from a store: every figure is the deals behind it, and the sums of all screens agree to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from pipetui.core.change import field_names, row
from pipetui.core.deal import (
    Activity,
    Criterion,
    Evidence,
    Quote,
    Rate,
    Record,
    Source,
    Spending,
    View,
    Visit,
)
from pipetui.core.forecast import forecast
from pipetui.core.moment import Period, period
from pipetui.core.money import Money, convert
from pipetui.core.query import parse
from pipetui.core.report import BY_NAME, NOTHING, Cell, Report
from pipetui.store import behind, counts, reports, windows
from pipetui.store.book import book
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.store.windows import Scope
from sample import NOW, TODAY, Sample, fill

RATES = {"USD": "0.9137", "JPY": "0.00613"}
PERIODS = ("all", "this-month", "this-quarter", "2026")
EVERY = [(name, by) for name in reports.offered() for by in BY_NAME[name].by or ("",)]


def put(store: Store, *records: Record) -> None:
    """Rows behind the journal's back."""
    for one in records:
        names = field_names(type(one))
        sql = f"INSERT INTO {one.table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        store.db.run(sql, tuple(row(one).values()))


def office(store: Store, seed: int, rated: bool = True) -> Sample:
    """A random pipeline with rates, costs, quotes, things done, and segments."""
    sample = fill(store, seed)
    open_ones = [stage for stage in sample.stages if stage.kind == "open"]
    more: list[Record] = [
        Criterion(id=1, stage_id=open_ones[0].id, text="The need is said", position=0),
        *(
            Evidence(id=n, deal_id=deal.id, criterion_id=1, ticked_at=deal.created_at)
            for n, deal in enumerate(sample.deals[::4], 1)
        ),
    ]
    if rated:
        more += [Rate(id=n, currency=code, value=value) for n, (code, value) in enumerate(RATES.items(), 1)]
    for n, deal in enumerate(sample.deals[::3], 1):
        more += [
            Quote(
                id=n, deal_id=deal.id, number=f"Q{n}", amount=100, currency="EUR", created_at=deal.created_at,
                status="signed" if n % 3 == 0 else "sent", sent_on=deal.created_at.date(),
                decided_on=TODAY if n % 3 == 0 else None,
            ),
            Activity(
                id=1000 + n, deal_id=deal.id if n % 7 else None, kind=("call", "meeting")[n % 2], text="", owner_id=100,
                created_at=deal.created_at, done_at=NOW - timedelta(days=n % 30),
            ),
            Visit(
                id=1000 + n, deal_id=deal.id, stage_id=open_ones[n % len(open_ones)].id,
                entered_at=deal.created_at, left_at=NOW - timedelta(days=1),
                next_stage_id=sample.stages[n % len(sample.stages)].id,
            ),
        ]  # fmt: skip
    for n, source in enumerate(sample.sources, 1):
        more.append(
            Spending(id=n, source_id=source, spent_on=TODAY - timedelta(days=9 * n), amount=12_345 * n,
                     currency=("EUR", "USD", "TND")[n % 3])
        )  # fmt: skip
    more += [
        View(id=900, name="Large [/b]", query="amount>9000", segment=True),
        View(id=901, name="vip", query="tag:vip", segment=True),
        View(id=902, name="not one", query="tag:vip"),
    ]
    with store.db.transaction():
        put(store, *more)
    store.recount()
    return sample


def scope(query: str = "", owner: int | None = None) -> Scope:
    return Scope(1, TODAY, NOW, parse(query, TODAY) if query else None, owner_id=owner, me=None)


def made(store: Store, name: str, when: str = "all", by: str = "", what: Scope | None = None) -> Report:
    return reports.make(name, reports.ask(store.db, what or scope(), period(when, TODAY), by=by))


def of(cell: Cell) -> Any:
    """What a cell holds."""
    return cell.value


def value(report: Report, row_at: int | None, column: str) -> Any:
    line = report.total if row_at is None else report.rows[row_at]
    assert line is not None
    return line[report.place(column)].value


def told_of(message: Any) -> Any:
    """The number of deals a note tells of."""
    return message.values["message"].values["n"] if "message" in message.values else message.values["n"]


@pytest.mark.parametrize(("query", "owner"), [("", None), ("amount>1", None), ("", 101), ("-tag:vip", 100)])
def test_every_number_of_deals_is_the_deals_behind_it(store: Store, query: str, owner: int | None) -> None:
    office(store, 1)
    heard = 0
    for (name, by), when in product(EVERY, ("all", "this-quarter")):
        question = reports.ask(store.db, scope(query, owner), period(when, TODAY), by=by)
        report = reports.make(name, question)
        for at, cell in (
            (at, cell) for line in (*report.rows, report.total or ()) for at, cell in enumerate(line)
        ):
            if cell.behind is not None and report.kind(at, cell) == "deals":
                heard += 1
                found = behind.numbers(question, cell.behind)
                assert len(found) == len(set(found)) == cell.value, (name, by, when, report.columns[at], cell)
            if report.kind(at, cell) == "split":
                for part in of(cell) or ():
                    assert part.behind is not None
                    assert len(behind.numbers(question, part.behind)) == part.n, (name, by, when, part)
        for note in report.notes:
            if note.behind is not None:
                assert len(behind.numbers(question, note.behind)) == told_of(note.message), note
    assert heard > 100


def by_hand(store: Store, deals: list[Any]) -> int:
    """What the deals are worth in euros, each converted and rounded alone."""
    rates = {rate.currency: Decimal(rate.value) for rate in store.all(Rate)}
    worth = [
        convert(Money(one.amount, one.currency), "EUR", rates) for one in deals if one.amount is not None
    ]
    return sum(one.minor for one in worth if one is not None)


def shown(store: Store, kind: str, when: Period) -> list[Any]:
    """The deals the board shows in its columns of a kind."""
    looked = replace(scope(), period=when)
    columns = [one for one in windows.columns(store.db, looked) if one.stage.kind == kind]
    return [
        card for one in columns for card in windows.page(store.db, looked, one.stage.id, "age", 0, one.count)
    ]


@pytest.mark.parametrize("rated", [True, False])
@pytest.mark.parametrize("seed", [3, 4])
def test_all_screens_say_the_same_to_the_cent(store: Store, seed: int, rated: bool) -> None:
    office(store, seed, rated)
    for when in PERIODS:
        then = period(when, TODAY)
        won, lost, standing = (shown(store, kind, then) for kind in ("won", "lost", "open"))
        foretold = forecast(
            book(store.db, scope(), then, "EUR", each=True), as_of=NOW, period=then, pipeline="Sales"
        )
        revenue = by_hand(store, won)
        kpi = {str(of(line[0])): of(line[2]) for line in made(store, "kpi", when).rows}
        owners, sources = made(store, "owners", when), made(store, "sources", when)
        assert (kpi["won"], kpi["lost"], kpi["open"]) == (len(won), len(lost), len(standing))
        assert foretold.won == counts.wins(store.db, scope(), then).count == len(won)
        told = [kpi["revenue"], value(owners, None, "revenue"), value(sources, None, "revenue")]
        told += [value(made(store, "winloss", when, by), None, "revenue") for by in BY_NAME["winloss"].by[1:]]
        outcomes = made(store, "winloss", when)
        told += [of(line[outcomes.place("amount")]) for line in outcomes.rows if str(of(line[0])) == "won"]
        assert {one.minor for one in told} == {revenue} == {round(foretold.won_revenue)}
        assert value(made(store, "winloss", when, "owner"), None, "lost_amount").minor == by_hand(store, lost)
        opened = [
            kpi["open_amount"],
            value(owners, None, "open_amount"),
            value(made(store, "ageing"), None, "amount"),
        ]
        assert {one.minor for one in opened} == {by_hand(store, standing)}
        assert round(sum(one.amount for one in foretold.stages)) == by_hand(store, standing)
        assert value(made(store, "velocity", when), 0, "this") == len(standing)


def test_the_funnel_counts_every_deal_once(store: Store) -> None:
    sample = office(store, 6)
    wins = [deal for deal in sample.deals if sample.stage(deal).kind == "won"]
    for by in BY_NAME["funnel"].by:
        report = made(store, "funnel", by=by)
        told = {column: value(report, None, column) for column in ("reached", "lost", "open")}
        untold = [note.message.values["n"] for note in report.notes if "without" in str(note.message)]
        assert sum(told.values()) + sum(untold) == len(sample.deals)
        assert told["reached"] == sum(deal.history_known for deal in wins)
        for line in report.rows:
            cells = {column.name: of(cell) for column, cell in zip(report.columns, line, strict=True)}
            assert cells["reached"] == cells["advanced"] + cells["lost"] + cells["open"]
        assert sum(of(line[report.place("lost")]) for line in report.rows) == told["lost"]


ADDED = (
    "deals",
    "won",
    "lost",
    "count",
    "leads",
    "new",
    "open",
    "done",
    "revenue",
    "amount",
    "lost_amount",
    "cost",
)


def test_rows_add_up_to_the_total(store: Store) -> None:
    office(store, 7)
    for (name, by), when in product([one for one in EVERY if one[1] != "segment"], PERIODS):
        report = made(store, name, when, by)
        if report.total is None or name == "funnel":
            continue
        for at, column in enumerate(report.columns):
            whole = of(report.total[at])
            if column.name not in ADDED or whole is None or (name, column.name) == ("activity", "deals"):
                continue
            parts = [of(line[at]) for line in report.rows if of(line[at]) is not None]
            if isinstance(whole, Money):
                assert sum(one.minor for one in parts) == whole.minor, (name, by, when, column.name)
            else:
                assert sum(parts) == whole, (name, by, when, column.name)


def test_a_segment_is_a_saved_filter_and_no_other_view(store: Store) -> None:
    office(store, 8)
    report = made(store, "winloss", by="segment")
    names = [of(line[0]) for line in report.rows]
    assert set(names) <= {"Large [/b]", "vip"}
    for at, name in enumerate(names):
        query = {"Large [/b]": "amount>9000", "vip": "tag:vip"}[name]
        alone = made(store, "winloss", by="owner", what=scope(query))
        assert value(report, at, "won") == value(alone, None, "won")
        assert value(report, at, "revenue") == value(alone, None, "revenue")


def test_money_without_a_rate_is_left_out_aloud(store: Store) -> None:
    office(store, 9)
    report = made(store, "winloss")
    said = " ".join(str(note.message) for note in report.notes)
    assert "no rate" in said
    assert "TND" in said
    assert "USD" not in said
    money = report.place("amount")
    assert all(of(line[money]).currency == "EUR" for line in report.rows)


def test_a_period_without_an_end_has_none_before_it(store: Store) -> None:
    office(store, 10)
    for name in ("kpi", "velocity"):
        assert {line[3] for line in made(store, name).rows} == {NOTHING}
        assert {line[3] for line in made(store, name, "2026-10").rows} != {NOTHING}


def test_the_sources_divide_what_was_spent_by_what_came(store: Store) -> None:
    put(store, Source(id=901, name="Salon 1"), Source(id=902, name="blog 1"))
    put(store, Spending(id=1, source_id=901, spent_on=date(2026, 11, 2), amount=30_000, currency="EUR"))
    put(store, Spending(id=2, source_id=902, spent_on=date(2026, 10, 31), amount=9_900, currency="EUR"))
    report = made(store, "sources", "2026-11")
    assert [str(of(line[0])) for line in report.rows] == ["Salon 1"]
    assert report.records()[0] == {
        "source": "Salon 1", "leads": 0, "won": 0, "revenue": "0.00", "cost": "300.00", "cost_per_lead": None,
        "cost_per_client": None, "return": -1.0, "currency": "EUR",
    }  # fmt: skip


def test_each_report_takes_few_statements(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    office(store, 11)
    with counted(monkeypatch) as heard:
        for name, by in EVERY:
            if (name, by) != ("winloss", "segment"):
                heard.clear()
                made(store, name, "this-month", by)
                assert len(heard) < 80, (name, by, len(heard))


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are read."""
    heard: list[str] = []
    plain = Database.rows

    def rows(self: Database, sql: str, params: Any = ()) -> list[tuple[Any, ...]]:
        heard.append(sql)
        return plain(self, sql, params)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "rows", rows)
        yield heard


def test_the_look_back_says_what_the_forecast_would_have_said(store: Store) -> None:
    office(store, 12)
    question = reports.ask(store.db, scope(), period("all", TODAY))
    quick, full = reports.make("accuracy", question), reports.looked_back(question)
    assert "worked out" in " ".join(str(note.message) for note in quick.notes)
    assert "worked out" not in " ".join(str(note.message) for note in full.notes)
    assert quick.columns == full.columns
