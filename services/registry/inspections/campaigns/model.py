"""A campaign's way, and who is due in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions
from services.registry.organizations.model import FORM_NAMED


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
    names = FORM_NAMED


class YearNotOver(Refusal):
    """An inspection of a year that has not begun to end."""

    code = "campaign_year_in_future"
    kind = RefusalKind.INVALID
    zh = "{year} 年度尚未开始，不能部署年检。"
    en = "The year {year} has not begun; it cannot be inspected."


class WindowBackwards(Refusal):
    """A window that ends before it begins."""

    code = "campaign_window_backwards"
    kind = RefusalKind.INVALID
    zh = "“{form}”的截止日期 {due_on} 早于开始受理日期 {begins_on}，请核对。"
    en = "The window of '{form}' ends on {due_on}, before it begins on {begins_on}."
    names = FORM_NAMED


class WindowOfNobody(Refusal):
    """A window for a legal form that the campaign does not ask, or two for one."""

    code = "campaign_window_of_nobody"
    kind = RefusalKind.INVALID
    zh = "“{form}”不在本次应检类型之中，或列了两次时限，请核对。"
    en = "'{form}' is not asked by this campaign, or has two windows."
    names = FORM_NAMED


class NoWindow(Refusal):
    """No day given, and the profile's is over or there is none."""

    code = "campaign_without_window"
    kind = RefusalKind.INVALID
    zh = "“{form}”{year} 年度的规定时限已过或未规定，请填写截止日期。"
    en = "The profile's window of '{form}' for {year} is over, or it has none; name the last day."
    names = FORM_NAMED


class NotExtended(Refusal):
    """An extension that gives nobody more time."""

    code = "campaign_not_extended"
    kind = RefusalKind.INVALID
    zh = "新的截止日期 {due_on} 没有晚于任何一类组织的原截止日期（{last}）。"
    en = "{due_on} gives nobody more time: the windows end on {last}."


class WindowsOpen(Refusal):
    """A campaign that is closed while organisations still have time."""

    code = "campaign_still_open"
    kind = RefusalKind.CONFLICT
    zh = "“{form}”的时限到 {due_on}，未满不能结束；确需提前的，请选“提前结束”。"
    en = (
        "'{form}' can hand in until {due_on}. Close it after that day, or say 'even_though_open' where it "
        "has to end early."
    )
    names = FORM_NAMED


@dataclass(frozen=True)
class Window:
    """From when and until when organisations of one legal form hand in."""

    legal_form: str
    begins_on: date
    due_on: date


def check_windows(windows: Sequence[Window], legal_forms: Collection[str]) -> None:
    """Raise `WindowBackwards` or `WindowOfNobody`."""
    for place, one in enumerate(windows):
        if one.legal_form not in legal_forms or one.legal_form in {w.legal_form for w in windows[:place]}:
            raise WindowOfNobody(at=f"/windows/{place}/legal_form", form=one.legal_form)
        _check_forwards(one, at=f"/windows/{place}/due_on")


def _check_forwards(one: Window, *, at: str) -> None:
    if one.due_on < one.begins_on:
        raise WindowBackwards(at=at, form=one.legal_form, due_on=one.due_on, begins_on=one.begins_on)


@dataclass(frozen=True)
class Asked:
    """The days that a campaign is given: for one legal form, or without one for all others."""

    due_on: date | None
    begins_on: date | None = None
    legal_form: str = ""


def windows_of(
    legal_forms: Sequence[str], own: Sequence[Asked], for_all: Asked, *, year: int, opened_on: date,
    by_profile: Mapping[str, tuple[date, date] | None], not_before: date | None,
) -> list[Window]:  # fmt: skip
    """The days of each legal form: its own, or else those for all, or else the profile's.

    Without a first day a window begins with the campaign. The profile's counts unless it ended before
    `not_before`: what is history asks nobody. Raises `WindowOfNobody`, `WindowBackwards`, `NoWindow`.
    """

    def until(form: str, due_on: date, begins_on: date | None) -> Window:
        return Window(form, begins_on or for_all.begins_on or min(opened_on, due_on), due_on)

    named = [until(one.legal_form, one.due_on, one.begins_on) for one in own if one.due_on is not None]
    check_windows(named, legal_forms)
    found = {one.legal_form: one for one in named}
    for form in legal_forms:
        if form in found:
            continue
        if for_all.due_on is not None:
            found[form] = until(form, for_all.due_on, None)
        else:
            days = by_profile.get(form)
            if days is None or (not_before is not None and days[1] < not_before):
                raise NoWindow(at="/due_on", form=form, year=year)
            found[form] = Window(form, for_all.begins_on or days[0], days[1])
        _check_forwards(found[form], at="/due_on")
    return [found[form] for form in dict.fromkeys(legal_forms)]


def check_closing(windows: Sequence[Window], today: date) -> None:
    """Raise `WindowsOpen` for the window that ends last, unless all have."""
    last = max(windows, key=lambda one: one.due_on, default=None)
    if last is not None and last.due_on >= today:
        raise WindowsOpen(at="/even_though_open", form=last.legal_form, due_on=last.due_on)


def extended(windows: Sequence[Window], due_on: date, legal_forms: Collection[str]) -> list[Window]:
    """The windows with more time, for all or for the legal forms named; raises `NotExtended`."""
    meant = [one for one in windows if not legal_forms or one.legal_form in legal_forms]
    if not any(due_on > one.due_on for one in meant):
        raise NotExtended(at="/due_on", due_on=due_on, last=sorted({one.due_on for one in meant}))
    return [replace(one, due_on=max(one.due_on, due_on)) if one in meant else one for one in windows]


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
