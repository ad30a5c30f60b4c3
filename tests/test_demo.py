"""The demo: the same for the same seed and day, believable, and whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipetui import demo, lang
from pipetui.core.deal import Activity, Contact, Criterion, Deal, Quote, Stage, Tag, View, Visit
from pipetui.core.moment import midnight
from pipetui.errors import Refused
from pipetui.store.store import Store

TODAY = date(2026, 11, 23)


@contextmanager
def filled(path: Path, seed: int = 1, today: date = TODAY) -> Iterator[Store]:
    store = Store.open(str(path), login="rep", now=lambda: datetime(2026, 11, 23, 9, tzinfo=UTC))
    try:
        demo.write(store, today, seed)
        yield store
    finally:
        store.close()


def test_about_sixty_open_deals_and_two_years_of_history(tmp_path: Path) -> None:
    with filled(tmp_path / "demo.db") as store:
        kinds = {stage.id: stage.kind for stage in store.all(Stage)}
        deals = store.all(Deal)
        still_open = [deal for deal in deals if kinds[deal.stage_id] == "open"]
        won = [deal for deal in deals if kinds[deal.stage_id] == "won"]
        assert 45 <= len(still_open) <= 75
        assert 40 <= len(won) <= 150
        assert min(deal.created_at for deal in deals) < midnight(TODAY) - timedelta(days=700)
        assert {kinds[deal.stage_id] for deal in deals} == {"open", "won", "lost"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_in_it_happens_later_than_today_and_the_store_is_whole(tmp_path: Path, seed: int) -> None:
    with filled(tmp_path / "demo.db", seed) as store:
        now = midnight(TODAY)
        assert all(visit.entered_at <= (visit.left_at or now) <= now for visit in store.all(Visit))
        assert all((step.done_at or now) <= now for step in store.all(Activity))
        assert all(quote.created_at <= now for quote in store.all(Quote))
        assert all((person.email or ".example").endswith(".example") for person in store.all(Contact))
        assert store.check() == []


def test_the_same_seed_and_day_make_the_same_store(tmp_path: Path) -> None:
    with filled(tmp_path / "one.db", 7) as one, filled(tmp_path / "two.db", 7) as two:
        assert one.all(Deal) == two.all(Deal)
        assert one.all(Activity) == two.all(Activity)
    with (
        filled(tmp_path / "three.db", 8) as three,
        filled(tmp_path / "four.db", 7, TODAY + timedelta(days=1)) as four,
    ):
        assert three.all(Deal) != four.all(Deal)


def test_somebody_called_like_a_colleague_of_the_demo_can_open_it(tmp_path: Path) -> None:
    store = Store.open(
        str(tmp_path / "demo.db"), login="camille", now=lambda: datetime(2026, 11, 23, 9, tzinfo=UTC)
    )
    demo.write(store, TODAY)
    assert store.check() == []
    store.close()


def test_undo_does_not_take_the_demo_away(tmp_path: Path) -> None:
    with filled(tmp_path / "demo.db") as store, pytest.raises(Refused):
        store.undo()


def test_in_french_the_samples_are_french_and_every_segment_finds_somebody(tmp_path: Path) -> None:
    lang.use("fr")
    french = Store.open(str(tmp_path / "fr.db"), login="rep", now=noon, told=lang.told)
    again = Store.open(str(tmp_path / "again.db"), login="rep", now=noon, told=lang.told)
    demo.write(french, TODAY)
    demo.write(again, TODAY)
    lang.use("en")
    with filled(tmp_path / "en.db") as english:
        assert french.all(Activity) == again.all(Activity)
        for kind in (Criterion, View, Tag):
            assert (
                not {named(one) for one in french.all(kind)}
                & {named(one) for one in english.all(kind)} - SAME
            )
        texts = {step.text for step in french.all(Activity)}
        assert "Préparer le devis" in texts
        assert not texts & {step.text for step in english.all(Activity)}
        assert [deal.created_at for deal in french.all(Deal)] == [
            deal.created_at for deal in english.all(Deal)
        ]
    segment = next(view for view in french.all(View) if view.name == "Recommandations")
    assert segment.query == "deals: source:recommandation"
    french.close()
    again.close()


SAME = {"newsletter", "Newsletter", "urgent", "vip"}
"""Words of both languages."""


def noon() -> datetime:
    return datetime(2026, 11, 23, 9, tzinfo=UTC)


def named(record: Criterion | View | Tag) -> str:
    return record.text if isinstance(record, Criterion) else record.name
