"""People and companies as the shell prints them: in a list, and one with all there is about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pipetui import lang, reach
from pipetui.cli import cards, shapes
from pipetui.cli.journal import shape as change_shape
from pipetui.cli.output import print_json, print_lines, table
from pipetui.core.deal import Contact, Member, Organization
from pipetui.core.message import say
from pipetui.core.text import clean
from pipetui.errors import NotFound
from pipetui.lang import _, labelled, told
from pipetui.store import customers, parties

if TYPE_CHECKING:
    from pipetui.cli.session import Session
    from pipetui.store.customers import File, Listed, Party


def list_all(
    session: Session, kind: type[Party], text: str, archived: bool, limit: int | None = None
) -> None:
    """Print people or companies, by name. Raises NotFound when the words find none."""
    parties.ensure(session.db)
    found = customers.numbers(session.db, kind.table, clean(text), archived)
    if text.strip() and not found:
        raise NotFound(say("Nothing matches."))
    shown = found[:limit]
    if session.options.json:
        companies = {one.id: one.name for one in session.store.all(Organization)} if kind is Contact else {}
        records = customers.records(session.store, kind, shown)
        print_json([_json(one, companies.get(getattr(one, "organization_id", None) or 0)) for one in records])
        return
    country = cards.home(session)
    rows = [_row(one, country) for one in customers.listed(session.db, kind.table, shown)]
    head = _("Organization") if kind is Contact else _("City")
    table((_("No."), _("Name"), head, _("E-mail"), _("Phone")), rows, right=[_("No.")])
    if len(shown) < len(found):
        print_lines([_("… {n} more: --limit shows them").format(n=lang.number(len(found) - len(shown)))])


def _row(one: Listed, country: str | None) -> tuple[str, ...]:
    second = one.company or one.city or ""
    phone = reach.phone_shown(one.phone, reach.region(one.country) or country, country) if one.phone else ""
    return str(one.id), one.name, second, one.email or "", phone


def _json(one: Party, company: str | None) -> shapes.Json:
    """A record in JSON; a person's company by its name."""
    values = shapes.record(one, leave=("organization_id",))
    return values | ({"organization": company} if isinstance(one, Contact) else {})


def tell(session: Session, kind: type[Party], number: int) -> None:
    """Print all there is about one."""
    file = customers.file_of(session.store, kind, number)
    if session.options.json:
        print_json(_whole(file, cards.home(session)))
    else:
        owner_id = file.party.owner_id
        owner = session.store.get(Member, owner_id).name if owner_id else ""
        print_lines(_page(file, cards.home(session), owner))


def _whole(file: File, country: str | None) -> shapes.Json:
    return _json(file.party, file.company.name if file.company else None) | {
        "missing": _missing(file.party),
        "doubtful": [name for name, wrong in _doubts(file.party, country).items() if wrong],
        "tags": [tag.name for tag in file.tags],
        "people": [shapes.record(one) for one in file.staff],
        "deals": [
            {
                "id": deal.id, "title": deal.title, "stage": stage.name, "role": role or None,
                "amount": shapes.money(deal.amount, deal.currency), "currency": deal.currency,
                "closed_at": shapes.moment(deal.closed_at),
            }
            for deal, stage, role in file.deals
        ],
        "activities": [shapes.record(one) for one in file.activities],
        "quotes": [shapes.record(one) for one in file.quotes],
        "history": [change_shape(entry) for entry in file.entries],
    }  # fmt: skip


def _missing(party: Party) -> list[str]:
    """A lead is a name with a phone or an e-mail: what of it is not known."""
    return [] if party.email or party.phone else ["email", "phone"]


def _doubts(party: Party, country: str | None) -> dict[str, bool]:
    return {
        "email": reach.doubtful_email(party.email),
        "phone": reach.doubtful_phone(party.phone, reach.region(party.country) or country),
    }


def _page(file: File, country: str | None, owner: str) -> Iterator[str]:
    party, doubts = file.party, _doubts(file.party, country)
    yield f"{party.id}  {party.name}"
    values = _json(party, file.company.name if file.company else None)
    if party.phone:
        values["phone"] = reach.phone_shown(party.phone, reach.region(party.country) or country, country)
    values.pop("owner_id", None)
    values["owner"] = owner
    for name, value in values.items():
        if value not in (None, "") and name not in ("id", "name", "notes", "created_at"):
            yield f"  {name}: {value}" + (f"  ({_('cannot be right')})" if doubts.get(name) else "")
    if _missing(party):
        yield f"  {_('no e-mail and no phone: a lead needs one of them')}"
    if file.tags:
        yield f"  {labelled(_('Tags'), ', '.join(tag.name for tag in file.tags))}"
    if party.notes:
        yield from ("", *(f"  {line}" for line in party.notes.splitlines()))
    yield from _hanging(file)


def _hanging(file: File) -> Iterator[str]:
    if file.staff:
        yield from ("", _("People"))
        yield from (f"  {one.id}  {one.name}  {one.job or ''}".rstrip() for one in file.staff)
    if file.deals:
        yield from ("", _("Deals"))
        for deal, stage, role in file.deals:
            amount = lang.money(deal.amount, deal.currency) if deal.amount is not None else "–"
            said = f"  ({role})" if role else ""
            yield f"  {deal.id}  {deal.title or file.party.name}  {stage.name}  {amount}{said}"
    if file.quotes:
        yield from ("", _("Quotes"))
        for quote in file.quotes:
            yield f"  {quote.number}  {quote.status}  {lang.money(quote.amount, quote.currency)}"
    if file.activities:
        yield from ("", _("Activities"))
        for one in file.activities:
            when = f"{one.done_at.astimezone():%Y-%m-%d}" if one.done_at else f"→ {one.due_on}"
            yield f"  {when}  {lang.kind_word(one.kind)}  {one.text}"
    if file.entries:
        yield from ("", _("History"))
        for entry in file.entries:
            yield f"  {entry.at.astimezone():%Y-%m-%d %H:%M}  {entry.member or ''}  {told(entry.sentence)}"
