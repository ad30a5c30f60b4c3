"""How good the forecast was, asked in the shell: the contract of its JSON, its proof on known data, and the choice."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipetui.core.rivals import BAYES, CLOSED, IN_TIME, LAST, LAST_THREE, RANK
from shell import Shell

SIMULATED = Path(__file__).parents[3] / "shared" / "data" / "sim_pipeline"
DAYS = ("2025-01-05", "2025-02-28", "2025-03-10")
"""On none of them has the simulation run out of new deals."""
BY_DEAL = [name + ending for name in (RANK, CLOSED, BAYES) for ending in ("", IN_TIME)]
PERIODS = [LAST, LAST_THREE]


@pytest.fixture
def demo(shell: Shell) -> Shell:
    """The believable sample in the store of the shell."""
    assert shell("demo", "--db", "store/sales.db", "--json").code == 0
    return shell


@pytest.fixture
def simulated(shell: Shell) -> Shell:
    """A pipeline whose rates are known."""
    if not SIMULATED.exists():
        pytest.skip("the data set lies beside the repository, not in it")
    words = ("import", str(SIMULATED / "deals.csv"), "--history", str(SIMULATED / "visits.csv"))
    assert shell(*words).code == 0
    return shell


def check_contract(found: dict[str, Any], horizon: float) -> None:
    """The keys and ranges other programs count on."""
    assert list(found)[:5] == ["set_up", "as_of", "per_deal", "open_deals", "all_wins"]
    assert found["set_up"]["horizon_days"] == horizon
    assert found["set_up"]["methods"] == ["pipetui", *BY_DEAL, *PERIODS]
    assert found["set_up"]["best"] in ["pipetui", *BY_DEAL]
    days = [look["as_of"] for look in found["as_of"]]
    assert days == sorted(days, reverse=True)
    for look in found["as_of"]:
        for total in (look["open_wins"], look["all_wins"]):
            assert 0 <= total["p10"] <= total["p50"] <= total["p90"]
            assert total["crps"] >= 0
        assert look["open_wins"]["seen"] <= look["all_wins"]["seen"]
        assert look["open_wins"]["seen"] <= look["open"]
    assert set(found["per_deal"]) == {"pipetui", *BY_DEAL}
    assert set(found["open_deals"]) == set(found["all_wins"])
    assert set(found["all_wins"]) == {"pipetui", *BY_DEAL, *PERIODS}
    for scores in found["per_deal"].values():
        assert set(scores) == {"n", "log_loss", "brier", "ece", "reliability"}
        assert sum(bucket["n"] for bucket in scores["reliability"]) == scores["n"]
        assert scores["n"] == sum(look["open"] for look in found["as_of"])
    for scores in (*found["open_deals"].values(), *found["all_wins"].values()):
        assert set(scores) == {"n", "crps", "mae", "bias", "covered"}
        assert scores["n"] == len(found["as_of"])
        assert abs(scores["bias"]) <= scores["mae"] + 1e-6


def test_the_sample_is_looked_back_at(demo: Shell) -> None:
    found = demo("backtest", "--json").json
    check_contract(found, 30.0)
    assert found["by"] == {}
    check_contract(demo("backtest", "--horizon", "14", "--json").json, 14.0)


def test_deals_are_told_apart_by_a_field(demo: Shell) -> None:
    found = demo("backtest", "--by", "stage", "--json").json
    assert set(found["by"]) == set(found["set_up"]["stages"])
    for name in ("pipetui", *BY_DEAL):
        there = sum(methods[name]["n"] for methods in found["by"].values())
        assert there == found["per_deal"][name]["n"]
    assert len(demo("backtest", "--by", "owner", "--json").json["by"]) > 1


def test_people_read_the_verdict_first_and_see_the_record(demo: Shell) -> None:
    out = demo("backtest", "--by", "stage").out
    found = demo("backtest", "--json").json
    head, _, verdict, record, *rest = out.splitlines()
    assert head == "Sales · 30 days ahead"
    assert verdict == found["set_up"]["verdict"]
    inside = sum(
        look["all_wins"]["p10"] <= look["all_wins"]["seen"] <= look["all_wins"]["p90"]
        for look in found["as_of"]
    )
    error, naive = (found["all_wins"][name]["mae"] for name in ("pipetui", LAST))
    assert record == (
        f"Last {len(found['as_of'])} looks back: {inside} came out within the range; mean error {error:.1f};"
        f' "same as the last period" {naive:.1f}.'
    )
    drawn = [line for line in rest if "░" in line and "│" in line and line.startswith("20")]
    assert len(drawn) >= len(found["as_of"]) - 3
    assert sum("✗" in line for line in rest if line.startswith("20")) == len(found["as_of"]) - inside
    for words in (
        "Of deals given",
        "All wins",
        "Of the deals open then",
        "Single deals",
        "Log-loss:",
        "Meeting",
    ):
        assert words in out


def test_two_runs_print_the_same(demo: Shell) -> None:
    words = ("backtest", "--by", "source", "--json")
    assert demo(*words).out == demo(*words).out


def test_a_store_without_history_says_so(shell: Shell) -> None:
    shell("add", "Acme 12k")
    assert "There is too little history" in shell("backtest").out
    found = shell("backtest", "--json").json
    assert (found["as_of"], found["per_deal"], found["all_wins"]) == ([], {}, {})
    assert found["set_up"]["best"] is None
    assert found["set_up"]["history_start"] is None


def test_on_known_rates_the_forecast_beats_every_simpler_method(simulated: Shell) -> None:
    """Seen from several days, since one sequence of looks back is some twenty totals and luck has its part."""
    crps: dict[str, float] = dict.fromkeys(("pipetui", *BY_DEAL, *PERIODS), 0.0)
    for day in DAYS:
        found = simulated("backtest", "--json", today=day).json
        check_contract(found, 30.0)
        assert len(found["as_of"]) >= 12
        for kind, score in (("per_deal", "log_loss"), ("per_deal", "brier"), ("open_deals", "crps")):
            ours = found[kind]["pipetui"][score]
            others = [scores[score] for name, scores in found[kind].items() if name != "pipetui"]
            assert ours < min(others), (day, kind, score)
        assert found["set_up"]["best"] == "pipetui"
        assert 0.75 <= found["all_wins"]["pipetui"]["covered"] <= 0.95
        assert 0.75 <= found["open_deals"]["pipetui"]["covered"] <= 0.95
        assert found["per_deal"]["pipetui"]["ece"] < 0.03
        for name in crps:
            crps[name] += found["all_wins"][name]["crps"]
    assert min(crps, key=lambda name: crps[name]) == "pipetui"


def test_what_came_later_changes_no_look_back(simulated: Shell) -> None:
    """On the day the simulation ends and three months before it, the same days are forecast alike."""
    late = simulated("backtest", "--json", "--horizon", "30", today="2025-03-10").json
    early = simulated("backtest", "--json", "--horizon", "30", today="2024-12-10").json
    shared = {look["as_of"]: look for look in late["as_of"]}
    both = [(look, shared[look["as_of"]]) for look in early["as_of"] if look["as_of"] in shared]
    assert len(both) >= 6
    assert all(one == other for one, other in both)


def test_a_simpler_method_is_used_and_given_up(demo: Shell) -> None:
    assert demo("backtest", "--use", "naive Bayes, in time").out == (
        'Forecast by "naive Bayes, share in time".\n'
    )
    assert "pipetui backtest --use pipetui" in demo("backtest").out
    assert demo("log", "--json").json[0]["label"] == 'Forecast by "naive Bayes, share in time"'
    assert demo("backtest", "--use", "closed deals", "--json").json == {"method": "closed deals"}
    demo("undo")
    assert 'This store forecasts by "naive Bayes, share in time"' in demo("backtest").out
    assert demo("backtest", "--use", "pipetui").out == "Forecast by the forecast's own method.\n"
    before = demo("log", "--json").json
    assert demo("backtest", "--use", "pipetui").code == 0
    assert demo("log", "--json").json == before
    assert "This store forecasts by" not in demo("backtest").out


def test_a_method_nobody_knows_is_refused(demo: Shell) -> None:
    ended = demo("backtest", "--use", "last period")
    assert ended.code == 2
    assert "last period" in ended.err


def test_the_pictures_need_no_screen() -> None:
    program = "import sys, pipetui.cli.backtest\nprint('textual' in sys.modules, 'rich' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "False False\n"


def test_json_is_one_value(demo: Shell) -> None:
    assert isinstance(json.loads(demo("backtest", "--horizon", "400", "--json").out), dict)


def test_advice_that_comes_too_late_says_so(demo: Shell) -> None:
    demo("goal", "set", "2026-11", "wins", "40")
    goal = demo("forecast", "--json").json["goal"]
    assert re.fullmatch(
        r"Find \d+ more deals for Lead\. New ones there would hardly be won by 30 Nov 2026\.", goal["advice"]
    )
    demo("goal", "set", "2027", "wins", "400")
    goal = demo("forecast", "--period", "2027", "--json").json["goal"]
    assert re.fullmatch(r"Find [\d,]+ more deals for Lead\.", goal["advice"])
