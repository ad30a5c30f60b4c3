"""Completion of commands, options and their values in bash, zsh and fish."""

from __future__ import annotations

import os

import click

from pipetui.cli.root import root
from pipetui.cli.session import Session
from pipetui.cli.words import verb
from pipetui.lang import _

_VARIABLE = "_PIPETUI_COMPLETE"


def complete() -> int:
    """Answer the shell, which asks through an environment variable."""
    from click.shell_completion import shell_complete

    with Session() as session:
        session.speak()
        return shell_complete(root(), {"obj": session}, "pipetui", _VARIABLE, os.environ[_VARIABLE])


@verb(
    "completion",
    _('Put `eval "$(pipetui completion bash)"` in ~/.bashrc, the same with zsh in ~/.zshrc, or')
    + "\n`pipetui completion fish > ~/.config/fish/completions/pipetui.fish`.",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    if script is not None:
        click.echo(script(root(), {}, "pipetui", _VARIABLE).source())


COMMANDS = {"completion": completion}
