"""Who works in a store: added, given a role, retired, brought back; and what one of them works, handed to another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipetui.core import fields
from pipetui.core.access import ROLE_NAMES, ROLES, Role
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization
from pipetui.core.desk import Desk
from pipetui.core.message import Message, say, say_n
from pipetui.core.moves import Changes, written
from pipetui.errors import Invalid, Refused

Owned = Deal | Contact | Organization | Activity
LOGIN = re.compile(r"[^\s/\\:@]{1,63}")
"""What the login name of a host and the role of a database can both be."""


@dataclass(frozen=True, slots=True)
class Held:
    """What would be left without anybody when a member goes."""

    deals: Sequence[Deal] = ()
    """Open ones; those that are closed stay with who closed them, for the statistics."""
    contacts: Sequence[Contact] = ()
    organizations: Sequence[Organization] = ()
    activities: Sequence[Activity] = ()
    """Those that are planned."""

    @property
    def words(self) -> Message | None:
        """How much it is; None when it is nothing."""
        said = [
            say_n("an open deal", "{n} open deals", len(self.deals)),
            say_n("one person", "{n} people", len(self.contacts)),
            say_n("a company", "{n} companies", len(self.organizations)),
            say_n("a planned activity", "{n} planned activities", len(self.activities)),
        ]
        some = [one for one, of in zip(said, self._all, strict=True) if of]
        if not some:
            return None
        whole = some[0]
        for one in some[1:]:
            whole = say("{first}, {more}", first=whole, more=one)
        return whole

    @property
    def _all(self) -> tuple[Sequence[object], ...]:
        return self.deals, self.contacts, self.organizations, self.activities


def add(
    members: Iterable[Member], desk: Desk, login: str, *, name: str = "", email: str | None = None,
    role: Role = "rep",
) -> Changes:  # fmt: skip
    """Somebody who may write from now on. Raises Invalid; Refused when the login is known."""
    kept = fields.word(login)
    if not LOGIN.fullmatch(kept):
        raise Invalid(
            say('"{text}" is not a login name.', text=kept),
            say("Write the name they log in with, without blanks."),
        )
    there = next((one for one in members if one.login == kept), None)
    if there is not None:
        gone = there.retired_at is not None
        hint = say("Bring them back: pipetui members back {login}", login=kept) if gone else None
        raise Refused(say("{login} is a member already.", login=kept), hint)
    new = Member(
        id=desk.new_id(), login=kept, name=fields.word(name) or kept, email=fields.email(email), role=role
    )
    return (Change.add(new),)


def role_named(text: str) -> Role:
    """The role of a word. Raises Invalid."""
    wanted = fields.word(text).lower()
    for role in ROLES:
        if wanted in (role, str(ROLE_NAMES[role])):
            return role
    raise Invalid(
        say('There is no role "{text}".', text=wanted), say("The roles are reader, rep, manager and admin.")
    )


def appoint(member: Member, role: Role, members: Iterable[Member]) -> Changes:
    """Another role. Raises Refused for the last admin."""
    if role != "admin":
        _keep_an_admin(member, members)
    return written(Change.edit(member, role=role))


def retire(
    member: Member, members: Iterable[Member], held: Held, desk: Desk, to: Member | None = None, *,
    to_nobody: bool = False,
) -> Changes:  # fmt: skip
    """Somebody leaves, and what they hold goes to another member or to nobody. They may still read.

    Raises Refused for the last admin, for who has left already, and when nobody is named to take what is left.
    """
    if member.retired_at is not None:
        raise Refused(say("{name} has left already.", name=member.name))
    _keep_an_admin(member, members)
    left = held.words
    if left is not None and to is None and not to_nobody:
        raise Refused(
            say("{name} still has {what}.", name=member.name, what=left),
            say(
                "Say who takes them: pipetui members retire {login} --to LOGIN (or nobody)",
                login=member.login,
            ),
        )
    if to is not None and to.id == member.id:
        raise Refused(say("{name} is the one who leaves.", name=member.name))
    return (*hand_over(held, to), Change.edit(member, retired_at=desk.now))


def back(member: Member) -> Changes:
    """Who left works here again, with the role of before. Raises Refused when they never left."""
    if member.retired_at is None:
        raise Refused(say("{name} has not left.", name=member.name))
    return (Change.edit(member, retired_at=None),)


def hand_over(held: Held, to: Member | None) -> Changes:
    """All of this belongs to another member, or to nobody. Raises Refused for who cannot work it."""
    if to is not None:
        refuse_idle(to)
    owner_id = None if to is None else to.id
    every: tuple[Owned, ...] = (*held.deals, *held.contacts, *held.organizations, *held.activities)
    return written(*(Change.edit(one, owner_id=owner_id) for one in every))


def refuse_idle(member: Member) -> None:
    """Raises Refused for who has left or may only read: what they are given nobody would work."""
    if member.retired_at is not None:
        raise Refused(say("{name} has left.", name=member.name))
    if member.role == "reader":
        raise Refused(say("{name} may only read.", name=member.name))


def can_work(member: Member) -> bool:
    """Whether deals can be given to a member."""
    return member.retired_at is None and member.role != "reader"


def given(deal: Deal, to: Member | None, steps: Iterable[Activity]) -> Changes:
    """What goes along when the owner of a deal is changed as one field of it: the steps the former owner planned.

    Raises Refused for who cannot work it.
    """
    if deal.owner_id == (None if to is None else to.id):
        return ()
    return hand_over(Held(activities=steps_along(steps, deal.owner_id)), to)


def steps_along(steps: Iterable[Activity], former: int | None) -> list[Activity]:
    """The planned steps of a deal that go with it to another owner: those of the former one."""
    return [one for one in steps if one.done_at is None and one.owner_id == former]


def only_admin(name: str) -> Refused:
    """Why somebody stays what they are: without them nobody could give roles any more."""
    return Refused(
        say("{name} is the only admin.", name=name),
        say("Make somebody else an admin first: pipetui members role LOGIN admin"),
    )


def _keep_an_admin(member: Member, members: Iterable[Member]) -> None:
    if member.role != "admin" or member.retired_at is not None:
        return
    if any(one.role == "admin" and one.retired_at is None and one.id != member.id for one in members):
        return
    raise only_admin(member.name)
