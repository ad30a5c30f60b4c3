"""Defining the stages in the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from desks import desk_of, standard
from dialogs import HOSTILE, OPEN, PLAIN, Opened
from pipetui.core import stages as rules
from pipetui.core.change import Change, record
from pipetui.core.stage import Stage
from pipetui.errors import Invalid
from pipetui.ui.stageform import days, event, ratio
from pipetui.ui.stages import Act, Add, Edit, Merge, Place, Retire, Shown, StageEditor


class Pipeline:
    """Stages in memory, changed by the rules of the core."""

    def __init__(self, stages: list[Stage] | None = None) -> None:
        self.stages = stages or list(standard().values())
        self.acts: list[Act] = []

    def changes(self, act: Act) -> tuple[Change, ...]:
        desk = desk_of(*self.stages)
        match act:
            case Add(after, values):
                given: Mapping[str, Any] = {"name": "", "definition": "", **values}
                return rules.add(desk, after=after, **given)
            case Edit(stage, values):
                return rules.edit(stage, desk, **values)
            case Place(stage, after):
                return rules.move(stage, after, desk)
            case Merge(stage, into):
                return rules.merge(stage, into, desk, [], [])
            case Retire(stage, into):
                return rules.retire(stage, into, desk, [])

    def check(self, act: Act) -> None:
        self.changes(act)

    async def do(self, act: Act) -> None:
        self.acts.append(act)
        for change in self.changes(act):
            if change.before is None:
                self.stages.append(replace(record(Stage, change.after or {}), id=99))
                continue
            self.stages = [
                record(Stage, {**row(stage), **(change.after or {})}) if stage.id == change.id else stage
                for stage in self.stages
            ]

    def shown(self) -> Shown:
        used = sorted((s for s in self.stages if s.retired_at is None), key=lambda s: s.position)
        return Shown(used, {1: 20, 2: 1})


def row(stage: Stage) -> dict[str, Any]:
    from pipetui.core.change import row as row_of

    return row_of(stage)


def editor(pipeline: Pipeline) -> Opened:
    return Opened(lambda: StageEditor("Sales", pipeline.shown, PLAIN, pipeline.check, pipeline.do))


def names(pipeline: Pipeline) -> list[str]:
    return [stage.name for stage in pipeline.shown().stages]


async def test_every_stage_stands_there_with_its_definition() -> None:
    app = editor(Pipeline())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.shown()[:6] == [
            "── Stages of Sales ─────── a add  e edit  H/L move  m merge  x retire  esc back",
            "▌ Lead      25 → 14 · 14 days · 20 deals",
            "▌           Minimal contact so far, mostly indirect: the web site, a blog, a",
            "▌           trade show. A name with a phone number or an e-mail address.",
            "  Prospect  20 → 11 · 14 days · 1 deal · contact made",
            "            Really interested: we have been in direct contact and we know the…",
        ]
        await pilot.press("escape")
        assert app.answer is False


async def test_a_stage_is_added_after_the_chosen_one() -> None:
    pipeline = Pipeline()
    app = editor(pipeline)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "a")
        app.burst(*"Demo", "tab", *"They saw it work.", "tab", *"20:5", "tab", "ctrl+u", *"7", "enter")
        await pilot.pause()
        await pilot.pause()
        assert names(pipeline) == ["Lead", "Prospect", "Demo", "Meeting", "Quote", "Won", "Lost"]
        new = next(stage for stage in pipeline.stages if stage.name == "Demo")
        assert (new.definition, new.ratio_from, new.ratio_to, new.days) == ("They saw it work.", 20, 5, 7)
        assert "▌ Demo      20 → 5 · 7 days · 0 deals" in app.shown()
        await pilot.press("escape")
        assert app.answer is True


async def test_a_stage_without_a_definition_is_not_added() -> None:
    pipeline = Pipeline()
    app = editor(pipeline)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", *"Demo", "enter")
        assert pipeline.acts == []
        assert any("A stage needs a definition." in line for line in app.shown())


async def test_a_name_that_is_taken_keeps_the_form_open() -> None:
    pipeline = Pipeline()
    app = editor(pipeline)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "ctrl+u", *"quote", "enter")
        assert pipeline.acts == []
        assert app.shown()[-1] == "  There is a stage Quote already."
        await pilot.press("s", "enter")
        await pilot.pause()
        assert names(pipeline)[0] == "quotes"


async def test_stages_change_places() -> None:
    pipeline = Pipeline()
    app = editor(pipeline)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "L")
        assert names(pipeline)[:3] == ["Lead", "Meeting", "Prospect"]
        await pilot.press("H", "H", "H")
        assert names(pipeline)[:3] == ["Prospect", "Lead", "Meeting"]
        assert "▌ Prospect  20 → 11 · 14 days · 1 deal · contact made" in app.shown()
        await pilot.press("end", "H")
        assert "  Lost stays at the end." in app.shown()


@pytest.mark.parametrize(("key", "kind"), [("m", Merge), ("x", Retire)])
async def test_a_stage_goes_into_another_one(key: str, kind: type[Merge | Retire]) -> None:
    pipeline = Pipeline()
    app = editor(pipeline)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", key, *"quo", "enter")
        await pilot.pause()
        assert isinstance(pipeline.acts[0], kind)
        assert names(pipeline) == ["Lead", "Meeting", "Quote", "Won", "Lost"]
        await pilot.press("end", key)
        assert "  Lost cannot be merged or retired." in app.shown()


async def test_won_has_no_ratio_to_be_asked_for() -> None:
    app = editor(Pipeline())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "k", "enter")
        assert not any("Ratio" in line for line in app.shown())
        assert any("Comes in by" in line for line in app.shown())


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("size", [(20, 6), (80, 24)])
async def test_any_name_and_size_break_nothing(text: str, size: tuple[int, int]) -> None:
    stages = [replace(stage, name=f"{text}{stage.id}", definition=text) for stage in standard().values()]
    app = editor(Pipeline(stages))
    async with app.run_test(size=size) as pilot:
        await pilot.press("j", "j", "end", "k", "L")
        assert app.answer is OPEN
        assert any(line.startswith("▌") for line in app.shown())


@pytest.mark.parametrize("text", ["20:10", "20 → 10", "20/10", "20 10", "20->10", "20 > 10"])
def test_a_ratio_is_said_in_many_ways(text: str) -> None:
    assert ratio(text) == (20, 10)


@pytest.mark.parametrize("text", ["50%", "10:20", "a:b", "20", "20:10:5", "-1:2"])
def test_what_is_no_ratio_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        ratio(text)


def test_an_event_is_known_by_its_beginning() -> None:
    assert [event(text) for text in ("", "quote s", "Meeting", "contact made")] == [
        None, "quote sent", "meeting booked", "contact made",
    ]  # fmt: skip
    with pytest.raises(Invalid):
        event("birthday")


@pytest.mark.parametrize("text", ["0", "", "two", "99999", "1.5"])
def test_days_are_a_plausible_number(text: str) -> None:
    with pytest.raises(Invalid):
        days(text)
