"""A stack deployed as in production: processes by their commands and environment, and what they say."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from chassis.embedded.port import free_port
from chassis.keys import EmbeddedKey
from chassis.service import installed
from deploy.scenarios.binhai import NEW_CREDIT_CODE
from tests.registry.workbooks import row, workbook

ROOT = Path(__file__).parents[2]
STACK, STREET = "120116", "120116005"
NAME = "滨海新区甲子邻里互助服务中心"
READY_S = 180.0
REACHED_S = 60.0
COMMAND_S = 120.0


@dataclass
class Deployed:
    """Services in processes of their own; `environment` is everybody's, `own` a service's on top of it."""

    key: EmbeddedKey
    directory: Path
    environment: Mapping[str, str]
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    groups: Sequence[Sequence[str]] = field(default_factory=lambda: (installed(),))
    """which services share a process"""
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in installed()})
    roles: Sequence[str] = ()
    """all where none is named"""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start every process."""
        for group in self.groups:
            arguments = [f"{name}:{self.ports[name]}" for name in group]
            arguments += [word for role in self.roles for word in ("--role", role)]
            with self.log(group).open("ab") as output:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "-m", "chassis.command", "serve", *arguments],
                        env=self.variables(group[0]), stdout=output, stderr=output,
                        stdin=subprocess.DEVNULL, cwd=ROOT,
                    )
                )  # fmt: skip

    def log(self, group: Sequence[str]) -> Path:
        """What a process has written."""
        return self.directory / f"{'+'.join(group)}.log"

    def logs(self) -> str:
        """What all have written."""
        return "\n".join(self.log(group).read_text("utf-8", "replace") for group in self.groups)

    def variables(self, service: str) -> dict[str, str]:
        """The environment of a process."""
        urls = ", ".join(f'"{name}": "http://127.0.0.1:{port}"' for name, port in self.ports.items())
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SHUNIU_")}
        return {
            **inherited,
            "COLUMNS": "200",
            "SHUNIU_ENVIRONMENT": "test",
            "SHUNIU_STACK": STACK,
            "SHUNIU_REGION": "120116-binhai",
            "SHUNIU_AUTH_JWKS": str(self.key.jwks),
            "SHUNIU_CONSOLE_SERVICES": f"{{{urls}}}",
            **self.environment,
            **self.own.get(service, {}),
        }

    def run(
        self, *arguments: str, changes: Mapping[str, str] | None = None, service: str = "registry",
        expect: int | None = 0,
    ) -> subprocess.CompletedProcess[str]:  # fmt: skip
        """A `shuniu` command with the environment of a service's process, changed by `changes`."""
        environment = self.variables(service) | dict(changes or {})
        done = subprocess.run(
            [sys.executable, "-m", "chassis.command", *arguments], env=environment,
            capture_output=True, text=True, timeout=COMMAND_S, cwd=ROOT, check=False,
        )  # fmt: skip
        assert expect is None or done.returncode == expect, f"{arguments}\n{done.stdout}{done.stderr}"
        return done

    async def ready(self) -> None:
        """Wait until every service is; raises AssertionError with the logs otherwise."""
        deadline = time.monotonic() + READY_S
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            for port in self.ports.values():
                while not await _is_ready(client, port):
                    self.assert_alive()
                    assert time.monotonic() < deadline, self.logs()
                    await asyncio.sleep(0.2)

    def assert_alive(self) -> None:
        """No process has ended; raises AssertionError with the logs otherwise."""
        ended = [each.args for each in self.processes if each.poll() is not None]
        assert not ended, f"{ended} ended\n{self.logs()}"

    def stop(self) -> None:
        """SIGTERM and wait; what does not end in time is killed."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def token(self, role: str = "operator", division: str = STACK) -> str:
        """A bearer token."""
        return self.key.issue(subject=f"u-{role}", roles=[role], divisions=[division])

    async def ask(self, method: str, service: str, path: str, **content: Any) -> Any:
        """A request as an operator that must succeed; its JSON."""
        headers = {"authorization": f"Bearer {self.token()}"} | content.pop("headers", {})
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            url = f"http://127.0.0.1:{self.ports[service]}{path}"
            answer = await client.request(method, url, headers=headers, **content)
        assert answer.is_success, (
            f"{method} {service}{path}: {answer.status_code} {answer.text}\n{self.logs()}"
        )
        return answer.json() if answer.content else None

    async def until(self, service: str, path: str, **query: Any) -> list[Any]:
        """Wait until a list has something in it."""
        deadline = time.monotonic() + REACHED_S
        while not (found := (await self.ask("GET", service, path, params=query))["items"]):
            assert time.monotonic() < deadline, f"nothing at {service}{path} {query}\n{self.logs()}"
            await asyncio.sleep(0.2)
        return list(found)


async def whole_flow(stack: Deployed) -> str:
    """One fact on its way through every service: register, duty, message, page; a workbook; money.

    Returns the organisation's id.
    """
    recipient = {"person_id": "p-1", "actor_id": "u-1", "role": "liaison", "division": STREET}
    await stack.ask("POST", "notify", "/v1/recipients", json=recipient)
    application = await stack.ask(
        "POST", "registry", "/v1/registration-applications", json={
            "division": STREET, "name": NAME, "legal_form": "private_non_enterprise", "route": "direct",
            "categories": ["community_service"], "charter_party_clause": True, "full_party_member_count": 4,
            "member_count": 30, "staff_count": 6,
        },
    )  # fmt: skip
    path = f"/v1/registration-applications/{application['id']}/registration"
    code = {"credit_code": NEW_CREDIT_CODE}
    await stack.ask("POST", "registry", path, json=code, headers={"idempotency-key": "register-once"})
    organization: str = (await stack.until("registry", "/v1/organizations", q=NAME))[0]["id"]
    await stack.until("partybuild", "/v1/duties", organization_id=organization)
    await stack.until("notify", "/v1/messages/written", division=STREET)
    await _import(stack)
    await _money(stack)
    return organization


async def _import(stack: Deployed) -> None:
    content = workbook([row("滨海书画协会"), row("滨海合唱协会")])
    made = await stack.ask(
        "POST", "registry", "/v1/imports", data={"division": STACK, "apply": "all"},
        files={"file": ("名册.xlsx", content)},
    )  # fmt: skip
    async with asyncio.timeout(REACHED_S):
        while made["state"] != "applied":
            assert made["state"] in {"received", "checked", "applying"}, made
            await asyncio.sleep(0.2)
            made = await stack.ask("GET", "registry", f"/v1/imports/{made['id']}")


async def _money(stack: Deployed) -> None:
    fund = await stack.ask(
        "POST", "grants", "/v1/funds", json={
            "division": STACK, "title": "公益创投资金", "source": "fiscal", "fiscal_year": 2026,
            "purpose": "venture_philanthropy", "total_fen": 1_000_000,
        },
    )  # fmt: skip
    await stack.ask("POST", "grants", f"/v1/funds/{fund['id']}/increase", json={"amount_fen": 500_000})


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False
