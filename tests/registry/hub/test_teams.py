"""Teams: hours and points of their shifts, and what the points are exchanged for."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from shuniu_contracts import Basis
from shuniu_contracts import registry_hub as contract
from uuid_utils.compat import uuid7

from services.registry.hub.teams import commands as teams
from services.registry.hub.teams.model import MoreThanMembers, PointsShort, TeamAreaElsewhere
from tests.registry.conftest import Api, Register

pytestmark = pytest.mark.integration
STREET, COMMUNITY = "120116001", "120116001016"


async def formed(register: Register, **changes: Any) -> UUID:
    found: dict[str, Any] = {
        "division": STREET, "name": "巾帼巡查队", "kind": "patrol", "body": "womens_federation",
        "members": 12, "area": [COMMUNITY], **changes,
    }  # fmt: skip
    return (await register.do(teams.form, **found)).id


async def test_shifts_earn_points_and_points_are_used_once(register: Register) -> None:
    id = await formed(register)
    with pytest.raises(MoreThanMembers):
        await register.do(teams.record_shift, id=id, people=13, each=2)
    row = await register.do(teams.record_shift, id=id, people=6, each=2, found=1, log="路灯损坏")
    assert (row.shifts, row.hours, row.points) == (1, 12, 12)
    with pytest.raises(PointsShort):
        await register.do(teams.grant_incentive, id=id, used=13, incentive="training")
    row = await register.do(teams.grant_incentive, id=id, used=10, incentive="allowance", fen=50_000)
    with pytest.raises(PointsShort):
        await register.do(teams.grant_incentive, id=id, used=3, incentive="training")
    events = await register.events(id)
    assert events[-1][1]["amount"] == {"fen": 50_000, "currency": "CNY"}
    assert events[-1][1]["state"]["incentives"] == 50_000
    assert "路灯" not in str(events)


async def test_a_team_has_its_area_below_its_division(register: Register) -> None:
    with pytest.raises(TeamAreaElsewhere):
        await formed(register, area=["120116005"])
    id = await formed(register)
    with pytest.raises(TeamAreaElsewhere):
        await register.do(teams.change, id=id, area=["120110"])
    row = await register.do(teams.change, id=id, head="u-head")
    assert row.area == [COMMUNITY]
    await register.do(teams.disband, id=id, reason="merged")


async def test_a_year_of_shifts_here_and_in_a_stack_below(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 30))
    id = await formed(register, effective_on=date(2025, 1, 1), basis=Basis.HISTORICAL)
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 29)):
        await api.as_("liaison", STREET).post(
            f"/v1/teams/{id}/shift", people=5, each=3, found=1, effective_on=day.isoformat()
        )
    state = contract.TeamState(
        effective_on=date(2026, 5, 1), basis=Basis.LIVE, division="120116400", opened_on=date(2026, 1, 1),
        state=contract.TeamPhase.ACTIVE, name="志愿巡查队", kind="patrol", body="federation", members=9,
    )  # fmt: skip
    below = contract.TeamShiftRecorded(state=state, people=9, person_hours=18, earned=18, found=2)
    await register.hear(register.received(below, uuid7(), stack="120116400"))
    figures = (await api.get("/v1/figures"))["figures"]
    values = [figures[f"teams.year.{name}"]["value"] for name in ("shifts", "hours", "found")]
    assert values == [3, 48, 4]
    last_year = (await api.get("/v1/figures", as_of="2025-12-31"))["figures"]
    assert last_year["teams.year.hours"]["value"] == 15
