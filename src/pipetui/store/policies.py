"""The rights and row policies of a store on PostgreSQL, as SQL made from the table in `core.access` and nothing else.

A policy asks for the rank of who is connected and, where a rep reaches own records alone, for the owner of the record
or of what it hangs on, in the same words as `gate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from pipetui.core.access import APART, ROLES, Act, Actor, Reach, Role, reach
from pipetui.store.rows import KINDS, OF_A_DEAL, columns

SCHEMA = "pipetui_guard"
"""Where the functions stand that policies and triggers call, and what they keep for themselves; in `postgres` too,
which is not loaded for a file."""
DERIVED_TABLES = ("deal_search", "party_search", "tally", "pace", "stay_count", "stale", "sequence")
"""Kept by whoever writes, with plain SQL; all of it can be made again."""
READ_ONLY = ("alembic_version",)
LINES = ("batch", "journal")
PARTIES = ("contact", "organization")
HANGING = (*sorted(OF_A_DEAL), "quote_line", "tagging")
"""Records that are whose the deal, the person or the company is that they hang on."""
COMMANDS: dict[Act, str] = {"add": "INSERT", "change": "UPDATE", "remove": "DELETE"}
ERASED = {"journal": ("before", "after", "salt"), "batch": ("label", "label_values", "salt")}
"""What an admin takes out of the journal when somebody asks to be forgotten."""
NAME_BYTES = 63
"""PostgreSQL cuts names after so many."""
ME = f"(SELECT {SCHEMA}.me())"
RANK = f"(SELECT {SCHEMA}.rank())"


class Policy(NamedTuple):
    """One row policy."""

    table: str
    name: str
    command: str
    using: str | None
    """For the row as it is."""
    check: str | None
    """For the row as it becomes."""

    @property
    def sql(self) -> str:
        """The statement that makes it."""
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.check})" if self.check else ""
        return f"CREATE POLICY {self.name} ON {self.table} FOR {self.command}{using}{check}"


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def group(database: str, role: Role) -> str:
    """The database role that all members with this role of one database belong to."""
    name = f"pipetui_{database}_{role}"
    if len(name.encode()) <= NAME_BYTES:
        return name
    return f"pipetui_{sha256(database.encode()).hexdigest()[:24]}_{role}"


def lowest(act: Act, table: str, within: Reach, name: str | None = None) -> int | None:
    """The rank from which on an act reaches so far; None when no role's does."""
    found = (
        n for n, role in enumerate(ROLES) if reach(Actor(None, role), act, table, name) in (within, "any")
    )
    return next(found, None)


def grants(database: str) -> Iterator[str]:
    """What each group may do with each table; row policies say with which rows."""
    names = {role: quoted(group(database, role)) for role in ROLES}
    everything = ", ".join((*KINDS, *LINES, *DERIVED_TABLES, *READ_ONLY))
    yield f"REVOKE ALL ON {everything} FROM PUBLIC, {', '.join(names.values())}"
    for table in (*KINDS, *LINES):
        # What was granted on single columns outlasts what is revoked from the table.
        held = ", ".join((*columns(table), *_derived(table))) if table in KINDS else _line_columns(table)
        yield f"REVOKE UPDATE ({held}) ON {table} FROM {', '.join(names.values())}"
    yield f"GRANT SELECT ON {everything} TO {names['reader']}"
    for table in KINDS:
        for act, command in COMMANDS.items():
            first = min(rank for rank in (lowest(act, table, "own"), _apart(act, table)) if rank is not None)
            what = command if act != "change" else f"UPDATE ({', '.join(_changed(table))})"
            yield f"GRANT {what} ON {table} TO {names[ROLES[first]]}"
    yield f"GRANT INSERT, UPDATE, DELETE ON {', '.join(DERIVED_TABLES)} TO {names['rep']}"
    yield f"GRANT INSERT ON {', '.join(LINES)} TO {names['rep']}"
    yield f"GRANT UPDATE (undone) ON batch TO {names['rep']}"
    for table, erased in ERASED.items():
        yield f"GRANT UPDATE ({', '.join(erased)}) ON {table} TO {names['admin']}"


def _derived(table: str) -> tuple[str, ...]:
    return ("next_activity_id", "next_due", "furthest_id") if table == "deal" else ()


def _line_columns(table: str) -> str:
    return ", ".join((*ERASED[table], *(("undone",) if table == "batch" else ())))


def _changed(table: str) -> tuple[str, ...]:
    """The columns of a record that take other values: never its number."""
    return (*(name for name in columns(table) if name != "id"), *_derived(table))


def _apart(act: Act, table: str) -> int | None:
    return lowest(act, table, "own", APART) if table == "setting" else None


def policies() -> list[Policy]:
    """All row policies: everybody reads everything, and writes what `core.access` says."""
    found = [Policy(table, "reads", "SELECT", "true", None) for table in (*KINDS, *LINES)]
    for table in KINDS:
        for act, command in COMMANDS.items():
            test = _test(act, table)
            using, check = (None, test) if act == "add" else (test, "true" if act == "change" else None)
            found.append(Policy(table, f"{act}s", command, using, check))
    rep, admin = ROLES.index("rep"), ROLES.index("admin")
    found += [
        Policy("journal", "adds", "INSERT", None, f"{RANK} >= {rep}"),
        Policy("journal", "erases", "UPDATE", f"{RANK} >= {admin}", "true"),
        Policy("batch", "adds", "INSERT", None, f"{RANK} >= {rep} AND member_id = {ME}"),
        Policy(
            "batch",
            "changes",
            "UPDATE",
            f"{RANK} >= {rep} AND (member_id = {ME} OR {RANK} >= {admin})",
            "true",
        ),
    ]
    return found


def _test(act: Act, table: str) -> str:
    """Whether an act on a row is within the reach of who is connected."""
    every, own = lowest(act, table, "any"), lowest(act, table, "own")
    test = f"{RANK} >= {every}"
    if table == "setting":
        return f"{test} OR ({RANK} >= {_apart(act, table)} AND starts_with(name, {literal(APART)}))"
    if own is None or own == every:
        return test
    if (table, act) == ("deal", "change"):
        return f"{RANK} >= {own}"  # What is derived changes with the deals of others; a trigger looks at the rest.
    return f"{test} OR ({RANK} >= {own} AND ({' OR '.join(_owned(act, table))}))"


def _owned(act: Act, table: str) -> Iterator[str]:
    """The ways in which a row is the member's own or nobody's."""
    yield hangs(table)
    if act == "add":
        return
    if table == "activity":
        yield f"owner_id = {ME}"
    if table in PARTIES:
        near = f"d.{table}_id = {table}.id AND (d.owner_id IS NULL OR d.owner_id = {ME})"
        yield f"EXISTS (SELECT 1 FROM deal d WHERE {near})"
    if "owner_id" in columns(table):
        yield f"{SCHEMA}.gave({literal(table)}, {table}.id)"


def hangs(table: str) -> str:
    """Whether what a row hangs on is the member's own or nobody's; a row that hangs on nothing has its own owner."""
    if table in ("deal", *PARTIES):
        return _mine(table)
    if table == "tagging":
        return " ".join((
            "CASE subject",
            *(f"WHEN '{kind}' THEN {_reaches(kind, 'tagging.subject_id')}" for kind in ("deal", *PARTIES)),
            "ELSE false END",
        ))  # fmt: skip
    if table == "quote_line":
        return _reaches("deal", "(SELECT q.deal_id FROM quote q WHERE q.id = quote_line.quote_id)")
    kinds = [kind for kind in ("deal", *PARTIES) if table in OF_A_DEAL and f"{kind}_id" in columns(table)]
    cases = " ".join(
        f"WHEN {kind}_id IS NOT NULL THEN {_reaches(kind, f'{table}.{kind}_id')}" for kind in kinds
    )
    return f"CASE {cases} ELSE {_mine(table) if 'owner_id' in columns(table) else 'true'} END"


def hung_elsewhere(table: str, was: str, becomes: str) -> str:
    """Whether a row hangs on something else than before."""
    if table == "tagging":
        names = ["subject", "subject_id"]
    elif table == "quote_line":
        names = ["quote_id"]
    else:
        names = [f"{kind}_id" for kind in ("deal", *PARTIES) if f"{kind}_id" in columns(table)]
    differ = [f"{was}.{name} IS DISTINCT FROM {becomes}.{name}" for name in names]
    if table not in OF_A_DEAL:
        return " OR ".join(differ)
    # A person is what a row hangs on only while there is no deal, a company only while there is no person either.
    test = differ[-1]
    for name, one in zip(reversed(names[:-1]), reversed(differ[:-1]), strict=True):
        test = f"{one} OR ({becomes}.{name} IS NULL AND ({test}))"
    return test


def _mine(table: str) -> str:
    return f"({table}.owner_id IS NULL OR {table}.owner_id = {ME})"


def _reaches(kind: str, number: str) -> str:
    """Whether the record of this number is not somebody else's; a missing one is nobody's, and refused later."""
    return (
        f"NOT EXISTS (SELECT 1 FROM {kind} s WHERE s.id = {number}"
        f" AND s.owner_id IS NOT NULL AND s.owner_id IS DISTINCT FROM {ME})"
    )
