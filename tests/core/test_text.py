"""Text from anywhere is harmless and otherwise untouched; days are read as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.text import clean, day_from_words, fold

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Acme", "Acme"),
        ("Dupont & fils", "Dupont & fils"),
        ("[/b] Acme [VIP]", "[/b] Acme [VIP]"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("\x1b]0;owned\x07Acme", "]0;ownedAcme"),
        ("\x1b[31mred\x9b1m", "[31mred1m"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("\u2066iso\u2069late\u200f", "isolate"),
        ("nul\x00 byte\x7f", "nul byte"),
        ("two\r\nlines\tand tab", "two lines and tab"),
        ("broken \ud800 surrogate", "broken \ufffd surrogate"),
        ("日本語 한국어", "日本語 한국어"),
        ("e\u0301 stays apart", "e\u0301 stays apart"),
        ("👩‍💻 family 👨‍👩‍👧", "👩‍💻 family 👨‍👩‍👧"),
        ("شركة", "شركة"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_only_what_could_act_is_taken_out(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_notes_keep_their_lines() -> None:
    assert clean("one\r\ntwo\rthree\n\tfour\x0b", lines=True) == "one\ntwo\nthree\n four "


@given(st.text(st.characters(codec=None)))
def test_what_is_clean_stays_as_it_is_and_can_be_written(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in once)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie  NOËL", "elodie noel"),
        ("Straße", "strasse"),
        ("ŒUVRE", "œuvre"),
        (" a\u00a0b ", "a b"),
        ("İ", "i"),
    ],
)
def test_searching_knows_no_case_and_no_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", date(2026, 11, 23)),
        ("Demain", date(2026, 11, 24)),
        ("yesterday", date(2026, 11, 22)),
        ("fri", date(2026, 11, 27)),
        ("vendredi", date(2026, 11, 27)),
        ("monday", date(2026, 11, 30)),
        ("in 3 days", date(2026, 11, 26)),
        ("dans 2 semaines", date(2026, 12, 7)),
        ("+3d", date(2026, 11, 26)),
        ("in 3 months", date(2027, 2, 23)),
        ("next week", date(2026, 11, 30)),
        ("fin de mois", date(2026, 11, 30)),
        ("30/9", date(2026, 9, 30)),
        ("10/01", date(2027, 1, 10)),
        ("30/09/2026", date(2026, 9, 30)),
        ("30.09.26", date(2026, 9, 30)),
        ("2026-09-30", date(2026, 9, 30)),
        ("9 déc.", date(2026, 12, 9)),
        ("Dec 9", date(2026, 12, 9)),
        ("1er mars 2027", date(2027, 3, 1)),
        ("12-Oct-2025", date(2025, 10, 12)),
        ("29/2", date(2028, 2, 29)),
        ("le 30/9", date(2026, 9, 30)),
        ("on friday", date(2026, 11, 27)),
        ("la semaine prochaine", date(2026, 11, 30)),
        ("le mois prochain", date(2026, 12, 1)),
        ("on ", None),
        ("31/6", None),
        ("0/0", None),
        ("soon", None),
        ("", None),
        ("9" * 10_000, None),
    ],
)
def test_days_are_read_in_english_and_french(words: str, day: date | None) -> None:
    assert day_from_words(words, TODAY) == day


def test_a_day_to_come_is_never_past() -> None:
    assert day_from_words("30/9", TODAY, ahead=True) == date(2027, 9, 30)


def test_americans_write_the_month_first() -> None:
    assert day_from_words("3/4/2026", TODAY) == date(2026, 4, 3)
    assert day_from_words("3/4/2026", TODAY, month_first=True) == date(2026, 3, 4)


@given(st.text(max_size=40))
def test_any_text_is_a_day_or_none(text: str) -> None:
    assert isinstance(day_from_words(text, TODAY), date | None)
