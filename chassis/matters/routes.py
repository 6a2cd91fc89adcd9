"""The routes of a kind of matter: list, one record, its steps, opening, and every step.

Bodies, filters and answers are made of the kind at import, so that FastAPI describes them; a type checker
cannot see types that are made, hence the suppressed lines here and in the routes of workbooks.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from chassis.http.call import Call, requires
from chassis.http.paging import Page, PageRequest
from chassis.matters import queries
from chassis.matters.kind import Kind, Step
from chassis.matters.naming import NamesOf, no_names
from chassis.matters.queries import StepOut, filter_of, out_of

_MOST_RECORDS = 200
Records = Annotated[
    list[str],
    Query(min_length=1, max_length=_MOST_RECORDS, description="`<kind>:<id>`, as events name the kind"),
]


def described(
    kinds: Sequence[Kind[Any]], permission: str, names: Callable[[Any], NamesOf] = lambda _: no_names
) -> APIRouter:
    """`GET /v1/matters`: every kind in words, with the form of each step and whether the caller may take it,
    for pages that show them all. `names` makes the names of codes of the service's policies. And
    `GET /v1/matters/possible`: what the caller can do with these records now."""
    router = APIRouter(prefix="/v1/matters", tags=["matters"])
    found = [queries.words(kind) for kind in kinds]
    by_name = {kind.name: kind for kind in kinds}

    async def matters(call: Annotated[Call, requires(permission)]) -> list[dict[str, Any]]:
        of_region = names(call.runtime.policies)
        return [queries.for_caller(kind, call.principal, of_region) for kind in found]

    async def possible(call: Annotated[Call, requires(permission)], record: Records) -> dict[str, list[str]]:
        return await call.read(queries.possible, kinds=by_name, records=record)

    router.add_api_route(
        "", matters, methods=["GET"], description="事项种类 / The kinds of matters, in words."
    )
    router.add_api_route(
        "/possible", possible, methods=["GET"],
        description="现可办理的步骤 / The steps that the caller can take of each of these records now.",
    )  # fmt: skip
    return router


def routes(kind: Kind[Any]) -> APIRouter:
    """The router of one kind, under `/v1/<path>`."""
    router = APIRouter(prefix=f"/v1/{kind.path}", tags=[kind.en])
    _list(router, kind)
    if kind.opening is not None:
        _open(router, kind.opening)
    _one(router, kind)
    for step in kind.steps.values():
        _step(router, step)
    return router


def _list(router: APIRouter, kind: Kind[Any]) -> None:
    wanted_type, out = filter_of(kind), out_of(kind)

    async def search(
        call: Annotated[Call, requires(f"{kind.permission}:read")],
        page: Annotated[PageRequest, Depends()],
        wanted: Annotated[wanted_type, Query()],  # type: ignore[valid-type]
    ) -> Page[Any]:
        return await call.read(queries.search, kind=kind, wanted=wanted, page=page)

    router.add_api_route(
        "", search, methods=["GET"], response_model=Page[out], name=f"list {kind.path}",  # type: ignore[valid-type]
        description=f"{kind.zh}: the records of a division, in order of opening or of their deadlines.",
    )  # fmt: skip


def _open(router: APIRouter, opening: Step[Any]) -> None:
    body_type, out = opening.body, out_of(opening.kind)

    async def open_(body: body_type, call: Annotated[Call, requires(opening.permission)]) -> Response:  # type: ignore[valid-type]
        return await call.execute(
            opening, answer=out.model_validate, status=201, **body.arguments(),  # type: ignore[attr-defined]
        )  # fmt: skip

    router.add_api_route(
        "", open_, methods=["POST"], response_model=out, status_code=201, summary=opening.zh,
        description=opening.doc, name=f"open {opening.kind.path}",
    )  # fmt: skip


def _one(router: APIRouter, kind: Kind[Any]) -> None:
    permission = f"{kind.permission}:read"

    async def one(id: UUID, call: Annotated[Call, requires(permission)]) -> Any:
        return await call.read(queries.one, kind=kind, id=id)

    async def steps(id: UUID, call: Annotated[Call, requires(permission)]) -> list[StepOut]:
        return await call.read(queries.steps, kind=kind, id=id)

    router.add_api_route("/{id}", one, methods=["GET"], response_model=out_of(kind), name=f"one {kind.name}")
    router.add_api_route(
        "/{id}/steps", steps, methods=["GET"], response_model=list[StepOut], name=f"steps of {kind.name}"
    )


def _step(router: APIRouter, step: Step[Any]) -> None:
    body_type, out = step.body, out_of(step.kind)

    async def take(
        id: UUID,
        body: body_type,  # type: ignore[valid-type]
        call: Annotated[Call, requires(step.permission)],
    ) -> Response:
        arguments = body.arguments()  # type: ignore[attr-defined]
        return await call.execute(step, id=id, answer=out.model_validate, **arguments)

    router.add_api_route(
        f"/{{id}}/{step.path}", take, methods=["POST"], response_model=out, summary=step.zh,
        description=step.doc, name=step.__name__,
    )  # fmt: skip
