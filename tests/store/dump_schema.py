"""Keep the present schema, with a small story in it, for the tests of later versions:
`python tests/store/dump_schema.py` writes `schemas/` and the number of the schema.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from acts import NOW, add_deal, move
from pipetui.store.schema import HEAD
from pipetui.store.store import Store


def main() -> None:
    """One deal that moved once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.db"
        store = Store.open(str(file), login="ann", now=lambda: NOW)
        move(store, add_deal(store, "Site web – « Été »"), "Quote")
        store.close()
        with closing(sqlite3.connect(file)) as link:
            dump = "\n".join(link.iterdump()) + "\n"
    Path(__file__).with_name("schemas").joinpath(f"{HEAD}.sql").write_text(dump, encoding="utf-8")


if __name__ == "__main__":
    main()
