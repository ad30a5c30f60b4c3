"""The one place where the store holds a batch against the rights of who writes it, before a row is touched."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core import access
from pipetui.core.access import Act, Actor
from pipetui.core.change import Row
from pipetui.errors import Forbidden
from pipetui.store.rows import OF_A_DEAL, among

if TYPE_CHECKING:
    from pipetui.store.chunk import Chunk
    from pipetui.store.db import Database

PARTIES = ("contact", "organization")


class Gate:
    """Lets the changes of one member through, or raises Forbidden with the reason."""

    def __init__(self, db: Database, actor: Actor, taken_back: int | None = None) -> None:
        """`taken_back` is the member's own batch that an undo takes back: what it gave away may come home."""
        self._db = db
        self._actor = actor
        self._taken_back = taken_back

    def admit(self, chunk: Chunk) -> None:
        """Hold every row of a chunk against the table in `core.access`. Raises Forbidden."""
        if self._actor.role == "admin":
            return
        owners = Owners(self._db, self._actor, chunk)
        for table, rows in chunk.came.items():
            self._judge(owners, "add", table, rows)
        changed: dict[tuple[Act, str], list[Row]] = defaultdict(list)
        for table, was, becomes in chunk.changed:
            changed["remove" if becomes is None else "change", table].append(was)
        for (act, table), rows in changed.items():
            self._judge(owners, act, table, rows)

    def _judge(self, owners: Owners, act: Act, table: str, rows: Sequence[Row]) -> None:
        for name in {row.get("name") if table == "setting" else None for row in rows}:
            within = access.reach(self._actor, act, table, name)
            if within == "none":
                raise self._forbidden(act, table, None)
            if within == "own":
                for row, owner_id in zip(rows, owners.of(act, table, rows), strict=True):
                    if not self._actor.owns(owner_id) and not self._gave_away(table, row):
                        raise self._forbidden(act, table, owner_id)

    def _gave_away(self, table: str, row: Row) -> bool:
        """Whether the batch that is taken back changed the owner of this record."""
        if self._taken_back is None or "owner_id" not in row:
            return False
        line = self._db.one(
            "SELECT before FROM journal WHERE table_name = ? AND row_id = ? AND batch_id = ? AND last_id IS NULL"
            " ORDER BY id LIMIT 1",
            (table, row["id"], self._taken_back),
        )
        before = json.loads(line[0] or "{}") if line else {}
        return "owner_id" in before and self._actor.owns(before["owner_id"])

    def _forbidden(self, act: Act, table: str, owner_id: Any) -> Forbidden:
        found = (
            None if owner_id is None else self._db.one("SELECT name FROM member WHERE id = ?", (owner_id,))
        )
        owner = found[0] if found else ""
        reason = access.refusal(self._actor, act, table, owner_id, owner)
        assert reason is not None
        return Forbidden(reason, access.hint(self._actor, table, owner))


class Owners:
    """Whose the rows of a chunk are: the owner of the row, or of the deal, person or company it hangs on, as they were
    before the chunk."""

    def __init__(self, db: Database, actor: Actor, chunk: Chunk) -> None:
        self._db = db
        self._actor = actor
        self._known: dict[str, dict[Any, Any]] = {table: {} for table in ("deal", *PARTIES)}
        self._quotes: dict[Any, Any] = {row["id"]: row["deal_id"] for row in chunk.came.get("quote", ())}
        for table, known in self._known.items():
            known.update((row["id"], row["owner_id"]) for row in chunk.came.get(table, ()))
        for table, was, _ in chunk.changed:
            if table in self._known:
                self._known[table][was["id"]] = was["owner_id"]
            elif table == "quote":
                self._quotes[was["id"]] = was["deal_id"]

    def of(self, act: Act, table: str, rows: Sequence[Row]) -> Iterator[Any]:
        """The owner of each row; None for what is nobody's."""
        self._look_up(table, rows)
        for row in rows:
            owner_id = self._owner(table, row, act)
            if (
                table in PARTIES
                and not self._actor.owns(owner_id)
                and self._around_a_deal_within_reach(table, row)
            ):
                owner_id = None
            yield owner_id

    def _owner(self, table: str, row: Row, act: Act) -> Any:
        if table in self._known:
            return row["owner_id"]
        if table == "activity" and act != "add" and row["owner_id"] == self._actor.id:
            return self._actor.id
        subject, number = self._subject(table, row)
        return self._known[subject].get(number) if subject else row.get("owner_id")

    def _subject(self, table: str, row: Row) -> tuple[str, Any]:
        """What a row hangs on; nothing for an activity that hangs on nothing."""
        if table == "tagging":
            return str(row["subject"]), row["subject_id"]
        if table == "quote_line":
            return "deal", self._quotes.get(row["quote_id"])
        for kind in ("deal", *PARTIES) if table in OF_A_DEAL else ():
            if row.get(f"{kind}_id") is not None:
                return kind, row[f"{kind}_id"]
        return "", None

    def _look_up(self, table: str, rows: Iterable[Row]) -> None:
        """Read the owners that are not known yet, some hundreds in one statement."""
        if table == "quote_line":
            wanted = {row["quote_id"] for row in rows} - self._quotes.keys()
            self._quotes.update(self._read("id", "deal_id", "quote", wanted))
        wanted_of: dict[str, set[Any]] = {kind: set() for kind in self._known}
        for row in rows:
            subject, number = self._subject(table, row) if table not in self._known else ("", None)
            if subject:
                wanted_of[subject].add(number)
        for subject, numbers in wanted_of.items():
            missing = numbers - self._known[subject].keys()
            self._known[subject].update(self._read("id", "owner_id", subject, missing))

    def _read(self, key: str, value: str, table: str, numbers: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        for which in among(numbers):
            for found in self._db.rows(
                f"SELECT {key}, {value} FROM {table} WHERE {which.of(key)}", which.params
            ):
                yield found[0], found[1]

    def _around_a_deal_within_reach(self, table: str, row: Row) -> bool:
        sql = f"SELECT 1 FROM deal WHERE {table}_id = ? AND (owner_id IS NULL OR owner_id = ?) LIMIT 1"
        return self._db.one(sql, (row["id"], self._actor.id)) is not None
