"""A choice has one text, of the form that its poll asks for, and no other is taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import choice
from ballots.choice import BLANK, CODES, LARGEST, Choice, WrongChoice, asked, of
from ballots.errors import Fault, Malformed
from ballots.manifest import METHODS, MOST_OPTIONS

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "choices.json").read_text())
ASKED = {
    name: asked(each["method"], each["rule"], each["options"])
    for name, each in VECTORS["asked"].items()
}


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda each: each["choice"])
def test_a_choice_is_read_and_written_again_as_it_stood(vector):
    asks = ASKED[vector["asked"]]
    ranks = tuple(tuple(rank) for rank in vector["ranks"])
    marks = tuple((option, mark) for option, mark in vector["marks"])
    assert asks.parse(vector["choice"]) == Choice(ranks, marks)
    assert asks.encode(Choice(ranks, marks)) == vector["choice"]


@pytest.mark.parametrize("vector", VECTORS["broken"], ids=lambda each: each["fault"])
def test_a_choice_with_a_fault_is_refused_for_that_fault(vector):
    with pytest.raises(Fault) as refused:
        ASKED[vector["asked"]].parse(vector["choice"])
    assert refused.value.code == vector["code"]


@given(st.sampled_from(sorted(ASKED)), st.text("anbocil+>=:0123456789-dt k", max_size=40))
def test_what_is_read_at_all_is_written_again_as_the_same_text(name, text):
    try:
        read = ASKED[name].parse(text)
    except (Malformed, WrongChoice):
        return
    assert ASKED[name].encode(read) == text


@given(st.sampled_from(sorted(ASKED)), st.data())
def test_every_choice_that_can_be_written_is_read_as_it_was(name, data):
    asks = ASKED[name]
    order = data.draw(st.permutations(asks.options))[: data.draw(st.integers(0, asks.most))]
    if asks.form == "marks":
        mark = st.integers(asks.lowest, min(asks.highest, 3))
        made = Choice(marks=tuple((each, data.draw(mark)) for each in order))
    elif asks.form == "ranking":
        made = Choice(ranks=tuple((each,) for each in order))
    else:
        made = Choice(ranks=(tuple(order),)) if order else BLANK
    if not made.named and asks.blank is None:
        return
    read = asks.parse(asks.encode(made))
    assert dict(read.marks) == dict(made.marks)
    assert [set(rank) for rank in read.ranks] == [set(rank) for rank in made.ranks]


def test_the_longest_choice_is_not_too_long():
    options = [f"{number:040d}" for number in range(MOST_OPTIONS)]
    rule = {"form": "marks", "lowest": 0, "highest": 999_999_999}
    asks = asked("score", rule, options)
    text = asks.encode(Choice(marks=tuple((each, 999_999_999) for each in options)))
    assert len(text) < LARGEST
    assert asks.encode(asks.parse(text)) == text


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        ("guess", {}),
        ("majority", {"form": "several"}),
        ("irv", {"form": "marks"}),
        ("plurality", {"form": "several", "most": 3, "seats": 2}),
        ("approval", {"most": 0}),
        ("approval", {"most": 4}),
        ("score", {}),
        ("score", {"lowest": 3, "highest": 2}),
        ("score", {"lowest": 0, "highest": True}),
        ("cumulative", {"lowest": 1, "highest": 5}),
        ("cumulative", {"lowest": 1, "highest": 5, "points": "10"}),
    ],
)
def test_a_rule_that_says_no_such_thing_is_malformed(method, rule):
    with pytest.raises(Malformed):
        asked(method, rule, ["anna", "bo", "cilla", "blank"])


def test_every_method_says_what_its_ballots_look_like():
    assert set(choice.FORMS) == set(METHODS)
    assert {each for forms in choice.FORMS.values() for each in forms} == {
        "one",
        "several",
        "ranking",
        "marks",
    }


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("one", {"chosen": ["bo"]}, "bo"),
        ("one", {"chosen": ["abstain"]}, "abstain"),
        ("seats", {"chosen": ["cilla", "anna"]}, "anna+cilla"),
        ("seats", {"blank": True}, "abstain"),
        ("ranking", {"ranks": {"anna": "2", "bo": "", "cilla": " 1 "}}, "cilla>anna"),
        ("equal-ranks", {"ranks": {"cilla": "2", "bo": "1", "anna": "1"}}, "anna=bo>cilla"),
        ("score", {"marks": {"bo": "0", "anna": "5", "cilla": ""}}, "anna:5+bo:0"),
        ("points", {"marks": {"anna": "0", "bo": "6"}}, "bo:6"),
        ("budget", {"marks": {"cilla": "1", "anna": "1"}}, "anna:1+cilla:1"),
        ("budget", {"blank": True, "marks": {"anna": ""}}, "blank"),
    ],
)
def test_a_forms_fields_make_the_choice(name, fields, text):
    assert of(ASKED[name], **fields) == text
    ASKED[name].parse(text)


@pytest.mark.parametrize(
    ("name", "fields", "code", "options"),
    [
        ("one", {}, "nothing-chosen", ()),
        ("one", {"chosen": ["anna", "bo"]}, "too-many", ()),
        ("one", {"chosen": ["dan"]}, "wrong-option", ("dan",)),
        ("seats", {"chosen": ["anna", "bo", "cilla"]}, "too-many", ()),
        ("seats", {"chosen": ["anna", "abstain"]}, "blank-and-more", ()),
        ("ranking", {"ranks": {"anna": ""}}, "nothing-chosen", ()),
        ("ranking", {"ranks": {"anna": "1"}, "blank": True}, "blank-and-more", ()),
        ("ranking", {"ranks": {"anna": "1", "bo": "1"}}, "rank-twice", ("anna", "bo")),
        ("ranking", {"ranks": {"anna": "1", "bo": "3"}}, "rank-gap", ("bo",)),
        ("ranking", {"ranks": {"anna": "2"}}, "rank-gap", ("anna",)),
        ("ranking", {"ranks": {"anna": "first"}}, "rank-range", ("anna",)),
        ("ranking", {"ranks": {"anna": "0"}}, "rank-range", ("anna",)),
        ("score", {"marks": {"anna": "6"}}, "mark-range", ("anna",)),
        ("score", {"marks": {"anna": "5", "bo": "-1"}}, "mark-range", ("bo",)),
        ("points", {"marks": {"anna": "6", "bo": "5"}}, "overspent", ()),
        ("points", {"marks": {"anna": "0"}}, "nothing-chosen", ()),
        ("grades", {"blank": True}, "wrong-option", ()),
    ],
)
def test_a_mistake_in_a_form_is_named_with_the_fields_at_fault(name, fields, code, options):
    with pytest.raises(WrongChoice) as refused:
        of(ASKED[name], **fields)
    assert (refused.value.code, refused.value.options) == (code, options)
    assert code in CODES
