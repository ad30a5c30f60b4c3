"""Made-up inputs: pieces that mean something put together, and valid inputs with some of their bytes changed."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import strategies as st

SIGNS = "\x00\x1b\x9b\u202e\u2028\ufeff\u0301\U0001f469\u200d\udcff\"',;|\n\r\t\\[]{}()<>=+-@#!%€ \u00a0"
WORDS = st.one_of(
    st.text(st.one_of(st.characters(), st.sampled_from(SIGNS)), max_size=12),
    st.sampled_from(
        ("Acme", "Émile", "[/b] VIP", "=1+1", "none", "1e999", "9" * 30, "-0", "NaN", "31/02", "１２")
    ),
)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.floats().map(str),
    st.sampled_from(("12k", "1.234,5", "½", "٣", "1m€")),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.sampled_from(
        ("today", "fri", "30/9", "in 3 weeks", "9999-12-31", "0001-01-01", "2026-W53", "-30d", "fin du mois")
    ),
)
FIELDS = st.sampled_from(
    [
        "stage",
        "owner",
        "tag",
        "source",
        "org",
        "contact",
        "title",
        "reason",
        "pipeline",
        "amount",
        "chance",
        "age",
        "close",
        "created",
        "closed",
        "changed",
        "next",
        "is",
        "étape",
        "commercial",
        "montant",
        "clôture",
        "prochaine",
        "est",
        "tel",
        "email",
    ]
)
TOKENS = (
    b"\x00", b"\xff", b"\xc3", b"\xe2\x80\xae", b"\x1b[", b"\x1b[200~", b"\x1b[201~", b"\x1b]52;c;", b"\x1b\\", b'"', b"'", b",", b";", b"\r\n",
    b"=", b"{", b"}", b"[", b"]", b"null", b"-1", b"1e400", b"99999999999999999999", b"NaN", b"true", b"BEGIN:VCARD\r\n", b"END:VCARD\r\n",
    b"sep=;\n", b"\xff\xfe", b"\xef\xbb\xbf", b"N:", b"TEL:", b"9999-12-31T23:59:59Z", b"0000-00-00", b"\\u0000", b"\\ud800",
)  # fmt: skip


def changed(valid: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """One of these inputs with a few of its bytes changed, dropped, doubled or replaced by a piece that matters."""
    return st.tuples(st.sampled_from(valid), st.integers(0, 2**48)).map(lambda both: mutated(*both))


def mutated(valid: bytes, seed: int) -> bytes:
    """The input changed by chance, always in the same way for the same seed."""
    chance, data = random.Random(seed), bytearray(valid)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 4, 30)))
        how = chance.randrange(5)
        if how == 0:
            del data[at:end]
        elif how == 1:
            data[at:at] = chance.choice(TOKENS)
        elif how == 2:
            data[at:end] = chance.choice(TOKENS)
        elif how == 3:
            data[at:at] = data[at:end]
        else:
            data[at:end] = chance.randbytes(end - at)
    return bytes(data)


def line(*pieces: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Some pieces with spaces between them."""
    return st.lists(st.one_of(*pieces), max_size=6).map(" ".join)


VALUE = st.one_of(WORDS, NUMBERS, DAYS, WORDS.map(lambda text: f'"{text}"'))
FILTERS = line(
    VALUE,
    st.tuples(
        st.sampled_from(("", "-")), FIELDS, st.sampled_from((":", "<", "<=", ">", ">=", "=", "::")),
        st.lists(VALUE, max_size=3).map(",".join),
    ).map("".join),
)  # fmt: skip
ENTRIES = line(
    VALUE,
    st.tuples(FIELDS, st.just(":"), VALUE).map("".join),
    st.tuples(st.sampled_from("@#!"), VALUE).map("".join),
    st.tuples(NUMBERS, st.sampled_from(("€", "%", "k$", " USD", "°"))).map("".join),
    st.tuples(st.just("!"), DAYS, st.just(" 14:30 call every 2 weeks")).map("".join),
    st.just("a@b.fr"),
    st.just("+33 6 12 34 56 78"),
)
HEADERS = (
    "external_id", "title", "organization", "contact", "email", "phone", "amount", "currency", "stage", "owner", "source",
    "tags", "expected_close", "created_at", "closed_at", "lost_reason", "notes", "next_step_due", "next_step_text",
    "Deal Stage", "Close Date", "Montant", "Date entered Quote", "quote", "number", "kind", "done", "website",
)  # fmt: skip
CELLS = st.one_of(
    VALUE, st.sampled_from(("Lead", "Won", "Closed Lost", "EUR", "2026-02-30", "12/13/26", "yes"))
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Headers and rows."""
    headers = draw(st.lists(st.one_of(st.sampled_from(HEADERS), WORDS), min_size=1, max_size=8))
    rows = draw(st.lists(st.lists(CELLS, max_size=len(headers) + 1), max_size=5))
    return [headers, *rows]


KEYS = (
    b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b", b"\x1bOP", b"\x1b[1;5C", b"\x1b[<0;10;5M", b"\x1b[<0;10;5m", b"\x1b[<64;3;3M",
    b"\x1b[M !!", b"\x1b[I", b"\x1b[O", b"\x1b[?1;2c", b"\x1b[24;80R", b"\x1b[48;24;80;480;640t", b"\x1b[200~a\nb\x1b[201~", b"\x1b[200~",
    b"\x1b[201~", b"\x1b]11;rgb:0000/0000/0000\x1b\\", b"\x1bP>|xterm\x1b\\", b"\x1b[97;5u", b"\x1b[99999999999;1u", b"\x1b[1114112u",
    b"\x1b[-1u", b"\x1b[27;5;99999~", b"\x1b[<999999999999;0;0M", b"\x1b[<;;M", b"\x1b[?2026;2$y", b"\r", b"\t", b"\x7f", b"\x08", b"\x12", b"\x17",
    "é".encode(), "日本".encode(), "👩‍👧".encode(), b"\xc3", b"\xf0\x9f", b"\xff", b"\x80", b"\x00",
)  # fmt: skip
TYPED = st.lists(
    st.one_of(
        st.sampled_from(KEYS), st.sampled_from([bytes([n]) for n in range(32, 127)]), st.binary(max_size=8)
    ),
    max_size=30,
).map(b"".join)
CUTS = st.lists(st.integers(0, 120), max_size=8)
