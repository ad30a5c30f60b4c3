"""Many who write at the same time, each on a deal of his own and in teams on one of theirs: nobody sees an error."""

from __future__ import annotations

import statistics
import time
from contextlib import closing
from functools import partial

from acts import add_deal
from harm.child import Child, Teller
from harm.killed import step
from harm.scene import Scene, opened
from pipetui.core.change import Change
from pipetui.core.deal import Deal
from pipetui.core.message import say
from pipetui.errors import Conflict, PipetuiError
from pipetui.store.store import Store

WRITES, NOTES, TEAM = 5, 1, 10
"""Moves of the own deal by each, lines each adds to the deal of the team, and how many are in a team."""

BAR = 20
"""Processes that one SQLite file takes without a word; of more, some may be told that the file is busy."""


def writer(url: str, number: int, shared: int, begin: float, writes: int, tell: Teller) -> None:
    """Open the store, add a deal, move it, and write on the deal of the team."""
    store = opened(url, f"rep{number}")
    time.sleep(max(0.0, begin - time.time()))
    own = _timed(tell, lambda: add_deal(store, f"Of {number}").id)
    for count in range(writes):
        if own is not None:
            _timed(tell, partial(step, store, own, count))
    for count in range(NOTES):
        line = f"{number}.{count}"
        if _timed(tell, partial(_note, store, shared, line)) is not None:
            tell("line", line)
    store.close()


def _timed(tell: Teller, act: object) -> int | None:
    began = time.monotonic()
    try:
        value: int = act()  # type: ignore[operator]
    except PipetuiError as error:
        tell.refused(error)
        return None
    tell("done", value)
    tell("took", time.monotonic() - began)
    return value


def _note(store: Store, shared: int, line: str) -> int:
    """Write a line below the others, as often as somebody else was quicker."""
    from pipetui.core.change import Batch

    while True:
        deal = store.get(Deal, shared)
        try:
            change = Change.edit(deal, notes=f"{deal.notes}\n{line}")
            return store.commit(Batch(say("Note"), (change,))).batch_id or 0
        except Conflict:
            continue


def writers(scene: Scene, many: int) -> None:
    """So many processes, each with a connection of its own."""
    writes = 1 if scene.short else WRITES
    for _ in scene:
        url = scene.store()
        with closing(opened(url)) as store:
            shared = [add_deal(store, f"Of team {n}").id for n in range(-(-many // TEAM))]
            batches = _done(store)
        begin = time.time() + 0.02 * many
        children = [Child(partial(writer, url, n, shared[n // TEAM], begin, writes)) for n in range(many)]
        for child in children:
            child.end()
            scene.score.take(child)
        took = time.time() - begin
        scene.score.faults += many
        _looked_after(scene, url, children, shared, batches)
        waits = sorted(values[0] for child in children for values in child.said("took"))
        scene.score.note = (
            f"{many} writers, {len(waits) / took:.0f} writes/s, wait {1000 * statistics.median(waits):.0f} ms,"
            f" longest {1000 * waits[-1]:.0f} ms"
        )
        scene.done_with(url)


def _looked_after(scene: Scene, url: str, children: list[Child], shared: list[int], batches: int) -> None:
    if scene.engine == "postgresql" or len(children) <= BAR:
        for sentence in {values[0] for child in children for values in child.said("refused")}:
            scene.score.lose(f"a writer was told: {sentence}")
    confirmed = sum(len(child.said("done")) for child in children)
    with scene.looking(url) as store:
        there = _done(store) - batches
        if there != confirmed:
            scene.score.lose(f"{confirmed} acts confirmed, {there} in the journal")
        lines = [line for one in shared for line in store.get(Deal, one).notes.split("\n")]
        wanted = {str(values[0]) for child in children for values in child.said("line")}
        if wanted - set(lines):
            scene.score.lose(f"{len(wanted - set(lines))} lines of the teams are gone")


def _done(store: Store) -> int:
    return sum(entry.kind == "do" for entry in store.log(100_000))


def twenty(scene: Scene) -> None:
    """Twenty processes."""
    writers(scene, 20)


def two_hundred(scene: Scene) -> None:
    """Two hundred processes."""
    writers(scene, 200)
