"""The journal: how a change and a label are kept in it, how a batch is taken back, and who was first."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.access import WHAT
from pipetui.core.change import Change, Row, moment_text
from pipetui.core.message import Message, say
from pipetui.core.money import Money
from pipetui.errors import Clash, Conflict

if TYPE_CHECKING:
    from pipetui.store.db import Database

COLUMNS = (
    "id",
    "batch_id",
    "table_name",
    "row_id",
    "last_id",
    "deal_id",
    "before",
    "after",
    "salt",
    "digest",
)
LOOKED_AT = 50
"""Lines of the journal in which the writer of a field is looked for."""
AT_ONCE = 2000
"""Lines of the journal read at once."""
PLURAL = "|"
"""Where the plural template stands among a label's values; no placeholder has this name."""
ANYTHING: Row = {}
"""As what a dropped row was before: whatever it is now."""


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


PLACE = re.compile(r"\{([a-z_]+)\}")
"""Where a value stands in a label."""


def label(text: str, values: dict[str, Any]) -> Message:
    """A label from its text and its unpacked JSON; one that pipetui did not write is shown as it stands."""
    plural = str(values.get(PLURAL, ""))
    held = {name: _unpacked(value) for name, value in values.items() if name != PLURAL}
    named = set(PLACE.findall(text + plural))
    if named <= held.keys() and not set("{}") & set(PLACE.sub("", text + plural)):
        return Message(text, held, plural)
    return Message("{text}", {"text": text})


def _unpacked(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    if "message" in value:
        return label(value["message"], value["values"])
    if "money" in value:
        return Money(value["money"], value["currency"])
    try:
        return (
            datetime.fromisoformat(value["moment"]) if "moment" in value else date.fromisoformat(value["day"])
        )
    except (KeyError, ValueError, TypeError):
        return str(value)


def to_undo(db: Database, member_id: int | None) -> int | None:
    """The newest batch of a member that is not taken back."""
    sql = "SELECT id FROM batch WHERE member_id = ? AND kind = 'do' AND undone = 0 ORDER BY id DESC LIMIT 1"
    newest = db.one(sql, (member_id,))
    return newest[0] if newest else None


def to_redo(db: Database, member_id: int | None) -> int | None:
    """The batch a member took back last, as long as they did nothing new since."""
    oldest = db.one(
        """SELECT MIN(target.id) FROM batch JOIN batch target ON target.id = batch.target_id
            WHERE batch.member_id = ? AND batch.kind = 'undo' AND target.undone = 1
            AND batch.id > (SELECT MAX(id) FROM batch WHERE member_id = ? AND kind = 'do')""",
        (member_id, member_id),
    )
    return oldest[0] if oldest else None


def taken_back_by(db: Database, batch_id: int) -> int:
    """The newest batch that took this one back; 0 when none did."""
    newest = db.one("SELECT MAX(id) FROM batch WHERE target_id = ? AND kind = 'undo'", (batch_id,))
    return newest[0] if newest else 0


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


def still_needed(db: Database, batch_id: int) -> Conflict | None:
    """Why a batch cannot be taken back: what others, or later batches, made refers to what it added; None for
    nothing."""
    made: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for table, first, last in db.rows(
        "SELECT table_name, row_id, COALESCE(last_id, row_id) FROM journal"
        " WHERE batch_id = ? AND before IS NULL AND after IS NULL",
        (batch_id,),
    ):
        made[table].append((first, last))
    needing = next(_needing(db, made), None)
    if needing is None:
        return None
    [(text, packed)] = db.rows("SELECT label, label_values FROM batch WHERE id = ?", (batch_id,))
    return Conflict(
        say(
            '"{act}" stays as it is: {what} refer to what it added.',
            act=label(text, json.loads(packed)),
            what=WHAT.get(needing, say("later changes")),
        ),
        (),
        say("Nothing was written."),
    )


def _needing(db: Database, made: Mapping[str, Sequence[tuple[int, int]]]) -> Iterator[str]:
    """The tables whose rows refer to these spans of numbers, by table, and do not belong to them."""
    from pipetui.store.tables import metadata

    for name in (*WHAT, "batch"):
        for key in metadata.tables[name].foreign_keys:
            for span in made.get(key.column.table.name, ()):
                rows = db.rows(f"SELECT id FROM {name} WHERE {key.parent.name} BETWEEN ? AND ?", span)
                if not all(_within(row[0], made.get(name, ())) for row in rows):
                    yield name


def _within(number: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in spans)


def conflict(db: Database, clashes: Sequence[Clash]) -> Conflict:
    """The error that names who was first, as far as the journal knows."""
    named = tuple(_named(db, clash) for clash in clashes)
    who = next((clash.by for clash in named if clash.by), None)
    message = (
        say("{who} changed the same field first; nothing was written.", who=who)
        if who
        else say("Somebody else changed the same field first; nothing was written.")
    )
    return Conflict(message, named, say("Look at both values, then decide."))


def gone_on(error: Conflict, label: Message) -> Conflict:
    """The same for a batch that is to be taken back, or made again: who changed what since, and by which act."""
    if not error.clashes:
        return error
    clash = next((clash for clash in error.clashes if clash.by), None)
    if clash is None or clash.what is None:
        message = say('Somebody else changed that since: "{act}" stays as it is.', act=label)
    else:
        message = say(
            '{who} changed that since ({what}): "{act}" stays as it is.',
            who=clash.by,
            what=clash.what,
            act=label,
        )
    return Conflict(message, error.clashes, say("Nothing was written."))


def _named(db: Database, clash: Clash) -> Clash:
    """With who was first, when, and by which act."""
    for before, after, name, at, text, packed in db.rows(
        "SELECT journal.before, journal.after, member.name, batch.at, batch.label, batch.label_values"
        " FROM journal JOIN batch ON batch.id = journal.batch_id"
        " LEFT JOIN member ON member.id = batch.member_id"
        " WHERE journal.table_name = ? AND journal.row_id = ? AND journal.last_id IS NULL"
        " ORDER BY journal.id DESC LIMIT ?",
        (clash.table, clash.id, LOOKED_AT),
    ):
        if clash.field in json.loads(after or before or "{}"):
            what = label(text, json.loads(packed))
            return replace(clash, by=name, at=datetime.fromisoformat(at), what=what)
    return clash
