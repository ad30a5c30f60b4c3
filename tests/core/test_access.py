"""Who may do what: the table read by people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.access import ROLES, RULES, WHAT, Actor, Role, reach, refusal
from pipetui.core.deal import RECORDS

BOB = 2


def test_every_table_has_a_rule_and_a_word() -> None:
    tables = {kind.table for kind in RECORDS}
    assert RULES.keys() == tables == WHAT.keys()


@given(
    st.sampled_from(sorted(RULES)),
    st.sampled_from(["add", "change", "remove"]),
    st.none() | st.integers(1, 3),
)
def test_each_role_may_do_what_the_one_before_may(table: str, act: str, owner: int | None) -> None:
    allowed = [refusal(Actor(1, role), act, table, owner) is None for role in ROLES]  # type: ignore[arg-type]
    assert allowed == sorted(allowed)
    assert allowed[0] is False
    assert allowed[-1] is True


@pytest.mark.parametrize(
    ("role", "table", "owner", "reason"),
    [
        ("reader", "deal", None, "You may read here, and change nothing."),
        ("rep", "deal", BOB, "This belongs to [/b] Bob."),
        ("rep", "deal", 1, None),
        ("rep", "deal", None, None),
        ("rep", "goal", None, "Only managers may change that: goals."),
        ("rep", "stage", None, "Only admins may change that: stages."),
        ("manager", "deal", BOB, None),
        ("manager", "goal", None, None),
        ("manager", "member", None, "Only admins may change that: members."),
        ("admin", "member", None, None),
    ],
)
def test_the_reason_says_who_may(role: Role, table: str, owner: int | None, reason: str | None) -> None:
    said = refusal(Actor(1, role), "change", table, owner, "[/b] Bob")
    assert (None if said is None else str(said)) == reason


def test_reps_tell_doubles_apart_but_set_nothing_else() -> None:
    assert reach(Actor(1, "rep"), "add", "setting", "apart:contact:1:2") == "any"
    assert reach(Actor(1, "rep"), "add", "setting", "currency") == "none"
