"""Every row of the performance table on one engine: `python -m tests.benchmarks [--engine kafka]`.

Figures are facts, not a gate: it exits 0 whatever was reached, and 1 where something could not be measured.
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
EXPECTED = {
    "relay": 0.8, "dump": 0.6, "outbox_peer": 0.7, "projection": 5.0, "commands": 1.3, "latency": 8.0,
    "imports": 9.0, "whole": 9.5, "campaigns": 2.0, "statements": 0.4,
}  # fmt: skip
"""Minutes of five runs on two idle cores, about; only their proportions count."""

if __name__ == "__main__":
    run(ROWS, __doc__, EXPECTED)
