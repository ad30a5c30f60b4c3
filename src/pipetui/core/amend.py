"""From the values of a form, names as people type them, to the changes of a deal and of whom it hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipetui.core import members as rules
from pipetui.core import moves, people
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization, Source, Tag, Tagging
from pipetui.core.desk import Desk
from pipetui.core.entry import Register
from pipetui.core.text import fold

PLAIN = ("title", "expected_close", "pinned_chance", "pinned_reason", "pinned_until", "notes")
"""Fields of a deal that stand in the form as they are."""
REACH = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Subject:
    """A deal with whom it hangs on and what it carries."""

    deal: Deal
    contact: Contact | None
    organization: Organization | None
    taggings: Sequence[Tagging]
    steps: Sequence[Activity] = ()
    """What is planned for it."""


def amended(
    subject: Subject, values: Mapping[str, Any], desk: Desk, register: Register, members: Sequence[Member]
) -> tuple[Change, ...]:
    """The changes that give a deal these values; people, companies, sources and tags nobody had yet come with them.

    `organization`, `contact`, `owner`, `source` are names or None, `amount` a Money or None, `tags` names; `email` and
    `phone` are the contact's, or the company's when there is no contact. Raises Invalid, Refused.
    """
    deal, along, new = subject.deal, tuple[Change, ...](), list[Contact | Organization | Source]()
    given: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
    if "amount" in values:
        money = values["amount"]
        given |= {"amount": None} if money is None else {"amount": money.minor, "currency": money.currency}
    organization, contact = subject.organization, subject.contact
    if "organization" in values:
        organization = _named(register.organizations, values["organization"])
        if organization is None and values["organization"]:
            organization = people.new_organization(desk, name=values["organization"])
            new.append(organization)
        given["organization_id"] = organization.id if organization else None
    if "contact" in values:
        contact = _named(register.contacts, values["contact"])
        if contact is None and values["contact"]:
            company_id = organization.id if organization else None
            contact = people.new_contact(desk, name=values["contact"], organization_id=company_id)
            new.append(contact)
        given["contact_id"] = contact.id if contact else None
    if "owner" in values:
        owner = next((one for one in members if one.name == values["owner"]), None)
        given["owner_id"] = owner.id if owner else None
        along = rules.given(deal, owner, subject.steps)
    if "source" in values:
        source = _named(register.sources, values["source"])
        if source is None and values["source"]:
            source = people.new_word(Source, desk, values["source"])
            new.append(source)
        given["source_id"] = source.id if source else None
    reached, edits = _reached(
        contact or organization, {name: values[name] for name in REACH if name in values}
    )
    added = [Change.add(reached if reached and one.id == reached.id else one) for one in new]
    tagged = _tagged(subject, values["tags"], desk, register) if "tags" in values else ()
    return (*added, *edits, *moves.edit(deal, desk, **given), *along, *tagged)


def _named(known: Mapping[str, Sequence[Any]], name: str | None) -> Any:
    return next(iter(known.get(fold(name), ())), None) if name else None


def _reached(
    party: Contact | Organization | None, reach: Mapping[str, Any]
) -> tuple[Contact | Organization | None, tuple[Change, ...]]:
    """The person or company with these ways to reach it; the change, when the store knows it already."""
    if party is None or not reach:
        return None, ()
    if party.id < 0:
        return replace(party, **reach), ()
    return None, people.edit(party, **reach)


def _tagged(subject: Subject, names: Sequence[str], desk: Desk, register: Register) -> tuple[Change, ...]:
    wanted: list[Tag] = [_named(register.tags, name) or people.new_word(Tag, desk, name) for name in names]
    numbers = {tag.id for tag in wanted}
    gone = [change for one in subject.taggings if one.tag_id not in numbers for change in moves.untag(one)]
    return (*gone, *moves.tag([subject.deal], wanted, subject.taggings, desk))
