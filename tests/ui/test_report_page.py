"""A manager's quarter of an hour with the reports: which figures, whose, and which deals stand behind them."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from boards import card, lines
from desktop import seen, typed
from dialogs import HOSTILE
from pipetui import demo
from pipetui.config import load
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Deal, Source
from pipetui.core.message import say
from pipetui.core.moment import Period
from pipetui.core.report import SHEETS, Behind, Cell, Column, Note, Part, Report
from pipetui.lang import told, use
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.ui.app import Pipetui
from pipetui.ui.paint import cells, plain
from pipetui.ui.reading import Reading
from pipetui.ui.reportlines import KEYS, Table, deal_rows, page
from pipetui.ui.writer import Writer

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 3)


class Office:
    """The demo on a screen, and another connection to write beside it."""

    def __init__(self, prepared: Path, folder: Path) -> None:
        url = str(shutil.copy(prepared, folder / "demo.db"))

        def opened() -> Store:
            return Store.open(url, login="marie", now=lambda: datetime.now(UTC))

        self.other = opened()
        self.reading = Reading(Database(url), opened, lambda: (TODAY, NOW))
        self.writer = Writer(opened)
        settings = {"HOME": str(folder), "PIPETUI_DB": url, "PIPETUI_CONFIG": str(folder / "none")}
        self.app = Pipetui(load(settings), self.reading, self.writer)

    def close(self) -> None:
        self.app.close()
        self.writer.close()
        self.reading.close()
        self.other.close()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, to be copied."""
    file = tmp_path_factory.mktemp("demo") / "demo.db"
    store = Store.open(str(file), login="marie", now=lambda: NOW)
    demo.write(store, TODAY)
    store.close()
    return file


@pytest.fixture
async def office(prepared: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """The demo, opened."""
    made = Office(prepared, tmp_path)
    yield made
    made.close()


def screen(pilot: Pilot[int]) -> str:
    return "\n".join(lines(pilot.app))


async def opened(pilot: Pilot[int], key: str, text: str) -> None:
    """A report is on the screen."""
    await pilot.press("r")
    await seen(pilot, "This period")
    await pilot.press(key)
    await seen(pilot, text)


async def test_every_report_opens_and_fits_a_small_screen(office: Office) -> None:
    heads = {
        "kpi": "This period", "funnel": "Reached", "winloss": "Outcome", "velocity": "A tenth", "times": "Half by",
        "sources": "Per lead", "owners": "Open amount", "activity": "Per won", "ageing": "Days there",
        "accuracy": "Came", "evidence": "What it asks for",
    }  # fmt: skip
    async with office.app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        for key, sheet in zip(KEYS, SHEETS, strict=True):
            await pilot.press(key)
            await seen(pilot, heads[sheet.name])
            shown = lines(pilot.app)
            assert told(sheet.title) in shown[0]
            assert max(map(cells, shown)) <= 80
        await pilot.press("tab")
        await seen(pilot, "This period")


async def test_a_figure_opens_the_deals_behind_it_and_a_deal_the_board(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot, "9", "Days there")
        row = next(line for line in lines(pilot.app) if line.startswith("▌"))
        count = int(row.split()[3])
        await pilot.press("enter")
        await seen(pilot, f" {count} deals")
        listed = [line for line in lines(pilot.app)[1:-1] if line.strip()]
        assert len(listed) == count
        name = listed[0].removeprefix("▌").split("  ")[0].strip().rstrip("…")
        await pilot.press("escape")
        await seen(pilot, "Days there")
        await pilot.press("enter")
        await seen(pilot, f" {count} deals")
        await pilot.press("enter")
        await seen(pilot, "Number  ")
        assert name.split(" – ")[0] in screen(pilot)


async def test_where_deals_went_opens_way_by_way(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot, "2", "Reached")
        for _ in range(8):
            await pilot.press("right")
        await pilot.press("enter")
        await seen(pilot, "type to find")
        await typed(pilot, "=lost", "enter")
        await seen(pilot, "→ Lost")
        assert " deals " in lines(pilot.app)[-1]
        await pilot.press("escape", "escape")
        await seen(pilot, "Lead")
        assert "Reports" not in lines(pilot.app)[0]


async def test_period_owner_filter_and_grouping_change_what_is_counted(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot, "3", "Outcome")
        total = next(line for line in lines(pilot.app) if "Total" in line).split()[1]
        await pilot.press("[")
        await seen(pilot, "October 2026")
        await pilot.press("p")
        await typed(pilot, "=all", "enter")
        await seen(pilot, "everything")
        await seen(pilot, f"{total} ")
        await pilot.press("b")
        await seen(pilot, "Closed from")
        await pilot.press("slash")
        await typed(pilot, "=source:blog", "enter")
        await seen(pilot, "/source:blog")
        await seen(pilot, "Closed from")
        fewer = next(line for line in lines(pilot.app) if "Total" in line).split()
        assert int(fewer[1]) + int(fewer[2]) < int(total)
        await pilot.press("o")
        await seen(pilot, "Whose deals?")
        await typed(pilot, "=marie", "enter")
        await seen(pilot, "marie · by stage")


async def test_the_filter_of_the_board_is_taken_over(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await pilot.press("slash")
        await typed(pilot, "=source:blog", "enter")
        await pilot.pause(0.3)
        await pilot.press("r")
        await seen(pilot, "/source:blog")


async def test_a_report_is_written_and_copied(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    copied: list[str] = []
    async with office.app.run_test(size=(110, 40)) as pilot:
        monkeypatch.setattr(office.app, "copy_to_clipboard", copied.append)
        await opened(pilot, "6", "Per lead")
        for name in ("s.csv", "s.json", "s.md"):
            await pilot.press("w")
            await seen(pilot, "Write to which file?")
            await pilot.press(*name, "enter")
            await seen(pilot, f"Written to {name}")
        await pilot.press("w")
        await typed(pilot, "=s.doc", "enter")
        await seen(pilot, "does not write")
        await pilot.press("escape", "y")
        await seen(pilot, "The report is copied.")
    rows = list(csv.DictReader(Path("s.csv").read_text().splitlines()))
    document = json.loads(Path("s.json").read_text())
    assert [row["source"] for row in rows] == [row["source"] for row in document["rows"]] + ["Total"]
    assert copied == [Path("s.md").read_text()]


async def test_a_win_elsewhere_is_counted_at_once(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot, "6", "Per lead")
        source = Source(id=-1, name="[/b] Salon [VIP]")
        deal = office.other.all(Deal)[0]
        office.other.commit(Batch(say("x"), (Change.add(source), Change.edit(deal, source_id=-1))))
        await seen(pilot, "[/b] Salon [VIP]")


async def test_the_look_back_comes_after_what_came(office: Office) -> None:
    async with office.app.run_test(size=(110, 40)) as pilot:
        await opened(pilot, "0", "Came")
        await seen(pilot, "On average it was off by")
        assert "worked out" not in screen(pilot)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("width", [30, 79, 140])
def test_names_of_any_origin_keep_to_their_columns(name: str, width: int) -> None:
    behind = Behind("won")
    report = Report(
        "winloss",
        say("Won and lost"),
        Period("all", None, None),
        (Column("a", say("Owner")), Column("n", say("Won"), "deals"), Column("s", say("Why"), "split")),
        ((Cell(name), Cell(3, behind), Cell((Part(name, 3, behind),))), (Cell(None), Cell(1), Cell(()))),
        notes=(Note(say("{what}", what=name)),),
        bar="n",
    )
    for place in range(3):
        for row in page(report, place, 0, width):
            assert "\x1b" not in plain(row.line)
            assert cells(plain(row.line)) <= width


def test_the_chosen_column_is_always_in_sight() -> None:
    columns = tuple(Column(f"c{n}", say("A long head"), "count" if n else "text") for n in range(12))
    report = Report(
        "owners", say("Owners"), Period("all", None, None), columns, (tuple(Cell(n) for n in range(12)),)
    )
    for place in range(1, 12):
        table = Table(report, 60, place)
        assert str(place) in plain(table.line(0, True)).split()
        assert cells(plain(table.head())) <= 60


def test_bars_say_which_reason_they_are_of() -> None:
    columns = (
        Column("outcome", say("Outcome")),
        Column("reason", say("Reason")),
        Column("n", say("Deals"), "count"),
    )
    rows = tuple((Cell("lost"), Cell(why), Cell(n)) for why, n in (("No budget", 4), ("Too late", 2)))
    report = Report("winloss", say("Won and lost"), Period("all", None, None), columns, rows, bar="n")
    drawn = [plain(line) for line in Table(report, 37, 2).picture()]
    assert [" ".join(line.split()[:4]) for line in drawn[1:]] == ["lost · No budget", "lost · Too late"]


def test_a_long_name_and_a_long_day_stand_apart() -> None:
    closed = card(1, owner="Camille Girard", closed_at=datetime(2026, 7, 25, 12, tzinfo=UTC))
    use("fr")
    try:
        (row,) = deal_rows([closed], {}, 80)
    finally:
        use("en")
    assert "Camille Girard  25 juil. 2026" in plain(row.line)
    assert cells(plain(row.line)) <= 80


async def test_many_keys_stand_apart_from_what_they_do(office: Office) -> None:
    async with office.app.run_test(size=(80, 30)) as pilot:
        await pilot.press("r")
        await seen(pilot, "This period")
        await pilot.press("question_mark")
        await seen(pilot, "1 2 3 4 5 6 … ")
