"""How good was the forecast? Earlier days forecast again, from what was known then."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from pipetui import lang
from pipetui.cli.output import print_json, print_lines, table
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.backtest import OURS, Backtest
from pipetui.core.backtest_json import shape
from pipetui.core.moment import local_day
from pipetui.core.said import method
from pipetui.lang import _, told

FIELDS = ("stage", "source", "owner")


@verb("backtest", _("Each earlier day is forecast from what was known then, and held against what came."))
@click.option(
    "--horizon",
    type=click.FloatRange(1, 730),
    default=30.0,
    metavar=_("DAYS"),
    help=_("How far ahead; 30 days by default."),
)
@click.option("--by", type=click.Choice(FIELDS), help=_("Tell the deals apart by a field."))
@pass_session
def backtest(session: Session, horizon: float, by: str | None) -> None:
    from pipetui.core.funnel import open_stages
    from pipetui.store.learning import tried

    pipeline, stages = session.pipeline, session.desk.stages
    found = tried(session.db, pipeline.id, stages, session.now, horizon, by)
    shown = [stage.name for stage in open_stages(stages)]
    if session.options.json:
        made = shape(found, pipeline.name, shown, told)
        if by == "stage":
            made["by"] = {shown[int(place)]: some for place, some in made["by"].items()}
        print_json(made)
        return
    print_lines(
        [f"{pipeline.name} · {_('{n} days ahead').format(n=lang.number(horizon))}", "", told(found.verdict)]
    )
    if found.looks:
        _print_totals(found)
        _print_deals(found, shown, by)


def _print_totals(found: Backtest) -> None:
    heads = (_("As of"), _("Open"), _("Said"), _("Between"), _("Came"))
    rows = []
    for look in found.looks:
        one = look.all_wins
        inside = "" if one.low <= one.seen <= one.high else " !"
        rows.append(
            (
                local_day(datetime.fromtimestamp(look.now * 86_400, UTC)).isoformat(),
                lang.number(look.open),
                lang.number(one.mean, 1),
                f"{lang.number(one.low)}–{lang.number(one.high)}",
                f"{lang.number(one.seen)}{inside}",
            )
        )
    print_lines(["", _("Wins, with those of deals created later")])
    table(heads, rows, right=heads[1:])
    heads = (_("Method"), _("Off by"), _("Too many"), _("CRPS"), _("In the range"))
    for title, methods in ((_("All wins"), found.all_wins), (_("Of the deals open then"), found.open_deals)):
        rows = [
            (
                told(method(name)),
                lang.number(one.error, 1),
                lang.number(one.bias, 1),
                lang.number(one.crps, 2),
                lang.percent(one.covered),
            )
            for name, one in sorted(methods.items(), key=lambda pair: (pair[0] != OURS, pair[1].crps))
        ]
        print_lines(["", title])
        table(heads, rows, right=heads[1:])


def _print_deals(found: Backtest, stages: list[str], by: str | None) -> None:
    groups = {
        (stages[int(value)] if by == "stage" else value or _("none")): some
        for value, some in found.by.items()
    }
    heads = (_("Method"), _("Log-loss"), _("Brier"), _("ECE"), _("Cases"))
    for title, methods in {_("Single deals"): found.per_deal, **groups}.items():
        rows = [
            (
                told(method(name)),
                lang.number(one.log_loss, 3),
                lang.number(one.brier, 3),
                lang.number(one.error, 3),
                lang.number(one.n),
            )
            for name, one in sorted(methods.items(), key=lambda pair: (pair[0] != OURS, pair[1].log_loss))
        ]
        print_lines(["", title])
        table(heads, rows, right=heads[1:])
    print_lines(
        [
            "",
            _("CRPS, log-loss, Brier and ECE tell how far off a method was; smaller is better."),
        ]
    )


COMMANDS = {"backtest": backtest}
