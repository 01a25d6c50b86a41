import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from datetime import UTC, datetime

import pytest

from mlctl.errors import MlctlError
from mlctl.params.retrain import Email
from mlctl.schedule.mail import send_mail
from tests.schedule.servers import smtp

NOW = datetime(2026, 1, 9, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    key, chain = folder / "key.pem", folder / "chain.pem"
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    names = ["-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain]
    subprocess.run(["openssl", *words, *names], check=True, capture_output=True)
    return chain, key


@pytest.fixture
def context(certificate):
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(*certificate)
    return found


def send(box, subject="it failed", text="why\n.\nend", environ=None, **settings):
    email = Email(**{"host": "127.0.0.1", "port": box.port, "to": "ana@example.org"} | settings)
    send_mail(email, subject, text, NOW, environ or {}, 5)


def test_a_mail():
    with smtp() as box:
        send(
            box,
            subject="iris/species:\r\nfailed é",
            security="none",
            to=["ana@example.org", "bo@example.org"],
        )
    (message,) = box.messages
    assert "Subject: iris/species: failed =?utf-8?" in message
    assert "From: ana@example.org\r\n" in message
    assert "To: ana@example.org, bo@example.org\r\n" in message
    assert "Date: Fri, 09 Jan 2026 03:00:00 +0000\r\n" in message
    assert "Auto-Submitted: auto-generated\r\n" in message
    assert message.endswith("\r\n\r\nwhy\r\n..\r\nend\r\n")
    assert box.words.count("RCPT") == 2
    assert (box.logins, box.encrypted) == ([], [False])


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_encrypted_and_logged_in(security, context, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    environ = {"SMTP_PASSWORD": "hush", "WHO": "bo"}
    with smtp(context, at_once=security == "ssl") as box:
        send(
            box,
            environ=environ,
            security=security,
            user="${WHO}",
            password="${SMTP_PASSWORD}",
            sender="${WHO}@example.org",
        )
    assert (box.logins, box.encrypted) == ([("bo", "hush")], [True])
    assert "From: bo@example.org" in box.messages[0]


def failure(box, **settings):
    with pytest.raises(MlctlError) as caught:
        send(box, **settings)
    assert "hush" not in caught.value.message
    return caught.value.message


def test_a_certificate_that_nobody_vouches_for(context):
    with smtp(context) as box:
        assert "certificate verify failed" in failure(box).lower()
    assert box.messages == []


def test_a_server_without_encryption_gets_nothing():
    with smtp() as box:
        assert "STARTTLS" in failure(box, user="u", password="hush")
    assert (box.messages, box.logins) == ([], [])


def test_a_wrong_password(context, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with smtp(context) as box:
        said = failure(box, user="u", password="${P}", environ={"P": "not hush".replace("hush", "it")})
    assert said == "127.0.0.1: 535 5.7.8 wrong user or password"


def test_an_addressee_that_is_refused():
    with smtp(answers={"RCPT": "550 nobody of that name"}) as box:
        assert failure(box, security="none") == "127.0.0.1: refuses the addressee: 550 nobody of that name"


def test_a_variable_that_is_not_set():
    with smtp() as box:
        assert failure(box, security="none", user="u", password="${P}") == "the environment has no P"


def test_a_header_that_cannot_be():
    with smtp() as box:
        said = failure(box, security="none", sender="${S}", environ={"S": "a\nBcc: x@y"})
    assert "127.0.0.1: " in said
    assert box.messages == []


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(MlctlError, match=r"^127\.0\.0\.1: connection refused$"):
        send_mail(Email(host="127.0.0.1", port=port, to="a@b.c"), "s", "t", NOW, {}, 5)


def test_a_server_that_is_silent():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        email = Email(host="127.0.0.1", port=silent.getsockname()[1], to="a@b.c")
        with pytest.raises(MlctlError, match=r"^127\.0\.0\.1: .*timed out$"):
            send_mail(email, "s", "t", NOW, {}, 0.05)


def test_a_server_that_never_comes_to_the_point():
    end = threading.Event()

    def drip(server):
        client, _ = server.accept()
        with client, contextlib.suppress(OSError):
            while not end.wait(0.02):
                client.sendall(b"220-wait\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        email = Email(host="127.0.0.1", port=server.getsockname()[1], to="a@b.c")
        with pytest.raises(MlctlError, match=r"^127\.0\.0\.1: no answer in time$"):
            send_mail(email, "s", "t", NOW, {}, 0.1)
        end.set()
        thread.join()


def test_a_server_that_hangs_up():
    with smtp(answers={"EHLO": "421 busy", "HELO": "421 busy"}) as box:
        assert failure(box, security="none").startswith("127.0.0.1: 421")
    with smtp(answers={"MAIL": ""}) as box:
        assert failure(box, security="none").startswith("127.0.0.1: ")
