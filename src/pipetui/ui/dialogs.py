"""The dialogs about whole records: a new deal, the fields of a deal, a file to take in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipetui import lang
from pipetui.core import entry
from pipetui.core.acts import of_values
from pipetui.core.amend import Subject, amended
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Contact, Deal, Member, Organization, Setting, Source, Tag, Tagging
from pipetui.core.deal import Mapping as Remembered
from pipetui.core.entry import Register
from pipetui.core.message import Message, say, say_n
from pipetui.core.money import Money
from pipetui.core.quickadd import Draft, Known, Part
from pipetui.errors import ConnectionLost, PipetuiError
from pipetui.lang import _
from pipetui.store.roster import FEW, called, names, roster
from pipetui.ui.card import name

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.exchange.plan import Choices, Plan
    from pipetui.exchange.report import Report
    from pipetui.store.cards import Card
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui
    from pipetui.ui.quick import QuickEntry

Progress = Callable[[int, int], None]


class Dialogs:
    """One method for each dialog; the answers become batches."""

    def __init__(self, app: Pipetui) -> None:
        self.app = app
        self._unsent = ""
        """The line of a new deal that could not be written."""

    @property
    def _store(self) -> Store:
        return self.app.reading.store

    @property
    def currency(self) -> str:
        """For amounts typed without one: the settings, the store, the euro."""
        known = self._store.all(Setting, name="currency")
        return self.app.config.currency or (known[0].value if known else "EUR")

    # A new deal

    def new(self, begun: str = "") -> None:
        """One line, read while it is typed; `begun` stands in it already."""
        known = Known(
            [stage.name for stage in self.app.reading.stages],
            [source.name for source in self._store.all(Source)],
            self._names(Organization),
            self.currency,
            lang.month_first(),
        )
        begun, self._unsent = begun or self._unsent, ""
        dialog = self._entry(known, begun)

        async def answered(given: Draft | Sequence[str]) -> None:
            if isinstance(given, Draft):
                try:
                    await self._open(given)
                except ConnectionLost as error:
                    self._unsent = dialog.line
                    kept = say("What you typed is kept: n shows it again.")
                    raise ConnectionLost(error.message, kept, error.doubtful) from None
                return
            self._list(known, given)

        self.app.push_screen(dialog, self.app.answer(answered))

    def _entry(self, known: Known, text: str) -> QuickEntry:
        from pipetui.ui.quick import QuickEntry

        return QuickEntry(self.app.look, self.app.reading.scope.today, known, self._candidates, text)

    def _list(self, known: Known, lines: Sequence[str], why: Message | None = None) -> None:
        """Pasted lines, read out; those that cannot be read, or could not be written, stand there again."""
        from pipetui.ui.pasted import PastedLines, Taken

        async def taken(given: Taken) -> None:
            try:
                await self._open_all(given.drafts)
            except PipetuiError as error:
                self._list(known, given.lines, error.message)
                raise
            if given.left:
                added = say_n("{n} deal added.", "{n} deals added.", len(given.drafts))
                self._list(known, given.left, added)

        today = self.app.reading.scope.today
        pasted = PastedLines(self.app.look, today, known, lines, partial(self._entry, known), why)
        self.app.push_screen(pasted, self.app.answer(taken))

    async def _open_all(self, drafts: Sequence[Draft]) -> None:
        """One batch for all of them."""
        await self.app.writer.settled()
        desk = self.app.reading.desk()
        register = self._register(*(name for one in drafts for name in (one.organization, one.contact)))
        changes = [change for one in drafts for change in entry.opened(one, desk, register)]
        await self.app.acts.commit(Batch(say_n("Add a deal", "Add {n} deals", len(drafts)), tuple(changes)))

    async def _open(self, draft: Draft) -> None:
        await self.app.writer.settled()
        changes = entry.opened(
            draft, self.app.reading.desk(), self._register(draft.organization, draft.contact)
        )
        number = next(change.id for change in changes if change.table == Deal.table and change.before is None)
        title = " – ".join(part for part in (draft.organization, draft.title) if part) or draft.contact or ""
        await self.app.acts.commit(Batch(say("Add {deal}", deal=title), changes), follow=number)

    def _candidates(self, part: Part, words: str) -> Sequence[str]:
        try:
            return self._names(Contact if part == "contact" else Organization, words)
        except ConnectionLost as error:
            self.app.lookout.lose(error)
            return []

    def _names(self, kind: type[Contact | Organization], words: str = "") -> list[str]:
        return names(self.app.reading.db, kind, words, FEW)

    def _register(self, *wanted: str | None) -> Register:
        """The people and companies that may be meant: all of them where they are few, else those of these names."""
        contacts = called(self._store, Contact, wanted, FEW)
        companies = called(self._store, Organization, wanted, FEW)
        return Register.of(contacts, companies, self._store.all(Source), self._store.all(Tag))

    # The fields of a deal

    def edit(self) -> None:
        """All fields of the deal under the cursor."""
        (card,) = self.app.cards[:1]
        self._edit(card)

    def _edit(self, card: Card) -> None:
        """What was typed into the form before, and could not be written, stands in it again."""
        from pipetui.ui.dealform import deal_rows
        from pipetui.ui.form import Form

        subject = self._subject(card.id)
        typed = self.app.unsaved.pop(("deal", card.id), None)
        rows = deal_rows(self._facts(subject), self.app.reading.scope.today, subject.deal.currency)

        def check(values: Mapping[str, Any]) -> None:
            self._amended(subject, values, self.app.reading.desk())

        async def changed(values: Mapping[str, Any]) -> None:
            seen = [one for one in (subject.deal, subject.contact, subject.organization) if one is not None]
            kept = form.typed

            def back() -> None:
                self.app.unsaved["deal", card.id] = kept
                self.app.work(self._edit_again, card)

            await self.app.acts.edit([card], of_values(values, form.texts, lang.month_first()), seen, back)

        form = Form(_("Edit {title}").format(title=name(card)), rows, self.app.look, check, typed=typed)
        self.app.push_screen(form, self.app.answer(changed))

    async def _edit_again(self, card: Card) -> None:
        self._edit(card)

    def _subject(self, deal_id: int) -> Subject:
        deal = self._store.get(Deal, deal_id)
        return Subject(
            deal,
            self._store.get(Contact, deal.contact_id) if deal.contact_id else None,
            self._store.get(Organization, deal.organization_id) if deal.organization_id else None,
            self._store.all(Tagging, subject="deal", subject_id=deal_id),
            self._store.all(Activity, deal_id=deal_id, done_at=None),
        )

    def _amended(self, subject: Subject, values: Mapping[str, Any], desk: Desk) -> tuple[Change, ...]:
        register = self._register(values.get("organization"), values.get("contact"))
        return amended(subject, values, desk, register, self._store.all(Member))

    def _facts(self, subject: Subject) -> Any:
        from pipetui import reach
        from pipetui.ui.dealform import DealFacts
        from pipetui.ui.partyacts import home

        deal, party = subject.deal, subject.contact or subject.organization
        members = {member.id: member.name for member in self._store.all(Member) if member.retired_at is None}
        sources = {source.id: source.name for source in self._store.all(Source)}
        tags = {tag.id: tag.name for tag in self._store.all(Tag)}
        return DealFacts(
            title=deal.title,
            organization=subject.organization.name if subject.organization else "",
            contact=subject.contact.name if subject.contact else "",
            email=(party.email if party else None) or "",
            phone=(party.phone if party else None) or "",
            country=reach.region(party.country if party else None) or home(self.app),
            amount=None if deal.amount is None else Money(deal.amount, deal.currency),
            expected_close=deal.expected_close,
            owner=members.get(deal.owner_id or 0, ""),
            source=sources.get(deal.source_id or 0, ""),
            tags=[tags[tagging.tag_id] for tagging in subject.taggings],
            pinned_chance=deal.pinned_chance,
            pinned_reason=deal.pinned_reason or "",
            pinned_until=deal.pinned_until,
            owners=list(members.values()),
            sources=list(sources.values()),
            organizations=self._names(Organization),
            contacts=self._names(Contact),
        )

    # A file to take in

    def take_in(self) -> None:
        """Ask for a file and take it in, in a thread and on a connection of its own."""
        from pipetui.ui.intake import ImportFile

        def done(report: Report | None) -> None:
            if report is not None:
                self.app.reload()

        dialog = ImportFile(self.app.look, self.app.reading.stages, self._plan, self._take)
        self.app.push_screen(dialog, done)

    def _plan(self, path: Path, choices: Choices) -> Plan:
        from pipetui.exchange.plan import Choices, planned, signature
        from pipetui.exchange.profiles import known_headers
        from pipetui.exchange.sheet import opened

        sheet, store = opened(path, known_headers), self.app.reading.another()
        try:
            remembered = store.all(Remembered, signature=signature(sheet))
        finally:
            store.close()
        earlier = Choices.from_json(remembered[-1].choices) if remembered else Choices()
        return planned(sheet, self.app.reading.stages, choices.over(earlier))

    def _take(self, plan: Plan, choices: Choices, dry: bool, progress: Progress) -> Report:
        from pipetui.exchange.events import Events
        from pipetui.exchange.intake import Intake

        store = self.app.reading.another()
        try:
            desk = self.app.reading.desk_of(store)
            known = roster(store, desk, self.currency)
            if plan.kind in ("quotes", "activities"):
                events = Events(plan, known, store, progress)
                changes = tuple(events.changes())
                if changes and not dry:
                    store.commit(Batch(events.label, changes))
                    _remember(store, plan, choices)
                return events.report
            intake = Intake(plan, known, progress=progress)
            if dry:
                for _change in intake.changes():
                    pass
            else:
                store.load(intake.label, intake.changes())
                _remember(store, plan, choices)
            return intake.report
        finally:
            store.close()


def _remember(store: Store, plan: Plan, choices: Choices) -> None:
    """Keep what was chosen for the next file with these headers."""
    from pipetui.exchange.plan import Choices

    if choices == Choices():
        return
    known = store.all(Remembered, signature=plan.signature)
    if known:
        change = Change.edit(known[-1], choices=choices.over(Choices.from_json(known[-1].choices)).to_json())
    else:
        change = Change.add(Remembered(id=-1, signature=plan.signature, choices=choices.to_json()))
    store.load(say("Remember the columns of {file}", file=plan.sheet.path.name), [change], undoable=False)
