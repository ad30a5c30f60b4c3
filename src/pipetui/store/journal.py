"""The journal: what every batch changed, read as a log, taken back, and asked who was first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Change, Row, moment_text
from pipetui.core.message import Message, say
from pipetui.core.money import Money
from pipetui.errors import Clash, Conflict
from pipetui.store.rows import between, columns, found, own

if TYPE_CHECKING:
    from pipetui.store.db import Database

COLUMNS = ("id", "batch_id", "table_name", "row_id", "last_id", "deal_id", "before", "after")
SHOWN = 50
"""Changes of a batch that its entry carries."""
AT_ONCE = 2000
"""Lines of the journal read at once."""
PLURAL = "|"
"""Where the plural template stands among a label's values; no placeholder has this name."""
ANYTHING: Row = {}
"""As what a dropped row was before: whatever it is now."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One batch as the log shows it."""

    id: int
    at: datetime
    member: str | None
    """The name of who did it."""
    kind: str
    """`do`, `undo`, `redo` or `setup`."""
    target_id: int | None
    """The batch that was taken back or made again."""
    undone: bool
    """Taken back, and not made again since."""
    label: Message
    n: int
    """How many changes it made."""
    changes: tuple[Change, ...]
    """The first of them."""


def dumped(row: Row) -> str:
    """A row as the journal keeps it."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def label_values(label: Message) -> str:
    """The values of a label as text; money, days, moments and sentences among them keep their kind."""
    values = {name: _packed(value) for name, value in label.values.items()}
    if label.plural:
        values[PLURAL] = label.plural
    return json.dumps(values, ensure_ascii=False)


def _packed(value: object) -> object:
    if isinstance(value, Message):
        return {"message": value.text, "values": json.loads(label_values(value))}
    if isinstance(value, Money):
        return {"money": value.minor, "currency": value.currency}
    if isinstance(value, datetime):
        return {"moment": moment_text(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if value is None or isinstance(value, str | int | float) else str(value)


def label(text: str, values: dict[str, Any]) -> Message:
    """A label from its text and its unpacked JSON."""
    plural = values.get(PLURAL, "")
    return Message(text, {name: _unpacked(v) for name, v in values.items() if name != PLURAL}, plural)


def _unpacked(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    if "message" in value:
        return label(value["message"], value["values"])
    if "money" in value:
        return Money(value["money"], value["currency"])
    return datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])


def inverses(db: Database, batch_id: int) -> Iterator[Change]:
    """The changes that take a batch back, last first; rows that an import told as one run go at the end."""
    below = 1 << 62
    while lines := db.rows(
        "SELECT id, table_name, row_id, before, after FROM journal WHERE batch_id = ? AND id < ? AND last_id IS NULL"
        " ORDER BY id DESC LIMIT ?",
        (batch_id, below, AT_ONCE),
    ):
        below = lines[-1][0]
        for _, table, row_id, before, after in lines:
            if before is None:
                yield Change(table, row_id, ANYTHING, None)
            else:
                yield Change(table, row_id, json.loads(after) if after else None, json.loads(before))
    for table, first, last in db.rows(
        "SELECT table_name, row_id, last_id FROM journal WHERE batch_id = ? AND last_id IS NOT NULL ORDER BY id DESC",
        (batch_id,),
    ):
        for row_id in range(last, first - 1, -1):
            yield Change(table, row_id, ANYTHING, None)


def refuse_if_others_went_on(db: Database, batch_id: int) -> None:
    """Raises Conflict when somebody changed a record since this batch made it: taking it back would lose that."""
    lines = db.rows(
        """SELECT later.table_name, later.row_id, later.before, later.after FROM journal made
            JOIN journal later ON later.table_name = made.table_name
                AND later.row_id BETWEEN made.row_id AND COALESCE(made.last_id, made.row_id)
            JOIN batch ON batch.id = later.batch_id
            WHERE made.batch_id = ? AND made.before IS NULL AND made.after IS NULL
            AND later.batch_id > ? AND batch.kind = 'do' AND batch.undone = 0 LIMIT 20""",
        (batch_id, batch_id),
    )
    clashes = []
    for table, row_id, before, after in lines:
        was, theirs = json.loads(before or "{}"), json.loads(after or "{}")
        clashes += [Clash(table, row_id, name, was.get(name), theirs.get(name), None) for name in was]
    if clashes:
        raise conflict(db, clashes)


def conflict(db: Database, clashes: Sequence[Clash]) -> Conflict:
    """The error that names who was first, as far as the journal knows."""
    named = tuple(replace(clash, by=_writer(db, clash)) for clash in clashes)
    who = next((clash.by for clash in named if clash.by), None)
    message = (
        say("{who} changed the same field first; nothing was written.", who=who)
        if who
        else say("Somebody else changed the same field first; nothing was written.")
    )
    return Conflict(message, named, say("Look at both values, then decide."))


def _writer(db: Database, clash: Clash) -> str | None:
    for before, after, name in db.rows(
        "SELECT journal.before, journal.after, member.name FROM journal JOIN batch ON batch.id = journal.batch_id"
        " LEFT JOIN member ON member.id = batch.member_id"
        " WHERE journal.table_name = ? AND journal.row_id = ? AND journal.last_id IS NULL"
        " ORDER BY journal.id DESC LIMIT ?",
        (clash.table, clash.id, SHOWN),
    ):
        if clash.field in json.loads(after or before or "{}"):
            return None if name is None else str(name)
    return None


BATCH = """SELECT batch.id, batch.at, member.name, batch.kind, batch.target_id, batch.undone, batch.label,
    batch.label_values FROM batch LEFT JOIN member ON member.id = batch.member_id"""
OF_DEAL = (
    "(journal.deal_id = ? OR (journal.table_name = 'deal' AND journal.last_id >= ? AND journal.row_id <= ?))"
)


def entries(db: Database, limit: int, deal_id: int | None = None) -> list[Entry]:
    """The newest batches first; those that concern one deal, with their changes of it alone."""
    where = ""
    params: tuple[int, ...] = ()
    if deal_id is not None:
        where = f"WHERE batch.id IN (SELECT batch_id FROM journal WHERE {OF_DEAL})"
        params = (deal_id,) * 3
    found_batches = db.rows(f"{BATCH} {where} ORDER BY batch.id DESC LIMIT ?", (*params, limit))
    return [_entry(db, values, deal_id) for values in found_batches]


def entry(db: Database, batch_id: int) -> Entry:
    """One batch."""
    return _entry(db, db.rows(f"{BATCH} WHERE batch.id = ?", (batch_id,))[0], None)


def _entry(db: Database, values: Sequence[Any], deal_id: int | None) -> Entry:
    number, at, member, kind, target_id, undone, text, packed = values
    told = label(text, json.loads(packed))
    changes = tuple(_changes(db, number, deal_id))
    counted = db.one(
        "SELECT SUM(COALESCE(last_id, row_id) - row_id + 1) FROM journal WHERE batch_id = ?", (number,)
    )
    n = int(counted[0] or 0) if counted and deal_id is None else len(changes)
    return Entry(number, datetime.fromisoformat(at), member, kind, target_id, bool(undone), told, n, changes)


def _changes(db: Database, batch_id: int, deal_id: int | None) -> Iterator[Change]:
    of_deal, params = ("", ()) if deal_id is None else (f"AND {OF_DEAL}", (deal_id,) * 3)
    left = SHOWN
    for number, table, first, last, before, after in db.rows(
        f"""SELECT id, table_name, row_id, last_id, before, after FROM journal WHERE batch_id = ? {of_deal}
            ORDER BY CASE WHEN last_id IS NULL THEN 1 ELSE 0 END, id LIMIT ?""",
        (batch_id, *params, SHOWN),
    ):
        if before is not None:
            yield Change(table, first, json.loads(before), json.loads(after) if after else None)
            left -= 1
            continue
        rows = [deal_id] if last is not None and deal_id is not None else range(first, (last or first) + 1)
        for row_id in rows[:left]:
            yield Change(table, row_id, None, _as_it_came(db, table, row_id, 0 if last else number))
            left -= 1


def _as_it_came(db: Database, table: str, row_id: int, since: int) -> Row:
    """A row as it was when line `since` of the journal made it: as it is now, with all later changes taken back."""
    there = found(db, table, between(row_id, row_id)).get(row_id)
    row = {} if there is None else own(table, there)
    for before, after in db.rows(
        "SELECT before, after FROM journal WHERE table_name = ? AND row_id = ? AND last_id IS NULL AND id > ?"
        " ORDER BY id DESC",
        (table, row_id, since),
    ):
        row = {} if before is None and after is None else {**row, **json.loads(before)}
    return {name: row[name] for name in columns(table) if name in row}
