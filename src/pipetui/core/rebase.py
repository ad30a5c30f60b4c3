"""Changes laid over what somebody else saved meanwhile, once it is decided field by field whose value stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from pipetui.core.change import Change, Row, Scalar
from pipetui.errors import Clash

Decision = Literal["mine", "theirs", "both"]
Place = tuple[str, int, str]
"""A field: table, number, name."""


def place(clash: Clash) -> Place:
    """Where two people met."""
    return clash.table, clash.id, clash.field


LEADERS: Mapping[str, str] = {"currency": "amount", "pinned_by_id": "pinned_chance"}
"""Fields that go the way of another one; all the rest that nobody decided goes the way of the stage."""


def whole(decided: Mapping[Place, Decision], clashes: Iterable[Clash]) -> dict[Place, Decision]:
    """The decisions with those about fields that follow from others."""
    found = dict(decided)
    for clash in clashes:
        leader = clash.table, clash.id, LEADERS.get(clash.field, "stage_id")
        found.setdefault(place(clash), decided.get(leader, "theirs"))
    return found


def rebased(
    changes: Iterable[Change], clashes: Iterable[Clash], decided: Mapping[Place, Decision]
) -> tuple[Change, ...]:
    """The changes that are left to write: over what others saved where it is said so, without the field elsewhere.

    Nothing is overwritten that was not seen: a third value in the same field is a conflict again.
    """
    met = {place(clash): clash for clash in clashes}
    laid = (_laid(change, met, decided) for change in changes)
    return tuple(change for change in laid if change is not None and not change.empty)


def _laid(change: Change, met: Mapping[Place, Clash], decided: Mapping[Place, Decision]) -> Change | None:
    if change.before is None:
        return change
    before: Row = dict(change.before)
    after: Row | None = None if change.after is None else dict(change.after)
    for name in change.before:
        where = change.table, change.id, name
        if where not in met:
            continue
        theirs, decision = _scalar(met[where].theirs), decided.get(where, "theirs")
        if decision == "theirs":
            if after is None:
                return None
            del before[name], after[name]
            continue
        before[name] = theirs
        if decision == "both" and after is not None:
            after[name] = joined(theirs, after[name])
    return replace(change, before=before, after=after)


def joined(theirs: object, mine: object) -> str:
    """Two texts, one below the other."""
    return "\n\n".join(str(text) for text in (theirs, mine) if text)


def _scalar(value: object) -> Scalar:
    return value if value is None or isinstance(value, str | int | float) else str(value)
