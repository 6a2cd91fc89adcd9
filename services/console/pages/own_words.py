"""Words of the pages of an organisation's own account."""

from typing import Final

OWN: Final[dict[str, tuple[str, str]]] = {
    "own": ("本组织", "My organisation"),
    "own_services": ("服务记录", "Service log"),
    "own_before": ("网上登记", "Registration online"),
    "own_before_hint": (
        "在这里提出登记申请或先行咨询；提出后可随时查看办理进度、补正材料。",
        "Apply to be registered here, or ask first; afterwards see how it goes and complete what is missing.",
    ),
    "own_record": ("登记信息", "On the record"),
    "own_due": ("在办事项", "What is open"),
    "own_nothing_due": ("目前没有在办事项。", "Nothing is open at the moment."),
    "own_no_applications": ("没有登记申请。", "There is no application."),
    "own_asked": ("需要补正", "To be completed"),
    "own_answered": ("办理意见", "What was answered"),
    "own_returned": ("{day} 退回", "sent back on {day}"),
    "own_again": ("补正期限 {day}", "hand in again by {day}"),
    "own_day": ("{day} 举行", "takes place on {day}"),
    "own_presences": ("参加会议、培训情况", "Meetings and trainings"),
    "own_presences_all": ("全部会议、培训", "All meetings and trainings"),
    "own_presences_none": (
        "还没有举行过邀请本组织参加的会议、培训。",
        "Nothing to which you were invited has been held yet.",
    ),
    "own_presence_day": ("日期", "Day"),
    "own_presence_body": ("主办单位", "Invited by"),
    "own_presence_unknown": ("未登记到会情况", "not recorded yet"),
    "own_waits": ("待本组织确认", "waits for your word"),
    "own_log_none": ("还没有服务记录。", "There is no service on the log yet."),
    "own_log_hint": (
        "入驻孵化基地后，基地登记的服务在这里由本组织确认；所接受的服务也可自行登记，由基地确认。",
        "In a base, its services wait here for your word, and those that you write down for the base's.",
    ),
    "own_line_hours": ("{hours} 小时", "{hours} hours"),
    "own_line_people": ("{people} 人次", "{people} person-times"),
    "own_line_by": ("{side}登记", "written by: {side}"),
    "own_disputed": ("{side} {day} 提出异议", "disputed on {day} by: {side}"),
    "own_dispute_waits": ("待登记方更正或撤销", "whoever wrote it has not answered yet"),
    "own_dispute_corrected": ("{day} 已更正", "corrected on {day}"),
    "own_dispute_cancelled": ("{day} 已撤销", "cancelled on {day}"),
    "own_unpromised": ("协议之外", "beyond the agreement"),
    "own_confirmed_on": ("{day} 确认", "confirmed on {day}"),
}
