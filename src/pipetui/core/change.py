"""A change is the difference between two states of one record. Every write of pipetui is a batch of changes.

The screen, the journal, undo and the log all read the same objects. A row is plain JSON scalars on every side (money
in minor units, moments as ISO 8601 UTC text, days as ISO text, booleans as 0 and 1), so that a record, its row in
the store and its line in the journal compare equal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast, get_type_hints

from pipetui.core.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipetui.core.deal import Record

Scalar = str | int | float | None
Row = dict[str, Scalar]
R = TypeVar("R", bound="Record")


@lru_cache(maxsize=4096)
def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, always of the same length, so that text sorts as time: `2026-11-23T09:30:00.000000Z`."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat("T", "microseconds")[:26] + "Z"


def scalar(value: Any) -> Scalar:
    """One value as the store and the journal keep it."""
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return value  # type: ignore[no-any-return]


def row(record: Record) -> Row:
    """All fields of a record as the store keeps them."""
    kind = type(record)
    values = dict(zip(field_names(kind), _values(kind)(record), strict=True))
    for name in _written(kind):
        if (value := values[name]) is not None:
            values[name] = scalar(value)
    return values


@cache
def _values(kind: type[Record]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*field_names(kind))


@cache
def _written(kind: type[Record]) -> tuple[str, ...]:
    """The fields whose values take another form in a row."""
    return tuple(_readers(kind))


@cache
def field_names(kind: type[Record]) -> tuple[str, ...]:
    """The columns of a record's table, in order."""
    return tuple(f.name for f in fields(cast("Any", kind)))


@cache
def _readers(kind: type[Record]) -> dict[str, Callable[[Any], Any]]:
    readers: dict[str, Callable[[Any], Any]] = {}
    for name, hint in get_type_hints(kind).items():
        text = str(hint)
        if "datetime.datetime" in text:
            readers[name] = datetime.fromisoformat
        elif "datetime.date" in text:
            readers[name] = date.fromisoformat
        elif "bool" in text:
            readers[name] = bool
    return readers


def record(kind: type[R], values: Mapping[str, Any]) -> R:
    """A record from its row; columns the record does not know are left aside."""
    readers = _readers(kind)
    known = {}
    for name in field_names(kind):
        value = values[name]
        known[name] = readers[name](value) if value is not None and name in readers else value
    return kind(**known)


@dataclass(frozen=True, slots=True)
class Change:
    """One record before and after."""

    table: str
    id: int
    """Negative in a record the store has not numbered yet; the same number inside a batch means the same record."""
    before: Row | None
    """The changed fields as they were; None when the record is new."""
    after: Row | None
    """The changed fields as they become; None when the record goes."""

    @classmethod
    def add(cls, new: Record) -> Self:
        """A record comes."""
        return cls(new.table, new.id, None, row(new))

    @classmethod
    def drop(cls, old: Record) -> Self:
        """A record goes."""
        return cls(old.table, old.id, row(old), None)

    @classmethod
    def edit(cls, old: Record, **values: Any) -> Self:
        """Some fields take other values; those that stay as they are do not count."""
        before, after = {}, {}
        for name, value in values.items():
            was, becomes = scalar(getattr(old, name)), scalar(value)
            if was != becomes:
                before[name], after[name] = was, becomes
        return cls(old.table, old.id, before, after)

    @property
    def inverse(self) -> Change:
        """The change that takes this one back."""
        return replace(self, before=self.after, after=self.before)

    @property
    def empty(self) -> bool:
        """Nothing differs."""
        return self.before is not None and self.before == self.after


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that stand or fall together, and the sentence that names them."""

    label: Message
    changes: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return all(change.empty for change in self.changes)

    @property
    def inverse(self) -> Batch:
        """The batch that takes this one back, last change first."""
        return Batch(self.label, tuple(change.inverse for change in reversed(self.changes)))
