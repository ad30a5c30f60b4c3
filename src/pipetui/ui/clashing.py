"""Others were first: what is still to be done then, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipetui.core.acts import Act
from pipetui.core.message import Message, say
from pipetui.errors import Conflict
from pipetui.ui.paint import fit

if TYPE_CHECKING:
    from pipetui.core.rebase import Decision, Place
    from pipetui.errors import Clash
    from pipetui.store.cards import Card
    from pipetui.store.store import Store

Cards = Sequence["Card"]
Label = Callable[[Cards], Message]
FORM_NAMES: Mapping[str, str] = {
    "organization_id": "organization", "contact_id": "contact", "owner_id": "owner", "source_id": "source",
}  # fmt: skip
"""What the form calls fields of the store."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, to be done again where others were first."""

    cards: Cards
    acts: Sequence[Act]
    label: Label
    back: Callable[[], None] | None = None

    def left(
        self, decided: Mapping[Place, Decision], clashes: Sequence[Clash]
    ) -> list[tuple[Cards, Sequence[Act]]]:
        """What is still to be done: without the fields, or the deals, that are left to others.

        A step from stage to stage goes where it went when it was asked for, wherever others took the deal meanwhile.
        """
        theirs = [where for where, decision in decided.items() if decision == "theirs"]
        if self.acts[0].verb == "edit":
            values = {**self.acts[0].given["values"]}
            for _table, _id, field in theirs:
                values.pop(FORM_NAMES.get(field, field), None)
            return [(self.cards, (Act("edit", {"values": values}),))] if values else []
        left: dict[Any, list[Card]] = {}
        gone = {number for table, number, _field in theirs if table == "deal"}
        to = {clash.id: clash.mine for clash in clashes if (clash.table, clash.field) == ("deal", "stage_id")}
        steps = len(self.acts) == 1 and self.acts[0].verb in ("move_on", "move_back")
        for card in self.cards:
            if card.id not in gone:
                left.setdefault(to.get(card.id) if steps else None, []).append(card)
        return [
            (cards, self.acts if stage is None else (Act("move_to", {"stage": stage}),))
            for stage, cards in left.items()
        ]


def clashing(error: Conflict, store: Store | None = None) -> Message:
    """What two people saved, with both values; in words when the store can be asked."""
    from pipetui.ui.conflict import FOLLOWING, disputed

    clash = next((one for one in error.clashes if one.table != "visit" and one.field not in FOLLOWING), None)
    if clash is None:
        first = next((one for one in error.clashes if one.by and one.what), None)
        if first is None:
            return error.message
        return say("{who} was first: {what}. Nothing was written.", who=first.by, what=first.what)
    fields = disputed(error, store) if store else []
    field, theirs, mine = (
        (fields[0].label, fields[0].theirs, fields[0].mine)
        if fields
        else (clash.field, clash.theirs, clash.mine)
    )
    return say(
        "{message} {field}: theirs {theirs}, yours {mine}.",
        message=error.message,
        field=field,
        theirs=_short(theirs),
        mine=_short(mine),
    )


def _short(value: Any) -> str:
    """A value cut so that two of them fit in the bar of a small terminal."""
    return "–" if value is None else fit(str(value), 20, "none")
