"""What the reports count, added up by the database: plain rows for the core, each by one statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.funnel import Tally
from pipetui.core.message import say_n
from pipetui.core.moment import local_day
from pipetui.core.money import Money
from pipetui.core.pots import Lot, Pot, Pots, pots, together
from pipetui.core.report import Behind, Key, Note
from pipetui.core.reports_pace import Came, Done
from pipetui.core.survival import Lasted
from pipetui.store import behind as sets
from pipetui.store import counts
from pipetui.store.clause import Clause, among
from pipetui.store.question import NARROWED, SIZES, Question, column, cut, instant
from pipetui.store.stays import STRIDE

if TYPE_CHECKING:
    from pipetui.store.db import Database

DAYS = {
    "sqlite": "(julianday(deal.closed_at) - julianday(deal.created_at))",
    "postgresql": """CAST(EXTRACT(EPOCH FROM CAST(deal.closed_at AS timestamptz)
        - CAST(deal.created_at AS timestamptz)) / 86400 AS double precision)""",
}
HOURS = {
    "sqlite": "CAST((julianday({0}) - julianday(visit.entered_at)) * 24 + 1e-6 AS INTEGER)",
    "postgresql": """CAST(FLOOR(EXTRACT(EPOCH FROM CAST({0} AS timestamptz) - CAST(visit.entered_at AS timestamptz))
        / 3600 + 1e-6) AS bigint)""",
}
"""Whole hours of a stay; what the engines say differently."""
PLACES = 1 << 32
"""Room for the number of a stage and one bit below the hours, in one whole number."""


def _kind(question: Question) -> Clause:
    """Won, lost or open."""
    sql, params = "CASE", list[Any]()
    for kind in ("won", "lost"):
        inside = among("deal.stage_id", question.of_kind(kind))
        sql, params = f"{sql} WHEN {inside.sql} THEN '{kind}'", [*params, *inside.params]
    return Clause(f"{sql} ELSE 'open' END", tuple(params))


TOLD: Mapping[str, Callable[[Question], Clause]] = {
    **NARROWED, "kind": _kind, "stage": column("stage_id"),
}  # fmt: skip
"""What deals are counted by."""


def names(question: Question) -> dict[str, dict[Key, str]]:
    """The names of everything deals are told apart by; few of each."""
    db = question.db

    def named(sql: str) -> dict[Key, str]:
        return dict(db.rows(sql))

    stages: dict[Key, str] = {stage.id: stage.name for stage in question.stages}
    owners = named("SELECT id, name FROM member ORDER BY name, id")
    return {
        "stage": stages,
        "owner": owners,
        "source": named("SELECT id, name FROM source ORDER BY name, id"),
        "reason": named("SELECT id, name FROM lost_reason ORDER BY name, id"),
        "segment": named("SELECT name, name FROM view WHERE segment = 1 ORDER BY name"),
        "size": _sizes(question),
    }


def _sizes(question: Question) -> dict[Key, str]:
    """The bands of amounts in words."""
    from pipetui.core.money import minor_digits

    unit = 10 ** max(minor_digits(question.exchange.currency) - 2, 0)
    digits = minor_digits(question.exchange.currency)
    edges = [f"{start * unit // 10 ** max(digits, 0) // 1000}k" for start in SIZES]
    found: dict[Key, str] = {0: f"< {edges[0]}"}
    found |= {at: f"{low}–{high}" for at, (low, high) in enumerate(pairwise(edges), 1)}
    return found | {len(edges): f"{edges[-1]}+"}


def groups(question: Question, of: Behind, by: Sequence[str], cycle: bool = False) -> Pots:
    """The deals behind a figure, counted by what tells them apart; `cycle` adds how long they took."""
    chosen = sets.clause(question, of)
    told = [TOLD[name](question) for name in by]
    foreign = among("deal.currency", question.exchange.foreign())
    each = Clause(f"CASE WHEN {foreign.sql} THEN deal.amount END", foreign.params)
    more = f", COALESCE(SUM({DAYS[question.db.dialect]}), 0), COUNT(deal.closed_at)" if cycle else ""
    columns = [*told, Clause("deal.currency"), each]
    sql = f"""SELECT {", ".join(one.sql for one in columns)},
        COUNT(*), COUNT(deal.amount), COALESCE(SUM(deal.amount), 0){more}
        FROM deal WHERE {chosen.sql} GROUP BY {", ".join(str(at + 1) for at in range(len(columns)))}"""
    params = [value for one in columns for value in one.params]
    rows = question.db.rows(sql, (*params, *chosen.params))
    size = len(told)
    return pots(((tuple(row[:size]), Lot(*row[size:])) for row in rows), question.exchange)


def one(question: Question, of: Behind, cycle: bool = False) -> Pot:
    """All the deals behind a figure."""
    return together(groups(question, of, (), cycle).values())


def count(question: Question, of: Behind) -> int:
    """How many deals stand behind a figure."""
    chosen = sets.clause(question, of)
    row = question.db.one(f"SELECT COUNT(*) FROM deal WHERE {chosen.sql}", chosen.params)
    return row[0] if row else 0


# The way through the stages


def tallies(question: Question) -> list[tuple[str, Tally]]:
    """Deals by cohort, by where they stand and how far they came; archived ones too."""
    scope = question.scope
    if scope.whole and not question.cohorts and question.period.start is None:
        return [("", some) for some in counts.tallies(question.db, scope)]
    chosen, cohort = sets.clause(question, Behind("cohort")), NARROWED["cohort"](question)
    sql = f"""SELECT {cohort.sql}, deal.stage_id, COALESCE(deal.furthest_id, 0), deal.history_known,
        CASE WHEN deal.archived_at IS NULL THEN 0 ELSE 1 END, '', COUNT(*), 0, 0
        FROM deal WHERE {chosen.sql} GROUP BY 1, 2, 3, 4, 5"""
    rows = question.db.rows(sql, (*cohort.params, *chosen.params))
    return [(name, Tally(*values)) for name, *values in rows]


def ways(question: Question) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int, int], int]]:
    """How many deals stood in each stage, and how many went from each to each, by cohort.

    Deals that went the same way are counted together: one pass over the stays, in the order of their deals.
    """
    chosen, cohort = sets.clause(question, Behind("known")), NARROWED["cohort"](question)
    step = "visit.stage_id || '>' || COALESCE(visit.next_stage_id, 0)"
    way = {"sqlite": f"group_concat({step})", "postgresql": f"string_agg({step}, ',')"}[question.db.dialect]
    rows = question.db.rows(
        f"""SELECT {cohort.sql}, trail.way, COUNT(*)
        FROM (SELECT visit.deal_id, {way} AS way FROM visit GROUP BY visit.deal_id) trail
        JOIN deal ON deal.id = trail.deal_id WHERE {chosen.sql} GROUP BY 1, 2""",
        (*cohort.params, *chosen.params),
    )
    stood, went = Counter[tuple[str, int]](), Counter[tuple[str, int, int]]()
    for name, trail, n in rows:
        steps = {tuple(map(int, one.split(">"))) for one in trail.split(",")}
        for stage in {stage for stage, _ in steps}:
            stood[name, stage] += n
        for stage, to in steps:
            if to:
                went[name, stage, to] += n
    return stood, went


def lasted(question: Question) -> dict[int, list[Lasted]]:
    """Stays by stage and whole hours; those that go on until now, or until their deal was archived.

    What tells them apart is one number, and SQLite counts some stays at a time: it would sort all of them.
    """
    chosen, now, db = sets.stays(question), moment_text(question.scope.now), question.db
    hours = HOURS[db.dialect].format(f"COALESCE(visit.left_at, deal.archived_at, '{now}')")
    code = f"{hours} * {PLACES} + visit.stage_id * 2 + CASE WHEN visit.left_at IS NULL THEN 0 ELSE 1 END"
    sql = f"""SELECT {code}, COUNT(*) FROM visit JOIN deal ON deal.id = visit.deal_id
        WHERE {chosen.sql} AND visit.id BETWEEN ? AND ? GROUP BY 1"""
    last = db.one("SELECT COALESCE(MAX(id), 0) FROM visit")
    end = last[0] if last else 0
    counted = Counter[int]()
    step = STRIDE if db.dialect == "sqlite" else end + 1
    for start in range(1, end + 1, step):
        for packed, n in db.rows(sql, (*chosen.params, start, start + step - 1)):
            counted[packed] += n
    found: dict[int, list[Lasted]] = {}
    for packed, n in counted.items():
        lasted, rest = divmod(packed, PLACES)
        found.setdefault(rest // 2, []).append(Lasted(max(lasted, 0), n, bool(rest % 2)))
    return found


# What was done


def activities(question: Question, by: str) -> tuple[dict[Key, Done], Done]:
    """What was done in the period for deals, by kind, who did it, or week; and all of it."""
    won = by != "week"
    kinds = done_by(question, by)
    deals = _counted(question, by, "COUNT(DISTINCT activity.deal_id)")
    on_won = _counted(question, by, "COUNT(*)", on_won=True) if won else {}
    found = {key: Done(n, deals.get(key, 0), on_won.get(key, 0) if won else None) for key, n in kinds.items()}
    if won:
        found |= {key: Done(0, 0, n) for key, n in on_won.items() if key not in found}
    row = _counted(question, "", "COUNT(DISTINCT activity.deal_id)")
    whole_on_won = sum(_counted(question, "", "COUNT(*)", on_won=True).values())
    return found, Done(sum(kinds.values()), row.get(None, 0), whole_on_won)


def done(question: Question) -> int:
    """How many activities were done in the period."""
    return done_by(question, "").get(None, 0)


def done_by(question: Question, by: str) -> dict[Key, int]:
    """The same, by kind, who did it, or week."""
    return _counted(question, by, "COUNT(*)")


def _counted(question: Question, by: str, what: str, on_won: bool = False) -> dict[Key, int]:
    doing = sets.doing(question, {}, timed=not on_won)
    chosen = sets.clause(question, Behind("won")) if on_won else question.lively
    if by == "week":
        return _by_week(question, what, doing, chosen)
    told = {"": "NULL", "kind": "activity.kind", "doer": "activity.owner_id"}[by]
    sql = f"""SELECT {told}, {what} FROM activity JOIN deal ON deal.id = activity.deal_id
        WHERE {doing.sql} AND {chosen.sql}"""
    rows = question.db.rows(f"{sql} GROUP BY 1" if by else sql, (*doing.params, *chosen.params))
    return {key: n for key, n in rows if n}


def _by_week(question: Question, what: str, doing: Clause, chosen: Clause) -> dict[Key, int]:
    """By the Monday of each local week."""
    source = "FROM activity JOIN deal ON deal.id = activity.deal_id"
    where = f"WHERE {doing.sql} AND {chosen.sql}"
    params = (*doing.params, *chosen.params)
    ends = question.db.one(f"SELECT MIN(activity.done_at), MAX(activity.done_at) {source} {where}", params)
    if not ends or not ends[0]:
        return {}
    first, last = (local_day(datetime.fromisoformat(text)) for text in ends)
    monday, weeks = first - timedelta(days=first.weekday()), []
    while monday <= last:
        weeks.append(monday)
        monday += timedelta(days=7)
    told = cut("activity.done_at", [(instant(week + timedelta(days=7)), week.isoformat()) for week in weeks])
    sql = f"SELECT {told.sql}, {what} {source} {where} GROUP BY 1"
    found = dict(question.db.rows(sql, (*told.params, *params)))
    return {week.isoformat(): found.get(week.isoformat(), 0) for week in weeks}


def loose(question: Question) -> int:
    """Activities done in the period that are for no deal."""
    then = sets.doing(question, {})
    row = question.db.one(
        f"SELECT COUNT(*) FROM activity WHERE activity.deal_id IS NULL AND {then.sql}", then.params
    )
    return row[0] if row else 0


def quotes(question: Question, of: str) -> int:
    """Quotes sent, or signed, in the period."""
    column, more = ("sent_on", "1 = 1") if of == "quoted" else ("decided_on", "quote.status = 'signed'")
    then, chosen = question.within(f"quote.{column}", days=True), question.lively
    sql = f"""SELECT COUNT(*) FROM quote JOIN deal ON deal.id = quote.deal_id
        WHERE quote.{column} IS NOT NULL AND {more} AND {then.sql} AND {chosen.sql}"""
    row = question.db.one(sql, (*then.params, *chosen.params))
    return row[0] if row else 0


# What was spent


def spent(question: Question) -> tuple[dict[Key, int], list[Note]]:
    """What was spent in the period by source, and what had no rate."""
    then = question.within("spent_on", days=True)
    rows = question.db.rows(
        f"SELECT source_id, currency, amount, COUNT(*) FROM spending WHERE {then.sql} GROUP BY 1, 2, 3",
        then.params,
    )
    found: dict[Key, int] = {}
    missing: dict[str, list[int]] = {}
    for source, currency, amount, n in rows:
        worth = question.exchange.of(amount, currency)
        if worth is None:
            missing.setdefault(currency, []).extend([amount] * n)
        else:
            found[source] = found.get(source, 0) + worth * n
    notes = [
        Note(
            say_n(
                "{n} expense in {currency} has no rate: {money} left out.",
                "{n} expenses in {currency} have no rate: {money} left out.",
                len(some), currency=code, money=Money(sum(some), code),
            )
        )
        for code, some in sorted(missing.items())
    ]  # fmt: skip
    return found, notes


# What came


def came(question: Question, days: float, pasts: int) -> list[Came]:
    """The wins in each of the latest periods of so many days, the newest first; none before the first deal."""
    now = question.scope.now
    won = among("visit.next_stage_id", question.of_kind("won"))
    own, start = question.own, now - timedelta(days=days * pasts)
    rows = question.db.rows(
        f"""SELECT visit.deal_id, visit.left_at FROM visit JOIN deal ON deal.id = visit.deal_id
        WHERE visit.left_at > ? AND visit.left_at <= ? AND {won.sql} AND deal.history_known = 1 AND {own.sql}""",
        (moment_text(start), moment_text(now), *won.params, *own.params),
    )
    first = _first(question.db, own)
    places: list[set[int]] = [set() for _ in range(pasts)]
    for deal, left in rows:
        ago = (now - datetime.fromisoformat(left)) / timedelta(days=days)
        places[min(int(ago), pasts - 1)].add(deal)
    found = []
    for at, deals in enumerate(places):
        since = now - timedelta(days=days * (at + 1))
        if first is not None and since + timedelta(days=days) > first:
            found.append(Came(since, since + timedelta(days=days), len(deals)))
    return found


def _first(db: Database, own: Clause) -> datetime | None:
    row = db.one(f"SELECT MIN(deal.created_at) FROM deal WHERE {own.sql}", own.params)
    return datetime.fromisoformat(row[0]) if row and row[0] else None
