"""What one run of the command line knows: its options, the settings, the clock, and the store once it is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from pipetui import lang
from pipetui.core.message import Message, say
from pipetui.errors import Invalid, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from pipetui.config import Config
    from pipetui.core.access import Act
    from pipetui.core.change import Change
    from pipetui.core.deal import Deal, Visit
    from pipetui.core.desk import Desk
    from pipetui.core.moment import Period
    from pipetui.core.stage import Pipeline, Stage
    from pipetui.store.db import Database
    from pipetui.store.store import Committed, Store


def shown(url: str) -> str:
    """A path or address as people may read it: without user, password and options."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}" if found else url


_VALUED = {"--db": "db", "--pipeline": "pipeline", "--as-of": "as_of", "--lang": "lang"}


@dataclass(slots=True)
class Options:
    """The words every command understands, before or after its name."""

    db: str | None = None
    pipeline: str | None = None
    as_of: str | None = None
    lang: str | None = None
    json: bool = False

    @classmethod
    def alone(cls, words: Sequence[str]) -> Self | None:
        """The options when the words hold nothing else, which asks for the board; None otherwise."""
        found, rest = cls(), list(words)
        while rest:
            name, equals, value = rest.pop(0).partition("=")
            if name not in _VALUED or not (equals or rest):
                return None
            setattr(found, _VALUED[name], value if equals else rest.pop(0))
        return found if found.lang in (None, *lang.LANGUAGES) else None

    @classmethod
    def language(cls, words: Sequence[str]) -> str | None:
        """The language asked for among the words, needed before they are read, since errors are told in it."""
        for word, following in zip(words, [*words[1:], ""], strict=True):
            name, equals, value = word.partition("=")
            if name == "--lang":
                wanted = value if equals else following
                return wanted if wanted in lang.LANGUAGES else None
        return None


class Session:
    """One run: opened at the first word, closed after the last line."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for open_one in ("store", "db", "present"):
            if open_one in self.__dict__:
                self.__dict__[open_one].close()
        self._keep_copy()
        if self.__dict__.get("_past") is not None:
            import shutil

            shutil.rmtree(self.__dict__["_past"].parent, ignore_errors=True)

    def _keep_copy(self) -> None:
        """The copy of the day, once all is said and done; the board makes it by itself."""
        if "store" not in self.__dict__ or self.options.as_of is not None:
            return
        import sys

        from pipetui.store import copies

        sys.stdout.flush()
        copies.take(self.url, self.today)

    @cached_property
    def config(self) -> Config:
        """The settings. Raises Invalid."""
        from pipetui.config import load

        return load(os.environ)

    def speak(self) -> None:
        """Choose the language: the option, the settings, the environment."""
        try:
            lang.use(self.options.lang or self.config.lang)
        except Invalid:
            lang.use(None)

    @property
    def url(self) -> str:
        """The path or address of the store. Raises Invalid for one that shows a password to all who list processes."""
        from pipetui.config import NO_PASSWORD, holds_password

        if self.options.db and holds_password(self.options.db):
            raise Invalid(
                say("A password on the command line is seen by everybody on this machine."), NO_PASSWORD
            )
        return self.options.db or self.config.db

    @property
    def place(self) -> str:
        """The store as people may read it: an address without user and password."""
        return shown(self.url)

    @property
    def login(self) -> str:
        """The login to act as: of the settings in a file of one's own, of the account in one that others write."""
        from pipetui.store.sharing import acting

        return acting(self.url, self.config.me)

    @cached_property
    def today(self) -> date:
        """The local day that is acted on. Raises Invalid when `--as-of` is no day."""
        from datetime import date

        if self.options.as_of is None:
            return date.today()  # noqa: DTZ011 - the edge reads the local calendar
        from pipetui.core.text import day_from_words

        day = day_from_words(self.options.as_of, date.today())  # noqa: DTZ011
        if day is None:
            raise Invalid(
                say('"{text}" is not a day.', text=self.options.as_of),
                say("Write it like 2026-11-30 or today."),
            )
        return day

    @cached_property
    def now(self) -> datetime:
        """The moment that is acted at; with `--as-of`, the end of that day, since all that happened on it counts."""
        from datetime import UTC, datetime, timedelta

        if self.options.as_of is None:
            return datetime.now(UTC)
        from pipetui.core.moment import midnight

        return midnight(self.today + timedelta(days=1)) - timedelta(microseconds=1)

    @cached_property
    def store(self) -> Store:
        """The store, made on first use; quotes past their validity expire when it is opened. Raises StoreProblem."""
        from pipetui.config import make_home
        from pipetui.store.offers import expire
        from pipetui.store.store import Store

        make_home(self.url)
        if (past := self._past) is not None:
            from pipetui.store.bygone import opened

            return opened(past, self.login, lambda: self.now)
        store = Store.open(self.url, login=self.login, now=lambda: self.now, told=lang.told)
        if self.options.as_of is None:
            expire(store, self.today)
        return store

    @cached_property
    def present(self) -> Store:
        """The store as it is, whatever day is acted on. Raises StoreProblem."""
        from pipetui.config import make_home
        from pipetui.store.store import Store

        make_home(self.url)
        return Store.open(self.url, login=self.login, now=lambda: self.now, told=lang.told)

    @cached_property
    def _past(self) -> Path | None:
        """With `--as-of` before the last change: a file with the store as it was, removed in the end."""
        if self.options.as_of is None:
            return None
        from pathlib import Path
        from tempfile import mkdtemp

        from pipetui.store import start
        from pipetui.store.bygone import bygone, goes_on
        from pipetui.store.db import Database

        db = Database(self.url)
        try:
            if not start.ready(db) or not goes_on(db, self.now):
                return None
            path = Path(mkdtemp(prefix="pipetui-")) / "past.db"
            bygone(db, self.now, path)
            return path
        finally:
            db.close()

    @cached_property
    def db(self) -> Database:
        """The store for reading, which is much sooner open than all of it. Raises StoreProblem."""
        from pipetui.config import make_home
        from pipetui.store import start
        from pipetui.store.db import Database

        make_home(self.url)
        if self._past is not None:
            return Database(str(self._past))
        db = Database(self.url)
        if not start.ready(db):
            self.store.changed()
        return db

    @cached_property
    def pipelines(self) -> list[Pipeline]:
        """All pipelines in their order."""
        from pipetui.store import start

        return start.pipelines(self.db)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The pipeline asked for, or the first. Raises NotFound."""
        if self.options.pipeline is None:
            return self.pipelines[0]
        from pipetui.cli.match import the_one

        return the_one(self.options.pipeline, self.pipelines, say("pipeline"))

    @property
    def desk(self) -> Desk:
        """Who acts, when and on which stages, retired ones among them."""
        from pipetui.core.deal import Stage
        from pipetui.core.desk import Desk

        stages = self.store.all(Stage, pipeline_id=self.pipeline.id)
        return Desk(now=self.now, today=self.today, me=self.store.who, stages=tuple(stages), ids=self._ids)

    @cached_property
    def _ids(self) -> Iterator[int]:
        """Numbers for all new records of this run, so that the changes of several deals fit in one batch."""
        from pipetui.core.desk import new_ids

        return new_ids()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages in use of the pipeline, in order."""
        from pipetui.store import windows

        return tuple(windows.stages(self.db, self.pipeline.id))

    @cached_property
    def currency(self) -> str:
        """For amounts typed without one: the settings, the store, the euro."""
        return self.config.currency or self._setting("currency") or "EUR"

    def commit(self, label: Message, changes: Iterable[Change]) -> Committed:
        """Write the changes as one batch of the journal."""
        from pipetui.core.change import Batch

        return self.store.commit(Batch(label, tuple(changes)))

    def check_right(self, act: Act, table: str) -> None:
        """Raises Forbidden for what the member may do with no record of a table, before anything is read for it."""
        from pipetui.core.access import hint, refusal
        from pipetui.errors import Forbidden

        actor = self.store.actor
        if (reason := refusal(actor, act, table)) is not None:
            raise Forbidden(reason, hint(actor, table))

    def open_board(self) -> int:
        """The board, until it is quit. Raises Refused without a terminal."""
        import sys

        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise Refused(say("The board needs a terminal."), say("In a pipe, use: pipetui board"))
        from pipetui.ui.launch import run

        past = self._past
        clock = (lambda: self.now) if self.options.as_of and past is None else None
        travel = self.today if past is not None else None
        return run(self.config, self.url, pipeline=self.options.pipeline, clock=clock, travel=travel)

    def period(self, text: str) -> Period:
        """The period some words name, by the fiscal year of the settings or the store. Raises Invalid."""
        from pipetui.core.moment import period

        return period(text, self.today, self.fiscal_month)

    @cached_property
    def fiscal_month(self) -> int:
        """The month the fiscal year begins, 1 to 12: of the settings or the store."""
        return self.config.fiscal_month or int(self._setting("fiscal_month") or 1)

    def _setting(self, name: str) -> str | None:
        from pipetui.core.deal import Setting

        return next((setting.value for setting in self.store.all(Setting, name=name)), None)

    def deal(self, number: int) -> Deal:
        """A deal by its number. Raises NotFound."""
        from pipetui.core.deal import Deal

        return self.store.get(Deal, number)

    def visits(self, deal: Deal) -> list[Visit]:
        """All stays of a deal."""
        from pipetui.core.deal import Visit

        return self.store.all(Visit, deal_id=deal.id)

    def visit(self, deal: Deal) -> Visit | None:
        """The stay that goes on, None for a closed deal."""
        return next((visit for visit in self.visits(deal) if visit.left_at is None), None)
