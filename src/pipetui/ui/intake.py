"""Taking in a file: which one, how it is read, what it would do, and then doing it, with a way back at every step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.message import Message
from pipetui.core.stage import Stage
from pipetui.core.text import clean
from pipetui.errors import Invalid, PipetuiError
from pipetui.exchange.plan import Choices, Plan
from pipetui.exchange.profiles import FIELDS
from pipetui.exchange.report import Report
from pipetui.lang import _, told
from pipetui.paths import path_of
from pipetui.ui.apart import work
from pipetui.ui.field import Field, rule
from pipetui.ui.filelines import plan_lines, progress_lines, report_lines
from pipetui.ui.mapping import Item, chosen, item_lines, items, options
from pipetui.ui.paint import GLYPHS, Line, Look, Role, Span, fitted
from pipetui.ui.pane import Pane
from pipetui.ui.pick import Pick

SAMPLED = 50
"""Rows looked through for a cell of each column."""
TICK_SECONDS = 0.15
"""How often the progress is drawn."""
Progress = Callable[[int, int], None]
"""Told the rows done and the rows there are; raises Stopped when the user gives up."""
T = TypeVar("T")
Step = Literal["path", "map", "tried", "busy", "done"]


class Stopped(Exception):
    """The user stopped the import: nothing of it is kept."""


class ImportFile(ModalScreen[Report | None]):
    """Ends with the report of an import, or None when nothing was taken in.

    Both functions run in a thread and raise PipetuiError: `plan` looks at a file with the choices made so far; `take`
    takes it in, or only pretends to when told `dry`, and lets a Stopped of its progress through, nothing being written.
    """

    AUTO_FOCUS = ""
    CSS = """
    ImportFile { background: $background; align: left bottom; }
    ImportFile Pane { height: 1fr; width: 100%; background: $background; }
    ImportFile Field { width: 100%; padding: 0 1; }
    """

    def __init__(
        self,
        look: Look,
        stages: Sequence[Stage],
        plan: Callable[[Path, Choices], Plan],
        take: Callable[[Plan, Choices, bool, Progress], Report],
        path: str = "",
    ) -> None:
        super().__init__()
        self._look, self._stages, self._plan_of, self._take = look, stages, plan, take
        self._step: Step = "path"
        self._choices = Choices()
        self._plan: Plan | None = None
        self._samples: list[str] = []
        self._report: Report | None = None
        self._row = self._top = 0
        self._said: tuple[str, Role] = ("", "")
        self._what = ""
        self._progress = (0, 0)
        self._stop = False
        self._pane = Pane(look)
        self._field = Field(path, keys=self._typed)

    def compose(self) -> ComposeResult:
        """The page, and the line for the path."""
        yield self._pane
        yield self._field

    def on_mount(self) -> None:
        """Ask for the file first."""
        self.set_interval(TICK_SECONDS, self._tick)
        self._field.focus()

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    # Keys

    def _typed(self, key: str) -> bool:
        """In the line of the path: enter opens the file, tab completes, esc leaves."""
        if key == "enter":
            self._open()
        elif key == "tab":
            self._field.put(completed(self._field.value))
        elif key == "escape":
            self.dismiss(None)
        else:
            return False
        return True

    def on_key(self, event: events.Key) -> None:
        """On the pages: arrows choose, enter changes, i goes on, esc goes back."""
        event.stop()
        event.prevent_default()
        if self._step == "path":
            return
        key = event.character if event.is_printable else event.key
        if key == "escape" or key == "q":
            self._back()
        elif self._step != "busy" and key in ("j", "k", "down", "up", "pagedown", "pageup", "home", "end"):
            self._move(key)
        elif self._step == "map" and key == "enter":
            self._change()
        elif (self._step, key) in (("map", "i"), ("tried", "i")):
            self._go_on()
        elif self._step == "done" and key == "enter":
            self.dismiss(self._report)
        self._draw()

    def _move(self, key: str) -> None:
        page = max(self._pane.size.height - 4, 1)
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, "pageup": -page, "home": -(2**31)}
        step = steps.get(key, 2**31)
        if self._step == "map" and self._plan:
            self._row = max(0, min(self._row + step, len(items(self._plan, self._samples)) - 1))
        else:
            self._top = max(0, self._top + step)

    def _back(self) -> None:
        """One step up; while something runs, stop it."""
        self._said = "", ""
        if self._step == "busy":
            self._stop = True
        elif self._step == "done":
            self.dismiss(self._report)
        elif self._step == "tried":
            self._step = "map"
        else:
            self._to_path()

    def _to_path(self) -> None:
        self._step = "path"
        self._field.display = True
        self._field.focus()

    # Steps

    def _open(self) -> None:
        text = self._field.value.strip().strip("'\"")
        if text:
            self._choices = Choices()
            work(self, self._look_at, text)

    async def _look_at(self, text: str) -> None:
        def looked() -> tuple[Plan, list[str]]:
            plan = self._plan_of(path_of(text), self._choices)
            return plan, samples(plan)

        found = await self._busy(_("Looking at the whole file"), looked)
        if found is None:
            self._to_path()
        else:
            self._plan, self._samples = found
            self._step = "map"
            self._field.display = False
            self.set_focus(None)
        self._draw()

    def _change(self) -> None:
        """Choose something else for the item under the cursor."""
        if self._plan is None:
            return
        plan, item = self._plan, items(self._plan, self._samples)[self._row]
        fields = list(FIELDS[plan.kind])

        def answered(value: str | None) -> None:
            if value is not None:
                work(self, self._choose, plan, item, value)

        self.app.push_screen(Pick(item.label, options(item, self._stages, fields), self._look), answered)

    async def _choose(self, plan: Plan, item: Item, value: str) -> None:
        before, self._choices = self._choices, chosen(item, value, self._choices, plan)
        found = await self._busy(
            _("Looking at the whole file"), lambda: self._plan_of(plan.sheet.path, self._choices)
        )
        if found is None:
            self._choices = before
        self._plan, self._step = found or plan, "map"
        self._row = min(self._row, len(items(self._plan, self._samples)) - 1)
        self._draw()

    def _go_on(self) -> None:
        """Pretend first; then do it."""
        if self._plan is not None and any(item.open for item in items(self._plan, self._samples)):
            self._said = _("Some things only you can say: answer them first."), "warn"
        elif self._plan is not None:
            blocked = [question for question in self._plan.questions if question.about == "fields"]
            if blocked:
                self._said = told(blocked[0].message), "warn"
            else:
                work(self, self._run, self._plan, self._step == "map")

    async def _run(self, plan: Plan, dry: bool) -> None:
        step = self._step
        words = _("Trying it out; nothing is written") if dry else _("Taking it in")
        report = await self._busy(words, lambda: self._take(plan, self._choices, dry, self._told))
        if report is None:
            self._step = step
        else:
            self._report = report
            self._step = "tried" if dry else "done"
        self._top = 0
        self._draw()

    async def _busy(self, words: str, act: Callable[[], T]) -> T | None:
        """What a slow act returns; None when it was refused or stopped, with the reason said."""
        self._step, self._what, self._stop, self._progress = "busy", words, False, (0, 0)
        self._said = "", ""
        self.set_focus(None)
        self._draw()
        try:
            return await asyncio.to_thread(act)
        except Stopped:
            self._said = _("Stopped: nothing was written."), "warn"
        except PipetuiError as error:
            hint = f" {told(error.hint)}" if error.hint else ""
            self._said = f"{told(error.message)}{hint}", "bad"
        return None

    def _told(self, rows: int, of: int) -> None:
        """Called in the thread: only remembers, and stops when it was asked to."""
        self._progress = rows, of
        if self._stop:
            raise Stopped

    def _tick(self) -> None:
        if self._step == "busy":
            self._draw()

    # Drawing

    def _draw(self) -> None:
        size = self._pane.size
        if not size.width:
            return
        title = _("Import a file")
        if self._plan and self._step != "path":
            title = f"{title} {GLYPHS.dot} {self._plan.sheet.path.name}"
        room = max(size.height - 2, 1)
        body = self._body(size.width, room)
        self._top = max(0, min(self._top, len(body) - room))
        body = body[self._top : self._top + room]
        blank: list[Line] = [[] for _ in range(room - len(body))]
        text, role = self._said
        below = fitted([Span(" "), Span(text, role)], size.width)
        self._pane.show([rule(title, size.width, self._keys()), *body, *blank, below], 0)

    def _keys(self) -> tuple[tuple[str, str], ...]:
        back = ("esc", _("back"))
        return {
            "path": (("enter", _("open")), ("tab", _("complete")), ("esc", _("leave"))),
            "map": (("enter", _("change")), ("i", _("try it out")), back),
            "tried": (("i", _("import")), back),
            "busy": (("esc", _("stop")),),
            "done": (("enter", _("back to the board")),),
        }[self._step]

    def _body(self, width: int, room: int) -> list[Line]:
        if self._step == "busy":
            return [[], *progress_lines(self._what, *self._progress, width)]
        if self._step in ("tried", "done") and self._report and self._plan:
            return report_lines(self._report, self._plan, self._step == "tried", width)
        if self._step == "map" and self._plan:
            head = plan_lines(self._plan, width)
            lines = item_lines(items(self._plan, self._samples), self._row, width)
            left = max(room - len(head), 1)
            here = next(i for i, (owner, _line) in enumerate(lines) if owner == self._row)
            first = max(0, min(here - left // 2, len(lines) - left))
            return [*head, *(line for _owner, line in lines[first : first + left])]
        return [[], [Span(f" {_('Which file? A CSV or XLSX file, from another product or a spreadsheet.')}")]]


def samples(plan: Plan) -> list[str]:
    """The first cell of each column that says something."""
    found = [""] * len(plan.sheet.headers)
    for _line, row in islice(plan.sheet.rows(), SAMPLED):
        if not isinstance(row, Message):
            found = [known or clean(cell).strip()[:60] for known, cell in zip(found, row, strict=True)]
    return found


def completed(text: str) -> str:
    """A path with as much more as the files there leave no doubt about."""
    try:
        path = path_of(text)
        folder, begun = (path, "") if text.endswith("/") or not text else (path.parent, path.name)
        names = sorted(
            f"{one.name}/" if one.is_dir() else one.name
            for one in folder.iterdir()
            if one.name.startswith(begun) and (begun or not one.name.startswith("."))
        )
    except (OSError, Invalid):
        return text
    if not names:
        return text
    common = names[0]
    while not all(name.startswith(common) for name in names):
        common = common[:-1]
    return text[: len(text) - len(begun)] + common
