"""What a version of the admission criteria needs."""

from collections import Counter
from collections.abc import Sequence

from chassis.model import Refusal, RefusalKind


class NoConditions(Refusal):
    """Criteria that ask for nothing."""

    code = "criteria_without_conditions"
    kind = RefusalKind.INVALID
    zh = "准入标准至少应有一项条件。"
    en = "Admission criteria have at least one condition."


class ConditionTwice(Refusal):
    """One code for two conditions."""

    code = "criteria_condition_twice"
    kind = RefusalKind.INVALID
    zh = "条件代码“{condition}”重复。"
    en = "The code '{condition}' stands for two conditions."


def check_conditions(codes: Sequence[str]) -> list[Refusal]:
    """Every fault of a list of conditions."""
    if not codes:
        return [NoConditions(at="/conditions")]
    twice = [code for code, times in Counter(codes).items() if times > 1]
    return [ConditionTwice(at="/conditions", condition=code) for code in twice]
