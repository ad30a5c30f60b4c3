"""Segments as SQL: who belongs to one, how many they are, and what comes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from pipetui.core.moment import Period
from pipetui.core.query import And, Not, Term, Word
from pipetui.core.segments import Figures, Own, Segment
from pipetui.core.text import fold
from pipetui.store import parties, search
from pipetui.store.clause import Clause
from pipetui.store.customers import Party, reachable
from pipetui.store.rows import among

if TYPE_CHECKING:
    from pipetui.store.db import Database
    from pipetui.store.store import Store

LINES = {
    "contact": {"org": 4, "job": 5, "city": 6, "country": 7},
    "organization": {"industry": 5, "city": 6, "country": 7},
}
"""The lines of `party_search` that have these fields."""


class Asker:
    """Who asks for segments, of which store, and when."""

    def __init__(self, db: Database, today: date, now: datetime, me: int | None) -> None:
        self.db, self.today, self.now, self.me = db, today, now, me
        parties.ensure(db)

    # Which

    def where(self, segment: Segment) -> Clause:
        """The condition on the rows of the subject; archived ones are left out."""
        if segment.subject == "deal":
            asked = self._deals(segment.about)
            archived = search.speaks_of(segment.about, "archived")
            return asked if archived else asked.also("deal.archived_at IS NULL")
        made = Clause(f"{segment.subject}.archived_at IS NULL")
        for own in segment.own:
            made = _also(made, self._own(segment.subject, own))
        for part in segment.about.parts:
            made = _also(made, self._about(segment.subject, part))
        if segment.deals.parts:
            asked = self._deals(segment.deals)
            held = f"deal.{segment.subject}_id = {segment.subject}.id AND deal.archived_at IS NULL AND {asked.sql}"
            made = made.also(f"EXISTS (SELECT 1 FROM deal WHERE {held})", *asked.params)
        return made

    def _deals(self, expr: And) -> Clause:
        return search.clause(self.db, expr, self.today, self.now, self.me)

    def _own(self, subject: str, own: Own) -> Clause:
        if own.field == "opted":
            made = Clause(f"{subject}.opted_out_at IS {'NOT ' if own.value == 'out' else ''}NULL")
        elif own.field == "has" and own.value == "deal":
            made = Clause(f"EXISTS (SELECT 1 FROM deal WHERE deal.{subject}_id = {subject}.id)")
        elif own.field == "has":
            made = Clause(f"COALESCE({subject}.{own.value}, '') <> ''")
        else:
            made = self._line(subject, own.field, own.value)
        return Clause(f"NOT ({made.sql})", made.params) if own.negated else made

    def _about(self, subject: str, part: Term | Word | Not) -> Clause:
        if isinstance(part, Not):
            inner = self._about(subject, part.inner)
            return Clause(f"({inner.sql}) IS NOT TRUE", inner.params)
        if isinstance(part, Word):
            return self._found(subject, f"{self._find}(party_search.text, ?) > 0", part.text)
        several = [self._term(subject, part, value) for value in part.values]
        sql = " OR ".join(f"({one.sql})" for one in several)
        return Clause(f"({sql})", tuple(value for one in several for value in one.params))

    def _term(self, subject: str, term: Term, value: Any) -> Clause:
        if term.field == "tag":
            own = f"SELECT 1 FROM tagging JOIN tag ON tag.id = tagging.tag_id WHERE tagging.subject = '{subject}'"
            own += f" AND tagging.subject_id = {subject}.id"
            if value is None:
                return Clause(f"NOT EXISTS ({own})")
            named = [
                n for n, name in self.db.rows("SELECT id, name FROM tag") if fold(name).startswith(value)
            ]
            among = ", ".join(map(str, named)) or "NULL"
            return Clause(f"EXISTS ({own} AND tagging.tag_id IN ({among}))")
        if term.field == "owner":
            return self._owner(subject, value)
        if term.field == "org":
            if value is None:
                return Clause(f"{subject}.organization_id IS NULL" if subject == "contact" else search.NEVER)
            if subject == "organization":
                return self._found(subject, f"{self._find}(party_search.name, ?) > 0", str(value))
            return self._line(subject, "org", str(value))
        if isinstance(value, Period):
            inner = search.in_time(Term("created", term.op, (value,)), value)
            return Clause(inner.sql.replace("deal.created_at", f"{subject}.created_at"), inner.params)
        return Clause(search.NEVER)

    def _owner(self, subject: str, value: Any) -> Clause:
        if value is None:
            return Clause(f"{subject}.owner_id IS NULL")
        if value in ("me", "moi"):
            return Clause(search.NEVER) if self.me is None else Clause(f"{subject}.owner_id = ?", (self.me,))
        rows = self.db.rows("SELECT id, name, login FROM member")
        named = [n for n, *names in rows if value in fold(" ".join(names))]
        return Clause(f"{subject}.owner_id IN ({', '.join(map(str, named)) or 'NULL'})")

    @property
    def _find(self) -> str:
        return "instr" if self.db.dialect == "sqlite" else "strpos"

    def _line(self, subject: str, field: str, value: str) -> Clause:
        number = LINES[subject].get(field)
        if number is None:
            return Clause(search.NEVER)
        rest = "(party_search.text || '\n')"
        for _ in range(number - 1):
            rest = f"substr({rest}, {self._find}({rest}, '\n') + 1)"
        line = f"substr({rest}, 1, {self._find}({rest}, '\n') - 1)"
        # Most rows do not have the word anywhere, and need not be cut into lines.
        return self._found(
            subject, f"{self._find}(text, ?) > 0 AND {self._find}({line}, ?) > 0", value, value
        )

    def _found(self, subject: str, test: str, *values: str) -> Clause:
        own = f"SELECT 1 FROM party_search WHERE subject = '{subject}' AND party_id = {subject}.id AND {test}"
        return Clause(f"EXISTS ({own})", values)

    # Who, how many, what comes of them

    def count(self, segment: Segment) -> int:
        """How many belong to it."""
        where = self.where(segment)
        row = self.db.one(f"SELECT COUNT(*) FROM {segment.subject} WHERE {where.sql}", where.params)
        return row[0] if row else 0

    def members(self, segment: Segment, offset: int, limit: int) -> list[int]:
        """The numbers of those from an offset on: people and companies by name, deals the newest first."""
        where, table = self.where(segment), segment.subject
        if table == "deal":
            sql = f"SELECT deal.id FROM deal WHERE {where.sql} ORDER BY deal.id DESC LIMIT ? OFFSET ?"
        else:
            sql = f"""SELECT {table}.id FROM {table} JOIN party_search listed
                ON listed.subject = '{table}' AND listed.party_id = {table}.id
                WHERE {where.sql} ORDER BY listed.name, {table}.id LIMIT ? OFFSET ?"""
        return [row[0] for row in self.db.rows(sql, (*where.params, limit, offset))]

    def people(self, deals: Sequence[int]) -> list[int]:
        """The contacts of these deals and those who take part in them, by name."""
        found: set[int] = set()
        for which in among(deals):
            test = which.of("deal_id")
            sql = f"""SELECT contact_id FROM deal WHERE contact_id IS NOT NULL AND {which.of("id")}
                UNION SELECT contact_id FROM participant WHERE {test}"""
            found.update(row[0] for row in self.db.rows(sql, (*which.params, *which.params)))
        named: dict[int, str] = {}
        for which in among(sorted(found)):
            sql = f"SELECT id, name FROM contact WHERE archived_at IS NULL AND {which.of('id')}"
            named |= dict(self.db.rows(sql, which.params))
        return sorted(named, key=lambda number: (fold(named[number]), number))

    def figures(self, segment: Segment) -> Figures:
        """Size, value and what was decided; of people and companies through their deals."""
        where, table = self.where(segment), segment.subject
        if table == "deal":
            test, n = where, self.count(segment)
            out = 0
        else:
            test = Clause(
                f"deal.{table}_id IN (SELECT {table}.id FROM {table} WHERE {where.sql})", where.params
            )
            test = test.also("deal.archived_at IS NULL")
            row = self.db.one(
                f"SELECT COUNT(*), COUNT({table}.opted_out_at) FROM {table} WHERE {where.sql}", where.params
            )
            n, out = row or (0, 0)
        counts: dict[str, int] = {"open": 0, "won": 0, "lost": 0}
        sums: dict[str, dict[str, int]] = {"open": {}, "won": {}, "lost": {}}
        for kind, currency, several, amount in self.db.rows(
            f"""SELECT stage.kind, deal.currency, COUNT(*), COALESCE(SUM(deal.amount), 0) FROM deal
                JOIN stage ON stage.id = deal.stage_id WHERE {test.sql} GROUP BY 1, 2""",
            test.params,
        ):
            counts[kind] += several
            if amount:
                sums[kind][currency] = int(amount)
        return Figures(n, out, counts["open"], sums["open"], counts["won"], counts["lost"], sums["won"])


def _also(made: Clause, more: Clause) -> Clause:
    return made.also(more.sql, *more.params)


def writable(store: Store, asker: Asker, segment: Segment) -> tuple[list[Party], dict[int, str], int]:
    """The people or companies of a segment that marketing may write to, the names of the people's companies, and how
    many may not be written to. Of a segment of deals they are the people of these deals.
    """
    numbers: Sequence[int] = asker.members(segment, 0, 2**31)
    subject = segment.subject
    if segment.subject == "deal":
        numbers, subject = asker.people(numbers), "contact"
    kept, companies = reachable(store, subject, numbers)
    return kept, companies, len(numbers) - len(kept)
