"""Somebody's name, e-mail and phone are found however they are written, and nothing else is touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipetui.core.access import Actor, Role, erasing
from pipetui.core.privacy import Eraser, Traces, traces

ZOE = Traces(
    frozenset(("Zoé O'Neill-Garçon",)), frozenset(("zoe@acme.example",)), frozenset(("+33612345678",))
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call Zoé O'Neill-Garçon back", "Call Erased person 7 back"),
        ("zoe o'neill-garcon, ZOÉ  O'NEILL-GARÇON!", "Erased person 7, Erased person 7!"),
        ("O'Neill-Garçon, Zoé (boss)", "Erased person 7 (boss)"),
        ("Zoe\u0301 O'Neill-Garc\u0327on", "Erased person 7"),
        ("write to Zoe@Acme.example.", "write to …."),
        ("06 12 34 56 78 or +33 (0)6.12.34.56.78", "… or …"),
        ("0033612345678; 612345678", "…; …"),
        ("[/b] \u202e zoe@acme.example '; --", "[/b] \u202e … '; --"),
        ("1612345678 EUR, 612 345 679", "1612345678 EUR, 612 345 679"),
        ("Zoé Dupont; mezoe@acme.example2; O'Neill", "Zoé Dupont; mezoe@acme.example2; O'Neill"),
        ("", ""),
    ],
)
def test_a_person_is_found_however_written(text: str, left: str) -> None:
    assert Eraser(ZOE, "Erased person 7").text(text) == left


def test_a_single_word_is_not_taken_out_of_the_language() -> None:
    eraser = Eraser(Traces(frozenset(("Will",))), "nobody")
    assert (
        eraser.text("will call; Will agrees; WILL; goodwill") == "will call; nobody agrees; nobody; goodwill"
    )


def test_json_stays_json() -> None:
    packed = json.dumps({"Zoé O'Neill-Garçon": ['say "06 12 34 56 78"', 612345678, None, True]})
    eraser = Eraser(ZOE, "nobody")
    assert json.loads(eraser.json(packed)) == {"nobody": ['say "…"', 612345678, None, True]}
    assert eraser.json("{not json zoe@acme.example") == "{not json …"
    assert eraser.json('{"spaces":   1}') == '{"spaces":   1}'


def test_what_others_have_too_stays_theirs() -> None:
    others = Traces(frozenset(("ZOE O'NEILL-GARCON",)), frozenset(), frozenset(("06 12 34 56 78",)))
    mine, shared = ZOE.without(others)
    assert mine == Traces(frozenset(), ZOE.emails, frozenset())
    assert shared == Traces(ZOE.names, frozenset(), ZOE.phones)


def test_who_is_called_by_a_number_is_found_by_it() -> None:
    told = traces([{"name": "0612345678"}, {"email": None, "phone": " "}, {"name": "Ada"}])
    assert told == Traces(frozenset(("0612345678", "Ada")), frozenset(), frozenset(("0612345678",)))
    assert Eraser(told, "nobody").text("+33 6 12 34 56 78, Ada") == "…, nobody"


@given(st.text(), st.text(min_size=1), st.text())
def test_nothing_breaks_and_nothing_is_left(before: str, name: str, after: str) -> None:
    eraser = Eraser(Traces(frozenset((name,)), frozenset(("q@q.example",))), "–")
    text = f"{before} q@q.example {after}"
    assert "q@q.example" not in eraser.text(text) or "q@q.example" in f"{before}|{after}"
    assert eraser.text(text) == eraser.text(text)


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("reader", "You may read here, and change nothing."),
        ("rep", "Only admins may erase a person."),
        ("manager", "Only admins may erase a person."),
        ("admin", "None"),
    ],
)
def test_who_may_erase(role: Role, reason: str) -> None:
    assert str(erasing(Actor(1, role))) == reason
