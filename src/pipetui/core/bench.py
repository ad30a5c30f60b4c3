"""Records as they will be: what a store holds, with changes laid over it that are not written yet.

Several acts in a row see one another's changes on a bench, and become one change for each record in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from pipetui.core.change import Change, Row, record, row, scalar
from pipetui.core.deal import RECORDS, Contact, Organization, Record
from pipetui.core.message import say
from pipetui.errors import NotFound

R = TypeVar("R", bound=Record)
P = TypeVar("P", Contact, Organization)
Key = tuple[str, int]
KINDS: dict[str, type[Record]] = {kind.table: kind for kind in RECORDS}
Called = Callable[[Any, Sequence[str]], Sequence[Any]]
"""The people or companies (by kind) that may be meant by some names."""


class Records(Protocol):
    """Whatever knows records: a store, or another bench."""

    def get(self, kind: type[R], number: int) -> R: ...

    def all(self, kind: type[R], **equals: object) -> list[R]: ...


class Bench:
    """Reads like a store; what it was given to `take` is seen at once and written by nobody."""

    def __init__(self, records: Records, called: Called | None = None, seen: Sequence[Record] = ()) -> None:
        """`called` is asked for people and companies by name; without it all of them are read. Records that were
        `seen` are changed from what they were then, whatever they have become.
        """
        self._records, self._called = records, called
        self._seen: dict[Key, Record] = {(one.table, one.id): one for one in seen}
        self._rows: dict[Key, Row | None] = {}
        """As they will be; None for one that goes."""
        self._were: dict[Key, Row | None] = {}
        """As they are below; None for one that is new."""

    def get(self, kind: type[R], number: int) -> R:
        """One record. Raises NotFound."""
        if (kind.table, number) not in self._rows:
            seen = self._seen.get((kind.table, number))
            return seen if isinstance(seen, kind) else self._records.get(kind, number)
        there = self._rows[kind.table, number]
        if there is None:
            raise NotFound(say("There is no {what} number {n}.", what=kind.table, n=number))
        return record(kind, there)

    def all(self, kind: type[R], **equals: object) -> list[R]:
        """All records of a kind whose fields have these values; new ones come last."""
        found = [one for one in self._records.all(kind, **equals) if (kind.table, one.id) not in self._rows]
        wanted = {name: scalar(value) for name, value in equals.items()}
        for (table, _), there in self._rows.items():
            if table == kind.table and there is not None and there.items() >= wanted.items():
                found.append(record(kind, there))
        return sorted(found, key=lambda one: (one.id < 0, abs(one.id)))

    def called(self, kind: type[P], names: Sequence[str]) -> list[P]:
        """The people or companies that may be meant by these names, those that come with the changes too."""
        below = self._called or (self._records.called if isinstance(self._records, Bench) else None)
        if below is None:
            return self.all(kind, archived_at=None)
        known: list[Any] = [self.get(kind, one.id) for one in below(kind, names)]
        there = {one.id for one in known}
        new: list[Any] = [
            record(kind, values)
            for (table, number), values in self._rows.items()
            if table == kind.table and number < 0 and values is not None and number not in there
        ]
        return [*known, *new]

    def take(self, changes: Iterable[Change]) -> None:
        """Lay changes over what is there."""
        for change in changes:
            key = change.table, change.id
            if change.before is None and change.after is not None:
                self._were.setdefault(key, None)
                self._rows[key] = dict(change.after)
                continue
            here = self._rows[key] if key in self._rows else row(self.get(KINDS[change.table], change.id))
            self._were.setdefault(key, here)
            self._rows[key] = None if change.after is None or here is None else {**here, **change.after}

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs in the end: one change for each record, new ones first, those that go last."""
        added, edited, dropped = list[Change](), list[Change](), list[Change]()
        for key, was in self._were.items():
            now = self._rows[key]
            if was is None:
                added += [Change(*key, None, now)] if now is not None else []
            elif now is None:
                dropped.append(Change(*key, was, None))
            elif names := [name for name in was if was[name] != now[name]]:
                before, after = ({name: values[name] for name in names} for values in (was, now))
                edited.append(Change(*key, before, after))
        return (*added, *edited, *dropped)
