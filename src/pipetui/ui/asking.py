"""The commands that ask something first: which stage, why, when, what. Imported by the first of them."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, LostReason, Member, Tag, View
from pipetui.core.members import can_work
from pipetui.core.message import say, say_n
from pipetui.core.query import parse, strangers
from pipetui.core.step import Step
from pipetui.errors import Conflict, ConnectionLost, Refused
from pipetui.lang import _, day, day_example, told
from pipetui.store.orders import SORTS
from pipetui.ui import steps
from pipetui.ui.bar import SORT_NAMES
from pipetui.ui.card import name
from pipetui.ui.dealform import tags
from pipetui.ui.paint import GLYPHS, Line, Span
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt, Understand
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    import asyncio

    from pipetui.core.stage import Stage
    from pipetui.store.cards import Card
    from pipetui.store.store import Committed
    from pipetui.ui.app import Pipetui

NOBODY = 0
"""In place of the number of a member."""
SEEN = 200
"""Deals of which it is kept how they were when something was asked."""
Then = Callable[[Any], Awaitable[None]]


class Asking:
    """One method for each command that opens a dialog, named after it."""

    def __init__(self, app: Pipetui) -> None:
        self.app = app
        self._looked_for: list[str] = []
        self._unsaved: dict[int, str] = {}
        """Notes that could not be kept, by deal."""

    # Verbs

    def do_move_to(self) -> None:
        cards = self.app.cards
        stages = [Option(stage, stage.name, stage.definition) for stage in self.app.reading.stages]
        here, seen = self.app.seen.stage, self._as_seen(cards)

        async def chosen(stage: Stage) -> None:
            await self.to_stage(cards, stage, seen)

        self._pick(_("Move to which stage?"), stages, chosen, here)

    def _as_seen(self, cards: Sequence[Card]) -> list[Deal]:
        """The deals as they are when something about them is asked: what others do meanwhile is told before it is
        undone by the answer. Of very many deals that is not kept."""
        if len(cards) > SEEN:
            return []
        return [deal for card in cards for deal in self.app.reading.store.all(Deal, id=card.id)]

    async def to_stage(self, cards: Sequence[Card], stage: Stage, seen: Sequence[Deal] = ()) -> None:
        """Move deals to a stage, asking why when it is lost."""
        if stage.kind == "lost":
            self.lose(cards)
        else:
            await self.app.acts.move_to(cards, stage, seen)

    def do_lose(self) -> None:
        self.lose(self.app.cards)

    def lose(self, cards: Sequence[Card]) -> None:
        """Ask for the reason, then lose the deals."""
        reasons = self.app.reading.store.all(LostReason)
        options = [Option(reason, reason.name) for reason in sorted(reasons, key=lambda r: r.id)]
        seen = self._as_seen(cards)

        async def chosen(reason: LostReason) -> None:
            await self.app.acts.lose(cards, reason.id, reason.name, seen)

        self._pick(_("Why was it lost?"), options, chosen)

    def do_assign(self) -> None:
        cards = self.app.cards
        seen = self._as_seen(cards)
        members = {one.id: one for one in self.app.reading.store.all(Member) if can_work(one)}
        options = [Option(one.id, one.name, one.login) for one in members.values()]

        async def chosen(number: int) -> None:
            taker = members.get(number)
            owner = taker.name if taker else _("nobody")
            await self.app.acts.assign(cards, taker.id if taker else None, owner, seen)

        self._pick(_("Who works it?"), [*options, Option(NOBODY, _("nobody"))], chosen)

    def do_plan(self) -> None:
        cards = self.app.cards

        self.plan(cards, _("Next step"))

    def plan(self, cards: Sequence[Card], title: str) -> None:
        """Ask for the next step of these deals."""
        today = self.app.reading.scope.today

        async def planned(text: str) -> None:
            await self.app.acts.plan(cards, steps.read(text, today), text)

        self._prompt(title, lambda text: steps.said(text, today), planned, example=steps.example())

    async def do_done(self) -> None:
        """The next step was taken; what follows is asked at once."""
        cards = self.app.cards
        await self.app.acts.done(cards)
        self.plan(cards, _("Done. What is next? (esc for nothing)"))

    def do_log(self) -> None:
        cards = self.app.cards

        today = self.app.reading.scope.today

        async def noted(text: str) -> None:
            step = steps.read(text, today)
            await self.app.acts.log(cards, Step(step.kind, step.text))

        self._prompt(
            _("What was done"),
            lambda text: steps.said_done(text, today),
            noted,
            example=_("call left a message   ·   meeting went well"),
        )

    def do_park(self) -> None:
        cards = self.app.cards
        if all(card.parked_until and card.parked_until > self.app.reading.scope.today for card in cards):
            self.app.work(self.app.acts.park, cards, None, group=ANSWERS)
            return

        today, seen = self.app.reading.scope.today, self._as_seen(cards)

        async def parked(text: str) -> None:
            await self.app.acts.park(cards, steps.read_day(text, today), text, seen)

        example = _("in 3 months   ·   {day}   ·   next week").format(day=day_example())
        self._prompt(
            _("Park until"), lambda text: [Span(day(steps.read_day(text, today)))], parked, example=example
        )

    def do_notes(self) -> None:
        from pipetui.ui.notes import edit_text

        (card,) = self.app.cards[:1]
        deal = self.app.reading.store.get(Deal, card.id)
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or self.app.config.editor
        before = "\n\n".join(filter(None, (deal.notes, self._unsaved.pop(card.id, ""))))

        def edited(text: str | None) -> None:
            written = before if text is None else text.strip()
            if written != deal.notes:
                batch = Batch(say("Edit {deal}", deal=name(card)), (Change.edit(deal, notes=written),))
                begun = self.app.acts.begin(batch)
                self.app.work(self._note, batch, deal.id, written, begun, group=ANSWERS)

        title = _("Notes on {deal}").format(deal=name(card))
        edit_text(self.app, before, editor, self.app.look, title, edited)

    async def _note(self, batch: Batch, deal_id: int, text: str, begun: asyncio.Future[Committed]) -> None:
        """Wait until notes are written; when others were meanwhile and nothing is decided, the next time shows both."""
        try:
            await self.app.acts.commit(batch, begun=begun)
        except Conflict:
            self._unsaved[deal_id] = text
            raise Refused(
                say("Not saved: somebody else wrote notes too."), say("Press E for both texts.")
            ) from None
        except ConnectionLost as error:
            self._unsaved[deal_id] = text
            raise ConnectionLost(error.message, say("Your notes are kept: E shows them again.")) from None

    def do_tag(self) -> None:
        """Ask for tags: `vip, -cold` puts one on and takes one off."""
        cards = self.app.cards

        def read(text: str) -> tuple[list[str], list[str]]:
            words = tags(text.replace("-", "#-") if text.startswith("-") else text)
            off = [word.lstrip("-") for word in words if word.startswith("-")]
            return [word for word in words if not word.startswith("-")], off

        def said(text: str) -> Line:
            on, off = read(text)
            line = [Span(" ".join(f"#{word}" for word in on), "accent")]
            return [*line, Span(" ".join(f" {GLYPHS.lost} #{word}" for word in off), "warn")]

        async def named(text: str) -> None:
            on, off = read(text)
            if on or off:
                await self.app.acts.tag(cards, on, off)

        known = ", ".join(one.name for one in self.app.reading.store.all(Tag)[:8])
        self._prompt(_("Tags; - takes one off"), said, named, example=known)

    # The past

    def do_travel(self) -> None:
        """Ask for a day, or come back from one."""
        if self.app.travel is not None:
            self.app.travel.back()
            return
        from pipetui.ui.travel import go, read

        today = self.app.reading.scope.today

        async def named(text: str) -> None:
            await go(self.app, read(text, today))

        example = _("yesterday   ·   3 months ago   ·   2026-08-23   ·   30/6")
        self._prompt(
            _("See the board as of"), lambda text: [Span(day(read(text, today)))], named, example=example
        )

    async def do_day_back(self) -> None:
        await self._step(-1)

    async def do_day_on(self) -> None:
        await self._step(1)

    async def do_week_back(self) -> None:
        await self._step(-7)

    async def do_week_on(self) -> None:
        await self._step(7)

    async def _step(self, days: int) -> None:
        if self.app.travel is not None:
            await self.app.travel.step(days)

    async def do_review_back(self) -> None:
        if self.app.travel is not None:
            await self.app.travel.to_review()

    def do_record(self) -> None:
        from pipetui.ui.macros import record

        record(self.app)

    def do_play(self) -> None:
        from pipetui.ui.macros import play

        play(self.app)

    # What is looked at

    def do_filter(self) -> None:
        """Filter while it is typed; esc goes back to what was shown before."""
        from pipetui.ui.find import Finder

        before = self.app.reading.query

        def gone(text: str | None) -> None:
            self._look_for(before if text is None else text)
            if text:
                self._looked_for.insert(0, text)

        example = _("stage:quote owner:me amount>10k is:stalled acme")
        finder = Finder(self.app.look, self._filtered, before, self._looked_for, example)
        self.app.push_screen(finder, gone)

    def _filtered(self, text: str) -> Line:
        self._look_for(text)
        count = sum(lane.count for lane in self.app.board.lanes)
        words = told(say_n("{n} deal", "{n} deals", count))
        if not text:
            return [Span(_("all deals"), "dim")]
        names = [lane.column.stage.name for lane in self.app.board.lanes]
        unknown = strangers(parse(text, self.app.reading.scope.today), names)
        return [Span(words, "accent"), *(Span(f"  {told(one)}", "warn") for one in unknown)]

    def _look_for(self, text: str) -> None:
        reading = self.app.reading
        if text == reading.query:
            return
        expr = parse(text, reading.scope.today) if text else None
        try:
            reading.filter(text, expr)
        except ConnectionLost as error:
            self.app.lookout.lose(error)
        else:
            self.app.reload()

    def do_save_view(self) -> None:
        store = self.app.reading.store
        views = {view.slot: view for view in store.all(View) if view.slot}
        options = [
            Option(slot, f"{slot}", views[slot].name if slot in views else _("free")) for slot in range(1, 10)
        ]

        async def chosen(slot: int) -> None:
            def called(text: str) -> Line:
                return [Span(text or self.app.reading.query, "accent")]

            async def named(text: str) -> None:
                await self._keep(views.get(slot), slot, text or self.app.reading.query)

            self._prompt(_("Name of view {n}").format(n=slot), called, named)

        self._pick(_("On which key?"), options, chosen)

    async def _keep(self, old: View | None, slot: int, name: str) -> None:
        reading = self.app.reading
        view = View(id=-1, slot=slot, name=name, query=reading.query, sort=reading.sort)
        change = Change.edit(old, name=name, query=view.query, sort=view.sort) if old else Change.add(view)
        await self.app.acts.commit(Batch(say("Keep view {n}: {name}", n=slot, name=name), (change,)))

    def do_sort_by(self) -> None:
        async def chosen(sort: str) -> None:
            self.app.sort_by(sort)

        options: list[Option[str]] = [Option(sort, told(SORT_NAMES[sort])) for sort in SORTS]
        self._pick(_("Sort by"), options, chosen, self.app.reading.sort)

    def do_pipeline(self) -> None:
        reading = self.app.reading

        async def chosen(number: int) -> None:
            reading.pipeline = next(p for p in reading.pipelines if p.id == number)
            self.app.reload()

        self._pick(
            _("Which pipeline?"),
            [Option(p.id, p.name) for p in reading.pipelines],
            chosen,
            reading.pipeline.id,
        )

    def do_foresight(self) -> None:
        self._foresee(None)

    def do_cases(self) -> None:
        card = self.app.cards[0]
        if card.closed_at is not None:
            raise Refused(say("It is closed: nothing is to be expected of it."))
        self._foresee(card.id)

    def _foresee(self, deal_id: int | None) -> None:
        from pipetui.ui.foresight import Foresight

        def chosen(number: int | None) -> None:
            if number is not None:
                self.app.reload(follow=number)

        self.app.push_screen(Foresight(self.app, deal_id), chosen)

    def do_backtest(self) -> None:
        from pipetui.ui.trial import TrialScreen

        self.app.push_screen(TrialScreen(self.app))

    def do_palette(self) -> None:
        from pipetui.ui.finding import open_palette

        open_palette(self.app)

    # How it is asked

    def _pick(self, title: str, options: Sequence[Option[Any]], then: Then, chosen: object = None) -> None:
        self.app.push_screen(Pick(title, options, self.app.look, chosen), self.app.answer(then))

    def _prompt(self, title: str, understand: Understand, then: Then, example: str = "") -> None:
        self.app.push_screen(Prompt(title, self.app.look, understand, example=example), self.app.answer(then))
