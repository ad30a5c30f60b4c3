"""What takes the inputs in, and what must hold of it afterwards. A PipetuiError is an answer; anything else is a crash."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import tempfile
import zipfile
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from openpyxl.utils.exceptions import IllegalCharacterError
from textual._xterm_parser import XTermParser

from fuzzing import inputs, valid
from fuzzing.board import Board
from fuzzing.holding import HangError, hold
from pipetui.cli import _run
from pipetui.config import load
from pipetui.core.agenda import Planned
from pipetui.core.deal import Stage
from pipetui.core.message import Message
from pipetui.core.moment import period
from pipetui.core.money import amount_from_text
from pipetui.core.query import parse
from pipetui.core.quickadd import Known, draft
from pipetui.core.recurrence import repeat_from_words
from pipetui.core.standard import standard_pipeline
from pipetui.core.text import clean, day_from_words
from pipetui.errors import PipetuiError
from pipetui.exchange import vcard
from pipetui.exchange.ical import calendar
from pipetui.exchange.plan import Choices, planned
from pipetui.exchange.profiles import known_headers
from pipetui.exchange.sheet import opened
from pipetui.store.store import Store
from pipetui.ui.commands import keymap
from pipetui.ui.terminal import Terminal
from pipetui.ui.typed import Paste, Typed

AT_HOME = {"PIPETUI_CONFIG": os.devnull, "LC_ALL": "C.UTF-8", "USER": "marie"}
"""The environment in which inputs are taken."""
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
STAGES = [one for one in standard_pipeline() if isinstance(one, Stage)]
KNOWN = Known(("Lead", "Quote", "Won"), ("salon", "web"), ("Acme", "3M", "Boréal SARL"))
PATIENCE = 8
"""Seconds of the processor after which an input counts as a hang."""
BUSY = 30
"""So many times as long may whoever waits."""


@dataclass(frozen=True, slots=True)
class Target:
    """Inputs and what takes them."""

    inputs: st.SearchStrategy[Any]
    take: Callable[[Any], object]
    bytes_in: bool = False
    """Whether plain bytes can be given, as a guided fuzzer does."""
    patience: int = PATIENCE
    """Seconds of the processor it may take."""
    cheap: bool = False
    """Whether an input takes less time than making one up: then each is tried with its bytes changed, many times."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise HangError when it takes the processor longer, or whoever waits much longer: the machine may be busy."""

    def ring(*_: object) -> None:
        raise HangError

    signal.signal(signal.SIGPROF, ring)
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(seconds * BUSY)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def text_of(given: str | bytes) -> str:
    """Bytes as a shell hands them over."""
    return given.decode("utf-8", "surrogateescape") if isinstance(given, bytes) else given


def filters(given: str | bytes) -> None:
    """What was understood, written out, is understood as the same."""
    meant = parse(text_of(given), TODAY)
    shown = str(meant)
    hold(parse(shown, TODAY) == meant, shown)


def entries(given: str | bytes) -> None:
    """A line never fails; its places lie in it, one after the other, and no name carries what acts on a terminal."""
    line = text_of(given)
    read = draft(line, TODAY, KNOWN)
    end = 0
    for place in read.places:
        hold(end <= place.start <= place.end <= len(line), read.places)
        end = place.end
    for name in (read.title, read.contact, read.organization, read.source, read.step, *read.tags):
        hold(name is None or clean(name) == name, name)


def words(given: str | bytes) -> None:
    """Amounts, days, periods and repetitions, in words."""
    text = text_of(given)
    day_from_words(text, TODAY)
    day_from_words(text, TODAY, month_first=True, ahead=True)
    for read in (
        lambda: amount_from_text(text, "EUR"),
        lambda: period(text, TODAY, 4),
        lambda: repeat_from_words(text),
    ):
        with suppress(PipetuiError):
            read()


@cache
def made() -> Path:
    """A folder with a store to copy, made once."""
    folder = Path(tempfile.mkdtemp(prefix="pipetui-fuzz-"))
    Store.open(str(folder / "template.db"), login="marie", now=lambda: NOW).close()
    run(folder / "template.db", "add", "Acme roof 12k @Marie #web")
    return folder


def run(store: Path, *words: str) -> str:
    """What a command line prints. Raises what it raises."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        _run(["--db", str(store), *words])
    return out.getvalue()


@contextmanager
def store() -> Iterator[Path]:
    """A store with one deal, for one input."""
    with tempfile.TemporaryDirectory(dir=made()) as folder:
        yield Path(shutil.copy(made() / "template.db", Path(folder) / "store.db"))


def imported(suffix: str, given: bytes) -> None:
    """A file comes in or is refused; the store is sound, can be read, and undo takes all of it back."""
    with store() as there:
        file = there.with_name(f"given{suffix}")
        file.write_bytes(given)
        before = run(there, "list", "--json")
        with suppress(PipetuiError):
            answer = run(there, "import", str(file), "--json")
            batch = json.loads(answer)["batch"] if answer.strip() else None
            hold("all is well" in run(there, "doctor"), run(there, "doctor"))
            run(there, "board")
            if batch is not None:
                run(there, "undo")
                hold(run(there, "list", "--json") == before, "undo left something")


def cards(given: bytes) -> None:
    """vCards are read or refused, one by one."""
    found, _rejected = vcard.read(given.decode("utf-8", "replace"))
    for card in found:
        for value in card.values.values():
            hold(value is None or clean(value, lines=True) == value, card)


def sheets(given: bytes) -> None:
    """A file of rows is looked at and read, or refused."""
    file = made() / "given.csv"
    file.write_bytes(given)
    sheet = opened(file, known_headers)
    for _line, cells in sheet.rows():
        hold(isinstance(cells, Message) or len(cells) == len(sheet.headers), cells)
    planned(sheet, STAGES, Choices())


def rows(table: list[list[str]]) -> None:
    """What came in by CSV goes out and comes in again: nothing new, nothing different."""
    import csv

    into = io.StringIO()
    csv.writer(into).writerows(table)
    with store() as there:
        file, out = there.with_name("given.csv"), there.with_name("out.csv")
        file.write_bytes(into.getvalue().encode("utf-8", "surrogatepass"))
        with suppress(PipetuiError):
            run(there, "import", str(file), "--json")
            run(there, "export", "--to", str(out))
            again = json.loads(run(there, "import", str(out), "--json"))
            hold(not again["created"] and not again["updated"] and not again["rejected"], again)
            hold("all is well" in run(there, "doctor"), run(there, "doctor"))


def workbooks(given: bytes | list[list[str]]) -> None:
    """XLSX files: of any cells, and with their insides changed."""
    if isinstance(given, bytes):
        imported(".xlsx", given)
        return
    try:
        book = valid.workbook([list(row) for row in given])
    except (ValueError, IllegalCharacterError):
        return
    imported(".xlsx", book)


def insides(given: tuple[int, int]) -> bytes:
    """A workbook with one of its members changed."""
    which, seed = given
    book = valid.workbook(
        [["title", "amount", "close"], ["Roof", 12.5, TODAY], ["Wall", True, NOW.replace(tzinfo=None)]]
    )
    into = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(into, "w") as new:
        for at, name in enumerate(old.namelist()):
            content = old.read(name)
            new.writestr(
                name, inputs.mutated(content, seed) if at == which % len(old.namelist()) else content
            )
    return into.getvalue()


def calendars(given: list[tuple[str, str, date]]) -> None:
    """As many events come out of the file as steps went in, whatever they are called."""
    from icalendar import Calendar

    steps = [
        Planned(
            won=False,
            id=n,
            kind="call",
            text=text,
            due_on=day,
            due_time=None,
            repeat=None,
            deal_id=n,
            deal=title,
            contact=None,
            organization=None,
            owner=None,
            amount=None,
            currency=None,
        )
        for n, (text, title, day) in enumerate(given, 1)
    ]
    made = Calendar.from_ical(calendar(steps, NOW, "Sales"))
    hold(len(made.walk("VEVENT")) == len(steps), "events")


def keys(given: tuple[bytes, list[int]] | bytes) -> None:
    """Bytes cut anywhere become keys and pastes in the driver; nothing is left of a paste that acts on a terminal."""
    data, cuts = (given, []) if isinstance(given, bytes) else given
    driver, typed = _driver(), Typed()
    decode = getincrementaldecoder("utf-8")("replace").decode
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    for start, end in zip([0, *ends], ends, strict=False):
        for one in [*typed.sort(decode(data[start:end]))]:
            _pressed(driver, one)
        list(driver._parser.tick())
    for _ in range(40):
        for one in typed.silence():
            _pressed(driver, one)
        list(driver._parser.tick())


def _driver() -> Terminal:
    """The driver's reading of keys, without a terminal."""
    driver = Terminal.__new__(Terminal)
    driver._debug, driver._parser = False, XTermParser(False)
    return driver


def _pressed(driver: Terminal, one: str | Paste) -> None:
    if isinstance(one, Paste):
        hold(clean(one.text, lines=True) == one.text, one)
    else:
        list(driver._keys(one))


def settings(given: bytes) -> None:
    """A settings file is read or refused, and so are its keys."""
    folder = made()
    file = folder / "config.toml"
    file.write_bytes(given)
    keymap(load({"PIPETUI_CONFIG": str(file), "HOME": str(folder)}).keymap)


TABLES = inputs.tables()
TARGETS: dict[str, Target] = {
    "filter": Target(st.one_of(inputs.FILTERS, inputs.changed(valid.FILTER)), filters, True, cheap=True),
    "entry": Target(st.one_of(inputs.ENTRIES, inputs.changed(valid.ENTRY)), entries, True, cheap=True),
    "words": Target(st.one_of(inputs.VALUE, inputs.ENTRIES), words, True, cheap=True),
    "keys": Target(st.tuples(inputs.TYPED, inputs.CUTS), keys, True, cheap=True),
    "config": Target(inputs.changed(valid.TOML), settings, True),
    "sheets": Target(inputs.changed(valid.CSV), sheets, True, cheap=True),
    "cards": Target(inputs.changed(valid.CARDS), cards, True, cheap=True),
    "csv": Target(inputs.changed(valid.CSV), lambda given: imported(".csv", given)),
    "rows": Target(TABLES, rows),
    "json": Target(inputs.changed(valid.documents()), lambda given: imported(".json", given)),
    "vcard": Target(inputs.changed(valid.CARDS), lambda given: imported(".vcf", given)),
    "xlsx": Target(
        st.one_of(TABLES, st.tuples(st.integers(0, 20), st.integers(0, 2**48)).map(insides)), workbooks
    ),
    "board": Target(inputs.TYPED, Board().typed, patience=90),
    "calendar": Target(st.lists(st.tuples(inputs.VALUE, inputs.VALUE, st.dates()), max_size=3), calendars),
}
