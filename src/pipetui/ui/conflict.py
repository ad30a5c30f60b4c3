"""Two people changed the same field: both values side by side, one key to take either."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from pipetui.core.deal import Contact, Deal, Member, Organization, Source, Stage
from pipetui.core.message import Message, say
from pipetui.core.rebase import Decision, Place, place
from pipetui.errors import Conflict, NotFound
from pipetui.lang import _, day, moment, money, told
from pipetui.store.rows import KINDS
from pipetui.ui.here import ago
from pipetui.ui.paint import GLYPHS, Line, Look, Span, cells, fit, fitted, wrapped
from pipetui.ui.pane import Pane

if TYPE_CHECKING:
    from pipetui.core.deal import Record
    from pipetui.errors import Clash
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui

WORDS: Mapping[str, Message] = {
    "stage_id": say("Stage"),
    "title": say("Title"),
    "name": say("Name"),
    "contact_id": say("Contact"),
    "organization_id": say("Organization"),
    "owner_id": say("Owner"),
    "source_id": say("Source"),
    "amount": say("Amount"),
    "expected_close": say("Close"),
    "parked_until": say("Parked until"),
    "archived_at": say("Archived"),
    "email": say("E-mail"),
    "phone": say("Phone"),
    "notes": say("Notes"),
    "pinned_chance": say("Chance by hand"),
    "pinned_reason": say("Reason"),
    "pinned_until": say("Holds until"),
    "definition": say("Definition"),
    "status": say("Status"),
    "number": say("Number"),
    "valid_until": say("Valid until"),
}
FOLLOWING = frozenset((
    "stage_since", "closed_at", "closed_from_id", "lost_reason_id", "currency", "pinned_by_id", "furthest_id",
    "next_activity_id", "next_due",
))  # fmt: skip
"""Fields that go the way of another one."""
NAMED: Mapping[str, type[Stage | Member | Source | Contact | Organization]] = {
    "stage_id": Stage, "owner_id": Member, "source_id": Source, "contact_id": Contact, "organization_id": Organization,
}  # fmt: skip
LONG = frozenset(("notes",))
"""Texts that can both be kept, one below the other."""
LOOK_SECONDS = 0.25
"""How often it is looked whether the form over the board is closed."""
KEYS: Mapping[str, Decision] = {"t": "theirs", "m": "mine", "b": "both"}


@dataclass(frozen=True, slots=True)
class Disputed:
    """One field that two people changed, in words."""

    where: Place
    label: str
    theirs: str
    mine: str
    by: str = ""
    at: datetime | None = None

    @property
    def both(self) -> bool:
        """Whether the two values can stand together."""
        return self.where[2] in LONG


async def decide(app: Pipetui, error: Conflict, editing: bool = False) -> Mapping[Place, Decision] | None:
    """Ask whose values stay where two people changed the same fields, once no form is open any more.

    None when nothing is decided, or nothing can be.
    """
    fields = disputed(error, app.reading.store)
    if not fields:
        return None
    while isinstance(app.screen, ModalScreen):
        await asyncio.sleep(LOOK_SECONDS)
    answer: asyncio.Future[Mapping[Place, Decision] | None] = asyncio.get_running_loop().create_future()
    app.push_screen(Choice(fields, app.reading.clock()[1], app.look, editing), answer.set_result)
    return await answer


def disputed(error: Conflict, store: Store) -> list[Disputed]:
    """What is to be decided; nothing when a record is gone, or when only what follows from the rest differs."""
    chosen = [clash for clash in error.clashes if clash.table != "visit" and clash.field not in FOLLOWING]
    several = len({(clash.table, clash.id) for clash in chosen}) > 1
    found = []
    for clash in chosen:
        kind = KINDS.get(clash.table)
        if kind is None or (clash.mine is None and clash.theirs is None):
            return []
        try:
            there = store.get(kind, clash.id)
        except NotFound:
            return []
        label = told(WORDS[clash.field]) if clash.field in WORDS else clash.field
        if several and (called := getattr(there, "title", None) or getattr(there, "name", None)):
            label = f"{called} {GLYPHS.dot} {label}"
        theirs, mine = (_shown(clash, value, there, store) for value in (clash.theirs, clash.mine))
        found.append(Disputed(place(clash), label, theirs, mine, clash.by or "", clash.at))
    return found


def _shown(clash: Clash, value: object, there: Record, store: Store) -> str:
    if value in (None, ""):
        return GLYPHS.none
    if clash.field in NAMED and isinstance(value, int) and value > 0:
        try:
            return store.get(NAMED[clash.field], value).name
        except NotFound:
            return str(value)
    if clash.field == "amount" and isinstance(value, int):
        return money(value, there.currency if isinstance(there, Deal) else getattr(there, "currency", "EUR"))
    text = str(value)
    if clash.field.endswith(("_until", "_close", "_on")):
        return day(date.fromisoformat(text))
    return moment(datetime.fromisoformat(text)) if clash.field.endswith("_at") else text


class Choice(ModalScreen[Mapping[Place, Decision] | None]):
    """Ends with whose value stays, field by field, or None: nothing is decided, and nothing written."""

    AUTO_FOCUS = ""
    CSS = """
    Choice { align: center middle; background: transparent; }
    Choice Pane { border: round $warning; background: $background; padding: 0 1; }
    Choice.ascii Pane { border: ascii $warning; }
    """

    def __init__(self, fields: Sequence[Disputed], now: datetime, look: Look, editing: bool) -> None:
        """`editing` says that a form waits behind, with what was typed in it."""
        super().__init__()
        self.set_class(look.ascii_only, "ascii")
        self._fields, self._now, self._editing = fields, now, editing
        self._decided: dict[Place, Decision] = {}
        self._pane = Pane(look)

    def compose(self) -> ComposeResult:
        """The fields alone."""
        yield self._pane

    def on_mount(self) -> None:
        """As large as the screen allows, and as the fields ask for."""
        self._pane.styles.width = min(76, max(self.size.width - 2, 20))
        self._pane.styles.height = min(len(self._all(70)) + 2, max(self.size.height - 2, 6))

    def on_pane_resized(self) -> None:
        """Draw for the size there is."""
        self._draw()

    @property
    def _place(self) -> int:
        """The field that is asked for."""
        return len(self._decided)

    def on_key(self, event: events.Key) -> None:
        """One key takes either value, and goes to the next field; esc decides nothing, backspace asks again."""
        event.stop()
        event.prevent_default()
        key = event.character if event.is_printable and event.character else event.key
        if key == "escape":
            self.dismiss(None)
        elif key == "backspace" and self._decided:
            self._decided.popitem()
            self._draw()
        elif key in KEYS and (key != "b" or self._fields[self._place].both):
            self._decided[self._fields[self._place].where] = KEYS[key]
            if self._place == len(self._fields):
                self.dismiss(self._decided)
            else:
                self._draw()

    # Drawing

    def _draw(self) -> None:
        width, height = self._pane.size.width, self._pane.size.height
        if not width:
            return
        lines = self._all(width)
        head, body, last = lines[:2], lines[2:-2], lines[-2:]
        room = max(height - 4, 1)
        here = next((i for i, line in enumerate(body) if line and line[0].role == "accent"), 0)
        first = max(0, min(here, len(body) - room))
        self._pane.show([*head, *body[first : first + room], *last], 0)

    def _all(self, width: int) -> list[Line]:
        who = next((one.by for one in self._fields if one.by), "")
        title = say("{who} was first", who=who) if who else say("Somebody else was first")
        found: list[Line] = [[Span(fit(told(title), width), "title")], []]
        for index, one in enumerate(self._fields):
            found += self._field(index, one, width)
        both = any(one.both for one in self._fields)
        return [*found, [], fitted(_keys(both, self._editing), width)]

    def _field(self, index: int, one: Disputed, width: int) -> list[Line]:
        here, taken = index == self._place, self._decided.get(one.where)
        bar = Span(f"{GLYPHS.bar} " if here else "  ", "accent" if here else "")
        when = ago(one.at, self._now) if one.at else ""
        about = f" {GLYPHS.dot} ".join(filter(None, (one.by, when)))
        label = fit(one.label, max(width - cells(about) - 4, 8))
        lines: list[Line] = [[bar, Span(f"{label} ", "strong" if here else "dim"), Span(about, "dim")]]
        for key, words, value in (("t", _("theirs"), one.theirs), ("m", _("yours"), one.mine)):
            picked = taken in (KEYS[key], "both")
            sign = GLYPHS.mark if picked else " "
            head = [
                Span(f"  {sign} ", "good"),
                Span(key, "key" if here else "dim"),
                Span(f" {fit(words, 8)} ", "dim"),
            ]
            role: Any = "dim" if taken and not picked else ""
            rows = wrapped(value, max(width - 16, 8), role)[:4]
            lines += [[*head, *rows[0]], *([Span(" " * 14), *row] for row in rows[1:])]
        return lines


def _keys(both: bool, editing: bool) -> Line:
    leave = _("keep on editing") if editing else _("decide later, nothing is written")
    words = [("t", _("take theirs")), ("m", _("take yours"))]
    words += [("b", _("keep both"))] if both else []
    line: Line = []
    for key, text in (*words, ("esc", leave)):
        line += [Span(key, "key"), Span(f" {text}   ", "dim")]
    return line
