"""What people do with a registration application, in words and as forms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shuniu_contracts import registry

from chassis.http import Reading
from chassis.matters.naming import Offered
from services.registry.applications.model import DIRECT_TRANSITIONS, GROUNDS_ZH, TRANSITIONS, Progress
from services.registry.applications.tables import RegistrationApplicationRow
from services.registry.hub.criteria.queries import applicable
from services.registry.offering import Form, Offering
from services.registry.organizations.forms import ORGANIZATION
from services.registry.organizations.model import RegistrationRoute
from services.registry.policy import RegistryPolicy
from services.registry.vocabulary import Names

_STATES: Final[Names] = {
    "consulted": "咨询",
    "submitted": "已提交",
    "returned": "退回补正",
    "endorsed": "初审通过",
    "endorsement_refused": "初审不通过",
    "denied": "不予登记",
    "withdrawn": "已撤回",
    "closed": "办结",
}
_FILED_BY: Final[Names] = {"organization": "组织自行申报", "on_behalf": "代报"}
_TITLES: Final[Names] = {
    "name": "名称",
    "division": "行政区划",
    "legal_form": "组织类型",
    "route": "登记途径",
    "step": "进度",
    "organization_id": "社会组织（已在册的）",
    "categories": "类别",
    "department": "对接科室",
    "charter_party_clause": "章程含“加强党的建设”内容",
    "charter_template": "章程范本",
    "full_party_member_count": "正式党员",
    "member_count": "会员",
    "staff_count": "专职人员",
    "criteria_met": "具备的条件",
    "criteria_failed": GROUNDS_ZH["criteria_failed"],
    "items": "需补正的材料",
    "reasons": GROUNDS_ZH["reasons"],
    "coordination_note": GROUNDS_ZH["coordination_note"],
    "explanation": "说明",
    "credit_code": "统一社会信用代码",
    "legacy_number": "登记证号",
    "registration_authority": "登记管理机关",
    "supervisory_unit": "业务主管单位（部门）",
    "supervisory_unit_name": "业务主管单位（名称）",
    "criteria_version": "准入标准版本",
    "filed_by": "申报方式",
    "submitted_on": "提交日期",
    "step_began_on": "本步骤开始日期",
    "returned_on": "退回日期",
    "step_due_on": "本步骤期限",
    "paused_on": "期限暂停自",
    "working_days_used": "已用工作日",
    "returned_times": "退回次数",
}
_REASONS: Final[Names] = {
    "purpose": "宗旨或业务范围不符",
    "founders": "发起人或会员不符合要求",
    "premises": "无固定场所",
    "funds": "资金不足",
    "charter": "章程不符合规定",
    "same_field": "已有业务相近的组织",
    "other": "其他",
}
APPLICATION: Final = Offering(
    "registration_application", "registration-applications", "登记申请", "registration applications",
    registry.RegistrationApplicationState, _STATES, _TITLES,
    {
        "step": _STATES, "route": ORGANIZATION.listed["route"], "reasons": _REASONS, "filed_by": _FILED_BY,
    },
    frozenset({"legacy_number", "supervisory_unit", "supervisory_unit_name"}),
    any_code=frozenset({"reasons"}),
)  # fmt: skip


def can(fact: str) -> Callable[[Progress], bool]:
    """Possible where the application's state and route let it happen."""

    def possible(progress: Progress) -> bool:
        table = DIRECT_TRANSITIONS if progress.route is RegistrationRoute.DIRECT else TRANSITIONS
        return fact in table.get(progress.state, {})

    return possible


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The forms by which the caller enters a question or an application."""
    return APPLICATION.openings(reading, forms)


async def possible(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with one application now, with the criteria that its review answers (T03).

    Raises `NotFound`, `NotPermitted`.
    """
    row = await reading.record(RegistrationApplicationRow, id)
    now = [form for form in forms if form.possible is not None and form.possible(row.progress)]
    return APPLICATION.told(
        reading, now if row.home == reading.stack else [], await criteria_of(reading, row)
    )


async def criteria_of(reading: Reading, row: RegistrationApplicationRow) -> Mapping[str, Offered]:
    """The criteria that a review of the application answers (T03), as names."""
    found = await applicable(
        reading.session, reading.policy(RegistryPolicy), division=row.division, categories=row.categories,
        day=reading.today,
    )  # fmt: skip
    conditions = Offered(
        {one.code: one.name_zh for one in found.conditions},
        {one.code: one.name_en for one in found.conditions if one.name_en},
        open=False,
    )
    return {"criteria_met": conditions, "criteria_failed": conditions}
