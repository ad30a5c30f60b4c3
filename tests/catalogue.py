"""Bring the French catalogue up to date with the sentences of the code: `python tests/catalogue.py`.

New sentences arrive empty in the .po file, for a person to translate; sentences no longer said leave; the .mo that the
application reads is compiled from it.
"""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parent.parent / "src" / "pipetui"
FRENCH = SOURCE / "locale" / "fr" / "LC_MESSAGES" / "pipetui.po"
UNDATED = datetime(2026, 1, 1, tzinfo=UTC)
KEYWORDS = {"say": 1, "say_n": 2, "_": 1}
"""How many forms of a sentence each of them takes."""


def said() -> Catalog:
    """Every sentence of the code, those inside f-strings too: read from the syntax tree."""
    catalogue = Catalog()
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
                forms = _literals(node.args[: KEYWORDS[node.func.id]])
                if len(forms) == KEYWORDS[node.func.id]:
                    catalogue.add(forms[0] if len(forms) == 1 else forms, locations=[(path.name, 0)])
    return catalogue


def _literals(arguments: list[ast.expr]) -> tuple[str, ...]:
    values = (each.value for each in arguments if isinstance(each, ast.Constant))
    return tuple(value for value in values if isinstance(value, str) and value)


def translated() -> Catalog:
    """The French catalogue as it stands."""
    if not FRENCH.exists():
        return Catalog(locale="fr")
    with FRENCH.open("rb") as file:
        return read_po(file, locale="fr")


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue as the application reads it; without a date of its own, the same whenever it is compiled."""
    catalogue.creation_date = catalogue.revision_date = UNDATED
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> None:
    """Write both files and say what is still to be translated."""
    catalogue = translated()
    catalogue.update(said(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = "# French sentences of pipetui."
    out = BytesIO()
    write_po(
        out, catalogue, width=120, sort_output=True, omit_header=False, no_location=True, ignore_obsolete=True
    )
    lines = [line for line in out.getvalue().splitlines(keepends=True) if not line.startswith(DATED)]
    FRENCH.write_bytes(b"".join(lines))
    FRENCH.with_suffix(".mo").write_bytes(compiled(translated()))
    missing = [
        message.id for message in translated() if message.id and (message.fuzzy or not all_of(message.string))
    ]
    print(f"{len(translated())} sentences, {len(missing)} to translate")
    for sentence in missing:
        print(f"  {sentence!r}")


DATED = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Generated-By', b'"Language-Team',
         b'"Report-Msgid', b'"Project-Id')  # fmt: skip


def all_of(string: str | tuple[str, ...] | list[str]) -> bool:
    """Whether a translation, with its plural forms, is complete."""
    return bool(string) if isinstance(string, str) else all(string)


if __name__ == "__main__":
    main()
