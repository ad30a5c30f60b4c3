"""Will we make the number? The forecast, and the goals it is held against."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import fields
from pipetui.cli.match import the_one
from pipetui.cli.output import print_json, print_lines, table
from pipetui.cli.session import Session
from pipetui.cli.shapes import Json, money
from pipetui.cli.words import family, pass_session, query_text, query_verb
from pipetui.core import people
from pipetui.core.deal import Goal, Member, Metric, Stage
from pipetui.core.message import say, say_n
from pipetui.core.text import fold
from pipetui.errors import Invalid
from pipetui.lang import _, told

if TYPE_CHECKING:
    from pipetui.core.ahead import Ahead
    from pipetui.core.forecast import Forecast
    from pipetui.core.moment import Period
    from pipetui.core.outlook import Outlook


@query_verb(
    "forecast", _("QUERY is the filter language: only the deals it lets through are counted as open.")
)
@click.argument("query", nargs=-1)
@click.option(
    "--period",
    "text",
    default="this-month",
    metavar=_("PERIOD"),
    help=_("2026-11, 2026-Q4, next-month, 30d ..."),
)
@click.option("--owner", metavar=_("NAME"), default="", help=_("Only the deals of one owner."))
@pass_session
def forecast(session: Session, query: tuple[str, ...], text: str, owner: str) -> None:
    whose = fields.member(session, owner)
    answer = read(session, session.period(text), each=True, owner_id=whose, query=query_text(query))
    if session.options.json:
        print_json(answer.to_json(told))
    else:
        print_forecast(answer)


def read(
    session: Session, period: Period, each: bool = False, owner_id: int | None = None, query: str = ""
) -> Forecast:
    """The forecast of the pipeline for a period and its first goal; `each` adds ranges and the deals one by one."""
    from pipetui.cli.reading import Reading
    from pipetui.core import forecast as rules
    from pipetui.store.book import book, goals

    db, pipeline, reading = session.db, session.pipeline, Reading(session)
    scope = replace(reading.scope(pipeline.id, reading.asked(query)), owner_id=owner_id)
    aimed = [goal for goal in goals(db, pipeline.id, period) if owner_id in (None, goal.owner_id)]
    goal = next(iter(aimed), None) if scope.filter is None else None
    made_of = book(db, scope, period, session.currency, goal, each)
    known = None
    if each:
        from pipetui.store.learning import learned

        known = learned(db, pipeline.id, made_of.stages, session.now, period)
    return rules.forecast(
        made_of, as_of=session.now, period=period, pipeline=pipeline.name, goal=goal, learned=known
    )


def print_forecast(answer: Forecast) -> None:
    """The forecast as a page of text."""
    from pipetui.core.said import arrows, chain

    heads = (_("Stage"), _("Open"), _("Ratio"), _("Cases"), _("Basis"), _("Win chance"), _("Expected wins"))
    goal_heads = (_("Needed"), _("Has"), _("Missing")) if answer.goal else ()
    rows = []
    for each in answer.stages:
        row: tuple[str, ...] = (
            each.stage.name,
            str(each.open),
            lang.percent(each.ratio.used),
            str(each.ratio.n),
        )
        row += (basis_words()[each.ratio.basis], lang.percent(each.chance.value), lang.number(each.wins, 1))
        if answer.goal:
            need = each.need
            row += tuple(
                _count(value) for value in ((need.needed, need.has, need.missing) if need else (None,) * 3)
            )
        rows.append(row)
    print_lines(
        [
            f"{answer.pipeline} · {lang.period_name(answer.period)}",
            arrows(chain([s.ratio for s in answer.stages])),
            "",
        ]
    )
    table(heads + goal_heads, rows, right=[*heads[1:4], *heads[5:], *goal_heads])
    print_lines(["", *_totals(answer)])


def _totals(answer: Forecast) -> list[str]:
    lines = [
        _("Won in the period: {n}, {money}").format(
            n=answer.won, money=lang.money(round(answer.won_revenue), answer.currency)
        )
    ]
    if answer.ahead is not None and answer.base is not None and answer.base.learned is not None:
        lines += _in_time(answer, answer.ahead)
    revenue = _("n/a") if answer.revenue is None else lang.money(round(answer.revenue), answer.currency)
    lines.append(
        _("Expected of the open deals, whenever: {n} wins, {money}").format(
            n=lang.number(answer.wins, 1), money=revenue
        )
    )
    if answer.goal is not None:
        lines += _goal(answer.goal)
    lines += [f"{told(left.why)} ({left.count})" for left in answer.left_out]
    return lines


def _in_time(answer: Forecast, coming: Ahead) -> list[str]:
    """What the period itself will bring."""
    spread, day = coming.wins, answer.period.last_day
    lines = [
        told(
            say_n(
                "By {day}: between {low} and {n} more win (80%), {mean} on average, {new} from deals to come.",
                "By {day}: between {low} and {n} more wins (80%), {mean} on average, {new} from deals to come.",
                round(spread.high),
                day=day,
                low=round(spread.low),
                mean=lang.number(spread.mean, 1),
                new=lang.number(coming.new.wins, 1),
            )
        )
    ]
    if coming.revenue is not None:
        low, middle, high = (
            lang.money(round(value), answer.currency, short=True)
            for value in (coming.revenue.low, coming.revenue.mean, coming.revenue.high)
        )
        lines.append(
            told(say("Worth between {low} and {high}, {mean} on average.", low=low, high=high, mean=middle))
        )
    return lines


def _goal(goal: Outlook) -> list[str]:
    """How likely it is, what to do, and what it would take."""
    lines = []
    if goal.chance is not None:
        lines.append(_("Chance to reach the goal: {chance}").format(chance=lang.chance(goal.chance)))
    lines.append(told(goal.advice))
    for one in goal.plan if goal.done < goal.target else ():
        if one.late:
            lines.append(
                told(
                    say(
                        "{stage}: too late for new deals since {day}.",
                        stage=one.stage.name,
                        day=one.last_useful_day,
                    )
                )
                if one.last_useful_day
                else told(say("{stage}: too late for new deals.", stage=one.stage.name))
            )
        elif one.for_80 != 0:
            lines.append(
                told(
                    say(
                        "{stage}: {even} new deals for an even chance, {likely} for 80%.",
                        stage=one.stage.name,
                        even=_count(one.for_50),
                        likely=_count(one.for_80),
                    )
                )
            )
    return lines


def _count(value: int | None) -> str:
    return "–" if value is None else str(value)


def basis_words() -> dict[str, str]:
    """What a ratio mostly is, as people read it."""
    return {"default": _("as declared"), "mixed": _("mixed"), "your data": _("your data")}


@family("goal", _("pipetui goal set 2026-11 wins 3"))
@click.pass_context
def goal(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


@goal.command("set", help=_("METRIC is wins, revenue or reach:STAGE; VALUE a number of deals, or an amount."))
@click.argument("period")
@click.argument("metric")
@click.argument("value")
@click.option("--owner", metavar=_("NAME"), default="", help=_("Whose goal; the team's by default."))
@pass_session
def set_goal(session: Session, period: str, metric: str, value: str, owner: str) -> None:
    kind, stage = _metric(session, metric)
    when = session.period(period)
    target, currency = _target(session, kind, value)
    changes = people.set_goal(
        session.desk,
        session.store.all(Goal),
        period=when.name,
        metric=kind,
        target=target,
        pipeline_id=session.pipeline.id,
        stage_id=stage.id if stage else None,
        owner_id=fields.member(session, owner),
        money=currency,
    )
    session.commit(say("Set the goal of {period}", period=when.name), changes)
    show(session)


@goal.command("drop", help=_("Give a goal up; ID as in the list."))
@click.argument("goal_id", type=int, metavar="ID")
@pass_session
def drop(session: Session, goal_id: int) -> None:
    one = session.store.get(Goal, goal_id)
    session.commit(say("Give up the goal of {period}", period=one.period), people.drop_goal(one))
    show(session)


METRICS: dict[str, Metric] = {
    "wins": "wins", "ventes": "wins", "vente": "wins", "gagnees": "wins",
    "revenue": "revenue", "chiffre": "revenue", "chiffre d'affaires": "revenue", "ca": "revenue", "montant": "revenue",
    "reach": "reach", "atteindre": "reach", "etape": "reach",
}  # fmt: skip
"""The words for what a goal counts, in English and French."""


def _metric(session: Session, text: str) -> tuple[Metric, Stage | None]:
    word, _colon, stage = text.partition(":")
    metric = METRICS.get(fold(word).replace("’", "'"))
    if metric == "reach" and stage:
        return metric, the_one(stage, session.stages, say("stage"))
    if metric is not None and metric != "reach" and not stage:
        return metric, None
    raise Invalid(say('"{text}" is not a metric.', text=text), say("Say wins, revenue or reach:STAGE."))


def _target(session: Session, metric: Metric, text: str) -> tuple[int, str | None]:
    if metric == "revenue":
        from pipetui.core.money import amount_from_text

        sum_wanted = amount_from_text(text, session.currency)
        return sum_wanted.minor, sum_wanted.currency
    return fields.number(text) or 0, None


def show(session: Session) -> None:
    """Print the goals of the pipeline."""
    stages = {stage.id: stage.name for stage in session.desk.stages}
    members = {member.id: member.name for member in session.store.all(Member)}
    goals = session.store.all(Goal, pipeline_id=session.pipeline.id)
    goals.sort(key=lambda one: (one.period, one.id))
    if session.options.json:
        print_json([shape(one, stages, members) for one in goals])
        return
    rows = [
        (str(one.id), one.period, _said(one, stages), _worth(one), members.get(one.owner_id or 0, ""))
        for one in goals
    ]
    table((_("No."), _("Period"), _("Metric"), _("Target"), _("Owner")), rows, right=[_("No."), _("Target")])


def shape(one: Goal, stages: dict[int, str], members: dict[int, str]) -> Json:
    """One goal in JSON: a count of deals, or an amount as decimal text."""
    return {
        "id": one.id,
        "period": one.period,
        "metric": one.metric,
        "stage": stages.get(one.stage_id or 0),
        "owner": members.get(one.owner_id or 0),
        "target": money(one.target, one.currency) if one.metric == "revenue" else one.target,
        "currency": one.currency,
    }


def _said(one: Goal, stages: dict[int, str]) -> str:
    if one.metric == "reach":
        return told(say("reach:{stage}", stage=stages.get(one.stage_id or 0, "?")))
    return _("wins") if one.metric == "wins" else _("revenue")


def _worth(one: Goal) -> str:
    return lang.money(one.target, one.currency) if one.currency else str(one.target)


COMMANDS = {"forecast": forecast, "goal": goal}
