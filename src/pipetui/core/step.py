"""What is to be done about a deal, a person or a company, or was: the part of an activity that people say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pipetui.core.deal import Activity, ActivityKind, Deal
from pipetui.core.desk import Desk
from pipetui.core.fields import ACTIVITY, fit
from pipetui.core.message import Message, say
from pipetui.errors import Refused

KIND_WORDS: Mapping[str, Message] = {
    "call": say("call"), "email": say("e-mail"), "meeting": say("meeting"), "task": say("task"), "note": say("note"),
}  # fmt: skip
"""The kinds of activity as people read them."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, or was."""

    kind: ActivityKind
    text: str = ""
    due_on: date | None = None
    """The day it is planned for; today when a plan names none."""
    due_time: str | None = None
    """Local wall clock, `HH:MM`."""
    repeat: str | None = None
    """How often it comes back, as `core.recurrence` writes it."""


def activity(
    step: Step,
    desk: Desk,
    deal: Deal | None,
    contact_id: int | None = None,
    organization_id: int | None = None,
    due_on: date | None = None,
    done_at: datetime | None = None,
) -> Activity:
    """The record of a step, with the person of its deal. Raises Refused when it hangs on nothing, Invalid."""
    if deal is None and contact_id is None and organization_id is None:
        raise Refused(say("An activity belongs to a deal, a person or a company."))
    if contact_id is None and deal is not None:
        contact_id = deal.contact_id
    return Activity(
        id=desk.new_id(),
        deal_id=deal.id if deal else None,
        contact_id=contact_id,
        organization_id=organization_id,
        owner_id=desk.me,
        created_at=desk.now,
        **fit(
            ACTIVITY,
            {
                "kind": step.kind,
                "text": step.text,
                "due_on": due_on,
                "due_time": step.due_time,
                "repeat": step.repeat,
            },
        ),
        done_at=done_at,
    )
