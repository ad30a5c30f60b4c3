"""People and companies as they are listed and looked for: folded names and words, kept beside the records.

A large import marks the table as stale instead of keeping it; it is made again before it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipetui.core.text import fold
from pipetui.store import upkeep
from pipetui.store.rows import EVERY, Which, among, between

if TYPE_CHECKING:
    from pipetui.store.db import Database

SUBJECTS = ("contact", "organization")
MANY = 2000
"""More new people or companies at once are listed later."""
AT_ONCE = 5000
COLUMNS = ("subject", "party_id", "archived", "name", "text")
FIELDS = (
    "name", "email", "phone", "website", "job", "industry", "city", "country", "organization_id", "archived_at",
)  # fmt: skip
"""The fields that are listed and looked for."""
READ = {
    "contact": """SELECT contact.id, contact.archived_at, contact.name, contact.email, contact.phone,
        organization.name, contact.job, contact.city, contact.country
        FROM contact LEFT JOIN organization ON organization.id = contact.organization_id""",
    "organization": """SELECT organization.id, organization.archived_at, organization.name, organization.email,
        organization.phone, organization.website, organization.industry, organization.city, organization.country
        FROM organization""",
}


def listed(db: Database, subject: str, which: Which) -> list[tuple[Any, ...]]:
    """The rows of the table for these people or companies."""
    return [
        (
            subject,
            number,
            int(archived is not None),
            fold(name),
            "\n".join(fold(word or "") for word in words),
        )
        for number, archived, *words in db.rows(
            f"{READ[subject]} WHERE {which.of(f'{subject}.id')}", which.params
        )
        for name in words[:1]
    ]


def refresh(db: Database, subject: str, numbers: Iterable[int]) -> None:
    """List these again; those that went are listed no more."""
    for which in among(sorted(numbers)):
        own = which.of("party_id")
        db.run(f"DELETE FROM party_search WHERE subject = ? AND {own}", (subject, *which.params))
        db.insert("party_search", COLUMNS, listed(db, subject, which))


def staff(db: Database, companies: Iterable[int]) -> Iterator[int]:
    """The people of these companies, who are found by its name."""
    for which in among(sorted(companies)):
        for row in db.rows(f"SELECT id FROM contact WHERE {which.of('organization_id')}", which.params):
            yield row[0]


def stale(db: Database) -> bool:
    """Whether the table is to be made again before it is read."""
    return db.one("SELECT 1 FROM stale WHERE name = 'party_search'") is not None


def mark_stale(db: Database) -> None:
    """Have the table made again before it is read."""
    db.run("INSERT INTO stale (name) VALUES ('party_search') ON CONFLICT (name) DO NOTHING")


def ensure(db: Database) -> None:
    """Make the table again when it is stale, and this connection may."""
    if stale(db) and upkeep.mine(db):
        with db.transaction():
            if stale(db):
                rebuild(db)


def rebuild(db: Database) -> None:
    """List everybody again, inside a transaction."""
    db.run("DELETE FROM party_search")
    for subject in SUBJECTS:
        last = db.one(f"SELECT COALESCE(MAX(id), 0) FROM {subject}")
        for start in range(1, (last[0] if last else 0) + 1, AT_ONCE):
            db.insert("party_search", COLUMNS, listed(db, subject, between(start, start + AT_ONCE - 1)))
    db.run("DELETE FROM stale WHERE name = 'party_search'")


def agree(db: Database) -> bool:
    """Whether the table says what the records say."""
    kept = set(db.rows(f"SELECT {', '.join(COLUMNS)} FROM party_search"))
    return stale(db) or kept == {row for subject in SUBJECTS for row in listed(db, subject, EVERY)}
