"""A large store in a moment: `python tests/bench/generate.py --deals 100000 --to big.db --seed 1`.

Six standard stages, some 15 % of the deals open, two years of history, English and French names. The schema is the
application's own; the rows go in by `executemany` with the indexes rebuilt afterwards, so that a million deals take
about a minute. The same seed and day give the same file. For benches only: the journal stays empty.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

from pipetui.core.text import fold
from pipetui.store.db import Database
from pipetui.store.schema import bring_up

FIRST = (
    "Marie", "Jules", "Ada", "Alan", "Grace", "Émilie", "René", "Blaise", "Sophie", "Niels", "Chloé", "Hélène", "Louis",
    "Emma", "Oliver", "Amelia", "Noah", "Léa", "Hugo", "Zoé", "Gaël", "Anaïs", "Joël", "Harriet", "Edith", "George",
    "Camille", "Mathis", "Inès", "Théo", "Ruth", "Peter", "Nadia", "Yann", "Clémence", "Walter", "Agnès", "Victor",
)  # fmt: skip
LAST = (
    "Curie", "Verne", "Lovelace", "Turing", "Hopper", "du Châtelet", "Descartes", "Pascal", "Germain", "Bohr",
    "Lefèvre", "Durand", "Smith", "Taylor", "Okafor", "Müller", "Garçon", "O'Neill", "Nguyen", "Martin", "Petit",
    "Moreau", "Walsh", "Baker", "Fournier", "Girard", "Bonnet", "Dupont",
    "Lambert", "Rousseau", "Faure", "Mercier", "Blanc", "Guérin",
    "Carter", "Hughes", "Price", "Wood", "Shaw", "Barnes", "Legrand", "Chevalier", "François", "Perrin", "Clément",
)  # fmt: skip
TRADE = (
    "Boréal", "Acme", "Dupont & fils", "Northwind", "Lumière", "Atelier", "Harbour", "Granite", "Océan", "Meridian",
    "Verrerie", "Foundry", "Imprimerie", "Orchard", "Menuiserie", "Beacon", "Horloger", "Summit", "Papeterie", "Quarry",
)  # fmt: skip
FORM = ("SARL", "SA", "Ltd", "SAS", "Inc", "& Co", "Group", "Conseil", "Design", "Logistics")
WHAT = (
    "Site web", "Website", "Audit", "Support contract", "Formation", "Training", "Migration", "Maintenance",
    "Catalogue", "Refonte", "Boutique en ligne", "Licences", "Hosting", "Brochure", "Signage",
    "Étude de faisabilité", "Renewal",
)  # fmt: skip
STAGES = (
    ("Lead", "open", 20, 11, None, 0.34),
    ("Prospect", "open", 20, 11, "contact made", 0.28),
    ("Meeting", "open", 20, 11, "meeting booked", 0.20),
    ("Quote", "open", 20, 12, "quote sent", 0.18),
    ("Won", "won", None, None, "quote signed", 0.0),
    ("Lost", "lost", None, None, None, 0.0),
)
SOURCES = ("web site", "blog", "trade show", "referral", "cold call", "partner", "newsletter", "salon")
REASONS = ("price", "no budget", "competitor", "no answer", "timing", "not a fit")
TAGS = ("vip", "cold", "hot", "renewal", "public", "export", "strategic", "bundle")
TO_DO = ("call back", "relancer", "send offer")
KINDS = ("call", "email", "meeting", "task")
CURRENCIES = ("EUR",) * 17 + ("USD", "GBP", "JPY")
OPEN_SHARE, WON_SHARE = 0.15, 0.22
CHUNK = 20_000
TALLY_KEY = ("pipeline_id", "stage_id", "furthest_id", "known", "archived", "currency")
FORWARD = 0.55
"""The chance that a deal goes on from a stage, when its stays are drawn."""

folded = lru_cache(maxsize=65536)(fold)
Rows = dict[str, list[dict[str, object]]]


@dataclass
class Draw:
    """What one run draws from, and the numbers given so far."""

    chance: random.Random
    today: date
    deals: int
    numbers: Counter[str] = field(default_factory=Counter)
    tally: dict[tuple[object, ...], list[int]] = field(default_factory=dict)

    @cached_property
    def noon(self) -> datetime:
        """The moment that ages are counted back from."""
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def number(self, table: str) -> int:
        """The next identifier of a table."""
        self.numbers[table] += 1
        return self.numbers[table]

    def moment(self, days_ago: float) -> str:
        """So many days before noon of today."""
        return (self.noon - timedelta(days=days_ago)).isoformat(timespec="microseconds")[:26] + "Z"

    def day(self, days: int) -> str:
        """So many days after today."""
        return (self.today + timedelta(days=days)).isoformat()


def people(draw: Draw) -> Rows:
    """Members, sources, reasons, tags and the organizations: one for seven deals."""
    start = draw.moment(800)
    rows: Rows = {
        "member": [
            {"id": n, "login": f"rep{n}", "name": f"{FIRST[n]} {LAST[n]}", "role": "rep"} for n in range(1, 9)
        ],
        "source": [{"id": n, "name": name} for n, name in enumerate(SOURCES, 1)],
        "lost_reason": [{"id": n, "name": name} for n, name in enumerate(REASONS, 1)],
        "tag": [{"id": n, "name": name} for n, name in enumerate(TAGS, 1)],
        "organization": [],
    }
    for _ in range(max(draw.deals // 7, 1)):
        n = draw.number("organization")
        name = f"{draw.chance.choice(TRADE)} {draw.chance.choice(LAST)} {draw.chance.choice(FORM)}"
        rows["organization"].append({
            "id": n, "name": name, "notes": "", "created_at": start, "phone": f"+33 1 {n % 10**8:08d}",
        })  # fmt: skip
    for table in ("member", "source", "lost_reason", "tag"):
        draw.numbers[table] = len(rows[table])
    return rows


def stays(draw: Draw, deal: int, last: int, began: float, ended: float | None) -> list[dict[str, object]]:
    """The visits of one deal from the first stage to `last`, evenly spread; days ago, None while open.

    Half of them went back once.
    """
    until = 0.0 if ended is None else ended
    path = list(range(1, last + 1))
    if last > 1 and draw.chance.random() < 0.5:
        back = draw.chance.randrange(1, last)
        path[back + 1 : back + 1] = [path[back - 1], path[back]]
    edges = sorted((draw.chance.uniform(until, began) for _ in path[1:]), reverse=True)
    edges = [began, *edges, until]
    visits = []
    for at, stage in enumerate(path):
        still = at == len(path) - 1
        gone = still and ended is None
        visits.append({
            "id": draw.number("visit"), "deal_id": deal, "stage_id": stage, "entered_at": draw.moment(edges[at]),
            "left_at": None if gone else draw.moment(edges[at + 1]), "next_stage_id": None if still else path[at + 1],
        })  # fmt: skip
    return visits


def add_deal(draw: Draw, rows: Rows, organizations: list[dict[str, object]]) -> None:
    """One deal with its contact, stays, steps, tags and search text."""
    chance = draw.chance
    deal_id, organization = draw.number("deal"), chance.choice(organizations)
    contact = new_contact(draw, organization) if chance.random() < 0.7 else None
    if contact:
        rows["contact"].append(contact)
    deal, last, ended = placed(draw, deal_id)
    began = chance.expovariate(1 / 40) + 0.5 if ended is None else ended + chance.uniform(3, 120)
    visits = stays(draw, deal_id, last, began, ended)
    visits[-1]["next_stage_id"] = None if ended is None else deal["stage_id"]
    rows["visit"] += visits
    since = visits[-1]["entered_at"] if ended is None else draw.moment(ended)
    deal |= {
        "title": f"{chance.choice(WHAT)} {deal_id}" if chance.random() < 0.9 else "",
        "contact_id": contact and contact["id"], "organization_id": organization["id"],
        "created_at": draw.moment(began), "stage_since": since, "closed_at": None if ended is None else since,
        "furthest_id": last, "closed_from_id": None if ended is None else last,
    }  # fmt: skip
    steps(draw, rows, deal, began, ended)
    if last == len(STAGES) - 2 and deal["amount"] is not None:
        offer(draw, rows, deal, ended)
    person = [contact["name"], contact["email"], contact["phone"]] if contact else ["", "", ""]
    words = [deal["title"], organization["name"], *person, " ".join(tags(draw, rows, deal_id))]
    rows["deal"].append(deal)
    rows["deal_search"].append({"deal_id": deal_id, "text": "\n".join(folded(str(word)) for word in words)})
    count(draw, deal)


def new_contact(draw: Draw, organization: dict[str, object]) -> dict[str, object]:
    """A person of this company."""
    n, first, last = draw.number("contact"), draw.chance.choice(FIRST), draw.chance.choice(LAST)
    return {
        "id": n, "name": f"{first} {last}", "organization_id": organization["id"], "notes": "",
        "email": f"{fold(first)}.{n}@example.com", "phone": f"+33 6 {n % 10**8:08d}", "created_at": draw.moment(730),
    }  # fmt: skip


def placed(draw: Draw, deal_id: int) -> tuple[dict[str, object], int, float | None]:
    """The deal's own columns, the furthest open stage, and how many days ago it closed (None while open)."""
    chance = draw.chance
    currency = chance.choice(CURRENCIES)
    amount = int(chance.lognormvariate(9, 1)) * (1 if currency == "JPY" else 100)
    deal: dict[str, object] = {
        "id": deal_id, "pipeline_id": 1, "notes": "", "history_known": 1, "version": 1, "currency": currency,
        "amount": amount if chance.random() < 0.92 else None, "owner_id": chance.randint(1, 8),
        "source_id": chance.randint(1, len(SOURCES)), "external_id": f"X{deal_id}", "parked_until": None,
        "archived_at": draw.moment(5) if chance.random() < 0.01 else None, "pinned_chance": None,
        "expected_close": None, "lost_reason_id": None,
    }  # fmt: skip
    if chance.random() < OPEN_SHARE:
        last = chance.choices((1, 2, 3, 4), [stage[5] for stage in STAGES[:4]])[0]
        expected = draw.day(chance.randint(-20, 120)) if chance.random() < 0.7 else None
        deal |= {"stage_id": last, "expected_close": expected}
        if chance.random() < 0.03:
            deal["parked_until"] = draw.day(chance.randint(-10, 60))
        if chance.random() < 0.02:
            deal["pinned_chance"] = chance.choice((0, 10, 25, 50, 75, 90, 100))
        return deal, last, None
    won = chance.random() < WON_SHARE
    last = 4
    while not won and last > 1 and chance.random() > FORWARD:
        last -= 1
    deal |= {"stage_id": 5 if won else 6, "lost_reason_id": None if won else chance.randint(1, len(REASONS))}
    return deal, last, chance.uniform(0, 730)


def steps(draw: Draw, rows: Rows, deal: dict[str, object], began: float, ended: float | None) -> None:
    """Something done, and the next step of most open deals."""
    chance, common = (
        draw.chance,
        {"deal_id": deal["id"]} | {name: deal[name] for name in ("owner_id", "contact_id")},
    )
    deal |= {"next_activity_id": None, "next_due": None}
    if chance.random() < 0.6:
        done = draw.moment(chance.uniform(ended or 0.0, began))
        rows["activity"].append({
            **common, "id": draw.number("activity"), "kind": chance.choice(KINDS), "text": "Talked it through",
            "done_at": done, "created_at": done, "due_on": None, "due_time": None,
        })  # fmt: skip
    if ended is None and chance.random() < 0.75:
        n, due = draw.number("activity"), draw.day(chance.randint(-10, 30))
        rows["activity"].append({
            **common, "id": n, "kind": chance.choice(KINDS), "text": chance.choice(TO_DO), "done_at": None,
            "created_at": draw.moment(1), "due_on": due, "due_time": chance.choice((None, None, "09:30", "14:00")),
        })  # fmt: skip
        deal |= {"next_activity_id": n, "next_due": due}


def offer(draw: Draw, rows: Rows, deal: dict[str, object], ended: float | None) -> None:
    """A quote of two lines: sent while the deal is open, signed when it was won, refused when it was lost."""
    sent = draw.chance.randint(0, 40) if ended is None else int(ended) + 10
    status = "sent" if ended is None else "signed" if deal["stage_id"] == len(STAGES) - 1 else "refused"
    n, amount = draw.number("quote"), int(str(deal["amount"]))
    year = (draw.today - timedelta(days=sent)).year
    rows["quote"].append({
        "id": n, "deal_id": deal["id"], "number": f"{year}-{n:05d}", "amount": amount,
        "currency": deal["currency"], "status": status, "created_at": draw.moment(sent + 1), "sent_on": draw.day(-sent),
        "valid_until": draw.day(45 - sent), "decided_on": None if ended is None else draw.day(-int(ended)),
    })  # fmt: skip
    for position, price in enumerate((amount // 3, amount - amount // 3)):
        rows["quote_line"].append({
            "id": draw.number("quote_line"), "quote_id": n, "position": position, "text": draw.chance.choice(WHAT),
            "unit_price": price, "tax": "20",
        })  # fmt: skip


def spendings(draw: Draw) -> list[dict[str, object]]:
    """What each source cost in each month."""
    return [
        {
            "id": draw.number("spending"), "source_id": source, "spent_on": draw.day(-30 * month),
            "amount": draw.chance.randint(5, 300) * 1000, "currency": "EUR",
        }
        for month in range(24)
        for source in range(1, len(SOURCES) + 1)
    ]  # fmt: skip


def tags(draw: Draw, rows: Rows, deal_id: int) -> list[str]:
    """Up to two tags on the deal."""
    taken = draw.chance.sample(range(len(TAGS)), draw.chance.choice((0, 0, 0, 1, 1, 2)))
    rows["tagging"] += [
        {"id": draw.number("tagging"), "tag_id": n + 1, "subject": "deal", "subject_id": deal_id}
        for n in taken
    ]
    return [TAGS[n] for n in taken]


def count(draw: Draw, deal: dict[str, object]) -> None:
    """Keep the counts and sums that the store keeps."""
    archived = int(deal["archived_at"] is not None)
    key = (1, deal["stage_id"], deal["furthest_id"], 1, archived, deal["currency"])
    n, amount, without = draw.tally.setdefault(key, [0, 0, 0])
    asked = deal["amount"]
    draw.tally[key] = [n + 1, amount + (asked if isinstance(asked, int) else 0), without + (asked is None)]


def chunks(draw: Draw, organizations: list[dict[str, object]]) -> Iterator[Rows]:
    """The deals and all that hangs on them, some thousands at a time."""
    tables = ("contact", "deal", "tagging", "visit", "activity", "deal_search", "quote", "quote_line")
    for start in range(0, draw.deals, CHUNK):
        rows: Rows = {table: [] for table in tables}
        for _ in range(min(CHUNK, draw.deals - start)):
            add_deal(draw, rows, organizations)
        yield rows


def insert(db: sqlite3.Connection, rows: Rows) -> None:
    """Rows of several tables; those of one table have the same columns."""
    for table, several in rows.items():
        if several:
            names = list(several[0])
            places = ", ".join(f":{name}" for name in names)
            db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", several)


def evidence(db: sqlite3.Connection, draw: Draw) -> None:
    """Two things each open stage asks for, and half of them shown."""
    asked = [(n, stage) for n, stage in enumerate(sorted([*range(1, 5)] * 2), 1)]
    db.executemany(
        "INSERT INTO criterion (id, stage_id, text, position) VALUES (?, ?, 'It is known', ?)",
        [(n, stage, n % 2) for n, stage in asked],
    )
    db.execute(
        """INSERT INTO evidence (deal_id, criterion_id, ticked_at) SELECT visit.deal_id, criterion.id, MIN(entered_at)
        FROM visit JOIN criterion ON criterion.stage_id = visit.stage_id
        WHERE (visit.deal_id * 7 + criterion.id * 13) % 10 < 5 GROUP BY visit.deal_id, criterion.id"""
    )
    (last,) = db.execute("SELECT MAX(id) FROM evidence").fetchone()
    draw.numbers |= Counter({"criterion": len(asked), "evidence": last or 0})


def fill(db: sqlite3.Connection, draw: Draw) -> None:
    """Everything into an empty store; versions and flags take their defaults."""
    rows = people(draw)
    insert(db, pipeline(draw) | rows | {"spending": spendings(draw)})
    for several in chunks(draw, rows["organization"]):
        insert(db, several)
    evidence(db, draw)
    columns = [
        "pipeline_id",
        "stage_id",
        "furthest_id",
        "known",
        "archived",
        "currency",
        "n",
        "amount",
        "without_amount",
    ]
    insert(db, {
        "tally": [dict(zip(columns, (*key, *sums), strict=True)) for key, sums in draw.tally.items()],
        "sequence": [{"name": table, "next": last + 1} for table, last in draw.numbers.items()],
        "stale": [{"name": "stay_count"}, {"name": "party_search"}],
    })  # fmt: skip


def pipeline(draw: Draw) -> Rows:
    """The six standard stages."""
    draw.numbers |= Counter({"pipeline": 1, "stage": len(STAGES)})
    stages = [
        {
            "id": n, "pipeline_id": 1, "name": name, "kind": kind, "definition": f"{name}, as everybody here means it.",
            "position": n, "ratio_from": ratio_from, "ratio_to": ratio_to, "event": event,
        }
        for n, (name, kind, ratio_from, ratio_to, event, _) in enumerate(STAGES, 1)
    ]  # fmt: skip
    return {"pipeline": [{"id": 1, "name": "Sales"}], "stage": list[dict[str, object]](stages)}


def generate(path: Path, deals: int, seed: int, today: date) -> None:
    """Write a store of so many deals, over a file of that name."""
    for old in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        old.unlink(missing_ok=True)
    store = Database(str(path))
    bring_up(store)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous=OFF")
        all_indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        indexes = db.execute(all_indexes).fetchall()
        db.execute("BEGIN")
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
        fill(db, Draw(random.Random(seed), today, deals))
        for _, sql in indexes:
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("ANALYZE")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def main() -> None:
    """Read the command line, write the file, say how long it took."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--deals", type=int, default=100_000)
    words.add_argument("--to", type=Path, required=True)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--today", type=date.fromisoformat, default=datetime.now().astimezone().date())
    asked = words.parse_args()
    start = time.perf_counter()
    generate(asked.to, asked.deals, asked.seed, asked.today)
    print(f"{asked.deals:,} deals in {asked.to} after {time.perf_counter() - start:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
