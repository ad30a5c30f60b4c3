"""What can be done to a deal, as data: done on one, again on the next, and in a row under the name of a macro.

An act is a verb of `VERBS` with plain JSON values, so that it can be kept, read and done years later on any deal.
Days keep the words they were said in: "in 3 days" is three days after the day it is done again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipetui.core import activities, evidence, members, moves, people
from pipetui.core.amend import Subject, amended
from pipetui.core.bench import Bench, Records
from pipetui.core.change import Change
from pipetui.core.deal import (
    Activity,
    Contact,
    Criterion,
    Deal,
    Evidence,
    LostReason,
    Member,
    Organization,
    Source,
    Stage,
    Tag,
    Tagging,
    Visit,
)
from pipetui.core.desk import Desk
from pipetui.core.entry import Register
from pipetui.core.message import Message, say
from pipetui.core.money import Money
from pipetui.core.moves import Changes
from pipetui.core.quickadd import Known, draft
from pipetui.core.step import Step
from pipetui.core.text import day_from_words, fold
from pipetui.errors import Invalid, NotFound, PipetuiError, Refused

DAYS = frozenset(("expected_close", "pinned_until"))
"""Fields of a deal that hold a day."""


@dataclass(frozen=True, slots=True)
class Act:
    """One verb and what it is given, as plain JSON."""

    verb: str
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of acts on several deals."""

    ids: tuple[int, ...]
    """The deals they were done on."""
    changes: Changes
    refused: tuple[tuple[int, PipetuiError], ...]
    """The deals that were left as they are, and why."""


def perform(acts: Sequence[Act], ids: Iterable[int], bench: Bench, desk: Desk) -> Done:
    """All acts on each deal, in one batch; on a deal for which a rule refuses one of them, none is done."""
    done: list[int] = []
    refused: list[tuple[int, PipetuiError]] = []
    for number in ids:
        tried = Bench(bench)
        try:
            for act in acts:
                tried.take(changes(act, number, tried, desk))
        except (Refused, Invalid) as error:
            refused.append((number, error))
        else:
            done.append(number)
            bench.take(tried.changes)
    return Done(tuple(done), bench.changes, tuple(refused))


def changes(act: Act, deal_id: int, bench: Bench, desk: Desk) -> Changes:
    """What an act changes about one deal. Raises Refused, Invalid."""
    verb = VERBS.get(act.verb)
    if verb is None:
        raise Invalid(say('"{text}" is nothing that can be done to a deal.', text=act.verb[:40]))
    return verb(bench.get(Deal, deal_id), act.given, bench, desk)


# Kept as text


def dumped(acts: Iterable[Act]) -> str:
    """Acts as the store keeps them."""
    return json.dumps([{"verb": act.verb, **act.given} for act in acts], ensure_ascii=False)


def loaded(text: str) -> tuple[Act, ...]:
    """Acts as the store kept them. Raises Invalid when they are none, or of a newer version."""
    try:
        found = [dict(one) for one in json.loads(text)]
        acts = tuple(Act(str(one.pop("verb")), one) for one in found)
    except (ValueError, TypeError, KeyError):
        raise Invalid(say("This macro cannot be read.")) from None
    for act in acts:
        if act.verb not in VERBS:
            raise Invalid(say('"{text}" is nothing that can be done to a deal.', text=act.verb[:40]))
    return acts


def of_day(day: date | None, words: str = "", month_first: bool = False) -> dict[str, Any] | None:
    """A day as an act keeps it, with the words it was said in."""
    if day is None:
        return None
    return {"day": day.isoformat(), **({"words": words, "month_first": month_first} if words else {})}


def of_step(step: Step, line: str = "", month_first: bool = False) -> dict[str, Any]:
    """A step as an act keeps it, with the line it was typed in."""
    kept = {"kind": step.kind, "text": step.text, "due": step.due_on.isoformat() if step.due_on else None,
            "time": step.due_time, "repeat": step.repeat}  # fmt: skip
    return {**kept, **({"line": line, "month_first": month_first} if line else {})}


def of_values(values: Mapping[str, Any], texts: Mapping[str, str], month_first: bool) -> dict[str, Any]:
    """The values of a deal's form as an act keeps them; `texts` is what was typed."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Money):
            kept[name] = {"minor": value.minor, "currency": value.currency}
        elif isinstance(value, date):
            kept[name] = of_day(value, texts.get(name, ""), month_first)
        else:
            kept[name] = list(value) if isinstance(value, tuple) else value
    return kept


def _day(kept: Mapping[str, Any] | None, today: date) -> date | None:
    if kept is None:
        return None
    words = kept.get("words")
    found = day_from_words(words, today, bool(kept.get("month_first")), ahead=True) if words else None
    return found or date.fromisoformat(kept["day"])


def _step(kept: Mapping[str, Any], today: date) -> Step:
    if kept.get("line"):
        read = draft(f"!{kept['line']}", today, Known(month_first=bool(kept.get("month_first"))))
        return Step(read.step_kind, read.step or "", read.step_due, read.step_time, read.step_repeat)
    due = kept.get("due")
    day = date.fromisoformat(due) if due else None
    return Step(kept["kind"], kept["text"], day, kept.get("time"), kept.get("repeat"))


# The verbs


def _move_on(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.move(deal, _visit(deal, bench), moves.next_stage(deal, desk), desk)


def _move_back(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.move(deal, _visit(deal, bench), moves.previous_stage(deal, desk), desk)


def _move_to(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.move(deal, _visit(deal, bench), desk.stage(given["stage"]), desk)


def _win(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.win(deal, _visit(deal, bench), desk)


def _lose(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.lose(deal, _visit(deal, bench), bench.get(LostReason, given["reason"]).id, desk)


def _reopen(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    if deal.archived_at is not None:
        return moves.restore(deal, desk)
    return moves.reopen(deal, bench.all(Visit, deal_id=deal.id), desk)


def _park(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    until = _day(given["until"], desk.today)
    return moves.park(deal, until, desk) if until else moves.unpark(deal, desk)


def _archive(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return moves.archive(deal, desk)


def _assign(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    """To another member or to nobody, with the steps the former owner planned."""
    to = None if given["owner"] is None else bench.get(Member, given["owner"])
    steps = members.steps_along(bench.all(Activity, deal_id=deal.id, done_at=None), deal.owner_id)
    return members.hand_over(members.Held([deal], activities=steps), to)


def _edit(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    """Fields as the form of a deal has them, names as people type them; a new name is one new record for all deals."""
    values = {name: _value(name, value, desk.today) for name, value in given["values"].items()}
    subject = Subject(
        deal,
        bench.get(Contact, deal.contact_id) if deal.contact_id is not None else None,
        bench.get(Organization, deal.organization_id) if deal.organization_id is not None else None,
        bench.all(Tagging, subject="deal", subject_id=deal.id),
        bench.all(Activity, deal_id=deal.id, done_at=None),
    )
    register = Register.of(
        bench.called(Contact, [values["contact"]] if values.get("contact") else []),
        bench.called(Organization, [values["organization"]] if values.get("organization") else []),
        bench.all(Source),
        bench.all(Tag),
    )
    return amended(subject, values, desk, register, bench.all(Member))


def _value(name: str, kept: Any, today: date) -> Any:
    if kept is None:
        return None
    if name in DAYS:
        return _day(kept, today)
    if name == "amount":
        return Money(kept["minor"], kept["currency"])
    return tuple(kept) if isinstance(kept, list) else kept


def _plan(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return activities.plan(_step(given, desk.today), desk, deal=deal, visit=_visit(deal, bench))


def _log(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    step = _step({**given, "line": ""}, desk.today)
    return activities.log(Step(step.kind, step.text), desk, deal=deal, visit=_visit(deal, bench))


def _done(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    return activities.done(next_step(deal, bench), desk, deal, _visit(deal, bench))


def _tag(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    """Tags by name, some put on and some taken off; what is so already does not count."""
    there = bench.all(Tagging, subject="deal", subject_id=deal.id)
    known = {fold(one.name): one for one in bench.all(Tag)}
    tags = [known.get(fold(name)) or people.new_word(Tag, desk, name) for name in given.get("add", ())]
    gone = {known[fold(name)].id for name in given.get("remove", ()) if fold(name) in known}
    off = [change for one in there if one.tag_id in gone for change in moves.untag(one)]
    return (*moves.tag([deal], tags, there, desk), *off)


def _tick(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    found = [bench.get(Criterion, number) for number in given["criteria"]]
    there = bench.all(Evidence, deal_id=deal.id)
    return tuple(
        change
        for one in found
        for change in evidence.tick(deal, [one], there, desk, bench.get(Stage, one.stage_id))
    )


def _untick(deal: Deal, given: Mapping[str, Any], bench: Bench, desk: Desk) -> Changes:
    there = bench.all(Evidence, deal_id=deal.id)
    return evidence.untick(one for one in there if one.criterion_id in given["criteria"])


Verb = Callable[[Deal, Mapping[str, Any], Bench, Desk], Changes]
VERBS: Mapping[str, Verb] = {
    "move_on": _move_on, "move_back": _move_back, "move_to": _move_to, "win": _win, "lose": _lose, "reopen": _reopen,
    "park": _park, "archive": _archive, "assign": _assign, "edit": _edit, "plan": _plan, "log": _log, "done": _done,
    "tag": _tag, "tick": _tick, "untick": _untick,
}  # fmt: skip


def _visit(deal: Deal, records: Records) -> Visit | None:
    return next(iter(records.all(Visit, deal_id=deal.id, left_at=None)), None)


def next_step(deal: Deal, records: Records) -> Activity:
    """The step planned for the earliest day. Raises Refused without one."""
    steps = [one for one in records.all(Activity, deal_id=deal.id, done_at=None) if one.due_on]
    if not steps:
        raise Refused(say("There is no next step. Press t to plan one."))
    return min(
        steps, key=lambda step: (step.due_on or date.max, step.due_time is None, step.due_time or "", step.id)
    )


# In words


def words(act: Act, records: Records) -> Message:
    """An act as a line of a macro, with the names of today."""
    given = act.given
    match act.verb:
        case "move_to":
            return say("Move to {stage}", stage=_name(records, Stage, given["stage"]))
        case "lose":
            return say("Lose: {reason}", reason=_name(records, LostReason, given["reason"]))
        case "assign":
            if given["owner"] is None:
                return say("Give to nobody")
            return say("Give to {owner}", owner=_name(records, Member, given["owner"]))
        case "park":
            until = given["until"]
            if until is None:
                return say("Bring it back")
            return say("Park until {day}", day=until.get("words") or until["day"])
        case "plan":
            line = given.get("line") or " ".join(filter(None, (given.get("due"), given["text"])))
            return say("Plan: {text}", text=line)
        case "log":
            return say("Note as done: {text}", text=given["text"] or given["kind"])
        case "edit":
            return say("Change {fields}", fields=", ".join(_said(*one) for one in given["values"].items()))
        case "tag":
            signed = [f"#{name}" for name in given.get("add", ())]
            signed += [f"-#{name}" for name in given.get("remove", ())]
            return say("Tag {tags}", tags=" ".join(signed))
        case "tick" | "untick":
            texts = ", ".join(_text(records, number) for number in given["criteria"])
            return (
                say("Tick: {text}", text=texts) if act.verb == "tick" else say("Untick: {text}", text=texts)
            )
    return PLAIN[act.verb]


PLAIN: Mapping[str, Message] = {
    "move_on": say("Move to the next stage"),
    "move_back": say("Move to the stage before"),
    "win": say("Win it"),
    "reopen": say("Reopen it"),
    "archive": say("Archive it"),
    "done": say("The next step is done"),
}


def _name(records: Records, kind: type[Stage | LostReason | Member], number: int) -> str:
    try:
        return records.get(kind, number).name
    except NotFound:
        return f"? {number}"


def _text(records: Records, number: int) -> str:
    try:
        return records.get(Criterion, number).text
    except NotFound:
        return f"? {number}"


def _said(name: str, kept: Any) -> str:
    if isinstance(kept, Mapping):
        value = kept.get("words") or kept.get("day") or str(Money(kept["minor"], kept["currency"]).decimal)
    else:
        value = " ".join(map(str, kept)) if isinstance(kept, list) else "–" if kept is None else str(kept)
    return f"{name} = {value}"


def check_name(name: str, others: Iterable[str]) -> str:
    """The name of a macro, cleaned. Raises Invalid without one, Refused when another has it."""
    from pipetui.core.fields import name as fit_name

    kept = fit_name(name)
    if any(fold(kept) == fold(other) for other in others):
        raise Refused(say("There is a macro {name} already.", name=kept))
    return kept


def batch_changes(found: Done) -> tuple[Change, ...]:
    """The changes of acts; raises why the first deal was left when none was changed."""
    if not found.ids:
        raise found.refused[0][1] if found.refused else Refused(say("There is no deal here."))
    return found.changes
