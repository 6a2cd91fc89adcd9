"""Whose staff answers for a body: those who are of it by their token, or by a role that the profile names."""

from chassis.acting import Acting
from chassis.model import Refusal, RefusalKind
from services.registry.policy import RegistryPolicy


class NotThisBodysStaff(Refusal):
    """An answer for a body by somebody else's staff."""

    code = "not_this_bodys_staff"
    kind = RefusalKind.FORBIDDEN
    zh = "“{body}”的任务由该部门人员办理，您的角色（{roles}）不能代办。"
    en = "The part of '{body}' is answered by its own staff; your roles ({roles}) are not."


def is_own_staff(acting: Acting, body: str, place: str, keeper: str) -> bool:
    """Whether the caller answers for the body of `place`; False where that body has no staff here.

    A body's staff are those whose token says that they are of it, or who have a role that the profile names
    for it, and in whose divisions the place is; an operator of the division that keeps the record besides.
    Raises `NotThisBodysStaff` for anybody else, where the body has staff.
    """
    caller = acting.principal
    roles = acting.policy(RegistryPolicy).hub.bodies_staff.get(body)
    if body in caller.bodies or caller.roles & {*(roles or ()), "system"}:
        if caller.covers(place):
            return True
    elif roles is None:
        return False
    elif "operator" in caller.roles and caller.covers(keeper):
        return True
    raise NotThisBodysStaff(at="/body", body=body, roles=sorted(caller.roles))
