"""A person asks what is known about them, and then to be forgotten."""

from __future__ import annotations

import json
from pathlib import Path

from shell import Shell

MAIL = "zoe.qx@zq-private.example"
ZOE = "[/b] Zoé Quéméneur-Xq"


def told_of(shell: Shell) -> None:
    """Zoé has a deal at Acme, says things and is written about."""
    shell(
        "contact",
        "add",
        ZOE,
        f"email={MAIL}",
        "phone=+33698765432",
        "organization=Acme",
        "notes=likes tea-qx",
    )
    shell("add", f'Acme Telescope 12k€ @"{ZOE}"')
    shell("edit", "1", f"notes=ask {ZOE} at 06 98 76 54 32")
    shell("contact", "edit", "1", "job=Boss-qx")
    shell("contact", "edit", "1", "job=Chief-qx")
    shell("quote", "add", "1", "12000")
    shell("activity", "log", "1", "call", f"wrote to {MAIL}")
    shell("tag", "add", "vip", "1")


def test_all_there_is_goes_into_a_file(shell: Shell, tmp_path: Path) -> None:
    told_of(shell)
    done = shell("contact", "export", "1", "--to", "zoe.json")
    assert done.code == 0, done.err
    assert "zoe.json" in done.err
    text = (tmp_path / "zoe.json").read_text(encoding="utf-8")
    for word in (
        ZOE,
        MAIL,
        "+33698765432",
        "likes tea-qx",
        "Boss-qx",
        "Chief-qx",
        "06 98 76 54 32",
        "Acme",
        "12000.00",
    ):
        assert word in text, word
    document = json.loads(text)
    assert document["deals"][0]["first_contact"] is True
    assert document["history"][0]["what"] == f"Change {ZOE}"
    assert {one["table"] for one in document["mentioned_in"]} >= {"deal"}
    assert shell("contact", "export", "1", "--to", "no/such/folder.json").code == 1
    assert shell("contact", "export", "Zoé", "--to", "zoe.vcf").code == 0
    assert "BEGIN:VCARD" in (tmp_path / "zoe.vcf").read_text()


def test_a_person_is_erased_when_somebody_says_yes(shell: Shell, tmp_path: Path) -> None:
    told_of(shell)
    assert shell("backup", "store/sales.db.yesterday").code == 0
    refused = shell("contact", "erase", "1")
    assert refused.code == 1
    assert f"Erase {ZOE} for good" in refused.out
    assert "sales.db.yesterday" in refused.out
    assert "Nothing was erased." in refused.err
    assert ZOE in shell("contact").out
    before = shell("report", "kpi", "--json").json
    done = shell("contact", "erase", ZOE, "--yes")
    assert (done.code, "cannot be undone" in done.err) == (0, True)
    assert shell("report", "kpi", "--json").json == before
    shown = shell("show", "1").out + shell("log").out + shell("contact", "show", "1").out + shell("list").out
    assert "Erased person 1" in shown
    for word in (ZOE, MAIL, "tea-qx", "Boss-qx", "98 76"):
        assert word not in shown, word
    assert "Erase a person on request" in shell("log").out
    assert shell("doctor").code == 0
    assert MAIL.encode() not in b"".join(one.read_bytes() for one in (tmp_path / "store").glob("sales.db"))
    again = shell("contact", "erase", "1", "--yes", "--json").json
    assert (again["batch"], again["contacts"]) == (None, [1])
    assert shell("contact", "erase", "99", "--yes").code == 1


def test_the_name_of_the_erased_is_in_the_language_of_who_erases(shell: Shell) -> None:
    told_of(shell)
    shell("--lang", "fr", "contact", "erase", "1", "--yes")
    assert "Personne effacée 1" in shell("contact", "show", "1").out
