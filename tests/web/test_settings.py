"""Settings are parsed once, and what makes no sense is said before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from web import settings
from web.settings import FIELDS, SettingsError, load

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def config(tmp_path):
    def config(text: str) -> Path:
        path = tmp_path / "stamma.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return config


def test_the_page_of_settings_is_the_one_that_the_fields_make():
    assert DOCUMENT.read_text(encoding="utf-8") == settings.document(), (
        "run: python -m web.settings > docs/settings.md"
    )


def test_the_page_has_a_line_for_each_setting():
    page = DOCUMENT.read_text(encoding="utf-8")
    for name in FIELDS:
        assert f"| `STAMMA_{name.upper()}` | `{name}` |" in page


def test_without_anything_said_the_defaults_hold():
    found = load({})
    assert (found.host, found.port, found.demo) == ("127.0.0.1", 8000, False)
    assert found.database.startswith("sqlite:////")
    assert found.database.endswith("/stamma-data/stamma.db")


def test_the_environment_wins_over_the_file_and_a_command_over_both(config):
    path = config('port = 1\nhost = "file"\nmail_from = "file@example.org"\n')
    environ = {"STAMMA_CONFIG": str(path), "STAMMA_PORT": "2", "STAMMA_HOST": "environment"}
    found = load(environ, port=3, host=None)
    assert (found.port, found.host, found.mail_from) == (3, "environment", "file@example.org")


@pytest.mark.parametrize(
    ("text", "expected"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False)]
)
def test_yes_and_no_are_written_in_several_ways(text, expected):
    assert load({"STAMMA_DEMO": text}).demo is expected


def test_a_variable_without_a_value_says_nothing():
    found = load({"STAMMA_PORT": "", "STAMMA_SECRET_FILE": "", "STAMMA_SMTP_URL": ""})
    assert (found.port, found.secret_file, found.smtp_url) == (8000, None, "")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"STAMMA_PROT": "1"}, "did you mean STAMMA_PORT?"),
        ({"STAMMA_ZZZZ": "1"}, "unknown setting STAMMA_ZZZZ"),
        ({"STAMMA_PORT": "eighty"}, "is not a whole number"),
        ({"STAMMA_DEMO": "perhaps"}, "is neither yes nor no"),
        ({"STAMMA_BASE_URL": "stamma.example"}, "is not an http(s) address"),
        ({"STAMMA_LOG_LEVEL": "loud"}, "is none of"),
        ({"STAMMA_WORKERS": "2"}, "more than one needs PostgreSQL"),
        ({"STAMMA_CONFIG": "/nowhere/stamma.toml"}, "/nowhere/stamma.toml"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(environ, said):
    with pytest.raises(SettingsError) as refused:
        load(environ)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"), [("prot = 1", "did you mean port?"), ("port = ", "stamma.toml")]
)
def test_a_fault_in_the_file_names_the_file(config, text, said):
    path = config(text)
    with pytest.raises(SettingsError) as refused:
        load({}, path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_what_tests_and_the_choice_of_file_need_are_no_settings(config):
    found = load({"STAMMA_TEST_POSTGRES": "x", "STAMMA_CONFIG": str(config("port = 9"))})
    assert found.port == 9


def test_several_processes_may_share_postgresql():
    found = load({"STAMMA_WORKERS": "2", "STAMMA_DATABASE_URL": "postgresql://host/stamma"})
    assert found.workers == 2


def test_the_origin_is_what_a_browser_calls_it():
    found = load({"STAMMA_BASE_URL": "https://stamma.example:8443/some/path"})
    assert (found.origin, found.https) == ("https://stamma.example:8443", True)


def test_keys_lie_in_the_data_directory_unless_said_otherwise(tmp_path):
    found = load({"STAMMA_DATA_DIR": str(tmp_path), "STAMMA_LOG_KEY_FILE": "/keys/log.key"})
    assert found.log_key_path == Path("/keys/log.key")
    assert found.log_guard_path == tmp_path / "log.guard"
    assert found.secret_path == tmp_path / "secret.key"
