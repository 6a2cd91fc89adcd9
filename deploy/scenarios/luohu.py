"""Luohu 2012-2015: the three-year plan through its phases, the streets' own plans, women in need, a register.

`python -m deploy.scenarios.luohu [--data-dir DIR] [--port PORT] [--once]`.
"""

from datetime import date, timedelta

from chassis.region import Region, load_region
from deploy.regions import profile_file
from deploy.scenarios.client import Stack, refused
from deploy.scenarios.generated import Group, Named, compose
from deploy.scenarios.register import Entry
from deploy.scenarios.running import run
from deploy.scenarios.situation import Situation, on

REGION = "440303-luohu"
SEED = 20120601
CATEGORIES = (
    "普法维权", "素质提升", "创业就业", "心理建设", "技能培训", "家庭文明", "巾帼健身", "儿童德育",
    "家庭教育", "跨境服务", "志愿服务", "社区自治",
)  # fmt: skip
"""The document's twelve (A4.1)."""

PILOTS = (
    ("维权驿站", "普法维权"), ("罗湖区家庭暴力防护中心", "普法维权"), ("巾帼建功", "创业就业"),
    ("阳光妈妈", "创业就业"), ("巾帼文明岗", "创业就业"), ("爱心妈妈", "志愿服务"),
    ("罗湖区家庭教育促进会", "家庭教育"), ("妇女之家", "社区自治"), ("流动妇女之家", "社区自治"),
    ("巾帼巡查队", "志愿服务"),
)  # fmt: skip
"""Projects that the document names to be turned into organisations (A4.26): candidates, counted nowhere."""

PLAN = "罗湖区妇联关于加强和创新社会管理全面推进枢纽型社会组织建设的实施方案"
PHASES = (
    ("动员部署阶段", date(2012, 8, 1), date(2012, 10, 31)),
    ("组织实施阶段", date(2012, 11, 1), date(2015, 5, 31)),
    ("总结巩固阶段", date(2015, 6, 1), date(2015, 8, 31)),
)
MILESTONES = (("各街道妇联制定方案并报备", date(2012, 10, 31)), ("懿Base挂牌成立", date(2012, 11, 30)))
TASK = "各街道妇联制定建设枢纽型社会组织工作方案并报备"
IN_CARE, PAIRED = 5, 4
FOUND, FIELD, SECTION = "罗湖区示例亲子阅读小组", "家庭教育", "childrens_work"
"""A generated group of a field, and the section to which the profile routes it."""


def register(region: Region) -> list[Entry]:
    """Generated organisations of the twelve fields in the ten streets, and the projects that are named."""
    streets = [place.code for place in region.children(region.code)]
    communities = [place.code for place in region.divisions if len(place.code) == 12]
    begin, end = date(2009, 3, 1), date(2012, 6, 1)
    groups = (
        Group(36, "registered", "private_non_enterprise", streets, ("服务中心", "促进会"), begin, end,
              CATEGORIES, "罗湖区", full_members=4),
        Group(48, "filed", "community_organization", communities, ("互助会", "队"), begin, end, CATEGORIES),
        Group(24, "discovered", "none", communities, ("小组",), begin, end, CATEGORIES, founded=False),
    )  # fmt: skip
    named = [
        Named(name, region.code, date(2012, 6, 1), "candidate", "none", category, "项目转化")
        for name, category in PILOTS
    ]
    return compose(groups, named, "罗社证字", SEED)


class Luohu(Situation):
    """Luohu from June 2012 to August 2015."""

    name = "luohu"
    division = "440303"
    workbook = "罗湖区妇女儿童工作领域社会组织名册.xlsx"
    as_of = date(2012, 6, 1)

    async def recognise(self, region: Region) -> None:
        """The federation as the hub, with its five duties; the lead group by posts, not people (L01, L02)."""
        group = [
            {"role": "head", "post": "federation_chair"},
            {"role": "deputy", "post": "federation_vice_chair"},
            {"role": "office", "post": "federation_office_head"},
            *({"role": "member", "post": "street_federation_chair", "division": place.code}
              for place in region.children(region.code)),
        ]  # fmt: skip
        await self.once(
            "/v1/hubs", called="name", name="罗湖区妇女联合会", division=self.division,
            body="womens_federation", form="mass_organization", recognition="government",
            recognised_by="district_committee", name_plates=["懿Base", "懿Union"],
            departments=[{"code": code} for code in ("office", "womens_work", "childrens_work", "centre")],
            lead_group=group,
            duties=["incubation", "coordination", "self_governance", "shared_services", "party_and_league"],
            **on("2012-06-01"),
        )  # fmt: skip

    async def adopt_plan(self) -> str:
        """The plan as the document prints it: its span and its phases disagree (F44)."""
        plan = await self.once(
            "/v1/plans", title=PLAN, division=self.division, kind="hub", body="womens_federation",
            begins_on="2012-06-01", ends_on="2015-06-30", adopted_by="四届九次常委会议",
            framework=["six_actions"],
            stages=[{"title": t, "begins_on": str(b), "ends_on": str(e)} for t, b, e in PHASES],
            due=[{"title": title, "due_on": str(day)} for title, day in MILESTONES],
            **on("2012-06-01"),
        )  # fmt: skip
        return str(plan["id"])

    async def run_plan(self, id: str) -> None:
        """Its phases begin and end on the days planned, its milestones are met before theirs."""
        path = f"/v1/plans/{id}"
        plan = await self.stack.get("registry", path)
        if plan["state"] == "concluded":
            return
        told = self.bar("三年方案 the three-year plan", len(PHASES) + 1)
        for number, (title, begins_on, ends_on) in enumerate(PHASES, 1):
            await self._step(f"{path}/phase-start", begins_on, number=number)
            for due, (_, day) in enumerate(MILESTONES, 1):
                if begins_on <= day <= ends_on:
                    await self._step(f"{path}/milestone", day - timedelta(days=2), number=due)
            await self._step(f"{path}/phase-end", ends_on, number=number, report=f"{title}工作按计划完成")
            told()
        await self._step(f"{path}/conclusion", PHASES[-1][2], summary="三个阶段的工作完成")
        told()

    async def _step(self, path: str, day: date, **body: object) -> None:
        await self.stack.post("registry", path, **body, **on(day))

    async def file_street_plans(self, streets: list[str]) -> None:
        """Each street files its own plan by the end of October 2012 (R05)."""
        task = await self.once(
            "/v1/tasks", title=TASK, division=self.division, kind="plan_filing", lead="office",
            implementing=streets, due_on="2012-10-31", **on("2012-08-15"),
        )  # fmt: skip
        receipts = await self.stack.every("registry", "/v1/task-receipts", task_id=task["id"])
        told = self.bar("街道方案报备 the streets' plans", len(receipts))
        for position, receipt in enumerate(receipts):
            path, day = f"/v1/task-receipts/{receipt['id']}", date(2012, 10, 12) + timedelta(days=position)
            if receipt["state"] == "due":
                await self._step(f"{path}/acknowledgement", day)
                await self._step(f"{path}/filing", day, plan="本街道工作方案")
            told()

    async def share_steps(self, street: str) -> None:
        """Found by a street, filed by 妇儿中心, kept in contact by the section of its field, each by their
        own staff; nobody takes another body's step (R10, L11)."""
        found, filed, kept = (
            self.stack.as_staff(f"u-generated-{body}", "hub_officer", body)
            for body in ("street_federation", "centre", SECTION)
        )
        told = self.bar("摸底、备案、联系各归其位 each step by its body", 3)
        known = await self.stack.every("registry", "/v1/organizations", q=FOUND)
        group = known[0] if known else await found.post(
            "registry", "/v1/organizations", name=FOUND, division=street, categories=[FIELD],
            **on("2012-09-03"),
        )  # fmt: skip
        told()
        filing = f"/v1/organizations/{group['id']}/filing"
        if group["legal_status"] == "discovered":
            await refused("not_owner_of_step", found.post("registry", filing, **on("2012-09-10")))
            await filed.post("registry", filing, **on("2012-09-10"))
        told()
        contacts = "/v1/contact-assignments"
        contact = {"organization_id": group["id"], "officer": f"u-generated-{SECTION}", **on("2012-09-17")}
        if not await self.stack.every("registry", contacts, organization_id=group["id"]):
            await refused("not_owner_of_step", filed.post("registry", contacts, **contact))
            await kept.post("registry", contacts, **contact)
        told()

    async def look_after(self, streets: list[str]) -> None:
        """Poor single mothers in care, children in difficulty and those who give (L24): opaque people."""
        if await self.stack.every("registry", "/v1/care-records", division=self.division):
            return
        told = self.bar("困难群体帮扶 people in care", IN_CARE + PAIRED)
        for number in range(IN_CARE):
            await self.stack.post(
                "registry", "/v1/care-records", division=streets[number],
                person_id=f"p-generated-mother-{number}", need="single_poor_mother",
                worker="u-care-officer", consented_on="2013-03-01", consent_by="self",
                plan="每季度走访", **on("2013-03-08"),
            )  # fmt: skip
            told()
        for number in range(PAIRED):
            await self.stack.post(
                "registry", "/v1/care-pairings", division=streets[number],
                child_id=f"p-generated-child-{number}", giver_id=f"p-generated-giver-{number}",
                worker="u-care-officer", guardian_consented_on="2013-05-01", **on("2013-06-01"),
            )  # fmt: skip
            told()


async def build(stack: Stack, started: float) -> None:
    """Everything against a stack that runs."""
    region = load_region(profile_file(REGION))
    streets = [place.code for place in region.children(region.code)]
    async with Luohu.begin(stack, register(region), started) as situation:
        await situation.load_register()
        await situation.recognise(region)
        await situation.run_plan(await situation.adopt_plan())
        await situation.file_street_plans(streets)
        await situation.look_after(streets)
        await situation.share_steps(streets[0])
        await situation.settle("事件到达各服务 events reach every service")


if __name__ == "__main__":
    run(
        REGION,
        build,
        "Start the embedded stack, run Luohu's plan through its phases, compare figures.",
    )
