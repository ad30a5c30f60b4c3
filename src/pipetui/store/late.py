"""What a batch leaves to be derived again when all its rows are written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Row
from pipetui.core.message import say
from pipetui.errors import Conflict
from pipetui.store import derived, parties
from pipetui.store.rows import EVERY, Spans, Which, among

if TYPE_CHECKING:
    from pipetui.store.db import Database

WINDOW = 2000
"""Deals whose words are made at once."""
STAGE_FIELDS = ("pipeline_id", "stage_id", "closed_from_id")
WORD_FIELDS = ("title", "contact_id", "organization_id")
PERSON_FIELDS = ("name", "email", "phone")
ORDER_FIELDS = ("pipeline_id", "kind", "position")


def differ(was: Row, becomes: Row, names: Iterable[str]) -> bool:
    """Whether some of these fields take another value."""
    return any(was.get(name) != becomes.get(name) for name in names)


class Late:
    """The deals to look at again, by what has to be looked at."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._next: set[Any] = set()
        self._furthest: set[Any] = set()
        self._words: set[Any] = set()
        self._named: dict[str, set[Any]] = {"contact": set(), "organization": set(), "tag": set()}
        self._gone: dict[str, set[Any]] = {"deal": set(), "contact": set(), "organization": set()}
        self._parties: dict[str, set[Any]] = {subject: set() for subject in parties.SUBJECTS}
        self._renamed: set[Any] = set()
        self._fresh = Spans()
        self._reordered = False

    def came(self, table: str, rows: Collection[Row], fresh: Collection[Any]) -> None:
        """New rows; the deals among `fresh` came with them and know their visits and activities."""
        if table == "deal":
            for row in rows:
                self._fresh.add(row["id"])  # type: ignore[arg-type]
        elif table in self._parties:
            self._parties[table].update(row["id"] for row in rows)
        elif table == "visit":
            self._furthest.update(row["deal_id"] for row in rows if row["deal_id"] not in fresh)
        elif table == "activity":
            self._next.update(row["deal_id"] for row in rows if row["deal_id"] not in fresh)
        elif table == "tagging":
            self._words.update(row["subject_id"] for row in rows if row["subject_id"] not in fresh)

    def changed(self, table: str, was: Row, becomes: Row | None) -> None:
        """A row that takes other values, or goes."""
        if table in self._parties and (becomes is None or differ(was, becomes, parties.FIELDS)):
            self._parties[table].add(was["id"])
        if table in self._gone and becomes is None:
            self._gone[table].add(was["id"])
        elif table == "deal" and becomes is not None:
            if differ(was, becomes, STAGE_FIELDS):
                self._furthest.add(was["id"])
            if differ(was, becomes, WORD_FIELDS):
                self._words.add(was["id"])
        elif table in self._named and becomes is not None:
            if differ(was, becomes, PERSON_FIELDS if "email" in was else ("name",)):
                self._named[table].add(was["id"])
            if table == "organization" and was["name"] != becomes["name"]:
                self._renamed.add(was["id"])
        elif table == "stage":
            self._reordered |= becomes is None or differ(was, becomes, ORDER_FIELDS)
        else:
            for row in (was, becomes) if becomes is not None else (was,):
                self.came(table, (row,), ())

    def settle(self, tally: derived.Tally) -> None:
        """Derive it. Raises Conflict when something that goes still carries somebody's tag."""
        gone = self._gone["deal"]
        if self._reordered:
            derived.refresh_furthest(self._db, EVERY)
        for which in among(sorted(self._furthest - gone - {None})):
            self._settle_furthest(which, tally)
        for which in among(sorted(self._next - gone - {None})):
            derived.refresh_next(self._db, which)
        for which in among(sorted(gone)):
            self._db.run(f"DELETE FROM deal_search WHERE {which.of('deal_id')}", which.params)
        for which in self._unworded():
            derived.refresh_words(self._db, which)
        self._list_parties()
        if self._reordered:
            tally.deltas.clear()
            derived.rebuild_tally(self._db)
        self._refuse_orphans()

    def _settle_furthest(self, which: Which, tally: derived.Tally) -> None:
        moved = derived.misplaced(self._db, which)
        for some in among(sorted(moved)):
            derived.refresh_furthest(self._db, some)
        for was, becomes, amount in moved.values():
            tally.add(was, -1, amount)
            tally.add(becomes, 1, amount)

    def _unworded(self) -> Iterator[Which]:
        words = set(self._words)
        sources = {
            "contact": ("SELECT id FROM deal WHERE", "contact_id"),
            "organization": ("SELECT id FROM deal WHERE", "organization_id"),
            "tag": ("SELECT subject_id FROM tagging WHERE subject = 'deal' AND", "tag_id"),
        }
        for table, (select, column) in sources.items():
            for which in among(sorted(self._named[table])):
                words.update(row[0] for row in self._db.rows(f"{select} {which.of(column)}", which.params))
        yield from among(sorted(words - self._gone["deal"]))
        yield from self._fresh.windows(WINDOW)

    def _list_parties(self) -> None:
        if not any((*self._parties.values(), self._renamed)):
            return
        if sum(map(len, self._parties.values())) > parties.MANY:
            parties.mark_stale(self._db)
        elif not parties.stale(self._db):
            self._parties["contact"].update(parties.staff(self._db, self._renamed))
            for subject, numbers in self._parties.items():
                parties.refresh(self._db, subject, numbers)

    def _refuse_orphans(self) -> None:
        for subject, numbers in self._gone.items():
            for which in among(sorted(numbers)):
                if self._db.one(
                    f"SELECT 1 FROM tagging WHERE subject = ? AND {which.of('subject_id')}",
                    (subject, *which.params),
                ):
                    raise Conflict(
                        say("A record that would go carries somebody's tag; nothing was written."),
                        (),
                        say("Take the tag off first."),
                    )
