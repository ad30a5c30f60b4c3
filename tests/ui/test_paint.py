"""Whatever a name holds, it takes the cells it is given and nothing else reaches the terminal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from pipetui.ui.paint import (
    ASCII,
    GLYPHS,
    PLAIN,
    Look,
    Span,
    cells,
    fit,
    fitted,
    plain,
    strip,
    themed,
    wrapped,
)

HOSTILE = [
    "Acme",
    "Dupont & fils",
    "[/b] Acme [VIP]",
    "[@click=app.quit]x",
    "\x1b]0;owned\x07Acme",
    "\x9b31mred",
    "evil\u202etxt.exe",
    "日本電気株式会社",
    "👩‍💻 Ada",
    "🇫🇷 Dupont",
    "e\u0301" * 30,
    "a\u0300\u0301\u0302\u0303" * 5,
    "nul\x00byte",
    "two\nlines\tand a tab",
    "\ud800 lone",
    "x" * 10_000,
    "日" * 10_000,
    "",
    " ",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [0, 1, 2, 7, 18, 80])
def test_any_text_fits_its_cells(text: str, width: int) -> None:
    for align in ("left", "right"):
        assert cell_len(fit(text, width, align)) == width
    assert cell_len(fit(text, width, "none")) <= width


@settings(max_examples=200, deadline=None)
@given(st.lists(texts, max_size=5), st.integers(0, 60))
def test_any_line_fills_its_strip(words: list[str], width: int) -> None:
    drawn = strip([Span(word, "bad") for word in words], width, PLAIN)
    text = "".join(segment.text for segment in drawn)
    assert cell_len(text) == width
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)
    assert not any(
        character in text for character in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f"
    )


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Acme", 6, "Acme  "),
        ("Acme and Sons", 6, "Acme …"),
        ("[/b] Acme [VIP]", 15, "[/b] Acme [VIP]"),
        ("日本電気", 6, "日本… "),
        ("日本電気", 5, "日本…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("x" * 10_000, 4, "xxx…"),
        ("a\nb", 3, "a b"),
    ],
)
def test_a_text_is_cropped_by_cells(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_a_line_that_is_too_long_ends_in_the_span_that_was_cut() -> None:
    line = fitted([Span("Lead", "title"), Span(" 14"), Span(" · €61k", "dim")], 9)
    assert line == [Span("Lead", "title"), Span(" 14"), Span(" …", "dim")]


def test_neighbours_of_one_style_are_one_segment() -> None:
    look = themed(variables("textual-dark"), native=False)
    drawn = strip([Span("a", "bad"), Span("b", "bad"), Span("c"), Span("d")], 9, look)
    assert [segment.text for segment in drawn] == ["ab", "cd     "]


def test_ascii_signs_take_the_place_of_the_others() -> None:
    drawn = strip([Span(f"{GLYPHS.call} fri {GLYPHS.late}é"), Span("abcdef")], 10, Look(PLAIN.styles, True))
    text = "".join(segment.text for segment in drawn)
    assert text == "c fri !éa~"
    assert all(cells(sign) == 1 and sign.isascii() for sign in ASCII)
    assert all(cells(sign) == 1 for sign in GLYPHS)


def test_without_colours_what_matters_still_differs() -> None:
    look = themed(variables("ansi-dark"), native=True)
    shapes = {
        role: (look.of(role).bold, look.of(role).dim, look.of(role).reverse)
        for role in ("", "dim", "bad", "selected")
    }
    assert len(set(shapes.values())) == 4


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_a_readable_look(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    look = themed(variables(name), native=theme.ansi)
    if not theme.ansi:
        ground = Color.parse(variables(name)["background"])
        for role in ("", "dim", "warn", "bad", "title"):
            color = look.of(role).color
            assert color is not None
            assert (
                Color.from_rich_color(color).get_contrast_text(1).hex
                and ground.hex != Color.from_rich_color(color).hex
            )


def test_long_notes_are_broken_between_words() -> None:
    found = [plain(line) for line in wrapped("One two three\nfour\x1b[31m " + "x" * 12, 9)]
    assert found == ["One two", "three", "four[31m", "xxxxxxxxx", "xxx"]


def variables(name: str) -> dict[str, str]:
    return BUILTIN_THEMES[name].to_color_system().generate()
