"""A campaign's way, and who is due in it."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions


class CampaignPhase(StrEnum):
    """Where an inspection campaign is."""

    OPENED = "opened"
    CLOSED = "closed"


TRANSITIONS: Transitions[CampaignPhase] = {
    CampaignPhase.OPENED: {"extended": CampaignPhase.OPENED, "closed": CampaignPhase.CLOSED},
    CampaignPhase.CLOSED: {},
}
"""通知, 填报, 审查 (SUYU SM4); the inspections have the steps of their own."""


class NobodyDue(Refusal):
    """A campaign for no legal form."""

    code = "campaign_for_nobody"
    kind = RefusalKind.INVALID
    zh = "请选择应参加年检的组织类型。"
    en = "Name the legal forms that are due."


class NoForm(Refusal):
    """A legal form without legal personality has no annual inspection."""

    code = "campaign_form_not_inspected"
    kind = RefusalKind.INVALID
    zh = "“{form}”不参加年检，只有登记的社会团体、民办非企业单位和基金会参加。"
    en = "'{form}' has no annual inspection; registered legal persons have."


class YearNotOver(Refusal):
    """An inspection of a year that has not begun to end."""

    code = "campaign_year_in_future"
    kind = RefusalKind.INVALID
    zh = "{year} 年度尚未开始，不能部署年检。"
    en = "The year {year} has not begun; it cannot be inspected."


INSPECTED = ("association", "private_non_enterprise", "foundation")
"""Legal forms that hold a registration."""


def check_campaign(year: int, legal_forms: Collection[str], today: date) -> None:
    """Raise `NobodyDue`, `NoForm` or `YearNotOver`."""
    if not legal_forms:
        raise NobodyDue(at="/legal_forms")
    for form in legal_forms:
        if form not in INSPECTED:
            raise NoForm(at="/legal_forms", form=form)
    if year > today.year:
        raise YearNotOver(at="/year", year=year)
