"""The way of a contract by which a base is run."""

from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class OperatorContractPhase(StrEnum):
    """Whether a contract is in force."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    TERMINATED = "terminated"


TRANSITIONS: Transitions[OperatorContractPhase] = {
    OperatorContractPhase.IN_FORCE: {
        "service_logged": OperatorContractPhase.IN_FORCE,
        "reviewed": OperatorContractPhase.IN_FORCE,
        "renewed": OperatorContractPhase.IN_FORCE,
        "expired": OperatorContractPhase.EXPIRED,
        "terminated": OperatorContractPhase.TERMINATED,
        "reassigned": OperatorContractPhase.IN_FORCE,
    },
    OperatorContractPhase.EXPIRED: {},
    OperatorContractPhase.TERMINATED: {},
}
"""合作协议书: 孵化、培育、事件跟踪、年审 (JIANGMEN J07)."""


class ContractNotPromised(Refusal):
    """A service under a contract that does not have it."""

    code = "operator_contract_service_not_promised"
    kind = RefusalKind.INVALID
    zh = "合同服务内容中没有“{service}”；有：{known}。"
    en = "The contract does not have the service '{service}'; it has {known}."


class ContractEndsBeforeItBegins(Refusal):
    """A period of the wrong way round."""

    code = "operator_contract_period_backwards"
    kind = RefusalKind.INVALID
    zh = "合同结束日期 {ends_on} 应晚于 {begins_on}。"
    en = "The contract must end after {begins_on}, not on {ends_on}."


def check_term(begins_on: date, ends_on: date, *, at: str) -> None:
    """Raise `ContractEndsBeforeItBegins`."""
    if ends_on <= begins_on:
        raise ContractEndsBeforeItBegins(at=at, begins_on=begins_on, ends_on=ends_on)


def next_review(last: date, months: int, ends_on: date) -> date:
    """The day until which the next review is due: months later, and at the end of the contract at last."""
    month = last.month - 1 + months
    year, month = last.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    longest = (following - date(year, month, 1)).days
    return min(date(year, month, min(last.day, longest)), ends_on)
