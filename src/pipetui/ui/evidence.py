"""What the stages ask to be shown: the list of one deal, ticked with the space bar, and the lists themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipetui.core import evidence as rules
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Criterion, Deal, Evidence, Member, Stage
from pipetui.core.message import Message, say
from pipetui.core.moment import local_day
from pipetui.core.moves import Changes
from pipetui.errors import Refused
from pipetui.lang import _, day
from pipetui.store import gate
from pipetui.store.evidence import criteria
from pipetui.ui.card import name
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Role, Span, cells, fit
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui


class Checklist(Page):
    """What the stages ask of one deal. `first` is the stage it has just left with something missing."""

    KEYS = (
        Key(("space", "enter"), "tick", say("Shown, or not after all"), say("tick")),
        Key(("*",), "tick_all", say("All of the stage is shown"), say("all of the stage")),
        Key(("D",), "lists", say("Change what the stages ask for"), say("change the lists")),
    )

    def __init__(self, app: Pipetui, deal_id: int, first: int | None = None) -> None:
        super().__init__(app)
        self._deal_id, self._first = deal_id, first
        self._read()

    def _read(self) -> None:
        store = self.main.reading.store
        self._deal = store.get(Deal, self._deal_id)
        self._card = self.main.reading.cards([self._deal_id])[0]
        self._stages = [one for one in self.main.reading.stages if one.kind == "open"]
        every, shown = criteria(store.db), store.all(Evidence, deal_id=self._deal_id)
        self._points = {one.id: rules.checklist(one.id, every, shown) for one in self._stages}
        self._members = {one.id: one.name for one in store.all(Member)}

    def whose(self) -> Mapping[str, Any]:
        """The deal."""
        return gate.about(self.main.reading.db, "deal", self._deal_id)

    def reread(self) -> None:
        """Somebody may have ticked something."""
        self._read()
        self.draw()

    def on_mount(self) -> None:
        """The cursor on what is missing first where the deal stands, or has just left."""
        self.call_after_refresh(lambda: self.draw(self._start()))

    def _start(self) -> int:
        rows = self.made(max(self.rows.size.width - 1, 20))
        wanted = self._first if self._first in self._points else self._deal.stage_id
        own = [at for at, row in enumerate(rows) if row.target and row.target[0].id == wanted]
        missing = (at for at in own if rows[at].target[1].shown is None)
        return next(missing, own[0] if own else 0)

    def heading(self) -> str:
        """Whose list it is."""
        return _("To be shown: {deal}").format(deal=name(self._card))

    def made(self, width: int) -> Sequence[Row]:
        """Each stage that asks for something, and what of it is shown."""
        rows: list[Row] = []
        for stage in self._stages:
            if points := self._points[stage.id]:
                rows += [Row([]), self._head(stage, points)]
                rows += [Row(self._line(point, width), (stage, point)) for point in points]
        if rows:
            return rows
        keys = [
            Span("  "),
            Span("D", "key"),
            Span(f"  {_('say what a deal has to show before it leaves a stage')}"),
        ]
        return [
            Row([]),
            Row([Span(f"  {_('No stage asks for anything yet.')}", "strong")]),
            Row([]),
            Row(keys),
        ]

    def _head(self, stage: Stage, points: Sequence[rules.Point]) -> Row:
        here = stage.id == self._deal.stage_id
        count = sum(point.shown is not None for point in points)
        role: Role = "good" if count == len(points) else "dim"
        line: Line = [Span("  "), Span(stage.name, "title" if here else "strong")]
        line += [Span(f"  {_('{n} of {all} shown').format(n=count, all=len(points))}", role)]
        return Row([*line, Span(f" {GLYPHS.dot} {_('the deal is here')}", "dim")] if here else line)

    def _line(self, point: rules.Point, width: int) -> Line:
        sign = Span(f"{GLYPHS.mark} ", "good") if point.shown else Span(f"{GLYPHS.task} ", "dim")
        who = ""
        if point.shown:
            by = self._members.get(point.shown.owner_id or 0, "")
            when = day(local_day(point.shown.ticked_at), self.main.reading.scope.today)
            who = f" {GLYPHS.dot} ".join(filter(None, (by, when)))
        room = max(width - 8 - cells(who), 8)
        return [Span("    "), sign, Span(fit(point.criterion.text, room)), Span(f"  {who}", "dim")]

    def standing(self) -> Line:
        """That it informs and does not block."""
        return [Span(f" {_('It informs and never blocks: a deal moves with or without.')}", "dim")]

    async def do_tick(self) -> None:
        stage, point = self._target()
        await self.main.acts.tick([self._card], [point.criterion.id], on=point.shown is None)
        await self._written(stage)

    async def do_tick_all(self) -> None:
        stage, _point = self._target()
        missing = [point.criterion.id for point in self._points[stage.id] if point.shown is None]
        if not missing:
            raise Refused(say("All of it is shown."))
        await self.main.acts.tick([self._card], missing)
        await self._written(stage)

    async def _written(self, stage: Stage) -> None:
        await self.main.writer.settled()
        self.reread()

    def _target(self) -> tuple[Stage, rules.Point]:
        if self.rows.target is None:
            raise Refused(say("There is nothing to tick here."))
        stage, point = self.rows.target
        return stage, point

    def do_lists(self) -> None:
        self.app.push_screen(Lists(self.main, self._deal.stage_id), lambda _: self.reread())


class Lists(Page):
    """What each stage asks for: added, said otherwise, put in order, retired."""

    KEYS = (
        Key(("a", "n"), "add", say("Ask for one thing more in this stage"), say("add")),
        Key(("e", "enter"), "edit", say("Say it in other words; what was ticked stays"), say("edit")),
        Key(("J", "L"), "later", say("Further down the list"), say("down")),
        Key(("K", "H"), "sooner", say("Further up the list"), say("up")),
        Key(("x",), "retire", say("Ask for it no more; what was ticked stays in the store"), say("retire")),
    )

    def __init__(self, app: Pipetui, stage_id: int | None = None) -> None:
        super().__init__(app)
        self._begin: int | None = stage_id
        self._read()

    def _read(self) -> None:
        self._every = criteria(self.main.reading.db)
        self._stages = [one for one in self.main.reading.stages if one.kind == "open"]

    def reread(self) -> None:
        """The lists as they are now."""
        self._read()
        self.draw()

    def on_mount(self) -> None:
        """The cursor on the stage that was asked for."""
        rows = self.made(80)
        at = next((n for n, row in enumerate(rows) if row.target and row.target[0].id == self._begin), 0)
        self.call_after_refresh(lambda: self.draw(at))

    def heading(self) -> str:
        """What it is."""
        return _("To be shown before a deal leaves a stage")

    def made(self, width: int) -> Sequence[Row]:
        """The stages, each with its list."""
        rows: list[Row] = []
        for stage in self._stages:
            own = rules.asked_by(stage.id, self._every)
            aside = "" if own else f"  {_('asks for nothing')}"
            rows += [
                Row([]),
                Row([Span("  "), Span(stage.name, "strong"), Span(aside, "dim")], (stage, None)),
            ]
            for n, one in enumerate(own, 1):
                number = Span(f"    {n:>2} ", "dim")
                rows.append(Row([number, Span(fit(one.text, max(width - 8, 8), "none"))], (stage, one)))
        return rows

    def standing(self) -> Line:
        """How good lists are written."""
        said = _("Facts a colleague could check: “The project is known”, “Who decides is known”.")
        return [Span(f" {said}", "dim")]

    def do_add(self) -> None:
        stage, _one = self.rows.target

        async def typed(text: str) -> None:
            changes = rules.add(stage, text, self._every, self.main.reading.desk())
            await self._commit(say("Ask for something in {stage}", stage=stage.name), changes)

        title = _("{stage}: what is to be shown?").format(stage=stage.name)
        self.ask(Prompt(title, self.main.look, _echo, example=_("Who decides is known")), typed)

    def do_edit(self) -> None:
        stage, one = self._target()

        async def typed(text: str) -> None:
            await self._commit(
                say("Change what {stage} asks for", stage=stage.name), rules.edit(one, text, self._every)
            )

        title = _("{stage}: what is to be shown?").format(stage=stage.name)
        self.ask(Prompt(title, self.main.look, _echo, one.text), typed)

    async def do_later(self) -> None:
        await self._shift(1)

    async def do_sooner(self) -> None:
        await self._shift(-1)

    async def _shift(self, steps: int) -> None:
        stage, one = self._target()
        own = [each.id for each in rules.asked_by(stage.id, self._every)]
        place = own.index(one.id) + steps
        if 0 <= place < len(own):
            changes = rules.move(one, place, self._every)
            await self._commit(say("Change what {stage} asks for", stage=stage.name), changes)
            self.rows.go(self.rows.at + steps)

    async def do_retire(self) -> None:
        stage, one = self._target()
        changes = rules.retire(one, self.main.reading.desk())
        await self._commit(say("Ask for something no more in {stage}", stage=stage.name), changes)

    async def _commit(self, label: Message, changes: Changes) -> None:
        await self.main.acts.commit(Batch(label, changes))
        self.reread()
        self.tell(label)

    def _target(self) -> tuple[Stage, Criterion]:
        stage, one = self.rows.target
        if one is None:
            raise Refused(say("There is nothing here yet: a adds to the list."))
        return stage, one


def _echo(text: str) -> Line:
    return [Span(text, "accent")]


def unshown(app: Pipetui, ids: Sequence[int], changes: Sequence[Change]) -> tuple[Message, int] | None:
    """What to say when one deal has gone on with something missing, and the stage it has left; None otherwise."""
    moved: list[tuple[Any, Any]] = [
        (change.before["stage_id"], change.after["stage_id"])
        for change in changes
        if change.table == "deal" and change.before and change.after and "stage_id" in change.after
    ]
    if len(ids) != 1 or len(moved) != 1:
        return None
    stages = {one.id: one for one in app.reading.stages}
    left, to = (stages.get(number) for number in moved[0])
    if left is None or to is None or to.kind == "lost" or to.position < left.position:
        return None
    store = app.reading.store
    own = store.all(Criterion, stage_id=left.id)
    points = rules.checklist(left.id, own, store.all(Evidence, deal_id=ids[0]) if own else ())
    said = rules.reminder(points, app.keys.shown("evidence"))
    return None if said is None else (said, left.id)
