"""This area composed: its kinds, reactions, timers, routes, and who may do what."""

from services.registry.area import Area
from services.registry.operations.receipts import routes as receipts
from services.registry.operations.receipts.commands import RECEIPTS
from services.registry.operations.tasks import reactions as tasks
from services.registry.operations.tasks.commands import TASKS

AREA = Area(
    name="operations",
    kinds=(TASKS, RECEIPTS),
    routers=(receipts.router,),
    reactions=(tasks.reach_those_here, tasks.close_those_here),
    roles={
        "hub_officer": frozenset({"tasks:*", "task_receipts:*"}),
        "registration_authority": frozenset({"tasks:*", "task_receipts:*"}),
        "liaison": frozenset({"task_receipts:write"}),
    },
)
