"""The minutes of a review as a file."""

from __future__ import annotations

from datetime import date

from pipetui import lang
from pipetui.exchange.minutes import Decided, Minutes, markdown


def test_minutes_in_french_have_the_spaces_of_french() -> None:
    one = Minutes(
        held_on=date(2026, 11, 26), held_by="Marie", pipeline="Ventes", query="", since=date(2026, 11, 1),
        looked_at=1, of=2, decisions=(Decided("Acme", "step", "ven relancer", None, "EUR"),), opening={},
        closing={}, parts={},
    )  # fmt: skip
    lang.use("fr")
    try:
        said = markdown(one)
    finally:
        lang.use("en")
    assert "- Pipeline\u00a0: Ventes" in said
    assert "- Menée par\u00a0: Marie" in said
    assert "- **Acme**\u00a0: activité prévue\u00a0: ven relancer" in said
    assert "1er nov. 2026" in said
