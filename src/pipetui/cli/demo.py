"""The board on a believable sample, in a store of its own."""

from __future__ import annotations

from pathlib import Path

import click

from pipetui.cli.output import print_json
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.deal import Deal
from pipetui.core.message import say
from pipetui.errors import Refused, StoreProblem
from pipetui.lang import _


@verb("demo", _("It stays as you leave it until --fresh. With --json it is made and not opened."))
@click.option("--seed", type=int, default=1, show_default=True, help=_("Another number, another sample."))
@click.option("--fresh", is_flag=True, help=_("Begin again with a new sample."))
@pass_session
def demo(session: Session, seed: int, fresh: bool) -> int:
    own = session.options.db is None
    session.options.db = session.options.db or str(_place(seed))
    if fresh and own:
        _clear(Path(session.options.db))
    if not session.store.has_deals():
        _fill(session, seed)
    elif not own:
        raise Refused(
            say("{db} holds deals already.", db=session.db), say("Open it with: pipetui --db {db}", db=session.db)
        )
    if session.options.json:
        print_json({"db": session.db, "seed": seed})
        return 0
    return session.open_board()
