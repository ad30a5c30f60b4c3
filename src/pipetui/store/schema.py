"""Which shape a store has, and bringing it to the one this version knows. alembic is loaded only when a step is due."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipetui.core.message import say
from pipetui.errors import StoreProblem
from pipetui.store.db import Database, dialect
from pipetui.store.sharing import mode_for_copies
from pipetui.store.sqlite import path

HEAD = "0004"
"""The last step in `migrations/versions`; their names sort in order."""
MIGRATIONS = Path(__file__).with_name("migrations")


def version(db: Database) -> str | None:
    """The last step the store has taken, None in an empty one. Raises StoreProblem for a file of somebody else."""
    if not _has_table(db, "alembic_version"):
        if db.dialect == "sqlite" and db.one("SELECT 1 FROM sqlite_master"):
            raise StoreProblem(
                say("{file} belongs to another application.", file=db.url),
                say("Choose another file with --db FILE."),
            )
        return None
    found = db.one("SELECT version_num FROM alembic_version")
    return str(found[0]) if found else None


def bring_up(db: Database, copy: bool = True) -> None:
    """Take the steps that are due, all in one transaction; an older file is copied beside itself first."""
    found = version(db)
    if found != HEAD:
        refuse_newer(found)
        if copy and found is not None and db.dialect == "sqlite":
            _keep_copy(db, found)
        upgrade(db.url)
    db.vouch = vouch


def refuse_newer(found: str | None) -> None:
    """Raises StoreProblem for a step that this version does not know."""
    if found is not None and found > HEAD:
        raise StoreProblem(
            say(
                "This store was made by a newer pipetui (schema {found}; this one knows {known}).",
                found=found,
                known=HEAD,
            ),
            say("Update pipetui: pip install --upgrade pipetui"),
        )


def vouch(db: Database) -> None:
    """Raises StoreProblem when a newer pipetui has brought the store up since it was opened here."""
    found = db.one("SELECT version_num FROM alembic_version")
    refuse_newer(str(found[0]) if found else None)


def upgrade(url: str, to: str = HEAD) -> None:
    """Take the steps up to `to`. Several processes may try at once: one does it, the others wait."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    driver, connect, begin = _driver(url)
    engine = create_engine(driver, creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        for statement in begin:
            connection.exec_driver_sql(statement)

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            if dialect(url) == "postgresql":
                connection.exec_driver_sql("NOTIFY pipetui")
    finally:
        engine.dispose()


def _driver(url: str) -> tuple[str, Callable[[], Any], tuple[str, ...]]:
    if dialect(url) == "postgresql":
        from pipetui.store import postgres

        return "postgresql+psycopg://", lambda: postgres.plain(url), postgres.BEGIN[1:]
    from pipetui.store import sqlite

    return "sqlite://", lambda: sqlite.connect(url), sqlite.BEGIN


def _has_table(db: Database, name: str) -> bool:
    if db.dialect == "sqlite":
        return db.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)) is not None
    return db.one("SELECT to_regclass(?)", (name,)) != (None,)


def _keep_copy(db: Database, found: str) -> None:
    copy = f"{db.url}.schema-{found}"
    number = 1
    while path(copy).exists():
        number += 1
        copy = f"{db.url}.schema-{found}-{number}"
    db.backup(copy, mode_for_copies(db.url))
