"""Reports on what was won and lost, by whom and where it came from, made from counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipetui.core.frame import ALL, NONE, UNKNOWN, Frame, count, figure
from pipetui.core.message import Message, say
from pipetui.core.pots import Pot, Pots, in_order, left_out, share, together
from pipetui.core.report import NOTHING, Behind, Cell, Column, Key, Note, Part, Report, Row

WON, LOST, OPEN, NEW = Behind("won"), Behind("lost"), Behind("open"), Behind("new")
CLOSED, WON_DEALS, OPEN_DEALS = say("Closed"), say("Wins"), say("Open")
OUTCOMES = {"won": say("won"), "lost": say("lost")}
TOLD: Mapping[str, tuple[str, Message]] = {
    "stage": ("from", say("Closed from")),
    "owner": ("owner", say("Owner")),
    "source": ("source", say("Source")),
    "segment": ("segment", say("Segment")),
    "size": ("size", say("Size")),
}
"""What closed deals are told apart by: the key of the deals behind, and the head of the column."""


def outcomes(frame: Frame, found: Pots) -> Report:
    """Won and lost deals by reason; `found` by kind of stage and reason."""
    won = together(pot for (kind, _), pot in found.items() if kind == "won")
    lost = {reason: pot for (kind, reason), pot in found.items() if kind == "lost"}
    every = together((won, *lost.values()))
    rows = [_outcome(frame, "won", None, won, every.n)] if won.n else []
    order = sorted(lost, key=lambda key: (-lost[key].n, str(frame.label("reason", key))))
    rows += [_outcome(frame, "lost", key, lost[key], every.n) for key in order]
    closed = Behind("closed")
    rate, totals = figure(share(every.n, every.n), closed), Cell(dict(every.totals))
    total = (Cell(ALL), NOTHING, count(every, closed), frame.worth(every, closed), rate, totals)
    columns = (
        Column("outcome", say("Outcome")),
        Column("reason", say("Reason")),
        Column("count", say("Deals"), "deals"),
        Column("amount", say("Amount"), "money"),
        Column("share", say("Share"), "percent"),
        Column("totals", say("By currency"), "sums", data=True),
    )
    return frame.report(columns, rows, total, left_out(every, Behind("closed"), CLOSED), bar="count")


def _outcome(frame: Frame, kind: str, reason: Key, pot: Pot, every: int) -> Row:
    behind = WON if kind == "won" else LOST.also(reason=reason)
    return (
        Cell(OUTCOMES[kind]),
        NOTHING if kind == "won" or reason is None else Cell(frame.label("reason", reason)),
        Cell(pot.n, behind),
        frame.worth(pot, behind),
        figure(share(pot.n, every), behind),
        Cell(dict(pot.totals)),
    )


def win_rates(frame: Frame, found: Pots, whole: Pots | None = None) -> Report:
    """Closed deals by stage, owner, source, segment or size; `found` by that, kind and reason.

    `whole` is all of them where what tells them apart may overlap, as segments do.
    """
    key_name, head = TOLD[frame.by]
    kinds: dict[Key, dict[tuple[Key, ...], Pot]] = {}
    for (key, *rest), pot in found.items():
        kinds.setdefault(key, {})[tuple(rest)] = pot
    order = in_order(kinds, frame.keys(frame.by))
    if frame.by in ("owner", "source"):
        order.sort(key=lambda key: -_of_kind(kinds[key], "won").minor)
    rows = [
        _rates(frame, frame.label(frame.by, key, _no(frame.by)), kinds[key], {key_name: key}) for key in order
    ]
    all_of: dict[tuple[Key, ...], list[Pot]] = {}
    for keys, pot in (whole if whole is not None else found).items():
        all_of.setdefault(tuple(keys if whole is not None else keys[1:]), []).append(pot)
    every = {keys: together(some) for keys, some in all_of.items()}
    columns = (
        Column(frame.by, head),
        Column("won", say("Wins"), "deals"),
        Column("lost", say("Losses"), "deals"),
        Column("rate", say("Win rate"), "percent"),
        Column("revenue", say("Revenue"), "money"),
        Column("lost_amount", say("Amount lost"), "money"),
        Column("reasons", say("Why lost"), "split"),
    )
    notes = left_out(together(every.values()), Behind("closed"), CLOSED)
    if frame.by == "segment":
        notes.append(Note(say("A deal may be in several segments: they do not add up to the total.")))
    return frame.report(columns, rows, _rates(frame, ALL, every, {}), notes, bar="rate")


def _no(by: str) -> Message:
    return UNKNOWN if by in ("stage", "size") else NONE


def _of_kind(pots: Pots, kind: str) -> Pot:
    return together(pot for keys, pot in pots.items() if keys[0] == kind)


def _rates(frame: Frame, label: str | Message, pots: Pots, keys: Mapping[str, Key]) -> Row:
    won, lost = _of_kind(pots, "won"), _of_kind(pots, "lost")
    behind = LOST.also(**keys)
    reasons = [(keys[1], pot.n) for keys, pot in pots.items() if keys[0] == "lost"]
    reasons.sort(key=lambda pair: (-pair[1], str(frame.label("reason", pair[0]))))
    parts = tuple(Part(frame.label("reason", reason), n, behind.also(reason=reason)) for reason, n in reasons)
    return (
        Cell(label),
        Cell(won.n, WON.also(**keys)),
        Cell(lost.n, behind),
        figure(share(won.n, won.n + lost.n), Behind("closed").also(**keys)),
        frame.worth(won, WON.also(**keys)),
        frame.worth(lost, behind),
        Cell(parts),
    )


def sources(frame: Frame, new: Pots, won: Pots, spent: Mapping[Key, int], unrated: Sequence[Note]) -> Report:
    """Leads created and deals won in the period by source, and what was spent there; `spent` in minor units.

    Return on cost is what came back for each unit spent: (revenue - cost) / cost.
    """
    keys = in_order({key for (key,) in (*new, *won)} | set(spent), frame.keys("source"))
    empty = Pot()
    keys.sort(key=lambda key: -won.get((key,), empty).minor)
    rows = [
        _source(frame, frame.label("source", key), new.get((key,), empty), won.get((key,), empty), spent.get(key),
                {"source": key})
        for key in keys
    ]  # fmt: skip
    leads, signed = together(new.values()), together(won.values())
    cost = sum(spent.values()) if spent else None
    columns = (
        Column("source", say("Source")),
        Column("leads", say("Leads"), "deals"),
        Column("won", say("Wins"), "deals"),
        Column("revenue", say("Revenue"), "money"),
        Column("cost", say("Cost"), "money"),
        Column("cost_per_lead", say("Per lead"), "money"),
        Column("cost_per_client", say("Per client"), "money"),
        Column("return", say("Return"), "percent"),
    )
    notes = [*left_out(signed, WON, WON_DEALS), *unrated]
    return frame.report(columns, rows, _source(frame, ALL, leads, signed, cost, {}), notes, bar="revenue")


def _source(
    frame: Frame, label: str | Message, new: Pot, won: Pot, cost: int | None, keys: Mapping[str, Key]
) -> Row:
    leads, signed = NEW.also(**keys), WON.also(**keys)
    known = cost is not None and cost > 0
    return (
        Cell(label),
        count(new, leads),
        count(won, signed),
        frame.worth(won, signed),
        Cell(frame.money(cost)),
        Cell(frame.money(cost / new.n) if known and cost and new.n else None, leads),
        Cell(frame.money(cost / won.n) if known and cost and won.n else None, signed),
        figure((won.minor - cost) / cost if known and cost else None, signed),
    )


def owners(frame: Frame, found: Mapping[str, Pots], done: Mapping[Key, int]) -> Report:
    """By owner: what is open now, and what came, was won, was lost and was done in the period.

    `found` by `open`, `new`, `won` and `lost`, then by owner; `done` is the number of activities.
    """
    keys = in_order({key for pots in found.values() for (key,) in pots} | set(done), frame.keys("owner"))
    empty = Pot()
    rows = [
        _owner(
            frame,
            frame.label("owner", key),
            {name: pots.get((key,), empty) for name, pots in found.items()},
            done.get(key, 0),
            {"owner": key},
        )
        for key in keys
    ]
    whole = {name: together(pots.values()) for name, pots in found.items()}
    columns = (
        Column("owner", say("Owner")),
        Column("open", say("Open"), "deals"),
        Column("open_amount", say("Open amount"), "money"),
        Column("new", say("New"), "deals"),
        Column("won", say("Wins"), "deals"),
        Column("revenue", say("Revenue"), "money"),
        Column("lost", say("Losses"), "deals"),
        Column("rate", say("Win rate"), "percent"),
        Column("cycle", say("Cycle"), "days"),
        Column("activities", say("Done"), "count"),
    )
    notes = [*left_out(whole["won"], WON, WON_DEALS), *left_out(whole["open"], OPEN, OPEN_DEALS)]
    return frame.report(
        columns, rows, _owner(frame, ALL, whole, sum(done.values()), {}), notes, bar="revenue"
    )


def _owner(
    frame: Frame, label: str | Message, pots: Mapping[str, Pot], done: int, keys: Mapping[str, Key]
) -> Row:
    won, lost = pots["won"], pots["lost"]
    doer = {"doer": keys["owner"]} if keys else {}
    return (
        Cell(label),
        count(pots["open"], OPEN.also(**keys)),
        frame.worth(pots["open"], OPEN.also(**keys)),
        count(pots["new"], NEW.also(**keys)),
        count(won, WON.also(**keys)),
        frame.worth(won, WON.also(**keys)),
        count(lost, LOST.also(**keys)),
        figure(share(won.n, won.n + lost.n), Behind("closed").also(**keys)),
        figure(won.cycle, WON.also(**keys)),
        Cell(done, Behind("active").also(**doer)),
    )
