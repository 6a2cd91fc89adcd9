"""The pages' words in Chinese and English, and the names of codes that events carry."""

from collections.abc import Iterable
from typing import Final, Literal

from shuniu_contracts import STREAMS

from services.console.pages.matter_words import MATTERS
from services.console.pages.office_words import CODES, OFFICE
from services.console.pages.own_words import OWN

Language = Literal["zh", "en"]

_PAGE: Final[dict[str, tuple[str, str]]] = {
    "brand": ("枢纽", "Shuniu"),
    "overview": ("概览", "Overview"),
    "organizations": ("社会组织", "Organisations"),
    "messages": ("消息", "Messages"),
    "sign_out": ("退出", "Sign out"),
    "other_language": ("English", "中文"),
    "live": ("实时", "live"),
    "as_of": ("数据截至 {time}", "data as of {time}"),
    "stale": (
        "暂时读不到最新数据，显示的是 {time} 的内容。",
        "New data cannot be read at the moment; this is what was there at {time}.",
    ),
    "signed_out": ("登录已过期，请重新登录。", "You have been signed out; sign in again."),
    "token_invalid": (
        "这个令牌无效、已过期，或没有查看控制台的权限。",
        "This token is not valid, has expired, or gives no access to the console.",
    ),
    "sign_in_title": ("登录枢纽", "Sign in to Shuniu"),
    "sign_in_how": (
        "打开 {up} 启动时打印的地址即自动登录；或用 {token} 取得令牌，粘贴在下面。",
        "Open the address that {up} prints and you are signed in; or get a token with {token} and paste it.",
    ),
    "sign_in_label": ("访问令牌", "Access token"),
    "sign_in": ("登录", "Sign in"),
    # tiles
    "total": ("社会组织", "Organisations"),
    "registered": ("登记", "Registered"),
    "filed": ("备案", "Filed"),
    "party": ("党组织", "Party organisations"),
    "party_detail": ("独立 {independent} · 联合 {joint}", "{independent} independent · {joint} joint"),
    "instructors": ("党建指导员", "Instructors"),
    "instructors_detail": ("已派驻", "assigned"),
    "coverage": ("党建覆盖率", "Party coverage"),
    "coverage_detail": ("待覆盖 {open} · 逾期 {overdue}", "{open} open · {overdue} overdue"),
    "grants": ("公益创投", "Grant rounds"),
    "grants_detail": ("申报 {submitted} · 立项 {awarded}", "{submitted} applied · {awarded} awarded"),
    "unread": ("我的未读消息", "My unread messages"),
    "unread_detail": ("辖区内未读 {count}", "{count} unread in the area"),
    "of_total": ("占 {share}", "{share} of all"),
    "events": ("{count} 条事件", "{count} events"),
    # charts and tables
    "by_division": ("各辖区社会组织", "Organisations by division"),
    "by_form": ("登记组织的类型", "Registered, by legal form"),
    "coverage_chart": ("党建覆盖", "Party coverage"),
    "years": ("历年登记与备案", "Registrations and filings by year"),
    "recent": ("最近动态", "Recent events"),
    "published": ("公布数字与系统数字对照", "Published figures beside computed ones"),
    "figure": ("数字", "Figure"),
    "time": ("时点", "Time"),
    "printed": ("公布", "Published"),
    "computed": ("系统", "Computed"),
    "verdict": ("结论", "Verdict"),
    "matches": ("一致", "matches"),
    "differs": ("相差 {residual}", "differs by {residual}"),
    "cannot": ("暂不能计算", "cannot yet"),
    "recompute": ("重新计算", "Compute again"),
    "computing": ("正在向各服务取数……", "Asking the services…"),
    "computed_at": ("计算于 {time}", "computed at {time}"),
    "nothing_published": ("本地区没有公布数字的文件。", "This region has no file of published figures."),
    "summary": (
        "{matches} 项一致，{differs} 项不一致，{cannot} 项暂不能计算",
        "{matches} match, {differs} differ, {cannot} cannot be computed yet",
    ),
    "nothing_yet": ("还没有数据。", "No data yet."),
    "nothing_yet_hint": (
        "导入登记册（shuniu import 登记册.xlsx）或登记第一家组织后，这里会自动更新。",
        "Import a register (shuniu import register.xlsx) or register one organisation; this page follows.",
    ),
    "organisational": ("组织覆盖", "By an organisation"),
    "work": ("工作覆盖", "By work"),
    "uncovered": ("未覆盖", "Not covered"),
    # organisations
    "search": ("名称、首字母或代码，按 /", "Name, initials or code; press /"),
    "division": ("辖区", "Division"),
    "form": ("类型", "Form"),
    "status": ("状态", "Status"),
    "link": ("与枢纽的联系", "Hub link"),
    "duty": ("党建覆盖", "Coverage"),
    "nature": ("性质", "Nature"),
    "function": ("职能", "Function"),
    "service_direction": ("服务方向", "Service direction"),
    "premises": ("办公场所", "Premises"),
    "category": ("类别", "Category"),
    "decoupling": ("脱钩进度", "Decoupling"),
    "target_group": ("服务对象", "Target group"),
    "supervisory_unit": ("业务主管单位", "Supervisory unit"),
    "origin": ("来源", "Origin"),
    "charity": ("慈善组织", "Charity"),
    "credit_listing": ("信用名录", "Credit listing"),
    "all": ("全部", "All"),
    "name": ("名称", "Name"),
    "code": ("代码", "Code"),
    "since": ("登记/备案日期", "Since"),
    "members": ("党员", "Members"),
    "none_found": ("没有符合条件的组织，请放宽条件。", "Nothing fits; loosen the conditions."),
    "found": ("共 {count} 家", "{count} found"),
    "per_page": ("每页", "Per page"),
    "clear": ("清除条件", "Clear"),
    "filters": ("筛选", "Filters"),
    "filters_set": ("筛选（{count}）", "Filters ({count})"),
    "more_filters": ("更多条件", "More filters"),
    "more_filters_set": ("更多条件（{count}）", "More filters ({count})"),
    "filters_hub": ("枢纽工作", "The hub's work"),
    "filters_work": ("业务", "What it does"),
    "filters_body": ("机构情况", "What it is"),
    "without_filter": ("不按“{name}”筛选", "Do not filter by {name}"),
    # one organisation
    "back": ("返回列表", "Back to the list"),
    "facts": ("基本情况", "Facts"),
    "duties": ("党建覆盖任务", "Coverage duties"),
    "covered_by": ("覆盖方式", "Covered by"),
    "timeline": ("时间线", "Timeline"),
    "projects": ("公益创投申报", "Grant applications"),
    "applications": ("登记申请", "Registration applications"),
    "applications_open": ("办理中", "Open"),
    "applications_overdue": ("已逾期", "Overdue"),
    "applications_ended": ("已办结", "Done"),
    "no_applications": ("这里没有登记申请。", "There are no applications here."),
    "took_days": ("用了 {days} 个工作日", "took {days} working days"),
    "runs_until": ("进行中", "running"),
    "more_steps": ("更多办理", "More to do"),
    "new_organization": ("新增组织", "New organisation"),
    "not_found": (
        "没有这家组织，或它不在您的辖区内。",
        "There is no such organisation, or it is outside your divisions.",
    ),
    "evidence": ("佐证材料", "evidence"),
    "save": ("保存", "Save"),
    "cancel": ("取消", "Cancel"),
    "saved": ("已保存，页面随事件更新。", "Saved; the page follows the event."),
    "nothing_changed": ("没有改动。", "Nothing was changed."),
    "conflict": (
        "在您填写期间，这条记录已被别人修改：{fields}。下面已换成最新内容，请核对后再保存。",
        "Somebody changed this record meanwhile: {fields}. The form shows it as it is; check and save again.",
    ),
    "conflict_same": (
        "在您填写期间，这条记录已被别人修改。请核对后再保存。",
        "Somebody changed this record meanwhile. Check and save again.",
    ),
    "due": ("期限 {day}", "due {day}"),
    "overdue": ("已逾期", "overdue"),
    "proposed": ("建议方式：{mode}", "proposed: {mode}"),
    "no_duty": ("没有覆盖任务。", "No coverage duty."),
    "no_events": ("没有记录。", "Nothing recorded."),
    "full_party_member_count": ("正式党员", "Full party members"),
    "staff_count": ("专职人员", "Staff"),
    "member_count": ("会员", "Members"),
    "volunteer_count": ("志愿者", "Volunteers"),
    "categories": ("类别", "Categories"),
    "department": ("对接科室", "Department"),
    "credit_code": ("统一社会信用代码", "Credit code"),
    "legacy_number": ("登记证号", "Registration number"),
    "founded_on": ("成立", "Founded"),
    "registered_on": ("登记", "Registered"),
    "filed_on": ("备案", "Filed"),
    "linked_on": ("建立联系", "Linked"),
    "ended_on": ("终止", "Ended"),
    "supervisory_unit_name": ("业务主管单位", "Supervisory unit"),
    "registration_route": ("登记途径", "Route"),
    "hub_standing": ("枢纽评判", "Hub's judgement"),
    "basis": ("来源", "Basis"),
    "requested": ("申请", "asked"),
    "awarded": ("资助", "awarded"),
    "yuan": ("{amount} 元", "{amount} yuan"),
    "in_yuan": ("{title}（元）", "{title} (yuan)"),
    # messages
    "mine": ("我的消息", "Mine"),
    "area": ("辖区全部", "Whole area"),
    "only_unread": ("只看未读", "Unread only"),
    "mark_read": ("标为已读", "Mark as read"),
    "acknowledge": ("确认知悉", "Acknowledge"),
    "acknowledge_by": ("请于 {time} 前确认", "to be acknowledged by {time}"),
    "no_messages": ("没有消息。", "No messages."),
    "no_messages_hint": (
        "有需要您知道的事时，消息会自动出现在这里；谁接收什么，由地区配置和接收人名单决定。",
        "What you must know appears here by itself; the region's rules and recipients decide who gets what.",
    ),
    "more": ("更多", "More"),
    "open_organization": ("查看组织", "Open the organisation"),
    "done": ("已办理。", "Done."),
    **MATTERS,
    **OFFICE,
    **OWN,
}

_CODES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "legal_form": {
        "association": ("社会团体", "association"),
        "private_non_enterprise": ("民办非企业单位", "private non-enterprise"),
        "foundation": ("基金会", "foundation"),
        "community_organization": ("社区社会组织", "community organisation"),
        "none": ("无（草根）", "none (grass-roots)"),
        "unclassified": ("形式未说明", "form not stated"),
    },
    "legal_status": {
        "candidate": ("拟成立", "candidate"),
        "discovered": ("摸底发现", "discovered"),
        "filed": ("已备案", "filed"),
        "registered": ("已登记", "registered"),
        "suspended": ("停止活动", "suspended"),
        "deregistered": ("已注销", "deregistered"),
        "revoked": ("已撤销", "revoked"),
        "dissolved": ("已解散", "dissolved"),
    },
    "hub_link": {
        "none": ("未联系", "not linked"),
        "linked": ("已联系", "linked"),
        "hub_filed": ("枢纽备案", "filed with the hub"),
        "in_field": ("本领域", "in the field"),
        "direct": ("直接管理", "direct"),
    },
    "hub_standing": {
        "good": ("良好", "good"),
        "under_rectification": ("整改中", "under rectification"),
        "at_risk": ("有风险", "at risk"),
    },
    "registration_route": {
        "hub_endorsed": ("枢纽初审", "endorsed by the hub"),
        "direct": ("直接登记", "direct"),
        "department": ("部门审查", "by a department"),
        "unknown": ("不详", "unknown"),
    },
    "coverage": {
        "covered": ("已覆盖", "covered"),
        "open": ("待覆盖", "open"),
        "overdue": ("已逾期", "overdue"),
        "lapsed": ("已失效", "lapsed"),
        "ended": ("已终止", "ended"),
    },
    "mode": {
        "independent": ("独立党组织", "independent"),
        "joint": ("联合党组织", "joint"),
        "attached": ("挂靠", "attached"),
        "instructor": ("党建指导员", "instructor"),
        "temporary": ("临时党组织", "temporary"),
        "work_station": ("工作站", "work station"),
    },
    "line": {"party": ("党组织", "party"), "women": ("妇联组织", "women")},
    "basis": {
        "live": ("实时", "live"),
        "historical": ("补录", "historical"),
        "imported": ("导入", "imported"),
        "corrected": ("更正", "corrected"),
    },
    "application": {
        "submitted": ("已申报", "submitted"),
        "returned": ("退回补正", "returned"),
        "eligible": ("符合条件", "eligible"),
        "ineligible": ("不符合条件", "ineligible"),
        "withdrawn": ("已撤回", "withdrawn"),
        "awarded": ("立项", "awarded"),
        "reserved": ("候补", "reserved"),
        "not_selected": ("未入选", "not selected"),
    },
    "step": {
        "consulted": ("咨询", "consulted"),
        "submitted": ("已提交", "submitted"),
        "returned": ("退回补正", "returned"),
        "endorsed": ("初审通过", "endorsed"),
        "endorsement_refused": ("初审不通过", "endorsement refused"),
        "denied": ("不予登记", "denied"),
        "withdrawn": ("已撤回", "withdrawn"),
        "closed": ("办结", "closed"),
    },
    "application_clock": {
        "consultation": ("咨询答复", "consultation"),
        "pre_review": ("业务初审", "pre-review"),
        "correction": ("补正", "completion"),
        "decision": ("登记决定", "decision"),
    },
    "message": {
        "queued": ("待发", "queued"),
        "held": ("暂缓", "held"),
        "attempting": ("发送中", "sending"),
        "sent": ("未读", "unread"),
        "delivered": ("未读", "unread"),
        "read": ("已读", "read"),
        "acknowledged": ("已确认", "acknowledged"),
        "failed": ("失败", "failed"),
        "unknown": ("未知", "unknown"),
        "expired": ("过期未确认", "not acknowledged in time"),
    },
    "urgency": {"critical": ("紧急", "critical"), "normal": ("普通", "normal"), "digest": ("摘要", "digest")},
    "told": {
        "planned_days": ("计划天数", "planned days"),
        "actual_days": ("实际天数", "actual days"),
        "days_late": ("逾期天数", "days late"),
        "milestones": ("里程碑", "milestones"),
        "met": ("已完成", "met"),
        "met_late": ("其中逾期完成", "met late"),
        "missed": ("逾期未完成", "missed"),
        "phases": ("阶段", "phases"),
        "gaps": ("起止不一致", "where span and phases disagree"),
        "title": ("名称", "title"),
        "kind": ("情形", "kind"),
        "begins_on": ("起始日期", "begins on"),
        "ends_on": ("结束日期", "ends on"),
        "days": ("天数", "days"),
        "department": ("部门", "department"),
        "duties": ("岗位要求", "duties"),
        "waiting": ("待承办", "waiting"),
        "accepted": ("办理中", "accepted"),
        "overdue": ("已逾期", "overdue"),
        "oldest": ("最早一件", "oldest"),
        "division": ("行政区划", "division"),
        "communities": ("社区（村）", "communities"),
        "with_liaison": ("有联络员", "with a liaison"),
        "with_point": ("有联络点", "with a point"),
        "without": ("没有联络员的", "without a liaison"),
        "organizations": ("社会组织", "organisations"),
        "per_post": ("每名社工对应", "organisations per post"),
        "needed": ("应配社工", "needed"),
        "filled": ("在岗", "filled"),
        "shortage": ("缺口", "lacking"),
        "advised": ("配备建议", "advised"),
        "batches": ("招聘批次", "hiring batches"),
        "batch": ("批次", "batch"),
        "source": ("来源", "source"),
        "posts": ("岗位", "posts"),
        "load": ("服务组织数", "organisations served"),
        "tag": ("行动（框架）", "framework"),
        "tasks": ("任务", "tasks"),
        "completed": ("完成", "completed"),
        "plans": ("规划", "plans"),
        "planned_sessions": ("计划场次", "planned sessions"),
        "planned_people": ("计划人次", "planned people"),
        "planned_hours": ("计划学时", "planned hours"),
        "sessions": ("实办场次", "sessions held"),
        "people": ("实到人次", "people"),
        "places": ("人次", "places"),
        "answer": ("答复", "answer"),
        "hours": ("实际学时", "hours"),
        "topics_left": ("尚未培训的主题", "topics left"),
        "figure": ("指标", "figure"),
        "unit": ("单位", "unit"),
        "value": ("数值", "value"),
        "as_of": ("截至", "as of"),
        "targets": ("目标", "targets"),
        "bodies": ("按单位", "by body"),
        "reach": ("实绩", "reached"),
        "weighed": ("已有数值的权重", "weight of those with a value"),
        "score": ("加权完成率（%）", "reached by weight (%)"),
        "due": ("应检", "due"),
        "taken_part": ("已参检", "taken part"),
        "concluded": ("已出结论", "concluded"),
        "passed": ("合格", "passed"),
        "participation": ("参检率（%）", "taken part (%)"),
        "pass_rate": ("合格率（%）", "passed (%)"),
        "by": ("按辖区", "by division"),
        "concerned": ("涉及组织", "concerned"),
        "self_checked": ("已自查", "self-checked"),
        "reviewed": ("已审查", "reviewed"),
        "handled": ("已整顿处理", "handled"),
        "closed": ("未完成、已结束", "ended unfinished"),
        "late": ("其中逾期自查", "late"),
        "with_problems": ("有问题未整改到位", "with open problems"),
        "code": ("项目", "item"),
        "topic": ("内容", "topic"),
        "duty": ("职责", "duty"),
        "acknowledged_on": ("签收日期", "acknowledged on"),
        "conditions": ("准入条件", "conditions"),
        "engagements": ("已聘次数", "times asked"),
        "person": ("人员编号", "person"),
    },
    "told_value": {
        "uncovered": ("没有任何阶段覆盖", "no phase covers it"),
        "before": ("阶段早于规划起始", "before the plan"),
        "beyond": ("阶段超出规划结束", "beyond the plan"),
        "overlap": ("阶段相互重叠", "phases overlap"),
        "internal": ("内部配备", "own staff"),
        "purchased": ("购买岗位", "posts to be bought"),
        "accepted": ("确认参加", "accepted"),
        "excused": ("请假", "excused"),
        "invited": ("未答复", "no answer"),
        "attended": ("到会", "came"),
        "absent": ("缺席", "stayed away"),
        "unrecorded": ("未登记", "not recorded"),
    },
    "care_fact": {
        "opened": ("建档", "opened"),
        "planned": ("调整计划", "planned anew"),
        "helped": ("帮扶服务", "helped"),
        "reviewed": ("评估", "reviewed"),
        "handed_over": ("交接", "handed over"),
        "closed": ("结束帮扶", "closed"),
        "reopened": ("恢复帮扶", "reopened"),
    },
    "inspection_form": {
        "annual_inspection": ("年检", "annual inspection"),
        "annual_report": ("年报", "annual report"),
    },
    "base_level": {
        "area": ("市、区级", "city or district"),
        "zone": ("功能区级", "functional zone"),
        "street": ("街道（乡镇）级", "street"),
        "community": ("社区级", "community"),
    },
    "service": {
        "registry": ("登记", "registry"),
        "grants": ("资助", "grants"),
        "partybuild": ("党建", "party-building"),
        "notify": ("消息", "messages"),
    },
    **CODES,
}

_FACTS: Final = {
    (stream.service, stream.aggregate, described.fact): (described.zh, described.en)
    for stream in STREAMS.values()
    for described in stream.facts.values()
}


class Words:
    """One language's words."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._position = 0 if language == "zh" else 1

    def __call__(self, key: str, **values: object) -> str:
        """The words for `key`; raises KeyError for a key that nobody wrote words for."""
        return _PAGE[key][self._position].format(**values)

    def pair(self, title: str, value: object) -> str:
        """What something is called, and what it is."""
        return f"{title}：{value}" if self.language == "zh" else f"{title}: {value}"

    def series(self, pairs: Iterable[str]) -> str:
        """Several of these, one after the other."""
        return ("，" if self.language == "zh" else ", ").join(pairs)

    def names(self, names: Iterable[str]) -> str:
        """Several names, one after the other."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def clauses(self, clauses: Iterable[str]) -> str:
        """What is said of several things, one after the other."""
        return ("；" if self.language == "zh" else "; ").join(clauses)

    def aside(self, text: str) -> str:
        """What stands in brackets behind something."""
        return f"（{text}）" if self.language == "zh" else f" ({text})"

    def code(self, kind: str, code: str | None) -> str:
        """The name of a code; the code itself where the events know more than this page."""
        if code is None:
            return "—"
        known = _CODES[kind].get(code)
        return known[self._position] if known else code

    def codes(self, kind: str) -> dict[str, str]:
        """Every code of a kind with its name."""
        return {code: names[self._position] for code, names in _CODES[kind].items()}

    def fact(self, service: str, aggregate: str, fact: str) -> str:
        """What an event says, as the catalogue words it."""
        known = _FACTS.get((service, aggregate, fact))
        return known[self._position].rstrip("。.") if known else f"{service} {aggregate} {fact}"
