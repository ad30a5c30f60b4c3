"""Several writers at once, and writers that die: nothing confirmed is ever lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import sleep

import pytest

from acts import NOW, Opener, add_deal, move
from pipetui.core.deal import Deal, Visit
from pipetui.store.store import Store

MOVER = """if True:
    import sys
    from datetime import UTC, datetime
    from pipetui.core.change import Batch, Change
    from pipetui.core.deal import Deal, Stage, Visit
    from pipetui.core.message import say
    from pipetui.store.store import Store

    url, login, deal_id, moves = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    store = Store.open(url, login=login, now=lambda: datetime.now(UTC))
    stages = [stage for stage in store.all(Stage) if stage.kind == "open"]
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(moves):
        deal, now = store.get(Deal, deal_id), datetime.now(UTC)
        there = next(stage for stage in stages[n % 2:] if stage.id != deal.stage_id)
        [here] = [visit for visit in store.all(Visit, deal_id=deal_id) if visit.left_at is None]
        store.commit(Batch(say("Move"), (
            Change.edit(deal, stage_id=there.id, stage_since=now, title=f"{n}"),
            Change.edit(here, left_at=now, next_stage_id=there.id),
            Change.add(Visit(id=-1, deal_id=deal_id, stage_id=there.id, entered_at=now)),
        )))
        print(n, flush=True)
"""


def mover(url: str, login: str, deal: Deal, moves: int) -> subprocess.Popen[str]:
    """A process that moves a deal and says so after each move."""
    return subprocess.Popen(
        [sys.executable, "-c", MOVER, url, login, str(deal.id), str(moves)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_four_writers_get_in_each_others_way_without_an_error(opened: Opener, url: str) -> None:
    store, moves = opened("ann"), 30
    deals = [add_deal(store, f"{n}") for n in range(4)]
    movers = [mover(url, f"rep{n}", deal, moves) for n, deal in enumerate(deals)]
    for process in movers:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n") for process in movers]
    assert [said for _, said in told] == [""] * 4
    assert [len(out.split()) for out, _ in told] == [moves] * 4
    assert {deal.title for deal in store.all(Deal)} == {str(moves - 1)}
    assert len(store.all(Visit)) == 4 * (moves + 1)
    assert store.db.rows("SELECT COUNT(*) FROM batch WHERE kind = 'do'") == [(4 + 4 * moves,)]
    assert store.check() == []


def test_a_view_that_is_held_keeps_nobody_from_writing(opened: Opener) -> None:
    ann, marie = opened("ann"), opened("marie")
    deal = add_deal(marie)
    marie.db.patience = 0
    with ann.db.reading():
        assert ann.get(Deal, deal.id).stage_id == deal.stage_id
        moved = move(marie, deal, "Quote")
        assert marie.get(Deal, deal.id) == moved
        assert ann.get(Deal, deal.id) == deal
        marie.undo()
    assert ann.get(Deal, deal.id).stage_id == deal.stage_id
    assert marie.check() == []


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_nothing_that_it_confirmed(seed: int, prepared: Path, tmp_path: Path) -> None:
    file = str(shutil.copy(prepared, tmp_path / "store.db"))
    store = Store.open(file, login="ann", now=lambda: NOW)
    deal = add_deal(store)
    process = mover(file, "bob", deal, 100_000)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "0\n"
    sleep(random.Random(seed).random() * 0.1)
    process.kill()
    confirmed = 1 + len(process.communicate()[0].split())
    done = len(store.all(Visit)) - 1
    assert confirmed <= done <= confirmed + 1
    assert store.get(Deal, deal.id).title == str(done - 1)
    with closing(sqlite3.connect(file)) as link:
        assert link.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert link.execute("PRAGMA foreign_key_check").fetchall() == []
    assert store.check() == []
    store.close()
