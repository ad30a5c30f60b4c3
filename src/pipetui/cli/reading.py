"""Deals read for a list: with their stages, flags and win chances, as JSON or as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pipetui import lang
from pipetui.cli import shapes
from pipetui.cli.output import print_json, table
from pipetui.core.hygiene import PATIENCE, flags
from pipetui.lang import _
from pipetui.store import windows
from pipetui.store.listing import Line, named
from pipetui.store.pace import paces
from pipetui.store.windows import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipetui.cli.session import Session
    from pipetui.core.hygiene import Flag
    from pipetui.core.moment import Period
    from pipetui.core.query import Expr
    from pipetui.core.stage import Pipeline, Stage
    from pipetui.store.orders import Sort


class Reading:
    """The deals of this run's store."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @cached_property
    def pipelines(self) -> Mapping[int, Pipeline]:
        """All pipelines by number."""
        return {pipeline.id: pipeline for pipeline in self.session.pipelines}

    @cached_property
    def stages(self) -> Mapping[int, Stage]:
        """The stages in use of all pipelines by number: every deal stands in one of them."""
        return {
            stage.id: stage for number in self.pipelines for stage in windows.stages(self.session.db, number)
        }

    @cached_property
    def stalled_after(self) -> Mapping[int, float]:
        """By stage: the age in days after which a deal counts as stalled."""
        typical = {stage.id: PATIENCE * stage.days for stage in self.stages.values()}
        return typical | paces(self.session.db)

    @cached_property
    def chances(self) -> Mapping[int, float]:
        """By open stage of all pipelines: the win chance, 0 to 1."""
        from pipetui.core.deal import Stage
        from pipetui.core.funnel import ratios, win_chances
        from pipetui.store.counts import tallies

        every: dict[int, float] = {}
        for pipeline_id in self.pipelines:
            stages = self.session.store.all(Stage, pipeline_id=pipeline_id)
            used = ratios(stages, tallies(self.session.db, self.scope(pipeline_id)))
            every |= {stage_id: chance.value for stage_id, chance in win_chances(used).items()}
        return every

    def scope(
        self, pipeline_id: int, asked: Expr | None = None, period: Period | None = None, ranked: bool = False
    ) -> Scope:
        """Which deals of a pipeline are looked at; `ranked` when the order needs their chances."""
        return Scope(
            pipeline_id,
            self.session.today,
            self.session.now,
            asked,
            period,
            me=self.session.store.me if asked else None,
            chances=self.chances if ranked else {},
        )

    def asked(self, query: str) -> Expr | None:
        """A query as an expression; None when it is empty. Raises Invalid."""
        if not query.strip():
            return None
        from pipetui.core.query import parse

        return parse(query, self.session.today, self.session.fiscal_month)

    def lines(self, query: str = "", sort: Sort | None = None, limit: int | None = None) -> Iterator[Line]:
        """The deals a query lets through, of one pipeline when one was named."""
        asked, ranked = self.asked(query), sort in ("chance", "value")
        named = self.session.options.pipeline is not None
        for pipeline_id in [self.session.pipeline.id] if named else self.pipelines:
            scope = self.scope(pipeline_id, asked, ranked=ranked)
            for line in windows.listing(self.session.db, scope, sort, limit):
                yield line
                if limit is not None:
                    limit -= 1
            if limit == 0:
                return

    def of(self, ids: Sequence[int]) -> list[Line]:
        """The deals of these numbers, in their order."""
        found = {line.id: line for line in named(self.session.db, ids)}
        return [found[number] for number in ids]

    def flags(self, line: Line) -> list[Flag]:
        """What deserves a look, in the order of the alphabet."""
        found = flags(
            kind=self.stages[line.stage_id].kind,
            next_due=line.next_due,
            stage_since=line.stage_since,
            parked_until=line.parked_until,
            expected_close=line.expected_close,
            stalled_after=self.stalled_after.get(line.stage_id),
            now=self.session.now,
            today=self.session.today,
        )
        return sorted(found)

    def chance(self, line: Line) -> float:
        """The win chance, 0 to 1: decided, set by hand, or that of the stage."""
        kind = self.stages[line.stage_id].kind
        if kind != "open":
            return float(kind == "won")
        holds = line.pinned_until is None or line.pinned_until >= self.session.today
        if line.pinned_chance is not None and holds:
            return line.pinned_chance / 100
        return self.chances.get(line.stage_id, 0.0)

    def json(self, line: Line) -> shapes.Json:
        """One deal as scripts read it."""
        stage, pipeline = self.stages[line.stage_id], self.pipelines[line.pipeline_id]
        return shapes.deal(line, stage.name, pipeline.name, self.chance(line), [*self.flags(line)])

    def print_deals(self, ids: Sequence[int], many: bool = False) -> None:
        """Print the deals of these numbers: in JSON one as an object, several (or `many`) as a list."""
        found = self.of(ids)
        if not self.session.options.json:
            self.print_table(found)
        elif len(found) == 1 and not many:
            print_json(self.json(found[0]))
        else:
            print_json([self.json(line) for line in found])

    def print_table(self, found: Sequence[Line]) -> None:
        """Deals as aligned columns."""
        rows = [
            (
                str(line.id),
                line.title or line.organization or line.contact or "",
                " · ".join(filter(None, (line.contact, line.organization if line.title else None))),
                self.stages[line.stage_id].name,
                lang.money(line.amount, line.currency),
                line.expected_close.isoformat() if line.expected_close else "",
                step(line),
                ", ".join(flag_words(self.flags(line))),
            )
            for line in found
        ]
        heads = (
            _("No."),
            _("Deal"),
            _("Contact"),
            _("Stage"),
            _("Amount"),
            _("Close"),
            _("Next step"),
            _("Look"),
        )
        table(heads, rows, right=[_("No."), _("Amount")])


def step(line: Line) -> str:
    """The next step in few words."""
    due = line.next_due.isoformat() if line.next_due else ""
    what = line.next_text or (lang.kind_word(line.next_kind) if line.next_kind else "")
    return " ".join(filter(None, (due, line.next_time, what)))


def flag_words(found: Sequence[str]) -> list[str]:
    """The flags as people read them; that a step is due today stands in its column."""
    if not found:
        return []
    words = {
        "late": _("late"),
        "none": _("no next step"),
        "stalled": _("stalled"),
        "parked": _("parked"),
        "overdue": _("past its close"),
    }
    return [words[flag] for flag in found if flag in words]
