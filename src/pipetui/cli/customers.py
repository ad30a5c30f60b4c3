"""The customer file: people and companies, under the same verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipetui import reach
from pipetui.cli import cards, fields, party, shapes
from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, print_lines
from pipetui.cli.session import Session
from pipetui.cli.words import Family, family, pass_session
from pipetui.core import people
from pipetui.core.deal import Activity, Contact, Deal, Organization, Participant, Tagging
from pipetui.core.fields import CONTACT, ORGANIZATION
from pipetui.core.message import Message, say
from pipetui.core.text import clean, fold
from pipetui.errors import NotFound
from pipetui.lang import _, labelled
from pipetui.store import parties
from pipetui.store.customers import attached, numbers, records

if TYPE_CHECKING:
    from pipetui.core.desk import Desk

Party = Contact | Organization
Kind = type[Contact] | type[Organization]
words_of_fields = click.argument("words", nargs=-1, metavar="FIELD=VALUE...")
who = click.argument("who", metavar=_("NUMBER|NAME"))
REFERENCES = {"owner_id": "owner", "organization_id": "organization"}
"""Fields for which people say a name."""


def names(kind: Kind) -> dict[str, str]:
    """The fields of a kind by the word people write."""
    rules = CONTACT if kind is Contact else ORGANIZATION
    return {REFERENCES.get(field, field): field for field in rules}


def word(kind: Kind) -> Message:
    """What the kind is called."""
    return say("contact") if kind is Contact else say("organization")


def find(session: Session, kind: Kind, text: str) -> Party:
    """A person or a company by number, e-mail, name, or words that only one has. Raises NotFound."""
    if text.isdecimal():
        return session.store.get(kind, int(text))
    parties.ensure(session.db)
    having = records(session.store, kind, numbers(session.db, kind.table, clean(text)))
    by_mail = [one for one in having if one.email and fold(one.email) == fold(clean(text))]
    if len(by_mail) == 1 or len(having) == 1:
        return (by_mail or having)[0]
    return the_one(text, having or session.store.all(kind, archived_at=None), word(kind))


def declare(name: str, kind: Kind) -> Family:
    """The family of commands of one kind."""

    @family(name, _("Fields:") + " " + ", ".join(names(kind)))
    @click.pass_context
    def group(context: click.Context) -> None:
        session = context.find_object(Session)
        if session is not None and context.invoked_subcommand is None:
            party.list_all(session, kind, "", archived=False)

    verbs: Mapping[str, tuple[str, Callable[..., None]]] = {
        "list": (_("List them, or those whose name, e-mail or phone holds the words."), _list(kind)),
        "add": (_("Add one: pipetui {name} add Marie phone=0612345678").format(name=name), _add(kind)),
        "show": (_("Show all there is about one."), _show(kind)),
        "edit": (_("Change fields; an empty value clears one."), _edit(kind)),
        "merge": (
            _(
                "Put all of the first one onto the second; the first is archived. --keep phone=left decides a field."
            ),
            _merge(kind),
        ),
        "duplicates": (_("Who may be noted twice, and why."), _duplicates(kind)),
        "distinct": (_("Two that were proposed are not the same."), _distinct(kind)),
        "optout": (_("No marketing any more; --in: welcome again."), _opt(kind)),
        "export": (
            _(
                "Write them, or those the words find, into a file of vCards; all there is about one person, when it"
                " ends with .json."
            )
            if kind is Contact
            else _("Write them, or those the words find, into a file of vCards."),
            _export(kind),
        ),
        "archive": (_("Take one out of the lists; its deals stay."), _archive(kind)),
        "restore": (_("Bring an archived one back; by its number."), _restore(kind)),
        "delete": (_("Delete one made by mistake; refused when it has deals."), _delete(kind)),
    }
    for verb, (help_text, act) in verbs.items():
        group.command(verb, help=help_text)(act)
    if kind is Contact:
        group.command(
            "role", help=_("A person plays a part in a deal: pipetui contact role 12 Marie decides")
        )(_role())
        group.command("erase", help=_("Erase a person, from the journal too, for good."))(_erase())
    return group


def _list(kind: Kind) -> Callable[..., None]:
    @click.argument("words", nargs=-1)
    @click.option("--archived", is_flag=True, help=_("The archived ones."))
    @click.option("--limit", type=click.IntRange(min=1), help=_("At most so many."))
    @pass_session
    def act(session: Session, words: tuple[str, ...], archived: bool, limit: int | None) -> None:
        party.list_all(session, kind, " ".join(words), archived, limit)

    return act


def _add(kind: Kind) -> Callable[..., None]:
    @click.argument("name")
    @words_of_fields
    @pass_session
    def act(session: Session, name: str, words: tuple[str, ...]) -> None:
        desk = session.desk
        given = fields.pairs(words, names(kind)) if words else {}
        company, values = _values(session, desk, kind, given)
        if kind is Contact:
            new: Party = people.new_contact(desk, **{**values, "name": name})
        else:
            new = people.new_organization(desk, **{**values, "name": name})
        done = session.commit(say("Add {name}", name=new.name), people.add(*company, new))
        party.tell(session, kind, done.ids[new.id])

    return act


def _show(kind: Kind) -> Callable[..., None]:
    @who
    @pass_session
    def act(session: Session, who: str) -> None:
        party.tell(session, kind, find(session, kind, who).id)

    return act


def _edit(kind: Kind) -> Callable[..., None]:
    @who
    @words_of_fields
    @pass_session
    def act(session: Session, who: str, words: tuple[str, ...]) -> None:
        one = find(session, kind, who)
        company, values = _values(session, session.desk, kind, fields.pairs(words, names(kind)))
        changes = [*people.add(*company), *people.edit(one, **values)]
        session.commit(say("Change {name}", name=one.name), changes)
        party.tell(session, kind, one.id)

    return act


def _merge(kind: Kind) -> Callable[..., None]:
    @click.argument("gone")
    @click.argument("kept")
    @click.option(
        "--keep",
        "words",
        multiple=True,
        metavar="FIELD=left|right",
        help=_("Whose value is kept: left is the first one."),
    )
    @pass_session
    def act(session: Session, gone: str, kept: str, words: tuple[str, ...]) -> None:
        old, new = find(session, kind, gone), find(session, kind, kept)
        hanging = [*attached(session.store, old), *attached(session.store, new)]
        decided = cards.chosen(words, old, new, CONTACT if kind is Contact else ORGANIZATION)
        changes = people.merge(old, new, session.desk, hanging, decided)  # type: ignore[type-var]
        session.commit(say("Merge {gone} into {kept}", gone=old.name, kept=new.name), changes)
        party.tell(session, kind, new.id)

    return act


def _duplicates(kind: Kind) -> Callable[..., None]:
    @cards.LIMIT
    @pass_session
    def act(session: Session, limit: int) -> None:
        cards.doubles(session, kind.table, limit)

    return act


def _distinct(kind: Kind) -> Callable[..., None]:
    @click.argument("first", type=int)
    @click.argument("second", type=int)
    @pass_session
    def act(session: Session, first: int, second: int) -> None:
        for number in (first, second):
            session.store.get(kind, number)
        cards.apart(session, kind.table, first, second)

    return act


def _opt(kind: Kind) -> Callable[..., None]:
    @who
    @click.option("--in", "welcome", is_flag=True, help=_("Marketing is welcome again."))
    @pass_session
    def act(session: Session, who: str, welcome: bool) -> None:
        one = find(session, kind, who)
        label = say("{name} takes marketing", name=one.name)
        if not welcome:
            label = say("{name} wants no marketing", name=one.name)
        session.commit(label, people.opt(one, session.desk, not welcome))
        party.tell(session, kind, one.id)

    return act


def _role() -> Callable[..., None]:
    @click.argument("deal_id", type=int, metavar="ID")
    @who
    @click.argument("words", nargs=-1)
    @click.option("--remove", is_flag=True, help=_("No part any more."))
    @pass_session
    def act(session: Session, deal_id: int, who: str, words: tuple[str, ...], remove: bool) -> None:
        one = find(session, Contact, who)
        assert isinstance(one, Contact)
        parts = cards.role(session, deal_id, one, " ".join(words), remove)
        if session.options.json:
            print_json([shapes.record(part) for part in parts])
            return
        names = {part.contact_id: session.store.get(Contact, part.contact_id).name for part in parts}
        print_lines(labelled(names[part.contact_id], part.role) for part in parts)

    return act


def _export(kind: Kind) -> Callable[..., None]:
    @click.argument("words", nargs=-1)
    @click.option("--to", "file", required=True, type=click.Path(), help=_("The file to write."))
    @pass_session
    def act(session: Session, words: tuple[str, ...], file: str) -> None:
        if kind is Contact and words and Path(file).suffix.lower() == ".json":
            from pipetui.cli import privacy

            privacy.disclose(session, find(session, kind, " ".join(words)).id, Path(file))
            return
        parties.ensure(session.db)
        found = numbers(session.db, kind.table, clean(" ".join(words)))
        if words and not found:
            raise NotFound(say("Nothing matches."))
        cards.export(session, kind.table, found, Path(file))

    return act


def _erase() -> Callable[..., None]:
    @who
    @click.option("--yes", "sure", is_flag=True, help=_("Do not ask."))
    @pass_session
    def act(session: Session, who: str, sure: bool) -> None:
        from pipetui.cli import privacy

        number = int(who) if who.isdecimal() else find(session, Contact, who).id
        privacy.erase(session, number, sure)

    return act


def _archive(kind: Kind) -> Callable[..., None]:
    @who
    @pass_session
    def act(session: Session, who: str) -> None:
        one = find(session, kind, who)
        session.commit(say("Archive {name}", name=one.name), people.archive(one, session.desk))
        party.tell(session, kind, one.id)

    return act


def _restore(kind: Kind) -> Callable[..., None]:
    @click.argument("number", type=int)
    @pass_session
    def act(session: Session, number: int) -> None:
        one = session.store.get(kind, number)
        session.commit(say("Restore {name}", name=one.name), people.restore(one))
        party.tell(session, kind, one.id)

    return act


def _delete(kind: Kind) -> Callable[..., None]:
    @who
    @pass_session
    def act(session: Session, who: str) -> None:
        one = find(session, kind, who)
        hanging = attached(session.store, one)
        own = [each for each in hanging if isinstance(each, Activity | Tagging)]
        deals = sum(isinstance(each, Deal | Participant) for each in hanging)
        staff = sum(isinstance(each, Contact) for each in hanging)
        session.commit(say("Delete {name}", name=one.name), people.delete(one, deals, staff, own))

    return act


def _values(
    session: Session, desk: Desk, kind: Kind, given: Mapping[str, str]
) -> tuple[list[Organization], dict[str, Any]]:
    """The values for the record, and a company that comes with it."""
    values: dict[str, Any] = {}
    new: list[Organization] = []
    for field, text in given.items():
        name = names(kind)[field]
        if name == "owner_id":
            values[name] = fields.member(session, text)
        elif name == "employees":
            values[name] = fields.number(text)
        elif name == "email":
            values[name] = reach.email(text)
        elif name == "phone":
            values[name] = reach.phone(text, reach.region(given.get("country")) or cards.home(session))
        elif name == "organization_id":
            known = session.store.all(Organization, archived_at=None)
            company = found(text, known) if text else None
            if text and company is None:
                company = people.new_organization(desk, name=text)
                new.append(company)
            values[name] = company.id if company else None
        else:
            values[name] = text
    return new, values


COMMANDS = {"contact": declare("contact", Contact), "org": declare("org", Organization)}
