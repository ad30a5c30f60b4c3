"""One batch on its way into the tables: numbers given, conflicts found, rows written, journal kept, counts adjusted.

It works inside a transaction, on chunks of changes, each read and written by one statement for a table and a kind of
write, so that an import costs little more than its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Change, Row
from pipetui.core.desk import NEWCOMER
from pipetui.core.message import Message, say
from pipetui.errors import StoreProblem
from pipetui.store import chain, journal
from pipetui.store.chunk import Chunk, Step
from pipetui.store.derived import Stages, Tally, earliest
from pipetui.store.gate import Gate
from pipetui.store.late import Late
from pipetui.store.rows import references
from pipetui.store.stays import Changed

if TYPE_CHECKING:
    from pipetui.store.db import Database

CHUNK = 4000
"""Changes held at once."""
BATCH = (
    "id", "at", "member_id", "kind", "target_id", "undone", "shape", "label", "label_values", "salt", "digest", "chain",
)  # fmt: skip
MUCH = 5000
"""From so many changes on, the engine should look at its tables again."""


class Writing:
    """One batch being written. `write` as often as needed, then `finish`, all in one transaction."""

    def __init__(
        self,
        db: Database,
        head: chain.Head,
        label: Message,
        gate: Gate,
        numbers: Numbers,
        compact: bool = False,
    ) -> None:
        """`gate` lets changes through, or not; `compact` keeps new rows in the journal as runs."""
        self.db = db
        self.batch_id = head.number
        self.ids: dict[int, int] = {}
        """Real numbers by the negative ones in the batch."""
        self.n = 0
        """Changes that made a difference."""
        self.members: set[int] = set()
        """The members among them."""
        self._head = head
        self._label = chain.sealed_label(label)
        self._link = head.open(chain.last(db), self._label[-1])
        self._gate = gate
        self._numbers = numbers
        self._runs: chain.Runs | None = chain.Runs() if compact else None
        self._touched: set[str] = set()
        self._stages = Stages.read(db)
        self._tally = Tally()
        self._stays = Changed(db)
        self._late = Late(db)

    @property
    def chain(self) -> str:
        """The chain up to the lines written so far: no other batch has the same."""
        return self._link.chain

    def stream(self, changes: Iterable[Change], progress: Callable[[int], None] | None = None) -> None:
        """Write any number of changes, chunk by chunk; `progress` hears how many have passed."""
        rest, passed = iter(changes), 0
        while chunk := list(islice(rest, CHUNK)):
            self.write(chunk)
            passed += len(chunk)
            if progress is not None:
                progress(passed)
        self.finish()

    def write(self, changes: Sequence[Change]) -> None:
        """Write a chunk. Raises Conflict when somebody else changed the same fields first, Forbidden."""
        chunk = Chunk(self.db, self._steps(changes))
        self._gate.admit(chunk)
        self._journal(chunk)
        self._complete(chunk)
        self._stays.before(chunk)
        chunk.write()
        self._stays.after(chunk)
        self._touched.update(chunk.came, (table for table, *_ in chunk.changed))
        self._note(chunk)
        self.members.update(number for table, number, *_ in chunk.applied if table == "member")

    def note(self, table: str, number: int) -> None:
        """A line of the journal about a record of which it keeps nothing more to tell."""
        self._journal_rows([(table, number, None, None, *chain.sealed_edit({}, {}))])
        self.n += 1

    def reseal(self, table: str, seals: Iterable[tuple[int, str]]) -> None:
        """New seals for blanked lines of the journal (table `journal`) or labels (`batch`), by their numbers."""
        rows = [(table, number, None, None, None, None, None, seal) for number, seal in seals]
        self._journal_rows(rows)
        self.n += len(rows)

    def finish(self) -> None:
        """Bring what is derived up to date, and keep the batch if it made a difference. Raises Conflict."""
        if self.n >= MUCH:
            self.db.study(sorted(self._touched))
        self._late.settle(self._tally)
        self._tally.flush(self.db)
        self._stays.flush()
        for run in self._runs or ():
            self._journal_rows([(run.table, run.first, run.last, None, None, None, run.salt, run.seal)])
        if self.n or self._head.target is not None:
            self._close()
            self._numbers.save()

    def _close(self) -> None:
        """Write the batch itself, with the chain over all its lines."""
        number, at, member, kind, target, shape = self._head.values
        self.db.insert(
            "batch",
            BATCH,
            [(number, at, member, kind, target, 0, shape, *self._label, self._link.chain)],
        )

    def _steps(self, changes: Sequence[Change]) -> list[Step]:
        """The changes with real numbers in place of negative ones, in rows of their own."""
        numbered = [(change, self._number(change)) for change in changes]
        return [self._step(change, number) for change, number in numbered]

    def _number(self, change: Change) -> int:
        if change.before is not None or change.after is None:
            return change.id
        number = self._numbers.give(change.table, change.id)
        if change.id <= 0:
            self.ids[change.id] = number
        return number

    def _step(self, change: Change, number: int) -> Step:
        after = change.after
        if after is not None:
            after = dict(after)
            if change.before is None:
                after["id"] = number
            for name in references(change.table):
                value: Any = after.get(name)
                if value is not None and value < 0:
                    after[name] = self._real(value)
        return change.table, number if number > 0 else self._real(number), change.before, after

    def _real(self, number: Any) -> int:
        real = self._head.member if number == NEWCOMER else self.ids.get(number)
        if real is None:
            raise StoreProblem(
                say("A change refers to a record that is not in its batch ({number}).", number=number)
            )
        return real

    def _journal(self, chunk: Chunk) -> None:
        entries: list[tuple[Any, ...]] = []
        came: dict[str, list[Row]] = defaultdict(list)
        for table, number, before, after, deal in chunk.applied:
            if before is not None:
                was, becomes, salted, seal = chain.sealed_edit(before, after)
                entries.append((table, number, None, deal, was, becomes, salted, seal))
            elif after is not None and self._runs is None:
                entries.append((table, number, None, deal, None, None, *chain.sealed_row(table, after)))
            elif after is not None:
                came[table].append(after)
        for table, rows in came.items():
            self._runs.add(table, rows)  # type: ignore[union-attr]
        self._journal_rows(entries)
        self.n += len(chunk.applied)

    def _journal_rows(self, entries: Iterable[tuple[Any, ...]]) -> None:
        give, batch_id = self._numbers.give, self.batch_id
        rows = [(give("journal"), batch_id, *entry) for entry in entries]
        if rows:
            self.db.insert("journal", journal.COLUMNS, rows)
            self._link.add((row[0], *row[2:6], row[-1]) for row in rows)

    def _complete(self, chunk: Chunk) -> None:
        """Give new deals what is derived from the visits and activities that came in the same chunk."""
        visited, steps = defaultdict(list), defaultdict(list)
        for visit in chunk.came.get("visit", ()):
            visited[visit["deal_id"]].append(visit["stage_id"])
        for activity in chunk.came.get("activity", ()):
            steps[activity["deal_id"]].append(activity)
        for deal in chunk.came.get("deal", ()):
            number = deal["id"]
            deal["furthest_id"] = self._stages.furthest(deal, visited.get(number, ()))
            deal["next_activity_id"], deal["next_due"] = earliest(steps.get(number, ()))

    def _note(self, chunk: Chunk) -> None:
        """Count deals, and remember what is to be derived again at the end."""
        fresh = {deal["id"] for deal in chunk.came.get("deal", ())}
        for deal in chunk.came.get("deal", ()):
            self._tally.count(deal)
        for table, rows in chunk.came.items():
            self._late.came(table, rows, fresh)
        for table, was, becomes in chunk.changed:
            if table == "deal":
                self._tally.count(was, -1)
                if becomes is not None:
                    self._tally.count(becomes)
            self._late.changed(table, was, becomes)


class Numbers:
    """Numbers for new rows; none is ever given twice, not even after its row went."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._next: dict[str, int] = dict(db.rows("SELECT name, next FROM sequence"))
        self._given: set[str] = set()

    def give(self, table: str, wanted: int = 0) -> int:
        """The next number of a table, or the one `wanted` when it is positive: a row that comes back."""
        following = self._next.get(table)
        if following is None:
            row = self._db.one(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")
            following = row[0] if row else 1
        number = wanted if wanted > 0 else following
        self._next[table] = max(following, number + 1)
        self._given.add(table)
        return number

    def save(self) -> None:
        """Keep what was given."""
        self._db.run_many(
            "INSERT INTO sequence (name, next) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET next = excluded.next",
            [(name, self._next[name]) for name in sorted(self._given)],
        )
