"""An official decision's way, and what cannot be decided without a procedure of its own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Literal

from chassis.model import Refusal, RefusalKind, Transitions
from services.registry.inspections.annual.model import InspectionResult
from services.registry.inspections.evaluations.model import Grade


class DecisionPhase(StrEnum):
    """Where a decision is."""

    RECORDED = "recorded"
    LIFTED = "lifted"


TRANSITIONS: Transitions[DecisionPhase] = {
    DecisionPhase.RECORDED: {"corrected": DecisionPhase.RECORDED, "lifted": DecisionPhase.LIFTED},
    DecisionPhase.LIFTED: {},
}
"""An authority's act is a record in its own division that the organisation's home applies (model.md)."""

KINDS_ZH: Mapping[str, str] = {
    "registration": "登记",
    "inspection": "年检结论",
    "grade": "评估等级",
    "listing": "列入名录",
    "penalty": "行政处罚",
    "investigation": "立案调查",
    "suspension": "责令停止活动",
    "revocation": "撤销登记",
    "deregistration": "注销登记",
    "change": "变更登记",
    "liquidation": "清算",
}
ENDS: Mapping[str, Literal["revoked", "deregistered"]] = {
    "revocation": "revoked",
    "deregistration": "deregistered",
}
"""Kinds that end the organisation's record, and by which fact."""


ITEMS_ZH: Mapping[str, str] = {
    "name": "名称",
    "supervisory_unit": "业务主管单位",
    "registered_capital": "注册资金（元）",
    "address": "住所",
    "business_scope": "业务范围",
    "legal_representative": "法定代表人",
    "charter": "章程",
}
WITHOUT_VALUES = frozenset({"legal_representative", "charter"})
"""Of these only is said that they changed: a person is named nowhere here, and a charter is a paper."""


NO_GRADE = "none"
REGISTERED, DENIED = "registered", "denied"
RESULTS: Mapping[str, tuple[str, ...]] = {
    "inspection": tuple(InspectionResult),
    "grade": (*Grade, NO_GRADE),
    "registration": (REGISTERED, DENIED),
}
"""What these kinds can come to, which moves a record; of the others it is the profile's."""


def yuan(text: str) -> int | None:
    """The sum in fen that a text says in yuan; None where it says none."""
    try:
        fen = Decimal(text.replace(",", "").strip()) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen >= 0 and fen == fen.to_integral_value() else None


def check_changes(kind: str, changes: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    """Every fault of what a decision lets change."""
    items = [one["item"] for one in changes]
    if (kind == "change") is not bool(items) or len(set(items)) < len(items):
        return [ChangeUnsaid(at="/changes")]
    return [
        ChangeMalformed(at=f"/changes/{at}", item_zh=ITEMS_ZH[one["item"]], item_en=one["item"])
        for at, one in enumerate(changes)
        if not _is_change(one["item"], one.get("before"), one.get("after"))
    ]


def _is_change(item: str, before: str | None, after: str | None) -> bool:
    if item in WITHOUT_VALUES:
        return before is None and after is None
    sums = item != "registered_capital" or all(yuan(one) is not None for one in (before, after) if one)
    return after is not None and after != before and sums


def check_result(kind: str, result: str | None) -> None:
    """Raise `NoSuchResult` where a record could not follow the decision."""
    known = RESULTS.get(kind)
    if known is not None and result not in known:
        raise NoSuchResult(
            at="/result", kind_zh=KINDS_ZH[kind], kind_en=kind, result=result or "-", known=known
        )


class NoSuchResult(Refusal):
    """A conclusion, grade or registration that no record could follow."""

    code = "decision_result_unknown"
    kind = RefusalKind.INVALID
    zh = "“{kind_zh}”的决定内容不能是“{result}”，请从以下选择：{known}。"
    en = "A decision about {kind_en} cannot be '{result}'; choose one of {known}."


class ConcludesNothing(Refusal):
    """A record or a code named by a decision that concludes or registers nothing."""

    code = "decision_concludes_nothing"
    kind = RefusalKind.INVALID
    zh = "“{kind_zh}”的决定不办结记录：请删去对应记录和统一社会信用代码（代码只由准予登记的决定给出）。"
    en = "A decision about {kind_en} names no record, and a code only where it registers; leave them out."


class AboutAnother(Refusal):
    """The record that a decision names is about another organisation."""

    code = "decision_about_another"
    kind = RefusalKind.INVALID
    zh = "记录“{record}”不属于该社会组织，请选择该组织的记录。"
    en = "Record '{record}' is not about this organisation; name one that is."


class NotOneRecord(Refusal):
    """A decision that names no record, where there is none that is open, or several."""

    code = "decision_not_about_one_record"
    zh = "该组织在办的“{kind_zh}”记录有 {found} 件，不能确定决定所指，请在决定中写明对应记录。"
    en = "The organisation has {found} open records of {kind_en}: let the decision name the one it means."


class ChangeUnsaid(Refusal):
    """A decision on a change of registration that does not say what changes, or another that does."""

    code = "decision_change_unsaid"
    kind = RefusalKind.INVALID
    zh = "只有“变更登记”的决定应当、并且必须写明变更事项，每个事项一次。"
    en = "A change of registration says what changes, each thing once, and no other decision does."


class ChangeMalformed(Refusal):
    """A change to nothing, to what it was, of what is not named here, or to a sum that is none."""

    code = "decision_change_malformed"
    kind = RefusalKind.INVALID
    zh = (
        "“{item_zh}”的变更不能登记：须写明与变更前不同的变更后内容；法定代表人和章程只写明已变更；注册资金写"
        "以元为单位的数。"
    )
    en = (
        "The change of {item_en} cannot be recorded: say what it is afterwards, other than before; of a legal"
        " representative or a charter nothing but that it changed; a capital as a number of yuan."
    )


class ChangedFromAnother(Refusal):
    """A change from something that the record does not say."""

    code = "decision_changes_from_another"
    zh = "决定所写变更前的“{item_zh}”为“{before}”，在册为“{present}”，请核对后更正决定或在册信息。"
    en = "The decision changes {item_en} from '{before}', the record says '{present}'; put one of them right."


class ListedWithoutNotice(Refusal):
    """A listing that did not go through notice and answer."""

    code = "decision_listed_without_notice"
    kind = RefusalKind.INVALID
    zh = "列入名录应先告知、听取陈述申辩，请在“信用名录”中办理；补录历史决定的除外。"
    en = "A listing goes by notice and answer: use credit listings. Only history is recorded directly."


class LiftedByProcedure(Refusal):
    """A listing that is to end beside its procedure."""

    code = "decision_lifted_beside_procedure"
    zh = "该决定由信用名录程序 {procedure} 作出，请在该程序中移出。"
    en = "Listing procedure {procedure} made this decision; take the organisation off the list there."


class NoList(Refusal):
    """A decision to list without the list, or a list named by another decision."""

    code = "decision_list_mismatch"
    kind = RefusalKind.INVALID
    zh = "只有“列入名录”的决定应当、并且必须写明名录。"
    en = "A listing names its list, and no other decision does."


class EndBeforeDecision(Refusal):
    """A decision that ends before it begins."""

    code = "decision_ends_before_it_begins"
    kind = RefusalKind.INVALID
    zh = "截止日期 {until} 早于决定日期 {decided_on}，请核对。"
    en = "The decision of {decided_on} cannot end on {until}, before it was made."


class EndingStands(Refusal):
    """A decision that ended the organisation's record; there is nothing left to resume."""

    code = "decision_ending_stands"
    zh = "“{kind_zh}”的决定已终止该组织的记录，不能解除；决定被撤销的，请为其办理新的登记。"
    en = "The {kind_en} ended the organisation's record and cannot be lifted; register it anew."
