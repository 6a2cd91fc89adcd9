"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.inspections.annual import queries as annual
from services.registry.inspections.annual.commands import INSPECTIONS
from services.registry.inspections.assessments import routes as assessments
from services.registry.inspections.assessments.commands import ASSESSMENTS
from services.registry.inspections.campaigns import reactions as campaigns
from services.registry.inspections.campaigns.commands import CAMPAIGNS
from services.registry.inspections.evaluations import queries as evaluations
from services.registry.inspections.evaluations.commands import EVALUATIONS
from services.registry.inspections.rectifications.commands import RECTIFICATIONS

AREA = Area(
    name="inspections",
    kinds=(CAMPAIGNS, INSPECTIONS, RECTIFICATIONS, EVALUATIONS, ASSESSMENTS),
    routers=(assessments.router,),
    reactions=(campaigns.hear_from_above,),
    timers=campaigns.TIMERS,
    figures=(annual.OF_YEAR, evaluations.HOLDERS),
    roles={
        "hub_officer": frozenset(
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
            }
        ),
        "registration_authority": frozenset(
            {"inspection_campaigns:*", "inspections:*", "rectifications:*", "evaluations:*"}
        ),
        "liaison": frozenset({"inspections:submit", "rectifications:submit", "evaluations:enrol"}),
        "party_officer": frozenset({"assessments:party"}),
        "reviewer": frozenset({"evaluations:declare"}),
    },
)
