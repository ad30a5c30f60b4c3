"""What the README promises is so: its keys, its commands, its pictures."""

from __future__ import annotations

import re
import shlex

import pytest

from pipetui.cli.words import COMMANDS
from readme import README, filled

TEXT = README.read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_table() -> None:
    assert filled(TEXT) == TEXT, "run python tests/readme.py"


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*]\(([^)]+)\)", TEXT)
    assert pictures
    assert all((README.parent / picture).is_file() for picture in pictures)


def said() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)
    lines = [line.split("#")[0] for block in blocks for line in block.splitlines()]
    return [
        part.strip() for line in lines for part in line.split("&&") if part.strip().startswith("pipetui ")
    ]


@pytest.mark.parametrize("line", said())
def test_every_command_exists(line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if not word.startswith("-")]
    assert words[0] in COMMANDS or "://" in words[0]
