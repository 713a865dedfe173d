"""Polls: everything about votes being taken that the rest of the house calls, under one name.

`polling.py` has the tables and how a poll is found. `balloting.py`, `secret_balloting.py` and
`hands.py` put a question to the vote, `standing.py` says who stands and how it is counted.
`declaring.py` leads from the open box to the decision, which `counts.py` counts, and `recounts.py`
again without who has withdrawn.
"""

from governance.balloting import (
    AlreadyDecided,
    AlreadyPut,
    BallotOpen,
    InformationOnly,
    NoRoll,
    open_ballot,
)
from governance.declaring import (
    NotCounted,
    NoTie,
    TieWaits,
    WaitsForTrustees,
    casting_vote,
    close,
    declare,
    lot,
    void,
    voters_here,
)
from governance.dissents import TookNoPart, dissent
from governance.hands import acclaim, show_of_hands
from governance.polling import (
    NEXT,
    PEOPLE,
    PUBLISHED,
    UNFINISHED,
    Dissent,
    NotOnRoll,
    NotOpen,
    Poll,
    PollKind,
    PollState,
    PollVoter,
    TurnoutHidden,
    crowd,
    dissents,
    due,
    get,
    of_item,
    of_meeting,
    open_now,
    public_result,
    receipt,
    turnout,
    unfinished,
    voter_slot,
)
from governance.recounts import NoNumbers, PollRecount, RecountTied, in_force, recount_without
from governance.recounts import of_poll as recounts
from governance.secret_balloting import open_secret

__all__ = [
    "NEXT",
    "PEOPLE",
    "PUBLISHED",
    "UNFINISHED",
    "AlreadyDecided",
    "AlreadyPut",
    "BallotOpen",
    "Dissent",
    "InformationOnly",
    "NoNumbers",
    "NoRoll",
    "NoTie",
    "NotCounted",
    "NotOnRoll",
    "NotOpen",
    "Poll",
    "PollKind",
    "PollRecount",
    "PollState",
    "PollVoter",
    "RecountTied",
    "TieWaits",
    "TookNoPart",
    "TurnoutHidden",
    "WaitsForTrustees",
    "acclaim",
    "casting_vote",
    "close",
    "crowd",
    "declare",
    "dissent",
    "dissents",
    "due",
    "get",
    "in_force",
    "lot",
    "of_item",
    "of_meeting",
    "open_ballot",
    "open_now",
    "open_secret",
    "public_result",
    "receipt",
    "recount_without",
    "recounts",
    "show_of_hands",
    "turnout",
    "unfinished",
    "void",
    "voter_slot",
    "voters_here",
]
