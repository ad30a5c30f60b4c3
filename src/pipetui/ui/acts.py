"""The verbs on deals: worked out from what the store says, shown at once, written behind.

Every verb takes the deals it is given as one batch. What the rules refuse for some of them is told; the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from pipetui.core.acts import Act, Done, batch_changes, of_day, of_step, perform
from pipetui.core.bench import Bench
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Organization
from pipetui.core.message import Message, say, say_n
from pipetui.core.rebase import rebased, whole
from pipetui.errors import Conflict, ConnectionLost, NotFound, PipetuiError, Refused
from pipetui.lang import month_first
from pipetui.store.roster import FEW, called
from pipetui.store.rows import KINDS
from pipetui.ui.card import name
from pipetui.ui.lane import order_key
from pipetui.ui.paint import fit
from pipetui.ui.rights import why_not

if TYPE_CHECKING:
    from pipetui.core.deal import Record, Stage
    from pipetui.core.rebase import Decision, Place
    from pipetui.core.step import Step
    from pipetui.errors import Clash
    from pipetui.store.cards import Card
    from pipetui.store.store import Committed, Store
    from pipetui.ui.app import Pipetui
    from pipetui.ui.board import Board
    from pipetui.ui.reading import Reading
    from pipetui.ui.writer import Writer

Cards = Sequence["Card"]
Label = Callable[[Cards], Message]
FORM_NAMES: Mapping[str, str] = {
    "organization_id": "organization", "contact_id": "contact", "owner_id": "owner", "source_id": "source",
}  # fmt: skip
"""What the form calls fields of the store."""
TOLD = 3
"""Deals that were left are named one by one, up to so many."""

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
        self._last: tuple[Sequence[Act], Label] | None = None
        self._place: tuple[int, int, int] | None = None
        """The deal of the last act on one alone, and where it stood: its stage and its row."""
        self.recorded: list[Act] | None = None
        """What was done since a macro is recorded; None while none is."""
        self._unrecorded: list[Act] = []
        """What was recorded and then taken back."""
        self.left: tuple[int, int] | None = None
        """The deal that has just gone on with something missing, and the stage that asked for it."""

    # The verbs

    async def move(self, cards: Cards, forward: bool) -> None:
        """On to the next stage, or back to the one before."""
        await self.do(cards, Act("move_on" if forward else "move_back"), self._moved)

    async def move_to(self, cards: Cards, to: Stage) -> None:
        """To a stage that was named; not lost, which takes a reason."""
        await self.do(cards, Act("move_to", {"stage": to.id}), self._moved)

    async def win(self, cards: Cards) -> None:
        """Signed."""
        label = _label(lambda d: say("Win {deal}", deal=d), lambda n: say_n("Win a deal", "Win {n} deals", n))
        await self.do(cards, Act("win"), label)

    async def lose(self, cards: Cards, reason_id: int, reason: str) -> None:
        """Lost, for a reason."""
        label = _label(
            lambda d: say("Lose {deal}: {reason}", deal=d, reason=reason),
            lambda n: say_n("Lose a deal: {reason}", "Lose {n} deals: {reason}", n, reason=reason),
        )
        await self.do(cards, Act("lose", {"reason": reason_id}), label)

    async def reopen(self, cards: Cards) -> None:
        """A closed deal is open again; an archived one comes back."""
        label = _label(
            lambda d: say("Reopen {deal}", deal=d), lambda n: say_n("Reopen a deal", "Reopen {n} deals", n)
        )
        await self.do(cards, Act("reopen"), label)

    async def park(self, cards: Cards, until: date | None, words: str = "") -> None:
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
        await self.do(cards, Act("park", {"until": of_day(until, words, month_first())}), label)

    async def archive(self, cards: Cards) -> None:
        """Put away for good."""
        label = _label(
            lambda d: say("Archive {deal}", deal=d),
            lambda n: say_n("Archive a deal", "Archive {n} deals", n),
        )
        await self.do(cards, Act("archive"), label)

    async def assign(self, cards: Cards, owner_id: int | None, owner: str) -> None:
        """To another owner, or to nobody."""
        label = _label(
            lambda d: say("Give {deal} to {owner}", deal=d, owner=owner),
            lambda n: say_n("Give a deal to {owner}", "Give {n} deals to {owner}", n, owner=owner),
        )
        await self.do(cards, Act("assign", {"owner": owner_id}), label)

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
        if self._place and not self._board.marks and [card.id for card in cards] == [self._place[0]]:
            cards = (self._next(*self._place),)
        await self._perform(cards, *self._last)

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
        self._place = None

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

    # How they are done

    def begin(self, batch: Batch) -> asyncio.Future[Committed]:
        """Have a batch written even when the screen goes before anybody waits for it."""
        return self._writer.write(lambda store: store.commit(batch))

    async def commit(
        self, batch: Batch, follow: int | None = None, begun: asyncio.Future[Committed] | None = None
    ) -> Committed:
        """Write a batch made elsewhere, or wait for one that is `begun`, and show what became of it.

        Raises Refused, Conflict, StoreProblem.
        """
        committed = await self._written(batch, begun)
        if follow is not None and follow < 0:
            follow = committed.ids.get(follow)
        self._reload(follow)
        self._tell(batch.label)
        return committed

    def bench(self, seen: Sequence[Record] = ()) -> Bench:
        """What the store holds, for changes that are not written yet; those that were `seen`, as they were then."""
        store = self._reading.store

        def found(kind: type[Contact | Organization], names: Sequence[str]) -> Sequence[Any]:
            return called(store, kind, names, FEW)

        return Bench(store, found, seen)

    async def _written(self, batch: Batch, begun: asyncio.Future[Committed] | None = None) -> Committed:
        """Write a batch; where others were first it is asked whose value stays."""
        try:
            return await (begun or self.begin(batch))
        except Conflict as error:
            conflict = error
        from pipetui.ui.conflict import decide

        decided = await decide(self._app, conflict)
        if decided is None:
            raise conflict
        left = rebased(batch.changes, conflict.clashes, whole(decided, conflict.clashes))
        if not left:
            raise Refused(say("What others wrote stays; nothing else was to be written."))
        return await self._written(Batch(batch.label, left))

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
        await self._perform(cards, acts, label, seen, back)
        self._last = acts, label
        if self.recorded is not None:
            self.recorded += acts
            self._unrecorded.clear()

    async def _perform(
        self,
        cards: Cards,
        acts: Sequence[Act],
        label: Label,
        seen: Sequence[Record] = (),
        back: Callable[[], None] | None = None,
    ) -> None:
        await self._writer.settled()
        by_id = {card.id: card for card in cards}
        barred = {card.id: why for card in cards if (why := self._forbidden(acts, card)) is not None}
        found = perform(
            acts, (number for number in by_id if number not in barred), self.bench(seen), self._reading.desk()
        )
        found = replace(found, refused=(*barred.items(), *found.refused))
        changes = batch_changes(found)
        done = [by_id[number] for number in found.ids]
        self._place = self._standing(done)
        self._show(done, changes)
        batch = Batch(label([self._now(card, changes) for card in done]), changes)
        written = self._writer.write(lambda store: store.commit(batch))
        written.add_done_callback(lambda _: None)
        doing = Doing(cards, acts, label, back)
        self._board.app.run_worker(self._confirm(written, batch, found, by_id, doing), exit_on_error=True)

    def _forbidden(self, acts: Sequence[Act], card: Card) -> PipetuiError | None:
        """Why a deal is not for who acts to do this to."""
        whys = (why_not(self._reading.actor, act.verb, card) for act in acts)
        return next((why for why in whys if why is not None), None)

    def _standing(self, done: Cards) -> tuple[int, int, int] | None:
        """Where the only deal stands before it is changed."""
        place = self._board.find(done[0].id) if len(done) == 1 else None
        return (done[0].id, done[0].stage_id, place[1]) if place else None

    @staticmethod
    def _now(card: Card, changes: Sequence[Change]) -> Card:
        """A card in the stage it goes to."""
        edits = (one.after for one in changes if one.table == "deal" and one.id == card.id and one.after)
        to: Any = next((edit["stage_id"] for edit in edits if "stage_id" in edit), card.stage_id)
        return replace(card, stage_id=to)

    def _moved(self, cards: Cards) -> Message:
        to = self._reading.stage(cards[0].stage_id)
        if len(cards) == 1:
            return say("Move {deal} to {stage}", deal=name(cards[0]), stage=to.name)
        return say_n("Move a deal to {stage}", "Move {n} deals to {stage}", len(cards), stage=to.name)

    @property
    def _app(self) -> Pipetui:
        return cast("Pipetui", self._board.app)

    async def _confirm(
        self,
        written: Awaitable[Committed],
        batch: Batch,
        found: Done,
        cards: Mapping[int, Card],
        doing: Doing,
    ) -> None:
        try:
            await written
        except Conflict as error:
            self._reload(None)
            await self._app.attempt(self._settle(error, doing))
        except PipetuiError as error:
            self._reload(None)
            self._tell(error.message)
            if isinstance(error, ConnectionLost):
                self._app.lookout.lose(error)
            if doing.back is not None:
                doing.back()
        else:
            if not self._writer.busy:
                self._reload(None)
            try:
                label = self._with_missing(batch, found)
            except ConnectionLost as error:
                self._app.lookout.lose(error)
                label = batch.label
            self._tell(_with_refusals(label, found, cards))

    async def _settle(self, error: Conflict, doing: Doing) -> None:
        """Others were first: do it again where it is decided so, on what they left, as it was seen when deciding."""
        seen = self._fresh(error)
        from pipetui.ui.conflict import decide

        decided = await decide(self._app, error, doing.back is not None)
        if decided is None:
            if doing.back is not None:
                doing.back()
            self._tell(clashing(error, self._app.reading.store))
            return
        left = doing.left(decided, error.clashes)
        for cards, acts in left:
            await self._perform(cards, acts, doing.label, seen, doing.back)
        if not left:
            self._tell(say("What others wrote stays; nothing else was to be written."))

    def _fresh(self, error: Conflict) -> list[Record]:
        """The records of a form as they are when it is decided about them; a later change is a conflict again."""
        store, found = self._reading.store, list[Any]()
        for table, number in dict.fromkeys((clash.table, clash.id) for clash in error.clashes):
            if table in ("deal", "contact", "organization"):
                with suppress(NotFound):
                    found.append(store.get(cast("Any", KINDS[table]), number))
        return found

    def _with_missing(self, batch: Batch, found: Done) -> Message:
        """The label, and what of the list of its stage a deal has left without."""
        from pipetui.ui.evidence import unshown

        self.left = None
        missing = unshown(cast("Pipetui", self._board.app), found.ids, batch.changes)
        if missing is None:
            return batch.label
        self.left = found.ids[0], missing[1]
        return say("{what}. {more}", what=batch.label, more=missing[0])

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

    def _after_turn(self, label: Message, changes: Sequence[Change]) -> Message:
        deal = next((change.id for change in changes if change.table == "deal"), None)
        self.forget_place()
        self._reload(deal)
        self._tell(label)
        return label


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, to be done again where others were first."""

    cards: Cards
    acts: Sequence[Act]
    label: Label
    back: Callable[[], None] | None = None

    def left(
        self, decided: Mapping[Place, Decision], clashes: Sequence[Clash]
    ) -> list[tuple[Cards, Sequence[Act]]]:
        """What is still to be done: without the fields, or the deals, that are left to others.

        A step from stage to stage goes where it went when it was asked for, wherever others took the deal meanwhile.
        """
        theirs = [where for where, decision in decided.items() if decision == "theirs"]
        if self.acts[0].verb == "edit":
            values = {**self.acts[0].given["values"]}
            for _table, _id, field in theirs:
                values.pop(FORM_NAMES.get(field, field), None)
            return [(self.cards, (Act("edit", {"values": values}),))] if values else []
        left: dict[Any, list[Card]] = {}
        gone = {number for table, number, _field in theirs if table == "deal"}
        to = {clash.id: clash.mine for clash in clashes if (clash.table, clash.field) == ("deal", "stage_id")}
        steps = len(self.acts) == 1 and self.acts[0].verb in ("move_on", "move_back")
        for card in self.cards:
            if card.id not in gone:
                left.setdefault(to.get(card.id) if steps else None, []).append(card)
        return [
            (cards, self.acts if stage is None else (Act("move_to", {"stage": stage}),))
            for stage, cards in left.items()
        ]


def _label(one: Callable[[str], Message], many: Callable[[int], Message]) -> Label:
    return lambda cards: one(name(cards[0])) if len(cards) == 1 else many(len(cards))


def _read(field: str, value: Any) -> Any:
    if value is None:
        return None
    if field in _DAYS:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field in _MOMENTS else value


def _edited(cards: Cards) -> Message:
    if len(cards) == 1:
        return say("Edit {deal}", deal=name(cards[0]))
    return say_n("Edit a deal", "Edit {n} deals", len(cards))


def _ticked(cards: Cards) -> Message:
    if len(cards) == 1:
        return say("Tick the list of {deal}", deal=name(cards[0]))
    return say_n("Tick the list of a deal", "Tick the lists of {n} deals", len(cards))


def _with_refusals(label: Message, found: Done, cards: Mapping[int, Card]) -> Message:
    """The label with the deals that were left, each with its reason as far as there is room."""
    if not found.refused:
        return label
    left = [say("{deal}: {why}", deal=name(cards[n]), why=error.message) for n, error in found.refused[:TOLD]]
    why: Message = left[0]
    for one in left[1:]:
        why = say("{first}; {more}", first=why, more=one)
    return say_n(
        "{label} (one was left, {why})",
        "{label} ({n} were left, {why})",
        len(found.refused),
        label=label,
        why=why,
    )


def clashing(error: Conflict, store: Store | None = None) -> Message:
    """What two people saved, with both values; in words when the store can be asked."""
    from pipetui.ui.conflict import FOLLOWING, disputed

    clash = next((one for one in error.clashes if one.table != "visit" and one.field not in FOLLOWING), None)
    if clash is None:
        first = next((one for one in error.clashes if one.by and one.what), None)
        if first is None:
            return error.message
        return say("{who} was first: {what}. Nothing was written.", who=first.by, what=first.what)
    fields = disputed(error, store) if store else []
    field, theirs, mine = (
        (fields[0].label, fields[0].theirs, fields[0].mine)
        if fields
        else (clash.field, clash.theirs, clash.mine)
    )
    return say(
        "{message} {field}: theirs {theirs}, yours {mine}.",
        message=error.message,
        field=field,
        theirs=_short(theirs),
        mine=_short(mine),
    )


def _short(value: Any) -> str:
    """A value cut so that two of them fit in the bar of a small terminal."""
    return "–" if value is None else fit(str(value), 20, "none")
