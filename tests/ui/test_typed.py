"""Whatever a terminal sends, and however it is cut: a paste never becomes keys, and no key is lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.ui.typed import END, PATIENCE, START, Paste, Typed

KEYS = ["j", "L", "\x1b", "\x1b[A", "é", "\x1b[", "q\x00", "\x1b[20", "\ufffd"]
PASTES = ["Acme", "two\nlines", "\x1b]0;owned\x07q", "\x1b[2JL", "", "\x1b", "[201~"]


def keys(typed: Typed, *pieces: str) -> str:
    """What is left as keys, after a silence."""
    found = [one for piece in pieces for one in typed.sort(piece)] + list(typed.silence())
    return "".join(one for one in found if isinstance(one, str))


def pastes(typed: Typed, *pieces: str) -> list[str]:
    return [one.text for piece in pieces for one in typed.sort(piece) if isinstance(one, Paste)]


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(KEYS), st.sampled_from(PASTES)), max_size=5),
    st.lists(st.integers(0, 100), max_size=8),
)
def test_keys_and_pastes_are_told_apart_wherever_they_are_cut(
    sent: list[tuple[bool, str, str]], cuts: list[int]
) -> None:
    stream = "".join(f"{START}{paste}{END}" if is_paste else f"{key} " for is_paste, key, paste in sent)
    marks = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(marks)]
    assert keys(Typed(), *pieces) == "".join(f"{key} " for is_paste, key, _ in sent if not is_paste)
    assert len(pastes(Typed(), *pieces)) == sum(is_paste for is_paste, _, _ in sent)


def test_a_paste_is_cleaned_and_keeps_its_lines() -> None:
    assert pastes(Typed(), f"{START}one\n\x1b[2Jtwo\u202e\x00{END}") == ["one\n[2Jtwo"]


def test_a_paste_whose_end_is_lost_ends_in_silence() -> None:
    typed = Typed()
    assert keys(typed, f"{START}Acme") == ""
    said = [one for _ in range(PATIENCE) for one in typed.silence()]
    assert said == [Paste("Acme")]
    assert keys(typed, "j") == "j"


def test_escape_waits_for_what_may_follow_no_longer_than_a_silence() -> None:
    typed = Typed()
    assert list(typed.sort("\x1b")) == []
    assert typed.waiting
    assert list(typed.silence()) == ["\x1b"]
    assert not typed.waiting


@pytest.mark.parametrize(
    "answer", ["\x1b]11;rgb:0/0/0\x07", "\x1b]11;rgb:0/0/0\x1b\\", "\x1bP>|XTerm\x1b\\", "\x1b[?62;22c"]
)
def test_answers_of_the_terminal_are_no_keys(answer: str) -> None:
    assert keys(Typed(), f"j{answer}k") == "jk"
