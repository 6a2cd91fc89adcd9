"""Logs and traces: one pipeline for all logs, spans that cross Kafka."""

import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import structlog
from opentelemetry import context as trace_context
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.redaction import conceal_in_line

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

_TRACER: trace.Tracer = trace.NoOpTracer()
_PROPAGATOR = TraceContextTextMapPropagator()
_REACTIONS: ContextVar[Mapping[str, str]] = ContextVar("reactions", default=MappingProxyType({}))
"""While a reaction runs and spans are kept: the traceparent of its span in each trace, by the trace's id."""
_TRACE_ID = slice(3, 35)
"""Where a W3C traceparent has the trace's id."""


class ExporterUnknown(ValueError):
    """`OTEL_TRACES_EXPORTER` names an exporter that is none of ours; says which there are."""


def configure_logging(level: str = "INFO", *, stack: str | None = None) -> None:
    """Send structlog's and the standard library's records down one pipeline to standard error.

    JSON where that is no terminal, colours where it is. Call it once a process, before anything logs.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream", "aiokafka", "alembic"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for noisy in ("uvicorn.access", "httpx", "aiokafka", "alembic", "chassis.bus"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if stack is not None:
        bind(stack=stack)


def _formatter(shared: list[structlog.typing.Processor]) -> logging.Formatter:
    terminal = sys.stderr.isatty()
    final: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final, conceal_in_line],
    )


def bind(**values: object) -> None:
    """Add values to every log line of this task and of the tasks it starts."""
    structlog.contextvars.bind_contextvars(**values)


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """The same for the length of a block: one message, one request."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def configure_tracing(service: str) -> None:
    """Send spans where `OTEL_TRACES_EXPORTER` says: `console`, `otlp`, or nowhere when it is unset.

    `otlp` is OTLP over HTTP, to where OpenTelemetry's own `OTEL_EXPORTER_OTLP_*` variables say. Raises
    `ExporterUnknown` for any other name.
    """
    wanted = os.environ.get("OTEL_TRACES_EXPORTER", "none")
    if wanted == "none":
        return
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"shuniu-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(_exporter(wanted)))
    trace.set_tracer_provider(provider)
    trace_with(provider)


def trace_with(provider: trace.TracerProvider) -> None:
    """Keep spans from now on, by this provider."""
    global _TRACER
    _TRACER = provider.get_tracer("shuniu")


def tracing() -> bool:
    """Whether spans are kept; where not, nothing should be spent on them."""
    return not isinstance(_TRACER, trace.NoOpTracer)


def _exporter(wanted: str) -> "SpanExporter":
    match wanted:
        case "console":
            from opentelemetry.sdk.trace.export import ConsoleSpanExporter

            return ConsoleSpanExporter(out=sys.stderr)
        case "otlp":
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            return OTLPSpanExporter()
    raise ExporterUnknown(f"OTEL_TRACES_EXPORTER={wanted} is unknown: otlp, console or none")


@contextmanager
def span(
    name: str, traceparent: str | None = None, kind: trace.SpanKind = trace.SpanKind.INTERNAL,
    **attributes: str | int,
) -> Iterator[None]:  # fmt: skip
    """A span of the present trace, or of the one that `traceparent` names."""
    parent = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
    with _TRACER.start_as_current_span(name, context=parent, kind=kind, attributes=attributes):
        yield


class Origin(Protocol):
    """What of an event's envelope logs and traces name."""

    @property
    def id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def traceparent(self) -> str | None: ...


@contextmanager
def reacting(service: str, reaction: str, origins: Sequence[Origin]) -> Iterator[None]:
    """One call of a reaction: its log lines name the event, or how many there are, and every event's trace
    gets a span of it. The call runs in the first event's trace; the others' spans link to it.
    """
    name, first = f"reaction {reaction}", origins[0]
    alone = {"event_id": first.id, "subject": first.subject, "correlation_id": first.correlation_id}
    values = alone if len(origins) == 1 else {"events": len(origins)}
    attributes: dict[str, str | int] = {
        "shuniu.service": service, "messaging.batch.message_count": len(origins),
    }  # fmt: skip
    with (
        bound(reaction=reaction, **values),
        span(name, first.traceparent, trace.SpanKind.CONSUMER, **attributes),
    ):
        if not tracing():
            yield
            return
        spans = _one_a_trace(name, origins, attributes)
        token = _REACTIONS.set({_trace_id(span): _traceparent(span) for span in spans})
        try:
            yield
        finally:
            _REACTIONS.reset(token)
            for other in spans[1:]:
                other.end()


def _one_a_trace(
    name: str, origins: Sequence[Origin], attributes: Mapping[str, str | int]
) -> list[trace.Span]:
    """The present span, and one more in each further trace that the events belong to, linked to it."""
    call = trace.get_current_span()
    link, spans = trace.Link(call.get_span_context()), {_trace_id(call): call}
    for origin in origins:
        parent = _PROPAGATOR.extract({"traceparent": origin.traceparent or ""})
        found = trace.get_current_span(parent)
        if found.get_span_context().is_valid and _trace_id(found) not in spans:
            spans[_trace_id(found)] = _TRACER.start_span(
                name, parent, trace.SpanKind.CONSUMER, attributes=attributes, links=[link]
            )
    return list(spans.values())


def continued(traceparent: str | None) -> str | None:
    """What an event names that follows from one with `traceparent`: the reaction's span in that trace."""
    if traceparent is None:
        return None
    return _REACTIONS.get().get(traceparent[_TRACE_ID], traceparent)


def trace_sent(
    service: str, traceparents: Iterable[str | None], began_ns: int, error: str | None = None
) -> None:
    """A relay's send of a set of events, which began then and ended now: a span under each event's own.

    Events of one command share their traceparent, and so one span.
    """
    for traceparent, count in Counter(filter(None, traceparents)).items():
        sent = _TRACER.start_span(
            "relay send", _PROPAGATOR.extract({"traceparent": traceparent}), trace.SpanKind.PRODUCER,
            {"shuniu.service": service, "messaging.system": "kafka", "messaging.batch.message_count": count},
            start_time=began_ns,
        )  # fmt: skip
        if error is not None:
            sent.set_status(trace.StatusCode.ERROR, error)
        sent.end()


@contextmanager
def incoming(headers: Mapping[str, str]) -> Iterator[None]:
    """Continue the trace that a request's `traceparent` header names, for the length of a block."""
    token = trace_context.attach(_PROPAGATOR.extract(headers))
    try:
        yield
    finally:
        trace_context.detach(token)


@contextmanager
def command_span(service: str, command: str) -> Iterator[None]:
    """The span of one command."""
    with span(f"command {command}", kind=trace.SpanKind.SERVER, **{"shuniu.service": service}):
        yield


@contextmanager
def timer_span(service: str, timer: str) -> Iterator[None]:
    """The span of one timer that fires: the root of a trace, since nobody asked for it now."""
    with span(f"timer {timer}", kind=trace.SpanKind.INTERNAL, **{"shuniu.service": service}):
        yield


def current_traceparent() -> str | None:
    """The present span as a W3C traceparent, which the event log keeps; None outside of a trace."""
    return _traceparent(trace.get_current_span()) or None


def _traceparent(span: trace.Span) -> str:
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent", "")


def _trace_id(span: trace.Span) -> str:
    return trace.format_trace_id(span.get_span_context().trace_id)
