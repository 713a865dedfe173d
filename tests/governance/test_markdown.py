from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.markdown import escape, plain, quote, to_html


@pytest.mark.parametrize(
    ("written", "shown"),
    [("1 2 6", "2 3 4"), ("2 2", "2 2"), ("3 1 2", "2 2 3"), ("1 2 3 4 5 6", "2 3 4 5 6 6")],
)
def test_headings_stand_below_the_one_of_the_page_and_skip_no_level(written, shown):
    html = to_html("\n\n".join(f"{'#' * int(level)} Rubrik" for level in written.split()))
    assert re.findall(r"<h(\d)>.*?</h\1>", html) == shown.split()


def test_lists_emphasis_quotes_and_tables_become_elements():
    html = to_html("1. *ett*\n2. **två**\n\n> x\n\n| Post | Belopp |\n|---|---:|\n| Hyra | 12 |")
    for part in ("<ol>", "<em>ett</em>", "<strong>två</strong>", "<blockquote>"):
        assert part in html
    assert '<th class="number" scope="col">Belopp</th>' in html
    assert '<td class="number">12</td>' in html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "![a](https://spy.example/pixel.png)",
        "![<script>](x)",
        "<a href='javascript:x' style='position:fixed'>a</a>",
        '[a](https://example.org "onmouseover=alert(1)")',
        "<!-- --><svg/onload=alert(1)>",
    ],
)
def test_nothing_that_runs_or_fetches_comes_through(hostile):
    elements = re.findall(r"<[^>]*>", to_html(hostile))
    assert {re.match(r"</?(\w*)", each)[1] for each in elements} <= {"p", "a"}
    assert not any("script:" in each.lower() or "data:" in each for each in elements)


def test_a_link_leads_out_without_telling_where_from():
    assert 'rel="nofollow noopener noreferrer"' in to_html("[a](https://example.org)")


def test_the_description_of_a_picture_remains_and_the_picture_does_not():
    html = to_html("![Huset i *Umeå*](https://spy.example/1.png)")
    assert "<img" not in html
    assert "Huset i" in html


@given(st.text(alphabet="ab1 #>+-=~.)*_`[]<&|!\\:(", max_size=12))
def test_escaped_words_stand_as_they_were_written(words):
    html = to_html(f"{escape(words)}\n")
    shown = re.sub(r"</?p>", "", html).replace("&lt;", "<").replace("&gt;", ">")
    assert shown.replace("&amp;", "&").strip() == " ".join(words.split())
    assert plain(escape(words)) == " ".join(words.split())


@pytest.mark.parametrize("open_end", ["```\nkod", "> citat", "- punkt", "    kod", "| a |\n|---|"])
def test_what_a_quoted_text_leaves_open_ends_with_it(open_end):
    html = to_html(f"{quote(open_end)}\n\n# Yttrande")
    assert html.rstrip().endswith("</blockquote>\n<h2>Yttrande</h2>")
