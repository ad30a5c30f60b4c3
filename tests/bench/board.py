"""What the board costs in a real pseudo-terminal, beside a bare Textual app, as ratios within one run.

    python tests/bench/board.py [--deals 1000 100000] [--runs 7] [--size 80x24 120x40]

Stores are made by generate.py in a scratch folder and kept there (`--folder`) for the next run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from pseudoterminal import PseudoTerminal  # noqa: E402

HELLO = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    n = 0
    def compose(self):
        yield Static("Hello 0")
    def on_key(self, event):
        self.n += 1
        self.query_one(Static).update(f"Hello {self.n}")
Hello().run()
"""
Size = tuple[int, int]
HELD_HZ, HELD_KEYS = 30, 150
"""A key held down repeats so often; five seconds of it."""


def median(values: Sequence[float]) -> float:
    """The middle one; 0 when there is none."""
    return statistics.median(values) if values else 0.0


def peak_mib(pid: int) -> float:
    """The most memory the process ever held, MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def first_paint(command: list[str], size: Size, expect: str, env: dict[str, str]) -> tuple[float, float]:
    """Milliseconds from exec to `expect` on the screen, and to the first key obeyed."""
    start = time.perf_counter()
    with PseudoTerminal(command, size, env) as terminal:
        terminal.expect(expect)
        painted = time.perf_counter() - start
        before = len(terminal.raw)
        terminal.send(b"\x1b[B")
        while len(terminal.raw) == before:
            terminal.read(0.002)
        return painted * 1000, (time.perf_counter() - start) * 1000


def keys(
    command: list[str], size: Size, expect: str, script: Sequence[str], env: dict[str, str]
) -> tuple[list[float], list[int], float]:
    """Per key: milliseconds to the last byte of its burst, and bytes written; then the peak memory in MiB."""
    waits, written = [], []
    with PseudoTerminal(command, size, env) as terminal:
        terminal.expect(expect)
        terminal.settle()
        for key in script:
            before, start, last = len(terminal.raw), time.perf_counter(), 0.0
            terminal.press_only(key)
            while (now := time.perf_counter()) - max(start, last) < 0.035:
                size_now = len(terminal.raw)
                terminal.read(0.001)
                if len(terminal.raw) > size_now:
                    last = now
            waits.append((last - start) * 1000 if last else 0.0)
            written.append(len(terminal.raw) - before)
        return waits, written, peak_mib(terminal.pid)


def held(command: list[str], size: Size, expect: str, env: dict[str, str]) -> tuple[int, float]:
    """A key held down at 30 Hz: how many cards the cursor was behind when it was let go, and milliseconds until the
    last byte after that."""
    with PseudoTerminal(command, size, env) as terminal:
        terminal.expect(expect)
        terminal.settle()
        start = time.perf_counter()
        for number in range(1, HELD_KEYS + 1):
            terminal.press_only("down")
            terminal.read(max(start + number / HELD_HZ - time.perf_counter(), 0))
        let_go = last = time.perf_counter()
        behind = HELD_KEYS - row(terminal)
        while (now := time.perf_counter()) - last < 0.3:
            size_now = len(terminal.raw)
            terminal.read(0.001)
            if len(terminal.raw) > size_now:
                last = now
        if row(terminal) != HELD_KEYS:
            raise SystemExit(f"The cursor stands at {row(terminal)} after {HELD_KEYS} keys.")
        return behind, (last - let_go) * 1000


def row(terminal: PseudoTerminal) -> int:
    """How many cards the cursor stands below the first, as the board says itself."""
    place = terminal.screen.rstrip().rpartition(" ")[2].partition("/")[0]
    return int(place.replace(",", "")) - 1


def process(command: list[str], env: dict[str, str]) -> float:
    """Milliseconds of one run with its output thrown away."""
    start = time.perf_counter()
    subprocess.run(
        command, env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return (time.perf_counter() - start) * 1000


def report(folder: Path, deals: Sequence[int], sizes: Sequence[Size], runs: int) -> None:
    """Print every figure."""
    hello_file = folder / "hello.py"
    hello_file.write_text(HELLO)
    hello = [sys.executable, str(hello_file)]
    env = {"PIPETUI_CONFIG": str(folder / "none.toml"), "LC_ALL": "C.UTF-8"}
    stores = {count: store(folder, count) for count in deals}
    for size in sizes:
        print(f"\n{size[0]}x{size[1]}")
        _, _, hello_memory = keys(hello, size, "Hello", ["down"] * 5, env)
        hello_waits = keys(hello, size, "Hello", ["down"] * 60, env)[0]
        for count, path in stores.items():
            board = [sys.executable, "-m", "pipetui", "--db", str(path)]
            pairs = [
                (first_paint(board, size, "Lead", env), first_paint(hello, size, "Hello", env))
                for _ in range(runs)
            ]
            paint = median([ours[0] / theirs[0] for ours, theirs in pairs])
            obeyed = median([ours[1] / theirs[1] for ours, theirs in pairs])
            print(f"  {count:>9,} deals: on screen {paint:.2f} x hello, first key obeyed {obeyed:.2f} x")
            show_keys(board, size, env, median(hello_waits), hello_memory)
            if count >= 10 * HELD_KEYS:
                behind, after = held(board, size, "Lead", env)
                print(
                    f"             down held at 30 Hz for 5 s: {behind} keys behind, still {after:.0f} ms after"
                )
    if deals:
        path = stores[min(deals)]
        for words in (["--help"], ["--db", str(path), "list"]):
            ratios = []
            for _ in range(runs):
                ours = process([sys.executable, "-m", "pipetui", *words], env)
                ratios.append(ours / first_paint(hello, (80, 24), "Hello", env)[0])
            print(f"\npipetui {words[-1]}: {median(ratios):.2f} x hello on screen")


def show_keys(
    board: list[str], size: Size, env: dict[str, str], hello_wait: float, hello_memory: float
) -> None:
    """Bytes, waits and memory of the usual keys."""
    mixed = (["down"] * 12 + ["right"] + ["up"] * 5 + ["right", "pagedown", "left", "end", "home"]) * 3
    still_waits, still, memory = keys(board, size, "Lead", ["down", "up"] * 20, env)
    _, scrolled, _ = keys(board, size, "Lead", mixed, env)
    _, moved, _ = keys(board, size, "Lead", ["L", "down"] * 5, env)
    print(
        f"             cursor {median(still):.0f} B, mixed script {statistics.mean(scrolled):.0f} B, "
        f"move {median(moved[::2]):.0f} B, wait p50 {median(still_waits):.1f} ms "
        f"= {median(still_waits) / hello_wait:.2f} x a counter, {memory:.1f} MiB = {memory / hello_memory:.2f} x"
    )


def store(folder: Path, deals: int) -> Path:
    """A store of so many deals, made once."""
    path = folder / f"{deals}.db"
    if not path.exists():
        command = [
            sys.executable,
            str(HERE / "generate.py"),
            "--deals",
            str(deals),
            "--to",
            str(path),
            "--seed",
            "1",
        ]
        subprocess.run(command, check=True)
    return path


def size_of(text: str) -> Size:
    """`80x24` as columns and rows."""
    columns, rows = text.split("x")
    return int(columns), int(rows)


def main() -> None:
    """Read the words and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--deals", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    words.add_argument("--size", type=size_of, nargs="*", default=[(80, 24), (120, 40)])
    words.add_argument("--runs", type=int, default=7)
    words.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "pipetui-bench")
    asked = words.parse_args()
    asked.folder.mkdir(exist_ok=True)
    report(asked.folder, asked.deals, asked.size, asked.runs)


if __name__ == "__main__":
    main()
