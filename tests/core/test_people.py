"""The customer file, tags, and goals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desks import ME, NOW, QUOTE, WON, World, deal_in, desk_of
from pipetui.core import people
from pipetui.core.deal import Activity, Contact, Deal, Goal, LostReason, Organization, Source, Tag, Tagging
from pipetui.errors import Invalid, Refused

ACME = Organization(id=1, name="Acme", city="Lyon", notes="big", created_at=NOW)
TWIN = Organization(id=2, name="ACME SA", city="Paris", phone="01", notes="loud", created_at=NOW)


@pytest.mark.parametrize("name", ["Acme", "Dupont & fils", "[/b] Acme [VIP]", "=1+1", "👩‍💻", "x" * 10_000])
def test_names_are_kept_as_they_are(name: str) -> None:
    assert people.new_organization(desk_of(), name=name).name == name


def test_a_person_is_cleaned_at_the_door() -> None:
    marie = people.new_contact(
        desk_of(), name=" Marie\u202e\x1b[31m ", email=" marie@acme.fr ", phone="", notes="a\r\nb"
    )
    assert (marie.name, marie.email, marie.phone, marie.notes) == ("Marie[31m", "marie@acme.fr", None, "a\nb")
    assert (marie.owner_id, marie.created_at, marie.id) == (ME, NOW, -1)


@pytest.mark.parametrize("email", ["marie", "@", "a@b@c", "marie curie@acme.fr"])
def test_an_address_needs_both_sides(email: str) -> None:
    with pytest.raises(Invalid):
        people.new_contact(desk_of(), name="Marie", email=email)


def test_a_record_needs_a_name() -> None:
    for act in (
        lambda: people.new_contact(desk_of(), name="\x07"),
        lambda: people.new_organization(desk_of(), name="Acme", employees=-1),
        lambda: people.edit(ACME, name=" "),
        lambda: people.new_word(Tag, desk_of(), "#"),
    ):
        with pytest.raises(Invalid):
            act()


def test_words_are_records_too() -> None:
    desk = desk_of()
    assert people.new_word(Tag, desk, "#vip") == Tag(id=-1, name="vip")
    assert people.new_word(Source, desk, "# 1 fair") == Source(id=-2, name="# 1 fair")
    world = World()
    world.write(
        people.add(people.new_word(LostReason, desk, "Price"), people.new_contact(desk, name="Marie"))
    )
    world.write(people.rename(world.one(LostReason), "Too dear"))
    world.write(people.edit(world.one(Contact), job="CEO"))
    assert (world.one(LostReason).name, world.one(Contact).job) == ("Too dear", "CEO")


def test_two_of_the_same_become_one() -> None:
    deals = [deal_in(QUOTE, organization_id=1), replace(deal_in(QUOTE), id=2, organization_id=2)]
    marie = Contact(id=1, name="Marie", organization_id=2, created_at=NOW)
    call = Activity(id=1, organization_id=2, kind="call", created_at=NOW)
    tags = [
        Tagging(id=1, tag_id=1, subject="organization", subject_id=1),
        Tagging(id=2, tag_id=1, subject="organization", subject_id=2),
        Tagging(id=3, tag_id=2, subject="organization", subject_id=2),
    ]
    attached: list[Deal | Contact | Activity | Tagging] = [*deals, marie, call, *tags]
    world = World(ACME, TWIN, *attached)
    before = world.copy()
    changes = people.merge(TWIN, ACME, desk_of(), attached)
    world.write(changes)
    kept, gone = world.all(Organization)
    assert (kept.name, kept.city, kept.phone, kept.notes) == ("Acme", "Lyon", "01", "big\n\nloud")
    assert gone.archived_at == NOW
    assert {deal.organization_id for deal in world.all(Deal)} == {1}
    assert (world.one(Contact).organization_id, world.one(Activity).organization_id) == (1, 1)
    assert {(one.tag_id, one.subject_id) for one in world.all(Tagging)} == {(1, 1), (2, 1)}
    world.take_back(changes)
    assert world.copy() == before
    with pytest.raises(Refused):
        people.merge(ACME, ACME, desk_of(), [])


def test_people_merge_as_companies_do() -> None:
    one = Contact(id=1, name="Marie", organization_id=None, created_at=NOW)
    two = Contact(id=2, name="M. Curie", organization_id=9, email="marie@acme.fr", created_at=NOW)
    deal = deal_in(QUOTE, contact_id=2)
    world = World(one, two, deal)
    world.write(people.merge(two, one, desk_of(), [deal]))
    assert world.one(Deal).contact_id == 1
    assert (world.all(Contact)[0].organization_id, world.all(Contact)[0].email) == (9, "marie@acme.fr")


def test_who_has_deals_is_not_deleted() -> None:
    with pytest.raises(Refused) as caught:
        people.delete(ACME, deals=1)
    assert "archive" in str(caught.value.hint)
    with pytest.raises(Refused):
        people.delete(ACME, deals=0, people=2)
    tagging = Tagging(id=1, tag_id=1, subject="organization", subject_id=1)
    world = World(ACME, tagging)
    world.write(people.delete(ACME, deals=0, attached=[tagging]))
    assert world.copy() == {}


def test_a_company_goes_to_the_archive_and_comes_back() -> None:
    world = World(ACME)
    world.write(people.archive(ACME, desk_of()))
    archived = world.one(Organization)
    world.write(people.restore(archived))
    assert world.one(Organization) == ACME
    with pytest.raises(Refused):
        people.archive(archived, desk_of())
    with pytest.raises(Refused):
        people.restore(ACME)


def test_a_goal_is_set_once_a_period() -> None:
    desk, world = desk_of(), World()
    for target in (3, 5):
        goals = world.all(Goal)
        world.write(
            people.set_goal(desk, goals, period="2026-11", metric="wins", target=target, pipeline_id=1)
        )
    assert world.one(Goal).target == 5
    mine = people.set_goal(
        desk, world.all(Goal), period="2026-11", metric="wins", target=2, pipeline_id=1, owner_id=ME
    )
    world.write(mine)
    money = people.set_goal(
        desk,
        world.all(Goal),
        period="2026-Q4",
        metric="revenue",
        target=9_000_000,
        pipeline_id=1,
        money="eur",
    )
    world.write(money)
    assert [(goal.target, goal.owner_id, goal.currency) for goal in world.all(Goal)] == [
        (5, None, None),
        (2, ME, None),
        (9_000_000, None, "EUR"),
    ]
    world.write(people.drop_goal(world.all(Goal)[0]))
    assert len(world.all(Goal)) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"period": "2026-13"},
        {"period": "this-month"},
        {"target": 0},
        {"metric": "revenue"},
        {"metric": "reach"},
        {"metric": "reach", "stage_id": WON.id},
    ],
)
def test_a_goal_that_makes_no_sense(values: dict[str, object]) -> None:
    given = {"period": "2026-11", "metric": "wins", "target": 3, "pipeline_id": 1, **values}
    with pytest.raises((Refused, Invalid)):
        people.set_goal(desk_of(), [], **given)  # type: ignore[arg-type]
