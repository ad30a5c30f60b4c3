"""What becomes of the store while the board stands: others write, come and go; connections are lost and made again."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say
from pipetui.errors import ConnectionLost, PipetuiError, Removed, Replaced, StoreProblem
from pipetui.store import start
from pipetui.store.db import PATIENCE
from pipetui.ui.apart import apart, work

if TYPE_CHECKING:
    from datetime import datetime

    from pipetui.store.db import Database
    from pipetui.store.heard import Heard
    from pipetui.store.presence import Presence, Present
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two attempts to connect again; each pause is twice the one before."""
KEPT = 30
"""What others did lately, for the list of who is here."""


class Lookout:
    """Keeps the screen true to the present store, whatever is looked at meanwhile."""

    def __init__(self, app: Pipetui) -> None:
        self._app = app
        self._reading, self._writer = app.reading, app.writer
        self.lost: Message | None = None
        """Why the store cannot be reached; None while it can."""
        self.present: tuple[Present, ...] = ()
        """Who has the board open, this session among them."""
        self.names: dict[str, str] = {}
        """Of the members, by login."""
        self.lately: list[Heard] = []
        """What others did since the board was opened, newest first."""
        self._presence: Presence | None = None
        self._newest: int | None = None
        self._unread = False

    def begin(self) -> None:
        """Be present, and hear of what is done from now on."""
        from pipetui.store.heard import newest
        from pipetui.store.presence import Presence

        with suppress(StoreProblem):
            db = self._reading.db
            self._newest = newest(db)
            self._presence = Presence(db, self._app.config.me, self._now())
        self.meet()

    def leave(self) -> None:
        """Be present no more."""
        if self._presence is not None:
            self._presence.leave()

    def _now(self) -> datetime:
        return self._reading.clock()[1]

    # What others do

    def poll(self) -> None:
        """Read again what somebody else changed, unless our own writes are still on their way."""
        if self.lost is not None:
            return
        try:
            self._unread |= self._reading.db.changed()
        except ConnectionLost as error:
            self.lose(error)
            return
        except StoreProblem as error:
            self._app.tell(error.message, "warn")
            return
        if self._unread and not self._writer.busy and self._app.travel is None:
            self._unread = False
            self._app.reload()

    def hear(self, seen: Collection[int]) -> None:
        """Tell what others did to deals in sight, in the bar."""
        if self._newest is None or self._app.travel is not None:
            return
        from pipetui.store.heard import heard

        try:
            found = heard(self._reading.db, self._newest, self._app.config.me)
        except ConnectionLost as error:
            self.lose(error)
            return
        except StoreProblem:  # the news of others is not worth more than the board
            return
        if not found:
            return
        self._newest = found[0].batch_id
        self.lately = [*found, *self.lately][:KEPT]
        told = [one for one in found if one.deals & set(seen)]
        if told:
            self._app.edges.hear(_notice(told))

    def meet(self) -> None:
        """Look who is here."""
        if self._presence is None or self.lost is not None:
            return
        try:
            found = self._presence.everybody()
            if {one.login for one in found} != self.names.keys():
                rows = self._reading.db.rows("SELECT login, name FROM member")
                known: dict[str, str] = dict(rows)
                self.names = {one.login: known.get(one.login, one.login) for one in found}
        except ConnectionLost as error:
            self.lose(error)
            return
        except StoreProblem:  # who else is here is not worth more than the board
            return
        if found != self.present:
            self.present = found
            self._app.edges.draw_top()
            self._app.side.redraw("here")

    @property
    def others(self) -> list[str]:
        """The names of the other members who are here, each once."""
        me = next((one.login for one in self.present if one.own), self._app.config.me)
        return list(dict.fromkeys(self.names[one.login] for one in self.present if one.login != me))

    # The connection

    def lose(self, error: ConnectionLost) -> None:
        """The store cannot be reached: say so, and try until it can."""
        if self.lost is not None:
            return
        self.lost = _in_short(error)
        self._show()
        work(self._app, self._recover, error, group="recover", exclusive=True)

    async def back(self) -> None:
        """Wait for a connection that is lost, as long as writers do."""
        deadline = monotonic() + PATIENCE
        while self.lost is not None and monotonic() < deadline:
            await asyncio.sleep(FIRST_PAUSE)

    async def _recover(self, error: ConnectionLost) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await apart(self._reconnect)
                break
            except StoreProblem:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        if (left := self._app.tally.forget()) is not None:
            await apart(left.close)
        self.lost = None
        self._show()
        self._app.reload()
        self.meet()
        self._app.tell(_back(error), "good")
        await self._clear_up()

    def _reconnect(self) -> None:
        """Open every connection again, on a thread where waiting does no harm. Raises StoreProblem.

        What one has lost the others have lost too, known or not.
        """
        for db in self._connections():
            db.reconnect()
        if not start.ready(self._reading.db):
            raise StoreProblem(say("The store is not ready."))
        self._reading.find_pipeline()

    def _connections(self) -> list[Database]:
        reading = self._reading
        return [reading.db, *([reading.store.db] if "store" in reading.__dict__ else [])]

    async def _clear_up(self) -> None:
        """Say what became of a write nobody could tell of when the connection was lost."""

        def cleared(store: Store) -> bool | None:
            return store.doubt.cleared()

        if not self._writer.opened:
            return
        with suppress(PipetuiError):
            landed = await self._writer.write(cleared)
            if landed is not None:
                self._app.reload()
                self._app.tell(
                    say("The connection is back: your last change was written.")
                    if landed
                    else say("The connection is back: your last change was not written. Do it again."),
                    "good" if landed else "warn",
                )

    def _show(self) -> None:
        self._app.edges.draw_top()
        if (draw := getattr(self._app.screen, "draw_foot", None)) is not None:
            draw()


def _in_short(error: ConnectionLost) -> Message:
    if isinstance(error, Removed):
        return say("the file of the store is gone – trying again")
    if isinstance(error, Replaced):
        return say("the file of the store was replaced – opening it")
    return say("connection lost – trying again")


def _back(error: ConnectionLost) -> Message:
    if isinstance(error, Removed):
        return say("The file of the store is there again.")
    if isinstance(error, Replaced):
        return say("The store is another file now: this is what it holds.")
    return say("The connection is back.")


def _notice(told: list[Heard]) -> Message:
    first = say("{who}: {what}", who=told[0].who, what=told[0].what)
    if len(told) == 1:
        return first
    return say("{first} (and {n} more)", first=first, n=len(told) - 1)
