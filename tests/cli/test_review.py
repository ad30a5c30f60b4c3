"""What deserves a word, in the shell, and the days as they were."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta

import pytest

from pipetui.core.change import Batch, Change
from pipetui.core.deal import Review
from pipetui.core.message import say
from pipetui.exchange.minutes import Minutes
from pipetui.store.store import Store
from shell import Shell


@pytest.fixture
def past(shell: Shell) -> Shell:
    """Three deals on three days; one moved, one won, one without a step."""
    shell("add", "Acme roof 10k close:2026-09-30 !2026-09-08 call", today="2026-09-01")
    shell("add", "Boréal wall 5k", today="2026-10-05")
    shell("move", "1", "Quote", today="2026-10-20")
    shell("won", "2", today="2026-11-02")
    shell("edit", "1", "amount=12k", "expected_close=2026-10-15", today="2026-11-03")
    shell("add", "Door 2k", today="2026-11-10")
    return shell


def test_the_deals_most_worth_a_word_come_with_the_reasons(past: Shell) -> None:
    found = past("review", "--json").json
    assert [one["id"] for one in found] == [1, 3]
    flags = {one["id"]: {flag["flag"] for flag in one["flags"]} for one in found}
    assert {"overdue", "late"} <= flags[1]
    assert {"no step"} <= flags[3]
    assert [one["id"] for one in past("review", "--json", "--limit", "1").json] == [1]
    assert past("review", "door", "--json").json[0]["id"] == 3
    assert "no next step" in past("review").out


def test_there_are_no_minutes_before_a_review_was_held(past: Shell) -> None:
    assert past("review", "--list", "--json").json == []
    ended = past("review", "--minutes", "last")
    assert (ended.code, "No review has come to its end yet." in ended.err) == (1, True)


def held(*moments: datetime) -> None:
    """Reviews that began at these moments, each with as many deals looked at as came before it."""
    store = Store.open(os.environ["PIPETUI_DB"], login="marie", now=lambda: moments[-1])
    for n, moment in enumerate(moments):
        minutes = Minutes(
            held_on=moment.date(), held_by="marie", pipeline="Sales", query="", since=date(2026, 11, 1), looked_at=n,
            of=9, decisions=(), opening={}, closing={}, parts={},
        )  # fmt: skip
        review = Review(
            id=-1, pipeline_id=1, owner_id=store.me, began_at=moment, ended_at=moment + timedelta(minutes=5),
            minutes=minutes.to_json(),
        )  # fmt: skip
        store.commit(Batch(say("End the pipeline review"), (Change.add(review),)))
    store.close()


def test_two_reviews_of_one_day_are_told_apart(past: Shell) -> None:
    held(*(datetime(2026, 11, 20, hour, 5).astimezone() for hour in (9, 14)))
    listed = past("review", "--list").out
    assert "20 Nov 2026 09:05" in listed and "20 Nov 2026 14:05" in listed
    first, second = past("review", "--list", "--json").json
    assert first["began_at"] < second["began_at"]

    def minutes(words: str) -> tuple[int, str]:
        ended = past("review", "--minutes", words, "--json")
        return ended.json["looked_at"], ended.err

    newest, told = minutes("2026-11-20")
    assert (newest, told) == (1, "1 more review was held then: see pipetui review --list\n")
    assert minutes("2026-11-20 9:05") == minutes("20 Nov 2026 09:05") == minutes(str(first["id"])) == (0, "")
    assert minutes("2026-11-20 14:05") == minutes(str(second["id"])) == minutes("last") == (1, "")
    assert past("review", "--minutes", "2026-11-20 11:00").code == 1
    assert past("review", "--minutes", "99").code == 1
    assert past("review", "--minutes", "someday 11:00").code == 2


def board(shell: Shell, day: str) -> dict[str, list[int]]:
    found = shell("list", "is:open,won,lost", "--json", today=day).json
    stages: dict[str, list[int]] = {}
    for one in found:
        stages.setdefault(one["stage"], []).append(one["id"])
    return {stage: sorted(ids) for stage, ids in stages.items()}


def test_the_board_as_it_was(past: Shell) -> None:
    assert board(past, "2026-08-31") == {}
    assert board(past, "2026-09-01") == {"Lead": [1]}
    assert board(past, "2026-10-19") == {"Lead": [1, 2]}
    assert board(past, "2026-10-20") == {"Quote": [1], "Lead": [2]}
    assert board(past, "2026-11-09") == {"Quote": [1], "Won": [2]}
    assert board(past, "2026-11-23") == {"Quote": [1], "Won": [2], "Lead": [3]}


def test_fields_reports_and_forecast_are_those_of_the_day(past: Shell) -> None:
    then = past("show", "1", "--json", today="2026-10-25").json
    assert (then["amount"], then["expected_close"]) == ("10000.00", "2026-09-30")
    assert past("show", "3", today="2026-10-25").code == 1
    assert past("show", "1", "--json").json["amount"] == "12000.00"
    assert past("forecast", "--json", today="2026-10-25").code == 0
    funnel = past("report", "funnel", "--json", today="2026-10-25")
    assert funnel.code == 0
    assert next(entry["label"] for entry in past("log", "--json", today="2026-10-25").json).startswith("Move")


def test_the_past_cannot_be_written(past: Shell) -> None:
    refused = past("won", "1", "--json", today="2026-10-25")
    assert refused.code == 1
    assert refused.error["message"] == "The past is read-only."
    assert past("undo", today="2026-10-25").code == 1
    assert board(past, "2026-11-23")["Quote"] == [1]


def test_days_are_said_in_words(past: Shell) -> None:
    for words in ("yesterday", "3 months ago", "il y a 2 semaines", "monday"):
        assert past("list", "--json", today=words).code == 0
    assert past("list", today="someday").code == 2


def test_what_changed_since_a_day_is_a_filter(past: Shell) -> None:
    assert [
        one["id"] for one in past("list", "changed>2026-11-01", "is:open", "--json", today=None).json
    ] == [1, 3]
    assert [
        one["id"] for one in past("list", "changed>2026-11-05", "is:open", "--json", today=None).json
    ] == [3]
