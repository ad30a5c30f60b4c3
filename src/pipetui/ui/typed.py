"""What a terminal sends, sorted: keys, pastes, and answers nobody waits for. A paste never becomes keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipetui.core.text import clean

START, END = "\x1b[200~", "\x1b[201~"
PATIENCE = 30
"""Silences after which a paste whose end got lost is over."""
ANSWERS = re.compile(r"\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[?>=][\d;]*c")
"""Colours, names and kinds of terminals that a program before this one asked for; their letters are no keys."""


@dataclass(frozen=True, slots=True)
class Paste:
    """Text that came in one piece, cleaned; its lines are kept."""

    text: str


class Typed:
    """Sorts text as it comes, cut anywhere."""

    def __init__(self) -> None:
        self._held = ""
        self._pasted: list[str] | None = None
        self._silences = 0

    @property
    def waiting(self) -> bool:
        """Whether keys are held back, since they may turn out to begin a paste."""
        return bool(self._held) and self._pasted is None

    def sort(self, text: str) -> Iterator[str | Paste]:
        """Keys as text, and pastes whole."""
        text, self._held, self._silences = self._held + text, "", 0
        while text:
            mark = START if self._pasted is None else END
            before, found, text = text.partition(mark)
            if not found:
                before, self._held = _held_back(before, mark)
            if self._pasted is not None:
                self._pasted.append(before)
            elif keys := ANSWERS.sub("", before):
                yield keys
            if found:
                yield from self._turn()

    def silence(self) -> Iterator[str | Paste]:
        """Nothing came for a while: what was held back begins nothing, and a paste without an end is over."""
        self._silences += 1
        if self.waiting:
            held, self._held = self._held, ""
            yield held
        elif self._pasted is not None and self._silences >= PATIENCE:
            yield from self._turn()

    def _turn(self) -> Iterator[Paste]:
        """From keys to a paste, or back."""
        if self._pasted is None:
            self._pasted = []
        else:
            yield Paste(clean("".join(self._pasted), lines=True))
            self._pasted = None


def _held_back(text: str, mark: str) -> tuple[str, str]:
    """The text without the beginning of `mark` it ends in, and that beginning."""
    for length in range(len(mark) - 1, 0, -1):
        if text.endswith(mark[:length]):
            return text[:-length], mark[:length]
    return text, ""
