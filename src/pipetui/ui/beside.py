"""What the pane beside the board shows: the deal under the cursor, the forecast, or the help."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING

from pipetui.lang import _
from pipetui.ui.paint import Line, Span

if TYPE_CHECKING:
    from pipetui.core.deal import Deal, LostReason, Member, Source
    from pipetui.core.forecast import Forecast
    from pipetui.ui.app import Pipetui
    from pipetui.ui.odds import Odds


def lines(app: Pipetui, what: str, width: int) -> list[Line]:
    """The lines of a pane."""
    if what == "help":
        from pipetui.ui.help import help_lines
        from pipetui.ui.rights import barred

        return help_lines(app.keys, width, barred(app.reading.actor, app.cards))
    if what == "here":
        from pipetui.ui.here import here_lines

        lookout = app.lookout
        return here_lines(lookout.present, lookout.names, lookout.lately, app.reading.clock()[1], width)
    return _forecast(app, width) if what == "forecast" else _detail(app, width)


def _forecast(app: Pipetui, width: int) -> list[Line]:
    from pipetui.ui.forecast import forecast_lines

    if app.tally.forecast is None:
        return [[Span(_("Counting…"), "dim")]]
    won = next((stage.name for stage in app.reading.stages if stage.kind == "won"), "")
    return forecast_lines(app.tally.forecast, width, won, _names(app, app.tally.forecast))


def _names(app: Pipetui, forecast: Forecast) -> dict[int, str]:
    """The names of the open deals that add most."""
    from pipetui.ui.card import name
    from pipetui.ui.forecast import CONTRIBUTORS

    most = nlargest(
        CONTRIBUTORS, forecast.deals, key=lambda deal: (deal.contribution or 0, deal.chance, -deal.id)
    )
    return {card.id: name(card) for card in app.reading.cards([deal.id for deal in most])}


def _detail(app: Pipetui, width: int) -> list[Line]:
    from pipetui.core.deal import Criterion, LostReason, Member, Source, Stage
    from pipetui.ui.detail import Around, detail_lines

    card = app.board.card
    if card is None:
        return [[Span(_("No deal is under the cursor."), "dim")]]
    reading = app.reading
    dossier = reading.store.dossier(card.id)
    deal = dossier.deal
    stages = {stage.id: stage for stage in reading.store.all(Stage, pipeline_id=deal.pipeline_id)}
    around = Around(
        stages=stages,
        today=reading.scope.today,
        now=reading.scope.now,
        flags=reading.flags(card),
        stalled_after=reading.paces.get(deal.stage_id),
        odds=_odds(app, deal),
        criteria=reading.store.all(Criterion, stage_id=deal.stage_id),
        names={
            "owner": _name(app, Member, deal.owner_id),
            "source": _name(app, Source, deal.source_id),
            "lost_reason": _name(app, LostReason, deal.lost_reason_id),
            "pinned_by": _name(app, Member, deal.pinned_by_id),
        },
    )
    return detail_lines(dossier, around, width)


def _name(app: Pipetui, kind: type[Member | Source | LostReason], number: int | None) -> str | None:
    return app.reading.store.get(kind, number).name if number is not None else None


def _odds(app: Pipetui, deal: Deal) -> Odds:
    """The chance of a deal by the forecast, as far as it is made."""
    from pipetui.ui.odds import Odds

    forecast = app.tally.forecast
    if forecast is None:
        return Odds()
    place = next((at for at, one in enumerate(forecast.stages) if one.stage.id == deal.stage_id), None)
    if place is None:
        return Odds()
    here, learned = forecast.stages[place], forecast.base.learned if forecast.base else None
    if learned is None:
        return Odds(here.chance.value, here.ratio)
    age = (app.reading.scope.now - deal.stage_since).total_seconds() / 86_400
    hopeless = learned.cases.none_won_from(place)
    return Odds(
        here.chance.value,
        here.ratio,
        forecast.by_deal.get(deal.id),
        forecast.period.last_day,
        learned.fit.horizon.days,
        hopeless if hopeless and age >= hopeless[0] else None,
    )
