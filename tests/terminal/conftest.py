"""Machines for the stories told in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import shaping
from machine import Machine


@pytest.fixture
def machine(tmp_path: Path, shaped: Path) -> Iterator[Machine]:
    """One on which nothing was done yet, but for the tables of its store."""
    made = Machine(tmp_path)
    made.store.touch(0o600)
    shaping.copied(shaped, made.store)
    with made.opened:
        yield made


@pytest.fixture
def acme(machine: Machine) -> Machine:
    """One with two deals in the first column, Acme's before Boréal's."""
    machine.run("add", given="Acme !today call\nBoréal\n")
    return machine
