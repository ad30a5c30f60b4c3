"""The customer file: people, companies, tags, sources, reasons to lose; and the goals of the team.

The `new_` functions make records with negative numbers, cleaned and checked, to be given to a verb or written with
`add`. Nothing that has a history is deleted: it is merged or archived.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from pipetui.core.change import Change, Scalar
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    Goal,
    LostReason,
    Metric,
    Organization,
    Participant,
    Source,
    Spending,
    Tag,
    Tagging,
)
from pipetui.core.desk import Desk
from pipetui.core.fields import CONTACT, MOST, ORGANIZATION, currency, fit, name, word
from pipetui.core.message import say
from pipetui.core.moves import Changes, written
from pipetui.core.moves import tag as tagged
from pipetui.errors import Invalid, Refused

Party = TypeVar("Party", Contact, Organization)
Word = TypeVar("Word", Tag, Source, LostReason)


def new_contact(desk: Desk, **values: Any) -> Contact:
    """A person, not stored yet. Raises Invalid."""
    return Contact(id=desk.new_id(), created_at=desk.now, **fit(CONTACT, {"owner_id": desk.me, **values}))


def new_organization(desk: Desk, **values: Any) -> Organization:
    """A company, not stored yet. Raises Invalid."""
    given = fit(ORGANIZATION, {"owner_id": desk.me, **values})
    return Organization(id=desk.new_id(), created_at=desk.now, **given)


def new_word(kind: type[Word], desk: Desk, text: str) -> Word:
    """A tag, a source or a lost reason, not stored yet. Raises Invalid when nothing is left of its name."""
    return kind(id=desk.new_id(), name=name(text.lstrip("#")) if kind is Tag else name(text))


def add(*records: Contact | Organization | Tag | Source | LostReason) -> Changes:
    """New records alone, without a deal."""
    return tuple(Change.add(record) for record in records)


def edit(party: Contact | Organization, **values: Any) -> Changes:
    """Other values for a person or a company. Raises Invalid."""
    rules = CONTACT if isinstance(party, Contact) else ORGANIZATION
    return written(Change.edit(party, **fit(rules, values)))


def rename(word: Tag | Source | LostReason, text: str) -> Changes:
    """Another name for a tag, a source or a lost reason. Raises Invalid."""
    return written(Change.edit(word, name=name(text)))


def spend(
    source: Source, desk: Desk, amount: int, in_currency: str, spent_on: date, text: str = ""
) -> Changes:
    """What was paid for leads of a source, in minor units; the source may be a new one. Raises Invalid."""
    if not 0 < amount <= MOST:
        raise Invalid(say("A cost is more than nothing."))
    paid = Spending(
        id=desk.new_id(),
        source_id=source.id,
        spent_on=spent_on,
        amount=amount,
        currency=currency(in_currency),
        text=word(text),
    )
    return (*(add(source) if source.id < 0 else ()), Change.add(paid))


def merge(
    gone: Party,
    kept: Party,
    desk: Desk,
    attached: Iterable[Deal | Activity | Contact | Tagging | Participant],
    chosen: Mapping[str, Any] | None = None,
) -> Changes:
    """Two records of the same person or company become one: what hangs on `gone` hangs on `kept`, then it is archived.

    `attached` is everything that refers to either of them. Fields that are empty in `kept` are filled, notes are
    joined, `chosen` are values that were decided; a tag or a part in a deal both have stays once. Who wants no
    marketing is believed. Raises Refused for one and the same record.
    """
    if gone.id == kept.id:
        raise Refused(say("Choose another record to merge with."))
    attached = list(attached)
    carried = {_place(one) for one in attached if _hangs_on(one, kept)}
    filled = {**_filled(gone, kept), **(chosen or {})}
    if filled.get("organization_id") == kept.id:
        del filled["organization_id"]
    if gone.opted_out_at is not None and kept.opted_out_at is None:
        filled["opted_out_at"] = gone.opted_out_at
    moved = (_rehung(one, gone, kept.id, carried) for one in attached)
    return written(Change.edit(kept, **filled), *moved, Change.edit(gone, archived_at=desk.now))


def _filled(gone: Party, kept: Party) -> dict[str, Any]:
    rules = CONTACT if isinstance(kept, Contact) else ORGANIZATION
    filled = {
        field: getattr(gone, field)
        for field in rules
        if getattr(kept, field) in (None, "") and getattr(gone, field) not in (None, "")
    }
    if gone.notes and kept.notes and gone.notes != kept.notes:
        filled["notes"] = f"{kept.notes}\n\n{gone.notes}"
    return filled


def _hangs_on(one: Deal | Activity | Contact | Tagging | Participant, party: Contact | Organization) -> bool:
    if isinstance(one, Tagging):
        return (one.subject, one.subject_id) == (party.table, party.id)
    return isinstance(one, Participant) and isinstance(party, Contact) and one.contact_id == party.id


def _place(one: Deal | Activity | Contact | Tagging | Participant) -> tuple[str, int]:
    """What a record can have once: a tag, a part in a deal."""
    if isinstance(one, Tagging):
        return "tag", one.tag_id
    return one.table, one.deal_id if isinstance(one, Participant) else one.id


def _rehung(
    one: Deal | Activity | Contact | Tagging | Participant,
    gone: Contact | Organization,
    kept_id: int,
    carried: set[tuple[str, int]],
) -> Change:
    if isinstance(one, Tagging | Participant):
        if not _hangs_on(one, gone):
            return Change.edit(one)
        if _place(one) in carried:
            return Change.drop(one)
        return Change.edit(one, **{"subject_id" if isinstance(one, Tagging) else "contact_id": kept_id})
    field = "contact_id" if isinstance(gone, Contact) else "organization_id"
    refers = getattr(one, field, None) == gone.id
    return Change.edit(one, **{field: kept_id}) if refers else Change.edit(one)


def opt(party: Contact | Organization, desk: Desk, out: bool) -> Changes:
    """Marketing is not wanted any more, or is welcome again. Raises Refused when it was said already."""
    if (party.opted_out_at is not None) == out:
        raise Refused(
            say("{name} wants no marketing already.", name=party.name)
            if out
            else say("{name} has not refused marketing.", name=party.name)
        )
    return (Change.edit(party, opted_out_at=desk.now if out else None),)


def retag(
    party: Contact | Organization, tags: Sequence[Tag], taggings: Iterable[Tagging], desk: Desk
) -> Changes:
    """They carry these tags and no others; `taggings` is what they carry now. A new tag comes with it."""
    own = list(taggings)
    wanted, carried = {one.id for one in tags}, {one.tag_id for one in own}
    gone = [Change.drop(one) for one in own if one.tag_id not in wanted]
    come = [one for one in tags if one.id not in carried]
    return (*gone, *tagged([party], come, [], desk))


def take_part(deal: Deal, contact: Contact, role: str, parts: Iterable[Participant], desk: Desk) -> Changes:
    """A person plays a part in a deal; said again, the part is another. A new person comes with it. Raises Invalid."""
    said = word(role)
    there = next((one for one in parts if (one.deal_id, one.contact_id) == (deal.id, contact.id)), None)
    if there is not None:
        return written(Change.edit(there, role=said))
    new = (Change.add(contact),) if contact.id < 0 else ()
    part = Participant(id=desk.new_id(), deal_id=deal.id, contact_id=contact.id, role=said)
    return (*new, Change.add(part))


def leave_deal(part: Participant) -> Changes:
    """The person takes no part any more."""
    return (Change.drop(part),)


def archive(party: Contact | Organization, desk: Desk) -> Changes:
    """Out of the lists; its deals stay. Raises Refused when it is archived already."""
    if party.archived_at is not None:
        raise Refused(say("{name} is archived already.", name=party.name))
    return (Change.edit(party, archived_at=desk.now),)


def restore(party: Contact | Organization) -> Changes:
    """Back from the archive. Raises Refused when it is not there."""
    if party.archived_at is None:
        raise Refused(say("{name} is not archived.", name=party.name))
    return (Change.edit(party, archived_at=None),)


def delete(
    party: Contact | Organization,
    deals: int,
    people: int = 0,
    attached: Iterable[Activity | Tagging] = (),
) -> Changes:
    """A record made by mistake goes, with what is `attached` to it alone.

    Raises Refused when it has so many `deals` or, for a company, `people`.
    """
    if deals or people:
        raise Refused(
            say("{name} has deals or people.", name=party.name),
            hint=say("Merge it with another record, or archive it."),
        )
    return (*(Change.drop(one) for one in attached), Change.drop(party))


PERIOD = re.compile(r"\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?|\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d")


def set_goal(
    desk: Desk,
    goals: Iterable[Goal],
    *,
    period: str,
    metric: Metric,
    target: int,
    pipeline_id: int,
    stage_id: int | None = None,
    owner_id: int | None = None,
    money: str | None = None,
) -> Changes:
    """A target for a period, in place of the one among `goals` for the same period, metric, stage and owner.

    `target` counts deals, or minor units of the currency `money` for revenue. Raises Refused, Invalid.
    """
    if not PERIOD.fullmatch(period):
        raise Invalid(
            say('A goal cannot be set for "{text}".', text=period), hint=say("Say 2026-11, 2026-Q4 or 2026.")
        )
    if not 1 <= target <= MOST:
        raise Invalid(say("A goal is more than zero."))
    if metric == "revenue" and money is None:
        raise Invalid(say("A goal for revenue needs a currency."))
    if metric == "reach" and (stage_id is None or desk.stage(stage_id).kind != "open"):
        raise Refused(say("Choose the open stage to reach."))
    key: Mapping[str, Scalar] = {
        "period": period,
        "metric": metric,
        "pipeline_id": pipeline_id,
        "stage_id": stage_id if metric == "reach" else None,
        "owner_id": owner_id,
    }
    values = {"target": target, "currency": currency(money) if metric == "revenue" and money else None}
    for goal in goals:
        if all(getattr(goal, field) == value for field, value in key.items()):
            return written(Change.edit(goal, **values))
    return (Change.add(Goal(id=desk.new_id(), **key, **values)),)  # type: ignore[arg-type]


def drop_goal(goal: Goal) -> Changes:
    """The target is given up."""
    return (Change.drop(goal),)
