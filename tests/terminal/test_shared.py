"""Two reps, each in a terminal of his own, on one store of a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from machine import Machine
from store.conftest import Server, server

__all__ = ["server"]


@pytest.fixture
def office(server: Server, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose store is on a server, with two deals in the first column, and Bob who may change all."""
    url = server.database(server.template)
    made = Machine(tmp_path)
    made.env["PIPETUI_DB"] = url
    with made.opened:
        marie, made.env["USER"] = made.env["USER"], "ann"
        made.run("members", "add", "bob", "--role", "manager")
        made.env["USER"] = marie
        made.run("add", given="Acme !today call\nBoréal\n")
        yield made
    server.drop(url)


def test_two_reps_on_one_server_see_each_other_and_survive_its_cuts(office: Machine) -> None:
    marie = office.open()
    office.env["USER"] = "bob"
    bob = office.open()
    marie.expect("with bob")
    bob.expect("with marie")
    bob.press("L")
    marie.expect(r"bob: Move Acme.* to Prospect")
    marie.expect("Prospect 1")

    for terminal in (marie, bob):
        terminal.press("e")
        terminal.expect("Edit ")
    marie.press("Twelve seats", "ctrl+s")
    marie.expect("Twelve sea")
    bob.press("Ten seats", "ctrl+s")
    bob.expect("marie was first")
    bob.press("t")
    bob.expect("What others wrote stays")

    with psycopg.connect(office.env["PIPETUI_DB"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'pipetui%'"
        )
    for terminal in (marie, bob):
        terminal.expect("The connection is back.")
    bob.press("L")
    marie.expect("Meeting 1")
    marie.press("u")
    marie.expect("Undone: Edit")

    bob.kill()
    marie.press("N")
    marie.expect("Nobody else has the board open.")
    marie.press("escape")
    marie.settle(quiet=1.0)
    assert marie.read(3.0) == 0
    assert office.stage("Acme") == "Meeting"
    office.run("doctor")
