"""The pipeline review: why a deal deserves a word, in which order deals are looked at, and what became of the pipeline.

A deal is worth a look by the money at stake times the doubt about it: `stake × doubt`, where the doubt is
`4 p (1 − p)`, 1 for a deal that may go either way and 0 for one that is certain, never below `LEAST`, and is raised by
half of itself for each thing that is wrong with the deal. A deal without an amount, or without a rate
for it, has the median amount at stake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal, NamedTuple

from pipetui.core.message import Message, say, say_n
from pipetui.core.pots import Exchange

Why = Literal[
    "stalled", "overdue", "pushed", "no step", "late", "no amount", "no contact", "unreachable", "unanswered",
    "expires", "quiet",
]  # fmt: skip
LEAST = 0.1
QUIET, UNANSWERED, EXPIRES = 21, 10, 7
"""Days without a word; days a quote waits for an answer; days before the end of its validity."""
OFTEN = 2
"""A closing date pushed so many times says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One open deal as far as its review is concerned."""

    id: int
    name: str
    stage_id: int
    amount: int | None
    currency: str
    chance: float
    """0 to 1."""
    days: int
    """In its stage."""
    stalled_after: int | None
    """Days after which most deals that were won had left the stage."""
    expected_close: date | None
    pushes: int
    """How often its closing date was put later."""
    next_due: date | None
    has_contact: bool
    reachable: bool
    """Somebody has a phone or an e-mail."""
    quote_sent: date | None
    """The day the oldest quote that waits for an answer went out."""
    quote_until: date | None
    touched: date
    """The last day something was done about it."""


class Flag(NamedTuple):
    """One thing that deserves a word."""

    why: Why
    message: Message


def flags(facts: Facts, today: date) -> list[Flag]:
    """What deserves a word about a deal, the most pressing first."""
    found: list[Flag] = []

    def add(why: Why, message: Message) -> None:
        found.append(Flag(why, message))

    if facts.expected_close is not None and facts.expected_close < today:
        n = (today - facts.expected_close).days
        add("overdue", say_n("its closing date is {n} day past", "its closing date is {n} days past", n))
    if facts.pushes >= OFTEN:
        add(
            "pushed",
            say_n("the closing date was pushed once", "the closing date was pushed {n} times", facts.pushes),
        )
    if facts.next_due is None:
        add("no step", say("no next step"))
    elif facts.next_due < today:
        n = (today - facts.next_due).days
        add("late", say_n("the next step is {n} day late", "the next step is {n} days late", n))
    if facts.stalled_after is not None and facts.days > facts.stalled_after:
        add(
            "stalled",
            say(
                "{n} days in its stage; nine in ten that were won had left after {most}",
                n=facts.days,
                most=facts.stalled_after,
            ),
        )
    if facts.quote_sent is not None and (today - facts.quote_sent).days > UNANSWERED:
        n = (today - facts.quote_sent).days
        add("unanswered", say_n("its quote has waited {n} day", "its quote has waited {n} days", n))
    if facts.quote_until is not None and facts.quote_until - today <= timedelta(days=EXPIRES):
        add("expires", say("its quote holds until {day}", day=facts.quote_until))
    if facts.amount is None:
        add("no amount", say("no amount"))
    if not facts.has_contact:
        add("no contact", say("nobody to talk to"))
    elif not facts.reachable:
        add("unreachable", say("no phone and no e-mail"))
    quiet = (today - facts.touched).days
    if quiet > QUIET:
        add("quiet", say_n("nothing has happened for {n} day", "nothing has happened for {n} days", quiet))
    return found


class Ranked(NamedTuple):
    """A deal in the order of the review."""

    facts: Facts
    flags: list[Flag]
    worth: float
    """Stake times doubt, in minor units of the currency all are compared in."""


def ranked(deals: Iterable[Facts], today: date, exchange: Exchange) -> list[Ranked]:
    """All of them, the one most worth a word first; what has no amount, or no rate for it, is as usual at stake."""
    worths = [(one, None if one.amount is None else exchange.of(one.amount, one.currency)) for one in deals]
    known = [worth for _, worth in worths if worth is not None]
    usual = median(known) if known else 1.0
    found = []
    for one, worth in worths:
        stake = usual if worth is None else worth
        wrong = flags(one, today)
        doubt = max(4 * one.chance * (1 - one.chance), LEAST) * (1 + len(wrong) / 2)
        found.append(Ranked(one, wrong, stake * doubt))
    return sorted(found, key=lambda each: (-each.worth, each.facts.id))


class State(NamedTuple):
    """A deal at one moment, as far as the pipeline is summed."""

    kind: Literal["open", "won", "lost"]
    here: bool
    """In the pipeline that is looked at."""
    amount: int | None
    currency: str
    parked_until: date | None
    archived: bool

    def counts(self, day: date) -> bool:
        """Whether the board shows it as open on that day."""
        asleep = self.parked_until is not None and self.parked_until > day
        return self.kind == "open" and self.here and not self.archived and not asleep


Part = Literal["new", "back", "moved in", "won", "lost", "parked", "archived", "moved out", "gone", "amounts"]
PARTS: tuple[Part, ...] = (
    "new", "back", "moved in", "won", "lost", "parked", "archived", "moved out", "gone", "amounts",
)  # fmt: skip
"""What a pipeline changes by; the sums are signed."""
COMING: tuple[Part, ...] = ("new", "back", "moved in")
"""Those that bring deals; `amounts` changes none, all others take deals away."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How the open pipeline went from one sum to another; by currency, minor units. It adds up exactly."""

    opening: Mapping[str, int]
    closing: Mapping[str, int]
    parts: Mapping[Part, tuple[int, Mapping[str, int]]]
    """How many deals, and what they add or take away."""
    open_deals: tuple[int, int]
    """How many deals were open at the opening and at the closing."""


def flow(
    before: Mapping[int, State | None], after: Mapping[int, State | None], first: date, last: date
) -> Flow:
    """From the states of the deals at the opening and at the closing; None is a deal that is not there.

    A deal that came and went in between counts as both. What a deal is worth changes before it leaves.
    """
    sums: dict[Part, dict[str, int]] = {part: {} for part in PARTS}
    counts: dict[Part, int] = dict.fromkeys(PARTS, 0)
    opening: dict[str, int] = {}
    closing: dict[str, int] = {}
    opened = closed = 0

    def put(part: Part, state: State, sign: int, count: bool = True) -> None:
        counts[part] += count
        _add(sums[part], state, sign)

    for number in before.keys() | after.keys():
        was, becomes = before.get(number), after.get(number)
        there, here = was is not None and was.counts(first), becomes is not None and becomes.counts(last)
        if was is not None and there:
            opened += 1
            _add(opening, was, 1)
        if becomes is not None and here:
            closed += 1
            _add(closing, becomes, 1)
        if was is not None and there and (becomes or was)[2:4] != was[2:4]:
            put("amounts", was, -1)
            put("amounts", becomes or was, 1, count=False)
        if here and not there and becomes is not None:
            put(_came(was), becomes, 1)
        elif there and not here and was is not None:
            put(_went(becomes, last), becomes or was, -1)
        elif was is None and becomes is not None and becomes.here:
            put("new", becomes, 1)
            put(_went(becomes, last), becomes, -1)
    kept = {
        part: (counts[part], {c: n for c, n in sums[part].items() if n}) for part in PARTS if counts[part]
    }
    return Flow(
        {c: n for c, n in opening.items() if n},
        {c: n for c, n in closing.items() if n},
        kept,
        (opened, closed),
    )


def _add(sums: dict[str, int], state: State, sign: int) -> None:
    if state.amount is not None:
        sums[state.currency] = sums.get(state.currency, 0) + sign * state.amount


def _came(was: State | None) -> Part:
    if was is None:
        return "new"
    return "moved in" if not was.here else "back"


def _went(becomes: State | None, day: date) -> Part:
    if becomes is None:
        return "gone"
    if not becomes.here:
        return "moved out"
    if becomes.archived:
        return "archived"
    if becomes.kind == "open":
        return "parked"
    return "won" if becomes.kind == "won" else "lost"
