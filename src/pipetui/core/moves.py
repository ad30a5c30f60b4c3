"""The verbs on deals. Each returns the changes to write, or raises Refused and says why.

What a verb needs besides the deal (its open visit, its contact) is an argument; a verb over several deals is the
verbs over each, with the same desk. Steps and calls are in `activities`, offers in `quotes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal, Organization, Source, Stage, Tag, Tagging, Visit
from pipetui.core.desk import Desk as Desk
from pipetui.core.desk import new_ids as new_ids
from pipetui.core.desk import next_stage as next_stage
from pipetui.core.desk import previous_stage as previous_stage
from pipetui.core.desk import stage_to_reopen
from pipetui.core.fields import DEAL, day, fit
from pipetui.core.message import say
from pipetui.core.step import Step as Step
from pipetui.core.step import activity
from pipetui.errors import Refused

if TYPE_CHECKING:
    from pipetui.core.deal import Event, Record

Changes = tuple[Change, ...]

UNPINNED: dict[str, Any] = dict.fromkeys(("pinned_chance", "pinned_by_id", "pinned_reason", "pinned_until"))


def written(*changes: Change) -> Changes:
    """The changes that change something."""
    return tuple(change for change in changes if not change.empty)


def open_deal(
    desk: Desk,
    *,
    contact: Contact | None = None,
    organization: Organization | None = None,
    source: Source | None = None,
    tags: Sequence[Tag] = (),
    stage: Stage | None = None,
    step: Step | None = None,
    **values: Any,
) -> Changes:
    """A new deal, owned by who acts, in the first open stage unless told otherwise.

    Records with a negative number (`people.new_contact`...) come with it. `values` are fields of the deal. A deal that
    opens in a closing stage was decided before it was noted: its history is unknown. Raises Refused, Invalid.
    """
    stage = stage or _opening_stage(desk, step)
    if (
        contact is not None
        and organization is not None
        and contact.id < 0
        and contact.organization_id is None
    ):
        contact = replace(contact, organization_id=organization.id)
    given: dict[str, Any] = {"owner_id": desk.me, **fit(DEAL, values)}
    if source is not None:
        given["source_id"] = source.id
    deal = Deal(
        id=desk.new_id(),
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        contact_id=contact.id if contact else None,
        organization_id=organization.id if organization else contact.organization_id if contact else None,
        created_at=desk.now,
        stage_since=desk.now,
        **given,
    )
    deal = _with_pin(deal, desk) if stage.kind == "open" else _opened_closed(deal, stage, desk)
    _check_named(deal)
    new: list[Record] = [record for record in (organization, contact, source) if record and record.id < 0]
    changes = [Change.add(record) for record in (*new, deal)]
    if stage.kind == "open":
        visit = Visit(id=desk.new_id(), deal_id=deal.id, stage_id=stage.id, entered_at=desk.now)
        changes.append(Change.add(visit))
    changes += tag((deal,), tags, (), desk)
    if step is not None:
        changes.append(Change.add(activity(step, desk, deal, due_on=step.due_on or desk.today)))
    return tuple(changes)


def _opening_stage(desk: Desk, step: Step | None) -> Stage:
    """The first open stage; with a meeting booked already, the stage of booked meetings."""
    if not desk.open_stages:
        raise Refused(say("This pipeline has no open stage."), hint=say("Add one first."))
    booked = (stage for stage in desk.open_stages if stage.event == "meeting booked")
    first = desk.open_stages[0]
    return next(booked, first) if step is not None and step.kind == "meeting" else first


def _opened_closed(deal: Deal, stage: Stage, desk: Desk) -> Deal:
    if stage.kind == "lost" and deal.lost_reason_id is None:
        raise _reason_missing()
    return replace(deal, closed_at=desk.now, history_known=False, **UNPINNED)


def _with_pin(deal: Deal, desk: Desk) -> Deal:
    return replace(deal, lost_reason_id=None, pinned_by_id=None if deal.pinned_chance is None else desk.me)


def _check_named(deal: Deal) -> None:
    if not deal.title and deal.contact_id is None and deal.organization_id is None:
        raise Refused(
            say("A deal hangs on a person or a company, or has at least a title."),
            hint=say("Say who it is with or what it is about."),
        )


def _reason_missing() -> Refused:
    return Refused(say("Losing a deal takes a reason."), hint=say("Say why it was lost."))


def move(deal: Deal, visit: Visit | None, to: Stage, desk: Desk, why: Event | None = None) -> Changes:
    """The deal goes to another stage: on, back, over several, won, or open again.

    `visit` is its open visit, None when there is none (a closed deal, or one imported without history). `why` is the
    event that moves it by itself. Raises Refused; for lost, which takes a reason, see `lose`.
    """
    if to.kind == "lost":
        raise _reason_missing()
    return _moved(deal, visit, to, desk, why)


def win(deal: Deal, visit: Visit | None, desk: Desk) -> Changes:
    """The deal is signed. Raises Refused when it is won already."""
    return move(deal, visit, desk.closing("won"), desk)


def lose(deal: Deal, visit: Visit | None, reason_id: int | None, desk: Desk) -> Changes:
    """The deal is lost, for a reason. Raises Refused without one, or when it is lost already."""
    if reason_id is None:
        raise _reason_missing()
    return _moved(deal, visit, desk.closing("lost"), desk, lost_reason_id=reason_id)


def reopen(deal: Deal, visits: Iterable[Visit], desk: Desk, to: Stage | None = None) -> Changes:
    """A closed deal is open again: in `to`, or in the stage it was closed in. Its history stays.

    `visits` are all its visits. Raises Refused when it is open.
    """
    if desk.stage(deal.stage_id).kind == "open":
        raise Refused(say("The deal is open already."))
    last = max(visits, key=lambda visit: visit.entered_at, default=None)
    return move(deal, None, to or stage_to_reopen(deal, desk, last.stage_id if last else None), desk)


def _moved(
    deal: Deal, visit: Visit | None, to: Stage, desk: Desk, why: Event | None = None, **values: Any
) -> Changes:
    here = desk.stage(deal.stage_id)
    _check_move(deal, here, to)
    # Clocks of two machines differ: nobody leaves a stage before entering it.
    moment = max(desk.now, visit.entered_at) if visit else desk.now
    values = {"stage_id": to.id, "stage_since": moment, **_closing(deal, here, to, moment), **values}
    stays = _stays(deal, visit, here, to, moment, why, desk)
    return (Change.edit(deal, **values), *stays)


def _check_move(deal: Deal, here: Stage, to: Stage) -> None:
    if deal.archived_at is not None:
        raise Refused(say("The deal is archived."), hint=say("Restore it first."))
    if to.id == here.id:
        raise Refused(say("The deal stands in {stage} already.", stage=to.name))
    if to.retired_at is not None:
        raise Refused(say("{stage} is retired: it takes no deals any more.", stage=to.name))
    if to.pipeline_id != deal.pipeline_id:
        raise Refused(say("{stage} belongs to another pipeline.", stage=to.name))


def _closing(deal: Deal, here: Stage, to: Stage, moment: datetime) -> dict[str, Any]:
    if to.kind == "open":
        return {"closed_at": None, "closed_from_id": None, "lost_reason_id": None}
    closed_from = here.id if here.kind == "open" else deal.closed_from_id
    return {
        "closed_at": moment,
        "closed_from_id": closed_from,
        "lost_reason_id": None,
        "parked_until": None,
        **UNPINNED,
    }


def _stays(
    deal: Deal, visit: Visit | None, here: Stage, to: Stage, moment: datetime, why: Event | None, desk: Desk
) -> Changes:
    """The open visit ends and one in `to` begins. From lost straight to won, the deal was open again for no time."""
    ended = (Change.edit(visit, left_at=moment, next_stage_id=to.id),) if visit else ()
    if to.kind == "open":
        new = Visit(id=desk.new_id(), deal_id=deal.id, stage_id=to.id, entered_at=moment, why=why)
        return (*ended, Change.add(new))
    if here.kind != "open" and deal.closed_from_id is not None:
        new = Visit(
            id=desk.new_id(),
            deal_id=deal.id,
            stage_id=deal.closed_from_id,
            entered_at=moment,
            left_at=moment,
            next_stage_id=to.id,
            why=why,
        )
        return (*ended, Change.add(new))
    return ended


def record_event(event: Event, deal: Deal, visit: Visit | None, desk: Desk) -> Changes:
    """Something happened that brings a deal into a stage: it moves there when it stands earlier, else nothing changes.

    A signed quote wins the deal when no stage names that event, and reopens a lost one. Archived deals stay put.
    """
    to = next((stage for stage in desk.used if stage.event == event), None)
    if to is None and event == "quote signed":
        to = desk.closing("won")
    here = desk.stage(deal.stage_id)
    if to is None or to.id == here.id or to.kind == "lost" or deal.archived_at is not None:
        return ()
    signed_after_all = event == "quote signed" and here.kind == "lost"
    if (here.kind == "open" and to.position > here.position) or signed_after_all:
        return _moved(deal, visit, to, desk, event)
    return ()


def park(deal: Deal, until: date, desk: Desk) -> Changes:
    """Out of sight and out of the forecast until that day. Raises Refused when closed or when the day is not ahead,
    Invalid when it is too far away.
    """
    _check_open(deal, desk)
    if until <= desk.today:
        raise Refused(say("A deal is parked until a day to come."))
    return written(Change.edit(deal, parked_until=day(until)))


def unpark(deal: Deal, desk: Desk) -> Changes:
    """Back in sight. Raises Refused when it is not parked."""
    if deal.parked_until is None:
        raise Refused(say("The deal is not parked."))
    return written(Change.edit(deal, parked_until=None))


def archive(deal: Deal, desk: Desk) -> Changes:
    """Put away for good; nothing of it is lost. Raises Refused when it is archived already."""
    if deal.archived_at is not None:
        raise Refused(say("The deal is archived already."))
    return (Change.edit(deal, archived_at=desk.now),)


def restore(deal: Deal, desk: Desk) -> Changes:
    """Back from the archive. Raises Refused when it is not there."""
    if deal.archived_at is None:
        raise Refused(say("The deal is not archived."))
    return (Change.edit(deal, archived_at=None),)


def edit(deal: Deal, desk: Desk, **values: Any) -> Changes:
    """Other values for fields that are not moves, cleaned and checked. Raises Invalid, Refused.

    A chance pinned this way is pinned by who acts; without one its reason and its day go too.
    """
    given = fit(DEAL, values)
    if "lost_reason_id" in given:
        _check_reason(deal, given["lost_reason_id"], desk)
    if "pinned_chance" in given:
        pinned = given["pinned_chance"] is not None
        if pinned:
            _check_open(deal, desk)
        given = {**given, "pinned_by_id": desk.me} if pinned else {**given, **UNPINNED}
    _check_named(replace(deal, **given))
    return written(Change.edit(deal, **given))


def _check_reason(deal: Deal, reason_id: int | None, desk: Desk) -> None:
    lost = desk.stage(deal.stage_id).kind == "lost"
    if lost and reason_id is None:
        raise _reason_missing()
    if not lost and reason_id is not None:
        raise Refused(say("The deal is not lost."))


def _check_open(deal: Deal, desk: Desk) -> None:
    if deal.archived_at is not None:
        raise Refused(say("The deal is archived."), hint=say("Restore it first."))
    if desk.stage(deal.stage_id).kind != "open":
        raise Refused(say("The deal is closed."), hint=say("Reopen it first."))


def tag(
    subjects: Iterable[Deal | Contact | Organization],
    tags: Sequence[Tag],
    taggings: Iterable[Tagging],
    desk: Desk,
) -> Changes:
    """Tags on deals, people or companies; what they carry already (`taggings`) stays as it is.

    A tag with a negative number comes with the first of them.
    """
    carried = {(tagging.subject, tagging.subject_id, tagging.tag_id) for tagging in taggings}
    new = [Change.add(one) for one in tags if one.id < 0]
    for subject in subjects:
        kind: Literal["deal", "contact", "organization"] = subject.table  # type: ignore[assignment]
        new += [
            Change.add(Tagging(id=desk.new_id(), tag_id=one.id, subject=kind, subject_id=subject.id))
            for one in tags
            if (kind, subject.id, one.id) not in carried
        ]
    return tuple(new)


def untag(tagging: Tagging) -> Changes:
    """The tag comes off."""
    return (Change.drop(tagging),)
