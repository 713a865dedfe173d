"""Set everything up beside the code, then run: `python3 run.py demo` or `python3 run.py test`.

Standard library only. It makes a virtual environment in `.venv`, installs the locked dependencies
with their hashes, and starts what was asked for. A second run finds its stamp and starts at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
USAGE = """python3 run.py demo [OPTIONS]    set up and start the demo
python3 run.py test [PYTEST…]    set up and run the tests
python3 run.py stamma COMMAND…   set up and run any command; --help lists them
python3 run.py setup             set up for development and do nothing more"""


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - said before the lock fails less clearly
        return fail("Stämma needs Python 3.11 or newer.")
    match arguments:
        case ["demo", *rest]:
            set_up("requirements.lock")
            return start(["-m", "web.cli", "demo", *rest])
        case ["stamma", *rest]:
            set_up("requirements.lock")
            return start(["-m", "web.cli", *rest])
        case ["test", *rest]:
            set_up("requirements-dev.lock")
            return test(rest)
        case ["setup"]:
            set_up("requirements-dev.lock")
            return 0
    print(USAGE)
    return 0 if arguments in (["-h"], ["--help"], ["help"]) else 2


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


def start(arguments: list[str]) -> int:
    try:
        return subprocess.call([str(PYTHON), *arguments], cwd=HERE)  # noqa: S603 - our own command
    except KeyboardInterrupt:
        return 130


def set_up(lock: str) -> None:
    """Make `.venv` hold what the lock names; the stamp says which lock and Python it was."""
    wanted = hashlib.sha256(
        (HERE / lock).read_bytes() + (HERE / "pyproject.toml").read_bytes() + sys.version.encode()
    ).hexdigest()
    stamp = HOME / f"{lock}.stamp"
    # The development lock holds all that the other one holds.
    stamps = [stamp, HOME / "requirements-dev.lock.stamp"]
    known = hashlib.sha256(
        (HERE / "requirements-dev.lock").read_bytes()
        + (HERE / "pyproject.toml").read_bytes()
        + sys.version.encode()
    ).hexdigest()
    if any(s.exists() and s.read_text() in {wanted, known} for s in stamps):
        return
    print(f"Setting up in {HOME} …", file=sys.stderr, flush=True)
    make_environment()
    install(HERE / lock)
    stamp.write_text(wanted)


def make_environment() -> None:
    if PYTHON.exists():
        return
    try:
        venv.create(HOME, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(HOME, ignore_errors=True)
        # Debian ships venv without ensurepip; the system's pip can fill an empty environment.
        venv.create(HOME, with_pip=False)
        if shutil.which("pip3") is None:
            raise SystemExit(
                f"Python cannot make a virtual environment ({error}).\n"
                "On Debian and Ubuntu: apt-get install python3-venv"
            ) from error


def install(lock: Path) -> None:
    """Install with hashes, by the environment's own pip, or else by the system's into it."""
    options = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    own = subprocess.call(  # noqa: S603
        [str(PYTHON), "-m", "pip", "--version"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pip = [str(PYTHON), "-m", "pip"] if own == 0 else ["pip3", "--python", str(PYTHON)]
    subprocess.check_call([*pip, *options, "-r", str(lock)])  # noqa: S603
    subprocess.check_call(  # noqa: S603
        [*pip, *options[:3], "--no-deps", "--no-build-isolation", "--editable", str(HERE)]
    )


def test(arguments: list[str]) -> int:
    """Run the whole suite; the browser tests need Chromium, which CI installs by itself."""
    if chromium() is None:
        if os.environ.get("CI"):
            sudo = [] if os.geteuid() == 0 else ["sudo"]
            subprocess.check_call([*sudo, "apt-get", "update", "-qq"])  # noqa: S603
            subprocess.check_call(  # noqa: S603
                [*sudo, "apt-get", "install", "-y", "-qq", "chromium"]
            )
        else:
            print(
                "The browser tests will not run: Chromium is missing.\n"
                "On Debian and Ubuntu: apt-get install chromium\n"
                "Elsewhere: set STAMMA_CHROMIUM to its path.",
                file=sys.stderr,
            )
            arguments = [*arguments, "--ignore=tests/journeys"]
    return start(["-m", "pytest", *arguments])


def chromium() -> str | None:
    named = os.environ.get("STAMMA_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM)), None)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
