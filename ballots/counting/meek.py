"""Meek's single transferable vote, as the Proportional Representation Foundation's reference rule
gives its arithmetic: nine decimals, shares rounded up, omega 0.000001.

Each candidate keeps a share of every vote that reaches them and passes on the rest; the elected
keep just so much that they have the quota, which falls as votes run out. The shares are found by
repetition and published (`keep`). A candidate is tied for defeat with everyone whom the remaining
surplus could not tell apart; such a tie goes to the lot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from ballots.counting.conditions import Condition, Places
from ballots.counting.count import (
    BY_LOT,
    EXCLUDE,
    EXCLUSION,
    FIRST,
    ITERATION,
    SEAT,
    UNDRAWN,
    Count,
    Lots,
    Round,
    Tie,
    Transfer,
    most_first,
)
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import RankedProfile
from ballots.counting.reading import STRICT, Order, read

METHOD = "meek-stv"
PLACES = 9
UNIT = 10**PLACES
OMEGA = UNIT // 10**6
FACTS = {
    "rule": "Meek, reference rule of the Proportional Representation Foundation",
    "quota": "votes / (seats + 1), rounded down, + 0.000000001",
    "omega": "0.000001",
    "rounding": "up",
    "ties": "lot",
    **STRICT.facts,
}


@dataclass
class State:
    seats: int
    papers: list[tuple[Order, int]]
    hopeful: dict[str, None]
    keep: dict[str, int]
    conditions: Places
    elected: list[str] = field(default_factory=list)
    votes: dict[str, int] = field(default_factory=dict)
    quota: int = 0
    surplus: int = 0
    rounds: list[Round] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)
    came_of: tuple[str, tuple[str, ...]] = (FIRST, ())
    # Whom each paper reaches, in order, as far as the first who keeps all; papers by whom they
    # reached in the round before and whom they reach now; and what everybody kept before.
    reached: list[Order] = field(default_factory=list)
    paths: dict[Order, int] = field(default_factory=dict)
    moved: dict[tuple[Order, Order], int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    @property
    def vacancies(self) -> int:
        wanted = self.conditions.target if self.conditions.conditions else self.seats
        return wanted - len(self.elected)


def count(
    profile: RankedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    ballots = read(profile, STRICT)
    number = seats or profile.seats
    state = State(
        seats=number,
        papers=[(order, number) for (order, _), number in ballots.orders.items()],
        hopeful=dict.fromkeys(profile.candidates),
        keep=dict.fromkeys(profile.candidates, UNIT),
        conditions=Places(options.conditions, profile.candidates, number),
    )
    while _round(state, lots):
        pass
    return Count(
        method=METHOD,
        seats=state.seats,
        candidates=profile.candidates,
        elected=tuple(state.elected),
        rounds=tuple(state.rounds),
        ties=tuple(state.ties),
        valid=ballots.valid,
        blank=ballots.blank,
        invalid=sum(ballots.invalid.values()),
        quota=Fraction(state.quota, UNIT),
        places=PLACES,
        names=profile.names,
        facts=FACTS,
    )


def _round(state: State, lots: Lots) -> bool:
    """One round: until somebody reaches the quota, or nothing moves and one is defeated.

    Whether there is another one.
    """
    reached = _repeat(state)
    if not state.papers:  # nobody is elected whom nobody voted for
        _record(state, [], [])
        return False
    elected = _allowed(state, lots, reached)
    doomed = state.conditions.doomed(state.elected, list(state.hopeful))
    passed_over = {each: state.conditions.reasons(each, state.elected) for each in doomed}
    out = doomed
    if not reached and not doomed and len(state.hopeful) > state.vacancies:
        out = _leaving(state, lots)
    if state.ties and state.ties[-1].waits:
        _record(state, elected, [])
        return False
    for each in out:
        del state.hopeful[each]
    if len(state.hopeful) <= state.vacancies:
        rest = most_first(state.votes, list(state.hopeful))
        _elect(state, rest)
        elected = [*elected, *rest]
    _record(state, elected, out, passed_over)
    state.keep |= dict.fromkeys(out, 0)
    state.came_of = (EXCLUSION, tuple(out)) if out else (ITERATION, tuple(elected))
    return bool(state.vacancies and state.hopeful)


def _allowed(state: State, lots: Lots, reached: list[str]) -> list[str]:
    """Elect those who reached the quota; with conditions, as far as these can still be met."""
    elected: list[str] = []
    while reached:
        equal = [each for each in reached if state.votes[each] == state.votes[reached[0]]]
        chosen = [each for each in equal if _possible(state, [each])]
        if not _possible(state, chosen):
            chosen = _drawn(state, lots, chosen, SEAT)
            if not chosen:
                return elected
        _elect(state, chosen)
        elected += chosen
        settled = chosen if 0 < len(chosen) < len(equal) else equal
        reached = [each for each in reached if each not in settled]
    return elected


def _possible(state: State, more: list[str]) -> bool:
    rest = [each for each in state.hopeful if each not in more]
    return state.conditions.possible([*state.elected, *more], rest)


def _elect(state: State, candidates: list[str]) -> None:
    for each in candidates:
        del state.hopeful[each]
    state.elected += candidates


def _repeat(state: State) -> list[str]:
    _find_paths(state)
    before = None
    while True:
        _distribute(state)
        state.quota = sum(state.votes.values()) // (state.seats + 1) + 1
        reached = [each for each in state.hopeful if state.votes[each] >= state.quota]
        with_quota = [*state.elected, *reached]
        state.surplus = max(0, sum(state.votes[each] - state.quota for each in with_quota))
        if reached:
            return most_first(state.votes, reached)
        if state.surplus < OMEGA or (before is not None and state.surplus >= before):
            return []
        before = state.surplus
        for each in state.elected:
            # Rounded up after the product and again after the division.
            kept = _up(state.keep[each] * state.quota, UNIT)
            state.keep[each] = _up(kept * UNIT, state.votes[each])


def _up(number: int, divisor: int) -> int:
    return -(-number // divisor)


def _find_paths(state: State) -> None:
    before, state.reached = state.reached, [_path(state, order) for order, _ in state.papers]
    state.paths, state.moved = {}, {}
    for at, (path, (_, number)) in enumerate(zip(state.reached, state.papers, strict=True)):
        state.paths[path] = state.paths.get(path, 0) + number
        if before:
            change = before[at], path
            state.moved[change] = state.moved.get(change, 0) + number


def _path(state: State, order: Order) -> Order:
    path = []
    for each in order:
        if state.keep[each]:
            path.append(each)
            if each in state.hopeful:
                break
    return tuple(path)


def _distribute(state: State) -> None:
    votes = dict.fromkeys(state.keep, 0)
    for path, number in state.paths.items():
        for each, kept in _shares(path, state.keep).items():
            votes[each] += kept * number
    state.votes = votes


def _shares(path: Order, keep: dict[str, int]) -> dict[str, int]:
    """What each one on it keeps of a paper."""
    shares = {}
    left = UNIT
    for each in path:
        shares[each] = _up(left * keep[each], UNIT)
        left -= shares[each]
        if not left:
            break
    return shares


def _transfers(state: State) -> Iterator[Transfer]:
    """Where votes went since the round before, on each paper from those who keep less to the next
    who keep more. Rounding may move a few units of the last decimal besides."""
    moved: dict[tuple[str, str | None], int] = {}
    for (old, new), number in state.moved.items():
        before, now = _shares(old, state.kept), _shares(new, state.keep)
        takers = [(each, now[each] - before.get(each, 0)) for each in now]
        owed: list[tuple[str | None, int]] = [(each, more) for each, more in takers if more > 0]
        owed.append((None, UNIT))
        for giver in before:
            less = before[giver] - now.get(giver, 0)
            while less > 0:
                taker, wanted = owed[0]
                amount = min(less, wanted)
                moved[giver, taker] = moved.get((giver, taker), 0) + amount * number
                less -= amount
                owed[0] = taker, wanted - amount
                if wanted == amount:
                    owed.pop(0)
    for giver in state.keep:
        for taker in (*state.keep, None):
            if votes := moved.get((giver, taker)):
                yield Transfer(giver=giver, taker=taker, votes=Fraction(votes, UNIT))


def _leaving(state: State, lots: Lots) -> list[str]:
    """Who has the fewest votes; nobody while a lot is waited for.

    Those without any go together where enough are left: their order could change nothing.
    """
    guarded = state.conditions.guarded(state.elected, list(state.hopeful))
    free = [each for each in state.hopeful if each not in guarded]
    fewest = min(state.votes[each] for each in free)
    tied = [each for each in free if state.votes[each] <= fewest + state.surplus]
    rest = [each for each in state.hopeful if each not in tied]
    enough = len(rest) >= state.vacancies and state.conditions.possible(state.elected, rest)
    none = not any(state.votes[each] for each in tied)
    if len(tied) == 1 or (none and enough):
        return tied
    return _drawn(state, lots, tied, EXCLUDE)


def _drawn(state: State, lots: Lots, tied: list[str], about: str) -> list[str]:
    chosen = lots.choose(tied)
    tie = Tie(
        between=tuple(tied),
        about=about,
        chosen=chosen,
        how=BY_LOT,
        seed=lots.seed_for(tied),
        round=len(state.rounds) + 1,
    )
    state.ties.append(tie)
    return [] if chosen is None else [chosen]


def _record(
    state: State,
    elected: list[str],
    excluded: list[str],
    passed_over: dict[str, tuple[Condition, ...]] | None = None,
) -> None:
    action, of = state.came_of
    total = sum(number for _, number in state.papers) * UNIT
    state.rounds.append(
        Round(
            votes={each: Fraction(votes, UNIT) for each, votes in state.votes.items()},
            elected=tuple(elected),
            excluded=tuple(excluded),
            action=action,
            of=of,
            transfers=tuple(_transfers(state)),
            non_transferable=Fraction(total - sum(state.votes.values()), UNIT),
            quota=Fraction(state.quota, UNIT),
            surplus=Fraction(state.surplus, UNIT),
            keep={each: Fraction(keep, UNIT) for each, keep in state.keep.items()},
            passed_over=passed_over or {},
        )
    )
    state.kept = dict(state.keep)
