"""The rows of a file become changes, one after the other, and a report of what they did.

A deal of the file is known by its identifier (`external_id`), else by its title, company, person and creation, counted
among equals: the same file read twice changes nothing. What a file leaves empty stays as it is in the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipetui.core import moves
from pipetui.core.change import Change, Row, field_names, moment_text, row, scalar
from pipetui.core.deal import Activity, Deal, LostReason, Member, Source, Stage, Tag, Tagging, Visit
from pipetui.core.message import Message, say, say_n
from pipetui.core.money import amount_from_text
from pipetui.core.quickadd import kind_of
from pipetui.core.roster import Roster
from pipetui.core.text import clean, fold
from pipetui.errors import Invalid
from pipetui.exchange.columns import day_of, moment_of
from pipetui.exchange.export import GUARD, unguarded
from pipetui.exchange.parties import Parties
from pipetui.exchange.plan import Plan
from pipetui.exchange.profiles import outcome_of
from pipetui.exchange.report import Report, RowRejected

Texts = dict[str, str]
Word = Member | Source | LostReason | Tag
"""The cells of a row by field, cleaned; empty cells are left out."""
DAYS = {"close_date": "expected_close", "expected_close": "expected_close", "parked_until": "parked_until"}
"""Columns of days by the field they fill; the closing date of an open deal is the expected one."""
MOMENTS = ("created_at", "stage_since", "archived_at")
ENDINGS = ("closed_at", "close_date", "lost_at")
MANY = 50_000
"""Texts remembered at most."""
STEP = 500
"""Rows between two words about the progress."""


@dataclass(slots=True)
class Intake:
    """One file on its way in. Iterate `changes` once; then the report is complete."""

    plan: Plan
    roster: Roster
    visited: Mapping[str, tuple[Visit, ...]] | None = None
    """The stays of deals by identifier or title, folded, when a history file came along."""
    progress: Callable[[int, int], None] | None = None
    """Told the rows read and the rows there are; raises to stop."""
    report: Report = field(default_factory=Report)
    _parties: Parties = field(init=False)
    _words: dict[tuple[type[Word], str], int] = field(init=False)
    _identifiers: dict[str, int] = field(init=False)
    _alike: dict[int, list[int]] = field(init=False)
    _seen: Counter[int] = field(default_factory=Counter)
    _lines: dict[str, int] = field(default_factory=dict)
    _blank: Row = field(init=False)
    _new: list[Change] = field(default_factory=list)
    """Records a row needs before its own."""
    _fresh: list[tuple[type[Word], str]] = field(default_factory=list)
    """Words the row brings along."""
    _columns: list[tuple[str, int]] = field(init=False)
    _instants: dict[str, str] = field(default_factory=dict)
    """Moments already read, as the store keeps them, none later than now."""

    def __post_init__(self) -> None:
        """Learn what the store knows."""
        self._columns = list(self.plan.columns.items())
        roster, desk = self.roster, self.roster.desk
        self._parties = Parties(roster, self._new)
        self._words = {(Source, fold(one.name)): one.id for one in roster.sources}
        self._words |= {(LostReason, fold(one.name)): one.id for one in roster.reasons}
        self._words |= {(Tag, fold(one.name)): one.id for one in roster.tags}
        self._words |= {(Member, fold(one.login)): one.id for one in roster.members}
        self._words |= {(Member, fold(one.name)): one.id for one in roster.members}
        self._identifiers = {known.external_id: known.id for known in roster.deals if known.external_id}
        self._alike = {}
        with_creation = "created_at" in self.plan.columns
        for known in roster.deals:
            if known.external_id is None or "external_id" not in self.plan.columns:
                parts = (fold(known.title), known.organization_id, known.contact_id)
                key = hash((*parts, known.created_at) if with_creation else parts)
                self._alike.setdefault(key, []).append(known.id)
        now = desk.now
        blank = Deal(id=-1, pipeline_id=desk.used[0].pipeline_id, stage_id=0, created_at=now, stage_since=now)
        self._blank = row(blank)

    @property
    def label(self) -> Message:
        """The sentence the journal keeps."""
        return say("Import {file}", file=self.plan.sheet.path.name)

    def changes(self) -> Iterator[Change]:
        """Everything to write, in order. A row that cannot be read is rejected whole and leaves no trace."""
        read = self._deal if self.plan.kind == "deals" else self._parties.reader(self.plan.kind, self.report)
        for number, (line, cells) in enumerate(self.plan.sheet.rows(), start=1):
            if self.progress and number % STEP == 0:
                self.progress(number, self.plan.rows)
            if isinstance(cells, Message):
                self.report.reject(line, "", "", cells)
                continue
            texts = self._texts(cells)
            self._parties.mark()
            self._fresh.clear()
            counted = self.report.counts()
            try:
                found = read(line, texts)
                self._check_rights(found)
            except RowRejected as rejected:
                header = self.plan.header(rejected.field)
                self.report.count(counted)
                self.report.reject(line, header, texts.get(rejected.field, ""), rejected.message)
                self._forget()
                continue
            yield from self._new
            self._new.clear()
            yield from found
        if self.progress:
            self.progress(self.plan.rows, self.plan.rows)

    def _check_rights(self, found: list[Change]) -> None:
        """Raises RowRejected for a row that is not for who imports to write."""
        if (error := self.roster.refused((*self._new, *found))) is not None:
            raise RowRejected("", error.message)

    def _texts(self, cells: list[str]) -> Texts:
        """The cells of a row by field. Most rows need no cleaning, which one look at all of it tells."""
        whole = "".join(cells)
        if clean(whole) is whole:
            texts = {name: text for name, at in self._columns if (text := cells[at].strip())}
        else:
            cleaned = {name: clean(cells[at], lines=name == "notes").strip() for name, at in self._columns}
            texts = {name: text for name, text in cleaned.items() if text}
        if self.plan.product == "pipetui" and GUARD in whole:
            return {name: unguarded(text) for name, text in texts.items()}
        return texts

    def _forget(self) -> None:
        """The row was rejected: nothing it brought along came."""
        self._parties.forget()
        self._new.clear()
        for key in self._fresh:
            del self._words[key]
            self.report.came[key[0].table] -= 1

    def _deal(self, line: int, texts: Texts) -> list[Change]:
        if not texts.keys() & {"title", "contact", "organization", "email", "phone"}:
            raise RowRejected("title", say("no title, no contact and no organization"))
        values = self._values(texts)
        stage = self._stage(texts)
        values |= self._times(texts, stage)
        identity = self._identity(line, texts, values)
        if identity is not None:
            return self._again(self.roster.deal(identity), stage, values, texts)
        return self._first(stage, values, texts)

    def _values(self, texts: Texts) -> Row:
        """The fields of a deal that stand in a row as they are."""
        values: Row = {name: texts[name] for name in ("title", "notes", "external_id") if name in texts}
        if "amount" in texts:
            values |= self._amount(texts)
        organization = self._parties.company(texts["organization"]) if "organization" in texts else None
        if "organization" in texts:
            values["organization_id"] = organization
        if texts.keys() & {"contact", "email", "phone"}:
            name = texts.get("contact") or ("" if organization else texts.get("email") or texts["phone"])
            if name:
                values["contact_id"] = self._parties.person(
                    name, texts.get("email"), texts.get("phone"), organization
                )
            else:
                self._parties.complete(organization, texts)
        for name, kind in (("owner", Member), ("source", Source)):
            if name in texts:
                values[f"{name}_id"] = self._word(kind, texts[name])
        if "chance" in texts:
            if not texts["chance"].isdigit() or int(texts["chance"]) > 100:
                raise RowRejected("chance", say("not a percentage"))
            values["pinned_chance"] = int(texts["chance"])
        return values

    def _amount(self, texts: Texts) -> Row:
        currency = texts.get("currency", self.roster.currency).upper()
        if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
            raise RowRejected("currency", say("not a currency code such as EUR"))
        try:
            money = amount_from_text(texts["amount"], currency, self.plan.mark)
        except Invalid as error:
            raise RowRejected("amount", say("not an amount")) from error
        if money.minor < 0:
            raise RowRejected("amount", say("an amount below zero"))
        return {"amount": money.minor, "currency": money.currency}

    def _word(self, kind: type[Word], text: str) -> int:
        """The number of a name, a new one when nobody had it."""
        folded = fold(text)
        number = self._words.get((kind, folded))
        if number is None:
            number = self.roster.desk.new_id()
            self._words[kind, folded] = number
            self._fresh.append((kind, folded))
            login = {"login": folded.replace(" ", ".")} if kind is Member else {}
            self._new.append(Change.add(kind(id=number, name=text, **login)))  # type: ignore[arg-type]
            self.report.came[kind.table] += 1
        return number

    def _stage(self, texts: Texts) -> Stage | None:
        """The stage a row speaks of; None when it says nothing, or only that the deal is open."""
        desk = self.roster.desk
        outcome = outcome_of(texts["status"]) if "status" in texts else None
        if outcome in ("won", "lost"):
            return desk.closing(outcome)
        for name in ("stage", "status"):
            if (value := texts.get(name)) is None:
                continue
            stage = self.plan.stages.get(fold(value))
            if stage is not None:
                return stage
            if outcome_of(value) is None:
                raise RowRejected(name, say("no stage of this name; say which with --stage"))
        return None

    def _times(self, texts: Texts, stage: Stage | None) -> Row:
        values: Row = {name: self._instant(name, texts) for name in MOMENTS if name in texts}
        closed = stage is not None and stage.kind != "open"
        ended = next((name for name in ENDINGS if name in texts), None)
        if closed and ended:
            values["closed_at"] = self._instant(ended, texts)
            if str(values["closed_at"]) < str(values.get("created_at", "")):
                raise RowRejected(ended, say("closed before it was created"))
        for name, target in DAYS.items():
            if name in texts and not (closed and name == "close_date"):
                values[target] = scalar(self._day(name, texts))
        return values

    def _day(self, name: str, texts: Texts) -> date:
        day = day_of(texts[name], self.plan.order, self.roster.desk.today)
        if day is None:
            raise RowRejected(name, say("not a date"))
        return day

    def _instant(self, name: str, texts: Texts) -> str:
        """A moment as the store keeps it; what lies in the future is taken as now."""
        text = texts[name]
        if (known := self._instants.get(text)) is not None:
            return known
        desk = self.roster.desk
        moment = moment_of(text, self.plan.order, desk.today)
        if moment is None:
            raise RowRejected(name, say("not a date"))
        if len(self._instants) > MANY:
            self._instants.clear()
        self._instants[text] = moment_text(min(moment, desk.now))
        return self._instants[text]

    def _identity(self, line: int, texts: Texts, values: Row) -> int | None:
        """The number of the deal this row speaks of, None for a new one."""
        if identifier := texts.get("external_id"):
            if identifier in self._lines:
                first = self._lines[identifier]
                raise RowRejected("external_id", say("the same identifier as on line {line}", line=first))
            self._lines[identifier] = line
            return self._identifiers.get(identifier)
        parts = [fold(texts.get("title", "")), values.get("organization_id"), values.get("contact_id")]
        if "created_at" in self.plan.columns:
            parts.append(values.get("created_at"))
        key = hash(tuple(parts))
        among = self._alike.get(key, ())
        self._seen[key] += 1
        return among[self._seen[key] - 1] if self._seen[key] <= len(among) else None

    def _first(self, stage: Stage | None, values: Row, texts: Texts) -> list[Change]:
        """A deal the store does not know yet."""
        desk, number = self.roster.desk, self.roster.desk.new_id()
        visits = self._visits(texts, number)
        if visits and (stage is None or stage.kind == "open"):
            stage = desk.stage(visits[-1].stage_id)
        stage = stage or desk.open_stages[0]
        now = moment_text(desk.now)
        values = {**self._blank, **values, "id": number, "stage_id": stage.id}
        values["currency"] = values["currency"] if "amount" in texts else self.roster.currency
        since = values["stage_since"] if "stage_since" in texts else None
        if "created_at" not in texts:
            values["created_at"] = (
                (moment_text(visits[0].entered_at) if visits else None) or since or values["closed_at"] or now
            )
            self.report.notes["created"] += 1
        if stage.kind == "open":
            entered = moment_text(visits[-1].entered_at) if visits else None
            values |= {"stage_since": entered or since or values["created_at"], "closed_at": None}
        else:
            values |= self._closed(values, visits, texts, stage, now)
        values["history_known"] = int(bool(visits))
        self.report.notes["history"] += not visits
        if "chance" in texts and stage.kind != "open":
            values["pinned_chance"] = None
        changes = [Change("deal", number, None, values)]
        changes += [Change.add(visit) for visit in visits]
        if stage.kind == "open" and not visits:
            entered_at = values["stage_since"]
            changes.append(Change("visit", n := desk.new_id(), None, {**_VISIT, "id": n, "deal_id": number,
                           "stage_id": stage.id, "entered_at": entered_at}))  # fmt: skip
        changes += self._tags(number, (), texts)
        changes += self._step(number, values, texts, stage)
        self.report.created += 1
        return changes

    def _closed(self, values: Row, visits: list[Visit], texts: Texts, stage: Stage, now: str) -> Row:
        ended = moment_text(visits[-1].left_at) if visits and visits[-1].left_at else None
        closed_at = values["closed_at"] or ended
        self.report.notes["closed"] += closed_at is None
        return {
            "closed_at": closed_at,
            "stage_since": closed_at or values["created_at"] or now,
            "closed_from_id": visits[-1].stage_id if visits else None,
            "lost_reason_id": self._reason(texts) if stage.kind == "lost" else None,
            "parked_until": None,
        }

    def _reason(self, texts: Texts) -> int | None:
        if "lost_reason" in texts:
            return self._word(LostReason, texts["lost_reason"])
        self.report.notes["reason"] += 1
        return None

    def _visits(self, texts: Texts, number: int) -> list[Visit]:
        if self.visited is None:
            return self._entered(texts, number)
        stays = self.visited.get(fold(texts.get("external_id", ""))) or self.visited.get(
            fold(texts.get("title", "")), ()
        )
        new_id = self.roster.desk.new_id
        return [
            Visit(id=new_id(), deal_id=number, stage_id=stay.stage_id, entered_at=stay.entered_at, left_at=stay.left_at,
                  next_stage_id=stay.next_stage_id)
            for stay in stays
        ]  # fmt: skip

    def _entered(self, texts: Texts, number: int) -> list[Visit]:
        """The stays that the columns of entry days tell; none when they leave open where the deal went, or when."""
        told = [
            (self._moment(name, texts), stage.id)
            for name, stage in self.plan.entered.items()
            if name in texts
        ]
        if not told:
            return []
        desk, stage = self.roster.desk, self._stage(texts)
        told.sort()
        if stage is not None and stage.kind == "open":
            if stage.id != told[-1][1]:
                return []
            end, going = None, None
        else:
            ended = next((name for name in ENDINGS if name in texts), None)
            if stage is None or ended is None:
                return []
            end, going = max(self._moment(ended, texts), told[-1][0]), stage.id
        following = [*told[1:], (end, going)]
        return [
            Visit(
                id=desk.new_id(), deal_id=number, stage_id=here, entered_at=entered, left_at=left, next_stage_id=after
            )
            for (entered, here), (left, after) in zip(told, following, strict=True)
        ]  # fmt: skip

    def _moment(self, name: str, texts: Texts) -> datetime:
        return datetime.fromisoformat(self._instant(name, texts))

    def _tags(self, number: int, carried: tuple[int, ...], texts: Texts) -> list[Change]:
        found = []
        seen = set(carried)
        for name in texts.get("tags", "").replace(",", ";").split(";"):
            if not name.strip():
                continue
            tag = self._word(Tag, name.strip())
            if tag not in seen:
                seen.add(tag)
                new = Tagging(id=self.roster.desk.new_id(), tag_id=tag, subject="deal", subject_id=number)
                found.append(Change.add(new))
        return found

    def _step(self, number: int, values: Row, texts: Texts, stage: Stage) -> list[Change]:
        """The next step, when the file names a day or an act; other products leave old ones on closed deals."""
        told = texts.keys() & {"step_due", "step_text", "step_kind"}
        if not told or (stage.kind != "open" and self.plan.product != "pipetui"):
            return []
        desk = self.roster.desk
        due = self._day("step_due", texts) if "step_due" in texts else desk.today
        text, kind = texts.get("step_text", ""), fold(texts.get("step_kind", ""))
        known = kind in ("call", "email", "meeting", "task", "note")
        step = Activity(
            id=desk.new_id(), deal_id=number, contact_id=values.get("contact_id"),  # type: ignore[arg-type]
            kind=kind if known else kind_of(text), text=text, due_on=due,  # type: ignore[arg-type]
            owner_id=values.get("owner_id"), created_at=desk.now,  # type: ignore[arg-type]
        )  # fmt: skip
        return [Change.add(step)]

    def _again(self, deal: Deal, stage: Stage | None, values: Row, texts: Texts) -> list[Change]:
        """A deal the store knows: only what differs is written, and a new stage is a move."""
        have = row(deal)
        moved: list[Change] = []
        closed_at = values.pop("closed_at", None)
        values.pop("stage_since", None)
        if stage is not None and stage.id != deal.stage_id:
            moved = list(self._moved(deal, stage, texts))
            after = moved[0].after or {}
            have_after = {**have, **after}
            if closed_at is not None and stage.kind != "open":
                after |= {"closed_at": closed_at, "stage_since": closed_at}
            values = {**{name: have_after[name] for name in after}, **after, **values}
        elif closed_at is not None and stage is not None and stage.kind != "open":
            values["closed_at"] = closed_at
        before = {name: have[name] for name, value in values.items() if have[name] != value}
        after = {name: values[name] for name in before}
        changes = [Change("deal", deal.id, before, after)] if before else []
        changes += moved[1:]
        changes += self._remembered(deal, texts)
        if "tags" in texts:
            changes += self._tags(deal.id, tuple(self.roster.tags_of(deal.id)), texts)
        if changes:
            self.report.updated += 1
        else:
            self.report.unchanged += 1
        return changes

    def _remembered(self, deal: Deal, texts: Texts) -> list[Change]:
        """The stays of a deal that came without them."""
        visits = [] if deal.history_known else self._visits(texts, deal.id)
        if not visits:
            return []
        gone = [Change.drop(stay) for stay in self.roster.visits(deal.id)]
        return [*gone, *map(Change.add, visits), Change.edit(deal, history_known=True)]

    def _moved(self, deal: Deal, stage: Stage, texts: Texts) -> tuple[Change, ...]:
        desk = self.roster.desk
        visit = next((stay for stay in self.roster.visits(deal.id) if stay.left_at is None), None)
        if stage.kind != "lost":
            return moves.move(deal, visit, stage, desk)
        changes = moves.lose(deal, visit, deal.lost_reason_id or 0, desk)
        edit, *stays = changes
        after = {**(edit.after or {}), "lost_reason_id": self._reason(texts)}
        return (Change(edit.table, edit.id, edit.before, after), *stays)


_VISIT: Row = dict.fromkeys(field_names(Visit)) | {"version": 1}


def notes(report: Report) -> list[Message]:
    """What the user should know besides the counts."""
    sentences: Mapping[str, Callable[[int], Message]] = {
        "history": lambda n: say_n(
            "{n} deal came without its history: it stays out of the stage ratios.",
            "{n} deals came without their history: they stay out of the stage ratios.", n,
        ),
        "closed": lambda n: say_n(
            "{n} closed deal has no closing date: it counts in no period.",
            "{n} closed deals have no closing date: they count in no period.", n,
        ),
        "created": lambda n: say_n(
            "{n} deal has no creation date.", "{n} deals have no creation date.", n,
        ),
        "reason": lambda n: say_n(
            "{n} lost deal came without a reason.", "{n} lost deals came without a reason.", n,
        ),
    }  # fmt: skip
    return [sentences[name](n) for name, n in report.notes.items() if n]
