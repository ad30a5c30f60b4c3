"""The customer file on the screen: lists, one page of all there is, doubles side by side, and the people of a deal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import NOW, TODAY, lines
from desktop import Desktop, seen, shown, typed
from pipetui.core import moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import (
    Activity,
    Contact,
    Deal,
    Organization,
    Participant,
    Record,
    Setting,
    Stage,
    Tag,
    Tagging,
)  # fmt: skip
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.ui.merging import Doubles

MARIE, AGAIN, EVIL, ACME = "Marie Curie", "M. Curie", "[/b] Émile [VIP]", "[@click=app.quit]Acme[/]"


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path)
    acme = Organization(id=-1, name=ACME, city="Lyon", created_at=NOW)
    people = [
        Contact(
            id=-2,
            name=MARIE,
            organization_id=-1,
            email="marie@acme.example",
            phone="+33612345678",
            created_at=NOW,
        ),
        Contact(
            id=-3, name=AGAIN, organization_id=-1, email="MARIE@acme.example", phone="0612", created_at=NOW
        ),
        Contact(id=-4, name=EVIL, created_at=NOW),
    ]
    country = Setting(id=-5, name="country", value="France")
    records: list[Record] = [acme, *people, country]
    write(made, *map(Change.add, records))
    marie, again, _evil = made.other.all(Contact)
    desk = Desk(now=NOW, today=TODAY, me=made.other.me, stages=tuple(made.other.all(Stage)))
    for title, whose in (("Telescope", marie), ("Audit", again)):
        company = made.other.all(Organization)[0]
        write(
            made, *moves.open_deal(desk, title=title, amount=1_200_000, contact=whose, organization=company)
        )
    yield made
    made.writer.close()
    made.reading.close()
    made.other.close()


def write(made: Desktop, *changes: Change) -> None:
    made.other.commit(Batch(say("Test"), changes))


def page(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


def one(made: Desktop, name: str) -> Contact:
    return next(contact for contact in made.other.all(Contact) if contact.name == name)


async def test_the_help_is_read_to_its_end_on_a_small_screen(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(60, 16)) as pilot:
        await typed(pilot, "@", "?")
        await seen(pilot, "Move about")
        assert "Back" not in shown(pilot)
        await typed(pilot, "G")
        await seen(pilot, "Back")
        await typed(pilot, "x")
        await seen(pilot, MARIE)


async def test_people_are_listed_found_and_switched_to_companies(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "at")
        await seen(pilot, "3 people")
        assert [line[2:14].strip() for line in lines(pilot.app)[1:4]] == [
            "[/b] Émile [",
            "M. Curie",
            "Marie Curie",
        ]
        assert "06 12 34 56 78" in page(pilot)
        assert "0612 ?" in page(pilot)
        assert "no e-mail, no phone" in page(pilot)
        await typed(pilot, "slash", "=0612 3")
        await seen(pilot, "1 found")
        assert MARIE in page(pilot)
        assert AGAIN not in page(pilot)
        await typed(pilot, "escape", "ampersand")
        await seen(pilot, "1 company")
        assert "[@click=app.quit]" in page(pilot)
        await typed(pilot, "tab")
        await seen(pilot, "3 people")


async def test_all_there_is_about_one_and_each_deal_opens(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "at", "G", "enter")
        await seen(pilot, f"── {MARIE} ")
        for text in (ACME, "marie@acme.example", "06 12 34 56 78", "Deals", "Telescope", "12,000", "History"):
            assert text in page(pilot), text
        await typed(pilot, "j")
        assert any(line.startswith("▌") and "Telescope" in line for line in lines(pilot.app))
        await typed(pilot, "enter")
        await seen(pilot, "Way through the stages")
        assert "Telescope" in page(pilot)


async def test_what_is_missing_or_cannot_be_right_is_said(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "at", "enter")
        await seen(pilot, f"── {EVIL} ")
        assert "a lead needs a phone or an e-mail" in page(pilot)
        await typed(pilot, "escape", "j", "enter")
        await seen(pilot, f"── {AGAIN} ")
        assert "cannot be right" in page(pilot)


async def test_a_mistyped_number_is_refused_and_a_right_one_kept_in_one_form(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "at", "e", "tab", "tab", "tab", "tab", "=0612", "enter")
        await seen(pilot, '"0612" is no phone number.')
        await typed(pilot, "= 34 56 78", "enter")
        await seen(pilot, f"Change {EVIL}")
        assert one(desktop, EVIL).phone == "+33612345678"
        await typed(pilot, "u")
        assert one(desktop, EVIL).phone is None
        await typed(pilot, "n", "=Ada", "enter")
        await seen(pilot, "Add Ada")
        assert "  Ada " in page(pilot)
        await typed(pilot, "u", "j")
        await seen(pilot, "3 people")
        assert desktop.other.check() == []


async def test_steps_tags_archive_and_marketing_each_with_one_key(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(100, 30)) as pilot:
        await typed(pilot, "at", "G", "enter", "t", "=tomorrow call back", "enter")
        await seen(pilot, "Plan a step with Marie Curie")
        await typed(pilot, "c", "=call left a message", "enter")
        await seen(pilot, "Note what was done")
        planned, done = desktop.other.all(Activity)
        telescope = next(deal for deal in desktop.other.all(Deal) if deal.title == "Telescope")
        assert (planned.deal_id, planned.contact_id, done.deal_id) == (
            telescope.id,
            one(desktop, MARIE).id,
            telescope.id,
        )
        assert "left a message" in page(pilot)
        await typed(pilot, "number_sign", "=vip, [/b]", "enter")
        await seen(pilot, "#[/b] #vip")
        await typed(pilot, "o")
        await seen(pilot, "wants none since")
        await typed(pilot, "a")
        await seen(pilot, "archived")
        assert one(desktop, MARIE).archived_at is not None
        await typed(pilot, *"uuuuu")
        assert desktop.other.all(Activity) == []
        assert not desktop.other.all(Tagging)
        assert not desktop.other.all(Tag)
        assert desktop.other.check() == []


async def test_doubles_are_compared_merged_field_by_field_and_unmerged(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "at", "D")
        await seen(pilot, "same e-mail")
        assert "1 pair" in page(pilot)
        [row] = [line for line in page(pilot).splitlines() if "same e-mail" in line]
        assert row.index(AGAIN) < row.index("→") < row.index(MARIE)
        await typed(pilot, "enter")
        await seen(pilot, f"Merge {AGAIN} into {MARIE}")
        await typed(pilot, "space", "enter")
        await seen(pilot, "Nobody seems to be noted twice.")
        assert f"Merge {AGAIN} into {MARIE}. u takes it back." in page(pilot)
        kept, gone = desktop.other.get(Contact, 1), desktop.other.get(Contact, 2)
        assert (kept.name, kept.phone, gone.archived_at is not None) == (AGAIN, "+33612345678", True)
        assert {deal.contact_id for deal in desktop.other.all(Deal) if deal.contact_id} == {1}
        await typed(pilot, "u")
        await seen(pilot, f"Undone: Merge {AGAIN} into {MARIE}")
        await seen(pilot, "same e-mail")
        assert one(desktop, MARIE).id == 1
        assert {deal.contact_id for deal in desktop.other.all(Deal) if deal.contact_id} == {1, 2}
        assert desktop.other.check() == []


async def test_the_other_record_can_be_the_one_that_stays(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "at", "D")
        await seen(pilot, "same e-mail")
        await typed(pilot, "enter", "s")
        await seen(pilot, f"Merge {MARIE} into {AGAIN}")
        await typed(pilot, "enter")
        await seen(pilot, "Nobody seems")
        assert desktop.other.get(Contact, 1).archived_at is not None


async def test_not_the_same_is_remembered(desktop: Desktop) -> None:
    async with desktop.app.run_test(size=(120, 30)) as pilot:
        await typed(pilot, "at", "D")
        await seen(pilot, "same e-mail")
        await typed(pilot, "n")
        await seen(pilot, "are not the same")
        assert [row.name for row in desktop.other.all(Setting)] == ["country", "apart:contact:1:2"]
        pilot.app.push_screen(Doubles(desktop.app, "contact"))
        await seen(pilot, "Nobody seems to be noted twice.")


async def test_the_people_of_a_deal_and_their_roles(desktop: Desktop) -> None:
    deal = desktop.other.all(Deal)[0]
    async with desktop.app.run_test(size=(120, 40)) as pilot:
        await typed(pilot, "g", "W")
        await seen(pilot, "Nobody yet: n adds somebody known")
        await typed(pilot, "n", "=rie mar")
        await seen(pilot, "@ Marie Curie")
        await typed(pilot, "enter", "=decides", "enter")
        await seen(pilot, f"{MARIE} takes part")
        [part] = desktop.other.all(Participant)
        assert (part.contact_id, part.role) == (1, "decides")
        deal = desktop.other.get(Deal, part.deal_id)
        await typed(pilot, "N", "=Zoe [/b]", "tab", "=pays", "tab", "=zoe@", "enter")
        await seen(pilot, "is not an e-mail address")
        await typed(pilot, "=acme.example", "enter")
        await seen(pilot, "Zoe [/b] takes part")
        await typed(pilot, "G", "f")
        await seen(pilot, "is the first contact")
        assert desktop.other.get(Deal, deal.id).contact_id == one(desktop, "Zoe [/b]").id
        await typed(pilot, "escape", "enter")
        await seen(pilot, f"{MARIE} · decides")
        await typed(pilot, "escape", "W", "x")
        await seen(pilot, "takes no part any more")
        await typed(pilot, *"uuuu")
        assert desktop.other.all(Participant) == []
        assert len(desktop.other.all(Contact)) == 3
        assert desktop.other.check() == []


async def test_those_listed_are_written_as_vcards(desktop: Desktop, tmp_path: Path) -> None:
    file = tmp_path / "some.vcf"
    async with desktop.app.run_test(size=(100, 24)) as pilot:
        await typed(pilot, "at", "slash", "=curie", "enter", "o", "x")
        await seen(pilot, "Write vCards to which file?")
        await typed(pilot, "ctrl+u", f"={file}", "enter")
        await seen(pilot, "1 card written to some.vcf.")
        assert "1 wants no marketing" in page(pilot)
    assert file.read_text("utf-8").count("BEGIN:VCARD") == 1


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 50)])
async def test_no_name_breaks_any_screen(desktop: Desktop, size: tuple[int, int]) -> None:
    async with desktop.app.run_test(size=size) as pilot:
        await typed(
            pilot, "at", "enter", "question_mark", "escape", "escape", "ampersand", "enter", "G", "escape"
        )
        await typed(pilot, "D", "escape", "at", "D")
        await seen(pilot, "same"[:4])
        await typed(pilot, "enter", "space", "s", "escape", "escape", "escape")
        assert len(pilot.app.screen_stack) == 1
