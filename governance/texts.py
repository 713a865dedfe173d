"""Texts that people enter, in one language or in several: trimmed, and not longer than fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from governance.errors import N_, Invalid


def trimmed(text: str, longest: int, *, field: str) -> str:
    """Raises Invalid where it is longer than `longest` characters."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Invalid(N_("This is longer than %(most)s characters."), field=field, most=longest)
    return text


def line(text: str, longest: int, *, field: str) -> str:
    """The same on one line."""
    return trimmed(" ".join(text.split()), longest, field=field)


def within(
    given: Mapping[str, str], languages: Iterable[str], longest: int, *, field: str
) -> dict[str, str]:
    """The texts in the association's languages; empty ones, and those in others, are left out."""
    kept = {
        code: trimmed(given.get(code, ""), longest, field=f"{field}_{code}") for code in languages
    }
    return {code: text for code, text in kept.items() if text}


def required(
    given: Mapping[str, str], languages: list[str], longest: int, *, field: str
) -> dict[str, str]:
    """The same, each on one line; there must be one in the authentic language, the first."""
    lines = {code: " ".join(text.split()) for code, text in given.items()}
    kept = within(lines, languages, longest, field=field)
    if languages[0] not in kept:
        raise Invalid(N_("This must not be empty."), field=f"{field}_{languages[0]}")
    return kept
