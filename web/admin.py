"""The commands `stamma admin …`: an association, who administers it, and the key of its log."""

from __future__ import annotations

import re

import click

from web.command import WrongUse, located, opened, settings, the_association, upgrade

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


@click.group()
def admin() -> None:
    """Set up an association, its administrators and its key."""


@admin.command("create-association")
@click.option("--name", required=True, help="As it is registered.")
@click.option("--slug", required=True, help="Short, for commands: [a-z0-9-].")
@click.option("--registration-number", default="", help="As authorities know it.")
@click.option("--time-zone", default="Europe/Stockholm", show_default=True, help="At its seat.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    default=("sv", "en"),
    show_default=True,
    help="In which it writes; give it once for each, the authentic one first.",
)
@click.option("--origin", help="The name of its log, never to change; host/slug without it.")
@located()
def create_association(origin: str | None, languages: tuple[str, ...], **given: str) -> None:
    """Create the association whose house this is, and the schema where there is none."""
    from urllib.parse import urlsplit

    import sqlalchemy as sa

    from governance.associations import Association

    found = settings()
    named = origin or f"{urlsplit(found.base_url).hostname}/{given['slug']}"
    check(named, languages, given["slug"], given["time_zone"])
    upgrade(found)
    try:
        with opened(found) as database, database.writing() as db:
            db.add(Association(origin=named, languages=list(dict.fromkeys(languages)), **given))
    except sa.exc.IntegrityError:
        raise WrongUse(f"there is an association {given['slug']} already") from None
    click.echo(f"Created. Its log is {named}.")


def check(origin: str, languages: tuple[str, ...], slug: str, time_zone: str) -> None:
    """Raises WrongUse."""
    from zoneinfo import available_timezones

    from ballots.checkpoint import SigningKey
    from ballots.errors import Fault
    from governance.languages import LANGUAGES

    if not SLUG.fullmatch(slug):
        raise WrongUse(f"{slug!r} is no slug: use small letters, digits and hyphens")
    if time_zone not in available_timezones():
        raise WrongUse(f"unknown time zone {time_zone}")
    for language in languages:
        if language not in LANGUAGES:
            raise WrongUse(f"unknown language {language}: one of {', '.join(LANGUAGES)}")
    try:
        SigningKey.generate(origin)
    except Fault as fault:
        raise WrongUse(f"{origin!r} cannot name a log: {fault.message}") from None


@admin.command()
@click.argument("who", metavar="MEMBER")
@click.option(
    "--role",
    type=click.Choice(["administrator", "director"]),
    default="administrator",
    show_default=True,
)
@click.option("--association", help="Its slug; not needed where there is one.")
@located()
def appoint(who: str, role: str, association: str | None) -> None:
    """Give MEMBER, a member number or e-mail address, a role in the association."""
    from governance import members, roles
    from web.house import utc_now

    with opened(settings()) as database, database.writing() as db:
        member = members.named(db, the_association(db, association).id, who)
        if member is None:
            raise WrongUse(f"there is no member {who}")
        roles.grant(db, member, roles.Role(role), now=utc_now(), by_id=None)
    click.echo(f"Member {member.number} is {role}.")


@admin.command()
@click.argument("act", metavar="[show|new]", type=click.Choice(["show", "new"]))
@click.option("--association", help="Its slug; not needed where there is one.")
@located()
def key(act: str, association: str | None) -> None:
    """Show the log's public key, or make the key pair before the first start."""
    from ballots.checkpoint import SigningKey
    from ballots.errors import Fault
    from web.house import log_key

    found = settings()
    path = found.log_key_path
    if act == "new" and path.exists():
        raise WrongUse(f"{path} is there already; a key is never overwritten")
    if act == "show" and not path.exists():
        raise WrongUse(f"{path} is not there: stamma admin key new")
    if act == "show":
        try:
            click.echo(SigningKey.load(path).verifier_key)
        except (Fault, ValueError):
            raise WrongUse(f"{path} holds no key of a log") from None
        return
    with opened(found) as database, database.reading() as db:
        origin = the_association(db, association).origin
    click.echo(log_key(path, origin).verifier_key)
