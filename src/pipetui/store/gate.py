"""The one place where the store holds a batch against the rights of who writes it, before a row is touched."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core import access
from pipetui.core.access import Act, Actor
from pipetui.core.change import Row
from pipetui.core.members import only_admin
from pipetui.errors import Forbidden
from pipetui.store.rows import OF_A_DEAL, among, found

if TYPE_CHECKING:
    from pipetui.core.change import Change
    from pipetui.store.chunk import Chunk
    from pipetui.store.db import Database

PARTIES = ("contact", "organization")


class Rows(NamedTuple):
    """What a chunk would touch."""

    came: Mapping[str, Sequence[Row]]
    """New rows by table; of each what tells whose it is will do."""
    changed: Sequence[tuple[str, Row, Row | None]] = ()
    """The table, the row as it is, and as it becomes: None when it goes."""


def refusal(db: Database, actor: Actor, changes: Iterable[Change]) -> Forbidden | None:
    """Why these changes would be refused, before anything is written; None when they would not."""
    if actor.role == "admin":
        return None
    came: dict[str, list[Row]] = defaultdict(list)
    touched: dict[tuple[str, bool], list[int]] = defaultdict(list)
    becomes: dict[tuple[str, Any], Row] = defaultdict(dict)
    for one in changes:
        if one.before is None:
            came[one.table].append(one.after or {})
        elif not one.empty:
            touched[one.table, one.after is None].append(one.id)
            becomes[one.table, one.id] = {**becomes[one.table, one.id], **(one.after or {})}
    changed = [
        (table, row, None if goes else {**row, **becomes[table, row["id"]]})
        for (table, goes), numbers in touched.items()
        for which in among(numbers)
        for row in found(db, table, which).values()
    ]
    return _said(db, actor, Rows(came, changed))


def about(db: Database, table: str, number: int) -> Row:
    """What tells whose a deal, a person or a company is, and what hangs on it."""
    found = db.one(f"SELECT owner_id FROM {table} WHERE id = ?", (number,))
    owner_id = found[0] if found else None
    return {
        "id": number, "owner_id": owner_id, f"{table}_id": number, "subject": table, "subject_id": number
    }  # fmt: skip


def forbidden(db: Database, actor: Actor, act: Act, table: str, whose: Mapping[str, Any]) -> Forbidden | None:
    """Why an act on a row is not this member's to do; `whose` tells whose it is."""
    row = dict(whose)
    if access.reach(actor, act, table, row.get("name")) == "any":
        return None
    goes = None if act == "remove" else row
    return _said(db, actor, Rows({table: [row]}) if act == "add" else Rows({}, [(table, row, goes)]))


def _said(db: Database, actor: Actor, rows: Rows) -> Forbidden | None:
    try:
        Gate(db, actor).admit(rows)
    except Forbidden as error:
        return error
    return None


class Gate:
    """Lets the changes of one member through, or raises Forbidden with the reason."""

    def __init__(self, db: Database, actor: Actor, taken_back: int | None = None) -> None:
        """`taken_back` is the member's own batch that an undo takes back: what it gave away may come home."""
        self._db = db
        self._actor = actor
        self._taken_back = taken_back

    def admit(self, chunk: Chunk | Rows) -> None:
        """Hold every row of a chunk against the table in `core.access`. Raises Forbidden.

        A row that is hung elsewhere is judged as it was, and as a new one there.
        """
        if self._actor.role == "admin":
            self._keep_an_admin(
                [(was, becomes) for table, was, becomes in chunk.changed if table == "member"]
            )
            return
        owners = Owners(self._db, self._actor, chunk)
        for table, rows in chunk.came.items():
            self._judge(owners, "add", table, rows)
        changed: dict[tuple[Act, str], list[Row]] = defaultdict(list)
        for table, was, becomes in chunk.changed:
            changed["remove" if becomes is None else "change", table].append(was)
            if becomes is not None and subject_of(table, was) != subject_of(table, becomes):
                changed["add", table].append(becomes)
            if table in PARTIES and becomes is not None and was.get("owner_id") != becomes.get("owner_id"):
                self._keep_with_its_owner(table, was)
        for (act, table), rows in changed.items():
            self._judge(owners, act, table, rows)

    def _keep_with_its_owner(self, table: str, row: Row) -> None:
        """Raises Forbidden when a person or a company of somebody else would be given away: the deals around it let
        others complete it, not take it."""
        owner_id = row.get("owner_id")
        within = access.reach(self._actor, "change", table)
        if within == "own" and not self._actor.owns(owner_id) and not self._gave_away(table, row):
            raise self._forbidden("change", table, owner_id)

    def _keep_an_admin(self, members: Sequence[tuple[Row, Row | None]]) -> None:
        """Raises Refused when nobody would be left who can give roles: two admins may have met here."""
        leaving = [was for was, becomes in members if _is_admin(was) and not _is_admin(becomes)]
        if not leaving or any(_is_admin(becomes) for _, becomes in members):
            return
        # On PostgreSQL a second one waits here for the first, and then sees what it did.
        wait = " FOR UPDATE" if self._db.dialect == "postgresql" else ""
        there = self._db.rows(f"SELECT id FROM member WHERE role = 'admin' AND retired_at IS NULL{wait}")
        if {row[0] for row in there} <= {was["id"] for was in leaving}:
            raise only_admin(str(leaving[0]["name"]))

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
        named = (
            None if owner_id is None else self._db.one("SELECT name FROM member WHERE id = ?", (owner_id,))
        )
        owner = named[0] if named else ""
        reason = access.refusal(self._actor, act, table, owner_id, owner)
        assert reason is not None
        return Forbidden(reason, access.hint(self._actor, table, owner))


def _is_admin(row: Row | None) -> bool:
    return row is not None and row["role"] == "admin" and row["retired_at"] is None


def subject_of(table: str, row: Row) -> tuple[str, Any]:
    """The table and number of what a row hangs on; nothing for an activity that hangs on nothing."""
    if table == "tagging":
        return str(row.get("subject") or ""), row.get("subject_id")
    if table == "quote_line":
        return "quote", row.get("quote_id")
    for kind in ("deal", *PARTIES) if table in OF_A_DEAL else ():
        if row.get(f"{kind}_id") is not None:
            return kind, row[f"{kind}_id"]
    return "", None


class Owners:
    """Whose the rows of a chunk are: the owner of the row, or of the deal, person or company it hangs on, as they were
    before the chunk."""

    def __init__(self, db: Database, actor: Actor, chunk: Chunk | Rows) -> None:
        self._db = db
        self._actor = actor
        self._known: dict[str, dict[Any, Any]] = {table: {} for table in ("deal", *PARTIES)}
        self._quotes: dict[Any, Any] = {
            row.get("id"): row.get("deal_id") for row in chunk.came.get("quote", ())
        }
        for table, known in self._known.items():
            known.update((row.get("id"), row.get("owner_id")) for row in chunk.came.get(table, ()))
        for table, was, _ in chunk.changed:
            if table in self._known:
                self._known[table][was.get("id")] = was.get("owner_id")
            elif table == "quote":
                self._quotes[was.get("id")] = was.get("deal_id")

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
            return row.get("owner_id")
        if table == "activity" and act != "add" and row.get("owner_id") == self._actor.id:
            return self._actor.id
        subject, number = self._subject(table, row)
        return self._known[subject].get(number) if subject else row.get("owner_id")

    def _subject(self, table: str, row: Row) -> tuple[str, Any]:
        subject, number = subject_of(table, row)
        return ("deal", self._quotes.get(number)) if subject == "quote" else (subject, number)

    def _look_up(self, table: str, rows: Iterable[Row]) -> None:
        """Read the owners that are not known yet, some hundreds in one statement."""
        if table == "quote_line":
            wanted = {row.get("quote_id") for row in rows} - self._quotes.keys()
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
            for row in self._db.rows(
                f"SELECT {key}, {value} FROM {table} WHERE {which.of(key)}", which.params
            ):
                yield row[0], row[1]

    def _around_a_deal_within_reach(self, table: str, row: Row) -> bool:
        sql = f"SELECT 1 FROM deal WHERE {table}_id = ? AND (owner_id IS NULL OR owner_id = ?) LIMIT 1"
        return self._db.one(sql, (row.get("id"), self._actor.id)) is not None
