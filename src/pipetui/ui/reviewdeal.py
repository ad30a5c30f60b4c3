"""One deal of the pipeline review: why it is looked at, what changed since, and what is decided by a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from pipetui.core import activities, moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Decision, LostReason, Member, Stage, Visit
from pipetui.core.meeting import VERDICT_WORDS, Verdict
from pipetui.core.message import Message, say
from pipetui.core.moment import local_day
from pipetui.core.money import Money
from pipetui.errors import PipetuiError, Refused
from pipetui.lang import _, chance, day, day_example, moment, money, told
from pipetui.store import gate, log
from pipetui.ui import steps
from pipetui.ui.dealform import amount_reader, amount_text
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.minutes import opening
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, cells, fit, kind_sign, wrapped
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.core.moves import Changes
    from pipetui.core.review import Facts, Ranked
    from pipetui.store.dossier import Dossier
    from pipetui.ui.review import ReviewList

HISTORY = 40
DECISIONS = frozenset(("step", "push", "advance", "won", "lost", "park", "note", "amount"))
"""The keys that decide something: about open deals alone."""
DONE_SHOWN = 4


class ReviewDeal(Page):
    """One deal of the review. It ends with None to pause, −1 when the last deal was looked at, or a deal to show."""

    KEYS = (
        Key(("t",), "step", say("Plan the next step"), say("step")),
        Key(("s", "space"), "skip", say("Leave it as it is"), say("skip")),
        Key(("d",), "push", say("Another closing date"), say("date")),
        Key(("L", ">"), "advance", say("Move it to the next stage"), say("advance")),
        Key(("w",), "won", say("Won"), say("won")),
        Key(("x",), "lost", say("Lost, with the reason"), say("lost")),
        Key(("p",), "park", say("Park it until a day"), say("park")),
        Key(("n",), "note", say("Write a note"), say("note")),
        Key(("e",), "amount", say("Another amount")),
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

    def barred(self, key: Key) -> PipetuiError | None:
        """Nothing is decided any more about a deal that was closed meanwhile."""
        closed = self._ended(self._dossier.deal) if key.act in DECISIONS else None
        return closed or super().barred(key)

    def _ended(self, deal: Deal) -> Refused | None:
        now = self._stage(deal)
        if now.kind == "open":
            return None
        return Refused(
            say("This deal is {stage} meanwhile.", stage=now.name),
            say("s goes on; on the board o opens it again."),
        )

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
        amount = money(deal.amount, deal.currency) if deal.amount is not None else _("no amount")
        close = day(deal.expected_close, self._today) if deal.expected_close else GLYPHS.none
        owner = self.main.reading.store.get(Member, deal.owner_id).name if deal.owner_id else _("nobody")
        pairs = [
            (_("Stage"), self._stands(deal, facts)),
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
        named = max(cells(label) for label, _value in pairs) + 1
        rows += [
            [Span(f"  {fit(label, named)}", "dim"), Span(fit(value, max(width - named - 3, 4)))]
            for label, value in pairs
        ]
        rows += self._why(one) if self._ended(deal) is None else []
        rows += self._changed(width)
        if deal.notes:
            rows += [[], [Span(f"  {_('Notes')}", "title")]]
            rows += [[Span("  "), *line] for line in wrapped(deal.notes, max(width - 4, 10))[:6]]
        return [Row(line) for line in [*rows, *self._done(width)]]

    def _stands(self, deal: Deal, facts: Facts) -> str:
        """Its stage, for how long, and its chance; of a deal that is closed, when and why it was."""
        stage = self._stage(deal)
        if stage.kind == "open":
            days, head = _("{n} days").format(n=facts.days), _("{chance} to win")
            return f" {GLYPHS.dot} ".join((stage.name, days, head.format(chance=chance(facts.chance))))
        when = day(local_day(deal.closed_at or deal.stage_since))
        if stage.kind == "won":
            return _("Won on {day}").format(day=when)
        reasons = self.main.reading.store.all(LostReason, id=deal.lost_reason_id)
        return _("Lost on {day}: {reason}").format(
            day=when, reason=", ".join(one.name for one in reasons) or GLYPHS.none
        )

    @staticmethod
    def _why(one: Ranked) -> list[Line]:
        rows: list[Line] = [[], [Span(f"  {_('Why')}", "title")]]
        return rows + (
            [[Span(f"  {GLYPHS.flag} ", "warn"), Span(told(flag.message))] for flag in one.flags]
            or [[Span(f"  {_('Nothing is wrong.')}", "good")]]
        )

    def _contact(self) -> str:
        person = self._dossier.contact or self._dossier.organization
        if person is None:
            return GLYPHS.none
        return " ".join(part for part in (person.name, person.phone, person.email) if part)

    def _next(self) -> str:
        first = self._dossier.next_step
        if first is None or first.due_on is None:
            return GLYPHS.none
        return f"{kind_sign(first.kind)} {day(first.due_on, self._today)} {first.due_time or ''} {first.text}"

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
                Span(f"  {kind_sign(one.kind)} ", "accent"), Span(fit(when, 14), "dim"),
                Span(f" {fit(one.text, max(width - 20, 4))}"),
            ])  # fmt: skip
        return lines

    def standing(self) -> Line:
        """What was decided about this deal already."""
        verdicts = self._list.decided.get(self._dossier.deal.id, [])
        return (
            [Span(f" {', '.join(told(VERDICT_WORDS[one]) for one in verdicts)}", "good")] if verdicts else []
        )

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

        deal = self._deal()

        async def named(text: str) -> None:
            close = steps.read_day(text, self._today)
            await self._decide("push", day(close), moves.edit(deal, self._desk(), expected_close=close))

        self.ask(
            Prompt(
                _("Close when?"),
                self.main.look,
                said,
                example=_("{day} · friday · end of month").format(day=day_example()),
            ),
            named,
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

        deal = self._deal()

        async def named(text: str) -> None:
            until = steps.read_day(text, self._today)
            await self._decide("park", day(until), moves.park(deal, until, self._desk()))

        self.ask(
            Prompt(
                _("Park until"),
                self.main.look,
                said,
                example=_("in 3 months   ·   {day}   ·   next week").format(day=day_example()),
            ),
            named,
        )

    def do_note(self) -> None:
        deal = self._deal()

        async def written(text: str) -> None:
            if text:
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
            was = money(amount.minor, amount.currency) if amount else _("no amount")
            now = money(asked.minor, asked.currency) if asked else _("no amount")
            said = f"{was} {GLYPHS.arrow} {now}"
            await self._decide("edit", said, moves.edit(deal, self._desk(), **fields))

        self.ask(Form(_("Amount"), [row], self.main.look), filled)

    async def do_skip(self) -> None:
        await self._decide("skip", "", ())

    def do_before(self) -> None:
        self._go(-1)

    def do_show(self) -> None:
        self.dismiss(self._dossier.deal.id)

    async def do_undo(self) -> None:
        await super().do_undo()
        self._list.resume()
        self._open()

    async def _decide(self, verdict: Verdict, text: str, changes: Changes) -> None:
        """The change and the decision in one batch; then the next deal."""
        await self.main.writer.settled()
        if (closed := self._ended(self._deal())) is not None:
            if verdict != "skip":
                raise closed
            self._go(1)
            return
        self._list.resume()
        review, begun = self._list.started()
        deal = self._dossier.deal
        decision = Decision(
            id=-(2**40), review_id=review.id, deal_id=deal.id, verdict=verdict, text=text,
            decided_at=self.main.reading.clock()[1],
        )  # fmt: skip
        label: Message = say(
            "Review {deal}: {verdict}",
            deal=self._deals[self._place].facts.name,
            verdict=VERDICT_WORDS[verdict],
        )
        await self.main.acts.commit(Batch(label, (*changes, *begun, Change.add(decision))))
        self._list.resume()
        self._go(1)
        if self.is_current:
            self.tell(label, "good")

    def _go(self, step: int) -> None:
        place = self._place + step
        if place >= len(self._deals):
            self.dismiss(-1)
        elif place >= 0:
            self._place = place
            self._open()
            self.draw(0)

    def _stage(self, deal: Deal) -> Stage:
        return self.main.reading.store.get(Stage, deal.stage_id)

    def _deal(self) -> Deal:
        return self.main.reading.store.get(Deal, self._dossier.deal.id)

    def _visit(self) -> Visit | None:
        return next(
            iter(self.main.reading.store.all(Visit, deal_id=self._dossier.deal.id, left_at=None)), None
        )

    def _desk(self) -> Any:
        return self.main.reading.desk()
