"""The role table through the shell: what each member may do there is what `core.access` says, with its reason."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from pipetui.core.access import ROLES, Role
from rights import MATRIX, OLGA, Deed, Office, called, office
from shell import Shell

CSV = f"title,organization,owner\nNew,Boréal,{OLGA}\n"


def words(deed: Deed, store: Office) -> tuple[str, ...]:
    """How each deed is said in the shell."""
    own, other, nobody = (str(store.deals[whose]) for whose in ("own", "other", "nobody"))
    said: dict[str, tuple[str, ...]] = {
        "move an own deal": ("move", own, "Meeting"),
        "move a deal of another": ("move", other, "Meeting"),
        "move a deal of nobody": ("move", nobody, "Meeting"),
        "add a deal": ("add", "Acme 12k"),
        "import a deal of another": ("import", "-"),
        "add a person": ("contact", "add", "Ada", "email=ada@example.org"),
        "edit a person of another": ("contact", "edit", str(store.contact), "job=CTO"),
        "log a call on a deal of another": ("activity", "log", other, "call", "hello"),
        "quote for an own deal": ("quote", "add", own, "900"),
        "quote for a deal of another": ("quote", "add", other, "900"),
        "set a goal": ("goal", "set", "2026-11", "wins", "3"),
        "define a stage": ("stages", "edit", "Lead", "--definition", "A name with a phone."),
        "give a role": ("members", "role", "paul", "manager"),
        "change a setting": ("settings", "quote_tax", "20"),
        "rename a source": ("source", "rename", "Salon", "Fair"),
        "keep a view": ("view", "save", "Mine", "owner:me"),
        "note a cost": ("source", "cost", "Salon", "450"),
    }
    return said[deed.name]


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> dict[Role, Office]:
    """An office for each role, to be copied."""
    folder = tmp_path_factory.mktemp("offices")
    return {role: office(str(folder / f"{role}.db"), role) for role in ROLES}


@pytest.fixture
def work(shell: Shell, offices: dict[Role, Office], monkeypatch: pytest.MonkeyPatch) -> dict[Role, Office]:
    """The offices; the shell finds the copy of one after `begin`."""
    monkeypatch.setenv("USER", "marie")
    return offices


def begin(one: Office) -> None:
    """The shell acts in a copy of this office."""
    db = Path(os.environ["PIPETUI_DB"])
    db.parent.mkdir(exist_ok=True)
    shutil.copy(one.url, db)


@pytest.mark.parametrize(("role", "deed"), MATRIX, ids=called)
def test_the_shell_does_what_the_role_allows_and_says_why_not(
    shell: Shell, work: dict[Role, Office], role: Role, deed: Deed
) -> None:
    begin(work[role])
    before = shell("log", "--json", today=None).json
    ended = shell(*words(deed, work[role]), "--json", given=CSV.encode(), today=None)
    after = shell("log", "--json", today=None).json
    assert (len(after) > len(before)) is deed.allowed(role), ended
    if deed.allowed(role):
        assert ended.code == 0
    elif deed.name.startswith("import") and role != "reader":
        assert [one["reason"] for one in ended.json["rejected"]] == [deed.reason(role)]
    else:
        assert ended.code == 1
        assert (ended.error["code"], ended.error["message"]) == ("forbidden", deed.reason(role))
        assert ended.error["hint"]


@pytest.mark.parametrize(
    "words", [("status",), ("list",), ("board",), ("forecast",), ("members",), ("show", "1")]
)
def test_a_reader_reads_everything(shell: Shell, work: dict[Role, Office], words: tuple[str, ...]) -> None:
    begin(work["reader"])
    before = shell("log", "--json", today=None).out
    assert shell(*words, today=None).code == 0
    assert json.loads(shell("log", "--json", today=None).out) == json.loads(before)


def test_only_the_lines_that_are_not_a_reps_own_are_left_out(shell: Shell, work: dict[Role, Office]) -> None:
    begin(work["rep"])
    file = Path("deals.csv")
    file.write_text(
        f"title,organization,owner,external_id\nA,Boréal,,1\nB,Boréal,{OLGA},2\nC,Boréal,Nobody known,3\n"
    )
    for more in (("--dry-run",), ()):
        found = shell("import", str(file), "--json", *more, today=None).json
        assert (found["created"], [(one["line"], one["reason"]) for one in found["rejected"]]) == (
            1,
            [(3, f"This belongs to {OLGA}."), (4, "Only admins may change that: members.")],
        )
    titles = [one["title"] for one in shell("list", "--json", today=None).json]
    assert "A" in titles
    assert not {"B", "C"} & set(titles)


def test_what_one_rep_cannot_take_in_of_quotes_and_cards_another_record_goes_on(
    shell: Shell, work: dict[Role, Office]
) -> None:
    begin(work["rep"])
    own, other = work["rep"].deals["own"], work["rep"].deals["other"]
    Path("quotes.csv").write_text(f"number,deal,amount,status\nQ1,#{other},100,sent\nQ1,#{own},100,sent\n")
    found = shell("import", "quotes.csv", "--format", "quotes", "--json", today=None).json
    assert (found["created"], [one["line"] for one in found["rejected"]]) == (1, [2])
    card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zoé\r\nEMAIL:zoe@example.org\r\nEND:VCARD\r\n"
    Path("cards.vcf").write_text(card + card.replace("Zoé", "Ada").replace("zoe", "ada"))
    found = shell("import", "cards.vcf", "--json", today=None).json
    assert (found["created"], [one["reason"] for one in found["rejected"]]) == (
        1,
        [f"This belongs to {OLGA}."],
    )


def test_a_rep_takes_back_what_was_theirs_to_do(shell: Shell, work: dict[Role, Office]) -> None:
    begin(work["rep"])
    shell("assign", str(work["rep"].deals["own"]), "--to", "paul", today=None)
    assert shell("move", str(work["rep"].deals["own"]), "Meeting", today=None).code == 1
    assert shell("undo", today=None).code == 0
    assert shell("move", str(work["rep"].deals["own"]), "Meeting", today=None).code == 0
