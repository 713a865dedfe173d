"""Every method by its name: which ballots it counts, and what counts them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ballots.counting import approval, ers97, irv, meek, ranked_pairs, schulze, scottish_stv
from ballots.counting.count import BY_LOT, SEAT, UNDRAWN, Count, Lots, Round, Tie
from ballots.counting.formats import AnyProfile
from ballots.counting.profile import MarkedProfile, Marks, RankedProfile, Ranking, grouped
from ballots.errors import Malformed

PLURALITY = "plurality"


class Ranked(Protocol):
    def __call__(self, profile: RankedProfile, *, seats: int | None, lots: Lots) -> Count: ...


class Marked(Protocol):
    def __call__(self, profile: MarkedProfile, *, seats: int | None, lots: Lots) -> Count: ...


def plurality(profile: RankedProfile, *, seats: int | None = None, lots: Lots = UNDRAWN) -> Count:
    """Most votes: those at the first rank of a ballot, up to as many as there are seats (6:34)."""
    number = seats or profile.seats
    votes = dict.fromkeys(profile.candidates, 0)
    blank = invalid = 0
    for ballot, many in profile.ballots.items():
        chosen = next((rank for rank in ballot if rank), ())
        if not chosen:
            blank += many
        elif len(chosen) > number:
            invalid += many
        else:
            for each in chosen:
                votes[each] += many
    elected, ties = _most(votes, number, lots)
    exact = {each: Fraction(many) for each, many in votes.items()}
    return Count(
        method=PLURALITY,
        seats=number,
        candidates=profile.candidates,
        elected=tuple(elected),
        rounds=(Round(votes=exact, elected=tuple(elected)),),
        ties=tuple(ties),
        valid=profile.total - blank - invalid,
        blank=blank,
        invalid=invalid,
        places=0,
        names=profile.names,
    )


def _most(votes: dict[str, int], seats: int, lots: Lots) -> tuple[list[str], list[Tie]]:
    """Who has the most; a tie at the last seat leaves it open until the lot is drawn."""
    elected: list[str] = []
    ties: list[Tie] = []
    left = [each for each in votes if votes[each]]
    while left and len(elected) < seats:
        most = max(votes[each] for each in left)
        tied = [each for each in left if votes[each] == most]
        if len(tied) <= seats - len(elected):
            chosen = tied
        else:
            drawn = lots.choose(tied)
            tie = Tie(
                between=tuple(tied),
                about=SEAT,
                chosen=drawn,
                how=BY_LOT,
                seed=lots.seed,
                round=1,
            )
            ties.append(tie)
            if drawn is None:
                break
            chosen = [drawn]
        elected += chosen
        left = [each for each in left if each not in chosen]
    return elected, ties


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
    )


@dataclass(frozen=True)
class Method:
    """What counts rankings, or else marks; `marks_of` makes marks of rankings where it may."""

    ranked: Ranked | None = None
    marked: Marked | None = None
    marks_of: Callable[[RankedProfile], MarkedProfile] | None = None


METHODS: dict[str, Method] = {
    PLURALITY: Method(ranked=plurality),
    scottish_stv.METHOD: Method(ranked=scottish_stv.count),
    ers97.METHOD: Method(ranked=ers97.count),
    meek.METHOD: Method(ranked=meek.count),
    irv.METHOD: Method(ranked=irv.count),
    schulze.METHOD: Method(ranked=schulze.count),
    ranked_pairs.METHOD: Method(ranked=ranked_pairs.count),
    approval.METHOD: Method(marked=approval.count, marks_of=approvals),
}


def count(
    method: str, profile: AnyProfile, *, seats: int | None = None, lots: Lots = UNDRAWN
) -> Count:
    """Raises Malformed where the method is none of ours, or cannot count these ballots."""
    if method not in METHODS:
        raise Malformed(f"the methods are {', '.join(METHODS)}")
    if seats is not None and seats < 1:
        raise Malformed("there is at least one seat")
    known = METHODS[method]
    if known.ranked is not None:
        ranked = by_marks(profile) if isinstance(profile, MarkedProfile) else profile
        return known.ranked(ranked, seats=seats, lots=lots)
    if isinstance(profile, RankedProfile):
        if known.marks_of is None:
            raise Malformed(f"{method} counts marks, and these ballots are ranked")
        profile = known.marks_of(profile)
    if known.marked is None:
        raise Malformed(f"{method} counts nothing")
    return known.marked(profile, seats=seats, lots=lots)
