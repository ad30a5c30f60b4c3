"""Files as people name them."""

from __future__ import annotations

from pathlib import Path

from pipetui.core.message import say
from pipetui.errors import Invalid


def path_of(text: str) -> Path:
    """The file that is named; `~` is one's home, `~ann` that of Ann. Raises Invalid when she has none here."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        name = text.removeprefix("~").partition("/")[0]
        raise Invalid(say("Nobody here is called {name}: {file}.", name=name, file=text)) from error
