"""How acts on deals are done: shown at once, written behind; what comes of it is told, or asked about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from pipetui.core.acts import Act, Done, batch_changes, perform
from pipetui.core.bench import Bench
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Organization
from pipetui.core.message import Message, say, say_n
from pipetui.core.rebase import rebased, whole
from pipetui.errors import Conflict, ConnectionLost, NotFound, PipetuiError, Refused
from pipetui.store.roster import FEW, called
from pipetui.store.rows import KINDS
from pipetui.ui.apart import work
from pipetui.ui.card import name
from pipetui.ui.clashing import Cards, Doing, Label, clashing
from pipetui.ui.lane import order_key
from pipetui.ui.rights import why_not

if TYPE_CHECKING:
    import asyncio

    from pipetui.core.deal import Record
    from pipetui.store.cards import Card
    from pipetui.store.store import Committed
    from pipetui.ui.app import Pipetui

TOLD = 3
"""Deals that were left are named one by one, up to so many."""

_DAYS = frozenset(("expected_close", "parked_until"))
_MOMENTS = frozenset(("stage_since", "closed_at"))
_SHOWN = frozenset(("stage_id", "title", "amount", "currency", "pinned_chance")) | _DAYS | _MOMENTS


class Performing:
    """Does acts."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self._reading, self._writer, self._board = app.reading, app.writer, app.board
        self._tell, self._reload = app.tell, app.reload
        self.place: tuple[int, int, int] | None = None
        """The deal of the last act on one alone, and where it stood: its stage and its row."""
        self.left: tuple[int, int] | None = None
        """The deal that has just gone on with something missing, and the stage that asked for it."""

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

    def _bench(self, seen: Sequence[Record] = ()) -> Bench:
        """What the store holds, for changes that are not written yet; those that were `seen`, as they were then."""
        store = self._reading.store

        def found(kind: type[Contact | Organization], names: Sequence[str]) -> Sequence[Any]:
            return called(store, kind, names, FEW)

        return Bench(store, found, seen)

    async def _written(self, batch: Batch, begun: asyncio.Future[Committed] | None = None) -> Committed:
        """Write a batch; where others were first it is asked whose value stays."""
        try:
            return await (begun or self.begin(batch))
        except ConnectionLost as error:
            error.unwritten = not error.doubtful
            raise
        except Conflict as error:
            error.unwritten = True
            conflict = error
        from pipetui.ui.conflict import decide

        decided = await decide(self._app, conflict)
        if decided is None:
            raise conflict
        left = rebased(batch.changes, conflict.clashes, whole(decided, conflict.clashes))
        if not left:
            raise Refused(say("What others wrote stays; nothing else was to be written."))
        return await self._written(Batch(batch.label, left))

    async def perform(
        self,
        cards: Cards,
        acts: Sequence[Act],
        label: Label,
        seen: Sequence[Record] = (),
        back: Callable[[], None] | None = None,
    ) -> None:
        """Acts in a row on each of these deals, as one batch, when all that was asked for before is written."""
        await self._writer.settled()
        by_id = {card.id: card for card in cards}
        barred = {card.id: why for card in cards if (why := self._forbidden(acts, card)) is not None}
        found = perform(
            acts,
            (number for number in by_id if number not in barred),
            self._bench(seen),
            self._reading.desk(),
        )
        found = replace(found, refused=(*barred.items(), *found.refused))
        changes = batch_changes(found)
        done = [by_id[number] for number in found.ids]
        self.place = self._standing(done)
        self._show(done, changes)
        batch = Batch(label([self._now(card, changes) for card in done]), changes)
        written = self.begin(batch)
        doing = Doing(cards, acts, label, back)
        work(self._app, self._confirm, written, batch, found, by_id, doing)

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
            await self._app.attempt(self._settle, error, doing)
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
            self._tell(clashing(error, self._reading.store))
            return
        left = doing.left(decided, error.clashes)
        for cards, acts in left:
            await self.perform(cards, acts, doing.label, seen, doing.back)
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
        missing = unshown(self._app, found.ids, batch.changes)
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


def _read(field: str, value: Any) -> Any:
    if value is None:
        return None
    if field in _DAYS:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if field in _MOMENTS else value


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
