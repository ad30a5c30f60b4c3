"""Who has the board open, and what the others did lately, as lines; and how long ago something was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipetui.core.message import say, say_n
from pipetui.lang import _, moment, told
from pipetui.ui.paint import GLYPHS, Line, Span, fit, wrapped

if TYPE_CHECKING:
    from pipetui.store.heard import Heard
    from pipetui.store.log import Entry
    from pipetui.store.presence import Present


def here_lines(
    present: Sequence[Present], names: Mapping[str, str], lately: Sequence[Heard], now: datetime, width: int
) -> list[Line]:
    """The sessions, each with since when and from where, and below them what others did."""
    lines: list[Line] = [[Span(_("Who is here"), "title")]]
    for one in present:
        name = names.get(one.login, one.login)
        who = f"{name} ({_('you')})" if one.own else name
        place = " ".join(filter(None, (one.host, one.terminal)))
        about = f" {GLYPHS.dot} ".join(filter(None, (_since(one.since, now), place)))
        lines.append([Span(fit(who, min(24, width // 2)) + "  ", "strong"), Span(about, "dim")])
    if not present:
        lines.append([Span(_("Nobody can be seen here: the folder of the store does not allow it."), "dim")])
    elif all(one.own for one in present):
        lines.append([Span(_("Nobody else has the board open."), "dim")])
    if lately:
        lines += [[], [Span(_("What others did lately"), "title")]]
        lines += [line for one in lately for line in _done(one, now, width)]
    return lines


def _since(then: datetime, now: datetime) -> str:
    return (
        told(say("since {moment}", moment=moment(then)))
        if now - then > timedelta(hours=12)
        else ago(then, now)
    )


def _done(one: Heard, now: datetime, width: int) -> list[Line]:
    text = told(say("{who}, {ago}: {what}", who=one.who, ago=ago(one.at, now), what=one.what))
    return wrapped(text, width)


def touched(entries: Sequence[Entry], now: datetime, width: int) -> list[Line]:
    """Who changed a deal last, when, and how; nothing for one that came by itself."""
    last = next((one for one in entries if one.member and one.kind != "setup"), None)
    if last is None:
        return []
    text = told(say("{who}, {ago}: {what}", who=last.member, ago=ago(last.at, now), what=last.sentence))
    return wrapped(text, width, "dim")


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, as people say it; the moment itself when that is a day or more."""
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return told(say_n("a minute ago", "{n} minutes ago", minutes))
    if minutes < 24 * 60:
        return told(say_n("an hour ago", "{n} hours ago", minutes // 60))
    return moment(then)
