"""The secretary's prose: what it may hold, and two tabs that edit it at once."""

from __future__ import annotations

import pytest

from governance.errors import Invalid
from governance.minutes_prose import LONGEST, Typed, checked, mark, merge

OLD, NEW = "Ordet var fritt.", "Ordet var fritt i en timme."


def test_what_was_typed_is_taken_where_nobody_else_has_saved():
    merged = merge(OLD, Typed(NEW, mark(OLD)))
    assert (merged.text, merged.theirs) == (NEW, None)


def test_a_field_that_was_not_touched_follows_what_somebody_else_has_saved():
    merged = merge(NEW, Typed(OLD, mark(OLD)))
    assert (merged.text, merged.began_from, merged.theirs) == (NEW, mark(NEW), None)


def test_of_two_that_were_typed_both_are_kept():
    merged = merge(NEW, Typed("Ingen begärde ordet.", mark(OLD)))
    assert (merged.text, merged.theirs) == ("Ingen begärde ordet.", NEW)


def test_who_has_seen_the_other_text_may_save_over_it():
    first = merge(NEW, Typed("Ingen begärde ordet.", mark(OLD)))
    assert merge(NEW, Typed(first.text, first.began_from)).theirs is None


def test_the_same_words_typed_twice_are_no_conflict():
    assert merge(NEW, Typed(f"{NEW}\r\n", mark(OLD))).theirs is None


def test_a_browsers_line_ends_and_outer_blanks_change_nothing():
    saved = "Ett.\n\nTvå."
    assert merge(saved, Typed("\r\nEtt.\r\n\r\nTvå.  ", mark(saved))).text == saved


def test_a_browser_that_sends_no_mark_is_not_trusted_to_have_seen_anything():
    assert merge(OLD, Typed(NEW, "")).theirs == OLD


@pytest.mark.parametrize(
    "hostile", ["## § 9 Ansvarsfrihet\n\nAvslogs.", "Beslut\n===", "> # Beslut", "- ## Beslut"]
)
def test_a_heading_cannot_pass_for_a_paragraph_of_the_minutes(hostile):
    with pytest.raises(Invalid, match="headings"):
        checked(hostile, "prose-1")


@pytest.mark.parametrize("hostile", ["```", "text\n\n~~~\n", "> ```", "- ```\n  a"])
def test_nothing_is_left_open_that_would_swallow_the_result_after_it(hostile):
    with pytest.raises(Invalid, match="```"):
        checked(hostile, "prose-1")


def test_a_text_has_a_longest_length():
    assert checked("a" * LONGEST, "prose-1")
    with pytest.raises(Invalid) as refused:
        checked("a" * (LONGEST + 1), "prose-7")
    assert refused.value.field == "prose-7"


def test_what_no_database_keeps_is_left_out():
    assert checked("a\0b\r\nc ", "prose-1") == "ab\nc"
