"""Files out: rows as CSV, XLSX or Markdown, harmless in a spreadsheet, and written whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from pipetui.core.message import say
from pipetui.errors import Invalid, Refused, reason_of

FORMATS = (".csv", ".json", ".md", ".xlsx")
_ACTS = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"[+-]?\d[\d .,()/-]*")
GUARD = "'"
Rows = Iterable[Mapping[str, str]]


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers and phone numbers stay as they are."""
    return GUARD + text if text.lstrip(GUARD).startswith(_ACTS) and not _HARMLESS.fullmatch(text) else text


def unguarded(text: str) -> str:
    """The cell as it was before `guarded`."""
    return text[1:] if text[:1] == GUARD and text.lstrip(GUARD).startswith(_ACTS) else text


def write(path: Path, headers: Sequence[str], rows: Rows) -> int:
    """Write a table by the suffix of the path; the number of rows. Raises Invalid for an unknown suffix."""
    writers: Mapping[str, Callable[[Path, Sequence[str], Rows], int]] = {
        ".csv": _write_csv, ".md": _write_markdown, ".xlsx": _write_workbook,
    }  # fmt: skip
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise unknown(path)
    return writer(path, headers, rows)


def unknown(path: Path) -> Invalid:
    """The error for a suffix nobody writes."""
    return Invalid(
        say('pipetui does not write "{suffix}" files.', suffix=path.suffix),
        say("Write {formats}.", formats=", ".join(FORMATS)),
    )


def write_json(path: Path, whole: Mapping[str, Any]) -> None:
    """Write a JSON document."""
    with _whole(path, "w") as file:
        json.dump(whole, file, ensure_ascii=False, indent=1)
        file.write("\n")


def write_text(path: Path, text: str) -> None:
    """Write a text as it is."""
    with _whole(path, "w") as file:
        file.write(text)


def put(path: Path, data: bytes) -> None:
    """Put a document in a file, in place of the one that is there. Raises Refused."""
    with _whole(path, "wb") as file:
        file.write(data)


@contextmanager
def _whole(path: Path, mode: str) -> Iterator[IO[Any]]:
    """A file that takes its name when it is complete; until then, and after an error, the old one stays.

    Raises Refused when it cannot be written.
    """
    name = None
    try:
        number, name = tempfile.mkstemp(prefix=".", suffix=path.suffix[-20:], dir=path.parent)
        text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
        with os.fdopen(number, mode, **text) as file:  # type: ignore[call-overload]
            yield file
        os.replace(name, path)  # noqa: PTH105 - one atomic step
        name = None
    except OSError as error:
        reason = reason_of(error)
        raise Refused(say("{file} cannot be written: {reason}.", file=str(path), reason=reason)) from error
    finally:
        if name is not None:
            with suppress(OSError):
                os.unlink(name)  # noqa: PTH108


def _write_csv(path: Path, headers: Sequence[str], rows: Rows) -> int:
    with _whole(path, "w") as file:
        writer, n = csv.writer(file), 0
        writer.writerow(headers)
        for row in rows:
            writer.writerow([guarded(row[header]) for header in headers])
            n += 1
    return n


def _write_markdown(path: Path, headers: Sequence[str], rows: Rows) -> int:
    with _whole(path, "w") as file:
        file.write(f"| {' | '.join(headers)} |\n|{' --- |' * len(headers)}\n")
        n = 0
        for row in rows:
            cells = (row[header].replace("|", "\\|").replace("\n", "<br>") for header in headers)
            file.write(f"| {' | '.join(cells)} |\n")
            n += 1
    return n


def _write_workbook(path: Path, headers: Sequence[str], rows: Rows) -> int:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("pipetui")
    sheet.append(list(headers))
    n = 0
    for row in rows:
        sheet.append([guarded(row[header])[:32_767] for header in headers])
        n += 1
    with _whole(path, "wb") as file:
        book.save(file)
    return n
