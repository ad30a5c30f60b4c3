"""The minutes of a review: what goes into them, and the page on which they are read, copied and written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipetui.core.deal import Decision, Member, Review
from pipetui.core.message import say
from pipetui.core.moment import local_day, midnight
from pipetui.errors import Refused
from pipetui.exchange.minutes import Decided, Minutes, markdown, with_flow
from pipetui.lang import _
from pipetui.store import reviews
from pipetui.ui.bar import period_name
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import Span, fit
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


def opening(main: Pipetui) -> datetime:
    """The moment of the opening figures: the end of the last review, or the first of the month before there was one."""
    reading = main.reading
    last = reviews.last_review(reading.store, reading.pipeline.id)
    if last is not None and last.ended_at is not None:
        return last.ended_at
    return midnight(reading.scope.today.replace(day=1))


def minutes(app: Pipetui, review: Review, looked_at: int, of: int) -> Minutes:
    """The minutes of a review as it ends now, with so many of its deals looked at."""
    reading = app.reading
    store = reading.store
    since = opening(app)
    flow = reviews.pipeline_flow(
        reading.db, reading.pipeline.id, since, local_day(since), reading.scope.today
    )
    forecast = app.tally.forecast
    coming = forecast.ahead if forecast is not None else None
    goal = forecast.goal if forecast is not None else None
    goal = goal if goal is not None and goal.goal.metric == "wins" else None
    member = store.get(Member, review.owner_id) if review.owner_id is not None else None
    return Minutes(
        held_on=local_day(review.began_at), held_by=member.name if member else "", pipeline=reading.pipeline.name,
        query=review.query, since=local_day(since), looked_at=looked_at, of=of,
        decisions=tuple(_decided(app, one) for one in store.all(Decision, review_id=review.id)),
        wins=coming.wins.mean + (goal.done if goal else 0) if coming is not None else None,
        goal=goal.target if goal else None, goal_chance=goal.chance if goal else None,
        period=period_name(forecast.period) if forecast is not None else "", **with_flow(flow),  # type: ignore[arg-type]
    )  # fmt: skip


def _decided(app: Pipetui, one: Decision) -> Decided:
    """A decision with the deal as the minutes name it; a deal that is gone has no name any more."""
    card = next(iter(app.reading.cards([one.deal_id])), None)
    if card is None:
        return Decided("?", one.verdict, one.text, None, "")
    name = " – ".join(part for part in (card.organization or card.contact, card.title) if part)
    return Decided(name, one.verdict, one.text, card.amount, card.currency)


class MinutesPage(Page):
    """The minutes of a review, to be read, copied and written to a file."""

    KEYS = (
        Key(("w",), "write", say("Write the minutes to a file"), say("write")),
        Key(("y",), "copy", say("Copy the minutes"), say("copy")),
    )

    def __init__(self, app: Pipetui, minutes: Minutes) -> None:
        super().__init__(app)
        self._minutes = minutes
        self._text = markdown(minutes)

    def heading(self) -> str:
        """What it is."""
        return _("Minutes")

    def made(self, width: int) -> Sequence[Row]:
        """The text as it is written."""
        return [
            Row([Span("  "), Span(fit(line, width - 2), "title" if line.startswith("#") else "")])
            for line in self._text.splitlines()
        ]

    def do_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.tell(say("The minutes are copied."), "good")

    def do_write(self) -> None:
        async def named(text: str) -> None:
            path = Path(text).expanduser()
            try:
                path.write_text(self._text, encoding="utf-8")
            except OSError as error:
                reason = error.strerror or str(error)
                raise Refused(
                    say("{file} cannot be written: {reason}.", file=str(path), reason=reason)
                ) from error
            self.tell(say("The minutes are in {file}", file=str(path)), "good")

        name = f"review-{self._minutes.held_on.isoformat()}.md"
        self.ask(
            Prompt(_("Write the minutes"), self.main.look, lambda text: [Span(text, "accent")], name), named
        )
