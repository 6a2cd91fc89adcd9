"""Every route of every service names its permission, and somebody holds it; a new route cannot forget it."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr

from chassis.database import Database
from chassis.http import Requirement, create_app
from chassis.principal import Principal, permissions_of
from chassis.region import load_region
from chassis.runtime import Runtime
from chassis.service import Service, discover, installed
from chassis.settings import DatabaseSettings, Settings, region_profile
from tests.chassis.sample.app import service as sample

PUBLIC = {"/openapi.json", "/health/live", "/health/ready", "/metrics"}
SAMPLE_REGION = Path(__file__).parent / "chassis" / "sample" / "region.toml"


def application(service: Service, profile: Path) -> FastAPI:
    """The service's application without a database."""
    database = DatabaseSettings(dsn=SecretStr("postgresql://nowhere"))
    region = load_region(profile)
    settings = Settings(environment="test", stack=region.code, database=database)
    return create_app(Runtime(service, settings, region, Database(database)))


def permissions(app: FastAPI) -> dict[str, set[str]]:
    """Route -> the permissions that it names; API routes outside of `PUBLIC` only."""
    found: dict[str, set[str]] = {}
    for context in iter_route_contexts(app.routes):
        if not isinstance(context.original_route, APIRoute) or context.path in PUBLIC:
            continue
        dependencies = context.dependant.dependencies
        named = {one.call.permission for one in dependencies if isinstance(one.call, Requirement)}
        found[f"{'/'.join(sorted(context.methods or ()))} {context.path}"] = named
    return found


@pytest.fixture(params=installed())
def service(request: pytest.FixtureRequest) -> Service:
    """Each installed service."""
    return discover(request.param)


def test_every_route_names_exactly_one_permission(service: Service) -> None:
    routes = permissions(application(service, region_profile("120116-binhai")))
    assert "GET /v1/operations" in routes
    assert {route: named for route, named in routes.items() if len(named) != 1} == {}


def test_every_permission_is_held_by_a_role_and_every_pattern_fits_a_route(service: Service) -> None:
    named = set().union(*permissions(application(service, region_profile("120116-binhai"))).values())
    roles = {
        role: Principal("u", frozenset({role}), patterns, ()) for role, patterns in held(service).items()
    }
    assert {p for p in named if not any(who.has(p) for who in roles.values())} == set()
    unused = {
        pattern
        for patterns in service.roles.values()
        for pattern in patterns
        if not any(Principal("u", frozenset(), frozenset({pattern}), ()).has(p) for p in named)
    }
    # Pages that a service mounts beside its routes check permissions of their own.
    of_pages = {pattern for pattern in unused if service.mount is not None and pattern.startswith("pages:")}
    assert unused - of_pages == set()


def held(service: Service) -> dict[str, frozenset[str]]:
    """Role -> its permission patterns."""
    return {role: permissions_of([role], service.roles) for role in service.roles}


def test_a_route_without_a_permission_is_found_out() -> None:
    app = application(sample, SAMPLE_REGION)

    @app.get("/v1/forgotten")
    async def forgotten() -> None: ...

    assert [route for route, named in permissions(app).items() if not named] == ["GET /v1/forgotten"]
