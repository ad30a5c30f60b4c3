"""Rows that say what happened to deals: quotes sent, signed, refused; calls, meetings and other activities.

Each row is an event like one recorded by hand: it brings the deal to the stage that names it, never backwards. A quote
is known by its number, an activity by its identifier or by its deal, kind, day and text: the same file read twice
changes nothing. The day of the file is kept; a deal does not enter a stage before it entered the one it leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pipetui.core import activities, quotes
from pipetui.core.bench import Bench, Records
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Deal, Quote, QuoteStatus, Visit
from pipetui.core.desk import Desk
from pipetui.core.message import Message, say
from pipetui.core.moment import local_day
from pipetui.core.money import Money, amount_from_text
from pipetui.core.quickadd import kind_of
from pipetui.core.roster import Roster
from pipetui.core.step import Step
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid, PipetuiError
from pipetui.exchange.columns import day_of, moment_of
from pipetui.exchange.plan import Plan
from pipetui.exchange.report import Counts, Report, RowRejected

Texts = dict[str, str]
STATUSES: dict[str, QuoteStatus] = {
    **dict.fromkeys(("draft", "brouillon", "new", "nouveau"), "draft"),
    **dict.fromkeys(("sent", "envoye", "open", "ouvert", "pending", "en attente", "presented"), "sent"),
    **dict.fromkeys(
        ("signed", "signe", "accepted", "accepte", "won", "gagne", "approved", "validated"), "signed"
    ),
    **dict.fromkeys(
        ("refused", "refuse", "declined", "rejected", "rejete", "lost", "perdu", "denied"), "refused"
    ),
    **dict.fromkeys(("expired", "expire", "perime"), "expired"),
}
"""The status of a quote by what files say, folded."""
STEP = 500
"""Rows between two words about the progress."""


@dataclass(slots=True)
class Events:
    """One file of events on its way in. Iterate `changes` once; then the report is complete."""

    plan: Plan
    roster: Roster
    records: Records
    progress: Callable[[int, int], None] | None = None
    """Told the rows read and the rows there are; raises to stop."""
    report: Report = field(default_factory=Report)
    _bench: Bench = field(init=False)
    _named: dict[str, list[int]] = field(init=False)
    """Deals by what may name them, folded."""
    _quotes: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Learn which deals there are."""
        self._bench = Bench(self.records)
        companies = {one.id: fold(one.name) for one in self.roster.companies}
        self._named, by_company = {}, dict[str, list[int]]()
        for one in self.roster.deals:
            for name in filter(
                None, {one.external_id and fold(one.external_id), fold(one.title), f"#{one.id}"}
            ):
                self._named.setdefault(name, []).append(one.id)
            if company := companies.get(one.organization_id or 0):
                by_company.setdefault(company, []).append(one.id)
        for company, numbers in by_company.items():
            self._named.setdefault(company, numbers)
        self._quotes = {fold(one.number): one.id for one in self.records.all(Quote)}

    @property
    def label(self) -> Message:
        """The sentence the journal keeps."""
        return say("Import {file}", file=self.plan.sheet.path.name)

    def changes(self) -> Iterator[Change]:
        """Everything to write, in order. A row that cannot be read is rejected whole and leaves no trace."""
        read = self._quote if self.plan.kind == "quotes" else self._activity
        for number, (line, cells) in enumerate(self.plan.sheet.rows(), start=1):
            if self.progress and number % STEP == 0:
                self.progress(number, self.plan.rows)
            if isinstance(cells, Message):
                self.report.reject(line, "", "", cells)
                continue
            texts = {
                name: text
                for name, at in self.plan.columns.items()
                if (text := clean(cells[at], lines=name == "notes").strip())
            }
            tried = Bench(self._bench)
            counted = self.report.counts()
            try:
                read(texts, tried)
                self._check_rights(tried, texts, counted)
            except RowRejected as rejected:
                header = self.plan.header(rejected.field)
                self.report.reject(line, header, texts.get(rejected.field, ""), rejected.message)
            except PipetuiError as error:
                self.report.reject(line, "", "", error.message)
            else:
                self._bench.take(tried.changes)
        yield from self._bench.changes
        if self.progress:
            self.progress(self.plan.rows, self.plan.rows)

    def _check_rights(self, tried: Bench, texts: Texts, counted: Counts) -> None:
        """Raises why a row is not for who imports to write; it leaves no trace then."""
        if (refused := self.roster.refused(tried.changes)) is not None:
            if self.report.created > counted.created and self.plan.kind == "quotes":
                del self._quotes[fold(texts["number"])]
            self.report.count(counted)
            raise refused

    # Quotes

    def _quote(self, texts: Texts, bench: Bench) -> None:
        number = texts.get("number")
        if number is None:
            raise RowRejected("number", say("no number"))
        wanted = self._status(texts)
        known = self._quotes.get(fold(number))
        if known is None:
            deal = self._deal(texts, bench)
            money = self._amount(texts, deal)
            values = {"amount": money.minor, "currency": money.currency} if money else {}
            changes = quotes.new_quote(
                deal, self.roster.desk, number=number, valid_until=self._day("valid_until", texts),
                notes=texts.get("notes", ""), **values,
            )  # fmt: skip
            bench.take(changes)
            known = changes[0].id
            self._brought(bench, known, wanted, texts)
            self._quotes[fold(number)] = known
            self.report.created += 1
            return
        before = bench.get(Quote, known)
        money = self._amount(texts, bench.get(Deal, before.deal_id))
        if money and (money.minor, money.currency) != (before.amount, before.currency):
            bench.take(quotes.edit_quote(before, amount=money.minor, currency=money.currency))
        self._brought(bench, known, wanted, texts)
        if bench.changes:
            self.report.updated += 1
        else:
            self.report.unchanged += 1

    def _brought(self, bench: Bench, number: int, wanted: QuoteStatus, texts: Texts) -> None:
        """The quote comes to the status of the row, and its deal with it."""
        for status in ("sent", "signed", "refused", "expired"):
            quote = bench.get(Quote, number)
            if quote.status == wanted:
                return
            if status == "sent" and (quote.status != "draft" or wanted == "refused"):
                continue
            if status not in ("sent", wanted):
                continue
            deal = bench.get(Deal, quote.deal_id)
            desk = self._desk(deal, self._day("sent_on" if status == "sent" else "decided_on", texts))
            visit = next(iter(bench.all(Visit, deal_id=deal.id, left_at=None)), None)
            if status == "sent":
                bench.take(quotes.send_quote(quote, deal, visit, desk))
            elif status == "signed":
                others = bench.all(Quote, deal_id=deal.id)
                bench.take(quotes.sign_quote(quote, deal, visit, others, desk))
            elif status == "refused":
                bench.take(quotes.refuse_quote(quote, desk))
            else:
                bench.take((Change.edit(quote, status="expired"),))
        if bench.get(Quote, number).status != wanted:
            raise RowRejected("status", say("the quote is further already"))

    def _status(self, texts: Texts) -> QuoteStatus:
        if "status" in texts:
            found = STATUSES.get(fold(texts["status"]))
            if found is None:
                raise RowRejected("status", say("neither draft, sent, signed, refused nor expired"))
            return found
        return "signed" if "decided_on" in texts else "sent" if "sent_on" in texts else "draft"

    def _amount(self, texts: Texts, deal: Deal) -> Money | None:
        if "amount" not in texts:
            return None
        try:
            money = amount_from_text(
                texts["amount"], texts.get("currency", deal.currency).upper(), self.plan.mark
            )
        except Invalid as error:
            raise RowRejected("amount", say("not an amount")) from error
        if money.minor < 0:
            raise RowRejected("amount", say("an amount below zero"))
        return money

    # Activities

    def _activity(self, texts: Texts, bench: Bench) -> None:
        deal = self._deal(texts, bench)
        kind = kind_of(texts.get("kind") or texts.get("text", ""))
        done, due = self._moment("done", texts), self._day("due", texts)
        if done is None and due is None:
            raise RowRejected("due", say("neither a day it is due nor one it was done"))
        text = texts.get("text") or texts.get("kind", "")
        if self._known(bench, deal, kind, text, due, done):
            self.report.unchanged += 1
            return
        visit = next(iter(bench.all(Visit, deal_id=deal.id, left_at=None)), None)
        step = Step(kind, text, due)
        desk = self._desk(deal, local_day(done) if done else None)
        if done is not None:
            bench.take(activities.log(step, desk, deal=deal, visit=visit, at=min(done, desk.now)))
        else:
            bench.take(activities.plan(step, desk, deal=deal, visit=visit))
        self.report.created += 1

    @staticmethod
    def _known(
        bench: Bench, deal: Deal, kind: str, text: str, due: date | None, done: datetime | None
    ) -> bool:
        """Whether it was taken in before."""
        day = local_day(done) if done else None
        return any(
            (one.kind, fold(one.text)) == (kind, fold(text))
            and (
                one.due_on == due
                if day is None
                else one.done_at is not None and local_day(one.done_at) == day
            )
            for one in bench.all(Activity, deal_id=deal.id)
        )

    # What both need

    def _deal(self, texts: Texts, bench: Bench) -> Deal:
        """The deal a row names: by identifier, number, title, or its company when that has one open deal."""
        named = next((name for name in ("deal", "organization") if name in texts), None)
        if named is None:
            raise RowRejected("deal", say("no deal"))
        wanted = fold(texts[named])
        numbers = self._named.get(wanted) or (self._named.get(f"#{wanted}") if wanted.isdecimal() else None)
        found = [bench.get(Deal, number) for number in numbers or ()]
        if len(found) > 1:
            found = [one for one in found if one.closed_at is None and one.archived_at is None]
        if len(found) != 1:
            reason = say("more than one open deal of this name") if found else say("no deal of this name")
            raise RowRejected(named, reason)
        return found[0]

    def _desk(self, deal: Deal, day: date | None) -> Desk:
        """The desk as of the day of the row, not before the deal came where it is and not after now."""
        desk = self.roster.desk
        if day is None or day >= desk.today:
            return desk
        from pipetui.core.moment import midnight

        return replace(desk, today=day, now=min(max(midnight(day), deal.stage_since), desk.now))

    def _day(self, name: str, texts: Texts) -> date | None:
        if name not in texts:
            return None
        day = day_of(texts[name], self.plan.order, self.roster.desk.today)
        if day is None:
            raise RowRejected(name, say("not a date"))
        return day

    def _moment(self, name: str, texts: Texts) -> datetime | None:
        if name not in texts:
            return None
        moment = moment_of(texts[name], self.plan.order, self.roster.desk.today)
        if moment is None:
            raise RowRejected(name, say("not a date"))
        return min(moment, self.roster.desk.now)
