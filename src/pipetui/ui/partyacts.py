"""What can be done with a person or a company, in the list and on its own page; forms are loaded by who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipetui import reach
from pipetui.core import people
from pipetui.core.change import Batch, Change
from pipetui.core.deal import Contact, Deal, Organization, Setting, Stage, Tag, Tagging, Visit
from pipetui.core.message import say, say_n
from pipetui.core.text import fold
from pipetui.errors import Conflict, ConnectionLost
from pipetui.lang import _
from pipetui.paths import path_of
from pipetui.store.customers import Party
from pipetui.ui.page import Page

if TYPE_CHECKING:
    from pipetui.core.step import Step
    from pipetui.store.store import Store
    from pipetui.ui.app import Pipetui

KINDS: dict[str, type[Party]] = {"contact": Contact, "organization": Organization}


def home(main: Pipetui) -> str | None:
    """The country phone numbers are dialled from."""
    setting = next(iter(main.reading.store.all(Setting, name="country")), None)
    return reach.home(setting.value if setting else None)


def edit(page: Page, kind: type[Party], party: Party | None) -> None:
    """A form for a new person or company, or for one that is there.

    What was typed into it and could not be written stands in it again.
    """
    from pipetui.ui.form import Form
    from pipetui.ui.partyform import party_rows, values_of

    main = page.main
    rows = party_rows(main.reading.store, kind, party, home(main))
    title = party.name if party else _("New person") if kind is Contact else _("New company")

    async def filled(values: dict[str, Any]) -> None:
        await main.writer.settled()
        desk = main.reading.desk()
        new, fields = values_of(main.reading.store, desk, values)
        changes: list[Change] = [Change.add(one) for one in new]
        if party is None:
            made = (
                people.new_contact(desk, **fields)
                if kind is Contact
                else people.new_organization(desk, **fields)
            )
            changes.append(Change.add(made))
            label = say("Add {name}", name=made.name)
        else:
            changes += people.edit(party, **fields)
            label = say("Change {name}", name=party.name)
        try:
            await main.acts.commit(Batch(label, tuple(changes)))
        except Conflict:
            main.unsaved[key] = form.typed
            edit(page, kind, party and main.reading.store.get(kind, party.id))
            raise
        except ConnectionLost as error:
            if not error.doubtful:
                raise
            main.unsaved[key] = form.typed
            kept = say("What you typed is kept: the form shows it again.")
            raise ConnectionLost(error.message, kept, error.doubtful) from None
        main.unsaved.pop(key, None)
        page.tell(label, "good")

    key = kind.table, party.id if party else 0
    form = Form(title, rows, main.look, typed=main.unsaved.pop(key, None))
    page.ask(form, filled)


async def archive(page: Page, party: Party) -> None:
    """Out of the lists, or back."""
    desk = page.main.reading.desk()
    if party.archived_at is None:
        label, changes = say("Archive {name}", name=party.name), people.archive(party, desk)
    else:
        label, changes = say("Restore {name}", name=party.name), people.restore(party)
    await page.main.acts.commit(Batch(label, changes))
    page.tell(label, "good")


async def opt(page: Page, party: Party) -> None:
    """No marketing any more, or welcome again."""
    out = party.opted_out_at is None
    label = (
        say("{name} wants no marketing", name=party.name)
        if out
        else say("{name} takes marketing", name=party.name)
    )
    await page.main.acts.commit(Batch(label, people.opt(party, page.main.reading.desk(), out)))
    page.tell(label, "good")


def tag(page: Page, party: Party) -> None:
    """Ask which tags they carry."""
    from pipetui.ui.dealform import tags as read_tags
    from pipetui.ui.form import Form
    from pipetui.ui.form import Row as FormRow

    main = page.main
    known = {one.id: one for one in main.reading.store.all(Tag)}
    own = main.reading.store.all(Tagging, subject=party.table, subject_id=party.id)
    carried = ", ".join(sorted(known[one.tag_id].name for one in own))

    async def filled(values: dict[str, Any]) -> None:
        await main.writer.settled()
        desk = main.reading.desk()
        by_name = {fold(one.name): one for one in known.values()}
        wanted = [
            by_name.get(fold(name)) or people.new_word(Tag, desk, name) for name in values["tags"] or ()
        ]
        label = say("Tag {name}", name=party.name)
        await main.acts.commit(Batch(label, people.retag(party, wanted, own, desk)))
        page.tell(label, "good")

    names = sorted(one.name for one in known.values())
    row = FormRow("tags", _("Tags"), carried, read_tags, choices=names, example=_("vip, trade show"))
    page.ask(Form(party.name, [row], main.look), filled)


def plan(page: Page, party: Party) -> None:
    """Ask for a step to take with them."""
    from pipetui.ui import steps
    from pipetui.ui.prompt import Prompt

    today = page.main.reading.scope.today
    prompt = Prompt(
        _("Next step"), page.main.look, lambda text: steps.said(text, today), example=steps.example()
    )

    async def planned(text: str) -> None:
        await _note(page, party, steps.read(text, today), done=False)

    page.ask(prompt, planned)


def log(page: Page, party: Party) -> None:
    """Ask what was done with them."""
    from pipetui.core.step import Step
    from pipetui.ui import steps
    from pipetui.ui.prompt import Prompt

    today = page.main.reading.scope.today
    example = _("call left a message   ·   meeting went well")
    prompt = Prompt(
        _("What was done"), page.main.look, lambda text: steps.said_done(text, today), example=example
    )

    async def noted(text: str) -> None:
        step = steps.read(text, today)
        await _note(page, party, Step(step.kind, step.text), done=True)

    page.ask(prompt, noted)


async def _note(page: Page, party: Party, step: Step, done: bool) -> None:
    from pipetui.core import activities

    await page.main.writer.settled()
    store, desk = page.main.reading.store, page.main.reading.desk()
    deal = the_deal(store, party)
    visit = next(iter(store.all(Visit, deal_id=deal.id, left_at=None)), None) if deal else None
    person, company = (party.id, None) if isinstance(party, Contact) else (None, party.id)
    if done:
        label = say("Note what was done with {name}", name=party.name)
    else:
        label = say("Plan a step with {name}", name=party.name)
    verb = activities.log if done else activities.plan
    changes = verb(step, desk, deal=deal, visit=visit, contact_id=person, organization_id=company)
    await page.main.acts.commit(Batch(label, changes))
    page.tell(label, "good")


def the_deal(store: Store, party: Party) -> Deal | None:
    """Their only open deal, which what is done with them is about; None without one or with several."""
    stages = {one.id: one.kind for one in store.all(Stage)}
    found = store.all(Deal, **{f"{party.table}_id": party.id}, archived_at=None)
    still_open = [one for one in found if stages[one.stage_id] == "open"]
    return still_open[0] if len(still_open) == 1 else None


def copy(page: Page, party: Party, company: str | None) -> None:
    """Put how to reach them into the clipboard."""
    said = (party.name, company, party.email, party.phone, party.address, party.city, party.country)
    page.app.copy_to_clipboard("\n".join(part for part in said if part))
    page.tell(say("{name} is copied.", name=party.name))


def ask_for_file(page: Page, title: str, name: str, named: Callable[[str], Awaitable[None]]) -> None:
    """Ask which file to write; `name` is proposed."""
    from pipetui.ui.prompt import Prompt, to_file

    page.ask(Prompt(title, page.main.look, to_file, name), named)


def export(page: Page, subject: str, numbers: Callable[[], Sequence[int]], name: str) -> None:
    """Ask for a file and write these people or companies into it as vCards, on a thread."""
    from pipetui.ui.apart import apart

    main = page.main

    async def named(text: str) -> None:
        path, another, wanted = path_of(text), main.reading.another, list(numbers())
        page.tell(say("Writing {file}…", file=path.name))

        def job() -> int:
            store = another()
            try:
                return write_cards(store, subject, wanted, path)
            finally:
                store.close()

        n = await apart(job)
        left = len(wanted) - n
        label = say_n("{n} card written to {file}.", "{n} cards written to {file}.", n, file=path.name)
        if left:
            more = say_n(
                "{n} wants no marketing and was left out.", "{n} want no marketing and were left out.", left
            )
            label = say("{message} {hint}", message=label, hint=more)
        page.tell(label, "good")

    ask_for_file(page, _("Write vCards to which file?"), name, named)


def write_cards(store: Store, subject: str, numbers: Sequence[int], path: Path) -> int:
    """These people or companies in a file, without those who want no marketing; how many. Raises Refused."""
    from pipetui.exchange.export import put
    from pipetui.exchange.vcard import vcards
    from pipetui.store.customers import reachable

    kept, companies = reachable(store, subject, numbers)
    contacts = [one for one in kept if isinstance(one, Contact)]
    firms = [one for one in kept if isinstance(one, Organization)]
    put(path, vcards(contacts, firms, companies).encode())
    return len(kept)
