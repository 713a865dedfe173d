"""`python -m ballots receipt FILE …`, `… verify RECORD …`, `… count FILE …`: check, offline; and
`… cast SLIP`, `… trustee keygen|check|decrypt …`: vote in secret and open votes, without a page.

Exit codes: 0 it holds or is done, 1 it does not hold or cannot be done, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ballots import usage
from ballots.board import BallotEntry, parse_entry
from ballots.checkpoint import VerifierKey
from ballots.errors import Fault
from ballots.findings import Finding
from ballots.receipt import LARGEST, short_code, verify_receipt
from ballots.verify_poll import Watch, unwatched

HOLDS, DOES_NOT_HOLD, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str], watch: Watch = unwatched) -> int:
    """`watch` is told how much there is to check, and gives what is told how much is done."""
    parser = _parser()
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has said why
        return int(stop.code or 0)
    if given.command == "receipt":
        return _receipt(given)
    if given.command == "count":
        from ballots import record_profile
        from ballots.counting import command

        if record_profile.is_record(given.file):
            return record_profile.run(given)
        if given.export is not None:
            return _wrong_use("--export is for a published record")
        return command.run(given)
    if given.command == "cast":
        from ballots import cast_command

        return cast_command.run(given)
    if given.command == "trustee":
        from ballots import trustee_command

        return trustee_command.run(given, watch)
    return _record(given, watch)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="stamma", description="Check receipts and records.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    receipt = commands.add_parser("receipt", help="verify a receipt offline")
    receipt.add_argument("file", type=Path, metavar="FILE", help="as it was downloaded")
    receipt.add_argument(
        "--log-key",
        type=_key,
        required=True,
        metavar="VKEY",
        help="the log's key, from the minutes: NAME+HASH+KEY",
    )
    receipt.add_argument(
        "--witness-key",
        type=_key,
        action="append",
        default=[],
        metavar="VKEY",
        help="the key of a witness; once for each",
    )
    receipt.add_argument(
        "--need-witnesses",
        type=int,
        default=0,
        metavar="N",
        help="how many of them have to have signed",
    )
    record = commands.add_parser("verify", help="verify a published record")
    record.add_argument(
        "record", type=Path, metavar="RECORD", help="a directory, a zip, or a bare archive (.bel)"
    )
    record.add_argument(
        "--strong", type=Path, metavar="FILE", help="strong proofs beside a bare archive"
    )
    record.add_argument("--log-key", type=_key, metavar="VKEY", help="the key to trust")
    count = commands.add_parser("count", help="count ballots from a file or a record")
    count.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="BLT, CSV, PrefLib, Pabulib, JSON, cast vote records; or a published record",
    )
    count.add_argument("--method", metavar="M", help="scottish-stv, irv, …; a record says it")
    count.add_argument("--poll", metavar="ELECTION", help="of a record, as its name begins")
    count.add_argument("--export", metavar="E", help="of a record: print ballots as blt, csv, soi…")
    count.add_argument("--contest", metavar="ID", help="of several in a file of cast vote records")
    count.add_argument(
        "--rule",
        metavar="JSON",
        help='what the method needs besides: {"completion": "add1"}, {"of": "mean"}',
    )
    count.add_argument("--seats", type=int, metavar="N", help="where the file does not say it")
    count.add_argument("--seed", metavar="HEX", help="of the lot: 32 bytes in hexadecimal")
    count.add_argument(
        "--drawn",
        action="append",
        default=[],
        metavar="NAME",
        help="in place of a seed: as the chair drew them, once for each, the first one first",
    )
    count.add_argument(
        "--withdrawn", action="append", default=[], metavar="NAME", help="who no longer stands"
    )
    for command in (receipt, record, count):
        command.add_argument("--json", action="store_true", help="for machines")
    usage.cast(commands)
    usage.trustee(commands)
    return parser


def _key(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except Fault as fault:
        raise argparse.ArgumentTypeError(fault.message) from fault


def _receipt(given: argparse.Namespace) -> int:
    try:
        with given.file.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return _wrong_use(f"{given.file}: {error.strerror}")
    try:
        text = content.decode("utf-8")
        proved = verify_receipt(text, given.log_key, given.witness_key, given.need_witnesses)
    except UnicodeDecodeError:
        return _answer(given, [{"code": "malformed", "message": "this is not UTF-8"}], {})
    except Fault as fault:
        return _answer(given, [{"code": fault.code, "message": fault.message}], {})
    facts: dict[str, Any] = {
        "code": short_code(proved.entry),
        "index": proved.index,
        "log": proved.checkpoint.origin,
        "size": proved.checkpoint.size,
    }
    try:
        entry = parse_entry(proved.entry)
    except Fault as fault:
        return _answer(given, [{"code": "entry", "message": fault.message}], {})
    facts["kind"] = entry.kind
    if isinstance(entry, BallotEntry):
        facts |= {"election": entry.election, "slot": entry.slot}
    return _answer(given, [], facts)


def _record(given: argparse.Namespace, watch: Watch) -> int:
    if not given.record.exists():
        return _wrong_use(f"{given.record}: there is no such file or directory")
    if _is_archive(given.record):
        return _archive(given, watch)
    # Imported here: a receipt is checked without what encrypts ballots.
    from ballots.verify import verify

    findings = _told(verify(given.record, given.log_key, watch))
    code = _answer(given, findings, {})
    if not findings and given.log_key is None and not given.json:
        print("Checked with the record's own key: compare key.txt with one you trust.")
    return code


def _is_archive(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(9) == b"BELENIOS\0"


def _archive(given: argparse.Namespace, watch: Watch) -> int:
    """A bare archive of a secret poll, ours or anyone's."""
    from ballots.belenios.verify import verify_archive

    content = given.record.read_bytes()
    strong = given.strong.read_bytes() if given.strong else None
    step = watch(content.count(b'"type":"Ballot"'))
    audit = verify_archive(content, strong=strong, progress=step)
    facts: dict[str, Any] = {"ballots": len(audit.ballots)}
    if audit.election is not None:
        facts["election"] = audit.election.hash
    if audit.result is not None:
        facts["result"] = audit.result
    return _answer(given, _told(audit.findings), facts)


def _told(findings: Iterable[Finding]) -> list[dict[str, str]]:
    return [{"code": each.code, "message": each.message} for each in findings]


def _answer(
    given: argparse.Namespace, findings: list[dict[str, str]], facts: dict[str, Any]
) -> int:
    if given.json:
        said = {"ok": not findings, "findings": findings, **facts}
        print(json.dumps(said, ensure_ascii=False))
    elif findings:
        print("DOES NOT HOLD")
        for finding in findings:
            print(f"  {finding['code']}: {finding['message']}")
    else:
        print("HOLDS")
        for name, value in facts.items():
            print(f"  {name}: {value}")
    return DOES_NOT_HOLD if findings else HOLDS


def _wrong_use(message: str) -> int:
    print(f"stamma: {message}", file=sys.stderr)
    return WRONG_USE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
