"""Logging in: by a code sent by e-mail, in the demo by choosing a person; and out again."""

from __future__ import annotations

import datetime as dt
import secrets
from email.message import EmailMessage
from typing import Annotated, Any

import sqlalchemy as sa
from litestar import Request, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.orm import Session

from governance import journal, logins
from governance.errors import N_, Invalid, NotFound, Refused
from governance.members import Member
from governance.roles import Grant, Role
from web import i18n, logs
from web.auth import LANGUAGE_COOKIE, Visitor, browser_cookie, client_address, cookie
from web.auth import session_cookie as session_cookie_name
from web.house import House
from web.mail import MailRefused
from web.render import entered, local, page, see

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyRequest = Request[Any, Any, Any]

QUARTER = dt.timedelta(minutes=15)
DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)
# How many codes one address may be sent: five tries each at one in a million, so that who asks
# all day long guesses right once in ten thousand days. One network asks for more people.
PER_ADDRESS = ((QUARTER, 5), (DAY, 20))
PER_NETWORK = ((QUARTER, 60),)


class TooMany(Refused):
    code = "too-many"
    message = N_("There were too many tries. Wait a quarter of an hour and try again.")


@get("/login", sync_to_thread=True)
def show(house: House, visitor: Visitor, next: str = "", q: str = "") -> Response[str]:  # noqa: A002
    people = []
    if visitor.demo:
        with house.database.reading() as db:
            people = _people(db, house.association_id, q)
    return page(
        visitor, "login/show.html", next=local(next), q=q, people=people, form={"email": ""}
    )


@post("/login", sync_to_thread=True)
def ask(request: AnyRequest, house: House, visitor: Visitor, data: Form) -> Response[Any]:
    """Send a code. Answer and timing are the same whether the address is known or not."""
    form = entered(data, "email", "next")
    if "@" not in form["email"][1:-1]:
        error = Invalid(N_("Enter an e-mail address."), field="email")
        context: dict[str, Any] = {"next": local(form["next"]), "q": "", "people": [], "form": form}
        return page(visitor, "login/show.html", status=422, error=error, **context)
    _limit(request, house, PER_NETWORK)
    _limit(request, house, PER_ADDRESS, f"address:{form['email'].lower()}")
    now = house.clock()
    browser, token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    today = visitor.association.today(now)
    with house.database.writing() as db:
        member = logins.find(db, house.association_id, form["email"], today)
        logins.ask(db, member, browser=browser, token=token, key=house.secret, now=now)
    answer = see(f"/login/code?next={local(form['next'])}")
    answer.set_cookie(
        cookie(house.settings, browser_cookie(house.settings), browser, logins.CODE_LIVES)
    )
    # Sent after the answer: a mail server's seconds would tell known addresses from unknown.
    answer.background = BackgroundTask(_send, house, visitor, member, token) if member else None
    return answer


@get("/login/code", sync_to_thread=True)
def enter(visitor: Visitor, next: str = "") -> Response[str]:  # noqa: A002
    return page(visitor, "login/code.html", next=local(next))


@post("/login/code", sync_to_thread=True)
def redeem(request: AnyRequest, house: House, visitor: Visitor, data: Form) -> Response[Any]:
    form = entered(data, "code", "next")
    _limit(request, house, PER_NETWORK, "code:")
    code = "".join(form["code"].split())
    browser = request.cookies.get(browser_cookie(house.settings), "")
    with house.database.writing() as db:
        member_id = logins.redeem(db, code, browser=browser, key=house.secret, now=house.clock())
    if member_id is None:
        error = Invalid(
            N_("This code does not hold. It may be mistyped, used or older than ten minutes."),
            field="code",
        )
        return page(visitor, "login/code.html", status=422, error=error, next=local(form["next"]))
    return _enter(request, house, member_id, "email", form["next"])


@get("/login/link", sync_to_thread=True)
def arrive(visitor: Visitor) -> Response[str]:
    """Where the mail's link leads. The token is in the fragment: nothing arrives here, and mail
    scanners that open every link use nothing up."""
    return page(visitor, "login/link.html")


@post("/login/link", sync_to_thread=True)
def follow(request: AnyRequest, house: House, visitor: Visitor, data: Form) -> Response[Any]:
    token = entered(data, "token")["token"]
    _limit(request, house, PER_NETWORK, "code:")
    browser = request.cookies.get(browser_cookie(house.settings), "")
    code = logins.digits(house.secret, token)
    with house.database.writing() as db:
        now = house.clock()
        sent = logins.follow(db, token, now=now)
        same_browser = sent is not None and sent.browser == logins.sha256(browser)
        member_id = None
        if same_browser:
            member_id = logins.redeem(db, code, browser=browser, key=house.secret, now=now)
    if member_id is not None:
        return _enter(request, house, member_id, "email", "/")
    # Opened in another browser than asked for it: whoever forwarded the mail must not log in here.
    return page(visitor, "login/elsewhere.html", code=code if sent and not same_browser else "")


@post("/login/demo", sync_to_thread=True)
def choose(request: AnyRequest, house: House, visitor: Visitor, data: Form) -> Response[Any]:
    if not visitor.demo:
        raise NotFound
    form = entered(data, "member", "next")
    with house.database.reading() as db:
        member = db.get(Member, int(form["member"])) if form["member"].isdecimal() else None
    if member is None:
        raise NotFound
    return _enter(request, house, member.id, "demo", form["next"])


@post("/logout", sync_to_thread=True)
def leave(request: AnyRequest, house: House) -> Response[Any]:
    name = session_cookie_name(house.settings)
    with house.database.writing() as db:
        logins.end(db, request.cookies.get(name, ""), now=house.clock())
    answer = see("/", notice="logged-out")
    answer.set_cookie(cookie(house.settings, name, "", dt.timedelta()))
    return answer


@post("/language", sync_to_thread=True)
def change_language(house: House, visitor: Visitor, data: Form) -> Response[Any]:
    form = entered(data, "language", "next")
    language = i18n.chosen(form["language"])
    # A member whose language the pages are not yet offered in keeps it, for mail and notices.
    if visitor.member and visitor.member.language in i18n.INTERFACE:
        with house.database.writing() as db:
            member = db.get_one(Member, visitor.member.id)
            member.language = language
            journal.record(
                db,
                "member.language",
                association_id=member.association_id,
                by_id=member.id,
                subject=f"member:{member.id}",
                now=house.clock(),
            )
    answer = see(local(form["next"]))
    answer.set_cookie(cookie(house.settings, LANGUAGE_COOKIE, language, YEAR))
    return answer


def _limit(
    request: AnyRequest,
    house: House,
    limits: tuple[tuple[dt.timedelta, int], ...],
    subject: str = "",
) -> None:
    """Count this try, in a transaction of its own that stands whatever follows."""
    if not subject or subject.endswith(":"):
        subject = f"{subject}network:{client_address(request, house.settings.trusted_hops)}"
    now = house.clock()
    with house.database.writing() as db:
        counts = [
            logins.count_attempt(db, subject, window=window, key=house.secret, now=now)
            for window, _ in limits
        ]
    if any(count > most for count, (_, most) in zip(counts, limits, strict=True)):
        raise TooMany


def _enter(
    request: AnyRequest, house: House, member_id: int, method: str, path: str
) -> Response[Any]:
    """Begin a session under a token made now, whatever the browser brought along."""
    token, name = secrets.token_urlsafe(32), session_cookie_name(house.settings)
    old = request.cookies.get(name, "")
    with house.database.writing() as db:
        logins.start(db, member_id, token=token, method=method, now=house.clock(), old=old)
    answer = see(local(path))
    answer.set_cookie(cookie(house.settings, name, token, logins.SESSION_LIVES))
    answer.set_cookie(cookie(house.settings, browser_cookie(house.settings), "", dt.timedelta()))
    return answer


def _send(house: House, visitor: Visitor, member: Member, token: str) -> None:
    try:
        house.mailer.send(_letter(house, visitor, member, token))
    except MailRefused as error:
        logs.failed("login.mail", error)


def _letter(house: House, visitor: Visitor, member: Member, token: str) -> EmailMessage:
    language = i18n.chosen(member.language)
    facts = {
        "association": visitor.association.name,
        "code": logins.digits(house.secret, token),
        "link": f"{visitor.base_url}/login/link#{token}",
    }

    def say(text: str) -> str:
        return i18n.translate(language, text, **facts)

    letter = EmailMessage()
    letter["From"] = house.settings.mail_from
    letter["To"] = member.email
    letter["Subject"] = say(N_("%(code)s is your code for %(association)s"))
    paragraphs = (
        say(N_("Your code is %(code)s. It holds for ten minutes and can be used once.")),
        say(N_("Enter it where you asked for it, or open this link there:")),
        facts["link"],
        say(N_("If you did not ask for a code, you need do nothing.")),
    )
    letter.set_content("\n\n".join(paragraphs) + "\n")
    return letter


def _people(db: Session, association_id: int, q: str) -> list[tuple[Member, Role | None]]:
    """Who can be chosen in the demo: each role's holders and some members, or those found."""
    members = sa.select(Member).where(
        Member.association_id == association_id, Member.left.is_(None)
    )
    if q.strip():
        named = Member.given_name.concat(" ").concat(Member.family_name)
        # SQLite's lower() knows no Å, Ä, Ö: look for the word as names are written as well.
        alike = named.icontains(q.strip(), autoescape=True) | named.contains(
            q.strip().title(), autoescape=True
        )
        found = members.where(alike | (Member.number == q.strip())).limit(20)
        return [(member, None) for member in db.scalars(found)]
    granted = sa.select(Member, Grant.role).join(Grant, Grant.member_id == Member.id)
    held = granted.where(Member.association_id == association_id, Grant.ended_at.is_(None))
    people: dict[tuple[int, Role | None], tuple[Member, Role | None]] = {}
    for member, role in db.execute(held.order_by(Grant.id.desc()).limit(40)):
        people.setdefault((member.id, role), (member, role))
    order = list(Role)
    chosen = sorted(people.values(), key=lambda pair: order.index(pair[1] or order[0]))
    holders = {member.id for member, _ in chosen}
    plain = db.scalars(members.where(Member.id.not_in(holders)).order_by(Member.id).limit(3))
    return chosen + [(member, None) for member in plain]


handlers = [show, ask, enter, redeem, arrive, follow, choose, leave, change_language]
