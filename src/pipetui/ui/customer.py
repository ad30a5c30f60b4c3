"""One person or company on one page: how to reach them, deals, what was done and is planned, quotes, history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipetui import reach
from pipetui.core.deal import Activity, Contact, Deal, Organization, Quote, Stage
from pipetui.core.message import say
from pipetui.core.moment import local_day
from pipetui.core.text import fold
from pipetui.errors import Refused
from pipetui.lang import _, day, moment, money, told
from pipetui.paths import path_of
from pipetui.store import gate
from pipetui.store.customers import File, file_of
from pipetui.ui.detail import STATUS_WORDS
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, wrapped
from pipetui.ui.paint import KINDS as SIGNS
from pipetui.ui.partyacts import KINDS, archive, copy, edit, export, home, log, opt, plan, tag
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

LABEL = 15
DONE_SHOWN = 30


class Customer(Page):
    """Ends with a deal to show on the board, or None."""

    KEYS = (
        Key(("enter",), "open", say("Open the deal, the person or the company"), say("open")),
        Key(("e",), "edit", say("Edit"), say("edit")),
        Key(("t",), "plan", say("Plan a step with them"), say("next step")),
        Key(("c",), "log", say("Log a call or another activity"), say("log")),
        Key(("n",), "deal", say("Add a deal with them"), say("new deal")),
        Key(("#",), "tag", say("Tags"), say("tags")),
        Key(("a",), "archive", say("Archive, or bring back")),
        Key(("o",), "opt", say("No marketing any more, or welcome again")),
        Key(("y",), "copy", say("Copy how to reach them")),
        Key(("D",), "doubles", say("Who may be noted twice with them")),
        Key(("x",), "export", say("Write a vCard")),
        Key(("X",), "disclose", say("Write all there is about the person, to hand over on request")),
        Key(("E",), "erase", say("Erase the person on request, for good")),
    )

    def __init__(self, app: Pipetui, subject: str, number: int) -> None:
        super().__init__(app)
        self.subject, self.number = subject, number
        self._file = file_of(app.reading.store, KINDS[subject], number)

    def reread(self) -> None:
        """Something about them may have changed."""
        self._file = file_of(self.main.reading.store, KINDS[self.subject], self.number)
        self.draw()

    def heading(self) -> str:
        """Their name."""
        return self._file.party.name

    def standing(self) -> Line:
        """What kind of page it is."""
        return [Span(f" {_('Person') if self.subject == 'contact' else _('Company')}", "dim")]

    def whose(self) -> Mapping[str, Any]:
        """Who is looked at."""
        return gate.about(self.main.reading.db, self.subject, self._file.party.id)

    # What is shown

    def made(self, width: int) -> list[Row]:
        """Everything, in blocks."""
        one = self._file
        blocks = [
            self._fields(one, width),
            _block(_("People"), [self._person(person, width) for person in one.staff]),
            _block(_("Deals"), [self._deal(*each, width) for each in one.deals]),
            _block(_("Planned"), [self._activity(each, width) for each in _planned(one)]),
            _block(_("Quotes"), [self._quote(each, width) for each in one.quotes]),
            _block(_("Done"), [self._activity(each, width) for each in _done(one)]),
            _block(
                _("History"), [Row(_entry(entry.at, told(entry.sentence), width)) for entry in one.entries]
            ),
        ]
        rows: list[Row] = []
        for block in blocks:
            rows += [*([Row([])] if block else []), *block]
        return rows

    def _fields(self, one: File, width: int) -> list[Row]:
        party = one.party
        here = home(self.main)
        country = reach.region(party.country) or here
        phone = reach.phone_shown(party.phone, country, here) if party.phone else None
        pairs: list[tuple[str, str | None, Role]] = []
        if isinstance(party, Contact):
            pairs += [(_("Job"), party.job, "")]
        pairs += [
            _judged(_("E-mail"), party.email, reach.doubtful_email(party.email)),
            _judged(_("Phone"), phone, reach.doubtful_phone(party.phone, country)),
            (_("Address"), ", ".join(filter(None, (party.address, party.city, party.country))) or None, ""),
        ]
        if isinstance(party, Organization):
            employees = None if party.employees is None else str(party.employees)
            pairs += [
                (_("Website"), party.website, ""), (_("Industry"), party.industry, ""), (_("Employees"), employees, ""),
            ]  # fmt: skip
        if one.tags:
            pairs.append((_("Tags"), " ".join(f"#{tag.name}" for tag in one.tags), "accent"))
        rows = [self._company(one.company)] if one.company else []
        rows += [Row(_pair(label, value, role, width)) for label, value, role in pairs]
        if not party.email and not party.phone:
            rows.append(Row(_pair("", _("a lead needs a phone or an e-mail"), "warn", width)))
        if party.opted_out_at is not None:
            said = _("wants none since {day}").format(day=day(local_day(party.opted_out_at)))
            rows.append(Row(_pair(_("Marketing"), said, "warn", width)))
        if party.archived_at is not None:
            rows.append(Row(_pair("", _("archived"), "warn", width)))
        if party.notes:
            rows += [Row([Span("  "), *line]) for line in wrapped(party.notes, max(width - 4, 10))]
        return rows

    def _company(self, company: Organization) -> Row:
        return Row([Span(f"  {fit(_('Organization'), LABEL)}", "dim"), Span(company.name, "strong")], company)

    def _person(self, person: Contact, width: int) -> Row:
        reached = person.email or person.phone or ""
        name = min(30, width // 3)
        return Row(
            [Span("  "), Span(fit(person.name, name), "strong"), Span(f" {fit(person.job or '', name)}", "dim"),
             Span(f" {fit(reached, max(width - 2 * name - 5, 0))}")],
            person,
        )  # fmt: skip

    def _deal(self, deal: Deal, stage: Stage, role: str, width: int) -> Row:
        amount = money(deal.amount, deal.currency) if deal.amount is not None else GLYPHS.none
        state: Role = "accent" if stage.kind == "open" else "good" if stage.kind == "won" else "dim"
        title = deal.title or self._file.party.name
        if role:
            title = f"{title} ({role})"
        room = max(width - 2 - 14 - 16 - 14, 8)
        closed = day(local_day(deal.closed_at)) if deal.closed_at else ""
        return Row(
            [Span("  "), Span(fit(title, room), "strong"), Span(f" {fit(stage.name, 12)}", state),
             Span(f" {fit(amount, 14, 'right')}", "money"), Span(f"  {fit(closed, 13)}", "dim")],
            deal,
        )  # fmt: skip

    def _activity(self, one: Activity, width: int) -> Row:
        when = day(one.due_on, self.main.reading.scope.today) if one.done_at is None and one.due_on else ""
        when = day(local_day(one.done_at)) if one.done_at else f"{when} {one.due_time or ''}".strip()
        late = one.done_at is None and one.due_on is not None and one.due_on < self.main.reading.scope.today
        return Row(
            [Span("  "), Span(f"{SIGNS[one.kind]} ", "accent"), Span(fit(when, 16), "bad" if late else "dim"),
             Span(f" {fit(one.text, max(width - 22, 4))}")],
            one if one.deal_id is not None else None,
        )  # fmt: skip

    def _quote(self, one: Quote, width: int) -> Row:
        status, role = STATUS_WORDS[one.status]
        amount = money(one.amount, one.currency)
        since = one.decided_on or one.sent_on
        when = day(since) if since else ""
        return Row(
            [Span("  "), Span(fit(one.number, 14), "strong"), Span(f" {fit(told(status), 10)}", role),
             Span(f" {fit(amount, 16, 'right')}", "money"), Span(f"  {when}", "dim")],
            one,
        )  # fmt: skip

    # What can be done

    def do_open(self) -> None:
        target = self.rows.target
        if isinstance(target, Deal):
            self.dismiss(target.id)
        elif isinstance(target, Activity | Quote):
            self.dismiss(target.deal_id)
        elif isinstance(target, Contact | Organization):
            self.app.push_screen(Customer(self.main, target.table, target.id), self._opened)

    def _opened(self, deal_id: int | None) -> None:
        if deal_id is not None:
            self.dismiss(deal_id)
        else:
            self.reread()

    def do_edit(self) -> None:
        edit(self, KINDS[self.subject], self._file.party)

    async def do_archive(self) -> None:
        await archive(self, self._file.party)

    async def do_opt(self) -> None:
        await opt(self, self._file.party)

    def do_copy(self) -> None:
        copy(self, self._file.party, self._file.company.name if self._file.company else None)

    def do_plan(self) -> None:
        plan(self, self._file.party)

    def do_log(self) -> None:
        log(self, self._file.party)

    def do_tag(self) -> None:
        tag(self, self._file.party)

    def do_export(self) -> None:
        export(self, self.subject, lambda: [self.number], f"{self._stem}.vcf")

    def do_disclose(self) -> None:
        from pipetui.ui.erasing import disclose
        from pipetui.ui.partyacts import ask_for_file

        self._refuse_companies()

        async def named(text: str) -> None:
            await disclose(self, self.number, path_of(text))

        ask_for_file(self, _("Write all there is to which file?"), f"{self._stem}.json", named)

    async def do_erase(self) -> None:
        from pipetui.ui.erasing import look_ahead

        self._refuse_companies()
        await look_ahead(self, self.number)

    def _refuse_companies(self) -> None:
        if self.subject != "contact":
            raise Refused(say("This is for people: open one of the company."))

    @property
    def _stem(self) -> str:
        """The name as a file may be called."""
        stem = "".join(sign if sign.isalnum() else "-" for sign in fold(self._file.party.name)).strip("-")
        return stem[:60] or self.subject

    def do_doubles(self) -> None:
        from pipetui.ui.merging import Doubles

        self.app.push_screen(Doubles(self.main, self.subject, self.number), lambda _: self.reread())

    def do_deal(self) -> None:
        """A new deal, by the line of the quick entry with their name in it."""
        from pipetui.ui.dialogs import Dialogs

        party = self._file.party
        name = party.name.replace('"', "")
        Dialogs(self.main).new(f'org:"{name}" ' if isinstance(party, Organization) else f'@"{name}" ')


def _block(title: str, rows: list[Row]) -> list[Row]:
    return [Row([Span(f"  {title}", "title")]), *rows] if rows else []


def _judged(label: str, value: str | None, doubtful: bool) -> tuple[str, str | None, Role]:
    """A way to reach them, as it came; what cannot be right is said to be so."""
    if value is None or not doubtful:
        return label, value, ""
    return label, f"{value}  ({_('cannot be right: e corrects it')})", "warn"


def _pair(label: str, value: str | None, role: Role, width: int) -> Line:
    shown = value or GLYPHS.none
    room = max(width - LABEL - 3, 4)
    return [
        Span(f"  {fit(label, LABEL)}", "dim"),
        Span(shown if cells(shown) <= room else fit(shown, room), role if value else "dim"),
    ]


def _planned(one: File) -> list[Activity]:
    some = [each for each in one.activities if each.done_at is None and each.due_on is not None]
    return sorted(some, key=lambda each: (str(each.due_on), each.due_time or "24", each.id))


def _done(one: File) -> list[Activity]:
    some = [each for each in one.activities if each.done_at is not None]
    return sorted(some, key=lambda each: str(each.done_at), reverse=True)[:DONE_SHOWN]


def _entry(at: datetime, label: str, width: int) -> Line:
    return [Span(f"  {fit(moment(at), 18)}", "dim"), Span(f" {fit(label, max(width - 21, 4))}")]
