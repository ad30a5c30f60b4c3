"""What all reports are made with: the sheet asked for, its period and currency, and the names of what is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipetui.core.message import Message, say
from pipetui.core.moment import Period
from pipetui.core.money import Money
from pipetui.core.pots import Pot
from pipetui.core.report import NOTHING, Behind, Cell, Column, Key, Note, Report, Row, Sheet

NONE = say("none")
ALL = say("Total")
UNKNOWN = say("not known")


@dataclass(frozen=True, slots=True)
class Frame:
    """One report to be made."""

    sheet: Sheet
    period: Period
    currency: str
    by: str = ""
    """What its rows are told apart by."""
    names: Mapping[str, Mapping[Key, str]] = field(default_factory=dict)
    """By what they are told apart by, then by key."""

    def label(self, kind: str, key: Key, none: Message = NONE) -> str | Message:
        """What a key is called."""
        if key is None:
            return none
        return self.names.get(kind, {}).get(key, str(key))

    def keys(self, kind: str) -> Sequence[Key]:
        """All keys with a name, in their order."""
        return list(self.names.get(kind, {}))

    def money(self, minor: float | None) -> Money | None:
        """A figure in minor units."""
        return None if minor is None else Money(round(minor), self.currency)

    def worth(self, pot: Pot, behind: Behind) -> Cell:
        """The money of some deals."""
        return Cell(Money(pot.minor, self.currency), behind)

    def mean(self, pot: Pot, behind: Behind) -> Cell:
        """Their mean."""
        return Cell(self.money(pot.mean), behind)

    def report(
        self,
        columns: Sequence[Column],
        rows: Sequence[Row],
        total: Row | None = None,
        notes: Sequence[Note] = (),
        **more: Any,
    ) -> Report:
        """The report, made."""
        return Report(
            self.sheet.name,
            self.sheet.title,
            self.period,
            tuple(columns),
            tuple(rows),
            total,
            tuple(notes),
            self.currency,
            **more,
        )


def count(pot: Pot, behind: Behind) -> Cell:
    """How many deals."""
    return Cell(pot.n, behind)


def figure(value: float | None, behind: Behind | None = None) -> Cell:
    """A figure that may not be known."""
    return NOTHING if value is None else Cell(value, behind)
