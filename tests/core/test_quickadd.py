"""One line becomes a deal, in English or French, whatever is typed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.money import Money
from pipetui.core.quickadd import Known, draft

TODAY = date(2026, 11, 23)
KNOWN = Known(stages=("Lead", "Devis"), sources=("Salon", "Web site"), organizations=("Acme", "Acme Holding"))


def test_the_whole_line_of_the_manual() -> None:
    line = 'Acme site web 12k€ @"Marie Curie" marie@acme.fr 0612345678 #salon stage:devis close:30/9 40% !fri call back'
    read = draft(line, TODAY, KNOWN)
    assert (read.organization, read.title, read.amount) == ("Acme", "site web", Money(1_200_000, "EUR"))
    assert (read.contact, read.email, read.phone) == ("Marie Curie", "marie@acme.fr", "0612345678")
    assert (read.source, read.tags, read.stage) == ("Salon", (), "Devis")
    assert (read.close, read.chance) == (date(2027, 9, 30), 40)
    assert (read.step, read.step_kind, read.step_due) == ("call back", "call", date(2026, 11, 27))
    assert [line[place.start : place.end] for place in read.places if place.part == "amount"] == ["12k€"]


@pytest.mark.parametrize(
    ("line", "company", "title"),
    [
        ("Boréal", "Boréal", ""),
        ("acme holding audit", "Acme Holding", "audit"),
        ("Acme – site web", "Acme", "site web"),
        ("Acmeville audit", "Acmeville audit", ""),
        ("audit @Marie", None, "audit"),
        ("audit org:Zed", "Zed", "audit"),
        ("[/b] Acme [VIP]", "[/b] Acme [VIP]", ""),
        ("Contrat 2026 24/7", "Contrat 2026 24/7", ""),
    ],
)
def test_who_it_is_with_and_what_it_is_about(line: str, company: str | None, title: str) -> None:
    read = draft(line, TODAY, KNOWN)
    assert (read.organization, read.title) == (company, title)


@pytest.mark.parametrize(
    ("line", "kind", "due", "clock", "text"),
    [
        ("X !tomorrow 14h rdv sur site", "meeting", date(2026, 11, 24), "14:00", "rdv sur site"),
        ("X !vendredi rappeler", "call", date(2026, 11, 27), None, "rappeler"),
        ("X !in 3 days send quote", "email", date(2026, 11, 26), None, "send quote"),
        ("X !prepare", "task", TODAY, None, "prepare"),
        ("X !", "task", TODAY, None, ""),
        ("X !30/11 9:30", "task", date(2026, 11, 30), "09:30", ""),
    ],
)
def test_what_comes_next(line: str, kind: str, due: date, clock: str | None, text: str) -> None:
    read = draft(line, TODAY, KNOWN)
    assert (read.step_kind, read.step_due, read.step_time, read.step) == (kind, due, clock, text)


def test_what_cannot_be_read_is_said_where_it_stands() -> None:
    read = draft("Acme stage:nowhere close:someday", TODAY, KNOWN)
    assert [(str(p.message), p.start, p.end) for p in read.problems] == [
        ('There is no stage "nowhere".', 5, 18),
        ('"someday" is not a day.', 19, 32),
    ]


def test_two_tags_and_only_the_first_amount() -> None:
    read = draft("Zed #vip #VIP #new 5k 300", TODAY, KNOWN)
    assert (read.tags, read.amount, read.organization) == (("vip", "new"), Money(500_000, "EUR"), "Zed 300")


@given(st.text(st.characters(codec=None), max_size=80))
def test_any_line_is_read(line: str) -> None:
    read = draft(line, TODAY, KNOWN)
    assert all(0 <= place.start < place.end <= len(line) for place in read.places)
    assert read.organization is None or "\x1b" not in read.organization


@pytest.mark.parametrize(
    "line", ["x" * 10_000, "@" * 10_000, '"' * 10_000, "!" * 10_000, "1." * 5_000, "a@b." * 2_500]
)
def test_very_long_lines_are_read_at_once(line: str) -> None:
    assert draft(line, TODAY, KNOWN) is not None
