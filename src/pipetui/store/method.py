"""The method the forecast of a store uses: its own, or a simpler one that has been better there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.backtest import OURS
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Setting
from pipetui.core.message import say
from pipetui.core.rivals import BAYES, CLOSED, IN_TIME, RANK
from pipetui.core.said import method
from pipetui.store.learning import METHOD

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store

METHODS = (OURS, *(name + ending for name in (RANK, CLOSED, BAYES) for ending in ("", IN_TIME)))
"""Those that tell the chance of each deal."""


def preferred(db: Database) -> str:
    """The method in use; a name nobody knows leaves the forecast its own."""
    found = db.one("SELECT value FROM setting WHERE name = ?", (METHOD,))
    return str(found[0]) if found and found[0] in METHODS else OURS


def prefer(store: Store, name: str) -> Batch:
    """The batch that makes a method the one in use; nothing to write when it is."""
    known = store.all(Setting, name=METHOD)
    if name == OURS:
        return Batch(say("Forecast by the forecast's own method"), tuple(map(Change.drop, known)))
    new = Setting(id=-1, name=METHOD, value=name)
    change = Change.edit(known[0], value=name) if known else Change.add(new)
    return Batch(say('Forecast by "{method}"', method=method(name)), (change,))
