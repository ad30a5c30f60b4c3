"""What a server and the way to it can suffer: restarts, a standby taking over, no free connection, silence, a cut."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from functools import partial

import psycopg

from harm.child import Child, Teller, commands
from harm.files import with_a_deal
from harm.scene import Scene, opened
from link import Link
from pipetui.core.deal import Visit
from pipetui.errors import PipetuiError
from pipetui.store.store import Store

PATIENCE = 40.0
"""Seconds a writer goes on trying while nothing answers."""
STALL = 10.0
ACTS_AFTER = 5
"""Acts that must succeed once all is well again."""


def persistent(url: str, deal_id: int, seconds: float, tell: Teller) -> None:
    """Rename the deal by numbers, each until it is confirmed; a store that is lost is opened again."""
    from harm.killed import step

    store: Store | None = None
    end, number, tries = time.monotonic() + seconds, 0, 0.0
    tell("ready")
    while tries or time.monotonic() < end:
        try:
            if store is None:
                store = opened(url)
                number = len(store.all(Visit, deal_id=deal_id)) - 1
            tell("done", step(store, deal_id, number))
            number, tries = number + 1, 0.0
        except PipetuiError as error:
            tell.refused(error)
            tries = tries or time.monotonic()
            store = _closed(store)
            if time.monotonic() - tries > PATIENCE:
                raise
            time.sleep(0.1)


def _closed(store: Store | None) -> None:
    if store is not None:
        store.close()


def disturbed(
    scene: Scene, url: str, disturb: Callable[[], object], seconds: float, after: str | None = None
) -> None:
    """A writer at work while something happens; afterwards all it had confirmed is there, and no act is there twice."""
    deal_id = with_a_deal(scene, url)
    child = Child(partial(persistent, url, deal_id, seconds))
    child.wait_for("done")
    time.sleep(scene.random.random() * 0.3)
    disturb()
    scene.score.faults += 1
    child.end()
    scene.score.take(child)
    confirmed = [int(values[0]) for values in child.said("done")]
    if child.lines[-1][0] == "refused":
        scene.score.lose("the writer did not come back")
    with scene.looking(after or url) as store:
        known = {entry.id for entry in store.log(100_000)}
        scene.score.losses += [
            f"batch {one} was confirmed and is gone" for one in confirmed if one not in known
        ]
        there = len(store.all(Visit, deal_id=deal_id)) - 1
        in_doubt = len(child.said("refused"))
        if not len(confirmed) <= there <= len(confirmed) + in_doubt:
            scene.score.lose(f"{len(confirmed)} moves confirmed, {in_doubt} in doubt, {there} in the store")
        scene.doubtful += there - len(confirmed)
        scene.score.note = f"{scene.doubtful} refused as they were being confirmed, yet written"
        if any(entry.n != 3 for entry in store.log(min(there, 200))):
            scene.score.lose("half a move in the journal")
        store.undo()


def restarted(scene: Scene) -> None:
    """The server is restarted in the middle of the work: in order, at once, or killed."""
    for number in scene:
        how = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)[number % 3]

        def restart(how: signal.Signals = how) -> None:
            scene.server.stop(how)
            scene.server.start()

        disturbed(scene, scene.store(), restart, 3.0)


def failed_over(scene: Scene) -> None:
    """The server dies; the standby, which has every confirmed commit, takes over at the other address of the URL."""
    for _ in scene:
        first = scene.cluster("wal_level=replica", "hot_standby=on")
        url = first.database()
        opened(url).close()
        second = first.standby()
        scene.keep(second)
        second.start()
        first.say("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        first.say("SELECT pg_reload_conf()")
        name = url.rpartition("/")[2]
        hosts = f"127.0.0.1:{first.port},127.0.0.1:{second.port}"
        both = f"postgresql://pipetui@{hosts}/{name}?target_session_attrs=read-write"

        def fail(first: object = first, second: object = second) -> None:
            first.stop(signal.SIGKILL)  # type: ignore[attr-defined]
            second.say("ALTER SYSTEM RESET synchronous_standby_names")  # type: ignore[attr-defined]
            second.promote()  # type: ignore[attr-defined]

        disturbed(scene, both, fail, 5.0, second.url(name))


def exhausted(scene: Scene) -> None:
    """No connection is free: opening says so; with one free again all goes on."""
    server = scene.cluster("max_connections=12", "superuser_reserved_connections=3")
    for _ in scene:
        url = server.database()
        opened(url).close()
        plain = url.replace("pipetui@", "rep@")
        server.say("DO $$ BEGIN CREATE ROLE rep LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        _let_in(url)
        taken = _take_all(plain)
        child = Child(commands(plain, WORDS))
        child.end()
        scene.score.take(child)
        scene.score.faults += bool(child.said("refused"))
        if child.said("done"):
            scene.score.lose("a command was confirmed without a connection")
        for link in taken:
            link.close()
        again = Child(commands(plain, WORDS))
        again.end()
        scene.score.take(again)
        if again.said("refused"):
            scene.score.lose(f"still refused with connections free: {again.said('refused')}")
        with scene.looking(url):
            pass


WORDS = (("add", "Acme 5k"), ("list",), ("board",))


def _let_in(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO rep")


def _take_all(url: str) -> list[psycopg.Connection[tuple[object, ...]]]:
    taken: list[psycopg.Connection[tuple[object, ...]]] = []
    try:
        while True:
            taken.append(psycopg.connect(url))
    except psycopg.OperationalError:
        return taken


def _through(scene: Scene, link: Link, url: str) -> str:
    return url.replace(f":{scene.server.port}/", f":{link.port}/")


def stalled(scene: Scene) -> None:
    """Nothing passes for ten seconds; then everything that waited does."""
    for _ in scene:
        url = scene.store()
        with Link(("127.0.0.1", scene.server.port)) as link:

            def stall(link: Link = link) -> None:
                link.stall()
                time.sleep(STALL)
                link.go_on()

            disturbed(scene, _through(scene, link, url), stall, STALL + 3, url)


def cut(scene: Scene) -> None:
    """Connections are dropped at any moment, that of a commit included, several times."""
    for _ in scene:
        url = scene.store()
        with Link(("127.0.0.1", scene.server.port)) as link:

            def cutting(link: Link = link) -> None:
                for _ in range(6):
                    link.cut()
                    scene.score.faults += 1
                    time.sleep(0.05 + 0.3 * scene.random.random())

            disturbed(scene, _through(scene, link, url), cutting, 3.0, url)
