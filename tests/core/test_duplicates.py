"""Who may have been noted twice, and what speaks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.duplicates import CROWD, Double, Known, compared, domain, doubles

MARIE = Known(1, "Marie Curie", "marie@acme.fr", "+33612345678", "Acme", "acme.fr")


def alike(one: str, other: str) -> float:
    """As many letters in common as a test needs."""
    if one == other:
        return 100.0
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return 100.0 * same / max(len(one), len(other), 1)


def reasons(found: Double | None) -> list[str]:
    return [str(reason) for reason in found.reasons] if found else []


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Known(2, "Marie Curie", "MARIE@acme.fr"), ["same e-mail", "same name"]),
        (Known(2, "M. Curie", "", "+33612345678"), ["same phone", "same initials"]),
        (Known(2, "MARIE  CURIE", "", "", "acme"), ["same name", "same company"]),
        (Known(2, "Marie Curia", "", "", "", "acme.fr"), ["names alike (91 %)", "same domain"]),
        (Known(2, "Jean Dupont", "marie@acme.fr"), ["same e-mail"]),
        (Known(2, "Jean Dupont", "", "+33612345678"), []),
        (Known(2, "Marie Curie", "", "", "Boréal"), []),
        (Known(2, "[/b] Acme [VIP]"), []),
    ],
)
def test_what_speaks_for_two_being_one(other: Known, why: list[str]) -> None:
    assert reasons(compared(MARIE, other, alike)) == why


def test_companies_with_one_name_or_one_domain() -> None:
    acme = Known(1, "Acme SA", domain="acme.fr")
    assert reasons(compared(acme, Known(2, "ACME SA"), alike)) == ["same name"]
    assert reasons(compared(acme, Known(2, "Acme SARL"), alike)) == []
    assert reasons(compared(acme, Known(2, "Acme SB", domain="acme.fr"), alike)) == [
        "names alike (86 %)",
        "same domain",
    ]


def test_the_likeliest_have_the_highest_score_and_each_pair_comes_once() -> None:
    known = [MARIE, replace(MARIE, id=2), Known(3, "Marie Curie", "marie@acme.fr"), Known(4, "Émile Zola")]
    found = list(doubles(known, alike))
    assert sorted((one.first, one.second) for one in found) == [(1, 2), (1, 3), (2, 3)]
    by_pair = {(one.first, one.second): one.score for one in found}
    assert by_pair[1, 2] == 100.0 >= by_pair[1, 3]
    assert [one.second for one in doubles(known, alike, about=3)] == [3, 3]


def test_what_too_many_share_says_nothing_and_costs_nothing() -> None:
    asked: list[tuple[str, str]] = []

    def counted(one: str, other: str) -> float:
        asked.append((one, other))
        return alike(one, other)

    crowd = [Known(n, f"{n:05} person", f"{n}@big.example", "", "", "big.example") for n in range(CROWD * 10)]
    assert list(doubles(crowd, counted)) == []
    assert len(asked) < CROWD * 10


def test_it_is_told_how_far_it_is() -> None:
    heard: list[tuple[int, int]] = []
    pairs = [Known(n, f"Name {n // 2}", f"{n // 2}@a.example") for n in range(40)]
    assert len(list(doubles(pairs, alike, lambda done, of: heard.append((done, of))))) == 20
    assert (heard[0][0], heard[-1][0]) == (0, heard[-1][1])


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_names_can_be_compared(names: list[str]) -> None:
    known = [Known(n, name, name, name) for n, name in enumerate(names)]
    for one in doubles(known, alike):
        assert one.first < one.second
        assert 0 < one.score <= 100
        assert one.reasons


@pytest.mark.parametrize(
    ("email", "website", "whose"),
    [
        ("marie@Acme.FR", "", "acme.fr"),
        ("marie@gmail.com", "https://www.acme.fr/x", ""),
        ("", "https://www.acme.fr/x", "acme.fr"),
        ("", "", ""),
    ],
)
def test_whose_domain(email: str, website: str, whose: str) -> None:
    assert domain(email, website) == whose
