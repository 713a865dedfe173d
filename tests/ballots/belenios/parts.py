"""An archive taken apart into what its events say, and put together again with honest hashes."""

from __future__ import annotations

import json
from typing import Any

from ballots.belenios import archive as archive_
from ballots.belenios.archive import Archive, parse_archive
from ballots.belenios.encoding import compact

Part = dict[str, Any]


def taken_apart(encoded: bytes) -> list[Part]:
    archive = parse_archive(encoded)
    parts = []
    for event in archive.events:
        part: Part = {"kind": event.kind}
        if event.kind == "Setup":
            named = json.loads(archive.payload(event))
            part |= {name: archive.data[digest] for name, digest in named.items()}
        elif event.kind == "EncryptedTally":
            sized = json.loads(archive.payload(event))
            part |= {**sized, "body": archive.data[sized["encrypted_tally"]]}
        elif event.kind == "PartialDecryption":
            owned = json.loads(archive.payload(event))
            part |= {"owner": owned["owner"], "body": archive.data[owned["payload"]]}
        elif event.payload is not None:
            part["body"] = archive.payload(event)
        parts.append(part)
    return parts


def put_together(parts: list[Part], timestamp: int = 1_795_000_000) -> bytes:
    archive = Archive(timestamp)
    for part in parts:
        match part["kind"]:
            case "Setup":
                archive_.set_up(archive, part["election"], part["trustees"], part["credentials"])
            case "EncryptedTally":
                sized = {
                    "num_tallied": part["num_tallied"],
                    "total_weight": part["total_weight"],
                    "encrypted_tally": archive.add_data(part["body"]),
                }
                archive.add_event("EncryptedTally", compact(sized))
            case "PartialDecryption":
                archive_.add_partial(archive, part["owner"], part["body"])
            case kind:
                archive.add_event(kind, part.get("body"))
    return archive.encode()


def of_kind(parts: list[Part], kind: str) -> list[Part]:
    return [part for part in parts if part["kind"] == kind]


def changed(part: Part, change: Any) -> None:
    """Let `change` alter the JSON of a part's body, and write it again."""
    value = json.loads(part["body"])
    part["body"] = compact(change(value) or value)
