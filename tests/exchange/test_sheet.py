"""Files of rows that are not what their name says."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from fuzzing.valid import workbook
from pipetui.errors import Invalid
from pipetui.exchange.profiles import known_headers
from pipetui.exchange.sheet import opened

MEMBERS = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
BREAKS = (b"", b"<", b"<a/>", b"\xff\xfe", b"<!DOCTYPE a>")


def broken(member: str, content: bytes) -> bytes:
    """A workbook with one of its members replaced."""
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook([["title"], ["Roof"]]))) as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return into.getvalue()


@pytest.mark.parametrize("member", MEMBERS)
@pytest.mark.parametrize("content", BREAKS)
def test_a_damaged_workbook_is_refused_in_one_sentence(tmp_path: Path, member: str, content: bytes) -> None:
    file = tmp_path / "deals.xlsx"
    file.write_bytes(broken(member, content))
    with pytest.raises(Invalid, match=r"deals\.xlsx"):
        list(opened(file, known_headers).rows())
