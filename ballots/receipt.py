"""Receipts as C2SP `tlog-proof@v1` files: parse, verify offline, write.

A receipt is one text file. The board entry travels in its `extra` line and nowhere else: an entry
handed in beside the file would let a receipt for one ballot pass for another's.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from ballots import merkle
from ballots.checkpoint import SIZE, Checkpoint, VerifierKey, decode_base64, open_note, parse_note
from ballots.errors import InvalidProof, InvalidReceipt, Malformed

MAGIC = "c2sp.org/tlog-proof@v1"
LARGEST = 200_000  # bytes; an entry is at most 65,535 and a proof at most 63 hashes
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Receipt:
    entry: bytes
    index: int
    proof: tuple[bytes, ...]
    note: str

    def encode(self) -> str:
        lines = [
            MAGIC,
            f"extra {base64.b64encode(self.entry).decode()}",
            f"index {self.index}",
            *(base64.b64encode(sibling).decode() for sibling in self.proof),
        ]
        return "\n".join(lines) + "\n\n" + self.note


@dataclass(frozen=True)
class Proved:
    """What a receipt proves: this entry stands at this index of the tree that was signed."""

    entry: bytes
    index: int
    checkpoint: Checkpoint


def parse_receipt(text: str) -> Receipt:
    """Strictly: re-encoding gives the same text. Raises Malformed."""
    if len(text) > LARGEST:
        raise Malformed("this file is too large for a receipt")
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 3 or lines[0] != MAGIC:
        raise Malformed("this is not a tlog-proof file")
    extra, index = lines[1].split(" "), lines[2].split(" ")
    if len(extra) != 2 or extra[0] != "extra":
        raise Malformed("the receipt has no entry")
    if len(index) != 2 or index[0] != "index" or not SIZE.fullmatch(index[1]):
        raise Malformed("the receipt has no index")
    proof = tuple(decode_base64(line) for line in lines[3:])
    if len(proof) > 63 or any(len(sibling) != merkle.HASH_BYTES for sibling in proof):
        raise Malformed("the inclusion proof holds something else than hashes")
    parse_note(note)
    return Receipt(decode_base64(extra[1]), int(index[1]), proof, note)


def verify_receipt(
    text: str,
    log_key: VerifierKey,
    witness_keys: Sequence[VerifierKey] = (),
    need_witnesses: int = 0,
) -> Proved:
    """What the receipt proves, or Malformed, or InvalidReceipt. Needs no network.

    "Included" is not "counted": whether this is the slot's last ballot, before the close, only the
    board can say.
    """
    receipt = parse_receipt(text)
    checkpoint = open_note(receipt.note, log_key, witness_keys, need_witnesses)
    leaf = merkle.leaf_hash(receipt.entry)
    try:
        merkle.verify_inclusion(
            leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root
        )
    except InvalidProof as error:
        raise InvalidReceipt(error.code, error.message) from error
    return Proved(receipt.entry, receipt.index, checkpoint)


def entry_of(text: str) -> bytes:
    """The entry of a receipt that we have written ourselves; it proves nothing."""
    return base64.b64decode(text.split("\n", 2)[1].removeprefix("extra "))


def short_code(entry: bytes) -> str:
    """80 bits of the entry's leaf hash in Crockford's base32, for people: ZG81-JKFF-AW57-7062."""
    bits = int.from_bytes(merkle.leaf_hash(entry)[:10], "big")
    letters = [CROCKFORD[bits >> shift & 31] for shift in range(75, -1, -5)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, 16, 4))
