"""kill -9 at any moment of a move, an import, a migration, an undo: what was confirmed is there, nothing by halves."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from itertools import count
from pathlib import Path

from acts import add_deal
from harm.child import Child, Teller
from harm.scene import SCHEMAS, Scene, opened
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Stage, Visit
from pipetui.core.message import say
from pipetui.errors import PipetuiError, Refused
from pipetui.store import schema
from pipetui.store.store import Store

ROWS = 400
"""Deals in a file that is imported."""
FILES = 4
STEPS = 12
"""Moves that are taken back and made again."""
LONGEST = {"sqlite": 0.08, "postgresql": 0.4}
"""Seconds a mover may live: some moves."""


def step(store: Store, deal_id: int, number: int) -> int:
    """The deal goes on to another stage and is called by the number of the step; the number of the batch."""
    deal, now = store.get(Deal, deal_id), store._now()
    stages = [stage for stage in store.all(Stage) if stage.kind == "open"]
    there = next(stage for stage in stages[number % 2 :] if stage.id != deal.stage_id)
    [here] = [visit for visit in store.all(Visit, deal_id=deal_id) if visit.left_at is None]
    done = store.commit(Batch(say("Move"), (
        Change.edit(deal, stage_id=there.id, stage_since=now, title=f"{number}"),
        Change.edit(here, left_at=now, next_stage_id=there.id),
        Change.add(Visit(id=-1, deal_id=deal_id, stage_id=there.id, entered_at=now)),
    )))  # fmt: skip
    return done.batch_id or 0


def struck(scene: Scene, play: Callable[[Teller], object], longest: float) -> Child:
    """A child that is killed at a moment between its first word and `longest` later."""
    child = Child(play)
    if child.wait_for("ready"):
        time.sleep(scene.random.random() * longest)
    child.kill()
    scene.score.faults += child.killed
    scene.score.take(child)
    return child


def moves(scene: Scene) -> None:
    """A deal is moved to and fro; each run goes on where the last one was killed."""
    url = scene.store()
    with closing(opened(url)) as store:
        deal = add_deal(store)
    made = 0
    for _ in scene:

        def play(tell: Teller, made: int = made) -> None:
            store = opened(url)
            tell("ready")
            for number in count(made):
                tell.act(partial(step, store, deal.id, number))

        confirmed = len(struck(scene, play, LONGEST[scene.engine]).said("done"))
        with scene.looking(url) as store:
            there = len(store.all(Visit, deal_id=deal.id)) - 1
            if not made + confirmed <= there <= made + confirmed + 1:
                scene.score.lose(f"{made + confirmed} moves confirmed, {there} in the store")
            if there and store.get(Deal, deal.id).title != str(there - 1):
                scene.score.lose("the deal is not where its last move brought it")
            if any(entry.n != 3 for entry in store.log(min(there, 200))):
                scene.score.lose("half a move in the journal")
            made = there
            if there:
                store.undo()
                if len(store.all(Visit, deal_id=deal.id)) != there:
                    scene.score.lose("undo did not take the move back")
                store.redo()


def imports(scene: Scene) -> None:
    """Files come in, one after the other: each is there whole or not at all."""
    files = [_file(scene.folder / f"deals{number}.csv", number) for number in range(FILES)]
    longest = 0.0
    for _ in scene:
        url = scene.store()

        def play(tell: Teller, url: str = url) -> None:
            tell("ready")
            for file in files:
                tell.command("--db", url, "import", str(file), "--json")
            tell("over")
            time.sleep(60)

        if not longest:
            longest = _time_of(play, "over")
            scene.done_with(url)
            url = scene.store()
        confirmed = len(struck(scene, partial(play, url=url), longest).said("done"))
        with scene.looking(url, login=_me()) as store:
            there = len(store.all(Deal))
            if there % ROWS or not confirmed <= there // ROWS <= confirmed + 1:
                scene.score.lose(f"{confirmed} files of {ROWS} confirmed, {there} deals in the store")
            if there:
                store.undo()
                if len(store.all(Deal)) != there - ROWS:
                    scene.score.lose("undo did not take the import back")
        scene.done_with(url)


def undos(scene: Scene) -> None:
    """Moves are taken back and made again, all of them, again and again."""
    url = scene.store()
    with closing(opened(url)) as store:
        deal = add_deal(store)
        for number in range(STEPS):
            step(store, deal.id, number)
    for _ in scene:
        with scene.looking(url) as store:
            _forward(store)

        def play(tell: Teller) -> None:
            store = opened(url)
            tell("ready")
            while True:
                for act in [store.undo] * STEPS + [store.redo] * STEPS:
                    tell.act(lambda act=act: act().id)

        confirmed = len(struck(scene, play, LONGEST[scene.engine]).said("done"))
        with scene.looking(url) as store:
            there = len(store.all(Visit, deal_id=deal.id)) - 1
            right = {_left(confirmed), _left(confirmed + 1)}
            if there not in right:
                scene.score.lose(f"after {confirmed} turns {there} moves stand, not one of {right}")
            title = str(there - 1) if there else deal.title
            if store.get(Deal, deal.id).title != title:
                scene.score.lose("the deal is not where its last turn brought it")


def _left(turns: int) -> int:
    """Moves that stand after so many turns to and fro."""
    within = turns % (2 * STEPS)
    return abs(STEPS - within)


def _forward(store: Store) -> None:
    with suppress(Refused):
        while True:
            store.redo()


def migrations(scene: Scene) -> None:
    """A store of an earlier version is brought up; afterwards it opens without loss, whichever way it was left."""
    versions = [dump.stem for dump in sorted(SCHEMAS.glob("*.sql")) if dump.stem < schema.HEAD]
    olds = {version: scene.old(version) for version in versions}
    longest: dict[str, float] = {}
    for number in scene:
        version = versions[number % len(versions)]
        url = scene.copy(olds[version])

        def play(tell: Teller, url: str = url) -> None:
            tell("ready")
            tell.act(lambda: opened(url).close())
            time.sleep(60)

        if version not in longest:
            longest[version] = 1.1 * _time_of(play, "done")
            scene.done_with(url)
            url = scene.copy(olds[version])
        struck(scene, partial(play, url=url), longest[version])
        if scene.engine == "sqlite":
            _copies_are_whole(scene, Path(url), version)
        with scene.looking(url, login="ann") as store:
            _as_it_was(scene, store)
        scene.done_with(url)


def _as_it_was(scene: Scene, store: Store) -> None:
    """The one deal of the old stores, its two batches, and both taken back."""
    found = [(deal.title, deal.amount) for deal in store.all(Deal)]
    if found != [("Site web – « Été »", 120_000)] or schema.version(store.db) != schema.HEAD:
        scene.score.lose(f"after the migration: {found}")
    for _ in range(2):
        store.undo()
    if store.all(Deal):
        scene.score.lose("undo did not take the deal back")


def _copies_are_whole(scene: Scene, file: Path, version: str) -> None:
    """What looks like a copy kept before the migration is one."""
    for copy in file.parent.glob(f"{file.name}*{version}*"):
        if not copy.name.endswith(("-wal", "-shm", "-journal", ".part")):
            _copy_is_whole(scene, copy)


def _copy_is_whole(scene: Scene, copy: Path) -> None:
    try:
        with closing(opened(str(copy))) as store:
            if not store.all(Deal):
                scene.score.lose(f"the copy {copy.name} is empty")
            for finding in store.check():
                scene.score.lose(f"the copy {copy.name}: {finding}")
    except PipetuiError as error:
        scene.score.lose(f"the copy {copy.name}: {error}")


def backups(scene: Scene) -> None:
    """A copy is made while the store is in use: what stands under its name is whole."""
    url = scene.store()
    with closing(opened(url)) as store:
        for number in range(20):
            add_deal(store, f"Deal {number}")
    for number in scene:
        copies = scene.folder / f"copies{number}"
        copies.mkdir()

        def play(tell: Teller, copies: Path = copies) -> None:
            store = opened(url)
            tell("ready")
            for number in count():
                tell.act(lambda number=number: store.backup(str(copies / f"{number}.db")))

        confirmed = len(struck(scene, play, LONGEST[scene.engine]).said("done"))
        for number in range(confirmed):
            if not (copies / f"{number}.db").exists():
                scene.score.lose("a confirmed copy is missing")
        for copy in copies.glob("*.db"):
            _copy_is_whole(scene, copy)


def _time_of(play: Callable[[Teller], object], word: str) -> float:
    """Seconds the play takes when nobody disturbs it."""
    child = Child(play)
    child.wait_for("ready")
    began = time.monotonic()
    child.wait_for(word)
    took = time.monotonic() - began
    child.kill()
    return took


def _me() -> str:
    from pipetui.config import load

    return load().me


def _file(file: Path, number: int) -> Path:
    rows = (f'd{number}-{n},"Deal {n}, «Été»",Company {n % 40},Person {n},{n}.50,Lead' for n in range(ROWS))
    headers = "external_id,title,organization,contact,amount,stage"
    file.write_text("\n".join([headers, *rows]) + "\n", encoding="utf-8")
    return file
