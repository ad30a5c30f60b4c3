"""The store goes away under the board, and comes back: the screen stays readable, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from acts import commit, move
from desktop import Desktop, seen, shown, typed
from pipetui.core.change import Change
from pipetui.core.deal import Deal
from proxy import Wire
from store.conftest import Server

SIZE = (120, 30)


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    """The way to a store on PostgreSQL, which can be cut."""
    url = server.database(server.template)
    wire = Wire(url)
    yield wire
    wire.close()
    server.drop(url)


@pytest.fixture
def far(wire: Wire, tmp_path: Path) -> Iterator[Desktop]:
    """An application at the other end of the wire."""
    made = Desktop(tmp_path, wire.url)
    yield made
    made.close()


async def test_a_lost_connection_is_told_at_once_and_comes_back_by_itself(far: Desktop, wire: Wire) -> None:
    async with far.app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.2)
        wire.up = False
        wire.cut()
        await seen(pilot, "connection lost – trying again")
        await pilot.press("j", "d", "j", "/", *"acme", "escape", "A", "escape")
        await pilot.pause(0.2)
        assert "connection lost – trying again" in shown(pilot)
        assert "Boréal" in shown(pilot)
        wire.up = True
        await seen(pilot, "The connection is back.")
        assert "connection lost" not in shown(pilot)
        with closing(far.opened("bob")) as bob:
            move(bob, next(deal for deal in bob.all(Deal) if deal.title == "Acme"), "Quote")
            await seen(pilot, "Quote 1")
        assert far.app.failure is None


async def test_a_move_made_while_the_server_restarts_is_written_when_it_is_back(
    far: Desktop, wire: Wire
) -> None:
    async with far.app.run_test(size=SIZE) as pilot:
        await pilot.press("L")
        await seen(pilot, "Prospect 1")
        await pilot.pause(0.3)
        await typed(pilot, "n", "=Zoé 5k")
        wire.up = False
        wire.cut()
        await seen(pilot, "connection lost")
        await pilot.press("enter")
        await pilot.pause(0.2)
        wire.up = True
        await seen(pilot, "Add Zoé")
        assert len(far.other.all(Deal, amount=500_000)) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_a_cut_in_the_middle_of_the_commit_moves_the_deal_once(
    far: Desktop, wire: Wire, after: bool
) -> None:
    async with far.app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "L")
        await seen(pilot, "Prospect 1")
        await pilot.pause(0.3)
        wire.cut_at(b"COMMIT", after, following=b"Move {deal}")
        await pilot.press("L")
        await seen(pilot, "Meeting 1")
        await far.writer.settled()
        labels = [entry.label.text for entry in far.other.log() if entry.kind == "do"]
        assert labels == ["Move {deal} to {stage}", "Move {deal} to {stage}", "Add deals"]
        assert far.stage_of("[/b] Boréal") == "Meeting"
        assert far.other.check() == []


async def test_what_was_typed_is_kept_when_the_server_stays_away(far: Desktop, wire: Wire) -> None:
    async with far.app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "L")
        await seen(pilot, "Prospect 1")
        await far.writer.write(lambda store: setattr(store.db, "patience", 0.2))
        await typed(pilot, "n", "=Zoé 5k")
        wire.up = False
        wire.cut()
        await pilot.press("enter")
        await seen(pilot, "What you typed is kept: n shows it again.")
        wire.up = True
        await seen(pilot, "The connection is back.")
        assert far.other.all(Deal, amount=500_000) == []
        await typed(pilot, "n")
        await seen(pilot, "Zoé 5k")
        await pilot.press("enter")
        await seen(pilot, "Add Zoé")
        assert len(far.other.all(Deal, amount=500_000)) == 1


async def test_a_write_in_doubt_is_cleared_up_when_the_server_is_back(far: Desktop, wire: Wire) -> None:
    async with far.app.run_test(size=SIZE) as pilot:
        await pilot.press("j", "L")
        await seen(pilot, "Prospect 1")
        await far.writer.write(lambda store: setattr(store.db, "patience", 0.2))
        wire.up = False
        wire.cut_at(b"COMMIT", after=True, following=b"Win {deal}")
        await pilot.press("h", "w")
        await seen(pilot, "connection lost")
        await pilot.pause(0.5)
        wire.up = True
        await seen(pilot, "your last change was written.")
        assert [entry.label.text for entry in far.other.log(1)] == ["Win {deal}"]


async def test_a_backup_put_in_place_of_the_file_is_noticed_and_shown(tmp_path: Path) -> None:
    desktop, backup = Desktop(tmp_path), tmp_path / "backup.db"
    desktop.other.backup(str(backup))
    commit(desktop.other, Change.edit(desktop.deal("Dupont"), title="Not in the backup"))
    async with desktop.app.run_test(size=SIZE) as pilot:
        await seen(pilot, "Not in the backup")
        backup.replace(desktop.url)
        await seen(pilot, "The store is another file now: this is what it holds.")
        assert "Dupont" in shown(pilot)
        assert "Not in the backup" not in shown(pilot)
        away = Path(desktop.url).rename(tmp_path / "away.db")
        await seen(pilot, "the file of the store is gone")
        assert "Dupont" in shown(pilot)
        away.rename(desktop.url)
        await seen(pilot, "The file of the store is there again.")
        await pilot.press("L")
        await seen(pilot, "Prospect 1")
    desktop.close()
    with closing(desktop.opened()) as store:
        assert [entry.label.text for entry in store.log(1)] == ["Move {deal} to {stage}"]
