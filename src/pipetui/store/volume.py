"""Which file system a file lies on: over a network SQLite's locks and shared memory do not hold."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from pipetui.core.message import say
from pipetui.errors import StoreProblem

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted, as Linux tells it; elsewhere nothing is known."""
NETWORK = frozenset((
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs",
    "nfs4", "ocfs2", "orangefs", "smb", "smb2", "smb3", "smbfs", "fuse.ceph", "fuse.curlftpfs", "fuse.davfs2",
    "fuse.gcsfuse", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs",
    "fuse.sshfs",
))  # fmt: skip
_ESCAPED = re.compile(r"\\([0-7]{3})")


def network(file: str, mounts: str) -> str | None:
    """The network file system that holds a file, None when it is a local one.

    `mounts` is the text of `/proc/self/mountinfo`; `file` an absolute path without symbolic links.
    """
    best, found = "", None
    if not any(f" - {kind} " in mounts for kind in NETWORK):
        return None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(), after.split()
        if len(fields) < 5 or not kinds:
            continue
        point = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4])
        # What is mounted later over the same point hides what was there.
        if len(point) >= len(best) and _below(file, point):
            best, found = point, kinds[0]
    # Some sandboxes hand their whole disk in over 9p; nobody else has it.
    return found if found in NETWORK and not (found == "9p" and best == "/") else None


def _below(file: str, point: str) -> bool:
    return file == point or file.startswith(point.rstrip("/") + "/")


def network_of(file: Path) -> str | None:
    """The network file system that holds this file, or will hold it; None for a local one, or where it is not told."""
    return _looked_up(MOUNTS, os.path.realpath(file))


@lru_cache(maxsize=64)
def _looked_up(table: Path, file: str) -> str | None:
    """Once a process: the table costs a millisecond, and a store in use is not moved to another disk."""
    try:
        return network(file, table.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return None


def refuse_network(file: Path) -> None:
    """Raises StoreProblem when the file lies on a network file system."""
    if found := network_of(file):
        raise StoreProblem(
            say(
                "{file} lies on a network file system ({kind}), where two hosts that write would damage it.",
                file=str(file),
                kind=found,
            ),
            say(
                "Share it on PostgreSQL (--db postgresql://…), work over SSH on one host, or choose a file on a local"
                " disk with --db FILE."
            ),
        )
