"""The agenda: what is overdue, for today, for this week and later; done in one key, with what follows asked at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipetui.core import activities, recurrence
from pipetui.core.agenda import SECTIONS, Planned, Section
from pipetui.core.bench import Bench, Records
from pipetui.core.change import Batch
from pipetui.core.deal import Activity, Deal, Member, Visit
from pipetui.core.fields import clock
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Invalid, PipetuiError, Refused
from pipetui.lang import _, day, day_example, kind_word, told
from pipetui.paths import path_of
from pipetui.store import agenda as store
from pipetui.store import gate
from pipetui.store.agenda import Wanted
from pipetui.ui import steps
from pipetui.ui.agendalines import section_line, section_word, step_line
from pipetui.ui.find import Finder
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, KINDS, Line, Span
from pipetui.ui.prompt import Prompt, to_file
from pipetui.ui.rows import Paged, Row
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.core.moves import Changes
    from pipetui.ui.app import Pipetui

Verb = Callable[[Activity, "Desk", Bench], "Changes"]


class Agenda(Page):
    """All planned steps, or those of one's own."""

    KEYS = (
        Key(("enter",), "open", say("Show the deal on the board"), say("deal")),
        Key(("!", "d"), "done", say("Done; what follows is asked at once"), say("done")),
        Key(("z",), "snooze", say("Snooze until tomorrow"), say("tomorrow")),
        Key(("Z",), "snooze_until", say("Snooze until a day you name"), say("later")),
        Key(("+",), "a_day_on", say("A day later")),
        Key(("-",), "a_day_back", say("A day earlier")),
        Key(("e",), "edit", say("Another day, time, kind, text, or how often"), say("edit")),
        Key(("x",), "cancel", say("It will not be done; what repeats, not this time")),
        Key(("X",), "cancel_all", say("It will not be done, and will not come back")),
        Key(("space",), "mark", say("Mark the step; marked steps are done and snoozed together")),
        Key(("o",), "owner", say("Everybody's steps, or your own"), say("whose")),
        Key(("/",), "find", say("Find by words"), say("find")),
        Key(("w",), "write", say("Write a calendar file that calendar programs read"), say("calendar")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        # Alone in a store, everybody's steps are one's own.
        me = app.reading.store.me if len(app.reading.store.all(Member)) > 1 else None
        self._wanted = Wanted(app.reading.scope.today, me)
        self._counts: dict[Section, int] = {}
        self._asleep = 0
        self._marks: dict[int, Planned] = {}
        self._rows: Sequence[Row] = ()
        self._read()

    @property
    def _today(self) -> date:
        return self.main.reading.scope.today

    # What is shown

    def _read(self) -> None:
        self._wanted = self._wanted._replace(today=self._today)
        self._counts = store.counts(self.main.reading.db, self._wanted)
        self._asleep = store.asleep(self.main.reading.db, self._wanted)
        heads = [name for name in SECTIONS if self._counts[name]]
        self._starts: list[tuple[int, Section]] = []
        place = 0
        for name in heads:
            self._starts.append((place, name))
            place += self._counts[name] + 2
        self._rows = Paged(max(place - 1, 0), self._fetch)

    def _fetch(self, offset: int, limit: int) -> list[Row]:
        """Rows with their headings: a section takes a heading, its steps and an empty row."""
        made: list[Row] = []
        before = 0
        for start, name in self._starts:
            count = self._counts[name]
            end = start + count + 2
            first, last = max(offset, start), min(offset + limit, end)
            if first < last:
                wanted = range(max(first, start + 1), min(last, start + 1 + count))
                found = store.page(
                    self.main.reading.db, self._wanted, before + wanted.start - start - 1, len(wanted)
                )
                steps_ = dict(zip(wanted, found, strict=False))
                made += [
                    self._row(place, start, name, count, steps_.get(place)) for place in range(first, last)
                ]
            before += count
        return made

    def _row(self, place: int, start: int, name: Section, count: int, step: Planned | None) -> Row:
        if place == start:
            return Row(section_line(name, count))
        if step is None:
            return Row([])
        return Row(step_line(step, self._today, self.rows.size.width - 1, step.id in self._marks), step)

    def heading(self) -> str:
        """What it is."""
        return _("Agenda")

    def made(self, width: int) -> Sequence[Row]:
        """The sections, or what to do when nothing is planned."""
        if not self._rows:
            said = (
                _("Nothing fits.")
                if self._wanted.words
                else _("Nothing is planned. On the board t plans a step.")
                if self._wanted.owner_id is None
                else _("You have nothing planned. On the board t plans a step; o shows everybody's.")
            )
            return [Row([]), Row([Span(f"  {said}", "dim")])]
        return self._rows

    def standing(self) -> Line:
        """Whose steps, and how many."""
        whose = _("everybody") if self._wanted.owner_id is None else _("mine")
        parts = [whose, *(f"{section_word(name)} {n}" for name, n in self._counts.items() if n)]
        if self._asleep:
            parts.append(
                f"{GLYPHS.parked} {told(say_n('{n} with a parked deal', '{n} with parked deals', self._asleep))}"
            )
        if self._wanted.words:
            parts.append(f"/{self._wanted.words}")
        if self._marks:
            parts.append(told(say_n("{n} marked", "{n} marked", len(self._marks))))
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]

    def reread(self) -> None:
        """Steps may have come and gone."""
        self._read()
        self.draw()

    def whose(self) -> Mapping[str, Any]:
        """The step under the cursor; of marked steps those within reach are written."""
        step: Planned | None = None if self._marks else self.rows.target
        there = [] if step is None else self.main.reading.store.all(Activity, id=step.id)
        return _whose(there[0]) if there else {}

    # What can be done

    @property
    def _chosen(self) -> list[Planned]:
        if self._marks:
            return list(self._marks.values())
        if self.rows.target is None:
            raise Refused(say("There is no step here."))
        return [self.rows.target]

    def do_open(self) -> None:
        step = self._chosen[0]
        if step.deal_id is None:
            self.tell(say("This step hangs on no deal."), "warn")
        else:
            self.dismiss(step.deal_id)

    def do_mark(self) -> None:
        step = self.rows.target
        if step is not None:
            if self._marks.pop(step.id, None) is None:
                self._marks[step.id] = step
            at = self.rows.at
            self._read()
            self.draw()
            self.rows.go(at + 1)

    async def do_done(self) -> None:
        chosen = self._chosen

        def taken(one: Activity, desk: Desk, bench: Bench) -> Changes:
            deal = bench.get(Deal, one.deal_id) if one.deal_id else None
            return activities.done(one, desk, deal, _visit(bench, one.deal_id))

        label = _label(
            chosen,
            say("A step for {deal} is done", deal=chosen[0].about),
            say_n("A step is done", "{n} steps are done", len(chosen)),
        )
        await self._write(chosen, taken, label)
        if len(chosen) == 1 and chosen[0].repeat is None:
            self._follow_up(chosen[0])

    def _follow_up(self, step: Planned) -> None:
        """Ask what is next for the same deal, person or company."""
        today = self._today

        async def planned(text: str) -> None:
            if text:
                store = self.main.reading.store
                one = store.get(Activity, step.id)
                deal = store.get(Deal, one.deal_id) if one.deal_id else None
                changes = activities.plan(
                    steps.read(text, today), self.main.reading.desk(), deal=deal, visit=_visit(store, one.deal_id),
                    contact_id=one.contact_id, organization_id=one.organization_id,
                )  # fmt: skip
                label = say("Plan a step for {deal}", deal=step.about or step.text)
                await self.main.acts.commit(Batch(label, changes))
                self.tell(label, "good")
            elif step.deal_id is not None:
                self.tell(say("Done. {deal} has no next step now.", deal=step.about), "warn")

        def said(text: str) -> Line:
            return steps.said(text, today) if text else [Span(_("nothing follows"), "dim")]

        title = _("Done. What is next for {deal}?").format(deal=step.about or step.text)
        self.ask(Prompt(title, self.main.look, said, example=steps.example()), planned)

    async def do_snooze(self) -> None:
        await self._snooze(lambda _: self._today + timedelta(days=1))

    async def do_a_day_on(self) -> None:
        await self._snooze(lambda step: step.due_on + timedelta(days=1))

    async def do_a_day_back(self) -> None:
        await self._snooze(lambda step: step.due_on - timedelta(days=1))

    def do_snooze_until(self) -> None:
        chosen = self._chosen

        async def named(text: str) -> None:
            until = steps.read_day(text, self._today)
            await self._snooze(lambda _: until, chosen)

        def said(text: str) -> Line:
            until = steps.read_day(text, self._today)
            if until < self._today:
                raise Invalid(say("That day is past."))
            return [Span(day(until), "accent")]

        self.ask(
            Prompt(
                _("Snooze until"),
                self.main.look,
                said,
                example=_("friday   ·   in 2 weeks   ·   {day}").format(day=day_example()),
            ),
            named,
        )

    async def _snooze(
        self, until: Callable[[Planned], date], chosen: Sequence[Planned] | None = None
    ) -> None:
        some = self._chosen if chosen is None else chosen
        days = {step.id: until(step) for step in some}
        if min(days.values()) < self._today:
            raise Refused(say("That day is past."))
        day_ = days[some[0].id]
        label = _label(
            some,
            say("Snooze a step for {deal} until {day}", deal=some[0].about, day=day_),
            say_n("Snooze a step until {day}", "Snooze {n} steps until {day}", len(some), day=day_)
            if len({*days.values()}) == 1
            else say("Snooze {n} steps", n=len(some)),
        )
        await self._write(some, lambda one, desk, bench: activities.snooze(one, days[one.id]), label)

    async def do_cancel(self) -> None:
        chosen = self._chosen

        def cancelled(one: Activity, desk: Desk, bench: Bench) -> Changes:
            return activities.skip(one, desk) if one.repeat else activities.cancel(one)

        await self._write(chosen, cancelled, _cancelling(chosen))

    async def do_cancel_all(self) -> None:
        chosen = self._chosen
        await self._write(chosen, lambda one, desk, bench: activities.cancel(one), _cancelling(chosen))

    def do_edit(self) -> None:
        step = self._chosen[0]
        one = self.main.reading.store.get(Activity, step.id)
        rows = [
            FormRow("text", _("What"), one.text),
            FormRow(
                "kind", _("Kind"), kind_word(one.kind), steps.read_kind,
                choices=[*map(kind_word, KINDS)], whole=True,
            ),
            FormRow(
                "due_on", _("Day"), day(step.due_on), lambda text: steps.read_day(text, self._today), day,
                whole=True,
            ),
            FormRow(
                "due_time", _("Time"), one.due_time or "", lambda text: clock(text or None), example="14:30",
                whole=True,
            ),
            FormRow(
                "repeat", _("Comes back"), one.repeat or "", recurrence.repeat_from_words,
                lambda value: told(recurrence.told(value)) if value else "", example=_("every 2 weeks"), whole=True,
        ),
        ]  # fmt: skip

        async def changed(values: dict[str, object]) -> None:
            label = say("Change a step for {deal}", deal=step.about)
            await self._write([step], lambda one, desk, bench: activities.change(one, **values), label)

        self.ask(Form(_("Step"), rows, self.main.look), changed)

    async def _write(self, chosen: Iterable[Planned], verb: Verb, label: Message) -> None:
        """One batch over the steps, each seeing what those before it did; what the rules refuse for some is told, the
        others go on."""
        await self.main.writer.settled()
        reading, refused = self.main.reading, list[PipetuiError]()
        bench, desk = Bench(reading.store), reading.desk()
        for step in chosen:
            try:
                one = bench.get(Activity, step.id)
                barred = gate.forbidden(reading.db, reading.actor, "change", "activity", _whose(one))
                if barred is not None:
                    raise barred
                bench.take(verb(one, desk, bench))
            except PipetuiError as error:
                refused.append(error)
        if not bench.changes and refused:
            raise refused[0]
        self._marks.clear()
        await self.main.acts.commit(Batch(label, bench.changes))
        self.tell(label if not refused else refused[0].message, "warn" if refused else "good")

    # Which steps

    def do_owner(self) -> None:
        mine = self.main.reading.store.me
        self._wanted = self._wanted._replace(owner_id=None if self._wanted.owner_id is not None else mine)
        self._again()

    def do_find(self) -> None:
        before = self._wanted.words

        def found(text: str) -> Line:
            self._wanted = self._wanted._replace(words=text)
            self._again()
            n = sum(self._counts.values())
            return [Span(told(say_n("{n} step", "{n} steps", n)), "accent")]

        async def kept(text: str | None) -> None:
            self._wanted = self._wanted._replace(words=before if text is None else text)
            self._again()

        def left(text: str | None) -> None:
            self.work(kept, text, group=ANSWERS)

        self.app.push_screen(Finder(self.main.look, found, before, [], _("acme call")), left)

    def _again(self) -> None:
        self._read()
        self.draw(0)

    def do_write(self) -> None:
        async def named(text: str) -> None:
            from pipetui.exchange.export import put
            from pipetui.exchange.ical import calendar

            path = path_of(text)
            some = store.page(self.main.reading.db, self._wanted, 0, sum(self._counts.values()))
            data = calendar(some, self.main.reading.scope.now, _("Sales pipeline"))
            put(path, data)
            self.tell(
                say_n("{n} step is in {file}", "{n} steps are in {file}", len(some), file=str(path)), "good"
            )

        prompt = Prompt(_("Write a calendar file"), self.main.look, to_file, "agenda.ics")
        self.ask(prompt, named)


def _label(steps: Sequence[Planned], of_one: Message, of_all: Message) -> Message:
    """One step is known by what it is about; its text may be personal, and stays out of the log."""
    return of_one if len(steps) == 1 else of_all


def _cancelling(steps: Sequence[Planned]) -> Message:
    return _label(
        steps,
        say("Cancel a step for {deal}", deal=steps[0].about),
        say_n("Cancel a step", "Cancel {n} steps", len(steps)),
    )


def _visit(records: Records, deal_id: int | None) -> Visit | None:
    """The stay of a deal where it stands."""
    return next(iter(records.all(Visit, deal_id=deal_id, left_at=None)), None) if deal_id else None


def _whose(one: Activity) -> Mapping[str, Any]:
    """What tells whose a step is: its owner, and the deal or whom it hangs on."""
    return {
        "owner_id": one.owner_id, "deal_id": one.deal_id, "contact_id": one.contact_id,
        "organization_id": one.organization_id,
    }  # fmt: skip
