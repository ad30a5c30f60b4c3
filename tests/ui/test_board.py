"""A rep's stories at the board: keys pressed, screen seen."""

from __future__ import annotations

import pytest
from rich.cells import cached_cell_len
from rich.segment import Segment
from textual.geometry import Region

from boards import NOW, Cupboard, OneBoard, card, days, lines
from pipetui.ui.board import KEPT, Board
from pipetui.ui.lane import AHEAD, BEHIND, order_key


def small() -> Cupboard:
    return Cupboard(
        [
            card(1, title="site web", organization="Acme", contact="M. Curie", amount=1_200_000, next_kind="call",
                 next_due=days(-1)),
            card(2, title="", organization="Boréal SARL", contact="J. Verne", amount=400_000),
            card(3, 2, title="[/b] Audit [VIP]", contact="日本太郎", next_kind="email",
                 next_due=days(0), next_time="14:00"),
            card(4, 5, title="", organization="Dupont & fils", amount=1_800_000, closed_at=NOW),
            card(5, 6, title="", contact="A. Lovelace", closed_at=NOW, lost_reason="no budget"),
        ]
    )  # fmt: skip


def crowd(count: int) -> Cupboard:
    return Cupboard([card(number) for number in range(1, count + 1)])


async def test_stages_are_columns_and_deals_are_cards() -> None:
    app = OneBoard(small())
    async with app.run_test(size=(108, 11)):
        assert lines(app) == [
            "─────────────────┬─────────────────┬─────────────────┬─────────────────┬─ November 2026 ─┬──────────────────",  # noqa: E501
            " Lead 2 · €16k   │ Prospect 1      │ Meeting 0       │ Quote 0         │ Won 1 · €18k    │ Lost 1",
            "▌Acme – site web │ [/b] Audit [VIP]│                 │                 │ Dupont & fils   │ A. Lovelace",
            "▌M. Curie    €12k│ 日本太郎        │                 │                 │             €18k│",
            "▌☎ yesterday ●   │ ✉ 14:00         │                 │                 │ ✔ today         │ ✗ today · no bud…",  # noqa: E501
            "                 │                 │                 │                 │                 │",
            " Boréal SARL     │                 │                 │                 │                 │",
            " J. Verne     €4k│                 │                 │                 │                 │",
            " – no next step  │                 │                 │                 │                 │",
            "                 │                 │                 │                 │                 │",
            "                 │                 │                 │                 │                 │",
        ]  # fmt: skip


async def test_a_count_and_a_sum_are_never_read_as_one_number() -> None:
    app = OneBoard(Cupboard([card(number, 2, amount=1_234_500) for number in range(11)]))
    heads = []
    async with app.run_test(size=(120, 11)) as pilot:
        for wide in (150, 120, 110):
            await pilot.resize_terminal(wide, 11)
            await pilot.pause()
            heads.append(lines(app)[1].split("│")[1].strip())
    assert heads == ["Prospect 11 · €136k", "Prospe… 11 · €136k", "Prosp… 11 · €136k"]


async def test_on_a_narrow_screen_hidden_columns_are_announced() -> None:
    app = OneBoard(small())
    async with app.run_test(size=(80, 11)) as pilot:
        assert lines(app)[0].endswith(" Won 1 · Lost 1 ›")
        for _ in range(5):
            app.board.to_lane(app.board.current + 1)
        await pilot.pause()
        first, names, *_rest = lines(app)
        assert first.startswith("‹ Lead 2 · Prospect 1 ")
        assert "November 2026" in first
        assert names.split("│")[3].strip() == "Lost 1"
        assert app.board.card is not None
        assert app.board.card.id == 5


async def test_the_cursor_draws_nothing_but_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    app, drawn = OneBoard(crowd(9)), list[Region]()
    async with app.run_test(size=(80, 24)):
        monkeypatch.setattr(app.board, "refresh", lambda *regions: drawn.extend(regions))
        app.board.move(1)
        assert drawn == [Region(0, 2, 1, 3), Region(0, 6, 1, 3)]


async def test_the_board_scrolls_by_half_a_page() -> None:
    app = OneBoard(crowd(30))
    async with app.run_test(size=(80, 24)) as pilot:
        lane = app.board.lanes[0]
        assert app.board.rows == 5
        tops = []
        for _ in range(9):
            app.board.move(1)
            tops.append(lane.top)
        assert tops == [0, 0, 0, 0, 2, 2, 4, 4, 6]
        app.board.to_row(29)
        await pilot.pause()
        assert "▌Deal 30" in "\n".join(lines(app))
        app.board.to_row(-5)
        assert (lane.row, lane.top) == (0, 0)


async def test_it_holds_a_window_of_a_large_column() -> None:
    cupboard = crowd(34_873)
    app = OneBoard(cupboard)
    async with app.run_test(size=(80, 24)) as pilot:
        for row in (100, 34_872, 17_000, 3):
            app.board.to_row(row)
            await pilot.pause()
            assert app.board.card is not None
            assert app.board.card.id == row + 1
            assert len(app.board.lanes[0].cards) <= 5 + AHEAD + 16
        first = [read for read in cupboard.reads if read[0] == 1]
        assert len(first) == 5


async def test_a_long_way_through_a_column_leaves_little_behind() -> None:
    app = OneBoard(Cupboard([card(number, title=f"Boréal n° {number}") for number in range(1, 3_001)]))
    Segment._split_cells.cache_clear()
    async with app.run_test(size=(80, 24)) as pilot:
        for row in range(0, 3_000, 3):
            app.board.to_row(row)
            await pilot.pause(0)
            lines(app)
        assert len(app.board._drawn) <= KEPT + 1
        assert len(app.board.lanes[0].cards) <= app.board.rows + AHEAD + BEHIND
        assert cached_cell_len.cache_info().currsize < 8 * KEPT
        assert Segment._split_cells.cache_info().currsize < 50, "the cursor's cell is drawn by cutting texts"


async def test_a_moved_deal_changes_counts_and_takes_the_cursor_along() -> None:
    app = OneBoard(small())
    async with app.run_test(size=(120, 11)) as pilot:
        moved = card(
            1, 2, title="site web", organization="Acme", amount=1_200_000, next_kind="call", next_due=days(-1)
        )
        app.board.transfer(1, moved, order_key("urgency", "open"))
        await pilot.pause()
        shown = lines(app)
        assert shown[1].split("│")[:2] == [" Lead 1 · €4k      ", " Prospect 2 · €12k "]
        assert shown[2].split("│")[1] == "▌Acme – site web   "
        assert shown[6].split("│")[1] == " [/b] Audit [VIP]  "


async def test_a_parked_deal_leaves_the_board() -> None:
    app = OneBoard(small())
    async with app.run_test(size=(120, 11)) as pilot:
        app.board.transfer(1, None, order_key("urgency", "open"))
        await pilot.pause()
        assert lines(app)[1].startswith(" Lead 1 · €4k ")
        assert app.board.card is not None
        assert app.board.card.id == 2


async def test_marked_deals_wear_a_sign() -> None:
    app = OneBoard(small())
    async with app.run_test(size=(120, 11)) as pilot:
        assert app.board.card is not None
        app.board.mark([app.board.card])
        await pilot.pause()
        assert lines(app)[2].startswith("▌✓ Acme – site web │")
        app.board.mark([app.board.card], on=False)
        await pilot.pause()
        assert lines(app)[2].startswith("▌Acme – site web ")


async def test_read_again_the_cursor_stays_on_its_row() -> None:
    cupboard = crowd(40)
    app = OneBoard(cupboard)
    async with app.run_test(size=(80, 24)) as pilot:
        app.board.to_row(20)
        top = app.board.lanes[0].top
        cupboard.cards = cupboard.cards[3:]
        app.board.load(cupboard.columns())
        app.board.go(0, 17, keep=True)
        await pilot.pause()
        assert app.board.card is not None
        assert app.board.card.id == 21
        assert app.board.lanes[0].top == top - 3


async def test_an_empty_board_says_what_to_press() -> None:
    app = OneBoard(Cupboard([]))
    async with app.run_test(size=(80, 9)) as pilot:
        from pipetui.ui.paint import Span

        app.board.hint = [[Span("n", "key"), Span("  add one")]]
        app.board.refresh()
        await pilot.pause()
        assert lines(app)[5].strip() == "n  add one"


async def test_the_mouse_selects_scrolls_drags_and_opens() -> None:
    app = OneBoard(crowd(30))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(Board, offset=(3, 8))
        assert app.board.lanes[0].row == 1
        await pilot.mouse_down(Board, offset=(3, 3))
        await pilot.mouse_up(Board, offset=(45, 12))
        assert app.dropped == [(1, 3)]
        await pilot.click(Board, offset=(75, 0))
        assert app.board.shown[-1] == 4


@pytest.mark.parametrize("width", [1, 5, 17, 80])
@pytest.mark.parametrize("height", [1, 3, 24])
async def test_any_size_shows_something_and_breaks_nothing(width: int, height: int) -> None:
    app = OneBoard(small())
    async with app.run_test(size=(width, height)) as pilot:
        app.board.move(1)
        app.board.to_lane(5)
        await pilot.pause()
        assert len(lines(app)) == height
