"""The verbs on deals: one batch of changes each, journaled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from pipetui.cli import fields
from pipetui.cli.match import the_one
from pipetui.cli.reading import Reading
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core import moves
from pipetui.core.deal import Deal, LostReason
from pipetui.core.message import say, say_n
from pipetui.lang import _

if TYPE_CHECKING:
    from pipetui.core.change import Change
    from pipetui.core.message import Message

the_ids = click.argument("ids", nargs=-1, type=int, required=True, metavar="ID...")


def act(
    session: Session, ids: Sequence[int], label: Message, change: Callable[[Deal], Iterable[Change]]
) -> None:
    """Change some deals in one batch and print them."""
    deals = [session.deal(number) for number in dict.fromkeys(ids)]
    session.commit(label, [step for deal in deals for step in change(deal)])
    Reading(session).print_deals([deal.id for deal in deals])


@verb("move", _("STAGE is a name or the beginning of one: pipetui move 12 13 quote"))
@click.argument("words", nargs=-1, required=True, metavar="ID... STAGE")
@pass_session
def move(session: Session, words: tuple[str, ...]) -> None:
    at = next((i for i, word in enumerate(words) if not word.isdecimal()), len(words) - 1)
    if at == 0:
        raise click.UsageError(_("Say which deals, then the stage: pipetui move 12 quote"))
    to = the_one(" ".join(words[at:]), session.stages, say("stage"))
    ids = [int(word) for word in words[:at]]
    label = say_n("Move a deal to {stage}", "Move {n} deals to {stage}", len(ids), stage=to.name)
    act(session, ids, label, lambda deal: moves.move(deal, session.visit(deal), to, session.desk))


@verb("won")
@the_ids
@pass_session
def won(session: Session, ids: tuple[int, ...]) -> None:
    label = say_n("Win a deal", "Win {n} deals", len(ids))
    act(session, ids, label, lambda deal: moves.win(deal, session.visit(deal), session.desk))


@verb("lost")
@the_ids
@click.option("--reason", "-r", required=True, help=_("Why: the name of a reason, or its beginning."))
@pass_session
def lost(session: Session, ids: tuple[int, ...], reason: str) -> None:
    why = the_one(reason, session.store.all(LostReason), say("lost reason"))
    label = say_n("Lose a deal: {reason}", "Lose {n} deals: {reason}", len(ids), reason=why.name)
    act(session, ids, label, lambda deal: moves.lose(deal, session.visit(deal), why.id, session.desk))


@verb("reopen", _("A deal goes back to the stage it was closed from, or to the one named."))
@the_ids
@click.option("--to", "stage", metavar=_("STAGE"), help=_("Another stage."))
@pass_session
def reopen(session: Session, ids: tuple[int, ...], stage: str | None) -> None:
    to = the_one(stage, session.stages, say("stage")) if stage else None
    label = say_n("Reopen a deal", "Reopen {n} deals", len(ids))
    act(session, ids, label, lambda deal: moves.reopen(deal, session.visits(deal), session.desk, to=to))


@verb("park", _("A parked deal is out of sight and out of the forecast until its day."))
@the_ids
@click.option(
    "--until", required=True, metavar=_("DATE"), help=_("The day it comes back: 2026-12-01, monday, +10d.")
)
@pass_session
def park(session: Session, ids: tuple[int, ...], until: str) -> None:
    back = fields.day(session, until)
    if back is None:
        raise click.UsageError(_("Say until when."))
    label = say_n("Park a deal until {day}", "Park {n} deals until {day}", len(ids), day=back)
    act(session, ids, label, lambda deal: moves.park(deal, back, session.desk))


@verb("unpark")
@the_ids
@pass_session
def unpark(session: Session, ids: tuple[int, ...]) -> None:
    label = say_n("Bring a parked deal back", "Bring {n} parked deals back", len(ids))
    act(session, ids, label, lambda deal: moves.unpark(deal, session.desk))


@verb("archive", _("Nothing is deleted: `restore` brings a deal back, `list is:archived` finds it."))
@the_ids
@pass_session
def archive(session: Session, ids: tuple[int, ...]) -> None:
    label = say_n("Archive a deal", "Archive {n} deals", len(ids))
    act(session, ids, label, lambda deal: moves.archive(deal, session.desk))


def bring_back(session: Session, ids: tuple[int, ...]) -> None:
    """Bring archived deals back."""
    label = say_n("Restore a deal", "Restore {n} deals", len(ids))
    act(session, ids, label, lambda deal: moves.restore(deal, session.desk))


COMMANDS = {
    "move": move,
    "won": won,
    "lost": lost,
    "reopen": reopen,
    "park": park,
    "unpark": unpark,
    "archive": archive,
}
