"""Why something that somebody answers for does not go to a successor with the rest."""

from chassis.model import Refusal, RefusalKind


class HandedOverToSelf(Refusal):
    """A hand-over of everything to whoever has it."""

    code = "everything_handed_over_to_holder"
    kind = RefusalKind.INVALID
    zh = "移交人和接任人员都是“{person}”，请选择接任人员。"
    en = "'{person}' both hands over and takes over; name who takes over."


class NoRightToHandOver(Refusal):
    """A kind of records that whoever asks may not give to somebody else."""

    code = "hand_over_not_permitted"
    kind = RefusalKind.FORBIDDEN
    zh = "您没有变更“{kind_zh}”负责人的权限，请由有权限的人员办理。"
    en = "You may not say who answers for {kind_en}; somebody who may has to hand them over."


class KeptBelow(Refusal):
    """A record of a stack below, seen here as a replica."""

    code = "hand_over_kept_below"
    zh = "由下级平台“{place}”管理，请到该平台办理。"
    en = "Kept by the stack of '{place}'; hand them over there."
