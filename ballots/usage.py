"""What the commands `cast` and `trustee` take, apart from what they do: to say how they are used,
and to check a receipt, nothing is needed that encrypts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HELP = {
    "keygen": "make the seed, and answer the tasks of making the key together",
    "check": "see that the seed still makes the key, and answer the check before any vote",
    "decrypt": "open this trustee's part of a closed vote's sum, once it is seen to be the sum",
}
MORE = {
    "keygen": "Without a task: make a seed in the file, for you alone to read, and write the first "
    "message, your certificate. With a task, as the trustee's page gives it: the message that it "
    "asks for. The page says when the next task is there.",
    "check": "With a task: make the key again from the seed, see that it is the one handed in, and "
    "where the board waits for the check, write the answer. Nothing is decrypted by it.",
    "decrypt": "With what the page gives to be opened: check every ballot's proofs, that their "
    "signers are on the list, and that the sum is theirs; only then open it.",
}


def trustee(commands: Any) -> None:
    parser = commands.add_parser(
        "trustee",
        help="hold a share of an election key",
        description="A trustee's part in secret votes. Keep the seed's file where only you come to "
        "it, and a copy of it somewhere else: with the shares of others it opens results.",
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, line in HELP.items():
        step = steps.add_parser(name, help=line, description=MORE[name])
        step.add_argument("seed", type=Path, metavar="SEED", help="the file that holds the seed")
        wanted = "?" if name == "keygen" else None
        what = "what is to be opened" if name == "decrypt" else "the task"
        step.add_argument(
            "task", type=Path, nargs=wanted, metavar="TASK", help=f"{what}, from the page"
        )
        step.add_argument("--out", type=Path, metavar="FILE", help="where the answer is written")


def cast(commands: Any) -> None:
    parser = commands.add_parser(
        "cast",
        help="vote in secret with a voting slip",
        description="Vote in secret with a voting slip, which the vote's page gives you. The "
        "ballot is encrypted here; the receipt is verified before anything is called cast, and "
        "written beside the slip. Run it again after a lost answer: the same ballot is sent.",
    )
    parser.add_argument(
        "slip", type=Path, metavar="SLIP", help="as it was downloaded; keep it secret"
    )
    parser.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="ID",
        help="the option; once for each where there are several seats. Without it you are asked",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the receipt is written")
    parser.add_argument("--language", default="", metavar="CODE", help="in which options are shown")
