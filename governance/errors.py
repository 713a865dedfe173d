"""What can be refused, each with a stable code and a sentence that the pages translate.

`web/errors.py` maps every code to a status; the sentence is a msgid of the catalogue, its `%(…)s`
fields filled from `facts` after translation.
"""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - gettext's own name, which the extractor looks for
    """Mark a sentence for translation where it is written; it is translated where it is shown."""
    return message


class Refused(Exception):
    """A step that the rules, the rulebook or the state of things do not allow."""

    code = "refused"
    message = N_("This cannot be done.")
    field = ""  # of the form, where it is one field that is at fault

    def __init__(self, message: str | None = None, **facts: object) -> None:
        self.message = message or self.message
        self.facts = facts
        super().__init__(f"{self.code}: {self.message % facts if facts else self.message}")


class NotFound(Refused):
    code = "not-found"
    message = N_("There is nothing here.")


class NotAllowed(Refused):
    code = "not-allowed"
    message = N_("Your role does not allow this.")


class Invalid(Refused):
    """Input that is at fault; `field` names the form field that the message belongs to."""

    code = "invalid"
    message = N_("Check what you have entered.")

    def __init__(self, message: str | None = None, *, field: str = "", **facts: object) -> None:
        self.field = field
        super().__init__(message, **facts)


class WrongState(Refused):
    code = "wrong-state"
    message = N_("This step is not possible now.")
