"""BLT as it is met in the world, and what is wrong with a file, by line."""

from __future__ import annotations

import pytest

from ballots.counting import formats
from ballots.counting.formats import blt
from ballots.counting.formats.text import Unreadable, decoded

PLAIN = """3 2
4 1 2 0
1 3 2=1 0
2 0
0
"Anna"
"Bo"
"Cleo"
"Board"
"""


def test_a_plain_file_is_read():
    profile = blt.parse(PLAIN)
    assert (profile.candidates, profile.seats, profile.title) == (
        ("Anna", "Bo", "Cleo"),
        2,
        "Board",
    )
    assert profile.ballots == {
        (("Anna",), ("Bo",)): 4,
        (("Cleo",), ("Anna", "Bo")): 1,
        (): 2,
    }


@pytest.mark.parametrize(
    "messy",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\n\n  "),
        "\ufeff" + PLAIN,
        "# from a count\n" + PLAIN.replace("4 1 2 0", "4 1 2 0  # four of them"),
        PLAIN.replace("4 1 2 0", "4 1 2"),
        PLAIN.replace("2 0\n0\n", "2 0\n"),
        PLAIN.replace("4 1 2 0\n", "1 1 2 0\n3 1 2 0\n"),
        PLAIN.replace("4 1 2 0\n", "1 1 2 0 3 1 2 0\n"),
        PLAIN.replace("4 1 2 0\n", "(a-1) 1 1 2 0\n(a-2) 3 1 2 0\n"),
        PLAIN.replace("2=1", "1 = 2"),
        PLAIN.replace('"Anna"\n"Bo"\n"Cleo"\n"Board"', '"Anna" "Bo" "Cleo" "Board"'),
        PLAIN.replace('"', ""),
        PLAIN.replace('"Anna"', "# ALTERNATIVE NAME 1: Anna")
        .replace('"Bo"', "# ALTERNATIVE NAME 2: Bo")
        .replace('"Cleo"', "# ALTERNATIVE NAME 3: Cleo")
        .replace('"Board"', "Board"),
        PLAIN.replace('"Anna"', '"Anna"   # the first'),
        PLAIN.replace('"Anna"', '" Anna "'),
        PLAIN.rstrip(),
    ],
)
def test_what_others_write_says_the_same(messy):
    assert formats.parse(messy.encode(), ending="blt") == blt.parse(PLAIN)


def test_quotation_marks_within_a_name_are_doubled():
    assert blt.parse(PLAIN.replace("Anna", 'Anna ""A"" Åberg')).candidates[0] == 'Anna "A" Åberg'


def test_older_programs_write_names_in_another_encoding():
    profile = formats.parse(PLAIN.replace("Anna", "Åsa").encode("cp1252"), ending="blt")
    assert profile.candidates[0] == "Åsa"


def test_a_dash_leaves_a_number_out():
    assert blt.parse(PLAIN.replace("4 1 2 0", "4 1 - 2 0")).ballots[("Anna",), (), ("Bo",)] == 4


def test_a_negative_number_withdraws_a_candidate():
    for line in ("-1 -3", "-1\n-3"):
        profile = blt.parse(PLAIN.replace("3 2\n", f"3 2\n{line}\n"))
        assert (profile.candidates, profile.withdrawn) == (("Bo",), ("Anna", "Cleo"))
        assert profile.ballots == {(("Bo",),): 5, (): 2}


def test_candidates_of_one_name_are_told_apart():
    profile = blt.parse(PLAIN.replace("Cleo", "Anna"))
    assert profile.candidates == ("Anna (1)", "Bo", "Anna (3)")
    assert profile.names == {"Anna (1)": "Anna", "Anna (3)": "Anna"}


@pytest.mark.parametrize(
    ("broken", "line", "fault"),
    [
        ("3\n", 1, "the first line holds"),
        ("three 2\n", 1, "the first line holds"),
        ("3 0\n", 1, "at least one candidate and one seat"),
        ("99999999999 1\n", 1, "at least one candidate and one seat"),
        (PLAIN.replace("4 1 2 0", "4 1 5 0"), 2, "there is no candidate 5, only 1 to 3"),
        (PLAIN.replace("4 1 2 0", "4 1 x 0"), 2, "a candidate's number is a whole number"),
        (PLAIN.replace("4 1 2 0", "4 1 2 1 0"), 2, "the ballot names candidate 1 twice"),
        (PLAIN.replace("4 1 2 0", "4 1=1 0"), 2, "the ballot names candidate 1 twice"),
        (PLAIN.replace("4 1 2 0", "4 1= 0"), 2, "there is no candidate 0"),
        (PLAIN.replace("4 1 2 0", "1.5 1 2 0"), 2, "the number of ballots is a whole number"),
        (PLAIN.replace("4 1 2 0", "0 1 2 0"), 2, "a ballot begins with its number"),
        (PLAIN.replace("1 3 2=1 0", "1 3 -2 0"), 3, "a candidate's number is a whole number"),
        (PLAIN.replace("1 3 2=1 0", "one 3 2 0"), 3, "this is no ballot: 'one 3 2 0'"),
        (PLAIN.replace("3 2\n", "3 2\n-4\n"), 2, "there is no candidate 4"),
        (PLAIN.replace('"Cleo"\n"Board"\n', ""), 7, "there are 3 candidates, and 2 of their"),
        (PLAIN.replace("Bo", ""), 7, "a candidate has no name"),
        (PLAIN.replace('"Bo"', '"Bo'), 7, "quotation marks do not close"),
        (PLAIN + "and more\n", 10, "nothing comes after the title"),
    ],
)
def test_a_broken_file_says_in_which_line_and_why(broken, line, fault):
    with pytest.raises(Unreadable) as refused:
        blt.parse(broken)
    assert (refused.value.line, fault in refused.value.fault) == (line, True), refused.value.fault
    assert refused.value.message.startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("name", "candidates", "ballots", "first", "title"),
    [
        ("aberdeen_2012_ward1", 9, 4694, 'Lab "Barney CROCKETT"', "Ward 1 - Dyce - Bucksburn"),
        ("dundee_2022_ward5", 8, 4213, 'Georgia CRUICKSHANK "Scottish Labour', "Ward 5 - Mary"),
        ("edinburgh_2017_ward12", 10, 10649, "Marion DONALDSON (Lab)", "Ward 12 - Leith Walk"),
        ("glasgow_2007_linn", 11, 9567, "Esme H Clark (Con)", "Linn"),
    ],
)
def test_wards_are_read_as_they_were_published(
    shared_data, name, candidates, ballots, first, title
):
    folder = shared_data / "counting" / "formats" / "messy-blt"
    profile = formats.read(folder / f"{name}.blt")
    assert (len(profile.candidates), profile.total) == (candidates, ballots)
    assert profile.candidates[0].startswith(first)
    assert profile.title.startswith(title)


def test_a_cleaned_ward_has_the_same_ballots_as_the_messy_one(shared_data):
    folder = shared_data / "counting"
    for name in ("dundee_2022_ward5", "glasgow_2007_linn"):
        messy = formats.read(folder / "formats" / "messy-blt" / f"{name}.blt")
        clean = formats.read(folder / "stv-scottish" / f"{name}.blt")
        at = dict(zip(messy.candidates, clean.candidates, strict=True))
        renamed = {
            tuple(tuple(at[each] for each in rank) for rank in ballot): many
            for ballot, many in messy.ballots.items()
        }
        assert renamed == clean.ballots


def test_text_that_is_none_is_refused():
    with pytest.raises(Unreadable):
        decoded(b"3 2\n\x00\x00")
