"""What people do with an organisation, in words and as forms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from shuniu_contracts import registry

from chassis.http import Reading
from services.registry.offering import Form, Offering
from services.registry.organizations.model import (
    CALLED,
    DECOUPLING_TRANSITIONS,
    HUB_LINK_TRANSITIONS,
    TRANSITIONS,
    Axes,
    HubLink,
)
from services.registry.organizations.tables import OrganizationRow
from services.registry.policy import RegistryPolicy
from services.registry.vocabulary import ENUMERATIONS, Names

_TITLES: Final[Names] = {
    "name": "名称",
    "division": "行政区划",
    "legal_form": "组织类型",
    "legal_status": "登记状态",
    "status": "登记状态",
    "registration_route": CALLED["registration_route"],
    "route": "登记途径",
    "endorsement": "纸质初审意见文号",
    "credit_code": "统一社会信用代码",
    "categories": "类别",
    "full_party_member_count": "正式党员",
    "member_count": "会员",
    "staff_count": "专职人员",
    "volunteer_count": "志愿者",
    "founded_on": CALLED["founded_on"],
    "premises": "办公场所",
    "legacy_number": "登记证号",
    "department": "对接科室",
    "nature": "性质",
    "functions": "职能",
    "service_directions": "服务方向",
    "target_groups": "服务对象",
    "origin": "来源",
    "development_mode": "发展模式",
    "registration_authority": "登记管理机关",
    "registered_capital_fen": "注册资金",
    "brands": "品牌",
    "four_no_fees_declared": "作出“四无”收费承诺",
    "charity": "慈善组织",
    "supervisory_unit": "业务主管单位（部门）",
    "supervisory_unit_name": "业务主管单位（名称）",
    "hub_link": "与枢纽的联系",
    "link": "与枢纽的联系",
    "decoupling": "脱钩进度",
    "step": "脱钩进度",
    "administrative_staff": "机关工作人员任领导职务数",
    "hub_standing": "枢纽评判",
    "standing": "枢纽评判",
    "ground": "理由",
    "reason": "更正原因",
    "evidence": "佐证材料编号",
    "credit_listing": "信用名录",
    "filed_on": CALLED["filed_on"],
    "registered_on": CALLED["registered_on"],
    "hub_filed_on": "枢纽备案日期",
    "linked_on": "建立联系日期",
    "decoupled_on": "脱钩日期",
    "until": "截止日期",
    "ended": "已终止",
    "not_ended": "并未终止（终止系误录）",
    "ended_on": CALLED["ended_on"],
    "into": "保留的记录",
    "merged_into": "并入",
    "source": "数据来源",
}
"""Fields of an organisation and of its forms, in the order in which a form has them."""
_ROUTES: Final = {
    "hub_endorsed": "枢纽初审", "direct": "直接登记", "department": "部门审查", "unknown": "不详"
}  # fmt: skip
_DECOUPLING: Final = {
    "not_begun": "未开始", "self_checked": "自查", "pressed": "督办", "completed": "完成"
}  # fmt: skip
_STANDINGS: Final = {"good": "良好", "under_rectification": "整改中", "at_risk": "有风险"}
_LISTED: Final[Mapping[str, Names]] = {
    "hub_link": ENUMERATIONS["hub_links"],
    "link": ENUMERATIONS["hub_links"],
    "legal_status": ENUMERATIONS["legal_status"],
    "status": ENUMERATIONS["legal_status"],
    "registration_route": _ROUTES,
    "route": _ROUTES,
    "decoupling": _DECOUPLING,
    "step": _DECOUPLING,
    "hub_standing": _STANDINGS,
    "standing": _STANDINGS,
    "credit_listing": {
        "none": "未列入", "abnormal": "活动异常名录", "seriously_untrustworthy": "严重违法失信名单"
    },
    "premises": {"own": "自有或租赁", "shared": "合署办公", "none": "无"},
    "origin": {
        "in_house_project": "项目转化", "womens_home": "妇女之家", "volunteer_team": "志愿队伍",
        "company": "企业", "co_operative": "合作社", "own_initiative": "自发", "other": "其他",
    },
}  # fmt: skip
"""Enumerations of an organisation, as the pages and the register's workbook word them."""
_SELDOM: Final = frozenset(
    {
        "brands", "charity", "department", "development_mode", "four_no_fees_declared", "functions",
        "legacy_number", "nature", "origin", "registered_capital_fen", "registration_authority",
        "service_directions", "target_groups",
    }
)  # fmt: skip
"""What a form folds away until somebody wants to say it."""
ORGANIZATION: Final = Offering(
    "organization", "organizations", "社会组织", "organisations", registry.OrganizationState,
    ENUMERATIONS["legal_status"], _TITLES, _LISTED, _SELDOM,
)  # fmt: skip


async def openings(reading: Reading, *, forms: Sequence[Form]) -> dict[str, Any]:
    """The forms by which the caller puts an organisation on the record."""
    return ORGANIZATION.openings(reading, forms)


async def possible(reading: Reading, *, id: UUID, forms: Sequence[Form]) -> dict[str, Any]:
    """What the caller can do with one organisation now; nothing where it is at home in another stack.

    Raises `NotFound`, `NotPermitted`.
    """
    row = await reading.record(OrganizationRow, id)
    if row.merged_into is not None or row.home != reading.stack:
        return ORGANIZATION.told(reading, [])
    now = [
        form for form in _under(reading.policy(RegistryPolicy), forms)
        if form.possible is not None and form.possible(row.axes) and (form.of_ended or not row.ended)
    ]  # fmt: skip
    return ORGANIZATION.told(reading, now, department=row.department)


def always(_: Axes) -> bool:
    """Possible in whichever status."""
    return True


def by_status(fact: str) -> Callable[[Axes], bool]:
    """Possible where the legal status lets it happen."""
    return lambda axes: fact in TRANSITIONS[axes.legal_status]


def can_be_linked(axes: Axes) -> bool:
    """Possible where another link to the hub can follow."""
    return not {"decoupled"}.issuperset(HUB_LINK_TRANSITIONS[axes.hub_link])


def can_be_decoupled(axes: Axes) -> bool:
    """Possible once it is linked, until it is complete (R13)."""
    return axes.hub_link is not HubLink.NONE and can_be_decoupled_unlinked(axes)


def can_be_decoupled_unlinked(axes: Axes) -> bool:
    """Possible until it is complete, where the profile asks for no link before."""
    return bool(DECOUPLING_TRANSITIONS[axes.decoupling])


def _under(policy: RegistryPolicy, forms: Sequence[Form]) -> Sequence[Form]:
    """The forms by the rules of the region."""
    if policy.hub.linked_before_decoupled:
        return forms
    return [
        replace(form, possible=can_be_decoupled_unlinked) if form.possible is can_be_decoupled else form
        for form in forms
    ]
