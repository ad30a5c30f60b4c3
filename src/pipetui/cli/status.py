"""The summary of one screen: will we make the number, what is overdue, what deserves a look, what is new.

Made for a login message: nothing that takes long is read or loaded, whatever the size of the store.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import due
from pipetui.cli.output import cells, crop, print_json, print_lines
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.shapes import Json, day, money
from pipetui.cli.words import pass_session, verb
from pipetui.core.message import Message, say, say_n
from pipetui.core.moment import midnight
from pipetui.core.text import clean, day_from_words
from pipetui.errors import Invalid
from pipetui.lang import _, told
from pipetui.store import agenda, digest, windows

if TYPE_CHECKING:
    from pipetui.core.agenda import Planned
    from pipetui.core.forecast import Forecast
    from pipetui.core.outlook import Outlook
    from pipetui.store.digest import Closed, Flags, News
    from pipetui.store.windows import Attention, Column

WIDTH = 80
FIRST = 3
"""Steps that are named."""
FEW = 3_000
"""Deals that are learned from in a moment; of more, the ratios alone tell what to expect."""


@dataclass(frozen=True, slots=True)
class Digest:
    """All that is told."""

    columns: list[Column]
    forecast: Forecast
    attention: Attention
    flags: Flags
    overdue: int
    today: int
    steps: list[Planned]
    """The first overdue ones, then the first of today."""
    since: date
    news: News


@verb("status", _("For a login message or a mail from cron."))
@click.option(
    "--period",
    "text",
    default="this-month",
    metavar=_("PERIOD"),
    help=_("2026-11, 2026-Q4, next-month, 30d ..."),
)
@click.option(
    "--since",
    "since",
    metavar=_("DATE"),
    help=_("What changed since this day; the working day before by default."),
)
@pass_session
def status(session: Session, text: str, since: str | None) -> None:
    found = _read(session, text, _since(session, since))
    if session.options.json:
        print_json(shape(session, found))
    else:
        print_lines(lines(session, found))


def _since(session: Session, text: str | None) -> date:
    if text is None:
        return digest.yesterday(session.today)
    found = day_from_words(text, session.today, lang.month_first())
    if found is None:
        raise Invalid(say('"{text}" is not a day.', text=text), say("Write it like 2026-11-30 or today."))
    return found


def _read(session: Session, text: str, since: date) -> Digest:
    """Everything, from counts and indexes."""
    from pipetui.cli.forecast import read
    from pipetui.store.counts import deals_by_stage

    db, period = session.db, session.period(text)
    scope = Reading(session).scope(session.pipeline.id, period=period)
    wanted = agenda.Wanted(session.today)
    planned = agenda.counts(db, wanted)
    overdue, today = planned["overdue"], planned["today"]
    steps = agenda.page(db, wanted, 0, min(overdue, FIRST))
    steps += agenda.page(db, wanted, overdue, min(today, FIRST)) if today else []
    return Digest(
        windows.columns(db, scope),
        read(session, period, each=sum(deals_by_stage(db, session.pipeline.id).values()) <= FEW),
        windows.attention(db, scope),
        digest.flags(db, scope),
        overdue,
        today,
        steps,
        since,
        digest.news(db, scope, midnight(since)),
    )


# As text


def lines(session: Session, found: Digest) -> Iterator[str]:
    """The page, 80 columns wide."""
    answer = found.forecast
    left = clean(f"{session.pipeline.name} · {lang.period_name(answer.period)}")
    right = lang.day(session.today, session.today.replace(year=session.today.year - 1))
    yield f"{left}{right:>{max(WIDTH - cells(left), len(right) + 1)}}"
    blocks: list[tuple[str, list[str]]] = [
        (_("Goal"), _goal(answer)),
        (_("Forecast"), [_forecast(answer)]),
        (_("Board"), _stages(found.columns)),
        (_("Overdue"), _steps(found.overdue, found.steps[: min(found.overdue, FIRST)], session.today)),
        (_("Today"), _steps(found.today, found.steps[min(found.overdue, FIRST) :], session.today)),
        (_("Look at"), [_look(found)]),
        (_("New"), [_since_words(found.since, session.today), *_news(found.news)]),
    ]
    labels = max(cells(title) for title, said in blocks if any(said)) + 2
    for title, said in blocks:
        room = WIDTH - labels - 2
        for text in filter(None, said):
            for part in textwrap.wrap(clean(text), room):
                yield f"  {title}{' ' * (labels - cells(title))}{crop(part, room)}"
                title = ""


def _since_words(since: date, today: date) -> str:
    return told(say("since {day}", day=lang.day(since, today)))


def _goal(answer: Forecast) -> list[str]:
    goal = answer.goal
    if goal is None:
        return []
    said = [_standing(goal, answer.currency)]
    if goal.chance is not None:
        said.append(_("Chance to reach the goal: {chance}").format(chance=lang.chance(goal.chance)))
    return [" · ".join(said), told(goal.advice)]


def _standing(goal: Outlook, currency: str) -> str:
    """`5 of 8 wins`, `€27,000 of €90,000`."""
    if goal.goal.metric == "revenue":
        done, target = (lang.money(round(value), currency) for value in (goal.done, goal.target))
        return _("{done} of {target}").format(done=done, target=target)
    done, n = lang.number(round(goal.done)), round(goal.target)
    if goal.goal.metric == "wins":
        return told(say_n("{done} of {n} win", "{done} of {n} wins", n, done=done))
    return told(say_n("{done} of {n} deal", "{done} of {n} deals", n, done=done))


def _forecast(answer: Forecast) -> str:
    coming = answer.ahead
    if coming is not None and answer.base is not None and answer.base.learned is not None:
        low, high = round(answer.won + coming.wins.low), round(answer.won + coming.wins.high)
        said = _("{wins} wins by {day} ({low}–{high})").format(
            wins=lang.number(answer.won + coming.wins.mean, 1),
            day=lang.day(answer.period.last_day) if answer.period.last_day else "",
            low=low,
            high=high,
        )
        if coming.revenue is not None:
            worth = lang.money(round(answer.won_revenue + coming.revenue.mean), answer.currency, short=True)
            said += f", {worth}"
        return said
    worth = (
        ""
        if answer.revenue is None
        else f", {lang.money(round(answer.revenue), answer.currency, short=True)}"
    )
    return (
        _("{wins} wins expected of the open deals, whenever").format(wins=lang.number(answer.wins, 1)) + worth
    )


def _stages(columns: Iterable[Column]) -> list[str]:
    """`Lead 21 (€206k) · Prospect 11 (€93k)`, each of them in one line."""
    parts = []
    for column in columns:
        sums = " + ".join(
            lang.money(minor, currency, short=True) for currency, (_n, minor) in sorted(column.totals.items())
        )
        said = " ".join([column.stage.name, lang.number(column.count), *([f"({sums})"] if sums else [])])
        parts.append(said.replace(" ", "\N{NO-BREAK SPACE}"))
    return [" · ".join(parts)]


def _steps(count: int, first: list[Planned], today: date) -> list[str]:
    if not count:
        return []
    said = []
    for one in first:
        when = " ".join(
            filter(None, (lang.day(one.due_on, today) if one.due_on != today else "", one.due_time))
        )
        head = " ".join(filter(None, (when, one.about)))
        said.append(crop(clean(lang.labelled(head, one.text) if head and one.text else head or one.text), 66))
    more = count - len(first)
    return [
        told(say_n("{n} step", "{n} steps", count)),
        *said,
        *([_("and {n} more").format(n=lang.number(more))] if more > 0 else []),
    ]


def _look(found: Digest) -> str:
    flags = found.flags
    told_of: list[tuple[int, Message]] = [
        (found.attention.late, say_n("{n} late", "{n} late", found.attention.late)),
        (found.attention.without, say("{n} without a next step", n=found.attention.without)),
        (flags.stalled, say("{n} stalled", n=flags.stalled)),
        (flags.expiring, say_n("{n} quote about to expire", "{n} quotes about to expire", flags.expiring)),
        (flags.expired, say_n("{n} quote expired", "{n} quotes expired", flags.expired)),
    ]
    return " · ".join(told(said) for n, said in told_of if n)


def _news(news: News) -> list[str]:
    said = []
    if news.new:
        said.append(told(say_n("{n} new deal", "{n} new deals", news.new)))
    if news.moves:
        said.append(told(say_n("{n} move", "{n} moves", news.moves)) + _by(news.movers))
    for closed, words in ((news.won, _won), (news.lost, _lost)):
        if closed.n:
            said.append(f"{words(closed.n)}{_sums(closed.totals)}{_by(closed.who)}")
    if news.reviews:
        decisions = sum(n for _who, n in news.reviews)
        held = told(say_n("{n} review", "{n} reviews", len(news.reviews)))
        made = told(say_n("{n} decision", "{n} decisions", decisions))
        said.append(f"{held}, {made}{_by(Counter(who for who, _n in news.reviews))}")
    return said or [_("nothing")]


def _won(n: int) -> str:
    return told(say("{n} won", n=n))


def _lost(n: int) -> str:
    return told(say("{n} lost", n=n))


def _sums(totals: Mapping[str, int]) -> str:
    sums = [lang.money(minor, currency) for currency, minor in sorted(totals.items()) if minor]
    return f", {' + '.join(sums)}" if sums else ""


def _by(who: Counter[str]) -> str:
    """`: Marie 3, Paul 1`, who did most first."""
    named = [(name, n) for name, n in sorted(who.items(), key=lambda one: (-one[1], one[0])) if name]
    shown = ", ".join(f"{name} {lang.number(n)}" for name, n in named[:4])
    return lang.labelled("", f"{shown}{', …' if len(named) > 4 else ''}") if shown else ""


# As JSON


def shape(session: Session, found: Digest) -> Json:
    """The same for scripts."""
    answer, flags, news = found.forecast, found.flags, found.news
    late = min(found.overdue, FIRST)
    return {
        "pipeline": session.pipeline.name,
        "period": answer.period.name,
        "stages": [
            {
                "name": column.stage.name,
                "kind": column.stage.kind,
                "count": column.count,
                "totals": {currency: money(minor, currency) for currency, (_n, minor) in sorted(column.totals.items())},
            }
            for column in found.columns
        ],
        "late": found.attention.late,
        "no_next_step": found.attention.without,
        "goal": answer.to_json(told)["goal"],
        "forecast": {
            "won": answer.won,
            "expected_wins": round(answer.wins, 4),
            "expected_revenue": None if answer.revenue is None else money(round(answer.revenue), answer.currency),
            "currency": answer.currency,
        },
        "overdue": {"count": found.overdue, "first": [due.shape(one) for one in found.steps[:late]]},
        "today": {"count": found.today, "first": [due.shape(one) for one in found.steps[late:]]},
        "flags": {"stalled": flags.stalled, "quotes_expiring": flags.expiring, "quotes_expired": flags.expired},
        "changes": {
            "since": day(found.since),
            "new": news.new,
            "moves": {"n": news.moves, "by": dict(news.movers)},
            "won": _closed(news.won),
            "lost": _closed(news.lost),
            "reviews": [{"by": who, "decisions": n} for who, n in news.reviews],
        },
    }  # fmt: skip


def _closed(one: Closed) -> Json:
    totals = {currency: money(minor, currency) for currency, minor in sorted(one.totals.items())}
    return {"n": one.n, "totals": totals, "by": dict(one.who)}


COMMANDS = {"status": status}
