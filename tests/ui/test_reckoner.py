"""What is counted apart: nobody waits for counts that nobody asks for any more."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from acts import NOW, add_deal
from pipetui.core.moment import period
from pipetui.store import learning
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.store.windows import Scope
from pipetui.ui import reckoner
from pipetui.ui.reckoner import Question, Reckoner


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = str(tmp_path / "sales.db")
    store = Store.open(made, login="ann", now=lambda: NOW)
    add_deal(store)
    store.close()
    return made


def deals(db: Database) -> int:
    """How many there are."""
    return len(db.rows("SELECT id FROM deal"))


async def test_counts_that_were_given_up_are_not_made(url: str) -> None:
    counter, go, made = Reckoner(lambda: Database(url)), Event(), list[int]()

    def count(db: Database) -> int:
        go.wait(10)
        made.append(deals(db))
        return made[-1]

    asked = [counter.read(count) for _ in range(5)]
    await asyncio.sleep(0.05)
    for one in asked[1:4]:
        one.cancel()
    go.set()
    assert [await asked[0], await asked[4]] == [1, 1]
    assert made == [1, 1]
    counter.close()


async def test_whoever_closes_does_not_wait_for_what_was_not_begun(url: str) -> None:
    counter, go, begun, made = Reckoner(lambda: Database(url)), Event(), Event(), list[int]()

    def count(db: Database) -> int:
        begun.set()
        go.wait(10)
        made.append(deals(db))
        return made[-1]

    asked = [counter.read(count) for _ in range(4)]
    await asyncio.to_thread(begun.wait, 10)
    closing = asyncio.create_task(asyncio.to_thread(counter.close))
    await asyncio.sleep(0.05)
    go.set()
    await closing
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert made == [1]
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [False, True, True, True]


async def test_what_was_learned_before_a_change_holds_for_a_while_only(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned_from: list[int] = []

    def learned(db: Database, *_: object) -> None:
        learned_from.append(deals(db))

    monkeypatch.setattr(learning, "learned", learned)
    monkeypatch.setattr(reckoner, "QUICK", -1.0)
    monkeypatch.setattr(reckoner, "RESTS", 10**9)
    today = NOW.date()
    asked = Question(Scope(1, today, NOW), period("this-month", today), "Sales", None)
    one = Reckoner(lambda: Database(url))
    await one.ask(asked)
    assert not one.late
    with closing(Store.open(url, login="ann", now=lambda: NOW)) as store:
        add_deal(store, "Late")
    await one.ask(asked)
    assert one.late > 0
    monkeypatch.setattr(reckoner, "RESTS", 0)
    await one.ask(asked)
    assert not one.late
    assert learned_from == [1, 2]
    one.close()
