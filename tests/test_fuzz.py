"""A short form of `python tests/fuzz.py`, and what it has found once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from fuzz import TARGETS, Score, tried

MANY = {"filter": 100, "entry": 100, "words": 100, "keys": 80, "config": 40, "calendar": 20, "board": 0}
FEW = 3
"""Files that are imported: each means a store of its own."""


@pytest.mark.parametrize("name", [name for name in TARGETS if MANY.get(name, FEW)])
def test_nothing_made_up_ends_in_an_error_of_ours(name: str) -> None:
    score = Score()

    @seed(20261123)
    @settings(
        max_examples=MANY.get(name, FEW), deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(TARGETS[name].inputs)
    def some(value: object) -> None:
        tried(TARGETS[name], score, value)

    some()
    assert score.crashes == {}
    assert score.inputs
