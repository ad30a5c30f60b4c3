"""How a file will be read, as a list of choices: its columns, its stages, and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from pipetui.core.message import Message, say
from pipetui.core.text import fold
from pipetui.lang import _, told
from pipetui.ui.paint import GLYPHS, Line, Span, cells, fit
from pipetui.ui.pick import Option

if TYPE_CHECKING:
    from pipetui.core.stage import Stage
    from pipetui.exchange.plan import Choices, Plan

FIELD_WORDS: Mapping[str, Message] = {
    "external_id": say("Number in the file"),
    "title": say("Title"),
    "name": say("Name"),
    "first_name": say("First name"),
    "last_name": say("Last name"),
    "organization": say("Organization"),
    "contact": say("Contact"),
    "job": say("Job"),
    "email": say("E-mail"),
    "phone": say("Phone"),
    "website": say("Web site"),
    "address": say("Address"),
    "city": say("City"),
    "country": say("Country"),
    "industry": say("Industry"),
    "employees": say("Employees"),
    "amount": say("Amount"),
    "currency": say("Currency"),
    "owner": say("Owner"),
    "source": say("Source"),
    "tags": say("Tags"),
    "stage": say("Stage"),
    "status": say("Open, won or lost"),
    "close_date": say("Closing day, expected or real"),
    "expected_close": say("Expected close"),
    "created_at": say("Created"),
    "stage_since": say("In its stage since"),
    "closed_at": say("Closed"),
    "lost_at": say("Lost on"),
    "lost_reason": say("Lost reason"),
    "parked_until": say("Parked until"),
    "archived_at": say("Archived"),
    "chance": say("Chance by hand"),
    "step_kind": say("Kind of next step"),
    "step_due": say("Day of next step"),
    "step_text": say("Next step"),
    "notes": say("Notes"),
}
KIND_WORDS: Mapping[str, Message] = {
    "deals": say("deals"),
    "contacts": say("contacts"),
    "organizations": say("organizations"),
}
ORDER_WORDS: Mapping[str, Message] = {"dmy": say("the day: 31/12/2026"), "mdy": say("the month: 12/31/2026")}
MARK_WORDS: Mapping[str, Message] = {".": say("the point: 1,250.50"), ",": say("the comma: 1.250,50")}
Sort = Literal["kind", "order", "mark", "stage", "column"]


@dataclass(frozen=True, slots=True)
class Item:
    """One choice about a file."""

    sort: Sort
    key: str
    """The header of the column, or the value of the file."""
    label: str
    value: str
    """What is chosen, in words; empty when nothing is."""
    sample: str = ""
    open: bool = False
    """Only the user can say, and has not yet."""


def items(plan: Plan, samples: Sequence[str]) -> list[Item]:
    """All choices about a file, what is open first. `samples` are a cell of each column."""
    asked = [question for question in plan.questions if question.about in ("order", "mark", "stage")]
    found: list[Item] = []
    for question in asked:
        sort: Sort = (
            "stage" if question.about == "stage" else "order" if question.about == "order" else "mark"
        )
        found.append(Item(sort, question.value, told(question.message), "", open=True))
    found.append(Item("kind", "", _("Each row is one of the"), told(KIND_WORDS[plan.kind])))
    if plan.order is not None:
        found.append(Item("order", "", _("What comes first in days"), told(ORDER_WORDS[plan.order])))
    if plan.mark is not None:
        found.append(Item("mark", "", _("What begins the decimals"), told(MARK_WORDS[plan.mark])))
    found += [Item("stage", value, value, stage.name) for value, stage in plan.stages.items()]
    fields = {at: name for name, at in plan.columns.items()}
    for at, header in enumerate(plan.sheet.headers):
        sample = samples[at] if at < len(samples) else ""
        found.append(Item("column", header, header, field_word(fields.get(at, "")), sample))
    return found


def field_word(name: str) -> str:
    """A field as people call it; its own name when nobody gave it another."""
    return told(FIELD_WORDS[name]) if name in FIELD_WORDS else name


def options(item: Item, stages: Sequence[Stage], fields: Sequence[str]) -> list[Option[str]]:
    """What can be chosen for an item: the value of each option is what `chosen` takes."""
    if item.sort == "column":
        named = [Option(name, field_word(name), name) for name in fields]
        return [Option("", _("leave it out")), *named]
    if item.sort == "stage":
        return [Option(stage.name, stage.name, stage.definition) for stage in stages]
    words = {"kind": KIND_WORDS, "order": ORDER_WORDS, "mark": MARK_WORDS}[item.sort]
    return [Option(value, told(message)) for value, message in words.items()]


def chosen(item: Item, value: str, choices: Choices, plan: Plan) -> Choices:
    """The choices with another one for an item."""
    if item.sort == "kind":
        return replace(choices, kind=cast("Any", value), fields={})
    if item.sort == "order":
        return replace(choices, order=cast("Any", value))
    if item.sort == "mark":
        return replace(choices, mark=cast("Any", value))
    if item.sort == "stage":
        return replace(choices, stages={**choices.stages, item.key: value})
    fields = {name: header for name, header in choices.fields.items() if fold(header) != fold(item.key)}
    for name in plan.columns:
        if fold(plan.header(name)) == fold(item.key):
            fields[name] = ""
    return replace(choices, fields={**fields, value: item.key} if value else fields)


def item_lines(found: Sequence[Item], row: int, width: int) -> list[tuple[int | None, Line]]:
    """The items under their headings, each line with the place of its item."""
    heads = {"column": _("Columns"), "stage": _("Stages of the file")}
    labels = min(max((cells(item.label) for item in found if not item.open), default=0), width * 2 // 5)
    lines: list[tuple[int | None, Line]] = []
    shown = ""
    for place, item in enumerate(found):
        head = _("To decide") if item.open else heads.get(item.sort, _("The file"))
        if head != shown:
            lines += [(None, []), (None, [Span(head, "title")])]
            shown = head
        lines.append((place, _item_line(item, place == row, labels, width)))
    return lines


def _item_line(item: Item, here: bool, labels: int, width: int) -> Line:
    bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent")
    sign = Span(f"{GLYPHS.flag} " if item.open else "  ", "warn")
    label = Span(fit(item.label, labels), "strong" if here else "")
    room = max(width - labels - 8, 8)
    if item.open:
        return [bar, sign, Span(fit(item.label, max(width - 4, 4), "none"), "strong" if here else "warn")]
    left_out = item.sort == "column" and not item.value
    value = Span(fit(item.value or _("left out"), room * 3 // 5), "dim" if left_out else "accent")
    sample = Span(f" {fit(item.sample, room * 2 // 5, 'none')}", "dim")
    return [bar, sign, label, Span(f"  {GLYPHS.arrow} ", "dim"), value, sample]
