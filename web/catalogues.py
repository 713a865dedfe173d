"""The catalogues: `python -m web.catalogues update` collects what is to be translated, `check`
says what is not.

The msgids are the English sentences in the code. A catalogue is the only place of a translation:
it is written sorted and without places or dates, so that a change shows as what was changed.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import normalize
from jinja2.ext import babel_extract

from web import i18n, unmarked

ROOT = Path(__file__).parents[1]
SOURCE = "en"  # the language of the msgids, which needs no catalogue of its own
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
# As web/render.py sets its environments up, so that a msgid is the same text in both.
JINJA = {
    "extensions": "jinja2.ext.do",
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "newstyle_gettext": "true",
}
WIDTH = 100
# What a msgid is found by: itself, or itself and its plural.
Id = str | tuple[str, ...]


@dataclass(frozen=True)
class Problem:
    language: str
    fault: str  # "missing", "stale", "untranslated", "placeholders"
    message: Id

    def __str__(self) -> str:
        return f"{self.language}: {self.fault}: {self.message!r}"


def languages() -> tuple[str, ...]:
    """Those that have to be translated into."""
    return tuple(code for code in i18n.INTERFACE if code != SOURCE)


def extracted(root: Path = ROOT) -> dict[str, Id]:
    """Every message of the code and the templates, by its singular."""
    found: dict[str, Id] = {}
    for message in _messages(root):
        singular = message if isinstance(message, str) else message[0]
        # Said once alone and once with its plural it is one message, with its plural.
        if isinstance(message, tuple) or singular not in found:
            found[singular] = message
    return found


def _messages(root: Path) -> Iterator[Id]:
    for package in ("governance", "web"):
        for path in sorted((root / package).rglob("*.py")):
            with path.open("rb") as file:
                yield from _ids(extract_python(file, KEYWORDS, (), {"encoding": "utf-8"}))
    for path in sorted((root / "web" / "templates").rglob("*.html")):
        with path.open("rb") as file:
            yield from _ids(babel_extract(file, tuple(KEYWORDS), (), JINJA))


def _ids(found: Any) -> Iterator[Id]:
    for _, function, message, _ in found:
        # A call whose argument is a name and not a text has nothing to collect.
        said = (message,) if isinstance(message, str) else tuple(message or ())
        if function == "ngettext" and all(said[:2]):
            yield said[:2]
        elif function != "ngettext" and said and said[0]:
            yield said[0]


def update(language: str) -> int:
    """Bring a catalogue up to date, keeping its translations; returns how many are to be made."""
    kept = {_singular(message): message for message in _translated(i18n.catalogue(language))}
    path = i18n.LOCALE / language / "LC_MESSAGES" / "stamma.po"
    head = path.read_text(encoding="utf-8").partition("\n\n")[0].rstrip("\n")
    forms = i18n.catalogue(language).num_plurals
    missing, entries = 0, []
    for singular, message in sorted(extracted().items()):
        strings = _strings(message, kept.get(singular), forms)
        missing += not all(strings)
        entries.append(_entry(message, strings))
    path.write_text("\n\n".join([head, *entries]) + "\n", encoding="utf-8")
    return missing


def _translated(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id and not message.fuzzy)


def _singular(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _strings(message: Id, kept: Message | None, forms: int) -> tuple[str, ...]:
    wanted = 1 if isinstance(message, str) else forms
    string = kept.string if kept else None
    had = (string,) if isinstance(string, str) else tuple(string or ())
    # A message that has got a plural since is translated anew.
    return had if len(had) == wanted else ("",) * wanted


def _entry(message: Id, strings: tuple[str, ...]) -> str:
    if isinstance(message, str):
        return f"msgid {_quoted(message)}\nmsgstr {_quoted(strings[0])}"
    lines = [f"msgid {_quoted(message[0])}", f"msgid_plural {_quoted(message[1])}"]
    lines += [f"msgstr[{form}] {_quoted(text)}" for form, text in enumerate(strings)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return str(normalize(text, width=WIDTH))


def check(language: str) -> list[Problem]:
    """All that keeps a catalogue from being complete."""
    return list(problems(language, i18n.catalogue(language), extracted()))


def problems(language: str, catalogue: Catalog, wanted: dict[str, Id]) -> Iterator[Problem]:
    there = {_singular(message): message for message in catalogue if message.id}
    for singular in sorted(wanted.keys() - there.keys()):
        yield Problem(language, "missing", wanted[singular])
    for singular in sorted(there.keys() - wanted.keys()):
        yield Problem(language, "stale", singular)
    for singular in sorted(wanted.keys() & there.keys()):
        yield from _faults(language, wanted[singular], there[singular], catalogue.num_plurals)


def _faults(language: str, wanted: Id, message: Message, forms: int) -> Iterator[Problem]:
    strings = _strings(wanted, message, forms)
    if message.fuzzy or not all(strings):
        yield Problem(language, "untranslated", wanted)
        return
    ids = (wanted,) if isinstance(wanted, str) else wanted
    # The form of one may leave its number out, as "one member" does; the others say it.
    allowed = [{*map(placeholders, ids)}, *[{placeholders(ids[-1])}] * (len(strings) - 1)]
    for text, may in zip(strings, allowed, strict=True):
        if placeholders(text) not in may:
            yield Problem(language, "placeholders", wanted)
            return


def placeholders(text: str) -> frozenset[str] | None:
    """The names of `%(name)s` in a text; None where it cannot be filled in."""
    named: defaultdict[str, str] = defaultdict(str)
    try:
        text % named
    except (TypeError, ValueError):
        return None
    return frozenset(named)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            for language in languages():
                print(f"{language}: {update(language)} to translate")
            return 0
        case ["check"]:
            found = [str(problem) for language in languages() for problem in check(language)]
            found += [f"unmarked: {text}" for text in unmarked.everywhere()]
            for problem in found:
                print(problem)
            return 1 if found else 0
    print("python -m web.catalogues update | check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
