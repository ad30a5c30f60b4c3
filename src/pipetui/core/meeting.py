"""The records of a pipeline review: when it was held, and what was decided about each deal.

See `core.deal` for what all records share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from pipetui.core.message import Message, say

Verdict = Literal["step", "push", "advance", "won", "lost", "park", "note", "skip", "edit"]
VERDICT_WORDS: Mapping[Verdict, Message] = {
    "step": say("step planned"), "push": say("another closing date"), "advance": say("moved on"),
    "won": say("deal won"), "lost": say("deal lost"), "park": say("parked"), "note": say("note"),
    "skip": say("left as it is"), "edit": say("changed"),
}  # fmt: skip
"""What is decided in a review, as people read it."""


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
