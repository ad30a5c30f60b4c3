"""The pane beside the board: what it shows, and whether it stands to the right, below, or in place of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from pipetui.errors import ConnectionLost
from pipetui.ui.pane import Pane

if TYPE_CHECKING:
    from textual.color import Color
    from textual.css.types import EdgeType

    from pipetui.ui.app import Pipetui

WIDE, TALL = 120, 30
"""From so many columns a pane stands to the right of the board, from so many rows below it."""


class Body(Widget):
    """Holds the board and the pane beside or below it."""


class Side:
    """Shows at most one thing at a time."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self.body, self.pane = Body(), Pane(app.look)
        self.body.styles.height = "1fr"
        self.body.styles.layout = "horizontal"
        self.pane.display = False
        self._what = ""
        self._full = False

    @property
    def shows(self) -> str:
        """What the pane shows: `detail`, `forecast`, `here`, `help`, or nothing."""
        return self._what

    @property
    def full(self) -> bool:
        """Whether the pane stands in place of the board."""
        size = self._app.size
        return self._full or (bool(self._what) and size.width < WIDE and size.height < TALL)

    def toggle(self, what: str, full: bool = False) -> None:
        """Show a pane, or hide it when it is shown already."""
        shown = self._what == what and self._full == full
        self._what, self._full = ("", False) if shown else (what, full)
        self.place()
        self.draw(top=0)
        if self._what == "forecast":
            self._app.tally.when_calm()

    def place(self) -> None:
        """Put the pane to the right, below, in place of the board, or away."""
        app, size = self._app, self._app.size
        wide, tall = size.width >= WIDE, size.height >= TALL
        right, below = not self._full and wide, not self._full and tall and not wide
        app.board.display = not self.full
        self.pane.display = bool(self._what)
        self.body.styles.layout = "vertical" if below else "horizontal"
        color = app.theme_variables["primary"]
        edge: tuple[EdgeType, str | Color] = ("ascii" if app.look.ascii_only else "solid", color)
        style = self.pane.styles
        style.width = min(size.width * 2 // 5, 49) if right else "1fr"
        style.height = size.height * 2 // 5 if below else "1fr"
        style.border_left = edge if right else None
        style.border_top = edge if below else None
        style.padding = (0, 0, 0, 1) if right else 0

    def draw(self, top: int | None = None) -> None:
        """Show what the pane is about as it is now, from line `top` on when it is given."""
        width = self.pane.size.width
        if self._what and width:
            from pipetui.ui.beside import lines

            try:
                shown = lines(self._app, self._what, width)
            except ConnectionLost as error:
                self._app.lookout.lose(error)
            else:
                self.pane.show(shown, top)

    def redraw(self, what: str) -> None:
        """Draw the pane again when it shows this."""
        if self._what == what:
            self.draw()
