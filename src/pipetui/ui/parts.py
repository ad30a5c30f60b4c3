"""Who takes part in a deal, and in which role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipetui import reach
from pipetui.core import fields, moves, people
from pipetui.core.change import Batch
from pipetui.core.deal import Contact, Deal, Participant
from pipetui.core.message import say
from pipetui.errors import Refused
from pipetui.lang import _
from pipetui.store import gate, names, parties
from pipetui.ui.finding import shown_parties
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.palette import Found, Palette
from pipetui.ui.partyacts import home
from pipetui.ui.partyform import phone_reader
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipetui.store.names import Named
    from pipetui.ui.app import Pipetui


class Known(Palette):
    """People by name, and nothing else."""

    HINTS = False


class Parts(Page):
    """The people of a deal; its first contact stands on the card."""

    KEYS = (
        Key(("enter",), "open", say("All there is about the person"), say("open")),
        Key(("n",), "add", say("Add somebody who is known"), say("add")),
        Key(("N",), "new", say("Add somebody new"), say("new person")),
        Key(("e",), "role", say("Another role"), say("role")),
        Key(("f",), "first", say("Make the person the first contact"), say("first contact")),
        Key(("x",), "leave", say("The person takes no part any more"), say("take off")),
    )

    def __init__(self, app: Pipetui, deal_id: int) -> None:
        super().__init__(app)
        self._deal_id = deal_id
        self._read()

    def _read(self) -> None:
        store = self.main.reading.store
        self._deal = store.get(Deal, self._deal_id)
        self._parts = store.all(Participant, deal_id=self._deal_id)
        numbers = dict.fromkeys(one.contact_id for one in self._parts)
        if self._deal.contact_id is not None:
            numbers = {self._deal.contact_id: None, **numbers}
        self._people = [store.get(Contact, number) for number in numbers]

    def whose(self) -> Mapping[str, Any]:
        """The deal."""
        return gate.about(self.main.reading.db, "deal", self._deal_id)

    def reread(self) -> None:
        """Somebody may have come or gone."""
        self._read()
        self.draw()

    def heading(self) -> str:
        """Whose people."""
        return _("Who takes part in {deal}").format(deal=self._deal.title or _("the deal"))

    def standing(self) -> Line:
        """What the mark means."""
        return [Span(f" {GLYPHS.mark} {_('first contact')}", "dim")]

    def made(self, width: int) -> list[Row]:
        """A row for each person."""
        if not self._people:
            return [
                Row([]),
                Row([Span(f"  {_('Nobody yet: n adds somebody known, N somebody new.')}", "dim")]),
            ]
        return [Row(self._line(one, width), one) for one in self._people]

    def _line(self, one: Contact, width: int) -> Line:
        first = one.id == self._deal.contact_id
        name = max((width - 24) // 3, 10)
        here = home(self.main)
        phone = reach.phone_shown(one.phone, reach.region(one.country) or here, here) if one.phone else ""
        return [
            Span(" "), Span(f"{GLYPHS.mark} " if first else "  ", "accent"), Span(fit(one.name, name), "strong"),
            Span(f" {fit(self._role(one), name)}", "accent"), Span(f" {fit(one.email or '', name)}"),
            Span(f" {phone}"),
        ]  # fmt: skip

    def _role(self, one: Contact) -> str:
        return next((part.role for part in self._parts if part.contact_id == one.id), "")

    @property
    def _chosen(self) -> Contact:
        found: Contact | None = self.rows.target
        if found is None:
            raise Refused(say("There is nobody here."))
        return found

    def do_open(self) -> None:
        from pipetui.ui.customer import Customer

        self.app.push_screen(Customer(self.main, "contact", self._chosen.id), lambda _: self.reread())

    def do_add(self) -> None:
        """Somebody known: the people of the company stand there, everybody else is found by name."""
        db, there = self.main.reading.db, {one.id for one in self._people}
        if parties.stale(db):
            self.main.writer.write(lambda store: parties.ensure(store.db))
        staff = self.main.reading.store.all(
            Contact, organization_id=self._deal.organization_id or 0, archived_at=None
        )
        near = [Found("contact", one.id, one.name, one.job or "") for one in staff if one.id not in there]
        offered = there | {int(one.key) for one in near}

        def find(kind: str, typed: str) -> Sequence[Named]:
            found = names.find(db, kind, typed) if kind == "contact" else ()
            return [one for one in found if one.id not in offered]

        async def chosen(one: Found) -> None:
            person = self.main.reading.store.get(Contact, int(one.key))
            self._ask_role(person, _("In which role does {name} take part?").format(name=person.name))

        title = _("Who takes part?")
        self.ask(
            Known(title, near, find, lambda found: shown_parties(self.main, found), self.main.look), chosen
        )

    def do_new(self) -> None:
        """Somebody the file does not know yet."""
        country = home(self.main)
        rows = [
            FormRow("name", _("Name"), required=True, read=fields.name),
            FormRow("role", _("Role"), choices=self._roles(), example=_("decides · pays · uses it")),
            FormRow("email", _("E-mail"), "", reach.email),
            FormRow("phone", _("Phone"), "", phone_reader(country)),
        ]

        async def filled(values: dict[str, str]) -> None:
            desk, role = self.main.reading.desk(), values.pop("role", "")
            person = people.new_contact(desk, organization_id=self._deal.organization_id, **values)
            changes = people.take_part(self._deal, person, role, self._parts, desk)
            await self._write(Batch(say("{name} takes part", name=person.name), changes))

        self.ask(Form(_("Who takes part?"), rows, self.main.look), filled)

    def _roles(self) -> list[str]:
        return sorted({one.role for one in self.main.reading.store.all(Participant) if one.role})

    def do_role(self) -> None:
        self._ask_role(self._chosen, self._chosen.name)

    def _ask_role(self, one: Contact, title: str) -> None:
        prompt = Prompt(
            title,
            self.main.look,
            lambda text: [Span(text, "accent")],
            self._role(one),
            " · ".join(self._roles()[:6]) or _("decides · pays · uses it"),
        )

        async def said(role: str) -> None:
            there = any(part.contact_id == one.id for part in self._parts)
            changes = people.take_part(self._deal, one, role, self._parts, self.main.reading.desk())
            label = (
                say("Another role for {name}", name=one.name)
                if there
                else say("{name} takes part", name=one.name)
            )
            await self._write(Batch(label, changes))

        self.ask(prompt, said)

    async def do_first(self) -> None:
        one = self._chosen
        changes = moves.edit(self._deal, self.main.reading.desk(), contact_id=one.id)
        await self._write(Batch(say("{name} is the first contact", name=one.name), changes))

    async def do_leave(self) -> None:
        one = self._chosen
        changes = tuple(
            change for part in self._parts if part.contact_id == one.id for change in people.leave_deal(part)
        )
        if one.id == self._deal.contact_id:
            changes += moves.edit(self._deal, self.main.reading.desk(), contact_id=None)
        await self._write(Batch(say("{name} takes no part any more", name=one.name), changes))

    async def _write(self, batch: Batch) -> None:
        await self.main.acts.commit(batch)
        self.tell(batch.label, "good")
