"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.operations.answers import reactions as answers
from services.registry.operations.answers.commands import REPORT_ANSWERS
from services.registry.operations.attendances import routes as attendance_rates
from services.registry.operations.attendances.commands import ATTENDANCES
from services.registry.operations.attendances.queries import BY_LIST
from services.registry.operations.cadences import commands as cadences
from services.registry.operations.cadences import routes as cadence_routes
from services.registry.operations.cadences.commands import CADENCES
from services.registry.operations.frameworks import BY_TAG
from services.registry.operations.inquiries.commands import INQUIRIES
from services.registry.operations.inquiries.queries import ANSWERS
from services.registry.operations.joint.commands import JOINT_ACTIVITIES
from services.registry.operations.meetings import commands as meetings
from services.registry.operations.meetings.commands import MEETINGS
from services.registry.operations.plans import routes as plan_routes
from services.registry.operations.plans.commands import PLANS
from services.registry.operations.plans.queries import MONTHS
from services.registry.operations.receipts import routes as receipts
from services.registry.operations.receipts.commands import RECEIPTS
from services.registry.operations.responsibilities import routes as responsibilities
from services.registry.operations.targets import routes as targets
from services.registry.operations.targets.commands import TARGETS
from services.registry.operations.tasks import duplicates
from services.registry.operations.tasks import reactions as tasks
from services.registry.operations.tasks import routes as frameworks
from services.registry.operations.tasks.commands import TASKS
from services.registry.operations.tasks.queries import OWED_LATE
from services.registry.operations.training_plans import routes as training_plan_routes
from services.registry.operations.training_plans.commands import TRAINING_PLANS
from services.registry.operations.trainings import commands as trainings
from services.registry.operations.trainings.commands import TRAININGS
from services.registry.operations.trainings.queries import ATTENDANCE
from services.registry.operations.upward.commands import UPWARD_REPORTS
from services.registry.operations.visits.commands import SUPERVISION_VISITS

_OFFICE = frozenset(
    {
        "tasks:*",
        "task_receipts:*",
        "cadences:*",
        "meetings:*",
        "attendances:*",
        "trainings:*",
        "training_plans:*",
        "plans:*",
        "inquiries:*",
        "upward_reports:*",
        "report_answers:*",
        "supervision_visits:*",
        "joint_activities:*",
        "targets:*",
    }
)
"""Offices of the hub and of the authority alike lead, meet and answer."""

AREA = Area(
    name="operations",
    kinds=(
        TASKS,
        RECEIPTS,
        CADENCES,
        MEETINGS,
        TRAININGS,
        ATTENDANCES,
        TRAINING_PLANS,
        PLANS,
        INQUIRIES,
        UPWARD_REPORTS,
        REPORT_ANSWERS,
        SUPERVISION_VISITS,
        JOINT_ACTIVITIES,
        TARGETS,
    ),
    routers=(
        receipts.router,
        cadence_routes.router,
        training_plan_routes.router,
        plan_routes.router,
        responsibilities.router,
        attendance_rates.router,
        targets.router,
        frameworks.router,
    ),
    reactions=(
        tasks.reach_those_here,
        tasks.close_those_here,
        answers.receive_those_addressed,
        answers.note_who_is_late,
        answers.let_go,
        answers.tell_the_sender,
    ),
    figures=(ATTENDANCE, BY_LIST, ANSWERS, OWED_LATE, MONTHS, BY_TAG),
    timers=(*cadences.TIMERS, duplicates.ask, meetings.COUNTING, *trainings.TIMERS),
    roles={
        "hub_officer": _OFFICE,
        "registration_authority": _OFFICE,
        "grants_officer": frozenset({"task_receipts:answer"}),
        "liaison": frozenset(
            {"task_receipts:*", "inquiries:write", "upward_reports:write", "joint_activities:write"}
        ),
    },
)
