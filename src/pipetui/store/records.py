"""Records of any kind, one by its number or all whose fields have some values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pipetui.core.change import record, scalar
from pipetui.core.deal import Activity, Contact, Deal, Organization, Pipeline, Quote, Record
from pipetui.core.message import Message, say
from pipetui.errors import NotFound
from pipetui.store.rows import between, columns, found

if TYPE_CHECKING:
    from pipetui.store.db import Database

R = TypeVar("R", bound=Record)


def get(db: Database, kind: type[R], number: int) -> R:
    """One record. Raises NotFound."""
    row = found(db, kind.table, between(number, number)).get(number)
    if row is None:
        raise NotFound(say("There is no {what} number {n}.", what=_word(kind), n=number))
    return record(kind, row)


def every(db: Database, kind: type[R], **equals: object) -> list[R]:
    """All records of a kind whose fields have these values, in the order of their numbers."""
    names = columns(kind.table)
    unknown = set(equals) - set(names)
    if unknown:
        raise ValueError(f"{kind.table} has no {', '.join(sorted(unknown))}")
    tests = [f"{name} = ?" if value is not None else f"{name} IS NULL" for name, value in equals.items()]
    sql = f"SELECT {', '.join(names)} FROM {kind.table} WHERE {' AND '.join(tests) or '1 = 1'} ORDER BY id"
    values = tuple(scalar(value) for value in equals.values() if value is not None)
    return [record(kind, dict(zip(names, row, strict=True))) for row in db.rows(sql, values)]


def _word(kind: type[Record]) -> Message:
    words: dict[type[Any], Message] = {
        Deal: say("deal"),
        Contact: say("contact"),
        Organization: say("organization"),
        Activity: say("activity"),
        Quote: say("quote"),
        Pipeline: say("pipeline"),
    }
    return words.get(kind, say("record"))
