"""Deals, people and companies by a part of their name, a few of each: for finding one while it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipetui.core.text import fold

if TYPE_CHECKING:
    from pipetui.store.db import Database

FEW = 40
"""Read at most of each kind; the best of them are shown."""


class Named(NamedTuple):
    """Somebody or something with a name."""

    kind: str
    """`deal`, `contact` or `organization`."""
    id: int
    words: str
    """What it is found by, folded; for a deal its title, company and contact in lines."""


def find(db: Database, kind: str, text: str) -> list[Named]:
    """Those that have all the words, at most `FEW`: parties whose name begins so first, deals the newest first."""
    words = fold(text).split()
    if not words:
        return []
    return _deals(db, words) if kind == "deal" else _parties(db, kind, words)


def _deals(db: Database, words: Sequence[str]) -> list[Named]:
    has = " AND ".join(f"{_within(db)}(deal_search.text, ?) > 0" for _ in words)
    sql = f"""SELECT deal_id, text FROM deal_search WHERE {has}
        AND EXISTS (SELECT 1 FROM deal WHERE deal.id = deal_search.deal_id AND deal.archived_at IS NULL)
        ORDER BY deal_id DESC LIMIT ?"""
    return [Named("deal", number, text) for number, text in db.rows(sql, (*words, FEW))]


def _parties(db: Database, kind: str, words: Sequence[str]) -> list[Named]:
    """By the index on names alone: those that begin with the words as typed, then those that have them anywhere."""
    begun = " ".join(words)
    own = "SELECT party_id, name FROM party_search WHERE subject = ? AND archived = 0"
    # The range is what an index can search; what an engine sorts into it by its own rules is left out again.
    within = f"name >= ? AND name < ? AND {_within(db)}(name, ?) = 1"
    found = db.rows(
        f"{own} AND {within} ORDER BY name, party_id LIMIT ?", (kind, begun, f"{begun}\U0010ffff", begun, FEW)
    )
    if len(found) < FEW:
        has = " AND ".join(f"{_within(db)}(name, ?) > 0" for _ in words)
        known = {number for number, _name in found}
        more = db.rows(f"{own} AND {has} ORDER BY name, party_id LIMIT ?", (kind, *words, FEW))
        found += [row for row in more if row[0] not in known]
    return [Named(kind, number, name) for number, name in found[:FEW]]


def _within(db: Database) -> str:
    """The engine's word for where one text begins in another."""
    return "instr" if db.dialect == "sqlite" else "strpos"


def rank(words: str, typed: str) -> int:
    """How well a folded name fits what was typed, 0 best: it begins so, a line or a word of it does, it has it."""
    if words.startswith(typed):
        return 0
    if any(line.startswith(typed) for line in words.split("\n")):
        return 1
    begun = words.split()
    return 2 if all(any(word.startswith(part) for word in begun) for part in typed.split()) else 3
