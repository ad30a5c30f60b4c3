"""Every sentence is said in French, with the same values in it, and what is compiled is what was written."""

from __future__ import annotations

import re
import string

from babel.messages.catalog import Message

from catalogue import FRENCH, all_of, compiled, said, translated


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def forms(message: Message) -> tuple[list[str], list[str]]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    return ids, strings


def test_every_sentence_is_said_in_french() -> None:
    french = translated()
    known = {message.id if isinstance(message.id, str) else message.id[0]: message for message in french}
    for message in said():
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        assert key in known, f"not in the catalogue: {key!r}; run python tests/catalogue.py"
        assert all_of(known[key].string) and not known[key].fuzzy, f"no French for {key!r}"


def test_the_values_of_a_sentence_are_the_same_in_french() -> None:
    for message in translated():
        if message.id:
            ids, strings = forms(message)
            wanted = set().union(*[placeholders(text) for text in ids])
            for said, text in zip(ids, strings, strict=True):
                assert placeholders(text) <= wanted, message.id
                assert placeholders(said) - {"n"} <= placeholders(text), message.id


def test_what_is_compiled_is_what_was_written() -> None:
    assert FRENCH.with_suffix(".mo").read_bytes() == compiled(translated())


def test_french_punctuation_has_its_spaces() -> None:
    for message in translated():
        if message.id:
            for text in forms(message)[1]:
                assert not re.search(r"[\w}][!?;»]", re.sub(r"![rs]}", "}", text)), text
