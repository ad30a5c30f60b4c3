"""From a word somebody typed to the one record it names: accents and case aside, a beginning is enough."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from pipetui.core.message import Message, say
from pipetui.core.text import clean, fold
from pipetui.errors import NotFound


class Named(Protocol):
    """A record with a name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def the_one(word: str, among: Iterable[N], kind: Message) -> N:
    """The record named so, or the only one whose name begins so. Raises NotFound with the names there are."""
    choices = list(among)
    wanted = fold(clean(word))
    exact = [one for one in choices if fold(one.name) == wanted]
    begun = exact or [one for one in choices if wanted and fold(one.name).startswith(wanted)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise NotFound(
            say('"{word}" can be more than one {kind}.', word=clean(word), kind=kind),
            say("Which of {names}?", names=_names(begun)),
        )
    raise NotFound(
        say('There is no {kind} "{word}".', word=clean(word), kind=kind),
        say("There is {names}.", names=_names(choices)) if choices else say("There is none yet."),
    )


def found(word: str, among: Iterable[N]) -> N | None:
    """The record with exactly this name, accents and case aside."""
    wanted = fold(clean(word))
    return next((one for one in among if fold(one.name) == wanted), None)


def _names(choices: Iterable[Named], limit: int = 20) -> str:
    names = [clean(one.name) for one in choices]
    return ", ".join(names[:limit]) + (", …" if len(names) > limit else "")
