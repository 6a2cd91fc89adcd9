"""One trace from the HTTP command over log, relay and bus to the reaction, and logs that name the event."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from chassis import telemetry, topics
from chassis.embedded.port import free_port
from chassis.firing import TimerLoop
from chassis.keys import EmbeddedKey
from chassis.service import DueTimer, Timer
from chassis.serving import Assignment, serve
from chassis.settings import AuthSettings, BusSettings, DatabaseSettings, HttpSettings, Settings
from chassis.unit_of_work import UnitOfWork
from tests.chassis.consuming.conftest import MakeWorld
from tests.chassis.consuming.test_firing import schedule
from tests.chassis.consuming.world import record, subject_id
from tests.chassis.sample.watched import watched
from tests.chassis.test_kills import REGION, prepare
from tests.conftest import FreshDatabase

pytestmark = pytest.mark.integration
TRACE = "0af7651916cd43dd8448eb211c80319c"
OTHER = "1bf7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is traced meanwhile."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "_TRACER", provider.get_tracer("shuniu"))
    return exporter


def traces(exporter: InMemorySpanExporter, beginning: str) -> list[str]:
    """The trace ids of the finished spans whose name begins so."""
    found: list[ReadableSpan] = [s for s in exporter.get_finished_spans() if s.name.startswith(beginning)]
    return [f"{span.context.trace_id:032x}" for span in found]


@pytest_asyncio.fixture(loop_scope="session")
async def client(
    fresh_database: FreshDatabase, broker: str, bus_profile: str, unique_stack: Callable[[], str],
    tmp_path: Path,
) -> AsyncIterator[httpx.AsyncClient]:  # fmt: skip
    """An operator of the watched sample, with all its roles at work in this process."""
    stack, key = unique_stack(), EmbeddedKey.open(tmp_path)
    settings = Settings(
        environment="test", stack=stack, region_file=REGION, shutdown_s=5,
        database=DatabaseSettings(dsn=SecretStr(await fresh_database("watched", prepare))),
        bus=BusSettings.model_validate({"bootstrap_servers": broker, "profile": bus_profile}),
        http=HttpSettings(port=free_port()), auth=AuthSettings(jwks=str(key.jwks)),
    )  # fmt: skip
    await topics.apply(settings.bus, stack, ("grants",))
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve([Assignment(watched, settings)], stop=stop, ready=ready.set))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    token = key.issue(subject="u-1", roles=["operator"], divisions=[stack])
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{settings.http.port}",
        headers={"authorization": f"Bearer {token}", "x-division": stack}, trust_env=False,
    ) as caller:  # fmt: skip
        yield caller
    stop.set()
    await task


async def test_a_command_is_one_trace_to_the_last_reaction(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    body = {"division": client.headers["x-division"], "title": "Traced", "total_fen": 100}
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    assert (await client.post("/v1/funds", json=body, headers=headers)).status_code == 201
    async with asyncio.timeout(20):
        while not traces(spans, "reaction"):  # noqa: ASYNC110, what another task does
            await asyncio.sleep(0.05)
    assert traces(spans, "command open_fund") == [TRACE]
    assert traces(spans, "reaction") == [TRACE]


async def test_every_event_of_a_batch_has_the_reaction_in_its_own_trace(
    make: MakeWorld,
    spans: InMemorySpanExporter,
) -> None:
    world = await make()
    parents = [f"00-{trace}-b7ad6b7169203331-01" for trace in (TRACE, OTHER, TRACE)]
    await world.deliver(*(record(subject_id(), 1, traceparent=parent) for parent in parents))
    assert sorted(traces(spans, "reaction")) == [TRACE, OTHER]


async def test_log_lines_of_a_reaction_name_its_event(
    make: MakeWorld,
) -> None:
    seen: list[dict[str, Any]] = []

    async def react(events: Any, uow: UnitOfWork) -> None:
        seen.append(dict(structlog.contextvars.get_contextvars()))

    world, s = await make(reaction=react), subject_id()
    await world.deliver(record(s, 1))
    assert seen[0].items() >= {"event_id": f"{s}-0-1", "subject": s, "correlation_id": "c-1"}.items()
    assert "event_id" not in structlog.contextvars.get_contextvars()


async def test_a_timer_has_a_span_and_its_log_lines_name_it(
    make: MakeWorld,
    spans: InMemorySpanExporter,
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[dict[str, Any]] = []
    causes: list[str | None] = []

    async def ring(uow: UnitOfWork, due: DueTimer) -> None:
        await due.take()
        seen.append(dict(structlog.contextvars.get_contextvars()))
        causes.append(uow.cause.traceparent)

    world = await make(timers=(Timer("bell", ring),))
    await schedule(world, "a")
    await world.move_clock(61)
    with caplog.at_level(logging.ERROR):
        await TimerLoop(world.runtime).fire_due()
    assert (seen[0]["timer"], seen[0]["subject"]) == ("bell", "a")
    (trace,) = traces(spans, "timer bell")
    assert trace in (causes[0] or "")
