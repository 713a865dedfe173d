"""The single transferable vote by the rules of the Electoral Reform Society (Newland and Britton,
third edition, 1997): two decimals, Gregory transfers of the last batch received.

The quota is valid / (seats + 1), rounded up at two decimals. Surpluses wait while they could save
nobody among the last; who has no chance is excluded together with others; papers of the excluded
move batch by batch, the highest value first. A tie is broken by the first point of the count at
which the tied differed, else by lot. Numbers in comments are the rules' paragraphs.
"""

from __future__ import annotations

from contextlib import suppress

from ballots.counting.count import EXCLUSION, SURPLUS, TRANSFER, UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import RankedProfile
from ballots.counting.reading import STRICT
from ballots.counting.stv import Parcel, Sheet, Stage, Undrawn

METHOD = "ers97-stv"
PLACES = 2
FACTS = {
    "rule": "ERS97 (Newland and Britton, third edition)",
    "quota": "valid / (seats + 1), rounded up",
    "rounding": "down",
    "ties": "first round, lot",
    **STRICT.facts,
}


def count(
    profile: RankedProfile,
    *,
    seats: int | None = None,
    lots: Lots = UNDRAWN,
    options: Options = PLAIN,
) -> Count:
    sheet = Sheet(profile, seats=seats or profile.seats, places=PLACES, lots=lots, options=options)
    _set_quota(sheet)
    sheet.note()
    with suppress(Undrawn):
        _elect(sheet)
        while not _filled(sheet):
            if doomed := sheet.doomed():
                _exclude(sheet, doomed)
                continue
            last = _together(sheet)
            if sheet.surpluses and not last:
                _transfer(sheet)
            else:
                _exclude(sheet, last or sheet.leaving(latest=False))
    return sheet.count(METHOD, FACTS)


def _set_quota(sheet: Sheet) -> None:
    """5.1.6, and 5.4.8 while nobody is elected: what is not transferable counts no more."""
    active = sheet.read.valid * sheet.unit - sheet.lost
    sheet.quota = -(-active // (sheet.seats + 1))


def _elect(sheet: Sheet) -> None:
    """5.1.7, 5.3.13, 5.4.9: the quota, or a share of the active vote that none can outdo."""
    while sheet.vacancies and (electable := _electable(sheet)):
        most = max(sheet.votes[each] for each in electable)
        enough = most >= sheet.quota or most * (sheet.vacancies + 1) >= _active(sheet)
        if not (enough and most):
            return
        tied = [each for each in electable if sheet.votes[each] == most]
        if len(tied) > sheet.vacancies:
            tied = sheet.foremost(tied, sheet.vacancies)  # 5.6.2
            if not tied:
                return
        sheet.elect(tied if sheet.conditional else tied[:1], latest=False)


def _electable(sheet: Sheet) -> list[str]:
    doomed = sheet.conditions.doomed(sheet.elected, list(sheet.continuing))
    return [each for each in sheet.continuing if each not in doomed]


def _active(sheet: Sheet) -> int:
    """6.20: with the continuing, or on the way to them."""
    kept = sum(min(sheet.votes[each], sheet.quota) for each in sheet.elected)
    return int(sheet.read.valid * sheet.unit - kept - sheet.lost)


def _filled(sheet: Sheet) -> bool:
    if sheet.read.valid and len(sheet.continuing) <= sheet.vacancies:
        sheet.elect(list(sheet.continuing))
    return not sheet.read.valid or not sheet.vacancies or not sheet.continuing


def _together(sheet: Sheet) -> list[str]:
    """5.2.2, 5.2.5: the most that can go at once, because all that they have and all surpluses
    would not lift them past the next one. Those of equal votes go together or not at all; with
    conditions they go one by one, each of them asked whether a condition needs them."""
    if sheet.conditional:
        return []
    upwards = sorted(sheet.continuing, key=lambda each: sheet.votes[each])
    total = sum(sheet.surpluses.values())
    found = 0
    for number in range(1, len(upwards) - sheet.vacancies + 1):
        total += sheet.votes[upwards[number - 1]]
        above = sheet.votes[upwards[number]]
        if total <= above and sheet.votes[upwards[number - 1]] < above:
            found = number
    return [each for each in sheet.continuing if each in upwards[:found]]


def _transfer(sheet: Sheet) -> None:
    """5.3: the last batch received, to whom the transferable papers of it name next."""
    surpluses = sheet.surpluses
    largest = max(surpluses.values())
    tied = [each for each, surplus in surpluses.items() if surplus == largest]
    giver = sheet.one_of(tied, TRANSFER, most=True, latest=False)
    sheet.begin(Stage(SURPLUS, (giver,)))
    batch = sheet.piles[giver][-1]
    sheet.piles[giver] = []
    bundles = sheet.sorted(batch, batch.value)
    bundles.pop(None, None)
    transferable = sum(bundle.number for bundle in bundles.values())
    value = batch.value
    if transferable * value > largest:
        value = largest // transferable
    sheet.stage.value = value
    for taker, bundle in bundles.items():
        sheet.give(giver, taker, Parcel(value, bundle.papers))
    sheet.pay(giver, None, sheet.votes[giver] - sheet.quota)
    sheet.note()
    _elect(sheet)


def _exclude(sheet: Sheet, out: list[str]) -> None:
    """5.4: all their papers, batch by batch from the highest value."""
    sheet.exclude(out)
    if len(sheet.continuing) <= sheet.vacancies:  # 5.5.1: no papers need to move
        return
    sheet.begin(Stage(EXCLUSION, tuple(out)))
    held = [(each, parcel) for each in out for parcel in sheet.piles[each]]
    for value in sorted({parcel.value for _, parcel in held}, reverse=True):
        _batch(sheet, [each for each in held if each[1].value == value])
        if not sheet.elected:
            _set_quota(sheet)
        sheet.note()
        _elect(sheet)
        if not sheet.vacancies:  # 5.5.2
            return
    if not held:
        sheet.note()


def _batch(sheet: Sheet, held: list[tuple[str, Parcel]]) -> None:
    """The papers of one value move together, and are one batch with whom they come to."""
    arrived: dict[str, Parcel] = {}
    for giver, parcel in held:
        for taker, bundle in sheet.sorted(parcel, parcel.value).items():
            sheet.pay(giver, taker, bundle.number * bundle.value)
            if taker is not None:
                arrived.setdefault(taker, Parcel(bundle.value)).papers.extend(bundle.papers)
    for taker, batch in arrived.items():
        sheet.receive(taker, batch)
