"""Merkle trees against RFC 6962's own recursion, and against proofs that must not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballots import merkle
from ballots.errors import InvalidProof, Malformed

# Roots of the eight leaves used by the reference implementation of RFC 6962 (Certificate
# Transparency's merkletree tests), for trees of 1 to 8.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(bytes([n])) for n in range(80)]


def recursion(leaves):
    """RFC 6962 §2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(recursion(leaves[:split]), recursion(leaves[split:]))


def node(level, index):
    return recursion(HASHES[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_of_rfc_6962_come_out(size):
    leaves = [merkle.leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert merkle.root(leaves).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.root([]).hex().startswith("e3b0c44298fc1c14")


@given(st.integers(1, 80))
def test_appending_one_by_one_gives_the_root_of_the_recursion(size):
    assert merkle.root(HASHES[:size]) == recursion(HASHES[:size])


@given(st.integers(1, 80))
def test_appending_completes_each_subtree_once(size):
    peaks, completed = merkle.Peaks(), {}
    for index, leaf in enumerate(HASHES[:size]):
        for level, value in enumerate(peaks.append(leaf)):
            completed[(level, index >> level)] = value
    assert all(value == node(*place) for place, value in completed.items())
    assert merkle.Peaks.decode(size, peaks.encode()) == peaks


@given(st.data())
def test_an_inclusion_proof_holds_and_a_changed_one_does_not(data):
    size = data.draw(st.integers(1, 80))
    index = data.draw(st.integers(0, size - 1))
    root = recursion(HASHES[:size])
    proof = merkle.inclusion_proof(index, size, node)
    merkle.verify_inclusion(HASHES[index], index, size, proof, root)
    wrong = data.draw(st.sampled_from(["leaf", "root", "shorter", "longer", "hash"]))
    leaf = HASHES[(index + 1) % 80] if wrong == "leaf" else HASHES[index]
    if wrong == "root":
        root = HASHES[0][::-1]
    if wrong == "longer":
        proof = [*proof, HASHES[0]]
    if wrong in {"shorter", "hash"}:
        if not proof:
            return
        proof = proof[:-1] + ([] if wrong == "shorter" else [HASHES[79]])
    with pytest.raises(InvalidProof):
        merkle.verify_inclusion(leaf, index, size, proof, root)


@given(st.data())
def test_a_consistency_proof_holds_and_a_changed_one_does_not(data):
    new = data.draw(st.integers(1, 80))
    old = data.draw(st.integers(1, new))
    old_root, new_root = recursion(HASHES[:old]), recursion(HASHES[:new])
    proof = merkle.consistency_proof(old, new, node)
    merkle.verify_consistency(old, new, old_root, new_root, proof)
    with pytest.raises(InvalidProof):
        merkle.verify_consistency(old, new, new_root, HASHES[0][::-1], proof)
    with pytest.raises(InvalidProof):
        merkle.verify_consistency(old, new, old_root, new_root, [*proof, HASHES[0]])
    for place in range(len(proof)):
        changed = [*proof[:place], proof[place][::-1], *proof[place + 1 :]]
        with pytest.raises(InvalidProof):
            merkle.verify_consistency(old, new, old_root, new_root, changed)


def test_there_is_no_consistency_proof_from_the_empty_tree():
    with pytest.raises(Malformed):
        merkle.consistency_proof(0, 5, node)
    with pytest.raises(InvalidProof):
        merkle.verify_consistency(0, 5, merkle.EMPTY_ROOT, recursion(HASHES[:5]), [])


def test_an_index_outside_the_tree_is_refused():
    with pytest.raises(InvalidProof):
        merkle.verify_inclusion(HASHES[0], 5, 5, [], HASHES[0])
    with pytest.raises(Malformed):
        merkle.inclusion_proof(5, 5, node)
