"""JSON as this protocol hashes it: compact, in the order given, parsed without tolerance (§4.1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ballots.errors import Malformed

DEEPEST = 12  # a ballot is five deep


def compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parse_json(encoded: bytes) -> Any:
    """Raises Malformed, also for what two readers might read differently: a key given twice."""
    try:
        value = json.loads(
            encoded.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_fraction,
            parse_int=_small,
            parse_constant=_no_fraction,
        )
        if b"\\u" in encoded:
            compact(value)  # half of a surrogate pair could never be written again
        return value
    except (ValueError, RecursionError) as error:
        raise Malformed("this is not the JSON it should be") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is given twice")
    return made


def _no_fraction(text: str) -> Any:
    raise ValueError(text)


def _small(text: str) -> int:
    if len(text) > 15:
        raise ValueError("a number is too large")
    return int(text)


def fields(value: Any, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """The object, which has all the needed keys and none beyond the optional ones."""
    if not isinstance(value, dict):
        raise Malformed("this should be an object")
    keys = set(value)
    if not set(needed) <= keys or not keys <= {*needed, *optional}:
        raise Malformed(f"the object's keys are not {', '.join(needed)}")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed("this should be text")
    return value


def whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise Malformed("this should be a whole number")
    return value


def items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Malformed("this should be a list")
    return value


def fingerprint(encoded: bytes) -> str:
    """SHA-256 in base64 without padding: elections and ballots are known by it (§4.15)."""
    return base64.b64encode(sha256(encoded).digest()).decode().rstrip("=")
