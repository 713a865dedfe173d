"""The languages in which people read and write, and how to choose among the texts at hand."""

from __future__ import annotations

from collections.abc import Mapping

# Each under its own name: who looks for a language may not read the one the page is in.
LANGUAGES: dict[str, str] = {
    "sv": "Svenska",
    "en": "English",
    "fi": "Suomi",
    "fr": "Français",
    "nl": "Nederlands",
    "es": "Español",
    "de": "Deutsch",
    "it": "Italiano",
    "hu": "Magyar",
}
DEFAULT = "sv"
# How dates and numbers are written: English as in Europe, 10 June and 18:00.
WRITTEN = {"en": "en_GB"}


def locale(language: str) -> str:
    return WRITTEN.get(language, language)


def pick(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in English, else in whatever language there is."""
    for code in (language, "en"):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")
