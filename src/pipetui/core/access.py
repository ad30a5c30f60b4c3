"""Who may do what: one table. The store asks it before it writes, the screens and the shell tell its reasons, and the
rights and row policies on PostgreSQL are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipetui.core.message import Message, say

Role = Literal["reader", "rep", "manager", "admin"]
Act = Literal["add", "change", "remove"]
Reach = Literal["none", "own", "any"]
"""Which records an act may touch: `own` are those of the member and those of nobody, with what hangs on them."""

ROLES: tuple[Role, ...] = ("reader", "rep", "manager", "admin")
"""Each may do what the one before may."""
ROLE_NAMES: Mapping[Role, Message] = {
    "reader": say("reader"),
    "rep": say("rep"),
    "manager": say("manager"),
    "admin": say("admin"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What reps and managers may do with the records of a table; admins may do everything, readers nothing."""

    rep: Mapping[Act, Reach]
    manager: bool
    """Whether managers may do everything with them."""


EVERYTHING: Mapping[Act, Reach] = {"add": "any", "change": "any", "remove": "any"}
OWN: Mapping[Act, Reach] = {"add": "own", "change": "own", "remove": "own"}
ADD: Mapping[Act, Reach] = {"add": "any", "change": "none", "remove": "any"}
"""For words that come along with a deal and go with it when it is undone; those in use cannot go."""
NOTHING: Mapping[Act, Reach] = {"add": "none", "change": "none", "remove": "none"}

_FILE, _WORDS, _TEAM = Rule(OWN, True), Rule(ADD, True), Rule(EVERYTHING, True)
_PLAN, _HOUSE = Rule(NOTHING, True), Rule(NOTHING, False)

RULES: Mapping[str, Rule] = {
    "deal": _FILE, "contact": _FILE, "organization": _FILE, "visit": _FILE, "activity": _FILE, "quote": _FILE,
    "quote_line": _FILE, "participant": _FILE, "evidence": _FILE, "decision": _FILE, "tagging": _FILE,
    "source": _WORDS, "tag": _WORDS, "lost_reason": _WORDS,
    "view": _TEAM, "macro": _TEAM, "mapping": _TEAM, "review": _TEAM,
    "goal": _PLAN, "rate": _PLAN, "spending": _PLAN,
    "pipeline": _HOUSE, "stage": _HOUSE, "criterion": _HOUSE, "member": _HOUSE, "setting": _HOUSE,
}  # fmt: skip
"""By table. In `setting`, what reps note about doubles is `_TEAM`: see `rule`."""
APART = "apart:"
"""How the settings begin that tell two records apart, which whoever keeps the customer file may write."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the member's number, None before the first write, and what role that is."""

    id: int | None
    role: Role = "rep"

    @property
    def writes(self) -> bool:
        """Whether there is anything this role may change."""
        return self.role != "reader"

    def owns(self, owner_id: object) -> bool:
        """Whether a record of this owner is the actor's to change, as far as `own` goes."""
        return owner_id is None or owner_id == self.id


SYSTEM = Actor(None, "admin")
"""What nobody does: the first pipeline, a new member's record."""


def rule(table: str, name: object = None) -> Rule:
    """The rule of a table; `name` is that of a setting."""
    if table == "setting" and isinstance(name, str) and name.startswith(APART):
        return _TEAM
    return RULES[table]


def reach(actor: Actor, act: Act, table: str, name: object = None) -> Reach:
    """Which records of a table an act may touch."""
    if actor.role == "admin":
        return "any"
    if actor.role == "reader":
        return "none"
    said = rule(table, name)
    if actor.role == "manager":
        return "any" if said.manager else "none"
    return said.rep[act]


def refusal(actor: Actor, act: Act, table: str, owner_id: object = None, owner: str = "") -> Message | None:
    """Why an act on a record is not this member's to do; None when it is.

    `owner_id` is who owns the record or the deal it hangs on, `owner` the name to tell.
    """
    within = reach(actor, act, table)
    if within == "any" or (within == "own" and actor.owns(owner_id)):
        return None
    if not actor.writes:
        return say("You may read here, and change nothing.")
    if within == "own":
        return say("This belongs to {owner}.", owner=owner or str(owner_id))
    if actor.role == "rep" and rule(table).manager:
        return say("Only managers may change that: {what}.", what=WHAT[table])
    return say("Only admins may change that: {what}.", what=WHAT[table])


WHAT: Mapping[str, Message] = {
    "deal": say("deals"), "contact": say("people"), "organization": say("companies"), "visit": say("history"),
    "activity": say("activities"), "quote": say("quotes"), "quote_line": say("quotes"),
    "participant": say("who takes part"), "evidence": say("evidence"), "decision": say("decisions"),
    "tagging": say("tags"), "source": say("sources"), "tag": say("tags"), "lost_reason": say("lost reasons"),
    "view": say("views"), "macro": say("macros"), "mapping": say("how files are read"), "review": say("reviews"),
    "goal": say("goals"), "rate": say("exchange rates"), "spending": say("costs"), "pipeline": say("pipelines"),
    "stage": say("stages"), "criterion": say("what stages ask for"), "member": say("members"),
    "setting": say("settings"),
}  # fmt: skip
"""What the records of a table are called when an act on them is refused."""


def erasing(actor: Actor) -> Message | None:
    """Why erasing a person is not this member's to do; None when it is. It cannot be undone, and blanks the journal."""
    if actor.role == "admin":
        return None
    if not actor.writes:
        return say("You may read here, and change nothing.")
    return say("Only admins may erase a person.")


def hint(actor: Actor, table: str, owner: str = "") -> Message:
    """What to do about a refusal."""
    if not actor.writes:
        return say("An admin can make you a rep.")
    if owner:
        return say("{owner} or a manager can change it, or give it to you.", owner=owner)
    return say("Ask one: pipetui members")
