"""A short form of `python tests/fuzz.py`."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from fuzz import TARGETS, Score, tried
from fuzzing.targets import AT_HOME, made
from pipetui import lang

MANY = {
    "filter": 100,
    "entry": 100,
    "words": 100,
    "keys": 80,
    "config": 40,
    "calendar": 20,
    "sheets": 40,
    "cards": 40,
}
FEW = 3
"""Files that are imported: each means a store of its own."""
IN_MEMORY = [name for name in TARGETS if name != "board"]


@pytest.mark.parametrize("name", IN_MEMORY)
def test_nothing_made_up_ends_in_an_error_of_ours(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in AT_HOME.items():
        monkeypatch.setenv(variable, value)
    made()
    score = Score()

    @seed(20261123)
    @settings(
        max_examples=MANY.get(name, FEW), deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(TARGETS[name].inputs)
    def some(value: object) -> None:
        tried(TARGETS[name], score, value)

    try:
        some()
    finally:
        lang.use("en")
    assert score.crashes == {}
    assert score.inputs
