"""Machines for the stories told in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """One on which nothing was done yet."""
    made = Machine(tmp_path)
    with made.opened:
        yield made


@pytest.fixture
def acme(machine: Machine) -> Machine:
    """One with two deals in the first column, Acme's before Boréal's."""
    machine.run("add", given="Acme !today call\nBoréal\n")
    return machine
