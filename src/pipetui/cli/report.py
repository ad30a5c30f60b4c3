"""Reports: rows for a table or a script."""

from __future__ import annotations

from collections import defaultdict

import click

from pipetui import lang
from pipetui.cli.output import print_json, table
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.shapes import Json, money
from pipetui.cli.words import pass_session, verb
from pipetui.lang import _
from pipetui.store import windows

PERIOD = click.option(
    "--period", "text", default="all", metavar=_("PERIOD"), help=_("2026-11, 2026-Q4, this-month, all ...")
)


@verb(
    "report",
    _(
        "funnel: how many deals reached each stage, went on, were lost. winloss: closed deals by outcome and reason."
    ),
)
@click.argument("name", type=click.Choice(["funnel", "winloss"]))
@PERIOD
@pass_session
def report(session: Session, name: str, text: str) -> None:
    if name == "funnel":
        if text != "all":
            raise click.UsageError(_("The funnel counts all deals; it takes no period."))
        _print_funnel(session)
    else:
        _print_outcomes(session, text)


def _print_funnel(session: Session) -> None:
    from pipetui.cli.forecast import read

    found = [each.ratio for each in read(session, session.period("all")).stages]
    if session.options.json:
        print_json(
            [
                {
                    "stage": ratio.stage.name,
                    "reached": ratio.observed.reached,
                    "advanced": ratio.observed.advanced,
                    "lost": ratio.observed.lost,
                    "ratio": ratio.observed.advanced / ratio.n if ratio.n else None,
                }
                for ratio in found
            ]
        )
        return
    heads = (_("Stage"), _("Reached"), _("Went on"), _("Lost"), _("Ratio"))
    rows = [
        (
            ratio.stage.name,
            str(ratio.observed.reached),
            str(ratio.observed.advanced),
            str(ratio.observed.lost),
            f"{ratio.observed.advanced / ratio.n:.0%}" if ratio.n else "–",
        )
        for ratio in found
    ]
    table(heads, rows, right=heads[1:])


def _print_outcomes(session: Session, text: str) -> None:
    found = _outcomes(session, text)
    if session.options.json:
        print_json([_outcome(kind, reason, count, sums) for (kind, reason), (count, sums) in found])
        return
    words = {"won": _("won"), "lost": _("lost")}
    heads = (_("Outcome"), _("Reason"), _("Deals"), _("Amount"))
    rows = [
        (
            words[kind],
            reason or "",
            str(count),
            ", ".join(lang.money(minor, code) for code, minor in sums.items()),
        )
        for (kind, reason), (count, sums) in found
    ]
    table(heads, rows, right=heads[2:])


Outcome = tuple[tuple[str, str | None], tuple[int, dict[str, int]]]
"""Won or lost and why; how many deals, and their sums in minor units by currency."""


def _outcomes(session: Session, text: str) -> list[Outcome]:
    """The deals closed in a period, won ones first, then the most frequent reasons."""
    reading, period = Reading(session), session.period(text)
    counts: dict[tuple[str, str | None], int] = defaultdict(int)
    sums: dict[tuple[str, str | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line in windows.listing(session.db, reading.scope(session.pipeline.id)):
        kind = reading.stages[line.stage_id].kind
        closed = line.closed_at.astimezone().date() if line.closed_at else None
        if kind == "open" or (period.start is not None and (closed is None or not period.holds(closed))):
            continue
        key = kind, line.lost_reason
        counts[key] += 1
        if line.amount is not None:
            sums[key][line.currency] += line.amount
    order = sorted(counts, key=lambda key: (key[0] != "won", -counts[key], key[1] or ""))
    return [(key, (counts[key], dict(sorted(sums[key].items())))) for key in order]


def _outcome(kind: str, reason: str | None, count: int, sums: dict[str, int]) -> Json:
    totals = {code: money(minor, code) for code, minor in sums.items()}
    return {"outcome": kind, "reason": reason, "count": count, "totals": totals}


COMMANDS = {"report": report}
