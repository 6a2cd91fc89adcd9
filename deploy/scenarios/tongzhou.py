"""Tongzhou, a hub at work today: three relations of supervision, a refused pre-review, meetings by cadence.

The document prints no count, so that there is nothing to compare: what it asks of a hub is what is built.
`python -m deploy.scenarios.tongzhou [--data-dir DIR] [--port PORT] [--once]`.
"""

from datetime import date

from chassis.region import Region, load_region
from deploy.regions import profile_file
from deploy.scenarios.client import Stack
from deploy.scenarios.generated import Group, compose
from deploy.scenarios.register import Entry
from deploy.scenarios.running import run
from deploy.scenarios.situation import Situation

REGION = "110112-tongzhou"
SEED = 20120718
DIRECT, IN_FIELD, GRASSROOTS = 12, 30, 60
"""Ours: the document has three relations (A4.7) and no number."""

HUB, BODY = "通州区甲子领域社会组织联合会", "hub_federation"
SIX_HAVES = ("responsibility", "department", "rules", "party_coverage", "service_system", "brands")
LACKING = "brands"
APPLICANT = "通州区甲子邻里文化促进会"
PLAN = "本领域社会组织发展规划"
HEADINGS = ["goals", "directions", "standards", "key_areas", "support"]


def register(region: Region) -> list[Entry]:
    """Directly supervised ones, those still under an administrative department, and grassroots."""
    units = [place.code for place in region.children(region.code) if place.valid_to is None]
    begin, end = date(2008, 3, 1), date(2012, 3, 1)
    groups = (
        Group(DIRECT, "registered", "association", units, ("协会",), begin, end, prefix="通州区",
              link="直管", full_members=6),
        Group(IN_FIELD, "registered", "private_non_enterprise", units, ("服务中心",), begin, end,
              prefix="通州区", link="分管", full_members=2),
        Group(GRASSROOTS, "discovered", "none", units, ("队", "小组"), begin, end, founded=False),
    )  # fmt: skip
    return compose(groups, (), "通社证字", SEED)


class Tongzhou(Situation):
    """Tongzhou's hub, today."""

    name = "tongzhou"
    division = "110112"
    workbook = "通州区枢纽型社会组织名册.xlsx"

    async def recognise(self) -> None:
        """The hub, and with it every meeting and training of the profile's list (R01, R02, R04, R35).

        Of the six haves one is still lacking (T01); all but their names is ours.
        """
        hub = await self.once(
            "/v1/hubs", called="name", name=HUB, division=self.division, body=BODY, form="federation",
            recognition="government", recognised_by="social_construction",
        )  # fmt: skip
        if hub["six_haves_assessed_on"] is None:
            haves = [{"have": have, "met": have != LACKING, "evidence": "见附件"} for have in SIX_HAVES]
            await self.stack.post("registry", f"/v1/hubs/{hub['id']}/self-check", haves=haves)

    async def adopt_plan(self) -> None:
        """The field's plan: goals, directions, standards, key areas and support (TONGZHOU 9, T13)."""
        plan = await self.once(
            "/v1/guidelines", title=PLAN, division=self.division, kind="development_plan", series="field",
            version="2026", body=BODY, headings=HEADINGS,
        )  # fmt: skip
        if plan["state"] == "drafted":
            await self.stack.post("registry", f"/v1/guidelines/{plan['id']}/publication")

    async def refuse(self) -> None:
        """A pre-review says which criteria failed, why, and how it was coordinated (TONGZHOU 3, R11)."""
        known = await self.stack.every(
            "registry", "/v1/registration-applications", division=self.division
        )  # fmt: skip
        if any(item["name"] == APPLICANT for item in known):
            return
        applied = await self.stack.post(
            "registry", "/v1/registration-applications", division=f"{self.division}001", name=APPLICANT,
            legal_form="association", categories=["community_service"], route="hub_endorsed",
            charter_party_clause=True, full_party_member_count=0, member_count=12, staff_count=1,
        )  # fmt: skip
        await self.stack.post(
            "registry", f"/v1/registration-applications/{applied['id']}/endorsement-refusal",
            criteria_failed=["premises", "members"], reasons=["no_premises", "too_few_members"],
            coordination_note="建议先以备案制联系，由街道协助落实场所",
        )  # fmt: skip


async def build(stack: Stack, started: float) -> None:
    """Everything against a stack that runs."""
    async with Tongzhou.begin(stack, register(load_region(profile_file(REGION))), started) as situation:
        await situation.load_register()
        await situation.recognise()
        await situation.adopt_plan()
        await situation.refuse()
        await situation.settle("事件到达各服务 events reach every service")


if __name__ == "__main__":
    run(REGION, build, "Start the embedded stack and put Tongzhou's hub to work in it.")
