"""The forecast on a screen of its own: every figure opens the deals behind it, for any period, for everybody, one owner
or a filter; and a sandbox in which ratios, deals and stages can be changed to see what would happen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from pipetui.core.deal import Member
from pipetui.core.message import Message, say
from pipetui.core.moment import period as read_period
from pipetui.core.whatif import WhatIf
from pipetui.errors import Invalid, PipetuiError
from pipetui.lang import _, money, told
from pipetui.ui.bar import period_name
from pipetui.ui.card import name
from pipetui.ui.field import rule
from pipetui.ui.foresightlines import (
    LISTED,
    MOST,
    Row,
    Target,
    behind,
    cases,
    compared,
    overview,
    signed,
)
from pipetui.ui.paint import GLYPHS, Line, Role, Span, fitted
from pipetui.ui.pane import Pane
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt
from pipetui.ui.reckoner import Question
from pipetui.ui.sandbox import POINTS, Sandbox

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead, Candidate
    from pipetui.core.forecast import Forecast
    from pipetui.core.moment import Period
    from pipetui.ui.app import Pipetui

EVERYBODY = -1
COUNTED = frozenset(("enter", "v", "+", "=", "-", "a", "m", "x", "r", "A"))
"""Keys that need the forecast to be made."""


class Foresight(Screen[int | None]):
    """Ends with the number of a deal to show on the board, or None."""

    AUTO_FOCUS = ""
    CSS = """
    Foresight Pane { width: 100%; }
    """

    def __init__(self, app: Pipetui, deal_id: int | None = None) -> None:
        """With a deal it opens on the deals that its chance rests on."""
        super().__init__()
        self.main, self._first = app, deal_id
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
        self._rows: list[Row] = []
        self._at = 0
        self._said: tuple[str, Role] = "", ""
        self._asked = 0
        self._head, self._body, self._foot = Pane(app.look), Pane(app.look), Pane(app.look)

    def compose(self) -> ComposeResult:
        """A title, what is to be read, and what is looked at."""
        self.styles.overflow_y = "hidden"
        self._head.styles.height = self._foot.styles.height = 1
        self._body.styles.height = "1fr"
        yield from (self._head, self._body, self._foot)

    def on_mount(self) -> None:
        """Have the forecast made."""
        self.begin()

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self.draw()

    # Making it

    def begin(self) -> None:
        """Have the forecast made anew; what was tried is thrown away."""
        self.lists.clear()
        self._listed, self.sandbox.change = None, WhatIf()
        self.work(self._make())

    def work(self, job: Awaitable[None]) -> None:
        """Do a job beside; what refuses it is told."""
        self.run_worker(self._attempt(job))

    async def _attempt(self, job: Awaitable[None]) -> None:
        try:
            await job
        except PipetuiError as error:
            self.tell(error.message, "bad")

    async def _make(self) -> None:
        """Ask for the forecast of what is looked at now; what was asked before does not count any more."""
        self._asked += 1
        asked, main = self._asked, self.main
        self.forecast = self.shown = None
        self.draw()
        scope = replace(main.reading.scope, owner_id=self._owner.id if self._owner else None, period=None)
        question = Question(scope, self._period, main.reading.pipeline.name, main.config.currency)
        made = await main.reckoner.ask(question)
        if made is not None and asked == self._asked:
            self.forecast, self.shown, self._at = made, made.ahead, 0
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

    async def on_key(self, event: events.Key) -> None:
        """One key, one act."""
        event.stop()
        event.prevent_default()
        self._said = "", ""
        key = event.character if event.character and event.is_printable else event.key
        if not self._walk(key):
            self._act(key)
        self.draw()

    def _walk(self, key: str) -> bool:
        """Go to another figure."""
        page, ends = max(self._body.size.height - 1, 1), 2**31
        steps = {
            "j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, " ": page, "pageup": -page, "g": -ends,
            "home": -ends, "G": ends, "end": ends,
        }  # fmt: skip
        if key not in steps:
            return False
        chosen = [at for at, row in enumerate(self._rows) if row.target is not None]
        step = steps[key]
        if not chosen:
            self._body.scroll_by(step)
        elif abs(step) == 1:
            here = chosen.index(self._at) if self._at in chosen else -1
            nearest = here + step
            if 0 <= nearest < len(chosen):
                self._at = chosen[nearest]
            else:
                self._body.scroll_by(step)
                return True
        else:
            wanted = self._at + step
            self._at = min(chosen, key=lambda at: abs(at - wanted))
        self._reveal()
        return True

    def _reveal(self) -> None:
        height = self._body.size.height
        if self._at < self._body.top:
            self._body.scroll_by(self._at - self._body.top)
        elif self._at >= self._body.top + height:
            self._body.scroll_by(self._at - self._body.top - height + 1)

    def _act(self, key: str) -> None:
        if self.forecast is None and key in COUNTED:
            self.tell(say("It is still being counted."), "warn")
            return
        match key:
            case "escape" | "q" | "F":
                self._back()
            case "enter":
                self._open()
            case "[" | "]":
                self._turn(forward=key == "]")
            case "p":
                self._ask_period()
            case "o":
                self._ask_owner()
            case "v":
                self.work(self.sandbox.levers())
            case "+" | "=" | "-":
                self.sandbox.ratio(-POINTS if key == "-" else POINTS)
            case "a":
                self.sandbox.ask_deals()
            case "m" | "x":
                self.sandbox.deal(drop=key == "x")
            case "r":
                self.work(self.sandbox.reset())
            case "A":
                self.sandbox.apply()
            case _:
                self.tell(say('"{key}" does nothing here.', key=key), "warn")

    @property
    def target(self) -> Target | None:
        """What the row under the cursor stands for."""
        return self._rows[self._at].target if 0 <= self._at < len(self._rows) else None

    def _back(self) -> None:
        if self.lists:
            self.lists.pop()
            self._listed, self._at = None, 0
        elif not self.sandbox.change.empty:
            self.work(self.sandbox.reset())
        else:
            self.dismiss(None)

    # What is behind a figure

    def _open(self) -> None:
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
        self._at = 0

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

    def _ask_period(self) -> None:
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

    def _ask_owner(self) -> None:
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

    def tell(self, message: Message, role: Role) -> None:
        """Show a sentence at the bottom, until the next key."""
        self._said = told(message), role
        self.draw()

    def hush(self) -> None:
        """Say nothing more."""
        self._said = "", ""

    def draw(self) -> None:
        """Everything, for the size there is."""
        width = self._body.size.width
        if not width:
            return
        self._head.show([rule(_("Forecast"), width, self._keys())], 0)
        self._rows = self._made(width)
        targets = [at for at, row in enumerate(self._rows) if row.target is not None]
        if self._at not in targets and targets:
            self._at = min(targets, key=lambda at: abs(at - self._at))
        self._body.show([self._drawn(at, row) for at, row in enumerate(self._rows)])
        self._foot.show([fitted(self._standing(), width)], 0)

    def _keys(self) -> list[tuple[str, str]]:
        if self.lists:
            return [("enter", _("open")), ("x", _("drop")), ("m", _("move on")), ("esc", _("back"))]
        words = {
            "enter": _("open"),
            "[ ]": _("period"),
            "p": _("which"),
            "o": _("owner"),
            "+ - a": _("what if"),
        }
        return [*words.items(), ("v", _("levers")), ("esc", _("back"))]

    def _made(self, width: int) -> list[Row]:
        one, shown = self.forecast, self.shown
        if one is None or shown is None:
            return [Row([]), Row([Span(f"  {_('Counting…')}", "dim")])]
        if self.lists:
            return self.lists[-1](width - 1)
        return overview(one, shown, self.sandbox.change, self._names, width - 1)

    def _drawn(self, at: int, row: Row) -> Line:
        here = at == self._at and row.target is not None
        if row.target is None or not here:
            return row.line
        return [Span(GLYPHS.bar, "accent"), Span(row.line[0].text[1:]), *row.line[1:]]

    def _standing(self) -> Line:
        """What is looked at, or what has just been said."""
        if self._said[0]:
            return [Span(f" {self._said[0]}", self._said[1])]
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
