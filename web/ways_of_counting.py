"""How the chair has a ballot counted: the methods in a sentence each, and what its form says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.errors import N_, Invalid

USUAL, BUDGET = "plurality", "equal-shares"
# For elections and for proposals; each with when it fits.
METHODS: dict[str, tuple[str, str]] = {
    USUAL: (N_("Most votes"), N_("The rule of the law (6:34): each member chooses up to k names.")),
    "approval": (
        N_("Approval"),
        N_("Each member approves of as many as they like. Fits when several could be accepted."),
    ),
    "scottish-stv": (
        N_("Transferable vote (Scottish rules)"),
        N_("Ranked. Fills several seats in proportion: a group with a share of the votes gets it."),
    ),
    "meek-stv": (
        N_("Transferable vote (Meek)"),
        N_("As above, counted by computer alone; the most exact in its proportions."),
    ),
    "ers97-stv": (
        N_("Transferable vote (ERS97)"),
        N_("As above, after the Electoral Reform Society's rules of 1997."),
    ),
    "irv": (N_("Instant run-off"), N_("Ranked. Elects one who has more than half in the end.")),
    "schulze": (
        N_("Schulze"),
        N_("Ranked. Elects who wins against every other, if there is one; also for priorities."),
    ),
    "ranked-pairs": (
        N_("Ranked pairs"),
        N_("Ranked. As Schulze, settling the clearest wins first."),
    ),
    "score": (N_("Score"), N_("Each member gives marks; the highest sum wins.")),
    "majority-judgment": (
        N_("Majority judgement"),
        N_("Each member grades everyone in words; the best middle grade wins."),
    ),
    "cumulative": (
        N_("Points to share out"),
        N_("Each member shares out points. Fits priorities in a workshop."),
    ),
    BUDGET: (
        N_("Budget by equal shares"),
        N_("For proposals with a cost each: write “Proposal | cost” on each line."),
    ),
}
WRITTEN = ("method", "seats", "deputies", "naming", "order", "highest", "points", "budget")
BY_METHOD = {
    "score": ("highest",),
    "cumulative": ("points",),
    BUDGET: ("budget",),
}


def offered(*, elects: bool) -> dict[str, tuple[str, str]]:
    """A budget is for proposals, and most votes are for candidates."""
    return {code: said for code, said in METHODS.items() if code != (BUDGET if elects else USUAL)}


def asked(form: Mapping[str, str], asks: Mapping[str, Any], *, elects: bool) -> dict[str, Any]:
    """What `polls.open_ballot` is asked with besides `asks`, the candidates and what stands of
    their election. Raises Invalid beside the field."""
    found = dict(asks)
    if form["naming"] == "pseudonymous":
        found["pseudonymous"] = True
    method = form["method"] or (USUAL if elects else "approval")
    if not found.get("candidates"):
        return found
    settings = dict(found.get("settings", {}))
    for name in ("deputies", *BY_METHOD.get(method, ())):
        if form[name] and (elects or name != "deputies"):
            settings[name] = number(form, name)
    if form["order"]:
        settings["order"] = form["order"]
    if method == BUDGET:
        found["candidates"], settings["costs"] = _priced(found["candidates"])
    if form["seats"]:
        found["seats"] = number(form, "seats")
    return {**found, "method": method, "settings": settings}


def number(form: Mapping[str, str], name: str) -> int:
    text = form[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Invalid(N_("Enter a whole number."), field=name)
    return int(text)


def _priced(lines: list[Any]) -> tuple[list[str], list[int]]:
    """Names and costs of lines "Name | cost"."""
    names, costs = [], []
    for line in lines:
        name, _, cost = str(line).rpartition("|")
        cost = cost.strip().replace(" ", "").replace("\u00a0", "")
        if not name.strip() or not (cost.isascii() and cost.isdecimal() and len(cost) <= 12):
            raise Invalid(N_("Write “Proposal | cost” on each line."), field="candidates")
        names.append(name.strip())
        costs.append(int(cost))
    return names, costs
