"""`stamma count FILE --method M`: the count of a file, for people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from ballots.counting import formats, lot
from ballots.counting.count import EXCLUSION, FIRST, SURPLUS, Count, Lots, Round, Tie
from ballots.counting.formats.text import Unreadable
from ballots.counting.methods import METHODS, count
from ballots.counting.options import KEYS, Options
from ballots.errors import Malformed

COUNTED, UNREADABLE, WRONG_USE = 0, 1, 2


def run(given: argparse.Namespace) -> int:
    if given.method is None:
        return _wrong_use(f"say how with --method: {', '.join(METHODS)}")
    if given.method not in METHODS:
        return _wrong_use(f"the methods are {', '.join(METHODS)}")
    marks = METHODS[given.method].marked is not None
    try:
        lots = _lots(given)
        rule = None if given.rule is None else _rule(given.rule)
        profile = formats.read(given.file, marks=marks, contest=given.contest)
    except OSError as error:
        return _wrong_use(f"{given.file}: {error.strerror}")
    except Unreadable as fault:
        return _unreadable(given, fault)
    except Malformed as fault:
        return _wrong_use(fault.message)
    try:
        ids = {profile.names.get(each, each): each for each in profile.candidates}
        profile = profile.without(ids.get(each, each) for each in given.withdrawn)
        drawn = tuple(ids.get(each, each) for each in lots.drawn)
        lots = Lots(seed=lots.seed, drawn=drawn)
        counted = count(given.method, profile, seats=given.seats, lots=lots, options=rule)
    except Malformed as fault:
        return _wrong_use(f"{given.file}: {fault.message}")
    if given.json:
        print(json.dumps(counted.as_dict(), ensure_ascii=False))
    else:
        print("\n".join(told(counted)))
    return COUNTED


def _rule(text: str) -> Options:
    try:
        rule = json.loads(text)
    except ValueError as error:
        raise Malformed("a rule is JSON") from error
    if not isinstance(rule, dict) or set(rule) - set(KEYS):
        raise Malformed(f"a rule is an object of {', '.join(KEYS)}")
    return Options.parse(rule)


def _lots(given: argparse.Namespace) -> Lots:
    if given.seed is not None:
        lot.draw([""], given.seed)  # a seed that is none is refused, even where no lot is drawn
        if given.drawn:
            raise Malformed("a lot is drawn by a seed or by the chair, not by both")
    return Lots(seed=given.seed, drawn=tuple(given.drawn))


def _unreadable(given: argparse.Namespace, fault: Unreadable) -> int:
    if given.json:
        said = {"line": fault.line, "message": fault.fault}
        print(json.dumps({"error": said}, ensure_ascii=False))
    print(f"stamma: {given.file}: {fault.message}", file=sys.stderr)
    return UNREADABLE


def _wrong_use(message: str) -> int:
    print(f"stamma: {message}", file=sys.stderr)
    return WRONG_USE


def told(count: Count) -> Iterator[str]:
    """The count in lines to read."""
    seats = "1 seat" if count.seats == 1 else f"{count.seats} seats"
    ballots = f"{count.valid} valid ballots, {count.blank} blank, {count.invalid} invalid"
    yield f"{count.method}: {seats}; {ballots}"
    for number, one in enumerate(count.rounds, start=1):
        yield ""
        yield from _round(count, number, one) if one.purchase is None else _bought(count, one)
        for each, conditions in one.passed_over.items():
            rules = ", ".join(condition.of for condition in conditions)
            yield f"  {count.key(each)} is passed over: {rules}"
        yield from (_tie(count, tie) for tie in count.ties if tie.round == number)
    yield ""
    if not count.decided:
        yield "Undecided: a lot has to be drawn. Give its seed with --seed."
    names = ", ".join(map(count.name, count.elected))
    yield f"Elected: {names}" if names else "Nobody is elected."
    if count.deputies:
        yield f"Deputies: {', '.join(map(count.name, count.deputies))}"


def _bought(count: Count, one: Round) -> Iterator[str]:
    """A project that is paid for; amounts are exact, and may be fractions."""
    bought = one.purchase
    if bought is not None:
        [project] = one.elected
        yield f"{count.key(project)} is bought for {bought.cost}; {bought.left} is left"
        for amount, voters in bought.payments:
            yield f"  {voters} pay {amount} each"


def _round(count: Count, number: int, one: Round) -> Iterator[str]:
    names = ", ".join(map(count.name, one.of))
    came_of = {
        FIRST: "the ballots as they were cast",
        SURPLUS: f"the surplus of {names} is transferred",
        EXCLUSION: f"the votes of {names} are transferred",
    }
    quota = f"; needed: {count.text(one.quota)}" if one.quota is not None else ""
    yield f"Round {number}: {came_of.get(one.action, 'shares are found anew')}{quota}"
    gone = {each for past in count.rounds[: number - 1] for each in past.excluded}
    votes = {
        each: count.text(votes) for each, votes in one.votes.items() if votes or each not in gone
    }
    width = max(map(len, votes.values()), default=0)
    for each in sorted(votes, key=lambda each: -one.votes[each]):
        state = "elected" if each in one.elected else "leaves" if each in one.excluded else ""
        yield f"  {votes[each]:>{width}}  {count.key(each)}  {state}".rstrip()
    if one.non_transferable:
        yield f"  {count.text(one.non_transferable):>{width}}  (nobody)"


def _tie(count: Count, tie: Tie) -> str:
    names = ", ".join(map(count.name, tie.between))
    if tie.chosen is None:
        return f"  Tie between {names}: it waits for a lot."
    chosen = count.name(tie.chosen)
    if tie.apart is not None:
        return f"  Tie between {names}: {chosen}, by the votes of round {tie.apart}."
    by = "the rule" if tie.how == "rule" else "lot"
    return f"  Tie between {names}: {chosen}, by {by}."
