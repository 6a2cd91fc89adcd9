"""Workbooks into a running stack over the public API, as an office brings them."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from chassis.region import load_region
from deploy.regions import profile_file
from tests.benchmarks.registers import workbook
from tests.benchmarks.stacks import REGION, STACK, Running

_POLL_S = 0.25


async def bring(running: Running, file: Path, told: Callable[[int], None] = lambda rows: None) -> int:
    """Import the workbook whole; the rows applied. `told` hears of the progress.

    Raises RuntimeError where it is not applied, httpx.HTTPStatusError where it is not taken.
    """
    url, headers = running.connection.services["registry"], {"authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=300, trust_env=False) as client:
        content = await asyncio.to_thread(file.read_bytes)
        data = {"division": STACK, "basis": "historical", "apply": "all"}
        job = _answer(await client.post("/v1/imports", files={"file": (file.name, content)}, data=data))
        while job["state"] in ("received", "applying"):
            await asyncio.sleep(_POLL_S)
            job = _answer(await client.get(f"/v1/imports/{job['id']}"))
            told(job["rows_applied"])
    if job["state"] != "applied" or job["faults"]:
        raise RuntimeError(f"{file.name} ended as {job['state']}: {job['problem'] or job['faults']}")
    return int(job["rows_applied"])


def _answer(response: httpx.Response) -> dict[str, Any]:
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


async def register_of(running: Running, rows: int) -> list[UUID]:
    """Bring a small register in; the ids of its organisations."""
    region = load_region(profile_file(REGION))
    await bring(running, await asyncio.to_thread(workbook, region, rows, running.data_dir))
    async with running.client() as client:
        return [UUID(item["id"]) for item in await client.every("registry", "/v1/organizations")]
