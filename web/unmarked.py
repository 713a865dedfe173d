"""Text that people would read and that nobody marked for translation.

In templates: literal text, the attributes that are read out or shown, and sentences within
expressions. In Python: what a refusal says.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
from jinja2 import nodes

ROOT = Path(__file__).parents[1]
HUMAN = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext"}
HUMAN |= {"data-label", "label", "placeholder", "summary", "title"}
# What is typed, or read by a machine: it is the same in every language.
VERBATIM = {"code", "kbd", "pre", "samp", "script", "style"}
# Names and units that no language translates.
SAME = {"CSV", "ID", "PDF", "QR", "SHA-256", "Stämma", "kB", "stamma"}
GETTEXT = {"_", "gettext", "ngettext", "N_"}
FILLED = "\N{OBJECT REPLACEMENT CHARACTER}"  # where an expression's value will stand
WORD = re.compile(r"[^\W\d_](?:[\w'.-]*\w)?")
# Blocks and macros that stand within a tag and hold attributes or classes, by their names.
WITHIN_TAG = re.compile(r"live|width|_?attributes|_?lang")
# A word that begins large, or several words: what a code, a class or a path is not.
SENTENCE = re.compile(r"[A-ZÅÄÖ][a-zåäö]+|[^\W\d_]{2,} [^\W\d_]{2,}")
NO_SENTENCE = re.compile(r"[a-z0-9 -]*|[^ ]*[/.=?#-][^ ]*")  # class names; paths, files, queries


def in_template(source: str) -> list[str]:
    """Every unmarked text of a template, as it stands there."""
    environment = jinja2.Environment(
        autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    tree = environment.parse(source)
    reader = _Reader()
    reader.feed("".join(_skeleton(tree)))
    reader.close()
    said = [text for text in _said(tree) if _is_sentence(text)]
    return list(dict.fromkeys(reader.found + said))


def _skeleton(node: nodes.Node) -> Iterator[str]:
    """The page with a mark in place of each expression, every branch one after the other."""
    if isinstance(node, nodes.Output):
        yield from map(_shown, node.nodes)
        return
    inside = "".join(text for child in node.iter_child_nodes() for text in _skeleton(child))
    if isinstance(node, nodes.Block | nodes.Macro) and WITHIN_TAG.fullmatch(node.name):
        inside = f"<i {inside}>" if inside else ""
    yield inside


def _shown(part: nodes.Expr) -> str:
    """What a part of the page is known to say: its own text, or a mark for what it will."""
    if isinstance(part, nodes.TemplateData):
        return part.data
    if isinstance(part, nodes.Const) and isinstance(part.value, str):
        return html.escape(part.value)
    if isinstance(part, nodes.CondExpr):
        return " ".join(_shown(each) for each in (part.expr1, part.expr2) if each)
    if isinstance(part, nodes.Concat):
        return "".join(map(_shown, part.nodes))
    return FILLED


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VERBATIM:
            self.within.append(tag)
        for name, value in attrs:
            # The face of an <input type="submit"> would be a value; we write <button>.
            if name in HUMAN and value and _has_words(value):
                self.found.append(f"{name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within and _has_words(data):
            self.found.append(" ".join(data.split()))


def _has_words(text: str) -> bool:
    return any(word not in SAME for word in WORD.findall(text.replace(FILLED, " ")))


def _said(node: nodes.Node) -> Iterator[str]:
    """Texts in expressions that are not handed to gettext."""
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in GETTEXT:
        # What fills a message in may hold a text of its own.
        for filled in node.kwargs:
            yield from _said(filled)
        return
    if isinstance(node, nodes.Getitem):  # the key of a table is nobody's to read
        yield from _said(node.node)
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
        return
    for child in node.iter_child_nodes():
        yield from _said(child)


def _is_sentence(text: str) -> bool:
    if NO_SENTENCE.fullmatch(text) or not SENTENCE.search(text):
        return False
    # A piece of HTML or of an attribute in an expression is read as HTML is.
    return _has_words(text)


def in_python(source: str, refusals: set[str]) -> list[str]:
    """What a refusal says without its mark: as its class's `message`, or where it is raised."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name in refusals:
            for line in node.body:
                if isinstance(line, ast.Assign) and _names(line) == ["message"]:
                    found += _literal(line.value)
        elif isinstance(node, ast.Call) and _called(node) in refusals and node.args:
            found += _literal(node.args[0])
    return found


def _names(line: ast.Assign) -> list[str]:
    return [target.id for target in line.targets if isinstance(target, ast.Name)]


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _literal(value: ast.expr) -> list[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return [value.value]
    return ["f-string"] if isinstance(value, ast.JoinedStr) else []


def refusals(root: Path = ROOT) -> set[str]:
    """The names of the classes that are shown to people: Refused and all that derive from it."""
    bases = {
        node.name: {getattr(base, "attr", getattr(base, "id", "")) for base in node.bases}
        for path in _modules(root)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    known = {"Refused"}
    while more := {name for name, its in bases.items() if its & known} - known:
        known |= more
    return known


def _modules(root: Path) -> Iterator[Path]:
    for package in ("governance", "web"):
        yield from sorted((root / package).rglob("*.py"))


def everywhere(root: Path = ROOT) -> list[str]:
    """Each unmarked text with the file it stands in."""
    found = []
    for path in sorted((root / "web" / "templates").rglob("*.html")):
        texts = in_template(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(root)}: {text}" for text in texts]
    known = refusals(root)
    for path in _modules(root):
        texts = in_python(path.read_text(encoding="utf-8"), known)
        found += [f"{path.relative_to(root)}: {text}" for text in texts]
    return found
