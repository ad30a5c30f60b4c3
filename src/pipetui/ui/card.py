"""One deal in three lines: what it is, who and how much, what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipetui.core.text import clean
from pipetui.lang import _, day, money, span
from pipetui.ui.paint import GLYPHS, KINDS, Line, Role, Span, cells, fit

if TYPE_CHECKING:
    from pipetui.core.stage import Kind, Stage
    from pipetui.store.cards import Card

HEIGHT = 4
"""Rows of a card, the blank one below it among them."""


def name(card: Card) -> str:
    """What a deal is called: the company and what is sold, else one of them, else the person."""
    return " – ".join(part for part in (card.organization, card.title) if part) or card.contact or "?"


def card_lines(
    card: Card, kind: Kind, flags: Iterable[str], today: date, now: datetime, width: int, marked: bool = False
) -> list[Line]:
    """The three lines of a card, each in so many cells. `flags` are those of `core.hygiene`."""
    mark = [Span(GLYPHS.mark + " ", "accent")] if marked else []
    title = Span(fit(name(card), width - 2 * len(mark)), "strong")
    return [
        [*mark, title],
        _who_and_how_much(card, width),
        _next(card, kind, frozenset(flags), today, now, width),
    ]


def _who_and_how_much(card: Card, width: int) -> Line:
    amount = fit(money(card.amount, card.currency, short=True), width, "none")
    who = card.contact if card.organization or card.title else card.email or card.phone
    left = width - cells(amount) - bool(amount)
    return [Span(fit(who or "", left) + (" " if amount else ""), "dim"), Span(amount, "money")]


def _next(card: Card, kind: Kind, flags: frozenset[str], today: date, now: datetime, width: int) -> Line:
    if kind != "open":
        return _closed(card, kind, today, width)
    left = _step(card, flags, today)
    late = f" {_('late')}"
    if "late" in flags and _wide(left) + cells(late) + 2 * len(flags & {"overdue", "stalled"}) <= width:
        left.append(Span(late, "bad"))
    right = _signs(card, flags, today, now, width - _wide(left))
    room = max(width - _wide(left) - _wide(right), 0)
    return [*left, Span(" " * room), *right]


def _closed(card: Card, kind: Kind, today: date, width: int) -> Line:
    when = day(card.closed_at.astimezone().date(), today) if card.closed_at else ""
    if kind == "won":
        return [Span(fit(f"{GLYPHS.done} {when}", width), "good")]
    why = clean(card.lost_reason or "")
    return [Span(fit(f"{GLYPHS.lost} {' · '.join(part for part in (when, why) if part)}", width), "dim")]


def _step(card: Card, flags: frozenset[str], today: date) -> Line:
    if card.archived:
        return [Span(f"{GLYPHS.archived} {_('archived')}", "dim")]
    if "parked" in flags and card.parked_until:
        return [Span(f"{GLYPHS.parked} {day(card.parked_until, today)}", "dim")]
    if card.next_due is None:
        return [Span(f"{GLYPHS.none} {_('no next step')}", "warn")]
    sign = KINDS.get(card.next_kind or "", GLYPHS.task)
    when = day(card.next_due, today)
    if card.next_time and card.next_due == today:
        when = card.next_time
    role: Role = "bad" if "late" in flags else "accent" if "today" in flags else ""
    return [Span(f"{sign} {when}", role), *([Span(f" {GLYPHS.late}", "bad")] if "late" in flags else [])]


def _signs(card: Card, flags: frozenset[str], today: date, now: datetime, room: int) -> Line:
    """What else asks for attention, in words as far as there is room for them."""
    found: list[tuple[str, str, Role]] = []
    if "overdue" in flags and card.expected_close:
        found.append((GLYPHS.flag, day(card.expected_close, today), "warn"))
    if "stalled" in flags:
        found.append((GLYPHS.stalled, span((now - card.stage_since).days), "warn"))
    line: Line = []
    for number, (sign, words, role) in enumerate(found):
        needed = sum(len(later[0]) + 1 for later in found[number + 1 :])
        full = f"{sign} {words}"
        text = full if cells(full) + 1 + needed <= room else sign
        if cells(text) + 1 <= room:
            line.append(Span(f" {text}", role))
            room -= cells(text) + 1
    return line


def _wide(line: Line) -> int:
    return sum(cells(text) for text, _role in line)


def summed(totals: Mapping[str, tuple[int, int]]) -> str:
    """Sums by currency as a column has room for: that with most deals, and `+` when there are others."""
    if not totals:
        return ""
    main = max(totals, key=lambda currency: totals[currency][0])
    return money(totals[main][1], main, short=True) + ("+" if len(totals) > 1 else "")


def as_text(card: Card, stage: Stage) -> str:
    """A deal in plain lines, for the clipboard."""
    who = ", ".join(part for part in (card.contact, card.email, card.phone) if part)
    money_and_stage = " · ".join(part for part in (money(card.amount, card.currency), stage.name) if part)
    return "\n".join(clean(line) for line in (name(card), who, money_and_stage) if line)
