"""A pipeline whose ways are known, simulated: to see whether they are found again, and whether ranges hold."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from math import log

from pipetui.core.fit import Declared
from pipetui.core.past import Life, Past, Stay

START = 18_262.0
"""The first day, in days since 1970: 1 January 2020."""
NOW = START + 720
PACES = (0.05, 0.08, 0.1)
"""Share of deals that leave each of three stages a day ..."""
SHARES = (0.6, 0.5, 0.7)
"""... and of those, the share that goes on."""
DECLARED = Declared((0.5, 0.5, 0.5), (14.0, 14.0, 14.0))
WON, LOST = 3, 4


def past(seed: int, deals: int, sources: tuple[str, ...] = ("web",)) -> Past:
    """So many deals created over two years; those of a source `good` go on more often."""
    dice = random.Random(seed)
    lives = []
    for deal in range(deals):
        moment, source = START + dice.random() * 720, dice.choice(sources)
        stays, stage = [], 0
        while stage < WON:
            left = moment - log(1 - dice.random()) / PACES[stage]
            share = SHARES[stage] + (0.2 if source == "good" else 0.0)
            going = stage + 1 if dice.random() < share else LOST
            stays.append(Stay(stage, moment, left, going))
            moment, stage = left, going
        lives.append(Life(deal, tuple(stays), 1000.0 * (1 + deal % 7), (source,)))
    return Past.of(3, lives)


def months(first: int = 2020, last: int = 2022) -> list[float]:
    """The first of every month of these years."""
    return [
        datetime(year, month, 1, tzinfo=UTC).timestamp() / 86_400
        for year in range(first, last + 1)
        for month in range(1, 13)
    ]
