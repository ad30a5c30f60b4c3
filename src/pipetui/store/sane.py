"""What the values of a record may look like, as SQL: days, moments and words of a few. Made from the records' types.

A file has the program alone between it and nonsense; on a server triggers hold every row against this.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipetui.core.change import field_names
from pipetui.core.deal import RECORDS
from pipetui.store.policies import literal

LAST = 2**53
"""Numbers of records end long before."""
DAY = r"^[12]\d{3}-\d\d-\d\d$"
MOMENT = r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$"


def conditions(table: str, row: str) -> str:
    """What makes a `row` of a table one that can be read."""
    kind = next(one for one in RECORDS if one.table == table)
    hints = get_type_hints(kind)
    each = _each({name: hints[name] for name in field_names(kind)}, row)
    return " AND ".join((f"{row}.id BETWEEN 1 AND {LAST}", *each))


def moment(column: str) -> str:
    """Whether a text is a moment as the store writes it."""
    return f"({column} ~ '{MOMENT}' AND {column}::timestamptz IS NOT NULL)"


def _each(hints: dict[str, Any], row: str) -> Iterator[str]:
    for name, hint in hints.items():
        kinds = get_args(hint) if get_origin(hint) not in (None, Literal) else (hint,)
        column = f"{row}.{name}"
        for one in kinds:
            if one is datetime:
                test = moment(column)
            elif one is date:
                test = f"({column} ~ '{DAY}' AND {column}::date IS NOT NULL)"
            elif get_origin(one) is Literal:
                test = f"{column} IN ({', '.join(literal(str(word)) for word in get_args(one))})"
            else:
                continue
            yield f"({column} IS NULL OR {test})"
