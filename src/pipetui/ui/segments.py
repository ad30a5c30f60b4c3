"""Segments for marketing: how large each is and what comes of it, beside the whole; written out without those who want
none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipetui.core import segments
from pipetui.core.change import Batch, Change
from pipetui.core.deal import View
from pipetui.core.fields import name as fit_name
from pipetui.core.message import say, say_n
from pipetui.core.segments import Figures, Segment
from pipetui.errors import Invalid, Refused
from pipetui.lang import _, money, number, percent, told
from pipetui.paths import path_of
from pipetui.store.segments import Asker
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.prompt import Prompt, to_file
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Segments(Page):
    """The saved segments, each beside all of its kind."""

    KEYS = (
        Key(("enter",), "open", say("Who belongs to the segment"), say("who")),
        Key(("n",), "new", say("Make a segment"), say("new")),
        Key(("e",), "edit", say("Change the segment"), say("edit")),
        Key(("x",), "drop", say("Forget the segment"), say("remove")),
        Key(("w",), "write", say("Write its people or companies to a file: CSV, XLSX, vCard"), say("write")),
        Key(("tab", "$"), "sources", say("Where leads come from, and what that costs"), say("sources")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._figures: dict[str, Figures] = {}

    @property
    def _asker(self) -> Asker:
        scope, store = self.main.reading.scope, self.main.reading.store
        return Asker(store.db, scope.today, scope.now, store.me)

    def _read(self, query: str) -> Segment:
        return segments.read(query, self.main.reading.scope.today, self.main.config.fiscal_month or 1)

    def _of(self, query: str) -> Figures:
        if query not in self._figures:
            self._figures[query] = self._asker.figures(self._read(query))
        return self._figures[query]

    def reread(self) -> None:
        """Who belongs to a segment may have changed."""
        self._figures.clear()
        self.draw()

    def heading(self) -> str:
        """What they are."""
        return _("Segments")

    def made(self, width: int) -> list[Row]:
        """Each segment under the whole it is part of."""
        views = sorted(self.main.reading.store.all(View, segment=True), key=lambda one: one.name)
        if not views:
            said = _("There is no segment yet: n makes one, such as contacts: tag:newsletter city:lyon")
            return [Row([]), Row([Span(f"  {said}", "dim")])]
        room = max(width - 57, 12)
        heads = (_("How many"), _("Open"), _("Wins"), _("Conversion"), _("× all"))
        rows = [Row([Span(f"  {fit('', room)}"), *(Span(fit(head, 11, "right"), "title") for head in heads)])]
        for subject, whole in (
            ("deal", "deals:"),
            ("contact", "contacts:"),
            ("organization", "organizations:"),
        ):
            mine = [one for one in views if self._read(one.query).subject == subject]
            if mine:
                words = {
                    "deal": _("All deals"),
                    "contact": _("All people"),
                    "organization": _("All companies"),
                }
                rows += [Row([]), Row(self._line(words[subject], self._of(whole), None, room))]
                rows += [
                    Row(self._line(one.name, self._of(one.query), self._of(whole), room), one) for one in mine
                ]
        return rows

    def _line(self, name: str, one: Figures, whole: Figures | None, room: int) -> Line:
        lift = one.lift(whole) if whole is not None else None
        cells = (
            number(one.n), summed(one.open_value), summed(one.won_value),
            percent(one.conversion, 1) if one.conversion is not None else GLYPHS.none,
            number(lift, 2) if lift is not None else "",
        )  # fmt: skip
        shown = [Span(fit(cell, 11, "right"), "money") for cell in cells]
        return [Span("  "), Span(fit(name, room), "strong" if whole is not None else "dim"), *shown]

    def standing(self) -> Line:
        """The query of the segment under the cursor."""
        view: View | None = self.rows.target
        if view is None:
            return []
        out = self._of(view.query).opted_out
        aside = (
            f" {GLYPHS.dot} {told(say_n('{n} wants no marketing', '{n} want no marketing', out))}"
            if out
            else ""
        )
        return [Span(f" {view.query}{aside}", "dim")]

    @property
    def _chosen(self) -> View:
        view: View | None = self.rows.target
        if view is None:
            raise Refused(say("There is no segment here."))
        return view

    def do_open(self) -> None:
        view = self._chosen
        segment = self._read(view.query)
        if segment.subject == "deal":
            self.main.reading.filter(segments.of_deals(view.query), segment.about)
            self.main.reload()
            self.dismiss(None)
            return
        from pipetui.ui.customers import Customers, Members

        numbers = self._asker.members(segment, 0, 2**31)
        self.app.push_screen(Customers(self.main, segment.subject, Members(view.name, numbers)), self._opened)

    def _opened(self, deal_id: int | None) -> None:
        """A deal that was chosen there is shown on the board."""
        if deal_id is not None:
            self.dismiss(deal_id)
        else:
            self.reread()

    def do_sources(self) -> None:
        from pipetui.ui.sources import Sources

        self.app.push_screen(Sources(self.main), self._opened)

    def do_new(self) -> None:
        self._form(None)

    def do_edit(self) -> None:
        self._form(self._chosen)

    def _form(self, view: View | None) -> None:
        def read(text: str) -> str:
            if not text:
                raise Invalid(say("Say who belongs to it."), say("For example contacts: city:lyon."))
            self._read(text)
            return text

        rows = [
            FormRow("name", _("Name"), view.name if view else "", fit_name, required=True),
            FormRow(
                "query", _("Who"), view.query if view else "", read, required=True,
                example="contacts: tag:newsletter city:lyon is:won",
            ),
        ]  # fmt: skip

        async def filled(values: dict[str, str]) -> None:
            if view is None:
                change = Change.add(View(id=-1, name=values["name"], query=values["query"], segment=True))
            else:
                change = Change.edit(view, **values)
            label = say("Save {name}", name=values.get("name", view.name if view else ""))
            await self.main.acts.commit(Batch(label, (change,)))
            self.tell(label, "good")

        self.ask(Form(_("Segment"), rows, self.main.look), filled)

    async def do_drop(self) -> None:
        view = self._chosen
        label = say("Forget {name}", name=view.name)
        await self.main.acts.commit(Batch(label, (Change.drop(view),)))
        self.tell(label, "good")

    def do_write(self) -> None:
        view = self._chosen

        async def named(text: str) -> None:
            from pipetui.exchange.audience import write
            from pipetui.store.segments import writable

            path, segment = path_of(text), self._read(view.query)
            some, companies, left = writable(self.main.reading.store, self._asker, segment)
            write(path, some, companies)
            self.tell(
                say("{n} written to {file}; {left} want none.", n=len(some), file=str(path), left=left),
                "good",
            )

        name = "".join(sign if sign.isalnum() else "-" for sign in view.name).strip("-") or "segment"
        prompt = Prompt(_("Write the segment"), self.main.look, to_file, f"{name}.csv")
        self.ask(prompt, named)


def summed(sums: Mapping[str, int]) -> str:
    """The largest of the sums, and a sign when there are others."""
    if not sums:
        return GLYPHS.none
    currency = max(sums, key=lambda code: (sums[code], code))
    return money(sums[currency], currency, short=True) + ("+" if len(sums) > 1 else "")
