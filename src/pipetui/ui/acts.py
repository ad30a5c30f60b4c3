"""The verbs on deals: worked out from what the store says, shown at once, written behind.

Every verb takes the deals it is given as one batch. What the rules refuse for some of them is told; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from pipetui.core.acts import Act, of_day, of_step
from pipetui.core.change import Batch, Change
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Refused
from pipetui.lang import month_first
from pipetui.ui.card import name
from pipetui.ui.clashing import Cards, Label
from pipetui.ui.performing import Performing

if TYPE_CHECKING:
    import asyncio

    from pipetui.core.deal import Record, Stage
    from pipetui.core.step import Step
    from pipetui.store.cards import Card
    from pipetui.store.store import Committed
    from pipetui.ui.app import Pipetui


class Acts:
    """What can be done to deals."""

    def __init__(self, app: Pipetui) -> None:
        self._reading, self._writer, self._board = app.reading, app.writer, app.board
        self._tell, self._reload = app.tell, app.reload
        self._last: tuple[Sequence[Act], Label] | None = None
        self.performing = Performing(app)
        self.recorded: list[Act] | None = None
        """What was done since a macro is recorded; None while none is."""
        self._unrecorded: list[Act] = []
        """What was recorded and then taken back."""

    # The verbs

    async def move(self, cards: Cards, forward: bool) -> None:
        """On to the next stage, or back to the one before."""
        await self.do(cards, Act("move_on" if forward else "move_back"), self._moved)

    async def move_to(self, cards: Cards, to: Stage, seen: Sequence[Record] = ()) -> None:
        """To a stage that was named; not lost, which takes a reason; `seen` are the deals when it was asked for."""
        await self.do(cards, Act("move_to", {"stage": to.id}), self._moved, seen)

    async def win(self, cards: Cards) -> None:
        """Signed."""
        label = _label(lambda d: say("Win {deal}", deal=d), lambda n: say_n("Win a deal", "Win {n} deals", n))
        await self.do(cards, Act("win"), label)

    async def lose(self, cards: Cards, reason_id: int, reason: str, seen: Sequence[Record] = ()) -> None:
        """Lost, for a reason."""
        label = _label(
            lambda d: say("Lose {deal}: {reason}", deal=d, reason=reason),
            lambda n: say_n("Lose a deal: {reason}", "Lose {n} deals: {reason}", n, reason=reason),
        )
        await self.do(cards, Act("lose", {"reason": reason_id}), label, seen)

    async def reopen(self, cards: Cards) -> None:
        """A closed deal is open again; an archived one comes back."""
        label = _label(
            lambda d: say("Reopen {deal}", deal=d), lambda n: say_n("Reopen a deal", "Reopen {n} deals", n)
        )
        await self.do(cards, Act("reopen"), label)

    async def park(
        self, cards: Cards, until: date | None, words: str = "", seen: Sequence[Record] = ()
    ) -> None:
        """Out of sight until a day, said in these words; None brings it back."""
        if until is None:
            label = _label(
                lambda d: say("Bring {deal} back", deal=d),
                lambda n: say_n("Bring a parked deal back", "Bring {n} parked deals back", n),
            )
        else:
            label = _label(
                lambda d: say("Park {deal} until {day}", deal=d, day=until),
                lambda n: say_n("Park a deal until {day}", "Park {n} deals until {day}", n, day=until),
            )
        await self.do(cards, Act("park", {"until": of_day(until, words, month_first())}), label, seen)

    async def archive(self, cards: Cards) -> None:
        """Put away for good."""
        label = _label(
            lambda d: say("Archive {deal}", deal=d),
            lambda n: say_n("Archive a deal", "Archive {n} deals", n),
        )
        await self.do(cards, Act("archive"), label)

    async def assign(
        self, cards: Cards, owner_id: int | None, owner: str, seen: Sequence[Record] = ()
    ) -> None:
        """To another owner, or to nobody."""
        label = _label(
            lambda d: say("Give {deal} to {owner}", deal=d, owner=owner),
            lambda n: say_n("Give a deal to {owner}", "Give {n} deals to {owner}", n, owner=owner),
        )
        await self.do(cards, Act("assign", {"owner": owner_id}), label, seen)

    async def edit(
        self,
        cards: Cards,
        values: Mapping[str, Any],
        seen: Sequence[Record] = (),
        back: Callable[[], None] | None = None,
    ) -> None:
        """Other values for fields of the form, as `core.acts.of_values` keeps them.

        `seen` are the records the form showed: what somebody else changed since is a conflict, never overwritten.
        `back` opens the form again, with what was typed in it.
        """
        await self.do(cards, Act("edit", {"values": dict(values)}), _edited, seen, back)

    async def plan(self, cards: Cards, step: Step, line: str = "") -> None:
        """A step to take, typed in this line."""
        label = _label(
            lambda d: say("Plan a step for {deal}", deal=d),
            lambda n: say_n("Plan a step for a deal", "Plan a step for {n} deals", n),
        )
        await self.do(cards, Act("plan", of_step(step, line, month_first())), label)

    async def log(self, cards: Cards, step: Step) -> None:
        """Something that was done."""
        label = _label(
            lambda d: say("Note what was done for {deal}", deal=d),
            lambda n: say_n("Note what was done for a deal", "Note what was done for {n} deals", n),
        )
        await self.do(cards, Act("log", of_step(step)), label)

    async def done(self, cards: Cards) -> None:
        """The next step was taken."""
        label = _label(
            lambda d: say("The next step of {deal} is done", deal=d),
            lambda n: say_n("The next step of a deal is done", "The next steps of {n} deals are done", n),
        )
        await self.do(cards, Act("done"), label)

    async def tag(self, cards: Cards, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Tags on and off, by name."""
        label = _label(lambda d: say("Tag {deal}", deal=d), lambda n: say_n("Tag a deal", "Tag {n} deals", n))
        await self.do(cards, Act("tag", {"add": list(add), "remove": list(remove)}), label)

    async def tick(self, cards: Cards, criteria: Sequence[int], on: bool = True) -> None:
        """What the stage asks for is shown, or is not after all."""
        await self.do(cards, Act("tick" if on else "untick", {"criteria": list(criteria)}), _ticked)

    async def repeat(self, cards: Cards) -> None:
        """The last act once more: on the marked deals or the one under the cursor, and where it was done on that one
        already, on the deal that came next where it stood."""
        if self._last is None:
            raise Refused(say("There is nothing to repeat yet."))
        place = self.performing.place
        if place and not self._board.marks and [card.id for card in cards] == [place[0]]:
            cards = (self._next(*place),)
        await self.performing.perform(cards, *self._last)

    def _next(self, deal_id: int, stage_id: int, row: int) -> Card:
        """The deal after the one that was changed, with the cursor on it."""
        board = self._board
        index = next((i for i, lane in enumerate(board.lanes) if lane.column.stage.id == stage_id), None)
        card = None if index is None else self._below(index, row, deal_id)
        if index is None or card is None:
            stage = next((s.name for s in self._reading.stages if s.id == stage_id), "")
            raise Refused(say("There is no next deal in {stage}.", stage=stage))
        return card

    def _below(self, index: int, row: int, deal_id: int) -> Card | None:
        board = self._board
        lane = board.lanes[index]
        here = next((lane.start + i for i, card in enumerate(lane.cards) if card.id == deal_id), None)
        # The next one has come up to its row, unless the deal is still there or went further up.
        row = row if here is None or here > row else row + 1
        if row >= lane.count:
            return None
        board.go(index, row)
        return board.card

    def forget_place(self) -> None:
        """The next repetition is about the deal under the cursor."""
        self.performing.place = None

    async def undo(self) -> Message:
        """Take back the last batch, when all that was asked for is written; what it was, in a sentence."""
        entry = await self._writer.write(lambda store: store.undo())
        if self.recorded:
            self._unrecorded.append(self.recorded.pop())
        return self._after_turn(say("Undone: {what}", what=entry.label), entry.changes)

    async def redo(self) -> Message:
        """Make the last batch taken back again; what it was, in a sentence."""
        entry = await self._writer.write(lambda store: store.redo())
        if self.recorded is not None and self._unrecorded:
            self.recorded.append(self._unrecorded.pop())
        return self._after_turn(say("Done again: {what}", what=entry.label), entry.changes)

    def begin(self, batch: Batch) -> asyncio.Future[Committed]:
        """Have a batch written even when the screen goes before anybody waits for it."""
        return self.performing.begin(batch)

    async def commit(
        self, batch: Batch, follow: int | None = None, begun: asyncio.Future[Committed] | None = None
    ) -> Committed:
        """Write a batch made elsewhere, or wait for one that is `begun`, and show what became of it.

        Raises Refused, Conflict, StoreProblem.
        """
        return await self.performing.commit(batch, follow, begun)

    # How they are done

    async def do(
        self,
        cards: Cards,
        act: Act,
        label: Label,
        seen: Sequence[Record] = (),
        back: Callable[[], None] | None = None,
    ) -> None:
        """One act on all these deals, as one batch."""
        await self.play(cards, (act,), label, seen, back)

    async def play(
        self,
        cards: Cards,
        acts: Sequence[Act],
        label: Label,
        seen: Sequence[Record] = (),
        back: Callable[[], None] | None = None,
    ) -> None:
        """Acts in a row on each of these deals, as one batch."""
        await self.performing.perform(cards, acts, label, seen, back)
        self._last = acts, label
        if self.recorded is not None:
            self.recorded += acts
            self._unrecorded.clear()

    def _moved(self, cards: Cards) -> Message:
        to = self._reading.stage(cards[0].stage_id)
        if len(cards) == 1:
            return say("Move {deal} to {stage}", deal=name(cards[0]), stage=to.name)
        return say_n("Move a deal to {stage}", "Move {n} deals to {stage}", len(cards), stage=to.name)

    def _after_turn(self, label: Message, changes: Sequence[Change]) -> Message:
        deal = next((change.id for change in changes if change.table == "deal"), None)
        self.forget_place()
        self._reload(deal)
        self._tell(label)
        return label


def _label(one: Callable[[str], Message], many: Callable[[int], Message]) -> Label:
    return lambda cards: one(name(cards[0])) if len(cards) == 1 else many(len(cards))


def _edited(cards: Cards) -> Message:
    if len(cards) == 1:
        return say("Edit {deal}", deal=name(cards[0]))
    return say_n("Edit a deal", "Edit {n} deals", len(cards))


def _ticked(cards: Cards) -> Message:
    if len(cards) == 1:
        return say("Tick the list of {deal}", deal=name(cards[0]))
    return say_n("Tick the list of a deal", "Tick the lists of {n} deals", len(cards))
