"""The far side of an SSH connection: an sshd of our own on the loopback, and a line to it as bad as wanted."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from cluster import free_port
from link import Link
from machine import Machine
from pseudoterminal import PseudoTerminal

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
MISSING = "There is no sshd here; Debian has it in openssh-server."
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/sshd.pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
PrintLastLog no
Compression no
"""
OPTIONS = (
    "StrictHostKeyChecking=no",
    "LogLevel=ERROR",
    "IdentitiesOnly=yes",
    "Compression=no",
    "IdentityAgent=none",
)


class FarSide:
    """A machine of somebody who sells, reached by `ssh`; keys and server live as long as the `with`."""

    def __init__(self, folder: Path, delay: float = 0.0, rate: float = 0.0) -> None:
        """`delay` and `rate` are those of the line, one way."""
        assert SSHD is not None, MISSING
        self.folder, self.port = folder, free_port()
        (folder / "home").mkdir()
        self.machine = Machine(folder / "home")
        self._opened = ExitStack()
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        (folder / "sshd_config").write_text(CONFIG.format(port=self.port, folder=folder))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True, mode=0o755)
        words = [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")]
        self._log = self._opened.enter_context((folder / "log").open("wb"))
        self._server = subprocess.Popen(words, stdout=self._log, stderr=self._log)
        self._wait()
        self.link = self._opened.enter_context(Link(("127.0.0.1", self.port), delay, rate))

    def __enter__(self) -> FarSide:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()
        self._server.terminate()
        self._server.wait(10)

    def open(self, *words: str, size: tuple[int, int] = (80, 24)) -> PseudoTerminal:
        """`ssh -tt` and what it runs over there, in the environment of the machine."""
        return self._opened.enter_context(PseudoTerminal([*self._ssh(), "-tt", self._line(words)], size))

    def run(self, *words: str) -> str:
        """What a command over there prints; AssertionError when it fails."""
        ended = subprocess.run(
            [*self._ssh(), self._line(words)], capture_output=True, text=True, check=False, timeout=120
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def pipetui(self, *words: str) -> tuple[str, ...]:
        """The words that run the program over there."""
        return (sys.executable, "-m", "pipetui", *words)

    def _ssh(self) -> list[str]:
        options = [f"-o{one}" for one in (*OPTIONS, f"UserKnownHostsFile={self.folder / 'known'}")]
        key = ["-F", "none", "-i", str(self.folder / "user"), "-p", str(self.link.port)]
        return ["ssh", *key, *options, f"{getpass.getuser()}@127.0.0.1"]

    def _line(self, words: Sequence[str]) -> str:
        env = [
            f"{name}={value}" for name, value in self.machine.env.items() if name not in ("COLUMNS", "LINES")
        ]
        return shlex.join(["env", *env, f"TMUX_TMPDIR={self.folder}", *words])

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                if time.monotonic() > end or self._server.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()) from None
                time.sleep(0.02)
