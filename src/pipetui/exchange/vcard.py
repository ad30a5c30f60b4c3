"""People and companies as vCards (RFC 2426, version 3.0), and back. What a name holds stays one value of one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pipetui.core.deal import Contact, Organization
from pipetui.core.message import Message, say
from pipetui.core.text import clean
from pipetui.errors import Invalid


class Card(NamedTuple):
    """One vCard that was read: fields of a person, or of a company, and the company a person belongs to."""

    line: int
    """Where it begins in the file."""
    kind: type[Contact] | type[Organization]
    values: dict[str, Any]
    company: str


def vcards(
    contacts: Iterable[Contact],
    organizations: Iterable[Organization] = (),
    companies: Mapping[int, str] | None = None,
) -> str:
    """The file of these people and companies; `companies` are the names of the people's companies by number."""
    names = companies or {}
    cards = [_person(one, names.get(one.organization_id or 0, "")) for one in contacts]
    return "".join([*cards, *map(_company, organizations)])


def _person(one: Contact, company: str) -> str:
    card = _card(one.name, one)
    first, _, last = clean(one.name).rpartition(" ")
    from vobject.vcard import Name

    card.add("n").value = Name(family=last, given=first)
    if company:
        card.add("org").value = [clean(company)]
    if one.job:
        card.add("title").value = clean(one.job)
    return _written(card)


def _company(one: Organization) -> str:
    card = _card(one.name, one)
    from vobject.vcard import Name

    card.add("n").value = Name(family=clean(one.name))
    card.add("org").value = [clean(one.name)]
    card.add("x-abshowas").value = "COMPANY"
    if one.website:
        card.add("url").value = clean(one.website)
    return _written(card)


def _card(name: str, one: Contact | Organization) -> Any:
    import vobject
    from vobject.vcard import Address

    card = vobject.vCard()
    card.add("fn").value = clean(name)
    card.add("uid").value = f"{one.table}-{one.id}@pipetui"
    if one.email:
        card.add("email").value = clean(one.email)
    if one.phone:
        card.add("tel").value = clean(one.phone)
    if one.address or one.city or one.country:
        parts = {"street": one.address, "city": one.city, "country": one.country}
        card.add("adr").value = Address(**{name: clean(part or "") for name, part in parts.items()})
    if one.notes:
        card.add("note").value = clean(one.notes, lines=True)
    return card


def _written(card: Any) -> str:
    text: str = card.serialize()
    return text


def read(text: str) -> tuple[list[Card], list[tuple[int, Message]]]:
    """The cards of a file, and what could not be read: its line and why. Raises Invalid for a file without cards."""
    if "BEGIN:VCARD" not in text.upper():
        raise Invalid(say("The file holds no vCard."), say("A vCard begins with BEGIN:VCARD."))
    cards, rejected = list[Card](), list[tuple[int, Message]]()
    for line, block in _blocks(text):
        try:
            cards.append(_read(line, block))
        except Invalid as error:
            rejected.append((line, error.message))
    return cards, rejected


def _blocks(text: str) -> Iterable[tuple[int, str]]:
    lines, began = list[str](), 0
    # Only ends of lines as the format knows them; a line that begins with a space goes on with the one before.
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        if line.rstrip().upper() == "BEGIN:VCARD":
            lines, began = [], number
        lines.append(line)
        if line.rstrip().upper() == "END:VCARD" and began:
            yield began, "\r\n".join(lines) + "\r\n"
            began = 0
    if began:
        yield began, "\r\n".join(lines)


def _read(line: int, block: str) -> Card:
    import vobject
    from vobject.base import ParseError

    try:
        card = vobject.readOne(block)
    except (ParseError, ValueError, AttributeError, LookupError, TypeError, StopIteration) as error:
        raise Invalid(say("The vCard cannot be read.")) from error
    name = _text(card, "fn") or " ".join(_text(card, "n").split())
    company = _first(getattr(getattr(card, "org", None), "value", ""))
    shown_as = _text(card, "x_abshowas").upper() == "COMPANY" or _text(card, "kind").lower() == "org"
    is_company = shown_as or (company and company == (name or company))
    if not (name or company):
        raise Invalid(say("A name is needed."))
    address = getattr(getattr(card, "adr", None), "value", None)
    values: dict[str, Any] = {
        "name": name or company,
        "email": _text(card, "email") or None,
        "phone": _dialled(_text(card, "tel")) or None,
        "address": _part(address, "street"),
        "city": " ".join(filter(None, (_part(address, "code"), _part(address, "city")))) or None,
        "country": _part(address, "country"),
        "notes": clean(_joined(getattr(getattr(card, "note", None), "value", "")), lines=True).strip(),
    }
    if is_company:
        return Card(line, Organization, {**values, "website": _text(card, "url") or None}, "")
    return Card(line, Contact, {**values, "job": _text(card, "title") or None}, company)


def _text(card: Any, name: str) -> str:
    return clean(_joined(getattr(getattr(card, name, None), "value", ""))).strip()


def _joined(value: Any) -> str:
    """A value in one text; where a comma was not escaped it was taken for several."""
    return ", ".join(map(_joined, value)) if isinstance(value, list) else str(value or "")


def _first(value: Any) -> str:
    """Of a company and its departments: the company."""
    return clean(_joined(value[0] if isinstance(value, list) and value else value)).strip()


def _dialled(text: str) -> str:
    """A number, also one written as an address: `tel:+33-6-12;ext=5`."""
    if not text.lower().startswith("tel:"):
        return text
    number, _, extension = text[4:].partition(";ext=")
    number = number.split(";")[0]
    return f"{number} ext. {extension.split(';')[0]}" if extension else number


def _part(address: Any, name: str) -> str | None:
    return clean(_joined(getattr(address, name, ""))).strip() or None
