"""What the forecast is made of, read at one moment from the counts the store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from pipetui.core.book import Book, OpenDeal
from pipetui.core.change import field_names, moment_text, record
from pipetui.core.deal import Goal, Rate, Stage
from pipetui.core.funnel import Tally
from pipetui.core.pots import Exchange
from pipetui.store import counts, lives
from pipetui.store.cards import marks
from pipetui.store.clause import Clause
from pipetui.store.learning import SEGMENTS
from pipetui.store.monthly import days
from pipetui.store.orders import CLOSED
from pipetui.store.windows import Scope, asked, sight, stages

if TYPE_CHECKING:
    from pipetui.core.moment import Period
    from pipetui.store.db import Database

SIGNED = 200
"""Deals won last whose amounts tell what the next may bring."""
PACES = 3
"""Periods before this one whose wins are told."""
LATELY = 180
"""Days whose new deals tell which part of those to come is in scope."""


def book(
    db: Database, scope: Scope, period: Period, currency: str, goal: Goal | None = None, each: bool = False
) -> Book:
    """Everything for `core.forecast` about the deals in scope; `each` adds the open deals one by one.

    The goal of one owner counts the deals of that owner; the ratios are made by all deals of the pipeline.
    """
    every = Scope(scope.pipeline_id, scope.today, scope.now, me=scope.me)
    owner_id = goal.owner_id if goal and goal.owner_id is not None else scope.owner_id
    whose = replace(every, filter=scope.filter, owner_id=owner_id)
    with db.reading():
        tally = counts.tallies(db, every)
        return Book(
            stages=all_stages(db, scope.pipeline_id),
            tally=tally,
            stock=None if whose.whole else counts.tallies(db, whose),
            parked=_parked(db, whose),
            pinned=[
                OpenDeal(one.deal_id, one.stage_id, one.amount, one.currency, one.chance / 100)
                for one in counts.pinned(db, whose)
            ],
            won=_won(db, whose, period, Exchange(currency, rates(db))),
            reached=_reached(db, whose, period, goal),
            deals=_open_deals(db, whose) if each else (),
            each=each,
            signed=_signed(db, scope.pipeline_id) if each else (),
            paces=_paces(db, whose, period) if each else (),
            share=_share(db, whose) if each and not whose.whole else 1.0,
            currency=currency,
            rates=rates(db),
        )


def goals(db: Database, pipeline_id: int, period: Period) -> list[Goal]:
    """The goals of exactly this period: the team's before an owner's, wins before revenue before stages."""
    names = ", ".join(field_names(Goal))
    rows = db.rows(
        f"SELECT {names} FROM goal WHERE pipeline_id = ? AND period = ? ORDER BY id",
        (pipeline_id, period.name),
    )
    found = [record(Goal, dict(zip(field_names(Goal), values, strict=True))) for values in rows]
    order = ("wins", "revenue", "reach")
    return sorted(found, key=lambda goal: (goal.owner_id is not None, order.index(goal.metric), goal.id))


def rates(db: Database) -> Mapping[str, Decimal]:
    """What one unit of each currency is worth in the store's."""
    return {
        currency: Decimal(value) for currency, value in db.rows(f"SELECT currency, value FROM {Rate.table}")
    }


def currency(db: Database) -> str:
    """The currency of the store."""
    row = db.one("SELECT value FROM setting WHERE name = 'currency'")
    return str(row[0]) if row else "EUR"


def all_stages(db: Database, pipeline_id: int) -> tuple[Stage, ...]:
    """The stages of a pipeline in order, the retired ones too."""
    names = field_names(Stage)
    rows = db.rows(
        f"SELECT {', '.join(names)} FROM stage WHERE pipeline_id = ? ORDER BY position", (pipeline_id,)
    )
    return tuple(record(Stage, dict(zip(names, values, strict=True))) for values in rows)


def _parked(db: Database, scope: Scope) -> list[Tally]:
    return [
        Tally(stage_id, 0, 0, 0, currency, n, minor, n - known)
        for stage_id, by_currency in counts.waiting(db, scope).items()
        for currency, (n, known, minor) in by_currency.items()
    ]


def _won(db: Database, scope: Scope, period: Period, exchange: Exchange) -> list[Tally]:
    """The deals won in a period, their amounts converted one by one; those without a rate in their own currency."""
    found = []
    each = (
        f"CASE WHEN currency IN ({marks(exchange.foreign())}) THEN amount END"
        if exchange.foreign()
        else "NULL"
    )
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "won":
            seen = sight(db, replace(scope, period=period), stage)
            sql = f"""SELECT currency, {each}, COUNT(*), COUNT(amount), COALESCE(SUM(amount), 0) FROM deal
                WHERE {seen.sql} GROUP BY 1, 2"""
            for code, one, n, known, minor in db.rows(sql, (*exchange.foreign(), *seen.params)):
                worth = None if one is None else exchange.of(one, code)
                if worth is not None:
                    code, minor = exchange.currency, worth * known
                found.append(Tally(stage.id, 0, 1, 0, code, n, minor, n - known))
    return found


def _reached(db: Database, scope: Scope, period: Period, goal: Goal | None) -> int:
    """How many deals came, in the period and for the first time, to the goal's stage or past it."""
    if goal is None or goal.metric != "reach" or goal.stage_id is None:
        return 0
    ahead = all_stages(db, scope.pipeline_id)
    place = next(stage.position for stage in ahead if stage.id == goal.stage_id)
    ids = [
        stage.id
        for stage in ahead
        if stage.kind == "won" or (stage.kind == "open" and stage.position >= place)
    ]
    marks = ", ".join("?" * len(ids))
    chosen = asked(
        db, scope, Clause("deal.pipeline_id = ? AND deal.archived_at IS NULL", (scope.pipeline_id,))
    )
    sql = f"""SELECT MIN(moment) AS first FROM (
            SELECT visit.deal_id, visit.entered_at AS moment FROM visit WHERE visit.stage_id IN ({marks})
            UNION ALL
            SELECT visit.deal_id, visit.left_at FROM visit WHERE visit.next_stage_id IN ({marks})
        ) came JOIN deal ON deal.id = came.deal_id WHERE {chosen.sql} GROUP BY deal.id"""
    start, end = period.instants()
    since, until = moment_text(start) if start else "", moment_text(end) if end else "9999"
    row = db.one(
        f"SELECT COUNT(*) FROM ({sql}) reached WHERE first >= ? AND first < ?",
        (*ids, *ids, *chosen.params, since, until),
    )
    return row[0] if row else 0


def _open_deals(db: Database, scope: Scope) -> list[OpenDeal]:
    found: list[OpenDeal] = []
    today = scope.today.isoformat()
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "open":
            seen = sight(db, scope, stage)
            traits = ", ".join(lives.TRAITS[name] for name in SEGMENTS)
            sql = f"""SELECT deal.id, deal.stage_id, deal.amount, deal.currency,
                CASE WHEN deal.pinned_until IS NULL OR deal.pinned_until >= ? THEN deal.pinned_chance END,
                deal.stage_since, {traits} FROM deal WHERE {seen.sql} ORDER BY deal.id"""
            found += [
                OpenDeal(
                    number,
                    stage_id,
                    minor,
                    currency,
                    None if pinned is None else pinned / 100,
                    days(since),
                    tuple(value or "" for value in values),
                )
                for number, stage_id, minor, currency, pinned, since, *values in db.rows(
                    sql, (today, *seen.params)
                )
            ]
    return found


def _signed(db: Database, pipeline_id: int) -> list[tuple[int, str]]:
    """The amounts of the deals won last."""
    found: list[tuple[int, str]] = []
    for stage in stages(db, pipeline_id):
        if stage.kind == "won":
            sql = f"""SELECT amount, currency FROM deal
                WHERE stage_id = ? AND archived_at IS NULL AND amount IS NOT NULL ORDER BY {CLOSED} DESC, id LIMIT ?"""
            found += db.rows(sql, (stage.id, SIGNED))
    return found


def _paces(db: Database, scope: Scope, period: Period) -> list[int]:
    """Wins in the periods before."""
    if period.start is None:
        return []
    found = []
    for _ in range(PACES):
        period = period.previous()
        found.append(counts.wins(db, scope, period).count)
    return found


def _share(db: Database, scope: Scope) -> float:
    """The part of the deals created lately that are in scope."""
    since = moment_text(scope.now - timedelta(days=LATELY))
    new = Clause("deal.pipeline_id = ? AND deal.created_at >= ?", (scope.pipeline_id, since))
    counted = []
    for one in (scope, replace(scope, filter=None, owner_id=None)):
        chosen = asked(db, one, new)
        row = db.one(f"SELECT COUNT(*) FROM deal WHERE {chosen.sql}", chosen.params)
        counted.append(row[0] if row else 0)
    return counted[0] / counted[1] if counted[1] else 0.0
