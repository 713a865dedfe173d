"""Every method by its name: which ballots it counts, and what counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from ballots.counting import (
    approval,
    cumulative,
    deputies,
    equal_shares,
    ers97,
    irv,
    majority_judgment,
    meek,
    most_votes,
    ranked_pairs,
    schulze,
    score,
    scottish_stv,
)
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.formats import AnyProfile
from ballots.counting.options import Options
from ballots.counting.profile import MarkedProfile, Marks, RankedProfile, Ranking, grouped
from ballots.errors import Malformed

PLURALITY = most_votes.METHOD
# Their order of election says nothing of who comes next, so deputies take a count of their own.
TRANSFERABLE = (scottish_stv.METHOD, ers97.METHOD, meek.METHOD, irv.METHOD)


class Ranked(Protocol):
    def __call__(
        self, profile: RankedProfile, *, seats: int | None, lots: Lots, options: Options
    ) -> Count: ...


class Marked(Protocol):
    def __call__(
        self, profile: MarkedProfile, *, seats: int | None, lots: Lots, options: Options
    ) -> Count: ...


def approvals(profile: RankedProfile) -> MarkedProfile:
    """Whoever is ranked at all is approved of."""
    read = (
        (
            tuple((each, 1) for each in profile.candidates if each in set(profile.named(ballot))),
            many,
        )
        for ballot, many in profile.ballots.items()
    )
    return MarkedProfile(
        candidates=profile.candidates,
        ballots=grouped(read),
        seats=profile.seats,
        names=profile.names,
        title=profile.title,
        withdrawn=profile.withdrawn,
        rule=profile.rule,
    )


def by_marks(profile: MarkedProfile) -> RankedProfile:
    """The higher the mark the earlier; who has none is not ranked."""

    def ranking(ballot: Marks) -> Ranking:
        given = sorted({mark for _, mark in ballot}, reverse=True)
        return tuple(tuple(sorted(each for each, mark in ballot if mark == one)) for one in given)

    return RankedProfile(
        candidates=profile.candidates,
        ballots=grouped((ranking(ballot), many) for ballot, many in profile.ballots.items()),
        seats=profile.seats,
        names=profile.names,
        title=profile.title,
        withdrawn=profile.withdrawn,
        rule=profile.rule,
    )


@dataclass(frozen=True)
class Method:
    """What counts rankings, or else marks; `marks_of` makes marks of rankings where it may."""

    ranked: Ranked | None = None
    marked: Marked | None = None
    marks_of: Callable[[RankedProfile], MarkedProfile] | None = None


METHODS: dict[str, Method] = {
    PLURALITY: Method(ranked=most_votes.count),
    scottish_stv.METHOD: Method(ranked=scottish_stv.count),
    ers97.METHOD: Method(ranked=ers97.count),
    meek.METHOD: Method(ranked=meek.count),
    irv.METHOD: Method(ranked=irv.count),
    schulze.METHOD: Method(ranked=schulze.count),
    ranked_pairs.METHOD: Method(ranked=ranked_pairs.count),
    approval.METHOD: Method(marked=approval.count, marks_of=approvals),
    score.METHOD: Method(marked=score.count),
    majority_judgment.METHOD: Method(marked=majority_judgment.count),
    cumulative.METHOD: Method(marked=cumulative.count),
    equal_shares.METHOD: Method(marked=equal_shares.count),
}


def count(
    method: str,
    profile: AnyProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options | None = None,
) -> Count:
    """Without options, those of the profile hold.

    Raises Malformed where the method is none of ours, or cannot count these ballots.
    """
    if method not in METHODS:
        raise Malformed(f"the methods are {', '.join(METHODS)}")
    if seats is not None and seats < 1:
        raise Malformed("there is at least one seat")
    rule = profile.rule if options is None else options
    _check(profile, rule)
    known = METHODS[method]
    if known.ranked is not None:
        ranked = by_marks(profile) if isinstance(profile, MarkedProfile) else profile
        counted = known.ranked(ranked, seats=seats, lots=lots, options=rule)
        if rule.deputies and method in TRANSFERABLE:
            return _with_deputies(counted, known.ranked, ranked, lots, rule)
        return counted
    if isinstance(profile, RankedProfile):
        if known.marks_of is None:
            raise Malformed(f"{method} counts marks, and these ballots are ranked")
        profile = known.marks_of(profile)
    if known.marked is None:
        raise Malformed(f"{method} counts nothing")
    return known.marked(profile, seats=seats, lots=lots, options=rule)


def _check(profile: AnyProfile, rule: Options) -> None:
    known = {*profile.candidates, *profile.withdrawn}
    if any(each.group - known for each in rule.conditions):
        raise Malformed("a condition names somebody who is no candidate")


def _with_deputies(
    counted: Count, rule: Ranked, profile: RankedProfile, lots: Lots, options: Options
) -> Count:
    plain = replace(options, conditions=(), deputies=0)

    def again(left: RankedProfile, seats: int) -> Count:
        return rule(left, seats=seats, lots=lots, options=plain)

    if counted.method == irv.METHOD:
        return deputies.add_one_by_one(counted, profile, again, options.deputies)
    return deputies.add(counted, profile, again, options.deputies, lots)
