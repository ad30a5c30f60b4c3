"""Write the table of keys into the README from the table of commands: `python tests/readme.py`."""

from __future__ import annotations

from pathlib import Path

from pipetui.ui.commands import COMMANDS, GROUPS, keymap

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys -->", "<!-- /keys -->"


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


def filled(text: str) -> str:
    """The README with today's keys."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{keys()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
