"""The customer file: people and companies by name, looked for as it is typed; each opens on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui import reach
from pipetui.core.message import say, say_n
from pipetui.errors import Refused
from pipetui.lang import _, number, told
from pipetui.store import customers as store
from pipetui.store import gate, parties
from pipetui.store.customers import Listed, Party
from pipetui.ui.find import Finder
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.partyacts import KINDS, archive, copy, edit, export, home, log, opt, plan, tag
from pipetui.ui.rows import Paged, Row
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Members(NamedTuple):
    """The people or companies of a segment."""

    segment: str
    numbers: list[int]


class Customers(Page):
    """The list of people, or of companies; tab goes from one to the other. Of a segment, those who belong to it."""

    KEYS = (
        Key(("enter",), "open", say("All there is about them"), say("open")),
        Key(("/",), "find", say("Find by words: name, e-mail, phone, company, job, city"), say("find")),
        Key(("n",), "new", say("Add one"), say("new")),
        Key(("e",), "edit", say("Edit"), say("edit")),
        Key(("tab",), "switch", say("Companies instead of people, and back"), say("people/companies")),
        Key(("@",), "people", say("People")),
        Key(("&",), "companies", say("Companies")),
        Key(("D",), "doubles", say("Who may have been noted twice"), say("doubles")),
        Key(("t",), "plan", say("Plan a step with them")),
        Key(("c",), "log", say("Log a call or another activity")),
        Key(("#",), "tag", say("Tags")),
        Key(("a",), "archive", say("Archive, or bring back")),
        Key(("A",), "archived", say("Show the archived ones, or the others")),
        Key(("o",), "opt", say("No marketing any more, or welcome again")),
        Key(("y",), "copy", say("Copy how to reach them")),
        Key(("x",), "export", say("Write those listed into a file of vCards")),
    )  # fmt: skip

    def __init__(self, app: Pipetui, subject: str, members: Members | None = None) -> None:
        super().__init__(app)
        self.subject, self._members = subject, members
        self._words, self._archived = "", False
        self._listed: Sequence[Row] = ()
        self._read()

    @cached_property
    def home(self) -> str | None:
        """The country phone numbers are dialled from."""
        return home(self.main)

    # What is shown

    def _read(self) -> None:
        db = self.main.reading.db
        if parties.stale(db):
            # Made again by this thread only when nobody else has: after a large import.
            parties.ensure(self.main.reading.store.db)
        self._found = self._looked_for()
        self._count = (
            store.count(db, self.subject, self._archived) if self._found is None else len(self._found)
        )
        self._listed = Paged(self._count, self._fetch)

    def _looked_for(self) -> list[int] | None:
        """The numbers of those who are listed; None for everybody."""
        found = (
            store.numbers(self.main.reading.db, self.subject, self._words, self._archived)
            if self._words
            else None
        )
        if self._members is None:
            return found
        among = None if found is None else set(found)
        return [number for number in self._members.numbers if among is None or number in among]

    def _fetch(self, offset: int, limit: int) -> list[Row]:
        db, found = self.main.reading.db, self._found
        if found is None:
            wanted = store.page(db, self.subject, self._archived, offset, limit)
        else:
            wanted = found[offset : offset + limit]
        return [Row(self._line(one), one) for one in store.listed(db, self.subject, wanted)]

    def _line(self, one: Listed) -> Line:
        width = self.rows.size.width - 1
        wide = width >= 100
        deals = f"{number(one.open_deals)}" if one.open_deals else GLYPHS.none
        won = f"{number(one.won_deals)}" if one.won_deals else ""
        phone = reach.phone_shown(one.phone, self._country(one), self.home) if one.phone else ""
        bad_phone = reach.doubtful_phone(one.phone, self._country(one))
        second = one.company if self.subject == "contact" else one.city
        third = one.job if self.subject == "contact" else one.job or one.country
        left = width - 2 - 4 - 4 - 20
        parts = (left * 4 // 10, left * 3 // 10) if not wide else (left // 4, left // 4)
        rest = left - sum(parts) - 2
        mail = one.email or ""
        line: Line = [
            Span("  "),
            Span(fit(one.name, parts[0]), "strong" if not one.opted_out else "dim"),
            Span(f" {fit(second or '', parts[1])}"),
        ]
        if wide:
            line.append(Span(f" {fit(third or '', rest // 2 - 1)}", "dim"))
            rest -= rest // 2
        line += [
            Span(f" {fit(mail or self._missing(one), rest)}", "" if mail else "warn"),
            Span(f" {fit(f'{phone} ?' if bad_phone else phone, 18)}", "warn" if bad_phone else ""),
            Span(f"{fit(deals, 4, 'right')}", "accent" if one.open_deals else "dim"),
            Span(f"{fit(won, 4, 'right')}", "good"),
        ]
        return line

    def _country(self, one: Listed) -> str | None:
        return reach.region(one.country) or self.home

    def _missing(self, one: Listed) -> str:
        if one.phone:
            return ""
        return _("no e-mail, no phone") if self.subject == "contact" else ""

    def heading(self) -> str:
        """Who is listed."""
        if self._members is not None:
            return _("Segment: {name}").format(name=self._members.segment)
        return _("People") if self.subject == "contact" else _("Companies")

    def made(self, width: int) -> Sequence[Row]:
        """The list, or what to do when it is empty."""
        if not self._listed:
            said = (
                _("Nobody fits.") if self._words or self._archived else _("Nobody is here yet: n adds one.")
            )
            return [Row([]), Row([Span(f"  {said}", "dim")])]
        return self._listed

    def standing(self) -> Line:
        """How many, and what the last columns are."""
        n = told(
            say_n("{n} person", "{n} people", self._count)
            if self.subject == "contact"
            else say_n("{n} company", "{n} companies", self._count)
        )
        parts = [
            n,
            *([f"/{self._words}"] if self._words else []),
            *([_("archived")] if self._archived else []),
        ]
        aside = _("open and won deals")
        left = f" {f' {GLYPHS.dot} '.join(parts)}"
        return [Span(fit(left, max(self.rows.size.width - len(aside) - 1, 0)), "dim"), Span(aside, "dim")]

    def whose(self) -> Mapping[str, Any]:
        """The one under the cursor."""
        one: Listed | None = self.rows.target
        return {} if one is None else gate.about(self.main.reading.db, self.subject, one.id)

    def reread(self) -> None:
        """People may have come and gone."""
        self._read()
        self.draw()

    # What can be done

    @property
    def chosen(self) -> Listed:
        """The one under the cursor. Raises Refused."""
        found: Listed | None = self.rows.target
        if found is None:
            raise Refused(say("There is nobody here."))
        return found

    def _party(self) -> Party:
        return self.main.reading.store.get(KINDS[self.subject], self.chosen.id)

    def do_open(self) -> None:
        from pipetui.ui.customer import Customer

        self.app.push_screen(Customer(self.main, self.subject, self.chosen.id), self._opened)

    def _opened(self, deal_id: int | None) -> None:
        if deal_id is not None:
            self.dismiss(deal_id)
        else:
            self.reread()

    def do_switch(self) -> None:
        self._show("organization" if self.subject == "contact" else "contact")

    def do_people(self) -> None:
        self._show("contact")

    def do_companies(self) -> None:
        self._show("organization")

    def _show(self, subject: str) -> None:
        if subject != self.subject:
            self.subject, self._words, self._members = subject, "", None
        self._read()
        self.draw(0)

    def do_archived(self) -> None:
        self._archived = not self._archived
        self._read()
        self.draw(0)

    def do_find(self) -> None:
        before = self._words

        def look(text: str) -> Line:
            self._words = text
            self._read()
            self.draw(0)
            return [Span(told(say_n("{n} found", "{n} found", self._count)), "accent")]

        async def kept(text: str | None) -> None:
            look(before if text is None else text)

        def left(text: str | None) -> None:
            self.work(kept, text, group=ANSWERS)

        self.app.push_screen(Finder(self.main.look, look, before, [], _("acme   ·   curie   ·   0612")), left)

    def do_new(self) -> None:
        edit(self, KINDS[self.subject], None)

    def do_edit(self) -> None:
        edit(self, KINDS[self.subject], self._party())

    async def do_archive(self) -> None:
        await archive(self, self._party())

    async def do_opt(self) -> None:
        await opt(self, self._party())

    def do_plan(self) -> None:
        plan(self, self._party())

    def do_log(self) -> None:
        log(self, self._party())

    def do_tag(self) -> None:
        tag(self, self._party())

    def do_copy(self) -> None:
        copy(self, self._party(), self.chosen.company)

    def do_export(self) -> None:
        name = "people.vcf" if self.subject == "contact" else "companies.vcf"
        db, subject, archived, found = self.main.reading.db, self.subject, self._archived, self._found
        export(
            self, subject, lambda: store.numbers(db, subject, "", archived) if found is None else found, name
        )

    def do_doubles(self) -> None:
        from pipetui.ui.merging import Doubles

        self.app.push_screen(Doubles(self.main, self.subject), lambda _: self.reread())
