"""Names by a part of them: the same on both engines, the best first, archived ones left out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acts import NOW, add_deal, commit
from pipetui.core.change import Change
from pipetui.core.deal import Contact, Deal, Organization
from pipetui.store.names import FEW, find, rank
from pipetui.store.store import Store

COMPANIES = ("Acme", "Groupe Acme", "Zé 100%_x", "[/b] VIP", "acmé fils")


def shown(store: Store, kind: str, text: str) -> list[str]:
    kinds = {"deal": Deal, "contact": Contact, "organization": Organization}
    records = [store.get(kinds[kind], one.id) for one in find(store.db, kind, text)]  # type: ignore[type-var]
    return [one.title if isinstance(one, Deal) else one.name for one in records]  # type: ignore[attr-defined]


@pytest.fixture
def filled(store: Store) -> Store:
    new = [Organization(id=-1 - n, name=name, created_at=NOW) for n, name in enumerate(COMPANIES)]
    commit(store, *map(Change.add, new))
    return store


def test_names_that_begin_so_come_first(filled: Store) -> None:
    assert shown(filled, "organization", "ACMÉ") == ["Acme", "acmé fils", "Groupe Acme"]
    assert shown(filled, "organization", "fils ac") == ["acmé fils"]
    assert shown(filled, "organization", "100%_") == ["Zé 100%_x"]
    assert shown(filled, "organization", "[/b]") == ["[/b] VIP"]
    assert shown(filled, "organization", "  ") == []
    assert shown(filled, "contact", "acme") == []


def test_deals_are_found_by_title_company_and_contact(filled: Store) -> None:
    first, second = add_deal(filled, "Web site"), add_deal(filled, "Audit")
    assert shown(filled, "deal", "boreal") == ["Audit", "Web site"]
    assert shown(filled, "deal", "curie web") == ["Web site"]
    commit(filled, Change.edit(second, archived_at=NOW))
    assert shown(filled, "deal", "boreal") == ["Web site"]
    assert first.id


def test_archived_people_are_left_out_and_few_are_read(filled: Store) -> None:
    person = Contact(id=-1, name="Ada", created_at=NOW)
    many = [replace(person, id=-1 - n, name=f"Ada {n:02}") for n in range(FEW + 5)]
    commit(filled, *map(Change.add, many))
    assert len(find(filled.db, "contact", "ad")) == FEW
    gone = filled.all(Contact, name="Ada 07")[0]
    commit(filled, Change.edit(gone, archived_at=NOW))
    assert shown(filled, "contact", "ada 07") == []


@pytest.mark.parametrize(
    ("words", "typed", "fits"),
    [
        ("acme", "ac", 0),
        ("web\nacme", "ac", 1),
        ("groupe acme", "ac", 2),
        ("groupe acme", "me gr", 3),
        ("xac", "ac", 3),
    ],
)
def test_what_begins_so_fits_better(words: str, typed: str, fits: int) -> None:
    assert rank(words, typed) == fits
