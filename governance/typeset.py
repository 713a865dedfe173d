"""Markdown set as a page to print and to keep: tagged PDF (PDF/UA-1), by Typst.

What people wrote reaches Typst as data, never as source: the template in `typeset.typ` walks a
tree and prints strings, so that no text can run as code, whatever it holds.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst
from markdown_it.tree import SyntaxTreeNode

from governance import markdown
from governance.markdown import SCHEMES

Node = dict[str, Any]

TEMPLATE = Path(__file__).with_suffix(".typ")
STANDARD: typst.PDFStandard = "ua-1"
DEEPEST = 6  # quotes and lists within each other; what is deeper stands at the sixth level

# Turns the order of letters around: in a document that binds, what is read is what is written.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def pdf(
    text: str, *, title: str, language: str, association: str, date: str, foot: str = ""
) -> bytes:
    """The Markdown `text` as a PDF; the same arguments give the same bytes.

    `date` stands in the head as it is written, `foot` at the bottom of each page.
    """
    tree = SyntaxTreeNode(markdown.tokens(text))
    page = {
        "title": _printable(title),
        "language": language,
        "association": _printable(association),
        "date": _printable(date),
        "foot": _printable(foot),
        "body": _blocks(tree, _Levels(tree)),
    }
    return _compile(TEMPLATE.read_bytes(), {"page": json.dumps(page)})


@cache
def _fonts() -> typst.Fonts:
    # Those in Typst's own wheel: a notice looks the same from every machine.
    return typst.Fonts(include_system_fonts=False)


def _compile(source: bytes, inputs: dict[str, str]) -> bytes:
    return typst.compile(
        source, font_paths=_fonts(), sys_inputs=inputs, format="pdf", pdf_standards=STANDARD
    )


class _Levels:
    """Headings as levels under the title, skipping none, as PDF/UA asks (ISO 14289-1 §7.4.2)."""

    def __init__(self, tree: SyntaxTreeNode) -> None:
        used = sorted({node.tag for node in tree.walk() if node.type == "heading"})
        self.of = {tag: level for level, tag in enumerate(used, start=2)}
        self.last = 1  # the title

    def next(self, tag: str) -> int:
        self.last = min(self.of[tag], self.last + 1)
        return self.last


def _blocks(parent: SyntaxTreeNode, levels: _Levels, depth: int = 0) -> list[Node]:
    return [block for node in parent.children for block in _block(node, levels, depth)]


def _block(node: SyntaxTreeNode, levels: _Levels, depth: int) -> Iterator[Node]:
    match node.type:
        case "heading" if _says(line := _line(node)):  # PDF/UA knows no empty heading
            yield {"is": "heading", "level": levels.next(node.tag), "text": line}
        case "paragraph":
            yield {"is": "paragraph", "text": _line(node)}
        case "bullet_list" | "ordered_list" if depth < DEEPEST:
            items = [_blocks(item, levels, depth + 1) for item in node.children]
            yield {"is": node.type, "start": node.attrs.get("start", 1), "items": items}
        case "blockquote" if depth < DEEPEST:
            yield {"is": "quote", "body": _blocks(node, levels, depth + 1)}
        case "table":
            yield _table(node)
        case "hr":
            yield {"is": "rule"}
        case "fence" | "code_block":
            yield {"is": "code", "text": _printable(node.content.rstrip("\n"))}
        case "bullet_list" | "ordered_list" | "list_item" | "blockquote":
            yield from _blocks(node, levels, depth)


def _table(node: SyntaxTreeNode) -> Node:
    rows = [row.children for section in node.children for row in section.children]
    align = ["end" if cell.attrs.get("class") == "number" else "start" for cell in rows[0]]
    cells = [[_line(cell) for cell in row] for row in rows]
    return {"is": "table", "align": align, "head": cells[0], "rows": cells[1:]}


def _line(block: SyntaxTreeNode) -> list[Node]:
    return [span for inline in block.children for span in _spans(inline)]


def _says(line: list[Node]) -> bool:
    """Whether there is anything to read in it: a picture without words says nothing."""
    texts = (span.get("text", "") for span in line)
    return any(each.strip() if isinstance(each, str) else _says(each) for each in texts)


def _spans(parent: SyntaxTreeNode, depth: int = 0) -> Iterator[Node]:
    for node in parent.children:
        match node.type:
            case "text" | "image":
                yield {"is": "text", "text": _printable(node.content)}
            case "code_inline":
                yield {"is": "code", "text": _printable(node.content)}
            case "softbreak":
                yield {"is": "text", "text": " "}
            case "hardbreak":
                yield {"is": "break"}
            case "strong" | "em" if depth < DEEPEST:
                yield {"is": node.type, "text": list(_spans(node, depth + 1))}
            case "link" if node.children and _leads_out(node):
                yield {"is": "link", "to": node.attrs["href"], "text": list(_spans(node, depth))}
            case _:
                yield from _spans(node, depth)


def _leads_out(link: SyntaxTreeNode) -> bool:
    return str(link.attrs["href"]).partition(":")[0].lower() in SCHEMES


def _printable(text: str) -> str:
    """The text with every character that the fonts lack by its number, [U+4E2D]; none is lost."""
    return "".join(
        each if " " <= each <= "~" or each == "\n" else _printed(each)
        for each in unicodedata.normalize("NFC", text)
    )


@lru_cache(4096)
def _printed(character: str) -> str:
    if character in BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs"):
        return " " if character == "\t" else ""
    try:
        _compile(b"#set document(title: [x])\n#sys.inputs.text", {"text": character})
    except typst.TypstError:
        return f"[U+{ord(character):04X}]"
    return character
