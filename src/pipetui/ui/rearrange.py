"""What the stage editor asks for becomes batches: the rules work it out, the writer writes it.

A stage can hold every deal there is, so its batch is worked out in the writer's thread too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pipetui.core import stages as rules
from pipetui.core.change import Batch
from pipetui.core.deal import Deal, Goal, Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import say
from pipetui.errors import PipetuiError, Refused
from pipetui.store import gate
from pipetui.store.counts import deals_by_stage
from pipetui.store.evidence import criteria
from pipetui.ui.rights import READ_ONLY
from pipetui.ui.stageform import stage_values
from pipetui.ui.stages import Act, Add, Edit, Merge, Place, Retire, Shown, StageEditor

if TYPE_CHECKING:
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui


class Rearrange:
    """The stages of the pipeline shown, as the editor changes them."""

    def __init__(self, app: Pipetui) -> None:
        self.app = app

    def open(self) -> None:
        """Show the editor; the board is read anew when it closes."""
        pipeline = self.app.reading.pipeline.name
        editor = StageEditor(
            pipeline, self._shown, self.app.look, self._check, self._do, self._lists, self._barred
        )  # fmt: skip
        self.app.push_screen(editor, lambda changed: self.app.reload() if changed else None)

    def _barred(self) -> PipetuiError | None:
        """Why stages are not for who looks to change, or not to be changed at all."""
        if self.app.travel is not None:
            return Refused(READ_ONLY)
        reading = self.app.reading
        return gate.forbidden(reading.db, reading.actor, "change", "stage", {})

    def _lists(self, stage: Stage) -> None:
        """What a stage asks for, on a page of its own."""
        from pipetui.ui.evidence import Lists

        self.app.push_screen(Lists(self.app, stage.id), lambda _: self.app.reload())

    def _desk(self, store: Store) -> Desk:
        """Retired stages keep their place, so the rules see them too."""
        reading = self.app.reading
        stages = tuple(store.all(Stage, pipeline_id=reading.pipeline.id))
        today, now = reading.clock()
        return Desk(now=now, today=today, me=store.who, stages=stages)

    def _shown(self) -> Shown:
        reading = self.app.reading
        asked = Counter(one.stage_id for one in criteria(reading.db) if one.retired_at is None)
        return Shown(self._desk(reading.store).used, deals_by_stage(reading.db, reading.pipeline.id), asked)

    def _check(self, act: Act) -> None:
        if not isinstance(act, Merge | Retire):
            self._batch(act, self.app.reading.store)

    async def _do(self, act: Act) -> None:
        def written(store: Store) -> Batch:
            batch = self._batch(act, store)
            store.commit(batch)
            return batch

        batch = await self.app.writer.write(written)
        self.app.reload()
        self.app.tell(batch.label)
        if isinstance(act, Edit) and act.values.get("event"):
            self._would_move(act.stage.id)

    def _would_move(self, stage_id: int) -> None:
        """Show what the new rule would have moved, when it would."""
        from pipetui.store.rules import movers
        from pipetui.ui.movers import Movers

        stage = self.app.reading.store.get(Stage, stage_id)
        if stage.event is not None and movers(self.app.reading.db, stage, stage.event):
            self.app.push_screen(Movers(self.app, stage, stage.event))

    def _batch(self, act: Act, store: Store) -> Batch:
        desk, pipeline_id = self._desk(store), self.app.reading.pipeline.id
        match act:
            case Add(after, values):
                given = stage_values(values)
                added = rules.add(
                    desk,
                    given.pop("name"),
                    given.pop("definition"),
                    after=after,
                    pipeline_id=pipeline_id,
                    **given,
                )
                return Batch(say("Add the stage {stage}", stage=values["name"]), added)
            case Edit(stage, values):
                return Batch(
                    say("Change the stage {stage}", stage=stage.name),
                    rules.edit(stage, desk, **stage_values(values)),
                )
            case Place(stage, after):
                return Batch(say("Move the stage {stage}", stage=stage.name), rules.move(stage, after, desk))
            case Merge(stage, into):
                label = say("Merge the stage {stage} into {into}", stage=stage.name, into=into.name)
                history = _with_history(store, stage, into)
                return Batch(label, rules.merge(stage, into, desk, *history, _goals(store, stage)))
            case Retire(stage, into):
                return Batch(
                    say("Retire the stage {stage}", stage=stage.name),
                    rules.retire(stage, into, desk, _with_visits(store, stage), _goals(store, stage)),
                )


def _goals(store: Store, stage: Stage) -> list[Goal]:
    return store.all(Goal, stage_id=stage.id)


def _with_history(store: Store, stage: Stage, into: Stage) -> tuple[list[Deal], list[Visit]]:
    """All deals and stays that name one of the two stages."""
    both = (stage, into)
    deals = {deal.id: deal for each in both for deal in store.all(Deal, stage_id=each.id)}
    deals |= {deal.id: deal for deal in store.all(Deal, closed_from_id=stage.id)}
    visits = {visit.id: visit for each in both for visit in store.all(Visit, stage_id=each.id)}
    visits |= {visit.id: visit for each in both for visit in store.all(Visit, next_stage_id=each.id)}
    return list(deals.values()), list(visits.values())


def _with_visits(store: Store, stage: Stage) -> list[tuple[Deal, Visit | None]]:
    stays = {visit.deal_id: visit for visit in store.all(Visit, stage_id=stage.id, left_at=None)}
    return [(deal, stays.get(deal.id)) for deal in store.all(Deal, stage_id=stage.id)]
