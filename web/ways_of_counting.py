"""How the chair has a ballot counted: the methods in a sentence each, and what its form says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from governance.errors import N_, Invalid
from governance.languages import LANGUAGES

USUAL, BUDGET = "plurality", "equal-shares"
# For elections and for proposals; each with when it fits.
METHODS: dict[str, tuple[str, str]] = {
    USUAL: (
        N_("Most votes"),
        N_("The rule of the law (6:34): each member names at most as many as are elected."),
    ),
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
WRITTEN = ("method", "seats", "deputies", "naming", "order")

NUMBER, TICK, LINES = "number", "tick", "lines"


@dataclass(frozen=True)
class Setting:
    """A field that one method has, under the key of `governance/standing.py`."""

    key: str
    label: str
    hint: str = ""
    kind: str = NUMBER
    needed: bool = False


_RANKED = Setting("most", N_("At most so many ranked"), N_("Empty: as many as one likes."))
_EQUAL = Setting("equal", N_("Several may share a rank"), kind=TICK)
SETTINGS: dict[str, tuple[Setting, ...]] = {
    "approval": (
        Setting("most", N_("At most so many approved of"), N_("Empty: as many as one likes.")),
    ),
    **dict.fromkeys(("scottish-stv", "meek-stv", "ers97-stv", "irv"), (_RANKED,)),
    **dict.fromkeys(("schulze", "ranked-pairs"), (_EQUAL, _RANKED)),
    "score": (
        Setting("lowest", N_("The lowest mark"), N_("Empty: 0.")),
        Setting("highest", N_("The highest mark"), N_("Empty: 5.")),
    ),
    "majority-judgment": (
        Setting(
            "grades",
            N_("Grades of your own, in %(language)s"),
            N_("One on each line, the best first. Empty: six, from Excellent to To reject."),
            LINES,
        ),
    ),
    "cumulative": (
        Setting("points", N_("How many points each member has"), needed=True),
        Setting("highest", N_("At most so many points to one"), N_("Empty: all of them.")),
        Setting("most", N_("Points to at most so many"), N_("Empty: as many as one likes.")),
    ),
    BUDGET: (
        Setting("budget", N_("The budget"), needed=True),
        Setting("most", N_("At most so many proposals chosen"), N_("Empty: as many as one likes.")),
        Setting(
            "highest",
            N_("The most points to one proposal"),
            N_("Empty: each proposal is chosen or not."),
        ),
        Setting(
            "greedy",
            N_("What is left goes to the proposals with the most votes that it can pay for"),
            kind=TICK,
        ),
    ),
}


def offered(*, elects: bool) -> dict[str, tuple[str, str]]:
    """A budget is for proposals, and most votes are for candidates."""
    return {code: said for code, said in METHODS.items() if code != (BUDGET if elects else USUAL)}


def field(method: str, key: str) -> str:
    """Each method's settings have fields of their own: what stands in another's is not read."""
    return f"{method}_{key}".replace("-", "_")


def fields(languages: Sequence[str]) -> list[str]:
    """All that the form is filled in with."""
    own = [
        name
        for method, settings in SETTINGS.items()
        for each in settings
        for name in _fields(method, each, languages)
    ]
    return [*WRITTEN, *own]


def _fields(method: str, setting: Setting, languages: Sequence[str]) -> list[str]:
    name = field(method, setting.key)
    return [f"{name}_{code}" for code in languages] if setting.kind == LINES else [name]


@contextmanager
def beside(method: str, languages: Sequence[str]) -> Iterator[None]:
    """What the domain refuses is said at the field in which it was entered."""
    own = {each.key: field(method, each.key) for each in SETTINGS.get(method, ())}
    grades = field(method, "grades")
    own |= {f"grades_{code}": f"{grades}_{code}" for code in languages}
    own |= {"grades": f"{grades}_{languages[0]}", "costs": "candidates"}
    try:
        yield
    except Invalid as error:
        error.field = own.get(error.field, error.field)
        raise


def asked(
    form: Mapping[str, str], asks: Mapping[str, Any], languages: Sequence[str], *, elects: bool
) -> dict[str, Any]:
    """What `polls.open_ballot` is asked with besides `asks`, the candidates and what stands of
    their election. Raises Invalid beside the field."""
    found = dict(asks)
    if form["naming"] == "pseudonymous":
        found["pseudonymous"] = True
    method = chosen(form, elects=elects)
    if not found.get("candidates"):
        return found
    settings = {**found.get("settings", {}), **own_settings(form, method, languages)}
    if elects and form["deputies"]:
        settings["deputies"] = number(form, "deputies")
    if form["order"]:
        settings["order"] = form["order"]
    if method == BUDGET:
        found["candidates"], settings["costs"] = _priced(found["candidates"])
    elif form["seats"]:
        found["seats"] = number(form, "seats")
    return {**found, "method": method, "settings": settings}


def chosen(form: Mapping[str, str], *, elects: bool) -> str:
    return form["method"] or (USUAL if elects else "approval")


def own_settings(form: Mapping[str, str], method: str, languages: Sequence[str]) -> dict[str, Any]:
    """What is entered for this method; for all others nothing is looked at. Raises Invalid."""
    found: dict[str, Any] = {}
    for each in SETTINGS.get(method, ()):
        name = field(method, each.key)
        if not any(form[one] for one in _fields(method, each, languages)):
            continue
        if each.kind == LINES:
            found[each.key] = _lines(form, name, languages)
        else:
            found[each.key] = True if each.kind == TICK else number(form, name)
    return found


def _lines(form: Mapping[str, str], name: str, languages: Sequence[str]) -> list[dict[str, str]]:
    """Texts in each language, the last line first. Raises Invalid where their numbers differ."""
    given = {
        code: [line.strip() for line in form[f"{name}_{code}"].splitlines() if line.strip()]
        for code in languages
    }
    written = {code: lines for code, lines in given.items() if lines}
    for code, lines in written.items():
        if len(lines) != len(given[languages[0]]):
            raise Invalid(
                N_("Write as many lines as in %(language)s."),
                field=f"{name}_{code}",
                language=LANGUAGES[languages[0]],
            )
    worst_first = (reversed(lines) for lines in written.values())
    return [dict(zip(written, each, strict=True)) for each in zip(*worst_first, strict=True)]


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
