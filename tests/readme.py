"""Write the table of keys into the README from the table of commands: `python tests/readme.py`."""

from __future__ import annotations

from pathlib import Path

from pipetui.core.access import OWN, ROLE_NAMES, ROLES, RULES, WHAT, Actor, reach
from pipetui.ui.agenda import Agenda
from pipetui.ui.commands import COMMANDS, GROUPS, SIGNS, keymap
from pipetui.ui.customer import Customer
from pipetui.ui.customers import Customers
from pipetui.ui.evidence import Checklist
from pipetui.ui.members import Members
from pipetui.ui.merging import Doubles
from pipetui.ui.page import COMMON, Page
from pipetui.ui.quotelines import Lines
from pipetui.ui.quotes import Quotes
from pipetui.ui.reports import Reports
from pipetui.ui.review import ReviewList
from pipetui.ui.reviewdeal import ReviewDeal
from pipetui.ui.segments import Segments
from pipetui.ui.sources import Sources

README = Path(__file__).parent.parent / "README.md"
PAGES: tuple[tuple[str, type[Page]], ...] = (
    ("Agenda `A`", Agenda),
    ("Quotes `Q`", Quotes),
    ("Lines of a quote", Lines),
    ("People and companies `@` `&`", Customers),
    ("A person or company", Customer),
    ("Noted twice", Doubles),
    ("Evidence `v`", Checklist),
    ("Review `R`", ReviewList),
    ("A deal in the review", ReviewDeal),
    ("Reports `r`", Reports),
    ("Segments `M`", Segments),
    ("Sources", Sources),
    ("Members `%`", Members),
)


def keys() -> str:
    """The table of keys in Markdown."""
    shown = keymap()
    lines = ["| keys | what they do |", "|---|---|"]
    for group in GROUPS:
        lines.append(f"| **{group}** | |")
        for command in COMMANDS:
            if command.group is group:
                written = " ".join(f"`{key}`" for key in shown.all_shown(command.id).split(" "))
                lines.append(f"| {written} | {command.label} |")
    return "\n".join(lines)


def pages() -> str:
    """The keys of the screens over the board, a row for each screen."""
    lines = ["| screen | keys |", "|---|---|"]
    for title, page in PAGES:
        said = (
            f"{' '.join(f'`{SIGNS.get(key, key)}`' for key in each.keys)} {str(each.label).partition(':')[0]}"
            for each in page.KEYS
        )
        lines.append(f"| {title} | {' · '.join(said)} |")
    everywhere = " · ".join(f"`{each.shown}` {each.label}" for each in COMMON)
    return "\n".join([*lines, f"| every screen | {everywhere} |"])


def roles() -> str:
    """Who may change what: tables under one rule make one row; who may put a tag on a record is left out."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for table, what in WHAT.items():
        if table == "tagging":
            continue
        row = tuple(_may(Actor(1, role), table) for role in ROLES)
        names = alike.setdefault(row, [])
        if str(what) not in names:
            names.append(str(what))
    lines = [f"| | {' | '.join(str(ROLE_NAMES[role]) for role in ROLES)} |", "|---|---|---|---|---|"]
    return "\n".join(
        [*lines, *(f"| {', '.join(names)} | {' | '.join(row)} |" for row, names in alike.items())]
    )


def _may(actor: Actor, table: str) -> str:
    within = reach(actor, "change", table)
    if within == "own":
        assert RULES[table].rep == OWN
        return "own and nobody's"
    if within == "none":
        return "adds" if reach(actor, "add", table) == "any" else "reads"
    return "all"


def filled(text: str) -> str:
    """The README with today's keys."""
    for name, made in (("keys", keys()), ("pages", pages()), ("roles", roles())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
