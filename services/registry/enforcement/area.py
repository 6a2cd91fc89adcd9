"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.enforcement.credit_listings.commands import CREDIT_LISTINGS
from services.registry.enforcement.illegal_cases.commands import ILLEGAL_CASES
from services.registry.enforcement.official_decisions import reactions as decisions
from services.registry.enforcement.official_decisions.commands import OFFICIAL_DECISIONS
from services.registry.enforcement.risks.commands import RISKS
from services.registry.enforcement.standing import reactions as standing
from services.registry.enforcement.standing import routes as standing_routes

AREA = Area(
    name="enforcement",
    kinds=(OFFICIAL_DECISIONS, CREDIT_LISTINGS, RISKS, ILLEGAL_CASES),
    routers=(standing_routes.router,),
    reactions=(decisions.apply, decisions.follow, standing.weigh),
    roles={
        "hub_officer": frozenset({"risks:*", "illegal_cases:*"}),
        "registration_authority": frozenset(
            {"official_decisions:*", "credit_listings:*", "risks:*", "illegal_cases:*"}
        ),
        "liaison": frozenset({"risks:open", "illegal_cases:report"}),
    },
)
