"""What an import did, row by row where it did not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from pipetui.core.message import Message


class RowRejected(Exception):
    """A row cannot be taken in: the field at fault and the reason."""

    def __init__(self, at: str, message: Message) -> None:
        super().__init__(str(message))
        self.field = at
        self.message = message


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out."""

    line: int
    column: str
    """The header, empty when the whole row is at fault."""
    value: str
    reason: Message


class Counts(NamedTuple):
    """How far an import has come."""

    created: int
    updated: int
    unchanged: int
    notes: Counter[str]


@dataclass(slots=True)
class Report:
    """The counts of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    """New records that came along, by table."""
    notes: Counter[str] = field(default_factory=Counter)
    """Things to know, by kind."""

    def counts(self) -> Counts:
        """The counts before a row."""
        return Counts(self.created, self.updated, self.unchanged, self.notes.copy())

    def count(self, before: Counts) -> None:
        """The row that was counted did not come."""
        self.created, self.updated, self.unchanged, self.notes = before

    def reject(self, line: int, column: str, value: str, reason: Message) -> None:
        """A row is left out."""
        self.rejected.append(Rejection(line, column, value[:200], reason))
