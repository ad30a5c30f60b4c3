"""Stays in stages as a sequence: what becomes of them when two stages become one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from pipetui.core.change import Change
from pipetui.core.deal import Visit


def joined_stays(visits: Iterable[Visit], old: int, new: int) -> tuple[list[Change], dict[int, datetime]]:
    """The changes that make stays in stage `old` stays in stage `new`, and when each deal entered its last one.

    A stay in one that goes on in the other without a break becomes one long stay; nobody moved, it turns out.
    """
    by_deal: dict[int, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_deal[visit.deal_id].append(visit)
    changes: list[Change] = []
    entered: dict[int, datetime] = {}
    for deal_id, stays in by_deal.items():
        stays.sort(
            key=lambda visit: (visit.entered_at, visit.left_at is None, visit.left_at or visit.entered_at)
        )
        groups = _unbroken(stays, {old, new})
        for group in groups:
            changes += _one_stay(group, old, new)
        inside = [group for group in groups if group[-1].stage_id in (old, new)]
        if inside:
            entered[deal_id] = inside[-1][0].entered_at
    return changes, entered


def _unbroken(stays: list[Visit], same: set[int]) -> list[list[Visit]]:
    groups: list[list[Visit]] = []
    for stay in stays:
        before = groups[-1][-1] if groups else None
        goes_on = (
            before is not None
            and before.stage_id in same
            and before.next_stage_id in same
            and stay.stage_id in same
            and before.left_at == stay.entered_at
        )
        if goes_on:
            groups[-1].append(stay)
        else:
            groups.append([stay])
    return groups


def _one_stay(group: list[Visit], old: int, new: int) -> list[Change]:
    first, last = group[0], group[-1]
    stage_id = new if first.stage_id == old else first.stage_id
    next_id = new if last.next_stage_id == old else last.next_stage_id
    kept = Change.edit(first, stage_id=stage_id, left_at=last.left_at, next_stage_id=next_id)
    return [kept, *(Change.drop(visit) for visit in group[1:])]
