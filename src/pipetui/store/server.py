"""A store on PostgreSQL that the server itself keeps: groups, rights, row policies and triggers are made, members come
and go as database roles, and what is not as it should be is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from pipetui.core.access import ROLE_NAMES, ROLES, Role
from pipetui.core.change import Change
from pipetui.core.deal import Member
from pipetui.core.message import Message, say
from pipetui.errors import Forbidden, NotFound, Refused
from pipetui.store import guards, inspection, policies, postgres
from pipetui.store.db import Database, dialect
from pipetui.store.policies import SCHEMA, group, literal, quoted
from pipetui.store.rows import KINDS
from pipetui.store.store import Store

NOBODY = ""
"""The login of who sets up a server and is no member."""


def opened(url: str, now: Callable[[], datetime], told: Callable[[Message], str] = str) -> Store:
    """The store as who owns the database has it, made when there is none. Raises Refused for a file."""
    must_be_a_server(url)
    return Store.open(url, login=NOBODY, now=now, told=told)


def must_be_a_server(url: str) -> None:
    """Raises Refused for a file."""
    if dialect(url) != "postgresql":
        raise Refused(
            say("This store is a file: the rights of the file say who may open it."),
            say("Name the server: pipetui server … --db postgresql:///sales"),
        )


def init(db: Database) -> None:
    """Make or renew groups, rights, policies and triggers, as a whole. Raises Forbidden."""
    _must_own(db)
    database, home = _names(db)
    with db.transaction():
        db.run(";\n".join(statements(database, home)))
        db.run(f"COMMENT ON SCHEMA {SCHEMA} IS {literal(inspection.fingerprint(db))}")


def statements(database: str, home: str) -> list[str]:
    """All that `init` runs; `home` is the schema of the tables. Run again, it ends the same."""
    return [
        *_groups(database),
        f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}",
        *guards.TABLES,
        *guards.functions(database, home),
        *_closed(database, home),
        *policies.grants(database),
        *_secured(),
        *_triggers(home),
    ]


def _groups(database: str) -> list[str]:
    names = [group(database, role) for role in ROLES]
    made = [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {literal(name)})"
        f" THEN CREATE ROLE {quoted(name)} NOLOGIN; END IF; END $$"
        for name in names
    ]
    inherited = [f"GRANT {quoted(lesser)} TO {quoted(greater)}" for lesser, greater in pairwise(names)]
    admin = quoted(names[-1])
    handed = [f"GRANT {quoted(name)} TO {admin} WITH ADMIN OPTION" for name in names[:-1]]
    return [*made, *inherited, *handed]


def _closed(database: str, home: str) -> list[str]:
    """Nothing is left to everybody; readers may come in."""
    reader = quoted(group(database, "reader"))
    return [
        f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {quoted(database)} TO {reader}",
        f"REVOKE ALL ON SCHEMA {quoted(home)} FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA {quoted(home)}, {SCHEMA} TO {reader}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {SCHEMA} FROM PUBLIC",
        f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO {reader}",
    ]


def _secured() -> list[str]:
    found = []
    for table in (*KINDS, *policies.LINES):
        drop = f"EXECUTE format('DROP POLICY %I ON {table}', p)"
        found += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            "DO $$ DECLARE p text; BEGIN FOR p IN SELECT polname FROM pg_policy WHERE polrelid ="
            f" {literal(table)}::regclass LOOP {drop}; END LOOP; END $$",
        ]
    return [*found, *(policy.sql for policy in policies.policies())]


def _triggers(home: str) -> list[str]:
    found = []
    for table, name, rest, function in guards.triggers(home):
        found.append(f"DROP TRIGGER IF EXISTS pipetui_{name} ON {table}")
        found.append(guards.trigger(name, rest, function))
    return found


def grant(store: Store, login: str, role: Role, verifier: str | None = None, create: bool = False) -> None:
    """Make a database role a member with a role, in one transaction; `create` makes the database role first.

    `verifier` is the password as the server keeps it: see `verifier`. Raises NotFound, Forbidden.
    """
    _must_be_initialised(store.db)
    there = exists(store.db, login)
    if not (there or create):
        raise _unknown(login, role)
    database, _ = _names(store.db)
    ranks = [] if there else [f"CREATE ROLE {quoted(login)} LOGIN"]
    if verifier is not None:
        ranks.append(f"ALTER ROLE {quoted(login)} PASSWORD {literal(verifier)}")
    ranks += ranked(database, login, role)
    label = say("{name} becomes {role}", name=login, role=ROLE_NAMES[role])
    store.administer(label, _member(store, login, role), lambda: _run(store.db, ranks))


def revoke(store: Store, login: str) -> None:
    """Take the rights away and let the member go; what is theirs stays theirs until somebody takes it over."""
    _must_be_initialised(store.db)
    database, _ = _names(store.db)
    found = store.all(Member, login=login)
    if not found and not _held(store.db, login):
        raise NotFound(say('"{login}" is no member here.', login=login), say("See them: pipetui members"))
    changes = [Change.edit(one, retired_at=store.now()) for one in found if one.retired_at is None]
    label = say("{name} leaves", name=login)
    ranks = ranked(database, login, None) if exists(store.db, login) else []
    store.administer(label, changes, lambda: _run(store.db, ranks))


def follow(db: Database, members: Iterable[int]) -> None:
    """Have the groups of the server follow what became of members, in the transaction that changes them.

    Nothing where the server does not keep the store. Raises Forbidden when this connection may not hand out a role,
    NotFound when the server knows no such login.
    """
    if not inspection.initialised(db):
        return
    database, _ = _names(db)
    sql = "SELECT login, role, retired_at FROM member WHERE id = ?"
    for login, role, retired_at in (row for number in sorted(members) for row in db.rows(sql, (number,))):
        wanted = None if retired_at else role
        if not exists(db, login):
            if wanted:
                raise _unknown(login, role)
            continue
        try:
            _run(db, ranked(database, login, wanted))
        except (Forbidden, Refused) as error:
            raise Forbidden(
                say("The server lets this login hand out no roles."),
                say("Who owns the database can: pipetui server grant {login} {role}", login=login, role=role),
            ) from error


def _unknown(login: str, role: Role) -> NotFound:
    return NotFound(
        say('The server knows no role "{login}".', login=login),
        say("Make it: pipetui server grant {login} {role} --create", login=login, role=role),
    )


def ranked(database: str, login: str, role: Role | None) -> list[str]:
    """The statements that make a database role belong to one group alone; None for none."""
    names = {each: quoted(group(database, each)) for each in ROLES}
    others = ", ".join(name for each, name in names.items() if each != role)
    taken = f"REVOKE {others} FROM {quoted(login)}"
    if role is None:
        return [taken]
    return [taken, f"GRANT {names[role]} TO {quoted(login)}{' WITH ADMIN OPTION' if role == 'admin' else ''}"]


def verifier(url: str, login: str, password: str) -> str:
    """A password as the server keeps it, made here, so that neither the server nor its log ever sees the password."""
    link = postgres.plain(url)
    try:
        made = link.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    finally:
        link.close()
    return made.decode()


def exists(db: Database, login: str) -> bool:
    """Whether the server has a role of this name."""
    return db.one("SELECT 1 FROM pg_roles WHERE rolname = ?", (login,)) is not None


def _run(db: Database, ranks: list[str]) -> None:
    for statement in ranks:
        db.run(statement)


def _member(store: Store, login: str, role: Role) -> list[Change]:
    found = store.all(Member, login=login)
    if not found:
        return [Change.add(Member(id=-1, login=login, name=login, role=role))]
    change = Change.edit(found[0], role=role, retired_at=None)
    return [] if change.empty else [change]


def _held(db: Database, login: str) -> bool:
    database, _ = _names(db)
    sql = "SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member"
    names: tuple[Any, ...] = tuple(group(database, role) for role in ROLES)
    return db.one(f"{sql} WHERE r.rolname = ? AND g.rolname IN (?, ?, ?, ?)", (login, *names)) is not None


def _names(db: Database) -> tuple[str, str]:
    """The database, and the schema of the tables."""
    found = db.one(
        "SELECT current_database()::text, nspname::text FROM pg_namespace"
        " WHERE oid = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('deal'))"
    )
    assert found is not None
    return str(found[0]), str(found[1])


def _must_own(db: Database) -> None:
    found = db.one(
        "SELECT pg_has_role(c.relowner, 'USAGE'), r.rolsuper OR r.rolcreaterole, pg_get_userbyid(c.relowner)::text"
        " FROM pg_class c, pg_roles r WHERE c.oid = to_regclass('deal') AND r.rolname = current_user"
    )
    if found and not found[0]:
        raise Forbidden(
            say("Only who owns the tables may do that: {owner}.", owner=found[2]),
            say("Connect as that role, or as a superuser of the server."),
        )
    if found and not found[1]:
        raise Forbidden(
            say("This role may not make the groups of the members on the server."),
            say("Let a superuser do it, or give it the right: ALTER ROLE … CREATEROLE"),
        )


def _must_be_initialised(db: Database) -> None:
    if not inspection.initialised(db):
        raise Refused(say("The server does not keep this store yet."), say("Begin with: pipetui server init"))
