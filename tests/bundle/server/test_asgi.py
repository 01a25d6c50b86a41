import asyncio
import json

from mlctl.bundle.server import Settings, asgi
from tests.bundle.server.small import ROW, Small, service

BODY = json.dumps({"dataframe_records": [ROW]}).encode()


async def ask(app, method="POST", path="/invocations", parts=(BODY,), media=b"application/json"):
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request"})
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    await app(
        {"type": "http", "method": method, "path": path, "headers": [(b"content-type", media)]}, receive, send
    )
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


def test_a_request():
    made = []

    def make():
        made.append(1)
        return service(sample=ROW)

    async def both():
        app = asgi(make)
        first = await ask(app, parts=(BODY[:5], BODY[5:]))
        return first, await ask(app, "HEAD", "/ping"), await ask(app, "GET", "/nothing")

    (status, headers, body), head, nothing = asyncio.run(both())
    assert (status, json.loads(body)) == (200, {"predictions": ["high"]})
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"x-model-version"] == b"small_abc123_1"
    assert (head[0], head[1][b"content-length"], head[2]) == (200, b"1", b"")
    assert nothing[0] == 404
    assert made == [1]


def test_slow_rows_of_several_requests_are_predicted_together():
    known = service(Small())

    async def both():
        app = asgi(lambda: known)
        await ask(app, "GET", "/ping")
        known.row_s = 0.001
        return await asyncio.gather(*(ask(app) for _ in range(4)))

    assert [status for status, _, _ in asyncio.run(both())] == [200] * 4
    assert known.model.calls == [4]


def test_a_body_has_an_end():
    status, _, body = asyncio.run(ask(asgi(service, Settings(most_body=10))))
    assert (status, json.loads(body)["error_code"]) == (413, "REQUEST_TOO_LARGE")


def test_the_life_of_a_server(tmp_path):
    async def live():
        app, sent = asgi(service, Settings(log_dir=str(tmp_path))), []
        messages = ["lifespan.startup", "lifespan.shutdown"]

        async def receive():
            if sent == ["lifespan.startup.complete"]:
                assert (await ask(app))[0] == 200
            return {"type": messages.pop(0)}

        async def send(message):
            sent.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        plain = asgi(service)
        messages.append("lifespan.shutdown")
        await plain({"type": "lifespan"}, receive, send)
        return sent

    assert asyncio.run(live()) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
        "lifespan.shutdown.complete",
    ]
    (file,) = tmp_path.iterdir()
    assert len(file.read_text().splitlines()) == 2


def test_nothing_but_http_is_spoken():
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(asgi(service)({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close", "code": 1000}]


def test_an_answer_is_taken_once():
    from mlctl.bundle.server.asgi import _Asker

    async def twice():
        asker = _Asker(asyncio.get_running_loop())
        asker.done("first")
        asker.done("second")
        return await asker.future

    assert asyncio.run(twice()) == "first"


def test_a_service_that_cannot_be_made_ends_the_server():
    class AbsentError(Exception):
        message, hint = "there is no model", "name one"

    def told(error):
        async def live():
            sent = []

            async def receive():
                return {"type": "lifespan.startup"}

            async def send(message):
                sent.append(message)

            def make():
                raise error

            await asgi(make)({"type": "lifespan"}, receive, send)
            return sent

        (message,) = asyncio.run(live())
        assert message["type"] == "lifespan.startup.failed"
        return message["message"]

    assert told(AbsentError()) == "there is no model\n  fix: name one"
    assert told(ValueError("7")) == "ValueError: 7"
