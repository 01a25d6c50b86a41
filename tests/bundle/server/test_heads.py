import pytest

from mlctl.bundle.server.faults import Refusal
from mlctl.bundle.server.heads import MOST_KEPT, Head, Heads, read_head

GET = b"GET /ping HTTP/1.1\r\nHost: x"


def read(*lines):
    return read_head(b"\r\n".join([b"POST /invocations HTTP/1.1", b"Host: x", *lines]))


def test_a_head_is_read():
    head = read(
        b'Content-Type: Text/CSV; Charset="utf-8" ;', b"content-length: 12", b"X-Other: a", b"X-Other: b"
    )
    assert (head.method, head.path, head.length) == ("POST", "/invocations", 12)
    assert (head.media, head.media_parameters) == ("text/csv", {"charset": "utf-8"})
    assert head.keep_alive
    assert not head.expects


@pytest.mark.parametrize(
    ("target", "path"),
    [(b"/v2/models/a%20b/infer?x=1", "/v2/models/a b/infer"), (b"/ping?", "/ping"), (b"/%EA%B0%80", "/가")],
)
def test_the_path_is_decoded_and_has_no_query(target, path):
    assert read_head(b"GET " + target + b" HTTP/1.1\r\nHost: x").path == path


def test_who_keeps_the_connection():
    assert not read(b"Connection: Keep-Alive, close").keep_alive
    assert not read_head(b"GET / HTTP/1.0").keep_alive
    old = read_head(b"GET / HTTP/1.0\r\nConnection: keep-alive")
    assert old.keep_alive
    assert old.old


def test_who_waits_before_the_body():
    assert read(b"Expect: 100-continue").expects
    assert not read_head(b"POST / HTTP/1.0\r\nExpect: 100-continue").expects


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"GET /ping", 400),
        (b"get /ping HTTP/1.1\r\nHost: x", 400),
        (b"GET ping HTTP/1.1\r\nHost: x", 400),
        (b"GET  /ping HTTP/1.1\r\nHost: x", 400),
        (b"GET /\x00 HTTP/1.1\r\nHost: x", 400),
        (b"GET / HTTP/2.0", 505),
        (b"GET / HTTP/1.1", 400),
        (GET + b"\r\nHost: y", 400),
        (GET + b"\r\nno colon", 400),
        (GET + b"\r\nX : space before the colon", 400),
        (GET + b"\r\nX: a\r\n folded", 400),
        (GET + b"\r\nX: a\nY: b", 400),
        (GET + b"\r\nX: a\rb", 400),
        (GET + b"\r\nX: a\x00b", 400),
        (GET + b"\r\nTransfer-Encoding: chunked", 501),
        (GET + b"\r\nContent-Length: 3\r\nTransfer-Encoding: identity", 501),
        (GET + b"\r\nContent-Length: 3\r\nContent-Length: 3", 400),
        (GET + b"\r\nContent-Length: 3, 3", 400),
        (GET + b"\r\nContent-Length: +3", 400),
        (GET + b"\r\nContent-Length: -3", 400),
        (GET + b"\r\nContent-Length: 0x3", 400),
        (GET + b"\r\nContent-Length: ", 400),
        (GET + b"\r\nContent-Length: \xb2", 400),
        (GET + b"\r\nContent-Length: 9999999999999999999", 400),
        (GET + b"\r\nContent-Encoding: gzip", 415),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(raw, status):
    with pytest.raises(Refusal) as caught:
        read_head(raw)
    assert caught.value.status == status


def test_the_same_bytes_are_read_once_and_the_memory_has_an_end():
    heads = Heads()
    assert heads.read(GET) is heads.read(GET)
    first = heads.read(GET)
    for number in range(MOST_KEPT):
        heads.read(GET + b"\r\nX: %d" % number)
    assert heads.read(GET) is not first


def test_a_head_may_be_made_without_a_socket():
    head = Head("POST", "/invocations", "application/json", 3)
    assert (head.media, head.length, head.keep_alive) == ("application/json", 3, True)
