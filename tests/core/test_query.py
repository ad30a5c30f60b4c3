"""The filter language: what a rep types means what it says, and says so when it means nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.query import Facts, matches, parse
from pipetui.errors import Invalid

TODAY = date(2026, 11, 23)
DEAL = Facts(
    stage="Quote", owner="Ada Lovelace", mine=True, tags=("VIP", "renewal"), source="Salon", org="Acme SA",
    contact="Marie Curie", title="Site web", amount=Decimal(12500), age=31, close=date(2026, 11, 30),
    created=date(2026, 9, 1), next=None, flags=frozenset({"open", "stalled", "none"}),
    words="site web acme sa marie curie",
)  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "",
        "stage:quote owner:me tag:vip -tag:cold source:salon amount>10k close:this-month close<2026-12-31 age>30d "
        'next:none is:stalled org:"Acme SA" marie',
        "étape:devis,quote commercial:moi",
        "owner:love",
        "stage:QUO",
        "is:open -is:won",
        "amount:12500 amount<=12.5k",
        "close>2026-11-29 created<this-month",
        '"acme sa"',
        "reason:none",
        "next:none,today",
        "-owner:none",
        "ACME",
    ],
)
def test_the_deal_is_found(line: str) -> None:
    assert matches(parse(line, TODAY), DEAL)


@pytest.mark.parametrize(
    "line",
    [
        "stage:lead",
        "-is:stalled",
        "amount<10k",
        "close:next-month",
        "age>60d",
        "next:today",
        "zebra",
        "chance>10",
        "tag:ip",
    ],
)
def test_the_deal_is_not_found(line: str) -> None:
    assert not matches(parse(line, TODAY), DEAL)


@pytest.mark.parametrize(
    ("line", "said", "at"),
    [
        ("acme stge:quote", "There is no field stge to filter by.", 5),
        ("stage:", "stage: what should it be?", 0),
        ("stage>3", "stage cannot be compared with >.", 0),
        ("amount>lots", '"lots" is not an amount.', 0),
        ("is:great", '"great" does not fit is.', 0),
        ("close:whenever", '"whenever" is not a period.', 0),
    ],
)
def test_what_means_nothing_is_said_with_its_place(line: str, said: str, at: int) -> None:
    with pytest.raises(Invalid) as refused:
        parse(line, TODAY)
    assert (str(refused.value), refused.value.at) == (said, at)


FIELDS = ["stage", "amount", "close", "is", "tag", "-org", "age"]
words = st.text(st.characters(codec="utf-8"), max_size=12)
term = st.tuples(st.sampled_from(FIELDS), st.sampled_from([":", "<", ">=", "="]), words).map("".join)
lines = st.lists(words | term, max_size=5).map(" ".join)


@given(lines)
def test_any_line_is_read_or_refused_and_says_itself(line: str) -> None:
    try:
        read = parse(line, TODAY)
    except Invalid:
        return
    assert parse(str(read), TODAY) == read


def test_a_very_long_line_is_read_at_once() -> None:
    assert len(parse('a" ' * 20_000, TODAY).parts) > 0
