"""Macros: recorded while one works, kept under a name for the whole team, played on the deal or the marked deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from pipetui.core.acts import Act, check_name, dumped, loaded, of_day, of_step, words
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Macro
from pipetui.core.message import Message, say, say_n
from pipetui.errors import Invalid, PipetuiError, Refused
from pipetui.lang import _, month_first, told
from pipetui.ui import steps
from pipetui.ui.card import name
from pipetui.ui.page import Key, Page
from pipetui.ui.paint import GLYPHS, Line, Span, fit
from pipetui.ui.pick import Option, Pick
from pipetui.ui.prompt import Prompt
from pipetui.ui.rows import Row

if TYPE_CHECKING:
    from pipetui.core.bench import Records
    from pipetui.store.cards import Card
    from pipetui.ui.app import Pipetui


def record(app: Pipetui) -> None:
    """Begin to record, or end it and ask for the name."""
    acts = app.acts
    if acts.recorded is None:
        acts.recorded = []
        key = app.keys.shown("record")
        app.tell(say("Recording what you do to deals, until {key}.", key=key), "accent")
    elif not acts.recorded:
        acts.recorded = None
        app.tell(say("Nothing was recorded."))
    else:
        _ask_name(app, acts.recorded)


def _ask_name(app: Pipetui, recorded: list[Act]) -> None:
    store = app.reading.store
    others = [one.name for one in store.all(Macro)]

    def understood(text: str) -> Line:
        if not text:
            return [Span(_("enter alone forgets what was recorded"), "warn")]
        _checked(text, others)
        return [Span(_in_short(recorded, store), "accent")]

    async def named(text: str) -> None:
        app.acts.recorded = None
        if not text:
            app.tell(say("Nothing was kept."))
            return
        new = Macro(id=-1, name=check_name(text, others), acts=dumped(recorded))
        await app.acts.commit(Batch(say("Keep the macro {name}", name=new.name), (Change.add(new),)))

    example = _in_short(recorded, store)
    title = _("Name of the macro")
    app.push_screen(Prompt(title, app.look, understood, example=example), app.answer(named))


def play(app: Pipetui) -> None:
    """Choose a macro and play it."""
    store, cards = app.reading.store, app.cards
    macros = sorted(store.all(Macro), key=lambda one: one.name)
    if not macros:
        key = app.keys.shown("record")
        raise Refused(say("There is no macro yet."), say("{key} records one.", key=key))
    options: list[Option[tuple[Macro, ...]]] = [
        Option((one,), one.name, _in_short(_readable(one), store)) for one in macros
    ]

    async def chosen(picked: tuple[Macro, ...]) -> None:
        if picked:
            await play_on(app, cards, picked[0])
        else:
            app.push_screen(Macros(app))

    title = told(say_n("Play which macro?", "Play which macro on {n} deals?", len(cards)))
    options.append(Option((), _("Change the macros…")))
    app.push_screen(Pick(title, options, app.look), app.answer(chosen))


async def play_on(app: Pipetui, cards: Sequence[Card], macro: Macro) -> None:
    """Play a macro on deals, as one batch."""

    def label(done: Sequence[Card]) -> Message:
        if len(done) == 1:
            return say("Play {macro} on {deal}", macro=macro.name, deal=name(done[0]))
        return say_n("Play {macro} on a deal", "Play {macro} on {n} deals", len(done), macro=macro.name)

    await app.acts.play(cards, loaded(macro.acts), label)


class Place(NamedTuple):
    """A row of the page: a macro, or one of its acts."""

    macro: Macro
    acts: tuple[Act, ...]
    at: int | None = None

    @property
    def act(self) -> Act:
        """The act. Raises Refused on the row of the macro itself."""
        if self.at is None:
            raise Refused(say("Choose one of its steps first."))
        return self.acts[self.at]


class Macros(Page):
    """All macros, each with what it does."""

    KEYS = (
        Key(("enter",), "play", say("Play it on the deal or the marked deals"), say("play")),
        Key(("r",), "rename", say("Give it another name"), say("rename")),
        Key(
            ("e",), "edit", say("Change the words of a step: what is planned, noted, until when"), say("edit")
        ),
        Key(("J", "L"), "later", say("The step further down"), say("down")),
        Key(("K", "H"), "sooner", say("The step further up"), say("up")),
        Key(("x",), "remove", say("Take the step out, or forget the macro"), say("remove")),
    )

    def __init__(self, app: Pipetui) -> None:
        super().__init__(app)
        self._cards = app.cards
        self._read()

    def _read(self) -> None:
        self._macros = sorted(self.main.reading.store.all(Macro), key=lambda one: one.name)

    def whose(self) -> Mapping[str, Any]:
        """The deals it would be played on."""
        cards = self._cards
        mine = (one for one in cards if self.main.reading.actor.owns(one.owner_id))
        card = next(mine, cards[0] if cards else None)
        return {} if card is None else {"owner_id": card.owner_id}

    def reread(self) -> None:
        """Somebody may have changed them."""
        self._read()
        self.draw()

    def heading(self) -> str:
        """What it is."""
        return _("Macros")

    def made(self, width: int) -> Sequence[Row]:
        """Each macro with its steps."""
        store, rows = self.main.reading.store, list[Row]()
        for one in self._macros:
            acts = _readable(one)
            rows += [
                Row([]),
                Row([Span("  "), Span(fit(one.name, width - 3, "none"), "strong")], Place(one, acts)),
            ]
            for at, act in enumerate(acts):
                said = Span(fit(told(words(act, store)), max(width - 8, 8), "none"))
                rows.append(Row([Span(f"    {at + 1:>2} ", "dim"), said], Place(one, acts, at)))
        if rows:
            return rows
        keys = self.main.keys.shown("record")
        return [Row([]), Row([Span("  "), Span(keys, "key"), Span(f"  {_('records one, on the board')}")])]

    def standing(self) -> Line:
        """On how many deals one would be played."""
        n = len(self._cards)
        return [
            Span(f" {told(say_n('played on the deal chosen', 'played on the {n} marked deals', n))}", "dim")
        ]

    @property
    def _place(self) -> Place:
        if self.rows.target is None:
            raise Refused(say("There is no macro yet."))
        place: Place = self.rows.target
        return place

    async def do_play(self) -> None:
        if not self._cards:
            raise Refused(say("There is no deal here. Press n to add one."))
        await play_on(self.main, self._cards, self._place.macro)
        self.dismiss(None)

    def do_rename(self) -> None:
        macro = self._place.macro
        others = [one.name for one in self._macros if one.id != macro.id]

        def understood(text: str) -> Line:
            return [Span(_checked(text, others), "accent")]

        async def named(text: str) -> None:
            change = Change.edit(macro, name=check_name(text, others))
            await self._commit(say("Rename {old} to {name}", old=macro.name, name=text), change)

        self.ask(Prompt(_("Name of the macro"), self.main.look, understood, macro.name), named)

    def do_edit(self) -> None:
        place = self._place
        act = place.act
        if act.verb not in ("plan", "log", "park") or (act.verb == "park" and act.given["until"] is None):
            raise Refused(say("This step has no words to change."), say("Take it out and record it again."))

        def understood(text: str) -> Line:
            return [Span(told(words(self._reworded(act, text), self.main.reading.store)), "accent")]

        async def typed(text: str) -> None:
            await self._change(
                place, (*place.acts[: place.at], self._reworded(act, text), *place.acts[_after(place) :])
            )

        until: Any = act.given.get("until") or {}
        text = act.given.get("line") or until.get("words") or until.get("day") or act.given.get("text", "")
        example = steps.example() if act.verb == "plan" else ""
        self.ask(
            Prompt(told(words(act, self.main.reading.store)), self.main.look, understood, text, example),
            typed,
        )

    def _reworded(self, act: Act, text: str) -> Act:
        """The same act with other words. Raises Invalid."""
        today = self.main.reading.scope.today
        if act.verb == "park":
            return replace(act, given={"until": of_day(steps.read_day(text, today), text, month_first())})
        step = steps.read(text, today)
        if act.verb == "log":
            return replace(act, given={**act.given, "kind": step.kind, "text": step.text})
        return replace(act, given=of_step(step, text, month_first()))

    async def do_later(self) -> None:
        await self._shift(1)

    async def do_sooner(self) -> None:
        await self._shift(-1)

    async def _shift(self, by: int) -> None:
        place, acts = self._place, list(self._place.acts)
        act, to = place.act, (place.at or 0) + by
        if 0 <= to < len(acts):
            acts.remove(act)
            acts.insert(to, act)
            await self._change(place, acts)
            self.rows.go(self.rows.at + by)

    async def do_remove(self) -> None:
        place = self._place
        if place.at is not None and len(place.acts) > 1:
            await self._change(place, (*place.acts[: place.at], *place.acts[_after(place) :]))
        else:
            await self._commit(say("Forget {name}", name=place.macro.name), Change.drop(place.macro))

    async def _change(self, place: Place, acts: Sequence[Act]) -> None:
        label = say("Change the macro {name}", name=place.macro.name)
        await self._commit(label, Change.edit(place.macro, acts=dumped(acts)))

    async def _commit(self, label: Message, change: Change) -> None:
        await self.main.acts.commit(Batch(label, (change,)))
        self.reread()
        self.tell(label)


def _after(place: Place) -> int:
    return (place.at or 0) + 1


def _checked(text: str, others: Sequence[str]) -> str:
    """A name for a macro; what speaks against it is what cannot be understood."""
    try:
        return check_name(text, others)
    except Refused as error:
        raise Invalid(error.message, error.hint) from None


def _readable(macro: Macro) -> tuple[Act, ...]:
    """What it does; nothing, for one of a newer version."""
    try:
        return loaded(macro.acts)
    except PipetuiError:
        return ()


def _in_short(acts: Sequence[Act], store: Records) -> str:
    return f" {GLYPHS.dot} ".join(told(words(act, store)) for act in acts)
