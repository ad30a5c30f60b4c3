"""A condition in SQL with its values. What the board needs of the filter when nothing is filtered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on `deal`, and the values of its placeholders."""

    sql: str
    params: tuple[Any, ...] = ()

    def also(self, sql: str, *params: Any) -> Clause:
        """Both this and that."""
        return Clause(f"{self.sql} AND {sql}", (*self.params, *params))
