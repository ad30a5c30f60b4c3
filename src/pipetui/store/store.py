"""The store: records in, records out, every write a batch in the journal that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import quote

from pipetui.core.access import SYSTEM, Actor, Role
from pipetui.core.access import erasing as erasing_refused
from pipetui.core.change import Batch, Change, moment_text
from pipetui.core.deal import Member, Record
from pipetui.core.desk import NEWCOMER
from pipetui.core.message import Message, say
from pipetui.errors import Conflict, ConnectionLost, Forbidden, Refused, Replaced
from pipetui.store import chain, journal, log, members, records, schema
from pipetui.store.db import Database
from pipetui.store.doubt import Doubt
from pipetui.store.gate import Gate
from pipetui.store.log import Entry
from pipetui.store.rows import deals
from pipetui.store.sharing import acting
from pipetui.store.writing import Numbers, Writing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipetui.store.dossier import Dossier

R = TypeVar("R", bound=Record)
AT_ONCE = 5000
"""Deals for which what is derived is made again at once."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A batch that is on the disk."""

    batch_id: int | None
    """None when there was nothing to write."""
    ids: Mapping[int, int] = field(default_factory=dict)
    """The numbers that new records got, by the negative ones they had in the batch."""


@dataclass(frozen=True, slots=True)
class Erased:
    """A person is gone."""

    batch_id: int | None
    """None when nothing was left to erase."""
    rest: Message | None
    """What still lies on the disk, and what helps; None when nothing does."""


class Store:
    """An open store and the member who writes in it."""

    def __init__(self, db: Database, login: str, now: Callable[[], datetime]) -> None:
        self.db = db
        self._login = login
        self._now = now
        self.actor = Actor(None)
        """Who acts: the member's number is None until somebody new writes for the first time."""
        self.refuses: Refused | None = None
        """Why nothing can be written here; None where it can."""
        self._wrote: Writing | None = None
        """The batch of the transaction that goes on."""
        self.doubt = Doubt(db)
        """Whether what was written when a connection was lost is there."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        login: str,
        now: Callable[[], datetime],
        told: Callable[[Message], str] = str,
        make: bool = True,
    ) -> Self:
        """Open a file or a `postgresql://` address, making what is missing, if it may be made; `told` puts the
        standard stages in words.

        Raises StoreProblem when it cannot be reached, is not a store, or is newer than this version.
        """
        db = Database(url, make)
        try:
            schema.bring_up(db)
            store = cls(db, acting(url, login), now)
            store.recognise()
            db.introduce(f"pipetui={quote(store._login)}")
            if db.one("SELECT 1 FROM pipeline") is None:
                store._set_up(told)
            db.changed()
        except BaseException:
            db.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the file or the server."""
        self.db.close()

    def commit(self, batch: Batch) -> Committed:
        """Write a batch as a whole. Raises Conflict when somebody else changed the same fields first, Forbidden when
        it is not this member's to write."""
        if batch.empty:
            return Committed(None)
        try:
            return self._commit(batch)
        except Replaced:
            raise
        except ConnectionLost as lost:
            if lost.doubtful:
                raise
            return self._commit(batch)

    def _commit(self, batch: Batch) -> Committed:
        with self._transaction():
            writing = self._begin(batch.label, "do")
            writing.stream(batch.changes)
            self._follow(writing)
        return Committed(writing.batch_id if writing.n else None, writing.ids)

    def administer(self, label: Message, changes: Iterable[Change], along: Callable[[], None]) -> None:
        """Write what whoever keeps the server does, who need not be a member; `along` is in the same transaction."""
        with self._transaction():
            self._writing(SYSTEM, label, "setup").stream(changes)
            along()

    def now(self) -> datetime:
        """The moment of a write."""
        return self._now()

    def load(
        self,
        label: Message,
        changes: Iterable[Change],
        progress: Callable[[int], None] | None = None,
        undoable: bool = True,
    ) -> Committed:
        """Write any number of changes as one batch without holding them; what refers to a new record comes after it.

        What is not `undoable` was there from the beginning, as far as undo is concerned. An exception raised by
        `changes` or `progress` leaves no trace.
        """
        with self._transaction():
            writing = self._begin(label, "do" if undoable else "setup", compact=True)
            writing.stream(changes, progress)
        return Committed(writing.batch_id if writing.n else None, writing.ids)

    def undo(self) -> Entry:
        """Take back the newest batch of this member. Raises Refused when none is left, Conflict when others went on."""
        target: int | None = None
        try:
            with self._transaction():
                target = journal.to_undo(self.db, self.me)
                if target is None:
                    raise Refused(say("There is nothing to undo."))
                return self._turn(target, target, "undo")
        except Conflict as error:
            named = None if error.clashes or target is None else journal.still_needed(self.db, target)
            if named is None:
                raise
            raise named from None

    def redo(self) -> Entry:
        """Make again what was taken back last, as long as nothing new was done since.

        Raises Refused when there is nothing to make again, Conflict when others went on.
        """
        with self._transaction():
            target = journal.to_redo(self.db, self.me)
            if target is None:
                raise Refused(say("There is nothing to redo."))
            return self._turn(target, journal.taken_back_by(self.db, target), "redo")

    def log(self, limit: int = 50, deal_id: int | None = None) -> list[Entry]:
        """The newest batches first, of the whole store or those that concern one deal."""
        return log.entries(self.db, limit) if deal_id is None else log.entries_of(self.db, deal_id, limit)

    def get(self, kind: type[R], number: int) -> R:
        """One record. Raises NotFound."""
        return records.get(self.db, kind, number)

    def all(self, kind: type[R], **equals: object) -> list[R]:
        """All records of a kind whose fields have these values, in the order of their numbers."""
        return records.every(self.db, kind, **equals)

    def dossier(self, deal_id: int) -> Dossier:
        """A deal and all that hangs on it. Raises NotFound."""
        from pipetui.store.dossier import dossier

        return dossier(self.db, deal_id)

    def erase(self, contact_id: int, named: Callable[[int], str]) -> Erased:
        """Take a person out of the records and the journal, for good; `named` is what a record is called after.

        Raises Forbidden when it is not this member's to do, NotFound.
        """
        from pipetui.store import erasing, person

        with self._transaction():
            self._refuse_erasing()
            whose = person.person(self.db, contact_id)
            found = erasing.plan(self.db, whose, named)
            batch_id = None
            if not (found.empty and erasing.done(self.db, whose)):
                writing = self._begin(say("Erase a person on request"), "erase")
                erasing.erase(self.db, writing, whose, found, self._now())
                batch_id = writing.batch_id
        return Erased(batch_id, self.db.wipe(erasing.WRITTEN))

    def _refuse_erasing(self) -> None:
        if (reason := erasing_refused(self.actor)) is not None:
            raise Forbidden(reason, say("Ask one: pipetui members"))

    def changed(self) -> bool:
        """Whether somebody else wrote since this was last asked."""
        return self.db.changed()

    def recount(self) -> None:
        """Make everything derived again: next steps, furthest stages, search words, counts, numbers."""
        from pipetui.store import derived

        with self._transaction():
            derived.rebuild(self.db, deals(self.db, AT_ONCE))

    def check(self) -> list[Message]:
        """What is wrong with the store, in sentences; empty when all is well."""
        from pipetui.store.checkup import findings

        return findings(self.db, sealed=self.refuses is None)

    def head(self) -> tuple[int, str] | None:
        """The newest batch and the chain over all there is, to be noted somewhere else; None in an unsealed store."""
        return chain.head(self.db)

    def since(self, link: str) -> int | None:
        """How many batches followed since the head was this one; None when the journal does not hold it any more."""
        number, newest = chain.number_of(self.db, link), chain.head(self.db)
        return None if number is None or newest is None else newest[0] - number

    def backup(self, path: str) -> None:
        """Everything in a new file, a store by itself, while this one is in use. Raises StoreProblem."""
        from pipetui.store.restoring import backup

        backup(self.db, path)

    @property
    def me(self) -> int | None:
        """The number of the member who acts."""
        return self.actor.id

    @property
    def who(self) -> int:
        """The member who acts, as new records refer to them, before the store has met them too."""
        return NEWCOMER if self.me is None else self.me

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.refuses is not None:
            raise self.refuses
        actor = self.actor
        self._wrote = None
        try:
            with self.db.transaction():
                self.recognise()
                yield
        except ConnectionLost as lost:
            if lost.doubtful and self.doubt.settled(self._wrote, lost):
                return
            self.actor = actor
            raise ConnectionLost(lost.message, lost.hint) if lost.doubtful else lost from None
        except BaseException:
            self.actor = actor
            raise

    def recognise(self) -> None:
        """Look again who acts: roles change while the store is open."""
        self.actor = members.actor(self.db, self._login)

    def _set_up(self, told: Callable[[Message], str]) -> None:
        from pipetui.core.standard import standard_pipeline

        with self._transaction():
            if self.db.one("SELECT 1 FROM pipeline") is None:
                if self._login:
                    self._meet("admin")
                changes = [Change.add(new) for new in standard_pipeline(told)]
                self._writing(SYSTEM, say("The standard pipeline"), "setup").stream(changes)

    def _meet(self, role: Role) -> None:
        """Make the member on the first write."""
        member = Member(id=-1, login=self._login, name=self._login, role=role)
        writing = self._writing(SYSTEM, say("{name} joins", name=self._login), "setup")
        writing.stream([Change.add(member)])
        self.actor = Actor(writing.ids[-1], role)

    def _begin(
        self,
        label: Message,
        kind: str,
        target: int | None = None,
        compact: bool = False,
        back: int | None = None,
    ) -> Writing:
        if self.me is None and self.actor.writes:
            self._meet(self.actor.role)
        return self._writing(self.actor, label, kind, target, compact, back)

    def _writing(
        self,
        actor: Actor,
        label: Message,
        kind: str,
        target: int | None = None,
        compact: bool = False,
        back: int | None = None,
    ) -> Writing:
        numbers = Numbers(self.db)
        head = chain.Head(numbers.give("batch"), moment_text(self._now()), self.me, kind, target, schema.HEAD)
        self._wrote = Writing(self.db, head, label, Gate(self.db, actor, back), numbers, compact)
        return self._wrote

    def _follow(self, writing: Writing) -> None:
        """A server that keeps the rights hears what became of members."""
        if writing.members and self.db.dialect == "postgresql":
            from pipetui.store import server

            server.follow(self.db, writing.members)

    def _turn(self, target: int, back_from: int, kind: str) -> Entry:
        """Write the inverse of batch `back_from`, and mark batch `target` as taken back or not."""
        compact = self.db.one("SELECT 1 FROM journal WHERE batch_id = ? AND last_id IS NOT NULL", (target,))
        label = log.entry(self.db, target).label
        try:
            if kind == "undo":
                journal.refuse_if_others_went_on(self.db, target)
            writing = self._begin(label, kind, target, compact is not None, back_from)
            writing.stream(journal.inverses(self.db, back_from))
        except Conflict as error:
            raise journal.gone_on(error, label) from None
        self._follow(writing)
        self.db.run("UPDATE batch SET undone = ? WHERE id = ?", (int(kind == "undo"), target))
        return log.entry(self.db, writing.batch_id)
