"""A dialog over an empty application: what the tests of the dialogs press keys in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual import events
from textual.app import App
from textual.screen import Screen

from boards import lines
from pipetui.ui.paint import PLAIN as PLAIN

OPEN = object()
"""The answer of a dialog that was not closed yet."""
HOSTILE = (
    "[/b] Acme [VIP]",
    "[@click=app.quit]x[/]",
    "\x1b]0;owned\x07\x1b[31m",
    "\u202eevil\u2066",
    "\x9b31m",
    "日本太郎 👩‍👩‍👧 e\u0301",
    "a" * 10_000,
    "nul\x00nul",
    "\udcff",
)
"""What names may hold."""


class Opened(App[None]):
    """Shows the dialog that `made` makes; `answer` is what it ended with."""

    def __init__(self, made: Callable[[], Screen[Any]]) -> None:
        super().__init__()
        self.animation_level = "none"
        self.made = made
        self.answer: Any = OPEN

    def on_mount(self) -> None:
        self.push_screen(self.made(), self.closed)

    def closed(self, answer: Any) -> None:
        self.answer = answer

    def shown(self) -> list[str]:
        """The rows of the screen that say something."""
        return [line for line in lines(self) if line]

    def burst(self, *keys: str) -> None:
        """Keys that arrive all at once, as through a slow line."""
        for key in keys:
            character = key if len(key) == 1 else {"tab": "\t", "enter": "\r"}.get(key)
            self.post_message(events.Key(key, character))
