"""The one table of keys. Bindings, the key bar, the help, the palette, the user's keymap and README all read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipetui.core.access import SYSTEM, Actor
from pipetui.core.message import Message, say
from pipetui.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipetui.core.deal import Stage
    from pipetui.store.cards import Card


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Seen:
    """What stands on the board when a key is pressed."""

    cards: Sequence[Card] = ()
    """The marked deals, else the one under the cursor, else none."""
    marked: bool = False
    stage: Stage | None = None
    """The stage the cursor is in."""
    filtered: bool = False
    pane: bool = False
    """A pane stands beside the board."""
    past: bool = False
    """The board is looked at as it was."""
    actor: Actor = SYSTEM
    """Who looks."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Command:
    """One thing a key does."""

    id: str
    keys: tuple[str, ...]
    label: Message
    """Its line in the help and in the palette."""
    group: Message
    short: Message | None = None
    """Its word in the key bar; None when it is not shown there."""
    refuses: Callable[[Seen], Message | None] = lambda seen: None
    """Why it cannot act now; None when it can."""
    when: Callable[[Seen], bool] = lambda seen: True
    """Whether the key bar shows it now."""
    pair: str = ""
    """The command whose key stands beside its own in the key bar."""


def _no_deal(seen: Seen) -> Message | None:
    if seen.cards:
        return None
    if seen.filtered:
        return say("There is no deal here that fits the filter: esc clears it.")
    return say("There is no deal here. Press n to add one.")


def _not_one(seen: Seen) -> Message | None:
    if seen.marked and len(seen.cards) > 1:
        return say("This works on one deal at a time: press esc to clear the marks.")
    return _no_deal(seen)


def _no_pane(seen: Seen) -> Message | None:
    return None if seen.pane else say("There is no pane to scroll: d shows the deal, f the forecast.")


def _nothing_filtered(seen: Seen) -> Message | None:
    return None if seen.filtered else say("There is no filter to keep: press / to set one.")


def _past(seen: Seen) -> bool:
    return seen.past


def _in_present(seen: Seen) -> Message | None:
    return None if seen.past else say("This steps through the past: press T and say a day first.")


def _on_open(seen: Seen) -> bool:
    return bool(seen.cards) and (seen.stage is None or seen.stage.kind == "open")


def _on_closed(seen: Seen) -> bool:
    return bool(seen.cards) and seen.stage is not None and seen.stage.kind != "open"


def _on_deal(seen: Seen) -> bool:
    return bool(seen.cards)


GROUPS = say("Move about"), say("Deals"), say("Several deals"), say("Look"), say("The rest")
MOVE, DEAL, MANY, LOOK, ELSE = GROUPS

COMMANDS: tuple[Command, ...] = (
    Command("new", ("n",), say("Add a deal in one line"), DEAL, say("new")),
    Command(
        "move_on", ("L", ">"), say("Move the deal to the next stage"), DEAL,
        say("move"), _no_deal, _on_deal, pair="move_back",
    ),
    Command("move_back", ("H", "<"), say("Move the deal to the stage before"), DEAL, None, _no_deal),
    Command("move_to", ("m",), say("Move the deal to a stage you name"), DEAL, None, _no_deal),
    Command("win", ("w",), say("Win the deal"), DEAL, say("won"), _no_deal, _on_open),
    Command("lose", ("x",), say("Lose the deal, with the reason"), DEAL, say("lost"), _no_deal, _on_open),
    Command("reopen", ("o",), say("Reopen a closed or archived deal"), DEAL, say("reopen"), _no_deal, _on_closed),
    Command("plan", ("t",), say("Plan the next step"), DEAL, say("next step"), _no_deal, _on_open),
    Command("log", ("c",), say("Log a call or another activity"), DEAL, say("log"), _no_deal, _on_open),
    Command("done", ("!",), say("The next step is done"), DEAL, None, _no_deal),
    Command("edit", ("e",), say("Edit the deal"), DEAL, say("edit"), _not_one, _on_deal),
    Command("notes", ("E",), say("Write notes in your editor"), DEAL, None, _not_one),
    Command("assign", ("O",), say("Give the deal to another owner"), DEAL, None, _no_deal),
    Command("park", ("p",), say("Park the deal until a day, or bring it back"), DEAL, None, _no_deal),
    Command("archive", ("a",), say("Archive the deal"), DEAL, None, _no_deal),
    Command("copy", ("y",), say("Copy the deal as text, over SSH too"), DEAL, None, _no_deal),
    Command("tag", ("#",), say("Put tags on the deal, or take them off"), DEAL, None, _no_deal),
    Command("quotes", ("Q",), say("Quotes of the deal: write, send, sign, refuse"), DEAL, None, _not_one),
    Command("people", ("W",), say("Who takes part in the deal, and in which role"), DEAL, None, _not_one),
    Command("evidence", ("v",), say("Tick what the stage asks for before the deal leaves it"), DEAL, None, _not_one),
    Command("mark", ("space",), say("Mark the deal, or take its mark away"), MANY, None, _no_deal),
    Command("mark_all", ("*",), say("Mark all deals of the column"), MANY),
    Command("repeat", (".",), say("Do the last thing again, here"), MANY, None, _no_deal),
    Command("record", (";",), say("Record a macro: what you do next, until the same key"), MANY),
    Command("play", (",",), say("Play a macro on the deal or the marked deals"), MANY, None, _no_deal),
    Command("undo", ("u",), say("Undo"), MANY, say("undo")),
    Command("redo", ("U",), say("Redo"), MANY),
    Command("left", ("h", "left"), say("One column to the left"), MOVE),
    Command("down", ("j", "down"), say("One deal down"), MOVE),
    Command("up", ("k", "up"), say("One deal up"), MOVE),
    Command("right", ("l", "right"), say("One column to the right"), MOVE),
    Command("first", ("g", "home"), say("First deal of the column"), MOVE),
    Command("last", ("G", "end"), say("Last deal of the column"), MOVE),
    Command("page_up", ("pageup",), say("One page up"), MOVE),
    Command("page_down", ("pagedown",), say("One page down"), MOVE),
    Command("pane_up", ("K",), say("Scroll the pane up"), MOVE, None, _no_pane),
    Command("pane_down", ("J",), say("Scroll the pane down"), MOVE, None, _no_pane),
    Command("open", ("enter",), say("Show all of the deal"), LOOK, None, _no_deal),
    Command("detail", ("d",), say("Show the deal beside the board, or hide it"), LOOK),
    Command("forecast", ("f",), say("Show the forecast, or hide it"), LOOK, say("forecast")),
    Command("backtest", ("B",), say("How good is the forecast? Look back at what it said"), LOOK),
    Command("foresight", ("F",), say("Open the whole forecast: deals behind each figure, what if, levers"), LOOK),
    Command("cases", ("C",), say("Show the deals that its chance rests on"), LOOK, None, _not_one),
    Command("review", ("R",), say("Hold a pipeline review, one deal at a time"), LOOK, say("review")),
    Command("agenda", ("A",), say("Agenda: what is overdue, today, this week, later"), LOOK, say("agenda")),
    Command("reports", ("r",), say("Reports: funnel, wins and losses, velocity, sources"), LOOK, say("reports")),
    Command("travel", ("T",), say("See the board as it was on another day"), LOOK, say("today"), when=_past),
    Command(
        "day_back", ("(",), say("In the past: the day before"), LOOK,
        say("day"), _in_present, _past, pair="day_on",
    ),
    Command("day_on", (")",), say("In the past: the day after"), LOOK, None, _in_present),
    Command(
        "week_back", ("{",), say("In the past: a week before"), LOOK,
        say("week"), _in_present, _past, pair="week_on",
    ),
    Command("week_on", ("}",), say("In the past: a week after"), LOOK, None, _in_present),
    Command("review_back", ("|",), say("In the past: the review before"), LOOK, None, _in_present),
    Command("contacts", ("@",), say("The people of the customer file"), LOOK),
    Command("organizations", ("&",), say("The companies of the customer file"), LOOK),
    Command("segments", ("M",), say("Segments for marketing, sources and what they cost"), LOOK),
    Command("filter", ("/",), say("Filter the deals"), LOOK, say("filter")),
    Command("view", tuple("123456789"), say("Show a saved view"), LOOK),
    Command("save_view", ("V",), say("Keep the filter as a view"), LOOK, None, _nothing_filtered),
    Command("sort", ("s",), say("Sort the other way: urgency, amount, closing day, chance, value, age"), LOOK),
    Command("sort_by", ("S",), say("Choose how to sort"), LOOK),
    Command("previous_period", ("[",), say("The period before"), LOOK),
    Command("next_period", ("]",), say("The next period"), LOOK),
    Command("pipeline", ("P",), say("Show another pipeline"), LOOK),
    Command("here", ("N",), say("Who else is here, and what they did lately"), LOOK),
    Command("stages", ("D",), say("Define the stages"), ELSE),
    Command("members", ("%",), say("Members: roles, and what each has at hand"), ELSE),
    Command("import", ("i",), say("Import a file"), ELSE),
    Command("palette", (":",), say("Find a command by its name"), ELSE),
    Command("redraw", ("ctrl+l",), say("Draw the screen again"), ELSE),
    Command("suspend", ("ctrl+z",), say("Back to the shell for a while; fg returns"), ELSE),
    Command("help", ("?",), say("Help"), ELSE, say("help")),
    Command("back", ("escape",), say("Back: close, clear the marks, then the filter"), ELSE),
    Command("quit", ("q",), say("Quit"), ELSE),
)  # fmt: skip

BY_ID: Mapping[str, Command] = {command.id: command for command in COMMANDS}
SIGNS = {
    "left": "←", "right": "→", "up": "↑", "down": "↓", "escape": "esc", "pageup": "pgup", "pagedown": "pgdn",
}  # fmt: skip
"""Keys as people write them."""
NAMES = {
    "slash": "/", "question_mark": "?", "colon": ":", "asterisk": "*", "full_stop": ".", "exclamation_mark": "!",
    "left_square_bracket": "[", "right_square_bracket": "]", "number_sign": "#", "at": "@", "ampersand": "&",
    "left_parenthesis": "(", "right_parenthesis": ")", "left_curly_bracket": "{", "right_curly_bracket": "}",
    "vertical_line": "|", "semicolon": ";", "comma": ",", "plus": "+", "minus": "-", "equals_sign": "=",
    "less_than_sign": "<", "greater_than_sign": ">", "percent_sign": "%",
}  # fmt: skip
"""Keys as they stand in the table, by the names Textual gives them."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Keymap:
    """Which key does what: the table, and what the user changed."""

    keys: Mapping[str, tuple[str, ...]]
    """Keys by command."""
    commands: Mapping[str, Command]
    """Commands by key."""

    def command(self, key: str, character: str | None) -> Command | None:
        """What a key does; Textual names it, and tells the character it types."""
        return self.commands.get(NAMES.get(key, key)) or self.commands.get(character or "")

    def shown(self, command_id: str) -> str:
        """The first key of a command, as people write it."""
        keys = self.keys[command_id]
        return SIGNS.get(keys[0], keys[0]) if keys else ""

    def all_shown(self, command_id: str) -> str:
        """All keys of a command, as people write them."""
        keys = self.keys[command_id]
        if len(keys) > 3:
            return f"{keys[0]}-{keys[-1]}"
        return " ".join(SIGNS.get(key, key) for key in keys)


def keymap(changed: Mapping[str, str] | None = None) -> Keymap:
    """The table with the user's keys: `{"undo": "u ctrl+z"}`; keys of one command are separated by blanks.

    A key given to a command is taken from the one that had it. Raises Invalid for an unknown command, and when two
    commands are given the same key.
    """
    keys = {command.id: command.keys for command in COMMANDS}
    given: dict[str, str] = {}
    for name, text in (changed or {}).items():
        if name not in BY_ID:
            raise Invalid(
                say('There is no command "{name}" to give a key to.', name=name),
                say("The commands are {names}.", names=", ".join(BY_ID)),
            )
        for key in text.split():
            if key in given:
                raise Invalid(
                    say('"{key}" is the key of two commands, {a} and {b}.', key=key, a=given[key], b=name)
                )
            given[key] = name
    for name, its_keys in keys.items():
        own = tuple((changed or {}).get(name, "").split())
        keys[name] = own if name in (changed or {}) else tuple(key for key in its_keys if key not in given)
    return Keymap(keys, {key: BY_ID[name] for name, its_keys in keys.items() for key in its_keys})


def in_bar(seen: Seen) -> list[Command]:
    """The commands of the key bar, in order of use; in the past those alone that only look."""
    return [
        command
        for command in COMMANDS
        if command.short and command.when(seen) and not (seen.past and command.group in (DEAL, MANY))
    ]
