"""A stack in a process of its own, for tests that kill it. Arguments: data directory, base port.

Tells what happens as JSON lines on its output; `up` carries the process ids of its parts.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from chassis.embedded.connection import write_connection_file
from chassis.embedded.stack import Child, EmbeddedStack
from tests.chassis.embedded import child_program


def say(what: dict[str, object]) -> None:
    """One line on the output, at once."""
    print(json.dumps(what), flush=True)


async def main(data_dir: Path, base_port: int) -> None:
    """Run until told to stop."""
    stack = EmbeddedStack(data_dir, base_port, told=lambda happening: say(asdict(happening)))

    def children() -> Sequence[Child]:
        port = stack.port(0)
        argv = (sys.executable, child_program.__file__, str(port), str(data_dir / "diary"))
        return [Child("clerk", argv, f"http://127.0.0.1:{port}/")]

    async def prepare() -> None:
        await stack.postgres.create_database("office")

    async def rebuild() -> None:
        say({"what": "rebuilt"})

    def ready() -> None:
        write_connection_file(
            data_dir, region="440303", stack="440303", services={"clerk": f"http://127.0.0.1:{stack.port(0)}"},
            databases={"clerk": stack.postgres.dsn("office")},
            bootstrap_servers=stack.broker.bootstrap_servers, started_at=datetime.now(UTC),
        )  # fmt: skip
        say({"what": "up", **{name: stack.pid(name) for name in ("postgres", "broker", "clerk")}})

    await stack.run(children, prepare, rebuild, ready)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
