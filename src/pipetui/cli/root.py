"""`pipetui` itself: finds the command asked for, imports its module, and tells what was wrong with the words."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from pipetui import __version__, lang
from pipetui.cli.output import complain_of
from pipetui.cli.session import Options, Session
from pipetui.cli.words import COMMANDS, Spoken, global_options, pass_session, short
from pipetui.core.message import say, say_n
from pipetui.lang import told

CLICK_SAYS = (
    say("Usage:"),
    say("Options"),
    say("Show this message and exit."),
    say("Show the version and exit."),
    say("No such option {name!r}."),
    say("No such command {name!r}."),
    say("Missing argument"),
    say("Missing option"),
    say("Missing command."),
    say("Invalid value for {param_hint}: {message}"),
    say("{value!r} is not a valid {number_type}."),
    say("default: {default}"),
    say("required"),
    say("Invalid value: {message}"),
    say("Choose from:\n\t{choices}"),
    say_n("{value!r} is not {choice}.", "{value!r} is not one of {choices}.", n=2),
    say("{value} is not in the range {range}."),
    say_n("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", n=2),
    say_n("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", n=2),
    say_n("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments.", n=2),
    say("Option {name!r} does not take a value."),
    say("Argument {name!r} takes {nargs} values."),
    say("{name} {filename!r} does not exist."),
    say("{name} {filename!r} is a directory."),
    say("file"),
    say("directory"),
    say("path"),
)
"""What click says by itself; it finds the French for it in our catalogue."""
NEAR = 0.6
"""How alike a word and one that is known must be for it to be proposed; the dashes before them do not count."""


class Root(Spoken, click.Group):
    """`pipetui` itself."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pipetui.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.COMMANDS[cmd_name]
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(told(say("Commands"))):
            formatter.write_dl([(name, short(name)) for name in COMMANDS])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        items = [CompletionItem(name, help=short(name)) for name in names]
        return items or click.Command.shell_complete(self, ctx, incomplete)


def root() -> Root:
    """The command line, its words in the language spoken now."""

    @pass_session
    def board(session: Session) -> int | None:
        invoked = click.get_current_context().invoked_subcommand
        return None if invoked else session.open_board()

    version = click.version_option(__version__, prog_name="pipetui", message="%(prog)s %(version)s")
    command = Root(
        "pipetui",
        callback=board,
        invoke_without_command=True,
        params=global_options(),
        help=told(say("Your sales pipeline in a terminal. Without a command: the board.")),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    return version(command)


def _teach_click() -> None:
    """Have click look its own sentences up in our catalogue, in the language spoken now."""
    gettext.bindtextdomain("pipetui", str(Path(lang.__file__).with_name("locale")))
    gettext.textdomain("pipetui")
    os.environ["LANGUAGE"] = lang.code()


def run(words: Sequence[str]) -> int:
    """Run one command and return its exit code; wrong usage is told and is 2."""
    options = Options(lang=Options.language(words))
    with Session(options) as session:
        session.speak()
        _teach_click()
        try:
            with root().make_context("pipetui", list(words), obj=session) as context:
                code = context.command.invoke(context)
                return code if isinstance(code, int) else 0
        except click.exceptions.Exit as done:
            return done.exit_code
        except click.exceptions.Abort:
            raise KeyboardInterrupt from None
        except click.UsageError as error:
            _explain(error, as_json="--json" in words)
            return error.exit_code
        except click.ClickException as error:
            complain_of("refused", error.format_message(), None, "--json" in words)
            return error.exit_code


def _explain(error: click.UsageError, as_json: bool) -> None:
    if isinstance(error, click.NoSuchOption) and error.possibilities:
        error.possibilities[:] = _near(error.option_name, error.possibilities)
    context = error.ctx
    hint = told(say("See {command} --help.", command=context.command_path)) if context else None
    if context and not as_json:
        print(context.get_usage(), file=sys.stderr)
    complain_of("usage", error.format_message(), hint, as_json)


def _near(word: str, known: Sequence[str]) -> list[str]:
    from difflib import SequenceMatcher

    return [one for one in known if SequenceMatcher(None, word.strip("-"), one.strip("-")).ratio() >= NEAR]
