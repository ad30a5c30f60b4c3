"""Conditions in SQL with their values. What the board needs of the filter when nothing is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NEVER, ALWAYS = "1 = 0", "1 = 1"


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition on `deal`, and the values of its placeholders."""

    sql: str
    params: tuple[Any, ...] = ()

    def also(self, sql: str, *params: Any) -> Clause:
        """Both this and that."""
        return Clause(f"{self.sql} AND {sql}", (*self.params, *params))


def equal(expression: Clause, value: int | str | None) -> Clause:
    """An expression has this value; None where it has none."""
    if value is None:
        return Clause(f"({expression.sql}) IS NULL", expression.params)
    return Clause(f"({expression.sql}) = ?", (*expression.params, value))


def among(column: str, ids: Sequence[int | str]) -> Clause:
    """A column has one of these values."""
    return Clause(f"{column} IN ({', '.join('?' * len(ids))})", tuple(ids)) if ids else Clause(NEVER)


def both(one: Clause, *others: Clause) -> Clause:
    """All of these conditions."""
    for other in others:
        one = one.also(f"({other.sql})", *other.params)
    return one
