"""A count in sentences: what each round did, how a tie was broken, what a figure is exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel import lists, numbers
from markupsafe import Markup

from ballots.counting import count as steps
from governance.errors import N_
from governance.languages import locale, pick
from web import i18n

# As many decimals as a rule may work with and a table can show; what has more is rounded, and
# says so.
SHOWN, ROUNDED = 5, 3

HOW = {
    "plurality": N_("Whoever is on the most ballots is elected."),
    "approval": N_("Every ballot approves of as many as it likes; the most approvals win."),
    "scottish-stv": N_(
        "Whoever has the votes needed for a seat is elected, and what is more than needed goes on "
        "to the next on the same ballots. Where nobody has enough, the last one leaves."
    ),
    "ers97-stv": N_(
        "Whoever has the votes needed for a seat is elected; what the last ballots received are "
        "worth beyond that goes on. Where nobody has enough, the last ones leave."
    ),
    "meek-stv": N_(
        "Everyone elected keeps just the share of every vote that is needed for a seat and passes "
        "on the rest. Where nobody has enough, the last one leaves."
    ),
    "irv": N_(
        "The last one leaves, and those votes go on to the next on the same ballots, until one "
        "has more than half."
    ),
    "schulze": N_(
        "Each is compared with every other. Of two, the one with the stronger chain of wins to "
        "the other is placed first; a chain is as strong as its weakest win."
    ),
    "ranked-pairs": N_(
        "Each is compared with every other. The strongest wins stand first; a win that would "
        "close a circle does not stand."
    ),
    "score": N_("Every ballot gives marks; the highest figure wins."),
    "majority-judgment": N_(
        "Every ballot gives each one a grade. The best middle grade wins: at least half of the "
        "voters hold that one worth so much."
    ),
    "cumulative": N_("Every ballot spreads its points; the most points win."),
    "equal-shares": N_(
        "Every voter has an equal share of the budget. What costs its supporters least for what "
        "it is worth to them is bought first, and they pay for it together."
    ),
}
# Of proposals, where the words above are of people.
HOW_CHOSEN = {
    "scottish-stv": N_(
        "What has the votes needed is chosen, and what is more than needed goes on to the next on "
        "the same ballots. Where nothing has enough, the last one leaves."
    ),
    "ers97-stv": N_(
        "What has the votes needed is chosen; what the last ballots received are worth beyond "
        "that goes on. Where nothing has enough, the last ones leave."
    ),
    "meek-stv": N_(
        "What is chosen keeps just the share of every vote that it needs and passes on the rest. "
        "Where nothing has enough, the last one leaves."
    ),
}
QUOTA = {
    "scottish-stv": N_("valid ballots ÷ (seats + 1), rounded down, plus 1"),
    "ers97-stv": N_("valid ballots ÷ (seats + 1), rounded up at two decimals"),
    "meek-stv": N_("votes still counting ÷ (seats + 1); it falls as votes run out"),
    "irv": N_("more than half of the votes still counting"),
}
EQUAL = {
    steps.EXCLUDE: N_("%(names)s are equal; one of them is to leave."),
    steps.TRANSFER: N_("%(names)s have equal surpluses; one goes first."),
    steps.SEAT: N_("%(names)s are equal at the last seat."),
    steps.PLACE: N_("%(names)s: of equally strong wins, one stands first."),
    steps.DEPUTY: N_("%(names)s are equal as deputies."),
}
# Who came in: where nothing is needed, with what is, and with less because nobody else is left.
ELECTED = {
    "plain": N_("Elected: %(name)s, with %(votes)s."),
    "reached": N_("Elected: %(name)s, with %(votes)s; needed: %(needed)s."),
    "left": N_(
        "Elected: %(name)s, with %(votes)s of the %(needed)s needed, because nobody else "
        "can take that seat any more."
    ),
}
CHOSEN = {
    "plain": N_("Chosen: %(name)s, with %(votes)s."),
    "reached": N_("Chosen: %(name)s, with %(votes)s; needed: %(needed)s."),
    "left": N_(
        "Chosen: %(name)s, with %(votes)s of the %(needed)s needed, because nothing else "
        "can take its place any more."
    ),
}
WHY = {
    "more of the highest mark": N_("More of the highest mark: %(chosen)s."),
    "middle grades taken away one by one": N_(
        "Their middle grades are taken away one by one until they differ: %(chosen)s."
    ),
    "more votes": N_("More votes: %(chosen)s."),
    "lower cost": N_("The lower cost: %(chosen)s."),
}


@dataclass(frozen=True)
class Words:
    """In one reader's language; `names` by option id, `conditions` by what a count calls them."""

    language: str
    names: Mapping[str, str]
    conditions: Mapping[str, Mapping[str, str]]
    elects: bool = True  # people, and no proposals

    def how(self, method: str) -> str:
        """A way of counting in two sentences."""
        return self.say(HOW[method] if self.elects else HOW_CHOSEN.get(method, HOW[method]))

    def say(self, message: str, **facts: object) -> str:
        return i18n.translate(self.language, message, **facts)

    def listed(self, options: Iterable[str]) -> str:
        called = [self.names.get(each, each) for each in options]
        return lists.format_list(called, locale=locale(self.language))

    def plain(self, number: str | Fraction) -> str:
        """With its decimals if they are few; else rounded, marked with ≈."""
        exact = Fraction(number)
        if scaled(exact, SHOWN) is not None:
            return self._decimal(exact, SHOWN)
        return "≈ " + self._decimal(exact, ROUNDED)

    def figure(self, number: str | Fraction) -> Markup:
        """The same; a rounded one says what it is exactly."""
        exact = Fraction(number)
        if scaled(exact, SHOWN) is not None:
            return Markup.escape(self.plain(exact))
        title = self.say(N_("rounded; exactly %(number)s"), number=str(number))
        return Markup('<abbr title="{}">{}</abbr>').format(title, self.plain(exact))

    def _decimal(self, exact: Fraction, places: int) -> str:
        number = Decimal(round(exact * 10**places)).scaleb(-places)
        pattern = "#,##0." + "#" * places
        return numbers.format_decimal(number, format=pattern, locale=locale(self.language))

    def came_of(self, told: Mapping[str, Any]) -> list[str]:
        """What led to a round's votes."""
        if told["action"] == steps.FIRST:
            return [self.say(N_("Every ballot counts for the one it puts first."))]
        takers: dict[str | None, Fraction] = {}
        for each in told["transfers"]:
            takers[each["to"]] = takers.get(each["to"], Fraction(0)) + Fraction(each["votes"])
        lost = takers.pop(None, Fraction(0))
        moved = sum(takers.values(), Fraction(0)) + lost
        said = [self._goes_on(told, moved) if moved else self.say(N_("No votes move."))]
        if takers:
            most_first = sorted(takers.items(), key=lambda each: -each[1])
            shares = [f"{self.names[str(who)]} {self.plain(votes)}" for who, votes in most_first]
            said.append(self.say(N_("To: %(takers)s."), takers=", ".join(shares)))
        if lost:
            said.append(
                self.say(
                    N_("Going no further, for want of a name or in rounding: %(votes)s."),
                    votes=self.plain(lost),
                )
            )
        return said

    def _goes_on(self, told: Mapping[str, Any], moved: Fraction) -> str:
        names, votes = self.listed(told["of"]), self.plain(moved)
        if told["action"] == steps.EXCLUSION:
            message = N_("From %(names)s, who left, go on: %(votes)s.")
        elif "value" in told:
            value = self.plain(told["value"])
            return self.say(
                N_(
                    "From %(names)s, who has more than needed, go on: %(votes)s; "
                    "each ballot at %(value)s."
                ),
                names=names,
                votes=votes,
                value=value,
            )
        else:
            message = N_("From %(names)s, who has more than needed, go on: %(votes)s.")
        return self.say(message, names=names, votes=votes)

    def decided(self, told: Mapping[str, Any]) -> list[str]:
        """Who was elected on a round's votes, who left, and why."""
        said = [self._elected(told, each) for each in told["elected"]]
        passed = told.get("passed_over", {})
        said += [self.passed_over(each, passed[each]) for each in passed]
        out = [each for each in told["excluded"] if each not in passed]
        none = [each for each in out if not Fraction(told["votes"][each])]
        some = [each for each in out if each not in none]
        if none:
            said.append(self.say(N_("Out, without any vote: %(names)s."), names=self.listed(none)))
        if len(some) == 1:
            votes = self.plain(told["votes"][some[0]])
            said.append(
                self.say(
                    N_("Out, with the fewest votes (%(votes)s): %(names)s."),
                    names=self.listed(some),
                    votes=votes,
                )
            )
        elif some:
            message = N_(
                "Out together: %(names)s. All that they have, and all surpluses, could not "
                "lift any of them past the next."
            )
            said.append(self.say(message, names=self.listed(some)))
        return said

    def _elected(self, told: Mapping[str, Any], who: str) -> str:
        votes, needed = Fraction(told["votes"][who]), told.get("quota")
        facts = {"name": self.names[who], "votes": self.plain(votes)}
        if needed is None:
            how = "plain"
        else:
            facts["needed"] = self.plain(needed)
            how = "reached" if votes >= Fraction(needed) else "left"
        return self.say((ELECTED if self.elects else CHOSEN)[how], **facts)

    def passed_over(self, who: str, conditions: Iterable[Mapping[str, Any]]) -> str:
        reasons = "; ".join(self._condition(each) for each in conditions)
        return self.say(
            N_("Passed over: %(name)s, because of a condition on the seats (%(reasons)s)."),
            name=self.names[who],
            reasons=reasons,
        )

    def _condition(self, told: Mapping[str, Any]) -> str:
        texts = self.conditions.get(told["of"])
        of = pick(texts, self.language) if texts else told["of"]
        least, most = told.get("least"), told.get("most")
        if least and most is not None:
            message = N_("%(of)s: at least %(least)s, at most %(most)s")
        else:
            message = N_("%(of)s: at least %(least)s") if least else N_("%(of)s: at most %(most)s")
        return self.say(message, of=of, least=least, most=most)

    def tie(self, told: Mapping[str, Any]) -> str:
        """Who was equal, and what told them apart."""
        equal = self.say(EQUAL[told["about"]], names=self.listed(told["between"]))
        return f"{equal} {self._broken(told)}"

    def _broken(self, told: Mapping[str, Any]) -> str:
        if told["chosen"] is None:
            return self.say(N_("The lot has not been drawn yet."))
        chosen = self.names[told["chosen"]]
        if told["apart"] is not None:
            message = N_("The votes of round %(round)s tell them apart: %(chosen)s.")
            return self.say(message, round=told["apart"], chosen=chosen)
        if told["how"] == steps.BY_LOT:
            return self.say(N_("The lot fell on %(chosen)s."), chosen=chosen)
        return self.say(WHY[told["why"]], chosen=chosen)


def scaled(number: Fraction, places: int) -> int | None:
    """In units of the last of so many decimals; None where it has more."""
    units = number * 10**places
    return units.numerator if units.denominator == 1 else None
