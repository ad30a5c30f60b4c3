"""Pipeline reviews: what is to be looked at, and the minutes of those that were held."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from pipetui import lang
from pipetui.cli import fields, shapes
from pipetui.cli.output import print_json, print_lines, table, talk
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, query_text, query_verb
from pipetui.core.change import moment_text
from pipetui.core.deal import Member, Review
from pipetui.core.message import Message, say, say_n
from pipetui.core.moment import local_day
from pipetui.core.review import Ranked
from pipetui.errors import NotFound
from pipetui.lang import _, told

if TYPE_CHECKING:
    from datetime import date


@query_verb(
    "review",
    _(
        "The ranked deals with what is wrong with each; in the app R holds the review. --minutes prints past ones."
    ),
)
@click.argument("query", nargs=-1)
@click.option("--owner", metavar=_("NAME"), help=_("Of one member; me for your own."))
@click.option("--limit", type=click.IntRange(1), default=20, help=_("At most so many."))
@click.option(
    "--minutes",
    "day",
    metavar=_("DATE"),
    help=_(
        "Print the minutes of the review of a day, or a day and time, or a number of the list; last for the newest."
    ),
)
@click.option("--list", "past", is_flag=True, help=_("List past reviews."))
@pass_session
def review(
    session: Session, query: tuple[str, ...], owner: str | None, limit: int, day: str | None, past: bool
) -> None:
    if past:
        _print_past(session)
    elif day is not None:
        _print_minutes(session, day)
    else:
        _print_ranked(session, query_text(query), owner, limit)


def _print_ranked(session: Session, query: str, owner: str | None, limit: int) -> None:
    from pipetui.store.reviews import ranking

    reading = Reading(session)
    scope = reading.scope(session.pipeline.id, reading.asked(query))
    if owner:
        scope = replace(scope, owner_id=fields.member(session, owner))
    found = ranking(session.db, scope, reading.chances, session.config.currency)
    found = [one for one in found if one.flags][:limit]
    if session.options.json:
        print_json([_shape(one) for one in found])
        return
    rows = [
        (str(one.facts.id), one.facts.name,
         lang.money(one.facts.amount, one.facts.currency) if one.facts.amount is not None else "–",
         lang.joined(told(flag.message) for flag in one.flags))
        for one in found
    ]  # fmt: skip
    table((_("No."), _("Deal"), _("Amount"), _("Why")), rows, right=[_("No."), _("Amount")])


def _shape(one: Ranked) -> shapes.Json:
    facts = one.facts
    return {
        "id": facts.id, "deal": facts.name, "amount": shapes.money(facts.amount, facts.currency),
        "currency": facts.currency, "probability": facts.chance, "worth": round(one.worth),
        "flags": [{"flag": flag.why, "text": told(flag.message)} for flag in one.flags],
    }  # fmt: skip


def _held(session: Session) -> list[Review]:
    found = session.store.all(Review, pipeline_id=session.pipeline.id)
    return sorted(
        (one for one in found if one.minutes is not None), key=lambda one: (str(one.ended_at), one.id)
    )


def _print_past(session: Session) -> None:
    names = {one.id: one.name for one in session.store.all(Member)}
    held = _held(session)
    if session.options.json:
        print_json([
            {
                "id": one.id, "held_on": local_day(one.began_at).isoformat(), "began_at": moment_text(one.began_at),
                "by": names.get(one.owner_id or 0), "query": one.query or None,
            }
            for one in held
        ])  # fmt: skip
        return
    rows = [
        (str(one.id), lang.moment(one.began_at), names.get(one.owner_id or 0, ""), one.query) for one in held
    ]
    table((_("No."), _("Held on"), _("By"), _("Filter")), rows, right=[_("No.")])


def _print_minutes(session: Session, words: str) -> None:
    from pipetui.exchange.minutes import Minutes, markdown

    held = _meant(session, words)
    if not held or held[-1].minutes is None:
        raise NotFound(say("There are no minutes of that day."), say("See: pipetui review --list"))
    if len(held) > 1:
        talk(told(_more(len(held) - 1)))
    minutes = Minutes.from_json(held[-1].minutes)
    if session.options.json:
        import json

        print_json(json.loads(held[-1].minutes))
        return
    print_lines(markdown(minutes).rstrip().splitlines())


def _more(n: int) -> Message:
    return say_n(
        "{n} more review was held then: see pipetui review --list",
        "{n} more reviews were held then: see pipetui review --list",
        n,
    )


def _meant(session: Session, words: str) -> list[Review]:
    """The reviews that some words mean, the newest last: `last`, a number of the list, a day, a day and a time."""
    held = _held(session)
    if words in ("last", "derniere", "dernière"):
        if not held:
            raise NotFound(say("No review has come to its end yet."))
        return held[-1:]
    if words.isascii() and words.isdecimal():
        return [one for one in held if one.id == int(words)]
    named = re.fullmatch(r"(.+?)[ T]+([0-9]{1,2}:[0-9]{2})", words.strip())
    wanted: date | None = fields.day(session, named[1] if named else words)
    found = [one for one in held if local_day(one.began_at) == wanted]
    clock = named[2].zfill(5) if named else None
    return [one for one in found if clock in (None, f"{one.began_at.astimezone():%H:%M}")]


COMMANDS = {"review": review}
