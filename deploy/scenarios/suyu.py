"""Suyu in April 2021: women's organisations, some of them in the park, rural ones with support, a round.

`python -m deploy.scenarios.suyu [--data-dir DIR] [--port PORT] [--once]`.
"""

from datetime import date

from chassis.region import Region, load_region
from deploy.regions import profile_file
from deploy.scenarios import incubation
from deploy.scenarios.client import Stack
from deploy.scenarios.generated import Group, Named, compose
from deploy.scenarios.matters import opened
from deploy.scenarios.register import Entry
from deploy.scenarios.rounds import Project, VentureRound, hold
from deploy.scenarios.running import run
from deploy.scenarios.situation import Situation, on

REGION = "321311-suyu"
SEED = 20210421
REGISTERED, RURAL = 56, 50
"""F23 and F24: two populations."""

APPLICATIONS, AWARDS, EACH_FEN = 9, 6, 5_000_000
"""Six projects of 50,000 yuan each (F26); how many applied is not said, so it is ours."""

NAMED = (
    Named("宿豫区心理协会", "321311001", date(2017, 5, 8)),
    Named("宿豫区助残志愿者协会", "321311001", date(2018, 3, 5)),
    Named("宿豫区全民阅读协会", "321311001", date(2018, 9, 10)),
    Named("宿豫区迅哥有约志愿者协会", "321311001", date(2019, 11, 4)),
)
"""Organisations that the document names; days and places are ours."""

WAYS = ("funding", "internal_management", "building_planning", "activities")
"""资金扶持、内部管理、建设及策划、开展活动 (S12)."""

PARK, IN_PARK = "宿豫区社会组织创新实践园", 3
SERVICES = (
    "operation_advice", "project_development", "resource_linking", "capacity_building", "community_guidance",
)  # fmt: skip
PROMISED = "注册与运营咨询、公益项目开发、资源整合与链接、能力建设培训、社区服务引导"
"""The first three of those named are in the park; what it gives is the document's, the days are ours."""

CLUB, COMMUNITY = "迅哥有约乡村振兴服务社", "321311113003"
STATIONS = (
    ("next_generation", "关爱下一代驿站"), ("legal_education", "普法教育驿站"), ("legal_aid", "法律援助驿站"),
    ("women_and_children", "妇女儿童活动驿站"), ("study_tours", "城乡研学驿站"),
    ("art_training", "艺术培训驿站"), ("medical_aid", "医疗援助驿站"),
    ("culture_teams", "文化服务队孵化驿站"),
)  # fmt: skip
"""One club with eight stations in the community 振友 (F29); the day is ours."""


def register(region: Region) -> list[Entry]:
    """56 women's organisations, four of them named, and 50 rural community organisations."""
    units = [place.code for place in region.children(region.code) if place.valid_to is None]
    towns = [place.code for place in region.children(region.code) if place.kind in ("town", "township")]
    begin, end = date(2014, 3, 1), date(2021, 3, 1)
    groups = (
        Group(REGISTERED - len(NAMED), "registered", "association", units, ("协会", "志愿者协会"), begin, end,
              ("公益慈善类", "城乡社区服务类"), "宿豫区", full_members=5),
        Group(RURAL, "filed", "community_organization", towns, ("互助会", "服务队"), begin, end,
              ("城乡社区服务类",)),
    )  # fmt: skip
    return compose(groups, NAMED, "宿豫社证字", SEED)


class Suyu(Situation):
    """Suyu until the day on which the document was published."""

    name = "suyu"
    division = "321311"
    workbook = "宿豫区女性社会组织名册.xlsx"

    async def open_stations(self) -> None:
        """The club of a volunteers' association with its eight stations in one community (S13)."""
        told = self.bar("一社八站 one club, eight stations", len(STATIONS))
        for station, title in STATIONS:
            await self.once(
                "/v1/service-points", title=f"振友社区{title}", division=COMMUNITY, station=station,
                club=CLUB, organization_id=str(self.ids[NAMED[-1].name]), **on("2020-10-10"),
            )  # fmt: skip
            told()

    async def support(self) -> None:
        """Each rural organisation is helped in one of the four ways that the document lists (F24, S12)."""
        rural = [entry for entry in self.register if entry.status == "filed"]
        bodies = {
            str(self.ids[entry.name]): {
                "organization_id": str(self.ids[entry.name]), "support_kind": WAYS[position % len(WAYS)],
                "provider": "civil_affairs", **on("2020-09-15"),
            }
            for position, entry in enumerate(rural)
        }  # fmt: skip
        await opened(
            self, "技术支持 support of rural organisations", "/v1/supports", bodies,
            lambda support: str(support["organization_id"]),
        )  # fmt: skip

    async def cultivate(self) -> None:
        """Four women's organisations in the practice park, the fourth of which is not named (F25, S10)."""
        park = await incubation.base(self, PARK, self.division, 10, date(2018, 6, 1))
        unnamed = next(
            entry for entry in self.register[len(NAMED) :]
            if entry.registered_on is not None and entry.registered_on < date(2018, 6, 1)
        )  # fmt: skip
        cultivated = [str(self.ids[name]) for name in (*(one.name for one in NAMED[:IN_PARK]), unnamed.name)]
        agreement = incubation.Agreement(SERVICES, PROMISED, date(2019, 3, 1), date(2022, 2, 28))
        await incubation.hosted(self, park, incubation.Cohort(cultivated, date(2019, 1, 7), agreement))

    async def hold_round(self) -> None:
        """Six projects, each with 50,000 yuan, for five groups (F26); the year is not named and ours."""
        groups = ("为老", "为小", "为残", "为特", "为困")
        applicants = [entry for entry in self.register if entry.status == "registered"][:APPLICATIONS]
        projects = [
            Project(
                organization_id=str(self.ids[applicant.name]),
                title=f"“{groups[position % len(groups)]}”示例项目第{position + 1}号", requested_fen=EACH_FEN,
            )
            for position, applicant in enumerate(applicants)
        ]  # fmt: skip
        await hold(
            self,
            VentureRound(
                title="宿豫区2020年公益创投活动", fund="宿豫区2020年公益创投资金", year=2020,
                budget_fen=AWARDS * EACH_FEN, areas_declared=5, areas_named=(), opens_on=date(2020, 6, 1),
                closes_on=date(2020, 6, 30), decided_on=date(2020, 7, 20), projects=projects, seed=SEED,
            ),
        )  # fmt: skip


async def build(stack: Stack, started: float) -> None:
    """Everything against a stack that runs."""
    async with Suyu.begin(stack, register(load_region(profile_file(REGION))), started) as situation:
        await situation.load_register()
        await situation.settle("事件到达各服务 events reach every service")
        await situation.open_stations()
        await situation.support()
        await situation.cultivate()
        await situation.hold_round()
        await situation.settle("创投结果到达各服务 the round's result travels")


if __name__ == "__main__":
    run(REGION, build, "Start the embedded stack, bring Suyu's register of 2021 into it, compare figures.")
