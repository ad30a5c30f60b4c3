"""Keys typed ahead wait for what the screen reads for them, and the one that leaves does not."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from pipetui.ui.typeahead import READS, TypeAhead


class Reader(Screen[None]):
    """A screen that reads something when it opens."""

    def compose(self) -> ComposeResult:
        yield Static("reading")

    def on_mount(self) -> None:
        assert isinstance(self.app, Desk)
        self.run_worker(self.app.read.wait(), group=READS)

    def on_key(self, event: events.Key) -> None:
        assert isinstance(self.app, Desk)
        event.stop()
        self.app.heard.append(f"reader {event.key}")
        if event.key == "escape":
            self.dismiss(None)


class Desk(App[None]):
    """Notes which keys reached it; R opens the reader."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.read = asyncio.Event()

    def on_key(self, event: events.Key) -> None:
        self.heard.append(event.key)
        if event.key == "R":
            self.push_screen(Reader())


@pytest.mark.parametrize(
    ("typed", "before", "after"),
    [
        ("R j", ["R"], ["R", "reader j"]),
        ("R escape j", ["R", "reader escape", "j"], ["R", "reader escape", "j"]),
        ("R j escape", ["R"], ["R", "reader j", "reader escape"]),
    ],
)
async def test_a_key_waits_for_what_is_read_unless_it_leaves(
    typed: str, before: list[str], after: list[str]
) -> None:
    desk = Desk()
    async with desk.run_test() as pilot:
        ahead = TypeAhead(desk)
        handing = asyncio.create_task(ahead.hand_on())
        for key in typed.split():
            ahead.put(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.5)
        assert desk.heard == before
        desk.read.set()
        await pilot.pause(0.5)
        assert desk.heard == after
        handing.cancel()
        with suppress(asyncio.CancelledError):
            await handing
