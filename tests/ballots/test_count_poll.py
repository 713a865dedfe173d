"""What the box has taken is counted, by every method, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ballots import count_poll
from ballots.choice import Asked, Choice
from ballots.errors import Malformed
from ballots.manifest import check, parse_canonical_json
from ballots.recount import recount
from tests.ballots.test_choice import ASKED, VECTORS
from tests.ballots.test_manifest import MANIFEST

SEED = "5e" * 32
RULE = {"key": "r", "name": {"en": "R"}, "tie": "lot", "paragraph": ""}


def manifest(name, **more):
    told = VECTORS["asked"][name]
    options = [{"id": each, "label": {"en": each.title()}} for each in told["options"]]
    rule = {**RULE, **told["rule"], **more}
    made = replace(MANIFEST, options=options, method=told["method"], rule=rule)
    check(made)
    return made


@dataclass(frozen=True)
class Draw:
    """Any choice that the poll takes."""

    data: st.DataObject
    asked: Asked

    def choice(self) -> str:
        asked, draw = self.asked, self.data.draw
        least = 0 if asked.blank else 1
        named = draw(st.permutations(asked.options))[: draw(st.integers(least, asked.most))]
        if asked.form == "marks":
            mark = st.integers(asked.lowest, min(asked.highest, 3))
            return asked.encode(Choice(marks=tuple((each, draw(mark)) for each in named)))
        if asked.form == "ranking" and not asked.equal:
            return asked.encode(Choice(ranks=tuple((each,) for each in named)))
        if asked.form == "ranking":
            cut = draw(st.integers(0, len(named)))
            ranks = tuple(tuple(rank) for rank in (named[:cut], named[cut:]) if rank)
            return asked.encode(Choice(ranks=ranks))
        return asked.encode(Choice(ranks=(tuple(named),)) if named else Choice())


ELECTIONS = sorted(set(ASKED) - {"decision"})


@pytest.mark.parametrize("name", ELECTIONS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_ballot_that_the_box_takes_is_valid_or_blank(name, data):
    poll = manifest(name)
    draw = Draw(data, poll.asked)
    choices: dict[str, int] = {}
    for _ in range(data.draw(st.integers(0, 8))):
        text = draw.choice()
        choices[text] = choices.get(text, 0) + data.draw(st.integers(1, 3))
    counted = count_poll.count(poll, choices, seed=SEED)
    if "votes" in counted:
        named = sum(len(poll.asked.parse(each).named) * many for each, many in choices.items())
        assert sum(many for each, many in counted["votes"].items() if each != "abstain") >= named
    else:
        assert counted["invalid"] == 0
        assert counted["valid"] + counted["blank"] == sum(choices.values())
    assert len(set(counted["elected"])) == len(counted["elected"])
    assert set(counted["elected"]) <= set(poll.asked.options)
    said = parse_canonical_json(count_poll.canonical_json(counted))
    assert said == counted
    assert count_poll.count(poll, choices, seed=said["seed"]) == counted


@pytest.mark.parametrize("name", ELECTIONS)
def test_who_has_withdrawn_is_not_elected(name):
    poll = manifest(name)
    texts = [each["choice"] for each in VECTORS["valid"] if each["asked"] == name]
    counted = count_poll.count(poll, dict.fromkeys(texts, 1), seed=SEED, withdrawn=["anna"])
    assert "anna" not in counted["elected"]
    with pytest.raises(Malformed):
        count_poll.count(poll, {}, withdrawn=["eva"])


def test_a_blank_vote_is_not_a_vote_for_an_option():
    counted = count_poll.votes(manifest("seats"), {"anna+bo": 2, "abstain": 3})
    assert counted == {"anna": 2, "bo": 2, "cilla": 0, "abstain": 3}


@pytest.mark.parametrize(
    "more",
    [
        {"costs": {"anna": 1}},
        {"costs": {"anna": 1, "bo": 1, "cilla": "1"}},
        {"budget": None},
        {"seats": 0},
        {"seats": "2"},
        {"conditions": {}},
        {"conditions": [{"options": ["anna"], "least": 1}]},
        {"conditions": [{"options": "anna", "least": 1, "name": {"en": "A"}}]},
        {"deputies": -1},
    ],
    ids=str,
)
def test_a_rule_that_cannot_be_counted_by_is_malformed_and_nothing_worse(more):
    with pytest.raises(Malformed):
        recount(manifest("budget", **more), {"anna:1": 1}, {})


@pytest.mark.parametrize("said", [{"seed": 7}, {"seed": "7"}, {"withdrawn": "anna"}])
def test_what_a_result_says_beside_its_ballots_is_read_strictly(said):
    with pytest.raises(Malformed):
        recount(manifest("ranking", seats=1), {"anna": 1, "bo": 1}, said)


def test_a_recount_says_which_seed_decided_which_tie():
    options = [{"id": each, "label": {"en": each}} for each in ("ann", "bob", "cid", "dot")]
    rule = {**RULE, "seats": 1, "deputies": 3, "most": 1}
    asked = replace(MANIFEST, options=options, method="plurality", rule=rule)
    choices = {"ann": 2, "bob": 2, "cid": 1, "dot": 1}
    earlier = [{"between": ["ann", "bob"], "seed": SEED}]
    waiting = count_poll.count(asked, choices, earlier=earlier)
    assert (waiting["tied"], waiting["seed"]) == (["cid", "dot"], None), "the new tie waits"
    made = count_poll.count(asked, choices, seed="77" * 32, earlier=earlier)
    assert made["lots"] == [
        {"between": ["ann", "bob"], "seed": SEED},
        {"between": ["cid", "dot"], "seed": "77" * 32},
    ]
    assert recount(asked, choices, made).items() >= made.items(), "and counting again agrees"
    with pytest.raises(Malformed):
        recount(asked, choices, {**made, "lots": [{"between": "ann"}]})


def test_a_ranked_recount_waits_for_the_seed_of_a_new_tie_though_an_earlier_lot_holds():
    options = [{"id": each, "label": {"en": each}} for each in ("ann", "bob", "cid", "dot")]
    asked = replace(MANIFEST, options=options, method="schulze", rule={**RULE, "seats": 1})
    asked = replace(asked, rule={**asked.rule, "deputies": 3})
    choices = {"ann>cid": 1, "ann>dot": 1, "bob>cid": 1, "bob>dot": 1}
    earlier = [{"between": ["ann", "bob"], "seed": SEED}]
    waiting = count_poll.count(asked, choices, earlier=earlier)
    assert (waiting["tied"], waiting["seed"]) == (True, None)
    made = count_poll.count(asked, choices, seed="77" * 32, earlier=earlier)
    assert {each["seed"] for each in made["lots"]} == {SEED, "77" * 32}
    assert recount(asked, choices, made).items() >= made.items()
