"""What if: ratios, deals and stages changed to see what would happen, and written when it was meant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core import moves
from pipetui.core import stages as rules
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, LostReason, Visit
from pipetui.core.message import say, say_n
from pipetui.core.whatif import WhatIf, levers, tried
from pipetui.errors import Invalid
from pipetui.lang import _, told
from pipetui.ui.foresightlines import lever_rows
from pipetui.ui.paint import Line, Span
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt

POINTS = 0.05
"""By how much a key changes a ratio."""

if TYPE_CHECKING:
    from pipetui.core.stage import Stage
    from pipetui.ui.foresight import Foresight
    from pipetui.ui.reading import Reading


class Sandbox:
    """What is tried over the forecast of a screen, and the keys that change it."""

    def __init__(self, screen: Foresight) -> None:
        self._screen = screen
        self.change = WhatIf()

    async def reset(self) -> None:
        """The forecast as it is."""
        await self._try(WhatIf())

    async def _try(self, change: WhatIf) -> None:
        """The forecast with these changes."""
        one = self._screen.forecast
        if one is None or one.base is None:
            return
        self.change = change
        self._screen.shown = await asyncio.to_thread(tried, one.base, change)
        self._screen.draw()

    def ratio(self, step: float) -> None:
        """More of the deals go on from the stage under the cursor, or fewer."""
        target, one = self._screen.target, self._screen.forecast
        if target is None or target.kind != "stage" or one is None or self._screen.lists:
            self._screen.tell(say("Go to a stage: + and - change how many of its deals go on."), "warn")
            return
        place = int(target.value)
        now = self.change.ratios.get(place, one.stages[place].ratio.used)
        ratios = {**self.change.ratios, place: min(max(round(now + step, 4), 0.0), 1.0)}
        self._screen.work(self._try, replace(self.change, ratios=ratios))

    def ask_deals(self) -> None:
        """Add deals to the stage under the cursor."""
        target = self._screen.target
        if target is None or target.kind != "stage" or self._screen.lists:
            self._screen.tell(say("Go to a stage: a adds deals to it."), "warn")
            return
        place = int(target.value)

        def understood(text: str) -> Line:
            if not text.isdigit() or int(text) > 10_000:
                raise Invalid(say("Write a number of deals, at most 10,000."))
            return [Span(told(say_n("{n} more deal", "{n} more deals", int(text))), "accent")]

        def chosen(text: str | None) -> None:
            if text:
                added = {**self.change.added, place: int(text)}
                self._screen.work(self._try, replace(self.change, added=added))

        self._screen.app.push_screen(
            Prompt(_("How many more deals?"), self._screen.main.look, understood, example="10"), chosen
        )

    def deal(self, drop: bool) -> None:
        """Drop the deal under the cursor, or put it a stage further; once more takes it back."""
        target, one = self._screen.target, self._screen.forecast
        deal = None
        if target is not None and target.kind == "deal" and one is not None and one.base is not None:
            deal = next((some for some in one.base.deals if some.id == target.value), None)
        if deal is None or one is None:
            self._screen.tell(say("Go to an open deal: x drops it, m moves it on, in the sandbox."), "warn")
            return
        change = self.change
        if drop:
            change = replace(change, dropped=change.dropped ^ {deal.id})
        else:
            moved = dict(change.moved)
            place = moved.pop(deal.id, deal.stage) + 1
            if place < len(one.stages):
                moved[deal.id] = place
            change = replace(change, moved=moved)
        self._screen.work(self._try, change)

    def apply(self) -> None:
        """Write what can be written, as one batch: ratios, moves, and deals that are lost for a reason."""
        if self.change.empty:
            self._screen.tell(say("There is nothing to apply."), "warn")
        elif self.change.dropped:
            reasons = sorted(self._screen.main.reading.store.all(LostReason), key=lambda one: one.id)
            options = [Option(one.id, one.name) for one in reasons]
            pick = Pick(_("Why are they lost?"), options, self._screen.main.look)
            self._screen.app.push_screen(
                pick, lambda why: None if why is None else self._screen.work(self._write, why)
            )
        else:
            self._screen.work(self._write, None)

    async def _write(self, reason_id: int | None) -> None:
        one, change = self._screen.forecast, self.change
        if one is None:
            return
        await self._screen.main.writer.settled()
        batch = applied(self._screen.main.reading, [stage.stage for stage in one.stages], change, reason_id)
        left = sum(change.added.values())
        if not batch.empty:
            await self._screen.main.acts.commit(batch)
        self._screen.begin()
        if left:
            self._screen.tell(say("Applied, but for the deals that do not exist yet."), "strong")
        else:
            self._screen.tell(say("Applied: u takes it back."), "strong")

    async def levers(self) -> None:
        """List what each single improvement would bring."""
        one = self._screen.forecast
        if one is None or one.base is None:
            return
        self._screen.tell(say("Trying each of them…"), "dim")
        goal = one.goal
        short = None if goal is None else goal.target - goal.done
        wins = round(short) if short is not None and goal is not None and goal.goal.metric == "wins" else None
        revenue = short if goal is not None and goal.goal.metric == "revenue" else None
        found = await asyncio.to_thread(levers, one.base, wins, revenue)
        self._screen.hush()
        self._screen.open_list(lambda width: lever_rows(one, found, width))
        self._screen.draw()


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
