"""What is said of wrong words, whole in the language spoken."""

from __future__ import annotations

import pytest

from shell import Shell

FRENCH = {
    ("list", "--limit", "-3"): "-3 n’est pas dans l’intervalle x>=0.",
    ("list", "--limit"): "L’option '--limit' demande une valeur.",
    ("list", "--json=3"): "L’option '--json' ne prend pas de valeur.",
    ("lst",): "Vouliez-vous dire 'list', 'lost' ?",
    ("goal", "set"): "Il manque l’argument 'PÉRIODE'.",
    ("goal", "set", "1", "2", "3", "4"): "Argument en trop (4)",
    ("import", "/nowhere.csv"): "nowhere.csv est illisible : ce fichier ou ce dossier n’existe pas.",
    ("move",): "Usage : pipetui move [OPTIONS] N°... ÉTAPE",
}


@pytest.mark.parametrize("words", FRENCH)
def test_wrong_words_are_told_in_french(shell: Shell, words: tuple[str, ...]) -> None:
    ended = shell("--lang", "fr", *words)
    assert ended.code == 2
    assert FRENCH[words] in ended.err.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")


def test_a_language_that_is_none_is_told(shell: Shell) -> None:
    assert "'de' is not one of 'en', 'fr'." in shell("--lang", "de", "list").err


def test_help_names_what_it_wants_in_french(shell: Shell) -> None:
    said = shell("--lang", "fr", "stages", "add", "--help").out
    assert "[obligatoire]" in said
    assert "--after ÉTAPE" in said
    assert "CHAMP=COLONNE" in shell("--lang", "fr", "import", "--help").out


def test_only_what_is_close_is_proposed(shell: Shell) -> None:
    assert (
        "--help'"
        not in shell("contact", "add", "Jean", "--email", "x").err.partition("\n")[2].partition("See")[0]
    )
    assert "Did you mean '--limit'?" in shell("list", "--limt", "3").err


def test_goals_are_set_and_listed_in_french(shell: Shell) -> None:
    assert shell("stages").code == 0
    for metric, value in (("ventes", "5"), ("Chiffre", "50k"), ("atteindre:Quote", "4")):
        assert shell("--lang", "fr", "goal", "set", "2026-12", metric, value).code == 0
    assert [one["metric"] for one in shell("goal", "--json").json] == ["wins", "revenue", "reach"]
    listed = shell("--lang", "fr", "goal").out
    assert all(word in listed for word in ("ventes", "chiffre", "atteindre:Quote"))


def test_events_and_methods_are_taken_as_they_are_shown(shell: Shell) -> None:
    assert shell("stages").code == 0
    shown = shell("--lang", "fr", "stages").out
    assert "devis envoyé" in shown
    assert "étape ouverte" in shown
    edit = ("stages", "edit", "Quote", "--json", "--event")
    assert shell("--lang", "fr", *edit, "Aucune").json[3]["event"] is None
    assert shell("--lang", "fr", *edit, "Devis envoye").json[3]["event"] == "quote sent"
    assert shell(*edit, "quote sent").json[3]["event"] == "quote sent"
    assert "devis envoyé" in shell("--lang", "fr", "stages", "edit", "Quote", "--event", "fax").err
    told = shell("--lang", "fr", "backtest", "--use", "chance par étape", "--json")
    assert told.json == {"method": "stage rank"}


def test_hints_list_words_of_the_language_that_are_all_taken(shell: Shell) -> None:
    for language, field in (("en", "is"), ("fr", "est")):
        for query in (f"{field}:zzz", "zzzz:1"):
            hint = shell("--lang", language, "list", query).err.splitlines()[-1].rstrip(".")
            for word in hint.partition(":")[2].strip().split(", "):
                asked = f"{field}:{word}" if field in query else f"{word}:none"
                ended = shell("--lang", language, "list", asked, "--json")
                refused = ended.err if ended.code == 2 else ""
                # `none` is no number and no flag of every field, but the field is known.
                assert ended.code != 2 or (field not in query and word in refused), asked
                assert not any(said in refused for said in ("There is no field", "Il n’y a pas de champ")), (
                    asked
                )


def test_a_stage_that_is_nowhere_is_told_and_the_filter_works(shell: Shell) -> None:
    shell("add", "Acme 12k")
    said = shell("list", "stage:truc")
    assert (said.code, said.err) == (1, 'There is no stage "truc".\nNothing matches.\n')
    both = shell("list", "stage:lead,truc")
    assert "Acme" in both.out
    assert 'There is no stage "truc".' in both.err
    assert shell("list", "stage:LE").err == ""
