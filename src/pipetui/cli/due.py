"""What is due, for a cron job or a look in the morning."""

from __future__ import annotations

from datetime import timedelta

import click

from pipetui import lang
from pipetui.cli import fields, shapes
from pipetui.cli.output import print_json, table
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.agenda import Planned, section
from pipetui.lang import _
from pipetui.store.agenda import Wanted, until


@verb(
    "due",
    _("Prints nothing and ends with 1 when nothing is due, so that a cron job mails only what there is."),
)
@click.option("--days", type=click.IntRange(0, 366), default=0, help=_("So many days ahead as well."))
@click.option("--owner", metavar=_("NAME"), help=_("Of one member; me for your own."))
@pass_session
def due(session: Session, days: int, owner: str | None) -> int:
    wanted = Wanted(session.today, fields.member(session, owner) if owner else None)
    found = until(session.db, wanted, session.today + timedelta(days=days))
    if session.options.json:
        print_json([shape(one) for one in found])
    elif found:
        heads = (_("No."), _("Deal"), _("Kind"), _("Planned"), _("About"), _("Text"))
        table(heads, [_row(one, session) for one in found], right=[_("No."), _("Deal")])
    return 0 if found else 1


def _row(one: Planned, session: Session) -> tuple[str, ...]:
    when = " ".join(filter(None, (lang.day(one.due_on, session.today), one.due_time)))
    late = f" ({_('overdue')})" if section(one.due_on, session.today) == "overdue" else ""
    return (
        str(one.id),
        str(one.deal_id or ""),
        lang.kind_word(one.kind),
        f"{when}{late}",
        one.about,
        f"{one.text}{lang.again(one.repeat)}".strip(),
    )


def shape(one: Planned) -> shapes.Json:
    """One planned step in JSON."""
    return {
        "id": one.id, "kind": one.kind, "text": one.text, "due": shapes.day(one.due_on), "time": one.due_time,
        "repeat": one.repeat, "deal": one.deal_id, "title": one.deal, "contact": one.contact,
        "organization": one.organization, "owner": one.owner,
        "amount": shapes.money(one.amount, one.currency), "currency": one.currency,
    }  # fmt: skip


COMMANDS = {"due": due}
