"""A hub's way, what its recognition rests on, and how it answers for the six haves."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, in_words
from services.registry.organizations.model import STATUS_NAMED


class HubPhase(StrEnum):
    """Whether a hub is recognised."""

    RECOGNISED = "recognised"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Transitions[HubPhase] = {
    HubPhase.RECOGNISED: {
        "changed": HubPhase.RECOGNISED,
        "six_haves_assessed": HubPhase.RECOGNISED,
        "withdrawn": HubPhase.WITHDRAWN,
        "reassigned": HubPhase.RECOGNISED,
    },
    HubPhase.WITHDRAWN: {},
}
"""合法登记或政府部门认定 (LUOHU L01, JIANGMEN J01), “六有” (TONGZHOU T01)."""


class Recognition(StrEnum):
    """What a hub's standing rests on."""

    LEGAL_REGISTRATION = "legal_registration"
    GOVERNMENT = "government"


class SixHave(StrEnum):
    """What a hub has to have (TONGZHOU A4.6)."""

    RESPONSIBILITY = "responsibility"
    DEPARTMENT = "department"
    RULES = "rules"
    PARTY_COVERAGE = "party_coverage"
    SERVICE_SYSTEM = "service_system"
    BRANDS = "brands"


SIX_HAVES_ZH: Mapping[str, str] = {
    SixHave.RESPONSIBILITY: "有领导责任制",
    SixHave.DEPARTMENT: "有职能部门",
    SixHave.RULES: "有工作制度",
    SixHave.PARTY_COVERAGE: "有党组织和党的工作广泛覆盖",
    SixHave.SERVICE_SYSTEM: "有管理和服务体系",
    SixHave.BRANDS: "有业务和活动品牌项目",
}
"""In the document's words; its fifth is damaged (“有管理和服务体系广泛”)."""


class RecognitionWithoutGrounds(Refusal):
    """A hub without what its recognition is said to rest on."""

    code = "hub_recognition_without_grounds"
    kind = RefusalKind.INVALID
    zh = "按“合法登记”认定的，请选择登记的社会组织；按“政府部门认定”的，请填写认定部门。"
    en = "Recognition by registration names the registered organisation, by government the department."


class HubNotRegistered(Refusal):
    """Recognition by registration of an organisation that is not registered."""

    code = "hub_not_registered"
    kind = RefusalKind.INVALID
    zh = "该社会组织的状态为“{status}”，未登记，不能按“合法登记”认定为枢纽。"
    en = "The organisation is '{status}', not registered: its registration is no ground for recognition."
    names = STATUS_NAMED


class ListedTwice(Refusal):
    """A section, or a category's section, twice."""

    code = "hub_listed_twice"
    kind = RefusalKind.INVALID
    zh = "“{value}”重复填写，请合并。"
    en = "'{value}' is listed twice; name it once."


class RouteToNowhere(Refusal):
    """A category that is dealt with by no section of the hub, or is no category."""

    code = "hub_route_to_nowhere"
    kind = RefusalKind.INVALID
    zh = "“{value}”不在{of_zh}中；可用：{known}。"
    en = "'{value}' is not among {of_en}: {known}."


class LeadGroupHeads(Refusal):
    """A lead group with no head, or with several."""

    code = "hub_lead_group_heads"
    kind = RefusalKind.INVALID
    zh = "领导小组应有且只有一名组长，现有 {heads} 名。"
    en = "A lead group has one head; this one has {heads}."


class SixHavesUnanswered(Refusal):
    """A self-check that leaves one of the six out, or answers one twice."""

    code = "hub_six_haves_unanswered"
    kind = RefusalKind.INVALID
    zh = "“六有”应逐项答复一次，请核对：{lacking_zh}。"
    en = "Each of the six haves is answered once; check: {lacking_en}."


class HaveWithoutEvidence(Refusal):
    """One of the six that is said to be there without evidence."""

    code = "hub_have_without_evidence"
    kind = RefusalKind.INVALID
    zh = "“{have_zh}”填为具备的，应说明依据。"
    en = "'{have_en}' is said to be there: say by what evidence."


def check_grounds(recognition: str, organization: object, recognised_by: str | None) -> None:
    """Raise `RecognitionWithoutGrounds`."""
    lacking = organization if recognition == Recognition.LEGAL_REGISTRATION.value else recognised_by
    if lacking is None:
        raise RecognitionWithoutGrounds(at="/recognition")


def check_structure(
    departments: Collection[str], routes: Sequence[tuple[str, str]], categories: Collection[str],
    roles: Sequence[str],
) -> list[Refusal]:  # fmt: skip
    """Every fault of a hub's sections, routing and lead group (R09, L02)."""
    faults: list[Refusal] = _twice(departments, "/departments")
    faults += _twice([category for category, _ in routes], "/routes")
    for place, (category, department) in enumerate(routes):
        if category not in categories:
            faults.append(_nowhere(place, category, categories, "本地区类别", "the region's categories"))
        if department not in departments:
            faults.append(_nowhere(place, department, departments, "本枢纽的部门", "the hub's sections"))
    heads = sum(role == "head" for role in roles)
    if roles and heads != 1:
        faults.append(LeadGroupHeads(at="/lead_group", heads=heads))
    return faults


def _twice(values: Collection[str], at: str) -> list[Refusal]:
    return [ListedTwice(at=at, value=value) for value, times in Counter(values).items() if times > 1]


def _nowhere(place: int, value: str, known: Collection[str], zh: str, en: str) -> Refusal:
    return RouteToNowhere(at=f"/routes/{place}", value=value, known=sorted(known), of_zh=zh, of_en=en)


def check_answers(answers: Sequence[tuple[str, bool, str | None]]) -> list[Refusal]:
    """Every fault of a self-check: (have, met, evidence) once for each of the six, met ones with evidence."""
    times = Counter(have for have, _, _ in answers)
    wrong = {in_words(have): SIX_HAVES_ZH[have] for have in SixHave if times[have.value] != 1}
    faults: list[Refusal] = []
    if wrong:
        faults = [SixHavesUnanswered(at="/haves", lacking_zh=wrong.values(), lacking_en=wrong.keys())]
    return faults + [
        HaveWithoutEvidence(
            at=f"/haves/{place}/evidence", have_zh=SIX_HAVES_ZH[SixHave(have)], have_en=in_words(have)
        )
        for place, (have, met, evidence) in enumerate(answers)
        if met and not evidence
    ]


def department_among(routes: Sequence[Mapping[str, str]], categories: Sequence[str]) -> str | None:
    """The section of the first of the organisation's categories that a hub routes (R09)."""
    known = {route["category"]: route["department"] for route in routes}
    return next((known[category] for category in categories if category in known), None)
