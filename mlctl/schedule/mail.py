"""A message by SMTP."""

import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from mlctl.errors import MlctlError
from mlctl.params.environment import fill
from mlctl.params.retrain import Email
from mlctl.schedule.bounded import bounded

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
"""Submission (RFC 6409), submission over TLS (RFC 8314), and relay on the same machine."""


def send_mail(
    email: Email, subject: str, text: str, time: datetime, environ: Mapping[str, str], timeout: float
) -> None:
    """Send a mail; certificates are checked against those that the machine trusts.

    Raises
    ------
    MlctlError
        With the reason, without password and addresses.
    """
    filled = email.model_copy(
        update={
            "host": fill(email.host, environ),
            "user": email.user and fill(email.user, environ),
            "password": email.password and fill(email.password, environ),
            "sender": fill(email.sender or email.to[0], environ),
            "to": tuple(fill(each, environ) for each in email.to),
        }
    )
    try:
        message = _message(filled, subject, text, time)
        bounded(lambda: _deliver(filled, message, timeout), timeout * 3)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MlctlError(f"{email.host}: {_said(error)}") from None


def _message(email: Email, subject: str, text: str, time: datetime) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = email.sender or ""
    message["To"] = ", ".join(email.to)
    message["Date"] = format_datetime(time)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office answers stay away
    message.set_content(text + "\n")
    return message


def _deliver(email: Email, message: EmailMessage, timeout: float) -> None:
    context = ssl.create_default_context()
    port = email.port or PORTS[email.security]
    if email.security == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(email.host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(email.host, port, timeout=timeout)
    with server:
        if email.security == "starttls":
            server.starttls(context=context)
        if email.user and email.password:
            server.login(email.user, email.password)
        server.send_message(message)


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_one_line(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, reason = next(iter(error.recipients.values()))
        return f"refuses the addressee: {code} {_one_line(reason)}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return " ".join(str(error).split()) or type(error).__name__


def _one_line(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())
