"""Who or what stands in a poll, and how it is counted: the options and the rule that it freezes.

`settings` holds what a method needs besides its seats, each key as the manifest's rule has it:

    most       approval: so many at most; elsewhere how many options a ballot may name
    equal      pairwise methods: several may share a rank
    lowest, highest    score; of cumulative and equal shares the most points to one
    points     cumulative: so many in all
    grades     majority judgement: texts, worst first
    costs, budget      equal shares; costs by option id, or in the order of the candidates
    greedy     equal shares: what is left goes to the most votes that it can pay for
    order      how the options are shown: "fixed", "lot" (drawn once), "per-voter"
    deputies   so many more are elected, in order
    conditions     [{"options": ids, "least": n, "most": n, "name": texts}] on those elected
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ballots import choice, secret_poll
from ballots.counting import lot
from ballots.counting.majority import ABSTAIN
from ballots.counting.plurality import NOBODY
from ballots.manifest import METHODS, MOST_OPTIONS
from governance import method_words, texts, wording
from governance.agenda import AgendaItem, ItemKind
from governance.errors import N_, Invalid
from governance.polling import PROPOSAL, Poll, PollKind

LONGEST_NAME = 200  # characters of a candidate's name
LONGEST_GRADE = 60
MOST_SEATS = 100
MOST_POINTS = 1_000
MOST_GRADES = 12
SCORES = (0, 5)
FIXED, BY_LOT, PER_VOTER = "fixed", "lot", "per-voter"
MOST_VOTES = "6:34"

# A name, whose id is made here, or an id and a name, as an election has stored them.
Standing = str | tuple[str, str]
Settings = Mapping[str, Any]


def stand(
    poll: Poll,
    item: AgendaItem,
    candidates: Sequence[Standing],
    languages: list[str],
    *,
    method: str = "plurality",
    seats: int = 1,
    settings: Settings | None = None,
    chance: Callable[[int], bytes],
) -> None:
    """Make it a choice among the candidates, or among proposals where the item elects nobody.

    Fewer candidates than seats may stand: the other seats stay vacant. Raises Invalid.
    """
    elects = item.kind is ItemKind.ELECTION
    given = settings or {}
    _check_method(poll, method, seats, elects=elects)
    standing = _named(candidates, "candidate" if elects else PROPOSAL)
    paragraph = MOST_VOTES if elects else poll.rule["paragraph"]
    rule = {
        "key": "election" if method == "plurality" else method,
        "name": method_words.name(method, languages),
        "seats": len(standing) if method == "equal-shares" else seats,
        "tie": "lot",
        "paragraph": paragraph,
        **_rule(method, seats, [each for each, _ in standing], given, languages),
        **(_seating(standing, given, languages) if elects else {}),
    }
    order = given.get("order", FIXED)
    if order not in (FIXED, BY_LOT, PER_VOTER):
        raise Invalid(N_("Choose in which order the options are shown."), field="order")
    if order != FIXED:
        rule["order"] = order
    if order == BY_LOT:
        rule["order_seed"] = seed = chance(lot.SEED_BYTES).hex()
        names = dict(standing)
        standing = [(each, names[each]) for each in lot.order(names, seed)]
    plain = method == "plurality" and poll.kind is not PollKind.SECRET_BALLOT
    blank = ABSTAIN if plain else secret_poll.BLANK
    poll.options = wording.candidates(standing, languages, blank)
    poll.rule = rule


def _check_method(poll: Poll, method: str, seats: int, *, elects: bool) -> None:
    if method not in METHODS or method == "majority":
        raise Invalid(N_("Choose how the votes are counted."), field="method")
    if poll.kind is PollKind.SECRET_BALLOT and method not in secret_poll.SUMMED:
        raise Invalid(
            N_("A secret ballot is opened as a sum: it elects by most votes or by approval."),
            field="method",
        )
    if method == "plurality" and not elects:
        raise Invalid(N_("Candidates stand in elections only."), field="candidates")
    if method == "equal-shares" and elects:
        raise Invalid(N_("A budget is for proposals, not for candidates."), field="method")
    most = 1 if method == "irv" else MOST_SEATS
    if type(seats) is not int or not 1 <= seats <= most:
        message = N_("This method elects one.") if most == 1 else N_("Enter the number of seats.")
        raise Invalid(message, field="seats")


def _named(candidates: Sequence[Standing], kind: str) -> list[tuple[str, str]]:
    """(id, name) of each. Raises Invalid."""
    given = [each if isinstance(each, tuple) else ("", each) for each in candidates]
    named = [(key, " ".join(name.split())) for key, name in given if name.strip()]
    if not named or len({name.casefold() for _, name in named}) != len(named):
        raise Invalid(N_("Name the candidates, each once."), field="candidates")
    if len(named) >= MOST_OPTIONS or max(len(name) for _, name in named) > LONGEST_NAME:
        raise Invalid(
            N_("At most %(most)s candidates, each named in at most %(length)s characters."),
            field="candidates",
            most=MOST_OPTIONS - 1,
            length=LONGEST_NAME,
        )
    made = [(key or f"{kind}-{number}", name) for number, (key, name) in enumerate(named, 1)]
    ids = {key for key, _ in made}
    if len(ids) != len(made) or ids & {*NOBODY} or not all(map(choice.OPTION.fullmatch, ids)):
        raise Invalid(N_("Name the candidates, each once."), field="candidates")
    return made


def _rule(
    method: str, seats: int, ids: Sequence[str], given: Settings, languages: list[str]
) -> dict[str, Any]:
    """What the method adds to the rule: the form of its ballots, and what they may say."""
    number = len(ids)
    if method == "plurality":
        most = min(seats, number)
        return {"form": choice.SEVERAL, "most": most} if most > 1 else {}
    rule: dict[str, Any] = {"form": choice.FORMS[method][0]}
    if given.get("most") is not None:
        rule["most"] = _whole(given, "most", 1, number)
    if method in choice.EQUAL_RANKS and given.get("equal"):
        rule["equal"] = True
    if method == "score":
        rule["lowest"] = lowest = _whole(given, "lowest", 0, MOST_POINTS, usual=SCORES[0])
        rule["highest"] = _whole(given, "highest", lowest + 1, MOST_POINTS, usual=SCORES[1])
    elif method == "majority-judgment":
        rule["grades"] = grades = _grades(given, languages)
        rule |= {"lowest": 0, "highest": len(grades) - 1}
    elif method == "cumulative":
        rule["points"] = points = _whole(given, "points", 1, MOST_POINTS)
        rule |= {"lowest": 1, "highest": _whole(given, "highest", 1, points, usual=points)}
    elif method == "equal-shares":
        rule |= {"lowest": 1, "highest": _whole(given, "highest", 1, MOST_POINTS, usual=1)}
        rule |= _money(ids, given)
        if given.get("greedy"):
            rule["greedy"] = True
    return rule


def _whole(given: Settings, key: str, least: int, most: int, *, usual: int | None = None) -> int:
    number = given.get(key)
    number = usual if number is None else number
    if type(number) is not int or not least <= number <= most:
        raise Invalid(
            N_("Enter a whole number from %(least)s to %(most)s."),
            field=key,
            least=least,
            most=most,
        )
    return number


def _grades(given: Settings, languages: list[str]) -> list[dict[str, str]]:
    named = given.get("grades") or method_words.grades(languages)
    if not 2 <= len(named) <= MOST_GRADES:
        raise Invalid(
            N_("There are two grades or more, and at most %(most)s."),
            field="grades",
            most=MOST_GRADES,
        )
    grades = [texts.required(each, languages, LONGEST_GRADE, field="grades") for each in named]
    for code in languages:
        called = [each[code].casefold() for each in grades if code in each]
        if len(set(called)) != len(called):
            raise Invalid(N_("Each grade has a name of its own."), field=f"grades_{code}")
    return grades


def _money(ids: Sequence[str], given: Settings) -> dict[str, Any]:
    costs = given.get("costs") or {}
    if not isinstance(costs, Mapping):
        costs = dict(zip(ids, costs, strict=False)) if len(costs) == len(ids) else {}
    if set(costs) != set(ids) or not all(type(each) is int and each > 0 for each in costs.values()):
        raise Invalid(N_("Give each proposal its cost, in whole numbers."), field="costs")
    budget = given.get("budget")
    if type(budget) is not int or budget < 1:
        raise Invalid(N_("Give the budget, as a whole number."), field="budget")
    return {"costs": dict(costs), "budget": budget}


def _seating(
    standing: Sequence[tuple[str, str]], given: Settings, languages: list[str]
) -> dict[str, Any]:
    """Deputies and conditions, where there are any."""
    rule: dict[str, Any] = {}
    if given.get("deputies"):
        rule["deputies"] = _whole(given, "deputies", 0, MOST_SEATS)
    if given.get("conditions"):
        ids = {each for each, _ in standing}
        rule["conditions"] = [_condition(each, ids, languages) for each in given["conditions"]]
    return rule


def _condition(given: Mapping[str, Any], ids: set[str], languages: list[str]) -> dict[str, Any]:
    limits = {key: given[key] for key in ("least", "most") if given.get(key) is not None}
    options = [each for each in given.get("options", ()) if each in ids]
    whole = all(type(each) is int and each >= 0 for each in limits.values())
    if not limits or not whole or len(options) != len(given.get("options", ())):
        raise Invalid(N_("A condition has a number of seats."), field="conditions")
    name = texts.required(given["name"], languages, LONGEST_NAME, field="conditions")
    return {"options": options, "name": name, **limits}
