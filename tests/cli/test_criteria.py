"""What stages ask for, ticked in the shell; and macros played there."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards import NOW
from pipetui.core.acts import Act, dumped, of_step
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Macro
from pipetui.core.message import say
from pipetui.core.step import Step
from pipetui.store.store import Store
from shell import Shell


def texts(shell: Shell, stage: str = "Prospect") -> list[str]:
    return [one["text"] for one in shell("criteria", "list", stage, "--json").json]


@pytest.fixture
def asked(shell: Shell) -> Shell:
    for text in ("The project is known", "[/b] Budget", "Who decides is known"):
        shell("criteria", "add", "prospect", *text.split())
    shell("add", "Acme 1k stage:prospect")
    return shell


def test_the_list_of_a_stage_is_kept_like_everything_else(asked: Shell) -> None:
    assert texts(asked) == ["The project is known", "[/b] Budget", "Who decides is known"]
    asked("criteria", "edit", "prospect", "2", "Budget", "order", "of", "magnitude")
    asked("criteria", "move", "prospect", "who", "1")
    asked("criteria", "retire", "prospect", "the project")
    assert texts(asked) == ["Who decides is known", "Budget order of magnitude"]
    for _ in range(3):
        asked("undo")
    assert texts(asked) == ["The project is known", "[/b] Budget", "Who decides is known"]
    assert "[/b] Budget" in asked("criteria").out
    assert asked("doctor").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "won", "Signed"), 1),
        (("add", "prospect", "  "), 2),
        (("add", "prospect", "the PROJECT is known"), 1),
        (("add", "nowhere", "x"), 1),
        (("edit", "prospect", "9", "x"), 1),
        (("move", "prospect", "1", "0"), 2),
        (("retire", "prospect", "nothing"), 1),
        (("add", "prospect", "x" * 300), 2),
    ],
)
def test_what_makes_no_sense_is_refused(asked: Shell, words: tuple[str, ...], code: int) -> None:
    assert asked("criteria", *words).code == code
    assert len(texts(asked)) == 3


def test_a_deal_is_ticked_and_shows_it(asked: Shell) -> None:
    ticked = asked("tick", "1", "1", "who").out
    assert ticked.splitlines() == ["  ✓ The project is known", "  · [/b] Budget", "  ✓ Who decides is known"]
    shown = asked("show", "1", "--json").json["evidence"]
    assert [one["shown"] for one in shown] == [True, False, True]
    assert {one["stage"] for one in shown} == {"Prospect"}
    assert "✓ The project is known" in asked("show", "1").out
    assert asked("move", "1", "Meeting").code == 0
    asked("tick", "1", "2", "--stage", "prospect")
    asked("tick", "1", "1", "--off", "--stage", "prospect")
    points = asked("tick", "1", "2", "--stage", "prospect", "--json").json
    assert [one["shown"] for one in points] == [False, True, True]
    assert asked("tick", "1", "nothing").code == 1
    assert "tick" in asked("log").out.lower()


def test_the_report_compares_those_with_all_shown_to_the_others(asked: Shell) -> None:
    asked("add", given=b"B stage:prospect\nC stage:prospect\n", today="2026-11-24")
    asked("tick", "2", "1", "2", "3", today="2026-11-24")
    asked("move", "2", "Quote", today="2026-11-25")
    asked("won", "2", today="2026-11-26")
    asked("lost", "3", "--reason", "No budget", today="2026-11-26")
    [found] = asked("criteria", "report", "--json", today="2026-11-27").json
    assert (found["met"]["n"], found["met"]["went_on"], found["met"]["won"]) == (1, 1, 1)
    assert (found["unmet"]["n"], found["unmet"]["went_on"], found["unmet"]["lost"]) == (1, 0, 1)
    assert found["met"]["won_range"][0] < 0.5 < found["met"]["won_range"][1] == 1
    assert "the difference may be chance" in asked("criteria", "report", today="2026-11-27").out


def record(folder: Path, name: str, *acts: Act) -> None:
    store = Store.open(str(folder / "store" / "sales.db"), login="marie", now=lambda: NOW)
    store.commit(Batch(say("Record"), (Change.add(Macro(id=-1, name=name, acts=dumped(acts))),)))
    store.close()


def test_a_macro_is_played_on_several_deals_and_taken_back(shell: Shell, tmp_path: Path) -> None:
    shell("add", given=b"[/b] A 1k\nB 2k\nC stage:quote\n")
    step = of_step(Step("call", "call back"), "in 3 days call back")
    record(tmp_path, "Follow up", Act("move_to", {"stage": 2}), Act("plan", step))
    assert [one["name"] for one in shell("macro", "--json").json] == ["Follow up"]
    assert "Plan: in 3 days call back" in shell("macro").out
    ended = shell("macro", "play", "follow", "1", "2", "3", "--json", today="2026-12-01")
    assert ended.code == 0
    deals = shell("list", "--json", today="2026-12-01").json
    assert {deal["stage"] for deal in deals} == {"Prospect"}
    assert {deal["next_step"]["due"] for deal in deals} == {"2026-12-04"}
    again = shell("macro", "play", "follow", "1", today="2026-12-01")
    assert (again.code, again.error if again.err.startswith("{") else again.err.strip()) == (
        1,
        "The deal stands in Prospect already.",
    )
    later = "2026-12-02"
    shell("undo", today=later)
    stages = [deal["stage"] for deal in shell("list", "--json", today=later).json]
    assert stages == ["Lead", "Lead", "Quote"]
    shell("macro", "rename", "Follow up", "Nudge", today=later)
    assert shell("macro", "play", "follow", "1", today=later).code == 1
    assert shell("macro", "remove", "nudge", today=later).code == 0
    assert shell("macro", "--json", today=later).json == []


def test_the_deals_a_macro_leaves_are_told_one_by_one(shell: Shell, tmp_path: Path) -> None:
    shell("add", given=b"A 1k\nB stage:quote\n")
    record(tmp_path, "Go", Act("move_to", {"stage": 4}))
    ended = shell("macro", "play", "Go", "1", "2")
    assert ended.code == 1
    assert "was left: The deal stands in Quote already." in ended.err
    assert {deal["stage"] for deal in shell("list", "--json").json} == {"Quote"}
