"""The people or companies of a segment as a file for marketing: CSV, XLSX or vCard by its suffix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipetui.core.deal import Contact, Organization
from pipetui.core.text import clean
from pipetui.exchange import export

HEADERS = ("name", "organization", "job", "email", "phone", "city", "country")


def write(path: Path, some: Sequence[Contact | Organization], names: dict[int, str]) -> int:
    """Write them; the number of rows. `names` are those of the people's companies. Raises Invalid."""
    if path.suffix.lower() == ".vcf":
        from pipetui.exchange.vcard import vcards

        people = [one for one in some if isinstance(one, Contact)]
        firms = [one for one in some if isinstance(one, Organization)]
        export.write_text(path, vcards(people, firms, names))
        return len(some)
    return export.write(path, HEADERS, (_row(one, names) for one in some))


def _row(one: Contact | Organization, names: dict[int, str]) -> dict[str, str]:
    company = names.get(one.organization_id or 0, "") if isinstance(one, Contact) else one.name
    job = one.job if isinstance(one, Contact) else one.industry
    values = (one.name, company, job, one.email, one.phone, one.city, one.country)
    return {header: clean(value or "") for header, value in zip(HEADERS, values, strict=True)}
