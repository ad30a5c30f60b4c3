"""The fields of a stage as a form: what stands in them, how they are read, what they say."""

from __future__ import annotations

import re
from typing import Any

from pipetui.core import fields
from pipetui.core import stages as rules
from pipetui.core.message import say, say_n
from pipetui.core.stage import Event, Stage
from pipetui.core.stages import EVENT_WORDS
from pipetui.core.text import fold
from pipetui.errors import Invalid
from pipetui.lang import _, told
from pipetui.ui.form import Row, Values
from pipetui.ui.paint import GLYPHS


def stage_rows(stage: Stage | None) -> list[Row]:
    """The rows of a stage's form; a won or lost stage has no ratio and no typical days."""
    name, definition = (stage.name, stage.definition) if stage else ("", "")
    example = _("when does a deal belong here? one or two sentences")
    rows = [
        Row("name", _("Name"), name, fields.name, required=True),
        Row("definition", _("Definition"), definition, rules.definition, example=example, required=True),
    ]
    if stage is None or stage.kind == "open":
        rows += [
            Row(
                "ratio",
                _("Ratio"),
                ratio_words(stage) if stage else "",
                ratio,
                _ratio_said,
                "20 → 10",
                whole=True,
            ),
            Row("days", _("Typical days"), str(stage.days) if stage else "14", days, whole=True),
        ]
    if stage is None or stage.kind != "lost":
        words = [told(message) for message in EVENT_WORDS.values()]
        chosen = event_words(stage) if stage else ""
        rows.append(
            Row(
                "event", _("Comes in by"), chosen, event, example=" · ".join(words), choices=words, whole=True
            )
        )
    return rows


def stage_values(values: Values) -> dict[str, Any]:
    """The values of the form as `core.stages` takes them."""
    found = dict(values)
    if "ratio" in found:
        found["ratio_from"], found["ratio_to"] = found.pop("ratio") or (None, None)
    return found


def ratio(text: str) -> tuple[int, int] | None:
    """Reads `20 → 10`, `20:10`, `20/10`: of 20 deals, 10 go on."""
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,7})\s*(?:→|->|>|:|/|,|\s)\s*(\d{1,7})", text)
    if not found:
        raise Invalid(
            say('"{text}" is not a ratio.', text=text[:40]),
            say("Write it like 20:10: of 20 deals, 10 go on."),
        )
    if int(found[2]) > int(found[1]):
        raise Invalid(say("No more deals can go on than there were."))
    return int(found[1]), int(found[2])


def _ratio_said(value: tuple[int, int] | None) -> str:
    if value is None:
        return ""
    return told(say_n("of {of} deals, {n} goes on", "of {of} deals, {n} go on", value[1], of=value[0]))


def days(text: str) -> int:
    """Reads a number of days."""
    if not re.fullmatch(r"\d{1,6}", text):
        raise Invalid(say('"{text}" is not a whole number.', text=text[:40]))
    found = int(text)
    rules.FIELDS["days"](found)
    return found


def event(text: str) -> Event | None:
    """Reads the event that brings a deal in, in the language spoken or in English; its beginning is enough."""
    if not text:
        return None
    for one in rules.EVENTS:
        if any(fold(words).startswith(fold(text)) for words in (told(EVENT_WORDS[one]), one)):
            return one
    raise Invalid(
        say('"{text}" is not an event.', text=text[:40]),
        say("There are {names}.", names=", ".join(told(message) for message in EVENT_WORDS.values())),
    )


def ratio_words(stage: Stage) -> str:
    """`20 → 10`, or nothing."""
    return "" if stage.declared_ratio is None else f"{stage.ratio_from} {GLYPHS.arrow} {stage.ratio_to}"


def event_words(stage: Stage) -> str:
    """The event that brings a deal in, or nothing."""
    return told(EVENT_WORDS[stage.event]) if stage.event else ""
