"""The customer file beyond single records: who is noted twice, who takes part in a deal, vCards in and out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipetui import lang, likeness, reach
from pipetui.cli.output import print_json, print_lines, progress_bar, table, talk
from pipetui.cli.session import Session
from pipetui.core import people
from pipetui.core.deal import Contact, Organization, Participant, Setting
from pipetui.core.message import say, say_n
from pipetui.errors import Invalid, Refused, reason_of
from pipetui.lang import _
from pipetui.store import parties
from pipetui.store.customers import listed, numbers, reachable

if TYPE_CHECKING:
    from pipetui.exchange.report import Report
    from pipetui.store.customers import Party


def home(session: Session) -> str | None:
    """The country phone numbers are dialled from."""
    setting = next(iter(session.store.all(Setting, name="country")), None)
    return reach.home(setting.value if setting else None)


def doubles(session: Session, subject: str, limit: int) -> None:
    """Print pairs that may be one, the likeliest first."""
    found = likeness.found(session.db, subject, home(session), progress_bar())[:limit]
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
    """Of `--keep phone=left`: the values that were decided. Raises Invalid."""
    values: dict[str, object] = {}
    known = tuple(fields)
    for word in words:
        name, _equals, side = word.partition("=")
        if name not in known or side not in ("left", "right"):
            raise Invalid(
                say('"{word}" decides no field.', word=word),
                say(
                    "Write FIELD=left for the first one's value, FIELD=right for the other's; the fields are {names}.",
                    names=", ".join(known),
                ),
            )
        values[name] = getattr(gone if side == "left" else kept, name)
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
    from pipetui.exchange.cards import Cards
    from pipetui.exchange.vcard import read
    from pipetui.store.gate import refusal

    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Invalid(
            say("{file} cannot be read: {reason}.", file=path.name, reason=reason_of(error))
        ) from error
    cards, rejected = read(text)
    for line, reason in rejected:
        report.reject(line, "", "", reason)
    store = session.store
    taking = Cards(
        store.all(Contact, archived_at=None),
        store.all(Organization, archived_at=None),
        session.desk,
        report,
        lambda changes: refusal(store.db, store.actor, changes),
    )
    changes = taking.changes(cards)
    return None if dry_run else session.commit(say("Import {file}", file=path.name), changes).batch_id


def write_cards(session: Session, path: Path) -> tuple[int, int]:
    """All people and companies as vCards; how many were written, and how many want no marketing and were left out."""
    from pipetui.exchange.export import put

    text, n, left = "", 0, 0
    for subject in ("contact", "organization"):
        parties.ensure(session.db)
        some, kept, out = _cards(session, subject, numbers(session.db, subject))
        text, n, left = text + some, n + kept, left + out
    put(path, text.encode("utf-8"))
    return n, left


def _cards(session: Session, subject: str, wanted: Sequence[int]) -> tuple[str, int, int]:
    from pipetui.exchange.vcard import vcards

    kept, companies = reachable(session.store, subject, wanted)
    contacts = [one for one in kept if isinstance(one, Contact)]
    firms = [one for one in kept if isinstance(one, Organization)]
    return vcards(contacts, firms, companies), len(kept), len(wanted) - len(kept)


def export(session: Session, subject: str, wanted: Sequence[int], path: Path) -> None:
    """These people or companies as vCards in a file, and say how many."""
    from pipetui.exchange.export import put

    text, n, left = _cards(session, subject, wanted)
    put(path, text.encode("utf-8"))
    say_written(session, path, n, left)


def say_written(session: Session, path: Path, n: int, left: int) -> None:
    """How many cards stand in the file, and how many people want none of it."""
    if session.options.json:
        print_json({"file": str(path), "cards": n, "opted_out": left})
        return
    talk(lang.told(say_n("{n} card written to {file}.", "{n} cards written to {file}.", n, file=str(path))))
    if left:
        out = say_n(
            "{n} wants no marketing and was left out.", "{n} want no marketing and were left out.", left
        )
        talk(lang.told(out))


LIMIT = click.option("--limit", type=click.IntRange(1, 500), default=50, help=_("At most so many."))
