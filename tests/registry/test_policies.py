"""What the registry tells of the rules that it follows, and that it does what a region sets."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shuniu_contracts import registry_enforcement as enforcement

from chassis.model import Refusal, Refusals
from chassis.region import ProfileError, load_region
from chassis.runtime import Runtime
from deploy.regions import profile_file
from services.registry.hub.policy import HubPolicy
from services.registry.inspections.annual import commands as annual
from services.registry.inspections.annual.model import InspectionResult
from services.registry.inspections.evaluations import commands as evaluations
from services.registry.inspections.evaluations.model import InspectionStandsAgainst, PunishedLately
from services.registry.inspections.policy import EvaluationPolicy, InspectionsPolicy
from services.registry.operations.policy import OperationsPolicy
from services.registry.operations.tasks import commands as tasks
from services.registry.operations.tasks.model import TaskNamesTooFew
from services.registry.organizations import commands as organizations
from services.registry.organizations.model import (
    AdministrativeStaffInLeadership,
    Basis,
    HubLink,
    LegalForm,
    LegalStatus,
    NotLinked,
)
from services.registry.policy import RegistryPolicy
from tests.registry.conftest import Api, Register
from tests.registry.enforcement.hearing import told as heard
from tests.registry.enforcement.test_decisions import decided
from tests.registry.references import organization

pytestmark = pytest.mark.integration


def follow(register: Register, **sections: Any) -> None:
    """Let the registry follow these sections from now on, and the defaults."""
    register.runtime.policies = RegistryPolicy(**sections)


async def test_each_rule_in_force_is_told_with_its_source_its_strength_and_who_set_it(
    api: Api, runtime: Runtime
) -> None:
    runtime.policies = RegistryPolicy(hub=HubPolicy(organizations_per_post=25))
    told = {one["key"]: one for one in await api.as_("viewer").get("/v1/policies")}
    assert told["registry.hub.organizations_per_post"] == {
        "key": "registry.hub.organizations_per_post",
        "says": "organisations that one social worker looks after, and no more",
        "source": "BINHAI R15", "strength": "must", "strength_zh": "必须",
        "broken": "refused", "broken_zh": "不予办理", "value": 25, "of_profile": True, "facts": [],
    }  # fmt: skip
    days = told["registry.operations.explanation_days"]
    assert (days["strength_zh"], days["broken"], days["value"], days["of_profile"]) == (
        "一般应", "recorded", 10, False,
    )  # fmt: skip


async def test_what_the_code_keeps_is_told_with_the_facts_that_it_is_kept_in(api: Api) -> None:
    told = {one["key"]: one for one in await api.as_("viewer").get("/v1/policies")}
    agreement = told["registry.incubation.agreement_contents"]
    assert (agreement["source"], agreement["strength_zh"], agreement["broken_zh"]) == (
        "JIANGMEN R25", "必须", "不予办理",
    )  # fmt: skip
    assert agreement["facts"] == ["stay.agreement_signed", "stay.started"]
    assert (agreement["value"], agreement["of_profile"]) == (None, False)


async def test_an_evaluation_is_scored_after_the_help_that_the_profile_names(
    register: Register, api: Api
) -> None:
    await register.begin(date(2026, 11, 23))
    body = {"organization_id": str(await organization(register)), "year": 2026}
    made = await api.post("/v1/evaluations", 201, **body)
    path = f"/v1/evaluations/{made['id']}"
    given = [{"expert": f"p-{number}", "points": 900} for number in range(3)]

    def ask(*helps: str) -> None:
        follow(register, inspections=InspectionsPolicy(evaluation=EvaluationPolicy(scored_after=helps)))

    ask("training", "coaching")
    refused = await api.post(f"{path}/scores", 409, given=given)
    assert [one["code"] for one in refused["errors"]] == [
        "evaluation_training_first", "evaluation_coaching_first",
    ]  # fmt: skip
    await api.post(f"{path}/training", topics=["indicators"])
    assert (await api.post(f"{path}/scores", 409, given=given))["code"] == "evaluation_coaching_first"
    await api.post(f"{path}/coaching", kind="one_to_one")
    ask("training", "coaching", "materials")
    assert (await api.post(f"{path}/scores", 409, given=given))["code"] == "evaluation_materials_first"
    ask("training", "coaching")
    assert (await api.post(f"{path}/scores", given=given))["state"] == "scored"


async def test_a_plan_has_the_phases_that_the_profile_asks_for(register: Register, api: Api) -> None:
    def ask(phases: str) -> None:
        follow(register, operations=OperationsPolicy.model_validate({"plan_phases": phases}))

    def phase(title: str, begins_on: str, ends_on: str) -> dict[str, str]:
        return {"title": title, "begins_on": begins_on, "ends_on": ends_on}

    plan: dict[str, Any] = {
        "division": "120116", "title": "三年方案", "kind": "hub", "body": "womens_federation",
        "begins_on": "2026-01-01", "ends_on": "2026-12-31", "effective_on": "2026-01-01",
    }  # fmt: skip
    first, second = phase("动员", "2026-01-01", "2026-03-31"), phase("实施", "2026-06-01", "2026-12-31")
    await register.begin(date(2026, 1, 5))
    await api.post("/v1/plans", 201, **plan)
    ask("some")
    assert (await api.post("/v1/plans", 422, **plan))["code"] == "plan_phases_missing"
    await api.post("/v1/plans", 201, **plan, stages=[first, second])
    ask("whole")
    refused = await api.post("/v1/plans", 422, **plan, stages=[first, second])
    assert (refused["code"], refused["detail"]) == (
        "plan_phases_disagree",
        "Phases follow one another from the plan's first day to its last:"
        " 2026-04-01 to 2026-05-31 has no phase.",
    )
    joined = phase("实施", "2026-04-01", "2026-12-31")
    made = await api.post("/v1/plans", 201, **plan, stages=[first, joined])
    amended = f"/v1/plans/{made['id']}/amendment"
    assert (await api.post(amended, 422, reason="延期", ends_on="2027-01-31"))[
        "code"
    ] == "plan_phases_disagree"
    longer = phase("实施", "2026-04-01", "2027-01-31")
    await api.post(amended, reason="延期", ends_on="2027-01-31", stages=[first, longer])
    await api.post("/v1/plans", 201, **plan, stages=[first, second], basis="historical")


async def test_who_may_not_read_figures_is_not_told(api: Api) -> None:
    await api.as_("organization").get("/v1/policies", 403)


async def test_the_outcomes_that_the_profile_names_owe_a_rectification_report(register: Register) -> None:
    await register.begin(date(2026, 6, 1))
    follow(register, inspections=InspectionsPolicy(owe_rectification=("unqualified",)))

    async def owed() -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await register.rows("select state, outcome from rectification")]

    about = await organization(register)
    missed = await register.do(annual.open_, organization_id=about, year=2024)
    await register.do(annual.miss, id=missed.id)
    handed_in = await register.do(annual.open_, organization_id=about, year=2025)
    await register.do(annual.submit, id=handed_in.id)
    await register.do(annual.conclude, id=handed_in.id, result=InspectionResult.BASICALLY_QUALIFIED)
    assert await owed() == []
    to: dict[str, Any] = {"id": handed_in.id, "explanation": "重新审查"}
    await register.do(annual.correct, **to, corrected_to=InspectionResult.UNQUALIFIED)
    assert await owed() == [("opened", None)]
    await register.do(annual.correct, **to, corrected_to=InspectionResult.BASICALLY_QUALIFIED)
    assert await owed() == [("closed", "conclusion_corrected")]


async def test_the_profile_says_what_bars_from_evaluation(register: Register) -> None:
    await register.begin(date(2026, 11, 23))
    about = await organization(register)
    missed = await register.do(annual.open_, organization_id=about, year=2025)
    await register.do(annual.miss, id=missed.id)
    fine = await decided(register, about, kind=enforcement.DecisionKind.PENALTY, result="fine")
    await heard(register, fine)

    async def barred(**changes: Any) -> list[type[Refusal]]:
        policy = EvaluationPolicy(**changes)
        follow(register, inspections=InspectionsPolicy(evaluation=policy))
        try:
            await register.do(evaluations.enrol, organization_id=about, year=2026)
        except Refusals as several:
            return [type(one) for one in several.refusals]
        except Refusal as one:
            return [type(one)]
        return []

    assert await barred() == [InspectionStandsAgainst, PunishedLately]
    assert await barred(penalties=("suspension",)) == [InspectionStandsAgainst]
    assert await barred(barred_by_results=("unqualified",)) == [PunishedLately]
    assert await barred(barred_by_results=("unqualified",), penalties=()) == []


async def test_linking_comes_before_decoupling_unless_the_profile_says(register: Register, api: Api) -> None:
    row = await register.do(organizations.enter, **candidate())
    step: dict[str, Any] = {"id": row.id, "administrative_staff": 1}

    async def offered() -> bool:
        return "decouple" in (await api.get(f"/v1/organizations/{row.id}/forms"))["steps"]

    with pytest.raises(NotLinked):
        await register.do(organizations.decouple, **step, step="self_checked")
    assert not await offered()
    follow(register, hub=HubPolicy(linked_before_decoupled=False))
    assert await offered()
    await register.do(organizations.decouple, **step, step="self_checked")
    with pytest.raises(AdministrativeStaffInLeadership):
        await register.do(organizations.decouple, **step, step="completed")
    follow(register, hub=HubPolicy(linked_before_decoupled=False, leading_after_decoupled=1))
    done = await register.do(organizations.decouple, **step, step="completed")
    assert (done.decoupling, done.hub_link, done.administrative_staff) == ("completed", HubLink.NONE, 1)


async def test_a_task_names_whom_the_profile_asks_for(register: Register) -> None:
    named: dict[str, Any] = {
        "division": "120116", "title": "摸底", "kind": "visit", "lead": "office",
        "implementing": ["120116001"],
    }  # fmt: skip
    await register.do(tasks.issue, **named)
    follow(register, operations=OperationsPolicy(task_names=("responsible", "co_operating")))
    with pytest.raises(Refusals) as caught:
        await register.do(tasks.issue, **named)
    assert [(type(one), one.at) for one in caught.value.refusals] == [
        (TaskNamesTooFew, "/responsible"), (TaskNamesTooFew, "/co_operating"),
    ]  # fmt: skip
    with pytest.raises(TaskNamesTooFew, match="co-operate"):
        await register.do(tasks.issue, **named, responsible=["centre"])
    await register.do(tasks.issue, **named, responsible=["centre"], co_operating=["womens_work"])
    past: dict[str, Any] = {"effective_on": date(2012, 8, 15), "basis": Basis.HISTORICAL}
    await register.do(tasks.issue, **named, **past)


def test_luohu_asks_for_all_four_of_a_task() -> None:
    luohu = load_region(profile_file("440303-luohu")).policy("registry", RegistryPolicy)
    assert luohu.operations.task_names == ("responsible", "co_operating")


@pytest.mark.parametrize(
    ("section", "line", "said"),
    [
        ("inspections", 'owe_rectification = ["late"]', "owe_rectification.0: Input should be 'missed'"),
        ("inspections.evaluation", 'barred_by_results = ["bad"]', "barred_by_results.0: Input should be"),
        ("inspections.evaluation", 'penalties = ["revocation"]', "Input should be 'penalty' or 'suspension'"),
        ("inspections.evaluation", "basically_qualified_times = 0", "greater than or equal to 1, not 0"),
        ("inspections.evaluation", 'scored_after = ["lunch"]', "scored_after.0: Input should be 'training'"),
        ("operations", 'plan_phases = "none"', "Input should be 'free', 'some' or 'whole', not 'none'"),
        ("incubation", "agreement_contents = false", "Extra inputs are not permitted, not False"),
        ("hub", "leading_after_decoupled = -1", "greater than or equal to 0, not -1"),
        ("hub", 'linked_before_decoupled = "maybe"', "should be a valid boolean"),
        ("operations", 'task_names = ["lead"]', "task_names.0: Input should be 'responsible' or"),
    ],
)
def test_a_value_that_a_rule_cannot_have_is_refused_with_file_key_and_what_is_possible(
    tmp_path: Path, section: str, line: str, said: str
) -> None:
    (tmp_path / "places.csv").write_text("code,name,kind\n120116,滨海新区,district\n", encoding="utf-8")
    file = tmp_path / "region.toml"
    head = (
        '[region]\ncode = "120116"\nname = "滨海新区"\ndivisions = "places.csv"\ndivisions_edition = "2023"\n'
    )
    file.write_text(f"{head}[registry.{section}]\n{line}\n", encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_region(file).policy("registry", RegistryPolicy)
    assert str(file) in str(refused.value)
    assert f"registry.{section}.{line.partition(' ')[0]}" in str(refused.value)
    assert said in str(refused.value)


def candidate() -> dict[str, Any]:
    """An organisation that nobody linked yet."""
    return {
        "status_on_record": LegalStatus.DISCOVERED, "division": "120116001",
        "legal_form": LegalForm.NONE, "details": {"name": "邻里互助社"},
    }  # fmt: skip
