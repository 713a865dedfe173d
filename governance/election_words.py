"""The decision of a choice among several, as the minutes give it, in every language.

Frozen like the rest of `wording.py`. `%(elected)s` are names or proposals, in their order.
"""

# ruff: noqa: RUF001 - the apostrophe of French and Italian

from __future__ import annotations

from collections.abc import Sequence

from governance.languages import pick

Texts = dict[str, str]

ELECTED: Texts = {
    "sv": "Stämman valde %(elected)s: %(question)s",
    "en": "The meeting elected %(elected)s: %(question)s",
    "fi": "Kokous valitsi: %(elected)s (%(question)s)",
    "fr": "L’assemblée a élu %(elected)s : %(question)s",
    "nl": "De vergadering heeft %(elected)s gekozen: %(question)s",
    "es": "La asamblea eligió a %(elected)s: %(question)s",
    "de": "Die Versammlung hat %(elected)s gewählt: %(question)s",
    "it": "L’assemblea ha eletto %(elected)s: %(question)s",
    "hu": "A közgyűlés megválasztotta: %(elected)s (%(question)s)",
}

NOBODY: Texts = {
    "sv": "Ingen valdes: %(question)s",
    "en": "Nobody was elected: %(question)s",
    "fi": "Ketään ei valittu: %(question)s",
    "fr": "Personne n’a été élu : %(question)s",
    "nl": "Niemand is gekozen: %(question)s",
    "es": "Nadie resultó elegido: %(question)s",
    "de": "Niemand wurde gewählt: %(question)s",
    "it": "Nessuno è stato eletto: %(question)s",
    "hu": "Senkit sem választottak meg: %(question)s",
}

DEPUTIES: Texts = {
    "sv": "Suppleanter, i ordning: %(names)s.",
    "en": "Deputies, in order: %(names)s.",
    "fi": "Varajäsenet järjestyksessä: %(names)s.",
    "fr": "Suppléants, dans l’ordre : %(names)s.",
    "nl": "Plaatsvervangers, op volgorde: %(names)s.",
    "es": "Suplentes, por orden: %(names)s.",
    "de": "Stellvertretung, der Reihe nach: %(names)s.",
    "it": "Supplenti, in ordine: %(names)s.",
    "hu": "Póttagok, sorrendben: %(names)s.",
}

VACANT: Texts = {
    "sv": "Vakanta platser: %(number)s.",
    "en": "Vacant seats: %(number)s.",
    "fi": "Avoimia paikkoja: %(number)s.",
    "fr": "Sièges vacants : %(number)s.",
    "nl": "Openstaande zetels: %(number)s.",
    "es": "Puestos vacantes: %(number)s.",
    "de": "Unbesetzte Sitze: %(number)s.",
    "it": "Posti vacanti: %(number)s.",
    "hu": "Betöltetlen helyek: %(number)s.",
}

# Among proposals: one of them, several in an order, those that the budget pays for, none.
CHOSEN: Texts = {
    "sv": "Stämman valde: %(elected)s (%(question)s)",
    "en": "The meeting chose: %(elected)s (%(question)s)",
    "fi": "Kokous valitsi: %(elected)s (%(question)s)",
    "fr": "L’assemblée a choisi : %(elected)s (%(question)s)",
    "nl": "De vergadering heeft gekozen: %(elected)s (%(question)s)",
    "es": "La asamblea eligió: %(elected)s (%(question)s)",
    "de": "Die Versammlung hat gewählt: %(elected)s (%(question)s)",
    "it": "L’assemblea ha scelto: %(elected)s (%(question)s)",
    "hu": "A közgyűlés választása: %(elected)s (%(question)s)",
}

PRIORITY: Texts = {
    "sv": "Stämman prioriterade i denna ordning: %(elected)s (%(question)s)",
    "en": "The meeting gave this order of priority: %(elected)s (%(question)s)",
    "fi": "Kokous asetti tärkeysjärjestyksen: %(elected)s (%(question)s)",
    "fr": "L’assemblée a fixé cet ordre de priorité : %(elected)s (%(question)s)",
    "nl": "De vergadering stelde deze volgorde van prioriteit vast: %(elected)s (%(question)s)",
    "es": "La asamblea fijó este orden de prioridad: %(elected)s (%(question)s)",
    "de": "Die Versammlung hat diese Rangfolge beschlossen: %(elected)s (%(question)s)",
    "it": "L’assemblea ha dato quest’ordine di priorità: %(elected)s (%(question)s)",
    "hu": "A közgyűlés ezt a fontossági sorrendet állapította meg: %(elected)s (%(question)s)",
}

FUNDED: Texts = {
    "sv": "Stämman fördelade budgeten till: %(elected)s (%(question)s)",
    "en": "The meeting gave the budget to: %(elected)s (%(question)s)",
    "fi": "Kokous myönsi budjetin: %(elected)s (%(question)s)",
    "fr": "L’assemblée a attribué le budget à : %(elected)s (%(question)s)",
    "nl": "De vergadering kende het budget toe aan: %(elected)s (%(question)s)",
    "es": "La asamblea asignó el presupuesto a: %(elected)s (%(question)s)",
    "de": "Die Versammlung hat das Budget vergeben an: %(elected)s (%(question)s)",
    "it": "L’assemblea ha assegnato il bilancio a: %(elected)s (%(question)s)",
    "hu": "A közgyűlés a keretet ezekre osztotta: %(elected)s (%(question)s)",
}

NOTHING: Texts = {
    "sv": "Inget förslag valdes: %(question)s",
    "en": "No proposal was chosen: %(question)s",
    "fi": "Mitään ehdotusta ei valittu: %(question)s",
    "fr": "Aucune proposition n’a été choisie : %(question)s",
    "nl": "Geen voorstel is gekozen: %(question)s",
    "es": "No se eligió ninguna propuesta: %(question)s",
    "de": "Kein Vorschlag wurde gewählt: %(question)s",
    "it": "Nessuna proposta è stata scelta: %(question)s",
    "hu": "Egyetlen javaslatot sem választottak: %(question)s",
}

RECOUNTED: Texts = {
    "sv": "Omräkning utan %(names)s.",
    "en": "Counted again without %(names)s.",
    "fi": "Laskettu uudelleen ilman: %(names)s.",
    "fr": "Nouveau dépouillement sans %(names)s.",
    "nl": "Opnieuw geteld zonder %(names)s.",
    "es": "Nuevo recuento sin %(names)s.",
    "de": "Neu ausgezählt ohne %(names)s.",
    "it": "Nuovo conteggio senza %(names)s.",
    "hu": "Újraszámlálva nélküle: %(names)s.",
}


def election(
    elected: Sequence[str],
    question: Texts,
    languages: Sequence[str],
    *,
    deputies: Sequence[str] = (),
    vacant: int = 0,
) -> Texts:
    """The decision in each language; `elected` and `deputies` are names."""
    said = _said(ELECTED if elected else NOBODY, elected, question, languages)
    for code in languages:
        if deputies:
            said[code] = f"{_stop(said[code])} {DEPUTIES[code] % {'names': ', '.join(deputies)}}"
        if vacant and elected:
            said[code] = f"{_stop(said[code])} {VACANT[code] % {'number': vacant}}"
    return said


def among_proposals(
    chosen: Sequence[str], question: Texts, languages: Sequence[str], *, method: str, seats: int
) -> Texts:
    """The same where no person is elected."""
    if not chosen:
        return _said(NOTHING, chosen, question, languages)
    several = FUNDED if method == "equal-shares" else PRIORITY
    return _said(
        CHOSEN if seats == 1 and method != "equal-shares" else several, chosen, question, languages
    )


def without(names: Sequence[str], decision: Texts) -> Texts:
    """The decision after a recount without these."""
    return {
        code: f"{RECOUNTED[code] % {'names': ', '.join(names)}} {text}"
        for code, text in decision.items()
    }


def _said(
    words: Texts, elected: Sequence[str], question: Texts, languages: Sequence[str]
) -> dict[str, str]:
    return {
        code: words[code] % {"elected": ", ".join(elected), "question": pick(question, code)}
        for code in languages
    }


def _stop(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
