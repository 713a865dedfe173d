"""Debian's `belenios-tool` 2.0, the independent judge of every secret ballot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NAME = "belenios-tool"


def is_here() -> bool:
    return shutil.which(NAME) is not None


def require() -> None:
    """Skips the test where the judge is missing; in CI, fails it."""
    if is_here():
        return
    if os.environ.get("CI"):
        pytest.fail("belenios-tool is missing; .ci/run installs it")
    pytest.skip("belenios-tool is not here: apt-get install belenios-tool")


def run(directory: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "BELENIOS_USE_URANDOM": "1"}
    command = [NAME, *arguments]
    return subprocess.run(  # noqa: S603
        command, cwd=directory, input=given, capture_output=True, env=environment, check=False
    )


def made(directory: Path, *arguments: str, given: bytes = b"") -> bytes:
    """What it printed; fails the test where it fails."""
    done = run(directory, *arguments, given=given)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def accepts(directory: Path, uuid: str, archive: bytes) -> bool:
    """Its verdict on an archive."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{uuid}.bel").write_bytes(archive)
    done = run(directory, "election", "verify")
    return done.returncode == 0 and b"all checks passed" in done.stdout + done.stderr
