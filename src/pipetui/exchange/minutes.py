"""The minutes of a pipeline review: kept as figures, printed as Markdown in the language spoken now."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from pipetui.core.meeting import VERDICT_WORDS, Verdict
from pipetui.core.review import COMING, PARTS, Flow, Part
from pipetui.core.text import clean
from pipetui.lang import _, chance, day, labelled, money, number, told

Sums = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one deal."""

    name: str
    verdict: Verdict
    text: str
    amount: int | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """All that the minutes say."""

    held_on: date
    held_by: str
    pipeline: str
    query: str
    since: date
    """The day of the opening figures."""
    looked_at: int
    of: int
    """Deals that were to be looked at."""
    decisions: tuple[Decided, ...]
    opening: Sums
    closing: Sums
    parts: Mapping[Part, tuple[int, Sums]]
    open_deals: tuple[int, int] | None = None
    """How many deals were open at the opening and at the closing; None when it was not counted."""
    wins: float | None = None
    """Expected by the end of the period, won ones counted."""
    goal: float | None = None
    goal_chance: float | None = None
    period: str = ""

    def to_json(self) -> str:
        """As the store keeps them."""
        values = asdict(self)
        values |= {"held_on": self.held_on.isoformat(), "since": self.since.isoformat()}
        return json.dumps(values, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Minutes:
        """From what the store keeps."""
        values = json.loads(text)
        values |= {name: date.fromisoformat(values[name]) for name in ("held_on", "since")}
        values["decisions"] = tuple(Decided(**one) for one in values["decisions"])
        counted = values.get("open_deals")
        values["open_deals"] = tuple(counted) if counted else None
        values["parts"] = {part: (n, sums) for part, (n, sums) in values["parts"].items()}
        return cls(**values)


def with_flow(found: Flow) -> dict[str, object]:
    """The figures of a flow as the minutes take them."""
    return {
        "opening": dict(found.opening), "closing": dict(found.closing), "parts": dict(found.parts),
        "open_deals": found.open_deals,
    }  # fmt: skip


def markdown(one: Minutes) -> str:
    """The minutes in Markdown; opening and parts add up to closing, currency by currency."""
    lines = [
        f"# {_('Pipeline review, {day}').format(day=day(one.held_on))}",
        "",
        f"- {labelled(_('Pipeline'), _md(one.pipeline))}" + (f" ({_md(one.query)})" if one.query else ""),
        f"- {labelled(_('Held by'), _md(one.held_by))}",
        f"- {labelled(_('Deals looked at'), f'{one.looked_at} / {one.of}')}",
        "",
        f"## {_('Decisions')}",
        "",
    ]
    lines += [_decided(each) for each in one.decisions] or [_("None.")]
    lines += ["", f"## {_('The open pipeline since {day}').format(day=day(one.since))}", ""]
    currencies = sorted({*one.opening, *one.closing, *(c for _n, sums in one.parts.values() for c in sums)})
    currencies = currencies or ["EUR"]
    opened, closed = ("", "") if one.open_deals is None else map(str, one.open_deals)
    lines += [
        f"| | {_('Deals')} | " + " | ".join(currencies) + " |",
        "|---|--:|" + "--:|" * len(currencies),
        _row(_("Opening"), opened, one.opening, currencies, signed=False),
    ]
    words = part_words()
    for part in PARTS:
        if part in one.parts:
            n, sums = one.parts[part]
            lines.append(_row(words[part], _counted(part, n), sums, currencies, signed=True))
    lines.append(_row(f"**{_('Closing')}**", closed, one.closing, currencies, signed=False))
    if one.wins is not None:
        lines += ["", f"## {_('Forecast')}", "", _forecast(one)]
    return "\n".join(lines) + "\n"


def _decided(each: Decided) -> str:
    amount = f" ({money(each.amount, each.currency)})" if each.amount is not None else ""
    said = told(VERDICT_WORDS[each.verdict])
    if each.text:
        said = labelled(said, _md(each.text))
    return f"- {labelled(f'**{_md(each.name)}**{amount}', said)}"


def _forecast(one: Minutes) -> str:
    said = _("{period}: {wins} wins expected.").format(
        period=_md(one.period), wins=number(one.wins or 0.0, 1)
    )
    if one.goal is not None and one.goal_chance is not None:
        said += " " + _("Goal {goal}: {chance} to reach it.").format(
            goal=number(one.goal), chance=chance(one.goal_chance)
        )
    return said


def _row(label: str, count: str, sums: Sums, currencies: Sequence[str], signed: bool) -> str:
    cells = []
    for currency in currencies:
        minor = sums.get(currency, 0)
        sign = "+" if signed and minor > 0 else ""
        cells.append("" if signed and not minor else f"{sign}{money(minor, currency)}")
    return f"| {label} | {count} | " + " | ".join(cells) + " |"


def _counted(part: Part, n: int) -> str:
    """Deals that come and go, so that they too add up; in brackets those that stay."""
    return f"({n})" if part == "amounts" else f"+{n}" if part in COMING else f"-{n}"


def _md(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", clean(text))


def part_words() -> dict[Part, str]:
    """What a pipeline changes by, as people read it."""
    return {
        "new": _("new deals"), "back": _("came back"), "moved in": _("from another pipeline"), "won": _("deals won"),
        "lost": _("deals lost"), "parked": _("parked"), "archived": _("archived"),
        "moved out": _("to another pipeline"),
        "gone": _("deleted"), "amounts": _("amounts changed"),
    }  # fmt: skip
