"""How long deals stay and where they go, counted by month and kept beside the visits: a move adds its few counts.

A stay is counted when it is over, in every month it lasted, as `core.lifetable` counts it between the first instants
of that month and of the next, in UTC. Many stays at once (an import) only leave the mark that all are to be counted
again, which `ensure` does before the counts are read. Stays of deals whose history is unknown count nowhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Row
from pipetui.store import upkeep
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.chunk import Chunk
    from pipetui.store.db import Database

AT_RISK = 0
"""Stands where the next stage would: the count is of all that were there."""
MANY = 2000
"""Stays of one batch that are worth counting one by one."""
STRIDE = 20_000
"""Visits read at once: some tens of milliseconds, so that others can read in between."""
COLUMNS = ("stage_id", "month", "bin", "next_id", "n", "unseen")
OVER = "SELECT visit.stage_id, visit.entered_at, visit.left_at, visit.next_stage_id FROM visit"
"""The stays that are over, as `Over`."""

Over = tuple[int, str, str, int | None]
"""A stay that is over: the stage, when it was entered and left, and the next stage."""
Cell = tuple[int, str, int, int]
"""Stage, month, bin, and the next stage or `AT_RISK`."""
Sums = dict[Cell, tuple[int, int]]
"""What the columns `n` and `unseen` say, in millionths of a deal."""
Counts = dict[tuple[int, int, int], int]
"""By stage, bin, and the next stage or `AT_RISK`: millionths of a deal."""


class Changed:
    """The stays that one batch adds to the counts and takes away."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._came: list[Over] = []
        self._gone: list[Over] = []
        self._turned: dict[Any, Any] = {}
        """Deals whose history becomes known, or is not any more."""
        self._many = False

    def before(self, chunk: Chunk) -> None:
        """Look at what the chunk will overwrite."""
        if self._many:
            return
        self._turned = {
            was["id"]: becomes["history_known"]
            for table, was, becomes in chunk.changed
            if table == "deal" and becomes is not None and was["history_known"] != becomes["history_known"]
        }
        self._gone += self._of_deals(number for number, known in self._turned.items() if not known)

    def after(self, chunk: Chunk) -> None:
        """Look at what it has written."""
        if self._many:
            return
        self._came += self._of_deals(number for number, known in self._turned.items() if known)
        came = _over(chunk.came.get("visit", ()))
        edited = [(was, becomes) for table, was, becomes in chunk.changed if table == "visit"]
        gone = _over(was for was, _ in edited)
        came += _over(becomes for _, becomes in edited if becomes is not None)
        if self._too_many(len(came) + len(gone)):
            return
        known = self._known(chunk, {row["deal_id"] for row in (*came, *gone)})
        for rows, stays in ((came, self._came), (gone, self._gone)):
            stays += [_stay(row) for row in rows if known.get(row["deal_id"])]

    def flush(self) -> None:
        """Write what has gathered, or the mark that it was too much."""
        if self._many:
            mark_stale(self._db)
        elif (self._came or self._gone) and not stale(self._db):
            from pipetui.store.monthly import Counted

            counted = Counted()
            counted.add(self._came)
            counted.add(self._gone, -1)
            _adjust(self._db, dict(counted.cells()))

    def _too_many(self, more: int) -> bool:
        self._many = self._many or len(self._came) + len(self._gone) + more > MANY
        return self._many

    def _of_deals(self, numbers: Iterable[int]) -> list[Over]:
        """All stays of these deals, as the store has them now."""
        found: list[Over] = []
        for which in among(sorted(numbers)):
            if not self._too_many(len(found)):
                sql = f"{OVER} WHERE {which.of('visit.deal_id')} AND visit.left_at IS NOT NULL"
                found += self._db.rows(sql, which.params)
        return found

    def _known(self, chunk: Chunk, wanted: set[Any]) -> dict[Any, Any]:
        """Whether the stays of these deals count; those of deals that turned are done.

        A deal that the batch brings later, or took away before, is too much to follow.
        """
        known = {deal["id"]: deal["history_known"] for deal in chunk.came.get("deal", ())}
        known |= {was["id"]: was["history_known"] for table, was, _ in chunk.changed if table == "deal"}
        for which in among(sorted(wanted - known.keys())):
            known.update(
                self._db.rows(f"SELECT id, history_known FROM deal WHERE {which.of('id')}", which.params)
            )
        self._many = self._many or not wanted <= known.keys()
        return known | dict.fromkeys(self._turned, 0)


def _over(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["left_at"] is not None]


def _stay(row: Row) -> Over:
    return row["stage_id"], row["entered_at"], row["left_at"], row["next_stage_id"]  # type: ignore[return-value]


def _adjust(db: Database, sums: Sums) -> None:
    places = ", ".join("?" * len(COLUMNS))
    added = ", ".join(f"{name} = stay_count.{name} + excluded.{name}" for name in COLUMNS[4:])
    db.run_many(
        f"INSERT INTO stay_count ({', '.join(COLUMNS)}) VALUES ({places})"
        f" ON CONFLICT ({', '.join(COLUMNS[:4])}) DO UPDATE SET {added}",
        [(*cell, *values) for cell, values in sums.items()],
    )
    if fewer := [cell for cell, (n, _) in sums.items() if n < 0]:
        key = " AND ".join(f"{name} = ?" for name in COLUMNS[:4])
        db.run_many(f"DELETE FROM stay_count WHERE {key} AND n = 0", fewer)


def stale(db: Database) -> bool:
    """Whether all stays are to be counted before the counts are read."""
    return db.one("SELECT 1 FROM stale WHERE name = 'stay_count'") is not None


def mark_stale(db: Database) -> None:
    """From now on they are."""
    db.run("INSERT INTO stale (name) VALUES ('stay_count') ON CONFLICT (name) DO NOTHING")


def ensure(db: Database) -> None:
    """Count all stays again when that is due. Meant for a worker or a command: a second or so for 300,000 stays.

    Nobody is kept from writing while they are counted, unless somebody did write: then they are counted once more.
    """
    if not (stale(db) and upkeep.mine(db)):
        return
    last = _last_batch(db)
    sums = counted(db)
    with db.transaction():
        if stale(db):
            _replace(db, sums if _last_batch(db) == last else counted(db))


def recount(db: Database) -> None:
    """Count all stays again, inside a transaction."""
    _replace(db, counted(db))


def counted(db: Database) -> Sums:
    """The counts as the visits have them."""
    from pipetui.store.monthly import Counted

    found = Counted()
    sql = f"""{OVER} JOIN deal ON deal.id = visit.deal_id
        WHERE visit.id BETWEEN ? AND ? AND visit.left_at IS NOT NULL AND deal.history_known = 1"""
    last = db.one("SELECT COALESCE(MAX(id), 0) FROM visit")
    for start in range(1, (last[0] if last else 0) + 1, STRIDE):
        found.add(db.rows(sql, (start, start + STRIDE - 1)))
    return dict(found.cells())


def kept(db: Database) -> Sums:
    """The counts as the store keeps them."""
    rows = db.rows(f"SELECT {', '.join(COLUMNS)} FROM stay_count WHERE n <> 0")
    return {values[:4]: values[4:] for values in rows}


def month_counts(db: Database, pipeline_id: int, since: str = "") -> dict[str, Counts]:
    """By month, from `since` (`2026-11`) on, what the stays of a pipeline's open stages that are over add to the life
    table; the counts must not be stale.

    Deals that left to a stage that is used no more, or to another pipeline, went out of sight.
    """
    stages = db.rows(
        "SELECT id, kind FROM stage WHERE pipeline_id = ? AND retired_at IS NULL", (pipeline_id,)
    )
    used = {number for number, _ in stages}
    found: dict[str, Counts] = defaultdict(lambda: defaultdict(int))
    for which in among(number for number, kind in stages if kind == "open"):
        sql = f"""SELECT month, stage_id, bin, next_id, n, unseen FROM stay_count
            WHERE {which.of("stage_id")} AND month >= ?"""
        for month, stage, k, following, n, unseen in db.rows(sql, (*which.params, since)):
            if following == AT_RISK or following in used:
                found[month][stage, k, following] += n
            else:
                found[month][stage, k, AT_RISK] -= unseen
    return {month: dict(counts) for month, counts in sorted(found.items())}


def _replace(db: Database, sums: Sums) -> None:
    db.run("DELETE FROM stay_count")
    db.insert("stay_count", COLUMNS, ((*cell, *values) for cell, values in sums.items()))
    db.run("DELETE FROM stale WHERE name = 'stay_count'")


def _last_batch(db: Database) -> Any:
    return db.one("SELECT MAX(id) FROM batch")
