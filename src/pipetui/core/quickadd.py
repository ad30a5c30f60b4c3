"""Quick entry: one line, in English or French, read into a deal while it is typed.

    Acme site web 12k€ @"Marie Curie" marie@acme.fr 0612345678 #salon stage:devis close:30/9 40% !fri call back

`@` is the person (one word, or several in quotes), `#` a source when it is known and a tag otherwise, `org:` the
company, `!` the next step up to the end of the line: a day, a time, what to do. Money, phone and e-mail are known by
their shape, with spaces in them or not. The rest is the title: a known company it begins with is the company, and
without any company or person the whole of it is. A deal has one amount, one stage...: what comes a second time stays in
the title, where it is seen.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from pipetui.core import fields, query
from pipetui.core.deal import ActivityKind
from pipetui.core.message import Message, say
from pipetui.core.money import Money, amount_from_text
from pipetui.core.recurrence import repeat_from_words
from pipetui.core.shapes import MONEY, PERCENT, PHONE, amount_of, is_email, is_phone
from pipetui.core.text import clean, day_from_words, fold, weekday
from pipetui.errors import Invalid

Part = Literal[
    "title", "amount", "contact", "email", "phone", "organization", "source", "tag", "stage", "close", "chance", "step",
]  # fmt: skip
_FIELDS: dict[str, Part] = {
    "stage": "stage", "etape": "stage", "close": "close", "cloture": "close",
    "echeance": "close", "etiquette": "tag", "org": "organization",
    "company": "organization", "societe": "organization", "source": "source", "origine": "source", "tag": "tag",
    "amount": "amount", "montant": "amount", "contact": "contact", "tel": "phone", "phone": "phone", "email": "email",
}  # fmt: skip
_WORD = re.compile(
    rf"(?<!\S)(?:(?P<phone>{PHONE})|(?P<percent>{PERCENT})|(?P<money>{MONEY}))(?!\S)|"
    r'(?P<key>@|#|[^\W\d_]+:)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]\S*))'
)
"""A quote opens where a word begins; one within a word is an inch."""
DASHES = ("-", "–", "—", ":")
"""What may stand between a company and the title."""
LONGEST = 20
"""Words of a company's name."""
_TIME = re.compile(r"([0-9]{1,2})[:h]([0-9]{2})?")
_KINDS: tuple[tuple[ActivityKind, tuple[str, ...]], ...] = (
    ("call", ("call", "phone", "ring", "appel", "appeler", "rappel", "rappeler", "telephoner", "tel")),
    ("email", ("mail", "email", "e-mail", "write", "ecrire", "envoyer", "send", "courriel", "mailer")),
    (
        "meeting",
        ("meet", "meeting", "demo", "visit", "lunch", "rdv", "rendez-vous", "reunion", "visite", "dejeuner"),
    ),
)


@dataclass(frozen=True, slots=True)
class Known:
    """The names the store knows, to recognise them in a line."""

    stages: Collection[str] = ()
    sources: Collection[str] = ()
    organizations: Collection[str] = ()
    currency: str = "EUR"
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the line and what it was read as."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, and where."""

    message: Message
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A deal as far as a line tells."""

    title: str = ""
    amount: Money | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    organization: str | None = None
    source: str | None = None
    tags: tuple[str, ...] = ()
    stage: str | None = None
    """The name of a known stage."""
    close: date | None = None
    chance: int | None = None
    """Percent."""
    step: str | None = None
    """What comes next; empty when only a day was said."""
    step_kind: ActivityKind = "task"
    step_due: date | None = None
    step_time: str | None = None
    """`HH:MM`."""
    step_repeat: str | None = None
    """How often it comes back, as `core.recurrence` writes it."""
    places: tuple[Place, ...] = ()
    """For colouring the line, in order."""
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Reader:
    """The line being read."""

    line: str
    today: date
    known: Known
    values: dict[str, Any] = field(default_factory=dict)
    """Of the draft."""
    words: list[tuple[int, int, str]] = field(default_factory=list)
    """What is left for the title."""
    tagged: set[str] = field(default_factory=set)
    """Its tags, folded."""
    places: list[Place] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def keep(self, part: Part, start: int, end: int, **values: object) -> None:
        """A stretch was read as this; it stays in the title when the deal has it already."""
        if values.keys() & self.values.keys() and part != "tag":
            self.words.append((start, end, clean(self.line[start:end])))
        else:
            self.places.append(Place(start, end, part))
            self.values |= values

    def trouble(self, message: Message, start: int, end: int) -> None:
        """A stretch cannot be read."""
        self.problems.append(Problem(message, start, end))


_REPEAT = re.compile(r"\b(?:every|tous les|toutes les|chaque)\s+(?:\d+\s+)?[^\W\d]+", re.IGNORECASE)
"""How often a step comes back, within its words."""
_WEEKLY = re.compile(r"(?<!\S)(?:every|tous les|chaque)\s+(?P<weekday>[^\W\d]+)(?!\S)", re.IGNORECASE)
"""The same day of every week; a time may follow."""


def draft(line: str, today: date, known: Known) -> Draft:
    """What a line says of a new deal. Never raises: what cannot be read is among the draft's problems."""
    reader = _Reader(line, today, known)
    before, bang = _split_step(line)
    for found in _WORD.finditer(line, 0, before):
        _take(reader, found)
    if bang is not None:
        _take_step(reader, bang)
    _name(reader)
    places = tuple(sorted(reader.places, key=lambda place: place.start))
    return Draft(**reader.values, places=places, problems=tuple(reader.problems))


def _split_step(line: str) -> tuple[int, int | None]:
    """Where the `!` of the next step stands: the first one that begins a word outside quotes."""
    for found in _WORD.finditer(line):
        at = found.start()
        if line[at] == "!" and (at == 0 or line[at - 1].isspace()):
            return at, at
    return len(line), None


def _take(reader: _Reader, found: re.Match[str]) -> None:
    key, start, end = found["key"] or "", found.start(), found.end()
    text = clean(found["quoted"] if found["quoted"] is not None else found["plain"] or "").strip()
    if found["phone"] or found["percent"] or found["money"]:
        _take_shape(reader, found)
    elif key.endswith(":"):
        _take_keyed(reader, key[:-1], text, found)
    elif key == "#" and text:
        _take_tag(reader, text, start, end)
    elif key and text:
        reader.keep("contact", start, end, contact=text)
    elif is_email(text) and found["quoted"] is None:
        reader.keep("email", start, end, email=text)
    elif text.endswith(":") and fold(text[:-1]) in _FIELDS and found["quoted"] is None:
        _take_keyed(reader, text[:-1], "", found)
    elif text:
        reader.words.append((start, end, text))


def _take_shape(reader: _Reader, found: re.Match[str]) -> None:
    start, end, text = found.start(), found.end(), clean(found[0])
    if found["phone"] and is_phone(text):
        reader.keep("phone", start, end, phone=text)
    elif found["percent"] and int(text[:-1]) <= 100:
        reader.keep("chance", start, end, chance=int(text[:-1]))
    elif not found["money"] or _begins_company(reader, text) or not _take_money(reader, text, start, end):
        reader.words.append((start, end, text))


def _take_money(reader: _Reader, text: str, start: int, end: int) -> bool:
    """Whether this is money, or is to be."""
    try:
        money = amount_of(text, reader.known.currency)
    except Invalid as error:
        reader.trouble(error.message, start, end)
        return True
    if money is not None:
        reader.keep("amount", start, end, amount=money)
    return money is not None


def _begins_company(reader: _Reader, text: str) -> bool:
    """Whether this begins the line and a known company, like `3M`."""
    begun = fold(text) + " "
    first = not reader.words and not reader.places
    return first and any(f"{fold(name)} ".startswith(begun) for name in reader.known.organizations)


def _take_keyed(reader: _Reader, key: str, text: str, found: re.Match[str]) -> None:
    part = _FIELDS.get(fold(key))
    if part is None and text and query.asks(key):
        known = say("One line does not take {field}:; set it once the deal is there.", field=clean(key))
        reader.trouble(known, found.start(), found.end())
    elif part is None:
        word = clean(found[0])
        reader.words.append((found.start(), found.end(), word if found["plain"] else word.replace('"', "")))
    elif text:
        _take_field(reader, part, text, found.start(), found.end())
    else:
        reader.trouble(say("{field}: what should it be?", field=clean(key)), found.start(), found.end())


def _take_tag(reader: _Reader, text: str, start: int, end: int) -> None:
    source = _among(text, reader.known.sources)
    if source is not None and "source" not in reader.values:
        reader.keep("source", start, end, source=source)
    elif fold(text) in reader.tagged:
        reader.keep("tag", start, end)
    else:
        reader.tagged.add(fold(text))
        reader.keep("tag", start, end, tags=(*reader.values.get("tags", ()), text))


def _take_field(reader: _Reader, part: Part, text: str, start: int, end: int) -> None:
    if part == "tag":
        _take_tag(reader, text, start, end)
        return
    try:
        value = _value(reader, part, text)
    except Invalid as error:
        reader.trouble(error.message, start, end)
    else:
        reader.keep(part, start, end, **{part: value})


def _value(reader: _Reader, part: Part, text: str) -> object:
    """What a field says. Raises Invalid."""
    known = reader.known
    if part == "stage":
        stage = _among(text, known.stages)
        if stage is None:
            raise Invalid(say('There is no stage "{text}".', text=text[:40]))
        return stage
    if part == "close":
        day = day_from_words(text, reader.today, known.month_first, ahead=True)
        if day is None:
            raise Invalid(say('"{text}" is not a day.', text=text[:40]))
        return fields.day(day)
    if part == "amount":
        return amount_from_text(text, known.currency)
    if part == "email":
        return fields.email(text)
    return (_among(text, known.sources) or text) if part == "source" else text


def _among(text: str, names: Collection[str]) -> str | None:
    """The known name that is this, or the only one that begins so."""
    wanted = fold(text)
    for name in names:
        if fold(name) == wanted:
            return name
    begun = [name for name in names if fold(name).startswith(wanted)]
    return begun[0] if len(begun) == 1 else None


def _take_step(reader: _Reader, at: int) -> None:
    """`!fri 14:30 call back`: as many words as make a day, a time, and the rest."""
    text, weekly, clock = _weekly(reader.line[at + 1 :])
    words = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    due, rest = None, 0
    for count in range(min(4, len(words)), 0, -1):
        due = day_from_words(
            text[words[0][0] : words[count - 1][1]], reader.today, reader.known.month_first, ahead=True
        )
        if due is not None:
            rest = words[count - 1][1]
            break
    try:
        fields.day(due)
        if weekly is not None:
            since = due or reader.today + timedelta(days=1)
            due = fields.day(since + timedelta(days=(weekly - since.weekday()) % 7))
    except Invalid as error:
        reader.trouble(error.message, at, len(reader.line))
        return
    said = clean(text[rest:]).strip()
    if clock is None and (clock := _clock(said.split(" ", 1)[0])) is not None:
        said = said.partition(" ")[2].strip()
    said, repeat = (said, "1w") if weekly is not None else _repeating(said)
    reader.keep(
        "step",
        at,
        len(reader.line),
        step=said,
        step_due=due or reader.today,
        step_time=clock,
        step_kind=kind_of(said),
        step_repeat=repeat,
    )


def _weekly(text: str) -> tuple[str, int | None, str | None]:
    """The text without `every monday 9:00`, `tous les lundis`, `chaque lundi`; the day of the week and the time."""
    for found in _WEEKLY.finditer(text):
        day = weekday(found["weekday"])
        if day is not None:
            before, after = text[: found.start()].rstrip(), text[found.end() :].strip()
            clock = _clock(after.split(" ", 1)[0])
            after = after.partition(" ")[2].strip() if clock is not None else after
            return f"{before} {after}".strip(), day, clock
    return text, None, None


def _repeating(said: str) -> tuple[str, str | None]:
    """What is to be done without the words that say how often: `call every 2 weeks`, `appeler tous les mois`."""
    found = _REPEAT.search(said)
    if found is None:
        return said, None
    try:
        repeat = repeat_from_words(found[0])
    except Invalid:
        return said, None
    return f"{said[: found.start()].strip()} {said[found.end() :].strip()}".strip(), repeat


def _clock(word: str) -> str | None:
    found = _TIME.fullmatch(word)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return f"{int(found[1]):02d}:{found[2] or '00'}"


def kind_of(text: str) -> ActivityKind:
    """The kind of activity that words such as `call back` or `rdv sur site` speak of; a task when none does."""
    said = re.findall(r"[\w-]+", fold(text))
    for word in said:
        for kind, words in _KINDS:
            if word in words:
                return kind
    return "task"


def _name(reader: _Reader) -> None:
    """The words left are the title; they name the company when nothing else does."""
    of_company = 0
    if "organization" not in reader.values:
        company, of_company = _known_company(reader)
        if company is not None:
            reader.values["organization"] = company
    for place, (start, end, _) in enumerate(reader.words):
        reader.places.append(Place(start, end, "organization" if place < of_company else "title"))
    rest = [text for _, _, text in reader.words[of_company:]]
    title = " ".join(rest[1:] if of_company and rest and rest[0] in DASHES else rest)
    if title and not {"organization", "contact"} & reader.values.keys():
        reader.values["organization"] = title
    else:
        reader.values["title"] = title


def _known_company(reader: _Reader) -> tuple[str | None, int]:
    """The longest known company the title begins with, and how many words of it that are."""
    begun, folded = {}, ""
    for count, (_, _, text) in enumerate(reader.words[:LONGEST], start=1):
        folded = f"{folded} {fold(text)}".strip()
        begun[folded] = count
    named = ((name, begun.get(fold(name), 0)) for name in reader.known.organizations)
    company, count = max(named, key=lambda one: one[1], default=("", 0))
    return (company, count) if count else (None, 0)
