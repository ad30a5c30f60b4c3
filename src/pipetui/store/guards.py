"""Functions and triggers that keep a store on PostgreSQL true to its journal, whatever program is connected.

No record comes, changes or goes without a line of the journal in the same transaction; a batch is its writer's own,
comes last and continues the chain. Whoever row policies do not bind (the owner, a superuser) is not bound here either.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipetui.core.access import ROLES
from pipetui.store import sane
from pipetui.store.policies import (
    HANGING,
    LINES,
    PARTIES,
    SCHEMA,
    group,
    hangs,
    hung_elsewhere,
    literal,
    quoted,
)
from pipetui.store.postgres import WRITERS
from pipetui.store.rows import KINDS, columns

OWNED = tuple(table for table in ("deal", *PARTIES, "activity", "evidence") if "owner_id" in columns(table))
"""Records that are given from one member to another."""
REFUSED = "USING ERRCODE = 'insufficient_privilege'"
BY_INDEX = "SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off"
"""Lines that came in this transaction are in no statistics yet: each is looked up."""
LEAP = 1_000_000
"""By so much at most a batch, or a line, follows the one before: numbers may be left out, and never run out."""
NOW_WRITTEN = "xmin = pg_current_xact_id()::xid"
"""A row that the running transaction wrote."""


def functions(database: str, home: str) -> Iterator[str]:
    """The functions; `home` is the schema of the tables. Run again, they replace themselves."""
    path = f"SET search_path = pg_catalog, {quoted(home)}, pg_temp"
    asks = f"LANGUAGE sql STABLE {path}"
    acts = f"LANGUAGE plpgsql {path}"
    yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.me() RETURNS bigint {asks} AS {_body(_ME)}"
    yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.rank() RETURNS integer {asks} AS {_body(_rank(database))}"
    yield (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.gave(subject text, number bigint) RETURNS boolean SECURITY DEFINER {asks}"
        f" AS {_body(_GAVE)}"
    )
    yield (
        f"CREATE OR REPLACE FUNCTION {SCHEMA}.took(batch bigint, target bigint) RETURNS boolean SECURITY DEFINER"
        f" {asks} AS {_body(_TOOK)}"
    )
    does = f"RETURNS void SECURITY DEFINER {acts}"
    yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.study(name text) {does} AS {_body(_study())}"
    yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.owe(name text, numbers bigint[]) {does} AS {_body(_OWE)}"
    for table in KINDS:
        yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.sane_{table}() RETURNS trigger {acts} AS {_body(_sane(table))}"
    for name, (body, definer) in _TRIGGERED.items():
        rights = "SECURITY DEFINER" if definer else f"{BY_INDEX} " if name.startswith("told") else ""
        yield f"CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS trigger {rights} {acts} AS {_body(body)}"


def _body(text: str) -> str:
    return f"$pipetui${text}$pipetui$"


TABLES = (
    f"CREATE TABLE IF NOT EXISTS {SCHEMA}.owed"
    " (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, numbers bigint[] NOT NULL)",
    f"CREATE TABLE IF NOT EXISTS {SCHEMA}.handed"
    " (subject text, id bigint, was bigint, batch_id bigint, PRIMARY KEY (subject, id))",
)
"""Rows an import brought whose line comes at its end; and which batch gave a record away last, and whose it was."""

_ME = "SELECT id FROM member WHERE login = session_user::text AND retired_at IS NULL"


def _rank(database: str) -> str:
    """0 for a reader up to 3 for an admin: the lesser of what the server and what the store says; -1 for a stranger."""
    ranks = " ".join(
        f"WHEN pg_has_role(session_user, {literal(group(database, role))}, 'MEMBER') THEN {n}"
        for n, role in reversed(list(enumerate(ROLES)))
    )
    said = f"array_position(ARRAY[{', '.join(map(literal, ROLES))}], role::text) - 1"
    return f"""SELECT LEAST(CASE {ranks} ELSE -1 END, COALESCE((SELECT {said} FROM member
        WHERE login = session_user::text AND retired_at IS NULL), 0))"""


_GAVE = f"""SELECT EXISTS (SELECT 1 FROM {SCHEMA}.handed h JOIN batch g ON g.id = h.batch_id
    WHERE h.subject = $1 AND h.id = $2 AND (h.was IS NULL OR h.was = {SCHEMA}.me())
    AND COALESCE(g.target_id, g.id) = (SELECT b.id FROM batch b
        WHERE b.member_id = {SCHEMA}.me() AND b.kind = 'do' AND b.undone = 0 ORDER BY b.id DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM journal j WHERE j.table_name = h.subject AND j.row_id = h.id
        AND j.batch_id > h.batch_id AND j.xmin <> pg_current_xact_id()::xid))"""
"""Whether the member gave a record away in what he would take back now, and nobody went on with it since."""
_TOOK = f"""SELECT EXISTS (SELECT 1 FROM journal j
    JOIN {SCHEMA}.handed h ON h.subject = j.table_name AND h.id = j.row_id
    WHERE j.batch_id = $1 AND j.last_id IS NULL AND j.before IS NOT NULL AND CASE
        WHEN h.batch_id < $1 THEN h.subject = 'deal' AND (h.was IS NULL OR h.was = {SCHEMA}.me())
            AND (SELECT d.owner_id FROM deal d WHERE d.id = h.id) <> {SCHEMA}.me()
        ELSE h.subject IN ({", ".join(map(literal, ("deal", *PARTIES)))}) AND h.was <> {SCHEMA}.me()
            AND NOT EXISTS (SELECT 1 FROM journal t WHERE t.batch_id = $2 AND t.table_name = j.table_name
                AND t.row_id = j.row_id AND t.before::jsonb @> j.after::jsonb) END)"""
"""Whether a batch changes what its writer gave away otherwise than by bringing back what was there before."""


def _study() -> str:
    return f"""BEGIN
    IF name = ANY (ARRAY[{", ".join(map(literal, KINDS))}]) THEN EXECUTE format('ANALYZE %I', name); END IF;
END"""


_OWE = f"BEGIN INSERT INTO {SCHEMA}.owed (name, numbers) VALUES ($1, $2); END"


def _untold(rows: str, number: str, line: str) -> str:
    """Which of some rows no line of this transaction tells of."""
    return f"""SELECT array_agg({number}) INTO missing FROM {rows} AND NOT EXISTS (SELECT 1 FROM journal j
        WHERE j.table_name = TG_TABLE_NAME AND j.row_id = {number} AND j.last_id IS NULL AND {line}
        AND j.{NOW_WRITTEN});"""


def _told(rows: str, number: str, line: str) -> str:
    return f"""DECLARE missing bigint[];
BEGIN
    {_untold(rows, number, line)}
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'no line of the journal tells what happens to % %', TG_TABLE_NAME, missing[1:5] {REFUSED};
    END IF;
    RETURN NULL;
END"""


def _same(table: str, was: str = "o", becomes: str = "n") -> str:
    """Whether nothing of a record's own changed."""
    names = [name for name in columns(table) if name != "id"]
    old, new = (", ".join(f"{side}.{name}" for name in names) for side in (was, becomes))
    return f"ROW({old}) IS NOT DISTINCT FROM ROW({new})"


def _sane(table: str) -> str:
    return f"""DECLARE strange bigint := (SELECT MIN(n.id) FROM written n WHERE NOT ({sane.conditions(table, "n")}));
BEGIN
    IF strange IS NOT NULL THEN
        RAISE EXCEPTION '% % holds a day, a moment or a word that there is none of', TG_TABLE_NAME, strange {REFUSED};
    END IF;
    RETURN NULL;
END"""


_EDITED = "j.before IS NOT NULL AND j.after IS NOT NULL"
_TRIGGERED: dict[str, tuple[str, bool]] = {
    "told_came": (
        f"""DECLARE missing bigint[];
BEGIN
    {_untold("came c WHERE true", "c.id", "j.before IS NULL")}
    IF missing IS NOT NULL THEN PERFORM {SCHEMA}.owe(TG_TABLE_NAME, missing); END IF;
    RETURN NULL;
END""",
        False,
    ),
    "told_changed": (
        _told("becomes n JOIN was o ON o.id = n.id WHERE o IS DISTINCT FROM n", "n.id", _EDITED),
        False,
    ),
    "told_deal": (
        _told(f"becomes n JOIN was o ON o.id = n.id WHERE NOT ({_same('deal')})", "n.id", _EDITED),
        False,
    ),
    "told_gone": (_told("gone g WHERE true", "g.id", "j.before IS NOT NULL AND j.after IS NULL"), False),
    "settle": (
        f"""BEGIN
    IF EXISTS (SELECT 1 FROM unnest(NEW.numbers) n WHERE NOT EXISTS (SELECT 1 FROM journal j
        WHERE j.table_name = NEW.name AND j.last_id IS NOT NULL AND j.{NOW_WRITTEN}
        AND n BETWEEN j.row_id AND j.last_id)) THEN
        RAISE EXCEPTION 'no line of the journal tells where rows of % came from', NEW.name {REFUSED};
    END IF;
    DELETE FROM {SCHEMA}.owed WHERE id = NEW.id;
    RETURN NULL;
END""",
        True,
    ),
    "guard_deal": (
        f"""DECLARE rank integer := {SCHEMA}.rank();
BEGIN
    IF rank >= {ROLES.index("manager")} OR (rank >= {ROLES.index("rep")} AND (OLD.owner_id IS NULL
        OR OLD.owner_id = {SCHEMA}.me() OR {SCHEMA}.gave('deal', OLD.id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'deal % belongs to another member', OLD.id {REFUSED};
END""",
        False,
    ),
    "hand_over": (
        f"""BEGIN
    INSERT INTO {SCHEMA}.handed VALUES (TG_TABLE_NAME, NEW.id, OLD.owner_id, (SELECT j.batch_id FROM journal j
        WHERE j.table_name = TG_TABLE_NAME AND j.row_id = NEW.id AND j.last_id IS NULL ORDER BY j.id DESC LIMIT 1))
        ON CONFLICT (subject, id) DO UPDATE SET was = excluded.was, batch_id = excluded.batch_id;
    RETURN NULL;
END""",
        True,
    ),
    "take_turns": (
        f"""BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the journal is written in transactions that are read committed' {REFUSED};
    END IF;
    PERFORM pg_advisory_xact_lock({WRITERS});
    RETURN NULL;
END""",
        False,
    ),
    "add_lines": (
        f"""BEGIN
    IF EXISTS (SELECT 1 FROM lines l JOIN batch b ON b.id = l.batch_id) THEN
        RAISE EXCEPTION 'a batch that is written takes no more lines' {REFUSED};
    END IF;
    RETURN NULL;
END""",
        False,
    ),
    "chained": (
        f"""DECLARE
    before text := COALESCE((SELECT b.chain FROM batch b WHERE b.id < NEW.id ORDER BY b.id DESC LIMIT 1), '');
    head text := concat('[', concat_ws(',', NEW.id, to_json(NEW.at), COALESCE(NEW.member_id::text, 'null'),
        to_json(NEW.kind), COALESCE(NEW.target_id::text, 'null'), COALESCE(to_json(NEW.shape)::text, 'null'),
        COALESCE(to_json(NEW.digest)::text, '""')), ']');
    lines text := COALESCE((SELECT string_agg(concat('[', concat_ws(',', j.id, to_json(j.table_name), j.row_id,
        COALESCE(j.last_id::text, 'null'), COALESCE(j.deal_id::text, 'null'),
        COALESCE(to_json(j.digest)::text, 'null')), E']\\n'), '' ORDER BY j.id)
        FROM journal j WHERE j.batch_id = NEW.id), '');
    previous bigint := COALESCE((SELECT MAX(b.id) FROM batch b WHERE b.id < NEW.id), 0);
    first bigint := (SELECT MIN(j.id) FROM journal j WHERE j.batch_id = NEW.id);
    last bigint := (SELECT MAX(j.id) FROM journal j WHERE j.batch_id = NEW.id);
    n bigint := (SELECT COUNT(*) FROM journal j WHERE j.batch_id = NEW.id);
BEGIN
    IF NEW.id NOT BETWEEN previous + 1 AND previous + {LEAP} OR (n > 0 AND (last - first + 1 <> n
        OR first > {LEAP} + COALESCE((SELECT MAX(j.id) FROM journal j WHERE j.id < first), 0))) THEN
        RAISE EXCEPTION 'batch % leaves numbers out', NEW.id {REFUSED};
    END IF;
    IF NOT {sane.moment("NEW.at")} OR jsonb_typeof(NEW.label_values::jsonb) <> 'object'
        OR NEW.label ~ '\\{{[^a-z]|\\{{[a-z_]*[^a-z_}}]|\\{{[a-z_]*$' THEN
        RAISE EXCEPTION 'batch % cannot be read', NEW.id {REFUSED};
    END IF;
    IF NEW.kind NOT IN ('do', 'undo', 'redo', 'setup', 'erase') OR (NEW.kind = 'erase'
        AND {SCHEMA}.rank() < {ROLES.index("admin")}) OR (NEW.kind <> 'erase' AND EXISTS (SELECT 1 FROM journal j
            WHERE j.batch_id = NEW.id AND j.table_name IN ('journal', 'batch'))) THEN
        RAISE EXCEPTION 'batch % is of a kind that is not for its writer', NEW.id {REFUSED};
    END IF;
    IF (CASE WHEN NEW.kind IN ('undo', 'redo') THEN NOT EXISTS (SELECT 1 FROM batch t WHERE t.id = NEW.target_id
            AND t.member_id = NEW.member_id AND t.kind = 'do'
            AND t.undone = CASE NEW.kind WHEN 'undo' THEN 1 ELSE 0 END)
        ELSE NEW.target_id IS NOT NULL END) THEN
        RAISE EXCEPTION 'batch % takes back what is not its writer''s, or is not marked so', NEW.id {REFUSED};
    END IF;
    IF {SCHEMA}.rank() < {ROLES.index("manager")} AND {SCHEMA}.took(NEW.id, NEW.target_id) THEN
        RAISE EXCEPTION 'batch % takes what was given away', NEW.id {REFUSED};
    END IF;
    IF NEW.chain IS DISTINCT FROM encode(sha256(convert_to(concat(before, E'\\n', head, E'\\n', lines), 'UTF8')), 'hex')
        OR NEW.digest IS DISTINCT FROM
            encode(sha256(convert_to(concat(NEW.salt, NEW.label, E'\\n', NEW.label_values), 'UTF8')), 'hex')
        OR EXISTS (SELECT 1 FROM batch b WHERE b.id > NEW.id AND b.xmin <> pg_current_xact_id()::xid) THEN
        RAISE EXCEPTION 'batch % does not continue the chain of the journal', NEW.id {REFUSED};
    END IF;
    RETURN NULL;
END""",
        False,
    ),
    "marked": (
        f"""BEGIN
    IF NOT EXISTS (SELECT 1 FROM batch b WHERE b.target_id = NEW.id AND b.{NOW_WRITTEN}
        AND b.kind = CASE NEW.undone WHEN 1 THEN 'undo' ELSE 'redo' END) THEN
        RAISE EXCEPTION 'batch % is taken back, or made again, by no batch', NEW.id {REFUSED};
    END IF;
    RETURN NULL;
END""",
        False,
    ),
    "guard_owner": (
        f"""BEGIN
    IF {SCHEMA}.rank() >= {ROLES.index("manager")} OR OLD.owner_id IS NULL OR OLD.owner_id = {SCHEMA}.me()
        OR {SCHEMA}.gave(TG_TABLE_NAME, OLD.id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % belongs to another member, who can give it away', TG_TABLE_NAME, OLD.id {REFUSED};
END""",
        False,
    ),
}
"""The functions of triggers, and whether they act with the rights of the owner."""
_TRIGGERED |= {
    f"guard_{table}": (
        f"""BEGIN
    IF {SCHEMA}.rank() >= {ROLES.index("manager")}
        OR EXISTS (SELECT 1 FROM (SELECT NEW.*) AS {table} WHERE {hangs(table)}) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% % cannot hang on what belongs to another member', TG_TABLE_NAME, OLD.id {REFUSED};
END""",
        False,
    )
    for table in HANGING
}


def triggers(home: str) -> Iterator[tuple[str, str, str, str]]:
    """Table, name, the rest of each trigger's statement, and its function."""
    bound = f"WHEN (row_security_active({literal(f'{quoted(home)}.deal')}::regclass))"
    each = "FOR EACH STATEMENT"
    for table in KINDS:
        changed = "told_deal" if table == "deal" else "told_changed"
        yield (
            table,
            "told_came",
            f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS came {each} {bound}",
            "told_came",
        )
        yield (
            table,
            "told_changed",
            f"AFTER UPDATE ON {table} REFERENCING OLD TABLE AS was NEW TABLE AS becomes {each} {bound}",
            changed,
        )
        yield (
            table,
            "told_gone",
            f"AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone {each} {bound}",
            "told_gone",
        )
        for name, event in (("sane_came", "INSERT"), ("sane_changed", "UPDATE")):
            yield (
                table,
                name,
                f"AFTER {event} ON {table} REFERENCING NEW TABLE AS written {each} {bound}",
                f"sane_{table}",
            )
    for table in PARTIES:
        given = f"{bound[:-1]} AND OLD.owner_id IS DISTINCT FROM NEW.owner_id)"
        yield (
            table,
            "guard_owner",
            f"BEFORE UPDATE OF owner_id ON {table} FOR EACH ROW {given}",
            "guard_owner",
        )
    for table in OWNED:
        changed = "FOR EACH ROW WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id)"
        yield table, "hand_over", f"AFTER UPDATE OF owner_id ON {table} {changed}", "hand_over"
    own = f"{bound[:-1]} AND NOT ({_same('deal', 'OLD', 'NEW')}))"
    yield "deal", "guard_deal", f"BEFORE UPDATE ON deal FOR EACH ROW {own}", "guard_deal"
    for table in HANGING:
        elsewhere = f"{bound[:-1]} AND ({hung_elsewhere(table, 'OLD', 'NEW')}))"
        yield table, f"guard_{table}", f"BEFORE UPDATE ON {table} FOR EACH ROW {elsewhere}", f"guard_{table}"
    for table in LINES:
        yield table, "take_turns", f"BEFORE INSERT ON {table} {each} {bound}", "take_turns"
    yield (
        "journal",
        "add_lines",
        f"AFTER INSERT ON journal REFERENCING NEW TABLE AS lines {each} {bound}",
        "add_lines",
    )
    yield "batch", "chained", f"AFTER INSERT ON batch {DEFERRED} {bound}", "chained"
    turned = f"{bound[:-1]} AND OLD.undone IS DISTINCT FROM NEW.undone)"
    yield "batch", "marked", f"AFTER UPDATE ON batch {DEFERRED} {turned}", "marked"
    yield f"{SCHEMA}.owed", "settle", f"AFTER INSERT ON {SCHEMA}.owed {DEFERRED}", "settle"


DEFERRED = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"


def trigger(name: str, rest: str, function: str) -> str:
    """The statement that makes a trigger."""
    kind = "CONSTRAINT TRIGGER" if DEFERRED in rest else "TRIGGER"
    return f"CREATE {kind} pipetui_{name} {rest} EXECUTE FUNCTION {SCHEMA}.{function}()"
