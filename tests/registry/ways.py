"""What the rules ask of an opening or a step beside its form: what comes before it, what it has to say."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from shuniu_contracts import Basis
from shuniu_contracts.registry_hub import SixHave
from uuid_utils.compat import uuid7

from chassis.principal import Principal
from services.registry.enforcement.emergency_orders import commands as orders
from services.registry.hub.coordination import commands as coordination
from services.registry.hub.resources import offers, requests
from services.registry.hub.studies import commands as studies
from services.registry.hub.teams import commands as teams
from services.registry.incubation.cultivations import commands as cultivations
from services.registry.incubation.guidances import commands as guidances
from services.registry.inspections.assessments import commands as assessments
from services.registry.inspections.body_checks import commands as body_checks
from services.registry.inspections.body_checks.tables import BodyCheckRow
from services.registry.inspections.clean_up_checks import commands as clean_up_checks
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.rectifications import commands as rectifications
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import HubLink
from services.registry.policy import RegistryPolicy
from services.registry.records.comparisons import commands as comparisons
from services.registry.records.governance import commands as governance
from services.registry.records.governance.model import FeeRule, System
from services.registry.records.guidance import commands as guidance
from tests.registry.conftest import OFFICER, Register
from tests.registry.references import organization

TODAY = date(2026, 3, 2)
"""The day on which every record is opened."""
STACK = "120116"
OTHER = Principal("u-other", OFFICER.roles, OFFICER.permissions, OFFICER.divisions)
"""Somebody else, for what one hand may not do alone."""
Way = Callable[[Register, Any], Awaitable[Mapping[str, Any]]]
"""Makes true what has to be true before a record (None at its opening) takes a step; returns what is said."""


async def as_drawn(_: Register, row: Any) -> Mapping[str, Any]:
    """Nothing beyond the form."""
    return {}


def says(**given: Any) -> Way:
    """Always this."""

    async def way(_: Register, row: Any) -> Mapping[str, Any]:
        return given

    return way


def later(name: str, **given: Any) -> Way:
    """A day after every day that the record has, and this."""

    async def way(_: Register, row: Any) -> Mapping[str, Any]:
        days = (TODAY, row.effective_on, row.due_on, getattr(row, "ends_on", None))
        return {name: max(filter(None, days)) + timedelta(days=30), **given}

    return way


async def supervised(register: Register, _: Any) -> Mapping[str, Any]:
    """An organisation that has a supervisory unit."""
    id = await organization(register)
    await register.do(organizations.change_supervision, id=id, supervisory_unit="education")
    return {"organization_id": id, "year": 2025, "due_on": date(2026, 5, 31)}


async def linked(register: Register, _: Any) -> Mapping[str, Any]:
    """An organisation that the hub itself supervises."""
    id = await organization(register)
    for link in (HubLink.LINKED, HubLink.DIRECT):
        await register.do(organizations.link, id=id, link=link)
    return {"organization_id": id, "year": 2026}


async def otherwise(_: Register, row: Any) -> Mapping[str, Any]:
    """Another result than the one that stands."""
    return {"corrected_to": "unqualified" if row.result == "qualified" else "qualified"}


# Evaluations

EXPERTS = ("u-expert-1", "u-expert-2", "u-expert-3", "u-expert-4", "u-expert-5")
MATERIALS = list(RegistryPolicy().inspections.evaluation.materials)
VOTED = {"committee": 3, "votes": [{"member": f"u-member-{one}", "in_favour": True} for one in range(3)]}


async def scored(register: Register, row: Any) -> Mapping[str, Any]:
    """Everything was handed in; who does not stand aside gives points."""
    if row.materials_completed_on is None:
        await register.do(evaluations.complete_materials, id=row.id, collected=MATERIALS)
    return {"given": [{"expert": one, "points": 960} for one in EXPERTS if one not in row.stands_aside]}


async def stands_aside(_: Register, row: Any) -> Mapping[str, Any]:
    """An expert of whom nobody knew it; enough others remain."""
    left = [one for one in EXPERTS[:2] if one not in row.stands_aside]
    return {"person": (*left, f"u-aside-{len(row.stands_aside)}")[0], "relation": "interest"}


async def found_late(register: Register, row: Any) -> Mapping[str, Any]:
    """Somebody who took part in the grade should not have."""
    await register.do(evaluations.declare_conflict, id=row.id, **await stands_aside(register, row))
    return {}


async def decided(register: Register, row: Any) -> Mapping[str, Any]:
    """A vote after the publicity; without one it can only be history."""
    if row.publicised_until is None:
        return {"basis": Basis.HISTORICAL, "grade": "5A"}
    await register.begin(row.publicised_until + timedelta(days=1))
    return {**VOTED, "grade": "5A"}


async def succeeded(register: Register, row: Any) -> Mapping[str, Any]:
    """A later evaluation of the same organisation."""
    other = await register.do(
        evaluations.enrol, organization_id=row.organization_id, year=2024, basis="historical"
    )
    return {"successor_id": other.id}


async def years_over(register: Register, row: Any) -> Mapping[str, Any]:
    """The grade's time has passed."""
    await register.begin(row.valid_until + timedelta(days=1))
    return {}


# Other inspections


async def both_parts(register: Register, row: Any) -> Mapping[str, Any]:
    """Both parts of an assessment are there."""
    await register.do(assessments.assess_business, id=row.id, business_points=90)
    await register.do(assessments.assess_party, id=row.id, party_points=90)
    return {"result": "met"}


async def somebody(register: Register, _: Any) -> Mapping[str, Any]:
    """There is an organisation to draw."""
    await organization(register)
    return dict.fromkeys(("seed", "population", "drawn_bodies"))


async def all_checked(register: Register, row: Any) -> Mapping[str, Any]:
    """Nothing that was drawn is open."""
    for one in await register.rows(
        f'select id from "{BodyCheckRow.__tablename__}" where spot_check_id = $1 and not ended', row.id
    ):
        await register.do(body_checks.cancel, id=one["id"], reason="excused")
    return {}


async def found_wanting(register: Register, row: Any) -> Mapping[str, Any]:
    """Something was found."""
    await register.do(clean_up_checks.self_check, id=row.id, problems=["accounts"], administrative_staff=0)
    await register.do(clean_up_checks.review, id=row.id, opinion="rectify")
    return {"rectify_by": SOON}


async def put_right(register: Register, row: Any) -> Mapping[str, Any]:
    """What was found is put right."""
    if row.rectification_id is not None:
        await register.do(rectifications.close, id=row.rectification_id, outcome="done")
    return {"administrative_staff": 0}


async def answer_due(register: Register, row: Any) -> Mapping[str, Any]:
    """The time to answer is over."""
    if row.due_on is not None:
        await register.begin(row.due_on + timedelta(days=1))
    return {}


async def ordered(register: Register, _: Any) -> Mapping[str, Any]:
    """An order in force that names nobody yet, and an organisation."""
    order = await register.do(
        orders.issue, division=STACK, title="防汛停业", kind="flood", divisions=["120116001"]
    )
    return {"order_id": order.id, "organization_id": await organization(register)}


# Incubation and hub


async def agreed(_: Register, row: Any) -> Mapping[str, Any]:
    """An agreement from today on."""
    return {"begins_on": TODAY, "ends_on": TODAY + timedelta(days=365)}


async def as_far_as_wanted(register: Register, row: Any) -> Mapping[str, Any]:
    """The target's stage is reached."""
    await register.do(cultivations.review, id=row.id, stage=row.target_stage)
    return {}


async def session_given(register: Register, row: Any) -> Mapping[str, Any]:
    """The phase has an entry."""
    await register.do(guidances.give_session, id=row.id, manner="visit")
    return {}


async def shift_done(register: Register, row: Any) -> Mapping[str, Any]:
    """The team has earned something."""
    await register.do(teams.record_shift, id=row.id, people=1, each=1)
    return {"used": 1}


async def part_taken(register: Register, row: Any) -> Mapping[str, Any]:
    """A body has acknowledged its part."""
    await register.do(coordination.acknowledge, id=row.id, body="finance")
    return {"body": "finance", "place": None}


async def evidence_found(register: Register, row: Any) -> Mapping[str, Any]:
    """There is something to go by."""
    await register.do(studies.add_evidence, id=row.id, kind="survey", content="问卷")
    return {}


async def offered(register: Register, row: Any) -> Mapping[str, Any]:
    """Something of the kind that is needed is given."""
    offer = await register.do(
        offers.offer, division=row.division, kind=row.kind, unit=row.unit, quantity=10_000, body="university"
    )
    return {"offer_id": offer.id, "set_aside": 1}


async def set_aside(register: Register, row: Any) -> Mapping[str, Any]:
    """Some of an offer waits for it."""
    given = await offered(register, row)
    await register.do(requests.match, id=row.id, **given)
    return {"offer_id": given["offer_id"], "arrived": 1}


# Operations and records


async def held(register: Register, row: Any) -> Mapping[str, Any]:
    """Numbers that no list of those invited contradicts; a training without a survey is of the past."""
    [found] = await register.rows(
        "select count(*) from attendance where meeting_id = $1 or training_id = $1", row.id
    )
    return {
        **dict.fromkeys(("women", "staff", "invited", "organizations")),
        "attended": None if found[0] else 10,
        **await surveyed(register, row),
    }


async def surveyed(_: Register, row: Any) -> Mapping[str, Any]:
    """What was not asked for beforehand can only be history."""
    asked = getattr(row, "surveyed_on", TODAY) is not None
    return {"scheduled_on": TODAY, "basis": Basis.LIVE if asked else Basis.HISTORICAL}


async def has_system(register: Register, row: Any) -> Mapping[str, Any]:
    """One of the systems is there."""
    await register.do(governance.adopt, id=row.id, system=System.DISCLOSURE)
    return {"system": System.DISCLOSURE}


async def has_everything(register: Register, row: Any) -> Mapping[str, Any]:
    """All systems, charter and declaration are there."""
    for system in System:
        await register.do(governance.adopt, id=row.id, system=system)
    await register.do(governance.adopt_charter, id=row.id, charter_template="2026", charter_party_clause=True)
    await register.do(governance.declare_fees, id=row.id, fees_declared=list(FeeRule))
    return {}


async def differing(register: Register, _: Any) -> Mapping[str, Any]:
    """A list that knows an organisation otherwise than the register does, and some that are not there."""
    id = await organization(register)
    [ours] = await register.rows("select name from organization where id = $1", id)
    entry = {"name": ours["name"], "staff_count": 6, "member_count": 60, "supervisory_unit_name": "文化局"}
    others = [{"name": f"滨海第{uuid7().hex}读书会"} for _ in range(9)]
    return {"entries": [entry, *others], "listed_on": TODAY}


async def one_open(register: Register, row: Any) -> Mapping[str, Any]:
    """A difference that nobody has settled."""
    return {"lines": (await _open_lines(register, row))[:1], "winning": False}


async def one_only_theirs(register: Register, row: Any) -> Mapping[str, Any]:
    """An organisation that only their list has."""
    return {"lines": (await _open_lines(register, row, "theirs_only"))[:1], "every": False}


async def none_open(register: Register, row: Any) -> Mapping[str, Any]:
    """Every difference is settled."""
    if left := await _open_lines(register, row):
        await register.do(comparisons.keep, id=row.id, lines=left, reason="checked")
    return {}


async def _open_lines(register: Register, row: Any, kind: str = "difference") -> list[int]:
    found = await register.rows(
        "select number from comparison_line where comparison_id = $1 and kind = $2"
        " and decision = 'open' order by number",
        row.id, kind,
    )  # fmt: skip
    return [one["number"] for one in found]


async def guided(register: Register, row: Any) -> Mapping[str, Any]:
    """There was a session."""
    await register.do(guidance.give, id=row.id, topic="charter")
    return {"application_id": None}


async def phase_waits(_: Register, row: Any) -> Mapping[str, Any]:
    """The first phase that has not begun."""
    return {"number": next(n for n, one in enumerate(row.phases, 1) if not one.get("began_on"))}


async def phase_runs(register: Register, row: Any) -> Mapping[str, Any]:
    """The first phase that has begun and not ended."""
    return {
        "number": next(
            n for n, one in enumerate(row.phases, 1) if one.get("began_on") and not one.get("ended_on")
        )
    }


async def milestone_waits(_: Register, row: Any) -> Mapping[str, Any]:
    """The first milestone that is not met."""
    return {"number": next(n for n, one in enumerate(row.milestones, 1) if not one.get("met_on"))}


def planned() -> Way:
    """A plan of several phases and milestones."""
    spans = [(TODAY + timedelta(days=90 * n), TODAY + timedelta(days=90 * n + 89)) for n in range(6)]
    return says(
        begins_on=spans[0][0],
        ends_on=spans[-1][1],
        stages=[
            {"title": f"第{n}阶段", "begins_on": begins, "ends_on": ends}
            for n, (begins, ends) in enumerate(spans, 1)
        ],
        due=[{"title": f"第{n}节点", "due_on": ends} for n, (_, ends) in enumerate(spans, 1)],
    )


# The ways themselves

SOON = date(2026, 5, 31)
TOPIC = {"topics": ["finance"]}

OPENINGS: Mapping[str, tuple[Way, ...]] = {
    "inspection_campaign": (says(year=2025, legal_forms=["association"], due_on=SOON),),
    "inspection": (says(year=2025, due_on=SOON), supervised),
    "assessment": (linked,),
    "clean_up_check": (linked,),
    "joint_activity": (says(lead_body="civil_affairs"),),
    "body_check": (says(**TOPIC, assigned=["u-1", "u-2"], spot_check_id=None),),
    "spot_check": (says(**TOPIC, number=1, percent=None, legal_forms=None, unchecked_since=None,
                        inspectors_each=1),),
    "rectification": (says(due_on=None),),
    "care_census": (says(division=STACK),),
    "credit_listing": (says(listing="abnormal", listing_grounds=["unreachable"]),),
    "emergency_pause": (ordered,),
    "official_decision": (says(kind="penalty", listing="none", changes=[], due_on=SOON),),
    "plan": (planned(),),
    "target": (says(period_begins_on=TODAY, period_ends_on=SOON, figure="trainings.facts.held"),),
    "partner": (says(begins_on=TODAY, ends_on=SOON, places=1000),),
    "operator_contract": (says(begins_on=TODAY, ends_on=SOON),),
    "task_receipt": (says(due_on=SOON, asks="report"),),
    "periodic_return": (says(due_on=SOON, covers=TODAY),),
    "liaison": (says(kind="information"),),
    "team": (says(members=50),),
    "resource_request": (says(quantity=1000),),
    "return_call": (says(legal_statuses=["registered"]),),
    "comparison": (differing,),
    "candidacy": (says(projects=[{"title": "邻里互助"}]),),
}  # fmt: skip
"""Kind -> the ways in which its records are opened in turn, where its form does not say enough."""

STEPS: Mapping[str, Way] = {
    "inspection_campaign.extended": later("due_on"),
    "inspection_campaign.closed": says(even_though_open=True),
    "inspection.extended": later("due_on"),
    "inspection.returned": says(items=["report"], due_on=None),
    "inspection.corrected": otherwise,
    "rectification.extended": later("until"),
    "rectification.evidence_submitted": says(measures="已整改"),
    "evaluation.materials_collected": says(collected=MATERIALS[:1]),
    "evaluation.materials_completed": says(collected=MATERIALS),
    "evaluation.conflict_declared": stands_aside,
    "evaluation.scored": scored,
    "evaluation.publicised": says(until=None),
    "evaluation.reconsidered": says(**VOTED),
    "evaluation.graded": decided,
    "evaluation.not_graded": decided,
    "evaluation.downgraded": says(lowered_to="4A"),
    "evaluation.corrected": says(corrected_to="3A"),
    "evaluation.reopened": found_late,
    "evaluation.superseded": succeeded,
    "evaluation.expired": years_over,
    "assessment.concluded": both_parts,
    "assessment.upgrade_planned": later("due_on", measures=["training"]),
    "spot_check.drawn": somebody,
    "spot_check.concluded": all_checked,
    "body_check.reassigned": says(leaving="u-1", coming="u-3"),
    "body_check.checked": says(failed=[], found=[]),
    "clean_up.extended": later("until"),
    "clean_up_check.extended": later("due_on"),
    "clean_up_check.returned": says(items=["report"]),
    "clean_up_check.self_checked": says(problems=[], administrative_staff=0, four_nos=None, violations=[]),
    "clean_up_check.handled": found_wanting,
    "clean_up_check.accepted": put_right,
    "intake.extended": later("until"),
    "stay.agreement_signed": agreed,
    "stay.renewed": later("until"),
    "operator_contract.renewed": later("until"),
    "service_entry.confirmed": says(principal=OTHER, evidence="服务确认单"),
    "service_entry.disputed": says(principal=OTHER, evidence="服务确认单"),
    "cultivation.achieved": as_far_as_wanted,
    "guidance.moved_on": session_given,
    "guidance.concluded": session_given,
    "guideline.issued": later("in_force_on"),
    "criteria.issued": later("in_force_on"),
    "cadence.changed": says(interval="month"),
    "hub.six_haves_assessed": says(
        haves=[{"have": have.value, "met": True, "evidence": "见台账"} for have in SixHave]
    ),
    "partner.renewed": later("until"),
    "partner.hosted": says(people=1),
    "partner.changed": says(places=1000),
    "talent.changed": says(availability="available"),
    "team.changed": says(members=50, area=None),
    "team.shift_recorded": says(people=5),
    "team.incentive_granted": shift_done,
    "coordination_case.acknowledged": says(body="civil_affairs", place=None),
    "coordination_case.part_completed": part_taken,
    "coordination_case.part_withdrawn": says(body="civil_affairs", place=None),
    "coordination_case.concluded": says(explanation="部门调整"),
    "coordination_case.extended": later("due_on"),
    "study.submitted": evidence_found,
    "study.answered": says(adopted=0),
    "resource_request.matched": offered,
    "resource_request.released": set_aside,
    "resource_request.delivered": set_aside,
    "credit_listing.listed": answer_due,
    "credit_listing.repeated": says(listing_grounds=["unreachable"]),
    "emergency_order.extended": later("due_on"),
    "emergency_pause.visited": says(
        passed=["health", "premises", "supplies", "work_plan", "rules", "safety"], lacking=[]
    ),
    "official_decision.corrected": later("due_on", decided_on=None),
    "meeting.scheduled": surveyed,
    "meeting.held": held,
    "training.scheduled": surveyed,
    "training.held": held,
    "attendance.attended": says(presence="attended", reason=None),
    "attendance.excused": says(presence="excused", reason="illness", came_as=None),
    "attendance.stayed_away": says(presence="absent", reason=None, came_as=None),
    "plan.amended": says(begins_on=None, ends_on=None, stages=None, due=None),
    "plan.phase_started": phase_waits,
    "plan.phase_ended": phase_runs,
    "plan.milestone_met": milestone_waits,
    "inquiry.extended": later("until"),
    "supervision_visit.postponed": later("due_on"),
    "periodic_return.extended": later("due_on"),
    "periodic_return.returned": says(items=["staff_count"], due_on=SOON),
    "placement.renewed": later("until"),
    "governance_checklist.system_abolished": has_system,
    "governance_checklist.completed": has_everything,
    "contact_record.made": says(staff="专职三人"),
    "brand.recognised": says(demonstration=True, influence=True, drawing=True),
    "comparison.accepted": one_open,
    "comparison.kept": one_open,
    "comparison.entered": one_only_theirs,
    "comparison.closed": none_open,
    "candidacy.joined": says(more=[{"title": "邻里互助"}]),
    "candidacy.assessed": says(scale=True, standard=True, effect=True, necessity=True, feasibility=True),
    "registration_guidance.concluded": guided,
}
"""`<kind>.<fact>` -> what the step needs, where its form does not say enough."""
