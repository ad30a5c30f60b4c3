"""Who works in the store: roles, leavers, and deals handed over in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli.match import the_one
from pipetui.cli.output import print_json, table, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session, query_text, query_verb
from pipetui.core import access
from pipetui.core import members as rules
from pipetui.core.access import ROLE_NAMES, Role
from pipetui.core.deal import Member
from pipetui.core.message import say, say_n
from pipetui.core.moment import local_day
from pipetui.core.text import clean, fold
from pipetui.errors import Forbidden, NotFound
from pipetui.lang import _, told
from pipetui.store import team

if TYPE_CHECKING:
    from datetime import datetime

    from pipetui.core.members import Held
    from pipetui.core.query import Expr

NOBODY = ("nobody", "none", "personne", "aucun")
CLOSED = ("won", "lost", "closed", "archived")
"""Words after `is:` that ask for deals that are not open."""
to_whom = click.option("--to", metavar="LOGIN", help=_("Who takes them: a login, or nobody."))


@family("members", _("Roles: reader, rep, manager, admin. Each may do what the one before may."))
@click.pass_context
def members(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


@members.command("list", help=_("Who works here: role, open deals, the last act."))
@pass_session
def list_members(session: Session) -> None:
    show(session)


@members.command("add", help=_("Somebody who may write from now on, by login name."))
@click.argument("login")
@click.option("--name", default="", metavar=_("NAME"), help=_("As cards show it; the login by default."))
@click.option("--email", metavar=_("ADDRESS"), help=_("Their e-mail address."))
@click.option("--role", default="rep", metavar=_("ROLE"), help=_("reader, rep, manager or admin."))
@pass_session
def add(session: Session, login: str, name: str, email: str | None, role: str) -> None:
    there = session.store.all(Member)
    changes = rules.add(
        there, session.desk, login, name=name, email=email, role=_role(role)
    )  # fmt: skip
    session.commit(say("{name} joins", name=clean(name or login)), changes)
    show(session)


@members.command("role", help=_("Another role: pipetui members role bob manager"))
@click.argument("login")
@click.argument("role")
@pass_session
def role(session: Session, login: str, role: str) -> None:
    there, wanted = session.store.all(Member), _role(role)
    member = _member(there, login)
    label = say("{name} becomes {role}", name=member.name, role=ROLE_NAMES[wanted])
    session.commit(label, rules.appoint(member, wanted, there))
    show(session)


@members.command("retire", help=_("Somebody leaves; another takes what they hold."))
@click.argument("login")
@to_whom
@pass_session
def retire(session: Session, login: str, to: str | None) -> None:
    there = session.store.all(Member)
    member, nobody = _member(there, login), to is not None and fold(to) in NOBODY
    taker = None if to is None or nobody else _member(there, to)
    held = team.held(session.store, member.id)
    changes = rules.retire(member, there, held, session.desk, taker, to_nobody=nobody)
    session.commit(say("{name} leaves", name=member.name), changes)
    if held.words is not None:
        talk(told(say("{name} takes {what}.", name=taker.name if taker else _("Nobody"), what=held.words)))
    show(session)


@members.command("back", help=_("Who left works here again, in the same role."))
@click.argument("login")
@pass_session
def back(session: Session, login: str) -> None:
    member = _member(session.store.all(Member), login)
    session.commit(say("{name} is back", name=member.name), rules.back(member))
    show(session)


def show(session: Session) -> None:
    """Print the members."""
    some = team.listed(session.db)
    if session.options.json:
        print_json([
            {"login": one.member.login, "name": one.member.name, "email": one.member.email, "role": one.member.role,
             "open_deals": one.deals, "last_act": one.last_act,
             "retired_at": one.member.retired_at.isoformat() if one.member.retired_at else None}
            for one in some
        ])  # fmt: skip
        return
    heads = (_("Login"), _("Name"), _("Role"), _("Open deals"), _("Last act"), _("Left on"))
    rows = [
        (
            one.member.login,
            one.member.name,
            told(ROLE_NAMES[one.member.role]),
            str(one.deals),
            _day(one.last_moment),
            _day(one.member.retired_at),
        )
        for one in some
    ]
    table(heads, rows, right=[heads[3]])


def _day(moment: datetime | None) -> str:
    return "" if moment is None else lang.day(local_day(moment))


def _member(there: Sequence[Member], word: str) -> Member:
    """A member by login, else by name. Raises NotFound."""
    exact = next((one for one in there if fold(one.login) == fold(clean(word))), None)
    return exact or the_one(word, there, say("member"))


def _role(word: str) -> Role:
    """A role by its name, in the language spoken too. Raises Invalid."""
    spoken = {fold(told(name)): role for role, name in ROLE_NAMES.items()}
    return spoken.get(fold(word)) or rules.role_named(word)


# Deals handed over


@query_verb(
    "assign",
    _("pipetui assign 12 13 --to bob, or by a filter: pipetui assign owner:bob stage:quote --to carol")
    + "\n\n"
    + _("A filter finds open deals, unless it asks for closed ones. Planned steps go along."),
)
@click.argument("query", nargs=-1, required=True, metavar="ID...|QUERY...")
@click.option("--to", required=True, metavar="LOGIN", help=_("Who takes them: a login, or nobody."))
@click.option("--dry-run", is_flag=True, help=_("Say what would be done."))
@pass_session
def assign(session: Session, query: tuple[str, ...], to: str, dry_run: bool) -> None:
    there = session.store.all(Member)
    taker = None if fold(to) in NOBODY else _member(there, to)
    ids = _ids(session, query)
    given = team.with_steps(session.db, ids)
    _refuse(session, given, {one.id: one.name for one in there})
    changes = rules.hand_over(given, taker)
    name = taker.name if taker else _("nobody")
    n = sum(1 for one in changes if one.table == "deal")
    label = say_n("Give a deal to {owner}", "Give {n} deals to {owner}", n, owner=name)
    if dry_run:
        talk(told(say("Dry run: {what}. Nothing was written.", what=label)))
    else:
        session.commit(label, changes)
        talk(told(say("{what}.", what=label)))
    Reading(session).print_deals(ids, many=True)


def _ids(session: Session, words: tuple[str, ...]) -> list[int]:
    """The deals that are named by number, or found by a filter. Raises NotFound."""
    if all(word.isdecimal() for word in words):
        return [session.deal(int(word)).id for word in dict.fromkeys(words)]
    reading, text = Reading(session), query_text(words)
    asked = reading.asked(text)
    every = asked is None or _asks_for_closed(asked)
    found = [line.id for line in reading.lines(text) if every or reading.stages[line.stage_id].kind == "open"]
    if not found:
        raise NotFound(say("Nothing matches."))
    return found


def _asks_for_closed(asked: Expr) -> bool:
    from pipetui.store.search import speaks_of

    return any(speaks_of(asked, word) for word in CLOSED)


def _refuse(session: Session, given: Held, names: dict[int, str]) -> None:
    """Say why before anything is tried, in a dry run too. Raises Forbidden."""
    actor = session.store.actor
    for deal in given.deals:
        owner = names.get(deal.owner_id or 0, "")
        if (reason := access.refusal(actor, "change", "deal", deal.owner_id, owner)) is not None:
            raise Forbidden(reason, access.hint(actor, "deal", owner))


COMMANDS = {"members": members, "assign": assign}
