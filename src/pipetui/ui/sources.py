"""Where leads come from: how many deals each source brought, what they became, and what was paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core import people
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Source, Spending
from pipetui.core.fields import name as fit_name
from pipetui.core.fields import word
from pipetui.core.message import say
from pipetui.core.money import Money
from pipetui.errors import Invalid, Refused
from pipetui.lang import _, day, money, number
from pipetui.store.book import currency
from pipetui.store.sources import Brought, brought
from pipetui.ui.dealform import amount_reader, day_reader
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Role, Span, fit
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row
from pipetui.ui.segments import summed

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

WIDE = 13, 10, 10, 14, 10
"""Cells of the columns of figures, each with the blank before it."""


class Sources(Page):
    """Each source with its deals and its costs; `r` on the board reports their return for a period."""

    KEYS = (
        Key(("enter", "$"), "cost", say("Note what was paid for leads of the source"), say("cost")),
        Key(("n",), "new", say("Add a source"), say("new")),
        Key(("e",), "rename", say("Another name"), say("rename")),
        Key(("o",), "unfold", say("The costs of the source, one by one"), say("costs")),
        Key(("x",), "drop", say("Take off the cost, or the source when nothing came from it"), say("remove")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._unfolded: int | None = None
        self._read()

    def _read(self) -> None:
        self._sources: Sequence[Brought] = brought(self.main.reading.db)

    def reread(self) -> None:
        """Deals may have come, costs been noted."""
        self._read()
        self.draw()

    def heading(self) -> str:
        """What they are."""
        return _("Sources")

    def made(self, width: int) -> list[Row]:
        """A line for each source; under the unfolded one its costs."""
        if not self._sources:
            return [Row([]), Row([Span(f"  {_('There is no source yet: n adds one.')}", "dim")])]
        room = max(width - sum(WIDE) - 2, 12)
        heads = (_("Deals"), _("Open"), _("Wins"), _("Value won"), _("Paid"))
        rows = [Row([Span(f"  {fit('', room)}"), *_figures(heads, "title")])]
        for one in self._sources:
            rows.append(Row(_line(one, room), one))
            if one.id == self._unfolded:
                rows += [Row(_cost(each, width), each) for each in self._costs(one.id)]
        return rows

    def _costs(self, source_id: int) -> list[Spending]:
        found = self.main.reading.store.all(Spending, source_id=source_id)
        return sorted(found, key=lambda one: (one.spent_on, one.id), reverse=True)

    def standing(self) -> Line:
        """What can be seen elsewhere."""
        return [Span(f" {_('Return on cost by period: r, then sources')}", "dim")]

    @property
    def _chosen(self) -> Source:
        target = self.rows.target
        if target is None:
            raise Refused(say("There is no source here."), say("n adds one."))
        return self.main.reading.store.get(
            Source, target.source_id if isinstance(target, Spending) else target.id
        )

    def do_unfold(self) -> None:
        source = self._chosen
        self._unfolded = None if self._unfolded == source.id else source.id

    def do_cost(self) -> None:
        source, today = self._chosen, self.main.reading.scope.today
        read = amount_reader(currency(self.main.reading.db))

        def cost(text: str) -> Money:
            if (amount := read(text)) is None:
                raise Invalid(say("Say what was paid."))
            return amount

        rows = [
            FormRow(
                "amount",
                _("Amount"),
                "",
                cost,
                required=True,
                example="450",
                whole=True,
            ),
            FormRow("day", _("Paid on"), day(today), day_reader(today), required=True, whole=True),
            FormRow("text", _("For"), "", word, example=_("a stand, an advertisement")),
        ]

        async def filled(values: dict[str, Any]) -> None:
            paid: Money = values["amount"]
            changes = people.spend(
                source, self.main.reading.desk(), paid.minor, paid.currency, values.get("day") or today,
                values.get("text", ""),
            )  # fmt: skip
            label = say("{source} cost {amount}", source=source.name, amount=money(paid.minor, paid.currency))
            await self.main.acts.commit(Batch(label, changes))
            self.tell(label, "good")

        self.ask(Form(source.name, rows, self.main.look), filled)

    def do_new(self) -> None:
        async def named(text: str) -> None:
            source = people.new_word(Source, self.main.reading.desk(), text)
            label = say("Add {name}", name=source.name)
            await self.main.acts.commit(Batch(label, people.add(source)))
            self.tell(label, "good")

        self.ask(Prompt(_("Source"), self.main.look, lambda text: [Span(text, "accent")]), named)

    def do_rename(self) -> None:
        source = self._chosen

        async def named(text: str) -> None:
            label = say("Change {name}", name=source.name)
            await self.main.acts.commit(Batch(label, people.rename(source, fit_name(text))))
            self.tell(label, "good")

        self.ask(Prompt(_("Source"), self.main.look, lambda text: [Span(text, "accent")], source.name), named)

    async def do_drop(self) -> None:
        source, target = self._chosen, self.rows.target
        if isinstance(target, Spending):
            label = say("Take a cost off {source}", source=source.name)
            change = Change.drop(target)
        elif target.deals or target.paid:
            raise Refused(say("{source} stays: deals or costs hang on it.", source=source.name))
        else:
            label, change = say("Delete {name}", name=source.name), Change.drop(source)
        await self.main.acts.commit(Batch(label, (change,)))
        self.tell(label, "good")


def _line(one: Brought, room: int) -> Line:
    cells = (number(one.deals), number(one.open), number(one.won), summed(one.value), summed(one.paid))
    return [Span("  "), Span(fit(one.name, room), "strong"), *_figures(cells, "money")]


def _figures(cells: Sequence[str], role: Role) -> Line:
    return [Span(f" {fit(cell, wide - 1, 'right')}", role) for cell, wide in zip(cells, WIDE, strict=True)]


def _cost(one: Spending, width: int) -> Line:
    said = f"    {GLYPHS.dot} {day(one.spent_on)}  {one.text}"
    amount = money(one.amount, one.currency)
    return [Span(fit(said, max(width - 20, 8)), "dim"), Span(fit(amount, 18, "right"), "money")]
