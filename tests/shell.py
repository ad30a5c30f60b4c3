"""What a command line leaves behind, for the stories told in the shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str | None]:
        """The error object on standard error."""
        found: dict[str, str | None] = json.loads(self.err)["error"]
        return found


Shell = Callable[..., Ended]
