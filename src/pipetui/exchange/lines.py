"""A whole store as JSON lines, and back: an open format that any program reads a line at a time.

    {"pipetui": "store", "format": 1, "schema": "0003"}
    {"table": "deal", "columns": ["id", "title", …]}
    [1, "Web site", …]                                    one row of the table named last, in the order of its key
    {"end": {"deal": {"rows": 1, "sha256": "…"}, …}}      of the rows of each table, as their lines stand here

Values are JSON scalars: money in minor units, moments as ISO 8601 UTC text, days as ISO text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipetui.core.message import say
from pipetui.errors import Invalid, reason_of

FORMAT = 1
AT_ONCE = 2000
"""Rows handed on at once."""
Rows = tuple[str, tuple[str, ...], list[tuple[Any, ...]]]
"""A table, its columns, some of its rows."""
Sums = Mapping[str, tuple[int, str]]
"""How many rows a table has, and the SHA-256 of their lines."""


def write(path: Path, schema: str, source: Iterable[Rows], sums: Sums) -> None:
    """Write all rows; `sums` is read after the last of them. The file has its name when it is whole. Raises Invalid."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_line({"pipetui": "store", "format": FORMAT, "schema": schema}))
            table = ""
            for name, columns, rows in source:
                if name != table:
                    table = name
                    file.write(_line({"table": name, "columns": columns}))
                file.writelines(map(_line, rows))
            ends = {name: {"rows": n, "sha256": digest} for name, (n, digest) in sums.items()}
            file.write(_line({"end": ends}))
        partial.replace(path)
    except OSError as error:
        raise Invalid(
            say("{file} cannot be written: {reason}.", file=str(path), reason=reason_of(error))
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _line(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"


class Reader:
    """The rows of such a file, once; `sums` holds what its last line says when all were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema = ""
        self.sums: dict[str, tuple[int, str]] = {}

    def rows(self) -> Iterator[Rows]:
        """Every row of every table, some at a time. Raises Invalid where the file is not as it was written."""
        try:
            with self.path.open("rb") as file:
                yield from self._rows(enumerate(map(_read, file), start=1))
        except OSError as error:
            raise Invalid(
                say(
                    "{file} cannot be read: {reason}.",
                    file=self.path.name,
                    reason=reason_of(error),
                )
            ) from error

    def _rows(self, lines: Iterator[tuple[int, Any]]) -> Iterator[Rows]:
        _, head = next(lines, (0, None))
        if not isinstance(head, dict) or head.get("pipetui") != "store" or head.get("format") != FORMAT:
            raise Invalid(say("{file} is not a whole store written by pipetui.", file=self.path.name))
        self.schema = str(head.get("schema"))
        table = ""
        columns: tuple[str, ...] = ()
        rows: list[tuple[Any, ...]] = []
        for at, line in lines:
            if isinstance(line, list) and table and len(line) == len(columns) and _scalars(line):
                rows.append(tuple(line))
            elif (
                isinstance(line, dict) and isinstance(line.get("columns"), list) and _scalars(line["columns"])
            ):
                if table:
                    yield table, columns, rows
                table, columns, rows = str(line.get("table")), tuple(map(str, line["columns"])), []
            elif isinstance(line, dict) and isinstance(line.get("end"), dict):
                yield table, columns, rows
                self.sums = _sums(line["end"])
                return
            else:
                raise self._broken(at)
            if len(rows) == AT_ONCE:
                yield table, columns, rows
                rows = []
        raise Invalid(
            say("{file} breaks off: its last line is missing.", file=self.path.name),
            say("Nothing was written."),
        )

    def _broken(self, at: int) -> Invalid:
        return Invalid(
            say("Line {at} of {file} does not fit.", at=at, file=self.path.name), say("Nothing was written.")
        )


def _read(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return None


def _scalars(values: list[Any]) -> bool:
    return all(value is None or type(value) in (str, int, float) for value in values)


def _sums(ends: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    return {
        name: (int(one.get("rows", -1)), str(one.get("sha256")))
        for name, one in ends.items()
        if isinstance(one, dict) and isinstance(one.get("rows"), int)
    }
