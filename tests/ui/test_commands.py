"""One table of keys: nothing is bound twice, everything does something, and what cannot act says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boards import card, stage
from pipetui.errors import Invalid
from pipetui.lang import told
from pipetui.ui.asking import Asking
from pipetui.ui.bar import Standing, key_line, message_line, top_line
from pipetui.ui.commands import COMMANDS, Seen, in_bar, keymap
from pipetui.ui.handlers import OPENED, Handlers
from pipetui.ui.help import help_lines
from pipetui.ui.openings import Openings
from pipetui.ui.paint import cells, plain

OPEN = Seen((card(1),), stage=stage(1, "Lead", "open"))
WON = Seen((card(1, 5),), stage=stage(5, "Won", "won"))


def test_no_key_does_two_things() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_every_command_does_something_and_has_words(command: object) -> None:
    command_id: str = command.id  # type: ignore[attr-defined]
    name = f"do_{command_id}"
    assert (command_id in OPENED) == hasattr(Openings, command_id)
    assert hasattr(Handlers, name) + hasattr(Asking, name) + hasattr(Openings, command_id) == 1
    assert told(command.label)  # type: ignore[attr-defined]


def test_every_handler_has_a_command() -> None:
    handled = {name[3:] for owner in (Handlers, Asking) for name in vars(owner) if name.startswith("do_")}
    assert handled | OPENED == {command.id for command in COMMANDS}


def test_letters_and_arrows_only() -> None:
    assert [key for command in COMMANDS for key in command.keys if "ctrl" in key] == ["ctrl+l", "ctrl+z"]


@pytest.mark.parametrize(
    ("key", "character", "command"),
    [
        ("L", "L", "move_on"),
        ("slash", "/", "filter"),
        ("question_mark", "?", "help"),
        ("full_stop", ".", "repeat"),
        ("left_square_bracket", "[", "previous_period"),
        ("space", " ", "mark"),
        ("7", "7", "view"),
        ("left", None, "left"),
    ],
)
def test_keys_are_found_by_the_names_textual_gives_them(
    key: str, character: str | None, command: str
) -> None:
    found = keymap().command(key, character)
    assert found is not None
    assert found.id == command


def test_a_key_of_the_user_is_taken_from_who_had_it() -> None:
    keys = keymap({"undo": "z ctrl+z", "quit": "u"})
    assert keys.keys["undo"] == ("z", "ctrl+z")
    assert keys.command("u", "u").id == "quit"  # type: ignore[union-attr]
    assert keys.command("q", "q") is None


@pytest.mark.parametrize("changed", [{"fly": "z"}, {"undo": "z", "redo": "z"}])
def test_a_keymap_that_makes_no_sense_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        keymap(changed)


def test_a_command_that_cannot_act_says_why() -> None:
    reasons = {command.id: command.refuses(Seen()) for command in COMMANDS}
    assert all(
        reasons[name]
        for name in ("move_on", "win", "lose", "edit", "park", "mark", "open", "save_view", "pane_up")
    )
    assert not any(reasons[name] for name in ("new", "filter", "help", "quit", "undo", "forecast"))
    marked = Seen((card(1), card(2)), marked=True)
    assert keymap().command("e", "e").refuses(marked)  # type: ignore[union-attr]


def test_the_key_bar_shows_what_acts_now() -> None:
    assert [command.id for command in in_bar(OPEN)][:4] == ["new", "move_on", "win", "lose"]
    assert "reopen" in [command.id for command in in_bar(WON)]
    assert "win" not in [command.id for command in in_bar(WON)]
    assert [command.id for command in in_bar(Seen())] == [
        "new",
        "undo",
        "forecast",
        "review",
        "agenda",
        "reports",
        "filter",
        "help",
    ]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_the_bars_fit_and_help_is_always_there(width: int) -> None:
    line = key_line(in_bar(OPEN), keymap(), "17/34,873", width)
    assert cells(plain(line)) == width
    assert "? help" in plain(line)
    assert plain(line).endswith("17/34,873 ")
    assert cells(plain(message_line("Move [/b] Acme " * 20, "1/2", width))) == width


STANDING = Standing(
    "Sales",
    "November 2026",
    47,
    {"EUR": (40, 31_200_000)},
    weighted="€96k",
    wins=(2, 3),
    goal_chance=0.58,
    flagged=7,
)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (100, "Sales ▾ · November 2026  47 open · €312k · weighted €96k · 2/3 wins · P(goal) 58% · ⚑ 7"),
        (80, "Sales ▾ · November 2026  47 open · €312k · 2/3 wins · P(goal) 58% · ⚑ 7"),
        (60, "Sales ▾ · November 2026  47 open · €312k · 2/3 wins · ⚑ 7"),
        (24, "Sales ▾  2/3 wins · ⚑ 7"),
    ],
)
def test_the_top_line_loses_what_matters_least(width: int, shown: str) -> None:
    line = plain(top_line(STANDING, width))
    assert cells(line) == width
    assert line.split() == shown.split()


def test_who_is_here_is_counted_where_the_names_have_no_room() -> None:
    standing = replace(STANDING, others=("bob", "carol"))
    assert "P(goal) 58% · with bob, carol · ⚑ 7" in plain(top_line(standing, 120))
    assert "P(goal) 58% · +2 · ⚑ 7" in plain(top_line(standing, 80))


@pytest.mark.parametrize("width", [60, 120, 200])
def test_help_names_every_command(width: int) -> None:
    page = help_lines(keymap(), width)
    text = "\n".join(plain(line) for line in page)
    for command in COMMANDS:
        assert keymap().shown(command.id) in text
        assert told(command.label)[:25] in text
    assert all(cells(plain(line)) <= width for line in page)
