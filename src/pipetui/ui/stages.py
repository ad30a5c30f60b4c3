"""The stages of a pipeline with their definitions: added, changed, put in order, merged and retired in one place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.worker import Worker

from pipetui.core.message import say, say_n
from pipetui.core.stage import Stage
from pipetui.errors import Conflict, PipetuiError
from pipetui.lang import _, told
from pipetui.ui.apart import work
from pipetui.ui.clashing import clashing
from pipetui.ui.field import rule
from pipetui.ui.form import Form, Row, Values
from pipetui.ui.paint import GLYPHS, Line, Look, Role, Span, cells, fit, fitted, wrapped
from pipetui.ui.pane import Pane
from pipetui.ui.pick import Option, Pick
from pipetui.ui.stageform import event_words, ratio_words, stage_rows, stage_values
from pipetui.ui.typeahead import ANSWERS


@dataclass(frozen=True, slots=True)
class Add:
    """A new stage; `values` as `core.stages.add` takes them."""

    after: Stage | None
    values: Values


@dataclass(frozen=True, slots=True)
class Edit:
    """Other values for a stage."""

    stage: Stage
    values: Values


@dataclass(frozen=True, slots=True)
class Place:
    """A stage comes after another one, or first."""

    stage: Stage
    after: Stage | None


@dataclass(frozen=True, slots=True)
class Merge:
    """All of a stage goes to another, its history too."""

    stage: Stage
    into: Stage


@dataclass(frozen=True, slots=True)
class Retire:
    """The deals of a stage move to another; its history stays its own."""

    stage: Stage
    into: Stage


Act = Add | Edit | Place | Merge | Retire


@dataclass(frozen=True, slots=True)
class Shown:
    """The stages in use, in order, and how many deals stand in each."""

    stages: Sequence[Stage]
    deals: Mapping[int, int]
    asked: Mapping[int, int] = field(default_factory=dict)
    """How many things a stage asks to be shown."""


CHANGING = frozenset(("a", "n", "e", "enter", "J", "L", "shift+down", "K", "H", "shift+up", "m", "x"))
"""The keys that change stages."""


class StageEditor(ModalScreen[bool]):
    """Ends with whether anything was changed.

    `read` tells the stages as they are, `check` raises what speaks against an act, `do` makes it and raises alike.
    """

    AUTO_FOCUS = ""
    CSS = """
    StageEditor { background: transparent; align: left bottom; }
    StageEditor Pane { width: 100%; background: $background; }
    """

    def __init__(
        self,
        pipeline: str,
        read: Callable[[], Shown],
        look: Look,
        check: Callable[[Act], None],
        do: Callable[[Act], Awaitable[None]],
        lists: Callable[[Stage], None] = lambda stage: None,
        barred: Callable[[], PipetuiError | None] = lambda: None,
    ) -> None:
        """`lists` shows what a stage asks for, and changes it; `barred` tells why stages are not to be changed."""
        super().__init__()
        self._pipeline, self._look = pipeline, look
        self._read, self._check, self._do, self._lists, self._barred = read, check, do, lists, barred
        self._shown = read()
        self._row = self._first = 0
        self._said: tuple[str, Role] = ("", "")
        self._changed = False
        self._acting: Worker[None] | None = None
        """What a dialog asked for, until it is written."""
        self._pane = Pane(look)

    def compose(self) -> ComposeResult:
        """The list alone."""
        yield self._pane

    def on_mount(self) -> None:
        """As tall as the stages need."""
        self._measure()

    def on_resize(self) -> None:
        """As tall as there is room."""
        self._measure()

    def _measure(self) -> None:
        wanted = len(self._lines(self.size.width)) + 4
        self._pane.styles.height = max(min(wanted, self.size.height - 1), 4)

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    def reread(self) -> None:
        """The store has changed."""
        self._read_again(self._stage.id, None)

    @property
    def _stage(self) -> Stage:
        return self._shown.stages[self._row]

    async def on_key(self, event: events.Key) -> None:
        """One key, one act, after what was asked for before."""
        event.stop()
        event.prevent_default()
        if self._acting is not None:
            await self._acting.wait()
        self._said = "", ""
        key = event.character if event.is_printable else event.key
        if key in CHANGING and (why := self._barred()) is not None:
            self._say(why, "warn")
            self._draw()
            return
        match key:
            case "escape" | "q":
                self.dismiss(self._changed)
            case "j" | "down" | "k" | "up" | "home" | "end":
                self._step(key)
            case "a" | "n":
                self._add()
            case "e" | "enter":
                self._edit()
            case "J" | "L" | "shift+down":
                await self._shift(1)
            case "K" | "H" | "shift+up":
                await self._shift(-1)
            case "m":
                self._into(_("Merge {stage} into which stage?"), Merge)
            case "v":
                self._lists(self._stage)
            case "x":
                self._into(_("Where do the deals of {stage} go?"), Retire)
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """A click chooses a stage; one above the list leaves."""
        row = event.screen_y - self._pane.region.y - 1
        owners = [owner for owner, _line in self._lines(self._pane.size.width)]
        if row < -1:
            self.dismiss(self._changed)
        elif 0 <= row + self._first < len(owners) and row >= 0:
            self._row = owners[row + self._first]
            self._draw()

    def _step(self, key: str) -> None:
        last = len(self._shown.stages) - 1
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "home": -last, "end": last}
        self._row = max(0, min(self._row + steps[key], last))

    # Acts

    def _add(self) -> None:
        after = next((s for s in reversed(self._shown.stages[: self._row + 1]) if s.kind == "open"), None)

        def add(values: Values) -> Act:
            return Add(after, values)

        self._ask(_("New stage"), stage_rows(None), add)

    def _edit(self) -> None:
        stage = self._stage

        def edit(values: Values) -> Act:
            return Edit(stage, values)

        self._ask(stage.name, stage_rows(stage), edit)

    def _ask(self, title: str, rows: Sequence[Row], act: Callable[[Values], Act]) -> None:
        def check(values: Values) -> None:
            self._check(act(stage_values(values)))

        def answered(values: Values | None) -> None:
            if values is not None:
                self._begin(act(stage_values(values)))

        self.app.push_screen(Form(title, rows, self._look, check), answered)

    async def _shift(self, steps: int) -> None:
        """The chosen stage changes places with its neighbour."""
        stages = [stage for stage in self._shown.stages if stage.kind == "open"]
        if self._stage not in stages:
            self._said = told(say("{stage} stays at the end.", stage=self._stage.name)), "warn"
            return
        at = stages.index(self._stage)
        if 0 <= at + steps < len(stages):
            after = at + 1 if steps > 0 else at - 2
            await self._make(Place(self._stage, stages[after] if after >= 0 else None))

    def _into(self, title: str, act: type[Merge] | type[Retire]) -> None:
        stage = self._stage
        others = [one for one in self._shown.stages if one.kind == "open" and one.id != stage.id]
        if stage.kind != "open" or not others:
            self._said = told(say("{stage} cannot be merged or retired.", stage=stage.name)), "warn"
            return

        def answered(into: Stage | None) -> None:
            if into is not None:
                self._said = _("Moving the deals…"), "dim"
                self._draw()
                self._begin(act(stage, into))

        options = [Option(one, one.name, self._deals(one)) for one in others]
        self.app.push_screen(Pick(title.format(stage=stage.name), options, self._look), answered)

    def _begin(self, act: Act) -> None:
        self._acting = work(self, self._make, act, group=ANSWERS)

    async def _make(self, act: Act) -> None:
        follow = act.values.get("name") if isinstance(act, Add) else None
        number = act.into.id if isinstance(act, Merge | Retire) else self._stage.id
        try:
            await self._do(act)
        except Conflict as error:
            self._said = told(clashing(error)), "bad"
        except PipetuiError as error:
            self._say(error, "bad")
        else:
            self._changed = True
            self._said = _("Done. On the board u takes it back."), "good"
        self._read_again(number, follow)

    def _say(self, error: PipetuiError, role: Role) -> None:
        hint = f" {told(error.hint)}" if error.hint else ""
        self._said = f"{told(error.message)}{hint}", role

    def _read_again(self, number: int, name: str | None) -> None:
        """Show the stages as they are now, refused or not, the cursor on the one with this number or name."""
        self._shown = self._read()
        stages = self._shown.stages
        wanted = (i for i, stage in enumerate(stages) if stage.id == number or stage.name == name)
        self._row = max(wanted, default=min(self._row, len(stages) - 1))
        self._measure()
        self._draw()

    # Drawing

    def _deals(self, stage: Stage) -> str:
        return told(say_n("{n} deal", "{n} deals", self._shown.deals.get(stage.id, 0)))

    def _lines(self, width: int) -> list[tuple[int, Line]]:
        """All lines below the title, each with the place of its stage."""
        wide = min(max(cells(stage.name) for stage in self._shown.stages), max(width // 3, 6))
        found: list[tuple[int, Line]] = []
        for place, stage in enumerate(self._shown.stages):
            here = place == self._row
            bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent")
            name = Span(fit(stage.name, wide) + "  ", "strong" if here else "")
            facts = f" {GLYPHS.dot} ".join(part for part in (ratio_words(stage), *self._facts(stage)) if part)
            found.append((place, [bar, name, Span(facts, "accent" if here else "dim")]))
            rows = wrapped(stage.definition, max(width - wide - 5, 8), "" if here else "dim")
            shown = rows if here else rows[:1]
            if len(rows) > len(shown):
                shown = [[Span(shown[0][0].text + GLYPHS.more, "dim")]]
            found += [(place, [bar, Span(" " * (wide + 2)), *row]) for row in shown]
        return found

    def _facts(self, stage: Stage) -> tuple[str, ...]:
        if stage.kind != "open":
            return self._deals(stage), event_words(stage)
        n = self._shown.asked.get(stage.id, 0)
        asked = told(say_n("{n} thing to show", "{n} things to show", n)) if n else ""
        return told(say_n("{n} day", "{n} days", stage.days)), self._deals(stage), event_words(stage), asked

    def _draw(self) -> None:
        size = self._pane.size
        if not size.width:
            return
        no = self._barred() is not None
        keys = (
            ("a", _("add"), no), ("e", _("edit"), no), ("H/L", _("move"), no), ("m", _("merge"), no),
            ("x", _("retire"), no), ("esc", _("back"), False), ("v", _("to show"), False),
        )  # fmt: skip
        lines, room = self._lines(size.width), max(size.height - 2, 1)
        last = max(i for i, (owner, _line) in enumerate(lines) if owner == self._row)
        self._first = max(0, min(last + 3 - room, len(lines) - room))
        shown = [fitted(line, size.width) for _owner, line in lines[self._first : self._first + room]]
        blank: list[Line] = [[] for _ in range(room - len(shown))]
        text, role = self._said
        title = _("Stages of {pipeline}").format(pipeline=self._pipeline)
        below = fitted([Span("  "), Span(text, role)], size.width)
        self._pane.show([rule(title, size.width, keys), *shown, *blank, below], 0)
