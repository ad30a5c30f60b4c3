"""Reports on a screen: tables with pictures, for any period, owner and filter; every figure opens the deals behind it.

They are counted on a thread with a connection of its own: the screen stands at once, and what was counted once is kept
until the store changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipetui.core.message import Message, say, say_n
from pipetui.core.report import SHEETS, Behind, Report
from pipetui.errors import Invalid, PipetuiError
from pipetui.lang import _, number, period_name, told
from pipetui.paths import path_of
from pipetui.reporting import columns
from pipetui.ui.apart import apart, work
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt, to_file
from pipetui.ui.reportask import Asked, Wanted
from pipetui.ui.reportlines import KEYS, Target, deal_rows, figure, named, page, tabs
from pipetui.ui.rows import Paged, Row
from pipetui.ui.typeahead import ANSWERS

if TYPE_CHECKING:
    from pipetui.store.question import Question
    from pipetui.ui.app import Pipetui

EVERYBODY = -1
PATIENCE = 0.5
"""Seconds between two words about how far it is."""


class Left(PipetuiError):
    """The screen was left while its thread was looking back."""

    def __init__(self) -> None:
        super().__init__(say("The screen was left."))


class Reports(Page):
    """Ends with the number of a deal to show on the board, or None."""

    KEYS = (
        Key(("enter",), "open", say("Open the deals behind the figure"), say("deals")),
        Key(("right", "l"), "right", say("The next figure of the row")),
        Key(("left", "h"), "left", say("The figure before")),
        Key(("tab",), "next", say("The next report"), say("report")),
        Key(tuple(KEYS), "next", say("A report by its number")),
        Key(("b",), "by", say("Tell the rows apart by something else"), say("by")),
        Key(("]",), "after", say("The next period")),
        Key(("[",), "before", say("The period before")),
        Key(("p",), "period", say("Choose a period"), say("period")),
        Key(("o",), "owner", say("Everybody, or one owner"), say("owner")),
        Key(("/",), "filter", say("Filter the deals, in the words of the board"), say("filter")),
        Key(("w",), "write", say("Write the report to a file: CSV, Markdown, JSON, XLSX"), say("write")),
        Key(("y",), "copy", say("Copy the report as text, over SSH too")),
        Key(("r",), "back", say("Back")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._wanted = Wanted(app)
        self._made: dict[Asked, Report] = {}
        self._writes = 0
        """How often the store has changed."""
        self._looked: set[Asked] = set()
        """What was looked back at, or is being."""
        self._place = 0
        """The column of the chosen figure."""
        self._listed: Paged | None = None
        """The deals behind a figure, when they are looked at."""
        self._title = ""
        self._back = 0
        self._counting = self._looking = self._left = False
        self._done = 0, 0

    def on_mount(self) -> None:
        """Begin to count."""
        self.set_interval(PATIENCE, lambda: self.draw() if self._looking else None)
        self._show()

    def on_unmount(self) -> None:
        """What is not needed any more is not looked for to the end."""
        self._left = True

    def reread(self) -> None:
        """Count again what is shown; what is being counted is of the store as it was."""
        self._made.clear()
        self._looked.clear()
        self._writes += 1
        self._begin()

    @property
    def report(self) -> Report | None:
        """The report looked at; None while it is counted."""
        return self._made.get(self._wanted.key)

    # Counting

    def _show(self) -> None:
        """Look at a report from its first figure on."""
        self._listed, self._place = None, 0
        self.rows.at = 0
        self._begin()

    def _begin(self) -> None:
        if self._wanted.key not in self._made and not self._counting:
            self._counting = True
            work(self, self._count)
        self.draw()

    async def _count(self) -> None:
        """Count until what is asked now is there."""
        try:
            while (asked := self._wanted.key) not in self._made:
                writes = self._writes
                made = await apart(self._job(asked[0], self._wanted.question()))
                if writes == self._writes:
                    self._made[asked] = made
                    self._first_figure()
                    self.draw()
        except PipetuiError as error:
            self.tell(error.message, "bad")
        finally:
            self._counting = False
        while (
            self._wanted.sheet.name == "accuracy"
            and not self._looking
            and self._wanted.key not in self._looked
        ):
            await self._look_back()

    def _job(self, name: str, asked: Callable[[], Question]) -> Callable[[], Report]:
        def count() -> Report:
            from pipetui.store.reports import make

            question = asked()
            try:
                return make(name, question)
            finally:
                question.db.close()

        return count

    async def _look_back(self) -> None:
        """What the forecast would have said: some seconds, while what came is on the screen."""
        asked, question = self._wanted.key, self._wanted.question()
        self._looked.add(asked)

        def heard(done: int, of: int) -> None:
            if self._left:
                raise Left
            self._done = done, of

        def look() -> Report:
            from pipetui.store.reports import looked_back

            made = question()
            try:
                return looked_back(made, heard)
            finally:
                made.db.close()

        self._looking, self._done = True, (0, 0)
        try:
            found = await apart(look)
            if asked in self._looked:
                self._made[asked] = found
        except Left:
            return
        except PipetuiError as error:
            self.tell(error.message, "bad")
        finally:
            self._looking = False
        self.draw()

    def _first_figure(self) -> None:
        """The chosen column holds figures."""
        report = self.report
        if report is not None and not self._place:
            held = (at for at in columns(report) if any(row[at].behind for row in report.rows))
            self._place = next(held, columns(report)[0])

    # Keys

    async def _act(self, key: str) -> None:
        if key in KEYS[: len(SHEETS)]:
            self._go(KEYS.index(key))
        else:
            await super()._act(key)

    def _go(self, place: int) -> None:
        self._wanted.sheet = SHEETS[place % len(SHEETS)]
        self._show()
        self._first_figure()
        self.draw(0)

    def do_next(self) -> None:
        self._go(SHEETS.index(self._wanted.sheet) + 1)

    def do_right(self) -> None:
        self._walk(1)

    def do_left(self) -> None:
        self._walk(-1)

    def _walk(self, step: int) -> None:
        report = self.report
        if report is None or self._listed is not None:
            return
        places = columns(report)[1:] or columns(report)
        at = places.index(self._place) if self._place in places else 0
        self._place = places[max(0, min(at + step, len(places) - 1))]

    def walked(self) -> None:
        """The chosen figure goes along with the row."""
        self.draw()

    def do_by(self) -> None:
        if self._wanted.otherwise():
            self._show()
        else:
            self.tell(say("This report is told in one way."), "warn")

    def do_before(self) -> None:
        self._wanted.turn(forward=False)
        self._show()

    def do_after(self) -> None:
        self._wanted.turn(forward=True)
        self._show()

    def do_period(self) -> None:
        def understood(text: str) -> Line:
            period = self._wanted.read(text) if text else self._wanted.period
            return [Span(period_name(period), "accent")]

        async def chosen(text: str) -> None:
            self._wanted.over(text)
            self._show()

        example = _("2026-Q4   ·   last-month   ·   2026   ·   all   ·   2026-11-01..2026-12-15")
        self.ask(Prompt(_("Which period?"), self.main.look, understood, example=example), chosen)

    def do_owner(self) -> None:
        from pipetui.core.deal import Member

        members = [one for one in self.main.reading.store.all(Member) if one.retired_at is None]
        named_ones = [Option(one.id, one.name, one.login) for one in members]

        async def chosen(number_of: int) -> None:
            self._wanted.owner = next((one for one in members if one.id == number_of), None)
            self._show()

        current = self._wanted.owner.id if self._wanted.owner else EVERYBODY
        options = [Option(EVERYBODY, _("everybody")), *named_ones]
        self.ask(Pick(_("Whose deals?"), options, self.main.look, current), chosen)

    def do_filter(self) -> None:
        def understood(text: str) -> Line:
            expr = self._wanted.parsed(text)
            return [Span(str(expr) if expr else _("all deals"), "accent")]

        async def chosen(text: str) -> None:
            self._wanted.only(text)
            self._show()

        example = _("stage:quote   ·   source:salon   ·   amount>10k   ·   tag:vip")
        self.ask(
            Prompt(_("Only which deals?"), self.main.look, understood, self._wanted.query, example), chosen
        )

    # The deals behind a figure

    def do_open(self) -> None:
        report, target = self.report, self.rows.target
        if target is None or report is None:
            return
        if target.kind == "deal":
            self._to_board(target.at)
            return
        behind, parts = figure(report, target, self._place)
        if parts:
            self._ask_part(report, target)
        elif behind is None:
            self.tell(say("No deals stand behind this one: choose a figure with the arrows."), "warn")
        else:
            self.work(self._list, behind, named(report, target, self._place), group=ANSWERS)

    def _ask_part(self, report: Report, target: Target) -> None:
        _behind, parts = figure(report, target, self._place)
        labels = [told(one.label) if isinstance(one.label, Message) else one.label for one in parts]
        options = [
            Option(at, label, number(one.n))
            for at, (label, one) in enumerate(zip(labels, parts, strict=True))
        ]
        title = named(report, target, self._place)

        async def chosen(at: int) -> None:
            behind = parts[at].behind
            if behind is not None:
                await self._list(behind, f"{title} {GLYPHS.arrow} {labels[at]}")

        self.ask(Pick(title, options, self.main.look), chosen)

    async def _list(self, behind: Behind, title: str) -> None:
        asked = self._wanted.question()

        def found() -> list[int]:
            from pipetui.store.behind import numbers

            question = asked()
            try:
                return numbers(question, behind)
            finally:
                question.db.close()

        ids = await apart(found)
        reading = self.main.reading
        stages = {stage.id: stage for stage in reading.stages}

        def fetch(offset: int, limit: int) -> Sequence[Row]:
            return deal_rows(reading.cards(ids[offset : offset + limit]), stages, self.rows.size.width - 1)

        if not ids:
            self.tell(say("There are no deals behind it."), "warn")
            return
        self._back, self._title = self.rows.at, title
        self._listed = Paged(len(ids), fetch)
        self.draw(0)

    def _to_board(self, deal_id: int) -> None:
        if self.main.reading.place(deal_id) is None:
            self.tell(
                say("This deal is not on the board now: another period, a filter, or archived."), "warn"
            )
        else:
            self.dismiss(deal_id)

    def do_back(self) -> None:
        if self._listed is None:
            self.dismiss(None)
        else:
            self._listed = None
            self.draw(self._back)

    # Taking it along

    def do_write(self) -> None:
        report = self.report
        if report is None:
            self.tell(say("It is still being counted."), "warn")
            return

        def understood(text: str) -> Line:
            return to_file(str(_path(text)))

        async def chosen(text: str) -> None:
            from pipetui.exchange.tabular import write

            write(_path(text), report)
            self.tell(say("Written to {file}.", file=str(_path(text))), "good")

        example = f"{report.name}.csv   {GLYPHS.dot}   {report.name}.md   {GLYPHS.dot}   {report.name}.json"
        self.ask(Prompt(_("Write to which file?"), self.main.look, understood, example=example), chosen)

    def do_copy(self) -> None:
        from pipetui.exchange.tabular import as_markdown

        if self.report is None:
            self.tell(say("It is still being counted."), "warn")
            return
        self.app.copy_to_clipboard(as_markdown(self.report))
        self.tell(say("The report is copied."))

    # Drawing

    def heading(self) -> str:
        """The deals behind a figure, or what it is."""
        return (
            self._title
            if self._listed is not None
            else f"{_('Reports')} {GLYPHS.dot} {told(self._wanted.sheet.title)}"
        )

    def made(self, width: int) -> Sequence[Row]:
        """The deals, or the report below the names of all."""
        if self._listed is not None:
            return self._listed
        top = [Row(line) for line in tabs(SHEETS, self._wanted.sheet.name, width)]
        top += [Row([]), Row([Span("  "), Span(told(self._wanted.sheet.about), "dim")]), Row([])]
        report = self.report
        if report is None:
            return [*top, Row([Span(f"  {_('Counting…')}", "dim")])]
        below = page(report, self._place, -1, width)
        at = _resting([*top, *below], self.rows.at) - len(top)
        target = below[at].target if 0 <= at < len(below) else None
        chosen = target.at if target is not None and target.kind == "row" else -1
        return [*top, *page(report, self._place, chosen, width)]

    def standing(self) -> Line:
        """What is looked at."""
        line = [Span(f" {f' {GLYPHS.dot} '.join(self._wanted.words())}", "dim")]
        if self._listed is not None:
            held = told(say_n("{n} deal", "{n} deals", len(self._listed)))
            return [Span(f" {held}", "strong"), *line]
        if self._looking and self._wanted.sheet.name == "accuracy":
            done, of = self._done
            words = _("Looking back: {done} of {of}…").format(done=done, of=of) if of else _("Looking back…")
            return [Span(f" {words}", "accent"), *line]
        return line


def _resting(rows: Sequence[Row], at: int) -> int:
    """Where the cursor comes to rest."""
    held = [n for n, row in enumerate(rows) if row.target is not None]
    if not held:
        return 0
    return next((n for n in held if n >= at), held[-1])


def _path(text: str) -> Path:
    """A file by its name. Raises Invalid for a format nobody writes."""
    from pipetui.exchange.export import unknown
    from pipetui.exchange.tabular import TEXTS

    path = path_of(text)
    if not text or path.suffix.lower().removeprefix(".") not in (*TEXTS, "xlsx"):
        raise unknown(path) if text else Invalid(say("Name a file."))
    return path
