"""The command line: words in, one call each, data on stdout and talk on stderr.

Only what a command needs is imported: bare `pipetui` goes to the board without click, `--help` and `list` load neither
Textual nor SQLAlchemy.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SELDOM = 100_000
"""New objects between two looks of the garbage collector: a start makes many, and none of them is garbage."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it: 128 + SIGINT."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `pipetui` with these words (those of the process by default) and return its exit code."""
    gc.set_threshold(SELDOM)
    words = list(sys.argv[1:] if argv is None else argv)
    _steady(sys.stdout, sys.stderr)
    from pipetui.errors import PipetuiError

    try:
        code = _run(words)
        sys.stdout.flush()
    except PipetuiError as error:
        from pipetui.cli.output import complain

        complain(error, as_json="--json" in words)
        return error.exit_code
    except BrokenPipeError:
        _hang_up()
        return 0
    except KeyboardInterrupt:
        from pipetui.lang import _

        print("\n" + _("Interrupted."), file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outermost edge: nothing else stands between a bug and the user
        from pipetui.crash import farewell

        farewell(error)
        return 1
    return code


def _run(words: list[str]) -> int:
    from pipetui.cli.session import Options, Session

    if "_PIPETUI_COMPLETE" in os.environ:
        from pipetui.cli.completion import complete

        return complete()
    options = Options.alone(words)
    if options is None:
        from pipetui.cli.root import run

        return run(words)
    with Session(options) as session:
        session.speak()
        return session.open_board()


def _steady(*streams: object) -> None:
    """No character of a name may end the program: what the terminal cannot write is shown as `?`."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _hang_up() -> None:
    """The reader of our output left; what is still buffered goes nowhere, without a word at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
