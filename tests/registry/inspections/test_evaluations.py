"""Evaluation by its real commands: to a grade by recorded vote, reconsidered, lowered, expired, again."""

import io
from datetime import date
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from shuniu_contracts import decode_data
from shuniu_contracts import registry_enforcement as contract
from uuid_utils.compat import uuid7

from chassis.model import Refusals
from services.registry.enforcement.official_decisions import commands as decisions
from services.registry.incubation.guidances import commands as guidances
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import NotInspected, YearNotBegun
from services.registry.inspections.evaluations import commands
from services.registry.inspections.evaluations.model import (
    EvaluationUnderWay,
    Grade,
    GradeDeviates,
    GradeStillFresh,
    InspectionStandsAgainst,
    MaterialsFirst,
    MaterialsLacking,
    MustStandAside,
    NoLegalPerson,
    NotAMaterial,
    NothingFoundSince,
    NotLower,
    NotPublicised,
    NotRegistered,
    NotTheSuccessor,
    OnRecord,
    PublicityNotOver,
    PublicityOver,
    PunishedLately,
    PunishmentStands,
    SameGrade,
    StillValid,
    TooFewExperts,
    UnderInvestigation,
)
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import Basis, LegalForm, LegalStatus
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told
from tests.registry.enforcement.test_decisions import decided
from tests.registry.references import organization

pytestmark = pytest.mark.integration
PARTS = ["basic_conditions", "internal_governance", "work_performance", "social_appraisal"]


async def enrolled(register: Register, about: UUID | None = None, **changes: Any) -> UUID:
    row = await register.do(
        commands.enrol, organization_id=about or await organization(register), year=2026, **changes
    )
    return row.id


def scores(*points: int) -> list[commands.Score]:
    return [commands.Score(expert=f"p-{n}", points=given) for n, given in enumerate(points, 1)]


def votes(in_favour: int, against: int = 0) -> list[commands.Vote]:
    said = [True] * in_favour + [False] * against
    return [commands.Vote(member=f"m-{n}", in_favour=one) for n, one in enumerate(said, 1)]


async def publicised(register: Register, id: UUID, *points: int) -> None:
    """Materials, scores and publicity, all today."""
    await register.do(commands.complete_materials, id=id, collected=PARTS)
    await register.do(commands.score, id=id, given=scores(*points))
    await register.do(commands.publicise, id=id)


async def graded(register: Register, about: UUID, day: date, grade: str, after: date) -> UUID:
    """Graded live: publicised on `day`, decided on `after`."""
    await register.begin(day)
    id = await enrolled(register, about)
    await publicised(register, id, 920, 910, 905)
    await register.begin(after)
    deviation = None if grade == "4A" else "appraisal"
    await register.do(
        commands.give_grade, id=id, grade=Grade(grade), committee=9, votes=votes(7), deviation=deviation
    )
    return id


async def test_from_enrolment_to_a_grade_that_expires(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    id = await enrolled(register)
    await register.do(commands.train, id=id, topics=["indicators"])
    await register.do(commands.coach, id=id, kind="one_to_one", note="逐项对照指标")
    with pytest.raises(MaterialsFirst):
        await register.do(commands.score, id=id, given=scores(960, 955, 950))
    with pytest.raises(MaterialsLacking, match="social appraisal"):
        await register.do(commands.complete_materials, id=id, collected=PARTS[:3])
    await publicised(register, id, 960, 955, 950)
    with pytest.raises(PublicityNotOver):
        await register.do(commands.give_grade, id=id, grade=Grade("5A"), committee=9, votes=votes(6, 1))
    await register.begin(date(2026, 12, 3))
    with pytest.raises(GradeDeviates):
        await register.do(commands.give_grade, id=id, grade=Grade("4A"), committee=9, votes=votes(6, 1))
    row = await register.do(commands.give_grade, id=id, grade=Grade("5A"), committee=9, votes=votes(6, 1))
    assert (row.points, row.grade, row.valid_until) == (955, "5A", date(2031, 12, 3))
    said = (await register.events(id))[-1][1]
    assert (said["committee"], said["present"], said["in_favour"]) == (9, 7, 6)
    text = str(await register.events(id))
    assert "p-1" not in text, "who scored what stays here"
    assert "m-1" not in text, "who voted how stays here"
    assert "逐项" not in text
    await register.begin(date(2031, 12, 3))
    assert await register.fire_timers() == 0
    await register.begin(date(2031, 12, 4))
    assert await register.fire_timers() == 1
    assert (await register.facts(id))[-1] == "expired"


async def test_what_bars_is_told_and_history_is_as_it_was(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    missed = await register.do(annual.open_, organization_id=about, year=2025)
    await register.do(annual.miss, id=missed.id)
    with pytest.raises(InspectionStandsAgainst):
        await enrolled(register, about)
    await register.do(organizations.suspend, id=about)
    with pytest.raises(Refusals) as several:
        await enrolled(register, about)
    assert len(several.value.refusals) == 2
    id = await enrolled(register, about, effective_on=date(2014, 3, 1), basis=Basis.HISTORICAL)
    row = await register.do(
        commands.give_grade, id=id, grade=Grade("3A"), effective_on=date(2014, 9, 1), basis=Basis.HISTORICAL
    )
    assert row.valid_until == date(2019, 9, 1)
    assert await register.rows("select from timer where kind like 'evaluations.%'") == []
    with pytest.raises(StillValid):
        await register.do(commands.expire, id=id, effective_on=date(2019, 9, 1), basis=Basis.HISTORICAL)
    await register.do(commands.expire, id=id, effective_on=date(2019, 9, 2), basis=Basis.HISTORICAL)


async def test_a_penalty_bars_until_its_years_are_over_and_it_is_carried_out(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    history: dict[str, Any] = {"basis": Basis.HISTORICAL}
    fine = await decided(register, about, result="fine", effective_on=date(2023, 5, 1), **history)
    await told(register, fine)
    with pytest.raises(PunishmentStands, match="2023-05-01"):
        await enrolled(register, about)
    await register.do(decisions.lift, id=fine, reason="complied", effective_on=date(2023, 9, 1), **history)
    await told(register, fine)
    warned = await decided(register, about, result="warning", effective_on=date(2023, 6, 1), **history)
    await told(register, warned)
    again = await decided(register, about, result="warning", effective_on=date(2025, 12, 31), **history)
    await told(register, again)
    with pytest.raises(PunishedLately, match="2027-01-01"):
        await enrolled(register, about)
    await enrolled(register, about, effective_on=date(2025, 12, 30))


async def test_an_open_investigation_bars_until_it_is_lifted(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    opened = await decided(register, about, kind=contract.DecisionKind.INVESTIGATION, result="fees")
    await told(register, opened)
    with pytest.raises(UnderInvestigation, match="2026-11-23"):
        await enrolled(register, about)
    await register.do(decisions.lift, id=opened, reason="closed")
    await told(register, opened)
    await enrolled(register, about)


async def test_who_was_never_registered_is_neither_evaluated_nor_inspected(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    team = await register.do(
        organizations.enter, status_on_record=LegalStatus.DISCOVERED, division="120116005",
        legal_form=LegalForm.NONE, details={"name": "晚晴互助队"},
    )  # fmt: skip
    with pytest.raises(Refusals) as refused:
        await enrolled(register, team.id)
    assert [type(one) for one in refused.value.refusals] == [NoLegalPerson, NotRegistered]
    with pytest.raises(NotInspected):
        await register.do(annual.open_, organization_id=team.id, year=2025)
    with pytest.raises(YearNotBegun):
        await register.do(annual.open_, organization_id=await organization(register), year=2205)


async def test_one_at_a_time_and_a_live_grade_goes_through_publicity(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    id = await enrolled(register, about)
    with pytest.raises(EvaluationUnderWay, match=str(id)):
        await enrolled(register, about)
    with pytest.raises(NotPublicised):
        await register.do(commands.give_grade, id=id, grade=Grade("3A"), committee=9, votes=votes(9))
    await register.do(commands.withdraw, id=id, reason="not_ready")
    await enrolled(register, about)


async def test_who_has_a_conflict_counts_neither_before_nor_after(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    id = await enrolled(register)
    await register.do(commands.declare_conflict, id=id, person="p-1", relation="interest")
    await register.do(commands.complete_materials, id=id, collected=PARTS)
    with pytest.raises(MustStandAside):
        await register.do(commands.score, id=id, given=scores(900, 900, 900))
    given = [commands.Score(expert=f"p-{n}", points=points) for n, points in ((7, 500), (8, 800), (9, 810))]
    row = await register.do(commands.score, id=id, given=given)
    assert (row.points, row.proposed_grade) == (703, None)
    await register.do(commands.publicise, id=id)
    row = await register.do(
        commands.declare_conflict, id=id, person="p-7", relation="employment", left_on=date(2025, 1, 1)
    )
    assert (row.state, row.points, row.proposed_grade) == ("scored", 805, "2A")
    with pytest.raises(TooFewExperts):
        await register.do(commands.publicise, id=id)
    again = [commands.Score(expert=f"p-{n}", points=n * 100) for n in (6, 8, 9)]
    await register.do(commands.score, id=id, given=again)
    await register.do(commands.publicise, id=id)
    await register.do(commands.declare_conflict, id=id, person="m-1", relation="other")
    assert (await register.facts(id))[-1] == "conflict_declared"
    await register.do(commands.publicise, id=id)
    await register.begin(date(2026, 12, 4))
    with pytest.raises(MustStandAside):
        await register.do(commands.refuse_grade, id=id, ground="points", committee=9, votes=votes(9))


async def test_who_is_involved_by_the_record_neither_scores_nor_votes(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    earlier = await enrolled(register, about)
    for person, relation, left_on in (
        ("p-1", "interest", None), ("p-2", "employment", date(2025, 1, 1)),
    ):  # fmt: skip
        await register.do(
            commands.declare_conflict, id=earlier, person=person, relation=relation, left_on=left_on
        )
    await register.do(commands.withdraw, id=earlier, reason="not_ready")
    id = await enrolled(register, about)
    await register.do(commands.coach, id=id, kind="visit", coach="p-3")
    await register.do(commands.coach, id=id, kind="visit")
    help_ = await register.do(
        guidances.open_, organization_id=about, topic="venture_project", cultivation_class="start_up"
    )
    await register.do(guidances.give_session, id=help_.id, manner="visit", adviser="p-4")
    await register.do(commands.complete_materials, id=id, collected=PARTS)
    for person, why in (
        ("p-1", "stood aside"), ("p-2", "stood aside"), ("p-3", "coached"), ("u-officer", "coached"),
        ("p-4", "advised"),
    ):  # fmt: skip
        given = [commands.Score(expert=one, points=900) for one in (person, "p-8", "p-9")]
        with pytest.raises(OnRecord, match=why):
            await register.do(commands.score, id=id, given=given)
    given = [commands.Score(expert=one, points=900) for one in ("p-7", "p-8", "p-9")]
    await register.do(commands.score, id=id, given=given)
    await register.do(commands.publicise, id=id)
    await register.begin(date(2027, 1, 4))
    said = [*votes(8), commands.Vote(member="p-3", in_favour=True)]
    with pytest.raises(OnRecord, match="coached"):
        await register.do(commands.refuse_grade, id=id, ground="points", committee=9, votes=said)
    await register.do(commands.refuse_grade, id=id, ground="points", committee=9, votes=said[:8])


async def test_a_conflict_found_after_the_grade_is_recorded_and_it_is_decided_anew(
    register: Register, api: Api
) -> None:
    about = await organization(register)
    id = await graded(register, about, date(2026, 11, 23), "4A", date(2026, 12, 4))
    with pytest.raises(NothingFoundSince):
        await register.do(commands.reopen, id=id, ground="conflict")
    row = await register.do(commands.declare_conflict, id=id, person="m-1", relation="interest")
    assert (row.state, row.grade) == ("graded", "4A")
    assert (await register.events(id))[-1][1]["carried"] is True, "six of nine are present and agree"
    await register.do(commands.declare_conflict, id=id, person="m-2", relation="interest")
    assert (await register.events(id))[-1][1]["carried"] is False, "five of nine are no quorum"
    row = await register.do(commands.declare_conflict, id=id, person="p-1", relation="interest")
    assert (row.points, row.conflicts) == (908, 3)
    await register.begin(date(2026, 12, 7))
    row = await register.do(commands.reopen, id=id, ground="conflict")
    assert (row.state, row.grade, row.ended) == ("enrolled", None, False)
    assert (await register.events(id))[-1][1]["previous"] == "4A"
    assert await register.rows("select from timer where kind = 'evaluations.validity'") == []
    values = (await api.get("/v1/figures"))["figures"]
    assert values["evaluations.holders"]["value"] == 0
    before = (await api.get("/v1/figures", as_of="2026-12-05"))["figures"]
    assert before["evaluations.holders.4A"]["value"] == 1
    given = [commands.Score(expert=f"p-{n}", points=860) for n in (5, 6, 7)]
    await register.do(commands.score, id=id, given=given)
    await register.do(commands.publicise, id=id)
    await register.begin(date(2027, 1, 4))
    said = [commands.Vote(member=f"m-{n}", in_favour=True) for n in range(3, 10)]
    row = await register.do(commands.give_grade, id=id, grade=Grade("3A"), committee=9, votes=said)
    assert (row.state, row.grade, row.graded_on) == ("graded", "3A", date(2027, 1, 4))


async def test_reconsidered_by_vote_within_fifteen_days(register: Register) -> None:
    await register.begin(date(2026, 12, 21))
    id = await enrolled(register)
    await publicised(register, id, 895, 896, 897)
    await register.begin(date(2026, 12, 25))
    row = await register.do(commands.request_reconsideration, id=id, grounds="漏算一项")
    assert row.due_on == date(2027, 1, 9)
    await register.begin(date(2027, 1, 10))
    assert await register.fire_timers() == 1
    row = await register.do(commands.reconsider, id=id, points=903, committee=7, votes=votes(5))
    assert (row.proposed_grade, row.due_on, row.overdue) == ("4A", None, False)
    assert (await register.events(id))[-1][1]["upheld"] is False
    with pytest.raises(PublicityOver):
        await register.do(commands.request_reconsideration, id=id, grounds="再次")
    await register.do(commands.give_grade, id=id, grade=Grade("4A"), committee=9, votes=votes(8))
    assert await register.facts(id) == [
        "enrolled", "materials_completed", "scored", "publicised", "reconsideration_requested",
        "became_overdue", "reconsidered", "graded",
    ]  # fmt: skip


async def test_evaluated_again_the_newer_grade_stands_and_a_lowered_one_bars(
    register: Register, api: Api
) -> None:
    about = await organization(register)
    first = await graded(register, about, date(2026, 11, 23), "4A", date(2026, 12, 4))
    with pytest.raises(GradeStillFresh):
        await enrolled(register, about)
    second = await graded(register, about, date(2028, 12, 4), "5A", date(2028, 12, 15))
    assert (await register.events(first))[-1][0] == "superseded"
    assert (await register.events(first))[-1][1]["successor"]["id"] == str(second)
    values = (await api.get("/v1/figures"))["figures"]
    assert values["evaluations.holders"]["value"] == 1
    assert values["evaluations.holders.5A"]["value"] == 1
    assert values["evaluations.evaluated"]["value"] == 1
    before = (await api.get("/v1/figures", as_of="2027-01-01"))["figures"]
    assert before["evaluations.holders.4A"]["value"] == 1
    assert before["evaluations.holders.5A"]["value"] == 0
    with pytest.raises(NotLower):
        await register.do(commands.downgrade, id=second, lowered_to=Grade("5A"), ground="false_materials")
    await register.do(commands.downgrade, id=second, lowered_to=Grade("2A"), ground="false_materials")
    assert (await register.events(second))[-1][1]["previous"] == "5A"
    with pytest.raises(NotTheSuccessor):
        await register.do(commands.supersede, id=second, successor_id=uuid7())
    await register.do(commands.revoke, id=second, ground="forged_certificate")
    assert await register.rows("select from timer") == []
    await register.begin(date(2031, 12, 14))
    with pytest.raises(Exception, match="barred for 3 years"):
        await enrolled(register, about)


async def holders(api: Api, *days: str) -> list[dict[str, float]]:
    found = []
    for day in days:
        figures = (await api.get("/v1/figures", as_of=day))["figures"]
        values = {
            name.rpartition(".")[2]: one["value"] for name, one in figures.items() if "holders." in name
        }
        found.append({name: value for name, value in values.items() if value})
    return found


async def test_a_grade_entered_wrongly_is_put_right_up_and_down(register: Register, api: Api) -> None:
    await register.begin(date(2026, 12, 1))
    past: dict[str, Any] = {"basis": Basis.HISTORICAL}
    id = await enrolled(register, effective_on=date(2024, 3, 1), **past)
    await register.do(commands.give_grade, id=id, grade=Grade("3A"), effective_on=date(2024, 9, 1), **past)
    with pytest.raises(SameGrade):
        await register.do(commands.correct, id=id, corrected_to=Grade("3A"), reason="typing_error")
    row = await register.do(commands.correct, id=id, corrected_to=Grade("5A"), reason="typing_error")
    assert (row.state, row.grade, row.graded_on) == ("graded", "5A", date(2024, 9, 1))
    said = (await register.events(id))[-1]
    assert (said[0], said[1]["previous"], said[1]["reason"]) == ("corrected", "3A", "typing_error")
    assert await holders(api, "2024-08-31", "2024-09-01", "2026-12-01") == [{}, {"5A": 1}, {"5A": 1}]
    with pytest.raises(NotLower):
        await register.do(commands.downgrade, id=id, lowered_to=Grade("5A"), ground="complaints")
    await register.do(
        commands.downgrade, id=id, lowered_to=Grade("2A"), ground="complaints",
        effective_on=date(2025, 6, 1), **past,
    )  # fmt: skip
    with pytest.raises(NotLower):
        await register.do(commands.correct, id=id, corrected_to=Grade("5A"), reason="typing_error")
    await register.do(commands.correct, id=id, corrected_to=Grade("3A"), reason="typing_error")
    days = "2025-05-31", "2025-06-01", "2026-12-01"
    assert await holders(api, *days) == [{"5A": 1}, {"3A": 1}, {"3A": 1}], "the grade before stays"
    await register.do(commands.revoke, id=id, ground="fraud")
    row = await register.do(commands.correct, id=id, corrected_to=Grade("4A"), reason="typing_error")
    assert (row.state, row.ended, row.ended_on) == ("revoked", True, date(2026, 12, 1))
    assert await holders(api, *days) == [{"5A": 1}, {"4A": 1}, {}]
    above = uuid7()
    for logged in await register.rows(
        "select type, payload from event_log where aggregateid = $1 order by sequence", str(id)
    ):
        event = decode_data(logged["type"], logged["payload"])
        assert event is not None
        await register.hear(register.received(event, above, stack="120116005"))
    said_of = "select effective_on, fact, dated from matter_step where record_id = $1 order by number"
    assert [tuple(one) for one in await register.rows(said_of, above)] == [
        tuple(one) for one in await register.rows(said_of, id)
    ]


async def test_distinct_organisations_evaluated_in_a_period(register: Register, api: Api) -> None:
    about = await organization(register)
    for year in (2013, 2014):
        id = await enrolled(register, about, effective_on=date(year, 3, 1), basis=Basis.HISTORICAL)
        await register.do(
            commands.give_grade,
            id=id,
            grade=Grade("3A"),
            effective_on=date(year, 9, 1),
            basis=Basis.HISTORICAL,
        )
    await enrolled(register, effective_on=date(2012, 3, 1), basis=Basis.HISTORICAL)
    wanted = {"from": "2013-01-01", "to": "2015-09-01"}
    values = await api.get("/v1/figures", by="division", **wanted)
    assert values["figures"]["evaluations.organizations"]["value"] == 1
    assert values["by"]["120116005"]["evaluations.organizations"] == 1
    assert values["figures"]["evaluations.evaluated"]["value"] == 2


async def test_what_has_come_in_so_far_is_kept_and_what_is_missing_is_named(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    id = await enrolled(register)
    where = f"/v1/evaluations/{id}"
    assert (await api.get(where))["materials_lacking"] == PARTS
    row = await register.do(commands.collect_materials, id=id, collected=[PARTS[2], PARTS[0]])
    assert (row.materials, row.materials_lacking) == ([PARTS[0], PARTS[2]], [PARTS[1], PARTS[3]])
    fact, event = (await register.events(id))[-1]
    assert (fact, event["collected"], event["lacking"]) == (
        "materials_collected", [PARTS[2], PARTS[0]], [PARTS[1], PARTS[3]]
    )  # fmt: skip
    zh = {"accept-language": "zh"}
    given = [one.model_dump() for one in scores(960, 955, 950)]
    asked: tuple[tuple[str, dict[str, Any]], ...] = (("materials", {}), ("scores", {"given": given}))
    for path, body in asked:
        refused = await api.client.post(f"{where}/{path}", json=body, headers=zh)
        assert "尚缺：内部治理、社会评价" in refused.json()["detail"], path
    with pytest.raises(NotAMaterial, match="none of the materials"):
        await register.do(commands.collect_materials, id=id, collected=["photographs"])
    sheet = (await api.client.get("/v1/evaluations/collected-materials/sheet.xlsx")).content
    listed: Any = openpyxl.load_workbook(io.BytesIO(sheet)).active
    shown = {cell.value: listed.cell(2, cell.column).value for cell in listed[1]}
    assert (shown["已收材料"], shown["尚缺材料"]) == ("基础条件、工作绩效", "内部治理、社会评价")
    row = await register.do(commands.complete_materials, id=id, collected=[PARTS[1], PARTS[3]])
    assert (row.materials, row.materials_lacking) == (PARTS, [])
    assert row.materials_completed_on == date(2026, 11, 23)


async def test_the_list_of_materials_goes_by_workbook_and_roles_keep_apart(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    officer, liaison = api.as_("hub_officer"), api.as_("liaison", "120116005")
    about = await organization(register)
    made = await liaison.post("/v1/evaluations", 201, organization_id=str(about), year=2026)
    sheet = (await officer.client.get("/v1/evaluations/materials/sheet.xlsx")).content
    listed: Any = openpyxl.load_workbook(io.BytesIO(sheet)).active
    places = {cell.value: cell.column for cell in listed[1]}
    listed.cell(2, places["本次收到的材料"], "、".join(PARTS))
    filled = io.BytesIO()
    listed.parent.save(filled)
    answer = await officer.client.post(
        "/v1/evaluations/materials/sheet", files={"file": ("材料.xlsx", filled.getvalue())},
        data={"apply": "all"},
    )  # fmt: skip
    assert answer.json() == {"rows": 1, "applied": 1, "faults": []}
    given = [{"expert": f"p-{n}", "points": 880} for n in range(3)]
    await officer.post(f"/v1/evaluations/{made['id']}/scores", 403, given=given)
    authority = api.as_("registration_authority")
    scored = await authority.post(f"/v1/evaluations/{made['id']}/scores", given=given)
    assert (scored["state"], scored["proposed_grade"]) == ("scored", "3A")
