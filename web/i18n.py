"""Translation: catalogues read once into memory, and words for dates and numbers.

msgids are English sentences, so English needs no catalogue beyond plural forms; the others are
read from web/locale/<language>/LC_MESSAGES/stamma.po. No compiled .mo is kept: one source of truth.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from governance.errors import N_, Refused
from governance.languages import DEFAULT, LANGUAGES, locale, pick

LOCALE = Path(__file__).parent / "locale"
# The interface is offered in these; texts of the association may be in any of LANGUAGES.
INTERFACE = tuple(code for code in LANGUAGES if (LOCALE / code).is_dir())


def catalogue(language: str) -> Catalog:
    path = LOCALE / language / "LC_MESSAGES" / "stamma.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="stamma")


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; of English, or of one not offered yet, the msgids themselves."""
    if language not in INTERFACE:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(language: str, message: str, /, **facts: object) -> str:
    """A message in a language, its `%(fact)s` filled in after translation."""
    text = translations(language).gettext(message)
    return text % facts if facts else text


def sentence(error: Refused, language: str, zone: ZoneInfo) -> str:
    """What was refused and why, its dates and texts written as the reader writes them."""
    facts = {name: _written(fact, language, zone) for name, fact in error.facts.items()}
    return translate(language, error.message, **facts)


def _written(fact: object, language: str, zone: ZoneInfo) -> object:
    if isinstance(fact, dt.datetime):
        return date_and_time(fact, language, zone)
    if isinstance(fact, dt.date):
        return date(fact, language, zone)
    if isinstance(fact, Mapping):
        return pick(fact, language)
    return fact


def chosen(*wishes: str | None) -> str:
    """The first of the wishes in which the interface is offered."""
    return next((wish for wish in wishes if wish in INTERFACE), DEFAULT)


def accepted(header: str) -> str | None:
    """The best offered language of an Accept-Language header (RFC 9110 §12.5.4)."""
    ranked: list[tuple[float, int, str]] = []
    for part in header[:400].split(","):
        tag, _, weight = part.partition(";q=")
        code = tag.strip().lower()[:2]
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            continue
        if code in INTERFACE and rank > 0:
            ranked.append((-rank, len(ranked), code))
    return min(ranked)[2] if ranked else None


def date(value: dt.date | dt.datetime, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, dt.datetime):
        value = value.astimezone(zone).date()
    return dates.format_date(value, format="long", locale=locale(language))


def time(value: dt.datetime, language: str, zone: ZoneInfo) -> str:
    return dates.format_time(value, format="short", tzinfo=zone, locale=locale(language))


def date_and_time(value: dt.datetime, language: str, zone: ZoneInfo) -> str:
    return translate(
        language,
        N_("%(date)s, %(time)s"),
        date=date(value, language, zone),
        time=time(value, language, zone),
    )


def number(value: float, language: str) -> str:
    return numbers.format_decimal(value, locale=locale(language))
