"""One target under atheris, which follows the branches of the code: `python -m fuzzing.guided TARGET [LIBFUZZER OPTION…]`.

Crashes are counted by place and told, and do not end the run.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipetui"]):
    from fuzzing import valid
    from fuzzing.holding import HangError
    from fuzzing.targets import AT_HOME, TARGETS, limited, made
    from pipetui.errors import PipetuiError

BEGIN = {
    "filter": valid.FILTER, "entry": valid.ENTRY, "words": valid.ENTRY, "keys": (b"\x1b[A",), "config": valid.TOML,
    "sheets": valid.CSV, "cards": valid.CARDS,
}  # fmt: skip


def main() -> None:
    """Run it."""
    name, seen = sys.argv[1], dict[str, int]()
    target = TARGETS[name]

    def take(data: bytes) -> None:
        try:
            with limited(target.patience):
                target.take(data)
        except PipetuiError:
            return
        except (Exception, HangError) as error:  # noqa: BLE001 - whatever comes is what is looked for
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}"
            seen[place] = seen.get(place, 0) + 1
            if seen[place] == 1:
                print(f"{name:<10} CRASH {place}: {data!r}", flush=True)

    os.environ |= AT_HOME
    made()
    corpus = Path(_corpus(name))
    atheris.Setup([sys.argv[0], *sys.argv[2:], "-verbosity=0", "-print_final_stats=1", str(corpus)], take)
    atheris.Fuzz()


def _corpus(name: str) -> str:
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix=f"pipetui-{name}-"))
    for number, content in enumerate(BEGIN[name]):
        (folder / str(number)).write_bytes(content)
    return str(folder)


if __name__ == "__main__":
    main()
