"""Hurt stores in every way we know, and look whether anything confirmed is lost or anything is left unexplained.

    python tests/faults.py [--runs N] [--seed S] [--short] [KIND…]

One line for each kind and engine; exit code 1 when there was a loss or an unexplained error. The same seed plays the
same faults, as far as the machine lets moments be repeated.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from harm import crowd, files, killed, servers  # noqa: E402
from harm.scene import Engine, Scene, Score  # noqa: E402

BOTH: tuple[Engine, ...] = ("sqlite", "postgresql")
SQLITE: tuple[Engine, ...] = ("sqlite",)
POSTGRESQL: tuple[Engine, ...] = ("postgresql",)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, on which engines, and how often it is played when nobody says."""

    play: Callable[[Scene], None]
    engines: tuple[Engine, ...]
    runs: int
    short: int
    """In the short form; 0 leaves it out."""


KINDS: dict[str, Kind] = {
    "killed-moves": Kind(killed.moves, BOTH, 300, 8),
    "killed-imports": Kind(killed.imports, BOTH, 100, 3),
    "killed-undos": Kind(killed.undos, BOTH, 300, 6),
    "killed-migrations": Kind(killed.migrations, BOTH, 150, 3),
    "killed-backups": Kind(killed.backups, SQLITE, 100, 4),
    "disk-full": Kind(files.full, SQLITE, 60, 3),
    "disk-full-mounted": Kind(files.full_disk, SQLITE, 30, 1),
    "read-only": Kind(files.read_only, SQLITE, 8, 0),
    "locked": Kind(files.locked, SQLITE, 10, 0),
    "clock-back": Kind(files.clock_back, SQLITE, 30, 1),
    "twenty-writers": Kind(crowd.twenty, BOTH, 5, 1),
    "two-hundred-writers": Kind(crowd.two_hundred, BOTH, 2, 0),
    "restarted": Kind(servers.restarted, POSTGRESQL, 15, 1),
    "failed-over": Kind(servers.failed_over, POSTGRESQL, 5, 1),
    "exhausted": Kind(servers.exhausted, POSTGRESQL, 5, 1),
    "stalled": Kind(servers.stalled, POSTGRESQL, 3, 0),
    "cut": Kind(servers.cut, POSTGRESQL, 20, 1),
    "corrupted": Kind(files.corrupted, SQLITE, 100, 2),
}


def played(name: str, engine: Engine, runs: int, seed: int, short: bool) -> Score:
    """Play one kind on one engine."""
    with tempfile.TemporaryDirectory(prefix="pipetui-faults-") as folder:
        Path(folder).chmod(0o755)
        scene = Scene(name, engine, runs, seed, Path(folder), short)
        try:
            KINDS[name].play(scene)
        except Exception:  # noqa: BLE001 - the outermost edge of a play: what the product raised here it told nobody
            scene.score.unexplained.append(traceback.format_exc())
        finally:
            scene.close()
        return scene.score


def main() -> int:
    """Play what was asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    words.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    words.add_argument("--runs", type=int, help="of each kind on each engine")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--short", action="store_true", help="a few runs of what takes no time")
    words.add_argument("--told", action="store_true", help="list the sentences in which acts were refused")
    asked = words.parse_args()
    if unknown := set(asked.kinds) - set(KINDS):
        words.error(f"no such kind: {', '.join(sorted(unknown))}")
    os.environ |= {"LC_ALL": "C.UTF-8", "PIPETUI_CONFIG": os.devnull}
    bad = False
    for name in asked.kinds or KINDS:
        kind = KINDS[name]
        runs = asked.runs or (kind.short if asked.short else kind.runs)
        for engine in kind.engines if runs else ():
            score = played(name, engine, runs, asked.seed, asked.short)
            print(score.line(asked.seed), flush=True)
            for one in (*dict.fromkeys(score.losses), *dict.fromkeys(score.unexplained)):
                print(f"    {one}", flush=True)
            for sentence, times in score.refused.most_common() if asked.told else ():
                print(f"    {times} × {sentence}")
            bad = bad or bool(score.losses or score.unexplained)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
