"""What a company keeps around the deals of the demo: what its sources cost, the lines of its quotes, who takes part in
a deal, what its stages ask for, and the usual disorder of a customer file. It throws dice of its own."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pipetui.core.deal import (
    Activity,
    Contact,
    Criterion,
    Deal,
    Evidence,
    Organization,
    Participant,
    Quote,
    QuoteLine,
    Spending,
    Tag,
    Tagging,
    View,
    Visit,
)
from pipetui.core.message import say
from pipetui.core.query import Not, Term
from pipetui.core.text import fold
from pipetui.lang import _, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from itertools import count

    from pipetui.core.deal import Record
    from pipetui.demo import Sample

COSTS = (45_000, 30_000, 0, 8_000, 22_000, 0)
"""Minor units a month, in the order of the standard sources."""
SHOW, SHOW_MONTHS = 2, (3, 10)
SHOW_COST = 640_000
"""The trade show is paid when it takes place."""
ROLES = (say("decides"), say("pays"), say("uses it"), say("technical advice"))
CRITERIA = (
    (say("The need is said in their words"), say("The person is reachable")),
    (say("The project is known"), say("Budget order of magnitude"), say("Who decides is known")),
    (say("Everybody who decides was there"), say("The next date is set")),
    (say("The quote was walked through"), say("The date of the decision is known")),
)
"""What each open stage asks for before a deal leaves it."""
NEWSLETTER = say("newsletter")
REFERRED = 3
"""The place of the referrals among the standard sources."""


def around(sample: Sample, seed: int) -> list[Record]:
    """The records around the deals of the sample, which hold them already."""
    dice = random.Random(f"office {seed}")
    deals = [record for record in sample.records if isinstance(record, Deal)]
    return [
        *_costs(sample, dice),
        *_lines(sample, dice),
        *_parts(sample, deals, dice),
        *_criteria(sample, deals, dice),
        *_customer_file(sample, dice),
    ]


def _costs(sample: Sample, dice: random.Random) -> Iterator[Record]:
    first = sample.today.replace(day=1)
    months = [(first - timedelta(days=30 * back)).replace(day=1) for back in range(24)]
    for place, source in enumerate(sample.known.sources):
        for month in months:
            cost = COSTS[place] if place < len(COSTS) else 0
            if place == SHOW and month.month in SHOW_MONTHS:
                cost = SHOW_COST
            if cost:
                yield Spending(
                    id=next(sample.new_id), source_id=source.id, spent_on=month, currency="EUR",
                    amount=round(cost * dice.uniform(0.8, 1.2) / 100) * 100,
                )  # fmt: skip


def _lines(sample: Sample, dice: random.Random) -> Iterator[Record]:
    """Days of work and a fixed part; together they are the amount of the quote."""
    titles = {record.id: record.title for record in sample.records if isinstance(record, Deal)}
    for quote in [record for record in sample.records if isinstance(record, Quote)]:
        days = dice.randrange(2, 9)
        price = quote.amount * 6 // 10 // days // 100 * 100
        rest = quote.amount - days * price
        parts = ((titles[quote.deal_id], str(days), price), (_("Travel and preparation"), "1", rest))
        for position, (text, quantity, unit) in enumerate(parts):
            yield QuoteLine(
                id=next(sample.new_id), quote_id=quote.id, position=position, text=text, quantity=quantity,
                unit_price=unit, tax="20",
            )  # fmt: skip


def _parts(sample: Sample, deals: list[Deal], dice: random.Random) -> Iterator[Record]:
    staff: dict[int | None, list[Contact]] = defaultdict(list)
    for record in sample.records:
        if isinstance(record, Contact):
            staff[record.organization_id].append(record)
    for deal in deals:
        colleagues = staff[deal.organization_id]
        if len(colleagues) < 2 or dice.random() < 0.4:
            continue
        for person, role in zip(colleagues, dice.sample(ROLES, len(colleagues)), strict=True):
            yield Participant(id=next(sample.new_id), deal_id=deal.id, contact_id=person.id, role=told(role))


def _criteria(sample: Sample, deals: list[Deal], dice: random.Random) -> Iterator[Record]:
    """What was shown of a deal, more often when it was won in the end."""
    asked: dict[int, list[Criterion]] = {}
    for stage, texts in zip(sample.open_stages, CRITERIA, strict=False):
        asked[stage.id] = [
            Criterion(id=next(sample.new_id), stage_id=stage.id, text=told(text), position=place)
            for place, text in enumerate(texts)
        ]
        yield from asked[stage.id]
    won = {deal.id for deal in deals if deal.stage_id == sample.closing_stage("won").id}
    owners = {deal.id: deal.owner_id for deal in deals}
    done: set[tuple[int, int]] = set()
    for visit in [record for record in sample.records if isinstance(record, Visit)]:
        chance = 0.85 if visit.deal_id in won else 0.55
        for criterion in asked.get(visit.stage_id, ()):
            if (visit.deal_id, criterion.id) in done or dice.random() > chance:
                continue
            done.add((visit.deal_id, criterion.id))
            ticked = visit.entered_at + ((visit.left_at or sample.now) - visit.entered_at) * dice.random()
            yield Evidence(
                id=next(sample.new_id), deal_id=visit.deal_id, criterion_id=criterion.id,
                owner_id=owners[visit.deal_id], ticked_at=ticked,
            )  # fmt: skip


def _customer_file(sample: Sample, dice: random.Random) -> Iterator[Record]:
    """Who reads the newsletter, who wants none, who was noted twice, and a call that comes back every month."""
    people = [record for record in sample.records if isinstance(record, Contact)]
    tag = Tag(id=next(sample.new_id), name=told(NEWSLETTER))
    yield tag
    for person in dice.sample(people, len(people) // 3):
        yield Tagging(id=next(sample.new_id), tag_id=tag.id, subject="contact", subject_id=person.id)
    for person in dice.sample(people, 3):
        yield _again(person, sample.new_id)
    for person in dice.sample(people, 4):
        wished = replace(person, opted_out_at=person.created_at + timedelta(days=90))
        sample.records[sample.records.index(person)] = wished
    for name, query in _segments(sample):
        yield View(id=next(sample.new_id), name=name, query=query, segment=True)
    company = dice.choice([record for record in sample.records if isinstance(record, Organization)])
    yield Activity(
        id=next(sample.new_id), organization_id=company.id, kind="call", text=_("Monthly call"), repeat="1m",
        due_on=sample.today + timedelta(days=6), owner_id=sample.me, created_at=sample.now - timedelta(days=24),
    )  # fmt: skip


def _segments(sample: Sample) -> Iterator[tuple[str, str]]:
    """Name and query; the queries ask for tags and sources as this sample calls them."""
    read = Term("tag", ":", (fold(told(NEWSLETTER)),))
    yield _("Newsletter"), f"contacts: {read}"
    yield _("Customers without news"), f"contacts: is:won {Not(read)} has:email"
    yield _("Big companies"), "organizations: amount>20k"
    if len(sample.known.sources) > REFERRED:
        source = Term("source", ":", (fold(sample.known.sources[REFERRED].name),))
        yield _("Referrals"), f"deals: {source}"


def _again(person: Contact, new_id: count[int]) -> Contact:
    """The same person, as a colleague noted them in a hurry."""
    first, _, last = person.name.partition(" ")
    return Contact(
        id=next(new_id), name=f"{first[:1]}. {last}", phone=person.phone, organization_id=person.organization_id,
        created_at=person.created_at + timedelta(days=200),
    )  # fmt: skip
