"""After how long a deal counts as stalled, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipetui.core.hygiene import ENOUGH
from pipetui.store.pace import measure_pace, paces
from sample import TODAY, Sample, fill

if TYPE_CHECKING:
    from pipetui.store.store import Store


@pytest.fixture
def sample(store: Store) -> Sample:
    return fill(store, seed=3, many=60)


def test_the_pace_of_a_stage_is_that_of_nine_in_ten_won_deals(store: Store, sample: Sample) -> None:
    first, second = (stage.id for stage in sample.stages[:2])
    won = next(stage.id for stage in sample.stages if stage.kind == "won")
    store.db.run("DELETE FROM visit")
    store.db.run("UPDATE deal SET stage_id = ?, archived_at = NULL WHERE id <= 10", (won,))
    entered = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for deal_id in range(1, 11):
        left = entered + timedelta(days=deal_id, seconds=-1)
        store.db.run(
            "INSERT INTO visit (id, deal_id, stage_id, entered_at, left_at) VALUES (?, ?, ?, ?, ?)",
            (deal_id, deal_id, first, f"{entered:%Y-%m-%dT%H:%M:%S.%fZ}", f"{left:%Y-%m-%dT%H:%M:%S.%fZ}"),
        )
    assert paces(store.db) == {stage.id: 2 * stage.days for stage in sample.stages if stage.kind == "open"}
    measure_pace(store.db, TODAY)
    found = paces(store.db)
    assert found[first] == 9
    assert found[second] == 2 * sample.stages[1].days


def test_typical_days_changed_since_count_while_few_deals_were_won(store: Store, sample: Sample) -> None:
    measure_pace(store.db, TODAY)
    first, second = (stage.id for stage in sample.stages[:2])
    store.db.run("UPDATE pace SET n = ?, days = 7 WHERE stage_id = ?", (ENOUGH, first))
    store.db.run("UPDATE pace SET n = ?, days = 7 WHERE stage_id = ?", (ENOUGH - 1, second))
    store.db.run("UPDATE stage SET days = 50")
    found = paces(store.db)
    assert found[first] == 7
    assert found[second] == 100


def test_the_pace_is_measured_once_a_day_unless_asked_again(store: Store, sample: Sample) -> None:
    measure_pace(store.db, TODAY)
    store.db.run("UPDATE pace SET days = 1000, n = ?", (ENOUGH,))
    measure_pace(store.db, TODAY)
    assert set(paces(store.db).values()) == {1000}
    measure_pace(store.db, TODAY, again=True)
    assert 1000 not in paces(store.db).values()
    store.db.run("UPDATE pace SET days = 1000, n = ?", (ENOUGH,))
    measure_pace(store.db, TODAY + timedelta(days=1))
    assert 1000 not in paces(store.db).values()
