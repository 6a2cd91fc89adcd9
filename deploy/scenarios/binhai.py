"""The main job: Binhai's register of 2014 through the public APIs, a live registration, the figures.

`make run`, or `python -m deploy.scenarios.binhai [--data-dir DIR] [--port PORT] [--once]`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from rich.table import Table

from chassis.region import load_region
from deploy.regions import profile_file
from deploy.scenarios.binhai_records import enter
from deploy.scenarios.client import Stack
from deploy.scenarios.register import INSTRUCTORS, Entry, compose, registered_on
from deploy.scenarios.rounds import Project, VentureRound, hold
from deploy.scenarios.running import Failed, compared, operator_token, out, run, show_figures
from deploy.scenarios.situation import HISTORICAL, REST_S, Situation

__all__ = ["REST_S", "build", "compared", "operator_token", "out", "show_figures"]

REGION = "120116-binhai"
SEED = 20141231
BUDGET_FEN = 300_000_000
APPLICATIONS, AWARDS = 84, 32
FULL_YEAR_FROM = date(2014, 1, 1)
"""Posts are held and instructors assigned before this day, so that all of 2014 is paid for (F08)."""

NEW_ORGANIZATION = "滨海新区甲子邻里互助服务中心"
NEW_CREDIT_CODE = "52120116GENERATE6C"
NEW_DIVISION = "120116005"
PROJECTS = ("幸福敲门", "坚强孩子俱乐部")
"""Two projects that the document names; the other titles are generated."""


class Binhai(Situation):
    """Binhai at the end of 2014, and one registration of today."""

    name = "binhai"
    division = "120116"
    workbook = "滨海新区社会组织名册.xlsx"

    async def appoint_recipients(self) -> None:
        """Those who are written to: officers of the hub and the party line, a liaison of the street."""
        known = await self.stack.every("notify", "/v1/recipients")
        there = {(item["person_id"], item["division"]) for item in known}
        for person, actor, role, division in (
            ("p-hub-officer", "u-officer", "hub_officer", self.division),
            ("p-party-officer", "u-party", "party_officer", self.division),
            ("p-liaison-005", "u-liaison-005", "liaison", NEW_DIVISION),
        ):
            if (person, division) not in there:
                await self.stack.post(
                    "notify", "/v1/recipients", person_id=person, actor_id=actor, role=role, division=division
                )

    async def lead_and_fund(self) -> None:
        """What the party line and the funder did; meanwhile others enter the registry's records."""
        await self.found_party_organizations()
        await self.assign_instructors()
        await self.hold_round()

    async def found_party_organizations(self) -> None:
        """214 independent and 49 joint ones, each with a secretary from the founding on (F07)."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.register:
            if entry.coverage == "independent":
                groups[f"independent-{entry.number}"].append(entry)
            elif entry.coverage.startswith("joint"):
                groups[entry.coverage].append(entry)
        founded = await self.stack.every("partybuild", "/v1/party-organizations", division=self.division)
        covered = {id for item in founded for id in item["organization_ids"]}
        told = self.bar("组建党组织 found party organisations", len(groups))

        async def found(group: tuple[str, list[Entry]]) -> None:
            name, units = group
            if str(self.ids[units[0].name]) not in covered:
                await self.stack.post("partybuild", "/v1/party-organizations", **self._founding(name, units))

        await self.stack.each(groups.items(), found, told)

    def _founding(self, group: str, units: Sequence[Entry]) -> dict[str, Any]:
        joint = len(units) > 1
        founded_on = max(registered_on(unit) for unit in units) + timedelta(days=20)
        title = f"{units[0].name}等{len(units)}家联合党支部" if joint else f"{units[0].name}党支部"
        return {
            "name": title,
            "mode": "joint" if joint else "independent",
            "organization_ids": [str(self.ids[unit.name]) for unit in units],
            "lead_organization_id": str(self.ids[units[0].name]) if joint else None,
            "posts": [{"kind": "secretary", "person_id": f"p-secretary-{self.made(group)[:13]}"}],
            "effective_on": founded_on.isoformat(),
            "basis": HISTORICAL,
        }

    async def assign_instructors(self) -> None:
        """43 instructors for the registered organisations without full members (F07)."""
        groups: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.register:
            if entry.coverage.startswith("instructor"):
                groups[entry.coverage].append(entry)
        items = await self.stack.every("partybuild", "/v1/instructors", division=self.division)
        known = {item["person_id"]: item for item in items}
        told = self.bar("选派指导员 assign instructors", INSTRUCTORS)

        async def assign(group: tuple[str, list[Entry]]) -> None:
            name, units = group
            person = f"p-{name}"
            instructor = known.get(person) or await self.stack.post(
                "partybuild", "/v1/instructors", person_id=person, division=units[0].division,
                capacity=len(units), effective_on="2013-12-01", basis=HISTORICAL,
            )  # fmt: skip
            wanted = [str(self.ids[unit.name]) for unit in units]
            left = [id for id in wanted if id not in instructor["organization_ids"]]
            if left:
                await self.stack.post(
                    "partybuild", f"/v1/instructors/{instructor['id']}/assignments",
                    organization_ids=left, effective_on="2013-12-15", basis=HISTORICAL,
                )  # fmt: skip

        await self.stack.each(groups.items(), assign, told)

    async def hold_round(self) -> None:
        """The round of 2014: 84 applications, ranked, 32 awarded within 3,000,000 yuan (F14-F16)."""
        applicants = [entry for entry in self.register if entry.status == "registered"][:APPLICATIONS]
        areas = ("social_assistance", "home_elderly_care", "social_volunteering")
        projects = [
            Project(
                organization_id=str(self.ids[applicant.name]),
                title=PROJECTS[position] if position < len(PROJECTS) else f"示例项目第{position + 1}号",
                requested_fen=_requested(position),
                area=(*areas, None)[position % 4],
            )
            for position, applicant in enumerate(applicants)
        ]
        await hold(
            self,
            VentureRound(
                title="滨海新区2014年社会组织公益创投活动", fund="滨海新区2014年公益创投资金", year=2014,
                budget_fen=BUDGET_FEN, areas_declared=10, areas_named=areas, opens_on=date(2014, 7, 15),
                closes_on=date(2014, 8, 31), decided_on=date(2014, 9, 25), projects=projects, seed=SEED,
            ),
        )  # fmt: skip

    async def register_live(self) -> dict[str, Any]:
        """Today: an organisation applies and is registered directly; its id and what it led to."""
        found = await self.stack.every("registry", "/v1/organizations", q=NEW_ORGANIZATION)
        if found:
            return {"id": found[0]["id"], "new": False}
        before = await self._moving()
        application = await self.stack.post(
            "registry", "/v1/registration-applications", division=NEW_DIVISION, name=NEW_ORGANIZATION,
            legal_form="private_non_enterprise", route="direct", categories=["community_service"],
            charter_party_clause=True, full_party_member_count=4, member_count=30, staff_count=6,
        )  # fmt: skip
        await self.stack.post(
            "registry",
            f"/v1/registration-applications/{application['id']}/registration",
            credit_code=NEW_CREDIT_CODE,
        )
        found = await self.stack.every("registry", "/v1/organizations", q=NEW_ORGANIZATION)
        return {"id": found[0]["id"], "new": True, "before": before}

    async def _moving(self) -> dict[str, Any]:
        figures: dict[str, Any] = {}
        for service in ("registry", "partybuild", "notify"):
            answer = await self.stack.get(service, "/v1/figures")
            figures |= {f"{service}.{name}": value["value"] for name, value in answer["figures"].items()}
        return figures

    async def show_live(self, live: dict[str, Any]) -> None:
        """The duty with its deadline, the messages, and the numbers that moved."""
        duties = await self.stack.every("partybuild", "/v1/duties", organization_id=live["id"])
        written = await self.stack.every("notify", "/v1/messages/written", division=NEW_DIVISION)
        table = Table(title=f"{NEW_ORGANIZATION}：今日登记 registered live", show_header=False)
        for duty in duties:
            table.add_row("党建覆盖任务 coverage duty", f"{duty['status']}, due {duty['due_on']}")
            table.add_row("建议方式 proposed mode", f"{duty['proposed_mode']} ({duty['proposed_reason']})")
        for message in written:
            table.add_row(f"消息 message to {message['person_id']}", message["title"])
        if live["new"]:
            now = await self._moving()
            for name, value in now.items():
                if value != live["before"].get(name, 0):
                    table.add_row(name, f"{live['before'].get(name, 0)} -> {value}")
        out.print(table)
        if not duties or not written:
            raise Failed("the live registration has led to no duty or to no message")


def _requested(position: int) -> int:
    """Generated amounts, in fen: those of the first 32 add up to the budget exactly, pair by pair."""
    mean = BUDGET_FEN // AWARDS
    swing = 50_000 * (1 + position // 2 % 40)
    return mean + (swing if position % 2 else -swing)


async def build(stack: Stack, started: float) -> None:
    """Everything against a stack that runs: history, then one registration of today."""
    region = load_region(profile_file(REGION))
    async with Binhai.begin(stack, compose(region, SEED), started) as situation:
        await situation.load_register()
        await situation.appoint_recipients()
        await situation.settle("事件到达各服务 events reach every service")
        async with asyncio.TaskGroup() as offices:
            offices.create_task(enter(situation, region))
            offices.create_task(situation.lead_and_fund())
        await situation.settle("党建覆盖更新 coverage settles")
        live = await situation.register_live()
        await situation.settle("今日登记的影响 the live registration travels")
    await situation.show_live(live)


if __name__ == "__main__":
    run(
        REGION,
        build,
        "Start the embedded stack, bring Binhai's register of 2014 into it, compare the figures.",
    )
