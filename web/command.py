"""What the commands share: settings, the database, the association, and what wrong use is.

Everything else is imported when a command runs: checking a receipt loads no web server.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from governance.associations import Association
    from governance.database import Database
    from web.house import House
    from web.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


class WrongUse(click.ClickException):
    exit_code = 2


def _settle(context: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    # Server processes are started afresh and read the environment, as this one does.
    if value is not None:
        os.environ[f"STAMMA_{str(option.name).upper()}"] = str(value.resolve())
    return value


def located(*, kept: bool = False) -> Callable[[Command], Command]:
    """Let a command say where its settings and data are; both may stand before it as well.

    `kept` hands the two on to the command, too.
    """

    def add(command: Command) -> Command:
        for name, text in (
            ("--data-dir", "Where keys and the database live; else STAMMA_DATA_DIR."),
            ("--config", "Settings as TOML; else STAMMA_CONFIG."),
        ):
            kind = click.Path(path_type=Path)
            option = click.option(name, type=kind, help=text, callback=_settle, expose_value=kept)
            command = option(command)
        return command

    return add


def settings(**given: Any) -> Settings:
    from web.settings import SettingsError, load

    try:
        return load(**given)
    except SettingsError as error:
        raise WrongUse(str(error)) from None


@contextmanager
def opened(found: Settings) -> Iterator[Database]:
    """The database, whose schema has to be there."""
    import sqlalchemy as sa

    from governance.associations import Association

    database = connected(found)
    try:
        try:
            is_set_up = sa.inspect(database.engine).has_table(Association.__tablename__)
        except sa.exc.OperationalError as error:
            raise unreachable(error) from None
        if not is_set_up:
            raise WrongUse("the database is empty: stamma migrate, or admin create-association")
        yield database
    finally:
        database.close()


def connected(found: Settings) -> Database:
    import sqlalchemy as sa

    from governance.database import Database

    try:
        return Database(found.database)
    except OSError as error:
        raise WrongUse(f"{error.filename or found.data_dir}: {error.strerror}") from None
    except sa.exc.ArgumentError:
        raise WrongUse("database_url: this is not the address of a database") from None


def unreachable(error: Any) -> WrongUse:
    # Its class alone: the message of a driver may quote the password.
    return WrongUse(f"the database cannot be reached: {type(error.orig).__name__}")


def upgrade(found: Settings) -> None:
    import sqlalchemy as sa

    from governance.migrations import upgrade

    database = connected(found)
    try:
        upgrade(database)
    except sa.exc.OperationalError as error:
        raise unreachable(error) from None
    finally:
        database.close()


def the_association(db: Session, slug: str | None) -> Association:
    """The one of that slug; without a slug the only one there is."""
    import sqlalchemy as sa

    from governance.associations import Association

    wanted = sa.select(Association).order_by(Association.id).limit(2)
    found = db.scalars(wanted.where(Association.slug == slug) if slug else wanted).all()
    if not found:
        raise WrongUse(f"there is no association {slug or 'yet: stamma admin create-association'}")
    if len(found) > 1:
        raise WrongUse("there are several associations: name one with --association")
    return found[0]


def the_house(found: Settings) -> House:
    from ballots.errors import Fault
    from web.house import NotSetUp, open_house

    with opened(found):
        pass
    try:
        return open_house(found)
    except NotSetUp:
        raise WrongUse("there is no association yet: stamma admin create-association") from None
    except (Fault, ValueError):
        raise WrongUse(f"{found.log_key_path} holds no key of a log") from None
