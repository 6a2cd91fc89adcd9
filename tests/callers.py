"""Callers of a service's HTTP API that name themselves: who signs tokens is tested with the chassis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.http import create_app
from chassis.principal import Principal, StandsFor, permissions_of
from chassis.runtime import Runtime
from chassis.service import Service


@dataclass(frozen=True)
class Badge:
    """Takes `role@division@account@bodies@holder` for a token, as a gateway in front of us might; `u-` and
    the role is the account that is left out, commas are between divisions and between bodies, a holder is
    whom one stands for."""

    service: Service

    async def principal(self, token: str | None) -> Principal:
        """The caller that the token names; nobody without one."""
        said = ((token or "nobody@120116") + "@@@@").split("@")[:5]
        role, division, account, bodies, holder = said
        permissions = permissions_of([role], self.service.roles)
        staff, divisions = frozenset(filter(None, bodies.split(","))), tuple(division.split(","))
        stands_for = StandsFor.of(holder) if holder else None
        actor = account or f"u-{role}"
        return Principal(actor, frozenset({role}), permissions, divisions, staff, stands_for)


@dataclass(frozen=True)
class Office:
    """An HTTP client that signs in as an account with a role in a division, by default as its own."""

    client: httpx.AsyncClient
    role: str
    division: str
    account: str = ""

    async def ask(
        self, method: str, path: str, *, role: str | None = None, division: str | None = None,
        account: str | None = None, status: int = 200, headers: dict[str, str] | None = None,
        **arguments: Any,
    ) -> Any:  # fmt: skip
        """The JSON answer, which must have the status; another role has an account of its own."""
        own = self.account if role in {None, self.role} else ""
        token = f"{role or self.role}@{division or self.division}@{own if account is None else account}"
        signed = {"authorization": f"Bearer {token}", **(headers or {})}
        response = await self.client.request(method, path, headers=signed, **arguments)
        assert response.status_code == status, response.text
        return response.json()


@asynccontextmanager
async def office_of(runtime: Runtime, role: str, division: str, account: str = "") -> AsyncIterator[Office]:
    """The service's application on its database, called by such an account."""
    app = create_app(runtime, authenticator=Badge(runtime.service))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{runtime.service.name}") as client:
        yield Office(client, role, division, account)
