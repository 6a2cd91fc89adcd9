"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.inspections.annual import queries as annual
from services.registry.inspections.annual import routes as annual_routes
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.inspections.assessments import reminding as assessments_owed
from services.registry.inspections.assessments import routes as assessments
from services.registry.inspections.assessments.commands import ASSESSMENTS
from services.registry.inspections.body_checks.commands import BODY_CHECKS
from services.registry.inspections.campaigns import reactions as campaigns
from services.registry.inspections.campaigns import reminding as campaigns_owed
from services.registry.inspections.campaigns import routes as campaign_routes
from services.registry.inspections.campaigns.commands import CAMPAIGNS
from services.registry.inspections.clean_up_checks.commands import CLEAN_UP_CHECKS
from services.registry.inspections.clean_ups import reactions as clean_ups
from services.registry.inspections.clean_ups import routes as clean_up_routes
from services.registry.inspections.clean_ups.commands import CLEAN_UPS
from services.registry.inspections.evaluations import queries as evaluations
from services.registry.inspections.evaluations.commands import EVALUATIONS
from services.registry.inspections.rectifications.commands import RECTIFICATIONS
from services.registry.inspections.spot_checks import routes as spot_checks
from services.registry.inspections.spot_checks.commands import SPOT_CHECKS

_HUB = frozenset(
    {
        "inspection_campaigns:*",
        "inspections:guide",
        "inspections:submit",
        "inspections:review",
        "inspections:write",
        "rectifications:*",
        "evaluations:enrol",
        "evaluations:guide",
        "evaluations:declare",
        "assessments:*",
        "spot_checks:*",
        "body_checks:*",
        "clean_ups:*",
        "clean_up_checks:submit",
        "clean_up_checks:review",
        "clean_up_checks:write",
    }
)
_AUTHORITY = frozenset(
    {
        "inspection_campaigns:*",
        "inspections:*",
        "rectifications:*",
        "evaluations:*",
        "spot_checks:*",
        "body_checks:*",
        "clean_ups:*",
        "clean_up_checks:*",
    }
)
"""The hub guides, reviews and presses; what the authority concludes or grades, it records itself."""

AREA = Area(
    name="inspections",
    kinds=(
        CAMPAIGNS,
        INSPECTIONS,
        RECTIFICATIONS,
        EVALUATIONS,
        ASSESSMENTS,
        SPOT_CHECKS,
        BODY_CHECKS,
        CLEAN_UPS,
        CLEAN_UP_CHECKS,
    ),
    routers=(
        campaign_routes.router,
        annual_routes.router,
        annual_routes.of_region,
        assessments.router,
        spot_checks.router,
        spot_checks.lists,
        clean_up_routes.router,
    ),
    reactions=(campaigns.hear_from_above, clean_ups.hear_from_above),
    timers=(
        *campaigns.PORTIONS.timers,
        *clean_ups.PORTIONS.timers,
        assessments_owed.look,
        campaigns_owed.look,
    ),
    figures=(annual.OF_YEAR, evaluations.HOLDERS),
    roles={
        "hub_officer": _HUB,
        "registration_authority": _AUTHORITY,
        "liaison": frozenset(
            {"inspections:submit", "rectifications:submit", "evaluations:enrol", "clean_up_checks:submit"}
        ),
        "party_officer": frozenset({"assessments:party"}),
        "reviewer": frozenset({"evaluations:declare"}),
    },
)
