"""One trace from the caller of a command to the last reaction of the last service, as a tree of spans."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer, SpanKind, format_span_id, format_trace_id
from pydantic import SecretStr

from chassis import telemetry, topics
from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.migrations import upgrade
from chassis.service import discover
from chassis.serving import Assignment, serve
from chassis.settings import AuthSettings, BusSettings, DatabaseSettings, HttpSettings, Settings
from deploy.regions import profile_file
from services.registry.identification.model import complete_credit_code
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.system
SERVICES = ("registry", "partybuild", "notify")
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
OTHER_TRACE = "1bf7651916cd43dd8448eb211c80319c"
LONGEST_S = 60.0


@dataclass
class Hub:
    """Three services at work in this process, and who calls them."""

    stack: str
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def street(self) -> str:
        """Where the records are."""
        return f"{self.stack}005"

    async def post(self, service: str, path: str, trace: str | None = None, **body: object) -> str:
        """A command, in the caller's trace where one is given; the record's id."""
        headers = {"traceparent": f"00-{trace}-{CALLER}-01"} if trace else {}
        answer = await self.clients[service].post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    async def register(self, name: str, serial: str, trace: str) -> None:
        """The authority registered an organisation that was not on the record."""
        await self.post(
            "registry", "/v1/organizations/registrations", trace, division=self.street, name=name,
            legal_form="private_non_enterprise", route="direct", categories=["community_service"],
            credit_code=complete_credit_code("52", self.stack, serial), full_party_member_count=4,
        )  # fmt: skip


@dataclass(frozen=True)
class Tree:
    """The finished spans of one trace."""

    spans: tuple[ReadableSpan, ...]

    def children(self, parent: str, beginning: str = "") -> list[ReadableSpan]:
        """The spans right below the span of that id."""
        below = [s for s in self.spans if s.parent and format_span_id(s.parent.span_id) == parent]
        return [s for s in below if s.name.startswith(beginning)]

    def child(self, parent: str, beginning: str, service: str) -> str:
        """The id of the only such child in a service."""
        found = [s for s in self.children(parent, beginning) if service_of(s) == service]
        assert len(found) == 1, (
            f"{len(found)} '{beginning}' of {service} below {parent} in\n{self.drawn(CALLER)}"
        )
        return format_span_id(found[0].context.span_id)

    def drawn(self, parent: str, depth: int = 0) -> str:
        """What is below a span, a line each."""
        lines = []
        for span in self.children(parent):
            lines.append(f"{'  ' * depth}{service_of(span)}: {span.name}")
            lines.append(self.drawn(format_span_id(span.context.span_id), depth + 1))
        return "\n".join(filter(None, lines))


def service_of(span: ReadableSpan) -> object:
    """The service that a span was made in."""
    return (span.attributes or {}).get("shuniu.service")


@dataclass(frozen=True)
class Spans:
    """What is traced while a test runs."""

    exporter: InMemorySpanExporter

    def tree(self, trace: str) -> Tree:
        """The trace of that id."""
        finished = self.exporter.get_finished_spans()
        return Tree(tuple(s for s in finished if format_trace_id(s.context.trace_id) == trace))

    async def until(self, trace: str, service: str, beginning: str, count: int = 1) -> Tree:
        """Wait until so many spans of a service are finished in the trace."""
        async with asyncio.timeout(LONGEST_S):
            while True:
                tree = self.tree(trace)
                there = [s for s in tree.spans if s.name.startswith(beginning) and service_of(s) == service]
                if len(there) >= count:
                    return tree
                await asyncio.sleep(0.05)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_TRACER", NoOpTracer())
    telemetry.trace_with(provider)
    yield Spans(exporter)
    provider.shutdown()


@asynccontextmanager
async def serving(assignments: list[Assignment]) -> AsyncIterator[None]:
    """All roles of the services in this process, ready; drained at the end."""
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve(assignments, stop=stop, ready=ready.set))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        stop.set()
        await task


@pytest_asyncio.fixture(loop_scope="session")
async def hub(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    tmp_path: Path,
) -> AsyncIterator[Hub]:  # fmt: skip
    found, key = Hub(unique_stack()), EmbeddedKey.open(tmp_path)
    bus = BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile})
    await topics.apply(bus, found.stack)
    token = key.issue(subject="u-1", roles=["operator"], divisions=[found.stack])
    assignments = []
    for name in SERVICES:
        service = discover(name)
        dsn = await fresh_database(f"traced-{name}", partial(upgrade, service.migrations))
        settings = Settings(
            environment="test", stack=found.stack, region_file=profile_file("120116-binhai"), shutdown_s=10,
            database=DatabaseSettings(dsn=SecretStr(dsn), pool_size=4), bus=bus,
            http=HttpSettings(port=free_port()), auth=AuthSettings(jwks=str(key.jwks)),
        )  # fmt: skip
        assignments.append(Assignment(service, settings))
        found.clients[name] = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{settings.http.port}", trust_env=False,
            headers={"authorization": f"Bearer {token}"}, timeout=30,
        )  # fmt: skip
    async with serving(assignments):
        await found.post(
            "notify", "/v1/recipients", person_id="p-party", actor_id="u-party", role="party_officer",
            division=found.stack,
        )  # fmt: skip
        yield found
    for client in found.clients.values():
        await client.aclose()


async def test_a_command_is_one_tree_from_its_caller_to_the_last_reactions_own_event(
    hub: Hub, spans: Spans
) -> None:
    await hub.register("甲子邻里互助服务中心", "MJ000001", TRACE)
    await spans.until(TRACE, "notify", "reaction services.notify.organizations")
    tree = await spans.until(TRACE, "notify", "relay send")
    command = tree.child(CALLER, "command", "registry")
    assert [s.kind for s in tree.children(command, "relay send")] == [SpanKind.PRODUCER]
    assert tree.child(command, "relay send", "registry")
    duty = tree.child(command, "reaction services.partybuild.organizations", "partybuild")
    assert tree.child(command, "reaction services.notify.organizations", "notify")
    assert tree.child(duty, "relay send", "partybuild"), "the duty's own event goes out below its reaction"
    message = tree.child(duty, "reaction services.notify.messages", "notify")
    assert tree.child(message, "relay send", "notify"), "the message's own event ends the tree"
    assert [s.name for s in tree.children(CALLER)] == ["command register_new"]


async def test_two_commands_in_one_batch_keep_to_their_own_trees(hub: Hub, spans: Spans) -> None:
    await asyncio.gather(
        hub.register("乙丑邻里互助服务中心", "MJ000002", TRACE),
        hub.register("丙寅邻里互助服务中心", "MJ000003", OTHER_TRACE),
    )
    for trace in (TRACE, OTHER_TRACE):
        tree = await spans.until(trace, "notify", "relay send")
        command = tree.child(CALLER, "command", "registry")
        duty = tree.child(command, "reaction services.partybuild.organizations", "partybuild")
        message = tree.child(duty, "reaction services.notify.messages", "notify")
        assert tree.child(message, "relay send", "notify")
