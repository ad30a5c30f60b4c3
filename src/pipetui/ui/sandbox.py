"""What was tried in the forecast's sandbox, as changes to the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipetui.core import moves
from pipetui.core import stages as rules
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Visit
from pipetui.core.message import say

if TYPE_CHECKING:
    from pipetui.core.stage import Stage
    from pipetui.core.whatif import WhatIf
    from pipetui.ui.reading import Reading


def applied(reading: Reading, stages: Sequence[Stage], change: WhatIf, reason_id: int | None) -> Batch:
    """Ratios as declared ones, moves, and lost deals, in one batch; deals that do not exist yet are left out.

    Raises Refused when a rule forbids one of them.
    """
    desk, store = reading.desk(), reading.store
    changes: list[Change] = []
    for place, ratio in sorted(change.ratios.items()):
        changes += rules.edit(stages[place], desk, ratio_from=100, ratio_to=round(ratio * 100))
    for number in sorted(change.moved.keys() - change.dropped):
        deal = store.get(Deal, number)
        changes += moves.move(deal, _visit(reading, number), stages[change.moved[number]], desk)
    for number in sorted(change.dropped):
        changes += moves.lose(store.get(Deal, number), _visit(reading, number), reason_id, desk)
    return Batch(say("Apply what was tried in the forecast"), tuple(changes))


def _visit(reading: Reading, number: int) -> Visit | None:
    return next(iter(reading.store.all(Visit, deal_id=number, left_at=None)), None)
