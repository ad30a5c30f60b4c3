"""Valid inputs of every kind, to begin from."""

from __future__ import annotations

import io
import json

from openpyxl import Workbook

CSV = (
    b"external_id,title,organization,contact,email,amount,stage,expected_close,tags\n"
    b'd1,Site web,Acme,"Curie, Marie",marie@acme.fr,"12 500,50",Quote,2026-12-31,vip;new\n'
    b"d2,Roof,,Jean,,4k,Lost,,\n",
    "Nom;Société;Montant;Étape;Date de clôture\nToit;Boréal;1.234,50 €;Devis;31/12/2026\n".encode("cp1252"),
    "sep=\t\ntitle\tamount\tstage\nToit\t12\tLead\n".encode("utf-16"),
    b'Deal Name,Deal Stage,Amount,Close Date\n"a ""b""",Closed Won,$1,12/31/2026\n',
    b"name,email,phone,organization\nMarie,marie@acme.fr,+33612345678,Acme\n",
    b"deal,number,status,amount\nRoof,2026-001,sent,12\n",
    b"deal,kind,text,due\nRoof,call,back,2026-12-01\n",
)
CARDS = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Curie;Marie;;;\r\nFN:Marie Curie\r\nORG:Acme;Lab\r\nTEL;TYPE=work:+33612345678\r\n"
    b"item1.EMAIL:marie@acme.fr\r\nADR;TYPE=work:;;1 rue;Paris;;75005;France\r\nNOTE:a\\nb\\, c\r\nEND:VCARD\r\n",
    b"BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89mile;Z\nTEL:tel:1;ext=2\nPHOTO;ENCODING=b:AAAA\nEND:VCARD\n",
    b"BEGIN:VCARD\nVERSION:4.0\nKIND:org\nFN:Acme\nURL:https://acme.example\nX-ABSHOWAS:COMPANY\nEND:VCARD\n",
)
TOML = (
    b'db = "sales.db"\nlang = "fr"\ntheme = "nord"\nglyphs = "ascii"\ncurrency = "EUR"\nfiscal_month = 4\nme = "marie"\n'
    b'editor = "nano"\nanimations = false\n[keys]\nundo = "u"\nnew = "n,ctrl+n"\n',
    b'[keys]\nmove_on = "L, >"\nquit = ""\nwin = "f13"\nlose = "w"\n',
    b'db = "postgresql://ann:pw@host/db"\n',
)
FILTER = (
    b'stage:quote owner:me tag:vip -tag:cold amount>10k close:this-month age>30d next:none is:stalled org:"Acme SA" free',
    "étape:devis,quote montant<=12,5k clôture<2026-12-31 modifié:revue prochaine:none".encode(),
)
ENTRY = (
    'Acme site web 12k€ @"Marie Curie" marie@acme.fr 0612345678 #salon stage:devis close:30/9 40% !fri 14:30 call back'.encode(),
    b"org:Acme amount:12,5 tel:0612345678 source:web !tomorrow call every 2 weeks",
)


def documents() -> tuple[bytes, ...]:
    """JSON exports, small ones."""
    moment = "2026-11-23T09:30:00.000000Z"
    whole = {
        "pipetui": 1,
        "pipeline": [{"id": 1, "name": "Sales", "position": 1}],
        "stage": [
            {"id": 1, "pipeline_id": 1, "name": "Lead", "kind": "open", "definition": "…", "position": 1},
            {"id": 2, "pipeline_id": 1, "name": "Trial", "kind": "open", "definition": "…", "position": 9},
        ],
        "organization": [{"id": 3, "name": "Acme", "created_at": moment}],
        "contact": [{"id": 4, "name": "Marie", "organization_id": 3, "created_at": moment}],
        "deal": [
            {
                "id": 5, "pipeline_id": 1, "stage_id": 1, "title": "Roof", "amount": 1200, "currency": "EUR",
                "contact_id": 4, "organization_id": 3, "created_at": moment, "stage_since": moment,
                "expected_close": "2026-12-31",
            }
        ],
        "visit": [{"id": 6, "deal_id": 5, "stage_id": 1, "entered_at": moment, "left_at": None}],
        "activity": [{"id": 7, "deal_id": 5, "kind": "call", "text": "x", "due_on": "2026-12-01", "created_at": moment}],
        "tag": [{"id": 8, "name": "vip"}],
        "tagging": [{"id": 9, "tag_id": 8, "subject": "deal", "subject_id": 5}],
        "quote": [{"id": 1, "deal_id": 5, "number": "2026-001", "status": "sent", "amount": 1, "currency": "EUR", "created_at": moment}],
        "goal": [{"id": 1, "pipeline_id": 1, "period": "2026-11", "metric": "wins", "value": 3}],
        "setting": [{"id": 1, "name": "currency", "value": "EUR"}],
        "rate": [{"id": 1, "currency": "USD", "rate": "0.9"}],
    }  # fmt: skip
    return json.dumps(whole).encode(), json.dumps(whole, indent=1).replace("null", '"x"').encode()


def workbook(rows: list[list[object]]) -> bytes:
    """An XLSX file of these rows."""
    book, into = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(into)
    return into.getvalue()
