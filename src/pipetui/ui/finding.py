"""What the palette finds on the board and on every page, and where choosing it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipetui.core.deal import Contact, Deal, Organization
from pipetui.core.message import say
from pipetui.lang import _, money, told
from pipetui.store import names, parties
from pipetui.store.names import Named
from pipetui.ui.card import name
from pipetui.ui.commands import BY_ID, COMMANDS
from pipetui.ui.openings import Openings
from pipetui.ui.paint import GLYPHS
from pipetui.ui.palette import Found, Palette

if TYPE_CHECKING:
    from pipetui.ui.app import Pipetui
    from pipetui.ui.page import Page


def open_palette(app: Pipetui) -> None:
    """All commands of the board, and everybody by name."""
    keys = app.keys
    commands = [
        Found("command", one.id, told(one.label), keys.all_shown(one.id))
        for one in COMMANDS
        if one.id != "view"
    ]

    async def chosen(one: Found) -> None:
        if one.kind == "command":
            await app.do(BY_ID[str(one.key)])
        elif one.kind == "deal":
            show_deal(app, int(one.key))
        else:
            show_party(app, one.kind, int(one.key))

    app.push_screen(_palette(app, commands), app.answer(chosen))


def open_on_page(page: Page) -> None:
    """The acts of a page, and everybody by name."""
    own = [key for key in page.every_key if key.act != "palette"]
    commands = [Found("command", key.act, told(key.label), key.shown) for key in own]

    async def chosen(one: Found) -> None:
        if one.kind == "command":
            await page.act(next(key for key in own if key.act == one.key))
            if page.is_current:
                page.draw()
        elif one.kind == "deal":
            _to_board(page.main)
            show_deal(page.main, int(one.key))
        else:
            show_party(page.main, one.kind, int(one.key))

    page.ask(_palette(page.main, commands), chosen)


def _palette(app: Pipetui, commands: Sequence[Found]) -> Palette:
    db = app.reading.db
    if parties.stale(db):
        app.work(_list_everybody, app)
    db.make_room()

    def find(kind: str, typed: str) -> Sequence[Named]:
        return names.find(db, kind, typed)

    def show(found: Sequence[Named]) -> Sequence[Found]:
        return [*_deals(app, found), *shown_parties(app, found)]

    return Palette(_("Find anything by its name"), commands, find, show, app.look)


async def _list_everybody(app: Pipetui) -> None:
    await app.writer.write(lambda store: parties.ensure(store.db))


def _deals(app: Pipetui, found: Sequence[Named]) -> list[Found]:
    shown = []
    stages = {one.id: one.name for one in app.reading.stages}
    for card in app.reading.cards([one.id for one in found if one.kind == "deal"]):
        amount = "" if card.amount is None else money(card.amount, card.currency, short=True)
        aside = f" {GLYPHS.dot} ".join(filter(None, (stages.get(card.stage_id), amount)))
        called = f" {GLYPHS.dot} ".join(dict.fromkeys(filter(None, (name(card), card.contact))))
        shown.append(Found("deal", card.id, called, aside))
    return shown


def shown_parties(app: Pipetui, found: Sequence[Named]) -> list[Found]:
    """People and companies as the palette shows them."""
    store, shown = app.reading.store, list[Found]()
    for one in found:
        if one.kind == "organization":
            shown.append(Found(one.kind, one.id, store.get(Organization, one.id).name, _("company")))
        elif one.kind == "contact":
            person = store.get(Contact, one.id)
            company = store.get(Organization, person.organization_id).name if person.organization_id else ""
            shown.append(Found(one.kind, one.id, person.name, company))
    return shown


def show_deal(app: Pipetui, deal_id: int) -> None:
    """A deal on the board, in its own pipeline, whatever is filtered; parked and archived ones too."""
    reading = app.reading
    deal = reading.store.get(Deal, deal_id)
    if deal.pipeline_id != reading.pipeline.id:
        reading.pipeline = next(one for one in reading.pipelines if one.id == deal.pipeline_id)
        app.reload()
    if reading.place(deal_id) is None and reading.query:
        reading.filter("", None)
        app.reload()
    if reading.place(deal_id) is None and deal.closed_at is not None:
        reading.scope = replace(reading.scope, period=None)
        app.reload()
    if reading.place(deal_id) is None and deal.parked_until is not None:
        from pipetui.core.query import parse

        reading.filter("is:parked", parse("is:parked", reading.scope.today))
        app.reload()
    if reading.place(deal_id) is None:
        app.tell(say("This deal is not on the board now: another period, a filter, or archived."), "warn")
        return
    app.reload(deal_id)


def show_party(app: Pipetui, kind: str, number: int) -> None:
    """A person or a company on a page of their own."""
    from pipetui.ui.customer import Customer

    def ended(deal_id: int | None) -> None:
        if deal_id is not None:
            _to_board(app)
        Openings(app).ended(deal_id)

    app.push_screen(Customer(app, kind, number), ended)


def _to_board(app: Pipetui) -> None:
    """Leave all screens over the board."""
    while len(app.screen_stack) > 1:
        app.pop_screen()
