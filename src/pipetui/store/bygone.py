"""The store as it was: a copy in a file of its own in which the journal is taken back to a moment.

What an import or the beginning of a store brought counts from the day it happened, not from the day it was brought: a
deal is there from the day it was created, in the stage its stays tell. What cannot be known is what its fields were
before they were brought: they are as they came. The copy is for reading; nothing written there comes back.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipetui.core.change import moment_text
from pipetui.core.message import say
from pipetui.core.moment import local_day
from pipetui.errors import Refused
from pipetui.store import derived, parties, schema, stays
from pipetui.store.db import Database
from pipetui.store.rows import EVERY, KINDS, among, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipetui.store.store import Store

AT_ONCE = 5000
COPIED = ("pace", "sequence", "batch", "journal")
"""What is copied beside the records; the rest is derived again."""
Edits = dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]]


def goes_on(db: Database, moment: datetime) -> bool:
    """Whether anything was written after a moment: then the store is not what it was."""
    return db.one("SELECT 1 FROM batch WHERE at > ? LIMIT 1", (moment_text(moment),)) is not None


def bygone(source: Database, moment: datetime, path: Path) -> None:
    """Write the store as it was at a moment to a new file. `source` is only read. Raises StoreProblem."""
    if source.dialect == "sqlite":
        source.backup(str(path))
    else:
        _copied(source, path)
    db = Database(str(path))
    try:
        db.run("PRAGMA synchronous = OFF")
        with db.transaction():
            db.run("PRAGMA defer_foreign_keys = ON")
            touched = _taken_back(db, moment_text(moment))
            touched |= _trimmed(db, moment_text(moment), local_day(moment).isoformat())
            _derived_again(db, touched)
    finally:
        db.close()


def opened(path: Path, login: str, now: Callable[[], datetime]) -> Store:
    """The store of such a file, which refuses to be written."""
    from pipetui.store.store import Store

    store = Store.open(str(path), login=login, now=now)
    store.refuses = Refused(say("The past is read-only."), say("Go back to today to change something."))
    return store


def forget(path: Path) -> None:
    """Remove such a file."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()


def _copied(source: Database, path: Path) -> None:
    """All rows of a server in a file."""
    schema.bring_up(target := Database(str(path)))
    with source.reading(), target.transaction():
        target.run("PRAGMA defer_foreign_keys = ON")
        for table in (*KINDS, *COPIED):
            names = (
                columns(table)
                if table in KINDS
                else tuple(row[1] for row in target.rows(f"PRAGMA table_info({table})"))
            )
            for rows in _pages(source, table, names):
                target.insert(table, names, rows)
        for which in _windows(target):
            target.insert("deal_search", ("deal_id", "text"), derived.words(target, which))
        derived.refresh_next(target, EVERY)
        derived.refresh_furthest(target, EVERY)
        parties.mark_stale(target)
    target.close()


def _pages(source: Database, table: str, names: Sequence[str]) -> Iterator[list[Any]]:
    key, last = ("id", 0) if "id" in names else (None, 0)
    if key is None:
        yield source.rows(f"SELECT {', '.join(names)} FROM {table}")
        return
    while rows := source.rows(
        f"SELECT {', '.join(names)} FROM {table} WHERE id > ? ORDER BY id LIMIT ?", (last, AT_ONCE)
    ):
        last = rows[-1][names.index("id")]
        yield rows


def _windows(db: Database) -> Iterator[Any]:
    numbers = [row[0] for row in db.rows("SELECT id FROM deal ORDER BY id")]
    yield from among(numbers)


def _taken_back(db: Database, moment: str) -> set[int]:
    """Undo what the journal says happened after the moment; the deals it concerned."""
    touched: set[int] = set()
    state: dict[tuple[str, int], dict[str, Any] | None] = {}
    for table, number, last, deal, before, after, kind, undone in db.rows(
        """SELECT journal.table_name, journal.row_id, journal.last_id, journal.deal_id, journal.before, journal.after,
            batch.kind, batch.undone FROM journal JOIN batch ON batch.id = journal.batch_id
            WHERE batch.at > ? AND journal.table_name NOT IN ('journal', 'batch') ORDER BY journal.id DESC""",
        (moment,),
    ):
        if deal is not None:
            touched.add(deal)
        if before is None:
            brought = kind == "setup" or (last is not None and not undone)
            if not brought:
                for row_id in range(number, (last or number) + 1):
                    state[table, row_id] = None
        elif after is None:
            state[table, number] = json.loads(before)
        else:
            kept = state.get((table, number))
            state[table, number] = {**(kept or {}), **json.loads(before)}
    _write(db, state)
    _forget_batches(db, moment)
    return touched


def _write(db: Database, state: dict[tuple[str, int], dict[str, Any] | None]) -> None:
    """Rows that were not there go, those that went come back, the others take the values they had."""
    gone: dict[str, list[int]] = defaultdict(list)
    come: dict[str, list[dict[str, Any]]] = defaultdict(list)
    edits: Edits = defaultdict(list)
    there: dict[str, set[int]] = defaultdict(set)
    for table, number in state:
        there[table].add(number)
    for table, numbers in there.items():
        present = {
            row[0] for which in among(sorted(numbers))
            for row in db.rows(f"SELECT id FROM {table} WHERE {which.of('id')}", which.params)
        }  # fmt: skip
        there[table] = present
    for (table, number), values in state.items():
        if values is None:
            gone[table].append(number)
        elif number in there[table]:
            names = tuple(sorted(name for name in values if name != "id"))
            edits[table, names].append((*(values[name] for name in names), number))
        else:
            come[table].append(values)
    for table in reversed(KINDS):
        for which in among(gone.get(table, ())):
            db.run(f"DELETE FROM {table} WHERE {which.of('id')}", which.params)
    for table in KINDS:
        names = columns(table)
        # A row that went before a column was added comes back without it.
        rows = [tuple(row.get(name) for name in names) for row in come.get(table, ())]
        if rows:
            db.insert(table, names, rows)
    for (table, changed), rows in edits.items():
        if changed:
            places = ", ".join(f"{name} = ?" for name in changed)
            db.run_many(f"UPDATE {table} SET {places} WHERE id = ?", rows)


def _forget_batches(db: Database, moment: str) -> None:
    """The journal ends at the moment; what was taken back later still held."""
    for target, kind in db.rows(
        "SELECT target_id, kind FROM batch WHERE at > ? AND target_id IS NOT NULL ORDER BY id DESC", (moment,)
    ):
        db.run("UPDATE batch SET undone = ? WHERE id = ?", (int(kind == "redo"), target))
    db.run("DELETE FROM journal WHERE batch_id IN (SELECT id FROM batch WHERE at > ?)", (moment,))
    db.run("DELETE FROM batch WHERE at > ?", (moment,))
    for table in ("batch", "journal"):
        db.run(
            f"UPDATE sequence SET next = (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}) WHERE name = ?",
            (table,),
        )


LATER = (
    "DELETE FROM evidence WHERE ticked_at > :m OR deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM decision WHERE decided_at > :m OR deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM review WHERE began_at > :m",
    "DELETE FROM participant WHERE deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM tagging WHERE subject = 'deal' AND subject_id IN (SELECT id FROM deal WHERE created_at > :m)",
    """DELETE FROM quote_line WHERE quote_id IN (SELECT id FROM quote WHERE created_at > :m
        OR deal_id IN (SELECT id FROM deal WHERE created_at > :m))""",
    "DELETE FROM quote WHERE created_at > :m OR deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM activity WHERE created_at > :m OR deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM visit WHERE entered_at > :m OR deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM deal_search WHERE deal_id IN (SELECT id FROM deal WHERE created_at > :m)",
    "DELETE FROM deal WHERE created_at > :m",
    "DELETE FROM spending WHERE spent_on > :d",
    """UPDATE quote SET status = CASE WHEN sent_on IS NULL OR sent_on > :d THEN 'draft'
        WHEN status = 'expired' AND valid_until < :d THEN 'expired' ELSE 'sent' END,
        sent_on = CASE WHEN sent_on > :d THEN NULL ELSE sent_on END,
        decided_on = CASE WHEN decided_on > :d THEN NULL ELSE decided_on END
        WHERE decided_on > :d OR sent_on > :d OR (status = 'expired' AND valid_until >= :d)""",
)
"""What lies after the moment goes, by the dates the rows have themselves."""
LEFT_LATER = "SELECT deal_id FROM visit WHERE left_at > :m"
CLOSED_LATER = "SELECT id FROM deal WHERE closed_at > :m OR stage_since > :m"
DONE_LATER = "SELECT deal_id FROM activity WHERE deal_id IS NOT NULL AND (done_at > :m OR created_at > :m)"


def _trimmed(db: Database, moment: str, day: str) -> set[int]:
    """Take away what the rows themselves say came later; the deals it concerned."""

    def run(sql: str) -> None:
        db.run(*_filled(sql, moment, day))

    touched = {
        row[0]
        for sql in (LEFT_LATER, CLOSED_LATER, DONE_LATER)
        for row in db.rows(*_filled(sql, moment, day))
    }
    for sql in LATER:
        run(sql)
    run("UPDATE activity SET done_at = NULL WHERE done_at > :m")
    run("UPDATE visit SET left_at = NULL, next_stage_id = NULL WHERE left_at > :m")
    run(
        """UPDATE deal SET closed_at = NULL, lost_reason_id = NULL,
            stage_id = COALESCE((SELECT stage_id FROM visit WHERE deal_id = deal.id AND left_at IS NULL LIMIT 1),
                closed_from_id, (SELECT stage.id FROM stage WHERE stage.pipeline_id = deal.pipeline_id
                AND stage.kind = 'open' AND stage.retired_at IS NULL ORDER BY stage.position LIMIT 1), stage_id),
            closed_from_id = NULL, stage_since = created_at WHERE closed_at > :m"""
    )
    run(
        """UPDATE deal SET
            stage_id = (SELECT stage_id FROM visit WHERE deal_id = deal.id AND left_at IS NULL LIMIT 1),
            stage_since = (SELECT entered_at FROM visit WHERE deal_id = deal.id AND left_at IS NULL LIMIT 1)
            WHERE closed_at IS NULL AND (stage_since > :m OR stage_since = created_at)
            AND EXISTS (SELECT 1 FROM visit WHERE deal_id = deal.id AND left_at IS NULL)"""
    )
    run("UPDATE deal SET archived_at = NULL WHERE archived_at > :m")
    run(
        """DELETE FROM contact WHERE created_at > :m AND NOT EXISTS (SELECT 1 FROM deal WHERE contact_id = contact.id)
            AND NOT EXISTS (SELECT 1 FROM participant WHERE contact_id = contact.id)
            AND NOT EXISTS (SELECT 1 FROM activity WHERE contact_id = contact.id)"""
    )
    for subject in ("contact", "organization"):
        db.run(f"UPDATE {subject} SET opted_out_at = NULL WHERE opted_out_at > ?", (moment,))
        db.run(f"UPDATE {subject} SET archived_at = NULL WHERE archived_at > ?", (moment,))
    return touched


def _filled(sql: str, moment: str, day: str) -> tuple[str, tuple[str, ...]]:
    """`:m` is the moment, `:d` its day."""
    parts = sql.replace(":m", "\0m").replace(":d", "\0d").split("\0")
    values = tuple(moment if part[0] == "m" else day for part in parts[1:])
    return parts[0] + "".join("?" + part[1:] for part in parts[1:]), values


def _derived_again(db: Database, touched: set[int]) -> None:
    """Next steps, furthest stages and words of the deals that changed; counts anew; the rest when it is asked for."""
    for which in among(sorted(touched)):
        derived.refresh_next(db, which)
        derived.refresh_furthest(db, which)
        derived.refresh_words(db, which)
    derived.rebuild_tally(db)
    stays.mark_stale(db)
    parties.mark_stale(db)
