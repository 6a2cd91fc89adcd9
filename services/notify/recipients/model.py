"""What a recipient is called where no name is known, and what is refused of one."""

from chassis.model import Refusal, RefusalKind

ROLES = {
    "operator": ("运维人员", "operator"),
    "hub_officer": ("枢纽工作人员", "hub officer"),
    "registration_authority": ("登记管理机关人员", "officer of the registration authority"),
    "liaison": ("联络员", "liaison"),
    "party_officer": ("党建工作人员", "party officer"),
    "grants_officer": ("公益创投工作人员", "grants officer"),
    "reviewer": ("评审人员", "reviewer"),
    "viewer": ("查阅人员", "viewer"),
}
"""Roles in (Chinese, English); a role of the profile that is not here is shown as it is."""


def label(place: str, role: str, person_id: str, language: str) -> str:
    """How a recipient is shown: place, role and opaque id, `杭州道街道联络员 p-0001`."""
    zh, en = ROLES.get(role, (role, role))
    return f"{place}{zh} {person_id}" if language == "zh" else f"{en} of {place}, {person_id}"


class AlreadyRegistered(Refusal):
    """The person has this role in this division already."""

    code = "recipient_already_registered"
    zh = "接收人“{person}”在“{division}”已登记为“{role}”（编号 {id}）。"
    en = "Recipient '{person}' has the role '{role}' in '{division}' already (id {id})."


class OwnDeputy(Refusal):
    """Nobody stands in for themselves."""

    code = "recipient_own_deputy"
    kind = RefusalKind.INVALID
    zh = "“{actor}”是接收人本人的账号，不能同时作代理人。"
    en = "'{actor}' is the recipient's own account; name another as the deputy."


class Retired(Refusal):
    """Nothing is arranged for somebody who is written to no more."""

    code = "recipient_retired"
    zh = "接收人 {id} 已停用，请重新登记后再办理。"
    en = "Recipient {id} is retired; register them again first."
