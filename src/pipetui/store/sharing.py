"""Who may use a file store, and as whom: its owner alone, or the members of a group of the operating system.

A shared file lies in a folder that the group may write and whose new files belong to the group. SQLite gives what it
keeps beside the file the rights of the file, whatever the umask of who opens it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipetui.core.message import Message, say
from pipetui.errors import Refused, StoreProblem
from pipetui.store.db import dialect
from pipetui.store.sqlite import path

try:
    import grp
    import pwd
except ImportError:  # Windows knows no groups of this kind
    grp = pwd = None  # type: ignore[assignment]

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
SHARED_FOLDER, SHARED_FILE = 0o2770, 0o660
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
BESIDE = ("-wal", "-shm", ".copies", ".schema-*", ".replaced-*")
"""What pipetui and SQLite keep beside a store, by the end of its name."""


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights of one file or folder."""

    mode: int
    owner: int
    group: int

    @classmethod
    def of(cls, file: Path) -> Rights | None:
        """As they are; None when there is no such file."""
        try:
            found = file.stat()
        except OSError:
            return None
        return cls(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)

    @property
    def own(self) -> bool:
        """Whether the user alone writes it."""
        return pwd is None or (self.owner == os.geteuid() and not self.mode & OTHERS_WRITE)

    @property
    def group_writes(self) -> bool:
        """Whether the group may write it."""
        return bool(self.mode & stat.S_IWGRP)

    @property
    def others(self) -> bool:
        """Whether anybody on the machine may read or write it."""
        return bool(self.mode & stat.S_IRWXO)


def acting(url: str, wanted: str) -> str:
    """The login to act as: the one `wanted` by the settings in a file of one's own, else the name of the account."""
    if dialect(url) != "sqlite" or pwd is None:
        return wanted
    rights = Rights.of(path(url))
    return wanted if rights is None or rights.own else account()


def account() -> str:
    """The name of the account this process runs as; no setting and no variable changes it."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid{number}"


def group_name(number: int) -> str:
    """The name of a group."""
    try:
        return grp.getgrgid(number).gr_name
    except (AttributeError, KeyError):
        return str(number)


def parts(url: str) -> Iterator[Path]:
    """The file and what is kept beside it, copies included."""
    file = path(url)
    yield file
    for end in BESIDE:
        for found in sorted(file.parent.glob(_literal(file.name) + end)):
            yield found
            if found.is_dir():
                yield from sorted(found.iterdir())


def _literal(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def share(url: str, group: str) -> None:
    """Let the members of a group use the store, and nobody else. Raises Refused, StoreProblem."""
    number = _group(group)
    file = path(url).absolute()
    _refuse_unfit(file.parent)
    _set(file.parent, SHARED_FOLDER, number)
    for part in parts(url):
        _set(part, SHARED_FOLDER if part.is_dir() else SHARED_FILE, number)


def keep_private(url: str) -> None:
    """Let the owner alone use the store. Raises StoreProblem."""
    file, own = path(url).absolute(), os.getegid()
    _refuse_unfit(file.parent)
    for part in parts(url):
        _set(part, PRIVATE_FOLDER if part.is_dir() else PRIVATE_FILE, own)
    _set(file.parent, PRIVATE_FOLDER, own)


def closed_above(folder: Path) -> Path | None:
    """A folder above that members of other groups cannot pass, None when the way is open."""
    for above in reversed(folder.parents):
        rights = Rights.of(above)
        if rights is not None and not rights.mode & stat.S_IXOTH:
            return above
    return None


def _group(name: str) -> int:
    if grp is None:
        raise Refused(say("This system has no groups that could share a file."))
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise Refused(
            say("There is no group {name} on this machine.", name=name),
            say("Make it: sudo groupadd {name} && sudo usermod -aG {name} LOGIN", name=name),
        ) from None


def _refuse_unfit(folder: Path) -> None:
    rights = Rights.of(folder)
    if folder == Path.home() or (rights is not None and rights.mode & stat.S_ISVTX):
        raise Refused(
            say("{folder} holds more than a store: its rights are left as they are.", folder=str(folder)),
            say("Put the store in a folder of its own: pipetui copy --to /srv/sales/pipeline.db"),
        )


def _set(file: Path, mode: int, group: int) -> None:
    try:
        if file.stat().st_gid != group:
            os.chown(file, -1, group)
        file.chmod(mode)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreProblem(
            say(
                "The rights of {file} cannot be changed: {reason}.",
                file=str(file),
                reason=error.strerror or str(error),
            ),
            say("Its owner can, when he is a member of the group; so can root."),
        ) from error


def mode_for_copies(url: str) -> int:
    """The rights of a copy kept beside the store: those of the store."""
    rights = Rights.of(path(url))
    return PRIVATE_FILE if rights is None else rights.mode & 0o666 | PRIVATE_FILE


def described(url: str) -> dict[str, str | None]:
    """The rights of the store for programs: its mode, and the group that shares it."""
    rights = Rights.of(path(url))
    if rights is None:
        return {"mode": None, "group": None}
    return {"mode": f"{rights.mode:04o}", "group": None if rights.own else group_name(rights.group)}


def told(url: str) -> Message:
    """Who can reach the store, and what that protects."""
    rights = Rights.of(path(url))
    if rights is None or rights.own:
        return say("Nobody but you and root can write this file.")
    return say(
        "The group {group} shares this file: whoever may write it can write it with any program, past what his role"
        " allows. Only PostgreSQL enforces roles.",
        group=group_name(rights.group),
    )
