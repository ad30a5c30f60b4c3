"""The machine of somebody who sells: folders in place of the home, a store, terminals to work in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pseudoterminal import PseudoTerminal

PROGRAM = (sys.executable, "-m", "pipetui")
SANE = dict.fromkeys(("alternate screen", "mouse", "paste", "hidden cursor"), False)
"""The modes of a terminal that nobody has taken."""


class Machine:
    """What is done here stays in `folder`; `with` ends all that was opened."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, folder / "sales.db"
        self.env = {
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PIPETUI_CONFIG": str(folder / "config.toml"),
            "PIPETUI_STATE": str(folder / "state"),
            "PIPETUI_DB": str(self.store),
            "USER": "marie",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "",
            "COLUMNS": "70",
            "LINES": "20",
        }
        self.opened = ExitStack()

    def open(
        self, *words: str, size: tuple[int, int] = (80, 24), program: tuple[str, ...] = PROGRAM
    ) -> PseudoTerminal:
        """The board in a new terminal, ready for keys."""
        terminal = self.opened.enter_context(PseudoTerminal((*program, *words), size, self.env, self.folder))
        terminal.expect(r"\? help")
        return terminal

    def run(self, *words: str, given: str = "") -> str:
        """What a command prints when it is `given` something; AssertionError when it fails."""
        ended = subprocess.run(
            [*PROGRAM, *words],
            env={**os.environ, **self.env},
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def json(self, *words: str) -> Any:
        """What a command prints with --json, read."""
        return json.loads(self.run(*words, "--json"))

    def stage(self, words: str) -> str:
        """Where the one deal these words find stands in the store."""
        (found,) = self.json("list", words)
        return str(found["stage"])

    def done(self) -> list[str]:
        """What the journal says was done, the oldest first."""
        return [entry["label"] for entry in reversed(self.json("log", "-n", "1000"))]
