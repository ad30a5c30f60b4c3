"""Write the table of keys into the README from the table of commands: `python tests/readme.py`."""

from __future__ import annotations

from pathlib import Path

from pipetui.ui.agenda import Agenda
from pipetui.ui.commands import COMMANDS, GROUPS, SIGNS, keymap
from pipetui.ui.customer import Customer
from pipetui.ui.customers import Customers
from pipetui.ui.evidence import Checklist
from pipetui.ui.merging import Doubles
from pipetui.ui.page import COMMON, Page
from pipetui.ui.quotes import Lines, Quotes
from pipetui.ui.reports import Reports
from pipetui.ui.review import ReviewDeal, ReviewList
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


def filled(text: str) -> str:
    """The README with today's keys."""
    for name, made in (("keys", keys()), ("pages", pages())):
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
