"""Reports that hold one period beside another: key figures, velocity, activity, and what the forecast said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pipetui.core.backtest import OURS, Backtest
from pipetui.core.frame import ALL, Frame, figure
from pipetui.core.message import Message, say, say_n
from pipetui.core.moment import Period, local_day
from pipetui.core.money import Money
from pipetui.core.pots import Pot, left_out, share
from pipetui.core.report import NOTHING, Behind, Cell, Column, Key, Kind, Note, Report, Row, Value

DAY = 86_400
LEVER = 0.1
"""How much of each component a lever adds, or takes off the cycle."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a period, and what stood open at its end, or stands open now while it lasts."""

    period: Period
    new: Pot
    won: Pot
    lost: Pot
    open: Pot
    now: bool
    """Whether `open` is what stands open now; otherwise at the end of the period."""
    activities: int = 0
    sent: int = 0
    """Quotes."""
    signed: int = 0
    weighted: float | None = None
    """Expected of the open deals, minor units; like the next two known of now alone."""
    stalled: int | None = None
    without: int | None = None
    """Open deals without a next step."""

    @property
    def rate(self) -> float | None:
        """Won among closed."""
        return share(self.won.n, self.won.n + self.lost.n)

    @property
    def velocity(self) -> float | None:
        """Minor units a day: open deals × mean size × win rate ÷ cycle."""
        return velocity(self.open.n, self.won.mean, self.rate, self.won.cycle)


def velocity(n: float, size: float | None, rate: float | None, cycle: float | None) -> float | None:
    """What so many open deals bring a day, in the unit of `size`; None where a component is not known."""
    if size is None or rate is None or not cycle or cycle <= 0:
        return None
    return n * size * rate / cycle


class Measure(NamedTuple):
    """One line of a page that holds two periods side by side."""

    name: str
    title: Message
    kind: Kind
    this: Value
    before: Value
    of: str = ""
    """The set of deals behind it."""
    good: bool | None = True
    """Whether more is better; None where it is neither."""


def kpi(frame: Frame, this: Figures, before: Figures | None) -> Report:
    """The key figures of a period beside the one before."""
    rows = [_beside(one, this, before) for one in _measures(frame, this, before)]
    columns = (
        Column("key", say("Key"), data=True),
        Column("measure", say("Figure")),
        Column("this", say("This period"), "count"),
        Column("before", say("Before"), "count"),
        Column("difference", say("Difference"), "count"),
        Column("trend", say("Trend"), "trend"),
    )
    notes = [
        *left_out(this.won, Behind("won"), say("Wins")),
        *left_out(this.open, _open(this, "open"), say("Open")),
    ]
    if before is not None:
        notes.append(_then(before))
    if not this.now:
        notes.append(_then(this))
    return frame.report(columns, rows, None, notes)


def _then(some: Figures) -> Note:
    assert some.period.end is not None
    return Note(
        say(
            "What was open at the end of {day} is counted with the amounts of today; its chances are not known.",
            day=some.period.end - timedelta(days=1),
        )
    )


def _measures(frame: Frame, this: Figures, before: Figures | None) -> list[Measure]:
    def pair(name: str, title: Message, kind: Kind, of: str = "", good: bool | None = True) -> Measure:
        return Measure(name, title, kind, _value(frame, this, name), _value(frame, before, name), of, good)

    return [
        pair("new", say("New deals"), "deals", "new"),
        pair("won", say("Wins"), "deals", "won"),
        pair("revenue", say("Revenue"), "money", "won"),
        pair("lost", say("Losses"), "deals", "lost", good=False),
        pair("rate", say("Win rate"), "percent", "closed"),
        pair("size", say("Mean size"), "money", "won"),
        pair("cycle", say("Cycle"), "days", "won", good=False),
        pair("open", say("Open deals"), "deals", "open"),
        pair("open_amount", say("Open amount"), "money", "open"),
        pair("weighted", say("Weighted"), "money", "open"),
        pair("activities", say("Activities"), "count", "active"),
        pair("sent", say("Quotes sent"), "count", "quoted"),
        pair("signed", say("Quotes signed"), "count", "accepted"),
        pair("stalled", say("Stalled"), "deals", "stalled", good=False),
        pair("without", say("Without a next step"), "deals", "without", good=False),
    ]


def _value(frame: Frame, some: Figures | None, name: str) -> Value:
    if some is None:
        return None
    values: Mapping[str, Value] = {
        "new": some.new.n, "won": some.won.n, "lost": some.lost.n, "open": some.open.n,
        "revenue": Money(some.won.minor, frame.currency), "size": frame.money(some.won.mean), "rate": some.rate,
        "cycle": some.won.cycle, "open_amount": Money(some.open.minor, frame.currency),
        "weighted": frame.money(some.weighted), "activities": some.activities, "sent": some.sent,
        "signed": some.signed, "stalled": some.stalled, "without": some.without,
        "velocity": frame.money(some.velocity),
    }  # fmt: skip
    return values[name]


def _open(some: Figures, of: str) -> Behind:
    return Behind("open" if some.now else "standing") if of == "open" else Behind(of)


def _beside(one: Measure, this: Figures, before: Figures | None) -> Row:
    cells = [
        NOTHING
        if some is None or value is None
        else Cell(value, _open(some, one.of)._replace(period=None if some is this else some.period), one.kind)
        for some, value in ((this, one.this), (before, one.before))
    ]
    return (Cell(one.name), Cell(one.title), *cells, *_difference(one))


def _difference(one: Measure) -> tuple[Cell, Cell]:
    """How much more it is than before, and which way."""
    a, b = one.this, one.before
    if isinstance(a, Money) and isinstance(b, Money):
        more: float = a.minor - b.minor
        shown: Value = Money(a.minor - b.minor, a.currency)
    elif isinstance(a, int | float) and isinstance(b, int | float):
        more = a - b
        shown = more
    else:
        return NOTHING, NOTHING
    way = (more > 0) - (more < 0)
    good = None if one.good is None or not way else (way > 0) == one.good
    return Cell(shown, None, one.kind), Cell(way, None, "trend", good)


def velocities(frame: Frame, this: Figures, before: Figures | None) -> Report:
    """Velocity and its components beside those of the period before, and what a tenth more of each would bring."""
    measures = [
        one._replace(before=_value(frame, before, one.name))
        for one in (
            Measure("open", say("Open deals"), "deals", this.open.n, None, "open"),
            Measure("size", say("Mean size"), "money", frame.money(this.won.mean), None, "won"),
            Measure("rate", say("Win rate"), "percent", this.rate, None, "closed"),
            Measure("cycle", say("Cycle"), "days", this.won.cycle, None, "won", good=False),
            Measure("velocity", say("Velocity a day"), "money", frame.money(this.velocity), None, "won"),
        )
    ]
    gains = levers(this.open.n, this.won.mean, this.rate, this.won.cycle)
    rows = [(*_beside(one, this, before), Cell(frame.money(gains.get(one.name)))) for one in measures]
    columns = (
        Column("key", say("Key"), data=True),
        Column("measure", say("Figure")),
        Column("this", say("This period"), "count"),
        Column("before", say("Before"), "count"),
        Column("difference", say("Difference"), "count"),
        Column("trend", say("Trend"), "trend"),
        Column("lever", say("A tenth better"), "money"),
    )
    notes = [_best(frame, gains), *left_out(this.won, Behind("won"), say("Wins"))]
    if before is not None:
        notes.append(_then(before))
    return frame.report(columns, rows, None, notes)


def levers(n: float, size: float | None, rate: float | None, cycle: float | None) -> dict[str, float]:
    """What each component brings a day when it is a tenth better; no rate gets over 1. Empty without a velocity."""
    now = velocity(n, size, rate, cycle)
    if now is None or size is None or rate is None or cycle is None:
        return {}
    tried = {
        "open": velocity(n * (1 + LEVER), size, rate, cycle),
        "size": velocity(n, size * (1 + LEVER), rate, cycle),
        "rate": velocity(n, size, min(rate * (1 + LEVER), 1.0), cycle),
        "cycle": velocity(n, size, rate, cycle * (1 - LEVER)),
    }
    return {name: value - now for name, value in tried.items() if value is not None}


BETTER: Mapping[str, Message] = {
    "open": say("A tenth more open deals"),
    "size": say("A tenth more of mean size"),
    "rate": say("A tenth more of the win rate"),
    "cycle": say("A tenth fewer days of cycle"),
}


def _best(frame: Frame, gains: Mapping[str, float]) -> Note:
    if not gains:
        return Note(say("Velocity needs deals won in the period, with their amounts and their days."))
    best = max(gains, key=lambda name: gains[name])
    return Note(
        say(
            "{lever} would move it most: {money} more a day.",
            lever=BETTER[best],
            money=Money(round(gains[best]), frame.currency),
        )
    )


class Done(NamedTuple):
    """Activities of one kind, owner or week."""

    n: int
    deals: int
    """How many deals they were for."""
    on_won: int | None
    """Those ever done for the deals won in the period; None where that says nothing."""


DONE: Mapping[Key, Message] = {
    "call": say("call"), "email": say("e-mail"), "meeting": say("meeting"), "task": say("task"), "note": say("note"),
}  # fmt: skip
"""Kinds of activities."""


def activity(frame: Frame, found: Mapping[Key, Done], whole: Done, won: int, loose: int) -> Report:
    """What was done in the period; `won` deals took what was done for them, `loose` activities are for no deal."""
    heads = {"kind": say("Kind"), "owner": say("Owner"), "week": say("Week from")}
    doing = {"kind": "kind", "owner": "doer", "week": "week"}[frame.by]
    order = list(found) if frame.by == "week" else sorted(found, key=lambda key: (-found[key].n, str(key)))
    kinds: Mapping[Key, Message] = DONE if frame.by == "kind" else {}
    labels = {key: kinds.get(key) or frame.label(frame.by, key) for key in order}
    rows = [_done(labels[key], found[key], whole.n, won, {doing: key}) for key in order]
    columns = (
        Column(frame.by, heads[frame.by]),
        Column("done", say("Done"), "count"),
        Column("deals", say("Deals"), "deals"),
        Column("share", say("Share"), "percent"),
        Column("on_won", say("On won deals"), "count"),
        Column("per_won", say("Per won deal"), "ratio"),
    )
    notes = []
    if won:
        message = say_n("{n} deal was won in the period.", "{n} deals were won in the period.", won)
        notes.append(Note(message, Behind("won")))
    if loose:
        message = say_n(
            "{n} activity is for no deal and is not counted.",
            "{n} activities are for no deal and are not counted.",
            loose,
        )
        notes.append(Note(message))
    spark = tuple(float(found[key].n) for key in order) if frame.by == "week" else ()
    return frame.report(columns, rows, _done(ALL, whole, whole.n, won, {}), notes, bar="done", spark=spark)


def _done(label: str | Message, some: Done, every: int, won: int, keys: Mapping[str, Key]) -> Row:
    behind, signed = Behind("active").also(**keys), Behind("worked").also(**keys)
    return (
        Cell(label),
        Cell(some.n, behind),
        Cell(some.deals, behind),
        figure(share(some.n, every), behind),
        figure(some.on_won, signed),
        NOTHING if some.on_won is None else figure(share(some.on_won, won), signed),
    )


@dataclass(frozen=True, slots=True)
class Came:
    """The wins of the days after an earlier day."""

    since: datetime
    until: datetime
    wins: int
    said: tuple[float, int, int, int] | None = field(default=None)
    """Expected wins, the range they should lie in 8 times out of 10, and the deals open then; None when not known."""


def looks(found: Backtest) -> list[Came]:
    """What the forecast would have said on earlier days, the newest first, and what came."""
    some = []
    for look in found.looks:
        since, total = datetime.fromtimestamp(look.now * DAY, UTC), look.all_wins
        some.append(
            Came(
                since,
                since + timedelta(days=found.days),
                total.seen,
                (total.mean, total.low, total.high, look.open),
            )
        )
    return some


def accuracy(frame: Frame, days: float, came: Sequence[Came], found: Backtest | None) -> Report:
    """What the forecast said of the `days` after each earlier day, and what came; that alone without a backtest."""
    rows = [_look(one) for one in came]
    columns = (
        Column("as_of", say("As of")),
        Column("open", say("Open"), "count"),
        Column("said", say("Said"), "ratio"),
        Column("low", say("From"), "count"),
        Column("high", say("To"), "count"),
        Column("came", say("Came"), "deals"),
        Column("error", say("Off by"), "ratio"),
        Column("inside", say("In the range")),
    )
    notes = [Note(say("Wins in the {days} days after each day.", days=round(days)))]
    if found is None:
        notes.append(Note(say("What the forecast would have said is still being worked out.")))
    else:
        notes.append(Note(found.verdict))
        if OURS in found.all_wins:
            mean = found.all_wins[OURS].error
            notes.append(Note(say("On average it was off by {error} wins.", error=mean)))
    spark = tuple(float(one.wins) for one in reversed(came))
    return frame.report(columns, rows, None, notes, bar="came", spark=spark)


def _look(one: Came) -> Row:
    behind = Behind("signed").also(since=one.since.isoformat(), until=one.until.isoformat())
    as_of, came = Cell(local_day(one.since).isoformat()), Cell(one.wins, behind)
    if one.said is None:
        return (as_of, NOTHING, NOTHING, NOTHING, NOTHING, came, NOTHING, NOTHING)
    mean, low, high, opened = one.said
    inside = say("yes") if low <= one.wins <= high else say("no")
    return (
        as_of,
        Cell(opened),
        Cell(mean),
        Cell(low),
        Cell(high),
        came,
        Cell(mean - one.wins),
        Cell(inside, good=low <= one.wins <= high),
    )
