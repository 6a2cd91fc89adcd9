"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.incubation.bases import routes as bases
from services.registry.incubation.bases.commands import BASES
from services.registry.incubation.cases.commands import BASE_CASES
from services.registry.incubation.contracts.commands import OPERATOR_CONTRACTS
from services.registry.incubation.cultivations.commands import CULTIVATIONS
from services.registry.incubation.entries.commands import SERVICE_ENTRIES
from services.registry.incubation.entries.queries import SERVED
from services.registry.incubation.guidances.commands import GUIDANCES
from services.registry.incubation.intakes.commands import INTAKES
from services.registry.incubation.overview import routes as overview
from services.registry.incubation.stays.commands import STAYS
from services.registry.incubation.stays.queries import INCUBATION
from services.registry.incubation.supports.commands import SUPPORTS
from services.registry.incubation.supports.queries import SUPPORTED

_OFFICE = frozenset(
    {
        "bases:*",
        "intakes:*",
        "stays:*",
        "service_entries:*",
        "operator_contracts:*",
        "base_cases:*",
        "cultivations:*",
        "supports:*",
        "guidances:*",
    }
)
"""Offices of the hub and of the authority alike run bases and cultivate."""

AREA = Area(
    name="incubation",
    kinds=(
        BASES,
        INTAKES,
        STAYS,
        SERVICE_ENTRIES,
        OPERATOR_CONTRACTS,
        BASE_CASES,
        CULTIVATIONS,
        SUPPORTS,
        GUIDANCES,
    ),
    routers=(bases.router, overview.router),
    figures=(INCUBATION, SERVED, SUPPORTED),
    roles={
        "hub_officer": _OFFICE,
        "registration_authority": _OFFICE,
        "liaison": frozenset({"stays:apply", "service_entries:write", "supports:write", "guidances:write"}),
    },
)
