"""A short form of `python tests/faults.py`: a few runs of each kind of fault, on both engines."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(__file__).with_name("faults.py")
KINDS = (
    "killed-moves killed-undos killed-backups disk-full clock-back corrupted",
    "killed-imports killed-migrations",
    "restarted cut exhausted",
    "twenty-writers failed-over",
)
"""Each line is played by one command."""
LINE = re.compile(r"(\S+) (\S+) +runs +(\d+) +faults +(\d+) .* losses (\d+) +unexplained (\d+)")


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: kinds.replace(" ", "+"))
def test_what_is_confirmed_survives_and_every_error_is_a_sentence(kinds: str) -> None:
    ended = subprocess.run(
        [sys.executable, COMMAND, "--short", *kinds.split()], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    lines = [LINE.match(line) for line in ended.stdout.splitlines()]
    played = {found[1]: int(found[4]) for found in lines if found}
    assert played.keys() == set(kinds.split())
    assert all(played.values()), ended.stdout
