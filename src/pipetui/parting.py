"""What erasing a person does, in sentences to read before and after: what goes, what stays, what else holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipetui.core.access import erasing as refusal
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Forbidden
from pipetui.lang import told
from pipetui.store import erasing
from pipetui.store.db import engine
from pipetui.store.person import Person, person

if TYPE_CHECKING:
    from pipetui.store.erasing import Erasure
    from pipetui.store.store import Store

KINDS: Mapping[str, Message] = {
    "contact": say("people"), "organization": say("companies"), "deal": say("deals"), "activity": say("activities"),
    "quote": say("quotes"), "quote_line": say("lines of quotes"), "decision": say("decisions"),
    "review": say("reviews"), "view": say("views and segments"), "macro": say("macros"), "tag": say("tags"),
    "source": say("sources"), "lost_reason": say("lost reasons"), "participant": say("who takes part"),
    "spending": say("costs"), "criterion": say("what stages ask for"), "mapping": say("how files are read"),
    "member": say("members"),
}  # fmt: skip
"""What the records of a table are called."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What an erasure will do."""

    whose: Person
    goes: tuple[Message, ...]
    stays: tuple[Message, ...]
    elsewhere: tuple[Message, ...]
    """What pipetui cannot reach, and what to look at by hand."""

    @property
    def name(self) -> str:
        """How the person is called now."""
        row = self.whose.rows.get(self.whose.id)
        return str(row["name"]) if row else min(self.whose.ever.names, default=str(self.whose.id))


def named(number: int) -> str:
    """What the record of an erased person is called, in the language spoken now."""
    return told(say("Erased person {n}", n=number))


def prospect(store: Store, contact_id: int) -> Prospect:
    """Look before anything is erased. Raises Forbidden when it is not this member's to do, NotFound."""
    if (reason := refusal(store.actor)) is not None:
        raise Forbidden(reason, say("Ask one: pipetui members"))
    with store.db.reading():
        whose = person(store.db, contact_id)
        found = erasing.plan(store.db, whose, named)
    return Prospect(
        whose, tuple(_goes(whose, found)), tuple(_stays(found)), tuple(_elsewhere(store, whose, found))
    )


def _goes(whose: Person, found: Erasure) -> Iterator[Message]:
    yield say(
        "The fields of the person, who is called {name} from now on, and wants no marketing.",
        name=named(whose.id),
    )
    for number in whose.ids:
        if number != whose.id:
            yield say("Record {n} too, which was merged: it is the same person.", n=number)
    for table, n in found.counts.items():
        if table != "contact":
            yield say("In texts: {what} ({n})", what=KINDS[table], n=n)
    if found.lines or found.labels:
        yield say_n(
            "{n} line of the journal, the new seal noted in it",
            "{n} lines of the journal, the new seals noted in it",
            len(found.lines) + len(found.labels),
        )


def _stays(found: Erasure) -> Iterator[Message]:
    yield say("Every number: deals, amounts, stages, days, quotes, and how many activities there were.")
    yield say("Who did what and when, without the name; that a person was erased, and by whom.")
    for table, name in found.saved:
        yield say("Look at it, it spoke of the person: {what} {name}", what=KINDS[table], name=name)


def _elsewhere(store: Store, whose: Person, found: Erasure) -> Iterator[Message]:
    for table, number, name in whose.alike:
        yield say(
            "The same name, e-mail or phone belongs to {name} too (number {n} of the {what}) and stays there.",
            name=name, n=number, what=KINDS[table],
        )  # fmt: skip
    yield say("A first name alone or a nickname in a text is not found: look through their deals.")
    yield say("Copies, backups and exported files made before still hold the person: delete or replace them.")
    for copy in engine(store.db.url).copies(store.db.url):
        yield say("A copy: {file}", file=copy)
