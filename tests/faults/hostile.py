"""What strangers put on the bus: records that no relay of ours would write."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from uuid_utils import uuid7

Headers = tuple[tuple[str, bytes | None], ...]
_DEEP = b"[" * 200_000
_LARGE = 700_000


@dataclass(frozen=True)
class Message:
    """A record as it is to be sent."""

    topic: str
    key: bytes | None
    headers: Headers
    value: bytes | None

    def saying(self, name: str, value: str | bytes | None) -> "Message":
        """The same with another header."""
        said = value.encode() if isinstance(value, str) else value
        return replace(self, headers=tuple((n, said if n == name else v) for n, v in self.headers))

    def header(self, name: str) -> str:
        """What a header says."""
        return (dict(self.headers)[name] or b"").decode()

    def about(self, subject: str) -> "Message":
        """The same about another subject."""
        return replace(self.saying("ce_subject", subject), key=subject.encode())

    def anew(self) -> "Message":
        """The same with an id of its own."""
        return self.saying("ce_id", str(uuid7()))


class Stranger:
    """Reads what there is on a topic, and writes what should not be."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._servers = bootstrap_servers
        self._producer = KafkaProducer(
            bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=False,
            max_request_size=1 << 20,
        )  # fmt: skip

    def sample(self, topic: str, most: int = 100_000) -> list[Message]:
        """Some records of a topic, in each partition's order."""
        client = KafkaConsumer(bootstrap_servers=self._servers, enable_auto_commit=False)
        try:
            partitions = [TopicPartition(topic, p) for p in client.partitions_for_topic(topic) or ()]
            client.assign(partitions)
            client.seek_to_beginning()
            found = [r for _ in range(10) for rs in client.poll(timeout_ms=100).values() for r in rs]
        finally:
            client.close()
        return [Message(r.topic, r.key, tuple(r.headers), r.value) for r in found[:most]]

    def send(self, messages: Sequence[Message]) -> None:
        """Put them on the bus, in this order, by each key's own partition."""
        sent = [
            self._producer.send(
                m.topic, key=m.key, value=m.value,
                headers=[(name, value if value is not None else b"") for name, value in m.headers],
            )
            for m in messages
        ]  # fmt: skip
        self._producer.flush(30)
        for one in sent:
            one.get(timeout=30)

    def close(self) -> None:
        """Hang up."""
        self._producer.close(5)


def fork(message: Message) -> Message:
    """Another event in the place of one that is there."""
    return message.anew()


def nonsense(message: Message, dice: random.Random) -> Iterator[Message]:
    """Everything made from one sound record that is to be set aside without harm to any sound subject."""
    other = message.anew().about(str(uuid7())).saying("ce_sequence", f"{1:020}")
    value = other.value or b"{}"
    yield replace(other, value=value[: dice.randrange(1, len(value) - 1)])
    yield replace(other.about(str(uuid7())).anew(), value=b"\xff\xfe not JSON")
    yield replace(other.about(str(uuid7())).anew(), value=_DEEP)
    yield replace(other.about(str(uuid7())).anew(), value=b'{"state":' + b"9" * 5000 + b"}")
    yield replace(other.about(str(uuid7())).anew(), value=None)
    yield replace(other.about(str(uuid7())).anew(), value=b'{"state":{"name":"' + b"x" * _LARGE + b'"}}')
    type_ = other.header("ce_type")
    yield other.about(str(uuid7())).anew().saying("ce_type", type_.replace(".v1", ".v9"))
    yield other.about(str(uuid7())).anew().saying("ce_source", "/stacks/440303/registry")
    yield other.about(str(uuid7())).anew().saying("ce_division", "440303001")
    swapped = type_.replace("registry.organization", "grants.fund")
    yield other.about(str(uuid7())).anew().saying("ce_type", swapped)
    yield other.about(str(uuid7())).anew().saying("ce_type", "v1")
    yield other.about(str(uuid7())).anew().saying("ce_type", type_ + ".v1")
    yield other.about(str(uuid7())).anew().saying("ce_type", type_.replace(".v1", ".v٣"))
    yield other.about(str(uuid7())).anew().saying("ce_sequence", f"{2**63:020}")
    yield other.about(str(uuid7())).anew().saying("ce_sequence", "-1")
    yield other.about(str(uuid7())).anew().saying("ce_epoch", str(2**31))
    yield other.about("a,b").anew()
    yield other.about("nul\x00nul").anew()
    yield other.about("x" * 5000).anew()
    yield replace(other.anew(), key=b"another key")
    yield replace(other.anew(), key=None)
    yield other.anew().saying("ce_time", "yesterday")
    yield other.anew().saying("ce_id", b"\xff\xff")
    yield Message(other.topic, b"k", (), b"no headers at all")
    yield Message(other.topic, None, (("content-type", b"application/cloudevents+json"),), _DEEP)
    yield Message(other.topic, b"k", (("content-type", b"application/cloudevents+json"),), b'{"id":1}')
