"""On the page of a person: all there is goes into a file, and then the person goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import NOW
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Member, Organization
from pipetui.core.message import say
from pipetui.ui.customer import Customer

ZOE, MAIL = "[/b] Zoé Qx", "zoe.qx@acme.example"


@pytest.fixture
def made(tmp_path: Path) -> Desktop:
    made = Desktop(tmp_path)
    acme = Organization(id=-1, name="Acme", created_at=NOW)
    who = Contact(id=-2, name=ZOE, email=MAIL, organization_id=-1, notes="likes tea", created_at=NOW)
    made.other.commit(Batch(say("Add {name}", name=ZOE), (Change.add(acme), Change.add(who))))
    return made


def closed(made: Desktop) -> None:
    made.writer.close()
    made.reading.close()
    made.other.close()


async def test_a_person_is_written_out_and_erased(made: Desktop, tmp_path: Path) -> None:
    async with made.app.run_test(size=(80, 24)) as pilot:
        made.app.push_screen(Customer(made.app, "contact", 1))
        await seen(pilot, MAIL)
        await typed(pilot, "X")
        await pilot.press("ctrl+u")
        await typed(pilot, f"={tmp_path / 'zoe.json'}", "enter")
        await seen(pilot, "written to zoe.json")
        assert "likes tea" in (tmp_path / "zoe.json").read_text()
        await typed(pilot, "E")
        await seen(pilot, "Nothing is erased yet")
        assert f"Erase {ZOE} for good" in shown(pilot)
        assert "called Erased person 1 from now on" in shown(pilot)
        await typed(pilot, "E", "=[/b] Zoe", "enter")
        await seen(pilot, "The name is not complete yet.")
        assert made.other.get(Contact, 1).name == ZOE
        await typed(pilot, "= qx")
        await seen(pilot, "enter erases for good")
        await typed(pilot, "enter")
        await seen(pilot, "Erased. This cannot be undone.")
        await typed(pilot, "escape")
        await seen(pilot, "Erased person 1")
        assert MAIL not in shown(pilot)
        assert "Erase a person on request" in shown(pilot)
        assert made.other.check() == []
    closed(made)


async def test_who_may_not_erase_is_told_so(made: Desktop) -> None:
    made.other.commit(Batch(say("x"), (Change.add(Member(id=-1, login="zed", name="Zed", role="admin")),)))
    marie = next(one for one in made.other.all(Member) if one.login == "marie")
    made.other.commit(Batch(say("x"), (Change.edit(marie, role="rep"),)))
    async with made.app.run_test(size=(80, 24)) as pilot:
        made.app.push_screen(Customer(made.app, "contact", 1))
        await seen(pilot, MAIL)
        await typed(pilot, "E")
        await seen(pilot, "Only admins may erase a person.")
        made.app.push_screen(Customer(made.app, "organization", 1))
        await seen(pilot, "Company")
        await typed(pilot, "E")
        await seen(pilot, "This is for people")
    closed(made)
