"""Majority judgement (Balinski and Laraki): who has the best middle grade is elected.

A mark is a grade, the higher the better. Sorted, the middle one of a candidate's grades is their
majority grade: a majority holds them worth at least that. With an even number it is the worse one
of the two in the middle. Of those with the same, one majority grade is taken away from each and the
middle grades are compared again, until they differ; only who has all the same grades goes to the
lot. Whom a voter did not grade has the worst grade from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import chain, repeat

from ballots.counting import seating
from ballots.counting.count import UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import MarkedProfile

METHOD = "majority-judgment"
RULE = "the best middle grade, with an even number the worse one of the two"
TIED = "middle grades taken away one by one"

Grades = dict[int, int]  # {grade: how many gave it}


def count(
    profile: MarkedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    """The votes of its round are the majority grades, as places on the scale.

    A ballot with a grade off the scale is invalid. Nobody is elected who has no grade above the
    worst. `facts` has the `order`, and the `grades` that each one was given.
    """
    number = seats or profile.seats
    grades, valid = _given(profile, options)
    standing = {each: tally for each, tally in grades.items() if set(tally) - {options.lowest}}
    middle = {each: next(majority_values(tally), options.lowest) for each, tally in grades.items()}
    order = _order(standing, middle)
    seated = seating.seat(order, number, lots, options)
    first = {each: middle[each] for each in standing}
    return seating.count_by_order(
        profile,
        seated,
        method=METHOD,
        seats=number,
        votes={each: Fraction(grade) for each, grade in middle.items()},
        facts={
            "rule": RULE,
            "ungraded": "worst",
            "ties": f"{TIED}, lot",
            "scale": list(options.grades),
            "order": [list(layer) for layer in order],
            "given": {
                each: {str(grade): tally[grade] for grade in sorted(tally)}
                for each, tally in grades.items()
            },
        },
        ties=seating.told_apart(first, order, seated.elected, TIED),
        blank=profile.blank,
        invalid=profile.total - profile.blank - valid,
    )


def majority_values(tally: Mapping[int, int]) -> Iterator[int]:
    """The middle grade, then the middle one of those that are left without it, and so on.

    Taking the worse middle one away goes out from the middle: first to the side that has more left.
    """
    grades = list(chain.from_iterable(repeat(grade, tally[grade]) for grade in sorted(tally)))
    below, above = (len(grades) - 1) // 2, (len(grades) - 1) // 2 + 1
    while below >= 0 or above < len(grades):
        # An even number has one more above its worse middle one than below it.
        if below + 1 >= len(grades) - above:
            yield grades[below]
            below -= 1
        else:
            yield grades[above]
            above += 1


def _given(profile: MarkedProfile, options: Options) -> tuple[dict[str, Grades], int]:
    grades: dict[str, Grades] = {each: {} for each in profile.candidates}
    valid = 0
    for ballot, many in profile.ballots.items():
        if not ballot or not all(options.fits(mark) for _, mark in ballot):
            continue
        valid += many
        for each, mark in ballot:
            grades[each][mark] = grades[each].get(mark, 0) + many
    for tally in grades.values():
        if ungraded := valid - sum(tally.values()):
            tally[options.lowest] = tally.get(options.lowest, 0) + ungraded
    return grades, valid


def _order(standing: Mapping[str, Grades], middle: Mapping[str, int]) -> list[tuple[str, ...]]:
    """All grades are spelt out only for those whom their middle grades do not tell apart."""
    order: list[tuple[str, ...]] = []
    for layer in seating.layers({each: middle[each] for each in standing}):
        if len(layer) == 1:
            order.append(layer)
        else:
            order += seating.layers(
                {each: tuple(majority_values(standing[each])) for each in layer}
            )
    return order
