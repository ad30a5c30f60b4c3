"""What the terminal shows after many small frames is what Textual would have drawn in whole."""

from __future__ import annotations

import os
from io import StringIO

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import split_graphemes
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from pipetui.ui.terminal import Frame, Outlet

WIDTH, HEIGHT = 24, 4
LOOKS = [
    Style(color="red"),
    Style(bold=True),
    Style(bgcolor="blue", color="white"),
    Style(),
    Style(color="#102030", bgcolor="#405060", bold=True, reverse=True),
    Style(color="#102030", bgcolor="#405060", underline=True),
    Style(color="color(200)", bgcolor="bright_red", italic=True),
    Style(color="default", bgcolor="default"),
]
WORDS = ["Acme", "Boréal", "  ", "é", "日本", "12 k€", "▌", "─│", "[/b] [VIP]", "x"]

console = Console(file=StringIO(), color_system="truecolor", force_terminal=True, width=WIDTH)
words = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(LOOKS)), max_size=6)
frames = st.lists(st.lists(words, min_size=HEIGHT, max_size=HEIGHT), min_size=1, max_size=5)


def drawn(line: list[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, look) for text, look in line]).adjust_cell_length(WIDTH)


def whole(strips: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[strip] for strip in strips], Region(0, 0, WIDTH, HEIGHT))


def shown(*sequences: str) -> pyte.Screen:
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.reset_mode(pyte.modes.DECAWM)
    stream = pyte.Stream(screen)
    for sequence in sequences:
        stream.feed(sequence.replace("\n", "\r\n"))
    return screen


def cells(screen: pyte.Screen) -> list[list[object]]:
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


@settings(max_examples=150, deadline=None)
@given(frames)
def test_small_frames_end_in_the_same_cells_as_whole_ones(lines: list[list[list[tuple[str, Style]]]]) -> None:
    frame, updates = Frame(), [whole([drawn(line) for line in page]) for page in lines]
    small = shown(*[frame.difference(update, console) for update in updates])
    assert cells(small) == cells(shown(updates[-1].render_segments(console)))


def test_a_frame_that_looks_the_same_writes_nothing() -> None:
    frame, page = Frame(), [drawn([("Acme – site web", LOOKS[1])])] * HEIGHT
    assert frame.difference(whole(page), console)
    assert frame.difference(whole(page), console) == ""


def test_one_cell_costs_few_bytes() -> None:
    frame = Frame()
    frame.difference(whole([drawn([("Acme", LOOKS[3])])] * HEIGHT), console)
    moved = [drawn([("▌cme", LOOKS[3])]), *[drawn([("Acme", LOOKS[3])])] * (HEIGHT - 1)]
    assert len(frame.difference(whole(moved), console).encode()) < 20


def test_after_an_editor_took_the_terminal_all_is_written_again() -> None:
    frame, page = Frame(), [drawn([("Acme", LOOKS[0])])] * HEIGHT
    first = frame.difference(whole(page), console)
    frame.forget()
    assert frame.difference(whole(page), console) == first


def test_what_lies_outside_of_a_smaller_terminal_is_not_written() -> None:
    frame = Frame()
    frame.fit((4, 2))
    sequences = frame.difference(whole([drawn([("Acme Dupont", LOOKS[3])])] * HEIGHT), console)
    assert "Dupont" not in sequences
    assert "\x1b[3;" not in sequences
    frame.fit((24, 4))
    assert (
        frame.difference(whole([drawn([("Acme Dupont", LOOKS[3])])] * HEIGHT), console).count("Dupont") == 4
    )


@pytest.mark.parametrize("name", ["👩‍💻 Ada", "👍🏽 Boréal", "🇫🇷 Dupont", "e\u0301 Acme", "☎️ Zoé"])
def test_after_a_character_terminals_disagree_on_the_cursor_is_placed_anew(name: str) -> None:
    sequences = Frame().difference(whole([drawn([(name, LOOKS[3])])] * HEIGHT), console)
    start, end, _ = split_graphemes(name)[0][0]
    glyph = name[start:end]
    after = sequences.split(glyph, 1)[1]
    assert after.startswith("\x1b[1;")


def test_a_terminal_that_went_away_swallows_what_is_written() -> None:
    read, write = os.pipe()
    outlet = Outlet(write)
    outlet.write("one ")
    outlet.write("piece")
    outlet.flush()
    assert os.read(read, 100) == b"one piece"
    os.close(read)
    outlet.write("lost")
    outlet.flush()
    os.close(write)
