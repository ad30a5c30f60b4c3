"""All of a deal, the way a colleague would tell it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from desks import LEAD, LOST, MEETING, NOW, PROSPECT, QUOTE, TODAY, WON, standard
from dialogs import HOSTILE
from pipetui.core.cases import Cases
from pipetui.core.change import Change
from pipetui.core.deal import Activity, Contact, Deal, Organization, Stage, Tag, Visit
from pipetui.core.deal import Quote as Offer
from pipetui.core.forecast import DealForecast
from pipetui.core.funnel import Observed, Ratio
from pipetui.core.message import say
from pipetui.core.replays import Factor
from pipetui.core.text import clean
from pipetui.lang import moment
from pipetui.store.dossier import Dossier
from pipetui.store.log import Entry
from pipetui.ui.detail import Around, detail_lines
from pipetui.ui.odds import Odds
from pipetui.ui.paint import Line, cells, plain

STAGES = {stage.id: stage for stage in standard().values()}
DEAL = Deal(
    id=7, pipeline_id=1, stage_id=QUOTE.id, title="Site web", contact_id=1, organization_id=2, amount=1_250_050,
    expected_close=date(2026, 11, 20), created_at=NOW - timedelta(days=60), stage_since=NOW - timedelta(days=23),
    notes="Likes\nnumbers.",
)  # fmt: skip


def visit(
    number: int, stage: Stage, entered: int, left: int | None, to: Stage | None = None, **values: Any
) -> Visit:
    """A stay from so many days ago until so many days ago."""
    return Visit(
        id=number, deal_id=7, stage_id=stage.id, entered_at=NOW - timedelta(days=entered),
        left_at=None if left is None else NOW - timedelta(days=left), next_stage_id=to.id if to else None, **values,
    )  # fmt: skip


def activity(
    number: int, kind: Any, text: str, due: date | None = None, done: datetime | None = None
) -> Activity:
    return Activity(id=number, deal_id=7, kind=kind, text=text, due_on=due, done_at=done, created_at=NOW)


DOSSIER = Dossier(
    DEAL,
    Contact(id=1, name="Marie Curie", job="CTO", email="marie@acme.fr", phone="06 12 34 56 78", created_at=NOW),
    Organization(id=2, name="Acme", website="acme.example", city="Lyon", created_at=NOW),
    (visit(1, LEAD, 60, 50, MEETING), visit(2, MEETING, 50, 23, QUOTE), visit(3, QUOTE, 23, None, why="quote sent")),
    (
        activity(1, "call", "Ask for the budget", due=TODAY - timedelta(days=1)),
        activity(2, "meeting", "", due=TODAY + timedelta(days=30)),
        activity(3, "email", "Sent the offer", done=NOW - timedelta(days=3)),
    ),
    (
        Offer(id=1, deal_id=7, number="2026-014", amount=1_250_050, currency="EUR", status="sent", created_at=NOW,
              valid_until=TODAY + timedelta(days=1)),
    ),
    (Tag(id=1, name="vip"),),
    (Entry(3, NOW, "Paul", "do", None, False, say("Move {deal} to {stage}", deal="Site web", stage="Quote"), 1,
           (Change("deal", 7, {}, {}),)),),
)  # fmt: skip
AROUND = Around(
    stages=STAGES, today=TODAY, now=NOW, flags={"late", "overdue", "stalled"}, stalled_after=20.0,
    odds=Odds(0.58, Ratio(QUOTE, Observed(30, 12, 8, 12, 8), 0.58, 0.4, 0.7)),
    names={"owner": "Paul", "source": "Trade show"},
)  # fmt: skip


def page(dossier: Dossier = DOSSIER, around: Around = AROUND, width: int = 46) -> list[str]:
    return [plain(line).rstrip() for line in detail_lines(dossier, around, width)]


def told(dossier: Dossier = DOSSIER, around: Around = AROUND) -> str:
    return "\n".join(page(dossier, around, 100))


def test_the_whole_page_of_a_deal() -> None:
    assert page() == [
        "Acme – Site web",
        "Quote · 23 d                        €12,500.50",
        "Paul, just now: Move Site web to Quote",
        "",
        "● The next step is late: it was for 22 Nov",
        "  2026.",
        "⚑ It should have closed on 20 Nov 2026.",
        "◔ Longer in its stage than most deals that",
        "  were won: they were gone after 20 d.",
        "",
        "Next step",
        "☎ yesterday  Ask for the budget",
        "◆ 23 Dec  meeting",
        "",
        "Contact       Marie Curie · CTO",
        "Phone         06 12 34 56 78",
        "E-mail        marie@acme.fr",
        "",
        "Organization  Acme",
        "Web site      acme.example",
        "Address       Lyon",
        "",
        "Amount        €12,500.50",
        "Chance        58% one day",
        "Close         ⚑ 20 Nov · past",
        "Owner         Paul",
        "Source        Trade show",
        "Tags          #vip",
        "Created       24 Sep",
        "Number        7",
        "",
        "Of 20 deals that came this far and closed, 12",
        "were won: mixed.",
        "",
        "Quote",
        "The need is qualified and an offer is out.",
        "",
        "Notes",
        "Likes",
        "numbers.",
        "",
        "Quotes",
        "2026-014  sent, until tomorrow      €12,500.50",
        "",
        "Done",
        "✉ 20 Nov      Sent the offer",
        "",
        "Way through the stages",
        "→ Lead      24 Sep · 10 d",
        "  Prospect  skipped",
        "→ Meeting   4 Oct · 27 d",
        "→ Quote     31 Oct · 23 d, still there · moved",
        "            by itself: quote sent",
        "",
        "History",
        f"{moment(NOW)} Move Site web to Quote ·",
        "                  Paul",
    ]


def test_a_bare_deal_has_a_short_page() -> None:
    deal = Deal(id=1, pipeline_id=1, stage_id=LEAD.id, title="x", created_at=NOW, stage_since=NOW)
    around = Around(stages=STAGES, today=TODAY, now=NOW, flags={"none"})
    assert page(Dossier(deal, None, None, (), (), (), (), ()), around)[:8] == [
        "x",
        "Lead · 0 d",
        "",
        "– No next step is planned: t plans one.",
        "",
        "Amount   not known yet",
        "Created  today",
        "Number   1",
    ]


def test_going_back_and_coming_again_are_told() -> None:
    visits = (
        visit(1, QUOTE, 40, 30, PROSPECT),
        visit(2, PROSPECT, 30, 20, QUOTE),
        visit(3, QUOTE, 20, 10, QUOTE),
        visit(4, QUOTE, 10, None),
    )
    text = told(replace(DOSSIER, visits=visits))
    way = text[text.index("Way through") :].split("\n")[1:11]
    assert way == [
        "  Lead      skipped",
        "  Prospect  skipped",
        "  Meeting   skipped",
        "→ Quote     14 Oct · 10 d",
        "← Prospect  24 Oct · 10 d · moved back",
        "  Meeting   skipped",
        "→ Quote     3 Nov · 10 d",
        "→ Quote     13 Nov · 10 d, still there · again",
        "",
        "History",
    ]


def closed(stage: Stage, visits: tuple[Visit, ...], **values: Any) -> Dossier:
    deal = replace(DEAL, stage_id=stage.id, closed_at=NOW - timedelta(days=2), **values)
    return replace(DOSSIER, deal=deal, visits=visits)


def test_a_won_deal_passed_over_what_it_skipped_and_a_lost_one_did_not() -> None:
    visits = (visit(1, LEAD, 9, 2, WON),)
    won, lost = told(closed(WON, visits)), told(closed(LOST, visits))
    assert "  Quote     skipped\n✔ Won       21 Nov" in won
    assert "skipped" not in lost
    assert "✗ Lost      21 Nov" in lost
    assert "Chance " not in won


def test_a_deal_imported_without_its_history_says_so() -> None:
    text = told(closed(WON, (), history_known=False))
    assert "Imported without its way through the stages" in text
    assert "skipped" not in text


def test_why_a_deal_was_lost_is_there() -> None:
    around = replace(AROUND, names={"lost_reason": "No budget"}, flags=())
    assert "Lost reason   No budget" in told(closed(LOST, ()), around)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"pinned_chance": 40}, "40%: set by hand"),
        (
            {"pinned_chance": 40, "pinned_reason": "I know him", "pinned_until": TODAY},
            "40%: set by hand by Marie until 23 Nov 2026: I know him",
        ),
        ({"pinned_chance": 40, "pinned_until": TODAY - timedelta(days=1)}, "58% one day"),
    ],
)
def test_a_chance_set_by_hand_says_by_whom_and_until_when(values: dict[str, Any], expected: str) -> None:
    around = replace(AROUND, names={"pinned_by": "Marie"} if "pinned_reason" in values else {})
    assert f"Chance        {expected}" in told(replace(DOSSIER, deal=replace(DEAL, **values)), around)


def test_a_chance_nobody_has_seen_come_true_says_so() -> None:
    around = replace(AROUND, odds=Odds(0.6, Ratio(QUOTE, Observed(), 0.6, 0.3, 0.8)))
    text = told(around=around)
    assert "Chance        60% one day" in text
    assert "No deal has been this far and closed yet: as declared." in text


def test_a_chance_tells_by_when_and_which_deals_say_so() -> None:
    one = DealForecast(DEAL.id, 0.18, 100.0, False, Cases(61, 9, 14), (("Trade show", Factor(1.4, 32, 23)),))
    odds = Odds(0.58, AROUND.odds.ratio, one, date(2026, 11, 30), 30.0, (120, 41))
    text = " ".join(told(around=replace(AROUND, odds=odds)).split())
    assert "18% by 30 Nov 2026, 58% one day" in text
    assert "In Quote for 23 d. Of 61 stays of that age, 9 signed and 14 were lost within 30 days." in text
    assert "None of the 41 stays here of more than 120 days was signed in time." in text
    assert "Trade show: odds × 1.4 (32 signed, 23 expected)" in text


def test_parked_and_archived_are_told() -> None:
    deal = replace(DEAL, parked_until=TODAY + timedelta(days=9), archived_at=NOW)
    text = told(replace(DOSSIER, deal=deal), replace(AROUND, flags={"parked"}))
    assert "Parked until 2 Dec 2026: not on the board, not in the forecast." in text
    assert "Archived on 23 Nov 2026." in text


def test_what_was_taken_back_is_marked() -> None:
    one = DOSSIER.entries[0]
    entries = (
        replace(one, kind="undo"), replace(one, kind="redo"), replace(one, undone=True, member=None),
    )  # fmt: skip
    text = told(replace(DOSSIER, entries=entries))
    assert "Undone: Move Site web to Quote" in text
    assert "Done again: Move Site web to Quote" in text
    assert text.endswith("Move Site web to Quote (taken back)")


def everywhere(text: str) -> Dossier:
    """A dossier with the text in every place that people or files fill."""
    assert DOSSIER.contact and DOSSIER.organization
    return Dossier(
        replace(DEAL, title=text, notes=text, pinned_chance=1, pinned_reason=text, external_id=text),
        replace(DOSSIER.contact, name=text, email=text, phone=text, job=text, notes=text),
        replace(DOSSIER.organization, name=text, website=text, address=text),
        DOSSIER.visits,
        tuple(replace(one, text=text) for one in DOSSIER.activities),
        tuple(replace(one, number=text) for one in DOSSIER.quotes),
        (Tag(id=1, name=text),),
        tuple(replace(one, member=text) for one in DOSSIER.entries),
    )


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("width", [1, 10, 38, 60, 200])
def test_nothing_foreign_widens_a_line_or_reaches_the_terminal(text: str, width: int) -> None:
    stages = {
        n: replace(stage, name=f"{stage.name}{text}"[:40], definition=text) for n, stage in STAGES.items()
    }
    around = replace(AROUND, stages=stages, names=dict.fromkeys(("owner", "source", "pinned_by"), text))
    lines: list[Line] = detail_lines(everywhere(text), around, width)
    assert all(cells(plain(line)) <= width or width < 38 for line in lines)
    assert all(plain(line) == clean(plain(line)) for line in lines)


def test_a_long_note_is_there_to_the_last_word() -> None:
    notes = " ".join(f"word{n}" for n in range(2000))
    lines = page(replace(DOSSIER, deal=replace(DEAL, notes=notes)))
    start, end = lines.index("Notes") + 1, lines.index("Quotes") - 1
    assert " ".join(lines[start:end]) == notes


def test_nothing_is_said_of_an_age_nobody_has_passed() -> None:
    one = DealForecast(DEAL.id, 0.0, 0.0, False, Cases(455, 0, 1), ())
    odds = Odds(0.1, AROUND.odds.ratio, one, date(2026, 11, 30), 30.0, (0, 1016))
    text = " ".join(told(around=replace(AROUND, odds=odds)).split())
    assert "Of 455 stays of that age, none signed and 1 was lost within 30 days." in text
    assert "1,016" not in text


def test_a_step_that_comes_back_says_how_often() -> None:
    step = replace(next(one for one in DOSSIER.activities if not one.done_at), repeat="2w")
    assert "(every 2 weeks)" in told(replace(DOSSIER, activities=(step,)))
