"""What the line of a segment means."""

from __future__ import annotations

import pytest

from desks import TODAY
from pipetui.core.query import Not, Term, Word
from pipetui.core.segments import Figures, Own, read
from pipetui.errors import Invalid


def test_a_line_without_a_first_word_is_over_deals() -> None:
    found = read("tag:salon amount>10k", TODAY)
    assert (found.subject, found.own) == ("deal", ())
    assert len(found.about.parts) == 2
    assert read("deals: tag:salon", TODAY).subject == "deal"


def test_terms_are_about_the_person_or_about_their_deals() -> None:
    found = read('contacts: marie tag:newsletter city:"Le Mans" is:won -has:phone -tag:old', TODAY)
    assert found.subject == "contact"
    assert found.own == (Own("city", "le mans"), Own("has", "phone", True))
    kinds = [type(part) for part in found.about.parts]
    assert kinds == [Word, Term, Not]
    assert [part.field for part in found.deals.parts if isinstance(part, Term)] == ["is"]


def test_the_words_are_french_as_well() -> None:
    assert read("sociétés: secteur:food ville:Nîmes", TODAY) == read(
        "companies: industry:food city:nimes", TODAY
    )


@pytest.mark.parametrize(
    "text", ["boats: x", "contacts: has:boat", "contacts: opted:maybe", "contacts: amount>x"]
)
def test_what_makes_no_segment_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text, TODAY)


def test_a_segment_is_measured_by_the_whole() -> None:
    whole = Figures(100, 3, 40, {"EUR": 900}, 10, 30, {"EUR": 500})
    good = Figures(10, 0, 4, {"EUR": 90}, 5, 5, {"EUR": 250})
    none = Figures(3, 0, 3, {}, 0, 0, {})
    assert (whole.conversion, good.conversion, none.conversion) == (0.25, 0.5, None)
    assert good.lift(whole) == 2.0
    assert none.lift(whole) is None
    assert good.lift(none) is None
