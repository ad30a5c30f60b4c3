"""What the pane beside the board shows: the deal under the cursor, the forecast, or the help."""

from __future__ import annotations

from heapq import nlargest
from typing import TYPE_CHECKING

from pipetui.lang import _
from pipetui.ui.paint import Line, Span

if TYPE_CHECKING:
    from pipetui.core.deal import LostReason, Member, Source
    from pipetui.core.forecast import Forecast
    from pipetui.core.funnel import Ratio
    from pipetui.ui.app import Pipetui


def lines(app: Pipetui, what: str, width: int) -> list[Line]:
    """The lines of a pane."""
    if what == "help":
        from pipetui.ui.help import help_lines

        return help_lines(app.keys, width)
    return _forecast(app, width) if what == "forecast" else _detail(app, width)


def _forecast(app: Pipetui, width: int) -> list[Line]:
    from pipetui.ui.forecast import forecast_lines

    if app.forecast is None:
        return [[Span(_("Counting…"), "dim")]]
    won = next((stage.name for stage in app.reading.stages if stage.kind == "won"), "")
    return forecast_lines(app.forecast, width, won, _names(app, app.forecast))


def _names(app: Pipetui, forecast: Forecast) -> dict[int, str]:
    """The names of the open deals that add most."""
    from pipetui.ui.card import name
    from pipetui.ui.forecast import CONTRIBUTORS

    most = nlargest(
        CONTRIBUTORS, forecast.deals, key=lambda deal: (deal.contribution or 0, deal.chance, -deal.id)
    )
    return {card.id: name(card) for card in app.reading.cards([deal.id for deal in most])}


def _detail(app: Pipetui, width: int) -> list[Line]:
    from pipetui.core.deal import LostReason, Member, Source, Stage
    from pipetui.ui.detail import Around, detail_lines

    card = app.board.card
    if card is None:
        return [[Span(_("No deal is under the cursor."), "dim")]]
    reading = app.reading
    dossier = reading.store.dossier(card.id)
    deal = dossier.deal
    stages = {stage.id: stage for stage in reading.store.all(Stage, pipeline_id=deal.pipeline_id)}
    chance, ratio = _odds(app, deal.stage_id)
    around = Around(
        stages=stages,
        today=reading.scope.today,
        now=reading.scope.now,
        flags=reading.flags(card),
        stalled_after=reading.paces.get(deal.stage_id),
        chance=chance,
        ratio=ratio,
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


def _odds(app: Pipetui, stage_id: int) -> tuple[float | None, Ratio | None]:
    """The win chance of a stage and the ratio it begins with, once the forecast is made."""
    for each in app.forecast.stages if app.forecast else ():
        if each.stage.id == stage_id:
            return each.chance.value, each.ratio
    return None, None
