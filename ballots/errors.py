"""What can be wrong with a ballot, a receipt or a record, each with a stable code."""

from __future__ import annotations


class Fault(ValueError):
    """Base of every refusal here; `code` is stable, `message` is one English sentence."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class Malformed(Fault):
    """Bytes that are not what they should be: all malformed input raises this and nothing else."""

    def __init__(self, message: str) -> None:
        super().__init__("malformed", message)


class InvalidProof(Fault):
    """A Merkle proof that does not hold."""


class InvalidReceipt(Fault):
    """A well-formed receipt that does not hold."""


class Rejected(Fault):
    """A ballot that the board does not take."""
