"""Prints each event of the organisations below a stack once, in order; needs shuniu-contracts and aiokafka.

python consume.py 127.0.0.1:9092 440303
"""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer
from shuniu_contracts import decode, stream


async def main(bootstrap: str, stack: str) -> None:
    """Consume for ever; where one is, is kept by subject because delivery is at least once."""
    seen: dict[str, tuple[int, int]] = {}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id="example", auto_offset_reset="earliest")
    consumer.subscribe(pattern=stream("registry", "organization").pattern(stack, major=1))
    async with consumer:
        async for record in consumer:
            envelope, event = decode(record.headers, record.value)
            if event is None or envelope.order <= seen.get(envelope.subject, (-1, 0)):
                continue  # a type newer than this package, or an event seen before
            seen[envelope.subject] = envelope.order
            print(envelope.subject, envelope.epoch, envelope.sequence, envelope.type, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
