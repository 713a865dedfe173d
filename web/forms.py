"""Forms: a text in each of the association's languages, a day and a time at its seat."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from litestar.enums import RequestEncodingType
from litestar.params import Body

from governance.associations import Association
from governance.errors import N_, Invalid, Refused
from governance.languages import LANGUAGES
from web.render import entered

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]

Wrong = TypeVar("Wrong", bound=Refused)

YEARS = range(1900, 2200)  # a typing error beyond them would overflow the arithmetic of weeks


def languages(association: Association) -> list[tuple[str, str]]:
    """Code and name of each language in which the association writes, the authentic one first."""
    return [(code, LANGUAGES[code]) for code in association.languages]


def fields(association: Association, *names: str) -> list[str]:
    """The form's fields for texts that are written once per language: title_sv, title_en."""
    return [f"{name}_{code}" for name in names for code in association.languages]


def spread(association: Association, name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The fields of a text as it stands, to fill in a form."""
    return {f"{name}_{code}": texts.get(code, "") for code in association.languages}


def texts(form: Mapping[str, Any], name: str, association: Association) -> dict[str, str]:
    """The text in each language in which something was entered."""
    found = entered(form, *fields(association, name))
    written = {code: found[f"{name}_{code}"] for code in association.languages}
    return {code: text for code, text in written.items() if text}


def required(form: Mapping[str, Any], name: str, association: Association) -> dict[str, str]:
    """As `texts`. Raises Invalid where the authentic one, that of the first language, is missing:
    it is the one that decides where translations differ."""
    found = texts(form, name, association)
    authentic = association.languages[0]
    if authentic not in found:
        raise Invalid(
            N_("Write this in %(language)s: that text is the authentic one."),
            field=f"{name}_{authentic}",
            language=LANGUAGES[authentic],
        )
    return found


def beside(error: Wrong, names: Mapping[str, str] | None = None) -> Wrong:
    """The error at the field of this form in which what is wrong was entered, if it is in one.

    The domain names the text of one language title-sv.
    """
    if isinstance(error, Invalid):
        error.field = (names or {}).get(error.field, error.field.replace("-", "_"))
    return error


class ChangedMeanwhile(Refused):
    code = "changed-meanwhile"
    message = N_(
        "Somebody else has changed this since you opened it. What you wrote is below; "
        "saved again, it replaces theirs."
    )


def seen(as_it_is: Mapping[str, str]) -> str:
    """A mark of the texts that a form was filled in with, to be sent back with it."""
    return sha256(json.dumps(as_it_is, sort_keys=True).encode()).hexdigest()[:16]


def check_seen(form: dict[str, str], as_it_is: Mapping[str, str]) -> None:
    """Raises ChangedMeanwhile where two work on one text, and the later has not seen the other's;
    the form then bears the mark of what it would replace. The same sent twice is no change."""
    now = seen(as_it_is)
    same = all(form.get(name) == text for name, text in as_it_is.items())
    if form.get("seen") and form["seen"] != now and not same:
        form["seen"] = now
        raise ChangedMeanwhile


def numbers(sent: object) -> tuple[int, ...]:
    """A field that may have been sent once, several times or not at all, as whole numbers."""
    values = [str(each) for each in (sent if isinstance(sent, list) else [sent])]
    return tuple(int(each) for each in values if each.isascii() and each.isdecimal())


def day(form: Mapping[str, Any], name: str) -> dt.date:
    """Raises Invalid."""
    try:
        found = dt.date.fromisoformat(str(form.get(name) or ""))
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Invalid(N_("Enter a date as year, month, day: 2027-05-20."), field=name)
    return found


def instant(form: Mapping[str, Any], zone: ZoneInfo) -> dt.datetime:
    """The moment of the fields `date` and `time` at the seat. Raises Invalid."""
    date = day(form, "date")
    try:
        clock = dt.time.fromisoformat(str(form.get("time") or ""))
    except ValueError:
        clock = None
    if clock is None or clock.tzinfo is not None:
        raise Invalid(N_("Enter a time as hours and minutes: 18:30."), field="time")
    local = dt.datetime.combine(date, clock.replace(second=0, microsecond=0), zone)
    moment = local.astimezone(dt.UTC)
    # In spring an hour is left out: what is never shown on a clock nobody can come to.
    if moment.astimezone(zone).time() != local.time():
        raise Invalid(
            N_("The clocks are put forward that night: there is no such time."), field="time"
        )
    return moment


def when(moment: dt.datetime, zone: ZoneInfo) -> dict[str, str]:
    """The fields `date` and `time` of a moment, to fill in a form."""
    local = moment.astimezone(zone)
    return {"date": local.date().isoformat(), "time": local.strftime("%H:%M")}
