"""Runs services in one process: API, relay, consumers and timers of each, until told to stop."""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError
from sqlalchemy.exc import SQLAlchemyError

from chassis import collection, failpoints, presence, replay, telemetry, topics
from chassis.consumer import ConsumerLoop
from chassis.database import Database, until_there
from chassis.faults import DATABASE_ERRORS
from chassis.firing import TimerLoop
from chassis.http import Verifier, create_app
from chassis.http.connection import bounded
from chassis.http.health import database_fault
from chassis.http.idempotency import purge
from chassis.lag import LagClock, group_lag
from chassis.metrics import metrics
from chassis.migrations import upgrade
from chassis.outbox import Waker
from chassis.region import load_region
from chassis.relay import Relay
from chassis.runtime import Condition, Runtime
from chassis.service import Service, installed
from chassis.settings import Role, Settings
from chassis.subscription import consumers_of, subscription

ALL_ROLES: frozenset[Role] = frozenset({"api", "consumer", "relay", "timers"})
_PURGE_S = 3600.0
_LAG_S = 30.0
_DATABASE_WITHIN_S = 45.0
_LOG = logging.getLogger("chassis.serving")


class CannotServe(Exception):
    """The process cannot start; the message says what to do."""


class RoleFailed(Exception):
    """A role ended by itself: the process ends too, and whoever supervises it starts it again."""


@dataclass(frozen=True)
class Assignment:
    """One service to run in this process, with its own settings (database, port)."""

    service: Service
    settings: Settings


@dataclass
class _Running:
    """What is at work: `first` stops before `last`, since the relay sends what the others still record."""

    first: list[asyncio.Task[None]] = field(default_factory=list)
    last: list[asyncio.Task[None]] = field(default_factory=list)
    stop_first: asyncio.Event = field(default_factory=asyncio.Event)
    stop_last: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(
        self, runtime: Runtime, role: str, work: Coroutine[Any, Any, None], *, last: bool = False
    ) -> None:
        """Start one role's work as a task whose log lines name service and role."""

        async def named() -> None:
            telemetry.bind(service=runtime.service.name, role=role)
            await work

        task = asyncio.create_task(named(), name=f"{runtime.service.name} {role}")
        (self.last if last else self.first).append(task)


async def serve(
    assignments: Sequence[Assignment], roles: Collection[Role] = ALL_ROLES, *, prepare: bool = False,
    stop: asyncio.Event | None = None, ready: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Run the services' roles until SIGINT, SIGTERM or `stop`; then drain, within `shutdown_s`.

    With `prepare` the databases are waited for and migrated and topics made first, and a bus that had none
    of them gets the whole log again: the embedded stack's start. Raises `CannotServe` before anything runs,
    `RoleFailed` when a role ends by itself. A consumer that a bug stopped keeps the process, which is then
    not ready.
    """
    stop = stop or asyncio.Event()
    if assignments[0].settings.environment != "production":
        failpoints.install_from_environment()
    async with contextlib.AsyncExitStack() as opened:
        runtimes = [await opened.enter_async_context(_open(one, prepare)) for one in assignments]
        # Before this nothing is in hand, and a signal ends the process at once.
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(RuntimeError, ValueError):  # not the main thread: the caller has them
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        for runtime in runtimes:
            runtime.neighbours = tuple(runtimes)
        running = _Running()
        try:
            for runtime in runtimes:
                await _start(runtime, roles, running)
            running.begin(runtimes[0], "memory", _rest(runtimes, running.stop_first))
            ready()
            await _until_stopped_or_failed(running, stop)
        finally:
            for runtime in runtimes:
                runtime.draining = True
            await _drain(running, max(one.settings.shutdown_s for one in assignments))


@contextlib.asynccontextmanager
async def _open(one: Assignment, prepare: bool) -> AsyncIterator[Runtime]:
    """The runtime of one service with its database open and at the code's newest migration."""
    region = await asyncio.to_thread(load_region, one.settings.profile())
    region.refuse_strangers({*installed(), one.service.name})
    runtime = Runtime(one.service, one.settings, region, Database(one.settings.database))
    if prepare:
        await until_there(one.settings.database, _DATABASE_WITHIN_S)
        await asyncio.to_thread(upgrade, one.service.migrations, one.settings.database)
    await runtime.database.open()
    try:
        if (fault := await database_fault(runtime)) is not None:
            raise CannotServe(f"database of {one.service.name}: {fault}")
        if prepare:
            await fill_bus(runtime)
        yield runtime
    finally:
        await runtime.database.close()


async def fill_bus(runtime: Runtime) -> None:
    """Make the service's topics; where the bus had none of them it lost everything, so send the log again."""
    settings, service = runtime.settings, runtime.service.name
    before = await topics.plan(settings.bus, settings.stack, [service])
    if any(found.is_error for found in await topics.apply(settings.bus, settings.stack, [service])):
        raise CannotServe("topics have other partitions than the catalogue says; see `shuniu topics plan`")
    if before and all(found.state is topics.TopicState.MISSING for found in before):
        async with runtime.database.transaction() as transaction:
            count = await replay.rebuild(transaction.connection)
        _LOG.info("bus of %s is new: %s messages are sent again", service, count)


async def _start(runtime: Runtime, roles: Collection[Role], running: _Running) -> None:
    await _listen(runtime, running, api="api" in roles)
    _start_relay_or_waker(runtime, running, relay="relay" in roles)
    if "consumer" in roles:
        _start_consumers(runtime, running)
    if "timers" in roles:
        timers = TimerLoop(runtime)
        metrics(runtime.service.name).timers = timers.counts
        runtime.roles["timers"] = lambda: Condition(True, "firing")
        running.begin(runtime, "timers", timers.run(running.stop_first))
    if "api" in roles:
        running.begin(runtime, "purge", _every(_PURGE_S, lambda: _purge(runtime), running.stop_first))
        if runtime.service.background is not None:
            running.begin(
                runtime, "background", _cancelled_at(running.stop_first, runtime.service.background(runtime))
            )


def _start_relay_or_waker(runtime: Runtime, running: _Running, *, relay: bool) -> None:
    if not relay:
        waker = Waker(runtime.database.connect)
        runtime.wake = waker
        running.begin(runtime, "waker", waker.run(running.stop_last), last=True)
        return
    sender = Relay(runtime)
    runtime.wake, metrics(runtime.service.name).relay = sender.wake, sender.counts
    runtime.roles["relay"] = lambda: Condition(True, "leading" if sender.counts.leading else "standing by")
    running.begin(runtime, "relay", sender.run(running.stop_last), last=True)
    if presence.announces(runtime.settings, runtime.service.name):

        async def announce() -> None:
            if sender.counts.leading:
                await presence.announce(runtime)

        period_s = runtime.settings.relay.announce_s
        running.begin(runtime, "presence", _every(period_s, announce, running.stop_first))


def _start_consumers(runtime: Runtime, running: _Running) -> None:
    found = metrics(runtime.service.name)
    found.heard = runtime.heard
    for definition in consumers_of(runtime.service):
        loop = ConsumerLoop(runtime, definition, found.observe_batch)
        found.follow(loop)
        runtime.roles[f"consumer {definition.name}"] = _condition_of(loop)
        running.begin(runtime, f"consumer {definition.name}", loop.run(running.stop_first))
    meter = _LagMeter(runtime)
    running.begin(runtime, "lag", _every(_LAG_S, meter.measure, running.stop_first))


def _condition_of(loop: ConsumerLoop) -> Callable[[], Condition]:
    def condition() -> Condition:
        detail = loop.state.value if loop.assigned else f"{loop.state.value}, no partitions assigned"
        return Condition(loop.ready, f"{detail}: {loop.error}" if loop.error else detail)

    return condition


async def _listen(runtime: Runtime, running: _Running, *, api: bool) -> None:
    """Serve HTTP: the whole API, or health and metrics only."""
    settings = runtime.settings
    verifier = Verifier(settings.auth, settings.environment, runtime.service.roles)
    if api:
        await verifier.open()
    try:
        listening = socket.create_server((settings.http.host, settings.http.port), backlog=2048)
    except OSError as error:
        where = f"{settings.http.host}:{settings.http.port}"
        raise CannotServe(f"{runtime.service.name} cannot listen on {where}: {error.strerror}") from None
    server = _Server(
        uvicorn.Config(
            create_app(runtime, api=api, authenticator=verifier),
            http=bounded(settings.http),
            limit_concurrency=settings.http.max_connections,
            timeout_keep_alive=settings.http.keep_alive_s,
            ws_max_size=settings.http.max_body_bytes,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=max(1, int(settings.shutdown_s / 2)),
        )
    )
    runtime.roles["api"] = lambda: Condition(server.started, "serving" if server.started else "starting")
    running.begin(runtime, "api", server.run_until(running.stop_first, listening))


class _Server(uvicorn.Server):
    """uvicorn inside a process that has other work too: the signals are not its own."""

    async def run_until(self, stop: asyncio.Event, listening: socket.socket) -> None:
        """Serve on the socket until `stop`, then finish the requests in hand."""
        stopping = asyncio.create_task(self._exit_after(stop))
        try:
            await self._serve([listening])
        finally:
            stopping.cancel()

    async def _exit_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True


async def _until_stopped_or_failed(running: _Running, stop: asyncio.Event) -> None:
    asked = asyncio.create_task(stop.wait())
    work = {*running.first, *running.last}
    done, _ = await asyncio.wait({asked, *work}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    for task in done & work:
        error = task.exception()
        _LOG.critical("%s ended by itself", task.get_name(), exc_info=error)
        raise RoleFailed(f"{task.get_name()} ended by itself: {error!r}") from error


async def _drain(running: _Running, within_s: float) -> None:
    """Stop taking work and finish what is in hand; then let the relays send what is left; then cancel."""
    try:
        async with asyncio.timeout(within_s):
            running.stop_first.set()
            await _settled(running.first)
            running.stop_last.set()
            await _settled(running.last)
    except TimeoutError:
        late = [task.get_name() for task in (*running.first, *running.last) if not task.done()]
        _LOG.warning("not finished within %s s: %s", within_s, ", ".join(late))
    for task in (*running.first, *running.last):
        task.cancel()
    await asyncio.gather(*running.first, *running.last, return_exceptions=True)


async def _settled(tasks: Sequence[asyncio.Task[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks)


async def _cancelled_at(stop: asyncio.Event, work: Awaitable[None]) -> None:
    """Run `work` until it ends or `stop` comes; a background task may end early."""
    task, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
        await stopping
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _every(seconds: float, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do `work` again and again until `stop`; an outage is logged and tried again the next time."""
    while not stop.is_set():
        try:
            await work()
        except (*DATABASE_ERRORS, KafkaError, SQLAlchemyError) as error:
            _LOG.warning("%r, tried again in %s s", error, seconds)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)


async def _rest(runtimes: Sequence[Runtime], stop: asyncio.Event) -> None:
    """Hold no more memory than needed, here and in the databases' servers, once heavy work is over."""
    returning = collection.Returning()

    async def look() -> None:
        if await asyncio.to_thread(returning.look):
            for runtime in runtimes:
                await runtime.database.rest()

    await _every(collection.LOOKS_S, look, stop)


async def _purge(runtime: Runtime) -> None:
    hours = runtime.settings.http.idempotency_hours
    async with runtime.database.transaction() as transaction:
        await purge(transaction.connection, timedelta(hours=hours))


class _LagMeter:
    """Sets the lag metrics of the consumers; while the bus does not say, there are none."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._metrics = metrics(runtime.service.name)
        self._clocks: dict[str, LagClock] = {}

    async def measure(self) -> None:
        """Ask the bus once."""
        settings = self._runtime.settings
        for definition in consumers_of(self._runtime.service):
            try:
                lag = await group_lag(settings.bus, subscription(settings.stack, definition))
            except BaseException:
                self._metrics.lag.clear()
                self._metrics.lag_seconds.clear()
                raise
            clock = self._clocks.setdefault(definition.name, LagClock())
            self._metrics.lag.labels(definition.name).set(lag.behind)
            self._metrics.lag_seconds.labels(definition.name).set(clock.seconds(lag, time.monotonic()))
