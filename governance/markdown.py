"""Markdown as people write it here, and the safe HTML that pages and mails show of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Where a link may lead; everything else stays words.
SCHEMES = frozenset({"http", "https", "mailto"})

ELEMENTS = (
    frozenset({"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "a", "code", "pre"})
    | {"blockquote", "ol", "ul", "li"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"class"}, "th": {"class", "scope"}}


def to_html(text: str) -> str:
    """Safe HTML of a Markdown text. Its highest heading is `h2`: the page has its own `h1`."""
    return nh3.clean(
        _parser().render(text),
        tags=set(ELEMENTS),
        attributes={name: set(allowed) for name, allowed in ATTRIBUTES.items()},
        url_schemes=set(SCHEMES),
        link_rel="nofollow noopener noreferrer",
    )


def tokens(text: str) -> list[Token]:
    """The parsed text, for whoever sets it otherwise than as HTML."""
    return _parser().parse(text)


def escape(line: str) -> str:
    """One line of plain words, to stand within Markdown just as it is written."""
    words = re.sub(r"[\\`*_\[\]<&|]", r"\\\g<0>", " ".join(line.split()))
    # These open a block where they stand first.
    words = re.sub(r"^[#>+\-=~]", r"\\\g<0>", words)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", words)


def quote(text: str) -> str:
    """A whole text within another: nothing left open in it reaches what follows."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def plain(text: str) -> str:
    """Markdown as a plain text to read: without the guards before signs."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@cache
def _parser() -> MarkdownIt:
    # HTML within the text stays text. What is nested deeper than `maxNesting` would be left out.
    made = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")
    made.core.ruler.push("one_h1", _settle_headings)
    made.core.ruler.push("columns", _name_columns)
    # A picture from elsewhere tells its server who reads the page; its description remains.
    made.add_render_rule("image", _describe)
    return made


def _settle_headings(state: StateCore) -> None:
    """Levels under the page's h1 that skip none, whatever people wrote (WCAG technique H42)."""
    used = sorted({token.tag for token in state.tokens if token.type == "heading_open"})
    last = 1
    for token in state.tokens:
        if token.type == "heading_open":
            last = min(used.index(token.tag) + 2, last + 1, 6)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{last}"


def _name_columns(state: StateCore) -> None:
    """Alignment as a class, since the pages forbid inline styles; a heading of its column."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            if "right" in str(token.attrs.pop("style", "")):
                token.attrSet("class", "number")
            if token.type == "th_open":
                token.attrSet("scope", "col")


def _describe(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: object, env: object
) -> str:
    return nh3.clean_text(tokens[index].content)
