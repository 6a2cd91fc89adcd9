"""The four other regions: each document's situation in a stack of its own, its figures beside ours."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deploy.scenarios import jiangmen, luohu, suyu, tongzhou
from deploy.scenarios.client import Stack, StepFailed
from deploy.scenarios.running import compared, keys_of, operator_token
from tests.system.world import RunningStack, counts

pytestmark = pytest.mark.system


@asynccontextmanager
async def built(place: Path, scenario: ModuleType) -> AsyncIterator[Stack]:
    """The region's stack with its situation built twice: the second time adds nothing."""
    running = RunningStack(place / scenario.REGION)
    connection = running.start("--region", scenario.REGION)
    try:
        token = operator_token(running.data_dir, connection)
        async with Stack.open(connection, token, keys_of(running.data_dir)) as stack:
            await scenario.build(stack, time.monotonic())
            before = await counts(connection)
            await scenario.build(stack, time.monotonic())
            assert await counts(connection) == before
            assert running.run("audit").returncode == 0
            yield stack
    finally:
        running.stop()


async def as_published(stack: Stack) -> dict[str, Any]:
    """The published figures by id; each has the verdict that its file expects."""
    items = {item["id"]: item for item in await compared(stack)}
    wrong = {id: (item["verdict"], item["computed_text"]) for id, item in items.items()
             if item["verdict"] != item["expect"]}  # fmt: skip
    assert wrong == {}
    assert all(item["reason"] for item in items.values() if item["verdict"] == "cannot")
    return items


async def figures(stack: Stack, **asked: str) -> dict[str, Any]:
    answer = await stack.get("registry", "/v1/figures", **asked)
    return {name: one["value"] for name, one in answer["figures"].items()}


async def test_luohus_plan_runs_through_its_phases_and_its_gap_is_told(place: Path) -> None:
    async with built(place, luohu) as stack:
        items = await as_published(stack)
        assert items["F44-uncovered"]["computed_text"] is not None
        [plan] = await stack.every("registry", "/v1/plans", division="440303")
        assert (plan["state"], plan["adopted_by"]) == ("concluded", "四届九次常委会议")
        told = await stack.get("registry", f"/v1/plans/{plan['id']}/progress")
        assert [gap["zh"] for gap in told["gaps"]] == [
            "2012-06-01 至 2012-07-31：没有任何阶段覆盖", "2015-07-01 至 2015-08-31：阶段超出规划结束",
        ]  # fmt: skip
        assert [phase["days_late"] for phase in told["phases"]] == [0, 0, 0]
        assert (told["milestones"], told["met"], told["met_late"]) == (2, 2, 0)
        receipts = await stack.every("registry", "/v1/task-receipts", division="440303")
        assert [receipt["state"] for receipt in receipts] == ["filed_for_record"] * 10
        [organization] = await stack.every("registry", "/v1/organizations", q="阳光妈妈")
        assert organization["legal_status"] == "candidate"
        now = await figures(stack)
        assert (now["care.persons"], now["care.pairings"]) == (5, 4)
        [found] = await stack.every("registry", "/v1/organizations", q=luohu.FOUND)
        assert (found["legal_status"], found["department"]) == ("filed", luohu.SECTION)
        [kept] = await stack.every("registry", "/v1/contact-assignments", organization_id=found["id"])
        assert kept["officer"] == f"u-generated-{luohu.SECTION}"
        for body in ("centre", "womens_work"):  # 妇儿中心 and the sections are told apart (L11)
            with pytest.raises(StepFailed, match="not_owner_of_step"):
                await stack.as_staff("u-other", "hub_officer", body).post(
                    "registry", f"/v1/contact-assignments/{kept['id']}/hand-over", to="u-other"
                )
        [record, *_] = await stack.every("registry", "/v1/care-records", division="440303")
        with pytest.raises(StepFailed, match="care_purpose_not_yours"):  # not even an operator
            await stack.post("registry", f"/v1/care-records/{record['id']}/looks", purpose="supervision")


async def test_suyus_56_organisations_and_the_round_of_six_projects(place: Path) -> None:
    async with built(place, suyu) as stack:
        items = await as_published(stack)
        known = ("F23", "F24", "F25", "F26-sum", "F29")
        assert {items[id]["verdict"] for id in known} == {"matches"}
        assert {id for id, item in items.items() if item["verdict"] == "cannot"} == {"F27", "F28"}
        [round_] = await stack.every("grants", "/v1/rounds", division="321311")
        assert round_["status"] == "decided"
        applications = await stack.every("grants", "/v1/applications", round_id=round_["id"])
        awarded = [one for one in applications if one["status"] == "awarded"]
        assert (len(applications), len(awarded)) == (suyu.APPLICATIONS, suyu.AWARDS)


async def test_jiangmens_library_of_four_tiers(place: Path) -> None:
    async with built(place, jiangmen) as stack:
        items = await as_published(stack)
        assert items["F30-unregistered"]["computed_text"] is not None
        known = ("F31", "F32-headquarters", "F32-bases", "F34", "F35")
        assert {items[id]["verdict"] for id in known} == {"matches"}
        assert all("grants" in item["reason_en"] for item in items.values() if item["verdict"] == "cannot")
        answer = await stack.get("registry", "/v1/figures", as_of="2014-12-31", by="division")
        counties = {place: values["organizations.founded"] for place, values in answer["by"].items()}
        assert len([place for place in counties if len(place) == 6]) == 7
        assert sum(counties.values()) == 155


async def test_tongzhous_hub_has_its_relations_meetings_and_a_refusal_with_its_grounds(place: Path) -> None:
    async with built(place, tongzhou) as stack:
        assert await as_published(stack) == {}
        now = await figures(stack)
        assert (now["organizations.hub_link.direct"], now["organizations.hub_link.in_field"]) == (12, 30)
        assert now["organizations.discovered"] == 60
        [hub] = await stack.every("registry", "/v1/hubs", division="110112")
        assert set(tongzhou.SIX_HAVES) - set(hub["six_haves"]) == {"brands"}
        cadences = await stack.every("registry", "/v1/cadences", division="110112")
        intervals = {one["gathering"]: (one["interval"], one["strength"]) for one in cadences}
        assert intervals.keys() == {
            "special_topic", "secretaries_general", "joint_conference", "party_joint_conference",
            "staff_training",
        }  # fmt: skip
        assert intervals["special_topic"] == ("quarter", "generally")
        assert intervals["secretaries_general"] == ("quarter", "in_principle")
        [plan] = await stack.every("registry", "/v1/guidelines", division="110112")
        assert (plan["state"], plan["headings_lacking"]) == ("published", [])
        meetings = await stack.every("registry", "/v1/meetings", division="110112")
        assert {"special_topic", "secretaries_general"} <= {one["gathering"] for one in meetings}
        [application] = await stack.every(
            "registry", "/v1/registration-applications", division="110112", ended=True
        )
        assert application["step"] == "endorsement_refused"
        assert application["criteria_failed"] == ["premises", "members"]
