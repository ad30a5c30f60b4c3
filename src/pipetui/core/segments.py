"""Segments for marketing: saved filters over deals, people or companies.

    contacts: tag:newsletter city:lyon is:won -has:phone        people of Lyon with a won deal and no phone
    organizations: industry:food amount>10k                     companies with a deal above 10,000

A segment without a first word is over deals. Of people and companies, words, `tag`, `owner`, `org`, `created` and the
fields below are about themselves; every other term of the filter language is about their deals, and all of those must
hold for one of them. Who wants no marketing belongs to a segment and is counted, but never leaves in an export.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipetui.core.message import say
from pipetui.core.query import And, Expr, Not, Term, Word, parse
from pipetui.core.text import fold
from pipetui.errors import Invalid

Subject = Literal["deal", "contact", "organization"]
OwnField = Literal["city", "country", "job", "industry", "has", "opted"]
SUBJECTS: Mapping[str, Subject] = {
    "deals": "deal", "opportunites": "deal", "affaires": "deal", "contacts": "contact", "people": "contact",
    "personnes": "contact", "organizations": "organization", "companies": "organization", "societes": "organization",
}  # fmt: skip
FIELDS: Mapping[str, OwnField] = {
    "city": "city", "ville": "city", "country": "country", "pays": "country", "job": "job", "poste": "job",
    "industry": "industry", "secteur": "industry", "has": "has", "avec": "has", "opted": "opted",
}  # fmt: skip
WHAT: Mapping[OwnField, tuple[str, ...]] = {"has": ("email", "phone", "deal"), "opted": ("in", "out")}
"""The values of fields that have few."""
PARTY = frozenset(("tag", "owner", "org", "created"))
"""Fields of the filter language that are about the person or the company itself."""
_HEAD = re.compile(r"\s*([^\W\d_]+)\s*:(?=\s|$)")
_BARE = re.compile(r"\s*([^\W\d_]+)(?=\s|$)")
_OWN = re.compile(r'(?:^|(?<=\s))(-?)([^\W\d_]+):("[^"]*"?|\S+)')


@dataclass(frozen=True, slots=True)
class Own:
    """A term about the person or company: a part of a text, or one of few words."""

    field: OwnField
    value: str
    """Folded."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment is over, and what must hold."""

    subject: Subject
    own: tuple[Own, ...]
    about: Expr
    """Words and terms about the person or company; of a segment of deals, everything."""
    deals: Expr
    """Terms about their deals."""


def read(text: str, today: date, fiscal_month: int = 1) -> Segment:
    """The segment a line means. Raises Invalid."""
    head = _HEAD.match(text)
    subject: Subject = "deal"
    if head is not None:
        named = SUBJECTS.get(fold(head[1]))
        if named is None:
            raise Invalid(
                say('"{word}" is nobody to make a segment of.', word=head[1]),
                say("Begin with contacts:, organizations: or deals:."),
            )
        subject, text = named, text[head.end() :]
    if subject == "deal":
        return Segment(subject, (), parse(text, today, fiscal_month), And(()))
    own: list[Own] = []

    def taken(found: re.Match[str]) -> str:
        field = FIELDS.get(fold(found[2]))
        if field is None:
            return found[0]
        own.append(_own(field, fold(found[3].strip('"')), bool(found[1])))
        return ""

    rest = parse(_OWN.sub(taken, text), today, fiscal_month)
    about = tuple(part for part in rest.parts if _itself(part))
    deals = tuple(part for part in rest.parts if not _itself(part))
    return Segment(subject, tuple(own), And(about), And(deals))


def typed(text: str, today: date, fiscal_month: int = 1) -> Segment:
    """The same of a line to be kept, in which `contacts Bob` lacks its colon. Raises Invalid."""
    bare = _BARE.match(text)
    if bare is not None and fold(bare[1]) in SUBJECTS:
        raise Invalid(
            say('A segment over "{word}" wants a colon after the word.', word=bare[1]),
            say("Write {word}: and then who belongs to it.", word=fold(bare[1])),
        )
    return read(text, today, fiscal_month)


def of_deals(text: str) -> str:
    """The filter of a segment over deals, without its first word."""
    head = _HEAD.match(text)
    return text[head.end() :].strip() if head else text.strip()


def _own(field: OwnField, value: str, negated: bool) -> Own:
    known = WHAT.get(field)
    if known is not None and value not in known:
        raise Invalid(
            say('"{text}" does not fit {field}.', text=value[:40], field=field),
            say("Known: {words}.", words=", ".join(known)),
        )
    return Own(field, value, negated)


def _itself(part: Term | Word | Not) -> bool:
    inner = part.inner if isinstance(part, Not) else part
    return isinstance(inner, Word) or inner.field in PARTY


@dataclass(frozen=True, slots=True)
class Figures:
    """How large a segment is and what comes of it; money by currency in minor units."""

    n: int
    opted_out: int
    """Of those, how many want no marketing."""
    open_deals: int
    open_value: Mapping[str, int]
    won: int
    lost: int
    won_value: Mapping[str, int]

    @property
    def conversion(self) -> float | None:
        """Won deals among those that were decided; None before any was."""
        closed = self.won + self.lost
        return self.won / closed if closed else None

    def lift(self, whole: Figures) -> float | None:
        """Its conversion by that of the whole."""
        if self.conversion is None or not whole.conversion:
            return None
        return self.conversion / whole.conversion
