"""States of a message, the rules that make one, and the texts people read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis.model import Refusal, RefusalKind, Transitions, is_within


class Status(StrEnum):
    """Where a message is. Channels that hold, fail or confirm come with the channels themselves."""

    QUEUED = "queued"
    SENT = "sent"
    READ = "read"
    ACKNOWLEDGED = "acknowledged"
    EXPIRED = "expired"


TRANSITIONS: Transitions[Status] = {
    Status.QUEUED: {"sent": Status.SENT},
    Status.SENT: {"read": Status.READ, "acknowledged": Status.ACKNOWLEDGED, "expired": Status.EXPIRED},
    Status.READ: {"acknowledged": Status.ACKNOWLEDGED, "expired": Status.EXPIRED},
    Status.ACKNOWLEDGED: {},
    Status.EXPIRED: {"acknowledged": Status.ACKNOWLEDGED},
}
"""An in-app message is sent when it lies in the recipient's box. A late acknowledgement still counts."""


class NotYours(Refusal):
    """Only the recipient, or the deputy, says that they know."""

    code = "message_not_yours"
    kind = RefusalKind.FORBIDDEN
    zh = "这条消息是发给他人的，只有接收人或其代理人可以确认。"
    en = "The message is addressed to somebody else; only the recipient or the deputy may confirm it."


class Reach(StrEnum):
    """Whose division a rule looks at."""

    OWN = "own"
    UPWARDS = "upwards"


@dataclass(frozen=True)
class Rule:
    """Which event is told to whom. `when` compares fields of the event's state; all must hold."""

    name: str
    events: tuple[str, ...]
    roles: tuple[str, ...]
    reach: Reach
    template: str
    urgency: str = "normal"
    acknowledge_within_days: int | None = None
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def applies(self, event: str, state: Mapping[str, object]) -> bool:
        """Whether an event (`registry.organization.registered`) with this state is the rule's business."""
        return event in self.events and all(
            str(state.get(field, "")) in accepted for field, accepted in self.when
        )


@dataclass(frozen=True)
class Addressee:
    """A recipient as a rule sees them."""

    person_id: str
    role: str
    division: str


def addressees(rule: Rule, division: str, recipients: Sequence[Addressee]) -> list[Addressee]:
    """Who is told of an event in `division`: the rule's roles, there or in the divisions above."""
    return [
        recipient
        for recipient in recipients
        if recipient.role in rule.roles
        and (recipient.division == division or rule.reach is Reach.UPWARDS)
        and is_within(division, recipient.division)
    ]


@dataclass(frozen=True)
class Template:
    """The words of a message, `{organization}` and the like filled when it is shown."""

    name: str
    version: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str

    def render(self, parameters: Mapping[str, str], language: str) -> tuple[str, str]:
        """Title and body in `zh` or `en`; a parameter that is missing shows as a dash."""
        known = _Known(parameters)
        zh = language == "zh"
        title, body = (self.title_zh, self.body_zh) if zh else (self.title_en, self.body_en)
        return title.format_map(known), body.format_map(known)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "—"


TEMPLATES: dict[str, Template] = {
    template.name: template
    for template in (
        Template(
            "organization_registered", 1,
            "新登记社会组织：{organization}", "New organisation registered: {organization}",
            "{organization}（{division}）已于 {effective_on} 登记，请安排联系和党建覆盖。",
            "{organization} ({division}) was registered on {effective_on}; arrange contact and coverage.",
        ),
        Template(
            "duty_opened", 1,
            "党建覆盖待办：{organization}", "Coverage due: {organization}",
            "请在 {due_on} 前完成对{organization}的党建覆盖；建议方式：{proposed_mode}。",
            "Cover {organization} by {due_on}; proposed mode: {proposed_mode}.",
        ),
        Template(
            "duty_overdue", 1,
            "党建覆盖逾期：{organization}", "Coverage overdue: {organization}",
            "{organization}的党建覆盖应于 {due_on} 前完成，现已逾期。",
            "The coverage of {organization} was due on {due_on} and is overdue.",
        ),
        Template(
            "duty_covered", 1,
            "党建已覆盖：{organization}", "Covered: {organization}",
            "{organization}已于 {effective_on} 实现党建覆盖，方式：{mode}。",
            "{organization} has been covered since {effective_on}; mode: {mode}.",
        ),
        Template(
            "application_refused", 1,
            "登记申请未获业务初审同意", "A registration application was not endorsed",
            "申请“{name}”未通过业务初审，理由已记录，请做好协调说明。",
            "The application '{name}' was not endorsed; the reasons are recorded, please coordinate.",
        ),
        Template(
            "round_opened", 1,
            "公益创投开始申报：{title}", "Round open for applications: {title}",
            "“{title}”已开始申报，请组织辖区社会组织参与。",
            "'{title}' is open; invite the organisations of your area to apply.",
        ),
        Template(
            "application_awarded", 1,
            "公益创投立项：{title}", "Project awarded: {title}",
            "{organization}申报的“{title}”已立项。",
            "'{title}' of {organization} was awarded.",
        ),
        Template(
            "application_ineligible", 1,
            "申报不符合条件：{title}", "Application not eligible: {title}",
            "{organization}申报的“{title}”不符合条件，请查看理由。",
            "'{title}' of {organization} is not eligible; see the reasons.",
        ),
    )
}  # fmt: skip
"""The newest version of each text; a message keeps the version it was made with."""

PARAMETERS = (
    "name", "title", "effective_on", "due_on", "proposed_mode", "mode", "award_fen", "requested_fen",
)  # fmt: skip
"""Fields of an event's state that texts may name; copied to the message when it is made."""
