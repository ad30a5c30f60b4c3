"""What is counted apart: nobody waits for counts that nobody asks for any more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Event

import pytest

from acts import NOW, add_deal
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.ui.reckoner import Reckoner


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
    reckoner, go, made = Reckoner(lambda: Database(url)), Event(), list[int]()

    def count(db: Database) -> int:
        go.wait(10)
        made.append(deals(db))
        return made[-1]

    asked = [reckoner.read(count) for _ in range(5)]
    await asyncio.sleep(0.05)
    for one in asked[1:4]:
        one.cancel()
    go.set()
    assert [await asked[0], await asked[4]] == [1, 1]
    assert made == [1, 1]
    reckoner.close()


async def test_whoever_closes_does_not_wait_for_what_was_not_begun(url: str) -> None:
    reckoner, go, begun, made = Reckoner(lambda: Database(url)), Event(), Event(), list[int]()

    def count(db: Database) -> int:
        begun.set()
        go.wait(10)
        made.append(deals(db))
        return made[-1]

    asked = [reckoner.read(count) for _ in range(4)]
    await asyncio.to_thread(begun.wait, 10)
    closing = asyncio.create_task(asyncio.to_thread(reckoner.close))
    await asyncio.sleep(0.05)
    go.set()
    await closing
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert made == [1]
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [False, True, True, True]
