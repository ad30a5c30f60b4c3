"""All there is about one deal, as lines: what asks for attention first, then who, what, how far, and what happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipetui.core.evidence import checklist
from pipetui.core.message import Message, say
from pipetui.core.moment import local_day
from pipetui.lang import _, again, day, kind_word, moment, money, number, span, told
from pipetui.ui.here import touched
from pipetui.ui.journey import journey_lines
from pipetui.ui.odds import Odds, in_full, in_short
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, kind_sign, wrapped

if TYPE_CHECKING:
    from pipetui.core.deal import Activity, Contact, Criterion, Organization, Quote, Stage
    from pipetui.store.dossier import Dossier
    from pipetui.store.log import Entry

Pair = tuple[str, str, Role]
"""A label, a value, and what the value means."""
NO_ODDS = Odds()
WIDEST = 100
"""Longer lines are hard to read."""
STATUS_WORDS: Mapping[str, tuple[Message, Role]] = {
    "draft": (say("draft"), "dim"),
    "sent": (say("sent"), "accent"),
    "signed": (say("signed"), "good"),
    "refused": (say("refused"), "bad"),
    "expired": (say("expired"), "dim"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the dossier of a deal does not hold: the names behind its numbers, and how it stands today."""

    stages: Mapping[int, Stage]
    """All of its pipeline by number, the retired ones too."""
    today: date
    now: datetime
    flags: Collection[str] = ()
    """As `core.hygiene` names them."""
    stalled_after: float | None = None
    """Days after which a deal counts as stalled in this stage."""
    odds: Odds = NO_ODDS
    """Its chance; one pinned by hand stands in the deal."""
    names: Mapping[str, str | None] = field(default_factory=dict)
    """Of `owner`, `source`, `lost_reason` and `pinned_by`."""
    criteria: Sequence[Criterion] = ()
    """What its stage asks to be shown."""


def detail_lines(dossier: Dossier, around: Around, width: int) -> list[Line]:
    """The whole page of a deal in so many cells; blocks without content are left out."""
    width = min(width, WIDEST)
    blocks = [
        [*_head(dossier, around, width), *touched(dossier.entries, around.now, width)],
        _flags(dossier, around, width),
        _next_steps(dossier.activities, around, width),
        *_pairs([_person(dossier.contact), _company(dossier.organization), _fields(dossier, around)], width),
        _odds(dossier, around, width),
        _definition(around.stages[dossier.deal.stage_id], width),
        _to_show(dossier, around, width),
        _titled(_("People"), _people(dossier, width)),
        _titled(_("Notes"), wrapped(dossier.deal.notes, width) if dossier.deal.notes else []),
        _titled(_("Quotes"), [_quote(one, around, width) for one in dossier.quotes]),
        _titled(_("Done"), _done(dossier.activities, around, width)),
        _titled(
            _("Way through the stages"),
            journey_lines(dossier.deal, dossier.visits, around.stages, around.today, around.now, width),
        ),
        _titled(_("History"), [line for entry in dossier.entries for line in _entry(entry, around, width)]),
    ]
    lines: list[Line] = []
    for block in blocks:
        lines += [*([[]] if lines and block else []), *block]
    return lines


def _titled(title: str, lines: list[Line]) -> list[Line]:
    return [[Span(title, "title")], *lines] if lines else []


def _head(dossier: Dossier, around: Around, width: int) -> list[Line]:
    deal, stage = dossier.deal, around.stages[dossier.deal.stage_id]
    names = [
        dossier.organization.name if dossier.organization else "",
        deal.title,
        dossier.contact.name if dossier.contact else "",
    ]
    called = " – ".join(part for part in names[:2] if part) or names[2] or "?"
    amount = money(deal.amount, deal.currency)
    stay = span((around.now - deal.stage_since).total_seconds() / 86400) if stage.kind == "open" else ""
    if stage.kind != "open" and deal.closed_at:
        stay = day(local_day(deal.closed_at), around.today)
    role: Role = "accent" if stage.kind == "open" else "good" if stage.kind == "won" else "dim"
    where = f"{stage.name} {GLYPHS.dot} {stay}" if stay else stage.name
    return [
        *wrapped(called, width, "strong"),
        [Span(fit(where, width - cells(amount) - 1) + " ", role), Span(amount, "strong")],
    ]


def _flags(dossier: Dossier, around: Around, width: int) -> list[Line]:
    """Each flag in a sentence, the way a colleague would say it."""
    deal = dossier.deal
    said: list[tuple[str, Role, Message]] = []
    due = min((one.due_on for one in dossier.activities if one.due_on and not one.done_at), default=None)
    if deal.archived_at:
        said.append((GLYPHS.archived, "dim", say("Archived on {day}.", day=local_day(deal.archived_at))))
    if "late" in around.flags and due:
        said.append((GLYPHS.late, "bad", say("The next step is late: it was for {day}.", day=due)))
    if "none" in around.flags:
        said.append((GLYPHS.none, "warn", say("No next step is planned: t plans one.")))
    if "overdue" in around.flags and deal.expected_close:
        said.append((GLYPHS.flag, "warn", say("It should have closed on {day}.", day=deal.expected_close)))
    if "stalled" in around.flags:
        said.append((GLYPHS.stalled, "warn", _stalled(around)))
    if "parked" in around.flags and deal.parked_until:
        parked = say("Parked until {day}: not on the board, not in the forecast.", day=deal.parked_until)
        said.append((GLYPHS.parked, "dim", parked))
    return [line for sign, role, why in said for line in _hanging([Span(f"{sign} ", role)], told(why), width)]


def _stalled(around: Around) -> Message:
    if around.stalled_after is None:
        return say("Longer in its stage than most deals that were won.")
    return say(
        "Longer in its stage than most deals that were won: they were gone after {days}.",
        days=span(around.stalled_after),
    )


def _hanging(head: Line, text: str, width: int, role: Role = "") -> list[Line]:
    """A text after a head; where it needs more lines they stand under its beginning."""
    indent = sum(cells(span.text) for span in head)
    rows = wrapped(text, max(width - indent, 8), role)
    return [[*head, *rows[0]], *([Span(" " * indent), *row] for row in rows[1:])]


def _pairs(blocks: Sequence[Sequence[Pair]], width: int) -> Iterator[list[Line]]:
    """Blocks of labels and values in two columns, the same in all; what has no value is left out."""
    kept = [[pair for pair in block if pair[1]] for block in blocks]
    wide = min(max((cells(label) for block in kept for label, _value, _role in block), default=0), 14)
    for block in kept:
        yield [
            line
            for label, value, role in block
            for line in _hanging([Span(fit(label, wide) + "  ", "dim")], value, width, role)
        ]


def _next_steps(activities: Iterable[Activity], around: Around, width: int) -> list[Line]:
    planned = [one for one in activities if one.due_on and not one.done_at]
    planned.sort(key=lambda one: (one.due_on or date.max, one.due_time or "", one.id))
    lines: list[Line] = []
    for place, one in enumerate(planned):
        assert one.due_on is not None
        role: Role = "bad" if one.due_on < around.today else "accent" if one.due_on == around.today else ""
        when = " ".join(part for part in (day(one.due_on, around.today), one.due_time) if part)
        head = [Span(f"{kind_sign(one.kind)} ", role), Span(f"{when}  ", role or "strong")]
        what = (one.text or kind_word(one.kind)) + again(one.repeat)
        lines += _hanging(head, what, width, "" if place == 0 else "dim")
    return _titled(_("Next step"), lines)


def _person(one: Contact | None) -> list[Pair]:
    if one is None:
        return []
    return [
        (_("Contact"), f"{one.name} {GLYPHS.dot} {one.job}" if one.job else one.name, "strong"),
        (_("Phone"), _dialled(one.phone), ""),
        (_("E-mail"), one.email or "", ""),
        (_("Address"), _place(one), ""),
        (_("About"), one.notes, "dim"),
    ]


def _people(dossier: Dossier, width: int) -> list[Line]:
    """Who takes part, and in which role."""
    roles = {one.contact_id: one.role for one in dossier.participants}
    lines: list[Line] = []
    for one in dossier.people:
        reached = f" {GLYPHS.dot} ".join(filter(None, (_dialled(one.phone), one.email)))
        role = roles.get(one.id) or ""
        head = [Span(one.name, "strong"), Span(f" {GLYPHS.dot} {role}" if role else "", "accent")]
        lines += _hanging([*head, Span("  ")], reached, width) if reached else [head]
    return lines


def _dialled(phone: str | None) -> str:
    """A number as people read it; the rules of numbers are asked only for one without any space."""
    if not phone or not phone.startswith("+") or " " in phone:
        return phone or ""
    from pipetui.reach import phone_shown

    return phone_shown(phone, None)


def _company(one: Organization | None) -> list[Pair]:
    if one is None:
        return []
    return [
        (_("Organization"), one.name, "strong"),
        (_("Phone"), _dialled(one.phone), ""),
        (_("E-mail"), one.email or "", ""),
        (_("Web site"), one.website or "", ""),
        (_("Industry"), one.industry or "", ""),
        (_("Employees"), "" if one.employees is None else number(one.employees), ""),
        (_("Address"), _place(one), ""),
        (_("About"), one.notes, "dim"),
    ]


def _place(one: Contact | Organization) -> str:
    return ", ".join(part for part in (one.address, one.city, one.country) if part)


def _fields(dossier: Dossier, around: Around) -> list[Pair]:
    deal = dossier.deal
    close = day(deal.expected_close, around.today) if deal.expected_close else ""
    overdue = bool(close) and "overdue" in around.flags
    if overdue:
        close = f"{GLYPHS.flag} {close} {GLYPHS.dot} {_('past')}"
    known = f" {GLYPHS.dot} {deal.external_id}" if deal.external_id else ""
    return [
        (
            _("Amount"),
            money(deal.amount, deal.currency) or _("not known yet"),
            "" if deal.amount is not None else "dim",
        ),
        (_("Chance"), _chance(dossier, around), ""),
        (_("Close"), close, "warn" if overdue else ""),
        (_("Lost reason"), around.names.get("lost_reason") or "", ""),
        (_("Owner"), around.names.get("owner") or "", ""),
        (_("Source"), around.names.get("source") or "", ""),
        (_("Tags"), " ".join(f"#{tag.name}" for tag in dossier.tags), "accent"),
        (_("Created"), day(local_day(deal.created_at), around.today), ""),
        (_("Number"), f"{deal.id}{known}", "dim"),
    ]


def _chance(dossier: Dossier, around: Around) -> str:
    deal = dossier.deal
    if around.stages[deal.stage_id].kind != "open":
        return ""
    said = in_short(deal, around.odds, around.names.get("pinned_by"), around.today)
    return "" if said is None else told(said)


def _odds(dossier: Dossier, around: Around, width: int) -> list[Line]:
    """What the chance rests on, for an open deal whose chance nobody set by hand."""
    deal, stage = dossier.deal, around.stages[dossier.deal.stage_id]
    holds = deal.pinned_until is None or deal.pinned_until >= around.today
    if stage.kind != "open" or (deal.pinned_chance is not None and holds):
        return []
    age = (around.now - deal.stage_since).total_seconds() / 86_400
    return in_full(around.odds, stage.name, age, width)


def _definition(stage: Stage, width: int) -> list[Line]:
    return [*wrapped(stage.name, width, "title"), *wrapped(stage.definition, width, "dim")]


def _to_show(dossier: Dossier, around: Around, width: int) -> list[Line]:
    stage = around.stages[dossier.deal.stage_id]
    points = checklist(stage.id, around.criteria, dossier.evidence)
    lines: list[Line] = []
    for point in points:
        head = Span(f"{GLYPHS.mark} ", "good") if point.shown else Span(f"{GLYPHS.task} ", "dim")
        lines += _hanging([head], point.criterion.text, width, "" if point.shown else "dim")
    return _titled(told(say("To be shown before it leaves {stage}", stage=stage.name)), lines)


def _quote(one: Quote, around: Around, width: int) -> Line:
    words, role = STATUS_WORDS[one.status]
    amount = money(one.amount, one.currency)
    if one.status == "sent" and one.valid_until:
        said = told(say("sent, until {day}", day=day(one.valid_until, around.today)))
    else:
        when = one.decided_on or one.sent_on
        said = f"{told(words)} {day(when, around.today)}" if when else told(words)
    room = max(width - cells(amount) - 1, 8)
    number = fit(one.number, min(room // 2, 14), "none")
    return [Span(f"{number}  "), Span(fit(said, room - cells(number) - 2) + " ", role), Span(amount, "money")]


def _done(activities: Iterable[Activity], around: Around, width: int) -> list[Line]:
    done = sorted(
        (one for one in activities if one.done_at or not one.due_on),
        key=lambda one: one.done_at or one.created_at,
        reverse=True,
    )
    lines: list[Line] = []
    days = [day(local_day(one.done_at or one.created_at), around.today) for one in done]
    wide = max([11, *map(cells, days)])
    for one, when in zip(done, days, strict=True):
        head = [Span(f"{kind_sign(one.kind)} ", "good"), Span(fit(when, wide) + " ", "dim")]
        lines += _hanging(head, one.text or kind_word(one.kind), width)
    return lines


def _entry(entry: Entry, around: Around, width: int) -> Sequence[Line]:
    who = f" {GLYPHS.dot} {entry.member}" if entry.member else ""
    return _hanging([Span(fit(moment(entry.at), 17) + " ", "dim")], f"{told(entry.sentence)}{who}", width)
