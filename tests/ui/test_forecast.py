"""The forecast pane: what it says, and that it fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from desks import LOST, NOW, PROSPECT, QUOTE, WON, desk_of
from dialogs import HOSTILE
from pipetui.core.book import Book, OpenDeal
from pipetui.core.deal import Goal, Metric, Stage
from pipetui.core.forecast import Forecast, forecast
from pipetui.core.funnel import Tally
from pipetui.core.moment import Period
from pipetui.ui.forecast import forecast_lines
from pipetui.ui.paint import cells, plain

NOVEMBER = Period("2026-11", date(2026, 11, 1), date(2026, 12, 1))
PROSPECTS = replace(PROSPECT, ratio_from=20, ratio_to=10)
QUOTES = replace(QUOTE, ratio_from=5, ratio_to=1)
TWO = (PROSPECTS, QUOTES, WON, LOST)


def some(stage: Stage, n: int, amount: int = 0, furthest: Stage | None = None) -> Tally:
    """So many deals in a stage, with a sum of amounts in cents; without amounts when it is 0."""
    far = (furthest or stage).id
    return Tally(stage.id, far, 1, 0, "EUR", n, amount, 0 if amount else n)


def asked(book: Book, target: int | None = None, metric: Metric = "wins", **values: Any) -> Forecast:
    goal = (
        Goal(id=1, pipeline_id=1, period="2026-11", metric=metric, target=target, **values)
        if target
        else None
    )
    return forecast(book, as_of=NOW, period=NOVEMBER, pipeline="Sales", goal=goal)


def page(one: Forecast, width: int = 46, names: dict[int, str] | None = None) -> list[str]:
    return [plain(line).rstrip() for line in forecast_lines(one, width, "Won", names)]


def said(one: Forecast, names: dict[int, str] | None = None) -> str:
    return "\n".join(page(one, 100, names))


def test_ten_opportunities_and_three_clients_to_win() -> None:
    """20 prospects make 10 quotes, 5 quotes make 1 client: 20 leads are missing, and the pane says so."""
    assert page(asked(Book(TWO, [some(PROSPECTS, 10)]), 3)) == [
        "Forecast · November 2026",
        "",
        "20 Prospect → 10 Quote → 2 Won",
        "",
        "The 10 open deals are expected to bring 1.0",
        "wins and no revenue that is known, whenever",
        "they close.",
        "That is Prospect 1.0.",
        "Signed in November 2026: 0 deals, €0.",
        "",
        "Goal: 3 wins",
        "░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  0 / 3",
        "Expected of the open deals: 1.0. Missing: 2.0.",
        "Chance to reach it, whenever they close: 7%.",
        "→ Find 20 more deals for Prospect.",
        "An average is not a plan: 32 new deals in",
        "Prospect make it 80% likely.",
        "",
        "Stage       Open  Amount  To win  Wins",
        "⚑ Prospect    10      €0     10%   1.0",
        "  Quote        0      €0     20%   0.0",
        "",
        "Stage          Said  Seen  Used        Basis",
        "⚑ Prospect  20 → 10     –   50%  as declared",
        "  Quote       5 → 1     –   20%  as declared",
        "",
        "Stage       Needed  Has  Missing",
        "⚑ Prospect      30   10       20",
        "  Quote         15    5       10",
        "",
        "In whole numbers",
        "Prospect: 10 for 1 Won (as declared).",
        "Quote: 5 for 1 Won (as declared).",
        "⚑ The tightest stage is Prospect.",
        "Mostly your default percentages: few deals",
        "have closed yet.",
        "",
        "Left out or filled in",
        "10 deals: no amount: counted with the mean of",
        "the won deals",
    ]


def test_side_by_side_where_there_is_room() -> None:
    lines = page(asked(Book(TWO, [some(PROSPECTS, 10)]), 3), 100)
    assert (
        "Stage       Open  Amount  To win  Wins     Said  Seen  Used        Basis  Needed  Has  Missing"
        in lines
    )


def test_a_goal_that_is_reached_asks_for_nothing() -> None:
    text = said(asked(Book(TWO, [some(WON, 4, 400_000)], won=[some(WON, 4, 400_000)]), 3))
    assert "4 / 3" in text
    assert "It is reached." in text
    assert "→ The goal is reached." in text
    assert "Chance to reach it" not in text
    assert "An average" not in text
    assert "Signed in November 2026: 4 deals, €4k." in text


def test_when_the_open_deals_are_enough_it_is_said_once() -> None:
    text = said(asked(Book(TWO, [some(QUOTES, 30)]), 3))
    assert "Expected of the open deals: 6.0.\n" in text
    assert "→ On average, the open deals are enough." in text
    assert "⚑" not in text


def test_a_goal_in_money_is_told_in_money() -> None:
    book = Book(TWO, [some(QUOTES, 10, 1_000_000), some(WON, 2, 200_000)], won=[some(WON, 2, 200_000)])
    text = said(asked(book, 900_000, "revenue", currency="EUR"))
    assert "Goal: €9k" in text
    assert "€2k / €9k" in text
    assert "Missing: €" in text


def test_a_goal_to_reach_a_stage_names_it() -> None:
    text = said(asked(Book(TWO, [some(PROSPECTS, 10)]), 8, "reach", stage_id=QUOTES.id))
    assert "Goal: 8 deals in Quote" in text
    assert "Expected of the open deals: 5.0. Missing: 3.0." in text


def test_without_a_goal_it_says_how_to_set_one() -> None:
    text = said(asked(Book(TWO, [some(PROSPECTS, 1, 50_000)])))
    assert 'There is no goal for November 2026. "pipetui goal set 2026-11 wins 3" sets one.' in text
    assert "Needed" not in text
    assert "The open deal is expected to bring 0.1 wins and €50, whenever it closes." in text


def test_an_empty_pipeline_answers_too() -> None:
    assert "There is no open deal, so nothing is expected yet." in said(asked(Book(TWO, [])))
    assert "This pipeline has no open stage." in said(asked(Book((WON, LOST), []), 3))


def test_ratios_that_were_seen_stand_beside_those_declared() -> None:
    past = [some(WON, 30, 3_000_000), some(LOST, 60, furthest=PROSPECTS), some(LOST, 30, furthest=QUOTES)]
    text = said(asked(Book(TWO, [*past, some(QUOTES, 5, 500_000)]), 3))
    assert "your data" in text
    assert "60 → 30" in text
    assert "Quote: 2.2 for 1 Won (between 1.8 and 2.5; on 60 cases)." in text
    assert "Mostly your default" not in text


def test_what_adds_most_is_listed_by_name() -> None:
    deals = [OpenDeal(1, QUOTES.id, 100_000, "EUR"), OpenDeal(2, PROSPECTS.id, 900_000, "EUR", 0.9)]
    book = Book(TWO, [some(QUOTES, 1, 100_000), some(PROSPECTS, 1, 900_000)], pinned=deals[1:], deals=deals)
    lines = said(asked(book), {1: "Acme", 2: "[/b] Boréal"}).split("\n")
    place = lines.index("What adds most")
    assert lines[place + 1].startswith("[/b] Boréal")
    assert lines[place + 1].endswith("90%✓   €8.1k")
    assert lines[place + 2].endswith("20%    €200")


def test_certain_is_only_what_is_certain() -> None:
    nearly = said(asked(Book(TWO, [some(QUOTES, 100)]), 1))
    hardly = said(asked(Book(TWO, [some(PROSPECTS, 9)]), 9))
    assert "whenever they close: more than 99%." in nearly
    assert "whenever they close: less than 1%." in hardly


@pytest.mark.parametrize("text", ["Prospect", *HOSTILE])
@pytest.mark.parametrize("width", [38, 46, 60, 80, 100, 200])
def test_every_line_fits(text: str, width: int) -> None:
    stages = [replace(stage, name=f"{text}{stage.id}") for stage in desk_of().stages]
    tally = [Tally(stage.id, stage.id, 1, 0, "EUR", 123_456, 10**14, 7) for stage in stages]
    one = asked(Book(tuple(stages), tally, won=tally[-2:-1]), 1_000_000)
    lines = forecast_lines(one, width, text, {})
    assert all(cells(plain(line)) <= width for line in lines)
