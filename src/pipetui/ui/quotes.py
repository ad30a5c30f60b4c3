"""The quotes of a deal, or of all: written line by line, sent, signed, refused, written out for the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipetui.core import offer, settings
from pipetui.core import quotes as rules
from pipetui.core.change import Batch
from pipetui.core.deal import Deal, Quote, QuoteStatus, Setting, Visit
from pipetui.core.message import Message, say, say_n
from pipetui.core.money import Money
from pipetui.core.moves import Changes
from pipetui.errors import Invalid, NotFound, Refused
from pipetui.lang import _, day, money, told
from pipetui.paths import path_of
from pipetui.store import gate
from pipetui.store import offers as store
from pipetui.ui.card import name
from pipetui.ui.dealform import amount_reader, amount_text, day_reader
from pipetui.ui.detail import STATUS_WORDS
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.prompt import Prompt, to_file
from pipetui.ui.quotelines import Lines, entry_line, lines_of
from pipetui.ui.rows import Paged, Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

STATUSES: tuple[QuoteStatus | None, ...] = (None, "sent", "draft", "signed", "expired", "refused")
SOON = 7
"""Days before the end of its validity from which a quote that is out is worth a look."""


class Quotes(Page):
    """The quotes of one deal with their lines; `a` shows those of all deals."""

    KEYS = (
        Key(("enter",), "open", say("The lines of the quote; of all quotes, its deal"), say("lines")),
        Key(("n",), "new", say("Make a quote for the deal"), say("new")),
        Key(("s",), "send", say("It is out: the deal comes to the stage of sent quotes"), say("sent")),
        Key(("w",), "sign", say("It is signed: the deal takes its amount and is won"), say("signed")),
        Key(("x",), "refuse", say("The customer refuses it"), say("refused")),
        Key(("c",), "copy", say("A new draft with the same lines"), say("copy")),
        Key(("e",), "edit", say("Number, amount, validity, notes")),
        Key(("p",), "write", say("Write it out: PDF or Markdown"), say("write")),
        Key(("a",), "all", say("All quotes, or those of the deal")),
        Key(("f",), "filter", say("Of all quotes: those of one status, then the next")),
    )

    def __init__(self, app: Pipetui, deal_id: int) -> None:
        super().__init__(app)
        self._deal_id = deal_id
        self._all = False
        self._status: QuoteStatus | None = None
        self._listed: Sequence[Row] = ()
        self._read()

    @property
    def _today(self) -> date:
        return self.main.reading.scope.today

    def whose(self) -> Mapping[str, Any]:
        """The deal of the quote."""
        listed = self.rows.target if self._all else None
        return gate.about(self.main.reading.db, "deal", listed.deal_id if listed else self._deal_id)

    # What is shown

    def _read(self) -> None:
        if self._all:
            n = store.count(self.main.reading.db, self._status)
            self._listed = Paged(n, self._fetch)

    def _fetch(self, offset: int, limit: int) -> list[Row]:
        found = store.page(self.main.reading.db, self._status, offset, limit)
        return [Row(self._listed_line(one), one) for one in found]

    def _listed_line(self, one: store.Listed) -> Line:
        about = " – ".join(part for part in (one.organization or one.contact, one.deal) if part)
        width = self.rows.size.width - 1
        status, role = STATUS_WORDS[one.status]
        when = one.decided_on or one.valid_until or one.sent_on
        late = one.status == "sent" and self._ends_soon(one.valid_until)
        return [
            Span("  "), Span(fit(one.number, 14), "strong"), Span(f" {fit(told(status), 9)}", role),
            Span(f" {fit(money(one.amount, one.currency), 14, 'right')}", "money"),
            Span(f"  {fit(day(date.fromisoformat(when)) if when else '', 14)}", "warn" if late else "dim"),
            Span(f" {fit(about, max(width - 57, 4))}"),
        ]  # fmt: skip

    def _ends_soon(self, until: str | None) -> bool:
        return until is not None and date.fromisoformat(until) <= self._today + timedelta(days=SOON)

    def heading(self) -> str:
        """Whose quotes."""
        if self._all:
            return _("All quotes")
        for card in self.main.reading.cards([self._deal_id]):
            return _("Quotes: {deal}").format(deal=name(card))
        raise NotFound(say("This deal is gone."))

    def made(self, width: int) -> Sequence[Row]:
        """Each quote and under it its lines."""
        if self._all:
            return (
                self._listed
                if self._listed
                else [Row([]), Row([Span(f"  {_('There is no quote.')}", "dim")])]
            )
        quotes = self.main.reading.store.all(Quote, deal_id=self._deal_id)
        if not quotes:
            return [Row([]), Row([Span(f"  {_('There is no quote yet: n makes one.')}", "dim")])]
        rows: list[Row] = []
        for quote in reversed(quotes):
            rows += [Row([]), Row(self._quote_line(quote, width), quote), *self._lines(quote, width)]
        return rows

    def _quote_line(self, one: Quote, width: int) -> Line:
        status, role = STATUS_WORDS[one.status]
        dates = []
        if one.sent_on:
            dates.append(_("sent {day}").format(day=day(one.sent_on, self._today)))
        if one.decided_on:
            dates.append(day(one.decided_on, self._today))
        elif one.valid_until:
            dates.append(_("until {day}").format(day=day(one.valid_until, self._today)))
        said = f" {GLYPHS.dot} ".join(dates)
        return [
            Span("  "), Span(fit(one.number, 14), "strong"), Span(f" {fit(told(status), 9)}", role),
            Span(f" {fit(said, max(width - 44, 4))}", "dim"),
            Span(f" {fit(money(one.amount, one.currency), 16, 'right')}", "strong"),
        ]  # fmt: skip

    def _lines(self, quote: Quote, width: int) -> list[Row]:
        lines = lines_of(self.main, quote)
        sums = offer.totals(lines)
        rows = [
            Row(entry_line(line, net, quote.currency, width))
            for line, net in zip(lines, sums.nets, strict=True)
        ]
        if sums.taxes:
            said = _("with tax {gross}").format(gross=money(sums.gross, quote.currency))
            rows.append(Row([Span(fit(said, width - 1, "right"), "dim")]))
        return rows

    def standing(self) -> Line:
        """What is looked at."""
        if not self._all:
            return []
        status = told(STATUS_WORDS[self._status][0]) if self._status else _("of every status")
        n = told(say_n("{n} quote", "{n} quotes", len(self._listed)))
        return [Span(f" {n} {GLYPHS.dot} {status}", "dim")]

    def reread(self) -> None:
        """Quotes may have come or changed."""
        self._read()
        self.draw()

    # What can be done

    @property
    def _chosen(self) -> Quote:
        found = self.rows.target
        if found is None:
            raise Refused(say("There is no quote here."))
        return found if isinstance(found, Quote) else self.main.reading.store.get(Quote, found.id)

    def do_open(self) -> None:
        one = self._chosen
        if self._all:
            self.dismiss(one.deal_id)
        else:
            self.app.push_screen(Lines(self.main, one.id), lambda _: self.reread())

    def do_all(self) -> None:
        self._all = not self._all
        self._read()
        self.draw(0)

    def do_filter(self) -> None:
        self._all = True
        self._status = STATUSES[(STATUSES.index(self._status) + 1) % len(STATUSES)]
        self._read()
        self.draw(0)

    def do_new(self) -> None:
        reading = self.main.reading
        deal = reading.store.get(Deal, self._deal_id)
        currency = deal.currency
        amount = None if deal.amount is None else Money(deal.amount, currency)
        rows = [
            FormRow("number", _("Number"), store.next_number(reading.store, self._today), required=True),
            FormRow(
                "amount",
                _("Amount"),
                amount_text(amount, currency),
                amount_reader(currency),
                required=True,
                whole=True,
            ),
            FormRow(
                "valid_until",
                _("Valid until"),
                day(self._ends()),
                day_reader(self._today),
                _said,
                required=True,
                whole=True,
            ),
            FormRow("notes", _("Notes")),
        ]

        async def filled(values: dict[str, Any]) -> None:
            given = _as_fields(values)
            changes = rules.new_quote(deal, reading.desk(), **given)
            await self._write(say("Make quote {number}", number=given["number"]), changes)
            made = reading.store.all(Quote, deal_id=deal.id)[-1]
            self.app.push_screen(Lines(self.main, made.id), lambda _: self.reread())

        self.ask(Form(_("New quote"), rows, self.main.look, every=True), filled)

    def _ends(self) -> date:
        days = settings.value(self.main.reading.store.all(Setting), "quote_validity")
        return self._today + timedelta(days=int(days))

    def do_edit(self) -> None:
        one = self._chosen
        currency = one.currency
        rows = [
            FormRow("number", _("Number"), one.number),
            FormRow(
                "amount", _("Amount"), amount_text(Money(one.amount, currency), currency), amount_reader(currency),
                whole=True,
            ),
            FormRow(
                "valid_until", _("Valid until"), _said(one.valid_until),
                day_reader(self._today), _said, whole=True,
        ),
            FormRow("notes", _("Notes"), one.notes),
        ]  # fmt: skip
        if lines_of(self.main, one):
            del rows[1]

        async def filled(values: dict[str, Any]) -> None:
            changes = rules.edit_quote(one, **_as_fields(values))
            await self._write(say("Change quote {number}", number=one.number), changes)

        self.ask(Form(one.number, rows, self.main.look), filled)

    async def do_send(self) -> None:
        one, deal, visit = self._with_deal()
        changes = rules.send_quote(one, deal, visit, self.main.reading.desk())
        await self._write(say("Send quote {number}", number=one.number), changes)

    async def do_sign(self) -> None:
        one, deal, visit = self._with_deal()
        others = self.main.reading.store.all(Quote, deal_id=deal.id)
        changes = rules.sign_quote(one, deal, visit, others, self.main.reading.desk())
        await self._write(say("Sign quote {number}", number=one.number), changes)

    async def do_refuse(self) -> None:
        one, deal, _visit = self._with_deal()
        reading = self.main.reading
        await self._write(
            say("Refuse quote {number}", number=one.number), rules.refuse_quote(one, reading.desk())
        )
        stage = next(stage for stage in reading.desk().stages if stage.id == deal.stage_id)
        if stage.kind == "open" and rules.leaves_nothing_open(one, reading.store.all(Quote, deal_id=deal.id)):
            from pipetui.ui.asking import Asking

            self.tell(say("That was the last open quote. Is the deal lost? esc for no."), "warn")
            Asking(self.main).lose(reading.cards([deal.id]))

    async def do_copy(self) -> None:
        one = self._chosen
        reading = self.main.reading
        number = store.next_number(reading.store, self._today)
        lines = lines_of(self.main, one)
        changes = rules.copy_quote(one, lines, reading.desk(), number=number, valid_until=self._ends())
        await self._write(say("Copy quote {number}", number=one.number), changes)

    def do_write(self) -> None:
        one = self._chosen

        async def named(text: str) -> None:
            from pipetui.exchange.export import put
            from pipetui.exchange.offer import written

            path = path_of(text)
            data = written(store.document(self.main.reading.store, one), path.suffix.lower())
            put(path, data)
            self.tell(say("Quote {number} is in {file}", number=one.number, file=str(path)), "good")

        def said(text: str) -> Line:
            if not text.lower().endswith((".pdf", ".md")):
                raise Invalid(say("The suffix says how: .pdf or .md."))
            return to_file(text)

        name = "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in one.number)
        self.ask(Prompt(_("Write the quote to a file"), self.main.look, said, f"{name}.pdf"), named)

    def _with_deal(self) -> tuple[Quote, Deal, Visit | None]:
        one = self._chosen
        reads = self.main.reading.store
        visit = next(iter(reads.all(Visit, deal_id=one.deal_id, left_at=None)), None)
        return one, reads.get(Deal, one.deal_id), visit

    async def _write(self, label: Message, changes: Changes) -> None:
        await self.main.writer.settled()
        await self.main.acts.commit(Batch(label, changes))
        self.tell(label, "good")


def _as_fields(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a form as fields of the quote."""
    given = dict(values)
    if "amount" in given:
        amount = given.pop("amount")
        if amount is None:
            raise Refused(
                say("A quote needs an amount."), say("Write what it comes to; its lines will say it exactly.")
            )
        given |= {"amount": amount.minor, "currency": amount.currency}
    return given


def _said(value: date | None) -> str:
    return day(value) if value else ""
