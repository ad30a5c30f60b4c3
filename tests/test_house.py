"""The rules of the house: who may load whom, checked in a fresh interpreter, and what the repository may say."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pipetui.core

ROOT = Path(__file__).parent.parent
HEAVY = {
    "textual",
    "rich",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "babel",
    "click",
    "psycopg",
    "openpyxl",
    "phonenumbers",
    "email_validator",
    "icalendar",
    "vobject",
    "typst",
    "rapidfuzz",
}
CORE = [f"pipetui.core.{module.name}" for module in pkgutil.iter_modules(pipetui.core.__path__)]


def loaded_after(statement: str) -> set[str]:
    """The top-level names of all modules a fresh interpreter holds after the statement."""
    program = f"import sys\n{statement}\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_the_core_needs_nothing_but_python() -> None:
    names = loaded_after("; ".join(f"import {name}" for name in CORE))
    assert names & HEAVY == set()
    assert names - set(sys.stdlib_module_names) - {"pipetui", "__main__"} <= {
        "_distutils_hack",
        "__mp_main__",
    } | {
        name for name in names if name.startswith(("__editable__", "_virtualenv", "sitecustomize", "_pytest"))
    }


def test_the_board_loads_no_sqlalchemy() -> None:
    assert (
        loaded_after("import pipetui.ui.launch")
        & {"sqlalchemy", "sqlmodel", "alembic", "pydantic", "openpyxl"}
        == set()
    )


@pytest.mark.parametrize("module", ["pipetui.store.store", "pipetui.store.windows"])
def test_the_store_is_read_and_written_without_sqlalchemy(module: str) -> None:
    assert (
        loaded_after(f"import {module}") & {"sqlalchemy", "sqlmodel", "alembic", "pydantic", "textual"}
        == set()
    )


def sources() -> list[Path]:
    return sorted((ROOT / "src").rglob("*.py"))


EDGES = {"cli/__init__.py", "ui/terminal.py"}
"""Where an unexpected error is met; everywhere else one is cleaned up after and raised again."""


def swallows(handler: ast.ExceptHandler) -> bool:
    names = [handler.type] if not isinstance(handler.type, ast.Tuple) else handler.type.elts
    broad = any(each is None or getattr(each, "id", "") in ("Exception", "BaseException") for each in names)
    return broad and not isinstance(handler.body[-1], ast.Raise)


@pytest.mark.parametrize("path", sources(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_source_file_hides_an_error_or_a_debt(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    handlers = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ExceptHandler)]
    assert sum(map(swallows, handlers)) <= (f"{path.parent.name}/{path.name}" in EDGES)


def test_acts_are_begun_in_one_place() -> None:
    """Elsewhere a coroutine could be made that never runs, because the screen is left before its turn comes."""
    begin = [path.name for path in sources() if "run_worker(" in path.read_text()]
    assert begin == ["apart.py"]


def test_the_repository_speaks_of_the_product_alone() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in tracked:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".txt", ".po", ".svg", ".sql", "") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert str(ROOT) not in text, name
            assert not re.search(r"https?://(files\.)?(pypi|pythonhosted)\.", text), name
