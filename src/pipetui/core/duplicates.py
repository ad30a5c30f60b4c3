"""Who may have been noted twice: two records of one person or one company, and what speaks for it.

Pairs are looked for among records that share something (an e-mail, a phone number, the domain of a company, the
beginning of a name), so that a large file is compared in parts. How alike two names are is asked of who knows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from pipetui.core.message import Message, say
from pipetui.core.text import fold

Alike = Callable[[str, str], float]
"""How alike two folded names are, 0 to 100."""
ENOUGH, CLOSE = 88.0, 75.0
"""Names alone are enough from here; with something else in common from there."""
LEAST, SURE = 50.0, 60.0
"""The score of a pair worth a look, and of one in two companies."""
STEP = 500
"""Groups compared between two words about how far it is."""
CROWD = 60
"""More records that share a word or a domain say nothing about any two of them."""
FREE = frozenset(("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "orange.fr", "free.fr", "icloud.com",
                  "live.com", "wanadoo.fr", "laposte.net", "sfr.fr", "gmx.de", "web.de", "proton.me"))  # fmt: skip
"""Mail for everybody: a shared domain means nothing there."""
FORMS = frozenset(("sarl", "sa", "sas", "sasu", "eurl", "ltd", "inc", "llc", "gmbh", "ag", "co", "plc", "group",
                   "groupe", "et", "and", "fils", "sons", "the", "les", "la", "le"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A person or a company as far as doubles are told by it."""

    id: int
    name: str
    email: str = ""
    phone: str = ""
    """As `reach.phone_key` writes it."""
    company: str = ""
    """Of a person: its company's name."""
    domain: str = ""
    """Of its e-mail or its website; empty for mail that everybody can have."""


def domain(email: str, website: str) -> str:
    """Whose mail or whose site it is; empty for mail that everybody can have."""
    found = email.rpartition("@")[2] or website.split("//")[-1].split("/")[0].removeprefix("www.")
    return "" if found.lower() in FREE else found.lower()


@dataclass(frozen=True, slots=True)
class Double:
    """Two records that may be one."""

    first: int
    second: int
    score: float
    """0 to 100."""
    reasons: tuple[Message, ...]


def doubles(
    known: Iterable[Known],
    alike: Alike,
    progress: Callable[[int, int], None] | None = None,
    about: int | None = None,
) -> Iterator[Double]:
    """Pairs that may be one, each once; with `about` only those with this record.

    `progress` hears how many groups of how many are compared.
    """
    seen: set[tuple[int, int]] = set()
    blocks = list(_blocks(_without_crowds(map(_folded, known))))
    if about is not None:
        blocks = [block for block in blocks if any(one.id == about for one in block)]
    for done, block in enumerate(blocks):
        if progress is not None and done % STEP == 0:
            progress(done, len(blocks))
        for one, other in combinations(sorted(block, key=lambda each: each.id), 2):
            if (one.id, other.id) not in seen and about in (None, one.id, other.id):
                seen.add((one.id, other.id))
                found = _judged(one, other, alike)
                if found is not None:
                    yield found
    if progress is not None:
        progress(len(blocks), len(blocks))


def compared(one: Known, other: Known, alike: Alike) -> Double | None:
    """What speaks for two records being one; None when it is not enough."""
    return _judged(_folded(one), _folded(other), alike)


def _folded(one: Known) -> Known:
    return replace(one, name=fold(one.name), email=fold(one.email), company=fold(one.company))


def _without_crowds(known: Iterable[Known]) -> list[Known]:
    """Without the domains that too many have to mean one company."""
    some = list(known)
    crowds = {domain for domain, n in Counter(one.domain for one in some).items() if n > CROWD}
    return [replace(one, domain="") if one.domain in crowds else one for one in some]


def _judged(one: Known, other: Known, alike: Alike) -> Double | None:
    same_mail = bool(one.email) and one.email == other.email
    same_phone = bool(one.phone) and one.phone == other.phone
    likeness = alike(one.name, other.name)
    named = likeness >= CLOSE or ((same_mail or same_phone) and _initials(one.name, other.name))
    if not (same_mail or same_phone or named):
        return None
    score = 60.0 * same_mail + 45.0 * same_phone
    same_company = bool(one.company) and one.company == other.company
    same_domain = not same_company and bool(one.domain) and one.domain == other.domain
    if named:
        score += 40.0 * max(likeness, 60.0) / 100
        score += 20.0 * (same_company or same_domain)
        if likeness >= ENOUGH and not (one.company or other.company or same_domain):
            score += 15.0
    # One name in two companies is two people, unless something they own says otherwise.
    apart = bool(one.company and other.company) and not same_company
    if score < (SURE if apart else LEAST):
        return None
    reasons = [say("same e-mail")] * same_mail + [say("same phone")] * same_phone
    if named:
        reasons.append(_said(likeness))
        reasons += [say("same company")] * same_company + [say("same domain")] * same_domain
    return Double(one.id, other.id, min(score, 100.0), tuple(reasons))


def _said(likeness: float) -> Message:
    if likeness >= 99.5:
        return say("same name")
    return say("names alike ({n} %)", n=round(likeness)) if likeness >= CLOSE else say("same initials")


def _initials(one: str, other: str) -> bool:
    """`M. Curie` and `Marie Curie`."""
    first, second = one.replace(".", " ").split(), other.replace(".", " ").split()
    if len(first) < 2 or len(second) < 2 or first[-1] != second[-1]:
        return False
    return first[0][:1] == second[0][:1]


def _blocks(known: Iterable[Known]) -> Iterator[list[Known]]:
    """Records that share something, in groups small enough to be compared."""
    groups: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for one in known:
        for key in _keys(one):
            groups[key].append(one)
    for block in groups.values():
        if 1 < len(block) <= CROWD:
            yield block


def _keys(one: Known) -> Iterator[tuple[str, str]]:
    if one.email:
        yield "email", one.email
    if one.phone:
        yield "phone", one.phone
    if one.domain:
        yield "domain", one.domain
    words = [word for word in one.name.replace(".", " ").split() if word not in FORMS]
    if words:
        yield "name", " ".join(sorted(word[:5] for word in words))
        if one.company:
            yield "staff", f"{words[-1]} {one.company}"
        else:
            yield "word", " ".join(words)[:8]
