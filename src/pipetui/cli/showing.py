"""All there is about one deal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import shapes
from pipetui.cli.criteria import lines, shown
from pipetui.cli.journal import shape as change_shape
from pipetui.cli.output import print_json, print_lines
from pipetui.cli.reading import Reading, flag_words, step
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.deal import Stage
from pipetui.core.evidence import checklist
from pipetui.lang import _, told
from pipetui.store.evidence import criteria

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipetui.core.deal import Participant
    from pipetui.core.evidence import Point
    from pipetui.store.dossier import Dossier
    from pipetui.store.listing import Line


@verb("show")
@click.argument("deal_id", type=int, metavar="ID")
@pass_session
def show(session: Session, deal_id: int) -> None:
    dossier, reading = session.store.dossier(deal_id), Reading(session)
    line = reading.of([deal_id])[0]
    stages = {stage.id: stage.name for stage in session.store.all(Stage)}
    if session.options.json:
        print_json(shape(dossier, line, reading, stages))
    else:
        print_lines(_page(dossier, line, reading, stages))


def shape(dossier: Dossier, line: Line, reading: Reading, stages: Mapping[int, str]) -> shapes.Json:
    """A deal in JSON with what hangs on it as objects."""
    contact, organization = dossier.contact, dossier.organization
    return reading.json(line) | {
        "contact": shapes.record(contact) if contact else None,
        "organization": shapes.record(organization) if organization else None,
        "notes": line.notes,
        "external_id": line.external_id,
        "parked_until": shapes.day(line.parked_until),
        "archived_at": shapes.moment(line.archived_at),
        "participants": [
            {"id": one.contact_id, "name": name, "role": one.role or None} for one, name in _parts(dossier)
        ],
        "quotes": [shapes.record(one) for one in dossier.quotes],
        "activities": [shapes.record(one) for one in dossier.activities],
        "visits": [
            {
                "stage": stages[visit.stage_id],
                "entered_at": shapes.moment(visit.entered_at),
                "left_at": shapes.moment(visit.left_at),
                "next": stages[visit.next_stage_id] if visit.next_stage_id else None,
                "why": visit.why,
            }
            for visit in dossier.visits
        ],
        "evidence": [shown(point, stages[dossier.deal.stage_id]) for point in _points(dossier, reading)],
        "history": [change_shape(entry) for entry in dossier.entries],
    }


def _page(dossier: Dossier, line: Line, reading: Reading, stages: Mapping[int, str]) -> Iterator[str]:
    stage = reading.stages[line.stage_id]
    yield f"{line.id}  {line.title or line.organization or line.contact or ''}"
    fields = {
        _("Stage"): f"{stage.name} ({line.stage_since.astimezone():%Y-%m-%d})",
        _("Amount"): lang.money(line.amount, line.currency),
        _("Win chance"): lang.percent(reading.chance(line)) if stage.kind == "open" else "",
        _("Contact"): " · ".join(filter(None, (line.contact, line.email, line.phone))),
        _("Organization"): line.organization or "",
        _("Owner"): line.owner or "",
        _("Source"): line.source or "",
        _("Tags"): ", ".join(line.tags),
        _("Close"): shapes.day(line.expected_close) or "",
        _("Closed"): f"{line.closed_at.astimezone():%Y-%m-%d}" if line.closed_at else "",
        _("Lost reason"): line.lost_reason or "",
        _("Next step"): step(line) + _coming_back(dossier),
        _("Look"): ", ".join(flag_words(reading.flags(line))),
    }
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        if value:
            yield f"  {name:<{width}}  {value}"
    if line.notes:
        yield from ("", *(f"  {text}" for text in line.notes.splitlines()))
    if points := _points(dossier, reading):
        yield from ("", _("To be shown before it leaves {stage}").format(stage=stage.name), *lines(points))
    yield from _hanging(dossier, stages)


def _parts(dossier: Dossier) -> list[tuple[Participant, str]]:
    """Who takes part, with their names."""
    first = [dossier.contact] if dossier.contact else []
    names = {one.id: one.name for one in (*first, *dossier.people)}
    return [(one, names[one.contact_id]) for one in dossier.participants]


def _coming_back(dossier: Dossier) -> str:
    """How often the next step comes back."""
    return lang.again(dossier.next_step.repeat) if dossier.next_step else ""


def _points(dossier: Dossier, reading: Reading) -> list[Point]:
    return checklist(dossier.deal.stage_id, criteria(reading.session.db), dossier.evidence)


def _hanging(dossier: Dossier, stages: Mapping[int, str]) -> Iterator[str]:
    if dossier.participants:
        yield from ("", _("People"))
        yield from (f"  {one.contact_id}  {name}  {one.role}".rstrip() for one, name in _parts(dossier))
    if dossier.quotes:
        yield from ("", _("Quotes"))
        for quote in dossier.quotes:
            yield f"  {quote.number}  {quote.status}  {lang.money(quote.amount, quote.currency)}"
    if dossier.activities:
        yield from ("", _("Activities"))
        for one in dossier.activities:
            when = f"{one.done_at.astimezone():%Y-%m-%d}" if one.done_at else f"→ {one.due_on}"
            repeat = "" if one.done_at else lang.again(one.repeat)
            yield f"  {when}  {lang.kind_word(one.kind)}  {one.text}{repeat}"
    if dossier.visits:
        yield from ("", _("Stages"))
        for visit in dossier.visits:
            left = f" – {visit.left_at.astimezone():%Y-%m-%d}" if visit.left_at else ""
            yield f"  {visit.entered_at.astimezone():%Y-%m-%d}{left}  {stages[visit.stage_id]}"
    yield from ("", _("History"))
    for entry in dossier.entries:
        yield f"  {entry.at.astimezone():%Y-%m-%d %H:%M}  {entry.member or ''}  {told(entry.sentence)}"


COMMANDS = {"show": show}
