"""What every screen over the board costs in a real pseudo-terminal: to open, per key, and after an hour of keys.

    python tests/bench/screens.py [--deals 100000] [--runs 5] [--size 120x40] [--only review agenda] [--soak 20000]

A screen is open when its title stands on top, and whole when nothing more has been written for a while. The first key
comes when the board has been there for some seconds and has done its chores. The store is made by generate.py in a
scratch folder and copied for the run.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from board import Size, median, size_of, store  # noqa: E402

from pipetui.ui.chores import LATER_SECONDS  # noqa: E402
from pipetui.ui.commands import BY_ID  # noqa: E402
from pipetui.ui.handlers import OPENED  # noqa: E402
from pseudoterminal import PseudoTerminal  # noqa: E402

QUIET = 0.2
"""Seconds without a byte after which a screen is whole."""
TITLE = r"\A── "
BOARD = r"\A (?!──)"
COMING = re.compile(r"(Reading|Counting)\b.*…")
"""What a screen says while a thread reads for it."""
WALK = ["j"] * 20 + ["k"] * 5 + ["pagedown"] * 3 + ["G", "g"]


def rss_mib(pid: int) -> float:
    """The memory the process holds now, MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def burst(terminal: PseudoTerminal, key: str) -> tuple[float, int]:
    """Milliseconds to the last byte that a key causes, and the bytes."""
    before, start, last = len(terminal.raw), time.perf_counter(), 0.0
    terminal.press_only(key)
    while (now := time.perf_counter()) - max(start, last) < QUIET:
        size = len(terminal.raw)
        terminal.read(0.002)
        if len(terminal.raw) > size:
            last = now
    return ((last - start) * 1000 if last else 0.0), len(terminal.raw) - before


def opened(terminal: PseudoTerminal, key: str) -> tuple[float, float]:
    """Milliseconds until the title of a screen stands, and until all of it does; the screen is left again."""
    start = time.perf_counter()
    terminal.press_only(key)
    terminal.expect(TITLE)
    title = (time.perf_counter() - start) * 1000
    last = time.perf_counter()
    while time.perf_counter() - last < QUIET or COMING.search(terminal.screen):
        if terminal.read(0.01):
            last = time.perf_counter()
    return title, (last - start) * 1000


def leave(terminal: PseudoTerminal) -> None:
    """Back to the board."""
    for _ in range(4):
        terminal.press("escape")
        terminal.settle(QUIET)
        if not terminal.screen.startswith("──"):
            return
    raise SystemExit(f"No way back to the board:\n{terminal.screen}")


def report(command: list[str], size: Size, runs: int, env: dict[str, str], screens: Sequence[str]) -> None:
    """Print the figures of each screen."""
    with PseudoTerminal(command, size, env) as terminal:
        terminal.expect("Lead")
        terminal.read(LATER_SECONDS)
        terminal.settle(1.0, 60.0)
        print(f"{size[0]}x{size[1]}, {rss_mib(terminal.pid):.1f} MiB on the board")
        print(f"{'':16}{'title':>9}{'first':>9}{'whole':>9}{'per key':>10}{'bytes':>8}{'MiB':>8}")
        for command_id in screens:
            titles, wholes = [], []
            for _ in range(runs):
                title, whole = opened(terminal, BY_ID[command_id].keys[0])
                titles.append(title)
                wholes.append(whole)
                if _ < runs - 1:
                    leave(terminal)
            waits, written = zip(*(burst(terminal, key) for key in WALK), strict=True)
            leave(terminal)
            print(
                f"{command_id:16}{median(titles):7.0f}ms{titles[0]:7.0f}ms{median(wholes):7.0f}ms{median(waits):8.1f}ms"
                f"{median(written):8.0f}{rss_mib(terminal.pid):8.1f}"
            )


def soak(command: list[str], size: Size, keys: int, env: dict[str, str]) -> None:
    """Move about on all screens and print the memory on the way."""
    dice = random.Random(1)
    doors = [BY_ID[command_id].keys[0] for command_id in sorted(OPENED)]
    moves = ["j", "k", "down", "up", "l", "h", "pagedown", "pageup", "g", "G", "right", "left"]
    with PseudoTerminal(command, size, env) as terminal:
        terminal.expect("Lead")
        terminal.settle(1.0, 60.0)
        pressed, marks = 0, {keys * part // 8 for part in range(1, 9)} | {min(1000, keys)}
        while pressed < keys:
            script = [
                dice.choice(doors),
                *dice.choices(["j", "k", "pagedown", "G", "g"], k=25),
                *["escape"] * 3,
            ]
            script += dice.choices(moves, k=20)
            for key in script:
                terminal.press_only(key)
                terminal.read(0.01)
                pressed += 1
                if pressed in marks:
                    terminal.settle(1.0, 30.0)
                    print(f"{pressed:>7,} keys: {rss_mib(terminal.pid):.1f} MiB")


def main(words: Sequence[str] | None = None) -> None:
    """Read the words and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--deals", type=int, default=100_000)
    asked.add_argument("--size", type=size_of, nargs="*", default=[(80, 24), (120, 40)])
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--only", nargs="*", choices=sorted(OPENED), default=sorted(OPENED), metavar="SCREEN")
    asked.add_argument(
        "--soak", type=int, default=0, help="so many keys on all screens, and the memory on the way"
    )
    asked.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "pipetui-bench")
    given = asked.parse_args(words)
    given.folder.mkdir(exist_ok=True)
    path = given.folder / "screens.db"
    shutil.copy(store(given.folder, given.deals), path)
    env = {"PIPETUI_CONFIG": str(given.folder / "none.toml"), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "pipetui", "--db", str(path)]
    for size in given.size:
        report(command, size, given.runs, env, given.only)
    if given.soak:
        soak(command, given.size[0], given.soak, env)


if __name__ == "__main__":
    main()
