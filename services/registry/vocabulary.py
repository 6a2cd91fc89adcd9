"""Names of the codes that people choose or enter, by field: what forms, pages and workbooks offer and show.

The lists of the profile name their own codes. These are for the fields that the documents leave open; a
profile adds to them or says them otherwise in `[registry.codes]`. A code that nobody has named can be entered
all the same. At the end stand the enumerations that no form names itself. A key is a field, or
`<kind>.<field>` where the field of one kind means something else.
"""

from collections.abc import Mapping

from services.registry.enforcement.emergency_pauses.model import POINTS_ZH
from services.registry.hub.guidelines.model import HEADINGS_ZH
from services.registry.hub.hubs.model import SIX_HAVES_ZH
from services.registry.records.candidacies.model import MODES_ZH

Names = Mapping[str, str]
"""Code -> Chinese, in the order in which they are offered."""

BODIES: Names = {
    "district_committee": "区委",
    "social_work_department": "区委社会工作部",
    "civil_affairs": "民政部门",
    "womens_federation": "妇联",
    "trade_union": "工会",
    "youth_league": "共青团",
    "disabled_federation": "残联",
    "science_association": "科协",
    "finance": "财政部门",
    "education": "教育部门",
    "health": "卫生健康部门",
    "public_security": "公安机关",
    "justice": "司法行政部门",
    "market_supervision": "市场监管部门",
    "tax": "税务部门",
    "street": "街道（镇）",
    "community": "社区",
    "service_centre": "社会组织服务中心",
    "university": "高校",
    "enterprise": "企业",
}
"""Ours: the bodies that the five documents speak of."""

_TOPICS: Names = {
    "finance": "财务管理",
    "governance": "内部治理",
    "activity": "业务活动",
    "disclosure": "信息公开",
    "charter": "章程",
    "staff": "人员",
    "premises": "住所",
    "party": "党的建设",
    "fees": "收费",
    "law": "法律法规",
    "safety": "安全",
}
_LESSONS: Names = {
    "policy": "政策解读",
    "law": "法律法规",
    "finance": "财务管理",
    "governance": "内部治理",
    "projects": "项目策划",
    "fundraising": "筹款",
    "volunteers": "志愿者管理",
    "party": "党建工作",
    "publicity": "宣传传播",
    "indicators": "评估指标",
}
_QUESTIONS: Names = {
    "registration": "登记",
    "filing": "备案",
    "change": "变更",
    "annual_inspection": "年检",
    "finance": "财务",
    "projects": "项目",
    "incubation": "孵化",
    "party": "党建",
    "complaint": "投诉",
    "other": "其他",
}
_CONTACTS: Names = {
    "window": "窗口",
    "telephone": "电话",
    "visit": "走访",
    "online": "网上",
    "letter": "来信",
    "meeting": "会议",
}
_RESULTS: Names = {
    "done": "已办结",
    "corrected": "已整改",
    "resolved": "已解决",
    "partly": "部分解决",
    "no_problem": "未发现问题",
    "not_done": "未办成",
}
_OUTCOMES: Names = {
    "corrected": "整改到位",
    "partly": "部分整改",
    "rectify": "需整改",
    "done": "完成",
    "no_problem": "未发现问题",
    "transferred": "移交处理",
}
_GROUPS: Names = {
    "elderly": "老年人",
    "children": "儿童",
    "left_behind_children": "留守儿童",
    "disabled": "残疾人",
    "special": "特殊人群",
    "poor": "困难群众",
    "women": "妇女",
    "single_poor_mothers": "单亲贫困母亲",
}
_AGENDA: Names = {
    "business": "业务工作",
    "party": "党建工作",
    "briefing": "通报情况",
    "deployment": "部署工作",
    "exchange": "交流经验",
    "problems": "研究问题",
    "study": "理论学习",
    "decisions": "议事决策",
    "reports": "工作汇报",
}
_MATERIALS: Names = {
    "charter": "章程",
    "annual_report": "年度工作报告",
    "audit": "审计报告",
    "minutes": "会议纪要",
    "staff_count": "人员情况",
    "evidence": "证明材料",
    "accounts": "财务报表",
}
_MANNERS: Names = {
    "meeting": "座谈",
    "visit": "上门",
    "training": "培训",
    "telephone": "电话",
    "document": "书面",
    "online": "线上",
}
_STAFF: Names = {
    "social_work": "社会工作",
    "law": "法律",
    "accounting": "会计",
    "psychology": "心理",
    "party": "党务",
    "planning": "项目策划",
    "information": "信息技术",
    "writing": "文字综合",
}
_REPORT_KINDS: Names = {
    "problem": "问题反映",
    "advice": "意见建议",
    "information": "工作信息",
    "risk": "风险情况",
}
_REPORT_RESULTS: Names = {
    "answered": "已答复",
    "raised": "已报上级",
    "resolved": "已解决",
    "noted": "已知悉",
}
_POSTS: Names = {
    "principal": "负责人",
    "secretary_general": "秘书长",
    "deputy": "副职",
    "party_officer": "党建工作者",
    "staff": "专职工作人员",
    "volunteer": "志愿者",
    "other": "其他",
}
_RESOURCES: Names = {
    "venue": "场地",
    "funds": "资金",
    "goods": "物资",
    "staff": "人力",
    "training": "培训",
    "equipment": "设备",
    "publicity": "宣传",
}

_REASONS: Names = {
    "mistake": "登记有误",
    "moved": "迁址",
    "merged": "合并",
    "transferred": "移交他处",
    "reorganised": "机构调整",
    "retired": "退休",
    "left": "离职",
    "complied": "已履行",
    "repaired": "信用修复",
    "agreed": "协商一致",
    "own_request": "本人（本单位）申请",
    "postponed": "另行安排",
    "expert": "须专家论证",
    "emergency": "突发事件",
    "no_longer_needed": "不再需要",
    "other": "其他",
}
_RECTIFIED: Names = {
    **_TOPICS,
    "inspection": "年检事项",
    "vouchers": "票据不规范",
    "accounts": "账目不清",
    "reports": "未按规定报告",
}

FIELDS: Mapping[str, Names] = {
    **dict.fromkeys(
        (
            "authority",
            "body",
            "co_operating",
            "funder",
            "lead",
            "lead_body",
            "partner_bodies",
            "provider",
            "recognised_by",
            "referred_to",
            "registration_authority",
            "responsible",
            "submitted_to",
            "supervisory_unit",
        ),
        BODIES,
    ),
    "reason": _REASONS,
    "agenda": _AGENDA,
    "batch": {"first": "第一批", "second": "第二批", "third": "第三批", "fourth": "第四批"},
    "channel": _CONTACTS,
    "deviation": {"expert_opinion": "专家组意见", "new_facts": "新的事实", "formula": "指标不适用"},
    "effect": {"good": "良好", "fair": "一般", "poor": "不明显"},
    "explanation_code": {
        "emergency": "突发事件",
        "no_quorum": "人数不足",
        "combined": "与其他会议合并",
        "postponed": "延期",
        "other": "其他",
    },
    "framework": {"six_actions": "六大行动"},
    "incentive": {"training": "培训", "allowance": "补贴", "honours": "表彰", "points": "积分兑换"},
    "items": _MATERIALS,
    "lacking": {
        "governance": "内部治理",
        "capacity": "专业能力",
        "funds": "资金",
        "staff": "人员",
        "premises": "场地",
        "party": "党建",
        "influence": "社会影响",
        "study": "学习",
        "health": "健康",
    },
    "manner": _MANNERS,
    "measures": {
        "coaching": "一对一辅导",
        "training": "培训",
        "funding": "资金扶持",
        "premises": "提供场地",
        "re_election": "换届",
        "account_frozen": "冻结账户",
        "talk": "约谈",
        "warning": "警示",
    },
    "more": _TOPICS,
    "opinion": {"agreed": "同意", "not_agreed": "不同意", "press": "督促", "correct": "补正"},
    "opinions": {
        "governance": "内部治理",
        "service": "服务质量",
        "finance": "财务",
        "staff": "人员",
        "projects": "项目",
    },
    "organization.nature": {
        "academic": "学术性",
        "industry": "行业性",
        "professional": "专业性",
        "joint": "联合性",
        "public_benefit": "公益性",
        "mutual_benefit": "互益性",
    },
    "organization.functions": {
        "service": "提供服务",
        "representation": "反映诉求",
        "coordination": "协调行业",
        "training": "教育培训",
        "mutual_aid": "互助",
        "culture": "文体活动",
    },
    "organization.service_directions": {
        "women": "妇女",
        "children": "儿童",
        "family": "家庭",
        "elderly": "老年人",
        "community": "社区",
        "industry": "行业",
    },
    "organization.development_mode": {mode.value: zh for mode, zh in MODES_ZH.items()},
    "organization.ground": {
        **_TOPICS,
        "complaint": "投诉",
        "inspection": "检查发现问题",
        "refused": "拒不配合",
        "corrected": "整改到位",
    },
    "origin": {
        "inspection": "年检",
        "spot_check": "抽查",
        "clean_up": "专项行动",
        "supervision_visit": "督导",
        "visit": "走访",
        "report": "举报",
        "complaint": "投诉",
        "census": "摸底",
        "own_initiative": "自查",
        "meeting": "会议",
    },
    "outcome": _OUTCOMES,
    "problems": {
        "vouchers": "票据不规范",
        "accounts": "账目不清",
        "fees": "违规收费",
        "staff": "人员不符",
        "premises": "场所不符",
        "reports": "未按规定报告",
    },
    "progress": {"begun": "已启动", "half_way": "过半", "nearly_done": "基本完成"},
    "result": _RESULTS,
    "role": {
        "head": "组长",
        "deputy": "副组长",
        "member": "成员",
        "liaison": "联络员",
        "party_officer": "党建工作者",
    },
    "series": {
        "admission": "入会（准入）标准",
        "operation": "运行规范",
        "evening": "夜校",
        "charity": "公益讲堂",
    },
    "skills": _STAFF,
    "target_groups": _GROUPS,
    "topic": _QUESTIONS,
    "topics": _TOPICS,
    "topics_left": _TOPICS,
    "unit": {
        "yuan": "元",
        "fen": "分（人民币）",
        "hour": "小时",
        "piece": "件",
        "place": "个",
        "square_metre": "平方米",
        "person_time": "人次",
    },
    "wanted": _LESSONS,
    "attendance.came_as": _POSTS,
    "post": _POSTS,
    "attendance.reason": {
        "sick": "病假",
        "official": "公务冲突",
        "away": "外出",
        "family": "事假",
        "other": "其他",
    },
    "attendance.ground": {
        "mistake": "误邀",
        "replaced": "更换参会人",
        "not_held": "未召开（举办）",
        "no_longer_needed": "不再需要",
    },
    "base_case.result": {**_RESULTS, "arranged": "已安排"},
    "body_check.ground": {
        "moved": "住所迁移",
        "unreachable": "无法联系",
        "refused": "拒绝检查",
        "dissolved": "已注销",
    },
    "brand.kind": {
        "service": "服务品牌",
        "activity": "活动品牌",
        "person": "人物品牌",
        "product": "产品品牌",
    },
    "brand.measure": {
        "packaging": "策划包装",
        "publicity": "宣传推广",
        "training": "培训",
        "funding": "资金支持",
    },
    "cadence.reason": {**_REASONS, "not_listed": "本地区目录已无此类会议或培训"},
    "candidacy.reason": {**_REASONS, "joined": "并入另一条申报"},
    "clean_up_check.outcome": {**_OUTCOMES, "deregistered": "注销", "decoupled": "完成脱钩"},
    "community_activity.kind": {
        "festival": "节庆活动",
        "patrol": "巡防",
        "care": "关爱帮扶",
        "culture": "文体活动",
        "lecture": "讲座",
        "volunteering": "志愿服务",
        "market": "便民集市",
    },
    "contact_assignment.reason": {**_REASONS, "organization_ended": "组织已终止"},
    "contact_assignment.role": {
        "contact": "日常联系",
        "officer": "联系人",
        "party_officer": "党建工作者",
        "deputy": "协助联系人",
    },
    "coordination_case.kind": {
        "difference": "认定不一致",
        "complaint": "投诉协调",
        "overlap": "职责交叉",
        "project": "项目协调",
    },
    "emergency_order.kind": {
        "epidemic": "疫情",
        "flood": "防汛",
        "typhoon": "台风",
        "earthquake": "地震",
        "fire": "火灾",
        "public_order": "公共安全",
    },
    "evaluation.ground": {
        "false_materials": "材料弄虚作假",
        "complaints": "群众投诉",
        "points": "对得分有异议",
        "procedure": "对程序有异议",
        "forged_certificate": "伪造证书",
    },
    "evaluation.kind": _MANNERS,
    "evaluation.topics": _LESSONS,
    "guidance.topic": {
        "project": "项目",
        "governance": "内部治理",
        "finance": "财务",
        "registration": "登记",
        "party": "党建",
        "venture_project": "公益创投项目",
    },
    "guidance.result": {"good": "好", "fair": "较好", "qualified": "合格", "unqualified": "不合格"},
    "guideline.kind": {
        "development_plan": "发展规划",
        "operating_guide": "工作指引",
        "rules": "管理办法",
        "standard": "服务标准",
    },
    "illegal_case.finding": {
        "unregistered": "未经登记",
        "in_anothers_name": "冒用名义",
        "after_revocation": "被撤销后继续活动",
        "unfounded": "不属实",
    },
    "illegal_case.outcome": {
        "banned": "予以取缔",
        "dissolved": "自行解散",
        "registered": "引导登记",
        "transferred": "移送",
        "unfounded": "不属实",
    },
    "inspection.ground": {
        "registered_late": "登记未满期限",
        "suspended": "停止活动",
        "dissolving": "正在注销",
        "merged": "合并",
    },
    "inspection.kind": _MANNERS,
    "joint_activity.kind": {
        "activity": "联合活动",
        "training": "联合培训",
        "care": "关爱帮扶",
        "publicity": "联合宣传",
        "project": "联合项目",
    },
    "liaison.topic": {
        "event": "活动",
        "new_organization": "新成立组织",
        "risk": "风险",
        "need": "需求",
        "story": "典型事迹",
    },
    "official_decision.grounds": {
        "unreachable": "无法联系",
        "no_annual_report": "未报送年报",
        "beyond_purpose": "超出业务范围",
        "fees": "违规收费",
        "false_materials": "弄虚作假",
        "embezzlement": "侵占财产",
    },
    "official_decision.result": {
        "warning": "警告",
        "fine": "罚款",
        "confiscation": "没收违法所得",
        "suspension": "限期停止活动",
        "revocation": "撤销登记",
    },
    "operator_contract.result": {"qualified": "合格", "unqualified": "不合格"},
    "partner.kind": {
        "university": "高校",
        "enterprise": "企业",
        "foundation": "基金会",
        "media": "媒体",
        "institute": "研究机构",
    },
    "placement.partner": {
        "community": "社区",
        "community_committee": "居（村）委会",
        "party_centre": "党群服务中心",
    },
    "plan.kind": {
        "year": "年度计划",
        "three_years": "三年行动计划",
        "special": "专项计划",
        "action": "行动方案",
    },
    "rectification.topics": _RECTIFIED,
    "rectification.topics_left": _RECTIFIED,
    "rectification.origin": {
        "inspection": "年检",
        "spot_check": "抽查",
        "clean_up": "专项行动",
        "supervision_visit": "督导",
        "evaluation": "评估",
        "complaint": "投诉",
    },
    "registration_guidance.topic": {
        "registration": "登记引导",
        "filing": "备案引导",
        "name": "名称",
        "charter": "章程",
    },
    "report_answer.result": _REPORT_RESULTS,
    "resource_offer.kind": _RESOURCES,
    "resource_request.kind": _RESOURCES,
    "risk.topic": {
        "finance": "财务",
        "governance": "内部治理",
        "ideology": "意识形态",
        "safety": "安全",
        "law": "涉法涉诉",
    },
    "risk.outcome": {
        "resolved": "已化解",
        "upgraded": "升级处置",
        "partly": "部分化解",
        "unfounded": "不属实",
    },
    "social_worker_post.skills": _STAFF,
    "stay.purpose": {"training": "培训", "premises": "场地", "equipment": "设备", "start_up": "启动资金"},
    "study.kind": {"survey": "问卷调查", "visit": "实地调研", "documents": "文献资料", "discussion": "座谈"},
    "study.topic": {
        "incubation": "孵化培育",
        "party": "党建",
        "purchase": "政府购买服务",
        "governance": "内部治理",
        "hub": "枢纽型组织建设",
    },
    "supervision_visit.topic": _TOPICS,
    "supervision_visit.result": {"no_problem": "未发现问题", "corrected": "已整改", "rectify": "限期整改"},
    "task.origin": {
        "meeting": "会议议定",
        "superior": "上级部署",
        "instruction": "领导批示",
        "plan": "计划分解",
        "visit": "督导发现",
    },
    "training.topics": _LESSONS,
    "training_plan.topics": _LESSONS,
    "upward_report.kind": _REPORT_KINDS,
    "report_answer.kind": _REPORT_KINDS,
    "upward_report.result": _REPORT_RESULTS,
    "coordination_case.duty": {
        "check": "核实情况",
        "visit": "走访",
        "fund": "资金保障",
        "policy": "政策支持",
        "staff": "人员保障",
        "answer": "答复",
    },
    "evaluation.materials": {
        "basic_conditions": "基础条件",
        "internal_governance": "内部治理",
        "work_performance": "工作绩效",
        "social_appraisal": "社会评价",
    },
    "hub.duties": {
        "census": "摸底",
        "contact": "联系服务",
        "incubation": "孵化培育",
        "coordination": "统筹协调",
        "self_governance": "社区自治",
        "shared_services": "共享服务",
        "party_and_league": "党团建设",
    },
    "hub.post": {
        "chair": "主席",
        "vice_chair": "副主席",
        "secretary": "书记",
        "office_head": "办公室主任",
        "federation_chair": "区妇联主席",
        "federation_vice_chair": "区妇联副主席",
        "federation_office_head": "区妇联办公室主任",
        "street_federation_chair": "街道妇联主席",
    },
    "talent.purpose": {
        "evaluation": "评估评审",
        "training": "授课",
        "advice": "咨询",
        "supervision": "督导",
        "venture_round": "公益创投评审",
    },
    "target.source": {
        "registry": "本系统",
        "civil_affairs": "民政部门",
        "statistics": "统计部门",
        "survey": "调查",
    },
    "task.kind": {
        "special": "专项工作",
        "routine": "常规工作",
        "rectification": "整改",
        "plan_filing": "方案报备",
        "supervised": "督办事项",
        "decision": "会议议定事项",
        "finding": "督导整改事项",
    },
    "team.kind": {
        "volunteers": "志愿服务队",
        "patrol": "巡防队",
        "culture": "文体队",
        "mediation": "调解队",
        "care": "关爱队",
    },
}
"""Ours; the words are those of the five documents where they have one."""

_FORMS: Names = {
    "association": "社会团体",
    "private_non_enterprise": "民办非企业单位",
    "foundation": "基金会",
    "community_organization": "社区社会组织",
    "none": "无（草根）",
    "unclassified": "形式未说明",
}
_STATUSES: Names = {
    "candidate": "拟成立",
    "discovered": "摸底发现",
    "filed": "已备案",
    "registered": "已登记",
    "suspended": "停止活动",
    "deregistered": "已注销",
    "revoked": "已撤销",
    "dissolved": "已解散",
}
_CHECKS: Names = {
    "scale": "规模",
    "standard": "标准",
    "effect": "成效",
    "necessity": "必要性",
    "feasibility": "可行性",
}
_INSPECTIONS: Names = {"annual_inspection": "年检", "annual_report": "年报"}
ENUMERATIONS: Mapping[str, Names] = {
    "legal_form": _FORMS,
    "legal_forms": _FORMS,
    "legal_status": _STATUSES,
    "legal_statuses": _STATUSES,
    "hub_links": {
        "none": "未联系",
        "linked": "已联系",
        "hub_filed": "枢纽备案",
        "in_field": "本领域",
        "direct": "直接管理",
    },
    "base.level": {
        "area": "市、区级",
        "zone": "功能区级",
        "street": "街道（乡镇）级",
        "community": "社区级",
    },
    "body_check.result": {"no_problem": "未发现问题", "problems": "发现问题"},
    "candidacy.failed": _CHECKS,
    "candidacy.met": _CHECKS,
    "contact_record.headings": {
        "staff": "人员构成",
        "members": "会员分布",
        "party": "党组织和党员",
        "work": "工作开展",
    },
    "emergency_pause.lacking": POINTS_ZH,
    "emergency_pause.passed": POINTS_ZH,
    "governance_checklist.fees_declared": {
        "no_fees_on_firms": "无涉企收费项目",
        "no_self_made_administrative_fees": "无私设行政事业性收费项目",
        "no_widened_fees": "无擅自扩大收费范围、提高收费标准",
        "no_self_set_standards": "无越权自定收费标准",
    },
    "governance_checklist.systems": {
        "internal_management": "内部管理",
        "disclosure": "信息公开",
        "financial_audit": "财务审计",
        "annual_review": "年审",
    },
    "guideline.headings_lacking": HEADINGS_ZH,
    "hub.six_haves": SIX_HAVES_ZH,
    "inspection.form": _INSPECTIONS,
    "inspection_campaign.form": _INSPECTIONS,
    "plan.gaps": {
        "uncovered": "未被阶段覆盖",
        "before": "早于规划期",
        "beyond": "超出规划期",
        "overlap": "阶段重叠",
    },
}
"""The contracts'; as the documents word them, and in the words of the register's workbook."""


def with_own(names: Mapping[str, Names], own: Mapping[str, Names]) -> Mapping[str, Names]:
    """The names, with the words that a region has of its own over them."""
    said = {key: names.get(key) or names.get(key.rpartition(".")[2], {}) for key in own}
    return {**names, **{key: {**said[key], **words} for key, words in own.items()}}


def key_of(vocabulary: Mapping[str, Names], kind: str, field: str) -> str:
    """Where the names for a field of a kind are: its own, or those of all fields that are called so."""
    own = f"{kind}.{field}"
    return own if vocabulary.get(own) else field


def of_field(vocabulary: Mapping[str, Names], kind: str, field: str) -> Names:
    """The names for a field of a kind; none where nobody has any."""
    return vocabulary.get(key_of(vocabulary, kind, field), {})
