"""A person asks to be forgotten: what goes and what stays is read first, then the name is typed out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipetui import disclosure, parting
from pipetui.core.message import Message, say, say_n
from pipetui.core.text import fold
from pipetui.errors import Invalid
from pipetui.lang import _, told
from pipetui.ui.apart import apart
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import Line, Span, wrapped
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipetui.parting import Prospect
    from pipetui.store.store import Erased
    from pipetui.ui.app import Pipetui


class Erasing(Page):
    """What an erasure will do, and afterwards what is left to do."""

    KEYS = (Key(("E",), "erase", say("Erase the person; the name is asked for"), say("erase for good")),)

    def __init__(self, app: Pipetui, ahead: Prospect) -> None:
        super().__init__(app)
        self._ahead = ahead
        self._rest: Message | None = None
        self._done = False

    def heading(self) -> str:
        """Who goes."""
        return _("Erase {name} for good").format(name=self._ahead.name)

    def standing(self) -> Line:
        """That nothing has happened yet, or that it has."""
        said = _("Erased.") if self._done else _("Nothing is erased yet. It cannot be undone.")
        return [Span(f" {said}", "good" if self._done else "warn")]

    def made(self, width: int) -> Sequence[Row]:
        """What goes, what stays, what else holds the person."""
        elsewhere = (*((self._rest,) if self._rest else ()), *self._ahead.elsewhere)
        rows: list[Row] = []
        for title, sentences in (
            (_("Goes"), self._ahead.goes), (_("Stays"), self._ahead.stays), (_("Elsewhere"), elsewhere),
        ):  # fmt: skip
            rows += [Row([]), Row([Span(f"  {title}", "title")])]
            for sentence in sentences:
                rows += [Row([Span("  "), *line]) for line in wrapped(told(sentence), max(width - 4, 10))]
        return rows

    def do_erase(self) -> None:
        if self._done:
            self.tell(say("Nothing was left to erase."))
            return
        prompt = Prompt(
            _("Type the name to erase: {name}").format(name=self._ahead.name), self.main.look, self._agreed
        )
        self.ask(prompt, self._erase)

    def _agreed(self, text: str) -> Line:
        """Whether the name stands there. Raises Invalid."""
        if fold(text) != fold(self._ahead.name):
            raise Invalid(say("The name is not complete yet."))
        return [Span(_("enter erases for good"), "bad")]

    async def _erase(self, _text: str) -> None:
        await self.main.writer.settled()
        self.tell(say("Erasing…"))
        another, number = self.main.reading.another, self._ahead.whose.id

        def job() -> Erased:
            store = another()
            try:
                return store.erase(number, parting.named)
            finally:
                store.close()

        self._rest = (await apart(job)).rest
        self._done = True
        self.main.reload()
        self.tell(say("Erased. This cannot be undone."), "good")


async def look_ahead(page: Page, number: int) -> None:
    """Show what erasing a person does. Raises Forbidden, NotFound."""
    await page.main.writer.settled()
    another = page.main.reading.another

    def job() -> Prospect:
        store = another()
        try:
            return parting.prospect(store, number)
        finally:
            store.close()

    ahead = await apart(job)
    page.app.push_screen(Erasing(page.main, ahead), lambda _: page.reread())


async def disclose(page: Page, number: int, path: Path) -> None:
    """Write all there is about a person. Raises Refused."""
    await page.main.writer.settled()
    another = page.main.reading.another

    def job() -> int:
        store = another()
        try:
            return sum(disclosure.counted(disclosure.write(store, number, path)).values())
        finally:
            store.close()

    n = await apart(job)
    page.tell(
        say_n("{n} entry written to {file}.", "{n} entries written to {file}.", n, file=path.name), "good"
    )
