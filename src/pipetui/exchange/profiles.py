"""What headers and stage names mean, in English and French and in the exports of other products.

Headers are matched in a normal form: lower case, no accents, without `Deal - ` and the like. The lists are hints; the
user's own mapping wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pipetui.core.deal import Stage
from pipetui.core.text import clean, fold

Kind = Literal["deals", "contacts", "organizations", "quotes", "activities"]

DEAL_FIELDS: Mapping[str, str] = {
    "external_id": "external_id; external id; opportunity id; opportunity_id; record id; id; deal id; deal - id; lead_id; lead id; identifiant;"
    " reference",
    "title": "title; deal name; deal title; deal; opportunity name; opportunity; name; subject; titre; affaire; opportunite;"
    " intitule; nom de l'affaire; product; product name; produit",
    "organization": "organization; organisation; company; company name; account; account name; accountname; societe; client;"
    " entreprise; partner_name; customer; compte; raison sociale",
    "contact": "contact; contact person; contact name; person; contact_name; primary contact; interlocuteur; personne; nom du contact",
    "email": "email; e-mail; email address; email_from; e-mail address; mail; courriel; adresse e-mail; email (work)",
    "phone": "phone; telephone; tel; mobile; phone number; mobile phone; portable",
    "amount": "amount; value; deal value; close_value; opportunity amount; expected revenue; expected_revenue; lead value; total amount;"
    " estimated_value; montant; valeur; planned_revenue; ca; prix",
    "currency": "currency; currency of value; amountcurrency; total amount currency; devise; amount currency",
    "owner": "owner; deal owner; opportunity owner; sales agent; sales_agent; salesperson; sales person; assigned to;"
    " assignedusername; commercial; vendeur; user_id; creator; responsable",
    "source": "source; lead source; leadsource; origine; canal; source channel; provenance",
    "tags": "tags; tag; label; labels; etiquettes; tag name; tag_ids; etiquette",
    "stage": "stage; deal stage; deal_stage; stagename; sales stage; stage_id; etape; phase; stage (pipeline); statut commercial",
    "status": "status; statut; outcome; etat; deal status",
    "close_date": "close date; closedate; closing date; close_date; deal closed on; closed on; closed date; date_closed; date de cloture;"
    " cloture; won time; date to",
    "expected_close": "expected_close; expected close date; expected close; expected closing; date_deadline; cloture prevue;"
    " date de signature prevue; echeance",
    "created_at": "created_at; created; create date; created date; creation date; created on; created time; createddate; createdat;"
    " date created; deal created; create_date; engage_date; engage date; date de creation; cree le; created_date",
    "stage_since": "stage_since; last stage change; stage since; depuis",
    "closed_at": "closed_at; closed at",
    "lost_at": "lost time",
    "lost_reason": "lost_reason; lost reason; lost reason id; motif; motif de perte; raison; raison de la perte; lost_reason_id",
    "parked_until": "parked_until; en veille jusqu'au",
    "archived_at": "archived_at",
    "chance": "pinned_chance",
    "step_kind": "next_step_kind",
    "step_due": "next_step_due; next activity date; prochaine action le",
    "step_text": "next_step_text; next step; nextstep; next_action; prochaine etape; prochaine action",
    "notes": "notes; note; description; note content; commentaire; commentaires; remarques",
}  # fmt: skip
"""Fields of a deal and the headers that mean them, the surest first."""

OPTED_OUT = (
    "opted_out; opted out; opt out; opt-out; email opt out; hasoptedoutofemail; do not mail;"
    " unsubscribed from all email; unsubscribed; desabonne; desinscrit; pas de marketing"
)
CONTACT_FIELDS: Mapping[str, str] = {
    "external_id": "external_id; external id; record id; id; system id",
    "name": "name; full name; contact; contact name; nom complet; nom et prenom; person",
    "first_name": "first name; firstname; first_name; given name; prenom",
    "last_name": "last name; lastname; last_name; family name; nom; nom de famille",
    "organization": "organization; organisation; organization name; company; company name; account name; societe; entreprise;"
    " organization 1 - name; associated company",
    "job": "job; title; position; job title; fonction; poste",
    "email": "email; e-mail; email address; e-mail address; e-mail 1 - value; email_work; email (work); courriel; mail; emails",
    "phone": "phone; phone number; mobile phone; telephone; phone 1 - value; phone_work; tel; portable; mobile; phones",
    "address": "address; adresse; mailing street",
    "city": "city; ville; mailing city",
    "country": "country; pays",
    "notes": "notes; note; background; description; commentaire",
    "opted_out": OPTED_OUT,
}  # fmt: skip

ORGANIZATION_FIELDS: Mapping[str, str] = {
    "external_id": "external_id; external id; record id; id",
    "name": "organization; organisation; company name; company; account; account name; name; societe; entreprise; raison sociale",
    "industry": "industry; sector; secteur; secteur d'activite; activite",
    "employees": "employees; number of employees; effectif; salaries",
    "email": "email; e-mail; courriel",
    "phone": "phone; telephone; tel",
    "website": "website; website url; url; site web; site; domain",
    "address": "address; adresse; organization - address",
    "city": "city; ville",
    "country": "country; office_location; office location; pays",
    "notes": "notes; description; commentaire",
    "opted_out": OPTED_OUT,
}  # fmt: skip

QUOTE_FIELDS: Mapping[str, str] = {
    "number": "quote number; quote; quote no; quote id; numero de devis; n° devis; devis; numero; number; reference",
    "deal": "deal; deal id; deal name; deal title; opportunity; opportunity name; opportunity id; affaire; opportunite",
    "organization": "organization; company; account; account name; customer; client; societe; entreprise",
    "amount": "amount; total; net; total ht; montant; montant ht; grand total; subtotal",
    "currency": "currency; devise; currency code",
    "status": "status; stage; state; statut; etat; quote stage; quote status",
    "sent_on": "sent_on; sent; sent on; date sent; sent date; envoye le; date d'envoi; date; quote date",
    "decided_on": "decided_on; signed; signed on; date signed; accepted on; signe le; date de signature; decided on",
    "valid_until": "valid_until; valid until; valid till; expiration date; expires; valable jusqu'au; validite",
    "notes": "notes; note; description; commentaire",
}  # fmt: skip
ACTIVITY_FIELDS: Mapping[str, str] = {
    "deal": "deal; deal id; deal name; deal title; opportunity; opportunity name; related to; affaire; opportunite",
    "organization": "organization; company; account; account name; societe; entreprise",
    "kind": "kind; type; activity type; task type; type d'activite; nature",
    "text": "text; subject; title; summary; activity; objet; sujet; resume",
    "due": "due; due date; due on; planned; echeance; prevu le; start date; start",
    "done": "done; done at; done on; completed; completed on; completed at; marked as done time; fait le; date; termine le",
}  # fmt: skip

FIELDS: Mapping[Kind, Mapping[str, str]] = {
    "deals": DEAL_FIELDS, "contacts": CONTACT_FIELDS, "organizations": ORGANIZATION_FIELDS,
    "quotes": QUOTE_FIELDS, "activities": ACTIVITY_FIELDS,
}  # fmt: skip

_SIGNATURES: tuple[tuple[str, frozenset[str]], ...] = (
    ("Salesforce", frozenset({"stagename", "closedate"})),
    ("SuiteCRM", frozenset({"opportunity name", "expected close date", "sales stage"})),
    ("Salesforce", frozenset({"opportunity name", "stage"})),
    ("Zoho CRM", frozenset({"record id", "closing date"})),
    ("HubSpot", frozenset({"record id", "deal name"})),
    ("HubSpot", frozenset({"record id", "first name"})),
    ("HubSpot", frozenset({"record id", "company name"})),
    ("Odoo", frozenset({"expected revenue", "expected closing"})),
    ("Odoo", frozenset({"date_deadline", "stage_id"})),
    ("EspoCRM", frozenset({"closedate", "assignedusername"})),
    ("LinkedIn", frozenset({"first name", "last name", "connected on"})),
    ("Google Contacts", frozenset({"given name", "family name"})),
    ("pipetui", frozenset({"title", "stage", "expected_close", "external_id"})),
)
_PREFIX = re.compile(r"^(deal|person|organi[sz]ation|activity|lead|opportunity|note) - ")


def normal(header: str) -> str:
    """A header in the form the lists use."""
    text = fold(clean(header)).strip("*: ").removesuffix("*")
    return re.sub(r"/(database id|external id|id)$", "", _PREFIX.sub("", text))


def _headers_of(fields: Mapping[str, str]) -> dict[str, list[str]]:
    return {field: [word.strip() for word in words.split(";")] for field, words in fields.items()}


_KNOWN = {
    normal(word) for fields in FIELDS.values() for words in _headers_of(fields).values() for word in words
}


def known_headers(cells: Sequence[str]) -> int:
    """How many of these cells look like headers; a lone word of a sentence does not count."""
    return sum(normal(cell) in _KNOWN or bool(_PREFIX.match(fold(cell))) for cell in cells if len(cell) < 60)


def product_of(headers: Iterable[str]) -> str | None:
    """The product a file comes from, when its headers tell."""
    raw = [fold(header) for header in headers]
    if any(_PREFIX.match(header) for header in raw):
        return "Pipedrive"
    found = {normal(header) for header in headers}
    return next((name for name, signature in _SIGNATURES if signature <= found), None)


def kind_of(headers: Sequence[str]) -> Kind:
    """What the rows are: deals unless the headers speak of quotes, activities, people or companies alone."""
    found = {normal(header) for header in headers}
    if found & {"quote number", "numero de devis", "n° devis", "quote no", "quote stage"}:
        return "quotes"
    if found & {"activity type", "type d'activite", "marked as done time", "task type"}:
        return "activities"
    deal_words = ("amount", "stage", "status", "close_date", "expected_close", "created_at")
    about_deals = any(set(_headers_of(DEAL_FIELDS)[field]) & found for field in deal_words)
    named = found & {
        "deal name",
        "deal title",
        "opportunity name",
        "opportunity",
        "titre",
        "stage",
        "deal stage",
    }
    person = found & {
        "first name",
        "last name",
        "first_name",
        "last_name",
        "prenom",
        "given name",
        "connected on",
    }
    if person and not named:
        return "contacts"
    if about_deals or named or found & {"title"}:
        return "deals"
    if found & {
        "sector",
        "industry",
        "employees",
        "website",
        "secteur",
        "effectif",
        "office_location",
        "website url",
    }:
        return "organizations"
    if found & {"email", "e-mail", "job", "fonction", "poste"} and found & {"name", "contact", "nom"}:
        return "contacts"
    return "deals"


def columns_of(headers: Sequence[str], kind: Kind) -> dict[str, int]:
    """The column of each field that the headers tell; of several, the surest."""
    normals = [normal(header) for header in headers]
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field, words in _headers_of(FIELDS[kind]).items():
        for word in map(normal, words):
            column = next((at for at, name in enumerate(normals) if name == word and at not in taken), None)
            if column is not None:
                found[field] = column
                taken.add(column)
                break
    return found


_ENTERED = re.compile(r"^(?:date )?entered (?:stage )?(.+)$|^(?:date d.)?entree (?:dans |en )?(.+)$")
_ENGAGED = {"engage_date", "engage date"}
"""The day a deal was taken up, in products whose stages are prospecting and engaging."""


def stages_entered(
    headers: Sequence[str], stages: Sequence[Stage], named: Mapping[str, Stage]
) -> dict[int, Stage]:
    """The columns that tell when a deal entered an open stage, as `Date entered Quote`; `named` are stages by value."""
    found: dict[int, Stage] = {}
    for at, header in enumerate(map(normal, headers)):
        match = _ENTERED.match(header)
        name = "engaging" if header in _ENGAGED else (match[1] or match[2]).strip("\"' ") if match else ""
        stage = named.get(name) or (stage_of(name, stages) if name else None)
        if stage is not None and stage.kind == "open" and stage not in found.values():
            found[at] = stage
    return found


_WON = "won; win; closed won; closedwon; gagne; gagnee; vente; signed; signe; vendu; closed - won; 1 - won"
_LOST = "lost; loss; closed lost; closedlost; perdu; perdue; dead; abandonne; cancelled; canceled; closed - lost; unqualified"
_OPEN = "open; ouvert; ouverte; en cours; active; in progress; pending"
_PARTS: tuple[tuple[str, str], ...] = (
    (
        "",
        "lead; new; new lead; nouveau; nouvelle; piste; suspect; incoming; backlog; prospecting; a contacter; inbound",
    ),
    (
        "contact made",
        "prospect; engaging; contacted; contact made; qualified; qualification; qualified lead; qualifie; contacte; "
        "qualified to buy; qualifiedtobuy; working; perception analysis; id. decision makers",
    ),
    (
        "meeting booked",
        "meeting; meeting scheduled; appointment scheduled; appointmentscheduled; demo; demo scheduled; presentation; "
        "presentation scheduled; presentationscheduled; needs analysis; discovery; rendez-vous; rdv; needs defined; demonstration",
    ),
    (
        "quote sent",
        "quote; proposal; proposal made; proposal/price quote; proposal sent; negotiation; negotiation/review; "
        "negotiations started; contract sent; contractsent; devis; proposition; negociation; value proposition; "
        "decisionmakerboughtin; decision maker bought-in; offre; offer",
    ),
)


def _words(text: str) -> set[str]:
    return {word.strip() for word in text.split(";")}


def outcome_of(value: str) -> Literal["open", "won", "lost"] | None:
    """What a status says."""
    word = fold(value)
    if word in _words(_WON) | {"true"}:
        return "won"
    return "lost" if word in _words(_LOST) else "open" if word in _words(_OPEN) else None


def stage_of(value: str, stages: Sequence[Stage]) -> Stage | None:
    """The stage a name of another product stands for: by its own name, its outcome, or the event that leads to it."""
    word = fold(value)
    for stage in stages:
        if fold(stage.name) == word:
            return stage
    outcome = outcome_of(value)
    if outcome in ("won", "lost"):
        return next((stage for stage in stages if stage.kind == outcome), None)
    first = next((stage for stage in stages if stage.kind == "open"), None)
    for event, words in _PARTS:
        if word in _words(words):
            return next((stage for stage in stages if stage.event == event), None) if event else first
    return None
