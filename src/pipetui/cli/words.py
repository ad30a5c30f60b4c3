"""The words of the command line: its table of commands, the options all of them take, and how one is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import click

from pipetui.cli.session import Session
from pipetui.core.message import Message, say
from pipetui.core.text import clean, fold
from pipetui.lang import LANGUAGES, _, told

COMMANDS: dict[str, tuple[str, Message]] = {
    "demo": ("demo", say("Open the board on a believable sample that never touches your data")),
    "add": ("adding", say("Add deals, one line each")),
    "list": ("listing", say("List deals")),
    "show": ("showing", say("Show all there is about a deal")),
    "move": ("deals", say("Move deals to a stage")),
    "won": ("deals", say("Close deals as won")),
    "lost": ("deals", say("Close deals as lost, with a reason")),
    "reopen": ("deals", say("Reopen closed deals")),
    "park": ("deals", say("Put deals out of sight until a day")),
    "unpark": ("deals", say("Bring parked deals back")),
    "archive": ("deals", say("Put deals away for good")),
    "restore": ("keep", say("Bring archived deals back, or the whole store from a backup")),
    "edit": ("edit", say("Change the fields of a deal")),
    "assign": ("members", say("Give deals to another owner, in bulk too")),
    "board": ("board", say("Print the board")),
    "status": ("status", say("Print a summary of one screen")),
    "forecast": ("forecast", say("Will we make the number, and if not, what is missing?")),
    "backtest": ("backtest", say("How good the forecast was on your own past, beside simpler methods")),
    "goal": ("forecast", say("List and set goals")),
    "review": ("review", say("The deals most worth a word, and the minutes of past reviews")),
    "report": ("report", say("Print a report")),
    "stages": ("stages", say("List and change the stages of the pipeline")),
    "criteria": ("criteria", say("What stages ask to be shown before a deal leaves them")),
    "tick": ("criteria", say("Tick what the stage of a deal asks for")),
    "macro": ("macros", say("Acts under a name, done again on other deals")),
    "quote": ("quotes", say("Quotes of a deal")),
    "activity": ("activities", say("Calls, e-mails, meetings, tasks and notes")),
    "due": ("due", say("What is overdue and due today, for a cron job")),
    "contact": ("customers", say("People")),
    "org": ("customers", say("Companies")),
    "tag": ("tags", say("Tags on deals, people and companies")),
    "source": ("sources", say("Where leads come from, and what was paid for them")),
    "segment": ("views", say("Saved filters for reports")),
    "view": ("views", say("Saved filters on the number keys")),
    "import": ("files", say("Take in a file: CSV, XLSX, or a JSON export")),
    "export": ("files", say("Write deals to a file: CSV, JSON, XLSX or Markdown")),
    "members": ("members", say("Who works here, in which role, and who has left")),
    "settings": ("settings", say("What holds for everybody: currency, quote numbers, your company")),
    "undo": ("journal", say("Take the last change back")),
    "redo": ("journal", say("Make the change taken back again")),
    "log": ("journal", say("Show what was changed")),
    "backup": ("keep", say("Copy the store while it is in use")),
    "copy": ("copying", say("Copy everything to another store: a file, a server, JSON lines")),
    "share": ("keep", say("Share the store with a group of this machine")),
    "doctor": ("keep", say("Check the store and explain what is found")),
    "server": ("server", say("Keep the store on PostgreSQL for a team")),
    "completion": ("completion", say("Print the completion script of a shell")),
}
"""Each command, the module that has it, and its short help."""


pass_session = click.make_pass_decorator(Session)
"""Give the command the session of this run as its first argument."""


def _keep(context: click.Context, param: click.Parameter, value: object) -> None:
    session = context.find_object(Session)
    if session is not None and param.name and value not in (None, False):
        setattr(session.options, param.name, value)


def global_options() -> list[click.Parameter]:
    """The options every command understands, before or after its name."""

    def option(*names: str, **more: Any) -> click.Option:
        return click.Option(names, expose_value=False, is_eager=True, callback=_keep, **more)

    return [
        option("--db", metavar=told(say("PATH|URL")), help=told(say("The store (or PIPETUI_DB)."))),
        option(
            "--pipeline", metavar=told(say("NAME")), help=told(say("The pipeline; the first by default."))
        ),
        option(
            "--as-of", metavar=told(say("DATE")), help=told(say("Act as if it were the end of that day."))
        ),
        option("--lang", type=click.Choice(LANGUAGES), help=told(say("The language."))),
        option("--json", is_flag=True, help=told(say("Print JSON."))),
    ]


PLACES = (
    say("ADDRESS"), say("AMOUNT"), say("ARGS"), say("COLUMN"), say("COMMAND"), say("CRITERION"), say("DATE"),
    say("DAYS"), say("FIELD"), say("FILE"), say("FIRST"), say("GONE"), say("HASH"), say("ID"), say("INTEGER"),
    say("INTEGER RANGE"), say("KEPT"), say("LOGIN"), say("METRIC"), say("NAME"), say("NEW"), say("NUMBER"),
    say("OPTIONS"), say("PART"), say("PATH"), say("PERIOD"), say("PLACE"), say("PRICE"), say("QUANTITY"),
    say("QUERY"), say("ROLE"), say("ROW"), say("SECOND"), say("STAGE"), say("TEXT"), say("VALUE"), say("WHAT"),
    say("WORDS"),
)  # fmt: skip
"""What stands for a word of the user in a usage line."""
_PLACE = re.compile("INTEGER RANGE|[A-Z]{2,}")


def placed(usage: str) -> str:
    """A piece of a usage line, such as `[QUERY]...` or `FIELD=COLUMN`, in the language spoken."""
    words = {place.text for place in PLACES}
    return _PLACE.sub(lambda found: _(found[0]) if found[0] in words else found[0], usage)


class OneOf(click.Choice[str]):
    """One of some words, as the language spoken has them or as the store does; the value is the store's."""

    def __init__(self, words: Mapping[str, Message]) -> None:
        super().__init__(list(words))
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        for name, message in self.words.items():
            if fold(str(value)) in (fold(name), fold(told(message))):
                return name
        said = ", ".join(told(message) for message in self.words.values())
        return self.fail(
            told(say('"{text}" is none of {names}.', text=clean(str(value)), names=said)), param, ctx
        )

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(told(message) for message in self.words.values())}]"


class Spoken(click.Command):
    """A command whose usage is in the language spoken."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        params = super().get_params(ctx)
        for param in params:
            if not isinstance(param.type, click.Choice) and not getattr(param, "is_flag", False):
                param.metavar = placed(param.make_metavar(ctx))
        return params

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [placed(piece) for piece in super().collect_usage_pieces(ctx)]


class Verb(Spoken):
    """A command that takes the global options after its name too."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += global_options()


class QueryVerb(Verb):
    """A command with a query among its words, in which `-tag:cold` is a term and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        terms = [word.startswith("-") and word[1:2] not in ("-", "") and len(word) > 2 for word in args]
        marked = [_TERM + word if is_term else word for word, is_term in zip(args, terms, strict=True)]
        return super().parse_args(ctx, marked)


_TERM = "\0"
"""Before a word that click must not take for an option; no word of a shell holds it."""


def query_text(words: tuple[str, ...]) -> str:
    """The query the words make."""
    return " ".join(word.removeprefix(_TERM) for word in words)


class Family(Spoken, click.Group):
    """A command with commands below it; alone it lists."""

    command_class = Verb

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "invoke_without_command": True})
        self.params += global_options()


def verb(name: str, more: str = "") -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command of the table; `more` follows its short help."""
    return click.command(name, cls=Verb, **_helped(name, more))


def query_verb(name: str, more: str = "") -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command of the table that has a query among its words."""
    return click.command(name, cls=QueryVerb, **_helped(name, more))


def family(name: str, more: str = "") -> Callable[[Callable[..., Any]], Family]:
    """Declare a command of the table that has commands below it."""
    return click.command(name, cls=Family, **_helped(name, more))


def short(name: str) -> str:
    """What the table says of a command."""
    return told(COMMANDS[name][1])


def _helped(name: str, more: str) -> dict[str, str]:
    first = short(name) if short(name).endswith(("?", ".")) else f"{short(name)}."
    return {"short_help": short(name), "help": f"{first}\n\n{more}" if more else first}
