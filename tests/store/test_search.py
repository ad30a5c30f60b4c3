"""The SQL of a filter means what `core.query.matches` means, on both engines."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from pipetui.core.deal import Deal
from pipetui.core.hygiene import flags
from pipetui.core.moment import local_day, period
from pipetui.core.money import Money
from pipetui.core.query import And, Facts, Flag, matches, parse
from pipetui.core.text import fold
from pipetui.store import search, windows
from pipetui.store.pace import paces
from pipetui.store.windows import Scope
from sample import NOW, TODAY, Sample, fill

if TYPE_CHECKING:
    from pipetui.store.store import Store

ME = 100
QUERIES = (
    "site", "SITE", "été", "ete", "acme", "[/b]", "100%", "100 %_off", "%", "_", "\\", "o'neill", "海外",
    '"dupont & fils"', "marie acme", "nothing-like-it", "example.org",
    "vip", "a", "'; DROP TABLE deal; --", "-site", "-nothing-like-it",
    "stage:quote", "stage:q", "stage:lead,quote", "stage:nowhere", "-stage:lead", "stage:none",
    "owner:me", "owner:ada", "owner:emile", "owner:m1", "owner:none", "-owner:me", "owner:me,none",
    "tag:vip", "tag:v", "tag:ete", "tag:none", "-tag:vip", "tag:vip,cold", "-tag:none", "tag:50%", "tag:nothing",
    "source:salon", "source:web", "source:none", "-source:blog", 'source:"web site"',
    "org:acme", "org:vip", "org:none", "-org:acme", 'org:"acme sa"', "org:clair", "org:海",
    "contact:jose", "contact:marie,zoe", "contact:none", "-contact:marie", "title:site", "title:none", "-title:audit",
    "reason:too", "reason:none", "-reason:too", "pipeline:sales", "pipeline:other",
    "amount>10k", "amount>=10k", "amount<10k", "amount<=10k", "amount:10k", "amount:none", "-amount:none",
    "-amount>10k", "amount>9999.995", "amount<=9999.99", "amount<900000000000", "amount<0",
    "amount:0", "amount<999999.50",
    "amount>=999999.50", "amount:999999.50",
    "chance>30", "chance:33", "chance:none", "-chance:none", "chance<=0", "chance<999999999999999999",
    "age>30d", "age<30d", "age:20d", "age>=20", "age<=19", "-age>30d", "age>99999y", "age<99999y", "age:none",
    "close:this-month", "close<2026-12-01", "close>today", "close<=today", "close>=2026-11-23", "close:none",
    "-close:this-month", "close:all", "close>all", "close<all", "close:2026-11-23,2026-11-24",
    "created:2026", "created<2026-11-01", "created>2026-10", "-created:2026-10", "created>=0001-01-01",
    "closed:2026-11", "closed:none", "closed<2026-11", "closed>=2026-11-01", "-closed:2026-11",
    "next:none", "next:today", "next<today", "next>=tomorrow", "-next:today",
    "is:open", "is:won", "is:lost", "is:closed", "is:stalled", "is:late", "is:today", "is:none", "is:overdue",
    "is:parked", "is:archived", "is:pinned", "is:orphaned", "-is:orphaned", "is:orphaned owner:m1",
    "-is:open", "-is:parked", "-is:archived", "-is:stalled", "-is:late",
    "is:late,none", "is:archived is:won", "", "   ",
)  # fmt: skip


@pytest.fixture
def sample(store: Store) -> Sample:
    return fill(store, seed=4, many=150)


def facts_of(sample: Sample, deal: Deal, pace: dict[int, int]) -> Facts:
    stage, step = sample.stage(deal), sample.steps.get(deal.id)
    contact = sample.contacts.get(deal.contact_id or 0)
    organization = sample.organizations.get(deal.organization_id or 0)
    owner, source = sample.members.get(deal.owner_id or 0), sample.sources.get(deal.source_id or 0)
    reason = sample.reasons.get(deal.lost_reason_id or 0)
    tags = sample.tags[deal.id]
    due = step.due_on if step else None
    pinned = deal.pinned_chance if deal.pinned_until is None or deal.pinned_until >= TODAY else None
    found: set[Flag] = {stage.kind} | set(
        flags(
            kind=stage.kind, next_due=due, stage_since=deal.stage_since, parked_until=deal.parked_until,
            expected_close=deal.expected_close, stalled_after=pace.get(stage.id), now=NOW, today=TODAY,
        )
    )  # fmt: skip
    if stage.kind != "open":
        found.add("closed")
    if deal.archived_at:
        found.add("archived")
    if pinned is not None:
        found.add("pinned")
    if stage.kind == "open" and owner is not None and owner.retired_at is not None:
        found.add("orphaned")
    reachable = (contact.email, contact.phone) if contact else ()
    company = (organization.email, organization.phone) if organization else ()
    names = (organization.name if organization else None, contact.name if contact else None)
    return Facts(
        stage=stage.name, pipeline="Sales", owner=f"{owner.name} {owner.login}" if owner else None,
        mine=deal.owner_id == ME, tags=tags, source=source and source.name, org=names[0], contact=names[1],
        title=deal.title, reason=reason and reason.name,
        amount=None if deal.amount is None else Money(deal.amount, deal.currency).decimal, chance=pinned,
        age=(NOW - deal.stage_since) // timedelta(days=1), close=deal.expected_close,
        created=local_day(deal.created_at),
        closed=local_day(deal.closed_at) if deal.closed_at else None, next=due, flags=frozenset(found),
        words="\n".join(fold(word or "") for word in (deal.title, *names, *reachable, *company, *tags)),
    )  # fmt: skip


def found(store: Store, sample: Sample, query: str) -> set[int]:
    scope = Scope(sample.stages[0].pipeline_id, TODAY, NOW, filter=parse(query, TODAY), me=ME)
    return {line.id for line in windows.listing(store.db, scope)}


def meant(sample: Sample, query: str, facts: dict[int, Facts]) -> set[int]:
    expr = parse(query, TODAY)
    archived = search.speaks_of(expr, "archived")
    return {
        deal.id
        for deal in sample.deals
        if (archived or not deal.archived_at) and matches(expr, facts[deal.id])
    }


def test_every_term_finds_what_it_means(store: Store, sample: Sample) -> None:
    facts = {deal.id: facts_of(sample, deal, paces(store.db)) for deal in sample.deals}
    wrong = [query for query in QUERIES if found(store, sample, query) != meant(sample, query, facts)]
    assert wrong == []


def test_terms_together_find_what_they_mean(store: Store, sample: Sample) -> None:
    facts = {deal.id: facts_of(sample, deal, paces(store.db)) for deal in sample.deals}
    dice = Random(5)
    several = [" ".join(dice.sample(QUERIES, dice.choice((2, 3)))) for _ in range(150)]
    wrong = [query for query in several if found(store, sample, query) != meant(sample, query, facts)]
    assert wrong == []
    assert sum(bool(meant(sample, query, facts)) for query in several) > 20


def test_columns_and_pages_go_through_the_filter(store: Store, sample: Sample) -> None:
    facts = {deal.id: facts_of(sample, deal, paces(store.db)) for deal in sample.deals}
    for query in (
        "site",
        "owner:me",
        "amount>10k",
        "is:parked",
        "is:archived",
        "closed:2026-11",
        "-tag:vip next:none",
    ):
        scope = Scope(sample.stages[0].pipeline_id, TODAY, NOW, filter=parse(query, TODAY), me=ME)
        parked = search.speaks_of(parse(query, TODAY), "parked")
        shown = {
            deal_id
            for deal_id in meant(sample, query, facts)
            if parked or "parked" not in facts[deal_id].flags
        }
        columns = windows.columns(store.db, scope)
        assert sum(column.count for column in columns) == len(shown)
        pages = [
            [card.id for card in windows.page(store.db, scope, column.stage.id, "urgency", 0, 200)]
            for column in columns
        ]
        assert [column.count for column in columns] == [len(page) for page in pages]
        assert {deal_id for page in pages for deal_id in page} == shown
        for page in pages:
            assert [windows.place(store.db, scope, deal_id, "urgency") for deal_id in page] == list(
                range(len(page))
            )


def test_a_filter_on_the_closing_day_takes_the_place_of_the_period(store: Store, sample: Sample) -> None:
    query = parse("closed>=2026-11-01", TODAY)
    asked = Scope(sample.stages[0].pipeline_id, TODAY, NOW, filter=query)
    narrow = Scope(sample.stages[0].pipeline_id, TODAY, NOW, filter=query, period=period("2020", TODAY))
    counted = [column.count for column in windows.columns(store.db, asked)]
    assert [column.count for column in windows.columns(store.db, narrow)] == counted
    assert sum(counted)


def test_an_empty_filter_lets_everything_through(store: Store, sample: Sample) -> None:
    assert search.clause(store.db, And(()), TODAY, NOW, None).params == ()
    assert found(store, sample, "") == {deal.id for deal in sample.deals if not deal.archived_at}
