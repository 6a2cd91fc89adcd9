"""What a route works with: the caller, and `execute` and `read`, which open the transaction and answer."""

import asyncio
import inspect
import logging
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID

import pydantic_core
from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis import telemetry
from chassis.faults import was_sacrificed
from chassis.http.fields import NAMING
from chassis.http.idempotency import Attempt, FirstAnswer, attempt
from chassis.http.paging import PageRequest
from chassis.http.problems import Explained
from chassis.http.reading import Reading
from chassis.log import Cause
from chassis.metrics import count_command, count_deadlock
from chassis.principal import NotPermitted, Principal
from chassis.runtime import Runtime
from chassis.unit_of_work import UnitOfWork

T = TypeVar("T")
Answer = Callable[[Any], Any]
"""Makes the body of a command's response from what the command returned, inside its transaction."""

_READING = frozenset({"GET", "HEAD"})
TRIES = 4
"""How often a command is run that the database gives up for others; then the answer is a 503."""
_PAUSE_S = 0.05
_LOG = logging.getLogger("chassis.http.call")
_ETAG = re.compile(r'\s*(?:W/)?"?(\d{1,9})"?\s*')
_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="OIDC access token; embedded: `shuniu token`"
)


class AggregateOut(BaseModel):
    """What the answer to a command and the view of one record carry beside the state."""

    id: UUID
    revision: int = Field(description="counts saves; the ETag")
    sequence: int = Field(description="counts the record's events")


class Authenticator(Protocol):
    """Tells who sends a token; the application's state holds one."""

    async def principal(self, token: str | None) -> Principal:
        """Who it is, with the permissions of this service; raises a 401 `Explained`."""


@dataclass(frozen=True)
class Call:
    """One authorised request."""

    runtime: Runtime
    request: Request
    response: Response
    principal: Principal
    permission: str

    @property
    def cause(self) -> Cause:
        """The request as the origin of events: its correlation id and trace."""
        correlation_id: str | None = getattr(self.request.state, "correlation_id", None)
        if correlation_id is None:
            return Cause.new(telemetry.current_traceparent())
        return Cause(correlation_id, None, telemetry.current_traceparent())

    async def execute(
        self, command: Callable[..., Awaitable[Any]], *, answer: Answer | None = None, status: int = 200,
        location: str | None = None, kept: bool = True, **arguments: Any,
    ) -> Response:  # fmt: skip
        """Run a command in a unit of work with the caller, If-Match and Idempotency-Key; answer with ETag.

        A 201 carries `Location`: the given one, or the request's path with the record's id. What the command
        refuses is raised and becomes a problem response. An answer that must not lie in the database in clear
        is not `kept` for retries: the command is then run again for the same key.

        The victim of a deadlock is run again, `TRIES` times in all: a command begins anew with the arguments
        it was given, so they are values, no streams.
        """
        name = getattr(command, "__name__", "command")
        tried = await attempt(self.request, self.principal.actor_id) if kept else None

        async def transaction() -> tuple[FirstAnswer, bool]:
            async with self.runtime.unit_of_work(
                self.principal, self.cause, permission=self.permission, expected_revision=self._if_match()
            ) as work:
                if tried is not None and (first := await tried.begin(work.connection)) is not None:
                    return first, True
                result = await command(work, **arguments)
                await work.flush()
                made = await self._answer(result, answer, status, location)
                await self._keep(tried, work, made)
                return made, False

        with telemetry.command_span(self.runtime.service.name, name):
            made, replayed = await self._unless_sacrificed(name, transaction)
        if not replayed:
            count_command(self.runtime.service.name, name)
        return _respond(made, replayed=replayed)

    async def _unless_sacrificed(self, command: str, transaction: Callable[[], Awaitable[T]]) -> T:
        tried = 0
        while True:
            tried += 1
            try:
                return await transaction()
            except Exception as error:
                if not was_sacrificed(error):
                    raise
                _LOG.info("%s: the database gave it up for others, %s of %s", command, tried, TRIES)
                count_deadlock(self.runtime.service.name, command)
                if tried == TRIES:
                    raise
            await asyncio.sleep(random.uniform(0, _PAUSE_S * tried))

    async def read(self, query: Callable[..., Awaitable[T]], **arguments: Any) -> T:
        """Run a query in a read transaction; where it returns one record, its revision becomes the ETag.

        Raises a 422 `Explained` for a page larger than the setting allows.
        """
        for value in arguments.values():
            if isinstance(value, PageRequest):
                self._check_limit(value)
        async with self.runtime.database.transaction() as transaction:
            await transaction.connection.execute("set transaction read only")
            reading = Reading(
                service=self.runtime.service.name,
                stack=self.runtime.settings.stack,
                transaction=transaction,
                principal=self.principal,
                permission=self.permission,
                region=self.runtime.region,
                policies=self.runtime.policies,
                sealing=self.runtime.sealing,
            )
            result = await query(reading, **arguments)
        if (etag := _etag(result)) is not None:
            self.response.headers["etag"] = etag
        return result

    def _check_limit(self, page: PageRequest) -> None:
        most = self.runtime.settings.http.max_page
        if page.limit > most:
            raise Explained(
                422,
                "page_too_large",
                f"每页至多 {most} 行，请求了 {page.limit} 行。",
                f"A page has at most {most} rows, {page.limit} were asked for.",
            )

    def _if_match(self) -> int | None:
        header = self.request.headers.get("if-match")
        if header is None or header.strip() == "*":
            return None
        found = _ETAG.fullmatch(header)
        if found is None:
            raise Explained(
                422,
                "if_match_malformed",
                f"If-Match“{header}”应为上次读取时得到的 ETag。",
                f"If-Match '{header}' must be the ETag that came with the record.",
            )
        return int(found[1])

    async def _answer(
        self, result: Any, answer: Answer | None, status: int, location: str | None
    ) -> FirstAnswer:
        shown = answer(result) if answer is not None else result
        if inspect.isawaitable(shown):
            shown = await shown
        if shown is None:
            return FirstAnswer(204, {}, b"")
        headers = {"content-type": "application/json"}
        if (etag := _etag(shown)) is not None:
            headers["etag"] = etag
        if status == 201 and (location or hasattr(shown, "id")):
            headers["location"] = location or f"{self.request.url.path.rstrip('/')}/{shown.id}"
        return FirstAnswer(status, headers, pydantic_core.to_json(shown, by_alias=True))

    async def _keep(self, tried: Attempt | None, work: UnitOfWork, made: FirstAnswer) -> None:
        if tried is not None:
            await tried.finish(work.connection, made)


def _etag(shown: Any) -> str | None:
    revision = getattr(shown, "revision", None)
    return f'"{revision}"' if isinstance(revision, int) else None


def _respond(made: FirstAnswer, *, replayed: bool = False) -> Response:
    headers = {**made.headers, "idempotency-replayed": "true"} if replayed else made.headers
    return Response(made.body, made.status, headers)


class Requirement:
    """The dependency that a route declares with `requires`: names its permission and makes its `Call`."""

    def __init__(self, permission: str) -> None:
        self.permission = permission

    async def __call__(
        self, request: Request, response: Response,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Call:  # fmt: skip
        """Who calls; raises a 401 without a valid token, `NotPermitted` where the permission is held nowhere.

        Whether it is held in the record's division is checked where the record is loaded.
        """
        runtime: Runtime = request.app.state.runtime
        authenticator: Authenticator = request.app.state.authenticator
        principal = await authenticator.principal(credentials.credentials if credentials else None)
        telemetry.bind(actor_id=principal.actor_id)
        NAMING.set(None if request.method in _READING else runtime.region)  # before the body is validated
        if not principal.has(self.permission):
            raise NotPermitted.of(principal, self.permission, runtime.settings.stack)
        return Call(runtime, request, response, principal, self.permission)


def requires(permission: str) -> Any:
    """The route needs `permission`: `call: Annotated[Call, requires("organizations:read")]`.

    The OpenAPI document names it as the scope of the bearer token.
    """
    return Security(Requirement(permission), scopes=[permission])
