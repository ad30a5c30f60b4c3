"""Feed made-up inputs to all that takes any, and count what ends in an error of ours.

    python tests/fuzz.py [--minutes M] [--seed S] [--guided] [TARGET…]

One line for each target; M minutes are shared by the targets. An input is a crash when it ends in anything but a
sentence of the product, takes longer than some seconds, or breaks what must hold. `--guided` follows the branches of
the code with atheris, where that is installed. Exit code 1 when there was a crash.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402

from fuzzing.holding import HangError  # noqa: E402
from fuzzing.inputs import mutated  # noqa: E402
from fuzzing.targets import AT_HOME, TARGETS, Target, limited, made  # noqa: E402
from pipetui.errors import PipetuiError  # noqa: E402

ROUND, BROTHERS = 400, 30
"""Inputs made up with one seed, and how many of their like are tried where that is cheap."""


@dataclass
class Score:
    """What came of a target."""

    inputs: int = 0
    answered: int = 0
    """With a sentence of the product."""
    crashes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By place: the smallest input, and the traceback."""

    def crash(self, error: BaseException, value: object) -> None:
        """Keep it, when it is the first of its kind or smaller than that."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "pipetui" in frame.filename] or frames
        place = f"{type(error).__name__} {Path(own[-1].filename).name}:{own[-1].lineno}"
        shown = repr(value)
        if place not in self.crashes or len(shown) < len(self.crashes[place][0]):
            self.crashes[place] = shown, "".join(traceback.format_exception(error)[-6:])


def tried(target: Target, score: Score, value: object) -> None:
    """Give one input."""
    score.inputs += 1
    try:
        with limited(target.patience):
            target.take(value)
    except PipetuiError:
        score.answered += 1
    except (Exception, HangError) as error:  # noqa: BLE001 - whatever comes is what is looked for
        score.crash(error, value)


def brothers(target: Target, value: object) -> Iterator[bytes]:
    """The same input with its bytes changed, where that is cheaper than making up another."""
    plain = value[0] if isinstance(value, tuple) else value
    data = plain.encode("utf-8", "surrogatepass") if isinstance(plain, str) else plain
    for number in range(BROTHERS if target.cheap else 0):
        yield mutated(data, zlib.crc32(data) * BROTHERS + number)  # type: ignore[arg-type]


def fuzzed(target: Target, seconds: float, number: int) -> Score:
    """Give inputs until the time is over."""
    score, end = Score(), time.monotonic() + seconds
    while time.monotonic() < end:
        _round(target, score, number, lambda: time.monotonic() < end)
        number += 1_000_003
    return score


def _round(target: Target, score: Score, number: int, go_on: Callable[[], bool]) -> None:
    @seed(number)
    @settings(
        max_examples=ROUND, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(target.inputs)
    def some(value: object) -> None:
        if go_on():
            tried(target, score, value)
            for brother in brothers(target, value):
                tried(target, score, brother)

    some()


def guided(name: str, seconds: float, number: int) -> int:
    """The same target under atheris, in a process of its own; its exit code."""
    if importlib.util.find_spec("atheris") is None:
        print(f"{name:<10} left out: atheris is not installed (pip install atheris)")
        return 0
    words = ["-m", "fuzzing.guided", name, f"-max_total_time={seconds:.0f}", f"-seed={number}"]
    ended = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    inputs = re.search(r"executed_units: (\d+)", ended.stderr)
    crashes = [line for line in ended.stdout.splitlines() if "CRASH" in line]
    told = inputs[1] if inputs else "?"
    print(f"{name:<10} guided {told:>7}  crashes {len(crashes)}  seed {number}", flush=True)
    for line in (*crashes, *(() if inputs else (ended.stderr[-2000:],))):
        print(f"    {line}")
    return int(bool(crashes) or not inputs)


def main() -> int:
    """Fuzz what was asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    words.add_argument("--minutes", type=float, default=5.0)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--guided", action="store_true", help="with atheris")
    asked = words.parse_args()
    if unknown := set(asked.targets) - set(TARGETS):
        words.error(f"no such target: {', '.join(sorted(unknown))}")
    names = asked.targets or list(TARGETS)
    os.environ |= AT_HOME
    made()
    if asked.guided:
        names = [name for name in names if TARGETS[name].bytes_in]
    seconds, bad = 60 * asked.minutes / len(names), False
    for name in names:
        if asked.guided:
            bad = bool(guided(name, seconds, asked.seed)) or bad
            continue
        score = fuzzed(TARGETS[name], seconds, asked.seed)
        print(
            f"{name:<10} inputs {score.inputs:>7}  refused {score.answered:>7}  crashes {len(score.crashes)}"
            f"  seed {asked.seed}",
            flush=True,
        )
        for place, (value, trace) in score.crashes.items():
            print(f"    {place}: {value[:600]}\n{trace}", flush=True)
        bad = bad or bool(score.crashes)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
