"""What the user chose: `config.toml` in the settings folder of the system, then the environment, which wins.

db = "sales.db"            a path, or a postgresql:// address
lang = "fr"                en or fr
theme = "nord"
glyphs = "ascii"           unicode or ascii
currency = "EUR"           for amounts typed without one
fiscal_month = 4           the month the fiscal year begins
me = "marie"               who acts; the name of the session otherwise
editor = "nano"            for long notes
animations = false
[keys]                     a command and its keys
undo = "u"
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pipetui.core.message import Message, say
from pipetui.errors import Invalid, StoreProblem, reason_of
from pipetui.paths import path_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings of one person on one machine."""

    db: str
    """A path, or a `postgresql://` address."""
    lang: str | None = None
    """None when the environment decides."""
    theme: str | None = None
    glyphs: str = "unicode"
    currency: str | None = None
    """None when the store decides."""
    fiscal_month: int | None = None
    """1 to 12; None when the store decides."""
    me: str = ""
    editor: str = ""
    keymap: Mapping[str, str] = field(default_factory=dict)
    animations: bool = True
    color: bool = True
    """False when NO_COLOR asks for none."""


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings in force. Raises Invalid with the file and the key when one cannot be used."""
    file = _file(environ)
    chosen = _read(file)
    values: dict[str, Any] = {name: _checked(name, value, file) for name, value in chosen.items()}
    if holds_password(str(values.get("db", ""))):
        raise Invalid(say("{file}: a password has no place in this file.", file=str(file)), NO_PASSWORD)
    values["keymap"] = values.pop("keys", {})
    values["db"] = (
        environ.get("PIPETUI_DB") or values.get("db") or str(folder("data", environ) / "pipetui.db")
    )
    values["me"] = values.get("me") or environ.get("USER") or environ.get("USERNAME") or _login()
    values["editor"] = values.get("editor") or environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    values["color"] = not environ.get("NO_COLOR")
    return Config(**values)


NO_PASSWORD = say(
    "Leave it out of the address, and write it into ~/.pgpass as HOST:PORT:DATABASE:USER:PASSWORD"
)


def holds_password(db: str) -> bool:
    """Whether an address tells a password."""
    return _PASSWORD.search(db) is not None


_PASSWORD = re.compile(r"^\w+://(?:[^@/?#]*:[^@/?#]+@|.*[?&]password=[^&])", re.DOTALL)


def _login() -> str:
    """The account this runs under, where the environment does not say: cron jobs write as the same person."""
    try:
        from pwd import getpwuid

        return getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "me"


def make_home(db: str) -> None:
    """Make the folder of a file store, for its owner alone. Raises StoreProblem when it cannot be made."""
    file = db.removeprefix("sqlite:///")
    if "://" in file:
        return
    home = path_of(file).absolute().parent
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreProblem(
            say(
                "The folder {folder} cannot be made: {reason}.",
                folder=str(folder),
                reason=reason_of(error),
            ),
            say("Choose another place with --db FILE or PIPETUI_DB."),
        ) from error


def folder(which: Literal["data", "config"], environ: Mapping[str, str] = os.environ) -> Path:
    """Where the system keeps data or settings: what platformdirs says, on Linux without the time it takes to load."""
    if sys.platform == "linux":
        asked = environ.get(f"XDG_{which.upper()}_HOME", "").strip()
        root = Path(asked or {"data": "~/.local/share", "config": "~/.config"}[which])
        return root.expanduser() / "pipetui"
    import platformdirs

    ask = platformdirs.user_data_path if which == "data" else platformdirs.user_config_path
    return ask("pipetui", appauthor=False)


def _file(environ: Mapping[str, str]) -> Path:
    chosen = environ.get("PIPETUI_CONFIG")
    return Path(chosen) if chosen else folder("config", environ) / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Invalid(
            say("{file} cannot be read: {reason}.", file=str(file), reason=reason_of(error))
        ) from error
    import tomllib

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            say("{file} is not valid TOML: {reason}.", file=str(file), reason=str(error)),
            say('Each line is: name = "value".'),
        ) from error


def _checked(name: str, value: Any, file: Path) -> Any:
    if name not in _RULES:
        raise Invalid(
            say('{file}: there is no setting "{key}".', file=str(file), key=name),
            say("The settings are {names}.", names=", ".join(_RULES)),
        )
    fits, expected = _RULES[name]
    if not fits(value):
        raise Invalid(say("{file}: {key} must be {expected}.", file=str(file), key=name, expected=expected))
    return value


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_RULES: dict[str, tuple[Callable[[Any], bool], Message]] = {
    "db": (_text, say("a path or a postgresql:// address")),
    "lang": (lambda value: value in ("en", "fr"), say('"en" or "fr"')),
    "theme": (_text, say("the name of a theme")),
    "glyphs": (lambda value: value in ("unicode", "ascii"), say('"unicode" or "ascii"')),
    "currency": (
        lambda value: _text(value) and len(value) == 3 and value.isascii() and value.isupper(),
        say('a currency code of three capitals, like "EUR"'),
    ),
    "fiscal_month": (lambda value: _number(value) and 1 <= value <= 12, say("a month, 1 to 12")),
    "me": (_text, say("the login of a member")),
    "editor": (_text, say("the command of an editor")),
    "animations": (lambda value: isinstance(value, bool), say("true or false")),
    "keys": (
        lambda value: isinstance(value, dict) and all(_text(k) and _text(v) for k, v in value.items()),
        say('a table of commands and keys, like undo = "u"'),
    ),
}
