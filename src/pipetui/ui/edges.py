"""The lines around the board: on top what stands on it, at the bottom the keys, or a sentence in their place."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from pipetui.core.access import ROLE_NAMES
from pipetui.core.message import Message
from pipetui.lang import day, money, number, period_name, told
from pipetui.ui.bar import Standing, key_line, message_line, top_line
from pipetui.ui.commands import in_bar
from pipetui.ui.paint import GLYPHS, Role
from pipetui.ui.pane import Pane
from pipetui.ui.rights import barred
from pipetui.ui.side import TALL

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

HEARD_SECONDS = 12.0
"""How long what somebody else did stands in the bar."""
READ_SECONDS = 4.0
"""An answer to our own act stands at least so long."""


class Edges:
    """Three panes of one line: above the board, the forecast at a glance below it, and the bar of keys."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self.top, self.glance, self.bottom = Pane(app.look), Pane(app.look), Pane(app.look)
        self.top.styles.height = self.glance.styles.height = self.bottom.styles.height = 1
        self._said: tuple[str, Role] | None = None
        self._said_at = 0.0
        self._overheard = False
        """What is said was done by somebody else."""

    def tell(self, message: Message, role: Role = "strong") -> None:
        """Show a sentence in the place of the keys, until the next key."""
        self._said, self._said_at, self._overheard = (told(message), role), monotonic(), False
        self.draw_keys()

    def hear(self, message: Message) -> None:
        """Show for a while what somebody else did, unless an answer to our own act has just been given."""
        if self._said and not self._overheard and monotonic() - self._said_at < READ_SECONDS:
            return
        self.tell(message, "accent")
        self._overheard, said = True, self._said

        def forget() -> None:
            if self._said is said:
                self._said = None
                self.draw_keys()

        self._app.set_timer(HEARD_SECONDS, forget)

    def quiet(self) -> None:
        """The next key is pressed: what was said has been read."""
        self._said = None

    def fit(self) -> None:
        """The glance has a line of its own where the screen is high enough."""
        self.glance.display = self._app.size.height >= TALL

    def draw_top(self) -> None:
        """Say on top what stands on the board."""
        self.top.show([top_line(self._standing(), self._app.size.width)])

    def _standing(self) -> Standing:
        app = self._app
        open_columns = [lane.column for lane in app.board.lanes if lane.column.stage.kind == "open"]
        totals: dict[str, tuple[int, int]] = {}
        for column in open_columns:
            for currency, (known, minor) in column.totals.items():
                n, total = totals.get(currency, (0, 0))
                totals[currency] = n + known, total + minor
        forecast = app.tally.forecast
        outlook = forecast.goal if forecast else None
        by_wins = outlook is not None and outlook.goal.metric == "wins"
        revenue = forecast.revenue if forecast else None
        return Standing(
            app.reading.pipeline.name,
            period_name(app.reading.scope.period),
            sum(column.count for column in open_columns),
            totals,
            app.reading.sort,
            app.reading.query,
            weighted=money(round(revenue), forecast.currency, short=True) if forecast and revenue else "",
            wins=(round(outlook.done), round(outlook.target)) if outlook and by_wins else None,
            goal_chance=outlook.chance if outlook else None,
            flagged=app.tally.flagged,
            marked=len(app.board.marks),
            as_of=day(app.reading.scope.today) if app.travel is not None else "",
            others=app.lookout.others,
            lost=told(app.lookout.lost) if app.lookout.lost else "",
            reads_as="" if app.reading.actor.writes else told(ROLE_NAMES[app.reading.actor.role]),
        )

    def draw_keys(self) -> None:
        """Show the keys that do something now, or what was said."""
        app = self._app
        lane = app.board.lane
        position = f"{number(lane.row + 1)}/{number(lane.count)}" if lane and lane.count else ""
        if app.recorded is not None:
            position = f"{GLYPHS.late} rec {app.recorded}  {position}"
        if self._said:
            line = message_line(self._said[0], position, app.size.width, self._said[1])
        else:
            dimmed = barred(app.reading.actor, app.cards)
            line = key_line(in_bar(app.seen), app.keys, position, app.size.width, dimmed)
        self.bottom.show([line])

    def draw_glance(self) -> None:
        """Show the forecast in one line, once there is one."""
        forecast = self._app.tally.forecast
        if forecast is not None and self._app.size.height >= TALL:
            from pipetui.ui.glance import forecast_line

            self.glance.show([forecast_line(forecast, self._app.size.width)])
