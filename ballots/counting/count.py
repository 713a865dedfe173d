"""What a count says: each round with its votes, who was elected, who left, where votes went, and
how every tie was broken.

Votes are exact fractions; `places` says with how many decimals the rule works, and is None where
it has none to prescribe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ballots.counting import lot
from ballots.counting.conditions import Condition

BY_RULE, BY_LOT = "rule", "lot"

# What a round's votes came of.
FIRST, SURPLUS, EXCLUSION, ITERATION = "first", "surplus", "exclusion", "iteration"
PURCHASE, GREEDY = "purchase", "greedy"

# What a tie was about: whom to exclude, whose surplus goes first, who takes the last seat, who is
# placed before whom, or who is the next deputy.
EXCLUDE, TRANSFER, SEAT, PLACE, DEPUTY = "exclude", "transfer", "seat", "place", "deputy"


@dataclass(frozen=True)
class Lots:
    """How ties are broken where the rule breaks them no further: by a public seed, or by the order
    in which the chair drew the candidates; without either they wait."""

    seed: str | None = None
    drawn: tuple[str, ...] = ()
    # Lots of an earlier count: among whom, and by which seed. They have put these in an order.
    earlier: tuple[tuple[frozenset[str], str], ...] = ()

    def seed_for(self, between: Iterable[str]) -> str | None:
        """The seed that decides among these: that of an earlier lot among them all, if any."""
        tied = set(between)
        settled = (seed for group, seed in self.earlier if tied <= group)
        return next(settled, self.seed)

    def choose(self, between: Iterable[str]) -> str | None:
        """Who is drawn first; None while no lot was drawn."""
        tied = list(between)
        seed = self.seed_for(tied)
        if seed is not None:
            return lot.draw(tied, seed)
        return next((candidate for candidate in self.drawn if candidate in tied), None)


UNDRAWN = Lots()


@dataclass(frozen=True, kw_only=True)
class Tie:
    between: tuple[str, ...]
    about: str
    chosen: str | None  # None while the lot is not drawn
    how: str  # BY_RULE or BY_LOT
    seed: str | None = None
    round: int  # the round in which it stood, from 1
    apart: int | None = None  # the earlier round whose votes broke it
    why: str = ""  # how else the rule broke it, in a word or two

    @property
    def waits(self) -> bool:
        return self.chosen is None

    def as_dict(self, called: Callable[[str], str] = str) -> dict[str, Any]:
        """`called` names a candidate; without it they stand by their ids."""
        return {
            "between": [called(each) for each in self.between],
            "chosen": None if self.chosen is None else called(self.chosen),
            "how": self.how,
            "seed": self.seed,
            "about": self.about,
            "round": self.round,
            "apart": self.apart,
            "why": self.why,
        }


@dataclass(frozen=True, kw_only=True)
class Transfer:
    giver: str
    taker: str | None  # None: to nobody, the ballots name no one further
    votes: Fraction


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One project paid for out of what the voters, or the budget, had left."""

    cost: Fraction
    price: Fraction | None  # rho: what a supporter pays for a unit of what it is worth to them
    payments: tuple[tuple[Fraction, int], ...]  # (amount, how many voters pay it), least first
    left: Fraction  # what all voters have together afterwards, or the budget where it was greedy


@dataclass(frozen=True, kw_only=True)
class Round:
    votes: Mapping[str, Fraction]
    elected: tuple[str, ...] = ()  # on these votes
    excluded: tuple[str, ...] = ()  # on these votes
    action: str = FIRST  # what these votes came of
    of: tuple[str, ...] = ()  # whose surplus or exclusion that was
    transfers: tuple[Transfer, ...] = ()  # that led from the votes before to these
    value: Fraction | None = None  # of a transferred ballot, where the surplus went at one value
    non_transferable: Fraction = Fraction(0)  # all that is with nobody after this
    quota: Fraction | None = None
    surplus: Fraction | None = None  # what the elected have above the quota, all together
    keep: Mapping[str, Fraction] = field(default_factory=dict)  # Meek: the share each one keeps
    ended: Mapping[str, int] = field(default_factory=dict)  # why ballots are with nobody
    # Who could not be elected without breaking which conditions.
    passed_over: Mapping[str, tuple[Condition, ...]] = field(default_factory=dict)
    purchase: Purchase | None = None  # what a budget was spent on


@dataclass(frozen=True, kw_only=True)
class Count:
    method: str
    seats: int
    candidates: tuple[str, ...]
    elected: tuple[str, ...]  # in the order of their election
    rounds: tuple[Round, ...]
    ties: tuple[Tie, ...] = ()
    valid: int  # ballots that say something the rule can count
    blank: int = 0  # that name nobody
    invalid: int = 0  # that name somebody, and that the rule cannot read
    quota: Fraction | None = None
    places: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)  # the method's own: options, orders…
    deputies: tuple[str, ...] = ()  # in their order
    # How deputies were found where that took counts of their own.
    deputy_counts: tuple[Count, ...] = ()

    @property
    def decided(self) -> bool:
        return not any(tie.waits for tie in self.ties)

    def name(self, candidate: str) -> str:
        return self.names.get(candidate, candidate)

    def key(self, candidate: str) -> str:
        """The name, or the id where several have that name."""
        name = self.name(candidate)
        return name if [self.name(each) for each in self.candidates].count(name) < 2 else candidate

    def text(self, number: Fraction) -> str:
        return written(number, self.places)

    def as_dict(self) -> dict[str, Any]:
        """What `stamma count --json` prints: names and exact numbers in text.

        Lists call people by name; what is keyed by candidate has the id where a name is not enough.
        """
        told: dict[str, Any] = {
            "method": self.method,
            "seats": self.seats,
            "valid": self.valid,
            "blank": self.blank,
            "invalid": self.invalid,
            "quota": None if self.quota is None else self.text(self.quota),
            "decided": self.decided,
            "elected": self._called(self.elected),
            "elected_ids": list(self.elected),
            "rounds": [self._round(each) for each in self.rounds],
            "ties": [each.as_dict(self.name) for each in self.ties],
            "facts": dict(self.facts),
        }
        if self.deputies:
            told["deputies"] = self._called(self.deputies)
            told["deputy_ids"] = list(self.deputies)
        if self.deputy_counts:
            told["deputy_counts"] = [each.as_dict() for each in self.deputy_counts]
        return told

    def _called(self, candidates: Iterable[str]) -> list[str]:
        return [self.name(each) for each in candidates]

    def _round(self, one: Round) -> dict[str, Any]:
        told: dict[str, Any] = {
            "votes": {self.key(each): self.text(votes) for each, votes in one.votes.items()},
            "elected": self._called(one.elected),
            "excluded": self._called(one.excluded),
            "action": one.action,
            "of": self._called(one.of),
            "transfers": [
                {
                    "from": self.key(each.giver),
                    "to": None if each.taker is None else self.key(each.taker),
                    "votes": self.text(each.votes),
                }
                for each in one.transfers
            ],
            "non_transferable": self.text(one.non_transferable),
        }
        if one.value is not None:
            told["value"] = self.text(one.value)
        if one.quota is not None:
            told["quota"] = self.text(one.quota)
        if one.surplus is not None:
            told["surplus"] = self.text(one.surplus)
        if one.keep:
            told["keep"] = {self.key(each): self.text(kept) for each, kept in one.keep.items()}
        if one.passed_over:
            told["passed_over"] = {
                self.key(each): [condition.as_dict() for condition in conditions]
                for each, conditions in one.passed_over.items()
            }
        if one.purchase is not None:
            told |= _bought(one.purchase)
        return told


def _bought(one: Purchase) -> dict[str, Any]:
    told: dict[str, Any] = {"cost": str(one.cost), "left": str(one.left)}
    if one.price is not None:
        told["price"] = str(one.price)
        told["payments"] = [
            {"voters": voters, "each": str(amount)} for amount, voters in one.payments
        ]
    return told


def written(number: Fraction, places: int | None = None) -> str:
    """Exactly: "107.58" where the rule has two places, "7/2" or "3" where it has none."""
    if places is None:
        return str(number)
    scaled = number * 10**places
    if scaled.denominator != 1:
        raise ValueError(f"{number} has more than {places} decimals")
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def most_first(
    votes: Mapping[str, int] | Mapping[str, Fraction], candidates: Sequence[str]
) -> list[str]:
    """For reading: the more votes, the earlier; those of equal number as they were given."""
    return sorted(candidates, key=lambda candidate: -votes[candidate])
