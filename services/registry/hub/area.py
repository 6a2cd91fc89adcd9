"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.hub.coordination import reactions as coordination_reactions
from services.registry.hub.coordination import routes as coordination
from services.registry.hub.coordination.commands import COORDINATION_CASES
from services.registry.hub.criteria import routes as criteria
from services.registry.hub.criteria.commands import CRITERIA
from services.registry.hub.guidelines import routes as guidelines
from services.registry.hub.guidelines.commands import GUIDELINES
from services.registry.hub.hubs import routes as hubs
from services.registry.hub.hubs.commands import HUBS
from services.registry.hub.hubs.queries import BY_FORM_AND_TIER
from services.registry.hub.liaisons import routes as liaisons
from services.registry.hub.liaisons.commands import LIAISONS
from services.registry.hub.liaisons.queries import COVERAGE
from services.registry.hub.partners.commands import PARTNERS
from services.registry.hub.posts import routes as posts
from services.registry.hub.posts.commands import POSTS
from services.registry.hub.posts.queries import STAFFING
from services.registry.hub.resources import queries as resources
from services.registry.hub.resources import routes as resource_routes
from services.registry.hub.resources.offers import RESOURCE_OFFERS
from services.registry.hub.resources.requests import RESOURCE_REQUESTS
from services.registry.hub.studies.commands import STUDIES
from services.registry.hub.talents import routes as talents
from services.registry.hub.talents.commands import TALENTS
from services.registry.hub.teams import queries as teams
from services.registry.hub.teams.commands import TEAMS

_ANSWER = "coordination_cases:answer"
"""Which body's part somebody answers for is the profile's to say (`registry.hub.bodies_staff`)."""

AREA = Area(
    name="hub",
    kinds=(
        HUBS,
        GUIDELINES,
        CRITERIA,
        LIAISONS,
        POSTS,
        TEAMS,
        RESOURCE_REQUESTS,
        RESOURCE_OFFERS,
        COORDINATION_CASES,
        PARTNERS,
        TALENTS,
        STUDIES,
    ),
    routers=(
        hubs.router,
        guidelines.router,
        criteria.router,
        liaisons.router,
        posts.router,
        resource_routes.router,
        talents.router,
        coordination.router,
    ),
    reactions=(coordination_reactions.take_answers,),
    figures=(BY_FORM_AND_TIER, COVERAGE, STAFFING, teams.OF_YEAR, resources.OF_YEAR),
    roles={
        "hub_officer": frozenset(
            {
                "hubs:write",
                "guidelines:*",
                "admission_criteria:*",
                "liaisons:*",
                "social_worker_posts:*",
                "teams:*",
                "resource_requests:*",
                "resource_offers:*",
                "coordination_cases:*",
                "partners:*",
                "talents:*",
                "studies:*",
            }
        ),
        "registration_authority": frozenset(
            {
                "hubs:recognise",
                "guidelines:*",
                "liaisons:*",
                "social_worker_posts:*",
                "coordination_cases:*",
                "studies:*",
            }
        ),
        "grants_officer": frozenset({_ANSWER}),
        "liaison": frozenset({"liaisons:report", "teams:record", "resource_requests:write", _ANSWER}),
    },
)
