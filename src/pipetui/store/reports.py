"""Reports read from the store: what each of them counts, added up by the database, put into shape by the core.

Each takes some passes over the deals or their stays: a second at most for 100,000 deals with 400,000 stays. The
accuracy of the forecast alone takes longer, since it forecasts earlier days again; what came is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core import reports, reports_pace, reports_way
from pipetui.core.frame import Frame
from pipetui.core.message import say
from pipetui.core.pots import Exchange, Pot, Pots
from pipetui.core.report import BY_NAME, Behind, Note, Report
from pipetui.errors import NotFound
from pipetui.store import reports_read as read
from pipetui.store.question import Question

if TYPE_CHECKING:
    from pipetui.core.backtest import Backtest
    from pipetui.core.moment import Period
    from pipetui.store.db import Database
    from pipetui.store.windows import Scope

USUAL_DAYS = 30.0
"""Looked ahead where no period says how far."""
PASTS = 12
"""Earlier periods told at once."""


def ask(
    db: Database,
    scope: Scope,
    period: Period,
    currency: str | None = None,
    by: str = "",
    fiscal_month: int = 1,
) -> Question:
    """A question about the deals in scope; in the currency of the store unless another is given."""
    from pipetui.store.book import currency as own_currency
    from pipetui.store.book import rates

    exchange = Exchange(currency or own_currency(db), rates(db))
    return Question(db, replace(scope, period=None), period, exchange, by, fiscal_month)


def make(name: str, question: Question) -> Report:
    """A report by its name. Raises NotFound."""
    if name not in offered():
        raise NotFound(
            say('There is no report "{name}".', name=name),
            say("The reports are {names}.", names=", ".join(offered())),
        )
    sheet = BY_NAME[name]
    by = question.by if question.by in sheet.by else next(iter(sheet.by), "")
    question = replace(question, by=by)
    # The forecast sees the store at a moment of its own, and may have to count stays first.
    weighted = _weighted(question) if name == "kpi" and _lasts(question.period, question.scope) else None
    with question.db.reading():
        frame = Frame(sheet, question.period, question.exchange.currency, by, read.names(question))
        return MADE[name](question, frame) if name != "kpi" else _kpi(question, frame, weighted)


def _kpi(question: Question, frame: Frame, weighted: float | None) -> Report:
    this, before = _two(question, everything=True)
    return reports_pace.kpi(frame, replace(this, weighted=weighted), before)


def _lasts(period: Period, scope: Scope) -> bool:
    """Whether what stands open now is what stands open at the end of the period, as far as one knows."""
    return period.end is None or period.end > scope.today


def _velocity(question: Question, frame: Frame) -> Report:
    this, before = _two(question, everything=False)
    return reports_pace.velocities(frame, this, before)


def _two(question: Question, everything: bool) -> tuple[reports_pace.Figures, reports_pace.Figures | None]:
    this = _figures(question, everything)
    if question.period.start is None:
        return this, None
    return this, _figures(question.shifted(question.period.previous()), everything)


def _figures(question: Question, everything: bool) -> reports_pace.Figures:
    now = _lasts(question.period, question.scope)
    won = read.one(question, Behind("won"), cycle=True)
    lost = read.one(question, Behind("lost"))
    standing = read.one(question, Behind("open" if now else "standing"))
    figures = reports_pace.Figures(
        question.period, read.one(question, Behind("new")) if everything else Pot(), won, lost, standing, now
    )
    if not everything:
        return figures
    return replace(
        figures,
        activities=read.done(question),
        sent=read.quotes(question, "quoted"),
        signed=read.quotes(question, "accepted"),
        stalled=read.count(question, Behind("stalled")) if now else None,
        without=read.count(question, Behind("without")) if now else None,
    )


def _weighted(question: Question) -> float | None:
    """What the open deals are expected to bring, by the forecast; as the board tells it."""
    from pipetui.core.forecast import forecast
    from pipetui.store import learning
    from pipetui.store.book import book

    scope, period, db = question.scope, question.period, question.db
    quick = learning.quick(db, scope.pipeline_id)
    made_of = book(db, scope, period, question.exchange.currency, each=quick)
    learned = learning.learned(db, scope.pipeline_id, made_of.stages, scope.now, period) if quick else None
    return forecast(made_of, as_of=scope.now, period=period, pipeline="", learned=learned).revenue


def _funnel(question: Question, frame: Frame) -> Report:
    tallies = read.tallies(question)
    visited, went = read.ways(question)
    cohorts = reports_way.cohort_names(tallies) or {"": []}
    return reports_way.funnel(frame, question.stages, cohorts, visited, went)


def _winloss(question: Question, frame: Frame) -> Report:
    closed = Behind("closed")
    if question.by == "reason":
        return reports.outcomes(frame, read.groups(question, closed, ("kind", "reason")))
    if question.by == "segment":
        found = {
            (key, *keys): pot
            for key in frame.keys("segment")
            for keys, pot in read.groups(question, closed.also(segment=key), ("kind", "reason")).items()
        }
        return reports.win_rates(frame, found, read.groups(question, closed, ("kind", "reason")))
    key = reports.TOLD[question.by][0]
    return reports.win_rates(frame, read.groups(question, closed, (key, "kind", "reason")))


def _times(question: Question, frame: Frame) -> Report:
    return reports_way.times(frame, question.stages, read.lasted(question))


def _sources(question: Question, frame: Frame) -> Report:
    spent, unrated = read.spent(question)
    new = read.groups(question, Behind("new"), ("source",))
    won = read.groups(question, Behind("won"), ("source",))
    return reports.sources(frame, new, won, spent, unrated)


def _owners(question: Question, frame: Frame) -> Report:
    found: Mapping[str, Pots] = {
        name: read.groups(question, Behind(name), ("owner",), cycle=name == "won")
        for name in ("open", "new", "won", "lost")
    }
    return reports.owners(frame, found, read.done_by(question, "doer"))


def _activity(question: Question, frame: Frame) -> Report:
    won = read.count(question, Behind("won"))
    found, whole = read.activities(question, "doer" if question.by == "owner" else question.by)
    return reports_pace.activity(frame, found, whole, won, read.loose(question))


def _ageing(question: Question, frame: Frame) -> Report:
    return reports_way.ageing(frame, question.stages, read.groups(question, Behind("open"), ("stage", "age")))


def _evidence(question: Question, frame: Frame) -> Report:
    from pipetui.store.evidence import evidence

    return reports_way.evidence(frame, evidence(question.db, question.scope))


def _accuracy(question: Question, frame: Frame) -> Report:
    days = horizon(question.period)
    return reports_pace.accuracy(frame, days, read.came(question, days, PASTS), None)


def horizon(period: Period) -> float:
    """How many days ahead the forecast is tried."""
    if period.start is None or period.end is None:
        return USUAL_DAYS
    return float(max((period.end - period.start).days, 1))


def looked_back(question: Question, progress: Callable[[int, int], None] | None = None) -> Report:
    """The accuracy of the forecast with what it would have said: some seconds for a large store.

    It is tried on all deals of the pipeline, whatever the filter; `progress` hears how far it is.
    """
    from pipetui.store.learning import tried

    scope, days = question.scope, horizon(question.period)
    used = [stage for stage in question.stages if stage.retired_at is None]
    found: Backtest = tried(question.db, scope.pipeline_id, used, scope.now, days, None, progress)
    frame = Frame(BY_NAME["accuracy"], question.period, question.exchange.currency)
    report = reports_pace.accuracy(frame, days, reports_pace.looks(found), found)
    if scope.filter is None and scope.owner_id is None:
        return report
    all_deals = Note(
        say("The forecast is tried on all deals of the pipeline, whatever the filter and the owner.")
    )
    return replace(report, notes=(*report.notes, all_deals))


Maker = Callable[[Question, Frame], Report]
MADE: dict[str, Maker] = {
    "funnel": _funnel, "winloss": _winloss, "velocity": _velocity, "times": _times, "sources": _sources,
    "owners": _owners, "activity": _activity, "ageing": _ageing, "accuracy": _accuracy, "evidence": _evidence,
}  # fmt: skip
"""Who makes each report."""


def offered() -> list[str]:
    """The reports there are, in order."""
    return [name for name in BY_NAME if name in MADE or name == "kpi"]
