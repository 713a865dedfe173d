"""The single transferable vote as Scotland's councils are elected by it: SSI 2007/42, schedule 1,
rules 46 to 52, the same as SSI 2011/399, rules 47 to 53 (weighted inclusive Gregory).

Quota: valid ÷ (seats + 1), without the remainder, plus 1. Papers are transferred at five decimals,
what is cut off is not transferable. Nobody elected receives papers; the largest surplus goes first.
A tie is broken by the latest stage at which the tied differed, else by lot.
"""

from __future__ import annotations

from contextlib import suppress

from ballots.counting.count import EXCLUSION, SURPLUS, TRANSFER, UNDRAWN, Count, Lots
from ballots.counting.options import PLAIN, Options
from ballots.counting.profile import RankedProfile
from ballots.counting.reading import STRICT
from ballots.counting.stv import Sheet, Stage, Undrawn

METHOD = "scottish-stv"
PLACES = 5
FACTS = {
    "rule": "SSI 2007/42, schedule 1, rules 46-52",
    "quota": "floor(valid / (seats + 1)) + 1",
    "rounding": "down",
    "ties": "latest round, lot",
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
    sheet.quota = (sheet.read.valid // (sheet.seats + 1) + 1) * sheet.unit
    sheet.note()
    with suppress(Undrawn):
        while not _filled(sheet):
            if doomed := sheet.doomed():
                _exclude(sheet, doomed)
            elif sheet.surpluses:
                _transfer(sheet)
            else:
                _exclude(sheet, sheet.leaving(latest=True))
            sheet.note()
    return sheet.count(METHOD, FACTS)


def _filled(sheet: Sheet) -> bool:
    if not sheet.read.valid:
        return True
    sheet.elect([each for each in sheet.continuing if sheet.votes[each] >= sheet.quota])
    if len(sheet.continuing) <= sheet.vacancies:  # the last vacancies
        sheet.elect(list(sheet.continuing))
    return not sheet.vacancies or not sheet.continuing


def _transfer(sheet: Sheet) -> None:
    surpluses = sheet.surpluses
    largest = max(surpluses.values())
    tied = [each for each, surplus in surpluses.items() if surplus == largest]
    giver = sheet.one_of(tied, TRANSFER, most=True, latest=True)
    total = sheet.votes[giver]
    sheet.begin(Stage(SURPLUS, (giver,)))
    parcels, sheet.piles[giver] = sheet.piles[giver], []
    if len(parcels) == 1:
        sheet.stage.value = largest * parcels[0].value // total
    for parcel in parcels:
        # Surplus times present value, divided by the total: in that order, then cut off.
        value = largest * parcel.value // total
        for taker, bundle in sheet.sorted(parcel, value).items():
            sheet.give(giver, taker, bundle)
    sheet.pay(giver, None, sheet.votes[giver] - sheet.quota)


def _exclude(sheet: Sheet, leaving: list[str]) -> None:
    sheet.exclude(leaving)
    sheet.begin(Stage(EXCLUSION, tuple(leaving)))
    for out in leaving:
        parcels, sheet.piles[out] = sheet.piles[out], []
        for parcel in parcels:
            for taker, bundle in sheet.sorted(parcel, parcel.value).items():
                sheet.give(out, taker, bundle)
