"""Doubles in the customer file: proposed with what speaks for them, merged field by field, never silently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipetui import likeness
from pipetui.core import people
from pipetui.core.access import APART
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Organization, Setting
from pipetui.core.duplicates import Double
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Refused
from pipetui.lang import _, number, percent, told
from pipetui.store import gate
from pipetui.store.customers import Listed, Party, attached, listed
from pipetui.ui.apart import apart
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Role, Span, fit
from pipetui.ui.partyacts import KINDS, home
from pipetui.ui.rows import Row
from pipetui.ui.trial import PATIENCE, Left

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui

FIELDS: dict[str, tuple[str, ...]] = {
    "contact": ("name", "organization_id", "job", "email", "phone", "address", "city", "country"),
    "organization": (
        "name", "email", "phone", "website", "address", "city", "country", "industry", "employees",
    ),
}  # fmt: skip
"""What is chosen field by field; notes are kept of both."""


class Doubles(Page):
    """Pairs that may be one, the likeliest first: the one that would go, and the one it would go into."""

    KEYS = (
        Key(("enter",), "open", say("Compare the two and merge them"), say("compare")),
        Key(("n",), "apart", say("They are not the same; do not ask again"), say("not the same")),
    )

    def __init__(self, app: Pipetui, subject: str, about: int | None = None) -> None:
        """With `about` only who may be noted twice with this one."""
        super().__init__(app)
        self.subject, self._about = subject, about
        self._found: list[Double] | None = None
        self._names: dict[int, Listed] = {}
        self._done = 0, 0
        """Groups compared, and how many there are."""
        self._left = False

    def on_mount(self) -> None:
        """Compare everybody, on a thread."""
        self.set_interval(PATIENCE, lambda: self.draw() if self._found is None else None)
        self.work(self._look)

    def on_unmount(self) -> None:
        """Nobody waits for the comparison any more."""
        self._left = True

    def _progress(self, done: int, of: int) -> None:
        if self._left:
            raise Left
        self._done = done, of

    async def _look(self) -> None:
        subject, country, beside = self.subject, home(self.main), self.main.reading.beside

        def job() -> tuple[list[Double], list[Listed]]:
            db = beside()
            try:
                found = likeness.found(db, subject, country, self._progress, self._about)
                numbers = sorted({number for one in found for number in (one.first, one.second)})
                return found, listed(db, subject, numbers)
            finally:
                db.close()

        try:
            self._found, names = await apart(job)
        except Left:
            return
        self._names = {one.id: one for one in names}
        self.draw()

    def heading(self) -> str:
        """What is proposed."""
        return _("Noted twice?")

    def made(self, width: int) -> list[Row]:
        """A row for each pair."""
        if self._found is None:
            done, of = self._done
            far = percent(done / of) if of else ""
            return [Row([]), Row([Span(f"  {_('Comparing…')} {far}", "dim")])]
        if not self._found:
            return [Row([]), Row([Span(f"  {_('Nobody seems to be noted twice.')}", "good")])]
        return [Row(self._line(one, width), one) for one in self._found]

    def _line(self, one: Double, width: int) -> Line:
        name = max((width - 10) // 3, 8)
        reasons = ", ".join(told(reason) for reason in one.reasons)
        return [
            Span("  "),
            Span(fit(self._called(one.second), name), "strong"),
            Span(f" {GLYPHS.arrow} ", "accent"),
            Span(fit(self._called(one.first), name), "strong"),
            Span(f"  {fit(reasons, max(width - 2 * name - 7, 4))}", "dim"),
        ]

    def _called(self, number: int) -> str:
        one = self._names.get(number)
        if one is None:
            return "?"
        return f"{one.name} ({one.company})" if one.company else one.name

    def standing(self) -> Line:
        """How many."""
        if not self._found:
            return []
        return [Span(f" {told(say_n('{n} pair', '{n} pairs', len(self._found)))}", "dim")]

    @property
    def _chosen(self) -> Double:
        found: Double | None = self.rows.target
        if found is None:
            raise Refused(say("There is no pair here."))
        return found

    def do_open(self) -> None:
        pair = self._chosen
        merging = Merging(self.main, self.subject, pair.first, pair.second)

        def back(_: int | None) -> None:
            self._gone(pair)
            if merging.merged is not None:
                self.tell(say("{what}. u takes it back.", what=merging.merged), "good")

        self.app.push_screen(merging, back)

    def _gone(self, pair: Double) -> None:
        """What was merged is proposed no more."""
        kind, store = KINDS[self.subject], self.main.reading.store
        if any(store.get(kind, number).archived_at is not None for number in (pair.first, pair.second)):
            gone = [n for n in (pair.first, pair.second) if store.get(kind, n).archived_at is not None]
            self._found = [one for one in self._found or () if not {one.first, one.second} & set(gone)]
        self.draw()

    async def do_apart(self) -> None:
        pair = self._chosen
        told_apart = Setting(id=-1, name=likeness.setting(self.subject, pair.first, pair.second), value="1")
        label = say(
            "{one} and {other} are not the same",
            one=self._called(pair.first),
            other=self._called(pair.second),
        )
        await self.main.acts.commit(Batch(label, (Change.add(told_apart),)))
        self._found = [one for one in self._found or () if one is not pair]
        self.tell(label, "good")

    def whose(self) -> Mapping[str, Any]:
        """What tells two apart is nobody's."""
        return {"name": APART}

    async def do_undo(self) -> None:
        await super().do_undo()
        self.work(self._look)


class Merging(Page):
    """Two records side by side: which value of each field is kept."""

    KEYS = (
        Key(("enter",), "merge", say("Merge: the right one goes into the left one"), say("merge")),
        Key(
            ("space", "h", "l", "left", "right"),
            "other",
            say("Keep the other value of this field"),
            say("other value"),
        ),
        Key(("s",), "swap", say("The other record is the one that stays"), say("swap")),
    )

    def __init__(self, app: Pipetui, subject: str, kept: int, gone: int) -> None:
        super().__init__(app)
        self.subject = subject
        store = app.reading.store
        self._kept: Party = store.get(KINDS[subject], kept)
        self._gone: Party = store.get(KINDS[subject], gone)
        self._hanging = {one.id: len(attached(store, one)) for one in (self._kept, self._gone)}
        self._right: set[str] = set()
        """The fields of which the value of the one that goes is kept."""
        self.merged: Message | None = None
        """What was merged, once it is."""
        self._fill()

    def whose(self) -> Mapping[str, Any]:
        """The one of the two that is somebody else's, as far as one is."""
        every = [gate.about(self.main.reading.db, self.subject, one.id) for one in (self._kept, self._gone)]
        actor = self.main.reading.actor
        return next((one for one in every if not actor.owns(one["owner_id"])), every[0])

    def _fill(self) -> None:
        self._right = {
            name
            for name in FIELDS[self.subject]
            if getattr(self._kept, name) in (None, "") and getattr(self._gone, name) not in (None, "")
        }

    def heading(self) -> str:
        """What is done."""
        return _("Merge {gone} into {kept}").format(gone=self._gone.name, kept=self._kept.name)

    def made(self, width: int) -> list[Row]:
        """A row for each field, what is kept marked."""
        half = (width - 22) // 2
        head = [
            Span(" " * 18), Span(f"   {fit(_('stays'), half)}", "title"), Span(f"   {_('goes')}", "title"),
        ]  # fmt: skip
        rows = [Row([]), Row(head)]
        for name in FIELDS[self.subject]:
            left, right = self._text(self._kept, name), self._text(self._gone, name)
            taken = name in self._right
            role: Role = "" if left != right and left and right else "dim"
            line: Line = [
                Span(f"  {fit(words()[name], 16)}", "dim"),
                *_cell(left, not taken, half, role),
                *_cell(right, taken, half, role),
            ]
            rows.append(Row(line, name))
        if self._kept.notes or self._gone.notes:
            notes = [_first_line(one.notes) for one in (self._kept, self._gone)]
            marks = [bool(one.notes) for one in (self._kept, self._gone)]
            line = [Span(f"  {fit(_('Notes'), 16)}", "dim")]
            rows.append(
                Row([*line, *_cell(notes[0], marks[0], half, ""), *_cell(notes[1], marks[1], half, "")])
            )
        n = [number(self._hanging[one.id]) for one in (self._kept, self._gone)]
        both = Span(f"  {fit(_('Hangs on it'), 16)}", "dim")
        return [*rows, Row([]), Row([both, Span(f"   {fit(n[0], half)}   {n[1]}", "dim")])]

    def _text(self, party: Party, name: str) -> str:
        value: Any = getattr(party, name)
        if name == "organization_id" and value is not None:
            return self.main.reading.store.get(Organization, value).name
        return "" if value is None else str(value)

    def standing(self) -> Line:
        """What will happen."""
        return [
            Span(
                f" {_('Deals, steps, tags and parts of both hang on what stays; u takes it back.')}",
                "dim",
            )
        ]

    def do_other(self) -> None:
        name = self.rows.target
        if name is not None:
            self._right ^= {name}

    def do_swap(self) -> None:
        self._kept, self._gone = self._gone, self._kept
        self._fill()

    async def do_merge(self) -> None:
        await self.main.writer.settled()
        store, kept, gone = self.main.reading.store, self._kept, self._gone
        chosen = {name: getattr(gone if name in self._right else kept, name) for name in FIELDS[self.subject]}
        hanging = [*attached(store, gone), *attached(store, kept)]
        desk = self.main.reading.desk()
        changes = people.merge(gone, kept, desk, hanging, chosen)  # type: ignore[type-var]
        label = say("Merge {gone} into {kept}", gone=gone.name, kept=kept.name)
        await self.main.acts.commit(Batch(label, changes))
        self.merged = label
        self.dismiss(None)


def _first_line(text: str) -> str:
    return text.split("\n")[0]


def _cell(text: str, kept: bool, width: int, role: Role) -> Line:
    mark = GLYPHS.mark if kept else " "
    return [Span(f" {mark} ", "good"), Span(fit(text or GLYPHS.none, width), "strong" if kept else role)]


def words() -> dict[str, str]:
    """The fields as people read them."""
    return {
        "name": _("Name"), "organization_id": _("Organization"), "job": _("Job"), "email": _("E-mail"),
        "phone": _("Phone"), "address": _("Address"), "city": _("City"), "country": _("Country"),
        "website": _("Website"), "industry": _("Industry"), "employees": _("Employees"),
    }  # fmt: skip
