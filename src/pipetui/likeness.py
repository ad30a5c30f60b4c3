"""Doubles in a customer file: read from the store, compared by rapidfuzz."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nsmallest
from typing import TYPE_CHECKING

from pipetui import reach
from pipetui.core.duplicates import Double, Known, domain, doubles

if TYPE_CHECKING:
    from pipetui.store.db import Database

MOST = 500
"""More proposals at once are nobody's work; the next ones come when these are dealt with."""
APART = "apart"
"""Settings with this name and two numbers behind it say that a pair is no double."""


def setting(subject: str, first: int, second: int) -> str:
    """The name of the setting that tells two records apart."""
    return f"{APART}:{subject}:{min(first, second)}:{max(first, second)}"


def found(
    db: Database,
    subject: str,
    home: str | None,
    progress: Callable[[int, int], None] | None = None,
    about: int | None = None,
) -> list[Double]:
    """Who may be noted twice among people (`contact`) or companies (`organization`), the likeliest first.

    `home` is the country numbers without prefix are dialled from; with `about` only who is noted twice with this one.
    Some seconds for 100,000 records: meant for a thread.
    """
    from rapidfuzz.fuzz import token_sort_ratio

    apart = {
        row[0] for row in db.rows("SELECT name FROM setting WHERE name LIKE ?", (f"{APART}:{subject}:%",))
    }
    told = doubles(known(db, subject, home), token_sort_ratio, progress, about)
    kept = (one for one in told if setting(subject, one.first, one.second) not in apart)
    return nsmallest(MOST, kept, key=lambda one: (-one.score, one.first, one.second))


def known(db: Database, subject: str, home: str | None) -> list[Known]:
    """Everybody who is not archived, as far as doubles are told by it."""
    if subject == "contact":
        sql = """SELECT contact.id, contact.name, contact.email, contact.phone, organization.name, NULL,
            COALESCE(contact.country, organization.country)
            FROM contact LEFT JOIN organization ON organization.id = contact.organization_id
            WHERE contact.archived_at IS NULL ORDER BY contact.id"""
    else:
        sql = """SELECT id, name, email, phone, NULL, website, country FROM organization
            WHERE archived_at IS NULL ORDER BY id"""
    return [
        Known(
            number, name, email or "", reach.phone_key(phone, reach.region(country) or home), company or "",
            domain(email or "", website or ""),
        )
        for number, name, email, phone, company, website, country in db.rows(sql)
    ]  # fmt: skip
