"""The history that comes beside a file of deals: one line for each stay in a stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from pipetui.core.deal import Stage, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import Message, say
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid
from pipetui.exchange.columns import Dates, Order, moment_of
from pipetui.exchange.profiles import normal, stage_of
from pipetui.exchange.report import Report, RowRejected
from pipetui.exchange.sheet import Sheet

COLUMNS = ("deal", "stage", "entered_at", "left_at", "next")
NEEDED = COLUMNS[:3]


def known_headers(cells: Sequence[str]) -> int:
    """How many of these cells are headers of a history file."""
    return sum(normal(cell) in COLUMNS for cell in cells)


def visits(
    sheet: Sheet, desk: Desk, named: Mapping[str, str], order: Order | None, report: Report
) -> dict[str, tuple[Visit, ...]]:
    """The stays by the folded identifier or title of their deal, in time; `named` are stages chosen for values.

    A stay left before it was entered is rejected; what lies in the future is taken as now. Raises Invalid when a column
    is missing or the order of day and month is open.
    """
    columns = {normal(header): at for at, header in enumerate(sheet.headers)}
    if missing := [name for name in NEEDED if name not in columns]:
        raise Invalid(
            say("The history has no column {column}.", column=missing[0]),
            say("Columns: {columns}.", columns=", ".join(COLUMNS)),
        )
    order = order or _order(sheet, columns)
    read = _reader(columns, desk, named, order)
    found: dict[str, list[Visit]] = {}
    for line, cells in sheet.rows():
        try:
            if isinstance(cells, Message):
                raise RowRejected("", cells)
            deal, visit = read(cells)
        except RowRejected as rejected:
            at = columns.get(rejected.field)
            value = clean(cells[at]) if at is not None and not isinstance(cells, Message) else ""
            report.reject(line, rejected.field, value, rejected.message)
            continue
        found.setdefault(deal, []).append(visit)
    return {deal: _in_time(stays, desk) for deal, stays in found.items()}


def _order(sheet: Sheet, columns: Mapping[str, int]) -> Order | None:
    evidence = Dates()
    for _line, cells in sheet.rows():
        if not isinstance(cells, Message):
            for name in ("entered_at", "left_at"):
                if name in columns:
                    evidence.see(cells[columns[name]].strip())
    if evidence.ambiguous:
        raise Invalid(
            say("Which comes first in the history, the day or the month?"),
            say("Say --dates dmy or --dates mdy."),
        )
    return evidence.order


def _reader(
    columns: Mapping[str, int], desk: Desk, named: Mapping[str, str], order: Order | None
) -> Callable[[list[str]], tuple[str, Visit]]:
    stages = {fold(stage.name): stage for stage in desk.used}
    chosen = {fold(value): stages.get(fold(name)) for value, name in named.items()}

    def stage(value: str, at: str) -> Stage:
        found = chosen.get(fold(value)) or stage_of(value, desk.used)
        if found is None:
            raise RowRejected(at, say("no stage of this name; say which with --stage"))
        return found

    def moment(value: str, at: str) -> datetime:
        found = moment_of(value, order, desk.today)
        if found is None:
            raise RowRejected(at, say("not a date"))
        return min(found, desk.now)

    def read(cells: list[str]) -> tuple[str, Visit]:
        texts = {name: clean(cells[at]).strip() for name, at in columns.items() if name in COLUMNS}
        here = stage(texts["stage"], "stage")
        if here.kind != "open":
            raise RowRejected("stage", say("a deal does not stay in a closing stage"))
        left = moment(texts["left_at"], "left_at") if texts.get("left_at") else None
        visit = Visit(
            id=-1, deal_id=-1, stage_id=here.id, entered_at=moment(texts["entered_at"], "entered_at"), left_at=left,
            next_stage_id=stage(texts["next"], "next").id if texts.get("next") else None,
        )  # fmt: skip
        if left is not None and left < visit.entered_at:
            raise RowRejected("left_at", say("left before it was entered"))
        return fold(texts["deal"]), visit

    return read


def _in_time(stays: list[Visit], desk: Desk) -> tuple[Visit, ...]:
    """Stays in order; one that ends or leads nowhere by the file ends where the next begins.

    Stages of the file that are one here make one stay.
    """
    stays = sorted(stays, key=lambda stay: (stay.entered_at, stay.left_at or desk.now))
    for at, (stay, following) in enumerate(pairwise(stays)):
        stays[at] = replace(
            stay,
            left_at=stay.left_at or following.entered_at,
            next_stage_id=stay.next_stage_id or following.stage_id,
        )
    joined: list[Visit] = []
    for stay in stays:
        before = joined[-1] if joined else None
        if before is not None and before.next_stage_id == before.stage_id == stay.stage_id:
            joined[-1] = replace(before, left_at=stay.left_at, next_stage_id=stay.next_stage_id)
        else:
            joined.append(stay)
    return tuple(joined)
