"""E-mail by SMTP: one message to one address, with a Message-ID made from the copy's id, so that a repeat can be recognised."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from notify.channels.channel import shut, within
from notify.domain.sending import DELIVERED, Copy, Outcome, later, never

CONTENT = (550, 551, 552, 553, 554, 555, 556)
"""Permanent answers about one message or one address (RFC 5321 4.2.3); other 5xx are about us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """`security` is `tls` (from the first byte), `starttls`, or `none` for a relay on this machine."""

    host: str
    port: int
    sender: str
    sender_name: str = ""
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    trust: ssl.SSLContext | None = None
    seconds: float = 15.0
    disturbs: bool = True

    @property
    def longest_seconds(self) -> float:
        """Connecting has its own time; the rest is bounded as a whole."""
        return 2 * self.seconds

    def send(self, copy: Copy) -> Outcome:
        """Hand a copy to the server; delivered when the server has taken it."""
        try:
            smtp = self._open()
        except (OSError, smtplib.SMTPException) as error:
            return later(_said(error), ill=True)
        try:
            with contextlib.suppress(TimeoutError), within(self.seconds, lambda: _cut(smtp)):
                outcome = self._converse(smtp, copy)  # notices itself that it was cut off, and where
            return outcome
        finally:
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        context = self.trust or ssl.create_default_context()
        me = self.sender.rpartition("@")[2]  # else the name is asked for from DNS each time, without a time-out
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, me, timeout=self.seconds, context=context)
        return smtplib.SMTP(self.host, self.port, me, timeout=self.seconds)

    def _converse(self, smtp: smtplib.SMTP, copy: Copy) -> Outcome:
        try:
            self._greet(smtp)
            code, answer = smtp.mail(self.sender)
            if code != 250:
                return later(f"{code} {_text(answer)}", ill=True)
            code, answer = smtp.rcpt(copy.address)
            if code not in (250, 251):
                return _refusal(code, answer)
        except (OSError, smtplib.SMTPException) as error:
            return later(_said(error), ill=True)
        return self._hand_over(smtp, copy)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self.security == "starttls":
            smtp.starttls(context=self.trust or ssl.create_default_context())
            smtp.ehlo()
        if self.user is not None:
            smtp.login(self.user, self.password or "")

    def _hand_over(self, smtp: smtplib.SMTP, copy: Copy) -> Outcome:
        """From here on a lost answer may hide a delivery."""
        try:
            code, answer = smtp.data(self.message(copy).as_bytes())
        except smtplib.SMTPDataError as error:
            return _refusal(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return later(_said(error), ill=True, perhaps=True)
        return DELIVERED if code == 250 else _refusal(code, answer)

    def message(self, copy: Copy) -> EmailMessage:
        """The mail, the same in every attempt."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = formataddr((self.sender_name, self.sender))
        mail["To"] = copy.address
        mail["Subject"] = copy.title
        mail["Date"] = format_datetime(copy.written_at)
        mail["Message-ID"] = f"<{copy.copy_id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(copy.text, charset="utf-8", cte="base64")
        return mail


def _refusal(code: int, answer: bytes | str) -> Outcome:
    said = f"{code} {_text(answer)}"
    if code == 421:
        return later(said, ill=True)
    if code in CONTENT:
        return never(said)
    return later(said, ill=code >= 500)


def _text(answer: bytes | str) -> str:
    return (answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)[:200]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]


def _cut(smtp: smtplib.SMTP) -> None:
    """Break its connection; STARTTLS has put another socket in the place of the first."""
    if smtp.sock is not None:
        shut(smtp.sock)
