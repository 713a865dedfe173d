"""How anyone checks a secret poll, step by step: the text that lies in its record."""

from __future__ import annotations

TEXT = """How to check this secret poll

You need this directory and no trust in whoever gave it to you.

1. With Stämma's own verifier, which is free software:

       stamma verify RECORD --log-key 'KEY FROM THE PRINTED MINUTES'

   It checks the log, every ballot's proofs and signature, that the archive holds exactly the
   ballots of the log, that the tally is their sum, that the trustees opened it rightly (twice:
   by the protocol's proof, and by the stronger one in strong.json), and the count.

2. With a program that we did not write: belenios-tool, version 2.0, as Debian 12 has it.

       apt-get install belenios-tool
       belenios-tool --version            has to say 2.0
       cp archive.bel {uuid}.bel
       belenios-tool election verify      ends with "all checks passed"

   Pin that version. The `verify` of versions 3.0 and 3.2 did not reject every dishonest archive
   that we tried; with versions 2.2 to 2.5.0 run `verify-ballot` on each ballot against an archive
   that holds the set-up alone, and compare `compute-encrypted-tally` with the archive's.

3. Your own ballot. Your receipt's line "ballot sha256:…" is the SHA-256 of your ballot as it
   stands in the archive. In base64 it is the tracker that your booth showed you:
   {{"election_uuid": …}} is the file whose name begins with those 64 digits.

       tar -tf archive.bel | grep YOUR_64_DIGITS

   If you voted again, only your last ballot counts.

4. Who could vote. The file with the public credentials holds one per voter. {own} of {voters}
   voters used a key that their own device had made and that the server never saw. The others
   were handed theirs by the server at login, and it forgot them: for those, the server is
   trusted not to have voted in place of somebody who did not.

5. Who could read votes. {trust}

6. The page that people voted with. The hash of its files is the last `client` entry of board.txt
   before this poll's `open` entry. `stamma booth-hash` prints that of the files that you have,
   and `stamma booth-hash --files` which files they are.

What no check can show: that a ballot says what its voter meant (each voter's own device made
it), or how anyone voted (nobody can, short of {needed} trustees acting together).
"""

WITHHELD = """How to check this secret poll

Fewer than five voted in it, or could have. How many chose what would say who did, so that this
record holds neither the archive nor any number of votes, only the outcome.

    stamma verify RECORD --log-key 'KEY FROM THE PRINTED MINUTES'

checks what there is: the log, who could vote, that each ballot stands between the opening and the
close, and that result.json is the one whose hash is on the log. That the outcome is what the
voters chose, their trustees vouch for: they opened the sum, and no one else can.
"""


def text(
    *,
    uuid: str,
    voters: int,
    own: int,
    needed: int,
    holders: int,
    server_alone: bool,
    fingerprint: str,
) -> str:
    """`fingerprint` is the electoral board's, "" where there is none."""
    trust = (
        "The server alone held the key: whoever runs it could have read every vote."
        if server_alone
        else f"Any {needed} of the {holders} trustees together, and nobody else.\n"
        f"   Their board's fingerprint is {fingerprint}.\n"
        "   Each of them can say whether their own device shows the same."
    )
    return TEXT.format(uuid=uuid, voters=voters, own=own, trust=trust, needed=needed)
