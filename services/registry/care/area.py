"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.care.censuses.commands import CARE_CENSUSES
from services.registry.care.censuses.queries import COUNTED
from services.registry.care.looks import routes as looks
from services.registry.care.pairings import commands as pairings
from services.registry.care.pairings import routes as pairing_routes
from services.registry.care.persons import routes as persons
from services.registry.care.records import commands as records
from services.registry.care.records import routes as record_routes
from services.registry.care.requests import commands as requests
from services.registry.care.requests import routes as request_routes

AREA = Area(
    name="care",
    kinds=(CARE_CENSUSES,),
    routers=(
        record_routes.router,
        pairing_routes.router,
        persons.router,
        request_routes.router,
        looks.router,
    ),
    timers=(*records.TIMERS, *pairings.TIMERS, *requests.TIMERS),
    figures=(COUNTED,),
    roles={
        "care_officer": frozenset({"care:read", "care:write", "care:look", "care_censuses:*"}),
        "care_supervisor": frozenset({"care:*", "care_censuses:*"}),
        "hub_officer": frozenset({"care_censuses:*"}),
    },
)
"""Records of people are for two roles alone; whoever reads organisations sees the censuses."""
