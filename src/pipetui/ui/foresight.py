"""The forecast on a screen of its own: every figure opens the deals behind it, for any period, for everybody, one owner
or a filter; and a sandbox in which ratios, deals and stages can be changed to see what would happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core.deal import Member
from pipetui.core.message import say
from pipetui.core.moment import period as read_period
from pipetui.core.whatif import WhatIf
from pipetui.errors import Invalid
from pipetui.lang import _, money, period_name
from pipetui.ui.card import name
from pipetui.ui.foresightlines import (
    LISTED,
    MOST,
    Target,
    behind,
    cases,
    compared,
    overview,
    signed,
)
from pipetui.ui.page import COMMON, Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt
from pipetui.ui.reckoner import Question
from pipetui.ui.rows import Row
from pipetui.ui.sandbox import POINTS, Sandbox

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead, Candidate
    from pipetui.core.forecast import Forecast
    from pipetui.core.moment import Period
    from pipetui.ui.app import Pipetui

EVERYBODY = -1
COUNTED = frozenset(("open", "levers", "more", "fewer", "add", "on", "drop", "reset", "apply"))
"""Acts that need the forecast to be made."""


class Foresight(Page):
    """Ends with the number of a deal to show on the board, or None."""

    KEYS = (
        Key(("enter",), "open", say("Open the deals behind the figure"), say("open")),
        Key(("[",), "before", say("The period before")),
        Key(("]",), "after", say("The next period"), say("period")),
        Key(("p",), "period", say("Choose a period"), say("which")),
        Key(("o",), "owner", say("Everybody, or one owner"), say("owner")),
        Key(("+", "="), "more", say("What if more deals went on from the stage?"), say("what if")),
        Key(("-",), "fewer", say("What if fewer did?")),
        Key(("a",), "add", say("What if there were more deals in the stage?")),
        Key(("m",), "on", say("What if the deal stood one stage further?"), say("move on")),
        Key(("x",), "drop", say("What if the deal were lost?"), say("drop")),
        Key(("v",), "levers", say("What each single improvement would bring"), say("levers")),
        Key(("r",), "reset", say("Throw away what was tried")),
        Key(("A",), "apply", say("Write what was tried, as one step")),
        Key(("F",), "back", say("Back")),
    )

    def __init__(self, app: Pipetui, deal_id: int | None = None) -> None:
        """With a deal it opens on the deals that its chance rests on."""
        super().__init__(app)
        self._first = deal_id
        self._period: Period = app.reading.forecast_period
        self._owner: Member | None = None
        self.forecast: Forecast | None = None
        self.sandbox = Sandbox(self)
        self.shown: Ahead | None = None
        """The forecast as it would be with what is tried."""
        self._names: dict[int, str] = {}
        self.lists: list[Callable[[int], list[Row]]] = []
        """What lies over the overview: the list looked at, and those it was opened from."""
        self._listed: Target | None = None
        self._asked = 0

    def on_mount(self) -> None:
        """Have the forecast made."""
        self.begin()

    # Making it

    def begin(self) -> None:
        """Have the forecast made anew; what was tried is thrown away."""
        self.lists.clear()
        self._listed, self.sandbox.change = None, WhatIf()
        self.work(self._make)

    def reread(self) -> None:
        """Deals have changed: counted anew unless something is tried or looked into, which is left as it is."""
        if self.lists:
            return
        if self.sandbox.change.empty:
            self.work(self._make, True)
        else:
            self.tell(say("Deals have changed meanwhile: r counts anew, without what was tried."), "warn")

    async def _make(self, again: bool = False) -> None:
        """Ask for the forecast of what is looked at now; what was asked before does not count any more.

        When it is made `again`, the one before stays until the new one is there, and the cursor where it is.
        """
        self._asked += 1
        asked, main = self._asked, self.main
        if not again:
            self.forecast = self.shown = None
            self.draw()
        scope = replace(main.reading.scope, owner_id=self._owner.id if self._owner else None, period=None)
        question = Question(scope, self._period, main.reading.pipeline.name, main.config.currency)
        made = None
        while made is None and asked == self._asked:
            made = await main.tally.reckoner.ask(question)  # None when the board below asked after it
        if made is not None and asked == self._asked:
            if again and (self.lists or not self.sandbox.change.empty):
                return
            self.forecast, self.shown, self._names = made, made.ahead, {}
            self.rows.at = self.rows.at if again else 0
            most = sorted(made.deals, key=lambda deal: -(deal.contribution or deal.chance))[: 4 * MOST]
            self._get_names([deal.id for deal in most])
            if self._first is not None and made.base is not None and made.base.learned is not None:
                self._open_deal(self._first)
            elif self._first is not None:
                self.tell(say("No deal has moved yet, so there are no cases."), "warn")
            self._first = None
            self.draw()

    def _get_names(self, numbers: Sequence[int]) -> None:
        missing = [number for number in numbers if number not in self._names]
        self._names |= {card.id: name(card) for card in self.main.reading.cards(missing)}

    # Keys

    async def act(self, command: Key) -> None:
        """As on every page, once there is a forecast to act on."""
        if self.forecast is None and command.act in COUNTED:
            self.tell(say("It is still being counted."), "warn")
        else:
            await super().act(command)

    def in_title(self) -> Sequence[Key]:
        """In a list, what can be tried with a deal; over the overview all else."""
        deals = ("on", "drop")
        shown = {key.act: key for key in (*self.KEYS[:-1], *COMMON)}
        if self.lists:
            return [shown["open"], shown["drop"], shown["on"], shown["back"]]
        return [key for key in shown.values() if key.act not in deals]

    @property
    def target(self) -> Target | None:
        """What the row under the cursor stands for."""
        found: Target | None = self.rows.target
        return found

    def do_before(self) -> None:
        self._turn(forward=False)

    def do_after(self) -> None:
        self._turn(forward=True)

    def do_more(self) -> None:
        self.sandbox.ratio(POINTS)

    def do_fewer(self) -> None:
        self.sandbox.ratio(-POINTS)

    def do_add(self) -> None:
        self.sandbox.ask_deals()

    def do_on(self) -> None:
        self.sandbox.deal(drop=False)

    def do_drop(self) -> None:
        self.sandbox.deal(drop=True)

    def do_levers(self) -> None:
        self.work(self.sandbox.levers)

    def do_reset(self) -> None:
        self.work(self.sandbox.reset)

    def do_apply(self) -> None:
        self.sandbox.apply()

    async def do_undo(self) -> None:
        await super().do_undo()
        self.begin()

    async def do_redo(self) -> None:
        await super().do_redo()
        self.begin()

    def do_back(self) -> None:
        if self.lists:
            self.lists.pop()
            self._listed = None
            self.draw(0)
        elif not self.sandbox.change.empty:
            self.work(self.sandbox.reset)
        else:
            self.dismiss(None)

    # What is behind a figure

    def do_open(self) -> None:
        target, one = self.target, self.forecast
        if target is None or one is None:
            return
        if target.kind == "deal":
            self._open_deal(int(target.value))
        elif target.kind == "case":
            self.dismiss(int(target.value))
        elif target.kind == "left" and not one.left_out[int(target.value)].open_without_amount:
            self.tell(say("They are not among the open deals of the forecast."), "warn")
        elif target.kind == "won":
            self.open_list(lambda width: signed(self._signed(), width))
        else:
            self._listed = target
            self.open_list(self._behind)

    def open_list(self, made: Callable[[int], list[Row]]) -> None:
        """Look at a list, made for each width; esc goes back."""
        self.lists.append(made)
        self.draw(0)

    def _behind(self, width: int) -> list[Row]:
        one, shown, target = self.forecast, self.shown, self._listed
        if one is None or shown is None or one.base is None or target is None:
            return []
        deals = [deal for deal in one.base.deals if self._belongs(deal, target)]
        worth = one.by_deal
        deals.sort(key=lambda deal: (-(worth[deal.id].contribution or worth[deal.id].chance), deal.id))
        self._get_names([deal.id for deal in deals[:LISTED]])
        return behind(one, shown, deals[:LISTED], self.sandbox.change, self._names, width)

    def _belongs(self, deal: Candidate, target: Target) -> bool:
        if target.kind == "left":
            return deal.amount is None
        if target.kind == "stage":
            return deal.stage == target.value
        return deal.traits[0 if target.kind == "source" else 1] == target.value

    def _signed(self) -> list[tuple[int, str, str]]:
        from pipetui.store.windows import page, stages

        reading = self.main.reading
        scope = replace(reading.scope, owner_id=self._owner.id if self._owner else None, period=self._period)
        won = [stage.id for stage in stages(reading.db, reading.pipeline.id) if stage.kind == "won"]
        found = [card for stage in won for card in page(reading.db, scope, stage, "close", 0, LISTED)]
        return [(card.id, name(card), money(card.amount, card.currency, short=True)) for card in found]

    def _open_deal(self, number: int) -> None:
        """Its cases when it is open and they are known; the deal itself on the board otherwise."""
        one = self.forecast
        learned = one.base.learned if one is not None and one.base is not None else None
        deal = (
            next((some for some in one.base.deals if some.id == number), None) if one and one.base else None
        )
        if one is None or learned is None or deal is None or self.main.reading.place(number) is None:
            self.dismiss(number)
            return
        from pipetui.store.alike import alike

        stage = one.stages[deal.stage].stage
        age = learned.fit.now - deal.entered
        found = alike(self.main.reading.db, stage.id, age, learned.fit.horizon.days, one.as_of)
        self._get_names([case.deal_id for case in found[:LISTED]])
        board = Row([Span("  "), Span(_("Show it on the board"), "accent")], Target("case", number))
        self.open_list(lambda width: [board, Row([]), *cases(found, self._names, width)])

    # Which forecast

    def _turn(self, forward: bool) -> None:
        try:
            self._period = self._period.next() if forward else self._period.previous()
        except Invalid as error:
            self.tell(error.message, "warn")
        else:
            self.begin()

    def do_period(self) -> None:
        def understood(text: str) -> Line:
            return [Span(period_name(self._read(text)), "accent")]

        def chosen(text: str | None) -> None:
            if text:
                self._period = self._read(text)
                self.begin()

        example = _("2026-Q4   ·   next-month   ·   2026-W48   ·   30d   ·   2026-11-01..2026-12-15")
        self.app.push_screen(Prompt(_("Which period?"), self.main.look, understood, example=example), chosen)

    def _read(self, text: str) -> Period:
        reading = self.main.reading
        return read_period(text, reading.scope.today, self.main.config.fiscal_month or 1)

    def do_owner(self) -> None:
        members = [one for one in self.main.reading.store.all(Member) if one.retired_at is None]
        options = [
            Option(EVERYBODY, _("everybody")),
            *(Option(one.id, one.name, one.login) for one in members),
        ]

        def chosen(number: int | None) -> None:
            if number is not None:
                self._owner = next((one for one in members if one.id == number), None)
                self.begin()

        current = self._owner.id if self._owner else EVERYBODY
        self.app.push_screen(Pick(_("Whose deals?"), options, self.main.look, current), chosen)

    # Drawing

    def heading(self) -> str:
        """What it is."""
        return _("Forecast")

    def made(self, width: int) -> list[Row]:
        """The list looked at, or the overview."""
        one, shown = self.forecast, self.shown
        if one is None or shown is None:
            return [Row([]), Row([Span(f"  {_('Counting…')}", "dim")])]
        if self.lists:
            return self.lists[-1](width)
        return overview(one, shown, self.sandbox.change, self._names, width)

    def standing(self) -> Line:
        """What is looked at, or what is tried."""
        reading = self.main.reading
        parts = [
            reading.pipeline.name,
            period_name(self._period),
            self._owner.name if self._owner else _("everybody"),
        ]
        if reading.query:
            parts.append(f"/{reading.query}")
        if not self.sandbox.change.empty and self.forecast is not None and self.shown is not None:
            said = compared(self.forecast, self.shown)
            return [Span(f" {said} ", "accent"), Span(_("A applies, r throws away"), "dim")]
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]
