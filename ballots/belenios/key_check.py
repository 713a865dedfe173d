"""Whether a trustee still has their key, asked with a fresh number before any poll opens.

The answer proves that the private key is known, and decrypts nothing: a check that decrypted what
it is given would open ballots for whoever passed one off as a check.
"""

from __future__ import annotations

import re

from ballots.belenios.group import Chance, Group
from ballots.belenios.proof import Proof, knowledge_holds, prove_knowledge
from ballots.errors import Malformed, Rejected

CHECK = "stamma-key-check/v1"
NONCE = re.compile(r"[0-9a-f]{64}")


def make_nonce(chance: Chance) -> str:
    """What a trustee is asked with, once."""
    return chance(32).hex()


def answer(group: Group, private: int, nonce: str, chance: Chance) -> Proof:
    """Raises Malformed where the question is none: a trustee signs nothing else this way."""
    if not NONCE.fullmatch(nonce):
        raise Malformed("a key check asks with 64 hexadecimal digits")
    head = _head(group, group.power_secret(group.g, private), nonce)
    return prove_knowledge(group, head, private, chance)


def check_answer(group: Group, public: int, nonce: str, given: Proof) -> None:
    """Raises Rejected unless it was given by whoever knows the private key of `public`."""
    if not knowledge_holds(group, _head(group, public, nonce), public, given):
        raise Rejected("key-check", "the answer was not given with the trustee's key")


def _head(group: Group, public: int, nonce: str) -> str:
    return f"{CHECK}|{group.name}|{public}|{nonce}|"
