"""People and companies as vCards and back: what stands in a field stays in that field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desks import NOW, World, desk_of
from dialogs import HOSTILE
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Organization
from pipetui.core.text import clean
from pipetui.errors import Invalid
from pipetui.exchange.cards import Cards
from pipetui.exchange.report import Report
from pipetui.exchange.vcard import read, vcards

INJECTED = "x\r\nTEL:666\r\nEND:VCARD\r\nBEGIN:VCARD"
MARIE = Contact(
    id=1, name="Marie Curie", organization_id=1, job="Physicist; twice", email="marie@acme.fr",
    phone="+33612345678", address="1, rue des Écoles", city="Paris", country="France", notes="a\nb, c; \\n d",
    created_at=NOW,
)  # fmt: skip
ACME = Organization(id=1, name="Acme, Fils; & Co", website="https://acme.example/a,b", created_at=NOW)
LINES = (
    "FN:a", "N:b;c", "N:x,y", "ORG:a,b;c", "TEL:tel:1;ext=2", "ADR:1", "ADR:;;a,b;;;;", "NOTE:x,y", "EMAIL;X=:a",
    "item1.EMAIL:b", " folded", "NOTE;ENCODING=QUOTED-PRINTABLE:=C3", "PHOTO;ENCODING=b:!!", "BEGIN:VEVENT",
    "N;CHARSET=none;ENCODING=QUOTED-PRINTABLE:=C3", "END:VEVENT", "KIND:org",
    "VERSION:2.1", "rubbish", ":", "FN", "BDAY:x", "\x00", "UID:\u2028",
)  # fmt: skip
PHONE = """BEGIN:VCARD
VERSION:4.0
N:Curie;Marie;;;
FN:Marie Curie
ORG:Acme;Laboratory
TEL;VALUE=uri;TYPE="voice,work":tel:+33-6-12-34-56-78;ext=5
item1.EMAIL;TYPE=INTERNET:marie@acme.fr
ADR;TYPE=work:;;1 rue des Écoles;Paris;;75005;France
NOTE:first line\\nsecond\\, with a comma
END:VCARD
"""


def test_a_person_and_a_company_come_back_as_they_were() -> None:
    text = vcards([MARIE], [ACME], {1: ACME.name})
    (marie, acme), rejected = read(text)
    assert rejected == []
    assert (marie.kind, marie.company) == (Contact, ACME.name)
    for name, value in marie.values.items():
        assert value == getattr(MARIE, name), name
    assert (acme.kind, acme.values["name"], acme.values["website"]) == (Organization, ACME.name, ACME.website)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.count("VERSION:3.0\r\n") == 2


@pytest.mark.parametrize("hostile", ["Acme", INJECTED, "a,b;c\\n:d", *HOSTILE])
def test_no_value_becomes_a_line_of_its_own(hostile: str) -> None:
    one = replace(
        MARIE, name=hostile or "x", job=hostile, email=hostile, phone=hostile, city=hostile, notes=hostile
    )
    text = vcards([one], [replace(ACME, name=hostile)], {1: hostile})
    begun = [
        line.split(":")[0].split(";")[0] for line in text.split("\r\n") if line and not line.startswith(" ")
    ]
    assert begun.count("BEGIN") == begun.count("END") == 2
    assert begun.count("TEL") == begun.count("EMAIL") == 1
    (back, company), rejected = read(text)
    assert rejected == []
    assert back.values["name"] == company.values["name"] == clean(hostile).strip()
    assert back.values["phone"] == clean(hostile).strip()


@given(st.text(min_size=1, max_size=200), st.text(max_size=200))
def test_any_text_comes_back(name: str, notes: str) -> None:
    kept = clean(name).strip()
    one = replace(MARIE, name=kept or "x", notes=clean(notes, lines=True).strip(), organization_id=None)
    (back,), rejected = read(vcards([one]))
    assert (back.values["name"], rejected) == (one.name, [])
    assert back.values["notes"].strip() == one.notes


def test_a_card_from_a_telephone() -> None:
    (card,), rejected = read(PHONE)
    assert rejected == []
    assert (card.line, card.kind, card.company) == (1, Contact, "Acme")
    assert card.values["phone"] == "+33-6-12-34-56-78 ext. 5"
    assert (card.values["email"], card.values["city"]) == ("marie@acme.fr", "75005 Paris")
    assert card.values["notes"] == "first line\nsecond, with a comma"


def test_a_folded_line_ends_no_card() -> None:
    lines = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        "FN:Marie",
        "N:Marie;;;;",
        "NOTE:a",
        " END:VCARD",
        "TEL:+33612345678",
        "END:VCARD",
    )
    (card,), _rejected = read("\r\n".join(lines))
    assert (card.values["notes"], card.values["phone"]) == ("aEND:VCARD", "+33612345678")


def test_what_cannot_be_read_is_told_with_its_line() -> None:
    text = (
        "BEGIN:VCARD\nVERSION:3.0\nrubbish\nEND:VCARD\n"
        + PHONE
        + "BEGIN:VCARD\nVERSION:3.0\nTEL:1\nEND:VCARD\n"
    )
    cards, rejected = read(text)
    assert [card.values["name"] for card in cards] == ["Marie Curie"]
    assert [line for line, _why in rejected] == [1, 15]
    with pytest.raises(Invalid):
        read("id,name\n1,Marie\n")
    unknown = "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=none;ENCODING=QUOTED-PRINTABLE:=C3\nEND:VCARD\n"
    assert [line for line, _why in read(unknown)[1]] == [1]


@given(st.lists(st.sampled_from(LINES), max_size=8))
def test_whatever_a_card_holds_is_read_or_refused(lines: list[str]) -> None:
    cards, rejected = read("\n".join(["BEGIN:VCARD", *lines, "END:VCARD"]))
    assert len(cards) + len(rejected) <= 1
    for card in cards:
        assert card.values["name"]
        assert all(value is None or isinstance(value, str) for value in card.values.values())


def taken(world: World, text: str) -> Report:
    report = Report()
    companies, people = world.all(Organization), world.all(Contact)
    cards, rejected = read(text)
    for line, why in rejected:
        report.reject(line, "", "", why)
    world.write(Cards(people, companies, desk_of(), report).changes(cards))
    world.settle()
    return report


def test_who_is_known_gets_what_is_lacking_and_keeps_the_rest() -> None:
    world = World(replace(MARIE, email="marie@acme.fr", phone=None, organization_id=None, job="CEO"))
    report = taken(world, vcards([MARIE], [ACME], {1: ACME.name}))
    assert (report.created, report.updated, report.unchanged) == (1, 2, 0)
    marie = world.one(Contact)
    assert (marie.job, marie.phone) == ("CEO", MARIE.phone)
    assert marie.organization_id == world.one(Organization).id
    again = taken(world, vcards([MARIE], [ACME], {1: ACME.name}))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_one_person_twice_in_a_file_is_one() -> None:
    first = replace(MARIE, phone=None, organization_id=None)
    world = World()
    report = taken(world, vcards([first, replace(MARIE, organization_id=None)]))
    assert (report.created, report.updated) == (1, 1)
    assert world.one(Contact).phone == MARIE.phone


def test_changes_of_an_import_are_plain_changes() -> None:
    report = Report()
    changes = Cards([], [], desk_of(), report).changes(read(PHONE)[0])
    assert [type(one) for one in changes] == [Change, Change]
    assert [one.table for one in changes] == ["organization", "contact"]
