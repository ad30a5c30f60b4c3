"""Taking in a file from the app."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from desks import standard
from dialogs import OPEN, PLAIN, Opened
from pipetui.core.message import say
from pipetui.exchange.plan import Choices, Plan, planned
from pipetui.exchange.profiles import known_headers
from pipetui.exchange.report import Report
from pipetui.exchange.sheet import opened
from pipetui.ui.intake import ImportFile, Progress, Stopped, completed
from pipetui.ui.mapping import chosen, items

STAGES = list(standard().values())
FILE = "Nom de l'affaire;Montant;Etape;Clôture;Truc\nSite [/b];12,5;Devis;03/04/2026;x\nAudit;7;Kickoff;05/06/2026;y\n"


class Desk:
    """Reads files for real, and counts rows where a store would take them in."""

    def __init__(self) -> None:
        self.taken: list[tuple[bool, Choices]] = []
        self.wait: threading.Event | None = None
        self.stopped = False

    def plan(self, path: Path, choices: Choices) -> Plan:
        return planned(opened(path, known_headers), STAGES, choices)

    def take(self, plan: Plan, choices: Choices, dry: bool, progress: Progress) -> Report:
        report = Report(created=plan.rows - 1)
        report.reject(3, "Montant", "douze", say('"{text}" is not an amount.', text="douze"))
        try:
            while self.wait is not None and not self.wait.wait(0.01):
                progress(1, plan.rows)
        except Stopped:
            self.stopped = True
            raise
        self.taken.append((dry, choices))
        return report


def dialog(desk: Desk, path: Path | str = "") -> Opened:
    return Opened(lambda: ImportFile(PLAIN, STAGES, desk.plan, desk.take, str(path)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text(FILE)
    return path


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        await pilot.pause(0.01)
    raise AssertionError("it did not happen")


def shows(app: Opened, words: str) -> Callable[[], bool]:
    return lambda: any(words in line for line in app.shown())


async def test_a_file_is_understood_asked_about_tried_and_taken_in(file: Path) -> None:
    desk = Desk()
    app = dialog(desk, file)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, shows(app, "To decide"))
        assert app.shown() == [
            "── Import a file · deals.csv ───────────── enter change  i try it out  esc back",
            " 2 rows, deals.",
            "To decide",
            '▌ ⚑ Which comes first in "Clôture", the day or the month?',
            '  ⚑ Which stage is "Kickoff"?',
            "The file",
            "    Each row is one of the    → deals",
            "    What begins the decimals  → the comma: 1.250,50",
            "Stages of the file",
            "    devis                     → Quote",
            "Columns",
            "    Nom de l'affaire          → Title                        Site [/b]",
            "    Montant                   → Amount                       12,5",
            "    Etape                     → Stage                        Devis",
            "    Clôture                   → Closing day, expected or re… 03/04/2026",
            "    Truc                      → left out                     x",
        ]
        await pilot.press("i")
        assert shows(app, "Some things only you can say")()
        await pilot.press("enter", "enter")
        await until(pilot, shows(app, "the day: 31/12/2026"))
        assert not shows(app, "Which comes first")()
        await pilot.press("enter", *"meet", "enter")
        await until(pilot, lambda: not shows(app, "To decide")())
        await pilot.press("i")
        await until(pilot, shows(app, "would be new"))
        assert shows(app, "line 3")()
        assert shows(app, 'Montant: douze → "douze" is not an amount.')()
        await pilot.press("i")
        await until(pilot, shows(app, "1 row is new."))
        assert [dry for dry, _choices in desk.taken] == [True, False]
        assert desk.taken[1][1] == Choices(stages={"Kickoff": "Meeting"}, order="dmy")
        await pilot.press("enter")
        assert app.answer.created == 1


async def test_an_import_that_is_stopped_leaves_no_trace(file: Path) -> None:
    desk = Desk()
    file.write_text("title,amount\nA,1\nB,2\n")
    app = dialog(desk, file)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, shows(app, "Columns"))
        desk.wait = threading.Event()
        await pilot.press("i")
        await until(pilot, shows(app, "1 / 2"))
        assert shows(app, "50%")()
        await pilot.press("escape")
        await until(pilot, shows(app, "Stopped: nothing was written."))
        assert desk.stopped
        assert desk.taken == []
        await pilot.press("escape", "escape")
        assert app.answer is None


async def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    app = dialog(Desk(), tmp_path / "nothing.csv")
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, shows(app, "nothing.csv"))
        await until(pilot, lambda: app.screen.focused is not None)
        assert app.answer is OPEN
        await pilot.press("escape")
        assert app.answer is None


async def test_a_file_without_anything_to_name_a_deal_cannot_be_taken_in(file: Path) -> None:
    file.write_text("Montant\n12\n")
    app = dialog(Desk(), file)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await until(pilot, shows(app, "Columns"))
        await pilot.press("i")
        assert shows(app, "No column holds a title")()


def test_a_column_takes_another_field_and_gives_up_its_own(file: Path) -> None:
    plan = Desk().plan(file, Choices())
    column = next(item for item in items(plan, []) if item.label == "Truc")
    choices = chosen(column, "title", Choices(), plan)
    again = Desk().plan(file, choices)
    assert again.header("title") == "Truc"
    left_out = chosen(column, "", choices, again)
    assert Desk().plan(file, left_out).header("title") == ""


def test_a_path_is_completed_as_far_as_it_is_certain(tmp_path: Path) -> None:
    for name in ("deals-2025.csv", "deals-2026.csv", "other.csv", ".hidden"):
        (tmp_path / name).touch()
    (tmp_path / "old").mkdir()
    assert completed(f"{tmp_path}/d") == f"{tmp_path}/deals-202"
    assert completed(f"{tmp_path}/ot") == f"{tmp_path}/other.csv"
    assert completed(f"{tmp_path}/ol") == f"{tmp_path}/old/"
    assert completed(f"{tmp_path}/x") == f"{tmp_path}/x"
    assert completed("/nowhere/at/all") == "/nowhere/at/all"
