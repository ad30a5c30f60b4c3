"""What the store derives from the records and keeps beside them: the next step and the furthest stage of a deal, the
words it is found by, the counts of the columns and of stays. Everything here can be made again from the records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.change import Row
from pipetui.core.text import fold
from pipetui.store import parties, stays
from pipetui.store.rows import EVERY, KINDS, Which

if TYPE_CHECKING:
    from pipetui.store.db import Database

NEXT = """SELECT activity.{} FROM activity
    WHERE activity.deal_id = deal.id AND activity.due_on IS NOT NULL AND activity.done_at IS NULL
    ORDER BY activity.due_on, CASE WHEN activity.due_time IS NULL THEN 1 ELSE 0 END, activity.due_time, activity.id
    LIMIT 1"""
"""The earliest planned activity of a deal; on one day those with an hour come first."""
FURTHEST = """SELECT stage.id FROM stage
    WHERE stage.pipeline_id = deal.pipeline_id AND stage.kind = 'open'
    AND (stage.id = deal.stage_id OR stage.id = deal.closed_from_id
        OR EXISTS (SELECT 1 FROM visit WHERE visit.deal_id = deal.id AND visit.stage_id = stage.id))
    ORDER BY stage.position DESC, stage.id DESC LIMIT 1"""
"""The open stage of its pipeline, latest in order, that a deal stands in, stood in, or was closed from."""
KEY = ("pipeline_id", "stage_id", "furthest_id", "known", "archived", "currency")
COUNTED = """SELECT pipeline_id, stage_id, COALESCE(furthest_id, 0) AS furthest_id, history_known AS known,
    CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END AS archived, currency,
    COUNT(*) AS n, COALESCE(SUM(amount), 0) AS amount, COUNT(*) - COUNT(amount) AS without_amount FROM deal"""
GROUPED = "GROUP BY 1, 2, 3, 4, 5, 6"
WORDS = """SELECT deal.id, deal.title, organization.name, contact.name, contact.email, contact.phone,
    organization.email, organization.phone FROM deal
    LEFT JOIN contact ON contact.id = deal.contact_id
    LEFT JOIN organization ON organization.id = deal.organization_id"""
TAGS = """SELECT tagging.subject_id, tag.name FROM tagging JOIN tag ON tag.id = tagging.tag_id
    WHERE tagging.subject = 'deal'"""

Key = tuple[Any, ...]


def key(deal: Row) -> Key:
    """Where a deal is counted."""
    archived = 0 if deal["archived_at"] is None else 1
    furthest = deal["furthest_id"] or 0
    return (
        deal["pipeline_id"],
        deal["stage_id"],
        furthest,
        deal["history_known"],
        archived,
        deal["currency"],
    )


class Tally:
    """What is to be added to the counts and sums."""

    def __init__(self) -> None:
        self.deltas: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])

    def count(self, deal: Row, sign: int = 1) -> None:
        """A deal comes (1) or goes (-1)."""
        self.add(key(deal), sign, deal["amount"])

    def add(self, where: Key, sign: int, amount: Any) -> None:
        """One more (1) or less (-1)."""
        delta = self.deltas[where]
        delta[0] += sign
        if amount is None:
            delta[2] += sign
        else:
            delta[1] += sign * amount

    def flush(self, db: Database) -> None:
        """Write what has gathered."""
        places = ", ".join("?" * (len(KEY) + 3))
        sums = ("n", "amount", "without_amount")
        added = ", ".join(f"{name} = tally.{name} + excluded.{name}" for name in sums)
        changed = [(*where, *delta) for where, delta in self.deltas.items() if any(delta)]
        self.deltas.clear()
        if changed:
            db.run_many(
                f"INSERT INTO tally ({', '.join((*KEY, *sums))}) VALUES ({places})"
                f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {added}",
                changed,
            )
            db.run("DELETE FROM tally WHERE n = 0")


class Stages(NamedTuple):
    """The open stages, to know the furthest of a new deal without asking the store."""

    places: dict[int, tuple[int, int]]
    """Pipeline and position by number."""

    @classmethod
    def read(cls, db: Database) -> Stages:
        """As the store has them."""
        found = db.rows("SELECT id, pipeline_id, position FROM stage WHERE kind = 'open'")
        return cls({stage: (pipeline, position) for stage, pipeline, position in found})

    def furthest(self, deal: Row, visited: Iterable[Any]) -> int | None:
        """What `FURTHEST` says."""
        reached = [
            (place[1], stage)
            for stage in (deal["stage_id"], deal["closed_from_id"], *visited)
            if (place := self.places.get(stage)) is not None and place[0] == deal["pipeline_id"]
        ]
        return max(reached)[1] if reached else None


def earliest(activities: Sequence[Row]) -> tuple[Any, Any]:
    """The number and the day of the next step, what `NEXT` says."""
    planned = [
        (a["due_on"], a["due_time"] is None, a["due_time"] or "", a["id"])
        for a in activities
        if a["due_on"] is not None and a["done_at"] is None
    ]
    if not planned:
        return None, None
    first = min(planned)
    return first[3], first[0]


def refresh_next(db: Database, which: Which) -> None:
    """The next step of these deals."""
    for column, shown in (("next_activity_id", "id"), ("next_due", "due_on")):
        db.run(f"UPDATE deal SET {column} = ({NEXT.format(shown)}) WHERE {which.of('deal.id')}", which.params)


def refresh_furthest(db: Database, which: Which) -> None:
    """The furthest stage of these deals."""
    db.run(f"UPDATE deal SET furthest_id = ({FURTHEST}) WHERE {which.of('deal.id')}", which.params)


def misplaced(db: Database, which: Which) -> dict[int, tuple[Key, Key, Any]]:
    """Of these deals those that stand further, or less far, than is kept: where they are counted, where they belong,
    and their amounts."""
    sql = f"""SELECT pipeline_id, stage_id, COALESCE(furthest_id, 0), history_known,
        CASE WHEN archived_at IS NULL THEN 0 ELSE 1 END, currency, amount, id, COALESCE(({FURTHEST}), 0)
        FROM deal WHERE {which.of("deal.id")}"""
    return {
        row[7]: (row[:6], (*row[:2], row[8], *row[3:6]), row[6])
        for row in db.rows(sql, which.params)
        if row[2] != row[8]
    }


def words(db: Database, which: Which) -> list[tuple[int, str]]:
    """The number and the folded words of these deals."""
    tags: dict[int, list[str]] = defaultdict(list)
    for deal, tag in db.rows(
        f"{TAGS} AND {which.of('tagging.subject_id')} ORDER BY tag.name, tag.id", which.params
    ):
        tags[deal].append(tag)
    found = db.rows(f"{WORDS} WHERE {which.of('deal.id')}", which.params)
    return [(row[0], "\n".join(_lines(row[1:], tags.get(row[0], ())))) for row in found]


def _lines(names: Sequence[str | None], tags: Iterable[str]) -> Iterator[str]:
    """One line a field, title, organization and contact first even when empty: `search` tells them apart by it."""
    for place, word in enumerate((*names, *tags)):
        if word or place < 3:
            yield fold(word or "")


def refresh_words(db: Database, which: Which) -> None:
    """What these deals are found by."""
    db.run(f"DELETE FROM deal_search WHERE {which.of('deal_id')}", which.params)
    db.insert("deal_search", ("deal_id", "text"), words(db, which))


def rebuild_tally(db: Database) -> None:
    """Count all deals again."""
    db.run("DELETE FROM tally")
    db.run(f"INSERT INTO tally ({', '.join(KEY)}, n, amount, without_amount) {COUNTED} {GROUPED}")


def rebuild(db: Database, windows: Iterable[Which]) -> None:
    """Make everything derived again; `windows` cut all deals into parts that fit in memory."""
    refresh_next(db, EVERY)
    refresh_furthest(db, EVERY)
    db.run("DELETE FROM deal_search")
    for which in windows:
        db.insert("deal_search", ("deal_id", "text"), words(db, which))
    rebuild_tally(db)
    stays.recount(db)
    parties.rebuild(db)
    rebuild_numbers(db, (*KINDS, "batch", "journal"))


def rebuild_numbers(db: Database, tables: Iterable[str]) -> None:
    """Give no number again that a row has; numbers of rows that went stay given."""
    for table in tables:
        db.run(
            f"UPDATE sequence SET next = (SELECT COALESCE(MAX(id), 0) + 1 FROM {table})"
            f" WHERE name = ? AND next <= (SELECT COALESCE(MAX(id), 0) FROM {table})",
            (table,),
        )
