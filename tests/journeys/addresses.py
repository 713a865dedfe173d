"""Every page and file there is: who opens it, and where. `showcase.py` fills the names in."""

from __future__ import annotations

import re

from litestar import Litestar

ANYONE = "anyone"

# Who looks, and where. The same page stands here as often as it looks different.
PAGES = [
    (ANYONE, "/"),
    ("member", "/"),
    ("director", "/"),
    (ANYONE, "/login?q=Anna"),
    (ANYONE, "/login/code?next=/meetings"),
    (ANYONE, "/login/link"),
    (ANYONE, "/board"),
    (ANYONE, "/check"),
    (ANYONE, "/mailbox"),
    (ANYONE, "/mailbox/{mail}"),
    (ANYONE, "/minutes"),
    (ANYONE, "/nowhere"),
    ("member", "/me"),
    (ANYONE, "/meetings"),
    ("director", "/meetings"),
    ("director", "/meetings/new"),
    (ANYONE, "/meetings/{under_way}"),
    ("member", "/meetings/{under_way}"),
    ("chair", "/meetings/{under_way}"),
    ("member", "/meetings/{held}"),
    ("member", "/meetings/{ahead}"),
    ("director", "/meetings/{called}/board"),
    ("director", "/meetings/{called}/edit"),
    ("director", "/meetings/{called}/cancel"),
    ("director", "/meetings/{called}/agenda"),
    ("director", "/meetings/{called}/agenda/new"),
    ("director", "/meetings/{called}/agenda/{item}/edit"),
    ("director", "/meetings/{called}/documents"),
    ("director", "/meetings/{called}/motions"),
    ("member", "/meetings/{held}/motions"),
    ("member", "/meetings/{ahead}/motions/new"),
    ("member", "/motions/{draft}"),
    ("member", "/motions/{draft}/edit"),
    ("member", "/motions/{draft}/withdraw"),
    ("director", "/motions/{waiting}"),
    ("member", "/motions/{decided}"),
    ("member", "/meetings/{called}/elections"),
    ("nominator", "/meetings/{called}/elections"),
    ("nominator", "/meetings/{called}/elections/post"),
    ("member", "/meetings/{ahead}/elections"),
    ("member", "/meetings/{called}/nominate"),
    ("member", "/elections/{filling}"),
    ("nominator", "/elections/{filling}"),
    ("nominator", "/elections/{filling}/edit"),
    ("nominator", "/elections/{filling}/proposal"),
    ("chair", "/elections/{council}"),
    ("member", "/elections/{elected}"),
    ("member", "/candidates/{asked}"),
    ("member", "/candidates/{candidate}"),
    ("director", "/candidates/{candidate}/edit"),
    ("director", "/offices"),
    ("director", "/meetings/{called}/notice"),
    ("member", "/meetings/{held}/notice"),
    ("director", "/meetings/{held}/dispatches"),
    ("director", "/meetings/{held}/dispatches?which=sent"),
    ("chair", "/meetings/{under_way}/chair"),
    ("chair", "/meetings/{under_way}/chair?panel=close-vote"),
    ("chair", "/meetings/{under_way}/chair?panel=officers&office=teller"),
    ("chair", "/meetings/{under_way}/chair?panel=roll"),
    ("secretary", "/meetings/{under_way}/chair"),
    ("chair", "/meetings/{held}/chair"),
    ("director", "/meetings/{under_way}/desk"),
    ("director", "/meetings/{under_way}/desk?q=an"),
    ("chair", "/meetings/{under_way}/screen"),
    ("chair", "/meetings/{held}/screen"),
    ("teller", "/meetings/{under_way}/reports"),
    ("member", "/polls/{open}"),
    ("member", "/polls/{open}/vote"),
    ("member", "/polls/{open}/vote?choice=adopt"),
    ("member", "/polls/{open}/report"),
    ("voter", "/meetings/{ranking_in}"),
    ("voter", "/polls/{ranking}/vote"),
    ("voter", "/polls/{ranking}/vote?rank.candidate-1=1&rank.candidate-3=1&again=1"),
    ("voter", "/polls/{ranking}/vote?rank.candidate-1=1&rank.candidate-3=1&sent=1"),
    ("voter", "/polls/{graded}/vote"),
    ("voter", "/polls/{graded}/vote?mark.candidate-1=4&sent=1"),
    ("voter", "/meetings/{shared_out_in}"),
    ("voter", "/polls/{shared_out}/vote"),
    ("voter", "/polls/{budgeted}/vote"),
    ("chair", "/meetings/{choosing}/chair?panel=decide&way=ballot"),
    ("chair", "/meetings/{choosing}/chair?panel=decide&way=secret&holder=server"),
    (ANYONE, "/polls/{counted}"),
    ("author", "/polls/{counted}"),
    ("writer", "/polls/{tied}"),
    ("writer", "/polls/{void}"),
    (ANYONE, "/meetings/{held}/minutes"),
    ("member", "/meetings/{held}/minutes"),
    ("secretary", "/meetings/{held}/minutes"),
    ("writer", "/meetings/{written}/minutes"),
    ("writer", "/meetings/{written}/minutes/edit"),
    ("chair", "/meetings/{sealing}/electoral-board"),
    ("chair", "/meetings/{sealing}/electoral-board?again=true"),
    ("chair", "/meetings/{sealing}/chair"),
    ("trustee", "/electoral-boards/{electors}"),
    ("voter", "/meetings/{sealing}"),
    ("voter", "/polls/{sealed}"),
    (ANYONE, "/polls/{ranked}"),
    ("voter", "/polls/{ranked}/count"),
    ("voter", "/polls/{compared}/count"),
    ("writer", "/polls/{tied}/count"),
    ("voter", "/booth#poll={sealed}"),
    ("voter", "/booth/key#me=key"),
    ("voter", "/polls/{opened}"),
    (ANYONE, "/polls/{opened}/audit"),
    ("administrator", "/members"),
    ("administrator", "/members?q=nobody-of-that-name"),
    ("administrator", "/members/{member}"),
    ("administrator", "/members/import"),
    ("administrator", "/members/import/{upload}"),
    ("administrator", "/members/import/{upload}?which=new"),
    ("administrator", "/members/roles"),
]

# What answers with something else than a page.
FILES = [
    (ANYONE, "/board/checkpoint"),
    (ANYONE, "/board/entries"),
    (ANYONE, "/board/key"),
    (ANYONE, "/board/proof/consistency?old=1&new=2"),
    (ANYONE, "/board/receipts/{election}/{slot}"),
    (ANYONE, "/board/slots/{election}/{slot}"),
    ("member", "/candidates/{candidate}/picture"),
    ("member", "/documents/{document}"),
    (ANYONE, "/mailbox/{mail}/0"),
    ("director", "/meetings/{held}/dispatches/post.csv"),
    ("director", "/meetings/{called}/elections/post.csv"),
    (ANYONE, "/meetings/{held}/minutes.md"),
    (ANYONE, "/meetings/{held}/minutes.pdf"),
    (ANYONE, "/meetings/{held}/notice.ics"),
    ("member", "/meetings/{held}/notice.json"),
    ("member", "/meetings/{held}/notice.pdf"),
    (ANYONE, "/meetings/{held}/record.zip"),
    ("administrator", "/members/export.csv"),
    (ANYONE, "/polls/{counted}/record.zip"),
    (ANYONE, "/polls/{ranked}/ballots.blt"),
    (ANYONE, "/polls/{ranked}/ballots.json"),
    (ANYONE, "/polls/{opened}/archive.bel"),
    (ANYONE, "/polls/{opened}/strong.json"),
    (ANYONE, "/polls/{opened}/trackers.txt"),
    ("voter", "/polls/{sealed}/booth"),
    ("voter", "/me/key"),
    ("trustee", "/electoral-boards/{electors}/task"),
    ("author", "/polls/{counted}/receipt.svg"),
    ("author", "/polls/{counted}/receipt.tlog-proof"),
    (ANYONE, "/static/mark.svg"),
]
OTHER = [
    (ANYONE, "/live/{under_way}"),  # a stream without an end
    (ANYONE, "/mailbox/{mail}/html"),  # in its frame no script runs, not even one that looks
    ("trustee", "/polls/{sealed}/opening"),  # answers when the vote is closed
]


def routes(app: Litestar) -> dict[str, re.Pattern[str]]:
    """Every address that answers to GET, with the pattern of the paths that lead to it."""
    kinds = {"int": r"\d+", "str": r"[^/]+", "path": r".+"}

    def pattern(path: str) -> re.Pattern[str]:
        parts = re.split(r"\{\w+:(\w+)\}", path)
        literal = [re.escape(part) if at % 2 == 0 else kinds[part] for at, part in enumerate(parts)]
        return re.compile("".join(literal))

    return {route.path: pattern(route.path) for route in app.routes if "GET" in route.methods}


def route_of(path: str, known: dict[str, re.Pattern[str]]) -> str:
    """The route that answers for the path; of two the one that says more of it."""
    found = [each for each, pattern in known.items() if pattern.fullmatch(path)]
    return min(found, key=lambda each: each.count("{"), default="")
