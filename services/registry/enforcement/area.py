"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.enforcement.credit_listings.commands import CREDIT_LISTINGS
from services.registry.enforcement.emergency_orders import reactions as emergencies
from services.registry.enforcement.emergency_orders.commands import EMERGENCY_ORDERS
from services.registry.enforcement.emergency_pauses.commands import EMERGENCY_PAUSES
from services.registry.enforcement.illegal_cases.commands import ILLEGAL_CASES
from services.registry.enforcement.official_decisions import reactions as decisions
from services.registry.enforcement.official_decisions.commands import OFFICIAL_DECISIONS
from services.registry.enforcement.risks.commands import RISKS
from services.registry.enforcement.standing import reactions as standing
from services.registry.enforcement.standing import routes as standing_routes

_OFFICE = frozenset({"risks:*", "illegal_cases:*", "emergency_orders:*", "emergency_pauses:*"})
"""Offices of the hub and of the authority alike watch, and act in an emergency."""

AREA = Area(
    name="enforcement",
    kinds=(OFFICIAL_DECISIONS, CREDIT_LISTINGS, RISKS, ILLEGAL_CASES, EMERGENCY_ORDERS, EMERGENCY_PAUSES),
    routers=(standing_routes.router,),
    reactions=(decisions.apply, standing.weigh, emergencies.hear_from_above),
    timers=emergencies.PORTIONS.timers,
    roles={
        "hub_officer": _OFFICE,
        "registration_authority": _OFFICE | {"official_decisions:*", "credit_listings:*"},
        "liaison": frozenset({"risks:open", "illegal_cases:report", "emergency_pauses:visit"}),
    },
)
