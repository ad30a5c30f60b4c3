"""What each key needs: an act on the records of a table. Whether the member may is for `core.access` alone to say.

A key that stands in no table here changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipetui.core import access
from pipetui.core.access import Act, Actor
from pipetui.core.message import say
from pipetui.errors import Forbidden

if TYPE_CHECKING:
    from pipetui.store.cards import Card

Right = tuple[Act, str]
PARTY = "party"
"""The people or the companies, whichever a page shows."""
OWNED = ("deal", "contact", "organization")
"""A new one belongs to who adds it."""
DEAL: Right = ("change", "deal")

COMMANDS: Mapping[str, Right] = {
    "new": ("add", "deal"), "import": ("add", "deal"), "save_view": ("add", "view"), "record": ("add", "macro"),
    "plan": ("add", "activity"), "log": ("add", "activity"), "done": ("change", "activity"),
    "tag": ("add", "tagging"), "tick": ("add", "evidence"), "untick": ("remove", "evidence"),
    **dict.fromkeys(
        ("move_on", "move_back", "move_to", "win", "lose", "reopen", "edit", "notes", "assign", "park", "archive",
         "repeat", "play"), DEAL,
    ),
}  # fmt: skip
"""By command of the board, and by verb of `core.acts`: those about deals ask whose the deals are."""

ALL = frozenset(COMMANDS.values())

READ_ONLY = say("The past is read-only: T or esc goes back to today.")
"""What every key that changes something says in the past, whoever presses it."""

PAGES: Mapping[str, Mapping[str, Right]] = {
    "Agenda": dict.fromkeys(
        ("done", "snooze", "snooze_until", "a_day_on", "a_day_back", "edit", "cancel", "cancel_all"),
        ("change", "activity"),
    ),
    "Quotes": {
        "new": ("add", "quote"), "copy": ("add", "quote"), "send": ("change", "quote"), "sign": ("change", "quote"),
        "refuse": ("change", "quote"), "edit": ("change", "quote"),
    },
    "Lines": {
        "add": ("add", "quote_line"), "edit": ("change", "quote_line"), "drop": ("remove", "quote_line"),
        "down": ("change", "quote_line"), "up": ("change", "quote_line"),
    },
    "Parts": {
        "add": ("add", "participant"), "new": ("add", "participant"), "role": ("change", "participant"),
        "first": DEAL, "leave": ("remove", "participant"),
    },
    "Checklist": {"tick": ("add", "evidence"), "tick_all": ("add", "evidence")},
    "Lists": {
        "add": ("add", "criterion"),
        **dict.fromkeys(("edit", "later", "sooner", "retire"), ("change", "criterion")),
    },
    "Customers": {
        "new": ("add", PARTY), "edit": ("change", PARTY), "archive": ("change", PARTY), "opt": ("change", PARTY),
        "plan": ("add", "activity"), "log": ("add", "activity"), "tag": ("add", "tagging"),
    },
    "Customer": {
        "edit": ("change", PARTY), "archive": ("change", PARTY), "opt": ("change", PARTY), "deal": ("add", "deal"),
        "plan": ("add", "activity"), "log": ("add", "activity"), "tag": ("add", "tagging"),
    },
    "Doubles": {"apart": ("add", "setting")},
    "Merging": {"merge": ("change", PARTY)},
    "ReviewList": {"begin": ("add", "review"), "minutes": ("change", "review")},
    "ReviewDeal": dict.fromkeys(
        ("step", "push", "advance", "won", "lost", "park", "note", "amount"), DEAL,
    ),
    "Movers": {"apply": DEAL},
    "Foresight": {"apply": DEAL},
    "TrialScreen": {"method": ("change", "setting")},
    "Segments": {"new": ("add", "view"), "edit": ("change", "view"), "drop": ("remove", "view")},
    "Sources": {
        "cost": ("add", "spending"), "new": ("add", "source"), "rename": ("change", "source"),
        "drop": ("remove", "source"),
    },
    "Macros": {
        "play": DEAL, "remove": ("remove", "macro"),
        **dict.fromkeys(("rename", "edit", "later", "sooner"), ("change", "macro")),
    },
    "Members": {
        "add": ("add", "member"), "role": ("change", "member"), "retire": ("change", "member"), "hand": DEAL,
    },
}  # fmt: skip
"""By page, and by the act of its key."""


def barred(actor: Actor, cards: Iterable[Card]) -> Mapping[str, Forbidden]:
    """The commands of the board that the member may not use on these deals, each with its reason.

    On several deals a command is good for those that are the member's to change.
    """
    if actor.role == "admin":
        return {}
    found = list(cards)
    card = next((one for one in found if actor.owns(one.owner_id)), found[0] if found else None)
    whys = {right: _why(actor, right, card) for right in ALL}
    return {name: why for name, right in COMMANDS.items() if (why := whys[right]) is not None}


def why_not(actor: Actor, verb: str, card: Card) -> Forbidden | None:
    """Why a verb is not for the member to do on a deal; None when it is."""
    return _why(actor, COMMANDS.get(verb, DEAL), card)


def _why(actor: Actor, right: Right, card: Card | None) -> Forbidden | None:
    act, table = right
    owned = card is not None and not (act == "add" and table in OWNED)
    owner_id, owner = (card.owner_id, card.owner or "") if card is not None and owned else (None, "")
    reason = access.refusal(actor, act, table, owner_id, owner)
    return None if reason is None else Forbidden(reason, access.hint(actor, table, owner))
