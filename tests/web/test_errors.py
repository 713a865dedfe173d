"""Whatever can be refused has a status and a sentence."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import ballots
import governance
import web
from governance.errors import Refused
from web import errors

# What a ballot passes through on its way to the log.
ON_THE_WAY = (
    "belenios/ballot.py",
    "choice.py",
    "open_ballot.py",
    "secret_ballot.py",
    "sequencer.py",
    "signer.py",
    "slots.py",
)


def refusals(base: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in base.__subclasses__():
        yield each
        yield from refusals(each)


@pytest.fixture(scope="module", autouse=True)
def everything_loaded():
    for package in (governance, web):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)


def test_every_refusal_has_a_status_and_none_is_listed_that_is_not_there():
    codes = {each.code for each in refusals()}
    unlisted = codes - errors.STATUS.keys()
    assert unlisted == set(), "say in web/errors.py which status these have"
    assert errors.STATUS.keys() - codes == set()
    assert all(each.message for each in refusals())


def faults_in(path: Path) -> Iterator[str]:
    """The codes that a module raises, as they are written in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            first = node.args[0] if node.args else None
            raises = name in ("Rejected", "Fault", "Unavailable", "__init__")
            if raises and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_whatever_the_ballot_box_refuses_is_said_to_the_voter():
    root = Path(ballots.__file__).parent
    found = {code for name in ON_THE_WAY for code in faults_in(root / name)}
    assert {"individual-proof", "already-voted", "rollback", "unavailable"} <= found
    assert found - errors.FAULTS.keys() == set()
    for status, sentence in errors.FAULTS.values():
        assert 400 <= status < 600
        assert sentence.endswith(".")


def test_every_status_has_a_title_and_a_sentence():
    given = {*errors.STATUS.values(), *(status for status, _ in errors.FAULTS.values())}
    for status in given - {401}:  # which leads to the login
        assert status in errors.TITLES
