"""People and companies of a file: recognised by identifier, e-mail or name, completed where the store knew less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipetui.core.change import Change, Row, moment_text, row
from pipetui.core.deal import Contact, Organization
from pipetui.core.message import say
from pipetui.core.roster import Roster
from pipetui.core.text import fold
from pipetui.exchange.profiles import Kind
from pipetui.exchange.report import Report, RowRejected

Texts = dict[str, str]
Reader = Callable[[int, Texts], list[Change]]
FILLED = {
    "contacts": ("job", "email", "phone", "address", "city", "country", "notes", "external_id"),
    "organizations": (
        "industry",
        "email",
        "phone",
        "website",
        "address",
        "city",
        "country",
        "notes",
        "external_id",
    ),
}


class Parties:
    """The people and companies known so far; what a row adds is put before the row's own changes."""

    def __init__(self, roster: Roster, new: list[Change]) -> None:
        self._roster, self._new = roster, new
        self._companies: dict[str, int] = {}
        self._people: dict[tuple[str, int | None], int] = {}
        self._emails: dict[str, int] = {}
        self._identifiers: dict[tuple[str, str], int] = {}
        self._undo: list[tuple[dict[Any, int], Any]] = []
        for company in roster.companies:
            self._companies.setdefault(fold(company.name), company.id)
            if company.external_id:
                self._identifiers["organization", company.external_id] = company.id
        for person in roster.people:
            self._people.setdefault((fold(person.name), person.organization_id), person.id)
            if person.email:
                self._emails.setdefault(fold(person.email), person.id)
            if person.external_id:
                self._identifiers["contact", person.external_id] = person.id

    def mark(self) -> None:
        """A row begins."""
        self._undo.clear()

    def forget(self) -> None:
        """The row was rejected: what it brought did not come."""
        for known, key in self._undo:
            known.pop(key, None)

    def _learn(self, known: dict[Any, int], key: Any, number: int) -> None:
        if key not in known:
            known[key] = number
            self._undo.append((known, key))

    def company(self, name: str, **values: str) -> int:
        """The company of this name, a new one when nobody had it."""
        folded = fold(name)
        number = self._companies.get(folded)
        if number is None:
            number = self._roster.desk.new_id()
            self._learn(self._companies, folded, number)
            new = Organization(id=number, name=name, created_at=self._roster.desk.now, **values)  # type: ignore[arg-type]
            self._new.append(Change.add(new))
        return number

    def person(self, name: str, email: str | None, phone: str | None, company: int | None) -> int:
        """The person with this e-mail, or of this name in this company."""
        folded = fold(name)
        number = self._emails.get(fold(email)) if email else None
        number = number or self._people.get((folded, company))
        if number is None:
            number = self._roster.desk.new_id()
            new = Contact(
                id=number,
                name=name,
                organization_id=company,
                email=email,
                phone=phone,
                created_at=self._roster.desk.now,
            )
            self._new.append(Change.add(new))
            if email:
                self._learn(self._emails, fold(email), number)
        self._learn(self._people, (folded, company), number)
        return number

    def complete(self, company: int | None, texts: Texts) -> None:
        """An e-mail or a phone without a person belongs to the company, when the row brings the company."""
        for at, change in enumerate(self._new):
            if change.table == "organization" and change.id == company and change.after is not None:
                reach: Row = {name: texts[name] for name in ("email", "phone") if name in texts}
                self._new[at] = Change("organization", change.id, None, {**change.after, **reach})

    def reader(self, kind: Kind, report: Report) -> Reader:
        """What reads a row of a file of people, or of companies."""

        def read(line: int, texts: Texts) -> list[Change]:
            name = texts.get("name") or " ".join(
                filter(None, (texts.get("first_name"), texts.get("last_name")))
            )
            name = name or texts.get("email", "")
            if not name:
                raise RowRejected("name", say("no name"))
            values: Row = {each: texts[each] for each in FILLED[kind] if each in texts}
            if "employees" in texts:
                values["employees"] = _whole(texts["employees"])
            if _yes(texts.get("opted_out", "")):
                values["opted_out_at"] = moment_text(self._roster.desk.now)
            if kind == "contacts" and "organization" in texts:
                values["organization_id"] = self.company(texts["organization"])
            return self._party(kind, name, values, report)

        return read

    def _party(self, kind: Kind, name: str, values: Row, report: Report) -> list[Change]:
        known = self._known(kind, name, values)
        if known is None:
            number = self._roster.desk.new_id()
            blank = Contact if kind == "contacts" else Organization
            new = row(blank(id=number, name=name, created_at=self._roster.desk.now))
            if kind == "contacts":
                self._learn(self._people, (fold(name), values.get("organization_id")), number)
                if values.get("email"):
                    self._learn(self._emails, fold(str(values["email"])), number)
            else:
                self._learn(self._companies, fold(name), number)
            report.created += 1
            return [Change(blank.table, number, None, {**new, **values})]
        return self._completed(kind, known, values, report)

    def _known(self, kind: Kind, name: str, values: Row) -> int | None:
        table = "contact" if kind == "contacts" else "organization"
        number = self._identifiers.get((table, str(values.get("external_id"))))
        if number is None and kind == "organizations":
            number = self._companies.get(fold(name))
        elif number is None:
            email = values.get("email")
            number = self._emails.get(fold(str(email))) if email else None
            number = number or self._people.get((fold(name), values.get("organization_id")))  # type: ignore[arg-type]
        return number

    def _completed(self, kind: Kind, number: int, values: Row, report: Report) -> list[Change]:
        """What the store has wins over what a file says again; what it lacks is filled in."""
        if number < 0:
            report.unchanged += 1
            return []
        have: Mapping[str, Any]
        table = "contact" if kind == "contacts" else "organization"
        have = row(self._roster.person(number) if kind == "contacts" else self._roster.company(number))
        lacking = {
            name: value
            for name, value in values.items()
            if have[name] in (None, "") and value not in (None, "")
        }
        if not lacking:
            report.unchanged += 1
            return []
        report.updated += 1
        before: Row = {name: have[name] for name in lacking}
        return [Change(table, number, before, {**lacking})]


YES = frozenset(("1", "true", "yes", "y", "oui", "vrai", "x", "on"))
NO = frozenset(("", "0", "false", "no", "n", "non", "faux", "-", "off"))


def _yes(text: str) -> bool:
    """Whether a cell says yes. Raises RowRejected when it says neither, lest somebody who said no is written to."""
    word = fold(text).strip()
    if word not in YES | NO:
        raise RowRejected("opted_out", say("neither yes nor no"))
    return word in YES


def _whole(text: str) -> int:
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if not digits or len(digits) > 9 or "." in text:
        raise RowRejected("employees", say("not a whole number"))
    return int(digits)
