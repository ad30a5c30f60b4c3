"""What is kept of an unexpected error: where it happened, and nothing that belongs to a customer or a colleague."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from pipetui import __version__

CODES = "errno", "sqlite_errorname", "sqlstate"
"""What the system, SQLite and PostgreSQL call an error; no part of them is data."""


def described(error: BaseException) -> str:
    """The error for a maintainer: versions, the chain of types, the lines of code.

    No local variable and no message: what a message quotes may be a name or an address.
    """
    lines = [f"pipetui {__version__}, Python {platform.python_version()}, {platform.system()}", ""]
    for step in _chain(error):
        codes = [str(getattr(step, name)) for name in CODES if getattr(step, name, None) is not None]
        lines.append(" ".join((type(step).__name__, *codes)))
        lines += [
            f"  {_module(frame)}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(step.__traceback__)
        ]
    return "\n".join(lines) + "\n"


def _chain(error: BaseException | None) -> list[BaseException]:
    steps: list[BaseException] = []
    while error is not None and error not in steps:
        steps.append(error)
        error = error.__cause__ or error.__context__
    return steps


def _module(frame: traceback.FrameSummary) -> str:
    parts = Path(frame.filename).parts
    for root in ("pipetui", "site-packages"):
        if root in parts:
            return "/".join(parts[len(parts) - parts[::-1].index(root) - (root == "pipetui") :])
    return parts[-1]


def report(error: BaseException) -> Path | None:
    """Write the description to a new file only its owner can read; None when no file can be written."""
    from platformdirs import user_state_path

    folder = Path(os.environ.get("PIPETUI_STATE") or user_state_path("pipetui"))
    path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(described(error))
    except OSError:
        return None
    return path


def farewell(error: BaseException) -> None:
    """Two plain lines on standard error: what happened, and where the details are."""
    path = report(error)
    sys.stderr.write(
        f"pipetui stopped on an unexpected error ({type(error).__name__}). What was confirmed is saved.\n"
    )
    sys.stderr.write(
        f"Details without your data: {path}\n" if path else "The details could not be written.\n"
    )
