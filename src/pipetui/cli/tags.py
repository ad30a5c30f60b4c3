"""Words that deals, people and companies carry."""

from __future__ import annotations

from collections import Counter

import click

from pipetui.cli import fields
from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, table
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import moves, people
from pipetui.core.deal import Contact, Deal, Organization, Tag, Tagging
from pipetui.core.message import say
from pipetui.lang import _


@family("tag")
@click.pass_context
def tag(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        context.invoke(list_tags)


@tag.command("list", help=_("The tags, and how many records carry each."))
@pass_session
def list_tags(session: Session) -> None:
    carried = Counter(one.tag_id for one in session.store.all(Tagging))
    tags = sorted(session.store.all(Tag), key=lambda one: one.name)
    if session.options.json:
        print_json([{"id": one.id, "name": one.name, "count": carried[one.id]} for one in tags])
        return
    rows = [(one.name, str(carried[one.id])) for one in tags]
    table((_("Tag"), _("Records")), rows, right=[_("Records")])


def _on(session: Session, kind: str, words: tuple[str, ...]) -> list[Deal | Contact | Organization]:
    """The records the words name: deals by number, people and companies by number or name."""
    if kind == "deal":
        numbers = [fields.number(text) or 0 for text in words]
        return [session.deal(number) for number in dict.fromkeys(numbers)]
    from pipetui.cli.customers import find

    return [
        find(session, Contact if kind == "contact" else Organization, text) for text in dict.fromkeys(words)
    ]


whom = click.argument("who", nargs=-1, required=True, metavar="ID...|NAME...")
on = click.option(
    "--on", "kind", type=click.Choice(("deal", "contact", "org")), default="deal",
    help=_("What the numbers and names are of."),
)  # fmt: skip


@tag.command("add", help=_("Put a tag on deals; with --on contact or --on org on people or companies."))
@click.argument("name")
@whom
@on
@pass_session
def add(session: Session, name: str, who: tuple[str, ...], kind: str) -> None:
    desk = session.desk
    one = found(name.lstrip("#"), session.store.all(Tag)) or people.new_word(Tag, desk, name)
    some = _on(session, kind, who)
    carried = session.store.all(Tagging, tag_id=one.id)
    session.commit(say("Tag with {tag}", tag=one.name), moves.tag(some, [one], carried, desk))
    _tell(session, some)


@tag.command("remove", help=_("Take a tag off."))
@click.argument("name")
@whom
@on
@pass_session
def remove(session: Session, name: str, who: tuple[str, ...], kind: str) -> None:
    one = the_one(name.lstrip("#"), session.store.all(Tag), say("tag"))
    some = _on(session, kind, who)
    wanted = {(each.table, each.id) for each in some}
    carried = [
        each
        for each in session.store.all(Tagging, tag_id=one.id)
        if (each.subject, each.subject_id) in wanted
    ]
    changes = [change for each in carried for change in moves.untag(each)]
    session.commit(say("Take the tag {tag} off", tag=one.name), changes)
    _tell(session, some)


def _tell(session: Session, some: list[Deal | Contact | Organization]) -> None:
    """Print what was tagged."""
    deals = [one.id for one in some if isinstance(one, Deal)]
    if deals:
        Reading(session).print_deals(deals)
        return
    from pipetui.cli import party

    for one in some:
        if not isinstance(one, Deal):
            party.tell(session, type(one), one.id)


COMMANDS = {"tag": tag}
