"""The terminal as pipetui wants it: only cells that differ are written, bad bytes and signals end nothing badly.

This is the one module that rests on Textual's private parts (`App._display`, the compositor's updates, the Linux
driver's input loop); the version is pinned and `tests/ui/test_terminal.py` holds every cell to what Textual draws.
"""

from __future__ import annotations

import asyncio
import os
import re
import selectors
import signal
import sys
from codecs import getincrementaldecoder
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import split_graphemes
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Resize
from textual.events import Paste as Pasted
from textual.geometry import Size
from textual.strip import Strip

from pipetui.core.message import say
from pipetui.errors import Refused
from pipetui.ui.typeahead import TypeAhead
from pipetui.ui.typed import Paste, Typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType
    from rich.style import Style
    from textual.app import App
    from textual.message import Message
    from textual.screen import Screen

Cell = tuple[str, "Style | None"]
"""What stands in one cell; the right half of a wide character is empty text."""

SYNC = "\x1b[?2026h", "\x1b[?2026l"
NEAR = 4
"""Unchanged cells between two changed ones that are cheaper to write again than to jump over."""
COLOUR_OR_ATTRIBUTE = re.compile(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+")
NOTHING_ON: dict[str, str] = {}
LEAVING = {signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Signals that end the program in order, and its exit codes, as shells count them."""
INTERRUPTED = 130
SILENCE, BRIEF_SILENCE = 0.1, 0.02
"""Seconds without a byte: as a rule, and when part of a key or a paste has come."""


class Frame:
    """The cells that stand on the terminal now, row by row, so that a new frame writes only what differs."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cell | None]] = {}
        self._size: tuple[int, int] | None = None

    def fit(self, size: tuple[int, int]) -> None:
        """Frames have this size from now on, and what lies outside is not written: it would land on the edge.

        A terminal that changed its size may have moved or dropped any cell.
        """
        if size != self._size:
            self._size = size
            self.forget()

    def forget(self) -> None:
        """Nothing is known of the terminal any more: the next frame writes all it draws."""
        self._rows.clear()

    def difference(self, update: CompositorUpdate, console: Console) -> str:
        """The sequences that bring the terminal from the last frame to this one; empty when they look the same."""
        pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
        width, height = self._size or (sys.maxsize, sys.maxsize)
        pieces = [
            sequence
            for x, y, strip in _placed(update)
            if y < height and x < width
            for sequence in self._row_difference(x, y, list(_cells(strip))[: width - x], pen)
        ]
        return "".join([*pieces, pen.write("", None)])

    def _row_difference(self, x: int, y: int, new: list[Cell], pen: Pen) -> Iterator[str]:
        row = self._rows.setdefault(y, [])
        if len(row) < x + len(new):
            row.extend([None] * (x + len(new) - len(row)))
        old = row[x : x + len(new)]
        if old == new:
            return
        row[x : x + len(new)] = new
        for start, end in _runs(old, new):
            yield _written(x + start, y, new[start:end], pen)


class Pen:
    """Writes styled text; a style stays on until another is wanted, and that costs only what differs in it."""

    def __init__(self, color_system: ColorSystem) -> None:
        self._color_system = color_system
        self._on = NOTHING_ON

    def write(self, text: str, style: Style | None) -> str:
        """The text after what switches to its style; None for that of a terminal nobody has styled."""
        before = self._on
        wanted = _switches(Strip.render_ansi(style, self._color_system)) if style else NOTHING_ON
        if wanted == before:
            return text
        self._on = wanted
        if before.keys() <= wanted.keys():
            codes = [code for part, code in wanted.items() if before.get(part) != code]
        else:
            codes = ["0", *wanted.values()]
        return f"\x1b[{';'.join(codes)}m{text}"


@lru_cache(maxsize=256)
def _switches(codes: str) -> dict[str, str]:
    """The parts of a style: each attribute by itself, the colour, the ground."""
    return {
        {"3": "colour", "9": "colour", "4": "ground", "10": "ground"}.get(code[:-1], code): found[0]
        for found in COLOUR_OR_ATTRIBUTE.finditer(codes)
        if (code := found[0].partition(";")[0])
    }


def _placed(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Where each strip of an update begins: column, row, strip."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if chop is not None and x <= x2 and end > x1:
                    yield x, y, chop if end <= x2 else chop.crop(0, min(end, x2) - x)


def _cells(strip: Strip) -> Iterator[Cell]:
    for text, style, control in strip:
        if control:
            continue
        if text.isascii():
            yield from [(character, style) for character in text]
            continue
        for start, end, width in split_graphemes(text)[0]:
            if width:
                yield text[start:end], style
                yield from [("", style)] * (width - 1)


def _runs(old: list[Cell | None], new: list[Cell]) -> Iterator[tuple[int, int]]:
    """The stretches to write: changed cells, joined over short gaps, never cutting a wide character in two."""
    start = end = -1
    for index, cell in enumerate(new):
        if cell == old[index]:
            continue
        if start >= 0 and index - end > NEAR:
            yield start, _whole(new, end)
            start = -1
        if start < 0:
            start = index
            while start and not new[start][0]:
                start -= 1
        end = index + 1
    if start >= 0:
        yield start, _whole(new, end)


def _whole(new: list[Cell], end: int) -> int:
    while end < len(new) and not new[end][0]:
        end += 1
    return end


def _written(x: int, y: int, cells: list[Cell], pen: Pen) -> str:
    """One stretch of cells as sequences. Terminals disagree on the width of rare characters, so the cursor is placed
    anew after each of them."""
    parts = [f"\x1b[{y + 1};{x + 1}H"]
    text, style = "", cells[0][1]
    for offset, (glyph, look) in enumerate(cells):
        rare = len(glyph) > 1 or glyph >= "\U0001f000"
        if look != style or rare:
            parts.append(_drawn(text, style, pen))
            text, style = "", look
        text += glyph
        if rare:
            parts += (
                _drawn(text, style, pen),
                f"\x1b[{y + 1};{x + offset + 2 + (not _last(cells, offset))}H",
            )
            text = ""
    parts.append(_drawn(text, style, pen))
    return "".join(parts)


def _last(cells: list[Cell], offset: int) -> bool:
    """Whether the glyph at `offset` takes one cell only."""
    return offset + 1 >= len(cells) or cells[offset + 1][0] != ""


def _drawn(text: str, style: Style | None, pen: Pen) -> str:
    return pen.write(text, style) if text else ""


def display(app: App[Any], screen: Screen[Any], update: RenderableType | CompositorUpdate | None) -> bool:
    """Write one frame in a single piece, changed cells only. False when this terminal or update is not ours."""
    driver = app._driver
    if not isinstance(driver, Terminal) or not isinstance(update, ChopsUpdate | LayoutUpdate):
        return False
    if app._batch_count or not app._running or app._closed:
        return True
    driver.frame.fit(screen.outer_size)
    sequences = driver.frame.difference(update, app.console)
    column, row = screen.outer_size.clamp_offset(app.cursor_position)
    if sequences:
        sequences += f"\x1b[{row + 1};{column + 1}H"
        start, end = SYNC if app._sync_available else ("", "")
        driver.write(f"{start}{sequences}{end}")
        driver.flush()
    app.post_display_hook()
    return True


def redraw(app: App[Any]) -> None:
    """Write every cell again, whatever stands on the terminal now."""
    if isinstance(app._driver, Terminal):
        app._driver.frame.forget()
    app.refresh(repaint=True, layout=True)


def suspend(app: App[Any]) -> None:
    """Stop until the shell's `fg`, and with it whatever the shell started us by. Raises Refused when nobody would."""
    if os.getpgrp() == os.getsid(0):
        raise Refused(say("There is no shell behind pipetui to go back to."))
    if isinstance(app._driver, Terminal):
        os.killpg(0, signal.SIGTSTP)


class Outlet:
    """Standard error in pieces as large as they come; a terminal that went away swallows them instead of raising."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._pieces: list[str] = []

    def fileno(self) -> int:
        """The descriptor written to."""
        return self._fileno

    def write(self, text: str) -> None:
        """Keep `text` for the next flush."""
        self._pieces.append(text)

    def flush(self) -> None:
        """Write all that was kept; what a closed terminal refuses is dropped."""
        rest = memoryview("".join(self._pieces).encode("utf-8", "replace"))
        self._pieces.clear()
        while rest:
            try:
                rest = rest[os.write(self._fileno, rest) :]
            except InterruptedError:
                continue
            except OSError:
                return


class Terminal(LinuxDriver):
    """Textual's driver for a real terminal, with a memory of the last frame and better manners."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.frame = Frame()
        self._ahead = TypeAhead(app)
        self._handing_on: asyncio.Task[None] | None = None
        self._taken = False
        self._parser = XTermParser(debug)
        self._file: Any = Outlet(sys.__stderr__.fileno() if sys.__stderr__ else 2)

    def start_application_mode(self) -> None:
        """Take the terminal; nothing of an earlier frame is on it."""
        self.frame.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._taken = True
        loop = asyncio.get_running_loop()
        self._handing_on = self._handing_on or loop.create_task(self._ahead.hand_on())
        for number, code in LEAVING.items():
            loop.add_signal_handler(number, self._leave, code)
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        signal.signal(signal.SIGINT, self._interrupted)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self._taken = False
        super().stop_application_mode()

    def _leave(self, code: int) -> None:
        """End in order, as a key would: queued writes first, then the terminal as it was."""
        self._app.exit(return_code=code)

    def _interrupted(self, *_: object) -> None:
        """End in order; but Ctrl-C in an editor, which has the terminal meanwhile, is for the editor."""
        if self._taken:
            self._loop.call_soon_threadsafe(self._leave, INTERRUPTED)

    def _get_terminal_size(self) -> tuple[int, int]:
        """What the terminal says itself; COLUMNS and LINES of the environment are of an earlier time."""
        try:
            columns, lines = os.get_terminal_size(self.fileno)
        except OSError:
            columns = lines = 0
        return (columns, lines) if columns and lines else super()._get_terminal_size()

    def _resized(self) -> None:
        """Another size, or the same again by way of another."""
        if not self._in_band_window_resize:
            size = Size(*self._get_terminal_size())
            self._app.post_message(Resize(size, size))
        self._app.call_later(redraw, self._app)

    def _sigcont_application(self, *_: object) -> None:
        """Back in the foreground: take the terminal anew, also after a stop that was not announced."""
        if not self._auto_restart or not (self._taken or self._must_signal_resume):
            return
        if self._taken:
            self.suspend_application_mode()
        self.resume_application_mode()
        self._app.call_later(redraw, self._app)

    def _enable_mouse_support(self) -> None:
        """Clicks, wheel and drags; not every motion, which would cost a slow link for nothing."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1015h\x1b[?1006h")
            self.flush()

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000l\x1b[?1002l\x1b[?1015l\x1b[?1006l")
            self.flush()

    def _run_input_thread(self) -> None:
        """Read keys; an error on the way ends the app in order, like any other."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001 - this thread's outermost edge
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def run_input_thread(self) -> None:
        """Read keys. Bytes that are not UTF-8 become a replacement character; a terminal that closed ends the app."""
        self._parser, typed = XTermParser(self._debug), Typed()
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                begun = typed.waiting or self._parser._timeout_time is not None
                if selector.select(BRIEF_SILENCE if begun else SILENCE):
                    read = self._read()
                    if read is None:
                        self._loop.call_soon_threadsafe(self._leave, LEAVING[signal.SIGHUP])
                        return
                    sorted_ = typed.sort(decode(read))
                else:
                    sorted_ = typed.silence()
                for one in sorted_:
                    self._pass_on([Pasted(one.text)] if isinstance(one, Paste) else self._keys(one))
                self._pass_on(self._parser.tick())

    def _keys(self, text: str) -> list[Any]:
        """What was pressed; a key by the number of a character that does not exist is none."""
        try:
            return list(self._parser.feed(text))
        except (ValueError, OverflowError):
            self._parser = XTermParser(self._debug)
            return [key for character in text if len(text) > 1 for key in self._keys(character)]

    def send_message(self, message: Message) -> None:
        """Keys and pastes one after the other, anything else at once."""
        if isinstance(message, Key | Pasted):
            self._loop.call_soon_threadsafe(self._ahead.put, message)
        else:
            super().send_message(message)

    def _read(self) -> bytes | None:
        try:
            return os.read(self.fileno, 4096) or None
        except OSError:
            return None

    def _pass_on(self, messages: Iterable[object]) -> None:
        for message in messages:
            self.process_message(message)  # type: ignore[arg-type]
