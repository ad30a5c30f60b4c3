"""The screens that stand over the board: each is imported by the first key that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui.core.message import say

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui
    from pipetui.ui.page import Page


def prepare() -> None:
    """Import them all beside the board, so that even the first key finds its screen ready."""
    from pipetui.ui import agenda, customers, evidence, members, parts, quotes, reports, review, segments

    del agenda, customers, evidence, members, parts, quotes, reports, review, segments


class Openings:
    """From a command to its screen, and from the screen back to the deal it ends with."""

    def __init__(self, app: Pipetui) -> None:
        self.app = app

    def show(self, command_id: str) -> None:
        """Open the screen of a command."""
        self.app.push_screen(getattr(self, command_id)(), self.ended)

    def ended(self, deal_id: int | None) -> None:
        """A screen was left, for a deal or for nothing."""
        app = self.app
        if deal_id is None:
            return
        if app.reading.place(deal_id) is None:
            app.tell(say("This deal is not on the board now: another period, a filter, or archived."), "warn")
            return
        app.reload(deal_id)
        app.side.toggle("detail", full=True)

    @property
    def _deal_id(self) -> int:
        return self.app.cards[0].id

    def agenda(self) -> Page:
        from pipetui.ui.agenda import Agenda

        return Agenda(self.app)

    def contacts(self) -> Page:
        from pipetui.ui.customers import Customers

        return Customers(self.app, "contact")

    def organizations(self) -> Page:
        from pipetui.ui.customers import Customers

        return Customers(self.app, "organization")

    def people(self) -> Page:
        from pipetui.ui.parts import Parts

        return Parts(self.app, self._deal_id)

    def evidence(self) -> Page:
        from pipetui.ui.evidence import Checklist

        left = self.app.acts.performing.left
        return Checklist(self.app, self._deal_id, left[1] if left and left[0] == self._deal_id else None)

    def quotes(self) -> Page:
        from pipetui.ui.quotes import Quotes

        return Quotes(self.app, self._deal_id)

    def review(self) -> Page:
        from pipetui.ui.review import ReviewList

        return ReviewList(self.app)

    def reports(self) -> Page:
        from pipetui.ui.reports import Reports

        return Reports(self.app)

    def segments(self) -> Page:
        from pipetui.ui.segments import Segments

        return Segments(self.app)

    def members(self) -> Page:
        from pipetui.ui.members import Members

        return Members(self.app)
