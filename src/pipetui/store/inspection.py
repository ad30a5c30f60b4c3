"""Whether a server keeps a store as `server init` left it, and whether its roles are the members."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from ipaddress import ip_address
from typing import TYPE_CHECKING

from pipetui.core.access import ROLES, Role
from pipetui.core.message import Message, say
from pipetui.store.policies import DERIVED_TABLES, LINES, READ_ONLY, SCHEMA, group
from pipetui.store.rows import KINDS

if TYPE_CHECKING:
    from pipetui.store.db import Database

SECURED = (*KINDS, *LINES)
KEPT = (*SECURED, *DERIVED_TABLES, *READ_ONLY)
_MADE = (
    """SELECT c.relname, p.polname, p.polcmd::text, pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid), p.polroles::text, p.polpermissive::int
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.oid = to_regclass(?)""",
    """SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.oid = to_regclass(?) AND NOT t.tgisinternal""",
    "SELECT relname, relacl::text FROM pg_class WHERE oid = to_regclass(?)",
    """SELECT attname, attacl::text FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0
        AND NOT attisdropped AND attacl IS NOT NULL""",
)
"""What `server init` made of a table."""
_FUNCTIONS = f"""SELECT p.proname, pg_get_functiondef(p.oid), p.proacl::text FROM pg_proc p
    WHERE p.pronamespace = to_regnamespace('{SCHEMA}')"""


def initialised(db: Database) -> bool:
    """Whether the server keeps this store."""
    return db.dialect == "postgresql" and db.one("SELECT to_regnamespace(?)::text", (SCHEMA,)) != (None,)


def fingerprint(db: Database) -> str:
    """A digest of all policies, triggers, functions and rights of the store as the server has them now."""
    found = [sorted(map(repr, db.rows(_FUNCTIONS)))]
    for table in KEPT:
        found += [sorted(map(repr, db.rows(sql, (table,)))) for sql in _MADE]
    return sha256(repr(found).encode()).hexdigest()


def findings(db: Database) -> list[Message]:
    """One sentence for each thing that is not as it should be; empty when all is well."""
    if not initialised(db):
        return [say("The server does not keep this store yet. Begin with: pipetui server init")]
    return [*_rights(db), *_strong(db), *_people(db), *_open_doors(db), *_wire(db)]


def _rights(db: Database) -> Iterator[Message]:
    tables = ", ".join(f"to_regclass('{name}')" for name in SECURED)
    sql = f"""SELECT relname::text FROM pg_class WHERE NOT relrowsecurity
        AND oid IN ({tables}) ORDER BY relname"""
    for (table,) in db.rows(sql):
        yield say("Row security is off for {table}: anyone with rights writes any row of it.", table=table)
    sql = f"""SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger WHERE tgenabled NOT IN ('O', 'A')
        AND NOT tgisinternal AND tgname LIKE 'pipetui%' AND tgrelid IN
        ({tables}) ORDER BY 1, 2"""
    for table, trigger in db.rows(sql):
        yield say("The trigger {trigger} of {table} is switched off.", trigger=trigger, table=table)
    kept = db.one("SELECT obj_description(to_regnamespace(?), 'pg_namespace')", (SCHEMA,))
    if kept != (fingerprint(db),):
        yield say(
            "Rights, policies or triggers are not as pipetui made them: somebody changed them, or pipetui was updated."
            " Make them again: pipetui server init"
        )


def _strong(db: Database) -> Iterator[Message]:
    """Whom no policy binds."""
    sql = """SELECT m.login, r.rolsuper::int, r.rolbypassrls::int,
        pg_has_role(r.oid, (SELECT relowner FROM pg_class WHERE oid = to_regclass('deal')), 'MEMBER')::int
        FROM member m JOIN pg_roles r ON r.rolname = m.login WHERE m.retired_at IS NULL ORDER BY m.login"""
    for login, superuser, bypasses, owns in db.rows(sql):
        if superuser:
            yield say("{login} is a superuser of the server: nothing binds a superuser.", login=login)
        elif bypasses:
            yield say("{login} may bypass row security: ALTER ROLE {login} NOBYPASSRLS", login=login)
        elif owns:
            yield say(
                "{login} owns the tables, or may become who does: nothing binds the owner.", login=login
            )


def _people(db: Database) -> Iterator[Message]:
    """Members and database roles that are not the same people, or not with the same role."""
    groups = _groups(db)
    known = {row[0] for row in db.rows("SELECT rolname::text FROM pg_roles")}
    members = db.rows("SELECT login, role, retired_at FROM member ORDER BY login")
    for login, role, retired in members:
        held = groups.pop(login, None)
        if retired is not None:
            if held:
                yield say("{login} left and still has rights: pipetui server revoke {login}", login=login)
        elif login not in known:
            yield say(
                "{login} is a member, and the server knows no such role: pipetui server grant {login} {role} --create",
                login=login,
                role=role,
            )
        elif held is None:
            yield say(
                "{login} has no rights on the server: pipetui server grant {login} {role}",
                login=login,
                role=role,
            )
        elif held != role:
            yield say(
                "{login} is {role} here and {held} on the server, and may do what the lesser may:"
                " pipetui server grant {login} {role}",
                login=login,
                role=role,
                held=held,
            )
    owner = db.one("SELECT relowner::regrole::text FROM pg_class WHERE oid = to_regclass('deal')")
    if owner:
        # Who makes a group may hand it out from PostgreSQL 16 on: that is what the owner is for.
        groups.pop(str(owner[0]).strip('"'), None)
    for login, held in sorted(groups.items()):
        yield say(
            "{login} has the rights of {held} and is no member: pipetui server revoke {login}",
            login=login,
            held=held,
        )


def _groups(db: Database) -> dict[str, Role]:
    """By database role that is no group itself: the greatest role whose group it belongs to."""
    found = db.one("SELECT current_database()::text")
    names = {group(str(found[0]) if found else "", role): role for role in ROLES}
    sql = f"""SELECT r.rolname::text, g.rolname::text FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid
        JOIN pg_roles r ON r.oid = a.member WHERE r.rolcanlogin AND g.rolname IN ({", ".join("?" * len(names))})"""
    held: dict[str, Role] = {}
    for login, name in db.rows(sql, tuple(names)):
        held[login] = max(held.get(login, "reader"), names[name], key=ROLES.index)
    return held


def _open_doors(db: Database) -> Iterator[Message]:
    """What is left to everybody."""
    sql = """SELECT has_database_privilege('public', current_database(), 'CONNECT')::int,
        has_schema_privilege('public', relnamespace, 'CREATE')::int,
        (SELECT setting FROM pg_settings WHERE name = 'password_encryption')
        FROM pg_class WHERE oid = to_regclass('deal')"""
    connects, creates, encryption = db.rows(sql)[0]
    if connects:
        yield say("Everybody the server knows may connect to this database: pipetui server init")
    if creates:
        yield say("Everybody may make tables among those of the store: pipetui server init")
    if encryption != "scram-sha-256":
        yield say("The server keeps passwords in a weak form: set password_encryption to scram-sha-256.")


def _wire(db: Database) -> Iterator[Message]:
    """Whether others can read along."""
    sql = "SELECT host(inet_server_addr()), (SELECT ssl::int FROM pg_stat_ssl WHERE pid = pg_backend_pid())"
    where, encrypted = db.rows(sql)[0]
    if where is None or ip_address(where).is_loopback:
        return
    if not encrypted:
        yield say(
            "This connection is not encrypted: add ?sslmode=verify-full to the address, and TLS to the server."
        )
    elif "sslmode=verify-full" not in db.url:
        yield say("Nobody checks that the server is the right one: add ?sslmode=verify-full to the address.")
