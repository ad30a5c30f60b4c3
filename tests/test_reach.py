"""Phone numbers and addresses by the rules of the world."""

from __future__ import annotations

import pytest

from dialogs import HOSTILE
from pipetui import reach
from pipetui.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "country", "kept", "abroad", "at_home"),
    [
        ("06 12 34 56 78", "FR", "+33612345678", "+33 6 12 34 56 78", "06 12 34 56 78"),
        ("+33612345678", None, "+33612345678", "+33 6 12 34 56 78", "06 12 34 56 78"),
        ("0033 6.12.34.56.78", "FR", "+33612345678", "+33 6 12 34 56 78", "06 12 34 56 78"),
        ("020 7946 0958", "GB", "+442079460958", "+44 20 7946 0958", "020 7946 0958"),
        (
            "(212) 555-0100 ext. 45",
            "US",
            "+12125550100 ext. 45",
            "+1 212-555-0100 ext. 45",
            "(212) 555-0100 ext. 45",
        ),
    ],
)
def test_a_number_has_one_form_in_the_store_and_one_for_each_country(
    typed: str, country: str | None, kept: str, abroad: str, at_home: str
) -> None:
    stored = reach.phone(typed, country)
    assert stored == kept
    assert reach.phone(stored, country) == kept
    assert reach.phone_shown(kept, None) == reach.phone_shown(kept, "JP") == abroad
    own = country or "FR"
    assert reach.phone_shown(kept, own) == reach.phone_shown(kept, own, own) == at_home
    assert reach.phone_shown(at_home, own, "JP") == abroad
    assert reach.phone_key(typed, country) == reach.phone_key(kept, "JP")
    assert not reach.doubtful_phone(kept, country)


@pytest.mark.parametrize("typed", ["0612", "+33 6", "call me", "+999 123456", *HOSTILE])
def test_what_nobody_can_have_is_refused_and_shown_as_it_came(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        reach.phone(typed or "x", "FR")
    assert caught.value.hint is not None
    assert reach.doubtful_phone(typed, "FR")
    assert reach.phone_shown(typed, "FR") == typed


def test_without_a_country_a_number_without_prefix_stays_and_is_not_judged() -> None:
    assert reach.phone("06 12 34 56 78", None) == "06 12 34 56 78"
    assert not reach.doubtful_phone("06 12 34 56 78", None)
    assert reach.phone(" ", "FR") is reach.phone(None, None) is None
    assert not reach.doubtful_phone(None, "FR")
    assert reach.phone_key("06 12-34", None) == "061234"


def test_a_number_of_another_country_typed_without_prefix_gets_no_wrong_one() -> None:
    assert reach.phone_shown("0612345678", "US") == "0612345678"


def test_one_number_with_two_extensions_is_two() -> None:
    assert reach.phone_key("+1 212 555 0100 ext. 1", None) != reach.phone_key("+1 212 555 0100 ext. 2", None)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("France", "FR"), ("fr", "FR"), ("Royaume-Uni", "GB"), ("UK", "GB"), ("etats-unis", "US"), ("nowhere", None),
     ("", None), (None, None)],
)  # fmt: skip
def test_a_country_by_any_of_its_names(name: str | None, letters: str | None) -> None:
    assert reach.region(name) == letters


def test_home_is_the_setting_or_else_the_locale() -> None:
    assert reach.home("Belgique", {"LANG": "fr_FR.UTF-8"}) == "BE"
    assert reach.home(None, {"LANG": "fr_FR.UTF-8"}) == "FR"
    assert reach.home(None, {"LC_ALL": "C", "LANG": "en_GB"}) == "GB"
    assert reach.home(None, {"LANG": "C.UTF-8"}) is None


def test_an_address_that_can_exist() -> None:
    assert reach.email(" Marie.Curie@ACME.example ") == "Marie.Curie@acme.example"
    assert reach.email("marie@société.fr") == "marie@société.fr"
    assert reach.email("") is None
    assert not reach.doubtful_email(None)


@pytest.mark.parametrize(
    "typed", ["marie", "marie@", "@acme.fr", "a b@acme.fr", "marie@acme", "a@b@c.fr", *HOSTILE]
)
def test_an_address_that_cannot_exist_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as caught:
        reach.email(typed)
    assert caught.value.hint is not None
    assert reach.doubtful_email(typed)
