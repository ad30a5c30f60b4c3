"""Other values for the fields of a deal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pipetui.cli import fields
from pipetui.cli.match import found
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core import members, moves, people
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization, Source, Tag, Tagging
from pipetui.core.message import say
from pipetui.lang import _

if TYPE_CHECKING:
    from pipetui.core.desk import Desk

FIELDS = (
    "title", "amount", "currency", "contact", "organization", "owner", "source", "tags", "expected_close",
    "lost_reason", "chance", "chance_reason", "chance_until", "notes", "external_id",
)  # fmt: skip
SHORT = {"close": "expected_close", "org": "organization", "probability": "chance"}


@verb("edit", _("Fields:") + " " + ", ".join(FIELDS) + "\n\n" + _("An empty value clears the field: amount="))
@click.argument("deal_id", type=int, metavar="ID")
@click.argument("words", nargs=-1, required=True, metavar="FIELD=VALUE...")
@pass_session
def edit(session: Session, deal_id: int, words: tuple[str, ...]) -> None:
    named = fields.pairs(words, dict.fromkeys((*FIELDS, *SHORT)))
    given = {SHORT.get(field, field): value for field, value in named.items()}
    deal, desk = session.deal(deal_id), session.desk
    new, values = _values(session, deal, desk, given)
    changes = [*(Change.add(record) for record in new), *moves.edit(deal, desk, **values)]
    if "owner_id" in values:
        to = None if values["owner_id"] is None else session.store.get(Member, values["owner_id"])
        changes += members.given(deal, to, session.store.all(Activity, deal_id=deal.id, done_at=None))
    if "tags" in given:
        changes += _retagged(session, deal, desk, [name for name in given["tags"].split(";") if name.strip()])
    session.commit(say("Change {deal}", deal=deal.title or say("deal")), changes)
    Reading(session).print_deals([deal.id])


def _values(
    session: Session, deal: Deal, desk: Desk, given: dict[str, str]
) -> tuple[list[Contact | Organization | Source], dict[str, Any]]:
    """The values for the deal, and the records that come with them."""
    values: dict[str, Any] = {}
    new: list[Contact | Organization | Source] = []
    currency = given.get("currency", deal.currency).upper() or deal.currency
    for field, text in given.items():
        match field:
            case "amount":
                values |= _amount(text, currency)
            case "currency":
                values.setdefault("currency", currency)
            case "contact" | "organization" | "source":
                record = _party(session, desk, field, text)
                values[f"{field}_id"] = record.id if record else None
                new += [record] if record and record.id < 0 else []
            case "owner":
                values["owner_id"] = fields.member(session, text)
            case "expected_close":
                values["expected_close"] = fields.day(session, text)
            case "lost_reason":
                values["lost_reason_id"] = fields.reason(session, text)
            case "chance":
                values["pinned_chance"] = fields.number(text)
            case "chance_reason":
                values["pinned_reason"] = text or None
            case "chance_until":
                values["pinned_until"] = fields.day(session, text)
            case "title" | "notes" | "external_id":
                values[field] = text
    return _in_company(new), values


def _amount(text: str, currency: str) -> dict[str, Any]:
    if not text:
        return {"amount": None}
    from pipetui.core.money import amount_from_text

    money = amount_from_text(text, currency)
    return {"amount": money.minor, "currency": money.currency}


def _party(session: Session, desk: Desk, field: str, text: str) -> Contact | Organization | Source | None:
    """The person, company or source of this name; made when there is none."""
    if not text:
        return None
    if field == "contact":
        people_known = session.store.all(Contact, archived_at=None)
        return found(text, people_known) or people.new_contact(desk, name=text)
    if field == "organization":
        known = session.store.all(Organization, archived_at=None)
        return found(text, known) or people.new_organization(desk, name=text)
    return found(text, session.store.all(Source)) or people.new_word(Source, desk, text)


def _in_company(
    new: Sequence[Contact | Organization | Source],
) -> list[Contact | Organization | Source]:
    """A new person and a new company that come together belong together; the company is written first."""
    company = next((one for one in new if isinstance(one, Organization)), None)
    placed = [
        replace(one, organization_id=company.id) if company and isinstance(one, Contact) else one
        for one in new
    ]
    return sorted(placed, key=lambda one: isinstance(one, Contact))


def _retagged(session: Session, deal: Deal, desk: Desk, names: Sequence[str]) -> list[Change]:
    known = session.store.all(Tag)
    wanted = [found(name.lstrip("#"), known) or people.new_word(Tag, desk, name) for name in names]
    carried = session.store.all(Tagging, subject="deal", subject_id=deal.id)
    ids = {tag.id for tag in wanted}
    gone = [change for one in carried if one.tag_id not in ids for change in moves.untag(one)]
    return [*gone, *moves.tag([deal], wanted, carried, desk)]


COMMANDS = {"edit": edit}
