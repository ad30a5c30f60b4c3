"""The customer file beyond single records: who is noted twice, who takes part in a deal, vCards in and out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipetui import lang, likeness, reach
from pipetui.cli.output import print_json, print_lines, table
from pipetui.cli.session import Session
from pipetui.core import people
from pipetui.core.deal import Contact, Organization, Participant, Setting
from pipetui.core.message import say
from pipetui.errors import Invalid, Refused
from pipetui.lang import _
from pipetui.store.customers import listed

if TYPE_CHECKING:
    from pipetui.exchange.report import Report
    from pipetui.store.customers import Party


def home(session: Session) -> str | None:
    """The country phone numbers are dialled from."""
    setting = next(iter(session.store.all(Setting, name="country")), None)
    return reach.home(setting.value if setting else None)


def doubles(session: Session, subject: str, limit: int) -> None:
    """Print pairs that may be one, the likeliest first."""
    found = likeness.found(session.db, subject, home(session))[:limit]
    names = {
        one.id: one for one in listed(session.db, subject, [n for d in found for n in (d.first, d.second)])
    }
    if session.options.json:
        print_json([
            {"first": one.first, "second": one.second, "score": round(one.score),
             "names": [names[one.first].name, names[one.second].name],
             "reasons": [lang.told(reason) for reason in one.reasons]}
            for one in found
        ])  # fmt: skip
        return
    if not found:
        print_lines([_("Nobody seems to be noted twice.")])
        return
    rows = [
        (str(one.first), names[one.first].name, str(one.second), names[one.second].name,
         ", ".join(lang.told(reason) for reason in one.reasons))
        for one in found
    ]  # fmt: skip
    table((_("No."), _("Name"), _("and"), _("Name"), _("Why")), rows, right=[_("No."), _("and")])


def apart(session: Session, subject: str, first: int, second: int) -> None:
    """Two records are not the same, and are proposed no more."""
    from pipetui.core.change import Change

    name = likeness.setting(subject, first, second)
    if session.store.all(Setting, name=name):
        raise Refused(say("They are told apart already."))
    told_apart = Change.add(Setting(id=-1, name=name, value="1"))
    session.commit(say("{one} and {other} are not the same", one=first, other=second), (told_apart,))


def chosen(words: Iterable[str], gone: Party, kept: Party, fields: Iterable[str]) -> dict[str, object]:
    """Of `--keep phone=gone`: the values that were decided. Raises Invalid."""
    values: dict[str, object] = {}
    known = tuple(fields)
    for word in words:
        name, _equals, side = word.partition("=")
        if name not in known or side not in ("gone", "kept"):
            raise Invalid(
                say('"{word}" decides no field.', word=word),
                say("Write FIELD=gone or FIELD=kept; the fields are {names}.", names=", ".join(known)),
            )
        values[name] = getattr(gone if side == "gone" else kept, name)
    return values


def role(session: Session, deal_id: int, who: Contact, text: str, remove: bool) -> list[Participant]:
    """A person plays a part in a deal, or none any more; the parts of the deal afterwards."""
    deal = session.deal(deal_id)
    parts = session.store.all(Participant, deal_id=deal.id)
    own = [one for one in parts if one.contact_id == who.id]
    if remove:
        if not own:
            raise Refused(say("{name} takes no part in it.", name=who.name))
        session.commit(say("{name} takes no part any more", name=who.name), people.leave_deal(own[0]))
    else:
        changes = people.take_part(deal, who, text, parts, session.desk)
        session.commit(say("{name} takes part", name=who.name), changes)
    return session.store.all(Participant, deal_id=deal.id)


def read_cards(session: Session, path: Path, report: Report, dry_run: bool) -> int | None:
    """Take in a file of vCards as one batch; its number, or None. Raises Invalid."""
    from pipetui.core.message import Message
    from pipetui.exchange.cards import Cards
    from pipetui.exchange.vcard import read

    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Invalid(
            say("{file} cannot be read: {reason}.", file=path.name, reason=error.strerror or str(error))
        ) from error
    cards, rejected = read(text)
    for line, reason in rejected:
        report.reject(line, "", "", Message(reason, {}, ""))
    store = session.store
    taking = Cards(
        store.all(Contact, archived_at=None), store.all(Organization, archived_at=None), session.desk, report
    )
    changes = taking.changes(cards)
    return None if dry_run else session.commit(say("Import {file}", file=path.name), changes).batch_id


def write_cards(session: Session, path: Path) -> tuple[int, int]:
    """Everybody who is not archived and takes marketing, as vCards; how many, and how many were left out."""
    from pipetui.exchange.vcard import vcards

    contacts = session.store.all(Contact, archived_at=None)
    companies = {one.id: one for one in session.store.all(Organization)}
    out = [
        one
        for one in contacts
        if one.opted_out_at is None
        and (one.organization_id is None or companies[one.organization_id].opted_out_at is None)
    ]
    firms = [one for one in companies.values() if one.archived_at is None and one.opted_out_at is None]
    text = vcards(out, firms, {number: one.name for number, one in companies.items()})
    write(path, text.encode("utf-8"))
    return len(out) + len(firms), len(contacts) - len(out)


def write(path: Path, data: bytes) -> None:
    """Put bytes in a file. Raises Refused."""
    try:
        path.write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(say("{file} cannot be written: {reason}.", file=str(path), reason=reason)) from error


LIMIT = click.option("--limit", type=click.IntRange(1, 500), default=50, help=_("At most so many."))
