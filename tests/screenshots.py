"""Draw the pictures of the README again from the demo: `python tests/screenshots.py`.

Always of the same day and seed, so that a picture changes only when the screen does. Names of pictures
draw those alone.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from pipetui import demo, lang
from pipetui.config import load
from pipetui.store.db import Database
from pipetui.store.store import Store
from pipetui.ui.app import Pipetui
from pipetui.ui.reading import Reading
from pipetui.ui.writer import Writer

FOLDER = Path(__file__).parent.parent / "screenshots"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


CALM = 3.0
"""Seconds in which everything on a screen is made, the forecast too."""


class Picture(NamedTuple):
    """A screen worth showing: its size, its language, the keys that lead to it."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    language: str = "en"


PICTURES = (
    Picture("board", (120, 36), ()),
    Picture("detail", (140, 40), ("right", "down", "d")),
    Picture("forecast", (140, 44), ("f",)),
    Picture("whole-forecast", (160, 45), ("right_square_bracket", "F")),
    Picture("whole-forecast-small", (80, 24), ("right_square_bracket", "F")),
    Picture("backtest", (120, 40), ("B",)),
    Picture(
        "quick-entry", (100, 24), ("n", *'Acme web shop 12k€ @"Marie Curie" #vip close:30/12 !fri call back')
    ),
    Picture("filter", (100, 24), ("slash", *"amount>8k is:stalled")),
    Picture("small", (80, 24), ("right", "right", "down")),
    Picture("francais", (120, 36), ("f",), "fr"),
    Picture("stages", (100, 30), ("D",)),
    Picture("help", (120, 40), ("question_mark",)),
    Picture("agenda", (120, 32), ("A",)),
    Picture("people", (120, 32), ("at",)),
    Picture("customer", (120, 40), ("at", "enter")),
    Picture("doubles", (120, 24), ("at", "D", "enter")),
    Picture("quotes", (100, 24), ("right", "right", "right", "Q")),
    Picture("quote-lines", (100, 24), ("right", "right", "right", "Q", "enter")),
    Picture("evidence", (100, 24), ("right", "v")),
    Picture("review", (120, 32), ("R",)),
    Picture("review-deal", (100, 30), ("R", "enter")),
    Picture("review-small", (80, 24), ("R", "enter")),
    Picture("minutes", (100, 30), ("R", "enter", "s", "L", "escape", "m")),
    Picture("past", (120, 36), ("T", *"2026-08-24", "enter")),
    Picture("reports", (100, 24), ("r",)),
    Picture("report-funnel", (120, 36), ("r", "2")),
    Picture("report-winloss", (120, 36), ("r", "3")),
    Picture("report-velocity", (100, 24), ("r", "4")),
    Picture("report-times", (100, 24), ("r", "5")),
    Picture("report-sources", (120, 30), ("r", "6")),
    Picture("report-owners", (100, 24), ("r", "7")),
    Picture("report-activity", (100, 24), ("r", "8")),
    Picture("report-ageing", (100, 30), ("r", "9")),
    Picture("report-evidence", (100, 30), ("r", "e")),
    Picture("companies", (120, 32), ("ampersand",)),
    Picture("company", (120, 40), ("ampersand", "enter")),
    Picture("people-of-a-deal", (100, 24), ("right", "W")),
    Picture("segments", (100, 24), ("M",)),
    Picture("sources", (100, 24), ("M", "tab")),
    Picture("members", (100, 24), ("percent_sign",)),
    Picture("palette", (100, 24), ("colon", *"mer")),
)


async def draw(picture: Picture, folder: Path) -> str:
    """The picture as SVG, without fonts to fetch and without numbers that change from one run to the next."""
    lang.use(picture.language)
    url = str(folder / f"{picture.name}.db")

    def opened() -> Store:
        return Store.open(url, login="marie", now=lambda: NOW, told=lang.told)

    prepared = folder / f"{picture.language}.sample"
    if not prepared.exists():
        store = opened()
        demo.write(store, TODAY)
        store.close()
        shutil.copy(url, prepared)
    shutil.copy(prepared, url)
    reading, writer = Reading(Database(url), opened, lambda: (TODAY, NOW)), Writer(opened)
    app = Pipetui(load({"HOME": str(folder), "PIPETUI_CONFIG": str(folder / "none")}), reading, writer)
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause(CALM)
        await pilot.press(*picture.keys)
        await pilot.pause(CALM)
        svg = app.export_screenshot(title="pipetui")
    app.close()
    writer.close()
    reading.close()
    svg = re.sub(r"@font-face \{.*?\}|<!--.*?-->", "", svg, flags=re.DOTALL).replace(
        "Fira Code", "DejaVu Sans Mono"
    )
    return re.sub(r"terminal-\d+", "terminal", svg)


def main(names: Sequence[str] = ()) -> None:
    """Write every picture, or those of these names."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for picture in PICTURES:
            if names and picture.name not in names:
                continue
            path = FOLDER / f"{picture.name}.svg"
            path.write_text(asyncio.run(draw(picture, Path(folder))), encoding="utf-8")
            print(path.relative_to(FOLDER.parent))


if __name__ == "__main__":
    main(sys.argv[1:])
