"""Any sequence of batches, undos and redos leaves the store as a plain list of states says it is."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from acts import NOW
from pipetui.errors import Refused
from pipetui.store.store import Store
from player import Player, state


@pytest.mark.parametrize("seed", range(8))
def test_history_is_kept(seed: int, prepared: Path, tmp_path: Path) -> None:
    file = str(shutil.copy(prepared, tmp_path / "store.db"))
    store = Store.open(file, login="ann", now=lambda: NOW)
    dice = random.Random(seed)
    player = Player(store, seed)
    states, at = [state(store)], 0
    for _ in range(60):
        act = dice.random()
        if act < 0.5:
            if player.play():
                states[at + 1 :] = [state(store)]
                at += 1
        elif act < 0.8:
            at = _turn(store, at, -1, 0)
        else:
            at = _turn(store, at, 1, len(states) - 1)
        if dice.random() < 0.1:
            store.close()
            store = player.store = Store.open(file, login="ann", now=lambda: NOW)
        assert state(store) == states[at]
        assert store.check() == []
    store.recount()
    assert state(store) == states[at]
    assert store.check() == []
    store.close()


def _turn(store: Store, at: int, step: int, end: int) -> int:
    """Undo (-1) or redo (1), which is refused at the end of the states; where that leads."""
    turn = store.undo if step < 0 else store.redo
    if at == end:
        with pytest.raises(Refused):
            turn()
        return at
    turn()
    return at + step
