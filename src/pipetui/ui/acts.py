"""The verbs on deals: worked out from what the store says, shown at once, written behind.

Every verb takes the deals it is given as one batch. What the rules refuse for some of them is told; the others go on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core import moves
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Activity, Deal, Stage, Visit
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Conflict, PipetuiError, Refused
from pipetui.ui.card import name
from pipetui.ui.lane import order_key
from pipetui.ui.paint import fit

if TYPE_CHECKING:
    from pipetui.core.desk import Desk
    from pipetui.core.moves import Changes
    from pipetui.core.step import Step
    from pipetui.store.cards import Card
    from pipetui.store.store import Committed
    from pipetui.ui.board import Board
    from pipetui.ui.reading import Reading
    from pipetui.ui.writer import Writer

Cards = Sequence["Card"]
Verb = Callable[[Deal, "Desk"], "Changes"]
Label = Callable[[Cards], Message]

_DAYS = frozenset(("expected_close", "parked_until"))
_MOMENTS = frozenset(("stage_since", "closed_at"))
_SHOWN = frozenset(("stage_id", "title", "amount", "currency", "pinned_chance")) | _DAYS | _MOMENTS


class Acts:
    """What can be done to deals. `tell` shows a sentence, `reload` reads the board anew."""

    def __init__(
        self,
        reading: Reading,
        writer: Writer,
        board: Board,
        tell: Callable[[Message], None],
        reload: Callable[[int | None], None],
    ) -> None:
        self._reading, self._writer, self._board = reading, writer, board
        self._tell, self._reload = tell, reload
        self._last: Callable[[Cards], Awaitable[None]] | None = None

    # The verbs

    async def move(self, cards: Cards, forward: bool) -> None:
        """On to the next stage, or back to the one before."""

        def moved(deal: Deal, desk: Desk) -> Changes:
            to = moves.next_stage(deal, desk) if forward else moves.previous_stage(deal, desk)
            return moves.move(deal, self._visit(deal), to, desk)

        await self._act(
            cards,
            moved,
            lambda done: self._move_label(done, self._beside(done[0], forward)),
            lambda again: self.move(again, forward),
        )

    async def move_to(self, cards: Cards, to: Stage) -> None:
        """To a stage that was named; not lost, which takes a reason."""
        await self._act(
            cards,
            lambda deal, desk: moves.move(deal, self._visit(deal), to, desk),
            lambda done: self._move_label(done, to),
            lambda again: self.move_to(again, to),
        )

    async def win(self, cards: Cards) -> None:
        """Signed."""
        await self._act(
            cards,
            lambda deal, desk: moves.win(deal, self._visit(deal), desk),
            _label(lambda d: say("Win {deal}", deal=d), lambda n: say_n("Win a deal", "Win {n} deals", n)),
            self.win,
        )

    async def lose(self, cards: Cards, reason_id: int, reason: str) -> None:
        """Lost, for a reason."""
        await self._act(
            cards,
            lambda deal, desk: moves.lose(deal, self._visit(deal), reason_id, desk),
            _label(
                lambda d: say("Lose {deal}: {reason}", deal=d, reason=reason),
                lambda n: say_n("Lose a deal: {reason}", "Lose {n} deals: {reason}", n, reason=reason),
            ),
            lambda again: self.lose(again, reason_id, reason),
        )

    async def reopen(self, cards: Cards) -> None:
        """A closed deal is open again; an archived one comes back."""

        def reopened(deal: Deal, desk: Desk) -> Changes:
            if deal.archived_at is not None:
                return moves.restore(deal, desk)
            return moves.reopen(deal, self._reading.store.all(Visit, deal_id=deal.id), desk)

        await self._act(
            cards,
            reopened,
            _label(
                lambda d: say("Reopen {deal}", deal=d),
                lambda n: say_n("Reopen a deal", "Reopen {n} deals", n),
            ),
            self.reopen,
        )

    async def park(self, cards: Cards, until: date | None) -> None:
        """Out of sight until a day; None brings it back."""
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
        await self._act(
            cards,
            lambda deal, desk: moves.park(deal, until, desk) if until else moves.unpark(deal, desk),
            label,
            lambda again: self.park(again, until),
        )

    async def archive(self, cards: Cards) -> None:
        """Put away for good."""
        await self._act(
            cards,
            moves.archive,
            _label(
                lambda d: say("Archive {deal}", deal=d),
                lambda n: say_n("Archive a deal", "Archive {n} deals", n),
            ),
            self.archive,
        )

    async def edit(self, cards: Cards, **values: Any) -> None:
        """Other values for fields that are not moves."""
        await self._act(
            cards,
            lambda deal, desk: moves.edit(deal, desk, **values),
            _label(lambda d: say("Edit {deal}", deal=d), lambda n: say_n("Edit a deal", "Edit {n} deals", n)),
            lambda again: self.edit(again, **values),
        )

    async def plan(self, cards: Cards, step: Step) -> None:
        """A step to take."""
        from pipetui.core import activities

        await self._act(
            cards,
            lambda deal, desk: activities.plan(step, desk, deal=deal, visit=self._visit(deal)),
            _label(
                lambda d: say("Plan a step for {deal}", deal=d),
                lambda n: say_n("Plan a step for a deal", "Plan a step for {n} deals", n),
            ),
            lambda again: self.plan(again, step),
        )

    async def log(self, cards: Cards, step: Step) -> None:
        """Something that was done."""
        from pipetui.core import activities

        await self._act(
            cards,
            lambda deal, desk: activities.log(step, desk, deal=deal, visit=self._visit(deal)),
            _label(
                lambda d: say("Note what was done for {deal}", deal=d),
                lambda n: say_n("Note what was done for a deal", "Note what was done for {n} deals", n),
            ),
            lambda again: self.log(again, step),
        )

    async def done(self, cards: Cards) -> None:
        """The next step was taken."""
        from pipetui.core import activities

        def taken(deal: Deal, desk: Desk) -> Changes:
            step = self._next_step(deal)
            return activities.done(step, desk, deal, self._visit(deal))

        await self._act(
            cards,
            taken,
            _label(
                lambda d: say("The next step of {deal} is done", deal=d),
                lambda n: say_n("The next step of a deal is done", "The next steps of {n} deals are done", n),
            ),
            self.done,
        )

    async def repeat(self, cards: Cards) -> None:
        """The last verb once more."""
        if self._last is None:
            raise Refused(say("There is nothing to repeat yet."))
        await self._last(cards)

    async def undo(self) -> None:
        """Take back the last batch, when all that was asked for is written."""
        entry = await self._writer.write(lambda store: store.undo())
        self._after_turn(say("Undone: {what}", what=entry.label), entry.changes)

    async def redo(self) -> None:
        """Make the last batch taken back again."""
        entry = await self._writer.write(lambda store: store.redo())
        self._after_turn(say("Done again: {what}", what=entry.label), entry.changes)

    # How they are done

    async def commit(self, batch: Batch, follow: int | None = None) -> Committed:
        """Write a batch made elsewhere and show what became of it. Raises Refused, Conflict, StoreProblem."""
        committed = await self._writer.write(lambda store: store.commit(batch))
        if follow is not None and follow < 0:
            follow = committed.ids.get(follow)
        self._reload(follow)
        self._tell(batch.label)
        return committed

    async def _act(
        self, cards: Cards, verb: Verb, label: Label, again: Callable[[Cards], Awaitable[None]]
    ) -> None:
        await self._writer.settled()
        desk = self._reading.desk()
        done: list[Card] = []
        refused: list[Refused] = []
        changes: list[Change] = []
        for card in cards:
            try:
                changes += verb(self._reading.store.get(Deal, card.id), desk)
                done.append(card)
            except Refused as error:
                refused.append(error)
        if not done:
            raise refused[0]
        self._last = again
        batch = Batch(label(done), tuple(changes))
        self._show(done, changes)
        written = self._writer.write(lambda store: store.commit(batch))
        written.add_done_callback(lambda _: None)
        self._board.app.run_worker(self._confirm(written, batch.label, refused), exit_on_error=True)

    async def _confirm(
        self, written: Awaitable[Committed], label: Message, refused: Sequence[Refused]
    ) -> None:
        try:
            await written
        except Conflict as error:
            self._reload(None)
            self._tell(clashing(error))
        except PipetuiError as error:
            self._reload(None)
            self._tell(error.message)
        else:
            if not self._writer.busy:
                self._reload(None)
            self._tell(_with_refusals(label, refused))

    def _show(self, cards: Cards, changes: Sequence[Change]) -> None:
        """Show what the changes do to the deals before they are written."""
        edits = {change.id: change.after for change in changes if change.table == "deal" and change.after}
        for card in cards:
            if edit := edits.get(card.id):
                self._show_one(card, edit)

    def _show_one(self, card: Card, edit: dict[str, Any]) -> None:
        fields = {field: _read(field, value) for field, value in edit.items() if field in _SHOWN}
        new = replace(card, **fields)
        stays = self._reading.in_sight(new, archived=bool(edit.get("archived_at")))
        if new.stage_id != card.stage_id or not stays:
            stage = self._reading.stage(new.stage_id)
            self._board.transfer(card.id, new if stays else None, order_key(self._reading.sort, stage.kind))
        else:
            self._board.change(new)

    def _after_turn(self, label: Message, changes: Sequence[Change]) -> None:
        deal = next((change.id for change in changes if change.table == "deal"), None)
        self._reload(deal)
        self._tell(label)

    def _visit(self, deal: Deal) -> Visit | None:
        return next(iter(self._reading.store.all(Visit, deal_id=deal.id, left_at=None)), None)

    def _next_step(self, deal: Deal) -> Activity:
        steps = [a for a in self._reading.store.all(Activity, deal_id=deal.id, done_at=None) if a.due_on]
        if not steps:
            raise Refused(say("There is no next step. Press t to plan one."))
        return min(steps, key=lambda step: (step.due_on or date.max, step.due_time or "", step.id))

    def _beside(self, card: Card, forward: bool) -> Stage:
        """Where a card stands now that it has moved."""
        deal = self._reading.store.get(Deal, card.id)
        desk = self._reading.desk()
        return moves.next_stage(deal, desk) if forward else moves.previous_stage(deal, desk)

    @staticmethod
    def _move_label(cards: Cards, to: Stage) -> Message:
        if len(cards) == 1:
            return say("Move {deal} to {stage}", deal=name(cards[0]), stage=to.name)
        return say_n("Move a deal to {stage}", "Move {n} deals to {stage}", len(cards), stage=to.name)


def _label(one: Callable[[str], Message], many: Callable[[int], Message]) -> Label:
    return lambda cards: one(name(cards[0])) if len(cards) == 1 else many(len(cards))


def _read(field: str, value: Any) -> Any:
    if value is None:
        return None
    if field in _DAYS:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field in _MOMENTS else value


def _with_refusals(label: Message, refused: Sequence[Refused]) -> Message:
    if not refused:
        return label
    return say_n(
        "{label} (one was left: {why})",
        "{label} ({n} were left: {why})",
        len(refused),
        label=label,
        why=refused[0].message,
    )


def clashing(error: Conflict) -> Message:
    """What two people saved, with both values."""
    if not error.clashes:
        return error.message
    clash = error.clashes[0]
    return say(
        "{field}: theirs {theirs}, yours {mine}. {message}",
        message=error.message,
        field=clash.field,
        theirs=_short(clash.theirs),
        mine=_short(clash.mine),
    )


def _short(value: Any) -> str:
    """A value cut so that two of them fit in the bar of a small terminal."""
    return "–" if value is None else fit(str(value), 20, "none")
