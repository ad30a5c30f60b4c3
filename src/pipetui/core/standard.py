"""What a new store starts with: the standard pipeline, a few sources and a few reasons to lose."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipetui.core.deal import Event, Kind, LostReason, Pipeline, Source, Stage
from pipetui.core.desk import new_ids
from pipetui.core.message import Message, say

Told = Callable[[Message], str]
StandardStage = tuple[Message, Kind, tuple[int, int] | None, Event | None, Message]

STAGES: tuple[StandardStage, ...] = (
    (
        say("Lead"),
        "open",
        (25, 14),
        None,
        say(
            "Minimal contact so far, mostly indirect: the web site, a blog, a trade show. "
            "A name with a phone number or an e-mail address."
        ),
    ),
    (
        say("Prospect"),
        "open",
        (20, 11),
        "contact made",
        say("Really interested: we have been in direct contact and we know the project."),
    ),
    (
        say("Meeting"),
        "open",
        (20, 11),
        "meeting booked",
        say("A meeting is booked, or has taken place."),
    ),
    (
        say("Quote"),
        "open",
        (5, 3),
        "quote sent",
        say("The need is qualified and an offer is out."),
    ),
    (
        say("Won"),
        "won",
        None,
        "quote signed",
        say("The customer has signed."),
    ),
    (
        say("Lost"),
        "lost",
        None,
        None,
        say("It will not be signed. Kept with its reason, because statistics need it."),
    ),
)
"""Name, kind, declared ratio, the event that brings a deal in, definition. From a lead on, one in ten is won."""

SOURCES = (
    say("Web site"),
    say("Blog"),
    say("Trade show"),
    say("Referral"),
    say("Cold call"),
    say("Existing customer"),
)
LOST_REASONS = (
    say("Too expensive"),
    say("No budget"),
    say("Went to a competitor"),
    say("Project dropped"),
    say("Bad timing"),
    say("No answer any more"),
    say("Not a fit"),
)


def standard_pipeline(
    told: Told = str, ids: Iterator[int] | None = None
) -> tuple[Pipeline | Stage | Source | LostReason, ...]:
    """The pipeline, its stages, the sources and the lost reasons, named in the language of `told`.

    The numbers are negative: the next ones of `ids`.
    """
    ids = ids or new_ids()
    pipeline = Pipeline(id=next(ids), name=told(say("Sales")))
    stages = [
        Stage(
            id=next(ids),
            pipeline_id=pipeline.id,
            name=told(name),
            kind=kind,
            definition=told(definition),
            position=position,
            ratio_from=ratio[0] if ratio else None,
            ratio_to=ratio[1] if ratio else None,
            event=event,
        )
        for position, (name, kind, ratio, event, definition) in enumerate(STAGES)
    ]
    sources = [Source(id=next(ids), name=told(name)) for name in SOURCES]
    reasons = [LostReason(id=next(ids), name=told(name)) for name in LOST_REASONS]
    return (pipeline, *stages, *sources, *reasons)
