"""The minutes of a review: what goes into them, and the page on which they are read, copied and written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pipetui.core.deal import Decision, Member, Review
from pipetui.core.message import say
from pipetui.core.moment import local_day, midnight
from pipetui.exchange.minutes import Decided, Minutes, markdown, with_flow
from pipetui.lang import _, period_name
from pipetui.paths import path_of
from pipetui.store import reviews
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit, fitted, plain, wrapped
from pipetui.ui.prompt import Prompt, to_file
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


MARKED = re.compile(r"\*\*((?:\\.|[^*\\])*)\*\*")
"""A name that stands out."""
ESCAPED = re.compile(r"\\(.)")
BETWEEN = re.compile(r"(?<!\\)\|")
"""What parts the cells of a table."""


def read(text: str, width: int) -> list[Line]:
    """Minutes in Markdown as people read them: titles, names that stand out, and the table in columns."""
    lines = text.splitlines()
    rows = [_cells_of(line) for line in lines if line.startswith("| ")]
    widths = [max(cells(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    found: list[Line] = []
    for line in lines:
        if line.startswith("#"):
            found.append([Span(fit(_plain(line.lstrip("# ")), width), "title")])
        elif line.startswith("| "):
            found.append(fitted(_row(_cells_of(line), widths, "strong" if "**" in line else ""), width))
        elif line.startswith("- "):
            found += _item(line[2:], width)
        elif not line.startswith("|"):
            found += wrapped(_plain(line), width) if line else [[]]
    return found


def _row(values: Sequence[str], widths: Sequence[int], role: Role) -> Line:
    first, *numbers = zip(values, widths, strict=True)
    return [
        Span(fit(first[0], first[1] + 2), role or "dim"),
        *(Span(fit(value, wide + 3, "right"), role or "money") for value, wide in numbers),
    ]


def _item(text: str, width: int) -> list[Line]:
    """A point of a list, its name standing out."""
    marked = MARKED.match(text)
    name = _plain(marked[1]) if marked else ""
    first, *more = wrapped(name + _plain(text[marked.end() if marked else 0 :]), width - 2)
    said = plain(first)
    begins = len(name) if said.startswith(name) else 0
    dot = Span(f"{GLYPHS.dot} ", "accent")
    return [
        [dot, Span(said[:begins], "strong"), Span(said[begins:])],
        *([Span("  "), *line] for line in more),
    ]


def _cells_of(line: str) -> list[str]:
    return [_plain(cell.strip().replace("**", "")) for cell in BETWEEN.split(line)[1:-1]]


def _plain(text: str) -> str:
    return ESCAPED.sub(r"\1", text)


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
        """The text, without the signs of Markdown."""
        return [Row([Span("  "), *line]) for line in read(self._text, width - 2)]

    def do_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.tell(say("The minutes are copied."), "good")

    def do_write(self) -> None:
        async def named(text: str) -> None:
            from pipetui.exchange.export import put

            path = path_of(text)
            put(path, self._text.encode())
            self.tell(say("The minutes are in {file}", file=str(path)), "good")

        name = f"review-{self._minutes.held_on.isoformat()}.md"
        self.ask(Prompt(_("Write the minutes"), self.main.look, to_file, name), named)
