"""A liaison's way, and where one can be."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions

COMMUNITY_DIGITS = 12


class LiaisonPhase(StrEnum):
    """Whether somebody is a liaison."""

    APPOINTED = "appointed"
    ENDED = "ended"


TRANSITIONS: Transitions[LiaisonPhase] = {
    LiaisonPhase.APPOINTED: {
        "changed": LiaisonPhase.APPOINTED,
        "handed_over": LiaisonPhase.APPOINTED,
        "reported": LiaisonPhase.APPOINTED,
        "ended": LiaisonPhase.ENDED,
    },
    LiaisonPhase.ENDED: {},
}
"""村(居)联络点和联络员 (BINHAI B06), 信息联络员 (TONGZHOU T16), 妇联干部联系社会组织 (JIANGMEN J01)."""


class NotOfCommunity(Refusal):
    """A community's liaison of something else."""

    code = "liaison_not_of_community"
    kind = RefusalKind.INVALID
    zh = "村居联络员应属于社区或村（12 位区划代码），“{division}”不是。"
    en = "A community's liaison belongs to a community or village (12 digits); '{division}' is none."


class HandedOverToSelf(Refusal):
    """A hand-over to whoever has it."""

    code = "liaison_handed_over_to_holder"
    kind = RefusalKind.INVALID
    zh = "“{person}”正是现任联络员，请选择接任人员。"
    en = "'{person}' is the liaison already; name who takes over."


class LiaisonAlready(Refusal):
    """A hand-over to somebody who has the same duty there."""

    code = "liaison_already"
    kind = RefusalKind.CONFLICT
    zh = "“{person}”已是“{division}”的同类联络员（编号 {other}），请将本记录卸任。"
    en = "'{person}' is such a liaison of '{division}' already ({other}); end this one instead."


def check_place(kind: str, division: str) -> None:
    """Raise `NotOfCommunity`."""
    if kind == "community" and len(division) != COMMUNITY_DIGITS:
        raise NotOfCommunity(at="/division", division=division)
