"""Service points: one club with eight stations, what was held there, and in how many communities."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.records.model import NotListed
from services.registry.records.placements import commands as placements
from services.registry.records.placements.model import RenewedBackwards
from services.registry.records.points import commands as points
from services.registry.records.policy import STATIONS
from tests.registry.conftest import Api, Register
from tests.registry.records.references import COMMUNITY
from tests.registry.references import organization

pytestmark = pytest.mark.integration
PAST: dict[str, Any] = {"basis": "historical", "effective_on": date(2021, 3, 1)}


async def figures(api: Api, **asked: Any) -> dict[str, float]:
    answer = await api.get("/v1/figures", **asked)
    return {name: figure["value"] for name, figure in answer["figures"].items()}


async def opened(register: Register, run_by: UUID, station: str, **changes: Any) -> UUID:
    found = {"division": COMMUNITY, "organization_id": run_by, "title": "振友驿站", **changes}
    return (await register.do(points.open_, station=station, **found)).id


async def test_one_club_with_eight_stations(register: Register, api: Api) -> None:
    club = await organization(register)
    ids = [await opened(register, club, station.code, club="乡村振兴服务社", **PAST) for station in STATIONS]
    assert len(ids) == 8
    elsewhere = "120116001001"
    await opened(register, club, "legal_aid", division=elsewhere, **PAST)
    found = await figures(api, as_of="2021-04-21")
    assert {name: found[f"service_points.{name}"] for name in ("kinds", "stations", "communities")} == {
        "kinds": 8, "stations": 9, "communities": 2,
    }  # fmt: skip
    by = (await api.get("/v1/figures", as_of="2021-04-21", by="division"))["by"]
    assert by["120116001"]["service_points.kinds"] == 1
    assert (await figures(api, as_of="2021-02-28"))["service_points.kinds"] == 0
    with pytest.raises(NotListed):
        await opened(register, club, "swimming")
    await register.do(points.close, id=ids[0], reason="moved")
    assert (await figures(api))["service_points.kinds"] == 7
    assert (await figures(api, as_of="2021-04-21"))["service_points.kinds"] == 8


async def test_sessions_are_summed_by_year(register: Register, api: Api) -> None:
    await register.begin(date(2027, 1, 2))
    club, other = await organization(register), await organization(register)
    id = await opened(register, club, "study_tours", basis="historical", effective_on=date(2026, 1, 1))
    liaison = api.as_("liaison", "120116005")
    await liaison.post(f"/v1/service-points/{id}/sessions", effective_on="2026-12-31", attended=30)
    held = await liaison.post(
        f"/v1/service-points/{id}/sessions", attended=12, public_affairs=True, subject="楼院议事"
    )
    assert held["years"] == [
        {"year": 2026, "sessions": 1, "attended": 30, "public_affairs": 0},
        {"year": 2027, "sessions": 1, "attended": 12, "public_affairs": 1},
    ]
    found = await figures(api)
    assert (found["service_points.attended"], found["service_points.public_affairs"]) == (12, 1)
    assert (await figures(api, as_of="2026-12-31"))["service_points.attended"] == 30
    await register.do(points.change, id=id, run_by=other)
    fact, event = (await register.events(id))[-1]
    assert (fact, event["previous"]["id"]) == ("changed", str(club))
    assert "议事" not in str(await register.events(id))


async def test_a_placement_brings_community_organisation_and_social_worker_together(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 12, 1))
    row = await register.do(
        placements.place, division=COMMUNITY, organization_id=await organization(register),
        due_on=date(2026, 12, 31),
    )  # fmt: skip
    assert (await figures(api))["placements.three_together"] == 0
    await register.do(placements.change_worker, id=row.id, to="u-worker")
    found = await figures(api)
    assert (found["placements.communities"], found["placements.three_together"]) == (1, 1)
    await register.begin(date(2027, 1, 1))
    assert await register.fire_timers() == 1
    with pytest.raises(RenewedBackwards):
        await register.do(placements.renew, id=row.id, until=date(2026, 12, 31))
    row = await register.do(placements.renew, id=row.id, until=date(2027, 12, 31))
    assert (row.overdue, row.renewed_times) == (False, 1)
    again = {"division": COMMUNITY, "organization_id": str(row.organization_id)}
    await api.post("/v1/placements", 409, **again)
    await register.do(placements.end, id=row.id, reason="agreed")
    await api.post("/v1/placements", 201, **again)
