"""A file of rows as it comes: its encoding, its delimiter, where its headers are, every row with its line number."""

from __future__ import annotations

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path

from pipetui.core.message import Message, say
from pipetui.errors import Invalid, reason_of

Cells = list[str]
Row = tuple[int, Cells | Message]
"""The line a row begins on, and its cells; or the sentence that says why it cannot be read."""

SAMPLE = 1 << 16
DELIMITERS = ",;\t|"
HEADERS_WITHIN = 30
"""Some products put a paragraph before the headers; not a longer one."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file with headers. Its rows can be read any number of times."""

    path: Path
    headers: tuple[str, ...]
    """As written, without the spaces around them."""
    header_line: int
    note: Message | None
    """Something to know about how the file was read."""
    _read: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[Row]:
        """The rows below the headers, blank ones left out; short ones are filled up with empty cells."""
        width = len(self.headers)
        for line, cells in self._read():
            if line <= self.header_line:
                continue
            if isinstance(cells, Message):
                yield line, cells
            elif any(cell.strip() for cell in cells):
                yield line, _squared(cells, width)


def _squared(cells: Cells, width: int) -> Cells | Message:
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            return say("{n} cells under {width} headers; is a quote missing?", n=len(cells), width=width)
        return cells[:width]
    return cells if len(cells) == width else cells + [""] * (width - len(cells))


def opened(path: Path, known: Callable[[Sequence[str]], int]) -> Sheet:
    """Open a CSV or XLSX file. `known` counts the headers it recognises among some cells, to find the row they are in.

    Raises Invalid when there is nothing to read.
    """
    try:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            read, note = _workbook(path)
        else:
            read, note = _text(path)
    except OSError as error:
        raise Invalid(
            say("{file} cannot be read: {reason}.", file=path.name, reason=reason_of(error))
        ) from error
    first = list(islice(((line, cells) for line, cells in read() if isinstance(cells, list)), HEADERS_WITHIN))
    filled = [(line, cells) for line, cells in first if any(cell.strip() for cell in cells)]
    if not filled:
        raise Invalid(say("{file} is empty.", file=path.name))
    line, cells = max(filled, key=lambda row: (known(row[1]), -row[0]))
    headers = [cell.strip() for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    return Sheet(path, tuple(headers), line, note, read)


def _text(path: Path) -> tuple[Callable[[], Iterator[Row]], Message | None]:
    encoding, note = _encoding(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE)
    hint = re.match(r"\ufeff?sep=(.)\r?\n", sample)
    delimiter = hint[1] if hint else _delimiter(sample)

    def read() -> Iterator[Row]:
        csv.field_size_limit(1 << 30)
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield line, say("a quote that opens here does not close properly")
                    continue
                if hint is None or line > 1:
                    yield line, cells

    return read, note


def _encoding(path: Path) -> tuple[str, Message | None]:
    """UTF-8 when the file is, or nearly is; else what its bytes look like."""
    decoder, valid = getincrementaldecoder("utf-8")(), True
    with path.open("rb") as file:
        start = file.read(4)
        if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return "utf-16", None
        file.seek(0)
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            valid = False
        file.seek(0)
        sample = b"" if valid else file.read(1 << 20)
    if valid:
        return "utf-8-sig" if start.startswith(BOM_UTF8) else "utf-8", None
    text = sample.decode("utf-8", "replace")
    broken, foreign = text.count("\ufffd"), sum(character > "\x7f" for character in text)
    if foreign > 3 * broken:
        return "utf-8-sig", say("Some bytes are not UTF-8; they show as \ufffd.")
    from charset_normalizer import from_bytes

    best = from_bytes(
        sample, cp_isolation=["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman"]
    ).best()
    encoding = best.encoding if best else "cp1252"
    return encoding, say("Read as {encoding}.", encoding=encoding)


def _delimiter(sample: str) -> str:
    """The delimiter that cuts most lines into the same number of cells, more than one."""
    lines = sample.splitlines()[:200]

    def evenness(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if cells)
        except csv.Error:
            return 0.0, 0
        width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        return (times / max(sum(widths.values()), 1) if width > 1 else 0.0), width

    return max(DELIMITERS, key=evenness)


def _workbook(path: Path) -> tuple[Callable[[], Iterator[Row]], Message | None]:
    from openpyxl import load_workbook

    def read() -> Iterator[Row]:
        with _readable(path), closing(load_workbook(path, read_only=True, data_only=True)) as book:
            sheet = book.worksheets[0]
            for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                yield line, [_cell(value) for value in values]

    with _readable(path), closing(load_workbook(path, read_only=True)) as book:
        others = [sheet.title for sheet in book.worksheets[1:]]
    note = (
        say("Only the first sheet is read; left out: {sheets}.", sheets=", ".join(others)) if others else None
    )
    return read, note


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Whatever a damaged workbook makes of its reader is one sentence."""
    import zlib
    from zipfile import BadZipFile

    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except (
        BadZipFile, zlib.error, InvalidFileException, LookupError, ValueError, TypeError, AttributeError, SyntaxError,
        EOFError, RuntimeError, OverflowError,
    ) as error:  # fmt: skip
        raise Invalid(say("{file} is not an XLSX workbook.", file=path.name)) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
