"""The arrows of the house, web → governance → ballots, read from every import that is written."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_KNOW = {
    "ballots": {"ballots"},
    "governance": {"governance", "ballots"},
    "web": {"web", "governance", "ballots"},
}
# The board in SQL and what takes ballots into it. All else in `ballots` is a stranger's as well,
# who has no database.
KNOW_SQL = {
    "ballots.lists",
    "ballots.sequencer",
    "ballots.statements",
    "ballots.store",
    "ballots.tables",
    "ballots.tree",
}
# Beside the standard library and SQLAlchemy: signatures, and the numbers of secret ballots.
LIBRARIES_OF_BALLOTS = {"cryptography", "gmpy2"}
CLOCKS = {"datetime", "date", "dt", "os"}


@dataclass(frozen=True)
class Import:
    where: str  # "web/pages/me.py:12"
    of: str  # the module that imports
    module: str  # what it imports, whole
    names: tuple[str, ...]  # and what of it, for `from … import …`

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.where}: {self.module}"


def modules(package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), path


def imports_of(source: str, of: str, file: str) -> Iterator[Import]:
    """Every import, also within functions and under TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(f"{file}:{node.lineno}", of, alias.name, ())
        elif isinstance(node, ast.ImportFrom):
            # A relative import stays within its package, whichever way it is written.
            module = node.module or "" if not node.level else of.partition(".")[0]
            names = tuple(alias.name for alias in node.names)
            yield Import(f"{file}:{node.lineno}", of, module, names)


def imports(package: str) -> Iterator[Import]:
    for module, path in modules(package):
        source = path.read_text(encoding="utf-8")
        yield from imports_of(source, module, str(path.relative_to(ROOT)))


def back(package: str, found: Iterator[Import]) -> list[str]:
    ours = set(MAY_KNOW)
    return [str(each) for each in found if each.package in ours - MAY_KNOW[package]]


@pytest.mark.parametrize("package", MAY_KNOW)
def test_no_arrow_points_back(package):
    assert back(package, imports(package)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import governance.members",
        "from web import i18n",
        "def late():\n    from governance import members",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from web.house import House",
    ],
)
def test_an_arrow_back_is_found_wherever_it_is_written(source):
    assert len(back("ballots", imports_of(source, "ballots.board", "board.py"))) == 1


def test_only_the_board_in_sql_knows_sqlalchemy():
    knows = {each.of for each in imports("ballots") if each.package == "sqlalchemy"}
    assert knows == KNOW_SQL


def test_nothing_that_a_stranger_checks_with_leads_to_sqlalchemy():
    """The modules that `python -m ballots` reaches, by their own imports."""
    reached, ahead = set(), ["ballots.__main__"]
    names = dict(modules("ballots"))
    found = list(imports("ballots"))
    while ahead:
        module = ahead.pop()
        if module in reached or module not in names:
            continue
        reached.add(module)
        for each in found:
            if each.of == module:
                ahead += [each.module, *(f"{each.module}.{name}" for name in each.names)]
    assert "ballots.verify" in reached
    assert reached & KNOW_SQL == set()


def test_ballots_needs_little():
    needed = {each.package for each in imports("ballots")}
    needed -= set(sys.stdlib_module_names) | {"ballots", "sqlalchemy"}
    assert needed == LIBRARIES_OF_BALLOTS


def test_a_stranger_checks_a_receipt_without_our_database_and_our_pages(tmp_path):
    """In a process in which every other library of the house cannot be imported."""
    script = (
        "import sys\n"
        "for name in ('sqlalchemy', 'gmpy2', 'litestar', 'jinja2', 'babel', 'governance', 'web'):\n"
        "    sys.modules[name] = None\n"
        "from ballots.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    receipts = ROOT / "tests" / "vectors" / "receipt"
    key = (receipts / "keys.txt").read_text().split()[0]
    arguments = ["receipt", str(receipts / "worked.tlog-proof"), "--log-key", key]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("package", MAY_KNOW)
def test_no_module_takes_what_another_keeps_to_itself(package):
    taken = [
        f"{each}.{name}"
        for each in imports(package)
        if each.package in MAY_KNOW
        for name in (*each.names, *each.module.split("."))
        if name.startswith("_") and not name.startswith("__")
    ]
    assert taken == []


@pytest.mark.parametrize("package", MAY_KNOW)
def test_no_module_reaches_into_another(package):
    """`module._private`, where the module was imported whole."""
    reached = []
    for module, path in modules(package):
        source = path.read_text(encoding="utf-8")
        known = {
            name
            for each in imports_of(source, module, path.name)
            if each.package in MAY_KNOW
            for name in each.names
            if name.islower()
        }
        for node in ast.walk(ast.parse(source)):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id in known
                and node.attr.startswith("_")
                and not node.attr.startswith("__")
            ):
                reached.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.attr}")
    assert reached == []


def test_only_the_application_knows_the_pages():
    """What pages are made with does not depend on any one of them."""
    knows = {
        each.of
        for each in imports("web")
        if (each.module.startswith("web.pages") or (each.module == "web" and "pages" in each.names))
        and not each.of.startswith("web.pages")
    }
    assert knows == {"web.app"}


def test_governance_asks_neither_the_clock_nor_chance():
    """Time and chance are arguments, so that what was decided can be decided again."""
    asked = [
        str(each)
        for each in imports("governance")
        if each.package in {"random", "secrets", "time", "uuid"}
    ]
    asked += [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for _, path in modules("governance")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "urandom"}
        if isinstance(node.value, ast.Attribute | ast.Name)
        if getattr(node.value, "id", getattr(node.value, "attr", "")) in CLOCKS
    ]
    assert asked == []
