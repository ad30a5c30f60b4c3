"""Where a fault is played: fresh stores on an engine, a source of chance, and the score that is kept."""

from __future__ import annotations

import atexit
import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from itertools import count
from pathlib import Path
from typing import Literal

from cluster import Cluster
from harm.child import Child
from pipetui.errors import PipetuiError
from pipetui.lang import told
from pipetui.store import schema
from pipetui.store.db import Database
from pipetui.store.store import Store

Engine = Literal["sqlite", "postgresql"]
SCHEMAS = Path(__file__).parents[1] / "store" / "schemas"


def clock() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def opened(url: str, login: str = "bob", now: Callable[[], datetime] = clock) -> Store:
    """The store, opened by a member."""
    return Store.open(url, login=login, now=now)


@dataclass
class Score:
    """What came of the runs of one kind."""

    name: str
    runs: int = 0
    faults: int = 0
    confirmed: int = 0
    losses: list[str] = field(default_factory=list)
    """What was confirmed and is not there, or half there, or unsound."""
    unexplained: list[str] = field(default_factory=list)
    """Errors that are none of the product's own sentences."""
    refused: Counter[str] = field(default_factory=Counter)
    """The product's own sentences, numbers left out."""
    note: str = ""
    """A figure worth telling."""

    def take(self, child: Child) -> None:
        """Count what an ended child said."""
        self.confirmed += len(child.said("done"))
        self.unexplained += [str(values[0]) for values in child.said("crashed")]
        for values in child.said("refused"):
            self.refused[re.sub(r"/\S+|\d+", "…", str(values[0]))] += 1

    def lose(self, told: str) -> None:
        """Something is not as it must be."""
        self.losses.append(told)

    def line(self, seed: int) -> str:
        """The figures on one line."""
        return (
            f"{self.name:<28} runs {self.runs:>4}  faults {self.faults:>4}  confirmed {self.confirmed:>6}"
            f"  refused {self.refused.total():>5}  losses {len(self.losses)}"
            f"  unexplained {len(self.unexplained)}  seed {seed}{'  ' if self.note else ''}{self.note}"
        )


class Scene:
    """One kind played on one engine."""

    def __init__(
        self, name: str, engine: Engine, runs: int, seed: int, folder: Path, short: bool = False
    ) -> None:
        self.engine, self.runs, self.short = engine, runs, short
        self.random = random.Random(f"{seed} {name} {engine}")
        self.folder = folder
        self.score = Score(f"{name} {engine}")
        self.doubtful = 0
        """Acts that were refused though they had been written: the answer got lost on its way."""
        self._numbers = count(1)
        self._clusters: list[Cluster] = []

    def __iter__(self) -> Iterator[int]:
        """The runs, counted."""
        for number in range(self.runs):
            self.score.runs += 1
            yield number

    def cluster(self, *settings: str) -> Cluster:
        """A server of its own for the scene."""
        self._clusters.append(Cluster(settings))
        self._clusters[-1].start()
        return self._clusters[-1]

    def keep(self, cluster: Cluster) -> None:
        """Do away with this server too in the end."""
        self._clusters.append(cluster)

    @property
    def server(self) -> Cluster:
        """The server of the scene's stores, which other scenes use after it."""
        return _shared()

    def empty(self) -> str:
        """Where a store can be made."""
        if self.engine == "postgresql":
            return self.server.database()
        return str(self.folder / f"store{next(self._numbers)}.db")

    @cached_property
    def template(self) -> str:
        """A store with the standard pipeline, to be copied."""
        url = self.empty()
        opened(url).close()
        return url

    def store(self) -> str:
        """A store with the standard pipeline."""
        return self.copy(self.template)

    def copy(self, url: str) -> str:
        """The same store again under another address."""
        if self.engine == "postgresql":
            return self.server.database(url)
        return str(shutil.copy(url, self.folder / f"store{next(self._numbers)}.db"))

    def old(self, version: str) -> str:
        """A store as an earlier version left it."""
        url, dump = self.empty(), (SCHEMAS / f"{version}.sql").read_text(encoding="utf-8")
        if self.engine == "sqlite":
            with closing(sqlite3.connect(url)) as link:
                link.executescript(dump)
            return url
        schema.upgrade(url, version)
        with closing(sqlite3.connect(":memory:")) as link, closing(Database(url)) as db:
            link.executescript(dump)
            with db.transaction():
                db.run("SET CONSTRAINTS ALL DEFERRED")
                for (table,) in db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
                    _carry(link, db, table)
        return url

    def done_with(self, url: str) -> None:
        """Make room."""
        if self.engine == "postgresql":
            self.server.drop(url)
        else:
            for one in Path(url).parent.glob(f"{Path(url).name}*"):
                if one.is_dir():
                    shutil.rmtree(one)
                else:
                    one.unlink()

    def close(self) -> None:
        """No more scenes here."""
        for cluster in self._clusters:
            cluster.remove()

    @contextmanager
    def looking(self, url: str, login: str = "bob", now: Callable[[], datetime] = clock) -> Iterator[Store]:
        """The store after the fault: sound before and after what is done with it; else the score says why not."""
        try:
            with closing(opened(url, login, now)) as store:
                self._sound(store, "after the fault")
                yield store
                self._sound(store, "after going on")
        except PipetuiError as error:
            self.score.lose(f"{told(error.message)} ({error.__cause__!r})")

    def _sound(self, store: Store, when: str) -> None:
        for finding in store.check():
            self.score.lose(f"{when}: {told(finding)}")


@cache
def _shared() -> Cluster:
    server = Cluster(("max_connections=300", "shared_buffers=64MB"))
    atexit.register(server.remove)
    server.start()
    return server


def _carry(link: sqlite3.Connection, db: Database, table: str) -> None:
    """The rows of a table of a dump."""
    try:
        found = link.execute(f"SELECT * FROM {table}")
    except sqlite3.OperationalError:
        return
    columns = [column[0] for column in found.description]
    db.run(f"DELETE FROM {table}")
    db.insert(table, columns, found.fetchall())
