"""What an input may break besides raising an error."""

from __future__ import annotations


class HangError(BaseException):
    """It did not come to an end."""


class BrokenError(Exception):
    """Something that must hold does not."""


def hold(truth: bool, *told: object) -> None:
    """Raise BrokenError unless it is true."""
    if not truth:
        raise BrokenError(*told)
