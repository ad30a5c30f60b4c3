"""What a login message tells: what asks for attention, and what has happened since a moment. All of it from indexes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pipetui.core.change import moment_text
from pipetui.store.orders import CLOSED
from pipetui.store.pace import paces
from pipetui.store.windows import Scope, sight, stages

if TYPE_CHECKING:
    from pipetui.core.deal import Stage
    from pipetui.store.db import Database

SOON = 7
"""Days before its end from which a quote is about to expire, and after it in which an expired one is told."""


@dataclass(frozen=True, slots=True)
class Flags:
    """Deals and quotes that deserve a look."""

    stalled: int
    expiring: int
    """Sent quotes that end within some days."""
    expired: int
    """Quotes of open deals that ended unsigned within some days."""


@dataclass(slots=True)
class Closed:
    """Deals won or lost."""

    n: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    """Minor units by currency."""
    who: Counter[str] = field(default_factory=Counter)
    """Deals by the name of their owner; empty for nobody."""


@dataclass(frozen=True, slots=True)
class News:
    """What has happened since a moment."""

    new: int
    moves: int
    """From one open stage to another."""
    movers: Counter[str]
    won: Closed
    lost: Closed
    reviews: tuple[tuple[str, int], ...]
    """Who ended one, and with how many decisions."""


def flags(db: Database, scope: Scope) -> Flags:
    """Stalled deals in sight, and quotes about to end or just ended."""
    pace, stalled = paces(db), 0
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "open" and stage.id in pace:
            since = moment_text(scope.now - timedelta(days=pace[stage.id]))
            seen = sight(db, scope, stage).also("deal.stage_since < ?", since)
            stalled += _count(db, f"SELECT COUNT(*) FROM deal WHERE {seen.sql}", *seen.params)
    today, soon = scope.today.isoformat(), (scope.today + timedelta(days=SOON)).isoformat()
    past = (scope.today - timedelta(days=SOON)).isoformat()
    quotes = """SELECT COUNT(*) FROM quote JOIN deal ON deal.id = quote.deal_id JOIN stage ON stage.id = deal.stage_id
        WHERE deal.pipeline_id = ? AND deal.archived_at IS NULL AND stage.kind = 'open'"""
    expiring = f"{quotes} AND quote.status = 'sent' AND quote.valid_until >= ? AND quote.valid_until <= ?"
    ended = f"""{quotes} AND quote.status IN ('sent', 'expired')
        AND quote.valid_until >= ? AND quote.valid_until < ?"""
    return Flags(
        stalled,
        _count(db, expiring, scope.pipeline_id, today, soon),
        _count(db, ended, scope.pipeline_id, past, today),
    )


def news(db: Database, scope: Scope, since: datetime) -> News:
    """What has happened since a moment, by when it happened; archived deals are left out."""
    moment = moment_text(since)
    # What moved since then entered the stage it stands in since then, so that an index finds it.
    movers, won, lost = Counter[str](), Closed(), Closed()
    for stage in stages(db, scope.pipeline_id):
        if stage.kind == "open":
            for who, n in db.rows(
                _MOVED.format(test="deal.closed_at IS NULL AND deal.stage_since"), (stage.id, moment, moment)
            ):
                movers[who or ""] += n
        else:
            _add_closed(db, stage, moment, won if stage.kind == "won" else lost)
            for who, n in db.rows(_MOVED.format(test=CLOSED), (stage.id, moment, moment)):
                movers[who or ""] += n
    new = _count(
        db,
        "SELECT COUNT(*) FROM deal WHERE pipeline_id = ? AND archived_at IS NULL AND created_at >= ?",
        scope.pipeline_id,
        moment,
    )
    return News(new, movers.total(), movers, won, lost, _reviews(db, scope.pipeline_id, moment))


_MOVED = """SELECT member.name, COUNT(*) FROM deal JOIN visit ON visit.deal_id = deal.id
    JOIN stage ON stage.id = visit.next_stage_id AND stage.kind = 'open'
    LEFT JOIN member ON member.id = deal.owner_id
    WHERE deal.stage_id = ? AND deal.archived_at IS NULL AND {test} >= ? AND visit.left_at >= ? GROUP BY member.name"""


def _add_closed(db: Database, stage: Stage, moment: str, found: Closed) -> None:
    sql = f"""SELECT member.name, deal.currency, COUNT(*), COALESCE(SUM(deal.amount), 0) FROM deal
        LEFT JOIN member ON member.id = deal.owner_id
        WHERE deal.stage_id = ? AND deal.archived_at IS NULL AND {CLOSED} >= ? GROUP BY member.name, deal.currency"""
    for who, currency, n, minor in db.rows(sql, (stage.id, moment)):
        found.n += n
        found.who[who or ""] += n
        found.totals[currency] = found.totals.get(currency, 0) + minor


def _reviews(db: Database, pipeline_id: int, moment: str) -> tuple[tuple[str, int], ...]:
    sql = """SELECT member.name, (SELECT COUNT(*) FROM decision WHERE decision.review_id = review.id)
        FROM review LEFT JOIN member ON member.id = review.owner_id
        WHERE review.pipeline_id = ? AND review.ended_at >= ? ORDER BY review.id"""
    return tuple((who or "", n) for who, n in db.rows(sql, (pipeline_id, moment)))


def _count(db: Database, sql: str, *params: object) -> int:
    row = db.one(sql, params)
    return int(row[0]) if row else 0


def yesterday(today: date) -> date:
    """The day whose beginning a login message looks back to: the working day before."""
    return today - timedelta(days={0: 3, 6: 2}.get(today.weekday(), 1))
