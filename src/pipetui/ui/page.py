"""A screen of its own: a title with its keys, rows to choose from, and a line that says what is looked at.

A page has one table of keys; it feeds the keys themselves, the title line, the help and README. For `Key(("t",),
"plan", ...)` a page has a method `do_plan`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from pipetui.core.access import ROLE_NAMES
from pipetui.core.message import Message, say
from pipetui.errors import Conflict, ConnectionLost, NotFound, PipetuiError, Refused
from pipetui.lang import _, told
from pipetui.store import gate
from pipetui.ui.apart import work
from pipetui.ui.bar import read_only
from pipetui.ui.commands import NAMES, SIGNS
from pipetui.ui.field import rule
from pipetui.ui.paint import GLYPHS, Line, Role, Span, fit, fitted, wrapped
from pipetui.ui.pane import Pane
from pipetui.ui.rights import OWNED, PAGES, PARTY, READ_ONLY
from pipetui.ui.rows import Row, Rows
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Key(NamedTuple):
    """What a key does on a page."""

    keys: tuple[str, ...]
    act: str
    label: Message
    """Its line in the help."""
    short: Message | None = None
    """Its word in the title line."""

    @property
    def shown(self) -> str:
        """The first of its keys, as people write it."""
        return SIGNS.get(self.keys[0], self.keys[0])


COMMON = (
    Key(("u",), "undo", say("Undo")),
    Key(("U",), "redo", say("Redo")),
    Key((":",), "palette", say("Find an act, a deal, a person or a company by name")),
    Key(("?",), "help", say("The keys of this screen"), say("keys")),
    Key(("escape", "q"), "back", say("Back"), say("back")),
)
"""The keys of every page, after its own."""


class Page(Screen[int | None]):
    """A full screen over the board. It ends with the number of a deal to show there, or None."""

    AUTO_FOCUS = ""
    CSS = "Page > Pane { width: 100%; }"
    KEYS: ClassVar[tuple[Key, ...]] = ()
    """Its own keys."""

    def __init__(self, app: Pipetui) -> None:
        super().__init__()
        self.main = app
        self.head, self.rows, self.foot = Pane(app.look), Rows(app.look), Pane(app.look)
        self._said: tuple[str, Role] = "", ""
        self._helping = False

    # What each page says

    def heading(self) -> str:
        """Its title."""
        raise NotImplementedError

    def made(self, width: int) -> Sequence[Row]:
        """Its rows, for a width in cells."""
        raise NotImplementedError

    def standing(self) -> Line:
        """What is looked at, in one line."""
        return []

    def in_title(self) -> Sequence[Key]:
        """The keys of the title line, as far as they have a word for it."""
        return (*self.KEYS, *COMMON)

    @property
    def every_key(self) -> Sequence[Key]:
        """Its own keys and those of every page."""
        return (*self.KEYS, *COMMON)

    def whose(self) -> Mapping[str, Any]:
        """What tells whose the chosen record is, as `store.gate.about` reads it; nobody's without any."""
        return {}

    def barred(self, key: Key) -> PipetuiError | None:
        """Why a key is not for who looks to use; None when it is."""
        right = PAGES.get(type(self).__name__, {}).get(key.act)
        if right is None:
            return None
        if self.main.travel is not None:
            return Refused(READ_ONLY)
        act, table = right
        table = getattr(self, "subject", "") if table == PARTY else table
        row = {} if act == "add" and table in OWNED else self.whose()
        return gate.forbidden(self.main.reading.db, self.main.reading.actor, act, table, row)

    def reread(self) -> None:
        """The store has changed: read again what is shown. Called after every write, our own and others'."""
        self.draw()

    # How it stands

    def compose(self) -> ComposeResult:
        """A title, the rows, a line."""
        self.styles.overflow_y = "hidden"
        self.head.styles.height = self.foot.styles.height = 1
        self.rows.styles.height = "1fr"
        yield from (self.head, self.rows, self.foot)

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self.draw()

    def draw(self, at: int | None = None) -> None:
        """Everything, for the size there is; the cursor on row `at` when it is given.

        While the store cannot be reached, what is shown stays.
        """
        try:
            self._draw(at)
        except ConnectionLost as error:
            self.main.lookout.lose(error)

    def _draw(self, at: int | None) -> None:
        width = self.rows.size.width
        if not width:
            return
        self._draw_head()
        self.rows.fill(self._help() if self._helping else self.made(width - 1), at)
        self.foot.show([fitted(self._last_line(), width)], 0)

    def _last_line(self) -> Line:
        if self.main.lookout.lost is not None:
            return [Span(f" {told(self.main.lookout.lost)}", "bad")]
        return [Span(f" {self._said[0]}", self._said[1])] if self._said[0] else self.standing()

    def _draw_head(self) -> None:
        shown = [
            (key.shown, told(key.short), self.barred(key) is not None) for key in self.in_title() if key.short
        ]
        actor, title = self.main.reading.actor, self.heading()
        if not actor.writes:
            title = f"{title} {GLYPHS.dot} {read_only(told(ROLE_NAMES[actor.role]))}"
        self.head.show([rule(title, self.rows.size.width, shown)], 0)

    def tell(self, message: Message, role: Role = "strong") -> None:
        """Show a sentence at the bottom, until the next key."""
        self._said = told(message), role
        self.draw()

    def _help(self) -> list[Row]:
        about = Row([Span("  "), Span(fit("j k g G", 12), "key"), Span(f"  {_('Move about')}")])
        keys = (*self.KEYS, *COMMON)
        return [Row([]), about, *(Row(line) for one in keys for line in self._help_lines(one))]

    def _help_lines(self, key: Key) -> Iterator[Line]:
        shown, barred = " ".join(SIGNS.get(one, one) for one in key.keys), self.barred(key) is not None
        first, *more = wrapped(told(key.label), max(self.rows.size.width - 18, 20), "dim" if barred else "")
        sign = fit(f"({shown})" if barred else f" {shown}", 14)
        yield [Span(" "), Span(f"{sign} ", "dim" if barred else "key"), *first]
        yield from ([Span(" " * 16), *line] for line in more)

    # Keys

    async def on_key(self, event: events.Key) -> None:
        """One key, one act."""
        event.stop()
        event.prevent_default()
        self._said = "", ""
        typed = event.character if event.is_printable and event.key != "space" else None
        key = NAMES.get(event.key) or typed or event.key
        if self._helping:
            if not self.rows.walk(key):
                self._helping = False
                self.draw(0)
        elif self.rows.walk(key):
            self.walked()
        else:
            await self.attempt(self._act, key)

    def walked(self) -> None:
        """The cursor moved: what stands there may be somebody else's."""
        self.draw_foot()
        if type(self).__name__ in PAGES and self.main.reading.actor.role == "rep":
            self._draw_head()

    def hush(self) -> None:
        """Say nothing more."""
        self._said = "", ""

    def draw_foot(self) -> None:
        """The last line alone."""
        self.foot.show([fitted(self._last_line(), self.rows.size.width)], 0)

    async def _act(self, key: str) -> None:
        command = next((one for one in (*self.KEYS, *COMMON) if key in one.keys), None)
        if command is None:
            self.tell(say('"{key}" does nothing here. Press ? for the keys.', key=key), "warn")
            return
        await self.act(command)
        if self.is_current:
            self.draw()

    async def act(self, command: Key) -> None:
        """Do what a key says. Raises Forbidden, before anything is asked for."""
        if (forbidden := self.barred(command)) is not None:
            raise forbidden
        answer = getattr(self, f"do_{command.act}")()
        if inspect.isawaitable(answer):
            await answer

    def work(self, act: Callable[..., Awaitable[None]], *given: Any, group: str = "default") -> None:
        """Attempt an act beside what keys do; it is called when its turn comes, if the screen still stands."""
        work(self, self.attempt, act, *given, group=group)

    async def attempt(self, act: Callable[..., Awaitable[None]], *given: Any) -> None:
        """Do an act with what is given; what refuses it is told at the bottom."""
        try:
            await act(*given)
        except Conflict as error:
            from pipetui.ui.clashing import clashing

            with suppress(NotFound):
                self.reread()
            self.tell(clashing(error, self.main.reading.store), "bad")
        except ConnectionLost as error:
            self.main.lookout.lose(error)
            self.tell(error.message, "bad")
        except PipetuiError as error:
            hint = error.hint
            self.tell(
                say("{message} {hint}", message=error.message, hint=hint) if hint else error.message, "warn"
            )

    def ask(self, dialog: Screen[Any], act: Callable[[Any], Awaitable[None]]) -> None:
        """Open a dialog; its answer goes to `act`, unless there is none.

        A form whose values were not written stands there again, with what was typed into it.
        """

        async def acted(given: object) -> None:
            await self.main.lookout.back()
            try:
                await act(given)
            except (Conflict, ConnectionLost) as error:
                again = getattr(dialog, "again", None)
                if again is not None and error.unwritten and self.app.screen is self:
                    self.ask(again(error), act)
                raise

        def answered(given: object = None) -> None:
            if given is not None:
                self.work(acted, given, group=ANSWERS)

        self.app.push_screen(dialog, answered)

    async def do_undo(self) -> None:
        self.tell(await self.main.acts.undo())

    async def do_redo(self) -> None:
        self.tell(await self.main.acts.redo())

    def do_palette(self) -> None:
        from pipetui.ui.finding import open_on_page

        open_on_page(self)

    def do_help(self) -> None:
        self._helping = True

    def do_back(self) -> None:
        self.dismiss(None)
