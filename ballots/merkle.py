"""Merkle trees after RFC 6962: roots, inclusion proofs, consistency proofs.

A node is addressed by (level, index): level 0 holds the leaves, and node (level, index) covers the
leaves from index·2^level up to (index+1)·2^level. Only complete subtrees are ever stored; the right
edge of a tree is computed from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ballots.errors import InvalidProof, Malformed

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Node = Callable[[int, int], bytes]  # (level, index) -> hash of a complete subtree


def leaf_hash(entry: bytes) -> bytes:
    # A leaf must never pass for a node: RFC 6962 §2.1.
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Peaks:
    """The roots of the complete subtrees of a tree, largest first: all one needs to append."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf hash; return every node that it completes, the leaf itself first."""
        completed = [leaf]
        position = self.size
        while position & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            completed.append(leaf)
            position >>= 1
        self.hashes.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        if not self.hashes:
            return EMPTY_ROOT
        return _fold(self.hashes)

    def encode(self) -> bytes:
        return b"".join(self.hashes)

    @classmethod
    def decode(cls, size: int, encoded: bytes) -> Peaks:
        if len(encoded) != size.bit_count() * HASH_BYTES:
            raise Malformed("the peaks do not belong to a tree of this size")
        return cls(size, _split(encoded))


def _split(encoded: bytes) -> list[bytes]:
    return [encoded[at : at + HASH_BYTES] for at in range(0, len(encoded), HASH_BYTES)]


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, given from the largest (left) to the smallest (right)."""
    *rest, root = hashes
    for left in reversed(rest):
        root = node_hash(left, root)
    return root


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    peaks = Peaks()
    for leaf in leaves:
        peaks.append(leaf)
    return peaks.root()


def subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The fewest complete subtrees that cover the leaves [start, end), from left to right.

    `start` must begin a subtree that reaches `end`, as the ranges of RFC 6962's recursion do.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append((level, start >> level))
        start += 1 << level
    return found


def range_hash(start: int, end: int, node: Node) -> bytes:
    return _fold([node(level, index) for level, index in subtrees(start, end)])


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that `index` is in a tree of `size`, leaf upwards."""
    if not 0 <= index < size:
        raise Malformed("the index lies outside the tree")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _largest_power_below(end - start)
        if index < split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
    return ranges[::-1]


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    return [range_hash(start, end, node) for start, end in inclusion_ranges(index, size)]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that a tree of `old` is a prefix of one of `new`."""
    if not 0 < old <= new:
        raise Malformed("a consistency proof goes from a tree that is not empty to a larger one")
    ranges: list[tuple[int, int]] = []
    start, end = 0, new
    whole = True  # RFC 6962 §2.1.2: the old tree itself is left out when it is a complete subtree
    while end != old:
        split = start + _largest_power_below(end - start)
        if old <= split:
            ranges.append((split, end))
            end = split
        else:
            ranges.append((start, split))
            start = split
            whole = False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    return [range_hash(start, end, node) for start, end in consistency_ranges(old, new)]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise InvalidProof unless the proof leads from the leaf to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        raise InvalidProof("index", "the index lies outside the tree")
    ranges = inclusion_ranges(index, size)
    if len(ranges) != len(proof):
        raise InvalidProof("inclusion", "the inclusion proof has the wrong length")
    for (start, _end), sibling in zip(ranges, proof, strict=True):
        leaf = node_hash(leaf, sibling) if start > index else node_hash(sibling, leaf)
    if leaf != root:
        raise InvalidProof("inclusion", "the inclusion proof does not lead to the signed root")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise InvalidProof unless the tree of `old` is a prefix of the tree of `new`."""
    fault = InvalidProof("consistency", "the newer tree does not extend the older one")
    if not 0 < old <= new:
        raise fault
    ranges = consistency_ranges(old, new)
    if len(ranges) != len(proof):
        raise fault
    known = dict(zip(ranges, proof, strict=True))
    if not any(end == old for _start, end in ranges):
        known[(0, old)] = old_root
    if _merge(0, old, known) != old_root or _merge(0, new, known) != new_root:
        raise fault


def _merge(start: int, end: int, known: dict[tuple[int, int], bytes]) -> bytes:
    """RFC 6962's recursion, ending at the ranges that are known."""
    if (start, end) in known:
        return known[(start, end)]
    if end - start < 2:
        raise InvalidProof("consistency", "the newer tree does not extend the older one")
    split = start + _largest_power_below(end - start)
    return node_hash(_merge(start, split, known), _merge(split, end, known))


def _largest_power_below(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)
