"""A district above two streets, each with its registry: down go campaigns and tasks, up comes the rest.

What one registry records reaches the others as its relay sends it and as their consumers read it; only the
bus between them is left out.
"""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from shuniu_contracts import Basis

from chassis.applying import Applier
from chassis.border import StoredRecord, sort_records
from chassis.inbox import Tally
from chassis.outbox import SCAN
from chassis.principal import Principal
from chassis.region import Region
from chassis.subscription import consumers_of, subscription
from chassis.wire import Wire, topic_of
from services.registry.app import service
from services.registry.hub.coordination import commands as cases
from services.registry.hub.coordination.commands import Part
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.campaigns import commands as campaigns
from services.registry.inspections.clean_up_checks import commands as checks
from services.registry.inspections.clean_up_checks.model import FourNo
from services.registry.inspections.clean_ups import commands as clean_ups
from services.registry.operations.receipts import commands as receipts
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.visits import commands as visits
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import LegalForm, RegistrationRoute
from services.registry.policy import RegistryPolicy
from tests.conftest import Databases
from tests.registry.conftest import Api, Register, asked
from tests.world import runtime_on

pytestmark = pytest.mark.integration
DISTRICT, ONE, TWO = "120116", "120116001", "120116005"
ELSEWHERE = "120116013"
"""A street without a stack: its records are at home in the district's."""


@dataclass
class Tier(Register):
    """One stack's registry, and how it is asked."""

    api: Api = field(kw_only=True)

    async def sent(self) -> list[StoredRecord]:
        """What it has recorded since it was last asked, as its relay sends it."""
        rows = await self.rows(SCAN, 0, [], 100_000)
        await self.rows("delete from outbox where seq = any($1)", [row["seq"] for row in rows])
        wire = Wire(self.stack, service.name)
        return [self._record(wire, row) for row in rows]

    def _record(self, wire: Wire, row: Any) -> StoredRecord:
        key, value, headers = wire.message(row)
        topic = topic_of(self.stack, row["aggregatetype"], row["stream_major"])
        return StoredRecord(topic, 0, row["seq"], key, tuple(headers), value)

    async def read(self, records: Sequence[StoredRecord]) -> Tally:
        """Apply what its consumers subscribe to: all of it is in order."""
        tally = await self.hear_out(records)
        assert (tally.quarantined, tally.malformed, tally.parked) == (0, 0, 0)
        return tally

    async def hear_out(self, records: Sequence[StoredRecord]) -> Tally:
        """The same, whatever it comes to."""
        tally = Tally()
        for consumer in consumers_of(service):
            pattern = re.compile(subscription(self.stack, consumer).pattern or "")
            mine = [record for record in records if pattern.fullmatch(record.topic)]
            if mine:
                tally.add(await Applier(self.runtime, consumer).process(sort_records(mine)))
        return tally


@dataclass(frozen=True)
class Area:
    """All of them."""

    district: Tier
    one: Tier
    two: Tier

    @property
    def tiers(self) -> tuple[Tier, Tier, Tier]:
        return self.district, self.one, self.two

    async def begin(self, day: date) -> None:
        """Noon of `day` everywhere."""
        for tier in self.tiers:
            await tier.begin(day)

    async def at_rest(self) -> None:
        """Send, read and fire until nothing is new anywhere."""
        busy = True
        while busy:
            busy = False
            for tier in self.tiers:
                fired, records = await tier.fire_timers(), await tier.sent()
                busy = busy or bool(fired or records)
                for other in self.tiers:
                    await other.read(records)


@pytest_asyncio.fixture(loop_scope="session")
async def area(databases: Databases, profile: Region) -> AsyncIterator[Area]:
    """A district and two streets on the day on which all of it begins."""
    async with AsyncExitStack() as opened:
        tiers = []
        for stack, below in ((DISTRICT, (ONE, TWO)), (ONE, ()), (TWO, ())):
            runtime = runtime_on(
                await databases.of(service, stack), service, profile, stack=stack, lower_stacks=below,
                policies=RegistryPolicy(),
            )  # fmt: skip
            api = (await opened.enter_async_context(asked(runtime))).as_("operator", stack)
            officer = Principal(f"u-{stack}", frozenset({"operator"}), frozenset({"*"}), (stack,))
            tiers.append(Tier(runtime, officer, api=api))
        found = Area(*tiers)
        await found.begin(date(2026, 3, 2))
        yield found


async def registered(tier: Tier, division: str, name: str) -> UUID:
    row = await tier.do(
        organizations.register_new, division=division, legal_form=LegalForm.ASSOCIATION,
        route=RegistrationRoute.DEPARTMENT, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL,
        details={"name": name},
    )  # fmt: skip
    return row.id


async def inspection_of(tier: Tier, organization: UUID) -> UUID:
    [row] = await tier.rows("select id from inspection where organization_id = $1", organization)
    found: UUID = row["id"]
    return found


async def progress(tier: Tier, campaign: UUID) -> dict[str, Any]:
    found: dict[str, Any] = await tier.api.get(f"/v1/inspection-campaigns/{campaign}/progress")
    return found


async def test_a_districts_campaign_adds_up_from_what_its_streets_tell(area: Area) -> None:
    own = await registered(area.district, ELSEWHERE, "海河书画社")
    first, second = [await registered(area.one, ONE, name) for name in ("晨光书画社", "晨光棋牌社")]
    third = await registered(area.two, TWO, "暮色书画社")
    campaign = (
        await area.district.do(
            campaigns.open_, division=DISTRICT, title="2025 年度年检", year=2025,
            legal_forms=[LegalForm.ASSOCIATION], due_on=date(2026, 5, 31),
        )
    ).id  # fmt: skip
    await area.at_rest()
    opened = await progress(area.district, campaign)
    assert {one["division"]: one["due"] for one in opened["by"]} == {ELSEWHERE: 1, ONE: 2, TWO: 1}
    for tier, organization in ((area.district, own), (area.one, first), (area.two, third)):
        await tier.do(annual.submit, id=await inspection_of(tier, organization))
    await area.one.do(annual.conclude, id=await inspection_of(area.one, first), result="qualified")
    await area.at_rest()
    whole = (await progress(area.district, campaign))["whole"]
    assert (whole["due"], whole["not_submitted"], whole["submitted"], whole["passed"]) == (4, 1, 2, 1)
    await area.begin(date(2026, 6, 1))
    await area.at_rest()
    assert (await progress(area.district, campaign))["whole"]["overdue"] == 1
    await area.district.do(campaigns.close, id=campaign)
    await area.at_rest()
    assert await area.one.facts(await inspection_of(area.one, second)) == [
        "opened", "became_overdue", "missed"
    ]  # fmt: skip
    closed = await progress(area.district, campaign)
    streets = [(await progress(tier, campaign))["whole"] for tier in (area.one, area.two)]
    theirs = {one["division"]: one for one in closed["by"]}
    assert [theirs[one["division"]] for one in streets] == streets, "as each street sees itself"
    figures = [(await one.api.get("/v1/figures", as_of="2026-06-01"))["figures"] for one in area.tiers]
    for name, of_its_own in (("due", 1), ("taken_part", 1), ("passed", 0)):
        whole, *below = (found[f"inspections.year.{name}"]["value"] for found in figures)
        assert whole == sum(below) + of_its_own, name


async def test_a_districts_clean_up_adds_up_from_what_its_streets_tell(area: Area) -> None:
    own = await registered(area.district, ELSEWHERE, "海河书画社")
    first = await registered(area.one, ONE, "晨光书画社")
    second = await registered(area.two, TWO, "暮色书画社")
    clean_up = (
        await area.district.do(
            clean_ups.open_, division=DISTRICT, title="乱收费清理整顿", clean_up_kind="fees",
            due_on=date(2026, 5, 31),
        )
    ).id  # fmt: skip
    await area.at_rest()
    for tier, organization, declares in ((area.district, own, True), (area.one, first, False)):
        [row] = await tier.rows("select id from clean_up_check where organization_id = $1", organization)
        fees = [] if declares else [FourNo.WIDENED_FEES]
        await tier.do(checks.self_check, id=row["id"], four_nos=declares, violations=fees)
    await area.begin(date(2026, 6, 1))
    await area.at_rest()
    path = f"/v1/clean-ups/{clean_up}/progress"
    board = await area.district.api.get(path)
    whole = board["whole"]
    assert (whole["concerned"], whole["due"], whole["overdue"], whole["with_problems"]) == (3, 1, 1, 1)
    theirs = {one["division"]: one for one in board["by"]}
    assert theirs.keys() == {ELSEWHERE, ONE, TWO}
    streets = [(await tier.api.get(path))["whole"] for tier in (area.one, area.two)]
    assert [theirs[one["division"]] for one in streets] == streets, "as each street sees itself"
    assert (await area.two.rows("select organization_id from clean_up_check"))[0][0] == second


async def test_a_districts_task_is_answered_below_and_the_tree_adds_up_above(area: Area) -> None:
    task = (
        await area.district.do(
            tasks.issue, division=DISTRICT, title="报送枢纽型组织建设方案", kind="plan", lead="office",
            implementing=[ONE, TWO, ELSEWHERE], due_on=date(2026, 4, 30),
        )
    ).id  # fmt: skip
    await area.at_rest()
    owed = {}
    for tier, division in ((area.one, ONE), (area.two, TWO), (area.district, ELSEWHERE)):
        [row] = await tier.rows("select id from task_receipt where division = $1", division)
        owed[division] = row["id"]
    await area.one.do(receipts.acknowledge, id=owed[ONE])
    await area.one.do(receipts.file_for_record, id=owed[ONE], plan="本街道方案")
    await area.one.do(receipts.report, id=owed[ONE], report="已完成", done=12)
    await area.two.do(receipts.acknowledge, id=owed[TWO])
    await area.at_rest()
    [whole] = await area.district.api.get(f"/v1/tasks/{task}/receipts")
    tree = whole["below"]
    assert [(node["division"], node["state"]) for node in tree] == [
        (ONE, "reported"), (TWO, "acknowledged"), (ELSEWHERE, "due")
    ]  # fmt: skip
    assert [node["own"] for node in tree] == [str(owed[node["division"]]) for node in tree]
    assert (whole["division"], whole["answers"]["owed"], whole["answers"]["done"]) == (DISTRICT, 3, 12)
    await area.begin(date(2026, 5, 1))
    await area.at_rest()
    await area.two.do(receipts.report, id=owed[TWO], report="已完成", done=3)
    await area.at_rest()
    [whole] = await area.district.api.get(f"/v1/tasks/{task}/receipts")
    tree = whole["below"]
    assert [node["answers"]["late"] for node in tree] == [0, 1, 0]
    assert [node["answers"]["overdue"] for node in tree] == [0, 0, 1]
    [street] = await area.two.api.get(f"/v1/tasks/{task}/receipts")
    assert street == tree[1], "the street sees of the tree what the district sees of the street"


async def test_a_street_s_filing_answers_the_district_s_task_that_asks_for_it(area: Area) -> None:
    said: dict[str, Any] = {
        "title": "实施方案",
        "kind": "plan",
        "lead": "office",
        "due_on": date(2026, 4, 30),
    }
    row = await area.district.do(
        tasks.issue, division=DISTRICT, implementing=[ONE, TWO], asks="filing", **said
    )
    await area.at_rest()
    [one] = await area.one.rows("select id, asks from task_receipt where division = $1", ONE)
    assert one["asks"] == "filing"
    await area.one.do(receipts.acknowledge, id=one["id"])
    await area.one.do(receipts.file_for_record, id=one["id"], plan="本街道方案")
    await area.begin(date(2026, 5, 6))
    await area.at_rest()
    [whole] = await area.district.api.get(f"/v1/tasks/{row.id}/receipts")
    sums = [(node["answers"]["filed"], node["answers"]["overdue"]) for node in whole["below"]]
    assert sums == [(1, 0), (0, 1)]


async def test_a_districts_campaign_is_acknowledged_by_the_streets_stacks(area: Area) -> None:
    campaign = (
        await area.district.do(
            campaigns.open_, division=DISTRICT, title="2025 年度年检", year=2025,
            legal_forms=[LegalForm.ASSOCIATION], due_on=date(2026, 5, 31),
        )
    ).id  # fmt: skip
    await area.at_rest()
    [task] = (await area.district.api.get("/v1/tasks", origin_record_id=str(campaign)))["items"]
    [owed] = await area.one.rows("select id, title, due_on from task_receipt")
    assert (owed["title"], owed["due_on"]) == ("2025 年度年检", date(2026, 5, 31))
    await area.one.do(receipts.acknowledge, id=owed["id"])
    await area.at_rest()
    [whole] = await area.district.api.get(f"/v1/tasks/{task['id']}/receipts")
    seen = {node["division"]: node["state"] for node in whole["below"]}
    assert (seen[ONE], seen[TWO], seen[ELSEWHERE]) == ("acknowledged", "due", "due")
    await area.district.do(campaigns.close, id=campaign, even_though_open=True)
    await area.at_rest()
    for tier in (area.one, area.two):
        assert [row["state"] for row in await tier.rows("select state from task_receipt")] == ["closed"]


async def test_whom_a_task_names_no_more_is_released_below(area: Area) -> None:
    said: dict[str, Any] = {"title": "摸底", "kind": "census", "lead": "office", "due_on": date(2026, 4, 30)}
    row = await area.district.do(tasks.issue, division=DISTRICT, implementing=[ONE, TWO], **said)
    await area.at_rest()
    await area.district.do(tasks.amend, id=row.id, implementing=[ONE])
    await area.at_rest()
    owed = "select division, state from task_receipt"
    assert [tuple(one) for one in await area.one.rows(owed)] == [(ONE, "due")]
    assert [tuple(one) for one in await area.two.rows(owed)] == [(TWO, "released")]
    assert await area.two.rows("select from timer") == []
    [whole] = await area.district.api.get(f"/v1/tasks/{row.id}/receipts")
    assert [node["division"] for node in whole["below"]] == [ONE]


async def test_what_a_visit_found_at_an_organisation_of_a_stack_below_is_a_task_of_its_division(
    area: Area,
) -> None:
    about = await registered(area.one, ONE, "晨光书画社")
    await area.at_rest()
    visit = await area.district.do(
        visits.plan, division=DISTRICT, body="hub", visited=ONE, topics=["finance"], organization_id=about
    )
    found = visits.Finding(topic="finance", title="账目不清", words="缺原始凭证", due_on=date(2026, 4, 30))
    made = await area.district.do(visits.make, id=visit.id, report="已督导", found=[found])
    assert (made.state, made.findings) == ("made", 1)
    await area.at_rest()
    [task] = await area.district.rows("select id, title, implementing, origin_record_id from task")
    assert tuple(task)[1:] == ("晨光书画社：账目不清", [ONE], visit.id)
    said = (await area.district.events(visit.id))[-1][1]
    assert said["tasks"] == [{"id": str(task["id"]), "sequence": 1}]
    assert "rectifications" not in said
    [receipt] = await area.one.rows("select task_id, due_on from task_receipt")
    assert tuple(receipt) == (task["id"], date(2026, 4, 30))
    assert await area.district.rows("select from rectification") == []


async def joint(area: Area, **changes: Any) -> UUID:
    """A case of the district with a part of its own and one of each street."""
    found: dict[str, Any] = {
        "division": DISTRICT, "kind": "joint_order", "title": "联合检查养老机构", "lead": "womens_federation",
        "parts": [
            Part(body="womens_federation", duty="visit"), Part(body="street", duty="check", division=ONE),
            Part(body="street", duty="check", division=TWO),
        ],
        "due_on": date(2026, 4, 30), "document_number": "滨民发〔2026〕12号", **changes,
    }  # fmt: skip
    id = (await area.district.do(cases.open_, **found)).id
    await area.at_rest()
    return id


async def owed(tier: Tier) -> Any:
    """The one receipt of a street."""
    [row] = await tier.rows(
        "select id, division, title, body, due_on, state, task_id from task_receipt where home = $1",
        tier.stack,
    )
    return row


async def parts(area: Area, case: UUID) -> dict[str, tuple[str | None, str | None]]:
    """Place -> when its part was acknowledged and done."""
    found = await area.district.api.get(f"/v1/coordination-cases/{case}")
    return {
        one.get("division", DISTRICT): (one.get("acknowledged_on"), one.get("completed_on"))
        for one in found["parts"]
    }


async def test_a_part_of_a_body_with_a_stack_of_its_own_is_answered_there(area: Area) -> None:
    case = await joint(area)
    first = await owed(area.one)
    assert (first["title"], first["body"], first["due_on"], first["state"]) == (
        "联合检查养老机构：核实情况", "street", date(2026, 4, 30), "due"
    )  # fmt: skip
    path, liaison = f"/v1/task-receipts/{first['id']}", area.one.api.as_("liaison", ONE)
    refused = await area.one.api.as_("hub_officer", ONE).post(f"{path}/acknowledgement", 403)
    assert refused["code"] == "not_this_bodys_staff", "as in the district's own stack"
    await area.begin(date(2026, 3, 5))
    await liaison.post(f"{path}/acknowledgement")
    await area.begin(date(2026, 3, 9))
    await area.at_rest()
    assert await parts(area, case) == {DISTRICT: (None, None), ONE: ("2026-03-05", None), TWO: (None, None)}
    await area.two.do(receipts.report, id=(await owed(area.two))["id"], report="检查两家，均合格")
    await liaison.post(f"{path}/report", report="检查三家")
    await area.at_rest()
    assert await parts(area, case) == {
        DISTRICT: (None, None), ONE: ("2026-03-05", "2026-03-09"), TWO: ("2026-03-09", "2026-03-09")
    }  # fmt: skip
    assert [(await owed(tier))["state"] for tier in (area.one, area.two)] == ["closed", "closed"]
    told = [data for fact, data in await area.district.events(case) if fact == "part_completed"]
    assert sorted(one["place"] for one in told) == [ONE, TWO]
    assert "检查" not in str([one.get("report") for one in told]), "words stay where they were said"
    assert {one["state"] for one in await area.district.rows("select state from task")} == {"completed"}


async def test_the_district_answers_for_none_of_them(area: Area) -> None:
    case = await joint(area)
    path, keeper = f"/v1/coordination-cases/{case}", area.district.api.as_("hub_officer", DISTRICT)
    refused = await area.district.api.post(f"{path}/acknowledgement", 409, body="street", place=ONE)
    assert refused["code"] == "case_part_answered_below"
    refused = await keeper.post(f"{path}/acknowledgement", 422, body="street")
    assert "case_part_in_several_places" in str(refused)
    await keeper.post(f"{path}/acknowledgement", body="womens_federation")
    old = await joint(area, effective_on=date(2014, 5, 1), basis=Basis.HISTORICAL, due_on=None)
    assert len(await area.district.rows("select from task")) == 2, "what is history asks nobody"
    assert (await parts(area, old)).keys() == {DISTRICT, ONE, TWO}


async def test_what_streets_answer_leads_to_the_same_in_any_order_and_however_often(area: Area) -> None:
    case = await joint(area)
    told = []
    for tier in (area.one, area.two):
        await tier.do(receipts.acknowledge, id=(await owed(tier))["id"])
        await tier.do(receipts.report, id=(await owed(tier))["id"], report="已办")
        told.append(await tier.sent())
    for records in (*reversed(told), *told):
        await area.district.read(records)
    await area.at_rest()
    day = "2026-03-02"
    assert await parts(area, case) == {DISTRICT: (None, None), ONE: (day, day), TWO: (day, day)}
    facts = await area.district.facts(case)
    assert facts == ["opened", *("acknowledged", "part_completed") * 2]


async def test_a_part_taken_back_is_asked_for_no_more_and_its_late_answer_changes_nothing(area: Area) -> None:
    case = await joint(area)
    keeper = area.district.api.as_("hub_officer", DISTRICT)
    first, second = await owed(area.one), await owed(area.two)
    await area.one.do(receipts.report, id=first["id"], report="已办")
    crossing = await area.one.sent()
    await keeper.post(
        f"/v1/coordination-cases/{case}/part-withdrawal", body="street", place=ONE, reason="merged"
    )
    await area.district.read(crossing)
    await area.at_rest()
    assert await parts(area, case) == {DISTRICT: (None, None), TWO: (None, None)}
    assert [(await owed(tier))["state"] for tier in (area.one, area.two)] == ["closed", "due"]
    assert (await area.district.events(case))[-1][1] | {"state": None} == {
        "state": None, "body": "street", "place": ONE, "reason": "merged"
    }  # fmt: skip
    await area.two.do(receipts.report, id=second["id"], report="已办")
    await area.at_rest()
    done = await keeper.post(
        f"/v1/coordination-cases/{case}/part-withdrawal", 409, body="street", reason="merged"
    )
    assert done["code"] == "case_part_already"


@pytest.mark.parametrize(
    ("end", "said"),
    [(cases.conclude, {"outcome": "done", "explanation": "区办"}), (cases.cancel, {"reason": "merged"})],
)
async def test_a_case_that_ended_asks_nobody_below_and_hears_no_answer(
    area: Area, end: Any, said: dict[str, Any]
) -> None:
    case = await joint(area)
    await area.two.do(receipts.report, id=(await owed(area.two))["id"], report="已办")
    crossing = await area.two.sent()
    await area.district.do(end, id=case, **said)
    before = await area.district.facts(case)
    await area.district.read(crossing)
    await area.at_rest()
    assert await area.district.facts(case) == before
    assert [(await owed(tier))["state"] for tier in (area.one, area.two)] == ["closed", "closed"]
    assert await area.one.rows("select from timer") == []


async def test_another_day_is_that_of_those_who_have_not_answered(area: Area) -> None:
    case = await joint(area)
    await area.two.do(receipts.report, id=(await owed(area.two))["id"], report="已办")
    await area.at_rest()
    await area.district.do(cases.extend, id=case, due_on=date(2026, 5, 29), reason="scope")
    await area.at_rest()
    seen = [tuple(await owed(tier))[4:6] for tier in (area.one, area.two)]
    assert seen == [(date(2026, 5, 29), "due"), (date(2026, 4, 30), "closed")]
    await area.begin(date(2026, 5, 30))
    await area.at_rest()
    assert (await area.one.facts((await owed(area.one))["id"]))[-1] == "became_overdue"
    late = [data for fact, data in await area.district.events(case) if fact == "became_overdue"]
    assert [one["waiting_for"] for one in late] == [["womens_federation", "street"]]


async def test_a_street_answers_for_no_other(area: Area) -> None:
    case = await joint(area)
    first = await owed(area.one)
    false = await area.two.do(
        receipts.open_, division=TWO, task_id=first["task_id"], title="冒名", issuer=DISTRICT
    )
    await area.two.do(receipts.report, id=false.id, report="已办")
    await area.at_rest()
    assert (await parts(area, case))[ONE] == (None, None), "its own record of another's task says nothing"
    await area.one.do(receipts.report, id=first["id"], report="已办")
    true = await area.one.sent()
    forged = [
        [replace(one, topic=one.topic.replace(ONE, TWO)) for one in true],
        [
            replace(
                one,
                topic=one.topic.replace(ONE, TWO),
                headers=tuple(
                    (name, value.replace(f"/{ONE}/".encode(), f"/{TWO}/".encode()) if value else value)
                    for name, value in one.headers
                ),
            )
            for one in true
        ],
    ]
    for records in forged:
        tally = await area.district.hear_out(records)
        assert (tally.applied, tally.quarantined >= len(records) > 0) == (0, True)
    assert (await parts(area, case))[ONE] == (None, None)
    await area.district.read(true)
    assert (await parts(area, case))[ONE] == ("2026-03-02", "2026-03-02")
