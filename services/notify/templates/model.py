"""The texts people read, in both languages, and how a stored parameter is shown in them.

A message keeps the parameters and the version of its template; its words are put together when it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from string import Formatter

from chassis.model import yuan

MISSING = "—"


class Kind(Enum):
    """How a parameter is shown."""

    TEXT = auto()
    DAY = auto()
    MONEY = auto()
    WORD = auto()


PARAMETERS: dict[str, Kind] = {
    "name": Kind.TEXT,
    "title": Kind.TEXT,
    "effective_on": Kind.DAY,
    "due_on": Kind.DAY,
    "step_due_on": Kind.DAY,
    "closes_on": Kind.DAY,
    "opens_on": Kind.DAY,
    "election_due_on": Kind.DAY,
    "requested_fen": Kind.MONEY,
    "awarded_fen": Kind.MONEY,
    "legal_form": Kind.WORD,
    "step": Kind.WORD,
    "line": Kind.WORD,
    "mode": Kind.WORD,
    "proposed_mode": Kind.WORD,
}
"""Fields of an event's state that texts may name; they are copied to the message when it is made."""

READ_LATER = frozenset({"organization", "division"})
"""Names that texts may use besides: the organisation as it is called now, and the place's name."""

_MODES = {
    "independent": ("独立组建", "independent branch"),
    "joint": ("联合组建", "joint branch"),
    "attached": ("挂靠组建", "attached to another branch"),
    "instructor": ("选派党建指导员", "dispatched instructor"),
    "temporary": ("组建临时党组织", "temporary organisation"),
    "work_station": ("设立党建工作站", "work station"),
}
WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "legal_form": {
        "association": ("社会团体", "association"),
        "private_non_enterprise": ("民办非企业单位", "private non-enterprise unit"),
        "foundation": ("基金会", "foundation"),
        "community_organization": ("社区社会组织", "community organisation"),
        "none": ("草根组织", "grass-roots organisation"),
        "unclassified": ("形式未注明", "form not stated"),
    },
    "step": {
        "consulted": ("咨询", "consultation"),
        "submitted": ("审查", "review"),
        "returned": ("补正", "correction"),
        "endorsed": ("登记审批", "the authority's decision"),
    },
    "line": {"party": ("党建", "party"), "women": ("妇联", "women's")},
    "mode": _MODES,
    "proposed_mode": _MODES,
}
"""Values of enumerations in (Chinese, English); a value that is not here is shown as it is."""


def shown(name: str, value: object, language: str) -> str:
    """One parameter for a reader of `zh` or `en`: days, money (fen) and enumerations in words."""
    kind = PARAMETERS.get(name, Kind.TEXT)
    zh = language == "zh"
    if kind is Kind.DAY:
        day = date.fromisoformat(str(value))
        return f"{day.year}年{day.month}月{day.day}日" if zh else day.isoformat()
    if kind is Kind.MONEY:
        amount = yuan(int(str(value)))
        return f"{amount} 元" if zh else f"CNY {amount}"
    if kind is Kind.WORD and (words := WORDS[name].get(str(value))) is not None:
        return words[0] if zh else words[1]
    return str(value)


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return MISSING


@dataclass(frozen=True)
class Template:
    """One version of the words of a message, `{organization}` and the like filled when it is shown."""

    name: str
    version: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str

    def render(self, parameters: Mapping[str, object], language: str) -> tuple[str, str]:
        """Title and body in `zh` or `en`; a parameter that is missing shows as a dash."""
        known = _Known(
            {name: shown(name, value, language) for name, value in parameters.items() if value is not None}
        )
        zh = language == "zh"
        title, body = (self.title_zh, self.body_zh) if zh else (self.title_en, self.body_en)
        return title.format_map(known), body.format_map(known)

    def names(self) -> frozenset[str]:
        """The parameters that its texts name."""
        texts = (self.title_zh, self.title_en, self.body_zh, self.body_en)
        return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)


TEMPLATES = (
    Template(
        "organization_registered", 1,
        "新登记社会组织：{organization}", "New organisation registered: {organization}",
        "{organization}（{legal_form}，{division}）已于{effective_on}登记，请安排联系和党建覆盖。",
        "{organization} ({legal_form}, {division}) was registered on {effective_on};"
        " arrange contact and coverage.",
    ),
    Template(
        "deadline_near", 1,
        "期限临近：{title}", "Due soon: {title}",
        "“{title}”（{division}）应于{due_on}前完成或反馈，请抓紧办理。",
        "'{title}' ({division}) is to be done or reported on by {due_on}.",
    ),
    Template(
        "duty_opened", 1,
        "{line}覆盖待办：{organization}", "Coverage due ({line} line): {organization}",
        "请在{due_on}前完成对{organization}的{line}覆盖；建议方式：{proposed_mode}。",
        "Cover {organization} by {due_on} ({line} line); proposed mode: {proposed_mode}.",
    ),
    Template(
        "duty_overdue", 1,
        "{line}覆盖逾期：{organization}", "Coverage overdue ({line} line): {organization}",
        "{organization}的{line}覆盖应于{due_on}前完成，现已逾期。",
        "The coverage of {organization} ({line} line) was due on {due_on} and is overdue.",
    ),
    Template(
        "duty_covered", 1,
        "{line}已覆盖：{organization}", "Covered ({line} line): {organization}",
        "{organization}已于{effective_on}实现{line}覆盖，方式：{mode}。",
        "{organization} has been covered since {effective_on} ({line} line); mode: {mode}.",
    ),
    Template(
        "election_due", 1,
        "换届到期：{name}", "Election due: {name}",
        "“{name}”（{division}）应于{election_due_on}前换届，请督促筹备。",
        "'{name}' ({division}) has to elect by {election_due_on}; see that it is prepared.",
    ),
    Template(
        "application_refused", 1,
        "登记申请未通过业务初审：{name}", "Registration not endorsed: {name}",
        "“{name}”（{legal_form}，{division}）的登记申请未通过业务初审，理由已记录，请做好协调说明。",
        "The application of '{name}' ({legal_form}, {division}) was not endorsed; the reasons are recorded,"
        " please coordinate.",
    ),
    Template(
        "application_overdue", 1,
        "登记申请逾期：{name}", "Registration application overdue: {name}",
        "“{name}”（{division}）登记申请的“{step}”环节应于{step_due_on}前完成，现已逾期，请督促办理。",
        "The application of '{name}' ({division}): {step} was due on {step_due_on} and is overdue.",
    ),
    Template(
        "round_announced", 1,
        "公益创投公告：{title}", "Round announced: {title}",
        "“{title}”已发布公告，{opens_on}开始申报，请提前通知辖区社会组织。",
        "'{title}' has been announced and opens on {opens_on}; let the organisations of your area know.",
    ),
    Template(
        "round_opened", 1,
        "公益创投开始申报：{title}", "Round open for applications: {title}",
        "“{title}”已开始申报，截止日期{closes_on}，请组织辖区社会组织参与。",
        "'{title}' is open until {closes_on}; invite the organisations of your area to apply.",
    ),
    Template(
        "application_awarded", 1,
        "公益创投立项：{title}", "Project awarded: {title}",
        "{organization}申报的“{title}”已立项，资助金额{awarded_fen}。",
        "'{title}' of {organization} was awarded {awarded_fen}.",
    ),
    Template(
        "application_ineligible", 1,
        "申报不符合条件：{title}", "Application not eligible: {title}",
        "{organization}申报的“{title}”不符合条件，请查看理由并告知申报单位。",
        "'{title}' of {organization} is not eligible; see the reasons and tell the applicant.",
    ),
)  # fmt: skip
"""Every version there ever was: to change a text, add its next version."""

_BY_VERSION = {(template.name, template.version): template for template in TEMPLATES}
_NEWEST = {template.name: template for template in sorted(TEMPLATES, key=lambda one: one.version)}
NAMES = frozenset(_NEWEST)


def newest(name: str) -> Template:
    """The version that new messages are made with; raises KeyError for a name that is not in `NAMES`."""
    return _NEWEST[name]


def version_of(name: str, version: int) -> Template:
    """The version that a message was made with."""
    return _BY_VERSION[name, version]
