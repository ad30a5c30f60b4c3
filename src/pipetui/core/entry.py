"""From the draft of a quick entry to the changes that open the deal, with the people and companies it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pipetui.core import people
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Organization, Source, Tag
from pipetui.core.desk import Desk
from pipetui.core.moves import open_deal
from pipetui.core.quickadd import Draft
from pipetui.core.step import Step
from pipetui.core.text import fold
from pipetui.errors import Invalid

N = TypeVar("N", Contact, Organization, Source, Tag)
P = TypeVar("P", Contact, Organization)
W = TypeVar("W", Source, Tag)


@dataclass(slots=True)
class Register:
    """The names there are, by their folded form; what a line brings is entered for the lines that follow."""

    contacts: dict[str, list[Contact]] = field(default_factory=dict)
    organizations: dict[str, list[Organization]] = field(default_factory=dict)
    sources: dict[str, list[Source]] = field(default_factory=dict)
    tags: dict[str, list[Tag]] = field(default_factory=dict)
    written: set[tuple[str, int]] = field(default_factory=set)
    """New records that an earlier line of the batch brought already."""

    @classmethod
    def of(
        cls,
        contacts: Iterable[Contact],
        organizations: Iterable[Organization],
        sources: Iterable[Source],
        tags: Iterable[Tag],
    ) -> Register:
        """A register of these records; leave archived ones out."""
        return cls(_by_name(contacts), _by_name(organizations), _by_name(sources), _by_name(tags))


def _by_name(records: Iterable[N]) -> dict[str, list[N]]:
    found: dict[str, list[N]] = {}
    for record in records:
        found.setdefault(fold(record.name), []).append(record)
    return found


def opened(draft: Draft, desk: Desk, register: Register) -> tuple[Change, ...]:
    """A new deal as the draft tells it. Known people and companies are recognised, and what they lacked is filled in.

    Raises Invalid for the first problem of the draft, and what `moves.open_deal` raises.
    """
    if draft.problems:
        problem = draft.problems[0]
        raise Invalid(problem.message, at=problem.start)
    organization, filled = _organization(draft, desk, register)
    contact, more = _contact(draft, desk, register, organization)
    values: dict[str, Any] = {
        "title": draft.title,
        "expected_close": draft.close,
        "pinned_chance": draft.chance,
    }
    if draft.amount is not None:
        values |= {"amount": draft.amount.minor, "currency": draft.amount.currency}
    changes = open_deal(
        desk,
        contact=contact,
        organization=organization,
        source=_word(Source, draft.source, desk, register.sources) if draft.source else None,
        tags=[_word(Tag, name, desk, register.tags) for name in draft.tags],
        stage=next((one for one in desk.used if one.name == draft.stage), None),
        step=_step(draft),
        **values,
    )
    return (*_once(changes, register), *filled, *more)


def _organization(
    draft: Draft, desk: Desk, register: Register
) -> tuple[Organization | None, tuple[Change, ...]]:
    if not draft.organization:
        return None, ()
    known = register.organizations.setdefault(fold(draft.organization), [])
    reach = {} if draft.contact else {"email": draft.email, "phone": draft.phone}
    if not known:
        known.append(people.new_organization(desk, name=draft.organization, **reach))
        return known[0], ()
    known[0], changes = _filled(known[0], reach)
    return known[0], changes


def _contact(
    draft: Draft, desk: Desk, register: Register, organization: Organization | None
) -> tuple[Contact | None, tuple[Change, ...]]:
    """The person named; without a name or a company, whoever has this e-mail or phone is called by it."""
    name = draft.contact or (None if organization else draft.email or draft.phone)
    if not name:
        return None, ()
    company_id = organization.id if organization else None
    reach = {"email": draft.email, "phone": draft.phone}
    known = register.contacts.setdefault(fold(name), [])
    place = next((i for i, one in enumerate(known) if _same(one, draft, company_id)), None)
    if place is None:
        known.append(people.new_contact(desk, name=name, organization_id=company_id, **reach))
        return known[-1], ()
    known[place], changes = _filled(known[place], {**reach, "organization_id": company_id})
    return known[place], changes


def _same(one: Contact, draft: Draft, company_id: int | None) -> bool:
    """Whether a person of this name is the one meant: neither the e-mail nor the company says otherwise."""
    if draft.email and one.email:
        return fold(draft.email) == fold(one.email)
    return company_id is None or one.organization_id in (None, company_id)


def _filled(party: P, values: dict[str, Any]) -> tuple[P, tuple[Change, ...]]:
    """The record with these values where it had none, and the change that does it."""
    lacking = {name: value for name, value in values.items() if value and not getattr(party, name)}
    return (replace(party, **lacking), people.edit(party, **lacking)) if lacking else (party, ())


def _word(kind: type[W], name: str, desk: Desk, known: dict[str, list[W]]) -> W:
    found = known.setdefault(fold(name.lstrip("#")), [])
    if not found:
        found.append(people.new_word(kind, desk, name))
    return found[0]


def _step(draft: Draft) -> Step | None:
    if draft.step is None:
        return None
    return Step(draft.step_kind, draft.step, draft.step_due, draft.step_time, draft.step_repeat)


def _once(changes: Iterable[Change], register: Register) -> list[Change]:
    """The changes without the records that an earlier line brought."""
    kept = []
    for change in changes:
        key = change.table, change.id
        if change.before is not None or key not in register.written:
            kept.append(change)
        if change.before is None:
            register.written.add(key)
    return kept
