"""People and companies from vCards into the customer file: those known get what they lacked, the others are new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pipetui.core import people
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Organization
from pipetui.core.desk import Desk
from pipetui.core.text import fold
from pipetui.errors import Invalid, PipetuiError
from pipetui.exchange.report import Report
from pipetui.exchange.vcard import Card

P = TypeVar("P", Contact, Organization)


class Cards:
    """One import of vCards into the people and companies there are."""

    def __init__(
        self,
        contacts: Iterable[Contact],
        organizations: Iterable[Organization],
        desk: Desk,
        report: Report,
        refused: Callable[[Iterable[Change]], PipetuiError | None] = lambda changes: None,
    ) -> None:
        """`refused` tells why changes are not for who imports to make."""
        self._desk, self._report, self._refused = desk, report, refused
        self._companies = {fold(one.name): one for one in organizations}
        self._by_mail: dict[str, Contact] = {}
        self._by_name: dict[tuple[str, int | None], Contact] = {}
        for one in contacts:
            self._know(one)

    def _know(self, one: Contact) -> None:
        if one.email:
            self._by_mail.setdefault(fold(one.email), one)
        self._by_name.setdefault((fold(one.name), one.organization_id), one)

    def changes(self, cards: Sequence[Card]) -> list[Change]:
        """What the cards add to the file; one that does not fit is rejected with its line."""
        changes: list[Change] = []
        for card in cards:
            try:
                changes += self._company(card) if card.kind is Organization else self._person(card)
            except Invalid as error:
                self._report.reject(card.line, "", str(card.values.get("name")), error.message)
        return changes

    def _company(self, card: Card) -> tuple[Change, ...]:
        known = self._companies.get(fold(card.values["name"]))
        if known is None:
            new = people.new_organization(self._desk, **card.values)
            self._companies[fold(new.name)] = new
            return self._added(new)
        self._companies[fold(known.name)], changes = self._filled(known, card.values, card)
        return changes

    def _person(self, card: Card) -> tuple[Change, ...]:
        values, more = dict(card.values), tuple[Change, ...]()
        if card.company:
            company = self._companies.get(fold(card.company))
            if company is None:
                company = people.new_organization(self._desk, name=card.company)
                self._companies[fold(company.name)] = company
                more = self._added(company)
            values["organization_id"] = company.id
        mail = fold(values["email"]) if values["email"] else None
        known = self._by_mail.get(mail) if mail else None
        known = known or self._by_name.get((fold(values["name"]), values.get("organization_id")))
        if known is None or (mail and known.email and fold(known.email) != mail):
            new = people.new_contact(self._desk, **values)
            self._know(new)
            return (*more, *self._added(new))
        fresh, changes = self._filled(known, values, card)
        self._know(fresh)
        return (*more, *changes)

    def _added(self, new: Contact | Organization) -> tuple[Change, ...]:
        self._report.created += 1
        return (Change.add(new),)

    def _filled(self, known: P, values: dict[str, Any], card: Card) -> tuple[P, tuple[Change, ...]]:
        """What the record lacked; one that comes with this import is filled as it comes."""
        lacking = {name: value for name, value in values.items() if value and not getattr(known, name)}
        if not lacking:
            self._report.unchanged += 1
            return known, ()
        changes = people.edit(known, **lacking)
        if (error := self._refused(changes)) is not None:
            self._report.reject(card.line, "", known.name, error.message)
            return known, ()
        self._report.updated += 1
        return replace(known, **lacking), changes
