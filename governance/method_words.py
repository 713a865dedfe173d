"""The names of the methods, and the grades of a majority judgement, as a poll freezes them.

Like `wording.py`, and for its reason, no part of the interface's catalogue.
"""

# ruff: noqa: RUF001 - the apostrophe of French and Italian

from __future__ import annotations

from collections.abc import Sequence

Texts = dict[str, str]

NAMES: dict[str, Texts] = {
    "plurality": {
        "sv": "Flest röster; lottning vid lika röstetal",
        "en": "Most votes; a tie is decided by lot",
        "fi": "Eniten ääniä; tasatilanteessa arpa",
        "fr": "Le plus de voix ; tirage au sort en cas d’égalité",
        "nl": "De meeste stemmen; bij gelijke stemmen beslist het lot",
        "es": "Más votos; sorteo en caso de empate",
        "de": "Die meisten Stimmen; bei Gleichstand das Los",
        "it": "Più voti; in caso di parità si estrae a sorte",
        "hu": "A legtöbb szavazat; egyenlőség esetén sorsolás",
    },
    "approval": {
        "sv": "Godkännande: flest godkännanden",
        "en": "Approval: the most approvals",
        "fi": "Hyväksymisvaali: eniten hyväksyntöjä",
        "fr": "Vote par approbation : le plus d’approbations",
        "nl": "Goedkeuring: de meeste goedkeuringen",
        "es": "Aprobación: más aprobaciones",
        "de": "Zustimmungswahl: die meisten Zustimmungen",
        "it": "Approvazione: più approvazioni",
        "hu": "Jóváhagyó szavazás: a legtöbb jóváhagyás",
    },
    "scottish-stv": {
        "sv": "Enkel överförbar röst, skotska regler",
        "en": "Single transferable vote, Scottish rules",
        "fi": "Siirtoäänivaali, Skotlannin säännöt",
        "fr": "Vote unique transférable, règles écossaises",
        "nl": "Enkelvoudige overdraagbare stem, Schotse regels",
        "es": "Voto único transferible, reglas escocesas",
        "de": "Übertragbare Einzelstimme, schottische Regeln",
        "it": "Voto singolo trasferibile, regole scozzesi",
        "hu": "Egyetlen átruházható szavazat, skót szabályok",
    },
    "ers97-stv": {
        "sv": "Enkel överförbar röst, ERS97",
        "en": "Single transferable vote, ERS97",
        "fi": "Siirtoäänivaali, ERS97",
        "fr": "Vote unique transférable, ERS97",
        "nl": "Enkelvoudige overdraagbare stem, ERS97",
        "es": "Voto único transferible, ERS97",
        "de": "Übertragbare Einzelstimme, ERS97",
        "it": "Voto singolo trasferibile, ERS97",
        "hu": "Egyetlen átruházható szavazat, ERS97",
    },
    "meek-stv": {
        "sv": "Enkel överförbar röst, Meeks metod",
        "en": "Single transferable vote, Meek’s method",
        "fi": "Siirtoäänivaali, Meekin menetelmä",
        "fr": "Vote unique transférable, méthode de Meek",
        "nl": "Enkelvoudige overdraagbare stem, methode van Meek",
        "es": "Voto único transferible, método de Meek",
        "de": "Übertragbare Einzelstimme, Meek-Verfahren",
        "it": "Voto singolo trasferibile, metodo di Meek",
        "hu": "Egyetlen átruházható szavazat, Meek módszere",
    },
    "irv": {
        "sv": "Rangordning med uteslutning tills en har mer än hälften",
        "en": "Instant run-off: ranking until one has more than half",
        "fi": "Sijaintiäänestys: pudotus, kunnes jollakin on yli puolet",
        "fr": "Vote alternatif : classement jusqu’à ce que l’un ait plus de la moitié",
        "nl": "Rangschikking met afvallers tot één meer dan de helft heeft",
        "es": "Voto alternativo: por orden hasta que uno tenga más de la mitad",
        "de": "Rangwahl: Ausscheiden, bis eine Option mehr als die Hälfte hat",
        "it": "Voto alternativo: in ordine, finché uno ha più della metà",
        "hu": "Rangsoroló szavazás kieséssel, amíg egyik többséget nem kap",
    },
    "schulze": {
        "sv": "Rangordning, parvis jämförelse enligt Schulze",
        "en": "Ranking, compared in pairs by Schulze’s method",
        "fi": "Järjestys, parivertailu Schulzen menetelmällä",
        "fr": "Classement, comparaison par paires selon Schulze",
        "nl": "Rangschikking, paarsgewijs vergeleken volgens Schulze",
        "es": "Ordenación, comparación por pares según Schulze",
        "de": "Rangfolge, paarweiser Vergleich nach Schulze",
        "it": "Ordinamento, confronto a coppie secondo Schulze",
        "hu": "Rangsorolás, páros összevetés Schulze módszerével",
    },
    "ranked-pairs": {
        "sv": "Rangordning, parvis jämförelse med de säkraste paren först",
        "en": "Ranking, compared in pairs, the clearest pairs first",
        "fi": "Järjestys, parivertailu selvimmästä parista alkaen",
        "fr": "Classement, comparaison par paires, les plus nettes d’abord",
        "nl": "Rangschikking, paarsgewijs vergeleken, de duidelijkste paren eerst",
        "es": "Ordenación, comparación por pares, los más claros primero",
        "de": "Rangfolge, paarweiser Vergleich, die klarsten Paare zuerst",
        "it": "Ordinamento, confronto a coppie, prima le più nette",
        "hu": "Rangsorolás, páros összevetés, a legegyértelműbb párokkal kezdve",
    },
    "score": {
        "sv": "Poäng: högst poängsumma",
        "en": "Score: the highest sum",
        "fi": "Pisteytys: suurin pistesumma",
        "fr": "Notes : la somme la plus élevée",
        "nl": "Punten: de hoogste som",
        "es": "Puntuación: la suma más alta",
        "de": "Punkte: die höchste Summe",
        "it": "Punteggio: la somma più alta",
        "hu": "Pontozás: a legmagasabb összeg",
    },
    "majority-judgment": {
        "sv": "Majoritetsomdöme: bäst medianbetyg",
        "en": "Majority judgement: the best median grade",
        "fi": "Enemmistöarvio: paras mediaaniarvosana",
        "fr": "Jugement majoritaire : la meilleure mention médiane",
        "nl": "Meerderheidsoordeel: het beste middelste oordeel",
        "es": "Juicio mayoritario: la mejor mención mediana",
        "de": "Mehrheitsurteil: das beste mittlere Urteil",
        "it": "Giudizio maggioritario: il miglior giudizio mediano",
        "hu": "Többségi ítélet: a legjobb medián minősítés",
    },
    "cumulative": {
        "sv": "Fördelade poäng: flest poäng",
        "en": "Points to share out: the most points",
        "fi": "Jaettavat pisteet: eniten pisteitä",
        "fr": "Points à répartir : le plus de points",
        "nl": "Punten verdelen: de meeste punten",
        "es": "Puntos para repartir: más puntos",
        "de": "Punkte verteilen: die meisten Punkte",
        "it": "Punti da distribuire: più punti",
        "hu": "Elosztható pontok: a legtöbb pont",
    },
    "equal-shares": {
        "sv": "Budget i lika delar",
        "en": "A budget in equal shares",
        "fi": "Budjetti tasaosuuksin",
        "fr": "Budget à parts égales",
        "nl": "Budget in gelijke delen",
        "es": "Presupuesto por partes iguales",
        "de": "Budget zu gleichen Teilen",
        "it": "Bilancio in parti uguali",
        "hu": "Költségvetés egyenlő részekben",
    },
}

# The grades where the chair names none, worst first.
GRADES: tuple[Texts, ...] = (
    {
        "sv": "Underkänd",
        "en": "To reject",
        "fi": "Hylättävä",
        "fr": "À rejeter",
        "nl": "Te verwerpen",
        "es": "A rechazar",
        "de": "Abzulehnen",
        "it": "Da respingere",
        "hu": "Elutasítandó",
    },
    {
        "sv": "Svag",
        "en": "Poor",
        "fi": "Heikko",
        "fr": "Insuffisant",
        "nl": "Zwak",
        "es": "Insuficiente",
        "de": "Mangelhaft",
        "it": "Insufficiente",
        "hu": "Gyenge",
    },
    {
        "sv": "Godtagbar",
        "en": "Acceptable",
        "fi": "Hyväksyttävä",
        "fr": "Passable",
        "nl": "Aanvaardbaar",
        "es": "Aceptable",
        "de": "Annehmbar",
        "it": "Accettabile",
        "hu": "Elfogadható",
    },
    {
        "sv": "Bra",
        "en": "Good",
        "fi": "Hyvä",
        "fr": "Bien",
        "nl": "Goed",
        "es": "Bueno",
        "de": "Gut",
        "it": "Buono",
        "hu": "Jó",
    },
    {
        "sv": "Mycket bra",
        "en": "Very good",
        "fi": "Erittäin hyvä",
        "fr": "Très bien",
        "nl": "Zeer goed",
        "es": "Muy bueno",
        "de": "Sehr gut",
        "it": "Molto buono",
        "hu": "Nagyon jó",
    },
    {
        "sv": "Utmärkt",
        "en": "Excellent",
        "fi": "Erinomainen",
        "fr": "Excellent",
        "nl": "Uitstekend",
        "es": "Excelente",
        "de": "Ausgezeichnet",
        "it": "Ottimo",
        "hu": "Kiváló",
    },
)


def name(method: str, languages: Sequence[str]) -> Texts:
    return {code: NAMES[method][code] for code in languages}


def grades(languages: Sequence[str]) -> list[Texts]:
    return [{code: grade[code] for code in languages} for grade in GRADES]
