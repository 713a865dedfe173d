from __future__ import annotations

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from governance import typeset


def set_page(text: str, **changed: str) -> bytes:
    page = {
        "title": "Kallelse",
        "language": "sv",
        "association": "Frilansarnas kooperativ",
        "date": "1 mars 2027",
    }
    return typeset.pdf(text, **{**page, **changed})


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def structure(pdf: bytes) -> list[str]:
    """The structure elements of a tagged PDF in reading order."""
    found: list[str] = []

    def walk(node) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict) and "/K" in node:
            if "/S" in node:
                found.append(str(node["/S"]).lstrip("/"))
            walk(node["/K"])

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_a_page_is_tagged_in_its_language_and_has_its_title():
    root = read(set_page("Text.", language="sv")).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("sv")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read(set_page("Text.")).metadata.title == "Kallelse"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_lists_tables_quotes_and_links_are_tagged_as_what_they_are():
    tags = structure(
        set_page(
            "## Ett\n\n1. a\n2. b\n\n> citat\n\n"
            "| Post | Belopp |\n|---|--:|\n| Hyra | 12 |\n\n<https://a.example>"
        )
    )
    assert tags.count("LI") == 2
    for tag in ("H1", "H2", "L", "BlockQuote", "Table", "TH", "TD", "Link"):
        assert tag in tags


def test_headings_skip_no_level_whatever_people_wrote():
    tags = structure(set_page("#### a\n\ntext\n\n# b\n\n###### c\n\n#### d"))
    assert [tag for tag in tags if tag[0] == "H"] == ["H1", "H2", "H2", "H3", "H3"]


def test_headings_of_one_level_stay_on_one_level():
    tags = structure(set_page("### a\n\n### b\n\n### c"))
    assert [tag for tag in tags if tag[0] == "H"] == ["H1", "H2", "H2", "H2"]


def test_the_same_text_gives_the_same_bytes():
    assert set_page("Text med å, ä, ö.") == set_page("Text med å, ä, ö.")


@pytest.mark.parametrize(
    "hostile",
    [
        "#panic()",
        '#read("/etc/passwd")',
        '#import "@preview/x:1.0.0"',
        "$x^2$",
        '\\#eval("1")',
        "@ref <label>",
        "`#sys.inputs` ] #{ }",
        "/* comment // comment",
        '"]; #panic("',
    ],
)
def test_what_looks_like_typst_is_printed_as_it_was_written(hostile):
    plain = hostile.replace("`", "").replace("\\#", "#")
    assert plain in words(set_page(hostile)).replace("“", '"')
    assert plain in words(set_page("Text.", title=plain, foot=plain, association=plain))


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_set(text):
    assert set_page(text).startswith(b"%PDF")


MARKS = ("# ", "> ", "- ", "1. ", "99. ", "| a | b |\n|---|--:|\n", "```\n", "***", "\n\n", "    ")
PIECES = (*MARKS, "_", "**", "[a](http://b)", "[](x)", "![](x)", "`", "ord", "  \n", "\\", "|")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example("# ![](x)")
@example("# **![](x)**")
@settings(max_examples=250, deadline=None)
def test_any_markdown_can_be_set(text):
    assert set_page(text).startswith(b"%PDF")


def test_deep_nesting_can_be_set():
    assert set_page("> " * 300 + "djupt").startswith(b"%PDF")
    assert set_page("".join("  " * depth + "- a\n" for depth in range(60))).startswith(b"%PDF")


def test_names_from_everywhere_are_printed_and_none_is_lost():
    text = words(set_page("Åsa Šimković, Γιώργος, Їжак, 王 and 😀"))
    for name in ("Åsa Šimković", "Γιώργος", "Їжак", "[U+738B]", "[U+1F600]"):
        assert name in text


def test_marks_that_turn_the_reading_order_are_left_out():
    assert "styrelsen avslår" in words(set_page("styrelsen \u202eavslår\u202c"))
