"""Prints every record of a stack's topics, oldest first, as `kcat -J` does; needs kafka-python.

python read.py 127.0.0.1:9092 shuniu.440303. | python consume.py ../../schemas
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition

IDLE_MS = 2000


def records(bootstrap: str, prefix: str) -> Iterator[Any]:
    """All records there are, in each partition's order; ends when nothing new came for a while."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, consumer_timeout_ms=IDLE_MS
    )
    topics = sorted(topic for topic in consumer.topics() if topic.startswith(prefix))
    partitions = [TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    yield from consumer
    consumer.close()


if __name__ == "__main__":
    for found in records(*sys.argv[1:3]):
        headers = [part for name, value in found.headers for part in (name, value.decode())]
        key = found.key.decode()
        line = {"topic": found.topic, "key": key, "headers": headers, "payload": found.value.decode()}
        print(json.dumps(line, ensure_ascii=False))
