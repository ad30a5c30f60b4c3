"""Quick entry: one line, in English or French, read into a deal while it is typed.

    Acme site web 12k€ @"Marie Curie" marie@acme.fr 0612345678 #salon stage:devis close:30/9 40% !fri call back

`@` is the person, `#` a source when it is known and a tag otherwise, `org:` the company, `!` the next step up to the
end of the line: a day, a time, what to do. The rest is the title; a company known by its name at the beginning of it is
the company, and without any company or person the title names the company too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pipetui.core.deal import ActivityKind
from pipetui.core.message import Message, say
from pipetui.core.money import Money, amount_from_text
from pipetui.core.text import clean, day_from_words, fold
from pipetui.errors import Invalid

Part = Literal[
    "title", "amount", "contact", "email", "phone", "organization", "source", "tag", "stage", "close", "chance", "step",
]  # fmt: skip
_FIELDS: dict[str, Part] = {
    "stage": "stage", "etape": "stage", "close": "close", "cloture": "close", "org": "organization",
    "company": "organization", "societe": "organization", "source": "source", "origine": "source", "tag": "tag",
    "amount": "amount", "montant": "amount", "contact": "contact", "tel": "phone", "phone": "phone", "email": "email",
}  # fmt: skip
_WORD = re.compile(r'(?P<key>@|#|[^\W\d_]+:)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))|"')
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}\.[^\s@<>\".]{2,24}")
_PHONE = re.compile(r"\+?\d[\d.()/-]{7,20}\d")
_PERCENT = re.compile(r"(\d{1,3})\s?%")
_AMOUNT = re.compile(r"[-(]?(?:[$€£¥]|[A-Z]{3})?\d[\d.,'’]*[kKmM]?(?:[$€£¥]|[A-Z]{3})?\)?")
_TIME = re.compile(r"(\d{1,2})[:h](\d{2})?")
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
    places: tuple[Place, ...] = ()
    """For colouring the line, in order."""
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Reader:
    """The line being read."""

    line: str
    today: date
    known: Known
    draft: Draft = Draft()
    words: list[tuple[int, int, str]] = field(default_factory=list)
    """What is left for the title."""

    def keep(self, part: Part, start: int, end: int, **values: object) -> None:
        """A stretch was read as this."""
        places = (*self.draft.places, Place(start, end, part))
        self.draft = replace(self.draft, places=places, **values)  # type: ignore[arg-type]

    def trouble(self, message: Message, start: int, end: int) -> None:
        """A stretch cannot be read."""
        self.draft = replace(self.draft, problems=(*self.draft.problems, Problem(message, start, end)))


def draft(line: str, today: date, known: Known) -> Draft:
    """What a line says of a new deal. Never raises: what cannot be read is among the draft's problems."""
    reader = _Reader(line, today, known)
    before, bang = _split_step(line)
    for found in _WORD.finditer(line, 0, before):
        _take(reader, found)
    if bang is not None:
        _take_step(reader, bang)
    _name(reader)
    return replace(reader.draft, places=tuple(sorted(reader.draft.places, key=lambda place: place.start)))


def _split_step(line: str) -> tuple[int, int | None]:
    """Where the `!` of the next step stands: the first one that begins a word outside quotes."""
    quoted = False
    for at, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == "!" and not quoted and (at == 0 or line[at - 1].isspace()):
            return at, at
    return len(line), None


def _take(reader: _Reader, found: re.Match[str]) -> None:
    key, start, end = found["key"] or "", found.start(), found.end()
    text = clean(found["quoted"] if found["quoted"] is not None else found["plain"] or "").strip()
    if key.endswith(":"):
        part = _FIELDS.get(fold(key[:-1]))
        if part is None:
            reader.words.append((start, end, clean(found[0]).replace('"', "")))
        elif text:
            _take_field(reader, part, text, start, end)
    elif key and text:
        if key == "#":
            _take_tag(reader, text, start, end)
        else:
            reader.keep("contact", start, end, contact=text)
    elif text and found["quoted"] is None:
        _take_plain(reader, text, start, end)
    elif text:
        reader.words.append((start, end, text))


def _take_plain(reader: _Reader, text: str, start: int, end: int) -> None:
    """A word without a sign is known by its shape."""
    percent = _PERCENT.fullmatch(text)
    if _EMAIL.fullmatch(text):
        reader.keep("email", start, end, email=text)
    elif percent and int(percent[1]) <= 100:
        reader.keep("chance", start, end, chance=int(percent[1]))
    elif _is_phone(text):
        reader.keep("phone", start, end, phone=text)
    elif (money := _amount(reader, text)) and reader.draft.amount is None:
        reader.keep("amount", start, end, amount=money)
    else:
        reader.words.append((start, end, text))


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return bool(_PHONE.fullmatch(text)) and 9 <= digits <= 15 and text[0] in "+0"


def _amount(reader: _Reader, text: str) -> Money | None:
    """Only what looks like money: a lone year or a `24/7` stays in the title."""
    if not _AMOUNT.fullmatch(text) or (text.isdigit() and len(text) < 3):
        return None
    if re.fullmatch(r"(19|20)\d\d", text):
        return None
    try:
        return amount_from_text(text, reader.known.currency)
    except Invalid:
        return None


def _take_tag(reader: _Reader, text: str, start: int, end: int) -> None:
    source = _among(text, reader.known.sources)
    if source is not None:
        reader.keep("source", start, end, source=source)
    elif fold(text) not in map(fold, reader.draft.tags):
        reader.keep("tag", start, end, tags=(*reader.draft.tags, text))


def _take_field(reader: _Reader, part: Part, text: str, start: int, end: int) -> None:
    if part == "stage":
        stage = _among(text, reader.known.stages)
        if stage is None:
            reader.trouble(say('There is no stage "{text}".', text=text[:40]), start, end)
        else:
            reader.keep(part, start, end, stage=stage)
    elif part == "close":
        day = day_from_words(text, reader.today, reader.known.month_first, ahead=True)
        if day is None:
            reader.trouble(say('"{text}" is not a day.', text=text[:40]), start, end)
        else:
            reader.keep(part, start, end, close=day)
    elif part == "amount":
        try:
            reader.keep(part, start, end, amount=amount_from_text(text, reader.known.currency))
        except Invalid as error:
            reader.trouble(error.message, start, end)
    elif part == "tag":
        _take_tag(reader, text, start, end)
    elif part == "source":
        reader.keep(part, start, end, source=_among(text, reader.known.sources) or text)
    else:
        reader.keep(part, start, end, **{part: text})


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
    words = [(found.start(), found.end()) for found in re.finditer(r"\S+", reader.line[at + 1 :])]
    text, due = reader.line[at + 1 :], None
    rest = 0
    for count in range(min(4, len(words)), 0, -1):
        due = day_from_words(
            text[words[0][0] : words[count - 1][1]], reader.today, reader.known.month_first, ahead=True
        )
        if due is not None:
            rest = words[count - 1][1]
            break
    said = clean(text[rest:]).strip()
    clock = _clock(said.split(" ", 1)[0])
    if clock is not None:
        said = said.partition(" ")[2].strip()
    reader.keep(
        "step",
        at,
        len(reader.line),
        step=said,
        step_due=due or reader.today,
        step_time=clock,
        step_kind=kind_of(said),
    )


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
    title = " ".join(text for _, _, text in reader.words)
    for start, end, _ in reader.words:
        reader.keep("title", start, end)
    company = reader.draft.organization
    if company is None:
        company, title = _known_company(title, reader.known.organizations)
    if company is None and reader.draft.contact is None and title:
        company, title = title, ""
    reader.draft = replace(reader.draft, title=title, organization=company)


def _known_company(title: str, names: Collection[str]) -> tuple[str | None, str]:
    """The longest known company the title begins with, and the rest of the title."""
    folded = fold(title)
    begun = [name for name in names if _begins(folded, fold(name))]
    if not begun:
        return None, title
    company = max(begun, key=len)
    words = title.split(" ")
    for count in range(len(words), 0, -1):
        if fold(" ".join(words[:count])) == fold(company):
            return company, " ".join(words[count:]).lstrip("-–—: ")
    return company, title


def _begins(folded: str, name: str) -> bool:
    return bool(name) and (folded == name or folded.startswith(name + " "))
