"""The records of what a team has chosen: views and segments, macros, exchange rates, settings, how files are read.

See `core.deal` for what all records share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved filter: a named view on a number key, or a segment for reports and marketing."""

    table: ClassVar[str] = "view"
    id: int
    name: str
    query: str
    sort: str | None = None
    slot: int | None = None
    """The number key, 1 to 9."""
    segment: bool = False
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """Several acts under one name, done again on any deal."""

    table: ClassVar[str] = "macro"
    id: int
    name: str
    acts: str
    """JSON: the acts in their order, each with its arguments."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One unit of `currency` is worth `value` of the store's currency."""

    table: ClassVar[str] = "rate"
    id: int
    currency: str
    value: str
    """A decimal number as text, exact."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One choice that holds for everybody in the store, such as `currency`; `core.settings` lists them."""

    table: ClassVar[str] = "setting"
    id: int
    name: str
    value: str
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the columns of one kind of file were placed last time."""

    table: ClassVar[str] = "mapping"
    id: int
    signature: str
    """The normalised headers of the file, joined."""
    choices: str
    """JSON: columns by field, stages by value, date order."""
    version: int = 1
