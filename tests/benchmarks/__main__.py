"""Every row of the performance table on one engine: `python -m tests.benchmarks [--engine kafka]`.

Figures are facts, not a gate: it exits 0 whatever was reached.
"""

from tests.benchmarks import (
    campaigns,
    commands,
    dump,
    imports,
    latency,
    outbox_peer,
    projection,
    relay,
    statements,
    whole,
)
from tests.benchmarks.running import Measure, run

ROWS: dict[str, Measure] = {
    "relay": relay.measure,
    "dump": dump.measure,
    "outbox_peer": outbox_peer.measure,
    "projection": projection.measure,
    "commands": commands.measure,
    "latency": latency.measure,
    "imports": imports.measure,
    "whole": whole.measure,
    "campaigns": campaigns.measure,
    "statements": statements.measure,
}

if __name__ == "__main__":
    run(ROWS, __doc__)
