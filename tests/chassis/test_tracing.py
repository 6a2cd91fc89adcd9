"""Where spans go: to a collector over OTLP, as it would get them from a service."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_PROGRAM = """
from chassis import telemetry
telemetry.configure_tracing("registry")
with telemetry.command_span("registry", "RegisterOrganization"):
    pass
"""


class Collector(ThreadingHTTPServer):
    """Takes what an exporter posts."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, ExportTraceServiceRequest]] = []

    @property
    def endpoint(self) -> str:
        """What `OTEL_EXPORTER_OTLP_ENDPOINT` would be."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        """One export."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that listens."""
    with Collector() as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def traced(**variables: str) -> subprocess.CompletedProcess[str]:
    """A process that traces one command and ends."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=os.environ | variables, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_spans_reach_a_collector_before_the_process_has_ended(collector: Collector) -> None:
    done = traced(OTEL_TRACES_EXPORTER="otlp", OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint)
    assert done.returncode == 0, done.stderr
    ((path, request),) = collector.requests
    (resource,) = request.resource_spans
    named = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
    assert (path, named["service.name"]) == ("/v1/traces", "shuniu-registry")
    (span,) = (span for scope in resource.scope_spans for span in scope.spans)
    assert span.name == "command RegisterOrganization"


def test_an_exporter_that_there_is_not_ends_the_start_with_those_there_are() -> None:
    done = traced(OTEL_TRACES_EXPORTER="zipkin")
    assert done.returncode != 0
    assert "OTEL_TRACES_EXPORTER=zipkin is unknown: otlp, console or none" in done.stderr
