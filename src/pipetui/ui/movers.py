"""The deals that a rule would move: looked at before any of them does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.change import Batch
from pipetui.core.deal import Event, Stage
from pipetui.core.message import say, say_n
from pipetui.core.stages import EVENT_WORDS
from pipetui.lang import _, told
from pipetui.store.rules import Mover, moved, movers
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Movers(Page):
    """Nothing has moved yet: `A` moves all of them as one step, esc leaves them where they are."""

    KEYS = (
        Key(("A",), "apply", say("Move all of them, as one step"), say("move them")),
        Key(("enter",), "open", say("Show the deal on the board"), say("deal")),
    )

    def __init__(self, app: Pipetui, stage: Stage, event: Event) -> None:
        super().__init__(app)
        self._stage, self._event = stage, event
        self._found = movers(app.reading.db, stage, event)

    def reread(self) -> None:
        """Deals may have moved."""
        self._found = movers(self.main.reading.db, self._stage, self._event)
        self.draw()

    def heading(self) -> str:
        """What the rule is."""
        return f"{told(EVENT_WORDS[self._event])} {GLYPHS.arrow} {self._stage.name}"

    def standing(self) -> Line:
        """How many, and that nothing has happened."""
        n = told(say_n("{n} deal would move", "{n} deals would move", len(self._found)))
        return [Span(f" {n} {GLYPHS.dot} {_('nothing has moved yet')}", "dim")]

    def made(self, width: int) -> list[Row]:
        """A row for each deal."""
        stages = {stage.id: stage.name for stage in self.main.reading.stages}
        if not self._found:
            return [Row([]), Row([Span(f"  {_('The rule would move no deal.')}", "dim")])]
        return [Row(self._line(one, stages.get(one.stage_id, "?"), width), one) for one in self._found]

    def _line(self, one: Mover, where: str, width: int) -> Line:
        about = " – ".join(part for part in (one.organization or one.contact, one.title) if part)
        return [
            Span("  "), Span(fit(about, max(width - 38, 8)), "strong"), Span(f" {fit(where, 14)}", "dim"),
            Span(f" {GLYPHS.arrow} ", "accent"), Span(fit(self._stage.name, 14)),
        ]  # fmt: skip

    def do_open(self) -> None:
        if self.rows.target is not None:
            self.dismiss(self.rows.target.deal_id)

    async def do_apply(self) -> None:
        await self.main.writer.settled()
        numbers = [one.deal_id for one in self._found]
        changes = moved(self.main.reading.store, self.main.reading.desk(), self._event, numbers)
        label = say_n("Move a deal by a changed rule", "Move {n} deals by a changed rule", len(numbers))
        await self.main.acts.commit(Batch(label, changes))
        self.tell(label, "good")
