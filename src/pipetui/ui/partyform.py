"""The fields of a person or a company as a form, checked by the rules of phones and e-mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipetui import reach
from pipetui.core import fields, people
from pipetui.core.deal import Contact, Member, Organization
from pipetui.core.message import say
from pipetui.errors import Invalid
from pipetui.lang import _
from pipetui.store.roster import called, names
from pipetui.ui.dealform import known, one_of
from pipetui.ui.form import Row

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.store.customers import Party
    from pipetui.store.store import Store

FEW = 3000
"""So many companies are offered while a name is typed."""


def party_rows(store: Store, kind: type[Party], party: Party | None, home: str | None) -> list[Row]:
    """The rows of the form; a lead needs a name, and a phone or an e-mail."""

    def text(name: str) -> str:
        value = getattr(party, name, None) if party is not None else None
        return "" if value is None else str(value)

    country = reach.region(text("country")) or home
    members = [one for one in store.all(Member) if one.retired_at is None]
    owner = next((one.name for one in members if party is not None and one.id == party.owner_id), "")
    rows = [Row("name", _("Name"), text("name"), fields.name, required=True)]
    if kind is Contact:
        companies = names(store.db, Organization, "", FEW)
        number = getattr(party, "organization_id", None)
        company = store.get(Organization, number).name if number is not None else ""
        rows += [
            Row("organization", _("Organization"), company, known(companies), choices=companies),
            Row("job", _("Job"), text("job"), fields.words),
        ]
    rows += [
        Row("email", _("E-mail"), text("email"), reach.email, example="marie@example.com"),
        Row("phone", _("Phone"), text("phone"), phone_reader(country), example="+33 6 12 34 56 78"),
        Row("address", _("Address"), text("address"), fields.words),
        Row("city", _("City"), text("city"), fields.words),
        Row("country", _("Country"), text("country"), fields.words),
    ]
    if kind is Organization:
        rows += [
            Row("website", _("Website"), text("website"), fields.words),
            Row("industry", _("Industry"), text("industry"), fields.words),
            Row("employees", _("Employees"), text("employees"), whole, whole=True),
        ]
    choices = [one.name for one in members]
    return [*rows, Row("owner", _("Owner"), owner, one_of(choices), choices=choices, whole=True)]


def phone_reader(country: str | None) -> Callable[[str], str | None]:
    """Reads a phone number as it is dialled from a country."""
    return lambda text: reach.phone(text, country)


def whole(text: str) -> int | None:
    """Reads a whole number."""
    if not text:
        return None
    if not text.isdecimal():
        raise Invalid(say('"{text}" is not a whole number.', text=text[:40]))
    return int(text)


def values_of(store: Store, desk: Desk, values: dict[str, Any]) -> tuple[list[Organization], dict[str, Any]]:
    """What the form says as fields of the record, and a company that comes with it."""
    given, new = dict(values), list[Organization]()
    if "owner" in given:
        name = given.pop("owner")
        given["owner_id"] = next((one.id for one in store.all(Member) if one.name == name), None)
    if "organization" in given:
        name = given.pop("organization")
        found = [one for one in called(store, Organization, [name], FEW) if one.name == name] if name else []
        if name and not found:
            new.append(people.new_organization(desk, name=name))
        company = (found or new)[0] if name else None
        given["organization_id"] = company.id if company else None
    return new, given
