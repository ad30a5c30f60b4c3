"""What each stage asks to be shown before a deal leaves it: the lists, the ticks, and whether they were worth it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from pipetui import lang
from pipetui.cli.match import the_one
from pipetui.cli.output import print_json, print_lines, table
from pipetui.cli.session import Session
from pipetui.cli.shapes import Json, moment
from pipetui.cli.words import family, pass_session, verb
from pipetui.core import evidence as rules
from pipetui.core.deal import Criterion, Deal, Evidence, Stage
from pipetui.core.message import say
from pipetui.core.text import clean, fold
from pipetui.errors import NotFound
from pipetui.lang import _, told
from pipetui.store import evidence as store


@family("criteria", _("N is the number in the list of the stage, or how the words begin."))
@click.pass_context
def criteria(context: click.Context) -> None:
    session = context.find_object(Session)
    if session is not None and context.invoked_subcommand is None:
        show(session)


@criteria.command("list", help=_("What the stages ask for, or one of them."))
@click.argument("stage", required=False)
@pass_session
def list_criteria(session: Session, stage: str | None) -> None:
    show(session, _stage(session, stage) if stage else None)


@criteria.command("add", help=_("Ask for one thing more."))
@click.argument("stage")
@click.argument("text", nargs=-1, required=True)
@pass_session
def add(session: Session, stage: str, text: tuple[str, ...]) -> None:
    there = _stage(session, stage)
    changes = rules.add(there, " ".join(text), store.criteria(session.db), session.desk)
    session.commit(say("Ask for something in {stage}", stage=there.name), changes)
    show(session, there)


@criteria.command("edit", help=_("Say it in other words; what was ticked stays."))
@click.argument("stage")
@click.argument("n", metavar="N")
@click.argument("text", nargs=-1, required=True)
@pass_session
def edit(session: Session, stage: str, n: str, text: tuple[str, ...]) -> None:
    there, one = _one(session, stage, n)
    changes = rules.edit(one, " ".join(text), store.criteria(session.db))
    session.commit(say("Change what {stage} asks for", stage=there.name), changes)
    show(session, there)


@criteria.command("move", help=_("To another place in the list; 1 is the first."))
@click.argument("stage")
@click.argument("n", metavar="N")
@click.argument("place", type=click.IntRange(1))
@pass_session
def move(session: Session, stage: str, n: str, place: int) -> None:
    there, one = _one(session, stage, n)
    changes = rules.move(one, place - 1, store.criteria(session.db))
    session.commit(say("Change what {stage} asks for", stage=there.name), changes)
    show(session, there)


@criteria.command("retire", help=_("Ask for it no more; what was ticked stays in the store."))
@click.argument("stage")
@click.argument("n", metavar="N")
@pass_session
def retire(session: Session, stage: str, n: str) -> None:
    there, one = _one(session, stage, n)
    session.commit(
        say("Ask for something no more in {stage}", stage=there.name), rules.retire(one, session.desk)
    )
    show(session, there)


@criteria.command("report", help=_("What became of the deals that left a stage with all shown, and without."))
@pass_session
def report(session: Session) -> None:
    from pipetui.cli.reading import Reading

    found = store.evidence(session.db, Reading(session).scope(session.pipeline.id))
    if session.options.json:
        print_json([compared(one) for one in found])
        return
    rows = [
        (one.stage.name if met else "", _("all shown") if met else _("not all"), *_figures(outcome))
        for one in found
        for met, outcome in ((True, one.met), (False, one.unmet))
    ]
    heads = (
        _("Stage"),
        _("Left with"),
        _("Deals"),
        _("Went on"),
        _("Wins"),
        _("Losses"),
        _("Won of decided"),
    )
    table(heads, rows, right=heads[2:6])
    for one in found:
        if not one.tells:
            said = say("{stage}: the difference may be chance.", stage=one.stage.name)
            print_lines([told(said)])


@verb("tick", _("CRITERION is its number in the list of the deal's stage, or how its words begin."))
@click.argument("deal_id", type=int, metavar="ID")
@click.argument("words", nargs=-1, required=True, metavar=_("CRITERION..."))
@click.option("--off", is_flag=True, help=_("Take the tick away."))
@click.option("--stage", metavar=_("STAGE"), help=_("Of another stage than the deal's."))
@pass_session
def tick(session: Session, deal_id: int, words: tuple[str, ...], off: bool, stage: str | None) -> None:
    deal = session.deal(deal_id)
    there = _stage(session, stage) if stage else session.store.get(Stage, deal.stage_id)
    wanted = [_among(there, word, store.criteria(session.db)) for word in words]
    ticked = session.store.all(Evidence, deal_id=deal.id)
    if off:
        numbers = {one.id for one in wanted}
        changes = rules.untick(one for one in ticked if one.criterion_id in numbers)
    else:
        changes = rules.tick(deal, wanted, ticked, session.desk, there)
    session.commit(say("Tick the list of {deal}", deal=deal.title or str(deal.id)), changes)
    _print_list(session, deal, there)


def _print_list(session: Session, deal: Deal, stage: Stage) -> None:
    points = rules.checklist(
        stage.id, store.criteria(session.db), session.store.all(Evidence, deal_id=deal.id)
    )
    if session.options.json:
        print_json([shown(point, stage.name) for point in points])
    else:
        print_lines(lines(points))


def lines(points: Sequence[rules.Point]) -> list[str]:
    """A checklist as text."""
    return [f"  {'✓' if point.shown else '·'} {point.criterion.text}" for point in points]


def shown(point: rules.Point, stage: str) -> Json:
    """One line of a checklist in JSON."""
    return {
        "id": point.criterion.id,
        "stage": stage,
        "text": point.criterion.text,
        "shown": point.shown is not None,
        "ticked_at": moment(point.shown.ticked_at) if point.shown else None,
    }


def compared(one: rules.Compared) -> Json:
    """A stage of the report in JSON; shares lie between 0 and 1, their ranges hold 80 %."""
    return {"stage": one.stage.name, "criteria": one.asked, "met": _outcome(one.met), "unmet": _outcome(one.unmet),
            "tells": one.tells}  # fmt: skip


def _outcome(one: rules.Outcome) -> Json:
    def rounded(ends: tuple[float, float] | None) -> list[float] | None:
        return None if ends is None else [round(end, 4) for end in ends]

    return {
        "n": one.n, "went_on": one.went_on, "won": one.won, "lost": one.lost,
        "went_on_range": rounded(one.went_on_range), "won_range": rounded(one.won_range),
    }  # fmt: skip


def _figures(one: rules.Outcome) -> tuple[str, ...]:
    ends = one.won_range
    share = ""
    if ends is not None:
        share = f"{lang.percent(one.won / (one.won + one.lost))} ({lang.percent(ends[0])}–{lang.percent(ends[1])})"
    return (*map(lang.number, (one.n, one.went_on, one.won, one.lost)), share)


def show(session: Session, stage: Stage | None = None) -> None:
    """Print what the stages ask for."""
    every = store.criteria(session.db)
    wanted = [stage] if stage else [one for one in session.stages if one.kind == "open"]
    found = [(one, n, each) for one in wanted for n, each in enumerate(rules.asked_by(one.id, every), 1)]
    if session.options.json:
        print_json([{"id": each.id, "stage": one.name, "n": n, "text": each.text} for one, n, each in found])
        return
    rows = [(one.name if n == 1 else "", str(n), each.text) for one, n, each in found]
    table((_("Stage"), _("No."), _("To be shown")), rows, right=[_("No.")])


def _stage(session: Session, word: str) -> Stage:
    return the_one(word, session.stages, say("stage"))


def _one(session: Session, stage: str, word: str) -> tuple[Stage, Criterion]:
    there = _stage(session, stage)
    return there, _among(there, word, store.criteria(session.db))


def _among(stage: Stage, word: str, every: Sequence[Criterion]) -> Criterion:
    """A criterion of a stage by its place in the list, or the only one that begins so. Raises NotFound."""
    own = rules.asked_by(stage.id, every)
    if word.isdecimal() and 1 <= int(word) <= len(own):
        return own[int(word) - 1]
    wanted = fold(clean(word))
    begun = [one for one in own if wanted and fold(one.text).startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    there = " · ".join(f"{n} {one.text}" for n, one in enumerate(own, 1))
    raise NotFound(
        say('{stage} does not ask for "{word}".', stage=stage.name, word=clean(word)),
        say("It asks for {texts}.", texts=there) if own else say("It asks for nothing."),
    )


COMMANDS = {"criteria": criteria, "tick": tick}
