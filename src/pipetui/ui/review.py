"""The pipeline review: the deals most worth a word, one at a time, answered by single keys; it ends with minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core.change import Batch, Change
from pipetui.core.deal import Decision, Member, Review
from pipetui.core.meeting import Verdict
from pipetui.core.message import say, say_n
from pipetui.core.review import Ranked
from pipetui.errors import Refused
from pipetui.lang import _, moment, money, told
from pipetui.store import reviews
from pipetui.ui.apart import apart
from pipetui.ui.minutes import MinutesPage, minutes
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.pick import Option, Pick
from pipetui.ui.reviewdeal import ReviewDeal
from pipetui.ui.rows import Paged, Row
from pipetui.ui.typeahead import ANSWERS, READS

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class ReviewList(Page):
    """The deals in the order in which they are looked at; enter begins."""

    KEYS = (
        Key(("enter",), "begin", say("Begin, or go on, with this deal"), say("begin")),
        Key(("f",), "flagged", say("Only deals that something is wrong with, or all"), say("flagged/all")),
        Key(("o",), "owner", say("Everybody's deals, or those of one owner"), say("whose")),
        Key(("m",), "minutes", say("End the review: the minutes"), say("minutes")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._owner: Member | None = None
        self._flagged = True
        self.review: Review | None
        """The one that goes on, in whichever pane of this member it was begun."""
        self.decided: dict[int, list[Verdict]]
        """What was decided in it, by deal."""
        self.resume()
        self.deals: list[Ranked] = []
        self._ready = False
        """Whether the deals of who is asked for were read."""
        self._stale = False
        """Whether something was written while another screen stood above."""
        self._looks = 0

    def resume(self) -> None:
        """Take up the review that goes on, with all that was decided in it."""
        store, pipeline = self.main.reading.store, self.main.reading.pipeline
        held = (
            one
            for one in store.all(Review, pipeline_id=pipeline.id, owner_id=store.me)
            if one.ended_at is None
        )
        self.review, self.decided = max(held, key=lambda one: one.id, default=None), {}
        if self.review is not None:
            for one in store.all(Decision, review_id=self.review.id):
                self.decided.setdefault(one.deal_id, []).append(one.verdict)

    def on_mount(self) -> None:
        """The deals are read while the screen already stands."""
        self._look_again()

    def on_screen_resume(self) -> None:
        """What stood above is gone."""
        if self._stale:
            self._look_again(self.rows.at)

    def _look_again(self, at: int | None = None) -> None:
        """Read the deals anew; the cursor goes to row `at` when they are there, and the next key waits for them."""
        self._stale = False
        self._looks += 1
        self.work(self._read, self._looks, at, group=READS)

    def _look_anew(self) -> None:
        """Other deals are asked for: those that are there are not meant."""
        self.deals, self._ready = [], False
        self._look_again(0)
        self.draw()

    async def _read(self, look: int, at: int | None) -> None:
        reading, currency, flagged = self.main.reading, self.main.config.currency, self._flagged
        scope = replace(reading.scope, period=None, owner_id=self._owner.id if self._owner else None)

        def read() -> tuple[Mapping[int, float], list[Ranked]]:
            with closing(reading.beside()) as db:
                db.make_room()
                chances = reading.chances or reading.forecast(currency, db).chances
                found = reviews.ranking(db, scope, chances, currency)
            return chances, [one for one in found if one.flags or not flagged]

        chances, deals = await apart(read)
        if look == self._looks:
            reading.chances = reading.chances or chances
            self.deals, self._ready = deals, True
            self.draw(at)

    def reread(self) -> None:
        """Deals may have changed, and another pane may have gone on with the review."""
        self.resume()
        if self.is_current:
            self._look_again()
        else:
            self._stale = True

    def heading(self) -> str:
        """What it is."""
        return _("Pipeline review")

    def made(self, width: int) -> Sequence[Row]:
        """A row for each deal: whether it was looked at, what is at stake, what is wrong."""
        if not self._ready:
            return [Row([]), Row([Span(f"  {_('Reading the deals…')}", "dim")])]
        if not self.deals:
            said = (
                _("Nothing is wrong with any deal. f shows all of them.")
                if self._flagged
                else _("There is no open deal.")
            )
            return [Row([]), Row([Span(f"  {said}", "good")])]
        deals = self.deals

        def fetch(start: int, count: int) -> Sequence[Row]:
            page = enumerate(deals[start : start + count], start)
            return [Row(self._line(place, one, width), place) for place, one in page]

        return Paged(len(deals), fetch)

    def _line(self, place: int, one: Ranked, width: int) -> Line:
        facts = one.facts
        done = facts.id in self.decided
        amount = money(facts.amount, facts.currency, short=True) if facts.amount is not None else GLYPHS.none
        name = max((width - 24) * 2 // 5, 12)
        wrong = ", ".join(told(flag.message) for flag in one.flags)
        return [
            Span(" "), Span(f"{GLYPHS.done if done else ' '} ", "good"), Span(f"{place + 1:>3} ", "dim"),
            Span(fit(facts.name, name), "dim" if done else "strong"), Span(f" {fit(amount, 8, 'right')}", "money"),
            Span(f"  {fit(wrong, max(width - name - 19, 4))}", "dim" if done else "warn"),
        ]  # fmt: skip

    def standing(self) -> Line:
        """Whose deals, how many, and how far the review is."""
        whose = self._owner.name if self._owner else _("everybody")
        parts = [
            self.main.reading.pipeline.name,
            whose,
            told(say_n("{n} deal", "{n} deals", len(self.deals))) if self._ready else GLYPHS.more,
        ]
        if self.main.reading.query:
            parts.append(f"/{self.main.reading.query}")
        if self.review is not None:
            parts.append(
                _("{n} looked at since {time}").format(n=len(self.decided), time=moment(self.review.began_at))
            )
        return [Span(f" {f' {GLYPHS.dot} '.join(parts)}", "dim")]

    # What can be done

    def do_flagged(self) -> None:
        self._flagged = not self._flagged
        self._look_anew()

    def do_owner(self) -> None:
        members = [one for one in self.main.reading.store.all(Member) if one.retired_at is None]
        options = [Option(-1, _("everybody")), *(Option(one.id, one.name, one.login) for one in members)]

        async def chosen(number: int) -> None:
            self._owner = next((one for one in members if one.id == number), None)
            self._look_anew()

        self.ask(Pick(_("Whose deals?"), options, self.main.look), chosen)

    def do_begin(self) -> None:
        if not self._ready:
            raise Refused(say("The deals are still being read."))
        if self.rows.target is None:
            raise Refused(say("There is no deal to look at."))
        self.app.push_screen(ReviewDeal(self, self.rows.target), self._left)

    def started(self) -> tuple[Review, tuple[Change, ...]]:
        """The review that goes on, and what is to be written with the first decision when there is none yet."""
        if self.review is not None:
            return self.review, ()
        reading = self.main.reading
        new = Review(
            id=-(2**40) - 1, pipeline_id=reading.pipeline.id, owner_id=reading.store.me, query=reading.query,
            began_at=reading.clock()[1],
        )  # fmt: skip
        return new, (Change.add(new),)

    def _left(self, answer: int | None) -> None:
        if answer is not None and answer >= 0:
            self.dismiss(answer)
            return
        if answer is not None:
            self.work(self.do_minutes, group=ANSWERS)

    async def do_minutes(self) -> None:
        if not self._ready:
            raise Refused(say("The deals are still being read."))
        if not self.decided or self.review is None:
            raise Refused(say("Nothing was decided yet: enter begins with a deal."))
        review = self.review
        await self.main.writer.settled()
        await self.main.tally.caught_up()
        of = {one.facts.id for one in self.deals} | self.decided.keys()
        ended_with = minutes(self.main, review, len(self.decided), len(of))
        ended = Change.edit(review, ended_at=self.main.reading.clock()[1], minutes=ended_with.to_json())
        await self.main.acts.commit(Batch(say("End the pipeline review"), (ended,)))
        self.app.push_screen(MinutesPage(self.main, ended_with), self._over)

    def _over(self, _: int | None) -> None:
        """The minutes were read."""
        self.dismiss(None)
