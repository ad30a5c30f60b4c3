"""The pipeline review: the deals most worth a word, one at a time, answered by single keys; it ends with minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipetui.core import activities, moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Decision, LostReason, Member, Rate, Review, Visit
from pipetui.core.meeting import Verdict
from pipetui.core.message import Message, say, say_n
from pipetui.core.moment import local_day, midnight
from pipetui.core.money import Money
from pipetui.core.review import Ranked, ranked
from pipetui.errors import Refused
from pipetui.exchange.minutes import Decided, Minutes, markdown, verdict_words, with_flow
from pipetui.lang import _, chance, day, moment, money, told
from pipetui.store import gate, log, reviews
from pipetui.ui import steps
from pipetui.ui.bar import period_name
from pipetui.ui.dealform import amount_reader, amount_text
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, KINDS, Line, Span, fit, wrapped
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    from pipetui.core.moves import Changes
    from pipetui.store.store import Dossier
    from pipetui.ui.app import Pipetui

HISTORY = 40
DONE_SHOWN = 4


class ReviewList(Page):
    """The deals in the order in which they are looked at; enter begins."""

    KEYS = (
        Key(("enter",), "begin", say("Begin, or go on, with this deal"), say("begin")),
        Key(("f",), "flagged", say("Only deals that something is wrong with, or all"), say("flagged/all")),
        Key(("o",), "owner", say("Everybody's deals, or those of one owner"), say("whose")),
        Key(("m",), "minutes", say("End the review: the minutes"), say("minutes")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._owner: Member | None = None
        self._flagged = True
        store, pipeline = app.reading.store, app.reading.pipeline
        held = [
            one
            for one in store.all(Review, pipeline_id=pipeline.id, owner_id=store.me)
            if one.ended_at is None
        ]
        self.review: Review | None = held[-1] if held else None
        """The one that goes on; an open one is taken up again."""
        self.decided: dict[int, list[Verdict]] = {}
        if self.review is not None:
            for one in store.all(Decision, review_id=self.review.id):
                self.decided.setdefault(one.deal_id, []).append(one.verdict)
        self.deals: list[Ranked] = []
        self._read()

    def _read(self) -> None:
        reading = self.main.reading
        scope = replace(reading.scope, period=None, owner_id=self._owner.id if self._owner else None)
        if not reading.chances:
            stages = reading.forecast(self.main.config.currency).stages
            reading.chances = {one.stage.id: one.chance.value for one in stages}
        found = reviews.candidates(reading.db, scope, reading.chances)
        rates = {one.currency: float(one.value) for one in reading.store.all(Rate)}
        self.deals = [one for one in ranked(found, scope.today, rates) if one.flags or not self._flagged]

    def reread(self) -> None:
        """Deals may have changed."""
        self._read()
        self.draw()

    def heading(self) -> str:
        """What it is."""
        return _("Pipeline review")

    def made(self, width: int) -> list[Row]:
        """A row for each deal: whether it was looked at, what is at stake, what is wrong."""
        if not self.deals:
            said = (
                _("Nothing is wrong with any deal. f shows all of them.")
                if self._flagged
                else _("There is no open deal.")
            )
            return [Row([]), Row([Span(f"  {said}", "good")])]
        return [Row(self._line(place, one, width), place) for place, one in enumerate(self.deals)]

    def _line(self, place: int, one: Ranked, width: int) -> Line:
        facts = one.facts
        done = facts.id in self.decided
        amount = money(facts.amount, facts.currency, short=True) if facts.amount is not None else GLYPHS.none
        name = max((width - 24) * 2 // 5, 12)
        wrong = ", ".join(told(flag.message) for flag in one.flags)
        return [
            Span(" "), Span(f"{GLYPHS.done if done else ' '} ", "good"), Span(f"{place + 1:>3} ", "dim"),
            Span(fit(facts.name, name), "dim" if done else "strong"), Span(f" {fit(amount, 8, 'right')}", "money"),
            Span(f"  {fit(wrong, max(width - name - 19, 4))}", "dim" if done else "warn"),
        ]  # fmt: skip

    def standing(self) -> Line:
        """Whose deals, how many, and how far the review is."""
        whose = self._owner.name if self._owner else _("everybody")
        parts = [
            self.main.reading.pipeline.name,
            whose,
            told(say_n("{n} deal", "{n} deals", len(self.deals))),
        ]
        if self.main.reading.query:
            parts.append(f"/{self.main.reading.query}")
        if self.review is not None:
            parts.append(
                _("{n} looked at since {time}").format(n=len(self.decided), time=moment(self.review.began_at))
            )
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]

    # What can be done

    def do_flagged(self) -> None:
        self._flagged = not self._flagged
        self._read()
        self.draw(0)

    def do_owner(self) -> None:
        members = [one for one in self.main.reading.store.all(Member) if one.retired_at is None]
        options = [Option(-1, _("everybody")), *(Option(one.id, one.name, one.login) for one in members)]

        async def chosen(number: int) -> None:
            self._owner = next((one for one in members if one.id == number), None)
            self._read()
            self.draw(0)

        self.ask(Pick(_("Whose deals?"), options, self.main.look), chosen)

    async def do_begin(self) -> None:
        if self.rows.target is None:
            raise Refused(say("There is no deal to look at."))
        await self.started()
        self.app.push_screen(ReviewDeal(self, self.rows.target), self._left)

    async def started(self) -> Review:
        """The review that goes on, begun when there is none."""
        if self.review is None:
            reading = self.main.reading
            new = Review(
                id=-1, pipeline_id=reading.pipeline.id, owner_id=reading.store.me, query=reading.query,
                began_at=reading.clock()[1],
            )  # fmt: skip
            label = say("Begin a pipeline review")
            done = await self.main.writer.write(lambda store: store.commit(Batch(label, (Change.add(new),))))
            self.review = reading.store.get(Review, done.ids[-1])
        return self.review

    def _left(self, answer: int | None) -> None:
        if answer is not None and answer >= 0:
            self.dismiss(answer)
            return
        at = self.rows.at
        self._read()
        self.draw(at)
        if answer is not None:
            self.run_worker(self.attempt(self.do_minutes()), group=ANSWERS)

    async def do_minutes(self) -> None:
        if not self.decided or self.review is None:
            raise Refused(say("Nothing was decided yet: enter begins with a deal."))
        review = self.review
        minutes = await self._minutes(review)
        ended = Change.edit(review, ended_at=self.main.reading.clock()[1], minutes=minutes.to_json())
        await self.main.acts.commit(Batch(say("End the pipeline review"), (ended,)))
        self.app.push_screen(MinutesPage(self.main, minutes), self._over)

    def _over(self, _: int | None) -> None:
        """The minutes were read."""
        self.dismiss(None)

    async def _minutes(self, review: Review) -> Minutes:
        await self.main.writer.settled()
        reading = self.main.reading
        store = reading.store
        since = opening(self.main)
        flow = reviews.pipeline_flow(
            reading.db, reading.pipeline.id, since, local_day(since), reading.scope.today
        )
        forecast = self.main.forecast
        coming = forecast.ahead if forecast is not None else None
        goal = forecast.goal if forecast is not None else None
        goal = goal if goal is not None and goal.goal.metric == "wins" else None
        decisions = []
        for one in store.all(Decision, review_id=review.id):
            card = reading.cards([one.deal_id])
            name = (
                " – ".join(p for p in (card[0].organization or card[0].contact, card[0].title) if p)
                if card
                else "?"
            )
            amount, currency = (card[0].amount, card[0].currency) if card else (None, "")
            decisions.append(Decided(name, one.verdict, one.text, amount, currency))
        member = store.get(Member, review.owner_id) if review.owner_id is not None else None
        return Minutes(
            held_on=local_day(review.began_at), held_by=member.name if member else "", pipeline=reading.pipeline.name,
            query=review.query, since=local_day(since), looked_at=len(self.decided),
            of=len({one.facts.id for one in self.deals} | self.decided.keys()), decisions=tuple(decisions),
            wins=coming.wins.mean + (goal.done if goal else 0) if coming is not None else None,
            goal=goal.target if goal else None, goal_chance=goal.chance if goal else None,
            period=period_name(forecast.period) if forecast is not None else "", **with_flow(flow),  # type: ignore[arg-type]
        )  # fmt: skip


def opening(main: Pipetui) -> datetime:
    """The moment of the opening figures: the end of the last review, or the first of the month before there was one."""
    reading = main.reading
    last = reviews.last_review(reading.store, reading.pipeline.id)
    if last is not None and last.ended_at is not None:
        return last.ended_at
    return midnight(reading.scope.today.replace(day=1))


class ReviewDeal(Page):
    """One deal of the review. It ends with None to pause, −1 when the last deal was looked at, or a deal to show."""

    KEYS = (
        Key(("t",), "step", say("Plan the next step"), say("step")),
        Key(("d",), "push", say("Another closing date"), say("date")),
        Key(("L", ">"), "advance", say("Move it to the next stage"), say("advance")),
        Key(("w",), "won", say("Won"), say("won")),
        Key(("x",), "lost", say("Lost, with the reason"), say("lost")),
        Key(("p",), "park", say("Park it until a day"), say("park")),
        Key(("n",), "note", say("Write a note"), say("note")),
        Key(("e",), "amount", say("Another amount")),
        Key(("s", "space"), "skip", say("Leave it as it is"), say("skip")),
        Key(("b",), "before", say("The deal before")),
        Key(("enter",), "show", say("Leave the review and show the deal on the board")),
    )

    def __init__(self, parent: ReviewList, place: int) -> None:
        super().__init__(parent.main)
        self._list, self._place = parent, place
        self._deals = list(parent.deals)
        self._open()

    def _open(self) -> None:
        self._dossier: Dossier = self.main.reading.store.dossier(self._deals[self._place].facts.id)

    def reread(self) -> None:
        """The deal may have changed."""
        self._open()
        self.draw()

    def whose(self) -> Mapping[str, Any]:
        """The deal."""
        return gate.about(self.main.reading.db, "deal", self._dossier.deal.id)

    @property
    def _today(self) -> date:
        return self.main.reading.scope.today

    # What is shown

    def heading(self) -> str:
        """Which deal of how many."""
        return _("Review {n} of {of}").format(n=self._place + 1, of=len(self._deals))

    def made(self, width: int) -> list[Row]:
        """The deal, why it is looked at, what changed, what was done."""
        one, deal = self._deals[self._place], self._dossier.deal
        facts = one.facts
        stage = self.main.reading.store.get(type(self.main.reading.stages[0]), deal.stage_id)
        amount = money(deal.amount, deal.currency) if deal.amount is not None else _("no amount")
        head = _("{chance} to win").format(chance=chance(facts.chance))
        close = day(deal.expected_close, self._today) if deal.expected_close else GLYPHS.none
        owner = self.main.reading.store.get(Member, deal.owner_id).name if deal.owner_id else _("nobody")
        pairs = [
            (
                _("Stage"),
                f"{stage.name} {GLYPHS.dot} {_('{n} days').format(n=facts.days)} {GLYPHS.dot} {head}",
            ),
            (
                _("Close"),
                close + (f" ({_('pushed {n} times').format(n=facts.pushes)})" if facts.pushes else ""),
            ),
            (_("Owner"), owner),
            (_("Contact"), self._contact()),
            (_("Next step"), self._next()),
        ]
        rows: list[Line] = [
            [],
            [
                Span("  "),
                Span(fit(facts.name, max(width - 24, 8)), "strong"),
                Span(fit(amount, 20, "right"), "money"),
            ],
            [],
        ]
        rows += [
            [Span(f"  {fit(label, 12)}", "dim"), Span(fit(value, max(width - 15, 4)))]
            for label, value in pairs
        ]
        rows += [[], [Span(f"  {_('Why')}", "title")]]
        rows += [[Span(f"  {GLYPHS.flag} ", "warn"), Span(told(flag.message))] for flag in one.flags] or [
            [Span(f"  {_('Nothing is wrong.')}", "good")]
        ]
        rows += self._changed(width)
        if deal.notes:
            rows += [[], [Span(f"  {_('Notes')}", "title")]]
            rows += [[Span("  "), *line] for line in wrapped(deal.notes, max(width - 4, 10))[:6]]
        return [Row(line) for line in [*rows, *self._done(width)]]

    def _contact(self) -> str:
        person = self._dossier.contact or self._dossier.organization
        if person is None:
            return GLYPHS.none
        return " ".join(part for part in (person.name, person.phone, person.email) if part)

    def _next(self) -> str:
        planned = [one for one in self._dossier.activities if one.done_at is None and one.due_on is not None]
        if not planned:
            return GLYPHS.none
        first = min(planned, key=lambda one: (str(one.due_on), one.due_time or "24", one.id))
        assert first.due_on is not None
        return f"{KINDS[first.kind]} {day(first.due_on, self._today)} {first.due_time or ''} {first.text}"

    def _changed(self, width: int) -> list[Line]:
        """What the journal says since the last review."""
        since = opening(self.main)
        entries = log.entries_of(self.main.reading.db, self._dossier.deal.id, HISTORY)
        fresh = [one for one in entries if one.at > since and one.kind == "do" and not one.undone]
        title = _("Since {day}").format(day=day(local_day(since), self._today))
        lines: list[Line] = [[], [Span(f"  {title}", "title")]]
        lines += [
            [
                Span(f"  {fit(moment(one.at), 18)}", "dim"),
                Span(f" {fit(told(one.label), max(width - 21, 4))}"),
            ]
            for one in fresh[:6]
        ]
        if not fresh:
            done = any(one.done_at is not None and one.done_at > since for one in self._dossier.activities)
            words = _("only what was done: see below") if done else _("nothing has changed")
            lines.append([Span(f"  {words}", "dim")])
        return lines

    def _done(self, width: int) -> list[Line]:
        done = sorted(
            (one for one in self._dossier.activities if one.done_at is not None),
            key=lambda one: str(one.done_at),
        )[-DONE_SHOWN:]
        if not done:
            return []
        lines: list[Line] = [[], [Span(f"  {_('Done')}", "title")]]
        for one in reversed(done):
            when = day(local_day(one.done_at), self._today) if one.done_at else ""
            lines.append([
                Span(f"  {KINDS[one.kind]} ", "accent"), Span(fit(when, 14), "dim"),
                Span(f" {fit(one.text, max(width - 20, 4))}"),
            ])  # fmt: skip
        return lines

    def standing(self) -> Line:
        """What was decided about this deal already."""
        verdicts = self._list.decided.get(self._dossier.deal.id, [])
        words = verdict_words()
        return [Span(f" {', '.join(words[one] for one in verdicts)}", "good")] if verdicts else []

    # Decisions

    def do_step(self) -> None:
        today = self._today

        async def planned(text: str) -> None:
            changes = activities.plan(
                steps.read(text, today), self._desk(), deal=self._deal(), visit=self._visit()
            )
            await self._decide("step", text, changes)

        prompt = Prompt(
            _("Next step"), self.main.look, lambda text: steps.said(text, today), example=steps.example()
        )
        self.ask(prompt, planned)

    def do_push(self) -> None:
        def said(text: str) -> Line:
            return [Span(day(steps.read_day(text, self._today)), "accent")]

        async def named(text: str) -> None:
            close = steps.read_day(text, self._today)
            await self._decide(
                "push", day(close), moves.edit(self._deal(), self._desk(), expected_close=close)
            )

        self.ask(
            Prompt(_("Close when?"), self.main.look, said, example=_("30/9 · friday · end of month")), named
        )

    async def do_advance(self) -> None:
        deal, desk = self._deal(), self._desk()
        to = moves.next_stage(deal, desk)
        await self._decide("advance", to.name, moves.move(deal, self._visit(), to, desk))

    async def do_won(self) -> None:
        await self._decide("won", "", moves.win(self._deal(), self._visit(), self._desk()))

    def do_lost(self) -> None:
        reasons = sorted(self.main.reading.store.all(LostReason), key=lambda one: one.id)

        async def chosen(reason: LostReason) -> None:
            await self._decide(
                "lost", reason.name, moves.lose(self._deal(), self._visit(), reason.id, self._desk())
            )

        options = [Option(one, one.name) for one in reasons]
        self.ask(Pick(_("Why was it lost?"), options, self.main.look), chosen)

    def do_park(self) -> None:
        def said(text: str) -> Line:
            return [Span(day(steps.read_day(text, self._today)), "accent")]

        async def named(text: str) -> None:
            until = steps.read_day(text, self._today)
            await self._decide("park", day(until), moves.park(self._deal(), until, self._desk()))

        self.ask(
            Prompt(
                _("Park until"), self.main.look, said, example=_("in 3 months   ·   1/12   ·   next week")
            ),
            named,
        )

    def do_note(self) -> None:
        async def written(text: str) -> None:
            if text:
                deal = self._deal()
                notes = "\n\n".join(part for part in (deal.notes, text) if part)
                await self._decide("note", text, moves.edit(deal, self._desk(), notes=notes))

        self.ask(Prompt(_("Note"), self.main.look, lambda text: [Span(text)]), written)

    def do_amount(self) -> None:
        deal = self._deal()
        amount = None if deal.amount is None else Money(deal.amount, deal.currency)
        row = FormRow(
            "amount",
            _("Amount"),
            amount_text(amount, deal.currency),
            amount_reader(deal.currency),
            whole=True,
        )

        async def filled(values: dict[str, Any]) -> None:
            asked: Money | None = values["amount"]
            fields = {"amount": asked.minor, "currency": asked.currency} if asked else {"amount": None}
            said = money(asked.minor, asked.currency) if asked else _("no amount")
            await self._decide("edit", said, moves.edit(self._deal(), self._desk(), **fields))

        self.ask(Form(_("Amount"), [row], self.main.look), filled)

    async def do_skip(self) -> None:
        await self._decide("skip", "", ())

    def do_before(self) -> None:
        self._go(-1)

    def do_show(self) -> None:
        self.dismiss(self._dossier.deal.id)

    async def do_undo(self) -> None:
        await super().do_undo()
        self._list.decided = {}
        review = self._list.review
        if review is not None:
            for one in self.main.reading.store.all(Decision, review_id=review.id):
                self._list.decided.setdefault(one.deal_id, []).append(one.verdict)
        self._open()

    async def _decide(self, verdict: Verdict, text: str, changes: Changes) -> None:
        """The change and the decision in one batch; then the next deal."""
        await self.main.writer.settled()
        review, deal = await self._list.started(), self._dossier.deal
        decision = Decision(
            id=-(2**40), review_id=review.id, deal_id=deal.id, verdict=verdict, text=text,
            decided_at=self.main.reading.clock()[1],
        )  # fmt: skip
        label: Message = say(
            "Review {deal}: {verdict}", deal=self._deals[self._place].facts.name, verdict=VERDICTS[verdict]
        )
        await self.main.acts.commit(Batch(label, (*changes, Change.add(decision))))
        self._list.decided.setdefault(deal.id, []).append(verdict)
        self._go(1)

    def _go(self, step: int) -> None:
        place = self._place + step
        if place >= len(self._deals):
            self.dismiss(-1)
        elif place >= 0:
            self._place = place
            self._open()
            self.draw(0)

    def _deal(self) -> Deal:
        return self.main.reading.store.get(Deal, self._dossier.deal.id)

    def _visit(self) -> Visit | None:
        return next(
            iter(self.main.reading.store.all(Visit, deal_id=self._dossier.deal.id, left_at=None)), None
        )

    def _desk(self) -> Any:
        return self.main.reading.desk()


VERDICTS: dict[Verdict, Message] = {
    "step": say("next step"), "push": say("closing date"), "advance": say("moved on"), "won": say("deal won"),
    "lost": say("deal lost"), "park": say("parked"), "note": say("note"), "skip": say("left as it is"),
    "edit": say("changed"),
}  # fmt: skip


class MinutesPage(Page):
    """The minutes of a review, to be read, copied and written to a file."""

    KEYS = (
        Key(("w",), "write", say("Write the minutes to a file"), say("write")),
        Key(("y",), "copy", say("Copy the minutes"), say("copy")),
    )

    def __init__(self, app: Pipetui, minutes: Minutes) -> None:
        super().__init__(app)
        self._minutes = minutes
        self._text = markdown(minutes)

    def heading(self) -> str:
        """What it is."""
        return _("Minutes")

    def made(self, width: int) -> Sequence[Row]:
        """The text as it is written."""
        return [
            Row([Span("  "), Span(fit(line, width - 2), "title" if line.startswith("#") else "")])
            for line in self._text.splitlines()
        ]

    def do_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.tell(say("The minutes are copied."), "good")

    def do_write(self) -> None:
        async def named(text: str) -> None:
            path = Path(text).expanduser()
            try:
                path.write_text(self._text, encoding="utf-8")
            except OSError as error:
                reason = error.strerror or str(error)
                raise Refused(
                    say("{file} cannot be written: {reason}.", file=str(path), reason=reason)
                ) from error
            self.tell(say("The minutes are in {file}", file=str(path)), "good")

        name = f"review-{self._minutes.held_on.isoformat()}.md"
        self.ask(
            Prompt(_("Write the minutes"), self.main.look, lambda text: [Span(text, "accent")], name), named
        )
