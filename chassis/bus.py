"""The one place where Kafka clients are made, so that no client runs with a library's unsafe defaults.

Each setting below answers a trap found in FastStream 0.7.8 or aiokafka 0.14; a test rejects a client made
anywhere else. Clients are returned unstarted; where one cannot start, its error says why and what to set.
"""

import asyncio
import functools
import logging
import ssl
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias
from weakref import WeakSet

import aiokafka.admin.client
import aiokafka.client
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import ConnectionGroup
from aiokafka.conn import AIOKafkaConnection, CloseReason, collect_hosts, create_conn
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis.settings import BusSettings

Record: TypeAlias = ConsumerRecord[bytes, bytes]
AdminClient: TypeAlias = AIOKafkaAdminClient
ConsumerClient: TypeAlias = AIOKafkaConsumer
MAX_BATCH_BYTES = 960 * 1024
"""One produced batch; below every `max.message.bytes`, since that limits Kafka's whole batch."""
_REQUEST_TIMEOUT_MS = 10_000
_ASK_TIMEOUT_MS = 3_000
_ABANDON_S = 3.0
_CLIENT = "shuniu"
_LOG = logging.getLogger("chassis.bus")
_SPENT: WeakSet[AIOKafkaProducer] = WeakSet()

# aiokafka lets the broker create whatever topic it asks about, with the broker's default partition count, and
# has no option against it. A topic made so has the wrong number of partitions for ever.
_ask = functools.partial(MetadataRequest, allow_auto_topic_creation=False)
aiokafka.client.MetadataRequest = _ask
aiokafka.admin.client.MetadataRequest = _ask


_write = AIOKafkaConnection.send


def _send(connection: AIOKafkaConnection, request: Any, expect_response: bool = True) -> Any:
    """Say of a connection that is just being closed what aiokafka expects to hear of a lost one.

    uvloop raises RuntimeError there, which the client's background tasks do not survive.
    """
    try:
        return _write(connection, request, expect_response)
    except RuntimeError as error:
        connection.close(reason=CloseReason.CONNECTION_BROKEN)
        raise KafkaConnectionError(f"{connection.host}:{connection.port} is being closed: {error}") from error


AIOKafkaConnection.send = _send


def producer(settings: BusSettings, **changes: Any) -> AIOKafkaProducer:
    """A producer that waits for every in-sync replica, idempotent where the broker's profile allows it."""
    options: dict[str, Any] = {
        "acks": "all",
        "enable_idempotence": settings.profile == "kafka",
        "max_batch_size": MAX_BATCH_BYTES,
        "linger_ms": 0,
    }
    made = AIOKafkaProducer(**(_connection(settings) | options | changes))
    if settings.profile == "embedded":
        _hold_to_first_connection(made)
    _say_why(made, settings)
    return made


def _hold_to_first_connection(producer: AIOKafkaProducer) -> None:
    """Fail what is sent once the connection to the broker was lost, instead of connecting and sending again.

    The embedded broker forgets its topics when it restarts, acknowledges messages for topics that it does not
    have, and loses them. So whether a topic exists must be asked on the very connection that then carries the
    messages: whoever sends makes a new producer after a failure, and asks again.
    """
    client = producer.client
    connect = client._get_conn
    connected: set[Any] = set()

    async def get(node: Any, **options: Any) -> Any:
        key = node, options.get("group", ConnectionGroup.DEFAULT)
        present = client._conns.get(key)
        if key in connected and (present is None or not present.connected()):
            _SPENT.add(producer)
            return None
        made = await connect(node, **options)
        if made is not None:
            connected.add(key)
        return made

    client._get_conn = get
    producer._message_accumulator._batch_ttl = 0


def is_spent(producer: AIOKafkaProducer) -> bool:
    """Whether the connection that the producer was held to is known to be lost: it makes no other."""
    return producer in _SPENT


def next_number(producer: AIOKafkaProducer, topic: str, partition: int) -> int | None:
    """What an idempotent producer numbers the partition's next message; None without idempotence."""
    numbers = producer._txn_manager
    return None if numbers is None else int(numbers.sequence_number(TopicPartition(topic, partition)))


def take_back(producer: AIOKafkaProducer, topic: str, partition: int, number: int | None) -> None:
    """Give `number` again, after the broker has refused the batch that had it.

    aiokafka goes on counting behind a batch that the broker never appended, and the broker then refuses all
    that follows it as out of order. Java's client sets its count back too. Only right with one batch of the
    partition in flight, and for a refusal: what timed out may have been appended.
    """
    if number is not None:
        producer._txn_manager._sequence_numbers[TopicPartition(topic, partition)] = number


async def abandon(producer: AIOKafkaProducer) -> None:
    """Close a producer without waiting for what it still holds: `stop()` waits for ever with idempotence on.

    The connections go first, so that requests in flight fail at once.
    """
    producer._closed = True
    try:
        async with asyncio.timeout(_ABANDON_S):
            await producer.client.close()
            await producer._sender.close()
    except TimeoutError:
        _LOG.warning("an abandoned producer did not end within %s s", _ABANDON_S)


def consumer(
    settings: BusSettings, *topics: str, group: str | None = None, **changes: Any
) -> AIOKafkaConsumer:
    """A plain consumer from the earliest record that commits only when told to, for tools and tests."""
    options: dict[str, Any] = {
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "session_timeout_ms": settings.session_timeout_ms,
        "heartbeat_interval_ms": settings.heartbeat_interval_ms,
        "max_poll_interval_ms": settings.max_poll_interval_ms,
    }
    made = AIOKafkaConsumer(*topics, **(_connection(settings) | options | changes))
    _say_why(made, settings)
    return made


def set_fetch_wait(consumer: AIOKafkaConsumer, wait_ms: int) -> None:
    """How long the consumer's fetches wait at the broker for something to come, from the next one on."""
    consumer._fetcher._fetch_max_wait_ms = wait_ms


def breakdown(consumer: AIOKafkaConsumer) -> str | None:
    """Which background task of a started consumer in a group has ended, and of what; None where all go on.

    aiokafka starts none of them again. Without its fetcher a consumer gets nothing and says nothing; without
    its coordinator each poll fails while heartbeats may go on, so that nobody else gets its partitions.
    """
    coordinator = consumer._coordinator
    lasting = consumer._client._sync_task, consumer._fetcher._fetch_task, coordinator._coordination_task
    renewed = coordinator._heartbeat_task, coordinator._commit_refresh_task
    ended = [task for task in filter(None, lasting) if task.done()]
    ended += [t for t in filter(None, renewed) if t.done() and not t.cancelled() and t.exception()]
    return _end_of(ended[0]) if ended else None


def _end_of(task: "asyncio.Task[None]") -> str:
    name = getattr(task.get_coro(), "__qualname__", task.get_name())
    error = None if task.cancelled() else task.exception()
    return f"{name} ended" if error is None else f"{name} ended: {error!r}"


async def discard(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer that broke down: its own `stop()` raises then, or waits for ever."""
    coordinator, client = consumer._coordinator, consumer._client
    consumer._closed = True
    if not coordinator._closing.done():
        coordinator._closing.set_result(None)
    tasks = [
        client._sync_task, coordinator._coordination_task, coordinator._heartbeat_task,
        coordinator._commit_refresh_task, consumer._fetcher._fetch_task, *consumer._fetcher._pending_tasks,
    ]  # fmt: skip
    await _end(*filter(None, tasks))
    client._sync_task = None
    try:
        async with asyncio.timeout(_ABANDON_S):
            await coordinator._maybe_leave_group()
    except (KafkaError, OSError, TimeoutError) as error:
        _LOG.info("a consumer that broke down could not leave its group: %r", error)
    closing = asyncio.create_task(client.close())
    await asyncio.wait({closing}, timeout=_ABANDON_S)
    await _end(closing)


async def _end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel tasks, and take no notice of what they raise."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def committed(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """The offsets that the consumer's group has committed of these partitions, where it has, by one request:
    aiokafka's own method asks for one partition, and there are hundreds."""
    found = await consumer._coordinator.fetch_committed_offsets(list(partitions))
    return {partition: one.offset for partition, one in found.items() if one.offset >= 0}


def admin(settings: BusSettings) -> AIOKafkaAdminClient:
    """A client for topics and groups."""
    made = AIOKafkaAdminClient(**_connection(settings))
    _say_why(made, settings)
    return made


def broker(settings: BusSettings, logger: logging.Logger = _LOG) -> KafkaBroker:
    """FastStream's broker, for consuming only: the relay is what produces.

    It always has a logger, since without one FastStream drops a batch that fails validation in silence, and
    it creates no topic, since one made on first use would have a single partition.
    """
    made = KafkaBroker(
        settings.bootstrap_servers.split(","),
        client_id=_CLIENT,
        consumer_only=True,
        allow_auto_create_topics=False,
        request_timeout_ms=_REQUEST_TIMEOUT_MS,
        metadata_max_age_ms=settings.metadata_max_age_ms,
        security=_security(settings),
        logger=logger,
        apply_types=False,
    )
    _say_why(made, settings)
    return made


def subscriber(
    broker: KafkaBroker, settings: BusSettings, *, group: str, topics: Sequence[str] = (),
    pattern: str | None = None, max_records: int = 500, batch_timeout_ms: int = 20,
    listener: ConsumerRebalanceListener | None = None,
) -> BatchSubscriber:  # fmt: skip
    """A subscriber whose async handler gets each batch as one `tuple[Record, ...]`, untouched.

    The handler's caller commits, through `subscriber.consumer.commit({TopicPartition: offset})`: naming the
    offsets, since FastStream's `ack()` commits whatever position the consumer has reached. Either `topics` or
    one `pattern` (a regular expression on the whole name) is given.
    """
    return broker.subscriber(
        *topics,
        pattern=pattern,
        group_id=group,
        batch=True,
        max_records=max_records,
        batch_timeout_ms=batch_timeout_ms,
        ack_policy=AckPolicy.MANUAL,
        auto_offset_reset="earliest",
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        max_poll_interval_ms=settings.max_poll_interval_ms,
        listener=listener,
        parser=_untouched,
        decoder=_records,
        no_reply=True,
    )


async def _untouched(records: tuple[Record, ...]) -> KafkaMessage:
    """Take a batch as it is: FastStream's own parser fails the whole batch on one header not in UTF-8."""
    return KafkaAckableMessage(raw_message=records, body=b"", consumer=_NoCommit())


async def _records(message: KafkaMessage) -> Any:
    return message.raw_message


class _NoCommit:
    """Stands where FastStream's message keeps its consumer, and refuses the commit that names no offsets."""

    async def commit(self) -> None:
        raise RuntimeError("commit through subscriber.consumer.commit with the offsets of the batch")

    def seek(self, partition: object, offset: int) -> None:
        raise RuntimeError("seek through subscriber.consumer.seek")


def _say_why(client: Any, settings: BusSettings) -> None:
    """Let `start` fail with a reason: aiokafka raises only that no server could be used."""
    start: Callable[[], Awaitable[None]] = client.start

    async def explained() -> None:
        try:
            await start()
        except KafkaConnectionError as error:
            raise KafkaConnectionError(await _why(settings)) from error

    client.start = explained


async def _why(settings: BusSettings) -> str:
    found = [
        f"{host}:{port} {await _asked(settings, host, port)}"
        for host, port, _ in collect_hosts(settings.bootstrap_servers)
    ]
    return f"no broker can be used: {'; '.join(found)}"


async def _asked(settings: BusSettings, host: str, port: int) -> str:
    """What hinders a connection to one server, by trying it."""
    options = _connection(settings) | {"request_timeout_ms": _ASK_TIMEOUT_MS}
    del options["bootstrap_servers"], options["metadata_max_age_ms"]
    try:
        connection = await create_conn(host, port, **options)
    except (OSError, TimeoutError, KafkaError) as error:
        return _reason(settings, host, error)
    connection.close()
    return "answers by now: try again"


def _reason(settings: BusSettings, host: str, error: Exception) -> str:
    protocol = f"SHUNIU_BUS_SECURITY_PROTOCOL={settings.security_protocol}"
    match error:
        case ssl.SSLCertVerificationError():
            if "ostname" in error.verify_message or "IP address" in error.verify_message:
                return f"has a certificate that does not name {host}: SHUNIU_BUS_BOOTSTRAP_SERVERS must"
            trusted = settings.tls_ca_file or "the system's authorities"
            return (
                f"has a certificate that {trusted} did not sign ({error.verify_message}): name the file of"
                " its authority in SHUNIU_BUS_TLS_CA_FILE"
            )
        case ssl.SSLError():
            return f"refuses the TLS connection or speaks no TLS ({error.reason or error}): {protocol}?"
        case SaslAuthenticationFailed():
            return (
                f"refuses SHUNIU_BUS_SASL_USERNAME={settings.sasl_username} or its SHUNIU_BUS_SASL_PASSWORD"
            )
        case UnsupportedSaslMechanismError():
            return f"does not take SHUNIU_BUS_SASL_MECHANISM={settings.sasl_mechanism}"
        case OSError() if error.errno:
            return f"does not answer ({error.strerror or error}): SHUNIU_BUS_BOOTSTRAP_SERVERS?"
    certificate = " without SHUNIU_BUS_TLS_CERTIFICATE_FILE" if not settings.tls_certificate_file else ""
    return f"ends the connection or stays silent ({type(error).__name__}), with {protocol}{certificate}"


def _connection(settings: BusSettings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "client_id": _CLIENT,
        "request_timeout_ms": _REQUEST_TIMEOUT_MS,
        "metadata_max_age_ms": settings.metadata_max_age_ms,
        "security_protocol": settings.security_protocol,
        "ssl_context": settings.tls_context() if settings.encrypted else None,
    }
    if settings.authenticated:
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.sasl_username,
            "sasl_plain_password": _password(settings),
        }
    return options


def _password(settings: BusSettings) -> str | None:
    return settings.sasl_password.get_secret_value() if settings.sasl_password else None


def _security(settings: BusSettings) -> BaseSecurity:
    context = settings.tls_context() if settings.encrypted else None
    if not settings.authenticated:
        return BaseSecurity(ssl_context=context)
    kinds = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
    return kinds[settings.sasl_mechanism or "PLAIN"](
        username=settings.sasl_username or "", password=_password(settings) or "", ssl_context=context
    )
