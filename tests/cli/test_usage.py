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
