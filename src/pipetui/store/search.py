"""The filter language as SQL: the same meaning as `core.query.matches`, decided by the database deal by deal.

Names of stages, owners, sources, reasons and tags are few: they are compared here, and the SQL has their numbers.
Titles, companies and contacts are many: they are looked for in `deal_search`, where each has a line of its own. Along
an index of a column this needs no index of words: a page of 100,000 deals takes milliseconds for a rare word too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.moment import Period, midnight
from pipetui.core.money import Money
from pipetui.core.query import And, Expr, Not, Op, Term, Value, Word
from pipetui.core.text import fold
from pipetui.store.clause import Clause
from pipetui.store.pace import paces

if TYPE_CHECKING:
    from pipetui.store.db import Database

LARGEST = 2**63 - 1
FIRST_YEAR = 1000
"""Years before it are no four digits and would not sort as text."""
NEVER, ALWAYS = "1 = 0", "1 = 1"
LINES = {"title": 1, "org": 2, "contact": 3}
"""Where the words of a deal have these fields."""
PINNED = "deal.pinned_chance IS NOT NULL AND (deal.pinned_until IS NULL OR deal.pinned_until >= ?)"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, of which store, and when."""

    db: Database
    today: date
    now: datetime
    me: int | None


def clause(db: Database, expr: Expr, today: date, now: datetime, me: int | None) -> Clause:
    """The condition that an expression means. Reads the names it mentions."""
    asker = Asker(db, today, now, me)
    parts = [_part(asker, part) for part in expr.parts]
    return _joined(" AND ", parts) if parts else Clause(ALWAYS)


def speaks_of(expr: Expr, word: str) -> bool:
    """Whether an expression has a term with this field, or with this word after `is:`."""
    inner = [part.inner if isinstance(part, Not) else part for part in expr.parts]
    terms = [term for term in inner if isinstance(term, Term)]
    return any(term.field == word or (term.field == "is" and word in term.values) for term in terms)


def _part(asker: Asker, part: And | Not | Term | Word) -> Clause:
    if isinstance(part, Not):
        inner = _part(asker, part.inner)
        # A comparison with nothing is neither true nor false to a database: its opposite holds.
        return Clause(f"({inner.sql}) IS NOT TRUE", inner.params)
    if isinstance(part, Word):
        return _found(asker, "deal_search.text", part.text)
    if isinstance(part, And):
        return clause(asker.db, part, asker.today, asker.now, asker.me)
    return _joined(" OR ", [_term(asker, part, value) for value in part.values])


def _joined(word: str, clauses: Iterable[Clause]) -> Clause:
    several = list(clauses)
    sql = word.join(f"({one.sql})" for one in several)
    return Clause(f"({sql})", tuple(value for one in several for value in one.params))


def _term(asker: Asker, term: Term, value: Value) -> Clause:
    if term.field == "is":
        return _flag(asker, str(value))
    if term.field == "tag":
        return _tag(asker, value)
    if value is None:
        return _unknown(asker, term)
    if term.field in LINES:
        return _found(asker, _line(asker, LINES[term.field]), str(value))
    if isinstance(value, Period):
        return in_time(term, value)
    if term.field == "changed":
        return _since_review(asker)
    if isinstance(value, str):
        return _named(asker, term, value)
    return _number(asker, term, value)


def _found(asker: Asker, where: str, word: str) -> Clause:
    """A word in the words of the deal, or in one line of them."""
    find = _find(asker)
    own = "SELECT 1 FROM deal_search WHERE deal_search.deal_id = deal.id"
    found = Clause(f"{find}(deal_search.text, ?) > 0", (word,))
    if where != "deal_search.text":
        found = found.also(f"{find}({where}, ?) > 0", word)
    return Clause(f"EXISTS ({own} AND {found.sql})", found.params)


def _find(asker: Asker) -> str:
    """The engine's word for where one text begins in another."""
    return "instr" if asker.db.dialect == "sqlite" else "strpos"


def _line(asker: Asker, number: int) -> str:
    """One line of the words of a deal."""
    find, rest = _find(asker), "(deal_search.text || '\n')"
    for _ in range(number - 1):
        rest = f"substr({rest}, {find}({rest}, '\n') + 1)"
    return f"substr({rest}, 1, {find}({rest}, '\n') - 1)"


CHANGED = """(SELECT COALESCE(MAX(batch.at), deal.created_at) FROM journal JOIN batch ON batch.id = journal.batch_id
    WHERE journal.deal_id = deal.id)"""
"""The moment of the last change; of an imported deal that nobody touched, its own beginning."""
_COLUMNS = {
    "stage": "deal.stage_id", "pipeline": "deal.pipeline_id", "owner": "deal.owner_id", "source": "deal.source_id",
    "reason": "deal.lost_reason_id", "org": "deal.organization_id", "contact": "deal.contact_id",
    "amount": "deal.amount", "close": "deal.expected_close", "created": "deal.created_at", "closed": "deal.closed_at",
    "next": "deal.next_due", "changed": CHANGED,
}  # fmt: skip
_TABLES = {"stage": "stage", "pipeline": "pipeline", "source": "source", "reason": "lost_reason"}
_MOMENTS = ("created", "closed", "changed")
_OPERATORS: dict[Op, str] = {":": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _unknown(asker: Asker, term: Term) -> Clause:
    """The field says nothing."""
    if term.field == "title":
        return Clause("deal.title = ''")
    if term.field == "chance":
        return Clause(f"({PINNED}) IS NOT TRUE", (asker.today.isoformat(),))
    return Clause(NEVER if term.field == "age" else f"{_COLUMNS[term.field]} IS NULL")


def _since_review(asker: Asker) -> Clause:
    """Changed since the last review of who asks came to its end; all deals before there was one."""
    held = asker.db.one("SELECT MAX(ended_at) FROM review WHERE owner_id = ?", (asker.me,))
    return Clause(f"{CHANGED} > ?", (held[0],)) if held and held[0] else Clause(ALWAYS)


def _named(asker: Asker, term: Term, value: str) -> Clause:
    """The beginning of the name of a stage, a source...; any part of the name of an owner, who also has a login."""
    if term.field == "owner":
        if value in ("me", "moi"):
            return Clause(NEVER) if asker.me is None else Clause("deal.owner_id = ?", (asker.me,))
        members = asker.db.rows("SELECT id, name, login FROM member")
        return _among(
            "deal.owner_id", [number for number, *names in members if value in fold(" ".join(names))]
        )
    named = asker.db.rows(f"SELECT id, name FROM {_TABLES[term.field]}")
    return _among(_COLUMNS[term.field], _beginning(named, value))


def _beginning(named: Iterable[Sequence[Any]], value: str) -> list[int]:
    return [number for number, name in named if fold(name).startswith(value)]


def _among(column: str, numbers: Sequence[int]) -> Clause:
    if not numbers:
        return Clause(NEVER)
    return Clause(f"{column} IN ({', '.join('?' * len(numbers))})", tuple(numbers))


def _tag(asker: Asker, value: Value) -> Clause:
    own = "SELECT 1 FROM tagging WHERE tagging.subject = 'deal' AND tagging.subject_id = deal.id"
    if value is None:
        return Clause(f"NOT EXISTS ({own})")
    # The sign keeps SQLite from reading all that carries the tag for every deal.
    tags = _among("+tagging.tag_id", _beginning(asker.db.rows("SELECT id, name FROM tag"), str(value)))
    return Clause(f"EXISTS ({own} AND {tags.sql})", tags.params)


def in_time(term: Term, asked: Period) -> Clause:
    """A day in a period, before or after it; moments by the local midnights of its ends."""
    column, edge = _COLUMNS[term.field], _midnight if term.field in _MOMENTS else date.isoformat
    known = Clause(f"{column} IS NOT NULL")
    if asked.start and term.op in (":", "<", ">="):
        known = known.also(f"{column} {'<' if term.op == '<' else '>='} ?", edge(asked.start))
    elif term.op == "<":
        return Clause(NEVER)
    if asked.end and term.op in (":", ">", "<="):
        known = known.also(f"{column} {'>=' if term.op == '>' else '<'} ?", edge(asked.end))
    elif term.op == ">":
        return Clause(NEVER)
    return known


def _midnight(day: date) -> str:
    return moment_text(midnight(day)) if day.year > FIRST_YEAR else ""


def _number(asker: Asker, term: Term, value: Decimal | int) -> Clause:
    if term.field == "amount":
        return _amount(asker, term.op, Decimal(value))
    if term.field == "age":
        return _age(asker, term.op, int(value))
    asked = f"{PINNED} AND deal.pinned_chance {_OPERATORS[term.op]} ?"
    return Clause(asked, (asker.today.isoformat(), _bounded(int(value))))


def _amount(asker: Asker, op: Op, value: Decimal) -> Clause:
    """Major units become the minor units of each currency there is."""
    by_digits: dict[int, list[str]] = {}
    for (currency,) in asker.db.rows("SELECT DISTINCT currency FROM tally"):
        by_digits.setdefault(Money(0, currency).digits, []).append(currency)
    if not by_digits:
        return Clause(NEVER)
    return _joined(" OR ", [_minor(op, value.scaleb(digits), names) for digits, names in by_digits.items()])


def _minor(op: Op, value: Decimal, currencies: list[str]) -> Clause:
    """The same comparison with a whole number."""
    if op == ":" and value != floor(value):
        return Clause(NEVER)
    whole = ceil(value) if op in ("<", ">=") else floor(value)
    mine = Clause(f"deal.amount {_OPERATORS[op]} ?", (_bounded(whole),))
    return mine.also(f"deal.currency IN ({', '.join('?' * len(currencies))})", *currencies)


def _bounded(number: int) -> int:
    """Within what an engine can compare with; nothing in a store lies beyond."""
    return max(-LARGEST, min(number, LARGEST))


def _age(asker: Asker, op: Op, days: int) -> Clause:
    """Whole days in the stage: `age>30` begins with the 31st."""
    if op == ":":
        return _joined(" AND ", [_age(asker, ">=", days), _age(asker, "<=", days)])
    began = days + 1 if op in (">", "<=") else days
    return Clause(f"deal.stage_since {'<=' if op in ('>', '>=') else '>'} ?", (_ago(asker.now, began),))


def _ago(now: datetime, days: int) -> str:
    """The moment so many days ago; the empty text, before all moments, when no calendar has it."""
    if days > (now.year - FIRST_YEAR - 1) * 365:
        return ""
    return moment_text(now - timedelta(days=days))


def _flag(asker: Asker, flag: str) -> Clause:
    if flag == "archived":
        return Clause("deal.archived_at IS NOT NULL")
    if flag == "pinned":
        return Clause(PINNED, (asker.today.isoformat(),))
    kinds = {"won": ("won",), "lost": ("lost",), "closed": ("won", "lost")}.get(flag, ("open",))
    stages = asker.db.rows("SELECT id, kind FROM stage")
    standing = _among("deal.stage_id", [number for number, kind in stages if kind in kinds])
    if flag in ("open", "won", "lost", "closed"):
        return standing
    if flag == "orphaned":
        return standing.also("deal.owner_id IN (SELECT id FROM member WHERE retired_at IS NOT NULL)")
    day = asker.today.isoformat()
    if flag == "parked":
        return standing.also("deal.parked_until > ?", day)
    asked = _ASKING[flag](asker)
    awake = standing.also("(deal.parked_until IS NULL OR deal.parked_until <= ?)", day)
    return awake.also(asked.sql, *asked.params)


def _stalled(asker: Asker) -> Clause:
    """Longer in its stage than the pace of the stage."""
    older = [
        Clause("deal.stage_id = ? AND deal.stage_since < ?", (stage_id, _ago(asker.now, days)))
        for stage_id, days in paces(asker.db).items()
    ]
    return _joined(" OR ", older) if older else Clause(NEVER)


_ASKING: dict[str, Callable[[Asker], Clause]] = {
    "stalled": _stalled,
    "late": lambda asker: Clause("deal.next_due < ?", (asker.today.isoformat(),)),
    "today": lambda asker: Clause("deal.next_due = ?", (asker.today.isoformat(),)),
    "none": lambda _: Clause("deal.next_due IS NULL"),
    "overdue": lambda asker: Clause("deal.expected_close < ?", (asker.today.isoformat(),)),
}
"""What the flags of `core.hygiene` ask of an open deal that is not parked."""
