"""The schemas can be registered with a schema registry that speaks Confluent's protocol."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from shuniu_contracts.__main__ import main
from shuniu_contracts.publish import home
from shuniu_contracts.push import PushRefused, push


class Registry(ThreadingHTTPServer):
    """A registry that remembers what it was given, and gives the same schema the same id."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.subjects: dict[str, list[str]] = {}
        self.identities: dict[str, int] = {}
        self.refuses = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    """POST /subjects/<subject>/versions, as Confluent's registry answers it."""

    server: Registry

    def do_POST(self) -> None:
        subject = unquote(self.path).removeprefix("/subjects/").removesuffix("/versions")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if subject == self.server.refuses or body["schemaType"] != "JSON":
            return self.reply(409, {"error_code": 409, "message": "incompatible"})
        versions = self.server.subjects.setdefault(subject, [])
        if body["schema"] not in versions:
            versions.append(body["schema"])
        identity = self.server.identities.setdefault(body["schema"], len(self.server.identities) + 1)
        return self.reply(200, {"id": identity})

    def reply(self, status: int, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the test says what went wrong."""


@pytest.fixture
def registry() -> Iterator[Registry]:
    server = Registry()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


SCHEMAS = home() / "schemas"


def test_every_version_is_registered_under_its_type_with_the_oldest_minor_first(registry: Registry) -> None:
    pushed = list(push(SCHEMAS, registry.url))
    assert len(pushed) == len(list(SCHEMAS.rglob("*.json")))
    released = registry.subjects["cn.shuniu.partybuild.instructor.released.v2"]
    assert [json.loads(schema)["$id"][-3:] for schema in released] == ["2.0", "2.1"]


def test_registering_again_changes_nothing(registry: Registry) -> None:
    assert list(push(SCHEMAS, registry.url)) == list(push(SCHEMAS, registry.url))


def test_a_refusal_names_the_subject_and_what_the_registry_said(
    registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.refuses = "cn.shuniu.registry.organization.merged.v1"
    assert main(["push", "--registry", registry.url]) == 1
    told = capsys.readouterr().err
    assert registry.refuses in told
    assert "incompatible" in told


def test_a_registry_that_is_away_is_said_to_be(registry: Registry) -> None:
    with pytest.raises(PushRefused, match="cannot be reached"):
        list(push(SCHEMAS, "http://127.0.0.1:1", timeout=2))


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PushRefused, match="no http"):
        list(push(SCHEMAS, "file:///etc"))
