"""A believable pipeline to try everything on: two years of history and some sixty open deals, the same for the same
seed, day and language. Names come from lists, e-mails end in `.example`, phone numbers lie in the ranges kept for
fiction."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.change import Change
from pipetui.core.deal import (
    Activity,
    ActivityKind,
    Contact,
    Deal,
    Event,
    Goal,
    LostReason,
    Member,
    Organization,
    Quote,
    QuoteStatus,
    Source,
    Stage,
    Tag,
    Tagging,
    View,
    Visit,
)
from pipetui.core.message import Message, say
from pipetui.core.moment import midnight
from pipetui.core.text import fold
from pipetui.demo_office import around
from pipetui.lang import told

if TYPE_CHECKING:
    from pipetui.core.deal import Record
    from pipetui.store.store import Store

YEARS = 2
LEADS_A_DAY = 2.0
"""On working days; with the stays below it keeps about sixty deals open."""


class Country(NamedTuple):
    """The words one half of the sample is made of."""

    name: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    company: tuple[str, ...]
    kinds: tuple[str, ...]
    cities: tuple[str, ...]
    titles: tuple[str | Message, ...]
    jobs: tuple[str | Message, ...]
    """Words of ours are said in the language of the interface."""
    phone: str


FRANCE = Country(
    "France",
    ("Camille", "Élodie", "Hugo", "Inès", "Julien", "Léa", "Manon", "Mathis", "Nadia", "Olivier", "Sébastien", "Zoé"),
    ("Lefèvre", "Moreau", "Girard", "Bonnet", "Mercier", "Rousseau", "Faure", "Garnier", "Chevalier", "Noël"),
    ("Boréal", "Verdier", "Lacroix", "Montclair", "Hélianthe", "Castel", "Rivage", "Tilleul", "Granit", "Mistral",
     "Orléanais", "Séquoia", "Valmont", "Alizé", "Corvette"),
    ("{} SARL", "Atelier {}", "{} & fils", "Maison {}", "{} Conseil", "Groupe {}", "{} Logistique", "Menuiserie {}"),
    ("Lyon", "Nantes", "Bordeaux", "Lille", "Toulouse", "Rennes", "Grenoble", "Annecy"),
    ("Refonte du site", "Contrat de maintenance", "Formation équipe", "Audit énergétique", "Migration ERP",
     "Licences 2 ans", "Portail client", "Étude de faisabilité"),
    ("Directrice", "Gérant", "Responsable achats", "DSI", "Chef de projet", "Directeur commercial"),
    "06 39 98 {:02d} {:02d}",
)  # fmt: skip
BRITAIN = Country(
    "United Kingdom",
    ("Alice", "Ben", "Charlotte", "Daniel", "Freya", "George", "Harriet", "Imran", "Megan", "Owen", "Priya", "Tom"),
    ("Ashworth", "Barlow", "Carter", "Dawson", "Ellis", "Fletcher", "Hughes", "Marsh", "Norris", "Patel", "Whitaker"),
    ("Harbour", "Oakfield", "Kestrel", "Meridian", "Foundry", "Larkspur", "Northgate", "Pennine", "Redwood",
     "Thornbury", "Wexford", "Beacon", "Copperfield"),
    ("{} Ltd", "{} & Sons", "{} Partners", "{} Logistics", "{} Studio", "{} Group", "{} Engineering"),
    ("Leeds", "Bristol", "Glasgow", "Manchester", "Cardiff", "Norwich", "York"),
    (say("Web shop"), say("Support contract"), say("Team training"), say("Energy audit"), say("ERP migration"),
     say("Two-year licences"), say("Client portal"), say("Feasibility study")),
    (say("Managing director"), say("Head of purchasing"), say("IT manager"), say("Project lead"),
     say("Sales director"), say("Founder")),
    "020 7946 0{:01d}{:02d}",
)  # fmt: skip


class Channel(NamedTuple):
    """How often leads come from one of the standard sources, and how much better or worse they advance."""

    share: float
    luck: float


CHANNELS = (
    Channel(0.34, 0.95),
    Channel(0.16, 0.88),
    Channel(0.16, 1.05),
    Channel(0.18, 1.18),
    Channel(0.12, 0.78),
    Channel(0.04, 1.3),
)
"""In the order of the standard sources."""
TAGS = (say("vip"), say("renewal"), say("public sector"), say("urgent"))
COLLEAGUES = (("camille", "Camille Girard"), ("owen", "Owen Marsh"))
ADVANCE = 0.56, 0.58, 0.62, 0.50
"""Chance to go on from each open stage; the last one signs."""
STAY = 8.0, 14.0, 17.0, 27.0
"""Mean days in each open stage."""
SKIPS, FALLS_BACK, GOES_STALE = 0.07, 0.04, 0.05
EVENTS: tuple[Event | None, ...] = (None, "contact made", "meeting booked", "quote sent")
DONE: tuple[tuple[ActivityKind, tuple[Message, ...]], ...] = (
    ("call", (say("First call"), say("Call back"), say("Budget discussed"), say("Asked for references"))),
    ("email", (say("Brochure sent"), say("Answered questions"), say("Follow-up"))),
    ("meeting", (say("Demo on site"), say("Video call"), say("Needs workshop"))),
)
NEXT: tuple[tuple[ActivityKind, Message], ...] = (
    ("call", say("Call back about the budget")),
    ("call", say("Ask who decides")),
    ("email", say("Send the references")),
    ("email", say("Send the revised quote")),
    ("meeting", say("Demo with the team")),
    ("meeting", say("Needs workshop")),
    ("task", say("Prepare the quote")),
)
VIEWS = (
    (say("Mine"), "owner:me"),
    (say("To do"), "next<=today"),
    (say("Large"), "amount>15k"),
    (say("No next step"), "next:none"),
)
"""On the first number keys."""


class Known(NamedTuple):
    """What the store starts with."""

    stages: Sequence[Stage]
    sources: Sequence[Source]
    reasons: Sequence[LostReason]
    members: Sequence[Member]


@dataclass
class Sample:
    """The sample being written: the dice, the day it is made for and the records so far."""

    known: Known
    today: date
    me: int | None
    dice: random.Random
    new_id: count[int] = field(default_factory=lambda: count(-1, -1))
    records: list[Record] = field(default_factory=list)
    companies: list[tuple[Organization, list[Contact], Country]] = field(default_factory=list)

    def add(self, record: Record) -> int:
        """Keep a record and return its number."""
        self.records.append(record)
        return record.id

    @property
    def now(self) -> datetime:
        """The first minute of the day the sample is made for: nothing in it happens later."""
        return midnight(self.today)

    @property
    def open_stages(self) -> list[Stage]:
        """The stages before won and lost, in order."""
        return [stage for stage in self.known.stages if stage.kind == "open"]

    def closing_stage(self, kind: str) -> Stage:
        """The stage of kind `won` or `lost`."""
        return next(stage for stage in self.known.stages if stage.kind == kind)


def write(store: Store, today: date, seed: int = 1) -> None:
    """Fill a new store with the sample, from its own stages, sources and reasons; undo does not take it back."""
    known = Known(store.all(Stage), store.all(Source), store.all(LostReason), store.all(Member))
    sample = Sample(known, today, store.me, random.Random(f"{seed}"))
    _everything(sample)
    sample.records += around(sample, seed)
    store.load(say("The demo"), (Change.add(record) for record in sample.records), undoable=False)


def _everything(sample: Sample) -> None:
    logins = {member.login for member in sample.known.members}
    colleagues = [
        Member(id=next(sample.new_id), login=login, name=name)
        for login, name in COLLEAGUES
        if login not in logins
    ]
    owners = [sample.me, *map(sample.add, colleagues)]
    tags = [sample.add(Tag(id=next(sample.new_id), name=told(name))) for name in TAGS]
    _companies(sample)
    for created in _arrivals(sample):
        _deal(sample, created, sample.dice.choice(owners), tags)
    _goals_and_views(sample)


def _arrivals(sample: Sample) -> Iterator[datetime]:
    """When leads came in: on working days, fewer in August, in working hours."""
    day = sample.today - timedelta(days=round(365.25 * YEARS))
    while day < sample.today:
        rate = 0.0 if day.weekday() > 4 else LEADS_A_DAY * (0.4 if day.month == 8 else 1.0)
        for _ in range(sum(sample.dice.random() < rate / 4 for _ in range(4))):
            yield midnight(day) + timedelta(minutes=sample.dice.randrange(8 * 60, 18 * 60))
        day += timedelta(days=1)


def _companies(sample: Sample) -> None:
    dice, start = sample.dice, sample.now - timedelta(days=round(365.25 * YEARS) + 30)
    for country in (FRANCE, BRITAIN):
        names = [kind.format(word) for word in country.company for kind in dice.sample(country.kinds, 4)]
        for name in names:
            city = dice.choice(country.cities)
            domain = f"{fold(name).replace(' & ', '-').replace(' ', '-')}.example"
            company = Organization(
                id=next(sample.new_id), name=name, website=domain, city=city, country=country.name,
                phone=_phone(sample, country), employees=dice.choice((8, 20, 45, 120, 300)), created_at=start,
            )  # fmt: skip
            sample.add(company)
            people = [_person(sample, country, company, domain) for _ in range(dice.choice((1, 1, 2)))]
            sample.companies.append((company, people, country))


def _phone(sample: Sample, country: Country) -> str:
    return country.phone.format(sample.dice.randrange(10), sample.dice.randrange(100))


def _person(sample: Sample, country: Country, company: Organization, domain: str) -> Contact:
    first, last = sample.dice.choice(country.first), sample.dice.choice(country.last)
    person = Contact(
        id=next(sample.new_id), name=f"{first} {last}", organization_id=company.id,
        job=_said(sample.dice.choice(country.jobs)), email=f"{fold(first)}.{fold(last)}@{domain}",
        phone=_phone(sample, country), city=company.city,
        country=country.name, created_at=company.created_at,
    )  # fmt: skip
    sample.add(person)
    return person


def _said(words: str | Message) -> str:
    return words if isinstance(words, str) else told(words)


def _deal(sample: Sample, created: datetime, owner: int | None, tags: list[int]) -> None:
    dice = sample.dice
    company, people, country = dice.choice(sample.companies)
    source, channel = dice.choices(
        list(zip(sample.known.sources, CHANNELS, strict=False)), [channel.share for channel in CHANNELS]
    )[0]
    amount = round(dice.lognormvariate(9.0, 0.75) / 100) * 100 * 100
    deal = Deal(
        id=next(sample.new_id), pipeline_id=sample.known.stages[0].pipeline_id, stage_id=sample.open_stages[0].id,
        title=_said(dice.choice(country.titles)), contact_id=dice.choice(people).id, organization_id=company.id,
        amount=None if dice.random() < 0.06 else amount, owner_id=owner, source_id=source.id, created_at=created,
        stage_since=created,
    )  # fmt: skip
    visits = _journey(sample, deal, channel.luck)
    deal = _settled(sample, deal, visits)
    sample.add(deal)
    for visit in visits:
        sample.add(visit)
        _past_activities(sample, deal, visit)
    _quotes(sample, deal, visits)
    if deal.closed_at is None:
        _next_step(sample, deal)
    if dice.random() < 0.12:
        tagging = Tagging(
            id=next(sample.new_id), tag_id=dice.choice(tags), subject="deal", subject_id=deal.id
        )
        sample.add(tagging)


def _journey(sample: Sample, deal: Deal, luck: float) -> list[Visit]:
    """The stays of a deal up to today; the last one is open, or names won or lost as what came next."""
    dice, stages = sample.dice, sample.open_stages
    visits: list[Visit] = []
    at, moment, why = 0, deal.created_at, None
    while True:
        visit = Visit(
            id=next(sample.new_id), deal_id=deal.id, stage_id=stages[at].id, entered_at=moment, why=why
        )
        stale = dice.random() < GOES_STALE
        stay = timedelta(
            days=dice.uniform(50, 140) if stale else dice.gammavariate(1.6, STAY[min(at, 3)] / 1.6) + 0.05
        )
        if moment + stay >= sample.now:
            return [*visits, visit]
        moment += stay
        to = _destination(sample, at, luck)
        visits.append(replace(visit, left_at=moment, next_stage_id=to.id))
        if to.kind != "open":
            return visits
        at = stages.index(to)
        why = EVENTS[at] if at < len(EVENTS) and dice.random() < 0.6 else None


def _destination(sample: Sample, at: int, luck: float) -> Stage:
    dice, stages = sample.dice, sample.open_stages
    if at and dice.random() < FALLS_BACK:
        return stages[at - 1]
    if dice.random() >= min(ADVANCE[min(at, 3)] * luck, 0.9):
        return sample.closing_stage("lost")
    if at + 1 >= len(stages):
        return sample.closing_stage("won")
    return stages[min(at + 1 + (dice.random() < SKIPS), len(stages) - 1)]


def _settled(sample: Sample, deal: Deal, visits: list[Visit]) -> Deal:
    """The deal as its last visit left it."""
    dice, last = sample.dice, visits[-1]
    if last.left_at is None:
        known = len(visits) > 1 or dice.random() < 0.4
        close = sample.today + timedelta(days=dice.randrange(-6, 70)) if known else None
        park = sample.today + timedelta(days=dice.randrange(10, 60)) if dice.random() < 0.05 else None
        return replace(
            deal, stage_id=last.stage_id, stage_since=last.entered_at, expected_close=close, parked_until=park
        )
    assert last.next_stage_id is not None
    won = last.next_stage_id == sample.closing_stage("won").id
    return replace(
        deal, stage_id=last.next_stage_id, stage_since=last.left_at, closed_at=last.left_at,
        closed_from_id=last.stage_id, lost_reason_id=None if won else dice.choice(sample.known.reasons).id,
        amount=deal.amount or (950_000 if won else None),
    )  # fmt: skip


def _past_activities(sample: Sample, deal: Deal, visit: Visit) -> None:
    dice, until = sample.dice, visit.left_at or sample.now
    for _ in range(dice.choice((0, 1, 1, 2))):
        kind, texts = dice.choice(DONE)
        done = visit.entered_at + (until - visit.entered_at) * dice.random()
        activity = Activity(
            id=next(sample.new_id), deal_id=deal.id, contact_id=deal.contact_id, kind=kind,
            text=told(dice.choice(texts)), due_on=done.date(), done_at=done, owner_id=deal.owner_id,
            created_at=visit.entered_at,
        )  # fmt: skip
        sample.add(activity)


def _next_step(sample: Sample, deal: Deal) -> None:
    dice = sample.dice
    if dice.random() < 0.14:
        return
    kind, text = dice.choice(NEXT)
    due = sample.today + timedelta(days=dice.choice((-3, -1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 7, 9, 14)))
    hour = f"{dice.randrange(9, 18):02d}:{dice.choice((0, 30)):02d}" if kind == "meeting" else None
    activity = Activity(
        id=next(sample.new_id), deal_id=deal.id, contact_id=deal.contact_id, kind=kind, text=told(text), due_on=due,
        due_time=hour, owner_id=deal.owner_id, created_at=sample.now - timedelta(days=1),
    )  # fmt: skip
    sample.add(activity)


def _quotes(sample: Sample, deal: Deal, visits: list[Visit]) -> None:
    """One quote for each deal that reached the last open stage."""
    offered = [visit for visit in visits if visit.stage_id == sample.open_stages[-1].id]
    if not offered or deal.amount is None:
        return
    kinds = {stage.id: stage.kind for stage in sample.known.stages}
    status: QuoteStatus = {"won": "signed", "lost": "refused"}.get(kinds[deal.stage_id], "sent")  # type: ignore[assignment]
    sent = offered[-1].entered_at.astimezone().date()
    quote = Quote(
        id=next(sample.new_id), deal_id=deal.id, number=f"{sent:%Y}-{sample.dice.randrange(1000, 9999)}",
        amount=deal.amount, currency=deal.currency, status=status, created_at=offered[-1].entered_at, sent_on=sent,
        valid_until=sent + timedelta(days=45),
        decided_on=deal.closed_at.astimezone().date() if deal.closed_at else None,
    )  # fmt: skip
    sample.add(quote)


def _goals_and_views(sample: Sample) -> None:
    """A goal that is not reached yet, and a view on each of the first number keys."""
    pipeline, won = sample.known.stages[0].pipeline_id, sample.closing_stage("won").id
    month = midnight(sample.today.replace(day=1))
    deals = [record for record in sample.records if isinstance(record, Deal) and record.stage_id == won]
    target = sum(deal.closed_at is not None and deal.closed_at >= month for deal in deals) + 3
    sample.add(
        Goal(
            id=next(sample.new_id),
            pipeline_id=pipeline,
            period=f"{sample.today:%Y-%m}",
            metric="wins",
            target=target,
        )
    )
    for slot, (name, query) in enumerate(VIEWS, start=1):
        sample.add(View(id=next(sample.new_id), name=told(name), query=query, slot=slot))
