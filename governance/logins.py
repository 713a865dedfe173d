"""Logins: one-time codes by e-mail and the sessions that follow. Secrets are stored as hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from governance.database import Base, Instant
from governance.members import Member

CODE_LIVES = dt.timedelta(minutes=10)
CODE_TRIES = 5
SESSION_LIVES = dt.timedelta(hours=12)
FRESH = dt.timedelta(minutes=15)


class LoginCode(Base):
    """A code on its way: single use, ten minutes, five tries, bound to the browser that asked."""

    __tablename__ = "login_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    # None: the address belongs to nobody; the row exists so that the answer and its timing agree.
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id"))
    browser: Mapped[str] = mapped_column(sa.String(64), index=True)  # sha256 of the cookie
    code: Mapped[str] = mapped_column(sa.String(64))  # keyed hash of the six digits
    token: Mapped[str] = mapped_column(sa.String(64), unique=True)  # sha256 of the link's token
    sent_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class LoginSession(Base):
    __tablename__ = "login_session"

    token: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # sha256 of the cookie
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"), index=True)
    method: Mapped[str] = mapped_column(sa.String(20))  # "email", "demo"
    authenticated_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class Attempt(Base):
    """How often something was tried in a window of time; counted in SQL, so by every process."""

    __tablename__ = "attempt"

    subject: Mapped[str] = mapped_column(sa.String(80), primary_key=True)  # keyed hash
    window: Mapped[dt.datetime] = mapped_column(Instant, primary_key=True)
    count: Mapped[int]


def sha256(secret: str) -> str:
    """Enough for a token of 256 random bits; six digits need the key of `keyed`."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed(key: bytes, purpose: str, text: str) -> str:
    # The purpose and its end mark keep one use's hashes from passing for another's.
    return hmac.new(key, f"stamma/{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def digits(key: bytes, token: str) -> str:
    """The six digits that go with a link's token; derived, so that neither has to be stored."""
    return f"{int(keyed(key, 'login-code', token), 16) % 1_000_000:06d}"


def find(db: Session, association_id: int, email: str, today: dt.date) -> Member | None:
    """The member with that address, if they are a member on that day."""
    member = db.scalar(
        sa.select(Member).where(
            Member.association_id == association_id, Member.email == email.strip().lower()
        )
    )
    return member if member and member.is_member_on(today) else None


def ask(
    db: Session, member: Member | None, *, browser: str, token: str, key: bytes, now: dt.datetime
) -> None:
    """Put a code on its way; any earlier one of the same browser ends.

    Called for unknown addresses too, with `member` None: the same rows, the same time.
    """
    db.execute(
        sa.update(LoginCode)
        .where(LoginCode.browser == sha256(browser), LoginCode.used_at.is_(None))
        .values(used_at=now)
    )
    db.add(
        LoginCode(
            member_id=member.id if member else None,
            browser=sha256(browser),
            code=keyed(key, "stored-code", digits(key, token)),
            token=sha256(token),
            sent_at=now,
            expires_at=now + CODE_LIVES,
        )
    )
    db.flush()


def redeem(db: Session, code: str, *, browser: str, key: bytes, now: dt.datetime) -> int | None:
    """The member who owns the code, which is used up; None where it does not hold.

    It does not raise: the try has to be committed, or guessing would cost nothing.
    """
    tried = db.execute(
        sa.update(LoginCode)
        .where(
            LoginCode.browser == sha256(browser),
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
            LoginCode.tries < CODE_TRIES,
        )
        .values(tries=LoginCode.tries + 1)
        .returning(LoginCode.id, LoginCode.code, LoginCode.member_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if tried is None or not hmac.compare_digest(tried.code, keyed(key, "stored-code", code)):
        return None
    db.execute(sa.update(LoginCode).where(LoginCode.id == tried.id).values(used_at=now))
    member_id: int | None = tried.member_id
    return member_id


def follow(db: Session, token: str, *, now: dt.datetime) -> LoginCode | None:
    """The code on its way to which a link belongs. Following the link uses nothing up."""
    return db.scalar(
        sa.select(LoginCode).where(
            LoginCode.token == sha256(token),
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
            LoginCode.tries < CODE_TRIES,
        )
    )


def start(
    db: Session, member_id: int, *, token: str, method: str, now: dt.datetime, old: str = ""
) -> LoginSession:
    """Begin a session under a fresh token; the browser's old one ends, so none can be fixed."""
    end(db, old, now=now)
    session = LoginSession(
        token=sha256(token),
        member_id=member_id,
        method=method,
        authenticated_at=now,
        expires_at=now + SESSION_LIVES,
    )
    db.add(session)
    db.flush()
    return session


def current(db: Session, token: str, *, now: dt.datetime) -> LoginSession | None:
    found = known(db, sha256(token), now=now)
    return found[0] if found else None


def known(db: Session, hashed: str, *, now: dt.datetime) -> tuple[LoginSession, Member] | None:
    """The session whose token has this hash, where it has neither ended nor expired; and whose."""
    found = db.execute(
        sa.select(LoginSession, Member)
        .join(Member, Member.id == LoginSession.member_id)
        .where(
            LoginSession.token == hashed,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
        )
    ).one_or_none()
    return (found[0], found[1]) if found else None


def is_fresh(session: LoginSession, now: dt.datetime) -> bool:
    """Whether the member has logged in so lately that this is nobody at a browser left open."""
    return now - session.authenticated_at < FRESH


def standing(db: Session, member_id: int, *, now: dt.datetime) -> Sequence[LoginSession]:
    """Where the member is logged in, the latest first."""
    return db.scalars(
        sa.select(LoginSession)
        .where(
            LoginSession.member_id == member_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
        )
        .order_by(LoginSession.authenticated_at.desc(), LoginSession.token)
    ).all()


def end_others(db: Session, session: LoginSession, *, now: dt.datetime) -> None:
    """Log the member out everywhere but here."""
    db.execute(
        sa.update(LoginSession)
        .where(
            LoginSession.member_id == session.member_id,
            LoginSession.token != session.token,
            LoginSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def end(db: Session, token: str, *, now: dt.datetime) -> None:
    db.execute(
        sa.update(LoginSession)
        .where(LoginSession.token == sha256(token), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def count_attempt(
    db: Session, subject: str, *, window: dt.timedelta, key: bytes, now: dt.datetime
) -> int:
    """How often this was tried in the current window, this time included.

    One statement, so that requests at the same moment, in whatever process, are all counted.
    """
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    since = now - dt.timedelta(seconds=now.timestamp() % window.total_seconds())
    row = {"subject": keyed(key, "attempt", subject), "window": since, "count": 1}
    statement: Any = insert(Attempt).values(row)
    counted = statement.on_conflict_do_update(
        index_elements=[Attempt.subject, Attempt.window], set_={"count": Attempt.count + 1}
    ).returning(Attempt.count)
    count: int = db.execute(counted).scalar_one()
    return count


def forget(db: Session, *, now: dt.datetime) -> None:
    """Delete what has run its course: codes and attempts after a day, sessions after a month."""
    day, month = now - dt.timedelta(days=1), now - dt.timedelta(days=30)
    db.execute(sa.delete(Attempt).where(Attempt.window < day))
    db.execute(sa.delete(LoginCode).where(LoginCode.expires_at < day))
    db.execute(sa.delete(LoginSession).where(LoginSession.expires_at < month))
