"""PostgreSQL keeps the rights itself: whoever has a login and psql can do what the app lets that member do, no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from acts import NOW, add_deal, commit, move, stages, tally
from pipetui.cli import main
from pipetui.core import access
from pipetui.core.access import ROLES, Act, Actor, Role
from pipetui.core.change import Change, moment_text
from pipetui.core.deal import (
    RECORDS,
    Activity,
    Contact,
    Deal,
    Member,
    Quote,
    Setting,
)
from pipetui.core.message import say
from pipetui.errors import Forbidden, NotFound, PipetuiError, Refused, StoreProblem
from pipetui.store import chain, copying, inspection, offers, parties, policies, stays
from pipetui.store import server as keeper
from pipetui.store.pace import measure_pace
from pipetui.store.rows import columns
from pipetui.store.store import Store
from pipetui.store.tables import metadata

Link = psycopg.Connection[tuple[Any, ...]]
_numbers = count(1)


class Kept:
    """A store that a server keeps, with a member of each role and one more rep; logins are the server's alone."""

    def __init__(self, server: Any, blank: str) -> None:
        self.url = server.database(blank)
        self._suffix = f"_{next(_numbers)}"
        self._stores: list[Store] = []
        self.owner = keeper.opened(self.url, lambda: NOW)
        keeper.init(self.owner.db)
        for role in ROLES:
            self.grant(role, role)
        self.grant("carol", "rep")

    def login(self, name: str) -> str:
        """The database role of somebody."""
        return name + self._suffix

    def grant(self, name: str, role: Role) -> None:
        """Let somebody in."""
        keeper.grant(self.owner, self.login(name), role, create=True)

    def address(self, name: str) -> str:
        """Where somebody connects."""
        return self.url.replace("postgres:@", f"{self.login(name)}@")

    def open(self, name: str) -> Store:
        """The store as somebody has it, who calls himself something else."""
        self._stores.append(Store.open(self.address(name), login="somebody else", now=lambda: NOW))
        return self._stores[-1]

    def psql(self, name: str) -> Link:
        """A session of somebody without pipetui; what it does is undone in the end."""
        return psycopg.connect(self.address(name))

    def close(self, server: Any) -> None:
        """Leave nothing behind."""
        for store in (*self._stores, self.owner):
            store.close()
        server.drop(self.url)


@pytest.fixture(scope="module")
def blank(server: Any) -> str:
    """A store without a member, to be copied."""
    url: str = server.database()
    keeper.opened(url, lambda: NOW).close()
    return url


@pytest.fixture
def kept(server: Any, blank: str) -> Iterator[Kept]:
    """A store of its own for a story that changes rights."""
    made = Kept(server, blank)
    yield made
    made.close(server)


@pytest.fixture(scope="module")
def shared(server: Any, blank: str) -> Iterator[Kept]:
    """One for all that is looked at, and tried in vain."""
    made = Kept(server, blank)
    filled(made)
    yield made
    made.close(server)


def filled(made: Kept) -> None:
    """A deal of Carol's and one of the rep's, each with all that may hang on a deal, and a row in every table."""
    admin = made.open("admin")
    owners = {name: row[0] for name in ("rep", "carol") for row in _member(made, name)}
    [(pipeline, stage)] = admin.db.rows("SELECT pipeline_id, MIN(id) FROM stage GROUP BY pipeline_id")
    house = {"pipeline_id": pipeline, "stage_id": stage}
    number = count(1000)

    def add(table: str, **values: object) -> int:
        values = {"id": next(number), **values}
        places = ", ".join(["?"] * len(values))
        made.owner.db.run(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", tuple(values.values())
        )
        return int(str(values["id"]))

    at, tag = moment_text(NOW), add("tag", name="vip")
    source, criterion = (
        add("source", name="Salon"),
        add("criterion", stage_id=stage, text="A budget", position=1),
    )
    review = add("review", pipeline_id=pipeline, began_at=at)
    add("lost_reason", name="Price")
    add("view", name="Mine", query="owner:me")
    add("macro", name="Call back", acts="[]")
    add("mapping", signature="a;b", choices="{}")
    add("goal", pipeline_id=pipeline, period="2026-11", metric="wins", target=3)
    add("rate", currency="CHF", value="1.05")
    add("spending", source_id=source, spent_on="2026-11-01", amount=1, currency="EUR")
    add("setting", name="currency", value="EUR")
    for name, owner in owners.items():
        organization = add("organization", name=name, owner_id=owner, created_at=at)
        contact = add("contact", name=name, owner_id=owner, created_at=at)
        deal = add(
            "deal", title=name, owner_id=owner, contact_id=contact, organization_id=organization, created_at=at,
            stage_since=at, **house,
        )  # fmt: skip
        add("visit", deal_id=deal, stage_id=stage, entered_at=at)
        add("activity", deal_id=deal, kind="call", owner_id=owner, created_at=at)
        quote = add("quote", deal_id=deal, number=f"Q-{name}", amount=1, currency="EUR", created_at=at)
        add("quote_line", quote_id=quote, position=1, text="Work", unit_price=1)
        add("participant", deal_id=deal, contact_id=contact)
        add("evidence", deal_id=deal, criterion_id=criterion, owner_id=owner, ticked_at=at)
        add("decision", deal_id=deal, review_id=review, verdict="skip", decided_at=at)
        add("tagging", tag_id=tag, subject="deal", subject_id=deal)


def _member(made: Kept, name: str) -> list[tuple[Any, ...]]:
    return made.owner.db.rows("SELECT id FROM member WHERE login = ?", (made.login(name),))


# The app's own acts, through the policies


def test_who_acts_is_who_the_server_let_in(kept: Kept) -> None:
    bob = kept.open("rep")
    assert bob.actor.role == "rep"
    add_deal(bob)
    [(login,)] = bob.db.rows(
        "SELECT member.login FROM batch JOIN member ON member.id = batch.member_id WHERE kind = 'do' AND undone = 0"
        " ORDER BY batch.id DESC LIMIT 1"
    )
    assert login == kept.login("rep")


@pytest.mark.parametrize("role", ["rep", "manager", "admin"])
def test_who_may_write_adds_moves_and_takes_back(kept: Kept, role: Role) -> None:
    store = kept.open(role)
    deal = add_deal(store, "[/b] Acme")
    deal = move(store, deal, "Quote")
    store.undo()
    assert store.get(Deal, deal.id).stage_id == stages(store)["Lead"].id
    store.redo()
    assert tally(store) == {("Quote", "Quote", "EUR", 1, 120_000, 0)}
    move(store, store.get(Deal, deal.id), "Won")
    while True:
        try:
            store.undo()
        except Refused:
            break
    assert store.all(Deal) == []
    assert store.check() == []
    assert kept.owner.check() == []


def test_a_reader_reads_and_writes_nothing(kept: Kept) -> None:
    bob, rita = kept.open("rep"), kept.open("reader")
    deal = add_deal(bob)
    assert rita.get(Deal, deal.id) == deal
    with pytest.raises(Forbidden, match="You may read here"):
        move(rita, deal, "Quote")
    with pytest.raises(Refused):
        rita.undo()


def test_a_reader_opens_every_page_of_a_store_that_has_much_to_keep_up(kept: Kept) -> None:
    bob, rita = kept.open("rep"), kept.open("reader")
    deal = move(bob, add_deal(bob), "Quote")
    bob.db.run("INSERT INTO stale (name) VALUES ('party_search'), ('stay_count')")
    commit(bob, Change.add(sent(deal)))
    for store in (rita, bob):
        measure_pace(store.db, NOW.date())
        parties.ensure(store.db)
        stays.ensure(store.db)
        expired = offers.expire(store, NOW.date() + timedelta(days=2))
        assert expired == (store is bob)
        assert bool(store.db.rows("SELECT 1 FROM stale")) is (store is rita)
    assert bob.check() == []


def sent(deal: Deal) -> Quote:
    """A quote that is valid today."""
    return Quote(
        id=-1, deal_id=deal.id, number="Q1", amount=1, currency="EUR", status="sent", valid_until=NOW.date(),
        created_at=NOW,
    )  # fmt: skip


def test_quotes_of_others_do_not_expire_by_a_reps_hand(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    deal = add_deal(carol)
    commit(carol, Change.add(sent(deal)), Change.edit(deal, owner_id=carol.me))
    assert offers.expire(bob, NOW.date() + timedelta(days=2)) == 0
    assert offers.expire(carol, NOW.date() + timedelta(days=2)) == 1


def test_the_deals_of_others_are_out_of_reach_and_managers_reach_all(kept: Kept) -> None:
    bob, carol, boss = kept.open("rep"), kept.open("carol"), kept.open("manager")
    deal = add_deal(carol)
    commit(carol, Change.edit(deal, owner_id=carol.me))
    with pytest.raises(Forbidden, match="This belongs to"):
        move(bob, bob.get(Deal, deal.id), "Quote")
    deal = move(boss, boss.get(Deal, deal.id), "Quote")
    assert carol.get(Deal, deal.id) == deal
    assert boss.check() == []


def test_a_deal_is_handed_over_with_what_was_done_to_it_and_comes_home_by_undo(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    deal = add_deal(bob)
    [step] = bob.all(Activity, deal_id=deal.id)
    commit(
        bob,
        Change.edit(deal, owner_id=carol.me, title="For Carol"),
        Change.edit(step, owner_id=carol.me, due_on=NOW.date()),
    )
    assert carol.all(Deal)[0].owner_id == carol.me
    assert bob.check() == []
    with pytest.raises(Forbidden):
        commit(bob, Change.edit(bob.get(Deal, deal.id), owner_id=bob.me))
    assert carol.get(Deal, deal.id).title == "For Carol"


def test_what_was_given_away_comes_home_by_undo(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    deal = add_deal(bob)
    commit(bob, Change.edit(deal, owner_id=carol.me))
    bob.undo()
    assert carol.get(Deal, deal.id).owner_id is None
    bob.redo()
    assert carol.get(Deal, deal.id).owner_id == carol.me
    assert bob.check() == []


def test_the_people_around_a_deal_within_reach_may_be_changed(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    done = commit(carol, Change.add(Contact(id=-1, name="Marie", owner_id=carol.me, created_at=NOW)))
    number = done.ids[-1]
    with pytest.raises(Forbidden):
        commit(bob, Change.edit(bob.get(Contact, number), phone="+33612345678"))
    deal = add_deal(bob)
    commit(bob, Change.edit(deal, contact_id=number))
    commit(bob, Change.edit(bob.get(Contact, number), phone="+33612345678"))
    assert bob.get(Contact, number).phone == "+33612345678"


def test_an_import_by_a_rep_is_one_batch_that_goes_again(kept: Kept) -> None:
    bob = kept.open("rep")
    there = stages(bob)["Lead"]
    deals = (
        Change.add(
            Deal(
                id=-n,
                pipeline_id=there.pipeline_id,
                stage_id=there.id,
                title=f"Deal {n} é",
                created_at=NOW,
                stage_since=NOW,
            )
        )
        for n in range(1, 6001)
    )
    bob.load(say("Import"), deals)
    assert len(bob.all(Deal)) == 6000
    bob.undo()
    assert bob.all(Deal) == []
    assert bob.check() == []
    assert kept.owner.db.rows(f"SELECT * FROM {policies.SCHEMA}.owed") == []


def test_an_import_that_changes_nothing_keeps_nobody_from_writing(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    assert bob.load(say("Import"), []).batch_id is None
    add_deal(carol)
    kept.owner.db.run("UPDATE sequence SET next = next + 5 WHERE name IN ('batch', 'journal')")
    assert add_deal(bob).title == "Web site"
    assert move(carol, carol.all(Deal)[-1], "Quote").title == "Web site"


def test_two_records_apart_are_noted_by_reps_and_other_settings_are_not(kept: Kept) -> None:
    bob = kept.open("rep")
    commit(bob, Change.add(Setting(id=-1, name="apart:contact:1:2", value="1")))
    with pytest.raises(Forbidden):
        commit(bob, Change.add(Setting(id=-1, name="currency", value="CHF")))


# Members come and go


def test_a_role_is_taken_away_at_once(kept: Kept) -> None:
    bob = kept.open("rep")
    deal = add_deal(bob)
    keeper.grant(kept.owner, kept.login("rep"), "reader")
    with pytest.raises(Forbidden, match="You may read here"):
        move(bob, deal, "Quote")
    keeper.revoke(kept.owner, kept.login("rep"))
    with pytest.raises(StoreProblem):
        kept.open("rep")
    assert next(one for one in kept.owner.all(Member) if one.login == kept.login("rep")).retired_at == NOW


def test_the_server_follows_what_an_admin_of_the_app_makes_of_members(kept: Kept) -> None:
    admin, boss, bob = kept.open("admin"), kept.open("manager"), kept.open("rep")
    member = admin.get(Member, bob.me or 0)
    with pytest.raises(Forbidden):
        commit(boss, Change.edit(member, role="manager"))
    commit(admin, Change.edit(member, role="manager"))
    bob.recognise()
    assert bob.actor.role == "manager"
    admin.undo()
    bob.recognise()
    assert bob.actor.role == "rep"
    commit(admin, Change.edit(admin.get(Member, member.id), retired_at=NOW))
    bob.recognise()
    assert not bob.actor.writes
    with pytest.raises(NotFound, match="knows no role"):
        commit(admin, Change.add(Member(id=-1, login="o'brien; DROP", name="[/b]")))
    assert [one.login for one in admin.all(Member) if one.login.startswith("o'")] == []


def test_who_may_hand_out_no_roles_is_told_where_to_go(kept: Kept) -> None:
    boss, bob = kept.open("manager"), kept.open("rep")
    with pytest.raises(Forbidden, match="hand out no roles") as caught, boss.db.transaction():
        keeper.follow(boss.db, [bob.me or 0])
    assert "pipetui server grant" in str(caught.value.hint)


def test_a_person_is_erased_on_a_kept_server_by_admins_alone(kept: Kept) -> None:
    admin, boss = kept.open("admin"), kept.open("manager")
    deal = add_deal(boss, "Acme for Marie Curie")
    with pytest.raises(Forbidden):
        boss.erase(deal.contact_id or 0, str)
    erased = admin.erase(deal.contact_id or 0, str)
    assert "VACUUM" in str(erased.rest)
    kept_rows = [admin.db.rows(f"SELECT * FROM {table}") for table in ("contact", "journal", "batch", "deal")]
    assert "Marie" not in str(kept_rows)
    assert admin.check() == []


def test_a_stranger_to_the_server_is_not_let_in_unasked(kept: Kept) -> None:
    with pytest.raises(NotFound, match="knows no role"):
        keeper.grant(kept.owner, "o'brien; DROP", "rep")
    with pytest.raises(NotFound):
        keeper.revoke(kept.owner, "nobody here")
    assert not keeper.exists(kept.owner.db, "o'brien; DROP")


def test_a_name_that_needs_quotes_is_a_name(kept: Kept) -> None:
    kept.grant("d\"urand; drop'", "rep")
    assert inspection.findings(kept.owner.db) == []


# What psql can do

HANGING = {table for table, rule in access.RULES.items() if "own" in rule.rep.values()}
ACTS: tuple[Act, ...] = ("add", "change", "remove")
UNIQUE = {"member": "login", "setting": "name", "rate": "currency"}
LINES = {"add": (None, None), "change": ("{}", "{}"), "remove": ("{}", None)}
"""What a line of the journal says before and after, by the act it tells of."""


def add_line(link: Link, act: Act, table: str, number: int) -> None:
    """A line of the journal by hand."""
    before, after = LINES[act]
    link.execute(
        "INSERT INTO journal (id, batch_id, table_name, row_id, before, after) SELECT COALESCE(MAX(id), 0) + 1, 900000,"
        " %s, %s, %s, %s FROM journal",
        (table, number, before, after),
    )


def done(link: Link, act: Act, table: str, number: int) -> bool:
    """Whether the server lets somebody do something to a row, with its line in the journal; nothing stays."""
    names = ", ".join(name for name in columns(table) if name not in ("id", UNIQUE.get(table)))
    unique, fresh = (f", {UNIQUE[table]}", ", 'new'") if table in UNIQUE else ("", "")
    sql = {
        "add": f"INSERT INTO {table} (id, {names}{unique}) SELECT 900000, {names}{fresh} FROM {table}"
        " WHERE id = %s",
        "change": f"UPDATE {table} SET version = version + 1 WHERE id = %s",
        "remove": f"DELETE FROM {table} WHERE id = %s",
    }
    try:
        add_line(link, act, table, 900_000 if act == "add" else number)
        return link.execute(sql[act], (number,)).rowcount == 1  # type: ignore[arg-type]
    except psycopg.errors.InsufficientPrivilege:
        return False
    finally:
        link.rollback()


def rows_of(made: Kept, table: str) -> dict[str, int]:
    """A row of the rep's and one of Carol's, or just one."""
    found = [row[0] for row in made.owner.db.rows(f"SELECT id FROM {table} ORDER BY id")]
    return {"rep": found[-2], "carol": found[-1]} if table in HANGING else {"": found[-1]}


@pytest.mark.parametrize("role", ROLES)
def test_sql_reaches_as_far_as_the_table_of_rights_says(shared: Kept, role: Role) -> None:
    ids = {name: _member(shared, name)[0][0] for name in ("rep", "carol")}
    actor = Actor(_member(shared, role)[0][0], role)
    said, right = {}, {}
    with closing(shared.psql(role)) as link:
        for table, act in ((table, act) for table in access.RULES for act in ACTS):
            for owner, number in rows_of(shared, table).items():
                right[table, act, owner] = access.refusal(actor, act, table, ids.get(owner)) is None
                said[table, act, owner] = done(link, act, table, number)
    assert {key: said[key] for key in said if said[key] != right[key]} == {}
    assert len(set(right.values())) == (1 if role in ("reader", "admin") else 2)


def test_every_table_is_one_the_server_knows_to_keep() -> None:
    assert {kind.table for kind in RECORDS} == set(access.RULES)
    assert set(inspection.KEPT) == {*metadata.tables, "alembic_version"}


def test_rows_of_nobody_are_everybodys(kept: Kept) -> None:
    deal = add_deal(kept.open("carol"))
    with closing(kept.psql("rep")) as link:
        assert done(link, "change", "deal", deal.id)
        assert done(link, "change", "visit", link.execute("SELECT MAX(id) FROM visit").fetchall()[0][0])


REWRITES = (
    "UPDATE journal SET before = '{}'",
    "UPDATE journal SET digest = ''",
    "UPDATE journal SET row_id = 1",
    "DELETE FROM journal",
    "DELETE FROM batch",
    "UPDATE batch SET member_id = NULL",
    "UPDATE batch SET at = '2020'",
    "UPDATE batch SET chain = ''",
    "UPDATE batch SET label = 'Nothing'",
    "TRUNCATE journal, batch CASCADE",
    "ALTER TABLE journal DISABLE TRIGGER ALL",
    "ALTER TABLE deal DISABLE ROW LEVEL SECURITY",
    "DROP TABLE journal",
    "CREATE TABLE own_table (id int)",
    "CREATE TEMP TABLE deal (id int)",
    "UPDATE member SET role = 'admin'",
    "INSERT INTO member (id, login, name, role) VALUES (900000, 'mallory', 'Mallory', 'admin')",
    "SET session_replication_role = replica",
    "SET row_security = off; UPDATE member SET role = 'admin'",
    "SET SESSION AUTHORIZATION postgres",
    "SELECT pipetui_guard.gave('deal', 1); INSERT INTO pipetui_guard.handed VALUES ('deal', 1, NULL, 1)",
    "DELETE FROM pipetui_guard.owed",
    "CREATE OR REPLACE FUNCTION pipetui_guard.rank() RETURNS integer LANGUAGE sql AS 'SELECT 3'",
    "UPDATE deal SET id = id + 1000",
    "UPDATE alembic_version SET version_num = '9999'",
    "COPY deal FROM STDIN",
    "COPY deal TO PROGRAM 'true'",
)
ERASING = ("UPDATE journal SET before = '{}'", "UPDATE batch SET label = 'Nothing'")
"""What an admin may, since people may ask to be forgotten."""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("sql", REWRITES)
def test_nobody_rewrites_what_was(shared: Kept, role: Role, sql: str) -> None:
    with closing(shared.psql(role)) as link:
        may_stay = False
        with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
            changed = link.execute(sql).rowcount  # type: ignore[arg-type]
            link.execute("SET CONSTRAINTS ALL IMMEDIATE")
            may_stay = changed > 0
        link.rollback()
    may = role == "admin" and sql in ERASING
    assert may_stay is may


def test_no_row_changes_without_a_line_in_the_journal(shared: Kept) -> None:
    with closing(shared.psql("admin")) as link:
        for sql in (
            "UPDATE deal SET amount = 1",
            "DELETE FROM tagging",
            "UPDATE stage SET name = 'Mine'",
            "UPDATE member SET role = 'rep'",
            "UPDATE visit SET left_at = NULL, version = version + 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no line of the journal"):
                link.execute(sql)  # type: ignore[arg-type]
            link.rollback()
        link.execute("INSERT INTO tag (id, name) VALUES (900000, 'silent')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no line of the journal"):
            link.commit()
        link.execute("UPDATE deal SET next_due = next_due, furthest_id = furthest_id")
        link.commit()


@pytest.mark.parametrize("table", policies.HANGING)
def test_nothing_is_hung_on_what_belongs_to_another(shared: Kept, table: str) -> None:
    names = {"quote_line": "quote_id", "tagging": "subject_id"}
    column = names.get(table, "deal_id")
    mine, hers = rows_of(shared, table).values()
    sql = f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE id = %s) WHERE id = %s"
    for name in ("rep", "manager"):
        with closing(shared.psql(name)) as link:
            add_line(link, "change", table, mine)
            if name == "manager":
                assert link.execute(sql, (hers, mine)).rowcount == 1  # type: ignore[arg-type]
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="belongs to another member"):
                    link.execute(sql, (hers, mine))  # type: ignore[arg-type]
            link.rollback()


def test_a_line_in_another_transaction_or_of_another_row_does_not_count(shared: Kept) -> None:
    deals = list(rows_of(shared, "deal").values())
    with closing(shared.psql("admin")) as link:
        add_line(link, "change", "deal", deals[0])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("UPDATE deal SET amount = 1 WHERE id = %s", (deals[1],))
        link.rollback()
        add_line(link, "remove", "deal", deals[0])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute("UPDATE deal SET amount = 1 WHERE id = %s", (deals[0],))
        link.rollback()


def by_hand(link: Link, **other: object) -> None:
    """A batch with one line, sealed and chained as pipetui does it, but for what is `other`."""
    [(number, before)] = link.execute("SELECT id + 1, chain FROM batch ORDER BY id DESC LIMIT 1").fetchall()
    [(line,)] = link.execute("SELECT MAX(id) + 1 FROM journal").fetchall()
    [(me,)] = link.execute("SELECT pipetui_guard.me()").fetchall()
    text, values, salt, seal = chain.sealed_label(say("By {hand} \t\x01 é \u2028", hand='"hand"\\'))
    at = "2026-11-23T09:30:00.000000Z"
    head = chain.Head(number, at, me, "do", None, "0004").open(before, seal)
    head.add([(line, "tag", 900_001, None, None, "seal")])
    link.execute(
        "INSERT INTO journal (id, batch_id, table_name, row_id, digest) VALUES (%s, %s, 'tag', 900001, 'seal')",
        (line, number),
    )
    link.execute("INSERT INTO tag (id, name) VALUES (900001, 'by hand')")
    batch = {
        "id": number, "at": at, "member_id": me, "kind": "do", "undone": 0, "shape": "0004", "label": text,
        "label_values": values, "salt": salt, "digest": seal, "chain": head.chain, **other,
    }  # fmt: skip
    link.execute(
        f"INSERT INTO batch ({', '.join(batch)}) VALUES ({', '.join(['%s'] * len(batch))})",  # type: ignore[arg-type]
        tuple(batch.values()),
    )


def test_a_batch_by_hand_continues_the_chain_under_its_own_name(kept: Kept) -> None:
    add_deal(kept.open("carol"))
    [(carol,)] = _member(kept, "carol")
    with closing(kept.psql("rep")) as link:
        for other in (
            {"member_id": carol}, {"member_id": None}, {"chain": "0" * 64}, {"chain": None}, {"label": "Other"},
            {"at": "2020-01-01T00:00:00.000000Z"}, {"kind": "setup"},
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                by_hand(link, **other)
                link.commit()
            link.rollback()
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="read committed"):
            by_hand(link)
        link.rollback()
        by_hand(link)
        link.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="takes no more lines"):
            link.execute(
                "INSERT INTO journal (id, batch_id, table_name, row_id) SELECT MAX(id) + 1, MAX(batch_id), 'tag', 1"
                " FROM journal"
            )


class Forged:
    """A batch written past pipetui by somebody who knows how it seals and chains."""

    def __init__(self, link: Link) -> None:
        self._link = link
        [(self.number, self._before)] = link.execute(
            "SELECT id + 1, chain FROM batch ORDER BY id DESC LIMIT 1"
        ).fetchall()
        [(self.line,)] = link.execute("SELECT MAX(id) + 1 FROM journal").fetchall()
        [(self._me,)] = link.execute("SELECT pipetui_guard.me()").fetchall()

    def write(
        self,
        sql: str,
        *lines: tuple[str, int, dict[str, object] | None, dict[str, object] | None],
        kind: str = "do",
        target: int | None = None,
        label: tuple[str, str] = ("By hand", "{}"),
        at: str = "2026-11-23T09:30:00.000000Z",
    ) -> None:
        """Its lines (table, row, the fields before and after), a statement, and the batch that closes them."""
        sealed = []
        for at_line, (table, row, before, after) in enumerate(lines, self.line):
            was, becomes = (None if one is None else json.dumps(one) for one in (before, after))
            sealed.append((at_line, table, row, None, None, "seal"))
            self._link.execute(
                "INSERT INTO journal (id, batch_id, table_name, row_id, before, after, salt, digest)"
                " VALUES (%s, %s, %s, %s, %s, %s, '', 'seal')",
                (at_line, self.number, table, row, was, becomes),
            )
        self._link.execute(sql)  # type: ignore[arg-type]
        seal = chain.seal("", chain.label_content(*label))
        head = chain.Head(self.number, at, self._me, kind, target, "0004").open(self._before or "", seal)
        head.add(sealed)
        self._link.execute(
            "INSERT INTO batch"
            " (id, at, member_id, kind, target_id, undone, shape, label, label_values, salt, digest, chain)"
            " VALUES (%s, %s, %s, %s, %s, 0, '0004', %s, %s, '', %s, %s)",
            (self.number, at, self._me, kind, target, *label, seal, head.chain),
        )
        self._link.commit()


def refused(kept: Kept, why: str, sql: str, *lines: Any, number: int = 0, line: int = 0, **more: Any) -> None:
    """A rep tries, and the server says why not."""
    with closing(kept.psql("rep")) as link:
        forged = Forged(link)
        forged.number, forged.line = number or forged.number, line or forged.line
        with pytest.raises(psycopg.Error, match=why):
            forged.write(sql, *lines, **more)


TAG = "INSERT INTO tag (id, name) VALUES (900001, 'by hand')"
NEW_TAG = ("tag", 900001, None, None)


def test_what_a_rep_writes_by_hand_must_be_what_pipetui_could_write(kept: Kept) -> None:
    bob = kept.open("rep")
    deal = add_deal(bob)
    with closing(kept.psql("rep")) as link:
        Forged(link).write(TAG, NEW_TAG)
    told = bob.check()
    again = ("tag", 900002, None, None)
    sql = "INSERT INTO tag (id, name) VALUES (900002, 'again')"
    reseal = ("journal", 1, None, None)
    refused(kept, "not for its writer", sql, again, reseal)
    refused(kept, "not for its writer", sql, again, reseal, kind="erase")
    refused(kept, "leaves numbers out", sql, again, number=2**63 - 1)
    refused(kept, "leaves numbers out", sql, again, line=2**62)
    far = f"INSERT INTO tag (id, name) VALUES ({2**63 - 1}, 'far')"
    refused(kept, "there is none of", far, ("tag", 2**63 - 1, None, None))
    for label in (("x", "not json"), ("x", "[]"), ("{x!r:>99999999}", "{}"), ("{0}", "{}"), ("{", "{}")):
        refused(kept, "cannot be read|invalid input", sql, again, label=label)
    refused(kept, "cannot be read", sql, again, at="yesterday")
    edit = ("deal", deal.id, {"stage_since": "x"}, {"stage_since": ""})
    for value in ("", "garbage", "99999-01-01", "2026-11-23"):
        sql = f"UPDATE deal SET stage_since = '{value}' WHERE id = {deal.id}"
        refused(kept, "there is none of|out of range", sql, edit)
    refused(kept, "by no batch", f"UPDATE batch SET undone = 1 WHERE member_id = {bob.me}", again)
    refused(kept, "takes back", "SELECT 1", NEW_TAG, kind="undo", target=1)
    assert bob.check() == told


def test_what_was_given_away_comes_home_by_no_other_way(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    deal = add_deal(bob)
    commit(bob, Change.edit(deal, owner_id=bob.me))
    given = commit(bob, Change.edit(bob.get(Deal, deal.id), owner_id=carol.me))
    take = {"owner_id": carol.me}, {"owner_id": bob.me}
    sql = "UPDATE deal SET {} WHERE id = " + str(deal.id)
    refused(kept, "given away", sql.format(f"owner_id = {bob.me}"), ("deal", deal.id, *take))
    refused(kept, "given away", sql.format("amount = 777"), ("deal", deal.id, {"amount": 1}, {"amount": 777}))
    more = ("deal", deal.id, {**take[0], "amount": 1}, {**take[1], "amount": 777})
    marked = f"; UPDATE batch SET undone = 1 WHERE id = {given.batch_id}"
    both = sql.format(f"owner_id = {bob.me}, amount = 777") + marked
    refused(kept, "given away", both, more, kind="undo", target=given.batch_id)
    commit(carol, Change.edit(carol.get(Deal, deal.id), amount=42))
    refused(kept, "belongs to another", sql.format(f"owner_id = {bob.me}"), ("deal", deal.id, *take))
    with pytest.raises(PipetuiError):
        bob.undo()
    assert carol.get(Deal, deal.id).owner_id == carol.me
    assert bob.check() == []


def test_the_people_of_others_are_completed_and_not_taken(kept: Kept) -> None:
    bob, carol = kept.open("rep"), kept.open("carol")
    done = commit(carol, Change.add(Contact(id=-1, name="Zoe", owner_id=carol.me, created_at=NOW)))
    number = done.ids[-1]
    deal = add_deal(bob)
    commit(bob, Change.edit(deal, contact_id=number))
    commit(bob, Change.edit(bob.get(Contact, number), phone="+33612345678"))
    with pytest.raises(Forbidden, match="This belongs to"):
        commit(bob, Change.edit(bob.get(Contact, number), owner_id=bob.me))
    line = ("contact", number, {"owner_id": carol.me}, {"owner_id": bob.me})
    refused(kept, "can give it away", f"UPDATE contact SET owner_id = {bob.me} WHERE id = {number}", line)
    commit(carol, Change.edit(carol.get(Contact, number), owner_id=bob.me))
    assert carol.get(Contact, number).owner_id == bob.me


# What is not as it should be


def findings(made: Kept) -> str:
    """All of it."""
    return "\n".join(map(str, inspection.findings(made.owner.db)))


def test_a_server_as_it_was_set_up_is_well_and_set_up_twice_is_the_same(kept: Kept) -> None:
    assert findings(kept) == ""
    keeper.init(kept.owner.db)
    assert findings(kept) == ""


def test_the_owner_who_made_the_groups_may_hand_them_out_and_is_not_named(kept: Kept) -> None:
    [(database, owner)] = kept.owner.db.rows("SELECT current_database()::text, current_user::text")
    with kept.owner.db.transaction():
        kept.owner.db.run(f"GRANT {policies.group(database, 'admin')} TO {owner}")
    assert findings(kept) == ""


def test_a_member_copies_the_whole_store_and_never_one_with_holes(kept: Kept) -> None:
    rows = sum(len(piece.rows) for piece in copying.pieces(kept.open("reader").db))
    assert rows == sum(len(piece.rows) for piece in copying.pieces(kept.owner.db))
    with kept.owner.db.transaction():
        kept.owner.db.run("CREATE POLICY hides ON deal AS RESTRICTIVE FOR SELECT USING (false)")
    with pytest.raises(Forbidden):
        list(copying.pieces(kept.open("admin").db))


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("ALTER TABLE deal DISABLE ROW LEVEL SECURITY", "Row security is off for deal"),
        (
            "ALTER TABLE quote DISABLE TRIGGER pipetui_told_gone",
            "trigger pipetui_told_gone of quote is switched off",
        ),
        ("DROP POLICY adds ON batch", "not as pipetui made them"),
        ("GRANT DELETE ON journal TO PUBLIC", "not as pipetui made them"),
        ("GRANT UPDATE (digest) ON journal TO PUBLIC", "not as pipetui made them"),
        ("DROP TRIGGER pipetui_chained ON batch", "not as pipetui made them"),
        ("ALTER FUNCTION pipetui_guard.rank() SECURITY DEFINER", "not as pipetui made them"),
        ("ALTER ROLE {rep} BYPASSRLS", "may bypass row security"),
        ("ALTER ROLE {rep} SUPERUSER", "is a superuser"),
        ("REVOKE {group} FROM {rep}", "has no rights on the server"),
        ("GRANT {admins} TO {rep}", "is rep here and admin on the server"),
        ("UPDATE member SET retired_at = 'then' WHERE login = '{rep}'", "left and still has rights"),
        ("UPDATE member SET login = 'renamed' WHERE login = '{rep}'", "the server knows no such role"),
        ("GRANT CONNECT ON DATABASE {database} TO PUBLIC", "Everybody the server knows may connect"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "Everybody may make tables"),
    ],
)
def test_what_is_not_as_it_should_be_is_told(shared: Kept, sql: str, told: str) -> None:
    [(database,)] = shared.owner.db.rows("SELECT current_database()::text")
    names = {"group": policies.group(database, "rep"), "admins": policies.group(database, "admin")}
    with suppress(NotFound), shared.owner.db.transaction():
        shared.owner.db.run(sql.format(rep=shared.login("rep"), database=database, **names))
        assert told in findings(shared)
        raise NotFound(say("Nothing of it stays."))
    assert findings(shared) == ""


def test_a_store_the_server_does_not_keep_is_told(server: Any) -> None:
    url = server.database(server.template)
    with closing(Store.open(url, login="ann", now=lambda: NOW)) as store:
        assert "pipetui server init" in str(inspection.findings(store.db)[0])
        with pytest.raises(Refused, match="does not keep"):
            keeper.grant(store, "bob", "rep")
        keeper.follow(store.db, [1])
    server.drop(url)


def test_a_file_is_kept_by_no_server() -> None:
    with pytest.raises(Refused, match="is a file"):
        keeper.opened("store.db", lambda: NOW)


def test_only_who_owns_the_tables_sets_a_server_up(kept: Kept) -> None:
    with pytest.raises(Forbidden, match="Only who owns the tables"):
        keeper.init(kept.open("admin").db)


# In the shell


def test_a_server_is_set_up_in_the_shell(
    server: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    url = server.database()
    login = f"dave_{next(_numbers)}"
    monkeypatch.setenv("PIPETUI_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("PIPETUI_DB", url)
    assert main(["server"]) == 1
    assert "does not keep this store yet" in capsys.readouterr().out
    assert main(["server", "init"]) == 0
    assert main(["server", "grant", login, "rep"]) == 1
    assert "--create" in capsys.readouterr().err
    assert main(["server", "grant", login, "boss"]) == 2
    assert main(["server", "grant", login, "rep", "--create", "--password"]) == 1
    assert main(["server", "grant", login, "rep", "--create"]) == 0
    assert main(["server", "doctor"]) == 0
    assert "all is well" in capsys.readouterr().out
    monkeypatch.setenv("PIPETUI_DB", url.replace("postgres:@", f"{login}@"))
    assert main(["add", "Acme 12k"]) == 0
    assert main(["stages", "edit", "Lead", "--name", "Mine"]) == 1
    assert "Only admins may change that" in capsys.readouterr().err
    assert main(["server", "init"]) == 1
    assert "Only who owns the tables" in capsys.readouterr().err
    monkeypatch.setenv("PIPETUI_DB", url)
    assert main(["server", "revoke", login, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"login": login, "role": None}
    monkeypatch.setenv("PIPETUI_DB", url.replace("postgres:@", f"{login}@"))
    assert main(["list"]) == 3
    monkeypatch.setenv("PIPETUI_DB", str(tmp_path / "sales.db"))
    assert main(["server", "init"]) == 1
    assert "is a file" in capsys.readouterr().err
    server.drop(url)
