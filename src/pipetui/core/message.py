"""Sentences for the user, kept as a template and its values until the edge that shows them knows the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One whole sentence: an English template (the key of the catalogue) and the values of its `{placeholders}`."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    """The template when `n` among the values is not one; empty when the sentence has no plural."""

    def __str__(self) -> str:
        template = self.plural if self.plural and self.values.get("n") != 1 else self.text
        return template.format_map(self.values)


def say(text: str, /, **values: object) -> Message:
    """A sentence to be translated where it is shown; `text` is a literal, so that the catalogue finds it."""
    return Message(text, values)


def say_n(one: str, many: str, /, n: int, **values: object) -> Message:
    """A sentence with a plural form, chosen by `n`, which is also a placeholder."""
    return Message(one, {"n": n, **values}, many)
