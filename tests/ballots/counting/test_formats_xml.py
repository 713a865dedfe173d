"""Cast vote records in XML are read as those in JSON are."""

from __future__ import annotations

import pytest

from ballots.counting import formats
from ballots.counting.formats.text import Unreadable

REPORT = """<?xml version="1.0"?>
<c:CastVoteRecordReport xmlns:c="http://itl.nist.gov/ns/voting/1500-103/v1">
{records}
<c:Election ObjectId="e"><c:Candidate ObjectId="p1"><c:Name>Anna &amp; Co</c:Name></c:Candidate>
<c:Candidate ObjectId="p2"><c:Name>Bo</c:Name></c:Candidate>
<c:Contest ObjectId="board"><c:Name>Board</c:Name><c:VotesAllowed>2</c:VotesAllowed>
<c:ContestSelection ObjectId="s1"><c:CandidateIds>p1</c:CandidateIds></c:ContestSelection>
<c:ContestSelection ObjectId="s2"><c:CandidateIds>p2</c:CandidateIds></c:ContestSelection>
</c:Contest>
{contest}
</c:Election>
</c:CastVoteRecordReport>
"""
OTHER = """<c:Contest ObjectId="audit">
<c:ContestSelection ObjectId="t2"><c:CandidateIds>p2</c:CandidateIds></c:ContestSelection>
</c:Contest>"""


def mark(selection: str, rank: int | str, allocable: str = "yes") -> str:
    return f"""<c:CVRContestSelection><c:ContestSelectionId>{selection}</c:ContestSelectionId>
<c:SelectionPosition><c:HasIndication>yes</c:HasIndication><c:IsAllocable>{allocable}</c:IsAllocable>
<c:Rank>{rank}</c:Rank></c:SelectionPosition></c:CVRContestSelection>"""


def record(*marks: str, contest: str = "board") -> str:
    return f"""<c:CVR><c:CurrentSnapshotId>now</c:CurrentSnapshotId>
<c:CVRSnapshot ObjectId="before"><c:Type>original</c:Type></c:CVRSnapshot>
<c:CVRSnapshot ObjectId="now"><c:CVRContest><c:ContestId>{contest}</c:ContestId>{"".join(marks)}
</c:CVRContest></c:CVRSnapshot></c:CVR>"""


def report(*records: str, contest: str = "") -> bytes:
    return REPORT.format(records="\n".join(records), contest=contest).encode()


def test_a_report_is_read_with_its_ranks_and_names():
    ballots = [record(mark("s2", 1), mark("s1", 2)), record(mark("s1", 1)), record()]
    profile = formats.parse(report(*ballots))
    assert (profile.candidates, profile.seats, profile.title) == (("Anna & Co", "Bo"), 2, "Board")
    assert profile.ballots == {(("Bo",), ("Anna & Co",)): 1, (("Anna & Co",),): 1, (): 1}


def test_a_mark_that_is_given_to_nobody_is_none():
    overvoted = record(mark("s1", 1, "no"), mark("s2", 1, "no"))
    assert formats.parse(report(overvoted, record(mark("s1", 1, "unknown")))).ballots == {
        (): 1,
        (("Anna & Co",),): 1,
    }


def test_of_several_contests_one_is_named():
    several = report(record(mark("t2", 1), contest="audit"), contest=OTHER)
    with pytest.raises(Unreadable, match="board, audit"):
        formats.parse(several)
    assert formats.parse(several, contest="audit").ballots == {(("Bo",),): 1}


@pytest.mark.parametrize(
    ("content", "line", "fault"),
    [
        (b"<a>\n<b>\n</a>", 3, "mismatched tag"),
        (b"<a/>", 1, "no report"),
        (b"<a>text</a>", 1, "no report"),
        (b'<!DOCTYPE a [\n<!ENTITY b "c">]>\n<a>&b;</a>', 1, "document type"),
        (b"<a>\n" * 70, 61, "nested"),
        (report(record(mark("s1", "first"))), None, "a rank is a number"),
        (report(record(mark("s9", 1))), None, "there is no selection 's9'"),
        (b"<CastVoteRecordReport><CVR/></CastVoteRecordReport>", None, "lacks"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(content, line, fault):
    with pytest.raises(Unreadable, match=fault) as refused:
        formats.parse(content)
    assert refused.value.line == line


def test_the_examples_of_the_standard_are_read(shared_data):
    folder = shared_data / "counting/formats/nist-cvr"
    plain = formats.read(folder / "example_1.xml")
    # An overvote, a write-in and four plain votes.
    assert plain.ballots == {(("_C1CN1",),): 3, (("_C1CN2",),): 1, (("_C1CN3",),): 1, (): 1}
    council = formats.read(folder / "example_2.xml", contest="_9CC")
    assert (council.seats, len(council.candidates), council.ballots) == (3, 6, {(): 1})
