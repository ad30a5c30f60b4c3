"""What is due, put off, skipped, done; and the calendar file of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shell import Shell


@pytest.fixture
def planned(shell: Shell) -> Shell:
    for title, step in (
        ("Acme web shop", "!yesterday call"),
        ("Boréal", "!today 14:30 meeting"),
        ("[/b] Dupont", "!friday task send papers, then wait; done"),
    ):
        shell("add", f"{title} 1k {step}")
    shell("activity", "add", "1", "task", "report", "--due", "2026-11-30", "--repeat", "every 2 weeks")
    return shell


def due(shell: Shell, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell("due", *words, "--json").json
    return found


def test_a_cron_job_hears_only_of_what_there_is(planned: Shell) -> None:
    said = planned("due")
    assert said.code == 0
    assert "overdue" in said.out
    assert [(one["deal"], one["due"], one["time"]) for one in due(planned)] == [
        (1, "2026-11-22", None),
        (2, "2026-11-23", "14:30"),
    ]
    assert [one["deal"] for one in due(planned, "--days", "7")] == [1, 2, 3, 1]
    assert [one["deal"] for one in due(planned, "--owner", "me")] == [1, 2]
    for one in due(planned):
        planned("activity", "done", str(one["id"]))
    nothing = planned("due")
    assert (nothing.code, nothing.out, nothing.err) == (1, "", "")


def test_what_belongs_to_lost_and_archived_deals_is_left_out(planned: Shell) -> None:
    planned("lost", "1", "--reason", "too expensive")
    planned("archive", "2")
    assert due(planned, "--days", "30") == [one for one in due(planned, "--days", "30") if one["deal"] == 3]


def test_a_step_is_put_off_and_what_repeats_comes_back(planned: Shell) -> None:
    first = due(planned)[0]["id"]
    planned("activity", "snooze", str(first), "thursday")
    assert [one["id"] for one in due(planned)] == [due(planned)[0]["id"]] != [first]
    report = next(one for one in due(planned, "--days", "9") if one["text"] == "report")
    assert report["repeat"] == "2w"
    planned("activity", "skip", str(report["id"]))
    assert planned("activity", "skip", str(first)).code == 1
    later = next(one for one in due(planned, "--days", "60") if one["text"] == "report")
    assert (later["id"], later["due"]) == (report["id"], "2026-12-14")
    planned("activity", "done", str(later["id"]))
    again = next(one for one in due(planned, "--days", "60") if one["text"] == "report")
    assert (again["id"] != later["id"], again["due"]) == (True, "2026-12-28")


def test_a_calendar_takes_the_steps_in(planned: Shell, tmp_path: Path) -> None:
    from icalendar import Calendar

    planned("activity", "add", "1", "call", "--due", "2027-01-31", "--repeat", "1m")
    assert planned("export", "--to", "steps.ics").code == 0
    data = (tmp_path / "steps.ics").read_bytes()
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    events = list(Calendar.from_ical(data).walk("VEVENT"))
    assert len(events) == 5
    assert len({str(one["uid"]) for one in events}) == 5
    meeting = next(one for one in events if one["categories"].to_ical() == b"meeting")
    assert meeting["dtstart"].to_ical() == b"20261123T143000"
    task = next(one for one in events if "send papers" in one["summary"])
    assert "; done" in str(task["summary"])
    assert "Dupont" in str(task["summary"])
    assert (task["dtstart"].to_ical(), task["dtend"].to_ical()) == (b"20261127", b"20261128")
    rules = [one["rrule"].to_ical() for one in events if "rrule" in one]
    assert b"FREQ=WEEKLY;INTERVAL=2" in rules
    planned("export", "--to", "again.ics")
    again = Calendar.from_ical((tmp_path / "again.ics").read_bytes()).walk("VEVENT")
    assert {str(one["uid"]) for one in again} == {str(one["uid"]) for one in events}


def test_what_was_done_is_told_as_done_in_french(planned: Shell) -> None:
    number = str(due(planned)[0]["id"])
    planned("--lang", "fr", "activity", "snooze", number, "2026-12-01")
    planned("--lang", "fr", "activity", "cancel", number)
    history = planned("--lang", "fr", "log").out
    assert "Activité reportée au 1er déc. 2026" in history
    assert "Activité annulée" in history


def test_what_comes_back_says_so_wherever_it_is_listed(planned: Shell) -> None:
    for words in (("show", "1"), ("activity", "list"), ("activity", "list", "1"), ("due", "--days", "9")):
        assert "report (every 2 weeks)" in planned(*words).out
