"""The settings: file, environment, and one clear sentence for a value that cannot be used."""

from __future__ import annotations

import stat
from pathlib import Path

import platformdirs
import pytest

from pipetui.config import Config, folder, load, make_home
from pipetui.errors import Invalid, StoreProblem


def written(tmp_path: Path, text: str | bytes) -> dict[str, str]:
    """An environment whose settings file holds the text."""
    file = tmp_path / "config.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return {"PIPETUI_CONFIG": str(file), "USER": "marie"}


def test_without_a_file_everything_has_a_sensible_default(tmp_path: Path) -> None:
    config = load({"PIPETUI_CONFIG": str(tmp_path / "none.toml"), "USER": "marie"})
    assert config == Config(db=config.db, me="marie", editor="vi")
    assert config.db.endswith("pipetui.db")


def test_the_file_is_read(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            'db = "s.db"\nlang = "fr"\ntheme = "nord"\nglyphs = "ascii"\ncurrency = "CHF"\nfiscal_month = 4\n'
            'me = "zoé"\neditor = "nano"\nanimations = false\n[keys]\nundo = "U"\n',
        )
    )
    assert (config.db, config.lang, config.theme, config.glyphs) == ("s.db", "fr", "nord", "ascii")
    assert (config.currency, config.fiscal_month, config.me, config.editor) == ("CHF", 4, "zoé", "nano")
    assert config.keymap == {"undo": "U"}
    assert not config.animations


def test_the_environment_wins(tmp_path: Path) -> None:
    environ = written(tmp_path, 'db = "s.db"') | {"PIPETUI_DB": "other.db", "NO_COLOR": "1", "EDITOR": "hx"}
    config = load(environ)
    assert (config.db, config.color, config.editor) == ("other.db", False, "hx")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('lang = "de"', "lang"),
        ("db = 3", "db"),
        ('db = ""', "db"),
        ('db = "a\\u0000b"', "db"),
        ('currency = "euro"', "currency"),
        ("fiscal_month = 13", "fiscal_month"),
        ("fiscal_month = true", "fiscal_month"),
        ('glyphs = "emoji"', "glyphs"),
        ("animations = 1", "animations"),
        ('colour = "red"', "colour"),
        ("[keys]\nundo = 3", "keys"),
        ('me = "\\u001b[31mred"', "me"),
    ],
)
def test_a_bad_value_is_told_with_its_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(Invalid) as told:
        load(written(tmp_path, text))
    assert str(tmp_path / "config.toml") in str(told.value)
    assert key in str(told.value)


@pytest.mark.parametrize("text", ["db = ", b'db = "\xff"', "= 3", "[keys\n"])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(Invalid, match="not valid TOML"):
        load(written(tmp_path, text))


def test_the_folder_of_a_new_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    make_home(str(tmp_path / "deep" / "er" / "s.db"))
    assert stat.S_IMODE((tmp_path / "deep" / "er").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_store_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblem):
        make_home(str(tmp_path / "file" / "s.db"))


def test_an_address_needs_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_home("postgresql://localhost/sales")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("environ", [{}, {"XDG_DATA_HOME": "/srv/data", "XDG_CONFIG_HOME": "/srv/etc"}])
def test_the_folders_are_those_of_the_system(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert folder("data") == platformdirs.user_data_path("pipetui", appauthor=False)
    assert folder("config") == platformdirs.user_config_path("pipetui", appauthor=False)
