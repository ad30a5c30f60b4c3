"""What can go wrong, as one drawn tree. Each error is one sentence and a hint, shown alike on every edge.

PipetuiError
├── Refused          a rule says no: nothing was written                        exit 1
│   ├── NotFound     nothing matches what was asked for                         exit 1
│   └── Forbidden    the role of who asks does not go so far                    exit 1
├── Invalid          what was typed or read cannot be understood                exit 2
└── StoreProblem     the store cannot be opened, read or written                exit 3
    ├── Conflict     somebody else saved the same field first                   exit 1
    └── ConnectionLost   the server or the file went away while it was used     exit 3
        └── Replaced     another file stands where the store was                exit 3
            └── Removed  no file stands there any more                          exit 3
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pipetui.core.message import Message, say

_REASONS = {
    errno.ENOENT: say("there is no such file or folder"),
    errno.EACCES: say("it is not yours to use"),
    errno.EPERM: say("it is not yours to use"),
    errno.EISDIR: say("it is a folder"),
    errno.ENOTDIR: say("a part of its path is no folder"),
    errno.ENOSPC: say("the disk is full"),
    errno.EROFS: say("the disk cannot be written"),
}


def reason_of(error: OSError) -> Message | str:
    """Why the system refused, for the end of a sentence; in its own words when it is nothing usual."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


class PipetuiError(Exception):
    """Anything the user can be told in one sentence."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: Message, hint: Message | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.hint = hint


class Refused(PipetuiError):
    """A rule of the pipeline forbids the act."""

    code = "refused"


class NotFound(Refused):
    """Nothing matches what was asked for."""

    code = "not_found"


class Forbidden(Refused):
    """The role of who asks does not go so far, or the record is somebody else's."""

    code = "forbidden"


class Invalid(PipetuiError):
    """A word, a value or a file that cannot be understood; `at` is the offset in the text, when there is one."""

    code = "invalid"
    exit_code = 2

    def __init__(self, message: Message, hint: Message | None = None, at: int | None = None) -> None:
        super().__init__(message, hint)
        self.at = at


class StoreProblem(PipetuiError):
    """The store cannot be opened, read or written."""

    code = "store"
    exit_code = 3


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed: what was there before, what the other saved, what was about to be saved."""

    table: str
    id: int
    field: str
    before: object
    theirs: object
    mine: object
    by: str | None = None
    """Who saved first, when the journal knows."""
    at: datetime | None = None
    """When that was."""
    what: Message | None = None
    """The sentence of the batch that did it."""


class Conflict(StoreProblem):
    """Somebody else saved the same field first; both values are kept here and nothing was written."""

    code = "conflict"
    exit_code = 1

    def __init__(self, message: Message, clashes: tuple[Clash, ...], hint: Message | None = None) -> None:
        super().__init__(message, hint)
        self.clashes = clashes
        self.unwritten = False
        """Raised by the write of all that was asked for: a form may ask for it again."""


class ConnectionLost(StoreProblem):
    """The server or the file went away. What was being written is not there, unless it is `doubtful`."""

    def __init__(self, message: Message, hint: Message | None = None, doubtful: bool = False) -> None:
        super().__init__(message, hint)
        self.doubtful = doubtful
        """Lost between the order to keep what was written and the answer: it may be there."""
        self.unwritten = False
        """Raised by the write of all that was asked for, not by a read before or after it."""


class Replaced(ConnectionLost):
    """Another file took the place of the store, or none did: nothing may be written into the one that went."""


class Removed(Replaced):
    """No file stands where the store was."""
