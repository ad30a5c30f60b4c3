"""The records of a pipeline review: when it was held, and what was decided about each deal.

See `core.deal` for what all records share.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

Verdict = Literal["step", "push", "advance", "won", "lost", "park", "note", "skip", "edit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A look at the deals one by one, by one member."""

    table: ClassVar[str] = "review"
    id: int
    pipeline_id: int
    owner_id: int | None = None
    """Who held it."""
    query: str = ""
    """The filter of the deals that were looked at."""
    began_at: datetime
    ended_at: datetime | None = None
    minutes: str | None = None
    """JSON: the figures at its end, so that the minutes can be printed again in any language."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one deal in a review."""

    table: ClassVar[str] = "decision"
    id: int
    review_id: int
    deal_id: int
    verdict: Verdict
    text: str = ""
    """What was said with it: the step, the day, the reason."""
    decided_at: datetime
    version: int = 1
