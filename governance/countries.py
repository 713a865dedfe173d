"""The countries of the world by their two letters, as CLDR lists them."""

from __future__ import annotations

import re
from functools import cache

from babel import Locale

DEFAULT = "SE"
# What CLDR names beside countries: unions, outlying islands, pseudo-accents, nowhere.
OTHERS = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})


@cache
def codes() -> frozenset[str]:
    found = map(str, Locale("en").territories)
    return frozenset(filter(re.compile("[A-Z]{2}").fullmatch, found)) - OTHERS


@cache
def named(language: str) -> tuple[tuple[str, str], ...]:
    """Pairs of code and name in that language, by name."""
    names = Locale.parse(language).territories
    pairs = [(code, str(names[code])) for code in codes() if code in names]
    return tuple(sorted(pairs, key=lambda pair: pair[1].casefold()))
