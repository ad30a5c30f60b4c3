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
        "responsable:moi échéance:ce-mois echeance:fin-de-mois",
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
        'close<"next month"',
        "est:bloquée",
        "est:'ouverte'",
        "montant>10k€ étape:devis,quote",
        "amount:12500.001",
        "age<99999y",
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
        'close:"next month"',
        "chance:none -chance:none",
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
        ("\x1b[31m stge:quote", "There is no field stge to filter by.", 6),
        ("a\r\nb stge:quote", "There is no field stge to filter by.", 5),
        ("chance:1_0", '"1_0" does not fit chance.', 0),
        ("is:great", '"great" does not fit is.', 0),
        ("close:whenever", '"whenever" is not a period.', 0),
    ],
)
def test_what_means_nothing_is_said_with_its_place(line: str, said: str, at: int) -> None:
    with pytest.raises(Invalid) as refused:
        parse(line, TODAY)
    assert (str(refused.value), refused.value.at) == (said, at)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("stge:quote", "Did you mean stage:?"),
        ("montan>3", "Did you mean montant:?"),
        (
            "qqqq:1",
            "Fields: stage, owner, tag, source, org, contact, title, reason, pipeline, amount, chance, age, close, "
            "created, closed, changed, next, is.",
        ),
    ],
)
def test_the_nearest_field_is_named(line: str, hint: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(line, TODAY)
    assert str(refused.value.hint) == hint


def test_a_period_in_words_is_all_of_it() -> None:
    assert parse('close:"next month"', TODAY) == parse("close:next-month", TODAY)
    assert parse("close:tomorrow", TODAY) == parse("close:2026-11-24", TODAY)


FIELDS = ["stage", "amount", "close", "created", "is", "tag", "-org", "age", "chance", "étape", "montant"]
HOSTILE = [
    "Acme", "Dupont & fils", "[/b] Acme [VIP]", "\x1b]0;owned\x07", "\x9b31m", "evil\u202etxt", "nul\x00", "\ud800",
    "＂wide＂", "tag：vip", "－x", "none", '"none"', "e\u0301", "👩‍💻", "日本語", "1234.567TND", "0123.456TND",
    "0999-05", "0001", "9999-12-31", "99999y", "999999999y", "50%", "12 500,50 €", "next-month", "all", "me", "-",
    "--x", '"', ",",
]  # fmt: skip
words = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(HOSTILE)
term = st.tuples(st.sampled_from(FIELDS), st.sampled_from([":", "<", ">=", "="]), words).map("".join)
lines = st.lists(words | term, max_size=5).map(" ".join)


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("start", ["", "-", "tag:", '-org:"', "amount>=", "close:", "age<", "is:"])
def test_hostile_words_are_read_or_refused_and_say_themselves(start: str, word: str) -> None:
    try:
        read = parse(f"{start}{word}", TODAY)
    except Invalid as refused:
        assert refused.at is not None
        return
    assert parse(str(read), TODAY) == read
    assert "\x1b" not in str(read)


@given(lines)
def test_any_line_is_read_or_refused_and_says_itself(line: str) -> None:
    try:
        read = parse(line, TODAY)
    except Invalid:
        return
    assert parse(str(read), TODAY) == read


@pytest.mark.parametrize(
    "line",
    ['a" ' * 20_000, "x" * 10_000, '"' * 10_001, "-" * 10_000, "tag:" + "a," * 5_000, 'tag:"' + "x" * 10_000],
)
def test_a_very_long_line_is_read_at_once(line: str) -> None:
    assert parse(str(parse(line, TODAY)), TODAY) == parse(line, TODAY)
