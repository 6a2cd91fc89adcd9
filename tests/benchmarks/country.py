"""A country's register: a million organisations through one stack on Apache Kafka and PostgreSQL.

`python -m tests.benchmarks.country [--organizations N]` imports workbooks over the public API while every
service follows, and draws memory, lag and rates. At the end nothing may be missing, by the audit and by
counts that share no code with it, and the memory of our processes must have been flat after its first third.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from chassis.region import load_region
from deploy.regions import profile_file
from tests.benchmarks.bringing import bring
from tests.benchmarks.engines import engine, stop_when_terminated
from tests.benchmarks.harness import about
from tests.benchmarks.registers import workbook
from tests.benchmarks.sampling import Sample, Sampler, draw
from tests.benchmarks.stacks import REGION, Running, each_service, stack

FLAT = 1.15
"""The highest memory after half of the register is imported, to the highest before: no more than this."""
_COPIES = ("grants", "partybuild", "notify", "console")
_REST_S = 3600.0


@dataclass(frozen=True)
class Finding:
    """One thing that must hold at the end."""

    what: str
    holds: bool
    detail: str

    def __str__(self) -> str:
        return f"{'holds ' if self.holds else 'BROKEN'}  {self.what}: {self.detail}"


def verdict(title: str, findings: Sequence[Finding], chart: Path, file: Path | None) -> int:
    """Print what must hold and whether all of it does; the exit code."""
    print(title)
    for finding in findings:
        print(finding)
    print(f"chart: {chart}" + (f", figures: {file}" if file else ""))
    broken = [finding.what for finding in findings if not finding.holds]
    print(f"FAILED: {'; '.join(broken)}" if broken else "PASSED: everything holds")
    return 1 if broken else 0


def _workbooks(organizations: int, rows: int, directory: Path) -> list[Path]:
    """The files, made ahead by two processes: an office has them already."""
    region = load_region(profile_file(REGION))
    firsts = range(0, organizations, rows)
    with ProcessPoolExecutor(2) as pool:
        made = [
            pool.submit(workbook, region, min(rows, organizations - first), directory, first)
            for first in firsts
        ]
        return [each.result() for each in made]


async def load(running: Running, files: Sequence[Path], sampler: Sampler) -> None:
    """Bring the workbooks in, one after the other."""
    before = 0
    for file in files:

        def told(rows: int, before: int = before) -> None:
            sampler.imported = before + rows

        before += await bring(running, file, told)
        sampler.imported = before


async def caught_up(running: Running, sampler: Sampler) -> None:
    """Wait until no consumer is behind, then until the whole stack is at rest."""
    deadline = time.monotonic() + _REST_S
    while any(sampler.samples[-1].behind.values()):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not caught up after {_REST_S:.0f} s: {sampler.samples[-1].behind}")
        await asyncio.sleep(1)
    async with running.client() as client:
        await client.at_rest(600)


async def verify(running: Running, sampler: Sampler, organizations: int) -> list[Finding]:
    """Counts by SQL and by the bus, the audit, and the memory."""
    findings = []
    for service in ("registry", *_COPIES):
        count = await _count(running, service, "select count(*) from organization")
        findings.append(
            Finding(
                f"{service} has every organisation", count == organizations, f"{count:,} of {organizations:,}"
            )
        )
    gaps = await _count(
        running, "registry",
        "select count(*) from (select 1 from event_log group by aggregatetype, aggregateid"
        " having count(*) <> max(sequence)) as gap",
    )  # fmt: skip
    findings.append(Finding("no gap in any subject's log", gaps == 0, f"{gaps:,} subjects with a gap"))
    for service in running.connection.databases:
        waiting = await _count(
            running, service,
            "select (select count(*) from outbox) + (select count(*) from held)"
            " + (select count(*) from parked)",
        )  # fmt: skip
        findings.append(Finding(f"{service}: nothing unsent, held or parked", waiting == 0, f"{waiting:,}"))
    findings.append(await audited(running))
    findings.append(flatness(sampler.samples, organizations))
    return findings


async def audited(running: Running) -> Finding:
    """What `shuniu audit` says, and how long it took to say it."""
    begun = time.monotonic()
    found = json.loads(await running.command("audit", "--json", accepted=(0, 1)))
    took = f"{len(found)} findings, {time.monotonic() - begun:.0f} s"
    return Finding("shuniu audit finds nothing", not found, took)


async def _count(running: Running, service: str, query: str) -> int:
    connection = await asyncpg.connect(running.connection.databases[service])
    try:
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


def flatness(samples: Sequence[Sample], organizations: int) -> Finding:
    """Whether our processes' memory stopped growing: its peak in the second half of the register's way to
    that between a tenth and half of it."""
    warm = [s.ours_mb for s in samples if organizations / 10 <= s.imported < organizations / 2]
    later = [s.ours_mb for s in samples if s.imported >= organizations / 2]
    if not warm or not later:
        return Finding("memory is flat", False, "too few samples: import more organisations")
    ratio = max(later) / max(warm)
    detail = f"peak {max(later):.0f} MB after half, {max(warm):.0f} MB before: {ratio:.2f}, at most {FLAT}"
    return Finding("memory is flat", ratio <= FLAT, detail)


async def run(arguments: argparse.Namespace, directory: Path) -> int:
    """The whole run; 1 where something does not hold."""
    began = time.monotonic()
    files = await asyncio.to_thread(_workbooks, arguments.organizations, arguments.rows, directory)
    say(f"{len(files)} workbooks made in {time.monotonic() - began:.0f} s")
    async with (
        engine("kafka", directory) as started,
        started.broker() as bus,
        stack(started, bus, directory / "country", each_service()) as running,
    ):
        servers = {"PostgreSQL": started.postgres.pid, "Apache Kafka": started.broker_pid}
        sampler = Sampler(running, bus, servers, told=_tell)
        async with sampler.watching():
            begun = sampler.began = time.monotonic()
            await load(running, files, sampler)
            imported_s = time.monotonic() - begun
            await caught_up(running, sampler)
            everywhere_s = time.monotonic() - begun
        findings = await verify(running, sampler, arguments.organizations)
    rest = f"{imported_s:,.0f} s to the registry, {everywhere_s:,.0f} s until every service has them"
    title = f"{arguments.organizations:,} organisations, Apache Kafka, {os.cpu_count()} cores: {rest}"
    draw(sampler.samples, title, arguments.chart)
    document = {
        "benchmark": "country", **about(), "organizations": arguments.organizations,
        "imported_s": round(imported_s, 1), "everywhere_s": round(everywhere_s, 1),
        "peak_mb": max(sample.ours_mb for sample in sampler.samples),
        "findings": [vars(finding) for finding in findings], "samples": sampler.plain(),
    }  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return verdict(title, findings, arguments.chart, arguments.json)


def say(text: str) -> None:
    """Show progress."""
    print(text, file=sys.stderr, flush=True)


_last_told = 0.0


def _tell(sample: Sample) -> None:
    global _last_told
    if sample.at_s - _last_told >= 10 or sample.at_s < _last_told:
        _last_told = sample.at_s
        behind = ", ".join(f"{name} {count:,}" for name, count in sample.behind.items())
        say(f"{sample.at_s:6.0f} s  {sample.imported:,} imported; {sample.ours_mb:,.0f} MB; behind: {behind}")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--organizations", type=int, default=1_000_000)
    options.add_argument("--rows", type=int, default=50_000, help="rows a workbook")
    options.add_argument("--chart", type=Path, default=Path("country.png"))
    options.add_argument("--json", type=Path)
    arguments = options.parse_args()
    stop_when_terminated()
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="shuniu-country-", ignore_cleanup_errors=True) as name:
        return asyncio.run(run(arguments, Path(name)))


if __name__ == "__main__":
    sys.exit(main())
