"""Who may do what, as a matrix: each role against acts that stand for the rest. What is to come of each is asked of
`core.access` alone, so that whatever is tried (the application, the shell, a database) is held to the one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from acts import NOW
from pipetui.core.access import ROLES, Act, Actor, Role, refusal
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Deal, Member, Source, Stage, Visit
from pipetui.core.message import say
from pipetui.store.store import Store

Whose = Literal["own", "other", "nobody"]
ME, OTHER = 1, 2
OLGA = "[/b] Olga"
"""The name of the other, who is also the first admin."""


@dataclass(frozen=True)
class Deed:
    """One act on one record, told without saying how it is done."""

    name: str
    act: Act
    table: str
    whose: Whose = "nobody"
    """Whose the record is, or the deal, person or company it hangs on."""

    @property
    def owner_id(self) -> int | None:
        """Whose it is, where who acts is `ME`."""
        return {"own": ME, "other": OTHER, "nobody": None}[self.whose]

    def allowed(self, role: Role) -> bool:
        """Whether somebody in this role may do it."""
        return refusal(Actor(ME, role), self.act, self.table, self.owner_id, OLGA) is None

    def reason(self, role: Role, owner: str = OLGA) -> str:
        """Why not; empty when it is allowed."""
        said = refusal(Actor(ME, role), self.act, self.table, self.owner_id, owner)
        return "" if said is None else str(said)


DEEDS: tuple[Deed, ...] = (
    Deed("move an own deal", "change", "deal", "own"),
    Deed("move a deal of another", "change", "deal", "other"),
    Deed("move a deal of nobody", "change", "deal", "nobody"),
    Deed("add a deal", "add", "deal", "own"),
    Deed("import a deal of another", "add", "deal", "other"),
    Deed("add a person", "add", "contact", "own"),
    Deed("edit a person of another", "change", "contact", "other"),
    Deed("log a call on a deal of another", "add", "activity", "other"),
    Deed("quote for an own deal", "add", "quote", "own"),
    Deed("quote for a deal of another", "add", "quote", "other"),
    Deed("set a goal", "add", "goal"),
    Deed("define a stage", "change", "stage"),
    Deed("give a role", "change", "member"),
    Deed("change a setting", "add", "setting"),
    Deed("rename a source", "change", "source"),
    Deed("keep a view", "add", "view"),
    Deed("note a cost", "add", "spending"),
)
"""Reading is not among them: everybody may read everything."""
MATRIX: tuple[tuple[Role, Deed], ...] = tuple((role, deed) for role in ROLES for deed in DEEDS)


def called(one: object) -> str:
    """The name of a case."""
    return one.name if isinstance(one, Deed) else str(one)


@dataclass(frozen=True)
class Office:
    """A store in which Olga is the admin, Paul is a rep, and Marie has the role that is tried."""

    url: str
    deals: dict[Whose, int]
    contact: int
    """Of Olga, around no deal."""

    def opened(self, login: str = "marie") -> Store:
        """The store as this member."""
        return Store.open(self.url, login=login, now=lambda: datetime.now(UTC))


def office(url: str, role: Role) -> Office:
    """A new office at an address."""
    store = Store.open(url, login="olga", now=lambda: NOW)
    try:
        [olga] = store.all(Member)
        who = [
            Change.edit(olga, name=OLGA),
            Change.add(Member(id=-1, login="marie", name="Marie", role=role)),
            Change.add(Member(id=-2, login="paul", name="Paul")),
        ]
        marie = store.commit(Batch(say("The team"), tuple(who))).ids[-1]
        lead, owners = store.all(Stage)[0], {"own": marie, "other": olga.id, "nobody": None}
        changes = [
            Change.add(Contact(id=-9, name="Zoé", owner_id=olga.id, created_at=NOW)),
            Change.add(Source(id=-8, name="Salon")),
        ]
        for n, (whose, owner_id) in enumerate(owners.items(), 1):
            deal = Deal(
                id=-n, pipeline_id=lead.pipeline_id, stage_id=lead.id, title=f"Deal of {whose}", owner_id=owner_id,
                amount=100_000, created_at=NOW, stage_since=NOW,
            )  # fmt: skip
            visit = Visit(id=-n - 20, deal_id=-n, stage_id=lead.id, entered_at=NOW)
            changes += [Change.add(deal), Change.add(visit)]
        ids = store.commit(Batch(say("The work"), tuple(changes))).ids
    finally:
        store.close()
    return Office(url, {"own": ids[-1], "other": ids[-2], "nobody": ids[-3]}, ids[-9])
