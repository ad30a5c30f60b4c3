"""What a pipeline review reads: the open deals with what speaks for a look, and the pipeline as it was before."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.deal import Review
from pipetui.core.moment import local_day
from pipetui.core.pots import Exchange
from pipetui.core.review import Facts, Flow, Ranked, State, flow, ranked
from pipetui.store import book, search
from pipetui.store.pace import paces
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store
    from pipetui.store.windows import Scope

USUAL = 0.25
"""The chance of a deal before any is known."""


def last_review(store: Store, pipeline_id: int) -> Review | None:
    """The newest review of this member that came to its end."""
    held = [
        one
        for one in store.all(Review, pipeline_id=pipeline_id, owner_id=store.me)
        if one.ended_at is not None
    ]
    return max(held, key=lambda one: (str(one.ended_at), one.id), default=None)


def candidates(db: Database, scope: Scope, chances: Mapping[int, float]) -> list[Facts]:
    """The open deals of a scope that are not parked, each with all that a review asks; `chances` by open stage."""
    tests = [
        "deal.pipeline_id = ?", "stage.kind = 'open'", "deal.archived_at IS NULL", "deal.closed_at IS NULL",
        "(deal.parked_until IS NULL OR deal.parked_until <= ?)",
    ]  # fmt: skip
    params: list[Any] = [scope.pipeline_id, scope.today.isoformat()]
    if scope.owner_id is not None:
        tests.append("deal.owner_id = ?")
        params.append(scope.owner_id)
    if scope.filter is not None:
        asked = search.clause(db, scope.filter, scope.today, scope.now, scope.me)
        tests.append(asked.sql)
        params += asked.params
    sql = f"""SELECT deal.id, deal.title, organization.name, contact.name, deal.stage_id, deal.amount, deal.currency,
        deal.pinned_chance, deal.pinned_until, deal.stage_since, deal.expected_close, deal.next_due, deal.contact_id,
        COALESCE(contact.email, contact.phone, organization.email, organization.phone),
        (SELECT MIN(quote.sent_on) FROM quote WHERE quote.deal_id = deal.id AND quote.status = 'sent'),
        (SELECT MIN(quote.valid_until) FROM quote WHERE quote.deal_id = deal.id AND quote.status = 'sent'),
        (SELECT MAX(activity.done_at) FROM activity WHERE activity.deal_id = deal.id)
        FROM deal JOIN stage ON stage.id = deal.stage_id
        LEFT JOIN contact ON contact.id = deal.contact_id
        LEFT JOIN organization ON organization.id = deal.organization_id
        WHERE {" AND ".join(tests)}"""
    slow, pushed = paces(db), _pushes(db)
    return [_facts(row, scope, chances, slow, pushed) for row in db.rows(sql, tuple(params))]


def ranking(
    db: Database, scope: Scope, chances: Mapping[int, float], currency: str | None = None
) -> list[Ranked]:
    """The deals of a scope in the order of a review, their amounts compared in a currency, the store's without one."""
    exchange = Exchange(currency or book.currency(db), book.rates(db))
    return ranked(candidates(db, scope, chances), scope.today, exchange)


def _facts(
    row: Any, scope: Scope, chances: Mapping[int, float], slow: Mapping[int, int], pushed: Mapping[int, int]
) -> Facts:
    number, title, company, person, stage_id, amount, currency, pin, pin_until, since, close, due, contact = (
        row[:13]
    )
    reached, sent, until, done = row[13:]
    pinned = pin is not None and (pin_until is None or pin_until >= scope.today.isoformat())
    entered = datetime.fromisoformat(since)
    touched = max(entered, datetime.fromisoformat(done)) if done else entered
    return Facts(
        id=number,
        name=" – ".join(part for part in (company or person, title) if part),
        stage_id=stage_id,
        amount=amount,
        currency=currency,
        chance=pin / 100 if pinned else chances.get(stage_id, USUAL),
        days=max((scope.now - entered).days, 0),
        stalled_after=slow.get(stage_id),
        expected_close=_day(close),
        pushes=pushed.get(number, 0),
        next_due=_day(due),
        has_contact=contact is not None or person is not None or company is not None,
        reachable=reached is not None,
        quote_sent=_day(sent),
        quote_until=_day(until),
        touched=local_day(touched),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _pushes(db: Database) -> Counter[int]:
    """By deal: how often its closing date was put later, undone changes left aside."""
    found: Counter[int] = Counter()
    for number, before, after in db.rows(
        """SELECT journal.row_id, journal.before, journal.after FROM journal JOIN batch ON batch.id = journal.batch_id
            WHERE journal.table_name = 'deal' AND journal.before LIKE '%"expected_close":"%'
            AND journal.after LIKE '%"expected_close":"%' AND batch.kind = 'do' AND batch.undone = 0"""
    ):
        found[number] += json.loads(after)["expected_close"] > json.loads(before)["expected_close"]
    return found


def pipeline_flow(db: Database, pipeline_id: int, since: datetime, first: date, last: date) -> Flow:
    """How the open pipeline went from what it was at a moment to what it is, to the cent.

    What an import brought since then counts from the days it says. `first` and `last` are the local days of the
    opening and of today.
    """
    with db.reading():
        return _flow(db, pipeline_id, since, first, last)


def _flow(db: Database, pipeline_id: int, since: datetime, first: date, last: date) -> Flow:
    kinds = dict(db.rows("SELECT id, kind FROM stage"))
    names = (
        "id", "pipeline_id", "stage_id", "amount", "currency", "parked_until", "archived_at", "created_at", "closed_at",
    )  # fmt: skip
    opened = moment_text(since)
    select = f"SELECT {', '.join(names)} FROM deal"
    now = {
        row[0]: dict(zip(names, row, strict=True))
        for row in db.rows(f"{select} WHERE pipeline_id = ? AND closed_at IS NULL", (pipeline_id,))
    }
    touched, came = _touched(db, since)
    missing = sorted((touched.keys() | came) - now.keys())
    for which in among(missing):
        for row in db.rows(f"{select} WHERE {which.of('id')}", which.params):
            now[row[0]] = dict(zip(names, row, strict=True))
    before: dict[int, State | None] = {}
    after: dict[int, State | None] = {}
    for number in now.keys() | touched.keys() | came:
        there = now.get(number)
        after[number] = _state(there, pipeline_id, kinds) if there is not None else None
        if number in came:
            as_it_came = {**(there or {}), **touched.get(number, {})}
            old = as_it_came.get("created_at", opened) < opened
            before[number] = _imported(as_it_came, opened, pipeline_id, kinds) if old else None
        elif number in touched:
            earlier = {**(there or {}), **touched[number]}
            before[number] = _state(earlier, pipeline_id, kinds) if "stage_id" in earlier else None
        else:
            before[number] = after[number]
    return flow(before, after, first, last)


def _touched(db: Database, since: datetime) -> tuple[dict[int, dict[str, Any]], set[int]]:
    """Of the deals written since: the fields as they were, and those that were not there yet."""
    touched: dict[int, dict[str, Any]] = {}
    came: set[int] = set()
    for number, last_id, before, after in db.rows(
        """SELECT journal.row_id, journal.last_id, journal.before, journal.after FROM journal
            JOIN batch ON batch.id = journal.batch_id
            WHERE journal.table_name = 'deal' AND batch.at > ? ORDER BY journal.id DESC""",
        (moment_text(since),),
    ):
        if before is None and after is None:
            came.update(range(number, (last_id or number) + 1))
        else:
            came.discard(number)
            touched[number] = {**touched.get(number, {}), **json.loads(before or "{}")}
    return touched, came


def _imported(row: Mapping[str, Any], opened: str, pipeline_id: int, kinds: Mapping[int, Any]) -> State:
    """A deal that an import brought later with a date before: it counts from the day it happened."""
    state = _state(row, pipeline_id, kinds)
    still_open = row["closed_at"] is not None and row["closed_at"] >= opened
    return state._replace(kind="open") if still_open else state


def _state(row: Mapping[str, Any], pipeline_id: int, kinds: Mapping[int, Any]) -> State:
    return State(
        kinds[row["stage_id"]], row["pipeline_id"] == pipeline_id, row["amount"], row["currency"],
        _day(row["parked_until"]), row["archived_at"] is not None,
    )  # fmt: skip
