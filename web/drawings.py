"""Where the figures of a count stand in its pictures: numbers, not SVG; the templates draw them.

A *flow* shows the rounds of a count by transferable votes: a column for each round, a lane for each
candidate and one for nobody, and ribbons as wide as the votes that stay or move. What leaves a lane
in one column is all that it had there, and what comes in is all that it has in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

NOBODY, OTHERS = "", "*"  # lanes that are no candidate's; no option has such an id

MOST_COLUMNS, MOST_LANES = 12, 15
COLUMN, NODE = 118.0, 9.0  # from one column to the next; how wide a candidate's mark in it is
LEFT, RIGHT = 12.0, 64.0  # room for the last column's figures
HEAD, NAME, GAP, FOOT = 30.0, 18.0, 9.0, 10.0
VOTES_HIGH = 300.0  # all lanes together, without their names and gaps
HUES = 8  # so many colours there are before they come again


@dataclass(frozen=True)
class Step:
    """A round as the flow needs it; transfers led from the round before to this one."""

    votes: Mapping[str, Fraction]
    nobody: Fraction
    transfers: Sequence[tuple[str, str, Fraction]] = ()  # from, to, votes
    quota: Fraction | None = None
    elected: Sequence[str] = ()
    excluded: Sequence[str] = ()


@dataclass(frozen=True)
class Lane:
    id: str
    hue: int  # from 1; 0 is nobody's and the others'
    top: float
    height: float

    @property
    def foot(self) -> float:
        return self.top + self.height


@dataclass(frozen=True)
class Node:
    lane: str
    hue: int
    column: int  # from 0
    x: float
    y: float
    height: float
    votes: Fraction
    mark: str  # "elected", "excluded" or nothing: on these votes


@dataclass(frozen=True)
class Ribbon:
    giver: str
    taker: str
    hue: int
    column: int  # in which it begins
    votes: Fraction
    path: str

    @property
    def stays(self) -> bool:
        return self.giver == self.taker


@dataclass(frozen=True)
class Quota:
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Flow:
    width: float
    height: float
    first: int  # the round of the first column, from 1
    columns: tuple[float, ...]  # where each begins
    lanes: tuple[Lane, ...]
    nodes: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    quotas: tuple[Quota, ...]  # how high the needed votes are, where somebody reached them
    others: tuple[str, ...]  # who share a lane


def flow(steps: Sequence[Step], order: Sequence[str]) -> Flow:
    """`order` names all candidates, the first on top. Many rounds begin later; many share a lane.

    The table beside it has what is left out here.
    """
    first = max(len(steps) - MOST_COLUMNS, 0)
    others = tuple(order[MOST_LANES - 1 :]) if len(order) > MOST_LANES else ()
    shown = [_together(step, others) for step in steps[first:]]
    ids = [each for each in order if each not in others]
    lanes = _lanes(shown, [*ids, *([OTHERS] if others else []), NOBODY])
    scale = _scale(shown, [each.id for each in lanes])
    columns = tuple(LEFT + COLUMN * at for at in range(len(shown)))
    return Flow(
        width=columns[-1] + NODE + RIGHT,
        height=lanes[-1].foot + FOOT,
        first=first + 1,
        columns=columns,
        lanes=lanes,
        nodes=tuple(_nodes(shown, lanes, columns, scale)),
        ribbons=tuple(_ribbons(shown, lanes, columns, scale)),
        quotas=tuple(_quotas(shown, lanes, columns, scale)),
        others=others,
    )


def _together(step: Step, others: Sequence[str]) -> Step:
    """The same with all the others as one, and with nobody as a lane like any."""

    def lane(who: str) -> str:
        return OTHERS if who in others else who

    votes: dict[str, Fraction] = {NOBODY: step.nobody}
    for who, number in step.votes.items():
        votes[lane(who)] = votes.get(lane(who), Fraction(0)) + number
    moved = [(lane(giver), lane(taker), number) for giver, taker, number in step.transfers]
    return Step(
        votes=votes,
        nobody=step.nobody,
        transfers=[each for each in moved if each[0] != each[1]],
        quota=step.quota,
        elected=[each for each in step.elected if each not in others],
        excluded=[each for each in step.excluded if each not in others],
    )


def _most(steps: Sequence[Step], lane: str) -> Fraction:
    return max((step.votes.get(lane, Fraction(0)) for step in steps), default=Fraction(0))


def _scale(steps: Sequence[Step], ids: Sequence[str]) -> float:
    total = sum((_most(steps, each) for each in ids), Fraction(0))
    return VOTES_HIGH / float(total) if total else 0.0


def _lanes(steps: Sequence[Step], ids: Sequence[str]) -> tuple[Lane, ...]:
    """Each as high as its most votes, below its name."""
    scale = _scale(steps, ids)
    lanes: list[Lane] = []
    top = HEAD + NAME
    for at, each in enumerate(ids):
        height = max(float(_most(steps, each)) * scale, 3.0)
        hue = 0 if each in (NOBODY, OTHERS) else at % HUES + 1
        lanes.append(Lane(each, hue, round(top, 2), round(height, 2)))
        top += height + GAP + NAME
    return tuple(lanes)


def _nodes(
    steps: Sequence[Step], lanes: Sequence[Lane], columns: Sequence[float], scale: float
) -> Iterator[Node]:
    for column, step in enumerate(steps):
        for lane in lanes:
            votes = step.votes.get(lane.id, Fraction(0))
            mark = "elected" if lane.id in step.elected else ""
            mark = "excluded" if lane.id in step.excluded else mark
            if not votes and not mark:
                continue
            high = max(float(votes) * scale, 1.0)
            yield Node(
                lane.id,
                lane.hue,
                column,
                columns[column],
                round(lane.foot - high, 2),
                round(high, 2),
                votes,
                mark,
            )


def _ribbons(
    steps: Sequence[Step], lanes: Sequence[Lane], columns: Sequence[float], scale: float
) -> Iterator[Ribbon]:
    """They leave and reach a lane in the order of the lanes at their other end, so that of two
    neighbours none crosses the other without need."""
    place = {each.id: at for at, each in enumerate(lanes)}
    for column, (step, after) in enumerate(pairwise(steps)):
        moves = sorted(_moves(step, after), key=lambda each: (place[each[0]], place[each[1]]))
        start = _tops(step, lanes, scale)
        end = _tops(after, lanes, scale)
        reached: dict[tuple[str, str], float] = {}
        for giver, taker, votes in sorted(moves, key=lambda each: place[each[0]]):
            reached[giver, taker] = end[taker]
            end[taker] += float(votes) * scale
        for giver, taker, votes in moves:
            wide = float(votes) * scale
            left, right = columns[column] + NODE, columns[column + 1]
            path = _path(left, start[giver], right, reached[giver, taker], wide)
            start[giver] += wide
            yield Ribbon(giver, taker, lanes[place[giver]].hue, column, votes, path)


def _moves(step: Step, after: Step) -> list[tuple[str, str, Fraction]]:
    """All that leads from one round to the next: what is transferred, and what stays."""
    moved: dict[tuple[str, str], Fraction] = {}
    for giver, taker, votes in after.transfers:
        moved[giver, taker] = moved.get((giver, taker), Fraction(0)) + votes
    for who, votes in step.votes.items():
        stays = votes - sum((each for pair, each in moved.items() if pair[0] == who), Fraction(0))
        if stays > 0:
            moved[who, who] = stays
    return [(giver, taker, votes) for (giver, taker), votes in moved.items() if votes > 0]


def _tops(step: Step, lanes: Sequence[Lane], scale: float) -> dict[str, float]:
    return {each.id: each.foot - float(step.votes.get(each.id, 0)) * scale for each in lanes}


def _path(left: float, start: float, right: float, end: float, wide: float) -> str:
    middle, below, under = (left + right) / 2, start + wide, end + wide
    return (
        f"M{left:.2f} {start:.2f}"
        f"C{middle:.2f} {start:.2f} {middle:.2f} {end:.2f} {right:.2f} {end:.2f}"
        f"V{under:.2f}"
        f"C{middle:.2f} {under:.2f} {middle:.2f} {below:.2f} {left:.2f} {below:.2f}Z"
    )


def _quotas(
    steps: Sequence[Step], lanes: Sequence[Lane], columns: Sequence[float], scale: float
) -> Iterator[Quota]:
    for column, step in enumerate(steps):
        for lane in lanes:
            if step.quota and lane.hue and step.votes.get(lane.id, Fraction(0)) >= step.quota:
                y = lane.foot - float(step.quota) * scale
                yield Quota(columns[column] - 6, round(y, 2), NODE + 12)


def share(part: Fraction, whole: Fraction) -> float:
    """In thousandths, for a bar that is 1000 wide."""
    return round(1000 * float(part / whole), 1) if whole else 0.0


@dataclass(frozen=True)
class Piece:
    """A part of a stacked bar that is 1000 wide."""

    x: float
    width: float
    place: int  # from 0
    strength: float  # how strong its colour is: the higher the place, the stronger


def stacked(numbers: Sequence[int]) -> list[Piece]:
    """What there is of each place, side by side: together the whole width."""
    whole, before = Fraction(sum(numbers)), Fraction(0)
    pieces = []
    for place, number in enumerate(numbers):
        if number:
            strength = round(0.1 + 0.9 * place / max(len(numbers) - 1, 1), 2)
            pieces.append(
                Piece(share(before, whole), share(Fraction(number), whole), place, strength)
            )
        before += number
    return pieces
