"""What a file can suffer: a full disk, rights taken away, a lock, a clock that goes back, pages overwritten."""

from __future__ import annotations

import io
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from acts import add_deal
from cluster import NOBODY
from harm.child import Child, Teller, commands
from harm.killed import step
from harm.scene import Scene, clock, opened
from pipetui.cli import main
from pipetui.core.deal import Visit
from pipetui.store import sqlite
from pipetui.store.store import Store

PAGE = 4096
ACTS = 60
LOOKS = (
    ("list",), ("board",), ("status",), ("forecast",), ("report", "velocity"), ("report", "funnel"), ("show", "1"),
    ("log",), ("doctor",),
)  # fmt: skip
"""What a rep looks at; none of it may end in an error nobody thought of."""

TRIED = (
    *LOOKS, ("add", "Acme 5k"), ("move", "3", "Meeting"), ("undo",), ("list", "deal"), ("doctor", "--repair"),
    ("export", "--to", "/dev/null/none.csv"),
)  # fmt: skip
"""What is tried on a damaged file."""


def with_a_deal(scene: Scene, url: str) -> int:
    """The number of a deal in the store."""
    with closing(opened(url)) as store:
        return add_deal(store).id


def at_work(url: str, deal_id: int, tell: Teller) -> None:
    """Move the deal again and again, whatever is said."""
    store = opened(url)
    tell("ready")
    made = len(store.all(Visit, deal_id=deal_id)) - 1
    for number in range(ACTS):
        made += tell.act(partial(step, store, deal_id, made))
        tell("act", number)


def looked_after(scene: Scene, url: str, deal_id: int, confirmed: int) -> None:
    """Every confirmed move is there and no other; undo works; the store can be written again."""
    with scene.looking(url) as store:
        _moves_are(scene, store, deal_id, confirmed)


def _moves_are(scene: Scene, store: Store, deal_id: int, confirmed: int) -> None:
    there = len(store.all(Visit, deal_id=deal_id)) - 1
    if there != confirmed:
        scene.score.lose(f"{confirmed} moves confirmed, {there} in the store")
    step(store, deal_id, there)
    store.undo()
    if len(store.all(Visit, deal_id=deal_id)) - 1 != there:
        scene.score.lose("undo did not take the move back")


def _ended(scene: Scene, child: Child) -> int:
    """How many acts an ended child had confirmed."""
    child.end()
    scene.score.take(child)
    return len(child.said("done"))


def full(scene: Scene) -> None:
    """No byte more goes into a file of the store; then there is room again."""
    for _ in scene:
        url = scene.store()
        deal_id = with_a_deal(scene, url)
        room = scene.random.randrange(1, 60) * 1000

        def play(tell: Teller, url: str = url, deal_id: int = deal_id, room: int = room) -> None:
            store = opened(url)
            written = max(file.stat().st_size for file in Path(url).parent.glob(f"{Path(url).name}-wal"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (written + room, resource.RLIM_INFINITY))
            made = 0
            for _ in range(ACTS):
                made += tell.act(partial(step, store, deal_id, made))
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            made += tell.act(partial(step, store, deal_id, made))

        child = Child(play)
        confirmed = _ended(scene, child)
        scene.score.faults += bool(child.said("refused"))
        looked_after(scene, url, deal_id, confirmed)
        scene.done_with(url)


def full_disk(scene: Scene) -> None:
    """A file system of its own, filled to the last byte in the middle of the work; then there is room again."""
    for _ in scene:
        with _small_disk(scene.folder / "disk") as disk:
            if disk is None:
                scene.score.note = "left out: only root may mount a small file system"
                return
            url = str(shutil.copy(scene.template, disk / "store.db"))
            deal_id = with_a_deal(scene, url)
            child = Child(partial(at_work, url, deal_id))
            child.wait_for("ready")
            time.sleep(scene.random.random() * 0.05)
            ballast = _fill(disk)
            confirmed = _ended(scene, child)
            scene.score.faults += bool(child.said("refused"))
            for words in (("add", "Acme"), ("list",), ("doctor",)):
                looking = Child(commands(url, [words]))
                looking.end()
                scene.score.take(looking)
            ballast.unlink()
            looked_after(scene, url, deal_id, confirmed)


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=False, capture_output=True
    )
    try:
        yield folder if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", folder], check=True)


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            while file.write(bytes(PAGE)):
                pass
    except OSError:
        pass
    return ballast


def read_only(scene: Scene) -> None:
    """The file, the folder or both may not be written; nobody is root here."""
    _warm(scene)
    for number in scene:
        folder = scene.folder / f"home{number}"
        folder.mkdir()
        url = str(shutil.copy(scene.template, folder / "store.db"))
        deal_id = with_a_deal(scene, url)
        file = Path(url)
        kept = file.read_bytes()
        file.chmod([0o444, 0o666, 0o444, 0o000][number % 4])
        folder.chmod([0o777, 0o555, 0o555, 0o777][number % 4])
        child = Child(partial(at_work, url, deal_id), NOBODY)
        _ended(scene, child)
        scene.score.faults += bool(child.said("refused"))
        for words in (*LOOKS, ("add", "Acme"), ("undo",), ("backup", str(folder / "copy.db"))):
            looking = Child(commands(url, [words]), NOBODY)
            looking.end()
            scene.score.take(looking)
        folder.chmod(0o755)
        file.chmod(0o600)
        if not child.said("done") and file.read_bytes() != kept:
            scene.score.lose("the file changed though it was read-only")
        looked_after(scene, url, deal_id, len(child.said("done")))


def _warm(scene: Scene) -> None:
    """Load what the commands need: whoever is nobody may not be let into the folder of the programs."""
    url = scene.store()
    with_a_deal(scene, url)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for words in LOOKS:
            main(["--db", url, *words])


def locked(scene: Scene) -> None:
    """Another program holds the file, for less or for more than a writer waits."""
    for number in scene:
        url, longer = scene.store(), number % 2 == 1
        deal_id = with_a_deal(scene, url)
        patience = 0.5 if number else sqlite.BUSY_SECONDS

        def play(tell: Teller, url: str = url, patience: float = patience, deal_id: int = deal_id) -> None:
            sqlite.BUSY_SECONDS = patience
            store = opened(url)
            tell("ready")
            for made in count():
                if not tell.act(partial(step, store, deal_id, made)) or made == 3:
                    break
                tell("moved")
                time.sleep(0.2)

        child = Child(play)
        child.wait_for("moved")
        with closing(sqlite3.connect(url, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN EXCLUSIVE")
            time.sleep(2 * patience if longer else 0.5 * patience)
            other.execute("ROLLBACK")
        confirmed = _ended(scene, child)
        scene.score.faults += 1
        if bool(child.said("refused")) != longer:
            scene.score.lose(f"locked for {'longer' if longer else 'less'} than the patience: {child.lines}")
        looked_after(scene, url, deal_id, confirmed)
        scene.done_with(url)


def clock_back(scene: Scene) -> None:
    """The clock goes back by minutes, days or years between two acts, and forth again."""
    for _ in scene:
        url, moments = scene.store(), [clock()]
        for _ in range(12):
            days = scene.random.choice((0.001, 1, 40, 800)) * scene.random.choice((-1, -1, 1))
            moments.append(moments[-1] + timedelta(days=days))
        deal_id = with_a_deal(scene, url)

        def play(
            tell: Teller, url: str = url, moments: list[datetime] = moments, deal_id: int = deal_id
        ) -> None:
            steps = iter(moments)
            store = opened(url, now=lambda: next(steps, moments[-1]))
            for number in range(6):
                tell.act(partial(step, store, deal_id, number))
            tell.act(lambda: store.undo().id)
            tell.act(lambda: store.redo().id)

        child = Child(play)
        confirmed = _ended(scene, child) - 2
        scene.score.faults += len(moments)
        for words in LOOKS:
            looking = Child(commands(url, [words]))
            looking.end()
            scene.score.take(looking)
        looked_after(scene, url, deal_id, confirmed)
        scene.done_with(url)


def corrupted(scene: Scene) -> None:
    """Bytes are overwritten somewhere in a copy of the file: whoever opens it is told so, or is not concerned."""
    url = scene.store()
    with closing(opened(url)) as store:
        for number in range(40):
            deal = add_deal(store, f"Deal {number}", amount=number * 1000)
            step(store, deal.id, number)
        store.db.run("PRAGMA wal_checkpoint(TRUNCATE)")
    found = 0
    for _ in scene:
        broken = Path(scene.copy(url))
        _scratch(scene, broken)
        whole = _engine_finds_nothing(broken)
        scene.score.faults += 1
        tried = (("doctor",), *scene.random.sample(TRIED, 3), ("backup", f"{broken}.copy"))
        child = Child(commands(str(broken), tried))
        _ended(scene, child)
        if not whole:
            found += 1
            if child.lines[0][0] == "done":
                scene.score.lose("doctor found nothing in a file the engine calls damaged")
        scene.done_with(str(broken))
    scene.score.note = f"{found} damaged in the eyes of the engine"


def _scratch(scene: Scene, file: Path) -> None:
    """Overwrite some bytes, up to two pages of them, anywhere but in the first hundred, which name the format."""
    size = file.stat().st_size
    length = scene.random.choice((1, 4, 64, PAGE, 2 * PAGE))
    with file.open("r+b") as content:
        content.seek(scene.random.randrange(100, size - length))
        content.write(scene.random.choice((bytes(length), b"\xff" * length, scene.random.randbytes(length))))


def _engine_finds_nothing(file: Path) -> bool:
    """Whether SQLite itself takes the file for sound."""
    try:
        with closing(sqlite3.connect(file)) as link:
            return bool(link.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    except (sqlite3.Error, UnicodeDecodeError):
        return False
