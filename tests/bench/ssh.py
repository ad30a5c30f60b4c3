"""What the board costs through a real SSH connection, on lines of several qualities: bytes on the line and waits.

    python tests/bench/ssh.py [--keys 20] [--size 80x24]

The waits are those of a person: from the key to the last byte of what it changes on the screen.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from farside import MISSING, SSHD, FarSide
from pseudoterminal import PseudoTerminal

LINES = {
    "the same house": (0.0, 0.0),
    "DSL, 40 ms, 2 Mbit/s": (0.02, 2_000_000 / 8),
    "mobile, 100 ms, 64 kbit/s": (0.05, 64_000 / 8),
    "satellite, 600 ms, 256 kbit/s": (0.3, 256_000 / 8),
}
QUIET = 0.15
"""Seconds without a byte, besides the way there and back, after which a key has had its effect."""
ACTS = {
    "cursor key": ("j", "k"),
    "move": ("L", "H"),
    "undo, redo": ("u", "U"),
    "detail pane": ("d", "d"),
    "forecast": ("f", "f"),
}
COMPANIES = "".join(f'Company{n} roof {n}k @"Person {n}" !in {n} days call\n' for n in range(1, 13))


def waited(terminal: PseudoTerminal, far: FarSide, key: str) -> tuple[float, int]:
    """Milliseconds from the key to the last byte it caused, and the bytes on the line."""
    bytes_before, start, last = far.link.carried["down"], time.perf_counter(), 0.0
    silence = QUIET + 4 * far.link.delay
    terminal.press_only(key)
    while time.perf_counter() - max(start, last) < silence:
        before = len(terminal.raw)
        terminal.read(0.005)
        if len(terminal.raw) > before:
            last = time.perf_counter()
    return max(0.0, last - start) * 1000, far.link.carried["down"] - bytes_before


def first_frame(far: FarSide, size: tuple[int, int]) -> tuple[PseudoTerminal, float, int]:
    """The board over there, the milliseconds until it stands, connecting included, and the bytes."""
    start = time.perf_counter()
    terminal = far.open(*far.pipetui(), size=size)
    terminal.expect(r"\? help", 120)
    took = (time.perf_counter() - start) * 1000
    terminal.settle(QUIET + 4 * far.link.delay)
    return terminal, took, far.link.carried["down"]


def measured(name: str, keys: int, size: tuple[int, int]) -> None:
    """One line, all acts."""
    delay, rate = LINES[name]
    with tempfile.TemporaryDirectory() as folder, FarSide(Path(folder), delay, rate) as far:
        far.machine.run("add", given=COMPANIES)
        terminal, took, first = first_frame(far, size)
        print(f"{name:<30} {'first frame':<12} {first:>7} bytes {took:>7.0f} ms")
        for act, pair in ACTS.items():
            terminal.press_only("g")
            terminal.settle(QUIET + 4 * delay)
            seen = [waited(terminal, far, pair[number % 2]) for number in range(keys)]
            waits, written = [one for one, _ in seen], [one for _, one in seen]
            print(f"{'':<30} {act:<12} {_middle(written):>7.0f} bytes {_middle(waits):>7.0f} ms")


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)


def main() -> int:
    """All lines."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("--keys", type=int, default=20)
    words.add_argument("--size", default="80x24")
    asked = words.parse_args()
    if SSHD is None:
        print(MISSING)
        return 1
    columns, rows = map(int, asked.size.split("x"))
    for name in LINES:
        measured(name, asked.keys, (columns, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
