"""Words that deals carry."""

from __future__ import annotations

from collections import Counter

import click

from pipetui.cli.deals import act, the_ids
from pipetui.cli.match import found, the_one
from pipetui.cli.output import print_json, table
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core import moves, people
from pipetui.core.deal import Tag, Tagging
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


@tag.command("add", help=_("Put a tag on deals."))
@click.argument("name")
@the_ids
@pass_session
def add(session: Session, name: str, ids: tuple[int, ...]) -> None:
    desk = session.desk
    one = found(name.lstrip("#"), session.store.all(Tag)) or people.new_word(Tag, desk, name)
    deals = [session.deal(number) for number in dict.fromkeys(ids)]
    carried = session.store.all(Tagging, tag_id=one.id)
    session.commit(say("Tag with {tag}", tag=one.name), moves.tag(deals, [one], carried, desk))
    Reading(session).print_deals([deal.id for deal in deals])


@tag.command("remove", help=_("Take a tag off deals."))
@click.argument("name")
@the_ids
@pass_session
def remove(session: Session, name: str, ids: tuple[int, ...]) -> None:
    one = the_one(name.lstrip("#"), session.store.all(Tag), say("tag"))
    carried = {
        tagging.subject_id: tagging for tagging in session.store.all(Tagging, tag_id=one.id, subject="deal")
    }
    act(
        session,
        ids,
        say("Take the tag {tag} off", tag=one.name),
        lambda deal: moves.untag(carried[deal.id]) if deal.id in carried else (),
    )


COMMANDS = {"tag": tag}
