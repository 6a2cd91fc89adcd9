"""What is due is called by words that people know it by, never by its whole id."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from chassis.matters import Kind, queries
from chassis.principal import SYSTEM
from chassis.region import load_region
from deploy.regions import profile_file
from services.console.matters.kinds import Kinds, KindWords, codes_of
from services.console.matters.queries import Due
from services.console.pages import frame
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown, is_said
from services.console.pages.words import Language, Words
from services.registry.areas import KINDS
from services.registry.enforcement.risks.commands import RISKS
from services.registry.hub.coordination.commands import COORDINATION_CASES
from services.registry.hub.resources.requests import RESOURCE_REQUESTS
from services.registry.hub.teams.commands import TEAMS
from services.registry.incubation.contracts.commands import OPERATOR_CONTRACTS
from services.registry.incubation.stays.commands import STAYS
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.operations.meetings.commands import MEETINGS
from services.registry.operations.plans.commands import PLANS
from services.registry.policy import RegistryPolicy, names_of
from services.registry.records.governance.commands import CHECKLISTS
from services.registry.records.returns.commands import RETURNS

ID = UUID("01a20267-5077-75c2-9723-33b1be243ef0")
POLICY = RegistryPolicy.model_validate({"codes": {"risk_level": {"low": "轻微"}}})
REGION = load_region(profile_file("120116-binhai"))


def told(kind: Kind[Any]) -> KindWords:
    """The kind as the registry tells of it."""
    return KindWords.of(queries.for_caller(queries.words(kind), SYSTEM, names_of(POLICY)))


KNOWN = Kinds({"inquiries": told(INQUIRIES)})


def shown(language: Language = "zh") -> Shown:
    """How values look to somebody at a page."""
    desk = SimpleNamespace(runtime=SimpleNamespace(region=REGION))
    return Shown(cast(Frame, SimpleNamespace(words=Words(language), desk=desk)))


def called(organization: str | None, **state: Any) -> str:
    """The title of something that is due."""
    due = Due("registry", "inquiry", ID, "120116", None, organization, date(2026, 11, 27), state)
    return shown().due_title(due, KNOWN)


def test_what_is_due_is_called_by_its_organisation_its_title_or_its_topic() -> None:
    assert called("晨曦社", title="年检") == "晨曦社"
    assert called(None, title="走访") == "走访"
    assert called(None, topic="registration") == "登记"
    assert called(None, topic="pets") == "pets"
    assert called(None) == "首问事项 243ef0"
    assert shown().title(told(MEETINGS), {"id": ID, "gathering": "joint_conference"}) == "联席会议"


def test_a_code_has_its_regions_name_and_one_without_stays_as_it_is() -> None:
    codes = told(RISKS).codes
    assert shown().code(codes, "risk_level", "low") == "轻微"
    assert shown("en").code(codes, "topic", "public_order") == "public_order"
    assert shown("en").code(told(INSPECTIONS).codes, "result", "basically_qualified") == "basically qualified"
    assert shown().value(told(INSPECTIONS), "legal_form", "private_non_enterprise") == "民办非企业单位"


def test_readers_of_english_see_the_regions_english_name_or_the_chinese_one() -> None:
    answer = {"codes": {"categories": {"moon": "登月", "deng": "灯会", "charity": "慈善"}},
              "english": {"categories": {"moon": "flights to the moon", "deng": "灯会"}}}  # fmt: skip
    codes = codes_of(answer)
    seen = {code: shown("en").code(codes, "categories", code) for code in ("moon", "deng", "charity", "sun")}
    assert seen == {"moon": "flights to the moon", "deng": "灯会", "charity": "charity", "sun": "sun"}
    assert shown().code(codes, "categories", "moon") == "登月"
    assert codes_of({"codes": {"categories": {"moon": "登月"}}})["categories"]["moon"].en == "moon"


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (
            MEETINGS, "decided",
            [{"lead": "finance", "title": "报送进展", "responsible": ["tax", "pets"],
              "implementing": ["120116"], "co_operating": [], "due_on": None},
             {"title": "通报", "lead": "education"}],
            "议定事项：报送进展，牵头部门：财政部门，责任部门：税务部门、pets，落实单位区划：滨海新区；"
            "议定事项：通报，牵头部门：教育部门",
        ),
        (PLANS, "gaps", [{"kind": "uncovered", "begins_on": "2016-01-01"}],
         "情形：未被阶段覆盖，开始日期：2016-01-01"),
        (RETURNS, "hours", [{"field": "psychology", "hours": 3}], "服务领域：心理建设，时数：3"),
        (RETURNS, "service_hours", {"value": 1200000, "qualifier": "over"}, "1200000 多"),
        (RETURNS, "donated_fen", {"value": 120_050, "qualifier": "about"}, "约 1,200.50 元"),
        (RETURNS, "donated_fen", 1_000_000_000, "10,000,000 元"),
        (RETURNS, "income", [{"source": "services", "fen": 7}], "收入来源：服务收入，金额：0.07 元"),
        (RETURNS, "own_income_fen", 0, "0 元"),
        (STAYS, "subsidy_requested_fen", 500_000, "5,000 元"),
        (STAYS, "amount", {"fen": 123_456_789, "currency": "CNY"}, "1,234,567.89 元"),
        (OPERATOR_CONTRACTS, "added_fen", 100, "1 元"),
        (RESOURCE_REQUESTS, "worth", 100, "1 元"),
        (RESOURCE_REQUESTS, "value", 100, "1 元"),
        (RESOURCE_REQUESTS, "quantity", 100, "100"),
        (TEAMS, "incentives", 50_050, "500.50 元"),
        (CHECKLISTS, "systems", [{"system": "disclosure", "adopted_on": "2026-03-01"}],
         "制度：信息公开，建立日期：2026-03-01"),
        (COORDINATION_CASES, "parts",
         [{"body": "civil_affairs", "duty": "check", "completed_on": "2026-03-02", "case": {"id": str(ID)}}],
         "部门：民政部门，任务：核实情况，完成日期：2026-03-02"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else "",
)  # fmt: skip
def test_rows_are_said_in_words(kind: Kind[Any], name: str, value: Any, words: str) -> None:
    assert shown().value(told(kind), name, value) == words


def test_money_is_called_without_the_unit_it_is_kept_in() -> None:
    contracts = told(OPERATOR_CONTRACTS)
    assert (contracts.field("amount_fen", "zh"), contracts.field("amount_fen", "en")) == (
        "合同金额",
        "amount",
    )
    assert shown("en").value(contracts, "amount_fen", 120_050) == "1,200.50 yuan"
    assert (
        shown("en").value(told(RETURNS), "income", [{"source": "x", "fen": 7}]) == "source: x, sum: 0.07 yuan"
    )
    assert not [title for kind in KINDS for title in told(kind).fields.values() if "分）" in title]


def test_what_refers_to_other_records_is_not_read_out() -> None:
    reference = {"id": str(ID), "sequence": 1}
    assert not any(is_said("tasks", value) for value in (reference, [reference], [], None, ""))
    assert not is_said("campaign_id", str(ID))
    assert all(is_said("attended", value) for value in (0, False, [{"title": "通报"}]))


def test_a_field_and_its_value_are_joined_as_the_language_does_it() -> None:
    assert Words("zh").pair("用途", "培训") == "用途：培训"
    assert Words("en").pair("purpose", "training") == "purpose: training"
    both = ["a", "b"]
    said = {code: Words(code) for code in ("zh", "en")}
    assert [one.names(both) for one in said.values()] == ["a、b", "a, b"]
    assert [one.clauses(both) for one in said.values()] == ["a；b", "a; b"]
    assert [one.aside("a") for one in said.values()] == ["（a）", " (a)"]
    assert "：" not in shown("en").value(told(TEAMS), "shifts", [{"hours": 2, "people": 3}])


def test_no_page_joins_them_itself() -> None:
    pages = Path(frame.__file__).parent
    joined = [
        f"{path.name}:{number}"
        for path in sorted(pages.glob("*.py"))
        if not path.name.endswith("words.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search("}：|：{|：[\"']$|[、；][\"']\\.join", line)
    ]
    assert joined == []
