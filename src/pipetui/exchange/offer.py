"""A quote as a document for the customer: PDF, set by typst, or Markdown; in the language spoken now.

What people typed reaches typst as data, never as its markup, and is escaped in Markdown: it is shown exactly as it is.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pipetui.core.message import say
from pipetui.core.offer import Offer
from pipetui.core.text import clean
from pipetui.errors import Refused
from pipetui.lang import _, code, day, money, number

TEMPLATE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a4", margin: (x: 22mm, top: 24mm, bottom: 22mm),
  footer: context align(center, text(8pt, luma(110))[#d.foot #h(1em)
    #counter(page).display() / #counter(page).final().first()]))
#set text(10pt, lang: d.lang)
#let several(lines) = lines.join(linebreak())
#grid(columns: (1fr, 1fr),
  [#text(13pt, weight: "bold", d.seller) \\ #several(d.address)],
  align(right)[#text(9pt, luma(90), d.to) \\ #several(d.customer)])
#v(14mm)
#text(18pt, weight: "bold", d.title)
#v(2mm)
#text(luma(70), several(d.dates))
#v(8mm)
#if d.about != "" [#text(11pt, weight: "bold", d.about) #v(3mm)]
#table(columns: (1fr, auto, auto, auto, auto, auto), stroke: none, inset: (x: 5pt, y: 6pt),
  align: (left, right, right, right, right, right),
  table.hline(stroke: 0.8pt),
  table.header(..d.heads.map(head => text(weight: "bold", head))),
  table.hline(stroke: 0.4pt),
  ..d.rows.flatten().map(cell => text(cell)),
  table.hline(stroke: 0.8pt))
#align(right, table(columns: (auto, auto), stroke: none, inset: (x: 5pt, y: 4pt), align: (right, right),
  ..d.sums.flatten().map(cell => text(cell)),
  table.hline(stroke: 0.4pt),
  ..d.total.map(cell => text(12pt, weight: "bold", cell))))
#v(8mm)
#for part in d.notes [#par(several(part))]
"""


def written(offer: Offer, suffix: str) -> bytes:
    """The document as `.pdf` or `.md`. Raises Refused for another suffix."""
    if suffix == ".md":
        return markdown(offer).encode("utf-8")
    if suffix == ".pdf":
        return pdf(offer)
    raise Refused(say('A quote is not written as "{suffix}".', suffix=suffix), say("Use .pdf or .md."))


def pdf(offer: Offer) -> bytes:
    """The document as PDF."""
    import typst

    made: bytes = typst.compile(TEMPLATE.encode(), sys_inputs={"data": json.dumps(_facts(offer))})
    return made


def markdown(offer: Offer) -> str:
    """The document as Markdown."""
    facts = _facts(offer)
    lines = [f"# {_md(facts['title'])}", ""]
    if facts["seller"] or facts["address"]:
        lines += ["  \n".join(_md(part) for part in (f"{facts['seller']}", *facts["address"]) if part), ""]
    lines += [f"**{_md(facts['to'])}**  ", "  \n".join(map(_md, facts["customer"])), ""]
    lines += ["  \n".join(map(_md, facts["dates"])), ""]
    if facts["about"]:
        lines += [f"## {_md(facts['about'])}", ""]
    lines += [_row(facts["heads"]), "|---|--:|--:|--:|--:|--:|", *map(_row, facts["rows"]), ""]
    lines += ["| | |", "|--:|--:|", *map(_row, facts["sums"])]
    label, total = facts["total"]
    lines += [f"| **{_md(label)}** | **{_md(total)}** |", ""]
    for part in facts["notes"]:
        lines += ["  \n".join(map(_md, part)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _facts(offer: Offer) -> dict[str, Any]:
    """What the document says, in words and in order."""
    quote, sums = offer.quote, offer.totals
    shown = [
        (
            clean(line.text, lines=True),
            number_text(line.quantity),
            money(line.unit_price, quote.currency),
            f"{number_text(line.discount)} %" if line.discount != "0" else "",
            f"{number_text(line.tax)} %" if line.tax != "0" else "",
            money(net, quote.currency),
        )
        for line, net in zip(offer.lines, sums.nets, strict=False)
    ] or [
        (
            clean(offer.title) or quote.number,
            "1",
            money(quote.amount, quote.currency),
            "",
            "",
            money(quote.amount, quote.currency),
        )
    ]
    dates = [_("Date: {day}").format(day=day(quote.sent_on or quote.created_at.astimezone().date()))]
    if quote.valid_until:
        dates.append(_("Valid until {day}").format(day=day(quote.valid_until)))
    taxes = [
        (
            _("Tax {rate} % on {base}").format(
                rate=number_text(tax.rate), base=money(tax.base, quote.currency)
            ),
            money(tax.amount, quote.currency),
        )
        for tax in sums.taxes
    ]
    return {
        "lang": code(),
        "title": _("Quote {number}").format(number=clean(quote.number)),
        "seller": clean(offer.seller),
        "address": _lines(offer.address),
        "to": _("For"),
        "customer": _customer(offer),
        "dates": dates,
        "about": clean(offer.title),
        "heads": [_("Item"), _("Quantity"), _("Unit price"), _("Discount"), _("Tax"), _("Net")],
        "rows": [list(row) for row in shown],
        "sums": [[_("Total without tax"), money(sums.net, quote.currency)], *map(list, taxes)],
        "total": [_("Total with tax"), money(sums.gross, quote.currency)],
        "notes": [part for part in (_lines(quote.notes), _lines(offer.terms)) if part],
        "foot": " · ".join(part for part in (clean(offer.seller), *_lines(offer.registered)) if part),
    }  # fmt: skip


def _customer(offer: Offer) -> list[str]:
    company, person = offer.organization, offer.contact
    where = company or person
    parts = [company.name if company else "", person.name if person else ""]
    if where is not None:
        parts += [where.address or "", where.city or "", where.country or ""]
    return [clean(part) for part in parts if part] or ["–"]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in clean(text, lines=True).splitlines() if line.strip()]


def number_text(decimal: str) -> str:
    """A decimal number of the store as people read it."""
    return number(float(decimal), len(decimal.partition(".")[2]))


def _md(text: str) -> str:
    """A text that Markdown shows as it is."""
    return re.sub(r"([\\\\`*_{}\[\]<>#+|!~])", r"\\\1", clean(text))


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_md(cell.replace("\n", " ")) for cell in cells) + " |"
