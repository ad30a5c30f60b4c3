"""The schema: one truth in `tables`, the same after the migrations, and old stores open without loss."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import warnings
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any, cast, get_type_hints

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from acts import NOW, add_deal, commit, tally
from pipetui.core.change import Change
from pipetui.core.deal import RECORDS, Deal, Record, Stage
from pipetui.errors import StoreProblem
from pipetui.store import schema
from pipetui.store.chunk import DERIVED
from pipetui.store.db import Database, dialect, engine
from pipetui.store.store import Store
from pipetui.store.tables import metadata

SCHEMAS = Path(__file__).with_name("schemas")


def alchemy(url: str) -> Engine:
    """SQLAlchemy's face of a store."""
    if dialect(url) == "sqlite":
        return create_engine("sqlite://", creator=lambda: sqlite3.connect(url), poolclass=NullPool)
    return create_engine("postgresql+psycopg://", creator=lambda: engine(url).plain(url), poolclass=NullPool)


def indexes(url: str) -> set[str]:
    """All indexes of a store as SQL."""
    with closing(Database(url)) as db:
        if db.dialect == "sqlite":
            return {
                row[0]
                for row in db.rows("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
            }
        return {row[0] for row in db.rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")}


def test_the_last_step_is_the_one_the_store_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    assert max(step.revision for step in scripts.walk_revisions()) == schema.HEAD


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_table_has_the_columns_of_its_record(kind: type[Record]) -> None:
    hints = get_type_hints(kind)
    columns = metadata.tables[kind.table].columns
    own = [field.name for field in fields(cast("Any", kind))]
    assert list(columns.keys()) == [*own, *DERIVED.get(kind.table, ())]
    for name, hint in hints.items():
        if name != "table":
            assert columns[name].nullable == (type(None) in getattr(hint, "__args__", ())), name


def test_the_migrations_lead_to_the_tables(empty_url: str) -> None:
    schema.upgrade(empty_url)
    found = alchemy(empty_url)
    with found.connect() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
    found.dispose()


def test_the_migrations_make_the_indexes_of_the_tables(
    request: pytest.FixtureRequest, empty_url: str
) -> None:
    schema.upgrade(empty_url)
    migrated = indexes(empty_url)
    found = alchemy(empty_url)
    with found.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    found.dispose()
    assert indexes(empty_url) == migrated


def test_opening_twice_at_once_makes_one_store(empty_url: str) -> None:
    program = "import sys; from datetime import datetime, UTC; from pipetui.store.store import Store\n"
    program += "Store.open(sys.argv[1], login=sys.argv[2], now=lambda: datetime.now(UTC)).close()"
    both = [
        subprocess.Popen([sys.executable, "-c", program, empty_url, login], stderr=subprocess.PIPE, text=True)
        for login in ("ann", "bob")
    ]
    for process in both:
        _, said = process.communicate()
        assert (process.returncode, said) == (0, "")
    store = Store.open(empty_url, login="ann", now=lambda: NOW)
    assert len(store.all(Stage)) == 6
    assert store.check() == []
    store.close()


def test_a_store_at_head_is_opened_written_and_undone_without_alembic(file: Path) -> None:
    program = """if True:
        import sys
        from datetime import UTC, datetime
        from pipetui.core.change import Batch, Change
        from pipetui.core.deal import Source
        from pipetui.core.message import say
        from pipetui.store.store import Store
        store = Store.open(sys.argv[1], login="new", now=lambda: datetime.now(UTC))
        store.commit(Batch(say("Add"), (Change.add(Source(id=-1, name="Fair")),)))
        store.undo()
        print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))
    """
    ended = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "sqlmodel", "alembic", "pydantic", "textual", "psycopg", "babel", "click"}
    assert set(ended.stdout.split()) & heavy == set()


@pytest.mark.parametrize("dump", sorted(SCHEMAS.glob("*.sql")), ids=lambda dump: dump.stem)
def test_a_store_of_each_shipped_schema_opens_without_loss(dump: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as link:
        link.executescript(dump.read_text(encoding="utf-8"))
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    assert schema.version(store.db) == schema.HEAD
    assert store.check() == []
    [deal] = store.all(Deal)
    assert (deal.title, deal.amount) == ("Site web – « Été »", 120_000)
    assert tally(store) == {("Quote", "Quote", "EUR", 1, 120_000, 0)}
    assert [str(entry.label) for entry in store.log()][:2] == ["Move", "Add a deal"]
    store.undo()
    store.undo()
    assert store.all(Deal) == []
    store.close()


def test_the_dump_of_the_present_schema_is_up_to_date(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "dumped.db")) as link:
        link.executescript((SCHEMAS / f"{schema.HEAD}.sql").read_text(encoding="utf-8"))
        dumped = set(link.execute("SELECT type, name, sql FROM sqlite_master"))
    with closing(sqlite3.connect(file)) as link:
        assert set(link.execute("SELECT type, name, sql FROM sqlite_master")) == dumped


def test_a_newer_store_is_left_alone(url: str) -> None:
    with closing(Database(url)) as db:
        db.run("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreProblem, match="newer pipetui") as caught:
        Store.open(url, login="ann", now=lambda: NOW)
    assert caught.value.hint is not None


def test_an_older_file_is_copied_before_the_first_step(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(str(file), login="ann", now=lambda: NOW)
    deal = add_deal(store)
    taken: list[str] = []
    present = schema.HEAD

    def step(url: str) -> None:
        taken.append(url)
        kept = Store(Database(f"{file}.schema-{present}"), "ann", lambda: NOW)
        assert kept.all(Deal) == [deal]
        kept.close()

    monkeypatch.setattr(schema, "HEAD", "9999")
    monkeypatch.setattr(schema, "upgrade", step)
    schema.bring_up(store.db)
    assert taken == [str(file)]
    commit(store, Change.edit(deal, title="Goes on"))
    store.close()


def test_a_file_brought_up_twice_is_copied_twice(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "upgrade", lambda url: None)
    present = schema.HEAD
    with closing(Database(f"sqlite:///{file}")) as db:
        monkeypatch.setattr(schema, "HEAD", "9999")
        schema.bring_up(db)
        schema.bring_up(db)
    assert {one.name for one in file.parent.glob("*.schema-*")} == {
        f"{file.name}.schema-{present}", f"{file.name}.schema-{present}-2",
    }  # fmt: skip


def test_a_step_that_fails_leaves_the_store_as_it_was(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class StumbleError(Exception):
        pass

    def stumble(*_: object, **__: object) -> None:
        raise StumbleError

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", stumble)
        with pytest.raises(StumbleError):
            schema.upgrade(empty_url)
    with closing(Database(empty_url)) as db:
        assert schema.version(db) is None
    Store.open(empty_url, login="ann", now=lambda: NOW).close()
