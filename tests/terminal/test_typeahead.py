"""Keys that come all at once, as over a slow link, do what they would have done one by one."""

from __future__ import annotations

import pytest

from machine import Machine


@pytest.mark.parametrize(
    ("keys", "shown", "done"),
    [
        ("/boréal\r", r"/boréal +1 open", []),
        ("nBolt 3k\r/bolt\rL", "Prospect 1", ["Add Bolt", "Move Bolt to Prospect"]),
        (":boréal\r", "── Boréal", []),
        ("tfriday call roof\rd", "(?s)call roof.*Created", ["Plan a step for Acme"]),
        ("A/acme\r\r", "▌Acme", []),
        (
            "Qn\t9k\rnRoof\t2\t10\r",
            r"Roof +2 ",
            ["Make quote 2026-001", "Write the lines of quote 2026-001"],
        ),
        (
            "R\rsL\x1bm",
            "Deals looked at: 2",
            [
                "Review Boréal: left as it is",
                "Review Acme: moved on",
                "End the pipeline review",
            ],
        ),
        ("x\rhhhhhp1/12\r", r"Park Boréal", ["Lose Acme: Too expensive", "Park Boréal until 1 Dec 2026"]),
    ],
)
def test_keys_that_come_at_once_go_where_they_belong(
    acme: Machine, keys: str, shown: str, done: list[str]
) -> None:
    terminal = acme.open()
    before = acme.done()
    terminal.press_only(keys)
    terminal.expect(shown)
    assert acme.done()[len(before) :] == done
