"""The question the product answers, asked from the shell: what does a goal of three clients take?"""

from __future__ import annotations

import pytest

from shell import Shell


@pytest.fixture
def pipeline(shell: Shell) -> Shell:
    """The standard pipeline cut down to prospects and quotes: 20 → 10, 5 → 1."""
    assert shell("stages", "retire", "Lead", "--into", "Prospect").code == 0
    assert shell("stages", "retire", "Meeting", "--into", "Quote").code == 0
    assert shell("stages", "edit", "prospect", "--ratio", "20:10").code == 0
    assert shell("stages", "edit", "quote", "--ratio", "5:1").code == 0
    assert shell("goal", "set", "2026-11", "wins", "3").code == 0
    return shell


def prospects(n: int, stage: str) -> bytes:
    return "".join(f"Client {i} stage:{stage}\n" for i in range(n)).encode()


def test_ten_prospects_and_a_goal_of_three(pipeline: Shell) -> None:
    assert len(pipeline("add", "--json", given=prospects(10, "prospect")).json) == 10
    answer = pipeline("forecast", "--json").json
    prospect, quote = answer["stages"]
    assert (prospect["stage"], prospect["declared"], quote["declared"]) == ("Prospect", 0.5, 0.2)
    assert answer["eventual"]["wins"] == pytest.approx(1.0)
    assert (prospect["needed"], quote["needed"]) == (30, 15)
    assert (prospect["missing"], quote["missing"]) == (20, 10)
    assert (prospect["has"], quote["has"]) == (10, 5)
    assert answer["goal"]["tightest"] == "Prospect"
    assert answer["goal"]["chance"] == pytest.approx(0.0702, abs=0.00005)
    assert "20" in answer["goal"]["advice"]


def test_ten_quotes_and_a_goal_of_three(pipeline: Shell) -> None:
    pipeline("add", given=prospects(10, "quote"))
    answer = pipeline("forecast", "--json").json
    assert answer["eventual"]["wins"] == pytest.approx(2.0)
    assert answer["goal"]["chance"] == pytest.approx(0.322, abs=0.0005)


def test_the_page_says_it_in_words(pipeline: Shell) -> None:
    pipeline("add", given=prospects(10, "prospect"))
    page = pipeline("forecast").out
    assert "20 → 10 → 2" in page
    assert "Find 20 more deals for Prospect." in page
