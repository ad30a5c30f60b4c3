"""The deals behind a figure of a report: each set of deals as a condition, and what narrows it.

The reports count with the same conditions, so that a figure and its list cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipetui.core.change import moment_text
from pipetui.core.moment import midnight
from pipetui.core.report import Behind, Key
from pipetui.store.clause import ALWAYS, NEVER, Clause, among, both, equal
from pipetui.store.orders import AMOUNT, CLOSED
from pipetui.store.question import NARROWED, Question, instant

AWAKE = "(deal.parked_until IS NULL OR deal.parked_until <= ?)"


def clause(question: Question, behind: Behind) -> Clause:
    """Which deals stand behind a figure."""
    if behind.period is not None:
        question = question.shifted(behind.period)
    keys = dict(behind.where)
    found = SETS[behind.of](question, keys)
    for name, value in keys.items():
        if name in NARROWED:
            more = equal(NARROWED[name](question), value)
            found = found.also(more.sql, *more.params)
    return found


def numbers(question: Question, behind: Behind) -> list[int]:
    """The deals behind a figure, the largest amounts first."""
    found = clause(question, behind)
    sql = f"SELECT deal.id FROM deal WHERE {found.sql} ORDER BY {AMOUNT} DESC, deal.id"
    return [number for (number,) in question.db.rows(sql, found.params)]


# The sets

Keys = Mapping[str, Key]


def _closed(*kinds: str) -> Callable[[Question, Keys], Clause]:
    """Closed in the period, as the board shows them: a filter on the closing date takes its place."""

    def of(question: Question, keys: Keys) -> Clause:
        found = both(question.lively, among("deal.stage_id", question.of_kind(*kinds)))
        if question.period.start is not None and not question.scope.asks("closed"):
            found = both(found, question.within(CLOSED))
        return _segment(question, found, keys)

    return of


def _segment(question: Question, found: Clause, keys: Keys) -> Clause:
    """Those a saved filter lets through."""
    if "segment" not in keys:
        return found
    row = question.db.one("SELECT query FROM view WHERE name = ? AND segment = 1", (keys["segment"],))
    return both(found, filtered(question, str(row[0]))) if row else Clause(NEVER)


def filtered(question: Question, query: str) -> Clause:
    """What a line of the filter language asks for. Raises Invalid."""
    from pipetui.core.query import parse
    from pipetui.store import search

    scope = question.scope
    return search.clause(
        question.db, parse(query, scope.today, question.fiscal_month), scope.today, scope.now, scope.me
    )


def _new(question: Question, keys: Keys) -> Clause:
    return both(question.lively, question.within("deal.created_at"))


def _open(question: Question, keys: Keys) -> Clause:
    """Open now and in sight, as the board shows them."""
    found = both(question.lively, Clause("deal.closed_at IS NULL"))
    if "stage" in keys:
        found = found.also("deal.stage_id = ?", keys["stage"])
    found = both(found, among("deal.stage_id", question.of_kind("open")))
    if not question.scope.asks("parked"):
        found = found.also(AWAKE, question.scope.today.isoformat())
    return found


def _standing(question: Question, keys: Keys) -> Clause:
    """Open when the period ended, as far as creation and closing tell."""
    end = question.period.end
    moment = moment_text(midnight(end)) if end else moment_text(question.scope.now)
    found = both(question.lively, Clause("deal.created_at < ?", (moment,)))
    going = among("deal.stage_id", question.of_kind("open"))
    open_then = f"(({going.sql}) AND deal.closed_at IS NULL) OR deal.closed_at >= ?"
    found = found.also(f"({open_then})", *going.params, moment)
    day = (end or question.scope.today).isoformat()
    return found.also(AWAKE, day)


def _flagged(word: str) -> Callable[[Question, Keys], Clause]:
    return lambda question, keys: both(_open(question, keys), filtered(question, f"is:{word}"))


# The funnel counts archived deals too: they are as much experience as the others.


def _cohorted(question: Question, keys: Keys) -> Clause:
    return both(question.own, question.within("deal.created_at"))


def _known(question: Question, keys: Keys) -> Clause:
    """With a history that tells how far they came."""
    lost = [stage.id for stage in question.stages if stage.kind == "lost"]
    every = among("deal.furthest_id", [stage.id for stage in question.stages])
    unclear = both(among("deal.stage_id", lost), Clause(f"(({every.sql}) IS NOT TRUE)", every.params))
    found = _cohorted(question, keys).also("deal.history_known = 1")
    return found.also(f"NOT ({unclear.sql})", *unclear.params)


def _untold(question: Question, keys: Keys) -> Clause:
    known = _known(question, keys)
    return _cohorted(question, keys).also(f"NOT ({known.sql})", *known.params)


def _past(question: Question, place: int, further: bool) -> Clause:
    """Came to a place among the stages, or further than it: won, or as far as any stage it stood in or stands in."""
    stages = question.stages
    beyond = [one for one in stages if (one.position > place if further else one.position >= place)]
    reached = among("deal.furthest_id", [one.id for one in beyond])
    here = among("deal.stage_id", [one.id for one in beyond if one.kind == "open"])
    won = among("deal.stage_id", [one.id for one in stages if one.kind == "won"])
    # Compared with nothing, what is nowhere would be neither here nor elsewhere.
    sql = f"(({reached.sql}) IS TRUE OR ({here.sql}) OR ({won.sql}))"
    return Clause(sql, (*reached.params, *here.params, *won.params))


def _place(question: Question, keys: Keys) -> int:
    return next(stage.position for stage in question.stages if stage.id == keys["stage"])


def _reached(question: Question, keys: Keys) -> Clause:
    return both(_known(question, keys), _past(question, _place(question, keys), further=False))


def _advanced(question: Question, keys: Keys) -> Clause:
    return both(_known(question, keys), _past(question, _place(question, keys), further=True))


def _ended_here(kind: str) -> Callable[[Question, Keys], Clause]:
    """Reached the stage and no later one, and were lost, or are open still."""

    def of(question: Question, keys: Keys) -> Clause:
        stages = [stage.id for stage in question.stages if stage.kind == kind]
        further = _past(question, _place(question, keys), further=True)
        here = both(_reached(question, keys), among("deal.stage_id", stages))
        return here.also(f"NOT ({further.sql})", *further.params)

    return of


def _ended(question: Question, keys: Keys) -> Clause:
    stages = [stage.id for stage in question.stages if stage.kind == keys["kind"]]
    return both(_known(question, keys), among("deal.stage_id", stages))


def _visit(more: str, *params: Any) -> Clause:
    return Clause(f"EXISTS (SELECT 1 FROM visit WHERE visit.deal_id = deal.id AND {more})", params)


def _skipped(question: Question, keys: Keys) -> Clause:
    stood = _visit("visit.stage_id = ?", keys["stage"])
    return _reached(question, keys).also(f"NOT {stood.sql}", *stood.params)


def _went(question: Question, keys: Keys) -> Clause:
    way = _visit("visit.stage_id = ? AND visit.next_stage_id = ?", keys["stage"], keys["to"])
    return both(_known(question, keys), way)


def _stored(question: Question, keys: Keys) -> Clause:
    return _known(question, keys).also("deal.archived_at IS NOT NULL")


# Stays


def stays(question: Question) -> Clause:
    """Stays that began in the period, of deals whose history is known: over, or of deals that are there still."""
    there = "(visit.left_at IS NOT NULL OR deal.stage_id = visit.stage_id)"
    return both(question.own, question.within("visit.entered_at")).also(f"deal.history_known = 1 AND {there}")


def _stays(more: str) -> Callable[[Question, Keys], Clause]:
    def of(question: Question, keys: Keys) -> Clause:
        began = question.within("visit.entered_at")
        there = "(visit.left_at IS NOT NULL OR deal.stage_id = visit.stage_id)"
        found = _visit(
            f"visit.stage_id = ? AND {more} AND {there} AND {began.sql}", keys["stage"], *began.params
        )
        return both(question.own, found).also("deal.history_known = 1")

    return of


def _shown(question: Question, keys: Keys) -> Clause:
    """Left a stage last with all it asks for shown, or without, as `store.evidence` counts them."""
    from pipetui.core.evidence import asked_by
    from pipetui.store.evidence import criteria

    own = [one.id for one in asked_by(int(keys["stage"] or 0), criteria(question.db))]
    mine = among("evidence.criterion_id", own)
    since = question.db.one(f"SELECT MIN(ticked_at) FROM evidence WHERE {mine.sql}", mine.params)
    if since is None or since[0] is None:
        return Clause(NEVER)
    sql = f"""SELECT visit.deal_id FROM visit WHERE visit.stage_id = ? AND visit.left_at >= ?
        AND visit.next_stage_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM visit later
            WHERE later.deal_id = visit.deal_id AND later.stage_id = visit.stage_id AND later.id <> visit.id
            AND (later.left_at IS NULL OR later.left_at > visit.left_at
                OR (later.left_at = visit.left_at AND later.id > visit.id)))
        AND (SELECT COUNT(*) FROM evidence WHERE evidence.deal_id = visit.deal_id AND {mine.sql}
            AND evidence.ticked_at <= visit.left_at) {">=" if keys["met"] else "<"} ?"""
    params = (keys["stage"], since[0], *mine.params, len(own))
    found = question.lively.also(f"deal.history_known = 1 AND deal.id IN ({sql})", *params)
    if outcome := keys.get("outcome"):
        found = both(found, among("deal.stage_id", question.of_kind(str(outcome))))
    return found


# What was done


def doing(question: Question, keys: Keys, timed: bool = True) -> Clause:
    """Conditions on activities."""
    found = question.within("activity.done_at") if timed else Clause(ALWAYS)
    found = found.also("activity.done_at IS NOT NULL")
    for name, field in (("kind", "kind"), ("doer", "owner_id")):
        if name in keys:
            one = equal(Clause(f"activity.{field}"), keys[name])
            found = found.also(one.sql, *one.params)
    if "week" in keys:
        start = date.fromisoformat(str(keys["week"]))
        found = found.also(
            "activity.done_at >= ? AND activity.done_at < ?",
            instant(start),
            instant(start + timedelta(days=7)),
        )
    return found


def _active(question: Question, keys: Keys) -> Clause:
    found = doing(question, keys)
    own = f"SELECT activity.deal_id FROM activity WHERE activity.deal_id IS NOT NULL AND {found.sql}"
    return question.lively.also(f"deal.id IN ({own})", *found.params)


def _worked(question: Question, keys: Keys) -> Clause:
    """Deals won in the period for which something was done, whenever."""
    found = doing(question, keys, timed=False)
    own = f"SELECT activity.deal_id FROM activity WHERE activity.deal_id IS NOT NULL AND {found.sql}"
    return _closed("won")(question, {}).also(f"deal.id IN ({own})", *found.params)


def _quoted(column: str, more: str = ALWAYS) -> Callable[[Question, Keys], Clause]:
    def of(question: Question, keys: Keys) -> Clause:
        then = question.within(f"quote.{column}", days=True)
        own = f"SELECT quote.deal_id FROM quote WHERE quote.{column} IS NOT NULL AND {more} AND {then.sql}"
        return question.lively.also(f"deal.id IN ({own})", *then.params)

    return of


def _signed(question: Question, keys: Keys) -> Clause:
    """Won after one moment and not after another, as the stays tell it."""
    since, until = (
        moment_text(datetime.fromisoformat(str(keys[name])).astimezone(UTC)) for name in ("since", "until")
    )
    won = among("visit.next_stage_id", question.of_kind("won"))
    found = _visit(f"{won.sql} AND visit.left_at > ? AND visit.left_at <= ?", *won.params, since, until)
    return both(question.own, found).also("deal.history_known = 1")


SETS: Mapping[str, Callable[[Question, Keys], Clause]] = {
    "new": _new, "won": _closed("won"), "lost": _closed("lost"), "closed": _closed("won", "lost"),
    "open": _open, "standing": _standing, "stalled": _flagged("stalled"), "without": _flagged("none"),
    "cohort": _cohorted, "known": _known, "untold": _untold, "reached": _reached, "advanced": _advanced,
    "fell": _ended_here("lost"), "stands": _ended_here("open"), "skipped": _skipped, "went": _went, "ended": _ended,
    "stored": _stored, "stayed": _stays(ALWAYS), "left": _stays("visit.left_at IS NOT NULL"),
    "staying": _stays("visit.left_at IS NULL"), "active": _active, "worked": _worked, "signed": _signed,
    "quoted": _quoted("sent_on"), "shown": _shown, "accepted": _quoted("decided_on", "quote.status = 'signed'"),
}  # fmt: skip
"""The sets of deals that figures count."""
