"""The simulated pipeline that lies beside the repository, and the figures its history must lead to."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Any

from pipetui.core.fit import Declared
from pipetui.core.past import GONE, Life, Past, Stay

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "sim_pipeline"
STAGES = ("Lead", "Rendez-vous", "Devis", "Negociation")
PLACES = {**{name: at for at, name in enumerate(STAGES)}, "WON": 4, "LOST": 5}
DECLARED = Declared((0.1 / 0.18, 0.18 / 0.33, 0.33 / 0.6, 0.6), (14.0,) * 4)


def day(text: str) -> float:
    """Days since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() / 86_400


def expected() -> dict[str, Any]:
    """The figures, by name."""
    found: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text())
    return found


def past() -> Past:
    """All that ever happened, what came after the day of the figures too."""
    stays: dict[int, list[Stay]] = defaultdict(list)
    with (FOLDER / "visits.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            left = day(row["left_at"]) if row["left_at"] else inf
            going = PLACES.get(row["next"], GONE)
            stays[int(row["deal"])].append(Stay(PLACES[row["stage"]], day(row["entered_at"]), left, going))
    return Past.of(4, (Life(deal, tuple(sorted(some, key=_in_time))) for deal, some in stays.items()))


def amounts(until: float) -> tuple[dict[int, float], list[float]]:
    """The amounts known of the deals, and those of the deals won by then."""
    known, won = {}, []
    with (FOLDER / "deals.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["amount"]:
                known[int(row["deal"])] = float(row["amount"])
            if row["outcome"] == "won" and day(row["closed_at"]) <= until:
                won.append(float(row["value_if_won"]))
    return known, won


def _in_time(stay: Stay) -> tuple[float, float]:
    return stay.entered, stay.left
