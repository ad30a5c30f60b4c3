"""A person erased from texts: the names, e-mail addresses and phone numbers somebody had, found however they are
written, and what stands in their place.

A name is found with or without accents and capitals, its words joined by blanks, dots or dashes, the last one first
too; a number with or without the prefix of its country, whatever stands between its digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from pipetui.core.change import Row, Scalar
from pipetui.core.text import fold

PERSONAL: Row = {
    "organization_id": None, "job": None, "email": None, "phone": None, "address": None, "city": None, "country": None,
    "notes": "", "external_id": None,
}  # fmt: skip
"""What the record of an erased person holds, beside a name that says so."""
REACHED_BY = ("name", "email", "phone")
"""The fields of a person that are looked for in texts."""
TEXTS: Mapping[str, tuple[str, ...]] = {
    "organization": ("email", "phone", "address", "notes"), "contact": ("email", "phone", "address", "notes"),
    "source": ("name",), "lost_reason": ("name",), "tag": ("name",),
    "deal": ("title", "notes", "pinned_reason", "external_id"), "activity": ("text", "external_id"),
    "quote": ("notes", "external_id"), "quote_line": ("text",), "spending": ("text",), "participant": ("role",),
    "criterion": ("text",), "view": ("name", "query"), "macro": ("name", "acts"), "mapping": ("choices",),
    "review": ("query", "minutes"), "decision": ("text",),
}  # fmt: skip
"""Where a person may be spoken of, by table. The names of companies and of other people stay theirs."""
PACKED = frozenset(("acts", "choices", "minutes"))
"""Texts that are JSON."""
HIDDEN = "…"
"""In place of an e-mail address or a number."""
DIGITS = 6
"""Fewer digits are no phone number to look for."""
CORE = 8
"""So many digits of a number are enough without the prefix of its country."""
_BETWEEN = r"[\s.()/\u2010-\u2015-]*"
_JOINED = r"[\s,;._\u2010-\u2015-]+"
_NO_DIGITS = re.compile("[^0-9]+")
_PLAIN = re.compile("[a-z0-9]+")


@dataclass(frozen=True)
class Traces:
    """What somebody can be recognised by."""

    names: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[str]:
        """All of it, in an order that does not change."""
        return iter((*sorted(self.names), *sorted(self.emails), *sorted(self.phones)))

    def __or__(self, other: Traces) -> Traces:
        """What either has."""
        return Traces(self.names | other.names, self.emails | other.emails, self.phones | other.phones)

    def common(self, row: Row) -> Traces:
        """What a record has too, as it is written there."""
        known = self._alike
        return Traces(*(
            frozenset((value,) if isinstance(value := row.get(name), str) and alike(value) in known[name] else ())
            for name, alike in ALIKE.items()
        ))  # fmt: skip

    @cached_property
    def _alike(self) -> dict[str, set[str]]:
        kept = dict(zip(REACHED_BY, (self.names, self.emails, self.phones), strict=True))
        return {name: {alike(one) for one in kept[name]} - {""} for name, alike in ALIKE.items()}

    def without(self, other: Traces) -> tuple[Traces, Traces]:
        """What others do not have, and what they do, however it is written."""
        mine: list[frozenset[str]] = []
        shared: list[frozenset[str]] = []
        all_own = (self.names, self.emails, self.phones)
        all_theirs = (other.names, other.emails, other.phones)
        for own, theirs, alike in zip(all_own, all_theirs, ALIKE.values(), strict=True):
            known = {alike(one) for one in theirs}
            mine.append(frozenset(one for one in own if alike(one) not in known))
            shared.append(own - mine[-1])
        return Traces(*mine), Traces(*shared)


def traces(rows: Iterable[Row]) -> Traces:
    """What these states of somebody's record tell; some may have but a few of the fields."""
    kept: dict[str, set[str]] = {name: set() for name in REACHED_BY}
    for row in rows:
        for name in REACHED_BY:
            value = row.get(name)
            if isinstance(value, str) and value.strip():
                kept[name].add(value)
    numbers = {one for one in kept["name"] if len(dialled(one)) >= DIGITS and not re.search("[^\\W\\d]", one)}
    return Traces(frozenset(kept["name"]), frozenset(kept["email"]), frozenset(kept["phone"] | numbers))


def dialled(phone: str) -> str:
    """The digits of a number that do not differ between home and abroad."""
    return _digits(phone)[-9:]


def _digits(phone: str) -> str:
    """Without what is dialled once one is through."""
    return "".join(sign for sign in phone.partition("ext")[0] if sign.isdecimal()).lstrip("0")


ALIKE = {"name": fold, "email": fold, "phone": dialled}
"""What is the same in two ways to write one."""


class Eraser:
    """Takes somebody out of texts; the same text always becomes the same."""

    def __init__(self, of: Traces, instead: str) -> None:
        """`instead` stands where a name stood."""
        self._instead = instead
        self._cased = {fold(name) for name in of.names if len(fold(name).split()) == 1 and not name.islower()}
        self._find = [
            *((re.compile(_bounded(re.escape(fold(one)))), HIDDEN) for one in _longest(of.emails)),
            *((re.compile(pattern), HIDDEN) for one in _longest(of.phones) if (pattern := _number(one))),
            *((re.compile(_name(one)), instead) for one in _longest(of.names) if len(fold(one)) > 1),
        ]
        self._signs = [tuple(_PLAIN.findall(fold(one))) for one in (*of.names, *of.emails)]
        self._tails = [dialled(one)[-CORE:] for one in of.phones]

    def may_be_in(self, text: str) -> bool:
        """Whether it is worth a look: quick, and never wrong when it says no, JSON or not."""
        low = fold(text)
        if any(all(sign in low for sign in signs) for signs in self._signs):
            return True
        digits = _NO_DIGITS.sub("", low) if self._tails else ""
        return len(digits) >= DIGITS and any(tail in digits for tail in self._tails)

    def text(self, text: str) -> str:
        """The text without them."""
        if not self.may_be_in(text):
            return text
        for pattern, instead in self._find:
            text = self._without(text, pattern, instead)
        return text

    def json(self, packed: str) -> str:
        """JSON with no trace of them in its words; as it was when there is none."""
        if not self.may_be_in(packed):
            return packed
        try:
            whole = json.loads(packed)
        except ValueError:
            return self.text(packed)
        without = self._inside(whole)
        return packed if without == whole else json.dumps(without, ensure_ascii=False)

    def value(self, field: str, value: Scalar) -> Scalar:
        """What becomes of a field of a record."""
        if not isinstance(value, str):
            return value
        return self.json(value) if field in PACKED else self.text(value)

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._inside(one) for one in value]
        if isinstance(value, dict):
            return {self.text(name): self._inside(one) for name, one in value.items()}
        return value

    def _without(self, text: str, pattern: re.Pattern[str], instead: str) -> str:
        plain, places = _plain(text)
        parts, done = [], 0
        for found in pattern.finditer(plain):
            start, end = places[found.start()], places[found.end() - 1] + 1
            if found[0] in self._cased and text[start:end].islower():
                continue
            while end < len(text) and not _letter(text[end]):
                end += 1
            parts += [text[done:start], instead]
            done = end
        return "".join([*parts, text[done:]])


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=lambda one: (-len(one), one))


def _bounded(pattern: str) -> str:
    return rf"(?<!\w){pattern}(?!\w)"


def _name(name: str) -> str:
    words = [re.escape(word) for word in re.split(r"[\s,;]+", fold(name)) if word]
    orders = [words, [words[-1], *words[:-1]]] if len(words) > 1 else [words]
    return _bounded(f"(?:{'|'.join(_JOINED.join(order) for order in orders)})")


def _number(phone: str) -> str:
    """The number, and without the prefix of its country when enough is left."""
    digits = _digits(phone)
    if len(digits) < DIGITS:
        return ""
    cores = [digits, *(digits[n:] for n in (1, 2, 3) if len(digits) - n >= CORE)]
    said = "|".join(_BETWEEN.join(core) for core in cores)
    return rf"(?<!\d)(?:(?:\+|00){_BETWEEN}(?:\d{{1,3}}{_BETWEEN})?)?(?:\(?0\)?{_BETWEEN})?(?:{said})(?!\d)"


def _plain(text: str) -> tuple[str, list[int]]:
    """The text folded letter by letter, and where each of its letters stood."""
    plain: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for letter in _letter(sign):
            plain.append(letter)
            places.append(place)
    return "".join(plain), places


@lru_cache(maxsize=4096)
def _letter(sign: str) -> str:
    return " " if sign.isspace() else fold(sign)
