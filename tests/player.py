"""Somebody who changes a store at random, for tests of what any history must keep."""

from __future__ import annotations

import random
from datetime import date

from acts import NOW, commit
from pipetui.core.change import Change, Row, row
from pipetui.core.deal import (
    RECORDS,
    Activity,
    Contact,
    Deal,
    Organization,
    Record,
    Stage,
    Tag,
    Tagging,
    Visit,
)
from pipetui.store.store import Store

State = dict[tuple[str, int], Row]


def state(store: Store) -> State:
    """Every record by table and number, without its version."""
    return {
        (kind.table, one.id): {**row(one), "version": None} for kind in RECORDS for one in store.all(kind)
    }


class Player:
    """Makes changes at random, as somebody would who sees what is there."""

    def __init__(self, store: Store, seed: int) -> None:
        self.store = store
        self.dice = random.Random(seed)
        self.stages = store.all(Stage)

    def play(self) -> bool:
        """One batch of one to four changes; False when nothing differed."""
        changes: list[Change] = []
        for _ in range(self.dice.randint(1, 4)):
            gone = {(change.table, change.id) for change in changes if change.after is None}
            changes += [c for c in self._one(len(changes)) if (c.table, c.id) not in gone]
        return commit(self.store, *changes).batch_id is not None

    def _one(self, so_far: int) -> list[Change]:
        act = self.dice.choice(
            (self._come, self._come, self._edit, self._edit, self._edit, self._go, self._tag)
        )
        return act(-10 * (so_far + 1))

    def _pick(self, kind: type[Record]) -> Record | None:
        found = self.store.all(kind)
        return self.dice.choice(found) if found else None

    def _come(self, new: int) -> list[Change]:
        stage = self.dice.choice(self.stages)
        organization, contact = self._pick(Organization), self._pick(Contact)
        deal = Deal(
            id=new, pipeline_id=stage.pipeline_id, stage_id=stage.id, title=f"Deal {self.dice.random()}",
            amount=self.dice.choice((None, 0, 1250, -3)), currency=self.dice.choice(("EUR", "USD")), created_at=NOW,
            organization_id=organization and organization.id, contact_id=new - 1 if contact is None else contact.id,
            stage_since=NOW, history_known=self.dice.random() < 0.5,
        )  # fmt: skip
        changes = [Change.add(deal)]
        if contact is None:
            changes.append(Change.add(Contact(id=new - 1, name="Émile", created_at=NOW)))
        for n in range(self.dice.randint(0, 2)):
            there = self.dice.choice(self.stages[:4])
            stay = Visit(
                id=new - 2 - n, deal_id=new, stage_id=there.id, entered_at=NOW, left_at=NOW if n else None
            )
            changes.append(Change.add(stay))
        changes.append(Change.add(self._step(new - 4, new)))
        self.dice.shuffle(changes)
        return changes

    def _step(self, new: int, deal_id: int) -> Activity:
        due = self.dice.choice((None, date(2026, 12, 1), date(2026, 11, 3)))
        hour = self.dice.choice((None, "09:00"))
        return Activity(id=new, deal_id=deal_id, kind="call", due_on=due, due_time=hour, created_at=NOW)

    def _edit(self, new: int) -> list[Change]:
        kind = self.dice.choice((Deal, Deal, Visit, Activity, Contact, Organization, Tag))
        if (one := self._pick(kind)) is None:
            return [Change.add(Organization(id=new, name=f"Org {new}", created_at=NOW))]
        if isinstance(one, Deal):
            stage = self.dice.choice(self.stages)
            values = self.dice.choice((
                {"stage_id": stage.id}, {"amount": self.dice.choice((None, 7))}, {"currency": "GBP"},
                {"archived_at": self.dice.choice((None, NOW))}, {"title": "Other"}, {"contact_id": None},
                {"closed_from_id": self.stages[2].id},
            ))  # fmt: skip
        elif isinstance(one, Visit):
            values = {"stage_id": self.dice.choice(self.stages[:4]).id, "left_at": NOW}
        elif isinstance(one, Activity):
            values = {
                "done_at": self.dice.choice((None, NOW)),
                "due_on": self.dice.choice((None, date(2027, 1, 1))),
            }
        else:
            values = {"name": f"Name {self.dice.random()}"}
        return [Change.edit(one, **values)]

    def _go(self, _: int) -> list[Change]:
        one = self._pick(self.dice.choice((Visit, Activity, Tagging)))
        return [] if one is None else [Change.drop(one)]

    def _tag(self, new: int) -> list[Change]:
        deal = self._pick(Deal)
        if deal is None:
            return []
        label = Change.add(Tag(id=new, name=f"tag {new}"))
        return [label, Change.add(Tagging(id=new - 1, tag_id=new, subject="deal", subject_id=deal.id))]
