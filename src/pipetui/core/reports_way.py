"""Reports on the way through the stages: how far deals come, how long they stay, how old the open ones are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipetui.core.evidence import Compared, Outcome
from pipetui.core.frame import ALL, Frame, figure
from pipetui.core.funnel import Observed, Tally, observed, open_stages
from pipetui.core.message import Message, say, say_n
from pipetui.core.pots import Pot, Pots, left_out, share, together
from pipetui.core.report import NOTHING, Behind, Cell, Column, Key, Note, Part, Report, Row
from pipetui.core.stage import Stage
from pipetui.core.survival import Lasted, quantile

BANDS: tuple[tuple[int, int | None], ...] = ((0, 7), (8, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Whole days in the stage, as `age` in a filter: the first and the last of each band."""
HOURS = 24.0
MEDIAN, NINETY = 0.5, 0.9


def band_name(number: int) -> str:
    """`8–30`, `181+`."""
    first, last = BANDS[number]
    return f"{first}+" if last is None else f"{first}–{last}"


def funnel(
    frame: Frame,
    stages: Sequence[Stage],
    cohorts: Mapping[str, Sequence[Tally]],
    visited: Mapping[tuple[str, int], int],
    went: Mapping[tuple[str, int, int], int],
) -> Report:
    """How far deals came, by the period they were created in; all of them under the empty name.

    `visited` counts the deals that stood in a stage, `went` those that left it to another, once for each way they
    took. What was reached and never stood in was skipped.
    """
    rows: list[Row] = []
    for name, tally in cohorts.items():
        rows += _cohort(frame, stages, name, tally, visited, went)
    whole = [some for tally in cohorts.values() for some in tally]
    columns = (
        Column("cohort", say("Created"), data=list(cohorts) == [""]),
        Column("stage", say("Stage")),
        Column("reached", say("Reached"), "deals"),
        Column("skipped", say("Skipped"), "deals"),
        Column("advanced", say("Went on"), "deals"),
        Column("lost", say("Losses"), "deals"),
        Column("open", say("Open"), "deals"),
        Column("ratio", say("Ratio"), "percent"),
        Column("of_all", say("Of all"), "percent"),
        Column("went", say("Where they went"), "split"),
    )
    return frame.report(
        columns, rows, _won(frame, stages, whole), _funnel_notes(stages, whole), bar="reached"
    )


def _cohort(
    frame: Frame,
    stages: Sequence[Stage],
    name: str,
    tally: Sequence[Tally],
    visited: Mapping[tuple[str, int], int],
    went: Mapping[tuple[str, int, int], int],
) -> list[Row]:
    seen = observed(stages, tally)
    used = open_stages(stages)
    every = max((one.reached for one in seen.values()), default=0)
    return [
        _stage(frame, name, stage, seen[stage.id], every, visited.get((name, stage.id), 0),
               [(to, n) for (cohort, here, to), n in went.items() if (cohort, here) == (name, stage.id)])
        for stage in used
    ]  # fmt: skip


def _stage(
    frame: Frame,
    name: str,
    stage: Stage,
    seen: Observed,
    every: int,
    visited: int,
    went: list[tuple[int, int]],
) -> Row:
    keys: dict[str, Key] = {"cohort": name} if name else {}

    def behind(of: str, **more: Key) -> Behind:
        return Behind(of).also(stage=stage.id, **more, **keys)

    order = {key: at for at, key in enumerate(frame.keys("stage"))}
    parts = tuple(
        Part(frame.label("stage", to), n, behind("went", to=to))
        for to, n in sorted(went, key=lambda pair: order.get(pair[0], len(order)))
    )
    return (
        Cell(name),
        Cell(stage.name),
        Cell(seen.reached, behind("reached")),
        Cell(max(seen.reached - visited, 0), behind("skipped")),
        Cell(seen.advanced, behind("advanced")),
        Cell(seen.lost, behind("fell")),
        Cell(seen.reached - seen.advanced - seen.lost, behind("stands")),
        figure(share(seen.advanced, seen.cases), behind("reached")),
        figure(share(seen.reached, every), behind("reached")),
        Cell(parts),
    )


def _won(frame: Frame, stages: Sequence[Stage], tally: Sequence[Tally]) -> Row:
    """What became of all of them: the won ones stand where the stages have those that reached them."""
    kinds = {stage.id: stage.kind for stage in stages}
    told = [some for some in tally if _told(some, stages)]
    n = {
        kind: sum(some.n for some in told if kinds[some.stage_id] == kind) for kind in ("won", "lost", "open")
    }
    behind = Behind("ended")
    return (
        NOTHING,
        Cell(say("Won in the end")),
        Cell(n["won"], behind.also(kind="won")),
        NOTHING,
        NOTHING,
        Cell(n["lost"], behind.also(kind="lost")),
        Cell(n["open"], behind.also(kind="open")),
        figure(share(n["won"], n["won"] + n["lost"]), behind.also(kind="won")),
        figure(share(n["won"], sum(n.values())), behind.also(kind="won")),
        NOTHING,
    )


def _told(some: Tally, stages: Sequence[Stage]) -> bool:
    known = {stage.id: stage for stage in stages}
    here = known.get(some.stage_id)
    return bool(
        some.known and here is not None and not (here.kind == "lost" and some.furthest_id not in known)
    )


def _funnel_notes(stages: Sequence[Stage], tally: Sequence[Tally]) -> list[Note]:
    notes = [
        Note(
            say(
                "Ratio: of the deals that are decided here, those that went on. Skipped stages count as reached."
            )
        )
    ]
    if untold := sum(some.n for some in tally if not _told(some, stages)):
        message = say_n(
            "{n} deal came without its history and is not among them.",
            "{n} deals came without their history and are not among them.",
            untold,
        )
        notes.append(Note(message, Behind("untold")))
    if archived := sum(some.n for some in tally if some.archived and _told(some, stages)):
        message = say_n("{n} archived deal counts too.", "{n} archived deals count too.", archived)
        notes.append(Note(message, Behind("stored")))
    return notes


def times(frame: Frame, stages: Sequence[Stage], lasted: Mapping[int, Sequence[Lasted]]) -> Report:
    """How long deals stay in each stage, by the product-limit estimate (`core.survival`); `lasted` in hours.

    Beside it what one would say of those alone that left: where many still wait it is too short.
    """
    rows = [_time(stage, lasted.get(stage.id, ())) for stage in open_stages(stages)]
    columns = (
        Column("stage", say("Stage")),
        Column("stays", say("Stays"), "count"),
        Column("left", say("Left"), "deals"),
        Column("still_there", say("There"), "deals"),
        Column("median", say("Half by"), "days"),
        Column("p90", say("9 of 10 by"), "days"),
        Column("median_of_left", say("Gone only"), "days"),
        Column("typical", say("Said"), "days"),
    )
    note = Note(
        say(
            "Half of the stays end by then. Deals still there count for as long as they have been there (Kaplan-Meier);"
            " counting those gone only it looks quicker."
        )
    )
    return frame.report(columns, rows, None, [note], bar="median")


def _time(stage: Stage, lasted: Sequence[Lasted]) -> Row:
    gone = [one for one in lasted if one.over]
    left, there = Behind("left").also(stage=stage.id), Behind("staying").also(stage=stage.id)
    return (
        Cell(stage.name),
        Cell(sum(one.n for one in lasted), Behind("stayed").also(stage=stage.id)),
        Cell(sum(one.n for one in gone), left, "count"),
        Cell(sum(one.n for one in lasted) - sum(one.n for one in gone), there),
        figure(_days(quantile(lasted, MEDIAN)), left),
        figure(_days(quantile(lasted, NINETY)), left),
        figure(_days(quantile(gone, MEDIAN)), left),
        Cell(float(stage.days)),
    )


def _days(hours: float | None) -> float | None:
    return None if hours is None else hours / HOURS


def ageing(frame: Frame, stages: Sequence[Stage], found: Pots) -> Report:
    """The open deals by stage and age band; `found` by the number of each."""
    rows: list[Row] = []
    every = together(found.values())
    for stage in open_stages(stages):
        held = [(band, found[stage.id, band]) for band in range(len(BANDS)) if (stage.id, band) in found]
        for band, pot in held:
            behind = Behind("open").also(stage=stage.id, age=band)
            rows.append(_aged(frame, stage.name, band_name(band), pot, every.n, behind))
    total = _aged(frame, ALL, "", every, every.n, Behind("open"))
    columns = (
        Column("stage", say("Stage")),
        Column("age", say("Days there")),
        Column("deals", say("Deals"), "deals"),
        Column("amount", say("Amount"), "money"),
        Column("share", say("Share"), "percent"),
    )
    return frame.report(columns, rows, total, left_out(every, Behind("open"), say("Open")), bar="deals")


def _aged(frame: Frame, name: str | Message, band: str, pot: Pot, every: int, behind: Behind) -> Row:
    return (
        Cell(name),
        Cell(band),
        Cell(pot.n, behind),
        frame.worth(pot, behind),
        figure(share(pot.n, every), behind),
    )


def evidence(frame: Frame, found: Sequence[Compared]) -> Report:
    """Deals that left a stage with all it asks for shown, beside those that left without."""
    rows = [_shown(one, met, outcome) for one in found for met, outcome in ((1, one.met), (0, one.unmet))]
    columns = (
        Column("stage", say("Stage")),
        Column("shown", say("What it asks for")),
        Column("deals", say("Deals"), "deals"),
        Column("went_on", say("Went on"), "percent"),
        Column("won", say("Wins"), "deals"),
        Column("lost", say("Losses"), "deals"),
        Column("rate", say("Win rate"), "percent"),
        Column("low", say("From"), "percent"),
        Column("high", say("To"), "percent"),
    )
    notes = [
        Note(say("{stage}: it makes a difference, more than chance explains.", stage=one.stage.name))
        for one in found
        if one.tells
    ]
    if rows:
        notes.append(
            Note(
                say(
                    "From and to: where the win rate lies 8 times out of 10. Nobody is held back by evidence."
                )
            )
        )
    return frame.report(columns, rows, None, notes, bar="rate")


def _shown(one: Compared, met: int, outcome: Outcome) -> Row:
    behind = Behind("shown").also(stage=one.stage.id, met=met)
    low, high = outcome.won_range or (None, None)
    return (
        Cell(one.stage.name),
        Cell(say("all shown") if met else say("some missing")),
        Cell(outcome.n, behind),
        figure(share(outcome.went_on, outcome.n), behind),
        Cell(outcome.won, behind.also(outcome="won")),
        Cell(outcome.lost, behind.also(outcome="lost")),
        figure(share(outcome.won, outcome.won + outcome.lost), behind),
        figure(low, behind),
        figure(high, behind),
    )


def cohort_names(tallies: Iterable[tuple[str, Tally]]) -> dict[str, list[Tally]]:
    """Tallies by the name of their cohort, in time."""
    found: dict[str, list[Tally]] = {}
    for name, some in sorted(tallies, key=lambda pair: pair[0]):
        found.setdefault(name, []).append(some)
    return found
