"""Check a receipt: a public page. The browser does it; the server where there are no scripts."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from ballots.checkpoint import VerifierKey
from ballots.errors import Fault
from ballots.receipt import short_code, verify_receipt
from governance.errors import N_
from web.auth import Visitor
from web.house import House
from web.i18n import translate
from web.render import page

# By the codes of ballots/receipt.py and static/js/tlog.js.
REASONS = {
    "malformed": N_("This is not a receipt, or it has been changed: it cannot be read."),
    "origin": N_("This receipt belongs to another log, not to this association's."),
    "log-signature": N_("The log's signature does not hold: the receipt was changed or forged."),
    "inclusion": N_("The proof does not lead from this ballot to what the log signed."),
    "index": N_("The proof does not lead from this ballot to what the log signed."),
    "consistency": N_("The log no longer holds what it held when this receipt was given."),
    "not-counted": N_("The log holds another ballot in this place. Report it."),
    "not-there": N_("The log holds no ballot in this place. Report it."),
    "not-in-archive": N_("The published archive does not hold this ballot. Report it."),
    "other-ballot": N_("The log holds another ballot than the one this browser cast."),
    "other-voter": N_("This receipt is for another voter or for another vote than yours."),
    "offline": N_("The receipt itself holds, but the log could not be asked. Try again."),
    "other": N_("The check could not be made. Try again, or check offline."),
}


def reasons(language: str) -> dict[str, str]:
    """What can be wrong with a receipt, for static/js/verdict.js to choose from."""
    return {code: translate(language, text) for code, text in REASONS.items()}


def _shown(house: House, visitor: Visitor, **facts: Any) -> Response[str]:
    given = {"receipt": "", "proved": None, "error": None, **facts}
    status = 422 if given["error"] else 200
    log_key = house.signer.verifier_key
    return page(
        visitor,
        "check/show.html",
        status=status,
        log_key=log_key,
        reasons=reasons(visitor.language),
        **given,
    )


@get("/check", sync_to_thread=True)
def show(house: House, visitor: Visitor) -> Response[str]:
    return _shown(house, visitor)


@post("/check", status_code=200, sync_to_thread=True)
def check(
    house: House,
    visitor: Visitor,
    data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    receipt = str(data.get("receipt") or "").replace("\r\n", "\n")
    # A textarea may lose the last line's end; nothing else of a receipt is mended.
    if receipt and not receipt.endswith("\n"):
        receipt += "\n"
    try:
        proved = verify_receipt(receipt, VerifierKey.parse(house.signer.verifier_key))
    except Fault as fault:
        return _shown(house, visitor, receipt=receipt, error=fault.code)
    facts = {
        "code": short_code(proved.entry),
        "log": proved.checkpoint.origin,
        "index": proved.index,
    }
    return _shown(house, visitor, receipt=receipt, proved=facts)


handlers = [show, check]
