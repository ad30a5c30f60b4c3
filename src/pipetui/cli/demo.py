"""The board on a believable sample, in a store of its own."""

from __future__ import annotations

from pathlib import Path

import click

from pipetui.cli.output import print_json, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.config import folder
from pipetui.core.message import say
from pipetui.errors import Refused, StoreProblem, reason_of
from pipetui.lang import _
from pipetui.store.counts import tallies
from pipetui.store.windows import Scope


@verb("demo", _("It stays as you leave it until --fresh. With --json it is made and told about, not opened."))
@click.option("--seed", type=int, default=1, show_default=True, help=_("Another number, another sample."))
@click.option("--fresh", is_flag=True, help=_("Begin again with a new sample."))
@pass_session
def demo(session: Session, seed: int, fresh: bool) -> int:
    own = session.options.db is None
    session.options.db = session.options.db or str(_place(seed))
    if fresh and own:
        _clear(Path(session.options.db))
    if _is_empty(session):
        _fill(session, seed)
    elif not own:
        raise Refused(
            say("{store} holds deals already.", store=session.place),
            say("Open it with: pipetui --db {store}", store=session.place),
        )
    if session.options.json:
        print_json({"db": session.place, "seed": seed})
        return 0
    talk(_("The sample is in {store}; --fresh begins again.").format(store=session.place))
    return session.open_board()


def _place(seed: int) -> Path:
    return folder("data") / f"demo-{seed}.db"


def _clear(file: Path) -> None:
    """Take the sample away, with what SQLite keeps beside it. Raises StoreProblem."""
    for part in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        try:
            part.unlink(missing_ok=True)
        except OSError as error:
            raise StoreProblem(
                say("{file} cannot be taken away: {reason}.", file=str(part), reason=reason_of(error))
            ) from error


def _is_empty(session: Session) -> bool:
    return not tallies(session.db, Scope(session.pipeline.id, session.today, session.now))


def _fill(session: Session, seed: int) -> None:
    from pipetui.demo import write
    from pipetui.store.pace import measure_pace

    write(session.store, session.today, seed)
    measure_pace(session.store.db, session.today, again=True)


COMMANDS = {"demo": demo}
