"""Words that a poll freezes: in its manifest, in its decision, and so in the minutes.

They are no part of the interface's catalogue: what has been voted on and minuted must read the
same after any change of the pages. `%(question)s` is the poll's own question in that language.
"""

# ruff: noqa: RUF001 - the apostrophe of French and Italian

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance.languages import pick

Texts = dict[str, str]

OPTIONS: dict[str, Texts] = {
    "adopt": {
        "sv": "Bifall",
        "en": "Adopt",
        "fi": "Hyväksyn",
        "fr": "Pour",
        "nl": "Voor",
        "es": "A favor",
        "de": "Annahme",
        "it": "A favore",
        "hu": "Igen",
    },
    "reject": {
        "sv": "Avslag",
        "en": "Reject",
        "fi": "Hylkään",
        "fr": "Contre",
        "nl": "Tegen",
        "es": "En contra",
        "de": "Ablehnung",
        "it": "Contro",
        "hu": "Nem",
    },
    "abstain": {
        "sv": "Avstår",
        "en": "Abstain",
        "fi": "Pidättäydyn",
        "fr": "Abstention",
        "nl": "Onthouding",
        "es": "Abstención",
        "de": "Enthaltung",
        "it": "Astensione",
        "hu": "Tartózkodom",
    },
}

# A vote for nobody, in a secret election.
BLANK: Texts = {
    "sv": "Blankt",
    "en": "Blank",
    "fi": "Tyhjä",
    "fr": "Blanc",
    "nl": "Blanco",
    "es": "En blanco",
    "de": "Leer",
    "it": "Bianca",
    "hu": "Üres",
}

# The reason that stands in the minutes where too few trustees are left to open a vote.
UNOPENABLE: Texts = {
    "sv": "För få nyckelhållare har sin nyckel kvar för att öppna resultatet.",
    "en": "Too few trustees still have their key to open the result.",
    "fi": "Liian harvalla avaimenhaltijalla on enää avain tuloksen avaamiseen.",
    "fr": "Trop peu de dépositaires ont encore leur clé pour ouvrir le résultat.",
    "nl": "Te weinig sleutelhouders hebben hun sleutel nog om de uitslag te openen.",
    "es": "Quedan muy pocos depositarios con su clave para abrir el resultado.",
    "de": "Zu wenige Treuhänder haben noch ihren Schlüssel, um das Ergebnis zu öffnen.",
    "it": "Troppo pochi fiduciari hanno ancora la chiave per aprire il risultato.",
    "hu": "Túl kevés kulcsőrnek van meg a kulcsa az eredmény felbontásához.",
}

DECISIONS: dict[str, Texts] = {
    "adopt": {
        "sv": "Stämman beslutade att bifalla: %(question)s",
        "en": "The meeting decided to adopt: %(question)s",
        "fi": "Kokous päätti hyväksyä: %(question)s",
        "fr": "L’assemblée a décidé d’adopter : %(question)s",
        "nl": "De vergadering heeft besloten aan te nemen: %(question)s",
        "es": "La asamblea acordó aprobar: %(question)s",
        "de": "Die Versammlung hat beschlossen, anzunehmen: %(question)s",
        "it": "L’assemblea ha deliberato di approvare: %(question)s",
        "hu": "A közgyűlés elfogadta: %(question)s",
    },
    "reject": {
        "sv": "Stämman beslutade att avslå: %(question)s",
        "en": "The meeting decided to reject: %(question)s",
        "fi": "Kokous päätti hylätä: %(question)s",
        "fr": "L’assemblée a décidé de rejeter : %(question)s",
        "nl": "De vergadering heeft besloten te verwerpen: %(question)s",
        "es": "La asamblea acordó rechazar: %(question)s",
        "de": "Die Versammlung hat beschlossen, abzulehnen: %(question)s",
        "it": "L’assemblea ha deliberato di respingere: %(question)s",
        "hu": "A közgyűlés elutasította: %(question)s",
    },
}

# Who was elected together, as they were proposed, by acclamation or by yes and no.
AS_PROPOSED = "as-proposed"
DECISIONS[AS_PROPOSED] = {
    "sv": "Stämman valde enligt förslaget: %(question)s",
    "en": "The meeting elected as proposed: %(question)s",
    "fi": "Kokous valitsi ehdotuksen mukaisesti: %(question)s",
    "fr": "L’assemblée a élu conformément à la proposition : %(question)s",
    "nl": "De vergadering heeft gekozen volgens het voorstel: %(question)s",
    "es": "La asamblea eligió conforme a la propuesta: %(question)s",
    "de": "Die Versammlung hat wie vorgeschlagen gewählt: %(question)s",
    "it": "L’assemblea ha eletto secondo la proposta: %(question)s",
    "hu": "A közgyűlés a javaslat szerint választott: %(question)s",
}

# An agenda item's title for a member's motion, whose own title stands as the member wrote it.
MOTION: Texts = {
    "sv": "Motion %(number)s: %(title)s",
    "en": "Motion %(number)s: %(title)s",
    "fi": "Aloite %(number)s: %(title)s",
    "fr": "Motion %(number)s : %(title)s",
    "nl": "Motie %(number)s: %(title)s",
    "es": "Moción %(number)s: %(title)s",
    "de": "Antrag %(number)s: %(title)s",
    "it": "Mozione %(number)s: %(title)s",
    "hu": "%(number)s. indítvány: %(title)s",
}


def motion(number: int, title: str, languages: list[str]) -> Texts:
    return {code: MOTION[code] % {"number": number, "title": title} for code in languages}


def options(languages: Sequence[str]) -> list[dict[str, Any]]:
    """The three choices on a proposal, equally worded, in the order they are shown."""
    return [_option(option, languages) for option in OPTIONS]


def candidates(
    standing: Sequence[tuple[str, str]], languages: Sequence[str], blank: str
) -> list[dict[str, Any]]:
    """(id, name) of each in the order given, and the vote for none of them under `blank`."""
    named = [{"id": key, "label": dict.fromkeys(languages, name)} for key, name in standing]
    words = OPTIONS.get(blank, BLANK)
    return [*named, {"id": blank, "label": {code: words[code] for code in languages}}]


def _option(option: str, languages: Sequence[str]) -> dict[str, Any]:
    return {"id": option, "label": {code: OPTIONS[option][code] for code in languages}}


def decision(outcome: str, question: Texts, languages: Sequence[str]) -> Texts:
    """The sentence that the minutes give, in each language of the association."""
    return {
        code: DECISIONS[outcome][code] % {"question": pick(question, code)} for code in languages
    }
