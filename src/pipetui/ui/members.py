"""Who works here: roles, what each has at hand, and what becomes of it when somebody leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core import members as rules
from pipetui.core.access import ROLE_NAMES, ROLES, Role
from pipetui.core.change import Batch
from pipetui.core.deal import Member
from pipetui.core.fields import email, name
from pipetui.core.message import Message, say
from pipetui.core.moment import local_day
from pipetui.core.moves import Changes
from pipetui.core.text import fold
from pipetui.errors import Refused
from pipetui.lang import _, day, number, told
from pipetui.store import team
from pipetui.store.team import Listed
from pipetui.ui.form import Form
from pipetui.ui.form import Row as FormRow
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.pick import Option, Pick
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

NOBODY = 0
"""In place of the number of a member."""


class Members(Page):
    """Everybody of the store. It ends without a deal; enter shows the deals of one on the board."""

    KEYS = (
        Key(("enter",), "open", say("Show their deals on the board"), say("deals")),
        Key(("n",), "add", say("Add somebody"), say("add")),
        Key(("r",), "role", say("Another role"), say("role")),
        Key(
            ("O",),
            "hand",
            say("Hand over all their open deals, people, companies and steps"),
            say("hand over"),
        ),
        Key(
            ("x",),
            "retire",
            say("They leave: what they hold goes to another; again, they are back"),
            say("leave"),
        ),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._read()

    def _read(self) -> None:
        self._listed: Sequence[Listed] = team.listed(self.main.reading.db)

    def reread(self) -> None:
        """Somebody may have come or gone."""
        self._read()
        self.draw()

    def whose(self) -> Mapping[str, Any]:
        """What the member under the cursor holds is theirs."""
        one: Listed | None = self.rows.target
        return {} if one is None else {"id": one.member.id, "owner_id": one.member.id}

    def heading(self) -> str:
        """Who they are."""
        return _("Members")

    def made(self, width: int) -> list[Row]:
        """A row for each."""
        room = max(width - 57, 12)
        heads = [Span(f"  {fit(_('Name'), room)}", "title"), Span(f" {fit(_('Login'), 12)}", "title")]
        heads += [Span(f" {fit(_('Role'), 11)}", "title"), Span(f"{fit(_('Deals'), 13, 'right')}", "title")]
        heads.append(Span(f"  {fit(_('Last act'), 14)}", "title"))
        return [Row(heads), *(Row(self._line(one, room), one) for one in self._listed)]

    def _line(self, one: Listed, room: int) -> Line:
        member, today = one.member, self.main.reading.scope.today
        gone, me = member.retired_at is not None, member.id == self.main.reading.actor.id
        called = f"{member.name} ({_('you')})" if me else member.name
        role = _("left") if gone else told(ROLE_NAMES[member.role])
        last = day(local_day(one.last_moment), today) if one.last_moment else GLYPHS.none
        left_over = gone and one.deals > 0
        return [
            Span("  "), Span(fit(called, room), "dim" if gone else "strong"), Span(f" {fit(member.login, 12)}", "dim"),
            Span(f" {fit(role, 11)}", "dim" if gone else "accent"),
            Span(fit(f"{GLYPHS.flag} {number(one.deals)}" if left_over else number(one.deals), 13, "right"),
                 "warn" if left_over else "money"),
            Span(f"  {fit(last, 14)}", "dim"),
        ]  # fmt: skip

    def standing(self) -> Line:
        """What the role of the one under the cursor may do."""
        one: Listed | None = self.rows.target
        if one is None:
            return []
        if one.member.retired_at is not None and one.deals:
            return [
                Span(f" {GLYPHS.flag} {_('Their open deals need another owner: O hands them over.')}", "warn")
            ]
        return [Span(f" {told(MAY['reader' if one.member.retired_at else one.member.role])}", "dim")]

    @property
    def _chosen(self) -> Member:
        if self.rows.target is None:
            raise Refused(say("There is nobody here."))
        member: Member = self.rows.target.member
        return member

    def do_open(self) -> None:
        from pipetui.core.query import parse

        query = f'owner:"{fold(self._chosen.login)}"'
        self.main.reading.filter(query, parse(query, self.main.reading.scope.today))
        self.main.reload()
        self.dismiss(None)

    def do_add(self) -> None:
        roles = [told(ROLE_NAMES[role]) for role in ROLES]
        rows = [
            FormRow("login", _("Login"), "", name, required=True, example="bob"),
            FormRow("name", _("Name"), "", example="Bob Dupont"),
            FormRow("email", _("E-mail"), "", lambda text: email(text or None)),
            FormRow("role", _("Role"), told(ROLE_NAMES["rep"]), choices=roles, whole=True),
        ]

        def changes(values: Mapping[str, Any]) -> Changes:
            role = dict(zip(roles, ROLES, strict=True))[values.get("role") or roles[1]]
            there, desk = self.main.reading.store.all(Member), self.main.reading.desk()
            called, mail = values.get("name") or "", values.get("email")
            return rules.add(there, desk, values["login"], name=called, email=mail, role=role)

        async def filled(values: Mapping[str, Any]) -> None:
            await self._commit(
                say("{name} joins", name=values.get("name") or values["login"]), changes(values)
            )

        def check(values: Mapping[str, Any]) -> None:
            if values.get("login"):
                changes(values)

        self.ask(Form(_("New member"), rows, self.main.look, check), filled)

    def do_role(self) -> None:
        member = self._chosen
        options = [Option(role, told(ROLE_NAMES[role]), told(MAY[role])) for role in ROLES]

        async def chosen(role: Role) -> None:
            label = say("{name} becomes {role}", name=member.name, role=ROLE_NAMES[role])
            changes = rules.appoint(member, role, self.main.reading.store.all(Member))
            await self._commit(label, changes)

        self.ask(Pick(_("Which role?"), options, self.main.look, member.role), chosen)

    def do_hand(self) -> None:
        member, held = self._chosen, team.held(self.main.reading.store, self._chosen.id)
        if held.words is None:
            raise Refused(say("{name} holds nothing that is open.", name=member.name))

        async def given(to: Member | None) -> None:
            who = to.name if to else _("nobody")
            label = say("Give what {name} holds to {owner}", name=member.name, owner=who)
            await self._commit(label, rules.hand_over(held, to))

        title = _("Who takes over from {name}? {what}").format(name=member.name, what=told(held.words))
        self._ask_whom(title, member, given)

    async def do_retire(self) -> None:
        member, store = self._chosen, self.main.reading.store
        if member.retired_at is not None:
            await self._commit(say("{name} is back", name=member.name), rules.back(member))
            return
        held, there = team.held(store, member.id), store.all(Member)
        # Speaks up before anybody is asked who takes them.
        rules.retire(member, there, held, self.main.reading.desk(), to_nobody=True)

        async def left(to: Member | None) -> None:
            desk = self.main.reading.desk()
            changes = rules.retire(member, there, held, desk, to, to_nobody=to is None)
            await self._commit(say("{name} leaves", name=member.name), changes)

        if held.words is None:
            await left(None)
            return
        title = _("{name} leaves. Who takes over? {what}").format(name=member.name, what=told(held.words))
        self._ask_whom(title, member, left)

    def _ask_whom(self, title: str, member: Member, then: Callable[[Member | None], Awaitable[None]]) -> None:
        there = self.main.reading.store.all(Member)
        takers = {one.id: one for one in there if one.id != member.id and rules.can_work(one)}
        options = [
            *(Option(one.id, one.name, one.login) for one in takers.values()),
            Option(NOBODY, _("nobody")),
        ]

        async def chosen(number: int) -> None:
            await then(takers.get(number))

        self.ask(Pick(title, options, self.main.look), chosen)

    async def _commit(self, label: Message, changes: Changes) -> None:
        await self.main.acts.commit(Batch(label, changes))
        self.reread()
        self.tell(label, "good")


MAY: Mapping[Role, Message] = {
    "reader": say("reads everything, changes nothing"),
    "rep": say("changes own and unowned deals and what belongs to them"),
    "manager": say("changes all deals, goals, rates and words"),
    "admin": say("changes everything: stages, settings, members"),
}
"""What each role may do, in a line."""
