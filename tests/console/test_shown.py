"""What is due is called by words that people know it by, never by its whole id."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from chassis.matters import Kind, queries
from chassis.principal import SYSTEM
from chassis.region import load_region
from deploy.regions import profile_file
from services.console.matters.kinds import Kinds, KindWords
from services.console.matters.queries import Due
from services.console.pages.frame import Frame
from services.console.pages.shown import Shown, is_said
from services.console.pages.words import Language, Words
from services.registry.enforcement.risks.commands import RISKS
from services.registry.hub.coordination.commands import COORDINATION_CASES
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


def test_what_refers_to_other_records_is_not_read_out() -> None:
    reference = {"id": str(ID), "sequence": 1}
    assert not any(is_said("tasks", value) for value in (reference, [reference], [], None, ""))
    assert not is_said("campaign_id", str(ID))
    assert all(is_said("attended", value) for value in (0, False, [{"title": "通报"}]))
