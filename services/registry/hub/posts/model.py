"""A post's way, how many organisations one can serve, and how many posts that takes."""

from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class PostPhase(StrEnum):
    """Whether somebody is in a post."""

    VACANT = "vacant"
    FILLED = "filled"
    CLOSED = "closed"


TRANSITIONS: Transitions[PostPhase] = {
    PostPhase.VACANT: {
        "filled": PostPhase.FILLED,
        "load_changed": PostPhase.VACANT,
        "closed": PostPhase.CLOSED,
        "reassigned": PostPhase.VACANT,
    },
    PostPhase.FILLED: {
        "load_changed": PostPhase.FILLED,
        "vacated": PostPhase.VACANT,
        "reassigned": PostPhase.FILLED,
    },
    PostPhase.CLOSED: {},
}
"""以政府购买服务的方式,30个社会组织配备一名社会工作者 (BINHAI R15, B10); 社工、义工 (LUOHU L21)."""


class TooManyServed(Refusal):
    """More organisations than one post serves."""

    code = "post_serves_too_many"
    kind = RefusalKind.INVALID
    zh = "每名社工最多服务 {most} 家社会组织，现为 {load} 家，请增设岗位。"
    en = "One post serves at most {most} organisations, not {load}; set up another post."


def check_load(load: int, most: int) -> None:
    """Raise `TooManyServed` (R15)."""
    if load > most:
        raise TooManyServed(at="/load", load=load, most=most)


def needed(organizations: int, per_post: int) -> int:
    """Posts that so many organisations take: 624 at 30 each take 21, and 20 leave one short (F05)."""
    return -(-organizations // per_post)
