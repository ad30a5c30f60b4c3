"""One line becomes a deal, in English or French, whatever is typed."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.money import Money
from pipetui.core.quickadd import Draft, Known, draft
from pipetui.core.text import clean

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
    assert [(line[place.start : place.end], place.part) for place in read.places] == [
        ("Acme", "organization"),
        ("site", "title"),
        ("web", "title"),
        ("12k€", "amount"),
        ('@"Marie Curie"', "contact"),
        ("marie@acme.fr", "email"),
        ("0612345678", "phone"),
        ("#salon", "source"),
        ("stage:devis", "stage"),
        ("close:30/9", "close"),
        ("40%", "chance"),
        ("!fri call back", "step"),
    ]


@pytest.mark.parametrize(
    ("line", "amount", "title"),
    [
        ("Acme web 12 500,50 €", Money(1_250_050, "EUR"), "web"),
        ("Acme web 12\u202f500,50\u00a0€ #vip", Money(1_250_050, "EUR"), "web"),
        ("Acme $12,500.50 web", Money(1_250_050, "USD"), "web"),
        ("Acme web 12 k€", Money(1_200_000, "EUR"), "web"),
        ("Acme web 1.5M€", Money(150_000_000, "EUR"), "web"),
        ("Acme web EUR 500", Money(50_000, "EUR"), "web"),
        ("Acme web 100 kr", Money(10_000, "SEK"), "web"),
        ("Acme web 12 500", Money(1_250_000, "EUR"), "web"),
        ("Acme montant:12 web", Money(1_200, "EUR"), "web"),
        ("Acme web 12k,", None, "web 12k,"),
        ("Acme web 24/7", None, "web 24/7"),
        ("Acme (2026)", None, "(2026)"),
        ("Acme 12.10.2026", None, "12.10.2026"),
        ("Acme CRM 2.0", None, "CRM 2.0"),
        ("Acme 500TTC", None, "500TTC"),
        ("Acme -500", None, "-500"),
        ("Acme 9999999999999999", None, "9999999999999999"),
    ],
)
def test_money_is_known_by_its_shape(line: str, amount: Money | None, title: str) -> None:
    read = draft(line, TODAY, KNOWN)
    assert (read.amount, read.title) == (amount, title)


@pytest.mark.parametrize("amount", ["9999999999999999 €", "1.2.3,4 €", "99999999999999999k"])
def test_money_that_no_amount_can_be_is_told_and_no_part_of_the_title(amount: str) -> None:
    read = draft(f"Acme web {amount}", TODAY, KNOWN)
    (problem,) = read.problems
    assert (read.amount, read.title) == (None, "web")
    assert amount[:9] in str(problem.message)


@pytest.mark.parametrize(
    "phone",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33 6 12 34 56 78",
        "+33(0)612345678",
        "+41 44 668 18 00",
        "020 7946 0958",
        "(555) 123-4567",
        "+1 (555) 123-4567",
        "555-123-4567",
    ],
)
def test_a_phone_number_is_kept_as_it_was_typed(phone: str) -> None:
    line = f"Acme web {phone} 12 500 €"
    read = draft(line, TODAY, KNOWN)
    assert (read.phone, read.amount, read.title) == (phone, Money(1_250_000, "EUR"), "web")
    assert [line[place.start : place.end] for place in read.places if place.part == "phone"] == [phone]


@pytest.mark.parametrize(("word", "chance"), [("40%", 40), ("40 %", 40), ("0%", 0), ("140%", None)])
def test_a_chance_is_a_percentage(word: str, chance: int | None) -> None:
    assert draft(f"Acme web {word}", TODAY, KNOWN).chance == chance


def test_what_comes_a_second_time_stays_in_the_title() -> None:
    line = "Acme a@acme.fr b@acme.fr @Ada @Bob stage:lead stage:devis 40% 50% 0612345678 0687654321"
    read = draft(line, TODAY, KNOWN)
    assert (read.email, read.contact, read.stage, read.chance, read.phone) == (
        "a@acme.fr", "Ada", "Lead", 40, "0612345678",
    )  # fmt: skip
    assert read.title == "b@acme.fr @Bob stage:devis 50% 0687654321"


def test_a_second_source_is_a_tag() -> None:
    read = draft('Zed #salon #"web site" #vip', TODAY, KNOWN)
    assert (read.source, read.tags) == ("Salon", ("web site", "vip"))


def test_a_known_company_may_look_like_money() -> None:
    read = draft("3M audit 12k", TODAY, Known(organizations=("3M",)))
    assert (read.organization, read.title, read.amount) == ("3M", "audit", Money(1_200_000, "EUR"))


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
        ("ACMÉ HOLDING audit", "Acme Holding", "audit"),
        ('"Acme audit" web', "Acme audit web", ""),
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


@pytest.mark.parametrize(
    ("line", "due", "clock", "kind", "text"),
    [
        ("!every monday 9:00 call", date(2026, 11, 30), "09:00", "call", "call"),
        ("!every Friday call back", date(2026, 11, 27), None, "call", "call back"),
        ("!call the boss every tue", date(2026, 11, 24), None, "call", "call the boss"),
        ("!call every wednesday 14h30 about it", date(2026, 11, 25), "14:30", "call", "call about it"),
        ("!chaque lundi 9h appeler", date(2026, 11, 30), "09:00", "call", "appeler"),
        ("!tous les jeudis rdv sur site", date(2026, 11, 26), None, "meeting", "rdv sur site"),
        ("!9:00 every mondays", date(2026, 11, 30), "09:00", "task", ""),
        ("!15/12 every friday call", date(2026, 12, 18), None, "call", "call"),
    ],
)
def test_a_weekday_comes_back_every_week(
    line: str, due: date, clock: str | None, kind: str, text: str
) -> None:
    read = draft(line, TODAY, KNOWN)
    assert (read.step_repeat, read.step_due, read.step_time) == ("1w", due, clock)
    assert (read.step_kind, read.step) == (kind, text)


def test_other_words_after_every_stay_as_they_are() -> None:
    read = draft("!fri meet every monk", TODAY, KNOWN)
    assert (read.step, read.step_due, read.step_repeat) == ("meet every monk", date(2026, 11, 27), None)
    assert draft("!9998-12-31 every friday", TODAY, KNOWN).problems


def test_what_cannot_be_read_is_said_where_it_stands() -> None:
    read = draft("Acme stage:nowhere close:someday montant:lots email:x étape:", TODAY, KNOWN)
    assert (read.organization, read.title) == ("Acme", "")
    assert [(str(p.message), p.start, p.end) for p in read.problems] == [
        ('There is no stage "nowhere".', 5, 18),
        ('"someday" is not a day.', 19, 32),
        ('"lots" is not an amount.', 33, 45),
        ('"x" is not an e-mail address.', 46, 53),
        ("étape: what should it be?", 54, 60),
    ]


def test_the_due_day_goes_by_its_french_name() -> None:
    read = draft("Acme échéance:fin-de-mois étiquette:vip", TODAY, KNOWN)
    assert (read.organization, read.close, read.tags) == ("Acme", date(2026, 11, 30), ("vip",))


@pytest.mark.parametrize("word", ["responsable:owen", "commercial:owen", "owner:owen", "chance:40"])
def test_a_field_that_one_line_does_not_take_is_no_part_of_a_name(word: str) -> None:
    read = draft(f"Acme {word}", TODAY, KNOWN)
    assert (read.organization, read.title, len(read.problems)) == ("Acme", "", 1)
    assert word.partition(":")[0] in str(read.problems[0].message)


def test_two_tags_and_only_the_first_amount() -> None:
    read = draft("Zed #vip #VIP #new 5k 300", TODAY, KNOWN)
    assert (read.tags, read.amount, read.organization) == (("vip", "new"), Money(500_000, "EUR"), "Zed 300")


HOSTILE = [
    "Acme", "Dupont & fils", "[/b] Acme [VIP]", "[@click=app.quit]x[/]", "\x1b]0;owned\x07Acme", "\x9b31mred",
    "nul\x00", "evil\u202etxt.exe", "\ud800", "e\u0301", "👩‍💻", "日本語", "12 500,50 €", "06 12 34 56 78", "40 %",
    "@", '"', "#", "!", ":", "stage:", "close:30/9", 'org:"', "!\x1b[2Jfri", "１２k€", "1'2", "＂", "\u2066iso\u2069",
]  # fmt: skip
signs = st.text(st.sampled_from('Aé1 ,.€k%@#!:"+-()\u00a0\x1b'), max_size=40)
pieces = st.lists(st.sampled_from(HOSTILE), max_size=6).map(" ".join)


def texts_of(read: Draft) -> list[str]:
    said = (
        read.title,
        read.contact,
        read.email,
        read.phone,
        read.organization,
        read.source,
        read.stage,
        read.step,
    )
    return [text for text in (*said, *read.tags) if text]


@given(st.text(st.characters(codec=None), max_size=80) | signs | pieces)
def test_any_line_is_read(line: str) -> None:
    read = draft(line, TODAY, KNOWN)
    spans = [(one.start, one.end) for one in read.places] + [(one.start, one.end) for one in read.problems]
    assert all(0 <= start < end <= len(line) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))
    assert all(text == clean(text) for text in texts_of(read))


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_are_harmless_wherever_they_stand(word: str) -> None:
    for line in (word, f"Zed {word}", f"@{word}", f'@"{word}"', f"#{word}", f"org:{word}", f"Zed !{word}"):
        read = draft(line, TODAY, KNOWN)
        assert all(text == clean(text) for text in texts_of(read))
        assert all(place.end <= len(line) for place in read.places)


def test_what_is_left_of_a_hostile_name_is_shown_as_it_is() -> None:
    assert draft("[/b]\x1b[2J Acme [VIP]\u202e 12k", TODAY, KNOWN).organization == "[/b][2J Acme [VIP]"


@pytest.mark.parametrize(
    "line",
    [
        "x" * 10_000,
        "@" * 10_000,
        '"' * 10_000,
        "!" * 10_000,
        "1." * 5_000,
        "a@b." * 2_500,
        "1" * 10_000 + "x",
        "12 500 " * 1_400,
        "+1 " * 3_300,
        "+1-1" * 2_500,
        "acme é " * 1_400,
        " ".join(f"#t{number}" for number in range(2_000)),
        "1" + " " * 10_000 + "x",
        "(555) " * 1_600,
        "EUR" * 3_300,
    ],
)
def test_very_long_lines_are_read_at_once(line: str) -> None:
    assert draft(line, TODAY, KNOWN) is not None


@pytest.mark.parametrize(
    ("line", "title", "contact"),
    [
        ('Acme 24" screens 12k !fri call', '24" screens', None),
        ('Acme 12k screens of 24"!fri 3" !fri call', 'screens of 24"!fri 3"', None),
        ('Acme screens size:24" 12k @"Ada 24" !fri call', 'screens size:24"', "Ada 24"),
        ('Acme "screens !fri" 12k !fri call', "screens !fri", None),
    ],
)
def test_an_inch_within_a_word_opens_no_quote(line: str, title: str, contact: str | None) -> None:
    read = draft(line, TODAY, KNOWN)
    assert (read.organization, read.title, read.contact) == ("Acme", title, contact)
    assert (read.amount, read.step) == (Money(1_200_000, "EUR"), "call")


def test_a_time_is_written_in_plain_digits() -> None:
    read = draft("!fri 14h٣٠ call", TODAY, KNOWN)
    assert (read.step_time, read.step) == (None, "14h٣٠ call")
