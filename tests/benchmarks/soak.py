"""An hour at half load: memory must stay flat, and nothing may fall behind.

`python -m tests.benchmarks.soak [--minutes M] [--engine E]`. A stack, each service a process, gets commands
over HTTP at half the rate that its registry answers when asked as fast as it can; every change reaches the
other services. Memory is taken every five seconds.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bringing import register_of
from tests.benchmarks.commanding import office
from tests.benchmarks.country import Finding, audited, say, verdict
from tests.benchmarks.engines import ENGINES, engine, stop_when_terminated
from tests.benchmarks.harness import about
from tests.benchmarks.sampling import Sample, Sampler, draw
from tests.benchmarks.stacks import each_service, stack

FLAT = 1.10
"""The last quarter's mean memory to the second's: no more than this; the first quarter is warm-up."""
_ORGANIZATIONS = 2_000
_CLERKS, _CALIBRATION_S = 8, 10.0


def flat(samples: Sequence[Sample], minutes: float) -> Finding:
    """Whether our processes' memory stopped growing: the last quarter of the time to the second."""
    quarter = minutes * 60 / 4
    second = [s.ours_mb for s in samples if quarter <= s.at_s < 2 * quarter]
    last = [s.ours_mb for s in samples if s.at_s >= 3 * quarter]
    if not second or not last:
        return Finding("memory is flat", False, "too few samples: let it run longer")
    before, after = sum(second) / len(second), sum(last) / len(last)
    detail = f"mean {after:.0f} MB in the last quarter, {before:.0f} MB in the second: at most {FLAT} times"
    return Finding("memory is flat", after <= before * FLAT, detail)


def following(samples: Sequence[Sample], rate: float) -> Finding:
    """Whether every consumer kept up: never more behind than a minute of commands."""
    worst = max(max(sample.behind.values()) for sample in samples)
    return Finding("every consumer keeps up", worst <= 60 * rate, f"at most {worst:,} messages behind")


async def run(arguments: argparse.Namespace, directory: Path) -> int:
    """The whole run; 1 where something does not hold."""
    async with (
        engine(arguments.engine, directory) as started,
        started.broker() as bus,
        stack(started, bus, directory / "soak", each_service()) as running,
        office(running, await register_of(running, _ORGANIZATIONS)) as clerks,
    ):
        fastest = await clerks.as_fast_as_answered(_CALIBRATION_S, _CLERKS)
        rate = fastest / 2
        say(f"{fastest:.0f} commands/s when asked as fast as it answers; {rate:.0f} a second from now on")
        async with running.client() as client:
            await client.at_rest(600)
        servers = {"PostgreSQL": started.postgres.pid, "broker": started.broker_pid}
        sampler = Sampler(running, bus, servers, every_s=5.0, told=Teller(arguments.minutes))
        title = f"{arguments.minutes:g} minutes at {rate:.0f} commands/s, {arguments.engine}"
        title += f", {os.cpu_count()} cores"
        try:
            async with sampler.watching():
                await clerks.at_rate(rate, arguments.minutes * 60, lambda id, sequence, due: None)
                async with running.client() as client:
                    await client.at_rest(600)
        finally:
            if sampler.samples:  # of a run that fails or is interrupted, too
                draw(sampler.samples, title, arguments.chart)
        findings = [flat(sampler.samples, arguments.minutes), following(sampler.samples, rate)]
        findings.append(await audited(running))
    if arguments.json:
        document = {
            "benchmark": "soak", **about(), "engine": arguments.engine, "commands_s": round(rate, 1),
            "findings": [vars(finding) for finding in findings], "samples": sampler.plain(),
        }  # fmt: skip
        arguments.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return verdict(title, findings, arguments.chart, arguments.json)


@dataclass
class Teller:
    """Shows progress every minute: how far the run is, memory, and who is furthest behind."""

    minutes: float
    told: int = -1

    def __call__(self, sample: Sample) -> None:
        """A sample was taken."""
        minute = int(sample.at_s / 60)
        if minute > self.told:
            self.told = minute
            worst = max(sample.behind.values())
            say(f"minute {minute} of {self.minutes:g}: {sample.ours_mb:,.0f} MB, at most {worst:,} behind")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--engine", choices=ENGINES, default="embedded")
    options.add_argument("--chart", type=Path, default=Path("soak.png"))
    options.add_argument("--json", type=Path)
    arguments = options.parse_args()
    stop_when_terminated()
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="shuniu-soak-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o711)
        return asyncio.run(run(arguments, Path(name)))


if __name__ == "__main__":
    sys.exit(main())
