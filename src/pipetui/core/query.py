"""The filter language: one line of terms that must all hold, read into an expression that the store makes SQL.

    stage:quote owner:me tag:vip -tag:cold amount>10k close:this-month age>30d next:none is:stalled org:"Acme SA" words

`matches` is the meaning, over plain facts; the store's SQL is held to it. Fields have French names too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from pipetui.core.message import Message, say
from pipetui.core.moment import Period, period, range_of
from pipetui.core.money import EXACT, amount_from_text
from pipetui.core.text import clean, day_from_words, fold
from pipetui.errors import Invalid

Op = Literal[":", "<", "<=", ">", ">="]
Field = Literal[
    "stage", "owner", "tag", "source", "org", "contact", "title", "reason", "pipeline", "amount", "chance", "age",
    "close", "created", "closed", "changed", "next", "is",
]  # fmt: skip
Flag = Literal[
    "open",
    "won",
    "lost",
    "closed",
    "stalled",
    "late",
    "today",
    "none",
    "overdue",
    "parked",
    "archived",
    "pinned",
    "orphaned",
]
Value = str | Decimal | int | Period | None

BEGINNING: tuple[Field, ...] = ("stage", "tag", "source", "reason", "pipeline")
"""Fields whose value is the beginning of a name; of `owner`, `org`, `contact` and `title` any part will do."""
PART: tuple[Field, ...] = ("owner", "org", "contact", "title")
DAYS: tuple[Field, ...] = ("close", "created", "closed", "changed", "next")
NUMBERS: tuple[Field, ...] = ("amount", "chance", "age")

_FIELDS: dict[str, Field] = {
    "stage": "stage", "etape": "stage", "owner": "owner", "commercial": "owner", "tag": "tag", "etiquette": "tag",
    "source": "source", "origine": "source", "org": "org", "organization": "org", "company": "org", "societe": "org",
    "contact": "contact", "title": "title", "titre": "title", "reason": "reason", "motif": "reason",
    "pipeline": "pipeline",
    "amount": "amount", "montant": "amount", "chance": "chance", "prob": "chance", "age": "age",
    "close": "close",
    "cloture": "close", "echeance": "close", "responsable": "owner",
    "created": "created", "cree": "created", "creee": "created", "closed": "closed",
    "clos": "closed", "changed": "changed", "modifie": "changed", "modifiee": "changed", "next": "next",
    "prochaine": "next", "is": "is", "est": "is",
}  # fmt: skip
_FLAGS: dict[str, Flag] = {
    "open": "open", "ouverte": "open", "won": "won", "gagnee": "won", "lost": "lost", "perdue": "lost",
    "closed": "closed",
    "close": "closed", "stalled": "stalled", "bloquee": "stalled", "late": "late", "retard": "late", "today": "today",
    "ouvert": "open", "gagne": "won", "perdu": "lost", "bloque": "stalled", "archive": "archived",
    "aujourdhui": "today", "none": "none", "sans": "none", "overdue": "overdue", "depassee": "overdue",
    "parked": "parked",
    "veille": "parked", "archived": "archived", "archivee": "archived", "pinned": "pinned", "fixee": "pinned",
    "orphaned": "orphaned", "orpheline": "orphaned", "orphelin": "orphaned",
}  # fmt: skip
_KNOWN_FIELDS = say(
    "Fields: stage, owner, tag, source, org, contact, title, reason, pipeline, amount, chance, age, close, created, "
    "closed, changed, next, is."
)
_KNOWN_FLAGS = say(
    "Known: open, won, lost, closed, stalled, late, today, none, overdue, parked, archived, pinned, orphaned."
)
REVIEW = "review"
"""As a value of `changed`: since the last review of who asks."""
_CHANGED_HINT = say(
    "Write changed:review for what changed since your last review, or a period: changed:this-month."
)
_NONE = frozenset(("none", "aucun", "aucune", "sans"))
_CENT = Decimal("0.01")
LONGEST = 999_999_999
"""Days of age; older than anything."""
_TERM = re.compile(
    r'(?P<minus>-)?(?:(?P<field>[^\W\d_]+)(?P<op>:|>=|<=|=|<|>))?(?P<value>(?:"[^"]*"?|[^\s"])*)'
)


@dataclass(frozen=True, slots=True)
class Word:
    """A free word: found anywhere in what the deal is called and who it is with."""

    text: str
    """Folded."""

    def __str__(self) -> str:
        return _quoted(self.text, free=True)


@dataclass(frozen=True, slots=True)
class Term:
    """A field and what it must be: any of the values for `:`, on one side of the one value otherwise."""

    field: Field
    op: Op
    values: tuple[Value, ...]
    """Folded names, `Decimal` amounts in major units to the hundredth, days of age, percent, periods, flags.

    None for `none`."""

    def __str__(self) -> str:
        return f"{self.field}{self.op}{','.join(self._shown(value) for value in self.values)}"

    def _shown(self, value: Value) -> str:
        if value is None:
            return "none"
        return (
            value.name
            if isinstance(value, Period)
            else _quoted(f"{value:f}" if isinstance(value, Decimal) else str(value))
        )


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    inner: Term | Word

    def __str__(self) -> str:
        return f"-{self.inner}"


@dataclass(frozen=True, slots=True)
class And:
    """All of them; none at all is always true."""

    parts: tuple[Term | Word | Not, ...]

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.parts)


Expr = And


def _quoted(text: str, free: bool = False) -> str:
    plain = re.fullmatch(r'[^\s",]+', text) and text not in _NONE
    if free:
        plain = plain and not text.startswith("-") and not re.match(r"[^\W\d_]+[:<>=]", text)
    return text if plain else f'"{text}"'


def parse(text: str, today: date, fiscal_month: int = 1) -> Expr:
    """The expression a line means. Raises Invalid with the offset of the term that cannot be understood."""
    kept = clean(text)
    try:
        return And(tuple(_parts(kept, today, fiscal_month)))
    except Invalid as error:
        if error.at is None or kept == text:
            raise
        raise Invalid(error.message, error.hint, _place(text, error.at)) from error


def _place(text: str, at: int) -> int:
    """Where the character stands in the text as it was typed that stands at `at` once the text is clean."""
    return bisect_right(range(len(text) + 1), at, key=lambda end: len(clean(text[:end]))) - 1


def _parts(text: str, today: date, fiscal_month: int) -> Iterator[Term | Word | Not]:
    for found in _TERM.finditer(text):
        if not found[0].strip() or found[0] == "-":
            continue
        part = _part(found, today, fiscal_month)
        if part is not None:
            yield Not(part) if found["minus"] else part


def _part(found: re.Match[str], today: date, fiscal_month: int) -> Term | Word | None:
    at, raw = found.start(), found["value"]
    if found["field"] is None:
        word = _name(raw)
        return Word(word) if word else None
    name = fold(found["field"])
    field = _FIELDS.get(name)
    if field is None:
        near = get_close_matches(name, _FIELDS, n=1)
        hint = say("Did you mean {field}:?", field=near[0]) if near else _KNOWN_FIELDS
        raise Invalid(say("There is no field {field} to filter by.", field=found["field"]), hint, at)
    op: Op = ":" if found["op"] == "=" else found["op"]  # type: ignore[assignment]
    values = tuple(_value(field, op, word, quoted, today, fiscal_month, at) for word, quoted in _words(raw))
    if not values:
        raise Invalid(say("{field}: what should it be?", field=found["field"]), at=at)
    if op != ":" and (len(values) > 1 or values[0] is None or field not in (*DAYS, *NUMBERS)):
        raise Invalid(say("{field} cannot be compared with {op}.", field=found["field"], op=op), at=at)
    return Term(field, op, values)


def asks(word: str) -> bool:
    """Whether a word is a field to filter by, in English or French."""
    return fold(word) in _FIELDS


def _name(text: str) -> str:
    """Folded, and without the quotes that folding makes of wide ones."""
    return fold(fold(text.replace('"', "")).replace('"', ""))


def _words(raw: str) -> list[tuple[str, bool]]:
    """The values between commas, and whether they were in quotes."""
    found, current, quoted, inside = [], "", False, False
    for character in [*raw, ","]:
        if character == '"':
            inside, quoted = not inside, True
        elif character == "," and not inside:
            found.append((current, quoted))
            current, quoted = "", False
        else:
            current += character
    if inside:
        found.append((current.removesuffix(","), True))
    return [(word, quoted) for word, quoted in found if _name(word)]


def _value(field: Field, op: Op, word: str, quoted: bool, today: date, fiscal_month: int, at: int) -> Value:
    folded = _name(word)
    if folded in _NONE and not quoted and field != "is":
        return None
    try:
        if field == "amount":
            return amount_from_text(word, "EUR").decimal.quantize(_CENT, context=EXACT)
        if field in ("chance", "age"):
            return _days(folded) if field == "age" else _percent(folded)
        if field == "changed" and op == ":" and folded in ("review", "revue"):
            return REVIEW
        if field in DAYS:
            return _period(word, today, fiscal_month)
        return _FLAGS[re.sub("['’]", "", folded)] if field == "is" else folded
    except Invalid as error:
        hint = _CHANGED_HINT if field == "changed" else error.hint
        raise Invalid(error.message, hint, at) from error
    except (KeyError, ValueError, OverflowError) as error:
        hint = _KNOWN_FLAGS if field == "is" else None
        raise Invalid(say('"{text}" does not fit {field}.', text=word[:40], field=field), hint, at) from error


def _period(word: str, today: date, fiscal_month: int) -> Period:
    """A period, else a day: `next month` is all of it. Raises Invalid."""
    try:
        return period(word, today, fiscal_month)
    except Invalid:
        day = day_from_words(word, today)
        if day is None:
            raise
        return range_of(day, day + timedelta(days=1))


def _percent(word: str) -> int:
    found = re.fullmatch(r"(\d{1,18})\s*%?", word)
    if found is None:
        raise ValueError(word)
    return int(found[1])


def _days(word: str) -> int:
    found = re.fullmatch(r"(\d{1,9})\s*(d|j|w|s|m|mo|y|a)?", word)
    if found is None:
        raise ValueError(word)
    unit = {"w": 7, "s": 7, "m": 30.4375, "mo": 30.4375, "y": 365.25, "a": 365.25}.get(found[2] or "", 1)
    return min(round(int(found[1]) * unit), LONGEST)


def strangers(expr: Expr | None, stages: Iterable[str]) -> list[Message]:
    """What to tell of the stages an expression asks for when none of these names begins so."""
    names = [fold(name) for name in stages]
    terms = [part.inner if isinstance(part, Not) else part for part in (expr.parts if expr else ())]
    asked = [
        value
        for term in terms
        if isinstance(term, Term) and term.field == "stage"
        for value in term.values
        if isinstance(value, str)
    ]
    return [
        say('There is no stage "{text}".', text=value)
        for value in dict.fromkeys(asked)
        if not any(name.startswith(value) for name in names)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a filter can ask of one deal, in plain values."""

    stage: str = ""
    pipeline: str = ""
    owner: str | None = None
    mine: bool = False
    """Owned by the member who asks: `owner:me`."""
    tags: tuple[str, ...] = ()
    source: str | None = None
    org: str | None = None
    contact: str | None = None
    title: str = ""
    reason: str | None = None
    amount: Decimal | None = None
    """Major units, whatever the currency."""
    chance: int | None = None
    """Percent pinned by hand."""
    age: int = 0
    """Whole days in its stage."""
    close: date | None = None
    created: date | None = None
    closed: date | None = None
    changed: date | None = None
    """The day of the last change."""
    changed_since_review: bool = False
    next: date | None = None
    """The day of the next step."""
    flags: frozenset[Flag] = frozenset()
    words: str = ""
    """Folded: title, names, e-mail, phone, tags."""


def matches(expr: Expr | Term | Word | Not, facts: Facts) -> bool:
    """Whether a deal is what the expression asks for. What is not known compares with nothing."""
    if isinstance(expr, And):
        return all(matches(part, facts) for part in expr.parts)
    if isinstance(expr, Not):
        return not matches(expr.inner, facts)
    if isinstance(expr, Word):
        return expr.text in facts.words
    return any(_holds(expr, value, facts) for value in expr.values)


def _holds(term: Term, value: Value, facts: Facts) -> bool:
    if term.field == "is":
        return value in facts.flags
    if term.field == "tag":
        return (
            not facts.tags if value is None else any(fold(tag).startswith(str(value)) for tag in facts.tags)
        )
    if value == REVIEW and term.field == "changed":
        return facts.changed_since_review
    known = getattr(facts, term.field)
    if value is None:
        return known in (None, "")
    if known is None:
        return False
    if isinstance(value, Period):
        return _in_time(term.op, known, value)
    if isinstance(value, str):
        if term.field == "owner" and value in ("me", "moi"):
            return facts.mine
        return fold(known).startswith(value) if term.field in BEGINNING else value in fold(known)
    return bool(
        {
            ":": known == value,
            "<": known < value,
            "<=": known <= value,
            ">": known > value,
            ">=": known >= value,
        }[term.op]
    )


def _in_time(op: Op, day: date, asked: Period) -> bool:
    """`<` ends before the period begins, `>` begins after it ends, `<=` and `>=` take the period in."""
    if op == ":":
        return asked.holds(day)
    if op in ("<", ">="):
        before = asked.start is not None and day < asked.start
        return before if op == "<" else not before
    after = asked.end is not None and day >= asked.end
    return after if op == ">" else not after
