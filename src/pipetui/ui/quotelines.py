"""The lines of one quote: what is offered, how much of it, at which price; and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core import offer, settings
from pipetui.core.change import Batch
from pipetui.core.deal import Quote, QuoteLine, Setting
from pipetui.core.message import say
from pipetui.core.money import Money
from pipetui.errors import Invalid, Refused
from pipetui.lang import _, money, told
from pipetui.ui.dealform import amount_reader, amount_text
from pipetui.ui.detail import STATUS_WORDS
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import Line, Span, fit
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Lines(Page):
    """The lines of one quote; each change is written at once and can be undone."""

    KEYS = (
        Key(("n",), "add", say("Add a line"), say("add")),
        Key(("enter", "e"), "edit", say("Change the line"), say("edit")),
        Key(("x",), "drop", say("Take the line off"), say("remove")),
        Key(("J",), "down", say("The line one place down")),
        Key(("K",), "up", say("The line one place up")),
    )

    def __init__(self, app: Pipetui, quote_id: int) -> None:
        super().__init__(app)
        self._quote_id = quote_id

    @property
    def _quote(self) -> Quote:
        return self.main.reading.store.get(Quote, self._quote_id)

    def whose(self) -> Mapping[str, Any]:
        """The quote."""
        return {"quote_id": self._quote_id}

    def reread(self) -> None:
        """Lines may have changed; the quote may be gone by undo."""
        if self.main.reading.store.all(Quote, id=self._quote_id):
            self.draw()
        elif self.is_current:
            self.dismiss(None)

    def heading(self) -> str:
        """Which quote."""
        return _("Quote {number}").format(number=self._quote.number)

    def made(self, width: int) -> list[Row]:
        """The lines, then what they come to."""
        quote = self._quote
        lines = lines_of(self.main, quote)
        if not lines:
            amount = money(quote.amount, quote.currency)
            said = _("No lines: the quote is {amount} as a whole. n adds the first line.").format(
                amount=amount
            )
            return [Row([]), Row([Span(f"  {said}", "dim")])]
        sums = offer.totals(lines)
        rows = [
            Row(entry_line(line, net, quote.currency, width), place)
            for place, (line, net) in enumerate(zip(lines, sums.nets, strict=True))
        ]
        pairs = [(_("Total without tax"), sums.net)]
        pairs += [(_("Tax {rate} %").format(rate=tax.rate), tax.amount) for tax in sums.taxes]
        rows.append(Row([]))
        for label, minor in (*pairs, (_("Total with tax"), sums.gross)):
            amount = fit(money(minor, quote.currency), 16, "right")
            rows.append(Row([Span(fit(label, width - 18, "right"), "dim"), Span(f" {amount}", "strong")]))
        return rows

    def standing(self) -> Line:
        """Its state."""
        status, role = STATUS_WORDS[self._quote.status]
        return [Span(f" {told(status)}", role)]

    def do_add(self) -> None:
        tax = settings.value(self.main.reading.store.all(Setting), "quote_tax")
        self._form(_("New line"), offer.Entry("", 0, "1", "0", tax), None)

    def do_edit(self) -> None:
        place = self._place()
        self._form(_("Line"), self._entries()[place], place)

    def _form(self, title: str, entry: offer.Entry, place: int | None) -> None:
        currency = self._quote.currency
        price = "" if place is None else amount_text(Money(entry.unit_price, currency), currency)
        rows = [
            FormRow("text", _("Item"), entry.text, required=True),
            FormRow("quantity", _("Quantity"), entry.quantity, offer.quantity, required=True, whole=True),
            FormRow("unit_price", _("Unit price"), price, amount_reader(currency), required=True, whole=True),
            FormRow("discount", _("Discount %"), entry.discount, offer.percentage, required=True, whole=True),
            FormRow("tax", _("Tax %"), entry.tax, offer.percentage, required=True, whole=True),
        ]

        def made(values: dict[str, Any]) -> offer.Entry:
            if not values.get("text", entry.text):
                raise Invalid(say("A line says what is offered."))
            asked = values.get("unit_price", Money(entry.unit_price, currency))
            if asked is None:
                raise Invalid(say("Say what one costs."))
            if asked.currency != currency:
                raise Invalid(say("The quote is in {currency}.", currency=currency))
            return offer.entry(
                values.get("text", entry.text), asked.minor, values.get("quantity", entry.quantity),
                values.get("discount", entry.discount), values.get("tax", entry.tax),
            )  # fmt: skip

        async def filled(values: dict[str, Any]) -> None:
            entries = self._entries()
            at = len(entries) if place is None else place
            entries[at : at + 1] = [made(values)]
            await self._write(entries, at)

        self.ask(Form(title, rows, self.main.look, lambda values: (made(values), None)[1]), filled)

    async def do_drop(self) -> None:
        entries, place = self._entries(), self._place()
        del entries[place]
        await self._write(entries, min(place, max(len(entries) - 1, 0)))

    async def do_down(self) -> None:
        await self._shift(1)

    async def do_up(self) -> None:
        await self._shift(-1)

    async def _shift(self, step: int) -> None:
        entries, place = self._entries(), self._place()
        if 0 <= place + step < len(entries):
            entries[place], entries[place + step] = entries[place + step], entries[place]
            await self._write(entries, place + step)

    def _place(self) -> int:
        place: int | None = self.rows.target
        if place is None:
            raise Refused(say("There is no line here."))
        return place

    def _entries(self) -> list[offer.Entry]:
        return [offer.as_entry(line) for line in lines_of(self.main, self._quote)]

    async def _write(self, entries: Sequence[offer.Entry], at: int) -> None:
        await self.main.writer.settled()
        quote = self._quote
        changes = offer.write_lines(quote, lines_of(self.main, quote), entries, self.main.reading.desk())
        label = say("Write the lines of quote {number}", number=quote.number)
        await self.main.acts.commit(Batch(label, changes))
        self.draw(at)


def lines_of(main: Pipetui, quote: Quote) -> list[QuoteLine]:
    """The lines of a quote, in their order."""
    return sorted(
        main.reading.store.all(QuoteLine, quote_id=quote.id), key=lambda line: (line.position, line.id)
    )


def entry_line(line: QuoteLine, net: int, currency: str, width: int) -> Line:
    """One line of a quote."""
    price = f"{line.quantity} × {money(line.unit_price, currency)}"
    less = f" −{line.discount} %" if line.discount != "0" else ""
    room = max(width - 6 - 26 - 18, 8)
    return [
        Span(f"    {fit(line.text, room)}"), Span(f" {fit(price + less, 24, 'right')}", "dim"),
        Span(f" {fit(money(net, currency), 16, 'right')}", "money"),
    ]  # fmt: skip
