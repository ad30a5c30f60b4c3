"""The stages deals go through. They stand apart from the other records because the board needs no more to start.

See `core.deal` for what all records share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

Kind = Literal["open", "won", "lost"]
Event = Literal["contact made", "meeting booked", "quote sent", "quote signed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """An ordered list of stages."""

    table: ClassVar[str] = "pipeline"
    id: int
    name: str
    position: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of a pipeline, with the definition everybody shares."""

    table: ClassVar[str] = "stage"
    id: int
    pipeline_id: int
    name: str
    kind: Kind = "open"
    definition: str
    """One or two sentences; never empty."""
    position: int
    """Order in the pipeline; won and lost come last."""
    ratio_from: int | None = None
    """Declared ratio, said as "20 → 10": of so many deals in this stage ..."""
    ratio_to: int | None = None
    """... so many go on to the next."""
    days: int = 14
    """Typical days a deal stays."""
    event: Event | None = None
    """The event that brings a deal in when it stands earlier."""
    retired_at: datetime | None = None
    """Retired stages hold no deal and keep their history."""
    version: int = 1

    @property
    def declared_ratio(self) -> float | None:
        """The share of deals, 0 to 1, said to go on to the next stage; None when nobody said."""
        if not self.ratio_from or self.ratio_to is None:
            return None
        return min(self.ratio_to / self.ratio_from, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """Something to be shown before a deal leaves a stage. It informs and never blocks."""

    table: ClassVar[str] = "criterion"
    id: int
    stage_id: int
    text: str
    position: int
    retired_at: datetime | None = None
    """Retired criteria keep what was ticked."""
    version: int = 1
