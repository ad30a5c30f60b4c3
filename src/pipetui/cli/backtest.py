"""How good was the forecast? Earlier days forecast again, from what was known then."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

import click

from pipetui import hindsight, lang
from pipetui.cli.output import print_json, print_lines, progress_bar, table
from pipetui.cli.session import Session
from pipetui.cli.words import OneOf, pass_session, verb
from pipetui.core.backtest import OURS, Backtest
from pipetui.core.backtest_json import shape
from pipetui.core.message import say
from pipetui.core.said import method
from pipetui.lang import _, told
from pipetui.store.method import METHODS, prefer, preferred

FIELDS = ("stage", "source", "owner")
PIPED = 100
"""Columns where there is no terminal."""


@verb("backtest", _("Each earlier day is forecast from what was known then, and held against what came."))
@click.option(
    "--horizon",
    type=click.FloatRange(1, 730),
    default=30.0,
    metavar=_("DAYS"),
    help=_("How far ahead; 30 days by default."),
)
@click.option("--by", type=click.Choice(FIELDS), help=_("Tell the deals apart by a field."))
@click.option(
    "--use",
    type=OneOf({name: method(name) for name in METHODS}),
    metavar=_("METHOD"),
    help=_('Forecast by this method from now on: {names}. "pipetui" is the forecast\'s own.').format(
        names=", ".join(f'"{name}"' for name in METHODS)
    ),
)
@pass_session
def backtest(session: Session, horizon: float, by: str | None, use: str | None) -> None:
    from pipetui.core.funnel import open_stages
    from pipetui.store.learning import tried

    if use is not None:
        _use(session, use)
        return
    pipeline, stages = session.pipeline, session.desk.stages
    found = tried(session.db, pipeline.id, stages, session.now, horizon, by, progress_bar())
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
        print_lines([told(hindsight.record(found)), *_offer(found, preferred(session.db))])
        _print_pictures(found)
        _print_totals(found)
        _print_deals(found)
        _print_groups(found, shown, by)


def _use(session: Session, name: str) -> None:
    batch = prefer(session.store, name)
    if not batch.empty:
        session.store.commit(batch)
    if session.options.json:
        print_json({"method": name})
    else:
        print_lines([f"{told(batch.label)}."])


def _offer(found: Backtest, used: str) -> list[str]:
    """The words that change the method, when there is a reason to."""
    name = hindsight.offered(found, used)
    if name is None:
        return []
    if name == OURS:
        message = say(
            'This store forecasts by "{method}"; pipetui backtest --use {name} goes back to the forecast\'s own.',
            method=method(used),
            name=name,
        )
    else:
        message = say(
            'To use "{method}" for this store: pipetui backtest --use "{name}"',
            method=method(name),
            name=name,
        )
    return [told(message)]


def _print_pictures(found: Backtest) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED
    legend = "   ".join(f"{sign} {words}" for sign, words in hindsight.legend())
    print_lines(["", _("Wins, with those of deals created later"), legend])
    _picture(hindsight.track(found.looks, width))
    if buckets := hindsight.buckets(found):
        print_lines(["", _("Chances of single deals"), told(hindsight.kept(buckets))])
        _picture(hindsight.reliability(buckets, width))


def _picture(drawn: hindsight.Picture) -> None:
    table(drawn.heads, drawn.rows, right=drawn.heads[1:])


def _print_totals(found: Backtest) -> None:
    heads = hindsight.total_heads()
    for title, methods in hindsight.sums(found):
        rows = [hindsight.total_row(name, one) for name, one in hindsight.ranked(methods, lambda o: o.crps)]
        _print(told(title), heads, rows)
    print_lines(["", *map(told, hindsight.TOTAL_TERMS)])


def _print_deals(found: Backtest) -> None:
    rows = [
        hindsight.deal_row(name, one)
        for name, one in hindsight.ranked(found.per_deal, lambda one: one.log_loss)
    ]
    if rows:
        _print(_("Single deals"), hindsight.deal_heads(), rows)
        print_lines(["", *map(told, hindsight.DEAL_TERMS)])


def _print_groups(found: Backtest, stages: Sequence[str], by: str | None) -> None:
    if by is None or not found.by:
        return
    rows = hindsight.group_rows(found, stages if by == "stage" else ())
    heads = hindsight.group_heads()
    print_lines([""])
    table(heads, rows, right=heads[1:-1])


def _print(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print_lines(["", title])
    table(heads, rows, right=heads[1:])


COMMANDS = {"backtest": backtest}
