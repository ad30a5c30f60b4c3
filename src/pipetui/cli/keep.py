"""Keeping the store safe: copies, what they are for, and a check that explains what it finds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipetui.cli.output import print_json, print_lines, talk
from pipetui.cli.session import Session
from pipetui.cli.words import pass_session, verb
from pipetui.core.message import Message, say, say_n
from pipetui.errors import StoreProblem
from pipetui.lang import _, told

if TYPE_CHECKING:
    from pipetui.store.store import Store


@verb(
    "backup", _("The copy is whole whoever writes meanwhile, and a store by itself; FILE must not exist yet.")
)
@click.argument("file", type=click.Path())
@pass_session
def backup(session: Session, file: str) -> None:
    session.store.backup(file)
    if session.options.json:
        print_json({"file": file})
    else:
        talk(_("Copied to {file}.").format(file=file))


@verb(
    "restore",
    _(
        "Numbers bring archived deals back. A FILE is a backup that takes the place of the whole store: it is checked"
        " first, and what it replaces is kept beside the store, named by the time."
    ),
)
@click.argument("what", nargs=-1, required=True)
@pass_session
def restore(session: Session, what: tuple[str, ...]) -> None:
    if all(word.isascii() and word.isdigit() for word in what):
        from pipetui.cli.deals import bring_back

        bring_back(session, tuple(map(int, what)))
        return
    if len(what) > 1:
        raise click.UsageError(_("One backup at a time."))
    _restore(session, Path(what[0]))


def _restore(session: Session, file: Path) -> None:
    from datetime import UTC, datetime

    from pipetui.config import make_home
    from pipetui.store.restoring import restore as put_in_place

    make_home(session.url)
    done = put_in_place(session.url, file, datetime.now(UTC))
    kept = None if done.kept is None else str(done.kept)
    if session.options.json:
        print_json({"store": session.place, "restored": str(file), "kept": kept})
        return
    talk(_("{store} is as it was in {file}.").format(store=session.place, file=str(file)))
    if kept is not None:
        talk(_("What it replaces is kept in {file}.").format(file=kept))


@verb("doctor")
@click.option(
    "--repair", is_flag=True, help=_("Make again what is derived: counts, next steps, words to find.")
)
@click.option("--head", "noted", metavar="HASH", help=_("The head of the journal as it was noted earlier."))
@pass_session
def doctor(session: Session, repair: bool, noted: str | None) -> int:
    found, notes, head = _examined(session, repair, noted)
    if session.options.json:
        print_json(
            {
                "store": session.place,
                "findings": list(map(told, found)),
                "notes": list(map(told, notes)),
                "head": {"batch": head[0], "chain": head[1]} if head else None,
            }
        )
        return 1 if found else 0
    if found:
        print_lines([told(finding) for finding in found])
        if not repair:
            talk(
                _(
                    "If counts, next steps or words to find are wrong, this makes them again: pipetui doctor --repair"
                )
            )
    else:
        print_lines([_("{store}: all is well.").format(store=session.place)])
    for note in notes:
        talk(told(note))
    return 1 if found else 0


Examined = tuple[list[Message], list[Message], tuple[int, str] | None]


def _examined(session: Session, repair: bool, noted: str | None) -> Examined:
    """What is wrong in the store and around it, what is good to know, and the head of the journal."""
    from pipetui.store.db import dialect

    around: list[Message] = []
    notes: list[Message] = []
    if dialect(session.url) == "sqlite":
        from pipetui.store import surroundings

        around = surroundings.findings(session.url, session.today)
        notes = list(surroundings.told(session.url, session.login))
    try:
        store = session.present
        found = _inside(session, store, repair)
        told_head, kept = _head(store, noted)
        (notes if kept else found).append(told_head)
        return [*found, *around], notes, store.head()
    except StoreProblem as problem:
        # What keeps the store from being opened is the finding; what is around it may explain it.
        hint = problem.hint or say("")
        return [say("{message} {hint}", message=problem.message, hint=hint), *around], notes, None


def _head(store: Store, noted: str | None) -> tuple[Message, bool]:
    """What the head of the journal is, or how it stands to the noted one; and whether that is as it should be."""
    head = store.head()
    if noted is not None:
        since = store.since(noted)
        if since is None:
            return say(
                "The journal does not hold the head {noted} any more: batches were cut off or written anew. Compare"
                " with a backup.",
                noted=noted,
            ), False
        return say_n(
            "The journal still holds the head that was noted, and {n} batch since.",
            "The journal still holds the head that was noted, and {n} batches since.",
            since,
        ), True
    if head is None:
        return say("The journal has no seals yet: the next change begins them."), True
    return say("Head of the journal: batch {n}, {chain}", n=head[0], chain=head[1]), True


def _inside(session: Session, store: Store, repair: bool) -> list[Message]:
    from pipetui.store import trail

    if repair:
        store.recount()
    with store.db.reading():
        jumps = list(trail.jumps(store.db, session.now))
    return [*store.check(), *jumps]


@verb(
    "share",
    _(
        "The group of the operating system whose members may use the file, and nobody else. Without an option: who may"
        " now. What a program may write it may also spoil: only PostgreSQL enforces roles."
    ),
)
@click.option("--group", metavar="NAME", help=_("Let the members of this group use the store."))
@click.option("--private", is_flag=True, help=_("Let its owner alone use the store."))
@pass_session
def share(session: Session, group: str | None, private: bool) -> None:
    from pipetui.store import sharing
    from pipetui.store.db import dialect

    if dialect(session.url) != "sqlite":
        raise StoreProblem(
            say("A store on PostgreSQL is shared by the server."), say("See pipetui server --help")
        )
    if group and private:
        raise click.UsageError(_("Either --group or --private."))
    store = session.present
    if group:
        sharing.share(session.url, group)
    elif private:
        sharing.keep_private(session.url)
    store.changed()
    closed = sharing.closed_above(Path(session.url).absolute().parent) if group else None
    if session.options.json:
        print_json({"store": session.place, **sharing.described(session.url)})
        return
    print_lines([told(sharing.told(session.url))])
    if closed is not None:
        talk(
            _("{folder} lets nobody else through: move the store with pipetui copy --to /srv/{name}").format(
                folder=str(closed), name="sales/pipeline.db"
            )
        )


COMMANDS = {"backup": backup, "restore": restore, "doctor": doctor, "share": share}
