"""Archives with a browser's work in them, judged by our verifier and by `belenios-tool`."""

from __future__ import annotations

from pathlib import Path

from ballots.belenios.verify import verify_archive
from tests.ballots.belenios import tool
from tests.ballots.belenios.conftest import Made


def judged(made: Made, directory: Path, strong: bytes | None = None) -> list[list[int]] | None:
    """Both verdicts on the archive, which have to agree that everything holds."""
    tool.require()
    encoded = made.archive.encode()
    audit = verify_archive(encoded, processes=1, strong=strong)
    assert audit.findings == []
    assert tool.accepts(directory, made.election.uuid, encoded)
    return audit.result
