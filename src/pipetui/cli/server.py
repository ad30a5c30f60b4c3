"""A store that PostgreSQL keeps for a team: set up, members let in and out, looked after."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from pipetui.cli.output import print_json, print_lines, talk
from pipetui.cli.session import Session
from pipetui.cli.words import family, pass_session
from pipetui.core.access import ROLE_NAMES, ROLES, Role
from pipetui.core.message import say
from pipetui.core.text import clean
from pipetui.errors import Refused
from pipetui.lang import _, told

if TYPE_CHECKING:
    from pipetui.store.store import Store


@family("server", _("For who owns the database. Alone: what is not as it should be."))
@click.pass_context
def server(context: click.Context) -> int:
    session = context.find_object(Session)
    return check(session) if session is not None and context.invoked_subcommand is None else 0


@server.command("init", help=_("Make the store and its rights; again after an update."))
@pass_session
def init(session: Session) -> None:
    from pipetui.store import server as keeper

    with _opened(session) as store:
        keeper.init(store.db)
    if session.options.json:
        print_json({"store": session.place, "initialised": True})
        return
    talk(_("{store}: the server keeps the rights now.").format(store=session.place))
    talk(_("Let somebody in: pipetui server grant LOGIN admin --create"))


@server.command("grant", help=_("Let a role of the database in as a member."))
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--create", is_flag=True, help=_("Make the role of the database when there is none."))
@click.option("--password", is_flag=True, help=_("Ask for a password for it."))
@pass_session
def grant(session: Session, login: str, role: Role, create: bool, password: bool) -> None:
    from pipetui.store import server as keeper

    with _opened(session) as store:
        secret = keeper.verifier(session.url, login, _asked(login)) if password else None
        keeper.grant(store, login, role, secret, create)
    if session.options.json:
        print_json({"login": login, "role": role})
        return
    talk(told(say("{name} is {role} now.", name=clean(login), role=ROLE_NAMES[role])))


@server.command("revoke", help=_("Take all rights of a member; the database role stays."))
@click.argument("login")
@pass_session
def revoke(session: Session, login: str) -> None:
    from pipetui.store import server as keeper

    with _opened(session) as store:
        keeper.revoke(store, login)
    if session.options.json:
        print_json({"login": login, "role": None})
        return
    talk(told(say("{name} has no rights here any more.", name=clean(login))))


@server.command("doctor", help=_("What is not as it should be, with the way out."))
@pass_session
def doctor(session: Session) -> int:
    return check(session)


def check(session: Session) -> int:
    """Print what is found; 1 when there is something."""
    from pipetui.store import inspection
    from pipetui.store import server as keeper
    from pipetui.store.db import Database

    keeper.must_be_a_server(session.url)
    with closing(Database(session.url)) as db:
        found = [told(finding) for finding in inspection.findings(db)]
    if session.options.json:
        print_json({"store": session.place, "findings": found})
    else:
        print_lines(found or [_("{store}: all is well.").format(store=session.place)])
    return 1 if found else 0


@contextmanager
def _opened(session: Session) -> Iterator[Store]:
    from pipetui.store import server as keeper

    store = keeper.opened(session.url, lambda: session.now, told)
    try:
        yield store
    finally:
        store.close()


def _asked(login: str) -> str:
    """A new password, typed twice without being shown. Raises Refused where nobody can type it."""
    if not sys.stdin.isatty():
        raise Refused(
            say("A password is asked for on a terminal."),
            say("Leave --password away, and set it with psql: \\password {login}", login=login),
        )
    answer: str = click.prompt(
        _("Password of {login}").format(login=clean(login)), hide_input=True, confirmation_prompt=_("Again")
    )
    return answer


COMMANDS = {"server": server}
