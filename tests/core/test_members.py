"""Members come, change roles, leave and come back; what they hold never stays with nobody by accident."""

from __future__ import annotations

from datetime import date

import pytest

from desks import EARLIER, NOW, PROSPECT, World, deal_in, desk_of
from pipetui.core import members
from pipetui.core.access import ROLES, Role
from pipetui.core.deal import Activity, Contact, Deal, Member
from pipetui.core.members import Held
from pipetui.errors import Invalid, Refused

ANN = Member(id=1, login="ann", name="[/b] Ann", role="admin")
BOB = Member(id=2, login="bob", name="Bob")
CAROL = Member(id=3, login="carol", name="Carol", role="manager")
RITA = Member(id=4, login="rita", name="Rita", role="reader")
TEAM = (ANN, BOB, CAROL, RITA)
HELD = Held(
    deals=[deal_in(PROSPECT, owner_id=2)],
    contacts=[Contact(id=1, name="Marie", owner_id=2, created_at=EARLIER)],
    activities=[
        Activity(id=1, deal_id=1, kind="call", due_on=date(2026, 12, 1), owner_id=2, created_at=EARLIER)
    ],
)


def test_somebody_joins_under_the_name_they_log_in_with() -> None:
    [new] = members.add(TEAM, desk_of(), "  zoe ", name="[VIP] Zoé", email="zoe@example.org", role="reader")
    world = World()
    world.write([new])
    zoe = world.one(Member)
    assert (zoe.login, zoe.name, zoe.email, zoe.role) == ("zoe", "[VIP] Zoé", "zoe@example.org", "reader")


@pytest.mark.parametrize("login", ["", "  ", "two words", "a/b", "user@host", "x" * 64, "\x1b\x07 "])
def test_what_nobody_logs_in_with_is_no_login(login: str) -> None:
    with pytest.raises(Invalid):
        members.add(TEAM, desk_of(), login)


def test_a_login_is_taken_once_and_who_left_is_brought_back_instead() -> None:
    gone = Member(id=5, login="zoe", name="Zoé", retired_at=EARLIER)
    with pytest.raises(Refused, match="bob is a member already") as refused:
        members.add(TEAM, desk_of(), "bob")
    assert refused.value.hint is None
    with pytest.raises(Refused) as refused:
        members.add((*TEAM, gone), desk_of(), "zoe")
    assert str(refused.value.hint) == "Bring them back: pipetui members back zoe"
    [change] = members.back(gone)
    assert change.after == {"retired_at": None}
    with pytest.raises(Refused):
        members.back(BOB)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_the_only_admin_stays_one(role: Role) -> None:
    with pytest.raises(Refused, match="is the only admin") as refused:
        members.appoint(ANN, role, TEAM)
    assert "Make somebody else an admin first" in str(refused.value.hint)
    with pytest.raises(Refused, match="is the only admin"):
        members.retire(ANN, TEAM, Held(), desk_of())
    second = Member(id=6, login="dan", name="Dan", role="admin")
    assert members.appoint(ANN, role, (*TEAM, second))
    left = Member(id=6, login="dan", name="Dan", role="admin", retired_at=EARLIER)
    with pytest.raises(Refused):
        members.appoint(ANN, role, (*TEAM, left))


def test_a_leaver_is_refused_until_somebody_takes_what_they_hold() -> None:
    with pytest.raises(Refused) as refused:
        members.retire(BOB, TEAM, HELD, desk_of())
    assert str(refused.value) == "Bob still has an open deal, one person, a planned activity."
    assert "pipetui members retire bob --to LOGIN" in str(refused.value.hint)
    for taker in (BOB, RITA, Member(id=7, login="old", name="Old", retired_at=EARLIER)):
        with pytest.raises(Refused):
            members.retire(BOB, TEAM, HELD, desk_of(), taker)


@pytest.mark.parametrize("taker", [CAROL, None])
def test_what_a_leaver_holds_goes_along_in_one_batch(taker: Member | None) -> None:
    world = World(BOB, *HELD.deals, *HELD.contacts, *HELD.activities)
    before = world.copy()
    changes = members.retire(BOB, TEAM, HELD, desk_of(), taker, to_nobody=taker is None)
    world.write(changes)
    owner = taker.id if taker else None
    assert [one.owner_id for kind in (Deal, Contact, Activity) for one in world.all(kind)] == [owner] * 3
    assert world.one(Member).retired_at == NOW
    world.take_back(changes)
    assert world.rows == before


def test_who_has_left_cannot_leave_again_and_who_holds_nothing_just_leaves() -> None:
    [change] = members.retire(BOB, TEAM, Held(), desk_of())
    assert change.table == "member"
    with pytest.raises(Refused, match="has left already"):
        members.retire(Member(id=2, login="bob", name="Bob", retired_at=EARLIER), TEAM, Held(), desk_of())


def test_roles_are_read_by_their_names() -> None:
    assert [members.role_named(word) for word in ("Manager", " admin ")] == ["manager", "admin"]
    with pytest.raises(Invalid, match='no role "boss"'):
        members.role_named("boss")
