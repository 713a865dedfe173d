"""Settings, parsed once: from STAMMA_* in the environment over an optional TOML file.

`python -m web.settings` prints docs/settings.md.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints
from urllib.parse import urlsplit

PREFIX = "STAMMA_"
# Read by the test suite and by the choice of file, not settings of a running house.
NOT_SETTINGS = ("STAMMA_CONFIG", "STAMMA_TEST_")


class SettingsError(ValueError):
    """A setting is unknown or its value makes no sense; the message says which and why."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    data_dir: Annotated[Path, "Where everything that is not in the database lives: keys, mail."] = (
        Path("stamma-data")
    )
    database_url: Annotated[
        str, "`postgresql://user@host/name`; empty means SQLite in the data directory."
    ] = ""
    base_url: Annotated[str, "The address people use; `https://` turns on HSTS."] = (
        "http://localhost:8000"
    )
    booth_origin: Annotated[
        str,
        "Another origin that serves the page of secret votes, `https://booth.example`; "
        "empty: this server's own.",
    ] = ""
    host: Annotated[str, "The address the server listens on."] = "127.0.0.1"
    port: Annotated[int, "The port the server listens on."] = 8000
    workers: Annotated[int, "Server processes; more than one needs PostgreSQL."] = 1
    trusted_hops: Annotated[
        int, "How many reverse proxies append to `X-Forwarded-For`; 0 ignores the header."
    ] = 0
    secret_file: Annotated[
        Path | None,
        "32 random bytes, the key of hashed codes; else `secret.key` in the data directory.",
    ] = None
    log_key_file: Annotated[
        Path | None, "The key that signs the log; else `log.key` in the data directory."
    ] = None
    log_guard_file: Annotated[
        Path | None,
        "What was signed last, against rollback; else `log.guard` in the data directory.",
    ] = None
    smtp_url: Annotated[
        str,
        "`smtp://user:password@host:587?starttls=yes` or `smtps://host:465`; "
        "empty puts mail as files into the data directory.",
    ] = ""
    mail_from: Annotated[str, "The sender's address of all mail."] = "stamma@localhost"
    demo: Annotated[bool, "Log in by choosing a person. Never with real members."] = False
    demo_crowd: Annotated[bool, "In a demo, the other members vote by themselves."] = False
    work_in_server: Annotated[
        bool, "Send notices and close polls in the server; off where `stamma worker` runs."
    ] = True
    log_level: Annotated[str, "`debug`, `info`, `warning` or `error`."] = "info"

    def __post_init__(self) -> None:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise SettingsError(f"base_url: {self.base_url!r} is not an http(s) address")
        booth = urlsplit(self.booth_origin)
        if self.booth_origin and (
            booth.scheme not in ("http", "https")
            or self.booth_origin != f"{booth.scheme}://{booth.netloc}"
            or self.booth_origin == self.origin
        ):
            raise SettingsError(f"booth_origin: {self.booth_origin!r} is no other origin")
        if self.workers > 1 and not self.database_url.startswith("postgresql"):
            raise SettingsError("workers: more than one needs PostgreSQL (database_url)")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsError(f"log_level: {self.log_level!r} is none of debug … error")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'stamma.db').resolve()}"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def origin(self) -> str:
        """Scheme, host and port of `base_url`, as browsers write them in the Origin header."""
        address = urlsplit(self.base_url)
        return f"{address.scheme}://{address.netloc}"

    @property
    def secret_path(self) -> Path:
        return self.secret_file or self.data_dir / "secret.key"

    @property
    def log_key_path(self) -> Path:
        return self.log_key_file or self.data_dir / "log.key"

    @property
    def log_guard_path(self) -> Path:
        return self.log_guard_file or self.data_dir / "log.guard"

    @property
    def mailbox(self) -> Path:
        return self.data_dir / "mailbox"


# What each is for and of what type: {name: (type, meaning)}.
FIELDS: dict[str, tuple[Any, str]] = {
    name: get_args(hint) for name, hint in get_type_hints(Settings, include_extras=True).items()
}


def load(
    environ: Mapping[str, str] | None = None, config: Path | None = None, **given: Any
) -> Settings:
    """Settings from file, then environment, then `given`, the later winning; `None` is not given.

    Raises `SettingsError` on anything unknown, naming the nearest setting.
    """
    environ = os.environ if environ is None else environ
    file = config or (Path(environ["STAMMA_CONFIG"]) if environ.get("STAMMA_CONFIG") else None)
    found = _from_file(file) if file else {}
    found |= _from_environment(environ)
    found |= {name: value for name, value in given.items() if value is not None}
    # `STAMMA_PORT=` in a file of variables means that nothing is said about the port.
    said = {name: raw for name, raw in found.items() if raw != "" or FIELDS[name][0] is str}
    return Settings(**{name: _value(name, raw) for name, raw in said.items()})


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    for key in table:
        if key not in FIELDS:
            raise SettingsError(f"{path}: unknown setting {key}{_nearest(key)}")
    return table


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable.startswith(NOT_SETTINGS):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in FIELDS:
            raise SettingsError(f"unknown setting {variable}{_nearest(name, PREFIX)}")
        found[name] = value
    return found


def _nearest(name: str, prefix: str = "") -> str:
    close = difflib.get_close_matches(name, FIELDS, n=1)
    if not close:
        return ""
    return f"; did you mean {prefix + close[0].upper() if prefix else close[0]}?"


def _value(name: str, raw: Any) -> Any:
    kind, _ = FIELDS[name]
    if kind is bool:
        return _truth(name, raw)
    if kind is int:
        try:
            return int(raw)
        except (TypeError, ValueError):
            raise SettingsError(f"{name}: {raw!r} is not a whole number") from None
    return str(raw) if kind is str else Path(raw)


def _truth(name: str, raw: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return words[str(raw).lower()]
    except KeyError:
        raise SettingsError(f"{name}: {raw!r} is neither yes nor no") from None


def document() -> str:
    """docs/settings.md, from the fields themselves."""
    lines = [
        "# Settings",
        "",
        "Each is a `STAMMA_…` variable of the environment, or a key of the TOML file that",
        "`STAMMA_CONFIG` or `--config` names; the environment wins. An unknown name is an error.",
        "This page is made by `python -m web.settings`.",
        "",
        "| Variable | Key | Default | Meaning |",
        "|---|---|---|---|",
    ]
    plain = Settings()
    for name, (_, meaning) in FIELDS.items():
        value = getattr(plain, name)
        default = "" if value in (None, "") else f"`{_written(value)}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | `{name}` | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _written(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    print(document(), end="")
