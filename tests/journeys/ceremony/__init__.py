"""The ceremony of a general meeting, in steps: who takes part, and what they begin with."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.clock import Clock
from tests.journeys.people import Person
from tests.web.smtp import Post

HERE = Path(__file__).parents[3]
FIRST = """\
member number,first name,last name,e-mail,language,joined
1001,Karin,Lind,karin@example.org,en,2019-02-01
"""
# As the office saves it: semicolons, Windows-1252, and one row in which a day is wrong.
REGISTER = """\
medlemsnummer;förnamn;efternamn;e-post;land;ort;språk;inträde
1001;Karin;Lind;karin@example.org;SE;Umeå;en;2019-02-01
1002;Yusuf;Nyström;yusuf@example.org;SE;Malmö;en;2019-02-01
1003;Jörg;Söderqvist;jorg@example.org;SE;Umeå;sv;2019-03-01
1004;Siv;Åkesson;siv@example.org;SE;Växjö;sv;2020-05-14
1005;Mira;Holst;mira@example.org;SE;Lund;en;2020-08-02
1006;Åsa;Dubois;asa@example.org;FR;Lille;sv;2021-01-11
1007;Bo;Öst;bo@example.org;SE;Gävle;en;2021-11-30
1008;Eva;Ek;eva@example.org;SE;Örebro;sv;2022-04-04
1009;Nils;Holm;;SE;Kiruna;sv;2016-06-06
1010;Olof;Berg;olof@example.org;SE;Luleå;sv;31 februari
"""
ADVANCE = "att kooperativet betalar ut förskott på fakturor som är äldre än trettio dagar"
TITLE = "Förskott på sena fakturor"
MEETING = {"sv": "Årsstämma 2027", "en": "Annual meeting 2027"}
KEPT = """() => Object.entries(localStorage)
  .filter(([name]) => name.startsWith("stamma-receipt:"))
  .map(([, kept]) => JSON.parse(kept).receipt)"""
# Which file of the record is changed, what in it to what, and what the audit calls it.
LIES = (
    ("ballots.txt", "choice reject", "choice adopt", "ballot-changed"),
    ("result.json", '"outcome":"adopt"', '"outcome":"reject"', "result"),
    ("minutes.md", "bifalla", "avslå", "minutes"),
)


def stamma(*arguments: str, settings: dict[str, str] | None = None) -> tuple[int, str]:
    """The command in a process of its own: its exit code, and what it says."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "web.cli", *arguments],
        cwd=HERE,
        env={**os.environ, **(settings or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def tamper(record: Path, changed: Path, name: str, was: str, now: str) -> None:
    """Another record, in which one file says something else."""
    with zipfile.ZipFile(record) as old, zipfile.ZipFile(changed, "w") as new:
        for each in old.namelist():
            body = old.read(each).decode()
            if each.endswith(name):
                assert was in body
                body = body.replace(was, now)
            new.writestr(each, body)


@dataclass
class Company:
    """Everybody who takes part, the post, and the clock on the wall."""

    clock: Clock
    post: Post
    karin: Person  # administers the house
    yusuf: Person  # sits on the board of directors
    jorg: Person  # is elected to the chair
    siv: Person  # keeps the minutes
    mira: Person  # checks them
    asa: Person  # moves a motion, and votes from her phone
    bo: Person  # lets no scripts run
    eva: Person  # has two tabs open
    anyone: Person  # is no member

    @property
    def all(self) -> list[Person]:
        names = ("karin", "yusuf", "jorg", "siv", "mira", "asa", "bo", "eva", "anyone")
        return [getattr(self, name) for name in names]
