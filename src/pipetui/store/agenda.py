"""The planned steps in the order of their days, some at a time.

Those of archived and lost deals are left out; so are those that fall into the time in which their deal is parked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.agenda import SECTIONS, Planned, Section, edges
from pipetui.core.text import fold

if TYPE_CHECKING:
    from pipetui.store.db import Database

ABOUT = """activity LEFT JOIN deal ON deal.id = activity.deal_id
    LEFT JOIN contact ON contact.id = COALESCE(activity.contact_id, deal.contact_id)
    LEFT JOIN organization ON organization.id = COALESCE(activity.organization_id, deal.organization_id)"""
"""Steps with what they are about."""
PLANNED = "activity.due_on IS NOT NULL AND activity.done_at IS NULL"
SHOWN = """NOT EXISTS (SELECT 1 FROM deal AS gone WHERE gone.id = activity.deal_id AND (gone.archived_at IS NOT NULL
    OR (gone.parked_until > :today AND gone.parked_until > activity.due_on)
    OR gone.stage_id IN (SELECT id FROM stage WHERE kind = 'lost')))"""
SOON_SHOWN = f"""(activity.deal_id IN (SELECT id FROM deal WHERE archived_at IS NULL AND closed_at IS NULL
    AND (parked_until IS NULL OR parked_until <= :today)) OR {SHOWN})"""
"""The same, quicker for all steps at once: most of them are about an open deal, and those are in an index."""
COLUMNS = """activity.id, activity.kind, activity.text, activity.due_on, activity.due_time, activity.repeat,
    activity.deal_id, deal.title, deal.closed_at, contact.name, organization.name, member.name, deal.amount,
    deal.currency"""
ORDER = """activity.due_on, CASE WHEN activity.due_time IS NULL THEN 1 ELSE 0 END, activity.due_time, activity.id"""


ASLEEP = """activity.deal_id IN (SELECT id FROM deal WHERE archived_at IS NULL AND closed_at IS NULL
    AND parked_until IS NOT NULL AND parked_until > :today AND parked_until > activity.due_on)"""
"""Out of sight with their parked deals."""


class Wanted(NamedTuple):
    """Which steps are looked at, and on which day."""

    today: date
    owner_id: int | None = None
    kind: str | None = None
    words: str = ""


def counts(db: Database, wanted: Wanted) -> dict[Section, int]:
    """How many steps there are in each section."""
    source, test, params = _where(db, wanted, SOON_SHOWN)
    cases = " ".join(
        f"WHEN activity.due_on < '{end.isoformat()}' THEN '{name}'"
        for name, _, end in edges(wanted.today)
        if end
    )
    found = dict(
        db.rows(
            f"SELECT CASE {cases} ELSE 'later' END, COUNT(*) FROM {source} WHERE {test} GROUP BY 1", params
        )
    )
    return {name: found.get(name, 0) for name in SECTIONS}


def asleep(db: Database, wanted: Wanted) -> int:
    """How many steps are out of sight because their deals are parked."""
    source, test, params = _where(db, wanted, ASLEEP)
    found = db.one(f"SELECT COUNT(*) FROM {source} WHERE {test}", params)
    return found[0] if found else 0


def page(db: Database, wanted: Wanted, offset: int, limit: int) -> list[Planned]:
    """Steps from an offset on, by day and hour."""
    source, test, params = _where(db, wanted)
    which = f"SELECT activity.id FROM {source} WHERE {test} ORDER BY {ORDER} LIMIT ? OFFSET ?"
    return _steps(db, which, (*params, limit, offset))


def until(db: Database, wanted: Wanted, last: date) -> list[Planned]:
    """All steps due until a day."""
    source, test, params = _where(db, wanted)
    which = f"SELECT activity.id FROM {source} WHERE {test} AND activity.due_on <= ?"
    return _steps(db, which, (*params, last.isoformat()))


def _steps(db: Database, which: str, params: tuple[Any, ...]) -> list[Planned]:
    """The steps whose numbers a query brings."""
    rows = db.rows(
        f"""SELECT {COLUMNS} FROM {ABOUT} LEFT JOIN member ON member.id = activity.owner_id
            WHERE activity.id IN ({which}) ORDER BY {ORDER}""",
        params,
    )
    return [_planned(row) for row in rows]


def _where(db: Database, wanted: Wanted, shown: str = SHOWN) -> tuple[str, str, tuple[Any, ...]]:
    """What to read from, a test with its parameters; words alone need to know what a step is about."""
    today = ":today"
    tests = [PLANNED, shown.replace(today, "?")]
    params: list[Any] = [wanted.today.isoformat()] * shown.count(today)
    if wanted.owner_id is not None:
        tests.append("activity.owner_id = ?")
        params.append(wanted.owner_id)
    if wanted.kind is not None:
        tests.append("activity.kind = ?")
        params.append(wanted.kind)
    words = fold(wanted.words).split()
    for word in words:
        columns = map(db.folded, ("activity.text", "contact.name", "organization.name"))
        looked = " OR ".join(f"{column} LIKE ? ESCAPE '!'" for column in columns)
        of_deal = "SELECT 1 FROM deal_search WHERE deal_id = activity.deal_id AND text LIKE ? ESCAPE '!'"
        tests.append(f"({looked} OR EXISTS ({of_deal}))")
        params += [f"%{_escaped(word)}%"] * 4
    return ABOUT if words else "activity", " AND ".join(tests), tuple(params)


def _escaped(word: str) -> str:
    for sign in "!%_":
        word = word.replace(sign, f"!{sign}")
    return word


def _planned(row: Sequence[Any]) -> Planned:
    number, kind, text, due, clock, repeat, deal_id, deal, closed, contact, organization, owner, *worth = row
    amount, currency = worth
    return Planned(
        id=number, kind=kind, text=text, due_on=date.fromisoformat(due), due_time=clock, repeat=repeat,
        deal_id=deal_id, deal=deal, won=closed is not None, contact=contact, organization=organization,
        owner=owner, amount=amount, currency=currency,
    )  # fmt: skip
