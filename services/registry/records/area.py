"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.records.activities.commands import ACTIVITIES
from services.registry.records.activities.queries import ACTIVITY_FIGURES
from services.registry.records.assignments import commands as assignments
from services.registry.records.assignments.commands import ASSIGNMENTS
from services.registry.records.brands.commands import BRANDS
from services.registry.records.brands.queries import BRAND_FIGURES
from services.registry.records.calls import commands as calls
from services.registry.records.calls.commands import CALLS
from services.registry.records.candidacies.commands import CANDIDACIES
from services.registry.records.comparisons import routes as comparisons
from services.registry.records.comparisons.commands import COMPARISONS
from services.registry.records.contacts.commands import CONTACTS
from services.registry.records.contacts.queries import CONTACT_FIGURES
from services.registry.records.governance.commands import CHECKLISTS
from services.registry.records.governance.queries import GOVERNANCE
from services.registry.records.guidance.commands import GUIDANCE
from services.registry.records.outside.commands import OUTSIDE_IDS
from services.registry.records.placements.commands import PLACEMENTS
from services.registry.records.placements.queries import PLACED
from services.registry.records.points.commands import POINTS
from services.registry.records.points.queries import POINT_FIGURES
from services.registry.records.returns.commands import RETURNS
from services.registry.records.returns.queries import YEARLY

_HUB = frozenset(
    {
        "return_calls:*",
        "returns:*",
        "service_points:*",
        "governance_checklists:*",
        "contact_assignments:*",
        "contact_records:*",
        "placements:*",
        "brands:*",
        "activities:*",
        "comparisons:*",
        "candidacies:*",
        "outside_ids:*",
        "registration_guidance:*",
    }
)

AREA = Area(
    name="records",
    kinds=(
        CALLS,
        RETURNS,
        POINTS,
        CHECKLISTS,
        ASSIGNMENTS,
        CONTACTS,
        PLACEMENTS,
        BRANDS,
        ACTIVITIES,
        COMPARISONS,
        CANDIDACIES,
        OUTSIDE_IDS,
        GUIDANCE,
    ),
    routers=(comparisons.router,),
    figures=(YEARLY, POINT_FIGURES, GOVERNANCE, CONTACT_FIGURES, PLACED, BRAND_FIGURES, ACTIVITY_FIGURES),
    timers=(*calls.TIMERS, *assignments.TIMERS),
    roles={
        "hub_officer": _HUB,
        "registration_authority": frozenset({"return_calls:*", "returns:*", "comparisons:*"}),
        "liaison": frozenset(
            {
                "returns:submit",
                "service_points:report",
                "contact_records:report",
                "placements:write",
                "activities:write",
                "registration_guidance:write",
            }
        ),
    },
)
