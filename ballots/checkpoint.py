"""Checkpoints as signed notes (C2SP signed-note 1.0.0, tlog-checkpoint 1.0.0), and their signer.

A checkpoint is three lines, `origin`, `size`, `root`, signed by the log and, where configured, by
witnesses. Verifier keys are written `name+hash+base64(type‖public key)`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ballots.errors import InvalidReceipt, Malformed

LOG = 0x01  # Ed25519 over the note's text
WITNESS = 0x04  # Ed25519 over "cosignature/v1", a time, and the note's text
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def decode_base64(text: str) -> bytes:
    """Canonical base64 only: one encoding for one value leaves no room for variants."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("this is not base64") from error
    if base64.b64encode(value).decode() != text:
        raise Malformed("this base64 is not canonical")
    return value


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """The text of a note; extension lines are refused, since our logs write none."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise Malformed("a checkpoint has three lines: origin, size, root")
    origin, size, root = lines[:3]
    if not SIZE.fullmatch(size):
        raise Malformed("the checkpoint's size is not a number")
    value = decode_base64(root)
    if len(value) != 32:
        raise Malformed("the checkpoint's root is not a SHA-256 hash")
    return Checkpoint(origin, int(size), value)


def key_id(name: str, typed_key: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + typed_key).digest()[:4]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(c.isspace() for c in name):
        raise Malformed("a key's name holds no spaces and no plus sign")


@dataclass(frozen=True)
class VerifierKey:
    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """From `name+hash+key`; raises Malformed, also where the hash is not the key's."""
        name, _, rest = text.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        _check_name(name)
        typed = decode_base64(encoded)
        if len(typed) != 33 or typed[0] not in (LOG, WITNESS):
            raise Malformed("a verifier key holds a type and 32 bytes of Ed25519 key")
        if key_id(name, typed).hex() != claimed:
            raise Malformed("the verifier key's hash is not that of its name and key")
        return cls(name, typed[0], typed[1:])

    @property
    def id(self) -> bytes:
        return key_id(self.name, bytes([self.kind]) + self.public)

    def __str__(self) -> str:
        typed = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{typed}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether `signature`, without the key's id, is this key's over the note's text."""
        message = text.encode()
        if self.kind == WITNESS:
            if len(signature) != 72:
                return False
            time = int.from_bytes(signature[:8], "big")
            message = f"cosignature/v1\ntime {time}\n".encode() + message
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The log's private key. It lives in a file of its own, never in the database."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def generate(cls, name: str, seed: bytes | None = None) -> SigningKey:
        _check_name(name)
        private = Ed25519PrivateKey.from_private_bytes(seed) if seed else None
        return cls(name, private or Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        name, _, encoded = path.read_text(encoding="utf-8").strip().partition(" ")
        _check_name(name)
        return cls(name, Ed25519PrivateKey.from_private_bytes(decode_base64(encoded)))

    def save(self, path: Path) -> None:
        """Write the key, readable by its owner only; an existing file is never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        secret = base64.b64encode(self.private.private_bytes_raw()).decode()
        path.write_text(f"{self.name} {secret}\n", encoding="utf-8")

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, LOG, self.private.public_key().public_bytes_raw())

    @property
    def verifier_key(self) -> str:
        return str(self.verifier)

    def sign(self, checkpoint: Checkpoint) -> str:
        """The signed note. Ed25519 is deterministic: the same checkpoint gives the same note."""
        text = checkpoint.text()
        blob = base64.b64encode(self.verifier.id + self.private.sign(text.encode())).decode()
        return f"{text}\n— {self.name} {blob}\n"


@dataclass(frozen=True)
class Signature:
    name: str
    key_id: bytes
    value: bytes


def parse_note(note: str) -> tuple[str, list[Signature]]:
    """Split a note into its text and its signature lines, strictly."""
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise Malformed("a note is a text, a blank line and signature lines")
    signatures = [_parse_signature(line) for line in block[:-1].split("\n")]
    if len({(s.name, s.key_id) for s in signatures}) != len(signatures):
        raise Malformed("the same key signs twice")
    return text + "\n", signatures


def _parse_signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    if dash != "—":
        raise Malformed("a signature line begins with an em dash")
    _check_name(name)
    blob = decode_base64(encoded)
    if len(blob) < 5:
        raise Malformed("a signature line holds a key id and a signature")
    return Signature(name, blob[:4], blob[4:])


def open_note(
    note: str,
    log_key: VerifierKey,
    witness_keys: Sequence[VerifierKey] = (),
    need_witnesses: int = 0,
) -> Checkpoint:
    """The checkpoint of a note that the log and enough witnesses have signed.

    Raises Malformed or InvalidReceipt. Signatures by unknown keys are passed over, as the note
    format asks; a signature that names a known key and does not hold is an error.
    """
    text, signatures = parse_note(note)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != log_key.name:
        raise InvalidReceipt("origin", "the checkpoint is another log's")
    if not _signed_by(log_key, text, signatures):
        raise InvalidReceipt("log-signature", "the log's signature does not hold")
    witnesses = sum(_signed_by(key, text, signatures) for key in set(witness_keys))
    if witnesses < need_witnesses:
        raise InvalidReceipt(
            "witnesses", f"{need_witnesses} witnesses are needed, {witnesses} have signed"
        )
    return checkpoint


def _signed_by(key: VerifierKey, text: str, signatures: Sequence[Signature]) -> bool:
    for signature in signatures:
        if (signature.name, signature.key_id) == (key.name, key.id):
            if key.holds(text, signature.value):
                return True
            raise InvalidReceipt("log-signature", f"the signature of {key.name} does not hold")
    return False


Prove = Callable[[int, int], list[bytes]]  # (old size, new size) -> consistency proof
