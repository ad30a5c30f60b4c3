"""The role table on the screen: a key that is not for the member to use stands in brackets, says why before anything
is typed, and changes nothing.
"""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import pipetui.ui
from boards import lines
from desktop import seen, shown, typed
from pipetui.config import load
from pipetui.core.access import ROLES, RULES, Role
from pipetui.core.acts import VERBS
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Deal, Member
from pipetui.core.message import say
from pipetui.store import team
from pipetui.store.db import Database
from pipetui.ui.app import Pipetui
from pipetui.ui.commands import BY_ID
from pipetui.ui.page import Page
from pipetui.ui.reading import Reading
from pipetui.ui.rights import COMMANDS, PAGES
from pipetui.ui.writer import Writer
from rights import DEEDS, OLGA, Deed, Office, Whose, office

KEYS: dict[str, tuple[Whose, tuple[str, ...], str]] = {
    "move an own deal": ("own", (), "L"),
    "move a deal of another": ("other", (), "L"),
    "move a deal of nobody": ("nobody", (), "L"),
    "add a deal": ("own", (), "n"),
    "add a person": ("own", ("@",), "n"),
    "edit a person of another": ("own", ("@",), "e"),
    "log a call on a deal of another": ("other", (), "c"),
    "quote for an own deal": ("own", ("Q",), "n"),
    "quote for a deal of another": ("other", ("Q",), "n"),
    "define a stage": ("own", ("D",), "e"),
    "give a role": ("own", ("%",), "r"),
    "rename a source": ("own", ("M", "tab"), "e"),
    "note a cost": ("own", ("M", "tab"), "enter"),
    "keep a view": ("own", ("/", "=deal", "enter"), "V"),
}
"""On whose deal the cursor stands, the way to the place, and the key. Goals, settings and files have no key of their
own that writes."""


class Desk:
    """The application of Marie in one role, in an office of her own."""

    def __init__(self, url: str, role: Role) -> None:
        self.office: Office = office(url, role)
        self.olga = self.office.opened("olga")

    @asynccontextmanager
    async def at_work(self, size: tuple[int, int] = (120, 24)) -> AsyncIterator[Pilot[int]]:
        """The board as Marie sees it."""
        self.reading = Reading(
            Database(self.office.url), self.office.opened, lambda: (datetime.now(UTC).date(), datetime.now(UTC)),
            login="marie",
        )  # fmt: skip
        writer = Writer(self.office.opened)
        settings = {
            "PIPETUI_DB": self.office.url,
            "PIPETUI_CONFIG": f"{self.office.url}.none",
            "USER": "marie",
        }
        self.app = Pipetui(load(settings), self.reading, writer)
        try:
            async with self.app.run_test(size=size) as pilot:
                await pilot.pause()
                yield pilot
        finally:
            writer.close()
            self.reading.close()

    def batches(self) -> int:
        """How much was written."""
        found = self.olga.db.one("SELECT COUNT(*) FROM batch")
        return int(found[0]) if found else 0

    async def tries(self, pilot: Pilot[int], deed: Deed) -> tuple[bool, str]:
        """Whether the key of a deed opened or wrote something, and the screen after it; then back to the board."""
        whose, way, key = KEYS[deed.name]
        self.app.reload(self.office.deals[whose])
        await typed(pilot, *way)
        before, screens = self.batches(), len(self.app.screen_stack)
        await typed(pilot, key)
        await self.app.writer.settled()
        said = shown(pilot)
        done = len(self.app.screen_stack) > screens or self.batches() > before
        for _ in range(6):
            await pilot.press("escape")
        await pilot.pause()
        return done, said


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    """`desk("rep")` opens an office; closed after the test."""
    made: list[Desk] = []

    def opened(role: Role) -> Desk:
        made.append(Desk(str(tmp_path / f"{role}.db"), role))
        return made[-1]

    yield opened
    for one in made:
        one.olga.close()


@pytest.mark.parametrize("role", ROLES)
async def test_each_key_does_what_the_role_allows_and_says_why_not(
    desk: Callable[[Role], Desk], role: Role
) -> None:
    there = desk(role)
    async with there.at_work() as pilot:
        wrong = []
        for deed in DEEDS:
            if deed.name in KEYS:
                done, said = await there.tries(pilot, deed)
                reason = deed.reason(role)
                if done is not deed.allowed(role) or (reason and reason not in said):
                    wrong.append((deed.name, said))
        assert wrong == []


async def test_a_reader_is_told_quietly_on_the_board_and_on_every_page(desk: Callable[[Role], Desk]) -> None:
    async with desk("reader").at_work() as pilot:
        assert "read-only: reader" in lines(pilot.app)[0]
        assert "(n new)(L/H move)" in lines(pilot.app)[-1]
        await typed(pilot, "%")
        assert "Members · read-only: reader" in lines(pilot.app)[0]
        assert "(n add)(r role)" in lines(pilot.app)[0]
        await typed(pilot, "?")
        assert ["(n)", "Add", "somebody"] in [line.split() for line in lines(pilot.app)]


async def test_the_bar_follows_the_cursor_and_the_role(desk: Callable[[Role], Desk]) -> None:
    there = desk("rep")
    async with there.at_work() as pilot:
        there.app.reload(there.office.deals["other"])
        assert "(L/H move)" in lines(pilot.app)[-1]
        await typed(pilot, "L")
        assert f"This belongs to {OLGA}. {OLGA} or a manager can change it" in lines(pilot.app)[-1]
        there.app.reload(there.office.deals["own"])
        await typed(pilot, "escape")
        assert " L/H move " in lines(pilot.app)[-1]
        marie = next(one for one in there.olga.all(Member) if one.login == "marie")
        there.olga.commit(Batch(say("A reader"), (Change.edit(marie, role="reader"),)))
        await seen(pilot, "read-only: reader")
        assert "(L/H move)" in lines(pilot.app)[-1]


async def test_of_marked_deals_those_of_others_are_left_with_the_reason(desk: Callable[[Role], Desk]) -> None:
    there = desk("rep")
    async with there.at_work((200, 24)) as pilot:
        await typed(pilot, "*", "L")
        await there.app.writer.settled()
        await seen(pilot, f"one was left, Deal of other: This belongs to {OLGA}.")
        stages = {one.id: one.stage_id for one in there.olga.all(Deal)}
        other = there.office.deals["other"]
        assert [number for number, stage in stages.items() if stage == stages[other]] == [other]


async def test_a_deal_is_handed_over_and_a_leaver_s_work_is_found_and_given_on(
    desk: Callable[[Role], Desk],
) -> None:
    there = desk("admin")
    async with there.at_work() as pilot:
        there.app.reload(there.office.deals["nobody"])
        await typed(pilot, "O", "=paul", "enter")
        await seen(pilot, "Give Deal of nobody to Paul")
        await typed(pilot, "%", "j")
        await seen(pilot, "changes own and unowned deals")
        await typed(pilot, "x")
        await seen(pilot, "Paul leaves. Who takes over? an open deal")
        await typed(pilot, "=nobody", "enter")
        await seen(pilot, "Paul leaves")
        assert there.olga.get(Deal, there.office.deals["nobody"]).owner_id is None
        await typed(pilot, "u")
        await seen(pilot, "Undone: Paul leaves")
        assert team.listed(there.olga.db)[1].deals == 1


async def test_somebody_joins_and_the_only_admin_stays(desk: Callable[[Role], Desk]) -> None:
    there = desk("manager")
    olga = there.olga
    async with there.at_work() as pilot:
        await typed(pilot, "%", "n")
        await seen(pilot, "Only admins may change that: members.")
        marie = next(one for one in olga.all(Member) if one.login == "marie")
        first = next(one for one in olga.all(Member) if one.login == "olga")
        olga.commit(
            Batch(say("An admin"), (Change.edit(marie, role="admin"), Change.edit(first, role="rep")))
        )
        await typed(pilot, "g")
        await seen(pilot, "Marie (you)")
        await pilot.pause(0.5)
        await typed(pilot, "n", "=zoe", "tab", "=[/b] Zoé")
        await pilot.press("ctrl+s")
        await seen(pilot, "[/b] Zoé joins")
        at = next(row for row, line in enumerate(lines(pilot.app)) if "Marie (you)" in line)
        await typed(pilot, "g", *("j",) * (at - 2), "x")
        await seen(pilot, "Marie is the only admin.")


def test_every_right_is_one_of_a_key_that_is_there() -> None:
    for module in pkgutil.iter_modules(pipetui.ui.__path__):
        import_module(f"pipetui.ui.{module.name}")
    assert set(COMMANDS) <= set(BY_ID) | set(VERBS)
    pages = {page.__name__: page for page in Page.__subclasses__()}
    for name, rights in PAGES.items():
        assert set(rights) <= {key.act for key in pages[name].KEYS}, name
    tables = {table for rights in (COMMANDS, *PAGES.values()) for _, table in rights.values()}
    assert tables - {"party"} <= set(RULES)


async def test_a_rep_sees_at_once_whose_a_person_is(desk: Callable[[Role], Desk]) -> None:
    there = desk("rep")
    async with there.at_work() as pilot:
        await typed(pilot, "@")
        assert "(e edit)" in lines(pilot.app)[0]
        there.olga.commit(
            Batch(say("Free"), (Change.edit(there.olga.get(Contact, there.office.contact), owner_id=None),))
        )
        await seen(pilot, " e edit ")
