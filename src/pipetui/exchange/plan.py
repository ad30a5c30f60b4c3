"""How a file will be read: what its rows are, which column is which field, which value which stage, and what is open.

A plan is made from the whole file, not from its first rows. What the columns leave open is a question; the app asks it,
the shell names the flag that answers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from pipetui.core.deal import Stage
from pipetui.core.message import Message, say
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid
from pipetui.exchange import profiles
from pipetui.exchange.columns import Amounts, Dates, Mark, Order
from pipetui.exchange.profiles import Kind
from pipetui.exchange.sheet import Sheet

DATES = (
    "created_at", "stage_since", "closed_at", "lost_at", "close_date", "expected_close", "parked_until", "archived_at",
    "step_due", "sent_on", "decided_on", "valid_until", "due", "done",
)  # fmt: skip
ENTERED = "entered "
"""Begins the names of fields that tell when a stage was entered; the stage follows."""
MANY = 200
"""Different values of a stage column beyond which it is no stage column."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user decided about a file; remembered for the next file with the same headers."""

    fields: Mapping[str, str] = field(default_factory=dict)
    """Header by field; an empty header leaves the field out."""
    stages: Mapping[str, str] = field(default_factory=dict)
    """Stage name by value of the file, folded."""
    order: Order | None = None
    mark: Mark | None = None
    kind: Kind | None = None

    def to_json(self) -> str:
        """As text, for the store."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Choices:
        """What `to_json` wrote."""
        return cls(**json.loads(text))

    def over(self, earlier: Choices) -> Choices:
        """These choices, and the earlier ones where these say nothing."""
        return Choices(
            {**earlier.fields, **self.fields},
            {**earlier.stages, **self.stages},
            self.order or earlier.order,
            self.mark or earlier.mark,
            self.kind or earlier.kind,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the user can say."""

    about: Literal["stage", "order", "mark", "fields"]
    value: str
    """The stage's name in the file, the header of the column, or nothing."""
    message: Message
    flag: str
    """How the shell is told: `--stage "Kickoff=STAGE"`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file will be read."""

    sheet: Sheet
    kind: Kind
    product: str | None
    columns: Mapping[str, int]
    """Column by field."""
    stages: Mapping[str, Stage]
    """Stage by value of the file, folded."""
    order: Order | None
    mark: Mark | None
    questions: tuple[Question, ...]
    rows: int
    entered: Mapping[str, Stage] = field(default_factory=dict)
    """The stages whose day of entry has a column, by the field of that column."""

    @property
    def signature(self) -> str:
        """What files of the same make share."""
        return "|".join(profiles.normal(header) for header in self.sheet.headers)

    def header(self, name: str) -> str:
        """The header of a field's column, empty when no column has it."""
        return self.sheet.headers[self.columns[name]] if name in self.columns else ""


def signature(sheet: Sheet) -> str:
    """What files of the same make share."""
    return "|".join(profiles.normal(header) for header in sheet.headers)


def planned(sheet: Sheet, stages: Sequence[Stage], choices: Choices) -> Plan:
    """Look at the whole file and decide. Raises Invalid for a choice that names no header, field or stage."""
    kind = choices.kind or profiles.kind_of(sheet.headers)
    columns = _columns(sheet, kind, choices)
    entered: Mapping[int, Stage] = {}
    if kind == "deals":
        entered = profiles.stages_entered(sheet.headers, stages, _chosen(stages, choices))
    columns |= {f"{ENTERED}{stage.name}": at for at, stage in entered.items()}
    dates = {name: Dates() for name in columns if name in DATES or name.startswith(ENTERED)}
    amounts, values, rows = Amounts(), dict[str, str](), 0
    stage_column = columns.get("stage", columns.get("status"))
    for _line, cells in sheet.rows():
        rows += 1
        if isinstance(cells, Message):
            continue
        for name, evidence in dates.items():
            evidence.see(cells[columns[name]].strip())
        if "amount" in columns:
            amounts.see(cells[columns["amount"]])
        if (
            kind == "deals"
            and stage_column is not None
            and len(values) <= MANY
            and (value := cells[stage_column].strip())
        ):
            values.setdefault(fold(clean(value)), clean(value))
    known, unknown = _stages(values, stages, choices, "stage" in columns)
    product, order, mark = (
        profiles.product_of(sheet.headers),
        _order(dates, choices),
        choices.mark or amounts.mark,
    )
    days = {f"{ENTERED}{stage.name}": stage for stage in entered.values()}
    plan = Plan(sheet, kind, product, columns, known, order, mark, (), rows, days)
    return replace(plan, questions=tuple(_questions(plan, dates, amounts, unknown)))


def _columns(sheet: Sheet, kind: Kind, choices: Choices) -> dict[str, int]:
    columns = profiles.columns_of(sheet.headers, kind)
    for name, header in choices.fields.items():
        if name not in profiles.FIELDS[kind]:
            raise Invalid(
                say("There is no field {field} to fill.", field=name),
                say("Fields: {fields}.", fields=", ".join(profiles.FIELDS[kind])),
            )
        columns.pop(name, None)
        if not header:
            continue
        wanted = [at for at, each in enumerate(sheet.headers) if fold(each) == fold(header)]
        if not wanted:
            raise Invalid(
                say('The file has no column "{header}".', header=clean(header)),
                say("Columns: {columns}.", columns=", ".join(clean(each) for each in sheet.headers)),
            )
        columns = {other: at for other, at in columns.items() if at != wanted[0]}
        columns[name] = wanted[0]
    return columns


def _stages(
    values: Mapping[str, str], stages: Sequence[Stage], choices: Choices, named: bool
) -> tuple[dict[str, Stage], list[str]]:
    """The stage of each value, and the values that have none; outcomes such as `open` need none."""
    names = {fold(stage.name): stage for stage in stages}
    known: dict[str, Stage] = {}
    unknown: list[str] = []
    chosen = {fold(value): name for value, name in choices.stages.items()}
    for folded, value in values.items():
        if folded in chosen:
            if fold(chosen[folded]) not in names:
                raise Invalid(
                    say('There is no stage "{stage}".', stage=chosen[folded]),
                    say("Stages: {stages}.", stages=", ".join(stage.name for stage in stages)),
                )
            known[folded] = names[fold(chosen[folded])]
        elif stage := profiles.stage_of(value, stages):
            known[folded] = stage
        elif named or profiles.outcome_of(value) is None:
            unknown.append(value)
    return known, unknown


def _chosen(stages: Sequence[Stage], choices: Choices) -> dict[str, Stage]:
    """The stages chosen for values, as far as they exist."""
    names = {fold(stage.name): stage for stage in stages}
    return {fold(value): names[fold(name)] for value, name in choices.stages.items() if fold(name) in names}


def _order(dates: Mapping[str, Dates], choices: Choices) -> Order | None:
    """One order for the file: what any of its columns says, as long as none contradicts."""
    said = {evidence.order for evidence in dates.values()} - {None}
    return choices.order or (said.pop() if len(said) == 1 else None)


def _questions(
    plan: Plan, dates: Mapping[str, Dates], amounts: Amounts, unknown: Sequence[str]
) -> list[Question]:
    found = []
    if missing := _missing(plan):
        field = {"deals": "title", "quotes": "number", "activities": "deal"}.get(plan.kind, "name")
        field = "deal" if field in plan.columns else field
        found.append(Question("fields", "", missing, f"--map {field}=COLUMN"))
    open_dates = [name for name, evidence in dates.items() if evidence.ambiguous or evidence.either]
    if open_dates and plan.order is None:
        header = plan.header(open_dates[0])
        asked = say('Which comes first in "{header}", the day or the month?', header=header)
        found.append(Question("order", header, asked, "--dates dmy | mdy"))
    if "amount" in plan.columns and plan.mark is None and amounts.ambiguous:
        header = plan.header("amount")
        asked = say('Which mark begins the decimals in "{header}", the point or the comma?', header=header)
        found.append(Question("mark", header, asked, "--decimal point | comma"))
    for value in unknown:
        asked = say('Which stage is "{value}"?', value=value)
        found.append(Question("stage", value, asked, f'--stage "{value}=STAGE"'))
    return found


def _missing(plan: Plan) -> Message | None:
    columns = plan.columns
    if plan.kind in ("quotes", "activities"):
        told = {"deal", "organization"} & set(columns)
        if plan.kind == "quotes" and "number" not in columns:
            return say("No column holds the number of a quote.")
        return None if told else say("No column says which deal it is about.")
    if plan.kind != "deals":
        named = "name" in columns or "last_name" in columns or "first_name" in columns
        return None if named else say("No column holds a name.")
    if not {"title", "contact", "organization"} & set(columns):
        return say("No column holds a title, a contact or an organization.")
    alone = set(columns) == {"title"} and profiles.normal(plan.header("title")) in (
        "product",
        "product name",
        "produit",
    )
    return say("The file lists products, not deals.") if alone else None
